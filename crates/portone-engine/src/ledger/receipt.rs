//! Cash receipts: issued by hand, or by a PG together with a payment. The receiver's number is never kept.

use chrono::{DateTime, Utc};
use portone_core::{AttemptId, CashReceiptFacts, PaymentAmount, PaymentId, ReceiptPurpose, StoreId};
use serde::{Deserialize, Serialize};

use super::{ChannelSnapshot, Failure};

/// One cash receipt (schema `CashReceipt`). A payment has at most one that is pending or issued; after a failure or a
/// cancel another one may be issued, and the latest counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CashReceipt {
    /// Its id: of one issued by hand its attempt's, else its transaction's.
    pub id: AttemptId,
    /// The store.
    pub store_id: StoreId,
    /// The payment, or a number of the shop's for one made elsewhere.
    pub payment_id: PaymentId,
    /// The state.
    pub status: ReceiptStatus,
    /// Whether it was issued by hand rather than with a payment.
    pub is_manual: bool,
    /// The channel it was issued through, as it was then.
    pub channel: ChannelSnapshot,
    /// What it is for, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<ReceiptPurpose>,
    /// What was bought.
    pub order_name: String,
    /// How much was paid.
    pub amount: PaymentAmount,
    /// The tax office's number, once it was issued.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issue_number: Option<String>,
    /// The PG's number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pg_receipt_id: Option<String>,
    /// The page that shows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// When it was asked for.
    pub requested_at: DateTime<Utc>,
    /// When it was issued.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issued_at: Option<DateTime<Utc>>,
    /// When it was cancelled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancelled_at: Option<DateTime<Utc>>,
    /// When it got its state.
    pub status_updated_at: DateTime<Utc>,
    /// Why it was not issued.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
}

impl CashReceipt {
    /// The receipt as it is once it was issued.
    #[must_use]
    pub fn issued(self, facts: CashReceiptFacts, now: DateTime<Utc>) -> Self {
        let issued_at = facts.issued_at.unwrap_or(now);
        Self {
            status: ReceiptStatus::Issued,
            issue_number: Some(facts.issue_number),
            pg_receipt_id: facts.pg_receipt_id,
            url: facts.url,
            issued_at: Some(issued_at),
            status_updated_at: issued_at,
            ..self
        }
    }

    /// The receipt as it is once it was cancelled.
    #[must_use]
    pub fn cancelled(self, cancelled_at: DateTime<Utc>) -> Self {
        Self {
            status: ReceiptStatus::Cancelled,
            cancelled_at: Some(cancelled_at),
            status_updated_at: cancelled_at,
            ..self
        }
    }

    /// The receipt as it is once it was not issued.
    #[must_use]
    pub fn failed(self, failure: Failure, now: DateTime<Utc>) -> Self {
        Self { status: ReceiptStatus::Failed, failure: Some(failure), status_updated_at: now, ..self }
    }
}

/// States of a cash receipt (schema `CashReceiptStatus`, and one before them).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ReceiptStatus {
    /// The result of the call is open: not told to anybody yet.
    Pending,
    /// Issued.
    Issued,
    /// Issued, and cancelled since.
    Cancelled,
    /// Not issued.
    Failed,
}

impl ReceiptStatus {
    /// The code as schema `CashReceiptStatus` spells it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Issued => "ISSUED",
            Self::Cancelled => "CANCELLED",
            Self::Failed => "FAILED",
        }
    }
}
