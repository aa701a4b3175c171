//! The load generator, the limits the gateway is compared with, and the report. `cargo xtask bench` runs it.
//!
//! Figures move from machine to machine, so the gateway is measured beside a limit in the same run, taking turns, and
//! what is compared is the ratio and the CPU time per request.

mod client;
mod clock;
mod constant;
mod format;
mod gateway;
mod load;
mod machine;
mod measure;
mod process;
mod reference;
mod report;
mod run;
mod statistics;
mod two_commits;
mod v1;

use std::{error::Error, net::SocketAddr, path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};

/// Any error that ends a measurement, for people to read.
pub(crate) type Failure = Box<dyn Error + Send + Sync>;

#[derive(Debug, Parser)]
#[command(name = "portone-bench", about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Measure the gateway and its limits; Markdown goes to standard output.
    Run(run::RunArgs),
    /// Measure the gateway's V1 face beside another server of the V1 API; Markdown goes to standard output.
    V1(v1::V1Args),
    /// The reference gateway: intent, call, result, and nothing else.
    Reference {
        /// Where it listens.
        #[arg(long)]
        listen: SocketAddr,
        /// Its SQLite file.
        #[arg(long)]
        database: PathBuf,
        /// What it calls for each payment, as http://host:port.
        #[arg(long)]
        upstream: String,
    },
    /// A server that gives every request the same answer.
    Constant {
        /// Where it listens.
        #[arg(long)]
        listen: SocketAddr,
    },
}

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Run(args) => run::run(&args).map(|markdown| print!("{markdown}")),
        Command::V1(args) => v1::run(&args).map(|markdown| print!("{markdown}")),
        Command::Reference { listen, database, upstream } => reference::serve(listen, &database, upstream),
        Command::Constant { listen } => constant::serve(listen),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("portone-bench: {error}");
            ExitCode::FAILURE
        }
    }
}
