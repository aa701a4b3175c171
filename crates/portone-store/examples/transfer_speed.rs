//! How long a ledger takes to move: payments (begun, settled, announced to one URL) in SQLite, exported to a file, imported
//! into PostgreSQL, exported again and imported into SQLite. The argument is how many payments.

use std::fs::File;
use std::io::{BufReader, BufWriter};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use futures_executor::block_on;
use portone_core::Environment;
use portone_engine::port::{Store, WebhookStore};
use portone_engine::webhook::{Target, WebhookFormat};
use portone_store::SqlStore;
use portone_store::contract::cluster::Cluster;
use portone_store::contract::records::{at, begin, declared, settle_paid, store_id};
use portone_store::transfer::{Moved, Place, Stamp, export, import};

/// How many payments are made at once.
const CALLERS: usize = 64;

fn main() {
    let count = std::env::args().nth(1).map_or(100_000, |count| count.parse().expect("a number"));
    let folder = tempfile::tempdir().expect("a folder");
    let (ledger, back) = (folder.path().join("ledger.db"), folder.path().join("back.db"));
    let [first, second] = ["first.ndjson", "second.ndjson"].map(|name| folder.path().join(name));
    timed("made", || pay(&ledger, count));
    let moved = timed("exported from SQLite", || write(Place::Sqlite(&ledger), &first));
    let bytes = first.metadata().expect("is there").len();
    println!("{} rows, {bytes} bytes, {} a payment", moved.rows.values().sum::<u64>(), bytes / count);
    timed("imported into SQLite", || read(Place::Sqlite(&back), &first));
    let Some(cluster) = Cluster::start() else { return };
    let url = cluster.create("ledger");
    timed("imported into PostgreSQL", || read(Place::Postgres(&url), &first));
    timed("exported from PostgreSQL", || write(Place::Postgres(&url), &second));
    println!("{} bytes of memory at most", most_memory());
}

fn pay(path: &Path, count: u64) {
    let store = SqlStore::open(path).expect("opens");
    let url = "https://shop.example.com/hook".to_owned();
    let target = Target { environment: Environment::Test, url, format: WebhookFormat::V2024April };
    block_on(async {
        store.apply_declared(vec![declared()], at(0)).await.expect("is applied");
        store.declare_targets(vec![(store_id(), vec![target])]).await.expect("is written");
    });
    let next = AtomicU64::new(0);
    thread::scope(|scope| {
        for _ in 0..CALLERS {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= count {
                        return;
                    }
                    block_on(store.begin_payment(begin(number, number))).expect("begins");
                    block_on(store.settle_transaction(settle_paid(number, number))).expect("settles");
                }
            });
        }
    });
}

fn write(place: Place<'_>, file: &Path) -> Moved {
    let mut out = BufWriter::new(File::create(file).expect("is made"));
    let stamp = Stamp { made_by: "transfer_speed", made_at: at(0) };
    export(place, stamp, &mut out, &mut |_| ()).expect("is exported")
}

fn read(place: Place<'_>, file: &Path) -> Moved {
    let mut input = BufReader::new(File::open(file).expect("is there"));
    import(place, &mut input, None, &mut |_| ()).expect("is imported")
}

fn timed<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let started = now();
    let done = work();
    let took: Duration = started.elapsed();
    println!("{what}: {} ms", took.as_millis());
    done
}

#[expect(clippy::disallowed_methods, reason = "an example measures")]
fn now() -> Instant {
    Instant::now()
}

/// The most memory this process had at any time, as Linux counts it.
fn most_memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.map_or_else(|| "unknown".to_owned(), |line| line.trim().to_owned())
}
