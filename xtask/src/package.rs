//! `cargo xtask package`: every library as crates.io would take it, built from what would be uploaded.

use crate::Failure;
use crate::cargo::{Package, Workspace};

/// What is published: the libraries. The gateway is installed from the repository.
const LIBRARIES: [&str; 5] =
    ["portone-core", "portone-wire", "portone-testkit", "portone-router", "portone-http"];

/// Packages them all in one command, so that each is built against the others' packages; a warning is a failure.
pub(crate) fn run(workspace: &Workspace) -> Result<(), Failure> {
    let packages: Vec<&str> = workspace
        .packages
        .iter()
        .filter(|package| is_published(package))
        .map(|package| package.name.as_str())
        .collect();
    // Cargo takes what it once unpacked and built from a registry for good, and a package has the same version after every
    // change: in a folder of its own nothing is left of an earlier run.
    let folder = workspace.target.join(format!("package-{}", std::process::id()));
    let mut command = workspace.cargo(&["package", "--allow-dirty", "--offline", "--target-dir"]);
    command.arg(&folder).args(packages.iter().flat_map(|package| ["--package", package]));
    eprintln!("$ cargo package of {}", packages.join(", "));
    let output = command.output()?;
    std::fs::remove_dir_all(&folder)?;
    let told = String::from_utf8_lossy(&output.stderr);
    check(output.status.success(), &told)?;
    println!("xtask package: ok: {} packages", packages.len());
    Ok(())
}

fn is_published(package: &Package) -> bool {
    LIBRARIES.contains(&package.name.as_str()) || package.name.starts_with("pg-")
}

fn check(succeeded: bool, told: &str) -> Result<(), Failure> {
    if succeeded && !told.lines().any(|line| line.starts_with("warning")) {
        return Ok(());
    }
    Err(format!("package: not clean:\n{told}").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_warning_is_a_failure() {
        assert!(check(true, "   Packaging pg-kpn v0.1.0\n    Verifying pg-kpn v0.1.0").is_ok());
        assert!(check(true, "warning: manifest has no documentation, homepage or repository").is_err());
        assert!(check(false, "").is_err());
    }
}
