//! Promotions' budgets in the ledger.
//!
//! What is spent of one is the sum of [`Transaction::budget_taken`](crate::ledger::Transaction::budget_taken) over its
//! transactions, and what was declared as spent before the first of them. Whatever writes a transaction writes that sum in
//! the same commit.

use async_trait::async_trait;
use portone_core::StoreId;

use super::StoreError;

/// The budget that a payment's discount is taken from, in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BudgetShare {
    /// What may be spent in all.
    pub limit: i64,
    /// What was spent before the first payment here; counts at that one only.
    pub spent_before: i64,
}

/// The part of the ledger that counts what promotions spend.
#[async_trait]
pub trait PromotionStore: Send + Sync {
    /// What is spent or reserved of a promotion's budget; `None` before its first payment.
    async fn promotion_spent(&self, store: &StoreId, promotion: &str) -> Result<Option<i64>, StoreError>;
}
