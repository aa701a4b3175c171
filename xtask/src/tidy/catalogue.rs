//! Rules that no request can break: each of the catalogue's BEHAVIOUR and DEFAULT rules about operations is named by a test, in
//! its function (`pw_034_…`) or in words beside it. Where the catalogue is not there, that is said.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use crate::Failure;

use super::{Finding, files};

const CATALOGUE: &str = "pg-rules.md";
/// The sections of the PGs; what the servers and the router do has other prefixes.
const PREFIXES: [&str; 4] = ["SMARTRO-", "KPN-", "PW-", "IAMPORT-"];
const OUTCOMES: [&str; 2] = ["BEHAVIOUR", "DEFAULT"];

pub(crate) fn check(root: &Path) -> Result<Vec<Finding>, Failure> {
    let place = folder(root).join(CATALOGUE);
    let Ok(catalogue) = fs::read_to_string(&place) else {
        println!("xtask tidy: {} is not there, so that no behaviour is looked for in tests", place.display());
        return Ok(Vec::new());
    };
    let mut tests = String::new();
    for path in files::under(root)? {
        if is_test(&path) {
            tests.push_str(&fs::read_to_string(root.join(&path))?);
        }
    }
    let missing = behaviours(&catalogue).into_iter().filter(|id| !is_named(id, &tests));
    let remedy = "show it in a test of the encoder, the engine or the sandbox, and name the rule there";
    Ok(missing.map(|id| Finding::new(id, "is a behaviour that no test names", remedy)).collect())
}

/// Where the reference is: in the folder `PORTONE_REFERENCE` names, or beside the checkout.
fn folder(root: &Path) -> PathBuf {
    env::var_os("PORTONE_REFERENCE").map_or_else(|| root.join("../shared/reference"), PathBuf::from)
}

/// Test files, and sources that may hold tests.
fn is_test(path: &str) -> bool {
    let is_code = [".rs", ".js"].iter().any(|extension| path.ends_with(extension));
    is_code && path.split('/').any(|folder| folder == "tests" || folder == "test")
}

fn behaviours(catalogue: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut id = "";
    for line in catalogue.lines() {
        if let Some(named) = line.strip_prefix("- id: ") {
            id = named.trim();
        } else if let Some(outcome) = line.strip_prefix("  outcome: ")
            && OUTCOMES.contains(&outcome.trim())
            && PREFIXES.iter().any(|prefix| id.starts_with(prefix))
        {
            found.push(id);
        }
    }
    found
}

fn is_named(id: &str, tests: &str) -> bool {
    let in_a_name = id.to_ascii_lowercase().replace('-', "_");
    [id, &in_a_name].into_iter().any(|name| {
        tests.match_indices(name).any(|(at, _)| {
            let next = tests[at + name.len()..].chars().next();
            !next.is_some_and(|next| next.is_ascii_digit())
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn behaviours_of_pgs_are_found_and_looked_for_by_their_whole_id() {
        let catalogue = "- id: PW-034\n  outcome: BEHAVIOUR\n- id: PW-035\n  outcome: REJECT\n- id: V1-033\n  outcome: BEHAVIOUR\n- id: KPN-008\n  outcome: DEFAULT\n";
        assert_eq!(behaviours(catalogue), ["PW-034", "KPN-008"]);
        assert!(is_named("PW-034", "fn pw_034_a_cancel() {"));
        assert!(is_named("PW-034", "// PW-034, PW-035"));
        assert!(!is_named("PW-034", "fn pw_0345() {} PW-0340"));
        assert!(
            is_test("crates/a/tests/api/x.rs") && !is_test("crates/a/src/x.rs") && !is_test("tests/x.md")
        );
    }
}
