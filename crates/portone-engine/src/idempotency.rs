//! Requests that name themselves with an idempotency key (rules V2-010 to V2-013): the first one runs, its answer is kept
//! for three hours, and the same request gets it again.
//!
//! A key is claimed durably before its request runs, together with the id its attempt will have. Whoever finds a claim
//! that nobody works on any more (its gateway died, or the outcome was left open) takes it over with that id, and the
//! ledger tells what became of the attempt: nothing is done twice.

use chrono::{DateTime, TimeDelta, Utc};
use hmac::Mac as _;
use portone_core::{AttemptId, Cause, Decline, REROUTE_COUNT_MAX, StoreId, TransactionId};

use crate::engine::{Engine, delta, made};
use crate::error::EngineError;
use crate::ledger::{Failure, PaymentStatus, Transaction};
use crate::port::StoreError;
use crate::port::idempotency::{ClaimKey, HeldKey, KeyClaim};
use crate::request::{Caller, Paid};

/// How long an answer is kept (rule V2-012).
const RETENTION: TimeDelta = TimeDelta::hours(3);

/// The name of a key within the stores of its credential: an HMAC, so that the key itself is not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyDigest(pub [u8; 32]);

/// What a request asks for: an HMAC over it without its secret members.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint(pub [u8; 32]);

/// A request that runs under a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// The key.
    pub key: KeyDigest,
    /// The id of its attempt, and of what the attempt makes.
    pub id: AttemptId,
    /// Whether it may have run before; then the ledger is asked first.
    pub is_resumed: bool,
    /// When others may take the request up again. They may be told then that it was refused, so that this one begins nothing
    /// any more.
    pub until: DateTime<Utc>,
}

impl Operation {
    /// What the store knows this run of the request by.
    pub(crate) fn held(&self) -> HeldKey {
        HeldKey { key: self.key, operation: self.id.clone(), until: self.until }
    }
}

/// An answer that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptAnswer {
    /// The HTTP status.
    pub status: u16,
    /// The body: JSON, and never card data.
    pub body: String,
}

/// What becomes of a request with a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Keyed {
    /// It runs, and [`Engine::finish_key`] or [`Engine::release_key`] ends it.
    Run(Operation),
    /// The first one is running.
    Outstanding,
    /// The first one asked for something else.
    Mismatch,
    /// The first one's answer.
    Replay(KeptAnswer),
}

impl Engine {
    /// The name of a key that came with a credential for these stores: another credential's keys are others.
    pub fn key_digest(&self, stores: &[StoreId], key: &str) -> KeyDigest {
        let stores: Vec<&str> = stores.iter().map(StoreId::as_str).collect();
        let stores = stores.join("\n");
        let parts = [stores.as_bytes(), &[0], key.as_bytes()];
        KeyDigest(self.key.mac("idempotency key", &parts).finalize().into_bytes().into())
    }

    /// The fingerprint of a request, given without its secret members.
    pub fn fingerprint(&self, request: &[u8]) -> Fingerprint {
        Fingerprint(self.key.mac("idempotency fingerprint", &[request]).finalize().into_bytes().into())
    }

    /// Claims a key for a request. It is durable when this returns.
    pub async fn claim_key(&self, key: KeyDigest, fingerprint: Fingerprint) -> Result<Keyed, StoreError> {
        let now = self.now();
        let until = now + self.key_lease();
        let claim = ClaimKey {
            key,
            fingerprint,
            operation: self.new_attempt_id(now),
            now,
            lease_until: until,
            expires_at: now + RETENTION,
        };
        Ok(match self.store.claim_key(claim).await? {
            KeyClaim::New(id) => Keyed::Run(Operation { key, id, is_resumed: false, until }),
            KeyClaim::Resumed(id) => Keyed::Run(Operation { key, id, is_resumed: true, until }),
            KeyClaim::Outstanding => Keyed::Outstanding,
            KeyClaim::Mismatch => Keyed::Mismatch,
            KeyClaim::Finished(answer) => Keyed::Replay(answer),
        })
    }

    /// Keeps the answer of a request that ran under a key: whether it is kept. It is not where others have taken the request up
    /// again meanwhile: then a refusal is not the last word.
    pub async fn finish_key(&self, operation: &Operation, answer: KeptAnswer) -> Result<bool, StoreError> {
        self.store.finish_key(operation.held(), answer, self.now() + RETENTION).await
    }

    /// Lets go of a key whose request ended without a final answer: the next one asks the ledger. Where its time is over the
    /// key is nobody's, or another's who has taken the request up again.
    pub async fn release_key(&self, key: KeyDigest, operation: &Operation) -> Result<(), StoreError> {
        let now = self.now();
        if now >= operation.until {
            return Ok(());
        }
        self.store.release_key(key, &operation.id, now).await
    }

    /// Forgets up to `count_max` keys whose time is over: how many. A step for the binary's loop.
    pub async fn forget_keys(&self, count_max: usize) -> Result<usize, StoreError> {
        self.store.forget_keys(self.now(), count_max).await
    }

    /// How long a request may work: as long as its attempt's lease, and two inquiries.
    fn key_lease(&self) -> TimeDelta {
        delta(self.config.deadline)
            + delta(self.config.lease_margin)
            + delta(self.config.inquiry_deadline) * 2
    }

    /// The attempt id of a request: its operation's, where it came with a key.
    pub(crate) fn attempt_id_for(&self, caller: &Caller, now: DateTime<Utc>) -> AttemptId {
        match &caller.operation {
            Some(operation) => operation.id.clone(),
            None => self.new_attempt_id(now),
        }
    }

    /// What became of a payment that the same request began before; `None` where it never began.
    pub(crate) async fn paid_before(
        &self,
        operation: Option<&Operation>,
    ) -> Result<Option<Result<Paid, EngineError>>, StoreError> {
        let Some(operation) = operation else { return Ok(None) };
        let mut id = made(TransactionId::parse(operation.id.as_str()));
        // Where it went on to another channel, the last one tells.
        for _ in 0..=REROUTE_COUNT_MAX {
            let Some(transaction) = self.store.transaction(&id).await? else { return Ok(None) };
            match transaction.rerouted_to {
                Some(next) => id = next,
                None => return Ok(Some(told(transaction))),
            }
        }
        Ok(Some(Err(EngineError::UnknownOutcome)))
    }

    /// Whether a request may begin something now. A call leaves within the lease's margin of that or not at all, and by then
    /// nobody else may have taken the request up again.
    pub(crate) fn may_begin(
        &self,
        operation: Option<&Operation>,
        now: DateTime<Utc>,
    ) -> Result<(), EngineError> {
        match operation {
            Some(operation) if now + delta(self.config.lease_margin) > operation.until => {
                Err(EngineError::UnknownOutcome)
            }
            Some(_) | None => Ok(()),
        }
    }

    /// What a refused request did itself, else its refusal. Its gateway may have stood still until another took the request up
    /// again: then what is in its way is its own payment.
    pub(crate) async fn paid_or(
        &self,
        operation: Option<&Operation>,
        refusal: EngineError,
    ) -> Result<Paid, EngineError> {
        let told = self.paid_before(operation).await?;
        told.unwrap_or(Err(refusal))
    }
}

/// Whether a request with an idempotency key was refused by what is in the ledger or the directory: its own operation may have
/// put that there. What its call came to is in its record.
pub(crate) fn may_be_own_doing(operation: Option<&Operation>, refusal: &EngineError) -> bool {
    let is_of_call = matches!(refusal, EngineError::Declined(_) | EngineError::Unavailable(_));
    operation.is_some() && !is_of_call
}

/// A payment's answer, as the record tells it.
fn told(transaction: Transaction) -> Result<Paid, EngineError> {
    let issued_at = transaction.virtual_account.as_ref().map(|account| account.issued_at);
    let at = transaction.paid_at.or(issued_at);
    match (transaction.status, transaction.pg_tx_id, at) {
        (PaymentStatus::Failed, ..) => Err(refused(transaction.failure)),
        (PaymentStatus::Ready | PaymentStatus::PayPending, ..) => Err(EngineError::UnknownOutcome),
        // Cancelled meanwhile or not: it was paid, or its account issued.
        (_, Some(pg_tx_id), Some(paid_at)) => Ok(Paid { pg_tx_id: pg_tx_id.to_string(), paid_at }),
        (_, _, _) => Err(EngineError::UnknownOutcome),
    }
}

fn refused(failure: Option<Failure>) -> EngineError {
    match failure {
        Some(Failure { pg_code: Some(code), pg_message, reason }) => {
            EngineError::Declined(Decline { code, message: pg_message.unwrap_or(reason) })
        }
        Some(Failure { reason, .. }) => EngineError::Unavailable(Cause::NotSent(reason)),
        None => EngineError::UnknownOutcome,
    }
}
