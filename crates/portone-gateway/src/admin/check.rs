//! `POST /admin/check` and `POST /admin/channel-groups/{id}/check`: ask before you pay.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::State;
use chrono::{DateTime, Utc};
use portone_core::{
    CallContext, ChannelGroup, ChannelGroupId, ChannelKey, Command, Report, StoreId, Violation,
};
use portone_engine::directory::Directory;
use portone_router::{Ask, Candidate, GroupCheck, Roster};
use serde::Serialize;

use super::input::{Call, body};
use super::{Answer, not_found, ok};
use crate::check::{Asked, Draft, Question, code_of, context, said};
use crate::error::ApiError;
use crate::fields::Fields;
use crate::json::RawBody;
use crate::state::Gateway;

const BY_TARGET: &[&str] = &[
    "storeId",
    "provider",
    "channelKey",
    "channelGroupId",
    "environment",
    "contracts",
    "api",
    "operation",
    "path",
    "context",
    "request",
];
const BY_GROUP: &[&str] = &["storeId", "api", "operation", "path", "context", "request"];

/// Whom a request is checked with.
enum Target {
    Provider(Draft),
    Channel(ChannelKey),
    Group(ChannelGroupId),
}

/// `POST /admin/check`: what a provider's, a channel's or every member of a group's rules say of one request.
pub(super) async fn check(State(gateway): State<Gateway>, _: Call, raw: RawBody) -> Answer {
    let (target, store_id, question) = body(&raw, BY_TARGET, |fields| {
        let (target, question) = (target(fields), Question::read(fields));
        Some((target?, fields.owned_text("storeId"), question?))
    })?;
    match target {
        Target::Provider(draft) => {
            Ok(ok(&Violations::of(&draft.answer(&question, &raw, gateway.engine.now()))))
        }
        Target::Channel(key) => {
            Ok(ok(&Violations::of(&at_channel(&gateway, store_id.as_deref(), &key, &question, &raw)?)))
        }
        Target::Group(id) => at_group(&gateway, store_id.as_deref(), &id, &question, &raw),
    }
}

/// What a provider's rules say of a request, for who has no gateway running.
///
/// `body` is what `POST /admin/check` takes, by `provider`. Fails with a line a problem when it is something else.
pub(crate) fn check_alone(body_text: &str, now: DateTime<Utc>) -> Result<Report, String> {
    let raw = RawBody::from_text(body_text);
    let read = body(&raw, BY_TARGET, |fields| {
        for needs_gateway in ["channelKey", "channelGroupId", "storeId"] {
            if fields.has(needs_gateway) {
                fields.add(needs_gateway, "is known to a running gateway only; name a provider");
            }
        }
        let (draft, question) = (Draft::read(fields), Question::read(fields));
        Some((draft?, question?))
    });
    let (draft, question) = read.map_err(ApiError::into_message)?;
    Ok(draft.answer(&question, &raw, now))
}

/// `POST /admin/channel-groups/{id}/check`: the same for every member of a group.
pub(super) async fn check_group(State(gateway): State<Gateway>, call: Call, raw: RawBody) -> Answer {
    let id: ChannelGroupId = call.id("channel group")?;
    let (store_id, question) = body(&raw, BY_GROUP, |fields| {
        let question = Question::read(fields);
        Some((fields.owned_text("storeId"), question?))
    })?;
    at_group(&gateway, store_id.as_deref(), &id, &question, &raw)
}

fn target(fields: &Fields<'_, '_>) -> Option<Target> {
    let named = ["provider", "channelKey", "channelGroupId"].into_iter().filter(|name| fields.has(name));
    let named: Vec<&str> = named.collect();
    match named.as_slice() {
        ["provider"] => Draft::read(fields).map(Target::Provider),
        ["channelKey"] => fields.need_id("channelKey").map(Target::Channel),
        ["channelGroupId"] => fields.need_id("channelGroupId").map(Target::Group),
        _ => {
            fields.add(
                "provider",
                "must be named, or else channelKey or channelGroupId; send exactly one of the three",
            );
            None
        }
    }
}

fn at_channel(
    gateway: &Gateway,
    store_id: Option<&str>,
    key: &ChannelKey,
    question: &Question,
    raw: &RawBody,
) -> Result<Report, ApiError> {
    let directory = gateway.engine.directory();
    // Keys are unique over all stores.
    let named = |store: &StoreId| store_id.is_none_or(|named| store.as_str() == named);
    let entry = directory.entry(key).filter(|entry| !entry.deleted && named(&entry.channel.store_id));
    let entry = entry.ok_or_else(|| not_found(format!("there is no channel `{key}`")))?;
    let now = gateway.engine.now();
    let code = code_of(&entry.channel.provider);
    Ok(match (question.asked(raw, now, &code), context(now)) {
        (Ok(Asked { commands, mut report }), Some(ctx)) => {
            for command in &commands {
                report.extend(question.spelt(said(entry.adapter()?, command, &ctx), command));
            }
            report
        }
        (Err(report), _) => report,
        (_, None) => return Err(ApiError::internal()),
    })
}

fn at_group(
    gateway: &Gateway,
    store_id: Option<&str>,
    id: &ChannelGroupId,
    question: &Question,
    raw: &RawBody,
) -> Answer {
    let directory = gateway.engine.directory();
    let now = gateway.engine.now();
    // Ids are unique over all stores.
    let owner = directory.versions(id).first().map(|version| version.group.store_id.clone());
    let owner = owner.filter(|owner| store_id.is_none_or(|named| owner.as_str() == named));
    let group = owner.as_ref().and_then(|owner| directory.group(owner, id, now));
    let group = group.ok_or_else(|| not_found(format!("there is no channel group `{id}`")))?;
    let ctx = context(now).ok_or_else(ApiError::internal)?;
    let Asked { commands, report: advice } = match question.asked_at(id, raw, now) {
        Ok(asked) => asked,
        // Nobody can be asked about a request that cannot be read.
        Err(report) => return Ok(ok(&Violations::of(&report))),
    };
    let mut whole: Option<GroupCheck> = None;
    for command in &commands {
        let mut check = check_at(&directory, group, command, &ctx);
        for channel in &mut check.channels {
            channel.report = question.spelt(std::mem::take(&mut channel.report), command);
        }
        whole = Some(match whole {
            None => check,
            Some(earlier) => joined(earlier, check),
        });
    }
    match whole {
        Some(whole) => Ok(ok(&GroupView::of(&whole, &advice))),
        // No PG is asked about it.
        None => Ok(ok(&Violations::of(&advice))),
    }
}

fn check_at(directory: &Directory, group: &ChannelGroup, command: &Command, ctx: &CallContext) -> GroupCheck {
    let roster = Roster::new(group, |member| {
        let entry = directory.channel(&group.store_id, &member.channel);
        let usable = entry.and_then(|entry| Some((&entry.channel, entry.adapter.as_deref().ok()?)));
        match usable {
            None => Candidate { channel: None, holds_key: false, ask: None },
            Some((channel, adapter)) => {
                let ask = Some(Ask { adapter, command, ctx });
                Candidate { channel: Some(channel), holds_key: true, ask }
            }
        }
    });
    roster.check_group()
}

/// One request may ask for several payments: everything any of them would meet.
fn joined(mut whole: GroupCheck, next: GroupCheck) -> GroupCheck {
    whole.group.extend(next.group);
    for (channel, more) in whole.channels.iter_mut().zip(next.channels) {
        channel.report.extend(more.report);
    }
    for (field, rules) in next.required {
        whole.required.entry(field).or_default().extend(rules);
    }
    whole
}

#[derive(Serialize)]
struct Violations<'a> {
    violations: Vec<&'a Violation>,
}

impl<'a> Violations<'a> {
    fn of(report: &'a Report) -> Self {
        Self { violations: report.violations.iter().collect() }
    }
}

/// What one request would meet at a group.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct GroupView<'a> {
    /// Of the request itself and of the group.
    violations: Vec<&'a Violation>,
    channels: Vec<ChannelView<'a>>,
    /// What some member needs in a request of this kind.
    required: Vec<RequiredView<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ChannelView<'a> {
    channel_key: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    provider: Option<&'a str>,
    active: bool,
    refuses: bool,
    violations: &'a [Violation],
}

#[derive(Serialize)]
struct RequiredView<'a> {
    field: &'a str,
    rules: &'a BTreeSet<&'static str>,
}

impl<'a> GroupView<'a> {
    fn of(check: &'a GroupCheck, advice: &'a Report) -> Self {
        let required: &BTreeMap<String, BTreeSet<&'static str>> = &check.required;
        Self {
            violations: advice.violations.iter().chain(&check.group.violations).collect(),
            channels: check
                .channels
                .iter()
                .map(|channel| ChannelView {
                    channel_key: channel.channel_key.as_str(),
                    provider: channel.provider.as_ref().map(portone_core::PgProvider::as_str),
                    active: channel.active,
                    refuses: channel.report.refuses(),
                    violations: &channel.report.violations,
                })
                .collect(),
            required: required.iter().map(|(field, rules)| RequiredView { field, rules }).collect(),
        }
    }
}
