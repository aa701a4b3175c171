//! What the store keeps of transactions that change by themselves: when the upstream is asked about them.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use portone_core::{AttemptId, PaymentId, StoreId, TransactionId};

use super::StoreError;
use crate::event::Event;
use crate::ledger::{CashReceipt, Discrepancy, OpenAttempt, Transaction};

/// A transaction to ask the upstream about.
#[derive(Debug, Clone, PartialEq)]
pub struct FollowUp {
    /// The transaction.
    pub transaction: Transaction,
    /// How often it was asked about since the last change or notification, this time included.
    pub ask_count: u32,
    /// Until when nobody else asks: names the claim.
    pub until: DateTime<Utc>,
}

/// What the ledger holds of a payment that a message is about.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Told {
    /// The attempt that is open on it.
    pub open: Option<OpenAttempt>,
    /// Its transactions, oldest first, as they were when the attempt was looked for or later.
    pub transactions: Vec<Transaction>,
}

/// What came of writing what the upstream told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recorded {
    /// Durable.
    Written,
    /// A call on the payment is open: its result comes first.
    Outstanding,
    /// The record has changed since it was read: what the upstream told may be older than it is.
    Changed,
}

/// The part of the ledger's database that follows transactions which change by themselves.
///
/// `Store::settle_transaction` sets a transaction's first date by
/// [`Transaction::follow_up_at`](crate::ledger::Transaction::follow_up_at), in its own commit.
#[async_trait]
pub trait FollowStore: Send + Sync {
    /// The attempt that is open on a payment.
    async fn open_attempt_on(
        &self,
        store: &StoreId,
        payment: &PaymentId,
    ) -> Result<Option<OpenAttempt>, StoreError>;

    /// What is held of a payment. A read that waits for no write.
    async fn told_of(&self, store: &StoreId, payment: &PaymentId) -> Result<Told, StoreError>;

    /// Makes an open attempt's inquiry due at `at`, where it is due later.
    async fn hasten_attempt(&self, attempt: &AttemptId, at: DateTime<Utc>) -> Result<(), StoreError>;

    /// Makes these transactions due to be asked about at `at`, where they are due later or never, and counts their
    /// questions anew.
    async fn hasten_follow_ups(
        &self,
        transactions: Vec<TransactionId>,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError>;

    /// Takes up to `count_max` transactions that are due to be asked about, the longest due first. Nobody else takes them
    /// before `until`.
    async fn claim_follow_ups(
        &self,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
        count_max: usize,
    ) -> Result<Vec<FollowUp>, StoreError>;

    /// Says when a claimed transaction is asked about next (never without a date), and keeps what was found wrong. A
    /// notification that came meanwhile wins over the date.
    async fn end_follow_up(
        &self,
        transaction: &TransactionId,
        until: DateTime<Utc>,
        next: Option<DateTime<Utc>>,
        found: Vec<Discrepancy>,
    ) -> Result<(), StoreError>;

    /// Writes a transaction that changed by itself, the cash receipt the PG issued with it, what to announce and what was
    /// found wrong, in one commit. A receipt is not written over one that is being issued or cancelled, nor beside another
    /// that is issued. The transaction is asked about again if it still waits for something. A failed attempt that turns out paid becomes the payment's latest
    /// where the latest has failed, so that nobody pays again.
    async fn record_change(
        &self,
        transaction: Transaction,
        receipt: Option<CashReceipt>,
        events: Vec<Event>,
        found: Vec<Discrepancy>,
    ) -> Result<Recorded, StoreError>;
}
