//! Plays the simulator, and plays it on planted bugs.

mod planted;
mod results;

use clap::{Args, Subcommand};

use crate::Failure;
use crate::cargo::{Workspace, run};

/// With `planted`, plays bugs that are planted into a copy of the workspace; else plays seeds.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct SimArgs {
    #[command(subcommand)]
    task: Option<SimTask>,
    /// What the simulator is told: `--seeds N`, `--from N`, `--seed S`, `--trace`, `--threads N`.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    args: Vec<String>,
}

#[derive(Debug, Subcommand)]
enum SimTask {
    /// Plant each bug of crates/portone-sim/planted.toml in turn, and see whether the simulator finds it.
    Planted(planted::PlantedArgs),
}

pub(crate) fn play(workspace: &Workspace, args: &SimArgs) -> Result<(), Failure> {
    if let Some(SimTask::Planted(args)) = &args.task {
        return planted::play(workspace, args);
    }
    play_seeds(workspace, &args.args)
}

fn play_seeds(workspace: &Workspace, args: &[String]) -> Result<(), Failure> {
    let mut words = vec!["run", "--release", "--quiet", "-p", "portone-sim", "--"];
    words.extend(args.iter().map(String::as_str));
    run(&mut workspace.cargo(&words))
}
