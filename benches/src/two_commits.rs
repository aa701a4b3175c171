//! The limit without group commit: a payment is an intent and a result, each durable on its own, one after the other.

use std::path::Path;
use std::time::Duration;

use crate::Failure;
use crate::clock::{nanoseconds_since, now};
use crate::measure::Figures;
use crate::process::Cpu;
use crate::reference::{INSERT, UPDATE, open_database};
use crate::statistics::Latencies;

/// Pays for this long, one payment at a time, on a new file in the folder.
pub(crate) fn measure(folder: &Path, window: Duration) -> Result<Figures, Failure> {
    let connection = open_database(&folder.join("two-commits.db"))?;
    let mut insert = connection.prepare(INSERT)?;
    let mut update = connection.prepare(UPDATE)?;
    let mut latencies = Latencies::default();
    let cpu_before = Cpu::of_self()?;
    let start = now();
    for number in 0_u64.. {
        let began = now();
        if began.saturating_duration_since(start) >= window {
            break;
        }
        let id = format!("bench{number:019}");
        insert.execute((&id, 8900))?;
        update.execute((&id, "bench-constant-pg-tx-id"))?;
        latencies.add(nanoseconds_since(began));
    }
    let elapsed_ns = nanoseconds_since(start);
    let cpu = Cpu::of_self()?.since(cpu_before);
    Ok(Figures::new(latencies, elapsed_ns, &[cpu]))
}
