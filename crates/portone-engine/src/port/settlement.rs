//! What the store keeps of attempts that people settle.

use async_trait::async_trait;
use portone_core::{AttemptId, PaymentId, StoreId};

use super::StoreError;
use crate::ledger::{HandSettlement, OpenAttempt};

/// The part of the ledger's database that keeps what people decided.
#[async_trait]
pub trait SettlementStore: Send + Sync {
    /// An open attempt by its id.
    async fn open_attempt(&self, id: &AttemptId) -> Result<Option<OpenAttempt>, StoreError>;

    /// Keeps a decision, if its attempt is still open: whether it was.
    async fn keep_settlement(&self, settlement: HandSettlement) -> Result<bool, StoreError>;

    /// Decisions, newest first.
    async fn settlements(&self, count_max: usize) -> Result<Vec<HandSettlement>, StoreError>;

    /// The decisions about a payment's attempts, oldest first.
    async fn settlements_of(
        &self,
        store: &StoreId,
        payment: &PaymentId,
    ) -> Result<Vec<HandSettlement>, StoreError>;
}
