//! Answers of the V1 face. Members that are not known are null, never left out, as V1 clients expect; times are UNIX seconds
//! (rule V1-013).

pub(super) mod access;
pub(super) mod code;
pub(super) mod customer;
pub(super) mod delivery;
pub(super) mod escrow;
pub(crate) mod payment;
pub(super) mod pg_setting;
pub(super) mod prepare;
pub(super) mod receipt;
pub(super) mod schedule;

use portone_core::{Currency, Major};
use serde_json::value::RawValue;

/// An amount as a JSON number in major units. No float is between.
fn amount(minor: i64, currency: Currency) -> Box<RawValue> {
    number(Major::of(minor, currency))
}

/// Any decimal as a JSON number.
fn number(major: Major) -> Box<RawValue> {
    RawValue::from_string(major.to_string()).unwrap_or_else(|_| RawValue::NULL.to_owned())
}
