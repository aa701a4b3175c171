//! `cargo xtask incidents`: one PG down for an hour or two, replayed in simulated time; the table of docs/failover.md.

use crate::Failure;
use crate::cargo::{self, Workspace};

pub(crate) fn run(workspace: &Workspace) -> Result<(), Failure> {
    let test = ["test", "--quiet", "--release", "--package", "portone-engine", "--test", "incidents"];
    let mut command = workspace.cargo(&test);
    cargo::run(command.args(["--", "--nocapture"]).env("PORTONE_INCIDENTS", "all"))
}
