//! Billing keys, with their part at each channel.

use chrono::{DateTime, Utc};
use portone_core::{
    BillingKey, CardFacts, Customer, CustomerUid, IssuedKeyFacts, PayMethod, PaymentId, PgBillingKey, StoreId,
};
use serde::{Deserialize, Serialize};

use super::{ChannelSnapshot, GroupSnapshot};

/// States of a billing key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum BillingKeyStatus {
    /// Being issued: not told to anybody yet.
    Pending,
    /// At least one channel holds a key.
    Issued,
    /// No channel issued one.
    Failed,
    /// Deleted at every channel.
    Deleted,
}

/// A billing key, with its key at each PG.
#[derive(Debug, Clone, PartialEq)]
pub struct BillingKeyRecord {
    /// The key.
    pub key: BillingKey,
    /// What V1 calls it, where it was issued under a name of its own.
    pub customer_uid: Option<CustomerUid>,
    /// The store.
    pub store_id: StoreId,
    /// The state.
    pub status: BillingKeyStatus,
    /// The buyer.
    pub customer: Customer,
    /// What it charges.
    pub method: PayMethod,
    /// The card, as far as it may be kept.
    pub card: CardFacts,
    /// What is paid with it as it is issued.
    pub first_payment: Option<PaymentId>,
    /// The group it was issued with: it decides later payments (rule SR-061).
    pub channel_group: Option<GroupSnapshot>,
    /// The shop's own data.
    pub custom_data: Option<String>,
    /// Where to announce instead of the store's URLs.
    pub notice_urls: Vec<String>,
    /// Whether the success of the call itself is announced.
    pub skip_webhook: bool,
    /// When it was asked for.
    pub requested_at: DateTime<Utc>,
    /// When the first channel issued it.
    pub issued_at: Option<DateTime<Utc>>,
    /// When it was deleted.
    pub deleted_at: Option<DateTime<Utc>>,
    /// Its part at each channel, in the group's order.
    pub channels: Vec<KeyChannel>,
}

/// A billing key's part at one channel.
#[derive(Debug, Clone, PartialEq)]
pub struct KeyChannel {
    /// The channel as it was.
    pub channel: ChannelSnapshot,
    /// What became of it there.
    pub state: KeyChannelState,
}

/// What became of a billing key at one channel.
#[derive(Debug, Clone, PartialEq)]
pub enum KeyChannelState {
    /// The call's result is open.
    Pending,
    /// The PG holds the card under this key.
    Issued(PgBillingKey),
    /// The PG (or a rule) refused.
    Failed(KeyFailure),
    /// Deleted at the PG.
    Deleted,
}

/// Why a billing key was not issued at one channel (schemas `ChannelSpecificFailure`, `BillingKeyFailure`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyFailure {
    /// Our words.
    pub message: String,
    /// The PG's code; absent where a rule refused before the call (`INVALID_REQUEST`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pg_code: Option<String>,
    /// The PG's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pg_message: Option<String>,
    /// When.
    pub failed_at: DateTime<Utc>,
}

/// The result of one channel's part of an issue.
#[derive(Debug, Clone, PartialEq)]
pub enum IssueResult {
    /// The PG stored the card.
    Issued {
        /// Its key.
        pg_billing_key: PgBillingKey,
        /// When.
        issued_at: DateTime<Utc>,
        /// The card, as far as the PG told. Boxed, as it is large and seldom there.
        card: Option<Box<CardFacts>>,
    },
    /// The PG refused, or was never reached.
    Failed(KeyFailure),
}

impl From<IssuedKeyFacts> for IssueResult {
    fn from(facts: IssuedKeyFacts) -> Self {
        let IssuedKeyFacts { pg_billing_key, issued_at, card } = facts;
        Self::Issued { pg_billing_key, issued_at, card }
    }
}
