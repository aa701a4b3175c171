//! Why no channel takes a request.

use std::fmt;

use portone_core::{ChannelGroupId, ChannelKey};
use serde::{Deserialize, Serialize};

use crate::{CandidateRecord, Verdict, ViolationRecord};

/// One version of a group's settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupVersion {
    /// The group.
    pub id: ChannelGroupId,
    /// The version of its settings.
    pub version: u32,
}

/// Why no channel can be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum NoChannelReason {
    /// No member is active with a positive weight (rule SR-032; for an issue, none is active): V2
    /// `CHANNEL_NOT_FOUND`.
    NoSelectableMember,
    /// Every channel that holds a key is inactive or was removed from the group (rule SR-076): V2
    /// `CHANNEL_NOT_FOUND`.
    NoUsableBillingKey,
    /// The named channel holds no key of this billing key (rule SR-071): V2 `CHANNEL_NOT_FOUND`.
    PinWithoutBillingKey,
    /// The named channel is missing or inactive: V2 `CHANNEL_NOT_FOUND`.
    PinUnusable,
    /// The request breaks rules: V2 `INVALID_REQUEST`.
    Refused,
}

impl NoChannelReason {
    /// What is wrong, and the remedy.
    pub const fn explanation(self) -> &'static str {
        match self {
            Self::NoSelectableMember => {
                "no channel of the group can take it (SR-032); activate a channel or give it a weight"
            }
            Self::NoUsableBillingKey => {
                "no active channel of the group holds this billing key (SR-076); activate one or issue a new key"
            }
            Self::PinWithoutBillingKey => {
                "the channel named by channelKey does not hold this billing key (SR-071); name one that does"
            }
            Self::PinUnusable => "the channel named by channelKey is missing or inactive; name another",
            Self::Refused => "the request breaks documented rules",
        }
    }
}

/// No channel takes the request: why, and everything that was found wrong, channel by channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "camelCase")]
pub struct NoChannel {
    /// Why.
    pub reason: NoChannelReason,
    /// The group; absent where the request named a channel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<GroupVersion>,
    /// What the group itself requires and the request lacks (rules SR-040 to SR-053).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub required: Vec<ViolationRecord>,
    /// Every channel that was considered, with its verdict.
    pub candidates: Vec<CandidateRecord>,
}

impl NoChannel {
    /// What each channel's own rules found, in the group's order.
    pub fn violations(&self) -> impl Iterator<Item = (&ChannelKey, &ViolationRecord)> {
        self.candidates.iter().flat_map(|candidate| {
            let violations: &[ViolationRecord] = match &candidate.verdict {
                Verdict::Refused(violations) => violations,
                Verdict::Eligible
                | Verdict::InactiveMember
                | Verdict::InactiveChannel
                | Verdict::ChannelMissing
                | Verdict::NoBillingKey
                | Verdict::ZeroWeight
                | Verdict::Tried
                | Verdict::CircuitOpen => &[],
            };
            violations.iter().map(|violation| (&candidate.channel_key, violation))
        })
    }
}

/// The explanation, then one line a finding: `CODE field: what is wrong, remedy`, behind its channel's key where a
/// channel's own rule is broken.
impl fmt::Display for NoChannel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.reason.explanation())?;
        self.required.iter().try_for_each(|violation| write!(f, "\n{violation}"))?;
        self.violations().try_for_each(|(channel, violation)| write!(f, "\n{channel}: {violation}"))
    }
}
