//! What is spent of a promotion's budget is what its payments took of it, and no more than there was.

use std::sync::Arc;

use portone_engine::port::StoreError;

use super::Books;
use crate::request::PROMOTION;
use crate::world::{BUDGET, DISCOUNT, World};

pub(super) async fn check(
    books: &Books,
    world: &Arc<World>,
    found: &mut Vec<String>,
) -> Result<(), StoreError> {
    if !world.weather.has_promotion {
        return Ok(());
    }
    let spent = books.engine.store().promotion_spent(&books.store, PROMOTION).await?.unwrap_or(0);
    let all = || books.ours.values().flatten();
    let taken: i64 = all().map(portone_engine::ledger::Transaction::budget_taken).sum();
    if spent != taken || spent > BUDGET {
        found.push(format!("budget: {spent} of {BUDGET} is spent, and payments took {taken}"));
    }
    for transaction in all() {
        let taken_off = transaction.order.amount.total - transaction.charged().total;
        if taken_off != 0 && (taken_off != DISCOUNT || transaction.order.promotion_id.is_none()) {
            found.push(format!("promotion: {taken_off} is taken off {}", transaction.id));
        }
    }
    Ok(())
}
