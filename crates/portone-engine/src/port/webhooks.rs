//! What the store keeps of deliveries: a queue of what is to be sent, and a log of what was.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use portone_core::{PaymentId, StoreId};

use super::{Settle, StoreError};
use crate::webhook::{Claim, Delivery, DeliveryResult, Target};

/// Which deliveries are listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeliveryFilter {
    /// A store's, oldest first, after the one numbered so (0: from the start).
    After(u64),
    /// A payment's, of all its transactions, oldest first.
    OfPayment(PaymentId),
    /// The one with this id.
    Id(String),
}

/// How much is claimed at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClaimLimits {
    /// How many in all.
    pub count_max: usize,
    /// How many may be under way to one host at a time, over all gateways, so that a slow one holds up nobody else.
    pub endpoint_count_max: usize,
}

/// What came of asking for a delivery once more.
#[derive(Debug, Clone, PartialEq)]
pub enum Resend {
    /// It will be sent, at once.
    Queued(Box<Delivery>),
    /// There is no such delivery.
    NotFound,
    /// It was sent again as often as is allowed (rule V2-109).
    CountReached,
}

/// Deliveries of announcements. A store writes them in the same commit as the announcement itself, to the targets that
/// were declared last; announcements of a store without targets cost nothing more.
#[async_trait]
pub trait WebhookStore: Send + Sync {
    /// Makes these the targets of these stores. What is under way goes on to where it was meant for.
    async fn declare_targets(&self, stores: Vec<(StoreId, Vec<Target>)>) -> Result<(), StoreError>;

    /// Takes deliveries that are due, by turns over their hosts, and keeps others away from them until `until`. Of
    /// announcements about one payment (or billing key) to one URL a later one is due only when the earlier is through.
    async fn claim_deliveries(
        &self,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
        limits: ClaimLimits,
    ) -> Result<Vec<Claim>, StoreError>;

    /// Writes what a try came to, and when the next one is due; without a next one the delivery is through. It is
    /// `AlreadySettled`, and nothing is written, when the claim has run out and somebody else has it.
    async fn finish_delivery(&self, result: DeliveryResult) -> Result<Settle, StoreError>;

    /// Deliveries of a store.
    async fn deliveries(
        &self,
        store: &StoreId,
        filter: DeliveryFilter,
        count_max: usize,
    ) -> Result<Vec<Delivery>, StoreError>;

    /// Makes a delivery of a store due at once, once more: with this id, if it has not been asked for too often.
    async fn resend_delivery(
        &self,
        store: &StoreId,
        id: &str,
        resend_count_max: u32,
        now: DateTime<Utc>,
    ) -> Result<Resend, StoreError>;
}
