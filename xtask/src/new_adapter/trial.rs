//! A new adapter, tried out in a copy of the repository: it compiles, and its conformance suite says what to fill in.

use std::fs;
use std::path::Path;

use crate::Failure;
use crate::cargo::{Workspace, output_of, run as run_command};
use crate::tidy::files;

use super::{Names, Protocol, write};

/// Where the copy is, below the build output.
const COPY: &str = "new-adapter";
/// What the conformance suite of a fresh crate says.
const WORDS: [&str; 3] =
    ["list in src/profile.rs", "record replies as <sample>/<case>.http", "has no source"];

/// Makes an adapter of each protocol in a copy, builds both with what lists them, and runs their suites.
pub(crate) fn run(workspace: &Workspace) -> Result<(), Failure> {
    let copy = workspace.target.join(COPY);
    if copy.exists() {
        fs::remove_dir_all(&copy)?;
    }
    copy_repository(&workspace.root, &copy)?;
    let packages = [("trial-one", Protocol::V2), ("trial-two", Protocol::V1)];
    for (name, protocol) in packages {
        write(&copy, &Names::new(name, None, None)?, protocol)?;
    }
    let cargo = |args: &[&str]| {
        let mut command = workspace.cargo(args);
        // Third-party crates are built already, where the workspace builds.
        command.current_dir(&copy).env("CARGO_TARGET_DIR", &workspace.target);
        command
    };
    let all = ["--package", "pg-trial-one", "--package", "pg-trial-two"];
    run_command(cargo(&["fmt"]).args(all))?;
    run_command(cargo(&["clippy", "--offline", "--all-targets"]).args(all).args(["--", "-D", "warnings"]))?;
    run_command(&mut cargo(&[
        "check",
        "--offline",
        "--package",
        "portone-router",
        "--package",
        "portone-sandbox",
    ]))?;
    for (name, _) in packages {
        let package = format!("pg-{name}");
        for part in [["--doc", "--quiet"], ["--test", "check"]] {
            let test = ["test", "--offline", "--package", &package];
            output_of(cargo(&test).args(part))?;
        }
        let suite = ["test", "--offline", "--package", &package, "--test", "conformance", "--no-fail-fast"];
        let output = cargo(&suite).output()?;
        check_words(&package, output.status.success(), &String::from_utf8_lossy(&output.stdout))?;
    }
    fs::remove_dir_all(&copy)?;
    println!("xtask new-adapter: ok: a fresh adapter compiles and says what it lacks");
    Ok(())
}

fn check_words(package: &str, succeeded: bool, output: &str) -> Result<(), Failure> {
    if succeeded {
        return Err(format!("{package} is empty, and its conformance suite passes").into());
    }
    match WORDS.iter().find(|words| !output.contains(**words)) {
        Some(words) => Err(format!("{package}'s conformance suite does not say `{words}`:\n{output}").into()),
        None => Ok(()),
    }
}

fn copy_repository(root: &Path, copy: &Path) -> Result<(), Failure> {
    for path in files::under(root)? {
        let to = copy.join(&path);
        fs::create_dir_all(to.parent().unwrap_or(copy))?;
        fs::copy(root.join(&path), to)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_suite_has_to_fail_with_every_word() {
        let whole = WORDS.join("\n");
        assert!(check_words("pg-x", false, &whole).is_ok());
        assert!(check_words("pg-x", true, &whole).is_err());
        assert!(check_words("pg-x", false, WORDS[0]).is_err());
    }
}
