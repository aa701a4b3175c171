//! Promotions' budgets: counted by whatever writes a transaction that has a promotion. Of others nothing is asked.

use crate::sql::statement::{OptionalRow, params};
use async_trait::async_trait;
use portone_core::StoreId;
use portone_engine::ledger::Transaction;
use portone_engine::port::{BudgetShare, PromotionStore, StoreError};

use super::database::{Database, Fault};
use super::{SqlStore, read};

#[async_trait]
impl PromotionStore for SqlStore {
    async fn promotion_spent(&self, store: &StoreId, promotion: &str) -> Result<Option<i64>, StoreError> {
        read!(self, [store, promotion], |database| match database.find_store_no(store)? {
            Some(store_no) => spent(database, store_no, promotion),
            None => Ok(None),
        })
    }
}

fn spent(database: &Database, store_no: i64, promotion: &str) -> Result<Option<i64>, Fault> {
    let sql = "SELECT spent FROM promotion_budgets WHERE store_no = ?1 AND promotion_id = ?2";
    let mut statement = database.prepared(sql)?;
    statement.query_row(params![store_no, promotion], |row| row.get(0)).optional()
}

/// Whether the budget has what a new transaction takes. Whoever asks is the only writer, and writes it in the same commit.
pub(super) fn may_take(
    database: &Database,
    store_no: i64,
    transaction: &Transaction,
    budget: Option<BudgetShare>,
) -> Result<bool, Fault> {
    let Some(promotion) = &transaction.promotion else { return Ok(true) };
    let Some(budget) = budget else {
        return Err(Fault::Contract("a transaction with a promotion has a budget".to_owned()));
    };
    let spent = spent(database, store_no, &promotion.id)?.unwrap_or(budget.spent_before);
    Ok(spent.saturating_add(transaction.budget_taken()) <= budget.limit)
}

/// Writes what a new transaction takes.
pub(super) fn take(
    database: &Database,
    store_no: i64,
    transaction: &Transaction,
    budget: Option<BudgetShare>,
) -> Result<(), Fault> {
    let (Some(promotion), Some(budget)) = (&transaction.promotion, budget) else { return Ok(()) };
    database.write(
        "INSERT INTO promotion_budgets (store_no, promotion_id, spent) VALUES (?1, ?2, CAST(?3 AS BIGINT) + ?4)
         ON CONFLICT (store_no, promotion_id) DO UPDATE
            SET spent = promotion_budgets.spent + ?4",
        params![store_no, promotion.id, budget.spent_before, transaction.budget_taken()],
    )?;
    database.write(
        "INSERT INTO promotion_uses (transaction_no, taken) SELECT no, CAST(?2 AS BIGINT) FROM transactions WHERE id = ?1",
        params![transaction.id.as_str(), transaction.budget_taken()],
    )?;
    Ok(())
}

/// Writes what a transaction takes now, after it was written. What the PG took all the same is counted even where the
/// budget no longer has it.
pub(super) fn follow(database: &Database, transaction: &Transaction) -> Result<(), Fault> {
    let Some(promotion) = &transaction.promotion else { return Ok(()) };
    let taken = transaction.budget_taken();
    let id = transaction.id.as_str();
    database.write(
        "UPDATE promotion_budgets SET spent = spent + ?3 - (SELECT u.taken FROM promotion_uses AS u
            JOIN transactions AS t ON t.no = u.transaction_no WHERE t.id = ?1)
         WHERE promotion_id = ?2 AND store_no = (SELECT store_no FROM transactions WHERE id = ?1)",
        params![id, promotion.id, taken],
    )?;
    let sql = "UPDATE promotion_uses SET taken = ?2
        WHERE transaction_no = (SELECT no FROM transactions WHERE id = ?1)";
    database.write(sql, params![id, taken])
}
