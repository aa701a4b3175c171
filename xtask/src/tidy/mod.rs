//! `cargo xtask tidy`: checks the compiler does not make. Each finding says what is wrong and what to do.

mod adapters;
mod arrows;
mod catalogue;
pub(crate) mod files;
mod small_builds;

use std::fmt;

use crate::Failure;
use crate::cargo::Workspace;
use crate::sim;

/// Something wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    /// A file or a package.
    place: String,
    problem: String,
    remedy: String,
}

impl Finding {
    fn new(place: impl Into<String>, problem: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { place: place.into(), problem: problem.into(), remedy: remedy.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}; {}", self.place, self.problem, self.remedy)
    }
}

/// Makes every check and tells all findings together.
pub(crate) fn run(workspace: &Workspace) -> Result<(), Failure> {
    let mut findings = arrows::check(workspace);
    findings.extend(small_builds::check(workspace)?);
    findings.extend(files::check(&workspace.root)?);
    findings.extend(adapters::check(workspace)?);
    findings.extend(catalogue::check(&workspace.root)?);
    let remedy = "say in crates/portone-sim/planted.toml what stands there now";
    let unfit = sim::unfit_bugs(&workspace.root)?;
    findings.extend(unfit.into_iter().map(|problem| Finding::new("planted bugs", problem, remedy)));
    for finding in &findings {
        eprintln!("tidy: {finding}");
    }
    if findings.is_empty() {
        println!("xtask tidy: ok: {} packages", workspace.packages.len());
        return Ok(());
    }
    Err(format!("tidy: {} findings", findings.len()).into())
}
