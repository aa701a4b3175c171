//! What is announced to a shop (웹훅): rows of the outbox, written in the same commit as the change they announce.

use chrono::{DateTime, Utc};
use portone_core::{BillingKey, CancellationId, PaymentId, StoreId, TransactionId};
use serde::{Deserialize, Serialize};

/// One announcement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// The store it belongs to.
    pub store_id: StoreId,
    /// What happened (rule V2-101).
    pub kind: EventKind,
    /// When it happened; the body's `timestamp`, the same on each delivery (rule V2-103).
    pub at: DateTime<Utc>,
    /// What it happened to.
    pub subject: EventSubject,
    /// What caused it, where that was not the shop's own request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trigger: Option<EventTrigger>,
    /// Where to announce it instead of the store's own URLs; empty means the store's (rule V2-048).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notice_urls: Vec<String>,
}

/// What an announcement is about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventSubject {
    /// A payment.
    Payment {
        /// The payment.
        payment_id: PaymentId,
        /// The transaction.
        transaction_id: TransactionId,
        /// The cancel, of cancel events.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cancellation_id: Option<CancellationId>,
    },
    /// A billing key.
    BillingKey(BillingKey),
}

/// Event types, as the webhook body spells them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum EventKind {
    #[serde(rename = "Transaction.Ready")]
    Ready,
    #[serde(rename = "Transaction.Paid")]
    Paid,
    #[serde(rename = "Transaction.VirtualAccountIssued")]
    VirtualAccountIssued,
    #[serde(rename = "Transaction.Failed")]
    Failed,
    #[serde(rename = "Transaction.PayPending")]
    PayPending,
    #[serde(rename = "Transaction.PartialCancelled")]
    PartialCancelled,
    #[serde(rename = "Transaction.Cancelled")]
    Cancelled,
    #[serde(rename = "Transaction.CancelPending")]
    CancelPending,
    #[serde(rename = "BillingKey.Ready")]
    BillingKeyReady,
    #[serde(rename = "BillingKey.Issued")]
    BillingKeyIssued,
    #[serde(rename = "BillingKey.Failed")]
    BillingKeyFailed,
    #[serde(rename = "BillingKey.Deleted")]
    BillingKeyDeleted,
    #[serde(rename = "BillingKey.Updated")]
    BillingKeyUpdated,
}

impl EventKind {
    /// The type as the webhook body spells it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Ready => "Transaction.Ready",
            Self::Paid => "Transaction.Paid",
            Self::VirtualAccountIssued => "Transaction.VirtualAccountIssued",
            Self::Failed => "Transaction.Failed",
            Self::PayPending => "Transaction.PayPending",
            Self::PartialCancelled => "Transaction.PartialCancelled",
            Self::Cancelled => "Transaction.Cancelled",
            Self::CancelPending => "Transaction.CancelPending",
            Self::BillingKeyReady => "BillingKey.Ready",
            Self::BillingKeyIssued => "BillingKey.Issued",
            Self::BillingKeyFailed => "BillingKey.Failed",
            Self::BillingKeyDeleted => "BillingKey.Deleted",
            Self::BillingKeyUpdated => "BillingKey.Updated",
        }
    }
}

/// What causes an announcement besides the shop's own request (schema `PaymentWebhookTrigger`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum EventTrigger {
    /// The buyer paid into the virtual account.
    VirtualAccountDeposit,
    /// The PG did a cancel that it had accepted.
    AsyncCancelApproved,
    /// The PG could not do a cancel that it had accepted.
    AsyncCancelFailed,
    /// The PG approved a payment that it had refused.
    AsyncPayApproved,
    /// The PG refused a payment that it had put off.
    AsyncPayFailed,
    /// The PG has what its payer paid, and approves it later.
    AsyncPayPending,
}

impl EventTrigger {
    /// The code as schema `PaymentWebhookTrigger` spells it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::VirtualAccountDeposit => "VIRTUAL_ACCOUNT_DEPOSIT",
            Self::AsyncCancelApproved => "ASYNC_CANCEL_APPROVED",
            Self::AsyncCancelFailed => "ASYNC_CANCEL_FAILED",
            Self::AsyncPayApproved => "ASYNC_PAY_APPROVED",
            Self::AsyncPayFailed => "ASYNC_PAY_FAILED",
            Self::AsyncPayPending => "ASYNC_PAY_PENDING",
        }
    }
}
