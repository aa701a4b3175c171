//! What was found of each planted bug, kept so that a run goes on where an earlier one was stopped.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::Failure;

use super::planted::Bug;

/// What came of a planted bug.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// A seed went wrong.
    Caught { seed: u64, violation: String },
    /// All went well.
    Missed,
}

impl Outcome {
    /// Reads what the simulator said of a seed that went wrong.
    pub(crate) fn told(said: &str) -> Self {
        let seed = said
            .lines()
            .find_map(|line| line.strip_prefix("seed ")?.strip_suffix(" went wrong:")?.parse().ok());
        let violation = said.lines().skip_while(|line| !line.ends_with(" went wrong:")).nth(1);
        let violation = violation.or_else(|| said.lines().find(|line| line.contains("panicked")));
        let violation = violation.unwrap_or("it ended otherwise").trim();
        Self::Caught { seed: seed.unwrap_or(0), violation: violation.chars().take(60).collect() }
    }

    pub(crate) fn text(&self) -> String {
        match self {
            Self::Caught { seed, violation } => format!("caught by seed {seed}: {violation}"),
            Self::Missed => "missed".to_owned(),
        }
    }
}

/// What is known, by the bugs' names.
#[derive(Debug)]
pub(crate) struct Results {
    path: PathBuf,
    known: BTreeMap<String, (u64, Outcome)>,
}

impl Results {
    pub(crate) fn open(path: &Path, anew: bool) -> Self {
        let text = if anew { String::new() } else { std::fs::read_to_string(path).unwrap_or_default() };
        let known = text.lines().filter_map(line).collect();
        Self { path: path.to_owned(), known }
    }

    /// Whether a bug was played with as many seeds, or was caught.
    pub(crate) fn knows(&self, bug: &Bug, seeds: u64) -> bool {
        self.known
            .get(&bug.name)
            .is_some_and(|(played, outcome)| *outcome != Outcome::Missed || *played >= seeds)
    }

    pub(crate) fn add(&mut self, bug: &Bug, seeds: u64, outcome: Outcome) -> Result<(), Failure> {
        self.known.insert(bug.name.clone(), (seeds, outcome));
        let mut text = String::new();
        for (name, (seeds, outcome)) in &self.known {
            let (seed, violation) = match outcome {
                Outcome::Caught { seed, violation } => (seed.to_string(), violation.as_str()),
                Outcome::Missed => ("-".to_owned(), ""),
            };
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{name}\t{seeds}\t{seed}\t{violation}");
        }
        Ok(std::fs::write(&self.path, text)?)
    }
}

fn line(text: &str) -> Option<(String, (u64, Outcome))> {
    let mut parts = text.split('\t');
    let (name, seeds, seed) = (parts.next()?, parts.next()?.parse().ok()?, parts.next()?);
    let outcome = match seed.parse() {
        Ok(seed) => Outcome::Caught { seed, violation: parts.next()?.to_owned() },
        Err(_) => Outcome::Missed,
    };
    Some((name.to_owned(), (seeds, outcome)))
}

/// The table of docs/safety.md, and how many were caught.
pub(crate) fn table(bugs: &[Bug], results: &Results) -> String {
    let mut text =
        "| planted bug | what it does | caught by seed | what was seen |\n|---|---|---|---|\n".to_owned();
    let (mut caught, mut played) = (0, 0);
    for bug in bugs {
        let Some((seeds, outcome)) = results.known.get(&bug.name) else { continue };
        played += 1;
        let (seed, violation) = match outcome {
            Outcome::Caught { seed, violation } => (seed.to_string(), violation.as_str()),
            Outcome::Missed => (format!("missed in {seeds}"), ""),
        };
        caught += usize::from(*outcome != Outcome::Missed);
        let violation = kind_of(violation);
        // Writing to a String cannot fail.
        let _ = writeln!(text, "| `{}` | {} | {seed} | {violation} |", bug.name, bug.what);
    }
    let _ = write!(text, "\n{caught} of {played} caught.");
    text
}

/// What kind of violation it is: its words before a colon, less ids and amounts.
fn kind_of(violation: &str) -> String {
    let words = violation.split(':').next().unwrap_or_default().split_whitespace();
    let plain = words.filter(|word| word.chars().all(|char| char.is_alphabetic() || ",'".contains(char)));
    plain.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_violation_is_read_and_kept() {
        let said = "noise\nseed 12 went wrong:\n  charged twice: order1\n  more\nagain: …";
        let outcome = Outcome::told(said);
        assert_eq!(outcome, Outcome::Caught { seed: 12, violation: "charged twice: order1".to_owned() });
        let kept = line("hasty\t10000\t12\tcharged twice: order1").unwrap();
        assert_eq!(kept, ("hasty".to_owned(), (10_000, outcome)));
        assert_eq!(
            kind_of("schedule payment-schedule-01a1 of order5 is still STARTED"),
            "schedule of is still STARTED"
        );
        assert_eq!(line("hasty\t500\t-\t").unwrap().1, (500, Outcome::Missed));
    }
}
