//! A request that is checked at a group: it names that group, or is taken to.

use portone_core::{ChannelGroupId, Report, Rule, Severity};
use serde::Deserialize;
use serde::de::IgnoredAny;
use zeroize::Zeroizing;

use super::operation::Operation;
use super::{Question, unreadable};

static ONE_GROUP: Rule = Rule {
    code: "SR-020",
    severity: Severity::Reject,
    reason: "A request names one channel or one group.",
    source: "seed 000",
};

/// What a request may name.
#[derive(Deserialize)]
struct Named {
    #[serde(rename = "channelKey", alias = "channel_key")]
    channel_key: Option<IgnoredAny>,
    #[serde(rename = "channelGroupId")]
    group: Option<String>,
    #[serde(rename = "channel_group_id")]
    group_by_v1: Option<String>,
}

impl Question {
    /// The request with the group that it is checked at, where it goes to a channel or a group and names neither. `Err` where
    /// it names another group.
    pub(super) fn in_group(&self, text: &str, id: &ChannelGroupId) -> Result<Zeroizing<String>, Report> {
        let same = || Zeroizing::new(text.to_owned());
        // What is no such object is for its reader to tell.
        let Ok(named) = serde_json::from_str::<Named>(text) else { return Ok(same()) };
        let given = named.group.or(named.group_by_v1);
        if let Some(other) = given.as_deref().filter(|given| *given != id.as_str()) {
            let message =
                format!("is `{other}`, and the group asked is `{id}`; leave it out, or name that one");
            let mut report = Report::new();
            report.add(&ONE_GROUP, "channelGroupId", message);
            return Err(report);
        }
        let goes_somewhere = matches!(
            self.operation,
            Operation::WindowPay | Operation::InstantCard | Operation::InstantAccount | Operation::IssueKey
        );
        if given.is_some() || named.channel_key.is_some() || !goes_somewhere {
            return Ok(same());
        }
        let members = text.trim_start().strip_prefix('{').ok_or_else(unreadable)?;
        let comma = if members.trim_start().starts_with('}') { "" } else { "," };
        let id = serde_json::to_string(id.as_str()).map_err(|_| unreadable())?;
        Ok(Zeroizing::new(format!("{{\"channelGroupId\":{id}{comma}{members}")))
    }
}
