//! A super billing key (슈퍼 빌링키): one billing key issued at every active channel of a group.

use std::fmt;

use portone_core::{Admitted, ChannelGroupId, ChannelKey, OnViolation, PgProvider};
use serde::{Deserialize, Serialize};

use crate::{
    NoChannel, NoChannelReason, Roster, Verdict, ViolationRecord, record::advice_of, roster::Evaluated,
};

/// Where a super billing key is to be issued.
#[derive(Debug)]
pub struct IssuePlan<'a> {
    /// The channels to ask, in the group's order. Empty when each active channel's rules refuse: the issue fails at
    /// all of them (rule SR-064).
    pub tries: Vec<IssueTry<'a>>,
    /// Which channels, and why: stored before anything is sent.
    pub record: IssueRecord,
}

/// One channel to ask for a billing key. Its `Debug` shows the channel only: a command holds the buyer's name.
pub struct IssueTry<'a> {
    /// The channel.
    pub channel_key: ChannelKey,
    /// The command as its rules let it pass. `None` only where the candidate had no [`Ask`](crate::Ask).
    pub admitted: Option<Admitted<'a>>,
}

impl fmt::Debug for IssueTry<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IssueTry").field("channel_key", &self.channel_key).finish_non_exhaustive()
    }
}

/// The record of an issue plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IssueRecord {
    /// The group, which the billing key remembers (rule SR-061).
    pub group_id: ChannelGroupId,
    /// The version of its settings.
    pub group_version: u32,
    /// The group's policy on channels whose rules refuse.
    pub on_violation: OnViolation,
    /// Every member, in the group's order.
    pub members: Vec<IssueMemberRecord>,
    /// What the caller should hear of, whichever channel.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub advice: Vec<ViolationRecord>,
}

/// One member in the record of an issue plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IssueMemberRecord {
    /// The channel's key.
    pub channel_key: ChannelKey,
    /// Its PG; absent where the channel is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<PgProvider>,
    /// [`Verdict::Eligible`] is asked, [`Verdict::Refused`] is a failure of type `INVALID_REQUEST` (rule SR-062), any
    /// other is not tried (rule SR-060).
    pub verdict: Verdict,
    /// What the caller should hear of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub advice: Vec<ViolationRecord>,
}

impl IssueRecord {
    /// The channels whose own rules refuse, each a `channelSpecificFailures` entry of type `INVALID_REQUEST`.
    pub fn failures(&self) -> impl Iterator<Item = (&ChannelKey, &[ViolationRecord])> {
        self.members.iter().filter_map(|member| match &member.verdict {
            Verdict::Refused(violations) => Some((&member.channel_key, violations.as_slice())),
            Verdict::Eligible
            | Verdict::InactiveMember
            | Verdict::InactiveChannel
            | Verdict::ChannelMissing
            | Verdict::NoBillingKey
            | Verdict::ZeroWeight
            | Verdict::Tried
            | Verdict::CircuitOpen => None,
        })
    }
}

impl<'a> Roster<'a> {
    /// Plans the issue of a super billing key: every active member is asked, those of weight 0 too (rule SR-060), and
    /// members whose rules refuse are recorded as failures (rule SR-062).
    ///
    /// It is an error when no member is active, when the request lacks what the group itself requires (rule SR-049),
    /// and under [`OnViolation::Fail`] when any active member's rules refuse.
    pub fn issue_plan(&self) -> Result<IssuePlan<'a>, NoChannel> {
        let required = self.check_required();
        let evaluated = self.evaluate(false);
        let refused = evaluated.iter().any(|member| matches!(member.verdict, Verdict::Refused(_)));
        let asked = evaluated.iter().any(|member| member.verdict == Verdict::Eligible);
        let reason = if required.refuses() || (refused && self.group.on_violation == OnViolation::Fail) {
            Some(NoChannelReason::Refused)
        } else if !asked && !refused {
            Some(NoChannelReason::NoSelectableMember)
        } else {
            None
        };
        if let Some(reason) = reason {
            let records = self.records(evaluated.into_iter().map(|member| member.verdict));
            return Err(self.refusal(reason, &required, records));
        }
        let mut plan = IssuePlan {
            tries: Vec::new(),
            record: IssueRecord {
                group_id: self.group.id.clone(),
                group_version: self.group.version,
                on_violation: self.group.on_violation,
                members: Vec::with_capacity(evaluated.len()),
                advice: ViolationRecord::advice_of(&required),
            },
        };
        for (at, member) in evaluated.into_iter().enumerate() {
            self.add_to(&mut plan, at, member);
        }
        Ok(plan)
    }

    fn add_to(&self, plan: &mut IssuePlan<'a>, at: usize, member: Evaluated<'a>) {
        let channel_key = &self.group.members[at].channel;
        let asked = member.verdict == Verdict::Eligible;
        plan.record.members.push(IssueMemberRecord {
            channel_key: channel_key.clone(),
            provider: self.candidates[at].channel.map(|channel| channel.provider.clone()),
            advice: advice_of(member.admitted.as_ref()),
            verdict: member.verdict,
        });
        if asked {
            plan.tries.push(IssueTry { channel_key: channel_key.clone(), admitted: member.admitted });
        }
    }
}
