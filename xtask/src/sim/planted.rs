//! Planted bugs: all of them are written into one copy of the workspace, each behind a number, so that one build plays them
//! all. No crate that ships knows of this.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Args;
use toml_edit::DocumentMut;

use crate::Failure;
use crate::cargo::{Workspace, output_of, run};

use super::PROFILE;
use super::results::{Outcome, Results, table};

const LIST: &str = "crates/portone-sim/planted.toml";
/// What says in a bug's text whether it is on.
const SWITCH: &str = "$on";
/// The crate that every other one uses, and where the switch is written to.
const CORE: &str = "crates/portone-core/";
/// Names the bug that is on to the copy.
const VARIABLE: &str = "PORTONE_PLANTED";

/// The function that the switch calls; it exists in the copy alone.
const SWITCH_CODE: &str = r#"
/// Whether the planted bug with this number is on.
pub fn planted(number: usize) -> bool {
    static CHOSEN: std::sync::OnceLock<usize> = std::sync::OnceLock::new();
    let chosen = || std::env::var("PORTONE_PLANTED").ok().and_then(|text| text.parse().ok()).unwrap_or(0);
    *CHOSEN.get_or_init(chosen) == number
}
"#;

#[derive(Debug, Args)]
pub(crate) struct PlantedArgs {
    /// Play these bugs only; else all of them.
    names: Vec<String>,
    /// How many seeds each is played at most.
    #[arg(long, default_value_t = 10_000)]
    seeds: u64,
    /// Forget what earlier runs have found.
    #[arg(long)]
    anew: bool,
    /// Build without optimisation: sooner ready, slower to play.
    #[arg(long)]
    debug: bool,
}

/// One bug: a place in a file, and what stands there instead.
#[derive(Debug, Clone)]
pub(crate) struct Bug {
    pub(crate) name: String,
    pub(crate) what: String,
    file: String,
    find: String,
    replace: String,
}

pub(crate) fn play(workspace: &Workspace, args: &PlantedArgs) -> Result<(), Failure> {
    let bugs = read(&workspace.root)?;
    let known: Vec<&str> = bugs.iter().map(|bug| bug.name.as_str()).collect();
    if let Some(unknown) = args.names.iter().find(|name| !known.contains(&name.as_str())) {
        return Err(format!("there is no planted bug `{unknown}`; {LIST} has {}", known.join(", ")).into());
    }
    let unfit = unfit(&workspace.root)?;
    if !unfit.is_empty() {
        return Err(unfit.join("\n").into());
    }
    let copy = workspace.target.join("planted");
    write_copy(workspace, &bugs, &copy)?;
    let program = build(workspace, &copy, args.debug)?;
    let mut results = Results::open(&copy.join("results.txt"), args.anew);
    let outcome = played(&program, 0, args.seeds.min(500))?;
    if let Outcome::Caught { seed, violation } = outcome {
        return Err(format!("without any bug seed {seed} goes wrong: {violation}").into());
    }
    for (place, bug) in bugs.iter().enumerate() {
        let is_wanted = args.names.is_empty() || args.names.contains(&bug.name);
        if !is_wanted || results.knows(bug, args.seeds) {
            continue;
        }
        let outcome = played(&program, place + 1, args.seeds)?;
        eprintln!("{} of {}: {}: {}", place + 1, bugs.len(), bug.name, outcome.text());
        results.add(bug, args.seeds, outcome)?;
    }
    println!("{}", table(&bugs, &results));
    Ok(())
}

/// The list, in order.
fn read(root: &Path) -> Result<Vec<Bug>, Failure> {
    let text = std::fs::read_to_string(root.join(LIST))?;
    let document: DocumentMut = text.parse()?;
    let tables = document.get("bug").and_then(|item| item.as_array_of_tables());
    let tables = tables.ok_or_else(|| format!("{LIST} has no [[bug]]"))?;
    let bug = |table: &toml_edit::Table| {
        let text = |name: &str| {
            let found = table.get(name).and_then(|item| item.as_str());
            found.map(str::to_owned).ok_or_else(|| format!("{LIST}: `{name}` is missing in {table}"))
        };
        let bug = Bug {
            name: text("name")?,
            what: text("what")?,
            file: text("file")?,
            find: text("find")?,
            replace: text("replace")?,
        };
        if bug.replace.contains(SWITCH) { Ok(bug) } else { Err(format!("{}: no {SWITCH}", bug.name)) }
    };
    Ok(tables.iter().map(bug).collect::<Result<_, String>>()?)
}

/// Writes the workspace with every bug in it. What has not changed is left alone, so that it is not built again.
fn write_copy(workspace: &Workspace, bugs: &[Bug], copy: &Path) -> Result<(), Failure> {
    let listed = output_of(Command::new("git").current_dir(&workspace.root).args([
        "ls-files",
        "--cached",
        "--others",
        "--exclude-standard",
    ]))?;
    let (mut changed, _) = changed_files(&workspace.root, bugs)?;
    let core = format!("{CORE}src/lib.rs");
    let text = match changed.remove(&core) {
        Some(text) => text,
        None => std::fs::read_to_string(workspace.root.join(&core))?,
    };
    changed.insert(core, format!("{text}{SWITCH_CODE}"));
    for file in listed.lines() {
        let from = workspace.root.join(file);
        if !from.is_file() {
            continue;
        }
        let content = match changed.get(file) {
            Some(text) => text.clone().into_bytes(),
            None => std::fs::read(&from)?,
        };
        write_if_new(&copy.join(file), &content)?;
    }
    Ok(())
}

fn write_if_new(path: &Path, content: &[u8]) -> Result<(), Failure> {
    if std::fs::read(path).is_ok_and(|known| known == content) {
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    Ok(std::fs::write(path, content)?)
}

/// What is wrong with the list: bugs whose place is not in the code, or there more than once.
pub(crate) fn unfit(root: &Path) -> Result<Vec<String>, Failure> {
    let (_, problems) = changed_files(root, &read(root)?)?;
    Ok(problems)
}

/// Every file that a bug changes, with all its bugs; and which of them do not fit.
fn changed_files(root: &Path, bugs: &[Bug]) -> Result<(BTreeMap<String, String>, Vec<String>), Failure> {
    let mut changed = BTreeMap::new();
    let mut problems = Vec::new();
    for (place, bug) in bugs.iter().enumerate() {
        let text = match changed.remove(&bug.file) {
            Some(text) => text,
            None => std::fs::read_to_string(root.join(&bug.file))
                .map_err(|error| format!("{}: {error}", bug.file))?,
        };
        match planted(&text, bug, place + 1) {
            Ok(text) => changed.insert(bug.file.clone(), text),
            Err(problem) => {
                problems.push(problem);
                changed.insert(bug.file.clone(), text)
            }
        };
    }
    Ok((changed, problems))
}

/// The text with a bug in it, behind its number.
fn planted(text: &str, bug: &Bug, number: usize) -> Result<String, String> {
    let count = text.matches(&bug.find).count();
    if count != 1 {
        return Err(format!("{}: what it replaces is {count} times in {}", bug.name, bug.file));
    }
    let place = if bug.file.starts_with(CORE) { "crate" } else { "portone_core" };
    let replace = bug.replace.replace(SWITCH, &format!("{place}::planted({number})"));
    Ok(text.replacen(&bug.find, &replace, 1))
}

/// Builds in the copy's own target: cargo takes crates of two workspaces for the same where their paths within them are, and
/// would play one's in the other.
fn build(workspace: &Workspace, copy: &Path, is_debug: bool) -> Result<PathBuf, Failure> {
    let profile = if is_debug { "dev" } else { PROFILE };
    let target = copy.join("target");
    let mut command = workspace.cargo(&["build", "-p", "portone-sim", "--profile", profile]);
    run(command.current_dir(copy).env("CARGO_TARGET_DIR", &target))?;
    Ok(target.join(if is_debug { "debug" } else { PROFILE }).join("portone-sim"))
}

/// Plays the copy with one bug on.
fn played(program: &Path, number: usize, seeds: u64) -> Result<Outcome, Failure> {
    let mut command = Command::new(program);
    command.args(["--seeds", &seeds.to_string()]).env(VARIABLE, number.to_string());
    let output = command.output()?;
    if output.status.success() {
        return Ok(Outcome::Missed);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Ok(Outcome::told(&said))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bug(file: &str) -> Bug {
        let text = |text: &str| text.to_owned();
        let (find, replace) = (text("if ready"), text("if $on || ready"));
        Bug { name: text("hasty"), what: text("It does not wait."), file: text(file), find, replace }
    }

    #[test]
    fn a_bug_is_planted_behind_its_number() {
        let text = planted("if ready { go() }", &bug("crates/portone-engine/src/a.rs"), 7).unwrap();
        assert_eq!(text, "if portone_core::planted(7) || ready { go() }");
        let text = planted("if ready { go() }", &bug("crates/portone-core/src/a.rs"), 7).unwrap();
        assert_eq!(text, "if crate::planted(7) || ready { go() }");
    }

    #[test]
    fn a_bug_has_one_place() {
        let problem = planted("if ready {} if ready {}", &bug("a.rs"), 1).unwrap_err();
        assert_eq!(problem, "hasty: what it replaces is 2 times in a.rs");
        assert!(planted("", &bug("a.rs"), 1).is_err());
    }
}
