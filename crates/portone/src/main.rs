//! The gateway in one binary: `portone serve` (the default), `sandbox`, `check`, `check-request`, `route`, `webhooks`,
//! `export`, `import`, `seal` and `rotate-key`.

mod banner;
mod check_request;
mod cli;
mod clock;
mod config;
mod demo;
mod duties;
mod keys;
mod listen;
mod notices;
mod route;
mod sandbox;
mod serve;
mod system;
mod transfer;
mod webhooks;

use std::process::ExitCode;

use clap::Parser as _;

use cli::{Cli, Command};

/// A payment is a few hundred short-lived allocations on several threads, which this allocator serves in less than half
/// the time of the system's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let _logging = system::start_logging();
    let result = match cli.command.unwrap_or(Command::Serve(cli.serve)) {
        Command::Serve(args) => system::run(serve::serve(args)),
        Command::Sandbox(args) => system::run(sandbox::run(args)),
        Command::Check(args) => serve::check(&args),
        Command::CheckRequest(args) => return exit(check_request::check_request(&args)),
        Command::Route(args) => route::route(&args),
        Command::Webhooks(args) => system::run(webhooks::run(args)),
        Command::Export(args) => transfer::export(&args),
        Command::Import(args) => transfer::import(&args),
        Command::Seal(args) => keys::seal(&args),
        Command::RotateKey(args) => keys::rotate_key(&args),
    };
    exit(result.map(|()| ExitCode::SUCCESS))
}

fn exit(result: Result<ExitCode, system::Failure>) -> ExitCode {
    match result {
        Ok(code) => code,
        Err(error) => {
            eprintln!("portone: {error}");
            ExitCode::FAILURE
        }
    }
}
