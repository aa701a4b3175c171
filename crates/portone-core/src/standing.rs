//! Where a payment stands upstream: what an inquiry tells of one that was settled before and changes by itself.

use chrono::{DateTime, Utc};

use crate::{CashReceiptFacts, Decline, Escrow, PaidFacts, ReceiptPurpose, VirtualAccountFacts};

/// Where a payment stands upstream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Its state.
    pub state: StandingState,
    /// Its cancels whose state is told, in the upstream's order.
    pub cancels: Vec<CancelStanding>,
    /// Its cash receipt, issued with it or by hand, where one is told.
    pub cash_receipt: Option<ReceiptStanding>,
    /// What is known of its escrow, where it is told.
    pub escrow: Option<Escrow>,
}

/// A payment's cash receipt upstream (schema `PaymentCashReceipt`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptStanding {
    /// What it is.
    pub facts: CashReceiptFacts,
    /// What it is for.
    pub purpose: Option<ReceiptPurpose>,
    /// Of how much, in minor units.
    pub total: i64,
    /// When it was cancelled; absent means that it stands.
    pub cancelled_at: Option<DateTime<Utc>>,
}

/// The state of a payment upstream.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(clippy::large_enum_variant)] // one on the stack an inquiry
pub enum StandingState {
    /// The upstream is still working on it.
    Open,
    /// An account waits for its deposit, in time or not.
    WaitsForDeposit(VirtualAccountFacts),
    /// Money was taken; some or all of it may have gone back since.
    Paid(PaidFacts),
    /// The account was closed before a deposit.
    Closed {
        /// When.
        closed_at: DateTime<Utc>,
    },
    /// The PG refused it.
    Failed(Decline),
}

/// How far a cancel has come upstream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CancelStanding {
    /// How far.
    pub status: crate::CancelStatus,
    /// The upstream's id of it.
    pub upstream_id: Option<String>,
    /// The PG's number of it.
    pub pg_cancellation_id: Option<String>,
    /// How much, in minor units.
    pub total: i64,
    /// When it was done.
    pub cancelled_at: Option<DateTime<Utc>>,
}
