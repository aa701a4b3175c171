//! How records become columns and back, whatever the database. Times are kept to the millisecond.

mod billing_key;
mod schedule;
mod transaction;

pub(crate) use billing_key::KeyDocument;
pub(crate) use schedule::ScheduleDocument;
pub(crate) use transaction::{TransactionColumns, TransactionDocument};

use chrono::{DateTime, Utc};
use portone_engine::ledger::{BillingKeyStatus, KeyChannelState};
use portone_engine::port::StoreError;
use serde::{Serialize, de::DeserializeOwned, de::IntoDeserializer, de::value::Error as CodeError};
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
