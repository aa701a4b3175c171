//! Payments without a window: by card number, with a billing key, at a time to come; and the keys themselves (rules V1-040,
//! V1-060 to V1-073).

pub(super) mod charge;
pub(super) mod customers;
pub(super) mod schedules;

use axum::response::IntoResponse;
use portone_core::{CustomerUid, StoreId};
use portone_engine::EngineError;
use portone_engine::ledger::{BillingKeyRecord, KeyChannelState};
use portone_engine::request::Selector;

use super::body::Body;
use super::channel::by_pg;
use super::dto::{GROUP_NAMES, Named};
use super::endpoint::Endpoint;
use super::error::{Failure, OURS, V1Error};
use super::{Read, rules};
use crate::read;
use crate::state::Gateway;

/// A request that was read in V1's words: what refuses it in V1's envelope, what is risky about it in the log.
fn told<T>(endpoint: Endpoint, read: read::Read<T>) -> Read<T> {
    for advice in &read.advice.violations {
        tracing::info!(
            operation = endpoint.name(),
            rule = advice.rule,
            field = advice.field,
            "{}",
            advice.message
        );
    }
    let request = read.request.map_err(|error| V1Error::invalid(endpoint, &error.into_report()));
    Read { request, unknown: read.unknown }
}

/// Where a request goes: to the group it names, to the channel it names by key or by `pg`, or to the store's own.
fn selector(
    gateway: &Gateway,
    store: &StoreId,
    endpoint: Endpoint,
    named: &Named,
) -> Result<Selector, Failure> {
    match (&named.group, &named.channel_key) {
        (Some(_), Some(_)) => {
            let message = format!(
                "{} channel_key: is given beside a channel group; send one of them",
                rules::SELECTOR.code
            );
            Err(V1Error::refused(endpoint, message).into())
        }
        (Some(group), None) => Ok(Selector::Group(group.clone())),
        (None, Some(key)) => Ok(Selector::Channel(key.clone())),
        (None, None) => Ok(Selector::Channel(by_pg(gateway, store, named.pg.as_deref())?)),
    }
}

/// V1's code of the PG that a request will go to, as far as can be said before it is read: some members are that PG's own.
fn pg_code(gateway: &Gateway, store: &StoreId, body: &Body) -> String {
    let Ok(node) = body.parse() else { return String::new() };
    if GROUP_NAMES.iter().any(|name| node.text_of(name).is_some()) {
        return String::new();
    }
    let directory = gateway.engine.directory();
    let key = match node.text_of("channel_key").map(str::parse) {
        Some(Ok(key)) => Some(key),
        Some(Err(_)) => None,
        None => by_pg(gateway, store, node.text_of("pg")).ok(),
    };
    let entry =
        key.and_then(|key| directory.channel(store, &key).map(|entry| entry.channel.provider.v1_code()));
    entry.unwrap_or_default()
}

/// The same of a request that names a billing key.
async fn pg_code_of_key(gateway: &Gateway, store: &StoreId, body: &Body) -> String {
    let uid = body.parse().ok().and_then(|node| {
        let names_channel = node.text_of("channel_key").is_some();
        node.text_of("customer_uid").filter(|_| !names_channel).and_then(|uid| uid.parse().ok())
    });
    let record = match uid {
        Some(uid) => gateway.engine.customer(store, &uid).await.ok(),
        None => None,
    };
    let held = |record: &BillingKeyRecord| {
        let mut held = record.channels.iter().filter(|part| matches!(part.state, KeyChannelState::Issued(_)));
        held.next().map(|part| part.channel.provider.v1_code())
    };
    match record {
        Some(record) => held(&record).unwrap_or_default(),
        None => pg_code(gateway, store, body),
    }
}

/// A name that was read; its length and its characters were checked.
fn customer_uid(uid: &str) -> Result<CustomerUid, Failure> {
    uid.parse().map_err(|_| EngineError::BillingKeyNotFound.into())
}

/// A payment whose end nobody knows yet: code 1, and the attempt can be read as `ready` meanwhile.
fn unknown(imp_uid: Option<String>) -> Failure {
    let error = EngineError::UnknownOutcome;
    let imp_uid = imp_uid.map(|imp_uid| format!("; it is {imp_uid}, and ready")).unwrap_or_default();
    let message = format!("{error}{imp_uid}");
    let response = V1Error::new(axum::http::StatusCode::OK, OURS, message).into_response();
    Failure::Answered { response: Box::new(response), error: Box::new(error) }
}
