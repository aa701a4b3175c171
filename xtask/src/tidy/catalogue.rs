//! Rules that no request can break: each of the catalogue's BEHAVIOUR and DEFAULT rules about operations is named by a test, in
//! its function (`pw_034_…`) or in words beside it. So is every rule of what the servers do, whatever its outcome, by a
//! function, a test's title or a comment of its own. Where the catalogue is not there, that is said.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use crate::Failure;

use super::{Finding, files};

const CATALOGUE: &str = "pg-rules.md";
/// The sections of the PGs; the router's is walked by its own tests.
const PG_PREFIXES: [&str; 4] = ["SMARTRO-", "KPN-", "PW-", "IAMPORT-"];
const PG_OUTCOMES: [&str; 2] = ["BEHAVIOUR", "DEFAULT"];
/// The sections of the servers.
const SERVER_PREFIXES: [&str; 2] = ["V1-", "V2-"];
/// Rules of a server that are somebody else's, and whose.
const OTHERS: [(&str, &str); 6] = [
    ("V1-001", "whoever runs the gateway: TLS ends before it"),
    ("V1-035", "PGs' with accounts that take more than one deposit, of which none is here"),
    ("V1-041", "the shop's: it compares the amount with its own order"),
    ("V1-093", "PortOne's own sender addresses"),
    ("V1-096", "the shop's: a message may come twice and in any order"),
    ("V1-097", "the shop's: it looks the payment up"),
];

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
    let remedy = "show it in a test of the encoder, the engine or the sandbox, and name the rule there";
    let unnamed = |id: &&str| !is_named(id, &tests);
    let behaviours = behaviours(&catalogue).into_iter().filter(unnamed);
    let mut found: Vec<Finding> =
        behaviours.map(|id| Finding::new(id, "is a behaviour that no test names", remedy)).collect();
    let titles = titles(&tests);
    let remedy = "show the catalogue's own example in a test whose name begins with the rule (`v2_041_…`)";
    let untitled = |id: &&str| !is_named(id, &titles);
    let missing = server_rules(&catalogue).into_iter().filter(untitled);
    found.extend(
        missing.map(|id| Finding::new(id, "is a rule of a server that no test has for a name", remedy)),
    );
    Ok(found)
}

/// What names tests: functions, comments and the titles of JavaScript's tests; messages that tests compare do not count.
fn titles(tests: &str) -> String {
    let names = ["fn ", "async fn ", "//", "test("];
    let is_title = |line: &&str| names.iter().any(|name| line.trim_start().starts_with(name));
    tests.lines().filter(is_title).flat_map(|line| [line, "\n"]).collect()
}

/// The rules of what the servers do, whatever becomes of a request.
fn server_rules(catalogue: &str) -> Vec<&str> {
    let is_ours = |id: &&str| {
        SERVER_PREFIXES.iter().any(|prefix| id.starts_with(prefix))
            && OTHERS.iter().all(|(other, _)| other != id)
    };
    catalogue.lines().filter_map(|line| line.strip_prefix("- id: ")).map(str::trim).filter(is_ours).collect()
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
            && PG_OUTCOMES.contains(&outcome.trim())
            && PG_PREFIXES.iter().any(|prefix| id.starts_with(prefix))
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
        assert_eq!(server_rules(catalogue), ["V1-033"]);
        assert!(is_named("V1-033", &titles("    async fn v1_033_a_card() {\n    V1-034 field: is wrong")));
        assert!(!is_named("V1-034", &titles("    async fn v1_033_a_card() {\n    V1-034 field: is wrong")));
        assert!(
            is_test("crates/a/tests/api/x.rs") && !is_test("crates/a/src/x.rs") && !is_test("tests/x.md")
        );
    }
}
