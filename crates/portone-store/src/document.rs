//! How records become columns and back, whatever the database.

use chrono::{DateTime, Utc};
use portone_core::{BillingKey, CardFacts, Customer, StoreId};
use portone_engine::ledger::{BillingKeyRecord, BillingKeyStatus, GroupSnapshot, KeyChannelState};
use portone_engine::port::StoreError;
use serde::{
    Deserialize, Serialize, de::DeserializeOwned, de::IntoDeserializer, de::value::Error as CodeError,
};
use thiserror::Error;

/// Why a stored value cannot be read. Says where, never what: a document may hold a buyer's name.
#[derive(Debug, Error)]
#[error("a stored {what} cannot be read ({problem})")]
pub(crate) struct Unreadable {
    what: &'static str,
    problem: String,
}

impl Unreadable {
    pub(crate) fn new(what: &'static str, problem: impl Into<String>) -> Self {
        Self { what, problem: problem.into() }
    }
}

impl From<Unreadable> for StoreError {
    fn from(problem: Unreadable) -> Self {
        Self(problem.to_string())
    }
}

/// A record as JSON. A record of the ledger has string keys only, so writing it cannot fail in practice.
pub(crate) fn encode<T: Serialize>(what: &'static str, record: &T) -> Result<String, Unreadable> {
    serde_json::to_string(record).map_err(|error| json_problem(what, &error))
}

/// A record from its JSON.
pub(crate) fn decode<T: DeserializeOwned>(what: &'static str, json: &str) -> Result<T, Unreadable> {
    serde_json::from_str(json).map_err(|error| json_problem(what, &error))
}

fn json_problem(what: &'static str, error: &serde_json::Error) -> Unreadable {
    Unreadable::new(
        what,
        format!("{:?} at line {} column {}", error.classify(), error.line(), error.column()),
    )
}

/// An enum's value from its code.
pub(crate) fn decode_code<T: DeserializeOwned>(what: &'static str, code: &str) -> Result<T, Unreadable> {
    T::deserialize(IntoDeserializer::<CodeError>::into_deserializer(code))
        .map_err(|_| Unreadable::new(what, format!("unknown code of {} bytes", code.len())))
}

/// A time as milliseconds since 1970; what is finer is cut off.
pub(crate) const fn millis(time: DateTime<Utc>) -> i64 {
    time.timestamp_millis()
}

/// A time from milliseconds since 1970.
pub(crate) fn time(millis: i64) -> Result<DateTime<Utc>, Unreadable> {
    DateTime::from_timestamp_millis(millis).ok_or_else(|| Unreadable::new("time", "out of range"))
}

/// The part of a billing key that no query looks at.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct KeyDocument {
    customer: Customer,
    card: CardFacts,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    channel_group: Option<GroupSnapshot>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    custom_data: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    notice_urls: Vec<String>,
    #[serde(default)]
    skip_webhook: bool,
}

impl KeyDocument {
    /// The document of a record.
    pub(crate) fn of(record: &BillingKeyRecord) -> Self {
        Self {
            customer: record.customer.clone(),
            card: record.card.clone(),
            channel_group: record.channel_group.clone(),
            custom_data: record.custom_data.clone(),
            notice_urls: record.notice_urls.clone(),
            skip_webhook: record.skip_webhook,
        }
    }

    /// The record of a document and its columns, with no channels yet.
    pub(crate) fn into_record(
        self,
        key: BillingKey,
        store_id: StoreId,
        status: BillingKeyStatus,
        requested_at: DateTime<Utc>,
    ) -> BillingKeyRecord {
        BillingKeyRecord {
            key,
            store_id,
            status,
            customer: self.customer,
            card: self.card,
            channel_group: self.channel_group,
            custom_data: self.custom_data,
            notice_urls: self.notice_urls,
            skip_webhook: self.skip_webhook,
            requested_at,
            issued_at: None,
            deleted_at: None,
            channels: Vec::new(),
        }
    }
}

/// A billing key's state as its column holds it.
pub(crate) const fn key_status_code(status: BillingKeyStatus) -> &'static str {
    match status {
        BillingKeyStatus::Pending => "PENDING",
        BillingKeyStatus::Issued => "ISSUED",
        BillingKeyStatus::Failed => "FAILED",
        BillingKeyStatus::Deleted => "DELETED",
    }
}

/// The state of a billing key at one channel as its column holds it.
pub(crate) const fn channel_state_code(state: &KeyChannelState) -> &'static str {
    match state {
        KeyChannelState::Pending => "PENDING",
        KeyChannelState::Issued(_) => "ISSUED",
        KeyChannelState::Failed(_) => "FAILED",
        KeyChannelState::Deleted => "DELETED",
    }
}
