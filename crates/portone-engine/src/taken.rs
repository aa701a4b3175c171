//! What a window took. Its call is made in the buyer's browser, so the buyer can change the amount.

use portone_core::{Outcome, TransactionId};

use crate::engine::Engine;
use crate::error::EngineError;
use crate::ledger::Transaction;

impl Engine {
    /// Keeps that a window took another amount than was asked for, for people to see.
    pub(crate) async fn tell_difference(&self, id: &TransactionId, what: String) -> Result<(), EngineError> {
        let Some(transaction) = self.store.transaction(id).await? else { return Ok(()) };
        let found = self.discrepancy(&transaction, what);
        self.store.record_change(transaction, None, Vec::new(), vec![found]).await?;
        Ok(())
    }
}

/// The record with the amount that was taken, and what is to be told where that is not the one asked for. Whoever
/// compares the payment with his order has to see what was paid.
pub(crate) fn as_taken(mut transaction: Transaction, outcome: &Outcome) -> (Transaction, Option<String>) {
    let (Outcome::Paid(facts) | Outcome::IssuedAndPaid { paid: facts, .. }) = outcome else {
        return (transaction, None);
    };
    let asked = transaction.charged().total;
    let Some(total) = facts.total.filter(|total| *total != asked) else { return (transaction, None) };
    let amount = &mut transaction.order.amount;
    (amount.total, amount.tax_free, amount.vat) = (total, amount.tax_free.map(|part| part.min(total)), None);
    (transaction, Some(format!("{asked} was asked for in a window, and {total} taken")))
}
