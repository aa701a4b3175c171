//! `cargo xtask ci`: everything a change must pass, cheapest first.

use crate::cargo::{self, Workspace};
use crate::{Failure, docs, new_adapter, package, sim, test, tidy};

/// Stops at the first task that fails.
pub(crate) fn run(workspace: &Workspace) -> Result<(), Failure> {
    cargo::run(&mut workspace.cargo(&["fmt", "--all", "--check"]))?;
    tidy::run(workspace)?;
    docs::run(workspace, &docs::DocsArgs { check: true })?;
    let clippy = ["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"];
    cargo::run(&mut workspace.cargo(&clippy))?;
    test::run(workspace)?;
    sim::play_for_ci(workspace)?;
    new_adapter::try_out(workspace)?;
    package::run(workspace)
}
