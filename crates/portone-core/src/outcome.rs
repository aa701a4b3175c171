//! What a PG answered, in one model.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    Bank, Body, CardFacts, CashReceiptFacts, Decline, MethodFacts, PgBillingKey, PgTxId, Standing,
    WalletAnswer,
};

/// What a PG did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Money was taken.
    Paid(PaidFacts),
    /// An account waits for a deposit; nothing was taken yet.
    VirtualAccountIssued(VirtualAccountFacts),
    /// The PG stored the card.
    BillingKeyIssued(IssuedKeyFacts),
    /// The PG stored what it was paid with, and took the first payment.
    IssuedAndPaid {
        /// The key.
        key: IssuedKeyFacts,
        /// The payment.
        paid: PaidFacts,
    },
    /// The PG forgot the card.
    BillingKeyDeleted {
        /// When.
        deleted_at: DateTime<Utc>,
    },
    /// A cancel was done or accepted.
    Cancelled(CancelledFacts),
    /// The account takes no deposit any more.
    VirtualAccountClosed {
        /// When.
        closed_at: DateTime<Utc>,
    },
    /// A cash receipt was issued.
    CashReceiptIssued(CashReceiptFacts),
    /// A cash receipt was cancelled.
    CashReceiptCancelled {
        /// How much of it, in minor units, where the upstream told.
        total: Option<i64>,
        /// When.
        cancelled_at: DateTime<Utc>,
    },
    /// The PG took note of a delivery.
    EscrowLogisticsRegistered {
        /// When.
        applied_at: DateTime<Utc>,
    },
    /// The buyer has the goods, and the PG pays out.
    EscrowConfirmed {
        /// When.
        completed_at: DateTime<Utc>,
    },
    /// Paymentwall took note of a delivery.
    DeliveryConfirmed,
    /// The sales slip names the sub-shops.
    StoreReceiptRegistered {
        /// The slip's page.
        receipt_url: Option<String>,
    },
    /// The payment is captured.
    Captured,
    /// The cancel was withdrawn.
    CancelStopped {
        /// When.
        stopped_at: DateTime<Utc>,
    },
    /// What a wallet answered.
    Wallet(Box<WalletAnswer>),
    /// Where a payment stands.
    Standing(Box<Standing>),
    /// What an inquiry found.
    Inquired(Finding),
    /// The window opens by this call in the buyer's browser. Nothing was sent; no money moved.
    CallSdk(SdkCall),
}

/// A call of a browser SDK that opens a window at the upstream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SdkCall {
    /// Which SDK.
    pub sdk: Sdk,
    /// Its function (`requestPayment`, `requestIssueBillingKey`; V1 `request_pay`).
    pub function: &'static str,
    /// The function's argument, a JSON object. Its rendering replaces secrets.
    pub arguments: Body,
}

/// The browser SDKs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sdk {
    /// `IMP`, of the V1 upstream.
    V1,
    /// `PortOne`, of the V2 upstream.
    V2,
}

/// What an inquiry found about one attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// It happened, with this outcome.
    Happened(Box<Outcome>),
    /// The PG refused it.
    Declined(Decline),
    /// The upstream knows nothing of it. Final only once the lease has run out: an upstream works on after a
    /// disconnect (rule V2-013).
    DidNotHappen,
    /// The upstream is still working on it.
    NotYet,
}

/// A payment that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaidFacts {
    /// The PG's transaction number.
    pub pg_tx_id: PgTxId,
    /// When money was taken.
    pub paid_at: DateTime<Utc>,
    /// The card, as far as the PG told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub card: Option<CardFacts>,
    /// The receipt page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt_url: Option<String>,
    /// What the upstream says was paid, in minor units, where it told; an inquiry compares it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<i64>,
    /// What it was paid with, where that is no card.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<MethodFacts>,
}

/// A virtual account that was issued.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VirtualAccountFacts {
    /// The PG's transaction number.
    pub pg_tx_id: PgTxId,
    /// When it was issued.
    pub issued_at: DateTime<Utc>,
    /// Its number.
    pub account_number: String,
    /// Its bank, where the schema knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bank: Option<Bank>,
    /// `NORMAL` or `FIXED`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_type: Option<String>,
    /// The holder's name as shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remittee_name: Option<String>,
    /// Until when a deposit is taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expired_at: Option<DateTime<Utc>>,
}

/// A billing key that was issued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuedKeyFacts {
    /// The PG's key.
    pub pg_billing_key: PgBillingKey,
    /// When.
    pub issued_at: DateTime<Utc>,
    /// The card, as far as the PG told; the answer to an issue does not tell. Boxed, as it is large and seldom there.
    pub card: Option<Box<CardFacts>>,
}

/// A cancel that was done or accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CancelledFacts {
    /// Done, or accepted and done later.
    pub status: CancelStatus,
    /// How much, in minor units.
    pub total: i64,
    /// The tax-free part of it.
    pub tax_free: i64,
    /// The value-added tax of it.
    pub vat: i64,
    /// The PG's number of the cancel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pg_cancellation_id: Option<String>,
    /// The upstream's id of the cancel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upstream_id: Option<String>,
    /// When it was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancelled_at: Option<DateTime<Utc>>,
}

/// Whether the money has gone back (rule V2-063).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CancelStatus {
    /// Done.
    Succeeded,
    /// Accepted; the PG tells later (rule SMARTRO-119).
    Requested,
    /// Accepted, and then withdrawn or refused: no money went back.
    Failed,
}
