//! Processes under measurement: started, watched through `/proc`, and stopped by their own id.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::Failure;
use crate::client::fetch;
use crate::clock::now;

/// How long a process may take to answer, or to stop.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often a starting process is asked.
const POLL: Duration = Duration::from_micros(200);

/// A process of ours that listens on loopback. It ends with this value.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    name: &'static str,
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// When it was started.
    pub(crate) started_at: Instant,
}

impl Server {
    /// Starts it. Its log goes to `log`, so that it neither blocks nor is lost.
    pub(crate) fn start(
        name: &'static str,
        address: SocketAddr,
        command: &mut Command,
        log: &Path,
    ) -> Result<Self, Failure> {
        let log = fs::OpenOptions::new().create(true).append(true).open(log)?;
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        let started_at = now();
        let child = command.spawn().map_err(|error| format!("cannot start the {name}: {error}"))?;
        Ok(Self { child, name, address, started_at })
    }

    /// Waits until it answers 200 at the path.
    pub(crate) async fn wait_ready(&mut self, path: &str) -> Result<Duration, Failure> {
        while now().saturating_duration_since(self.started_at) < PATIENCE {
            if let Ok((200, _)) = fetch(self.address, path).await {
                return Ok(now().saturating_duration_since(self.started_at));
            }
            if let Some(status) = self.child.try_wait()? {
                return Err(format!("the {} ended as it started: {status}", self.name).into());
            }
            tokio::time::sleep(POLL).await;
        }
        Err(format!("the {} did not answer within {} s", self.name, PATIENCE.as_secs()).into())
    }

    /// Its process id.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Its CPU time so far.
    pub(crate) fn cpu(&self) -> Result<Cpu, Failure> {
        Cpu::of(&self.child.id().to_string())
    }

    /// Its resident memory in KiB.
    pub(crate) fn resident_kib(&self) -> Result<u64, Failure> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
        Ok(line.trim().trim_end_matches("kB").trim().parse()?)
    }

    /// Asks it to stop and waits until it has.
    pub(crate) async fn stop(mut self) -> Result<(), Failure> {
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw).ok_or("no process id")?;
        kill_process(pid, Signal::TERM)?;
        let asked_at = now();
        while now().saturating_duration_since(asked_at) < PATIENCE {
            if self.child.try_wait()?.is_some() {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Err(format!("the {} did not stop within {} s", self.name, PATIENCE.as_secs()).into())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Both fail only for a process that has ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// CPU time of a process, user and system, in clock ticks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cpu {
    ticks: u64,
}

impl Cpu {
    /// Of this process.
    pub(crate) fn of_self() -> Result<Self, Failure> {
        Self::of("self")
    }

    fn of(process: &str) -> Result<Self, Failure> {
        let stat = fs::read_to_string(format!("/proc/{process}/stat"))?;
        Ok(Self { ticks: ticks_in(&stat, 2).ok_or("an unreadable /proc stat file")? })
    }

    /// The time used since an earlier reading, in nanoseconds. A tick is 10 ms on most systems.
    pub(crate) fn since(self, earlier: Self) -> u64 {
        let ticks = self.ticks.saturating_sub(earlier.ticks);
        ticks * (1_000_000_000 / rustix::param::clock_ticks_per_second())
    }
}

/// The sum of so many fields from the 14th on, counted after the command's name, which may hold anything: user and system
/// ticks, then those of children that have ended.
pub(crate) fn ticks_in(stat: &str, field_count: usize) -> Option<u64> {
    let (_, fields) = stat.rsplit_once(") ")?;
    let fields: Vec<&str> = fields.split(' ').skip(11).take(field_count).collect();
    (fields.len() == field_count).then(|| fields.iter().map(|ticks| ticks.parse::<u64>().ok()).sum())?
}

/// An address on loopback that is free now.
pub(crate) fn free_address() -> Result<SocketAddr, Failure> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_found_after_any_name() {
        let stat = "42 (a) b ) (c)) S 1 2 3 4 5 6 7 8 9 10 250 30 7 1 20 0 1 0";
        assert_eq!(ticks_in(stat, 2), Some(280));
        assert_eq!(ticks_in(stat, 4), Some(288));
        assert_eq!(ticks_in("42 (name", 2), None);
    }
}
