//! Before anybody pays: fixing what a payment has to be, and sessions of the hosted checkout.

use chrono::{DateTime, TimeDelta, Utc};
use portone_core::{Currency, PaymentAmount, PaymentId, StoreId};

use crate::engine::Engine;
use crate::error::EngineError;
use crate::ledger::{PaymentSession, PreRegistration, SessionId, SessionOffer};
use crate::port::PreRegister;
use crate::request::Caller;

/// How long a session is open where nobody says so; no document tells PortOne's.
const SESSION_LIFE: TimeDelta = TimeDelta::days(1);
/// How long a session may be open at most; no document tells PortOne's.
pub const SESSION_LIFE_SECONDS_MAX: i64 = 7 * 24 * 60 * 60;

/// What a payment is to be fixed to.
#[derive(Debug, Clone, Copy, Default)]
pub struct FixedAmount {
    /// The total, in minor units, or in the unit that `decimals` tells.
    pub total: Option<i64>,
    /// How many digits of the total are behind the point, where no currency says so.
    pub decimals: Option<u8>,
    /// The tax-free part, in minor units.
    pub tax_free: Option<i64>,
    /// The currency.
    pub currency: Option<Currency>,
}

impl Engine {
    /// Fixes what a payment has to be when a window is opened for it (rule V2-050). A later call replaces an earlier one.
    pub async fn pre_register(
        &self,
        caller: &Caller,
        payment_id: PaymentId,
        amount: FixedAmount,
    ) -> Result<(), EngineError> {
        if let (Some(total), Some(tax_free)) = (amount.total, amount.tax_free)
            && tax_free > total
        {
            return Err(EngineError::SumOfPartsExceedsTotal);
        }
        let registration = PreRegistration {
            store_id: caller.store_id.clone(),
            payment_id,
            total: amount.total,
            decimals: amount.decimals,
            tax_free: amount.tax_free,
            currency: amount.currency,
            registered_at: self.now(),
        };
        match self.store.pre_register(registration).await? {
            PreRegister::Registered => Ok(()),
            PreRegister::AlreadyPaid => Err(EngineError::AlreadyPaid),
        }
    }

    /// What was fixed of a payment; `NotFound` where nothing was.
    pub async fn registration(
        &self,
        store: &StoreId,
        payment_id: &PaymentId,
    ) -> Result<PreRegistration, EngineError> {
        let found = self.store.pre_registration(store, payment_id).await?;
        found.ok_or_else(|| EngineError::NotFound(format!("nothing is registered of payment `{payment_id}`")))
    }

    /// Refuses a payment that is not what was fixed.
    pub async fn check_registered(
        &self,
        store: &StoreId,
        payment_id: &PaymentId,
        amount: &PaymentAmount,
    ) -> Result<(), EngineError> {
        let found = self.store.pre_registration(store, payment_id).await?;
        let Some(fixed) = found else { return Ok(()) };
        let differs = |what: &'static str| Err(EngineError::DiffersFromRegistered(what));
        if !fixed.takes_total(amount.total, amount.currency) {
            return differs("totalAmount");
        }
        if fixed.currency.is_some_and(|currency| currency != amount.currency) {
            return differs("currency");
        }
        if fixed.tax_free.is_some_and(|tax_free| tax_free != amount.tax_free.unwrap_or(0)) {
            return differs("taxFreeAmount");
        }
        Ok(())
    }

    /// Opens a session; `life_seconds` is how long, at least 1.
    pub async fn create_session(
        &self,
        caller: &Caller,
        offer: SessionOffer,
        life_seconds: Option<i64>,
    ) -> Result<PaymentSession, EngineError> {
        if life_seconds.is_some_and(|seconds| seconds > SESSION_LIFE_SECONDS_MAX) {
            return Err(EngineError::SessionLifeExceeded(SESSION_LIFE_SECONDS_MAX));
        }
        let now = self.now();
        let session = PaymentSession {
            // Whoever knows the id may read the session, so it has to be hard to guess.
            id: SessionId(format!(
                "payment-session-{:016x}{:016x}",
                self.random.next_u64(),
                self.random.next_u64()
            )),
            store_id: caller.store_id.clone(),
            created_at: now,
            expires_at: now + life_seconds.map_or(SESSION_LIFE, TimeDelta::seconds),
            closed_at: None,
            offer,
        };
        self.store.create_session(session.clone()).await?;
        Ok(session)
    }

    /// A session that is open. It needs no credential: the page reads it.
    pub async fn session(&self, id: &str) -> Result<PaymentSession, EngineError> {
        let found = self.store.session(&SessionId(id.to_owned())).await?;
        let session = found.ok_or(EngineError::SessionNotFound)?;
        if session.is_open(self.now()) { Ok(session) } else { Err(EngineError::SessionExpired) }
    }

    /// Closes a session at once; closing twice is one close.
    pub async fn close_session(&self, caller: &Caller, id: &str) -> Result<DateTime<Utc>, EngineError> {
        let id = SessionId(id.to_owned());
        let closed = self.store.close_session(&caller.store_id, &id, self.now()).await?;
        closed.ok_or(EngineError::SessionNotFound)
    }
}
