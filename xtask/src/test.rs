//! `cargo xtask test`: every test of the project, and a last line that says what ran and what did not.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::SystemTime;

use crate::Failure;
use crate::cargo::{Workspace, relative, run as run_command};
use crate::tidy::files;

/// Tells the end-to-end tests where the binary is.
const BINARY_VARIABLE: &str = "PORTONE_BIN";
/// Where insta notes each snapshot that a test compared with.
const SNAPSHOTS_VARIABLE: &str = "INSTA_SNAPSHOT_REFERENCES_FILE";
/// The JavaScript clients and the browser's tests, from the root.
const JS_FOLDERS: [&str; 2] = ["tests/js", "tests/browser"];
/// Names a browser that is not on the path.
const CHROMIUM_VARIABLE: &str = "PORTONE_CHROMIUM";

/// Programs that tests run, each with its Debian package. A test without its program passes by, unless `CI=true`; here
/// that is said aloud.
const PROGRAMS: [(&str, &str); 4] =
    [("curl", "curl"), ("node", "nodejs"), ("npm", "npm"), ("chromium", "chromium")];

/// Runs every test; what the machine lacks is a failure where `CI=true`, and is skipped aloud elsewhere.
pub(crate) fn run(workspace: &Workspace) -> Result<(), Failure> {
    let missing = prepare(&workspace.root)?;
    // With the tests, so that the libraries are built once: alone, the binary asks for other features of them.
    run_command(&mut workspace.cargo(&["build", "--workspace", "--bins", "--tests"]))?;
    let snapshots = workspace.target.join("xtask-snapshots.txt");
    // Each run of a test appends to it.
    if snapshots.exists() {
        fs::remove_file(&snapshots)?;
    }
    let binary = workspace.target.join("debug").join(format!("portone{}", std::env::consts::EXE_SUFFIX));
    let mut command = workspace.cargo(&["test", "--workspace", "--no-fail-fast"]);
    command.env(BINARY_VARIABLE, binary).env(SNAPSHOTS_VARIABLE, &snapshots);
    let (totals, succeeded) = run_and_count(&mut command)?;
    let unreferenced = unreferenced_snapshots(&workspace.root, &snapshots)?;
    for path in &unreferenced {
        eprintln!("{path}: no test compares with this snapshot; delete it");
    }
    let skipped =
        if missing.is_empty() { String::new() } else { format!("; SKIPPED some: {}", missing.join("; ")) };
    let summary = format!("{totals}, {} unreferenced snapshots{skipped}", unreferenced.len());
    if !succeeded || !unreferenced.is_empty() || totals.passed == 0 {
        return Err(format!("test: FAILED: {summary}").into());
    }
    println!("xtask test: ok: {summary}");
    Ok(())
}

/// Looks for the programs, and installs the JavaScript clients where that is needed; what is missing.
fn prepare(root: &Path) -> Result<Vec<String>, Failure> {
    let missing = missing_programs();
    if !missing.is_empty() {
        let text = format!("some tests cannot run: {}", missing.join("; "));
        if std::env::var("CI").is_ok_and(|value| value == "true") {
            return Err(text.into());
        }
        eprintln!("SKIPPED: {text}");
    }
    for clients in JS_FOLDERS.map(|folder| root.join(folder)) {
        if missing.is_empty() && needs_install(&clients) {
            run_command(Command::new("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir(&clients))?;
        }
    }
    Ok(missing)
}

fn missing_programs() -> Vec<String> {
    let has_browser = std::env::var_os(CHROMIUM_VARIABLE).is_some();
    let is_there = |program: &str| is_runnable(program) || (program == "chromium" && has_browser);
    let missing = PROGRAMS.iter().filter(|(program, _)| !is_there(program));
    missing
        .map(|(program, package)| format!("{program} is missing (Debian: apt-get install {package})"))
        .collect()
}

fn is_runnable(program: &str) -> bool {
    let mut command = Command::new(program);
    command.arg("--version").stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// Whether the JavaScript clients are not installed, or not those of the lock file. npm writes its own lock file last,
/// inside what it installed.
fn needs_install(folder: &Path) -> bool {
    let changed_at = |path: PathBuf| -> Option<SystemTime> { fs::metadata(path).ok()?.modified().ok() };
    let wanted = changed_at(folder.join("package-lock.json"));
    wanted.is_some() && changed_at(folder.join("node_modules/.package-lock.json")) < wanted
}

/// What the test binaries reported, together.
#[derive(Debug, Default, PartialEq, Eq)]
struct Totals {
    suites: u64,
    passed: u64,
    failed: u64,
    ignored: u64,
}

impl std::fmt::Display for Totals {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { suites, passed, failed, ignored } = self;
        write!(f, "{passed} passed, {failed} failed, {ignored} ignored in {suites} suites")
    }
}

impl Totals {
    /// Takes in a line such as `test result: ok. 12 passed; 0 failed; 1 ignored; ...`; others are left alone.
    fn add_line(&mut self, line: &str) {
        let Some((_, counts)) = line.strip_prefix("test result: ").and_then(|rest| rest.split_once(". "))
        else {
            return;
        };
        self.suites += 1;
        for part in counts.split("; ") {
            let Some((count, what)) = part.trim().split_once(' ') else { continue };
            let count: u64 = count.parse().unwrap_or_default();
            match what {
                "passed" => self.passed += count,
                "failed" => self.failed += count,
                "ignored" => self.ignored += count,
                _ => {}
            }
        }
    }
}

/// Runs the tests, shows what they print, and counts them; also whether the command succeeded.
fn run_and_count(command: &mut Command) -> Result<(Totals, bool), Failure> {
    let mut child = command.stdout(Stdio::piped()).spawn()?;
    let output = child.stdout.take().ok_or("the tests have no output")?;
    let mut totals = Totals::default();
    for line in BufReader::new(output).lines() {
        let line = line?;
        println!("{line}");
        totals.add_line(&line);
    }
    Ok((totals, child.wait()?.success()))
}

/// Snapshot files that no test of this run compared with.
fn unreferenced_snapshots(root: &Path, references: &Path) -> Result<Vec<String>, Failure> {
    let text = if references.exists() { fs::read_to_string(references)? } else { String::new() };
    let referenced: BTreeSet<String> = text
        .lines()
        .filter_map(|line| fs::canonicalize(line).ok())
        .map(|path| relative(root, &path))
        .collect();
    let snapshots = files::under(root)?.into_iter().filter(|path| files::has_extension(path, "snap"));
    Ok(snapshots.filter(|path| !referenced.contains(path)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_of_all_suites_are_added() {
        let mut totals = Totals::default();
        totals.add_line("running 3 tests");
        totals.add_line(
            "test result: ok. 2 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s",
        );
        totals.add_line("test result: FAILED. 4 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out");
        assert_eq!(totals, Totals { suites: 2, passed: 6, failed: 1, ignored: 1 });
        assert_eq!(totals.to_string(), "6 passed, 1 failed, 1 ignored in 2 suites");
    }

    #[test]
    fn clients_are_installed_when_they_are_not() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!needs_install(folder.path()));
        fs::write(folder.path().join("package-lock.json"), "{}").unwrap();
        assert!(needs_install(folder.path()));
        fs::create_dir(folder.path().join("node_modules")).unwrap();
        let installed = folder.path().join("node_modules/.package-lock.json");
        fs::write(&installed, "{}").unwrap();
        assert!(!needs_install(folder.path()));
        fs::File::open(&installed).unwrap().set_modified(SystemTime::UNIX_EPOCH).unwrap();
        assert!(needs_install(folder.path()));
    }

    #[test]
    fn a_snapshot_nobody_compares_with_is_found() {
        let root = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(root.path()).unwrap();
        fs::create_dir_all(root.join("tests/snapshots")).unwrap();
        for name in ["used.snap", "left.snap"] {
            fs::write(root.join("tests/snapshots").join(name), "").unwrap();
        }
        let references = root.join("references.txt");
        fs::write(&references, format!("{}\n", root.join("tests/snapshots/used.snap").display())).unwrap();
        assert_eq!(unreferenced_snapshots(&root, &references).unwrap(), ["tests/snapshots/left.snap"]);
    }
}
