//! Dependency arrows: they point towards portone-core, and an adapter never meets another.

use std::collections::{BTreeMap, BTreeSet};

use crate::cargo::{Kind, Package, Workspace};

use super::Finding;

/// What one package, or one family of them, may depend on.
struct Arrow {
    /// A package name, or the start of one before a `*`.
    package: &'static str,
    /// Workspace packages it may use.
    uses: &'static [&'static str],
    /// Workspace packages its tests may use beside those.
    tests_use: &'static [&'static str],
    /// Other packages it never uses directly.
    never: &'static [&'static str],
}

const TESTKIT: &[&str] = &["portone-testkit"];
/// Tests of the middle layers put real parts under it.
const ANY: &[&str] = &["*"];
const RUNTIMES: &[&str] = &["tokio", "reqwest", "hyper", "axum", "rusqlite", "sqlx", "rand"];

/// The table of ARCHITECTURE.md.
const ARROWS: &[Arrow] = &[
    Arrow { package: "portone-core", uses: &[], tests_use: TESTKIT, never: RUNTIMES },
    Arrow { package: "portone-wire", uses: &["portone-core"], tests_use: TESTKIT, never: RUNTIMES },
    Arrow { package: "pg-*", uses: &["portone-core", "portone-wire"], tests_use: TESTKIT, never: RUNTIMES },
    Arrow { package: "portone-router", uses: &["portone-core", "pg-*"], tests_use: ANY, never: RUNTIMES },
    Arrow { package: "portone-http", uses: &["portone-core"], tests_use: ANY, never: &["axum"] },
    Arrow {
        package: "portone-engine",
        uses: &["portone-core", "portone-router"],
        tests_use: ANY,
        never: RUNTIMES,
    },
    Arrow {
        package: "portone-store",
        uses: &["portone-core", "portone-engine"],
        tests_use: ANY,
        never: &["axum", "reqwest"],
    },
    Arrow { package: "portone-testkit", uses: &["portone-core"], tests_use: ANY, never: RUNTIMES },
    Arrow {
        package: "portone-gateway",
        uses: &[
            "portone-core",
            "portone-wire",
            "portone-router",
            "portone-http",
            "portone-engine",
            "portone-store",
        ],
        tests_use: ANY,
        never: &["rusqlite", "sqlx", "reqwest"],
    },
    Arrow {
        package: "portone-sim",
        uses: &[
            "portone-core",
            "portone-engine",
            "portone-router",
            "pg-*",
            "portone-store",
            "portone-sandbox",
        ],
        tests_use: ANY,
        never: &["tokio", "reqwest", "hyper", "axum"],
    },
    Arrow { package: "portone", uses: ANY, tests_use: ANY, never: &[] },
    // It is the second reading of the documents: a struct shared with the adapters would share its mistakes.
    Arrow { package: "portone-sandbox", uses: &[], tests_use: &[], never: &[] },
    Arrow { package: "portone-bench", uses: &[], tests_use: &[], never: &[] },
    Arrow { package: "xtask", uses: &[], tests_use: &[], never: &[] },
];

/// The end-to-end tests, from the root: they may use everything, and nothing uses them.
const TESTS_FOLDER: &str = "tests";

/// Compares the workspace with the table.
pub(crate) fn check(workspace: &Workspace) -> Vec<Finding> {
    let members: BTreeSet<&str> = workspace.packages.iter().map(|package| package.name.as_str()).collect();
    let mut findings = Vec::new();
    for package in &workspace.packages {
        if workspace.folder_of(package) == TESTS_FOLDER {
            continue;
        }
        match ARROWS.iter().find(|arrow| matches(arrow.package, &package.name)) {
            Some(arrow) => check_package(package, arrow, &members, &mut findings),
            None => findings.push(Finding::new(
                &package.name,
                "is not in the table of allowed dependencies",
                "give it a row in xtask/src/tidy/arrows.rs and in ARCHITECTURE.md",
            )),
        }
    }
    findings.extend(cycle(&workspace.packages, &members));
    findings
}

fn check_package(package: &Package, arrow: &Arrow, members: &BTreeSet<&str>, findings: &mut Vec<Finding>) {
    for dependency in &package.dependencies {
        let name = dependency.name.as_str();
        let is_for_tests = dependency.kind == Some(Kind::Dev);
        if dependency.path.is_some() || members.contains(name) {
            let may_use = |names: &[&str]| names.iter().any(|allowed| matches(allowed, name));
            if may_use(arrow.uses) && name != "portone-testkit" || is_for_tests && may_use(arrow.tests_use) {
                continue;
            }
            let kind = if is_for_tests { "tests depend" } else { "depends" };
            let remedy = match arrow.uses {
                [] => "it may use no crate of the workspace".to_owned(),
                uses => {
                    format!("it may use {}: move the code, or change ARCHITECTURE.md first", uses.join(", "))
                }
            };
            findings.push(Finding::new(&package.name, format!("{kind} on {name}"), remedy));
        } else if !is_for_tests && arrow.never.contains(&name) {
            let remedy = "take it as an argument or a port from the crate above";
            findings.push(Finding::new(&package.name, format!("depends on {name}"), remedy));
        }
    }
}

/// Whether a name is the pattern's, which may end in `*`.
fn matches(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => pattern == name,
    }
}

/// One cycle among normal and build dependencies, if there is any.
fn cycle(packages: &[Package], members: &BTreeSet<&str>) -> Option<Finding> {
    let mut above: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for package in packages {
        let used = package.dependencies.iter().filter(|dependency| dependency.kind != Some(Kind::Dev));
        let used = used.map(|dependency| dependency.name.as_str()).filter(|name| members.contains(name));
        above.insert(&package.name, used.collect());
    }
    // What depends on nothing that is left is no part of a cycle.
    while let Some(free) = above.iter().find(|(_, used)| used.is_empty()).map(|(name, _)| *name) {
        above.remove(free);
        for used in above.values_mut() {
            used.remove(free);
        }
    }
    let names: Vec<&str> = above.into_keys().collect();
    (!names.is_empty()).then(|| {
        Finding::new(
            names.join(", "),
            "are on or above a cycle of dependencies",
            "turn one of the arrows round",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn workspace(packages: &[(&str, Value)]) -> Workspace {
        let packages: Vec<Value> = packages
            .iter()
            .map(|(name, dependencies)| {
                let manifest =
                    if *name == "end-to-end" { "/w/tests/Cargo.toml" } else { "/w/crates/x/Cargo.toml" };
                json!({"name": name, "manifest_path": manifest, "dependencies": dependencies, "features": {}})
            })
            .collect();
        let metadata = json!({"packages": packages, "workspace_root": "/w", "target_directory": "/w/target"});
        serde_json::from_value(metadata).unwrap()
    }

    fn normal(name: &str) -> Value {
        json!({"name": name, "kind": null, "path": null})
    }

    fn for_tests(name: &str) -> Value {
        json!({"name": name, "kind": "dev", "path": null})
    }

    fn problems(packages: &[(&str, Value)]) -> Vec<String> {
        check(&workspace(packages))
            .iter()
            .map(|finding| format!("{} {}", finding.place, finding.problem))
            .collect()
    }

    #[test]
    fn the_table_lets_the_documented_arrows_pass() {
        let packages = [
            ("portone-core", json!([normal("serde"), for_tests("portone-testkit")])),
            ("portone-testkit", json!([normal("portone-core")])),
            ("portone-wire", json!([normal("portone-core")])),
            ("pg-kpn", json!([normal("portone-core"), normal("portone-wire"), for_tests("portone-testkit")])),
            ("portone-router", json!([normal("pg-kpn"), for_tests("tokio")])),
            ("portone-sandbox", json!([normal("tokio")])),
            ("end-to-end", json!([for_tests("portone-sandbox"), normal("portone-core")])),
        ];
        assert_eq!(problems(&packages), Vec::<String>::new());
    }

    #[test]
    fn adapters_never_meet() {
        let packages = [("pg-kpn", json!([normal("pg-smartro")])), ("pg-smartro", json!([]))];
        assert_eq!(problems(&packages), ["pg-kpn depends on pg-smartro"]);
        let packages = [("pg-kpn", json!([for_tests("pg-smartro")])), ("pg-smartro", json!([]))];
        assert_eq!(problems(&packages), ["pg-kpn tests depend on pg-smartro"]);
    }

    #[test]
    fn the_sandbox_and_xtask_use_nothing_of_ours_even_in_tests() {
        let packages = [
            ("portone-core", json!([])),
            ("portone-sandbox", json!([for_tests("portone-core")])),
            ("xtask", json!([normal("portone-core")])),
        ];
        let expected = ["portone-sandbox tests depend on portone-core", "xtask depends on portone-core"];
        assert_eq!(problems(&packages), expected);
    }

    #[test]
    fn the_testkit_is_for_tests_only() {
        let packages = [("portone", json!([normal("portone-testkit")])), ("portone-testkit", json!([]))];
        assert_eq!(problems(&packages), ["portone depends on portone-testkit"]);
    }

    #[test]
    fn a_library_without_io_never_takes_a_runtime() {
        let packages = [("portone-engine", json!([normal("tokio"), for_tests("tokio")]))];
        assert_eq!(problems(&packages), ["portone-engine depends on tokio"]);
    }

    #[test]
    fn a_package_outside_the_table_is_a_finding() {
        let packages = [("portone-util", json!([]))];
        assert_eq!(problems(&packages), ["portone-util is not in the table of allowed dependencies"]);
    }

    #[test]
    fn a_cycle_is_found() {
        let packages = [
            ("portone", json!([normal("portone-gateway")])),
            ("portone-gateway", json!([normal("portone-engine")])),
            ("portone-engine", json!([normal("portone-router")])),
            ("portone-router", json!([normal("portone-engine")])),
        ];
        let expected = [
            "portone-router depends on portone-engine",
            "portone, portone-engine, portone-gateway, portone-router are on or above a cycle of dependencies",
        ];
        assert_eq!(problems(&packages), expected);
    }
}
