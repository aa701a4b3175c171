//! `cargo xtask`: what a developer of this repository runs. It links no crate of the workspace, so that it works while
//! they do not compile.

mod bench;
mod cargo;
mod ci;
mod docs;
mod incidents;
mod new_adapter;
mod package;
mod sim;
mod test;
mod tidy;

use std::{error::Error, process::ExitCode};

use clap::{Parser, Subcommand};

use cargo::Workspace;

/// Why a task failed, for people to read.
pub(crate) type Failure = Box<dyn Error + Send + Sync>;

#[derive(Debug, Parser)]
#[command(name = "cargo xtask", about = "Tasks of this repository")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Measure the gateway beside its limits, and print the tables of docs/performance.md.
    Bench(bench::BenchArgs),
    /// Play seeds of the simulator until one goes wrong, or one of them again; with `planted`, play planted bugs.
    Sim(sim::SimArgs),
    /// Run every test of the project.
    Test,
    /// Check what the compiler does not: dependency arrows, small builds, files, adapters of one shape.
    Tidy,
    /// Write docs/rules.md and docs/support-matrix.md from the adapters.
    Docs(docs::DocsArgs),
    /// Write the crate of a new PG, and the lines that name it elsewhere.
    NewAdapter(new_adapter::NewAdapterArgs),
    /// Try new-adapter out in a copy of the repository.
    TryAdapter,
    /// Replay a PG's incidents with and without failover, and print the table of docs/failover.md.
    Incidents,
    /// Package every library as crates.io would take it, and build it from that.
    Package,
    /// Everything a change must pass: fmt, clippy, tidy, test, the simulator, package, a new adapter.
    Ci,
}

fn main() -> ExitCode {
    let task = Cli::parse().task;
    let result = Workspace::load().and_then(|workspace| match task {
        Task::Bench(args) => bench::run(&workspace, &args),
        Task::Sim(args) => sim::play(&workspace, &args),
        Task::Test => test::run(&workspace),
        Task::Tidy => tidy::run(&workspace),
        Task::Docs(args) => docs::run(&workspace, &args),
        Task::NewAdapter(args) => new_adapter::run(&workspace, &args),
        Task::TryAdapter => new_adapter::try_out(&workspace),
        Task::Incidents => incidents::run(&workspace),
        Task::Package => package::run(&workspace),
        Task::Ci => ci::run(&workspace),
    });
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error}");
            ExitCode::FAILURE
        }
    }
}
