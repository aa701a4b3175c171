//! What moved money (schema `PaymentEvent`): a payment or a cancel, announced or not. Rows are written in the same commit
//! as the change.

use chrono::{DateTime, Utc};
use portone_core::{CancellationId, StoreId};
use serde::{Deserialize, Serialize};

use crate::engine::Engine;
use crate::ledger::Transaction;
use crate::list::Cursor;
use crate::port::StoreError;

/// What happened (schema `PaymentEvent`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PaymentEventKind {
    /// It was paid.
    Paid,
    /// A part was given back, and something is left.
    PartialCancelled,
    /// The rest was given back.
    Cancelled,
}

/// A movement of money.
#[derive(Debug, Clone, PartialEq)]
pub struct PaymentEvent {
    /// What happened.
    pub kind: PaymentEventKind,
    /// When it was written; of one store a later one is never earlier.
    pub created_at: DateTime<Utc>,
    /// How much moved, in minor units.
    pub amount: i64,
    /// The cancel, where it was one.
    pub cancellation_id: Option<CancellationId>,
    /// The transaction as it is now.
    pub transaction: Transaction,
}

impl Engine {
    /// A store's movements of money, the oldest first: up to `count_max` after a place, created no later than `until`.
    /// Whoever reads on from the last one's place misses none, whatever is written meanwhile.
    pub async fn payment_events_after(
        &self,
        store: &StoreId,
        after: Cursor,
        until: DateTime<Utc>,
        count_max: usize,
    ) -> Result<Vec<(PaymentEvent, Cursor)>, StoreError> {
        self.store.payment_events_after(store, after, until, count_max).await
    }
}
