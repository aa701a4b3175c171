//! What the V1 API asks the store for, and the V2 API does not.

use async_trait::async_trait;
use portone_core::StoreId;

use super::StoreError;
use crate::attempts::AttemptQuery;
use crate::ledger::{ImpUid, Transaction};

/// The part of the ledger's database that knows single attempts to pay.
#[async_trait]
pub trait AttemptStore: Send + Sync {
    /// A store's transaction by its V1 name.
    async fn transaction_by_imp_uid(
        &self,
        store: &StoreId,
        imp_uid: ImpUid,
    ) -> Result<Option<Transaction>, StoreError>;

    /// A store's transaction by a product order that a wallet has told of
    /// ([`WalletRecord`](crate::ledger::WalletRecord)).
    async fn transaction_by_product_order(
        &self,
        store: &StoreId,
        product_order: &str,
    ) -> Result<Option<Transaction>, StoreError>;

    /// The transactions of a window that are not their payments' latest, in no order: at most one more than
    /// [`EXAMINED_COUNT_MAX`](crate::list::EXAMINED_COUNT_MAX).
    async fn earlier_attempts(&self, query: &AttemptQuery) -> Result<Vec<Transaction>, StoreError>;
}
