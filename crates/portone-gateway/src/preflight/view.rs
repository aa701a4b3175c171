//! What a check answers.

use portone_core::{Report, Violation};
use portone_router::{GroupCheck, MemberCheck};
use serde::Serialize;

/// Everything found; of a group, also channel by channel.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CheckView {
    /// What would refuse the request anywhere, or is worth knowing.
    violations: Vec<Violation>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    group: Option<GroupView>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct GroupView {
    /// The union of the fields that somebody misses.
    missing_fields: Vec<String>,
    channels: Vec<ChannelView>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ChannelView {
    channel_key: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pg_provider: Option<String>,
    /// Whether it would take the request.
    takes: bool,
    violations: Vec<Violation>,
}

impl CheckView {
    pub(super) fn of_request(report: Report) -> Self {
        Self { violations: report.violations, group: None }
    }

    pub(super) fn of_group(mut found: Report, check: GroupCheck) -> Self {
        let missing_fields = check.missing_fields().into_iter().map(str::to_owned).collect();
        found.extend(check.required);
        let channels = check.members.into_iter().map(ChannelView::from).collect();
        Self { violations: found.violations, group: Some(GroupView { missing_fields, channels }) }
    }

    /// Whether anybody would refuse the request.
    pub(super) fn refuses(&self) -> bool {
        let members = self.group.iter().flat_map(|group| &group.channels);
        members.flat_map(|member| &member.violations).chain(&self.violations).any(Violation::refuses)
    }
}

impl From<MemberCheck> for ChannelView {
    fn from(member: MemberCheck) -> Self {
        Self {
            channel_key: member.channel_key.to_string(),
            pg_provider: member.provider.as_ref().map(ToString::to_string),
            takes: member.provider.is_some() && !member.report.refuses(),
            violations: member.report.violations,
        }
    }
}
