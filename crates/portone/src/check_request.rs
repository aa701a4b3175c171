//! `portone check-request`: a PG's documented rules on one request, for a shop's CI.

use std::io::Read as _;
use std::path::Path;
use std::process::ExitCode;

use portone_core::Severity;

use crate::cli::CheckRequestArgs;
use crate::system::{Failure, system_time};

/// The longest question read, in bytes.
const LENGTH_MAX: u64 = 1024 * 1024;

/// Prints a line a finding, and refuses with exit code 2 what the PG would refuse, corrupt or alter.
pub(crate) fn check_request(args: &CheckRequestArgs) -> Result<ExitCode, Failure> {
    let report = portone_gateway::check_request(&question(&args.file)?, system_time())?;
    for violation in &report.violations {
        let severity = match violation.severity {
            Severity::Reject => "reject",
            Severity::Advise => "advise",
        };
        println!("{severity} {violation} ({})", violation.source);
    }
    if report.is_empty() {
        println!("no documented rule is broken");
    }
    Ok(if report.refuses() { ExitCode::from(2) } else { ExitCode::SUCCESS })
}

/// A file's text, or standard input's for `-`.
fn question(path: &Path) -> Result<String, Failure> {
    let source: Box<dyn std::io::Read> = if path == Path::new("-") {
        Box::new(std::io::stdin())
    } else {
        Box::new(std::fs::File::open(path).map_err(|error| format!("{}: {error}", path.display()))?)
    };
    let mut text = String::new();
    source.take(LENGTH_MAX).read_to_string(&mut text)?;
    Ok(text)
}
