//! `cargo xtask bench`: builds what is measured and what measures, and runs it.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use clap::Args;

use crate::Failure;
use crate::cargo::{Workspace, output_of, run as run_command};

#[derive(Debug, Args)]
pub(crate) struct BenchArgs {
    /// One short round, to see that everything works; its figures are rough.
    #[arg(long)]
    quick: bool,
    /// A folder on the disk to measure, instead of the system's temporary folder.
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,
    /// Put the tables into docs/performance.md instead of printing them.
    #[arg(long, conflicts_with = "press")]
    write: bool,
    /// Instead of measuring, press the gateway for this many seconds at 32 connections, for a profiler.
    #[arg(long, value_name = "SECONDS")]
    press: Option<u64>,
    /// Instead, measure the V1 face alone.
    #[arg(long, conflicts_with_all = ["press", "write", "quick"])]
    v1: bool,
    /// Measure the V1 face beside another server of the V1 API that listens here, such as fake-iamport-server.
    #[arg(long, value_name = "ADDRESS", requires = "v1")]
    peer: Option<String>,
}

const DOCUMENT: &str = "docs/performance.md";
const BEGIN: &str = "<!-- bench: begin -->\n";
const END: &str = "<!-- bench: end -->\n";

/// Builds and measures.
pub(crate) fn run(workspace: &Workspace, args: &BenchArgs) -> Result<(), Failure> {
    // Apart: built together, the generator's dependencies would switch features of the gateway's on.
    for package in ["portone", "portone-bench"] {
        run_command(&mut workspace.cargo(&["build", "--release", "--package", package]))?;
    }
    let folder = workspace.target.join("release");
    let mut command = Command::new(folder.join("portone-bench"));
    command.arg(if args.v1 { "v1" } else { "run" }).arg("--portone").arg(folder.join("portone"));
    if let Some(peer) = &args.peer {
        command.args(["--peer", peer]);
    }
    if args.quick {
        command.arg("--quick");
    }
    if let Some(data) = &args.data {
        command.arg("--data").arg(data);
    }
    if let Some(seconds) = args.press {
        command.args(["--press", &seconds.to_string()]);
    }
    if !args.write {
        return run_command(&mut command);
    }
    command.stderr(std::process::Stdio::inherit());
    let tables = output_of(&mut command)?;
    let path = workspace.root.join(DOCUMENT);
    let document = fs::read_to_string(&path)?;
    let document = replaced(&document, &tables).ok_or_else(|| format!("{DOCUMENT} has lost its marks"))?;
    Ok(fs::write(path, document)?)
}

/// The document with other tables between its marks; `None` without both marks.
fn replaced(document: &str, tables: &str) -> Option<String> {
    let (before, rest) = document.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}\n{tables}\n{END}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_tables_are_replaced() {
        let document = format!("Head\n\n{BEGIN}\nold\n{END}\nTail\n");
        let expected = format!("Head\n\n{BEGIN}\nnew\n\n{END}\nTail\n");
        assert_eq!(replaced(&document, "new\n"), Some(expected));
        assert_eq!(replaced("Head\n", "new"), None);
    }
}
