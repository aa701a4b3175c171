//! Files: none too long to read, nothing unfinished, no snapshot of a test that is gone.

use std::fs;
use std::path::Path;

use crate::Failure;
use crate::cargo::relative;

use super::Finding;

/// A Rust file longer than this needs a reason.
const LINE_COUNT_MAX: usize = 500;
/// Rust files that are longer, and why each is.
const LONG_FILES: &[(&str, &str)] = &[];
/// How deep folders may lie.
const DEPTH_MAX: usize = 16;

/// What must not be in Rust code, in pieces so that this file does not hold it.
const UNFINISHED: [(&str, &str); 3] = [
    (concat!("todo", "!("), "write it, or leave it out"),
    (concat!("unimplemented", "!("), "write it, or leave it out"),
    (concat!("#[ign", "ore"), "make the test run always, or delete it"),
];

/// Reads every file of the repository.
pub(crate) fn check(root: &Path) -> Result<Vec<Finding>, Failure> {
    let mut findings = Vec::new();
    for path in under(root)? {
        if has_extension(&path, "rs") {
            let text = fs::read_to_string(root.join(&path))?;
            findings.extend(check_length(&path, text.lines().count(), LONG_FILES));
            findings.extend(check_finished(&path, &text));
        } else if has_extension(&path, "snap") {
            let text = fs::read_to_string(root.join(&path))?;
            findings.extend(check_snapshot(root, &path, &text));
        } else if path.ends_with(".snap.new") || path.ends_with(".pending-snap") {
            let problem = "is a snapshot that nobody accepted";
            findings.push(Finding::new(path, problem, "review it, then rename it to .snap or delete it"));
        }
    }
    findings.extend(LONG_FILES.iter().filter(|(path, _)| !root.join(path).exists()).map(|(path, _)| {
        Finding::new(
            *path,
            "is listed as long and is not there",
            "take it off the list in xtask/src/tidy/files.rs",
        )
    }));
    Ok(findings)
}

/// Every file under the root, from the root, sorted; build output, hidden folders and installed packages are left out.
pub(crate) fn under(root: &Path) -> Result<Vec<String>, Failure> {
    let mut files = Vec::new();
    collect(root, root, DEPTH_MAX, &mut files)?;
    files.sort();
    Ok(files)
}

fn collect(root: &Path, folder: &Path, depth: usize, files: &mut Vec<String>) -> Result<(), Failure> {
    let depth = depth.checked_sub(1).ok_or_else(|| format!("{} lies too deep", folder.display()))?;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let kind = entry.file_type()?;
        if kind.is_dir() && !name.starts_with('.') && !matches!(&*name, "target" | "node_modules") {
            collect(root, &entry.path(), depth, files)?;
        } else if kind.is_file() {
            files.push(relative(root, &entry.path()));
        }
    }
    Ok(())
}

/// Whether the file's name ends in this extension.
pub(crate) fn has_extension(path: &str, extension: &str) -> bool {
    Path::new(path).extension().is_some_and(|found| found == extension)
}

fn check_length(path: &str, line_count: usize, listed: &[(&str, &str)]) -> Option<Finding> {
    let is_listed = listed.iter().any(|(long, _)| *long == path);
    match (line_count > LINE_COUNT_MAX, is_listed) {
        (true, false) => {
            let problem = format!("has {line_count} lines, more than {LINE_COUNT_MAX}");
            let remedy = "split it by what it speaks of, or list it with a reason in xtask/src/tidy/files.rs";
            Some(Finding::new(path, problem, remedy))
        }
        (false, true) => {
            let remedy = "take it off the list in xtask/src/tidy/files.rs";
            Some(Finding::new(path, "is listed as long and is not", remedy))
        }
        _ => None,
    }
}

fn check_finished(path: &str, text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let code = line.trim_start();
        for (mark, remedy) in UNFINISHED {
            if code.contains(mark) && !code.starts_with("//") {
                findings.push(Finding::new(format!("{path}:{}", index + 1), format!("has {mark}"), remedy));
            }
        }
    }
    findings
}

/// A snapshot names the test file it belongs to. Whether a test still compares with it is seen when the tests run.
fn check_snapshot(root: &Path, path: &str, text: &str) -> Option<Finding> {
    let source = text.lines().find_map(|line| line.strip_prefix("source: "));
    let source = source.map(|source| source.trim().trim_matches('"'));
    match source {
        Some(source) if root.join(source).exists() => None,
        Some(source) => Some(Finding::new(path, format!("belongs to {source}, which is gone"), "delete it")),
        None => Some(Finding::new(path, "does not say which test it belongs to", "let insta write it anew")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_file_needs_a_reason_and_a_reason_a_long_file() {
        assert_eq!(check_length("a.rs", LINE_COUNT_MAX, &[]), None);
        assert!(check_length("a.rs", LINE_COUNT_MAX + 1, &[]).is_some());
        assert_eq!(check_length("a.rs", LINE_COUNT_MAX + 1, &[("a.rs", "why")]), None);
        assert!(check_length("a.rs", LINE_COUNT_MAX, &[("a.rs", "why")]).is_some());
    }

    #[test]
    fn unfinished_code_is_found_with_its_line() {
        for (mark, _) in UNFINISHED {
            let text = format!("fn a() {{\n    {mark}\n}}\n// {mark}\n");
            let findings = check_finished("a.rs", &text);
            assert_eq!(findings.len(), 1, "{mark}");
            assert_eq!(findings[0].place, "a.rs:2");
        }
    }

    #[test]
    fn a_repository_is_read_without_what_is_built_or_hidden() {
        let root = tempfile::tempdir().unwrap();
        for (folder, file) in
            [("src", "b.rs"), ("target", "x.rs"), (".git", "x.rs"), ("a/node_modules", "x.rs")]
        {
            fs::create_dir_all(root.path().join(folder)).unwrap();
            fs::write(root.path().join(folder).join(file), "").unwrap();
        }
        fs::write(root.path().join("a.snap"), "---\nsource: src/b.rs\n---\n").unwrap();
        assert_eq!(under(root.path()).unwrap(), ["a.snap", "src/b.rs"]);
        assert_eq!(check(root.path()).unwrap(), []);
    }

    #[test]
    fn a_snapshot_without_its_test_or_its_acceptance_is_found() {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("a.snap"), "---\nsource: tests/gone.rs\n---\n").unwrap();
        fs::write(root.path().join("b.snap.new"), "").unwrap();
        fs::write(root.path().join("c.snap"), "text\n").unwrap();
        let findings = check(root.path()).unwrap();
        let places: Vec<&str> = findings.iter().map(|finding| finding.place.as_str()).collect();
        assert_eq!(places, ["a.snap", "b.snap.new", "c.snap"]);
    }
}
