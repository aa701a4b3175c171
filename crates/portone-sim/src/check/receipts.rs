//! Cash receipts are known on both sides, or on neither: the tax office has each sale once.

use std::sync::Arc;

use portone_engine::ledger::ReceiptStatus;
use portone_engine::port::StoreError;

use super::Books;
use crate::book::{Answer, Done, Operation};
use crate::world::World;

pub(super) async fn check(
    books: &Books,
    world: &Arc<World>,
    found: &mut Vec<String>,
) -> Result<(), StoreError> {
    let asked: Vec<_> = world.book().asked().cloned().collect();
    let mut payments: Vec<_> = asked
        .iter()
        .filter(|one| matches!(one.operation, Operation::IssueReceipt { .. }))
        .filter_map(|one| one.operation.payment())
        .collect();
    payments.dedup();
    for payment in payments {
        let at_pg = books.receipts.iter().filter(|(of, state)| of == payment.as_str() && state == "ISSUED");
        let issued_count = at_pg.count();
        let ours = books.engine.store().payment_receipt(&books.store, payment).await?;
        let is_issued = ours.as_ref().is_some_and(|receipt| receipt.status == ReceiptStatus::Issued);
        if issued_count != usize::from(is_issued) {
            found.push(format!("receipt of {payment}: {issued_count} at the PG, {ours:?} here"));
        }
        let is_told = asked.iter().any(|one| {
            one.operation.payment() == Some(payment)
                && matches!(one.answer, Some(Answer::Done(Done::ReceiptIssued { .. })))
        });
        if is_told && !books.receipts.iter().any(|(of, _)| of == payment.as_str()) {
            found.push(format!("told as done, and is not: the receipt of {payment}"));
        }
    }
    Ok(())
}
