//! What the engine asks the store about payments that are fixed or begun before they are paid.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use portone_core::{AttemptId, PaymentId, StoreId};

use super::{Begin, StoreError};
use crate::event::Event;
use crate::ledger::{OpenAttempt, PaymentSession, PreRegistration, SessionId, Transaction};

/// What came of fixing a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PreRegister {
    /// Durable, in place of what was fixed before.
    Registered,
    /// The payment is paid, waits for a deposit, was cancelled, or is being paid.
    AlreadyPaid,
}

/// An attempt in the place of another, with the transaction as it shall be.
#[derive(Debug, Clone)]
pub struct SwapAttempt {
    /// The attempt that ends.
    pub end: AttemptId,
    /// The attempt that begins: on the same payment.
    pub begin: OpenAttempt,
    /// The transaction as it shall be; its revision is the one that was read.
    pub transaction: Transaction,
    /// What to announce, in the same commit.
    pub events: Vec<Event>,
}

/// An attempt on a billing key in the place of another.
#[derive(Debug, Clone)]
pub struct SwapKeyAttempt {
    /// The attempt that ends.
    pub end: AttemptId,
    /// The attempt that begins: on the same key.
    pub begin: OpenAttempt,
    /// Whether the key's success is muted from now on.
    pub skip_webhook: bool,
}

/// The part of the store that keeps what is known of a payment before anybody pays.
#[async_trait]
pub trait ConfirmStore: Send + Sync {
    /// Fixes what a payment has to be, unless it is paid.
    async fn pre_register(&self, registration: PreRegistration) -> Result<PreRegister, StoreError>;

    /// What was fixed of a payment.
    async fn pre_registration(
        &self,
        store: &StoreId,
        payment: &PaymentId,
    ) -> Result<Option<PreRegistration>, StoreError>;

    /// Ends one attempt and opens another in one commit: `Outstanding` where the first is not open, `Changed` where the
    /// transaction is not as it was read; then nothing is written.
    async fn swap_attempt(&self, swap: SwapAttempt) -> Result<Begin, StoreError>;

    /// Ends one attempt on a billing key and opens another in one commit: `Outstanding` where the first is not open; then
    /// nothing is written.
    async fn swap_key_attempt(&self, swap: SwapKeyAttempt) -> Result<Begin, StoreError>;

    /// Keeps a new session.
    async fn create_session(&self, session: PaymentSession) -> Result<(), StoreError>;

    /// A session of any store.
    async fn session(&self, id: &SessionId) -> Result<Option<PaymentSession>, StoreError>;

    /// Closes a store's session: when it was closed first; `None` where the store has no such session.
    async fn close_session(
        &self,
        store: &StoreId,
        id: &SessionId,
        now: DateTime<Utc>,
    ) -> Result<Option<DateTime<Utc>>, StoreError>;
}
