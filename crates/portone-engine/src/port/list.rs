//! What the store answers about many records at once.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use portone_core::StoreId;

use super::StoreError;
use crate::key_list::KeyQuery;
use crate::ledger::{BillingKeyRecord, Transaction};
use crate::list::{Cursor, PaymentQuery, Reached};
use crate::payment_event::PaymentEvent;

/// The part of the ledger's database that lists.
#[async_trait]
pub trait ListStore: Send + Sync {
    /// One page of a store's payments, each as its latest transaction. At most
    /// [`EXAMINED_COUNT_MAX`](crate::list::EXAMINED_COUNT_MAX) of them are looked at.
    async fn list_payments(&self, query: PaymentQuery) -> Result<Reached<Transaction>, StoreError>;

    /// One page of a store's billing keys, under the same limit.
    async fn list_billing_keys(&self, query: KeyQuery) -> Result<Reached<BillingKeyRecord>, StoreError>;

    /// Prepares what lists read instead of the records, of payments, billing keys and cash receipts that have come to
    /// rest, up to `count_max` of them or somewhat more: how many. Without it lists say the same and take longer.
    async fn index_records(&self, now: DateTime<Utc>, count_max: usize) -> Result<usize, StoreError>;

    /// A store's movements of money by creation, the oldest first: up to `count_max` after `after` that were created no
    /// later than `until`. They are written with the change that moved the money, in this order: whatever is written
    /// later comes after whatever was read.
    async fn payment_events_after(
        &self,
        store: &StoreId,
        after: Cursor,
        until: DateTime<Utc>,
        count_max: usize,
    ) -> Result<Vec<(PaymentEvent, Cursor)>, StoreError>;

    /// A store's payments by creation, the oldest first: up to `count_max` after `after` that were created no later than
    /// `until`.
    async fn payments_after(
        &self,
        store: &StoreId,
        after: Cursor,
        until: DateTime<Utc>,
        count_max: usize,
    ) -> Result<Vec<(Transaction, Cursor)>, StoreError>;
}
