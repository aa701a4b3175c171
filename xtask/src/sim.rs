//! Plays the simulator, and plays it on planted bugs.

mod planted;
mod results;

use clap::{Args, Subcommand};

use crate::Failure;
use crate::cargo::{Workspace, run};

/// The simulator's cargo profile, and the folder of the target where its builds are.
const PROFILE: &str = "sim";
/// With its build from nothing this takes two cores less than five minutes.
const CI_SEED_COUNT: &str = "10000";

/// With `planted`, plays bugs that are planted into a copy of the workspace; else plays seeds.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct SimArgs {
    #[command(subcommand)]
    task: Option<SimTask>,
    /// What the simulator is told: `--seeds N`, `--from N`, `--all`, `--seed S`, `--trace`, `--threads N`.
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
    let words: Vec<&str> = args.args.iter().map(String::as_str).collect();
    play_seeds(workspace, &words)
}

/// Which planted bugs do not fit the code any more.
pub(crate) fn unfit_bugs(root: &std::path::Path) -> Result<Vec<String>, Failure> {
    planted::unfit(root)
}

/// Plays as many seeds as CI does.
pub(crate) fn play_for_ci(workspace: &Workspace) -> Result<(), Failure> {
    play_seeds(workspace, &["--seeds", CI_SEED_COUNT])
}

fn play_seeds(workspace: &Workspace, args: &[&str]) -> Result<(), Failure> {
    let words = [&["run", "--profile", PROFILE, "-p", "portone-sim", "--"], args].concat();
    run(&mut workspace.cargo(&words))
}
