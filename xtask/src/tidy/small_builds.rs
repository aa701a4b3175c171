//! Small builds stay small: a library user of one PG compiles no runtime, no database and no other PG.

use std::collections::BTreeSet;

use crate::Failure;
use crate::cargo::{Package, Workspace, output_of};

use super::Finding;

/// What none of the pure libraries may pull in, at any depth.
const HEAVY: [&str; 7] = ["tokio", "reqwest", "sqlx", "rusqlite", "axum", "rand", "hyper"];
/// The pure libraries beside the adapters.
const PURE: [&str; 2] = ["portone-core", "portone-wire"];
const ROUTER: &str = "portone-router";

/// Asks cargo what each build would compile.
pub(crate) fn check(workspace: &Workspace) -> Result<Vec<Finding>, Failure> {
    let adapters: Vec<&str> = workspace.adapters().map(|package| package.name.as_str()).collect();
    let mut findings = Vec::new();
    for package in PURE.iter().chain(&adapters) {
        let tree = tree(workspace, &["--package", package, "--all-features"])?;
        findings.extend(check_pure(package, &names_in(&tree)));
    }
    let Some(router) = workspace.packages.iter().find(|package| package.name == ROUTER) else {
        return Ok(findings);
    };
    for adapter in &adapters {
        findings.extend(check_feature(workspace, router, adapter, &adapters)?);
    }
    Ok(findings)
}

fn tree(workspace: &Workspace, args: &[&str]) -> Result<String, Failure> {
    let mut command = workspace.cargo(&["tree", "--edges", "normal", "--prefix", "none"]);
    output_of(command.args(args))
}

/// Package names of a tree without prefixes: the first word of each line.
fn names_in(tree: &str) -> BTreeSet<&str> {
    tree.lines().filter_map(|line| line.split(' ').next()).filter(|name| !name.is_empty()).collect()
}

fn check_pure(package: &str, names: &BTreeSet<&str>) -> Option<Finding> {
    let heavy: Vec<&str> = HEAVY.into_iter().filter(|name| names.contains(name)).collect();
    (!heavy.is_empty()).then(|| {
        let remedy =
            format!("find the way with `cargo tree -p {package} -e normal -i {}` and cut it", heavy[0]);
        Finding::new(package, format!("pulls in {}", heavy.join(", ")), remedy)
    })
}

/// The router's feature of an adapter is its name without `pg-`, and brings that adapter alone.
fn check_feature(
    workspace: &Workspace,
    router: &Package,
    adapter: &str,
    adapters: &[&str],
) -> Result<Option<Finding>, Failure> {
    let feature = adapter.trim_start_matches("pg-");
    if !router.features.contains_key(feature) {
        let remedy = format!("add `{feature} = [\"dep:{adapter}\"]` to its features");
        return Ok(Some(Finding::new(ROUTER, format!("has no feature for {adapter}"), remedy)));
    }
    let tree = tree(workspace, &["--package", ROUTER, "--no-default-features", "--features", feature])?;
    Ok(check_only(feature, adapter, adapters, &names_in(&tree)))
}

fn check_only(feature: &str, adapter: &str, adapters: &[&str], names: &BTreeSet<&str>) -> Option<Finding> {
    let present: Vec<&str> = adapters.iter().copied().filter(|name| names.contains(name)).collect();
    (present != [adapter]).then(|| {
        let problem = format!("with the feature {feature} alone compiles {present:?}");
        let remedy = format!("make every pg-* dependency optional, and let {feature} name {adapter} only");
        Finding::new(ROUTER, problem, remedy)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TREE: &str =
        "pg-kpn v0.1.0 (/w/crates/pg-kpn)\nportone-core v0.1.0 (/w)\nrandom v1\ntokio-util v0.7 (*)\n\n";

    #[test]
    fn a_heavy_package_is_found_by_its_whole_name() {
        assert_eq!(check_pure("pg-kpn", &names_in(TREE)), None);
        let tree = format!("{TREE}tokio v1.54.1\nhyper v1.12.0\n");
        let finding = check_pure("pg-kpn", &names_in(&tree)).unwrap();
        assert_eq!(finding.problem, "pulls in tokio, hyper");
    }

    #[test]
    fn a_feature_brings_its_adapter_alone() {
        let adapters = ["pg-kpn", "pg-smartro"];
        assert_eq!(check_only("kpn", "pg-kpn", &adapters, &names_in(TREE)), None);
        let both = format!("{TREE}pg-smartro v0.1.0\n");
        let finding = check_only("kpn", "pg-kpn", &adapters, &names_in(&both)).unwrap();
        assert_eq!(finding.problem, r#"with the feature kpn alone compiles ["pg-kpn", "pg-smartro"]"#);
        assert!(check_only("kpn", "pg-kpn", &adapters, &names_in("")).is_some());
    }
}
