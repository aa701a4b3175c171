//! What a payment's two writes are going to ask, said before they run, so that a database that is far away can be asked for all of a
//! batch at once.

use portone_core::{AttemptId, PaymentId, StoreId, TransactionId};
use portone_engine::ledger::Transaction;

/// The turn of the commit itself, which asks what lists need.
pub(super) const COMMIT: usize = usize::MAX;

/// What a write about one payment is going to ask.
#[derive(Debug)]
#[cfg_attr(not(feature = "postgres"), expect(dead_code, reason = "SQLite is near: it is asked as it goes"))]
pub(crate) struct Ahead {
    pub(super) store: StoreId,
    pub(super) payment: PaymentId,
    pub(super) write: Write,
    /// Whether something is announced.
    pub(super) announces: bool,
}

/// A write of a payment.
#[derive(Debug)]
#[cfg_attr(not(feature = "postgres"), expect(dead_code, reason = "see above"))]
pub(super) enum Write {
    /// Whether the payment may be tried.
    Begin,
    /// How the transaction stands, and whether the attempt is open.
    Settle(TransactionId, AttemptId),
}

impl Ahead {
    /// The beginning of a payment.
    pub(super) fn begin(transaction: &Transaction, announces: bool) -> Self {
        Self::about(transaction, Write::Begin, announces)
    }

    /// The result of an attempt at a payment.
    pub(super) fn settle(transaction: &Transaction, attempt: &AttemptId, announces: bool) -> Self {
        Self::about(transaction, Write::Settle(transaction.id.clone(), attempt.clone()), announces)
    }

    fn about(transaction: &Transaction, write: Write, announces: bool) -> Self {
        let (store, payment) = (transaction.store_id.clone(), transaction.order.payment_id.clone());
        Self { store, payment, write, announces }
    }
}
