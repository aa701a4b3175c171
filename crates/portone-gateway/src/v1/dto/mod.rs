//! Requests in V1's words: from a body, or the browser SDK's argument, to what a PG is asked.
//!
//! What a PG's adapter can see in a command is left to its rules; here is what only the V1 spelling can break: types,
//! formats and members that belong together. Every mistake is told together, under the rule that it breaks.

pub(crate) mod account;
mod amount;
pub(crate) mod cancel;
mod card;
pub(crate) mod delivery;
pub(crate) mod escrow;
pub(crate) mod key;
mod order;
pub(crate) mod partner;
pub(crate) mod payment;
pub(crate) mod receipt;
pub(crate) mod schedule;
pub(crate) mod window;

use portone_core::{ChannelGroupId, ChannelKey, PaymentId, Report, Rule, Severity};
use portone_engine::ledger::MERCHANT_UID_LENGTH_MAX;
use portone_wire::v1::rules;

use super::body::Body;
use crate::error::ApiError;
use crate::fields::{Fields, Findings};
use crate::json::{Node, RawBody};
use crate::read::{Read, finish};

/// The rule behind every member of a wrong type where no rule of its own says so.
pub(crate) static INPUT: Rule = Rule {
    code: "V1-INPUT",
    severity: Severity::Reject,
    reason: "A request has the members, types and values its schema gives it.",
    source: "v1.openapi.json; docs sdk/v1-sdk",
};

/// A body that is a tree of members, whatever it was written in.
pub(crate) trait Source {
    /// Its members, or what is wrong with it as a whole.
    fn tree(&self) -> Result<Node<'_>, ApiError>;
}

impl Source for RawBody {
    fn tree(&self) -> Result<Node<'_>, ApiError> {
        self.parse()
    }
}

impl Source for Body {
    fn tree(&self) -> Result<Node<'_>, ApiError> {
        self.parse().map_err(|problem| {
            let mut report = Report::new();
            report.add(&INPUT, "body", problem);
            ApiError::invalid(&report)
        })
    }
}

/// Reads a body; `known` are the members it may have.
fn read_body<T>(
    body: &impl Source,
    known: &[&'static str],
    read: impl FnOnce(&Fields<'_, '_>) -> Option<T>,
) -> Read<T> {
    let node = match body.tree() {
        Ok(node) => node,
        Err(error) => return Read::refused(error),
    };
    let findings = Findings::default();
    let fields = Fields::root(&findings, &INPUT, &node, known);
    let request = read(&fields);
    finish(findings, request)
}

/// The channel a request asks for: in one of three ways, or not at all.
pub(crate) struct Named {
    /// The PG's code, alone or with a dot and the merchant id; out of use.
    pub(crate) pg: Option<String>,
    /// The channel's key.
    pub(crate) channel_key: Option<ChannelKey>,
    /// The group's id.
    pub(crate) group: Option<ChannelGroupId>,
    /// Whether a channel or a group is named instead.
    pub(crate) is_by_key: bool,
}

/// Reads `pg`, the channel's key under the name the request has for it, and the group under either spelling (rules
/// IAMPORT-001 to IAMPORT-005).
fn named(fields: &Fields<'_, '_>, channel_key: &str) -> Named {
    let pg = fields.under(&rules::PG);
    let code = pg.owned_text("pg");
    if code.as_deref().is_some_and(|code| !portone_wire::v1::is_pg(code)) {
        pg.add(
            "pg",
            "is no PG code, alone or with a dot and the merchant id; send one such as `nice_v2.MID1`",
        );
    }
    let key = fields.under(&rules::CHANNEL_KEY_LENGTH);
    let named_key: Option<ChannelKey> = key.id(channel_key);
    if key.text(channel_key).is_some_and(|text| text.chars().count() > KEY_LENGTH_MAX) {
        key.add(channel_key, format!("is longer than {KEY_LENGTH_MAX} characters; send the channel's key"));
    }
    let group = fields.under(&rules::GROUP_LENGTH);
    let mut named_group = None;
    for name in GROUP_NAMES {
        named_group = named_group.or(group.id::<ChannelGroupId>(name));
        if group.text(name).is_some_and(|text| text.chars().count() > KEY_LENGTH_MAX) {
            group.add(name, format!("is longer than {KEY_LENGTH_MAX} characters; send the group's id"));
        }
    }
    let has_group = GROUP_NAMES.iter().any(|name| fields.has(name));
    if has_group && fields.has("pg") {
        fields.under(&rules::PG_BESIDE_GROUP).add("pg", "is ignored beside a channel group; leave it out");
    }
    Named {
        pg: code,
        channel_key: named_key,
        group: named_group,
        is_by_key: has_group || fields.has(channel_key),
    }
}

const KEY_LENGTH_MAX: usize = 55;
/// The schema spells it one way here and another there; both are taken everywhere (rule IAMPORT-004).
pub(crate) const GROUP_NAMES: [&str; 2] = ["channelGroupId", "channel_group_id"];

/// `merchant_uid` (rule IAMPORT-010).
fn merchant_uid(fields: &Fields<'_, '_>) -> Option<PaymentId> {
    order::check_length(fields, (&rules::MERCHANT_UID_LENGTH, "merchant_uid", MERCHANT_UID_LENGTH_MAX));
    fields.under(&rules::MERCHANT_UID_LENGTH).need_id("merchant_uid")
}

/// A number of items, a count of months: whole numbers under a rule of their own.
fn whole(fields: &Fields<'_, '_>, rule: &'static Rule, name: &str) -> Option<i32> {
    fields.under(rule).int32(name)
}
