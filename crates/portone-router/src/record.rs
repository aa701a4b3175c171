//! The record of a decision: everything that decided it, so that it can be explained and replayed.

use std::fmt;

use portone_core::{
    Admitted, ChannelGroupId, ChannelKey, OnViolation, PgProvider, Report, Severity, Violation,
};
use serde::{Deserialize, Serialize};

use crate::FailoverRecord;
use crate::draw::pick;

/// What a channel is drawn for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Purpose {
    /// A payment by itself: drawn by weight (rule SR-030).
    OneTime,
    /// A payment with a super billing key: drawn by current weight among the channels that hold a key (rule SR-072).
    BillingKeyPayment,
}

/// A broken rule as a record keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ViolationRecord {
    /// The rule's code (`SMARTRO-001`).
    pub rule: String,
    /// The field's path as the V2 REST API spells it.
    pub field: String,
    /// What is wrong with the value, and the remedy.
    pub message: String,
    /// The documents behind the rule.
    pub source: String,
}

impl ViolationRecord {
    /// The findings of a report that refuse the request.
    pub fn rejections_of(report: &Report) -> Vec<Self> {
        Self::of(report, Severity::Reject)
    }

    /// The findings of a report that the caller should hear of.
    pub fn advice_of(report: &Report) -> Vec<Self> {
        Self::of(report, Severity::Advise)
    }

    fn of(report: &Report, severity: Severity) -> Vec<Self> {
        report.violations.iter().filter(|found| found.severity == severity).map(Self::from).collect()
    }
}

impl From<&Violation> for ViolationRecord {
    fn from(violation: &Violation) -> Self {
        Self {
            rule: violation.rule.to_owned(),
            field: violation.field.clone(),
            message: violation.message.clone(),
            source: violation.source.to_owned(),
        }
    }
}

impl fmt::Display for ViolationRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.rule, self.field, self.message)
    }
}

/// Why a member of a group may be drawn, or may not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "violations", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Verdict {
    /// It may be drawn.
    Eligible,
    /// It is switched off in the group (rule SR-006).
    InactiveMember,
    /// Its channel is switched off.
    InactiveChannel,
    /// There is no such channel any more.
    ChannelMissing,
    /// It holds no PG billing key of this billing key (rules SR-071 and SR-073).
    NoBillingKey,
    /// Its weight is 0 (rule SR-031; rule SR-074 says when that does not matter).
    ZeroWeight,
    /// This payment has been there, and failed.
    Tried,
    /// It does not work: payments are drawn elsewhere until it does.
    CircuitOpen,
    /// Its PG's rules or profile refuse the request.
    Refused(Vec<ViolationRecord>),
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Eligible => f.write_str("eligible"),
            Self::InactiveMember => f.write_str("inactive in the group"),
            Self::InactiveChannel => f.write_str("inactive channel"),
            Self::ChannelMissing => f.write_str("no such channel"),
            Self::NoBillingKey => f.write_str("holds no billing key"),
            Self::ZeroWeight => f.write_str("weight 0"),
            Self::Tried => f.write_str("tried before"),
            Self::CircuitOpen => f.write_str("its circuit is open"),
            Self::Refused(violations) => {
                f.write_str("refused")?;
                violations.iter().try_for_each(|violation| write!(f, "\n    {violation}"))
            }
        }
    }
}

/// An exact probability: the share of one channel over the sum of all shares, not reduced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Probability {
    /// The channel's share.
    pub numerator: u32,
    /// The sum of all shares; 1 where there is none.
    pub denominator: u64,
}

impl fmt::Display for Probability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.numerator, self.denominator)
    }
}

/// One member of the group in the record of a decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CandidateRecord {
    /// The channel's key.
    pub channel_key: ChannelKey,
    /// Its PG; absent where the channel is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<PgProvider>,
    /// Its weight in the group, in percent; 0 for a channel named by the request.
    pub weight: u32,
    /// Whether it may be drawn.
    pub verdict: Verdict,
    /// How probable it was.
    pub probability: Probability,
}

impl CandidateRecord {
    const fn is_eligible(&self) -> bool {
        matches!(self.verdict, Verdict::Eligible)
    }

    /// Its share in the draw: its weight if it is eligible; 1 where every eligible one has weight 0 (rules SR-074 and
    /// SR-075).
    pub(crate) const fn share(&self, zero_weight_fallback: bool) -> u32 {
        match (self.is_eligible(), zero_weight_fallback) {
            (false, _) => 0,
            (true, false) => self.weight,
            (true, true) => 1,
        }
    }
}

impl fmt::Display for CandidateRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let provider = self.provider.as_ref().map_or("?", |provider| provider.as_str());
        write!(
            f,
            "{} ({provider}): weight {}, probability {}, {}",
            self.channel_key, self.weight, self.probability, self.verdict
        )
    }
}

/// The share of each candidate in the draw.
pub(crate) fn shares(candidates: &[CandidateRecord]) -> impl Iterator<Item = u32> + Clone + '_ {
    let fallback = is_zero_weight_fallback(candidates);
    candidates.iter().map(move |candidate| candidate.share(fallback))
}

pub(crate) fn is_zero_weight_fallback(candidates: &[CandidateRecord]) -> bool {
    candidates.iter().all(|candidate| !candidate.is_eligible() || candidate.weight == 0)
}

/// How a group's channel was chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GroupDecision {
    /// The group.
    pub group_id: ChannelGroupId,
    /// The version of its settings.
    pub group_version: u32,
    /// What for.
    pub purpose: Purpose,
    /// The group's policy on channels whose rules refuse.
    pub on_violation: OnViolation,
    /// The random number; a decimal text in JSON, whose numbers do not hold 64 bits everywhere.
    #[serde(with = "decimal_text")]
    pub draw: u64,
    /// Every member of the group, in its order.
    pub candidates: Vec<CandidateRecord>,
    /// The chosen channel.
    pub chosen: ChannelKey,
    /// What the caller should hear of: the group's advice, then the chosen channel's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub advice: Vec<ViolationRecord>,
    /// What failover did; absent where the group has no policy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failover: Option<FailoverRecord>,
}

impl GroupDecision {
    /// Whether the payment went to a channel that does not work, to find out whether it does again.
    pub fn is_canary(&self) -> bool {
        self.failover.as_ref().is_some_and(|record| record.canaries.contains(&self.chosen))
    }

    /// Whether only channels of weight 0 held a billing key, and one of them was used (rule SR-074).
    pub fn is_zero_weight_fallback(&self) -> bool {
        is_zero_weight_fallback(&self.candidates)
    }

    /// The channel that the recorded verdicts, weights and draw lead to.
    fn replay(&self) -> Option<&ChannelKey> {
        pick(shares(&self.candidates), self.draw).map(|at| &self.candidates[at].channel_key)
    }
}

/// A channel that the request named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PinnedDecision {
    /// The channel.
    pub chosen: ChannelKey,
    /// Its PG.
    pub provider: PgProvider,
    /// What for.
    pub purpose: Purpose,
    /// What the caller should hear of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub advice: Vec<ViolationRecord>,
}

/// Why a payment went to its channel. Stored with the payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Decision {
    /// It was drawn from a group.
    Group(GroupDecision),
    /// The request named it: nothing was drawn.
    Pinned(PinnedDecision),
}

impl Decision {
    /// The chosen channel.
    pub const fn chosen(&self) -> &ChannelKey {
        match self {
            Self::Group(decision) => &decision.chosen,
            Self::Pinned(decision) => &decision.chosen,
        }
    }

    /// What the caller should hear of.
    pub fn advice(&self) -> &[ViolationRecord] {
        match self {
            Self::Group(decision) => &decision.advice,
            Self::Pinned(decision) => &decision.advice,
        }
    }

    /// Decides again from the record alone. It equals [`Decision::chosen`] unless the record was tampered with;
    /// `None` when the record leaves nothing to draw from.
    pub fn replay(&self) -> Option<&ChannelKey> {
        match self {
            Self::Group(decision) => decision.replay(),
            Self::Pinned(decision) => Some(&decision.chosen),
        }
    }
}

/// The decision in words, one line a candidate.
impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pinned(decision) => write!(f, "{}: named by the request", decision.chosen)?,
            Self::Group(decision) => {
                write!(f, "{}: drawn ({}) from ", decision.chosen, decision.draw)?;
                write!(f, "{} version {}", decision.group_id, decision.group_version)?;
                decision.candidates.iter().try_for_each(|candidate| write!(f, "\n  {candidate}"))?;
                if let Some(failover) = &decision.failover {
                    write!(f, "\n  {failover}")?;
                }
            }
        }
        self.advice().iter().try_for_each(|advice| write!(f, "\n  advice {advice}"))
    }
}

/// The advice that goes with an admitted command.
pub(crate) fn advice_of(admitted: Option<&Admitted<'_>>) -> Vec<ViolationRecord> {
    admitted.map(|admitted| ViolationRecord::advice_of(admitted.advice())).unwrap_or_default()
}

mod decimal_text {
    use std::borrow::Cow;

    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    #[allow(clippy::trivially_copy_pass_by_ref)] // serde's signature
    pub(super) fn serialize<S: Serializer>(value: &u64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(value)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
        Cow::<'de, str>::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}
