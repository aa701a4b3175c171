//! What people are to look at, and what they decided.

use chrono::{DateTime, Utc};
use portone_core::{AttemptId, BillingKey, ChannelKey, CommandKind, PaymentId, StoreId, TransactionId};
use serde::{Deserialize, Serialize};

/// A difference between our ledger and an upstream's: an alarm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Discrepancy {
    /// When it was found.
    pub found_at: DateTime<Utc>,
    /// The store.
    pub store_id: StoreId,
    /// The payment.
    pub payment_id: PaymentId,
    /// The transaction.
    pub transaction_id: TransactionId,
    /// What differs.
    pub what: String,
}

/// What somebody decided about an open attempt, and why. Written before anything follows from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandSettlement {
    /// The attempt.
    pub attempt: AttemptId,
    /// The store.
    pub store_id: StoreId,
    /// The command.
    pub command: CommandKind,
    /// Where it went.
    pub channel: ChannelKey,
    /// The payment it was about, if it was about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment_id: Option<PaymentId>,
    /// The billing key it was about, if it was about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub billing_key: Option<BillingKey>,
    /// When the attempt became durable.
    pub opened_at: DateTime<Utc>,
    /// Whether it happened, as they say.
    pub happened: bool,
    /// Who says so.
    pub by: String,
    /// Why.
    pub reason: String,
    /// Whether an inquiry was overruled.
    pub forced: bool,
    /// When they said so.
    pub settled_at: DateTime<Utc>,
}
