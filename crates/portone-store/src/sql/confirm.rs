//! What is known of a payment before anybody pays.

use crate::sql::statement::{OptionalRow, params};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use portone_core::{PaymentId, StoreId};
use portone_engine::ledger::{PaymentSession, PreRegistration, SessionId};
use portone_engine::port::{Begin, ConfirmStore, PreRegister, StoreError, SwapAttempt, SwapKeyAttempt};

use super::attempts::AttemptRow;
use super::billing_keys;
use super::database::{Database, Fault};
use super::transactions::{self, SwapRows};
use super::{SqlStore, read};
use crate::document::{decode, decode_code, encode, millis, time};

#[async_trait]
impl ConfirmStore for SqlStore {
    async fn pre_register(&self, registration: PreRegistration) -> Result<PreRegister, StoreError> {
        self.write(move |database| pre_register(database, &registration)).await
    }

    async fn pre_registration(
        &self,
        store: &StoreId,
        payment: &PaymentId,
    ) -> Result<Option<PreRegistration>, StoreError> {
        read!(self, [store, payment], |database| find_registration(database, store, payment))
    }

    async fn swap_attempt(&self, swap: SwapAttempt) -> Result<Begin, StoreError> {
        let rows = SwapRows::encode(swap)?;
        self.write(move |database| transactions::swap_attempt(database, &rows)).await
    }

    async fn swap_key_attempt(&self, swap: SwapKeyAttempt) -> Result<Begin, StoreError> {
        let begin = AttemptRow::encode(&swap.begin)?;
        self.write(move |database| billing_keys::swap_attempt(database, &swap.end, &begin, swap.skip_webhook))
            .await
    }

    async fn create_session(&self, session: PaymentSession) -> Result<(), StoreError> {
        let doc = encode("payment session", &session.offer)?;
        self.write(move |database| create_session(database, &session, &doc)).await
    }

    async fn session(&self, id: &SessionId) -> Result<Option<PaymentSession>, StoreError> {
        read!(self, [id], |database| find_session(database, id))
    }

    async fn close_session(
        &self,
        store: &StoreId,
        id: &SessionId,
        now: DateTime<Utc>,
    ) -> Result<Option<DateTime<Utc>>, StoreError> {
        let (store, id) = (store.clone(), id.clone());
        self.write(move |database| close_session(database, &store, &id, now)).await
    }
}

fn pre_register(database: &Database, registration: &PreRegistration) -> Result<PreRegister, Fault> {
    let store_no = database.store_no(&registration.store_id)?;
    if !transactions::may_be_tried(database, store_no, &registration.payment_id)? {
        return Ok(PreRegister::AlreadyPaid);
    }
    database.write(
        "INSERT INTO pre_registrations (store_no, payment_id, total, tax_free, currency, registered_at, decimals)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (store_no, payment_id)
         DO UPDATE SET total = ?3, tax_free = ?4, currency = ?5, registered_at = ?6, decimals = ?7",
        params![
            store_no,
            registration.payment_id.as_str(),
            registration.total,
            registration.tax_free,
            registration.currency.as_ref().map(portone_core::Currency::code),
            millis(registration.registered_at),
            registration.decimals,
        ],
    )?;
    Ok(PreRegister::Registered)
}

fn find_registration(
    database: &Database,
    store: &StoreId,
    payment: &PaymentId,
) -> Result<Option<PreRegistration>, Fault> {
    let Some(store_no) = database.find_store_no(store)? else { return Ok(None) };
    let mut statement = database.prepared(
        "SELECT total, tax_free, currency, registered_at, decimals FROM pre_registrations
         WHERE store_no = ?1 AND payment_id = ?2",
    )?;
    let mut rows = statement.query(params![store_no, payment.as_str()])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let currency: Option<String> = row.get(2)?;
    Ok(Some(PreRegistration {
        store_id: store.clone(),
        payment_id: payment.clone(),
        total: row.get(0)?,
        decimals: row.get(4)?,
        tax_free: row.get(1)?,
        currency: currency.map(|code| decode_code("currency", &code)).transpose()?,
        registered_at: time(row.get(3)?)?,
    }))
}

fn create_session(database: &Database, session: &PaymentSession, doc: &str) -> Result<(), Fault> {
    database.write(
        "INSERT INTO payment_sessions (id, store_no, created_at, expires_at, closed_at, doc)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![
            session.id.0,
            database.store_no(&session.store_id)?,
            millis(session.created_at),
            millis(session.expires_at),
            session.closed_at.map(millis),
            doc,
        ],
    )?;
    Ok(())
}

fn find_session(database: &Database, id: &SessionId) -> Result<Option<PaymentSession>, Fault> {
    let mut statement = database.prepared(
        "SELECT store_no, created_at, expires_at, closed_at, doc FROM payment_sessions WHERE id = ?1",
    )?;
    let mut rows = statement.query([&id.0])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let closed_at: Option<i64> = row.get(3)?;
    Ok(Some(PaymentSession {
        id: id.clone(),
        store_id: database.store_id(row.get(0)?)?,
        created_at: time(row.get(1)?)?,
        expires_at: time(row.get(2)?)?,
        closed_at: closed_at.map(time).transpose()?,
        offer: decode("payment session", row.text(4)?)?,
    }))
}

fn close_session(
    database: &Database,
    store: &StoreId,
    id: &SessionId,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, Fault> {
    let store_no = database.store_no(store)?;
    let sql = "UPDATE payment_sessions SET closed_at = coalesce(closed_at, ?3)
         WHERE id = ?1 AND store_no = ?2 RETURNING closed_at";
    let mut statement = database.prepared(sql)?;
    let closed: Option<i64> =
        statement.query_row(params![id.0, store_no, millis(now)], |row| row.get(0)).optional()?;
    Ok(closed.map(time).transpose()?)
}
