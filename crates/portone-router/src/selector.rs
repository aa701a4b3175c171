//! What a request names to say where it goes: a channel, a group, or neither.

use portone_core::{ChannelGroupId, ChannelKey, CommandKind, IdError, Report, Rule, Severity};

/// Where a request goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selector {
    /// To this channel.
    Channel(ChannelKey),
    /// To a channel of this group.
    Group(ChannelGroupId),
    /// To a channel that holds the billing key, as the key's own group decides.
    BillingKey,
}

/// Reads `channelKey` and `channelGroupId` of a request: exactly one for an instant payment or an issue (rule
/// SR-020); at most `channelKey` for a payment with a billing key (rule SR-021).
pub fn select(
    kind: CommandKind,
    channel_key: Option<&str>,
    channel_group_id: Option<&str>,
) -> Result<Selector, Report> {
    let mut report = Report::new();
    let by_key = kind == CommandKind::PayWithBillingKey;
    match (channel_key, channel_group_id) {
        (_, Some(_)) if by_key => {
            report.add(&GROUP_OF_KEY, GROUP_FIELD, "is not taken here: the billing key remembers its group");
        }
        (Some(_), Some(_)) => {
            report.add(
                &ONE_OF,
                GROUP_FIELD,
                "is given together with channelKey; send exactly one of the two",
            );
        }
        (Some(key), None) => match ChannelKey::parse(key) {
            Ok(key) => return Ok(Selector::Channel(key)),
            Err(error) => add_id_error(&mut report, CHANNEL_FIELD, &error),
        },
        (None, Some(id)) => match ChannelGroupId::parse(id) {
            Ok(id) => return Ok(Selector::Group(id)),
            Err(error) => add_id_error(&mut report, GROUP_FIELD, &error),
        },
        (None, None) if by_key => return Ok(Selector::BillingKey),
        (None, None) => {
            report.add(&ONE_OF, CHANNEL_FIELD, "is missing; send channelKey or channelGroupId");
        }
    }
    Err(report)
}

fn add_id_error(report: &mut Report, field: &str, error: &IdError) {
    report.add(&ONE_OF, field, format!("{error}; copy it from the channel or group"));
}

const CHANNEL_FIELD: &str = "channelKey";
const GROUP_FIELD: &str = "channelGroupId";

pub(crate) const ONE_OF: Rule = Rule {
    code: "SR-020",
    severity: Severity::Reject,
    reason: "An instant payment or an issue names exactly one of a channel and a group.",
    source: "seed 000; schemas InstantPaymentInput, IssueBillingKeyBody",
};
pub(crate) const GROUP_OF_KEY: Rule = Rule {
    code: "SR-021",
    severity: Severity::Reject,
    reason: "A payment with a billing key has no group of its own: the key remembers it.",
    source: "schemas BillingKeyPaymentInput, BillingKeyPaymentScheduleInput",
};
