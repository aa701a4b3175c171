//! What the engine asks the store about cash receipts.

use async_trait::async_trait;
use portone_core::{AttemptId, PaymentId, StoreId};

use super::{Begin, Settle, StoreError};
use crate::ledger::{CashReceipt, OpenAttempt};
use crate::list::Reached;
use crate::receipt_list::ReceiptQuery;

/// What came of opening the issue of a cash receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BeginReceipt {
    /// Durable: the PG may be asked.
    Begun,
    /// Another issue for the payment is open: the PG must not be asked.
    Outstanding,
    /// The payment has a cash receipt that is not cancelled (rule V2-070).
    AlreadyIssued,
}

/// The part of the ledger's database that keeps cash receipts.
#[async_trait]
pub trait ReceiptStore: Send + Sync {
    /// Keeps a pending receipt and opens its attempt, in one commit.
    async fn begin_receipt(
        &self,
        receipt: CashReceipt,
        attempt: OpenAttempt,
    ) -> Result<BeginReceipt, StoreError>;

    /// Opens the cancel of a receipt, if it is issued (else `Changed`) and no other cancel of it is open.
    async fn begin_receipt_cancel(
        &self,
        receipt: &AttemptId,
        attempt: OpenAttempt,
    ) -> Result<Begin, StoreError>;

    /// Ends an attempt with the receipt as it then is.
    async fn settle_receipt(&self, attempt: &AttemptId, receipt: CashReceipt) -> Result<Settle, StoreError>;

    /// A receipt by its id, pending or not.
    async fn receipt(&self, id: &AttemptId) -> Result<Option<CashReceipt>, StoreError>;

    /// The latest receipt of a payment that anybody was told of.
    async fn payment_receipt(
        &self,
        store: &StoreId,
        payment: &PaymentId,
    ) -> Result<Option<CashReceipt>, StoreError>;

    /// The latest receipt of a payment that was ever issued, cancelled since or not.
    async fn issued_receipt(
        &self,
        store: &StoreId,
        payment: &PaymentId,
    ) -> Result<Option<CashReceipt>, StoreError>;

    /// The latest receipts of these payments that anybody was told of, at once.
    async fn payment_receipts(
        &self,
        store: &StoreId,
        payments: Vec<PaymentId>,
    ) -> Result<Vec<CashReceipt>, StoreError>;

    /// One page of a store's receipts that were told of. At most
    /// [`EXAMINED_COUNT_MAX`](crate::list::EXAMINED_COUNT_MAX) of them are looked at.
    async fn list_receipts(&self, query: ReceiptQuery) -> Result<Reached<CashReceipt>, StoreError>;
}
