//! Reply bodies: unknown members and values pass (rule V2-020).

use chrono::{DateTime, Utc};
use serde::Deserialize;

/// Schema `IssueCashReceiptResponse`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct IssuedAnswer {
    pub cash_receipt: IssuedSummary,
}

/// Schema `CashReceiptSummary`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct IssuedSummary {
    pub issue_number: String,
    pub url: Option<String>,
    pub pg_receipt_id: Option<String>,
}

/// Schema `CancelCashReceiptResponse`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CancelledAnswer {
    pub cancelled_amount: Option<i64>,
    pub cancelled_at: DateTime<Utc>,
}

/// Schemas `ApplyEscrowLogisticsResponse` and `ModifyEscrowLogisticsResponse`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AppliedAnswer {
    pub applied_at: Option<DateTime<Utc>>,
    pub modified_at: Option<DateTime<Utc>>,
}

/// Schema `ConfirmEscrowResponse`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CompletedAnswer {
    pub completed_at: DateTime<Utc>,
}

/// Schema `RegisterStoreReceiptResponse`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RegisteredAnswer {
    pub receipt_url: Option<String>,
}

/// Schema `CashReceipt`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CashReceipt {
    pub status: ReceiptStatus,
    pub amount: Option<i64>,
    pub issue_number: Option<String>,
    pub pg_receipt_id: Option<String>,
    pub url: Option<String>,
    pub issued_at: Option<DateTime<Utc>>,
    pub cancelled_at: Option<DateTime<Utc>>,
    pub status_updated_at: Option<DateTime<Utc>>,
}

/// The discriminator of `CashReceipt`.
#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum ReceiptStatus {
    Issued,
    Cancelled,
    IssueFailed,
    #[serde(other)]
    Unknown,
}

/// Schema `Payment`, as far as escrow goes. The status is read so that a body that is no payment is none.
#[derive(Deserialize)]
pub(super) struct PaymentWithEscrow {
    #[serde(rename = "status")]
    _status: String,
    pub escrow: Option<Escrow>,
}

/// Schema `PaymentEscrow`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Escrow {
    pub status: EscrowState,
    pub company: Option<String>,
    pub invoice_number: Option<String>,
    pub applied_at: Option<DateTime<Utc>>,
}

/// The discriminator of `PaymentEscrow`, as far as an inquiry asks.
#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
pub(super) enum EscrowState {
    #[serde(rename = "CONFIRMED")]
    Confirmed,
    #[serde(
        rename = "BEFORE_REGISTERED",
        alias = "REGISTERED",
        alias = "DELIVERED",
        alias = "REJECTED",
        alias = "REJECT_CONFIRMED",
        alias = "CANCELLED"
    )]
    Unconfirmed,
    #[serde(other)]
    Unknown,
}
