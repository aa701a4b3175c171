//! Drawing around channels that do not work: what failover takes out of a draw, and how the record tells it.

use std::fmt;

use portone_core::ChannelKey;
use serde::{Deserialize, Serialize};

use crate::circuit::Passage;
use crate::{CandidateRecord, Verdict};

/// What a draw has to go around.
#[derive(Clone, Copy)]
pub struct Around<'a> {
    /// Whether a payment may be drawn to a channel now.
    pub passage: &'a dyn Fn(&ChannelKey) -> Passage,
    /// The channels that this payment has been to, in order; empty for its first draw.
    pub tried: &'a [ChannelKey],
    /// Why it is drawn again; absent for its first draw.
    pub after: Option<&'a Reroute>,
}

impl fmt::Debug for Around<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Around")
            .field("tried", &self.tried)
            .field("after", &self.after)
            .finish_non_exhaustive()
    }
}

/// Why a payment left a channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Reroute {
    /// The channel that was asked before.
    pub from: ChannelKey,
    /// What it came to there: no other class is ever followed by another channel.
    pub because: RerouteClass,
    /// In words: the PG's for a decline, else ours.
    pub reason: String,
}

/// The class of a failure that another channel may follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RerouteClass {
    /// Nothing reached the PG's ledger.
    Unavailable,
    /// The PG declined with a code that the policy lists.
    Declined,
}

impl fmt::Display for RerouteClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unavailable => "it was unavailable",
            Self::Declined => "it declined",
        })
    }
}

/// What failover did to a draw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FailoverRecord {
    /// Counts the channels of one request from 1.
    pub attempt: u32,
    /// What it came after; absent for the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Reroute>,
    /// Channels with an open circuit that were in the draw all the same, as canaries.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub canaries: Vec<ChannelKey>,
    /// Whether every channel that could take the payment had an open circuit, so that they were drawn from as if closed.
    #[serde(default, skip_serializing_if = "is_false")]
    pub last_resort: bool,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde's signature
const fn is_false(value: &bool) -> bool {
    !*value
}

impl fmt::Display for FailoverRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "attempt {}", self.attempt)?;
        if let Some(after) = &self.after {
            write!(f, ", after {} because {}: {}", after.from, after.because, after.reason)?;
        }
        self.canaries.iter().try_for_each(|canary| write!(f, "; {canary} as a canary"))?;
        if self.last_resort { f.write_str("; every circuit open: as if closed") } else { Ok(()) }
    }
}

impl Around<'_> {
    /// Takes out what was tried and what does not work. The first draw never ends with nobody for open circuits alone.
    pub(crate) fn take_out(&self, candidates: &mut [CandidateRecord]) -> FailoverRecord {
        let mut record = FailoverRecord {
            attempt: u32::try_from(self.tried.len()).unwrap_or(u32::MAX).saturating_add(1),
            after: self.after.cloned(),
            canaries: Vec::new(),
            last_resort: false,
        };
        for candidate in candidates.iter_mut().filter(|candidate| candidate.verdict == Verdict::Eligible) {
            if self.tried.contains(&candidate.channel_key) {
                candidate.verdict = Verdict::Tried;
                continue;
            }
            match (self.passage)(&candidate.channel_key) {
                Passage::Free => {}
                Passage::Canary => record.canaries.push(candidate.channel_key.clone()),
                Passage::Barred => candidate.verdict = Verdict::CircuitOpen,
            }
        }
        let is_nobody_left = candidates.iter().all(|candidate| candidate.verdict != Verdict::Eligible);
        if self.tried.is_empty() && is_nobody_left {
            for candidate in candidates.iter_mut().filter(|one| one.verdict == Verdict::CircuitOpen) {
                candidate.verdict = Verdict::Eligible;
                record.last_resort = true;
            }
        }
        record
    }
}
