//! What the figures were taken on.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::Failure;
use crate::process::ticks_in;

/// One line: processor, cores, memory, kernel, file system of the data, compiler.
pub(crate) fn describe(data: &Path) -> String {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let processor =
        field(&read("/proc/cpuinfo"), "model name").unwrap_or_else(|| "unknown processor".to_owned());
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let memory_kib = field(&read("/proc/meminfo"), "MemTotal")
        .and_then(|text| text.trim_end_matches(" kB").parse::<u64>().ok())
        .unwrap_or_default();
    let system = field_of_os_release(&read("/etc/os-release"));
    let kernel = read("/proc/sys/kernel/osrelease");
    let file_system = file_system_of(&read("/proc/mounts"), data);
    format!(
        "{processor}, {cores} cores, {} GiB; {system}, Linux {}; data on {file_system}; {}",
        memory_kib.div_ceil(1024 * 1024),
        kernel.trim(),
        rustc(),
    )
}

/// Clock ticks of all cores since the system started.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Ticks {
    all: u64,
    busy: u64,
    /// Those of this process and of the processes it has started and seen end.
    ours: u64,
}

impl Ticks {
    /// Reads them.
    pub(crate) fn read() -> Result<Self, Failure> {
        let system = fs::read_to_string("/proc/stat")?;
        let own = fs::read_to_string("/proc/self/stat")?;
        Self::parse(&system, &own).ok_or_else(|| "an unreadable /proc stat file".into())
    }

    fn parse(system: &str, own: &str) -> Option<Self> {
        // user, nice, system, idle, waiting for a disk, interrupts, soft interrupts, taken by the host
        let numbers = system.lines().next()?.strip_prefix("cpu ")?.split_whitespace().take(8);
        let numbers: Vec<u64> = numbers.map(str::parse).collect::<Result<_, _>>().ok()?;
        let all: u64 = numbers.iter().sum();
        let idle: u64 = numbers.get(3..5)?.iter().sum();
        Some(Self { all, busy: all - idle, ours: ticks_in(own, 4)? })
    }

    /// How much of the machine others have used since an earlier reading, in percent.
    pub(crate) fn others_percent_since(self, earlier: Self) -> u64 {
        let busy = self.busy.saturating_sub(earlier.busy);
        let others = busy.saturating_sub(self.ours.saturating_sub(earlier.ours));
        others * 100 / self.all.saturating_sub(earlier.all).max(1)
    }
}

/// The value of the first `name : value` line.
fn field(text: &str, name: &str) -> Option<String> {
    let mut fields = text.lines().filter_map(|line| line.split_once(':'));
    fields.find(|(key, _)| key.trim() == name).map(|(_, value)| value.trim().to_owned())
}

fn field_of_os_release(text: &str) -> String {
    let name = text.lines().find_map(|line| line.strip_prefix("PRETTY_NAME="));
    name.map_or_else(|| "unknown system".to_owned(), |name| name.trim_matches('"').to_owned())
}

/// The file system of the longest mount point above the path.
fn file_system_of(mounts: &str, path: &Path) -> String {
    let mounts = mounts.lines().filter_map(|line| {
        let mut fields = line.split(' ').skip(1);
        Some((fields.next()?, fields.next()?))
    });
    let above = mounts.filter(|(point, _)| path.starts_with(point));
    above
        .max_by_key(|(point, _)| point.len())
        .map_or_else(|| "unknown".to_owned(), |(_, kind)| kind.to_owned())
}

fn rustc() -> String {
    let output = Command::new("rustc").arg("--version").output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    text.unwrap_or_else(|_| "rustc unknown".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_mount_point_counts() {
        let mounts = "/dev/a / ext4 rw 0 0\ntmpfs /tmp tmpfs rw 0 0\n";
        assert_eq!(file_system_of(mounts, Path::new("/tmp/bench")), "tmpfs");
        assert_eq!(file_system_of(mounts, Path::new("/tmpfs")), "ext4");
    }

    #[test]
    fn work_of_others_is_what_is_busy_and_not_ours() {
        let own = |ticks: u64| format!("1 (bench) S 1 2 3 4 5 6 7 8 9 10 {ticks} 0 {ticks} 0 20 0");
        let before = Ticks::parse("cpu  100 0 100 700 100 0 0 0 0 0\ncpu0 1", &own(10)).unwrap();
        let after = Ticks::parse("cpu  140 0 110 740 100 0 10 0 0 0\ncpu0 1", &own(30)).unwrap();
        assert_eq!(after.others_percent_since(before), 20);
        assert_eq!(Ticks::parse("cpu  1 2 3", &own(1)), None);
    }

    #[test]
    fn a_field_is_found_by_its_name() {
        assert_eq!(
            field("cpu MHz\t: 1\nmodel name\t: Some CPU @ 2\n", "model name").as_deref(),
            Some("Some CPU @ 2")
        );
        assert_eq!(field("", "model name"), None);
    }
}
