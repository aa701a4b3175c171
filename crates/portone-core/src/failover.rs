//! What a channel group does when the channel that was drawn does not take a payment.

use serde::{Deserialize, Serialize};

use crate::{Decline, PgProvider, Report, Rule, Severity};

/// How many other channels a payment may go to at most: a group holds ten.
pub const REROUTE_COUNT_MAX: u32 = 9;
/// The longest time after a payment's first call in which another one may begin, in seconds.
pub const REROUTE_WITHIN_SECONDS_MAX: u32 = 300;
/// How many codes a policy lists at most.
pub const DECLINE_COUNT_MAX: usize = 100;
/// How long a listed code is at most, in bytes.
pub const DECLINE_LENGTH_MAX: usize = 100;

/// A group's failover policy: another channel after a PG that was not reached, and after declines it lists; never after an
/// unknown outcome. This project's own: the documents know one draw (rule SR-033).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct FailoverPolicy {
    /// To how many other channels a payment may go after its first: 1 to [`REROUTE_COUNT_MAX`].
    pub reroutes_max: u32,
    /// How long after its first call another one may begin, in seconds: 1 to [`REROUTE_WITHIN_SECONDS_MAX`].
    pub within_seconds: u32,
    /// The PG's codes after which another channel is asked: `CODE`, or `PROVIDER:CODE` for one PG's only.
    pub declines: Vec<String>,
}

impl Default for FailoverPolicy {
    fn default() -> Self {
        Self { reroutes_max: 2, within_seconds: 30, declines: Vec::new() }
    }
}

impl FailoverPolicy {
    /// Whether another channel is asked after a PG declined so.
    pub fn lists(&self, provider: &PgProvider, decline: &Decline) -> bool {
        self.declines.iter().any(|listed| {
            *listed == decline.code
                || listed.split_once(':') == Some((provider.as_str(), decline.code.as_str()))
        })
    }

    /// Adds what is wrong with it; fields are named as the admin face spells them.
    pub fn check(&self, report: &mut Report) {
        let Self { reroutes_max, within_seconds, declines } = self;
        if !(1..=REROUTE_COUNT_MAX).contains(reroutes_max) {
            let text = format!("is {reroutes_max}; use 1 to {REROUTE_COUNT_MAX}");
            report.add(&GROUP_FAILOVER, "failover.reroutesMax", text);
        }
        if !(1..=REROUTE_WITHIN_SECONDS_MAX).contains(within_seconds) {
            let text = format!("is {within_seconds}; use 1 to {REROUTE_WITHIN_SECONDS_MAX}");
            report.add(&GROUP_FAILOVER, "failover.withinSeconds", text);
        }
        if declines.len() > DECLINE_COUNT_MAX {
            let text = format!("lists {} codes; at most {DECLINE_COUNT_MAX} are allowed", declines.len());
            report.add(&GROUP_FAILOVER, "failover.declines", text);
        }
        for (at, code) in declines.iter().enumerate() {
            if let Some(problem) = problem_of(code, &declines[..at]) {
                report.add(&GROUP_FAILOVER, format!("failover.declines[{at}]"), problem);
            }
        }
    }
}

fn problem_of(code: &str, earlier: &[String]) -> Option<String> {
    let own = code.split_once(':').map_or(code, |(_, own)| own);
    if own.trim().is_empty() {
        return Some("is empty; give a PG's code, such as K110 or KPN:K110".to_owned());
    }
    if code.len() > DECLINE_LENGTH_MAX {
        return Some(format!("has {} bytes; at most {DECLINE_LENGTH_MAX} are allowed", code.len()));
    }
    if own == "UNKNOWN_OUTCOME" {
        let text = "`UNKNOWN_OUTCOME` is no decline: money may have moved; leave it out";
        return Some(text.to_owned());
    }
    earlier.iter().any(|other| other == code).then(|| format!("`{code}` is listed twice; list it once"))
}

pub(crate) const GROUP_FAILOVER: Rule = Rule {
    code: "GROUP-FAILOVER",
    severity: Severity::Reject,
    reason: "A failover policy has bounds, and lists declines only.",
    source: "this project",
};

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(policy: &FailoverPolicy) -> Vec<String> {
        let mut report = Report::new();
        policy.check(&mut report);
        report.violations.iter().map(ToString::to_string).collect()
    }

    fn listing(declines: &[&str]) -> FailoverPolicy {
        let declines = declines.iter().map(|code| (*code).to_owned()).collect();
        FailoverPolicy { declines, ..FailoverPolicy::default() }
    }

    #[test]
    fn a_code_counts_for_every_pg_or_for_the_one_named() {
        let policy = listing(&["110", "KPN:K110"]);
        let kpn = PgProvider::parse("KPN").unwrap();
        let smartro = PgProvider::parse("SMARTRO_V2").unwrap();
        let decline = |code: &str| Decline { code: code.to_owned(), message: String::new() };
        assert!(policy.lists(&kpn, &decline("110")) && policy.lists(&smartro, &decline("110")));
        assert!(policy.lists(&kpn, &decline("K110")));
        assert!(!policy.lists(&smartro, &decline("K110")));
        assert!(!policy.lists(&kpn, &decline("K11")) && !policy.lists(&kpn, &decline("")));
    }

    #[test]
    fn bounds_are_checked_at_the_edge_and_one_past_it() {
        for (reroutes_max, within_seconds, count) in
            [(1, 1, 0), (9, 300, 0), (0, 0, 2), (10, 301, 2), (2, 30, 0)]
        {
            let policy = FailoverPolicy { reroutes_max, within_seconds, declines: Vec::new() };
            assert_eq!(findings(&policy).len(), count, "{policy:?}");
        }
    }

    #[test]
    fn every_mistake_is_told() {
        let long = "x".repeat(101);
        let found =
            findings(&listing(&["", "KPN:", "A1", "A1", "UNKNOWN_OUTCOME", "KPN:UNKNOWN_OUTCOME", &long]));
        assert_eq!(found.len(), 6, "{found:?}");
        assert!(found[2].contains("failover.declines[3]") && found[2].contains("listed twice"), "{found:?}");
    }
}
