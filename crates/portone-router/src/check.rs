//! What a request would run into at every member of a group, told before the first payment.

use std::collections::BTreeSet;

use portone_core::{ChannelKey, PgProvider, Report, findings};

use crate::Roster;

/// What a group and each of its channels say of one request.
#[derive(Debug, Clone, Default)]
pub struct GroupCheck {
    /// What seed 000 requires of every request to a group.
    pub required: Report,
    /// Each member, in the group's order.
    pub members: Vec<MemberCheck>,
}

/// What one channel says of a request.
#[derive(Debug, Clone)]
pub struct MemberCheck {
    /// The channel.
    pub channel_key: ChannelKey,
    /// Its provider; `None` where there is no such channel any more.
    pub provider: Option<PgProvider>,
    /// What it would refuse or ignore.
    pub report: Report,
}

impl GroupCheck {
    /// The union of the fields that the group or a channel misses, sorted.
    pub fn missing_fields(&self) -> BTreeSet<&str> {
        let reports = self.members.iter().map(|member| &member.report).chain([&self.required]);
        let violations =
            reports.flat_map(Report::rejections).filter(|violation| violation.is_about_missing());
        violations.map(|violation| violation.field.as_str()).collect()
    }

    /// Whether any channel, or the group itself, refuses the request.
    pub fn refuses(&self) -> bool {
        self.required.refuses() || self.members.iter().any(|member| member.report.refuses())
    }
}

impl Roster<'_> {
    /// Checks a request against the group and every member, active or not: a payment may be drawn to any of them once
    /// the weights change.
    pub fn check_group(&self) -> GroupCheck {
        let members =
            self.group.members.iter().zip(&self.candidates).map(|(member, candidate)| MemberCheck {
                channel_key: member.channel.clone(),
                provider: candidate.channel.map(|channel| channel.provider.clone()),
                report: candidate
                    .ask
                    .map(|ask| findings(ask.adapter, ask.command, ask.ctx))
                    .unwrap_or_default(),
            });
        GroupCheck { members: members.collect(), required: self.check_required() }
    }
}
