//! What the figures were taken on.

use std::fs;
use std::path::Path;
use std::process::Command;

/// The machine of a run.
#[derive(Debug)]
pub(crate) struct Machine {
    /// One line: processor, cores, memory, kernel, file system of the data, compiler, and how busy it was.
    pub(crate) description: String,
    /// Whether something else was running when the run began.
    pub(crate) is_busy: bool,
}

/// The machine as it is now, with data in this folder.
pub(crate) fn describe(data: &Path) -> Machine {
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
    let load = read("/proc/loadavg");
    let load = load.split(' ').next().unwrap_or("unknown");
    let description = format!(
        "{processor}, {cores} cores, {} GiB; {system}, Linux {}; data on {file_system}; {}; load average before the run {}",
        memory_kib.div_ceil(1024 * 1024),
        kernel.trim(),
        rustc(),
        load,
    );
    Machine { description, is_busy: !load.starts_with("0.") }
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
    fn a_field_is_found_by_its_name() {
        assert_eq!(
            field("cpu MHz\t: 1\nmodel name\t: Some CPU @ 2\n", "model name").as_deref(),
            Some("Some CPU @ 2")
        );
        assert_eq!(field("", "model name"), None);
    }
}
