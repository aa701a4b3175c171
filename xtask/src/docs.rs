//! `cargo xtask docs`: the pages of docs/ that are written from the adapters' rules and profiles.

use clap::Args;

use crate::Failure;
use crate::cargo::{self, Workspace};

/// The pages, by the name the router's example `docs` has for each.
const PAGES: [&str; 2] = ["rules", "support-matrix"];

#[derive(Debug, Args)]
pub(crate) struct DocsArgs {
    /// Write nothing, and fail where a page is not what it would be written as.
    #[arg(long)]
    pub(crate) check: bool,
}

pub(crate) fn run(workspace: &Workspace, args: &DocsArgs) -> Result<(), Failure> {
    for page in PAGES {
        let print = ["run", "--quiet", "--package", "portone-router", "--example", "docs", "--", page];
        let text = cargo::output_of(&mut workspace.cargo(&print))?;
        let path = workspace.root.join("docs").join(format!("{page}.md"));
        if !args.check {
            std::fs::write(&path, text)?;
        } else if std::fs::read_to_string(&path).ok().as_ref() != Some(&text) {
            return Err(format!("docs/{page}.md is not what the adapters say; run `cargo xtask docs`").into());
        }
    }
    Ok(())
}
