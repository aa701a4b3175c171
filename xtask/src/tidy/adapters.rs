//! Adapters look alike: who knows one knows where everything is in the next.

use std::collections::BTreeSet;
use std::path::Path;

use crate::Failure;
use crate::cargo::Workspace;

use super::{Finding, files};

/// Files every adapter has, from its folder.
const REQUIRED: [&str; 10] = [
    "README.md",
    "src/lib.rs",
    "src/config.rs",
    "src/profile.rs",
    "src/rules.rs",
    "src/check.rs",
    "src/codes.rs",
    "tests/encode.rs",
    "tests/check.rs",
    "tests/conformance.rs",
];
/// Source files that an adapter has where its PG needs them; there are no others.
const OPTIONAL: [&str; 10] = [
    "src/encode.rs",
    "src/decode.rs",
    "src/notify.rs",
    "src/v1.rs",
    "src/v2.rs",
    "src/check/bypass.rs",
    "src/check/delivery.rs",
    "src/check/issue_window.rs",
    "src/check/receipt.rs",
    "src/check/window.rs",
];

/// Compares the file names of every adapter.
pub(crate) fn check(workspace: &Workspace) -> Result<Vec<Finding>, Failure> {
    let mut findings = Vec::new();
    for package in workspace.adapters() {
        let folder = package.manifest_path.parent().unwrap_or(Path::new("."));
        let present: BTreeSet<String> = files::under(folder)?.into_iter().collect();
        findings.extend(check_adapter(&workspace.folder_of(package), &present));
    }
    Ok(findings)
}

fn check_adapter(folder: &str, present: &BTreeSet<String>) -> Vec<Finding> {
    let missing = REQUIRED.iter().filter(|path| !present.contains(**path)).map(|path| {
        Finding::new(
            format!("{folder}/{path}"),
            "is missing",
            "every adapter has it; ARCHITECTURE.md says what it holds",
        )
    });
    let known = |path: &str| REQUIRED.contains(&path) || OPTIONAL.contains(&path);
    let unknown = present.iter().filter(|path| path.starts_with("src/") && !known(path)).map(|path| {
        let remedy = "put it where the other adapters have it, or give all of them such a file \
                      (xtask/src/tidy/adapters.rs)";
        Finding::new(format!("{folder}/{path}"), "is a file other adapters do not have", remedy)
    });
    missing.chain(unknown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files_of(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn an_adapter_of_the_common_shape_passes() {
        let mut present = files_of(&REQUIRED);
        present.extend(files_of(&["Cargo.toml", "src/encode.rs", "tests/fixtures/paid.http"]));
        assert_eq!(check_adapter("crates/pg-x", &present), []);
    }

    #[test]
    fn a_missing_and_an_extra_file_are_found() {
        let mut present = files_of(&REQUIRED);
        present.remove("src/rules.rs");
        present.insert("src/helpers.rs".to_owned());
        let findings = check_adapter("crates/pg-x", &present);
        let places: Vec<&str> = findings.iter().map(|finding| finding.place.as_str()).collect();
        assert_eq!(places, ["crates/pg-x/src/rules.rs", "crates/pg-x/src/helpers.rs"]);
    }
}
