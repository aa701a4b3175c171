//! What the store keeps for requests with an idempotency key.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use portone_core::AttemptId;

use super::StoreError;
use crate::idempotency::{Fingerprint, KeptAnswer, KeyDigest};

/// A request that wants to run under a key.
#[derive(Debug, Clone)]
pub struct ClaimKey {
    /// The key.
    pub key: KeyDigest,
    /// What is asked for.
    pub fingerprint: Fingerprint,
    /// The attempt's id, if the key is new.
    pub operation: AttemptId,
    /// The time.
    pub now: DateTime<Utc>,
    /// Until when nobody else runs it.
    pub lease_until: DateTime<Utc>,
    /// From when the key is new again.
    pub expires_at: DateTime<Utc>,
}

/// What came of a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyClaim {
    /// The key is new, and the request runs with this id.
    New(AttemptId),
    /// Nobody works on it any more, and no answer is there: the request runs with the id it had.
    Resumed(AttemptId),
    /// Somebody works on it.
    Outstanding,
    /// The key belongs to another request.
    Mismatch,
    /// It was answered.
    Finished(KeptAnswer),
}

/// A key as a request holds it: it is held no more when the claim has ended, when another has taken the request up again, and
/// when it was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldKey {
    /// The key.
    pub key: KeyDigest,
    /// The request's id.
    pub operation: AttemptId,
    /// Until when it was claimed: what tells this claim from the next.
    pub until: DateTime<Utc>,
}

/// The part of the ledger's database that keeps idempotency keys.
#[async_trait]
pub trait IdempotencyStore: Send + Sync {
    /// Claims a key. One that expired is new.
    async fn claim_key(&self, claim: ClaimKey) -> Result<KeyClaim, StoreError>;

    /// Writes the answer of a request that holds its key and keeps it until `expires_at`: whether it holds it. The write is
    /// queued when the future is polled first.
    async fn finish_key(
        &self,
        held: HeldKey,
        answer: KeptAnswer,
        expires_at: DateTime<Utc>,
    ) -> Result<bool, StoreError>;

    /// Ends the claim of the request with this id, so that the next one takes it over.
    async fn release_key(
        &self,
        key: KeyDigest,
        operation: &AttemptId,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError>;

    /// Removes up to `count_max` keys that expired, the longest expired first: how many.
    async fn forget_keys(&self, now: DateTime<Utc>, count_max: usize) -> Result<usize, StoreError>;
}
