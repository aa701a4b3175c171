//! Open attempts: calls to a PG whose result is not in the ledger yet.

use crate::sql::statement::{OptionalRow, Params, Row, params};
use chrono::{DateTime, Utc};
use portone_core::{AttemptId, BillingKey, CommandKind, PaymentId, TransactionId};
use portone_engine::ledger::OpenAttempt;
use portone_engine::port::Settle;

use super::database::{Database, Fault};
use crate::document::{Unreadable, decode, decode_code, encode, millis, time};

/// An attempt with its subject encoded.
pub(super) struct AttemptRow {
    attempt: OpenAttempt,
    subject: String,
}

impl AttemptRow {
    pub(super) fn encode(attempt: &OpenAttempt) -> Result<Self, Unreadable> {
        Ok(Self { subject: encode("attempt", &attempt.subject)?, attempt: attempt.clone() })
    }

    pub(super) const fn attempt(&self) -> &OpenAttempt {
        &self.attempt
    }
}

/// Opens an attempt.
pub(super) fn insert(database: &Database, store_no: i64, row: &AttemptRow) -> Result<(), Fault> {
    let attempt = &row.attempt;
    database.write(
        "INSERT INTO open_attempts (id, command, store_no, channel_key, payment_id, billing_key, opened_at,
            lease_until, next_inquiry_at, inquiry_count, subject)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        params![
            attempt.id.as_str(),
            attempt.command.name(),
            store_no,
            attempt.channel.as_str(),
            attempt.subject.locked_payment().map(PaymentId::as_str),
            attempt.subject.billing_key().map(BillingKey::as_str),
            millis(attempt.opened_at),
            millis(attempt.lease_until),
            millis(attempt.next_inquiry_at),
            attempt.inquiry_count,
            row.subject,
        ],
    )?;
    Ok(())
}

/// The open attempt on a payment of a store.
pub(super) const OPEN_ON_PAYMENT: &str =
    "SELECT 1 FROM open_attempts WHERE store_no = ?1 AND payment_id = ?2";

/// Whether an attempt on this payment is open.
pub(super) fn locks_payment(database: &Database, store_no: i64, payment: &PaymentId) -> Result<bool, Fault> {
    database.prepared(OPEN_ON_PAYMENT)?.exists(params![store_no, payment.as_str()])
}

/// Whether a PG may still be working on a delivery of this transaction.
pub(super) fn is_delivery_running(
    database: &Database,
    transaction: &TransactionId,
    now: DateTime<Utc>,
) -> Result<bool, Fault> {
    let sql = database.words(
        "SELECT 1 FROM open_attempts WHERE command = 'CONFIRM_DELIVERY'
         AND json_extract(subject, '$.transaction_id') = ?1 AND lease_until > ?2",
        "SELECT 1 FROM open_attempts WHERE command = 'CONFIRM_DELIVERY'
         AND CAST(subject AS JSON) ->> 'transaction_id' = ?1 AND lease_until > ?2",
    );
    database.prepared(sql)?.exists(params![transaction.as_str(), millis(now)])
}

/// How many attempts of a command on this billing key are open.
pub(super) fn count_on_key(
    database: &Database,
    key: &BillingKey,
    command: CommandKind,
) -> Result<u32, Fault> {
    let sql = "SELECT count(*) FROM open_attempts WHERE billing_key = ?1 AND command = ?2";
    database.prepared(sql)?.query_row(params![key.as_str(), command.name()], |row| row.get(0))
}

/// Whether an attempt is open; `since`: only the one that was opened then, since a request that is taken up again opens another
/// under the same id.
pub(super) fn is_open(
    database: &Database,
    id: &AttemptId,
    since: Option<DateTime<Utc>>,
) -> Result<bool, Fault> {
    let sql = "SELECT 1 FROM open_attempts WHERE id = ?1 AND opened_at = coalesce(?2, opened_at)";
    database.prepared(sql)?.exists(params![id.as_str(), since.map(millis)])
}

/// Ends an attempt: whether it was open.
pub(super) fn delete(database: &Database, id: &AttemptId) -> Result<bool, Fault> {
    Ok(database.execute("DELETE FROM open_attempts WHERE id = ?1", [id.as_str()])? == 1)
}

/// Ends an attempt that changed nothing, if it is the one that was opened then.
pub(super) fn drop_attempt(
    database: &Database,
    id: &AttemptId,
    opened_at: DateTime<Utc>,
) -> Result<Settle, Fault> {
    let sql = "DELETE FROM open_attempts WHERE id = ?1 AND opened_at = ?2";
    let count = database.execute(sql, params![id.as_str(), millis(opened_at)])?;
    Ok(if count == 1 { Settle::Settled } else { Settle::AlreadySettled })
}

/// Ends an attempt that is open.
pub(super) fn end(database: &Database, id: &AttemptId) -> Result<(), Fault> {
    database.write("DELETE FROM open_attempts WHERE id = ?1", [id.as_str()])
}

/// Says when an attempt is inquired next. One that was settled meanwhile needs no inquiry.
pub(super) fn postpone(database: &Database, id: &AttemptId, next: DateTime<Utc>) -> Result<(), Fault> {
    let sql = "UPDATE open_attempts SET next_inquiry_at = ?2 WHERE id = ?1";
    database.write(sql, params![id.as_str(), millis(next)])
}

/// An open attempt by its id.
pub(super) fn by_id(database: &Database, id: &AttemptId) -> Result<Option<OpenAttempt>, Fault> {
    let mut statement = database.prepared(
        "SELECT id, command, store_no, channel_key, opened_at, lease_until, next_inquiry_at, inquiry_count,
            subject FROM open_attempts WHERE id = ?1",
    )?;
    let mut rows = statement.query([id.as_str()])?;
    rows.next()?.map(|row| read(database, row)).transpose()
}

/// The open attempt on a payment.
pub(super) fn on_payment(
    database: &Database,
    store_no: i64,
    payment: &PaymentId,
) -> Result<Option<OpenAttempt>, Fault> {
    let found = list(
        database,
        "SELECT id, command, store_no, channel_key, opened_at, lease_until, next_inquiry_at, inquiry_count,
            subject FROM open_attempts WHERE store_no = ?1 AND payment_id = ?2",
        params![store_no, payment.as_str()],
    )?;
    Ok(found.into_iter().next())
}

/// Makes an inquiry due at `at`, where it is due later.
pub(super) fn hasten(database: &Database, id: &AttemptId, at: DateTime<Utc>) -> Result<(), Fault> {
    let sql = "UPDATE open_attempts SET next_inquiry_at = ?2 WHERE id = ?1 AND next_inquiry_at > ?2";
    database.write(sql, params![id.as_str(), millis(at)])
}

/// Takes attempts whose inquiry is due, the longest due first.
pub(super) fn claim(
    database: &Database,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
    count_max: usize,
) -> Result<Vec<OpenAttempt>, Fault> {
    let mut due = list(
        database,
        "SELECT id, command, store_no, channel_key, opened_at, lease_until, next_inquiry_at, inquiry_count,
            subject FROM open_attempts WHERE next_inquiry_at <= ?1 ORDER BY next_inquiry_at LIMIT ?2",
        params![millis(now), count_max],
    )?;
    for attempt in &mut due {
        database.write(
            "UPDATE open_attempts SET next_inquiry_at = ?2, inquiry_count = inquiry_count + 1 WHERE id = ?1",
            params![attempt.id.as_str(), millis(until)],
        )?;
        attempt.next_inquiry_at = time(millis(until))?;
        attempt.inquiry_count += 1;
    }
    Ok(due)
}

/// Whether an inquiry is due: lets a claim that would find nothing stay off the writer's queue.
pub(super) fn is_any_due(database: &Database, now: DateTime<Utc>) -> Result<bool, Fault> {
    let sql = "SELECT 1 FROM open_attempts WHERE next_inquiry_at <= ?1 LIMIT 1";
    Ok(database.prepared(sql)?.query_row([millis(now)], |_| Ok(())).optional()?.is_some())
}

/// Open attempts, oldest first.
pub(super) fn oldest(database: &Database, count_max: usize) -> Result<Vec<OpenAttempt>, Fault> {
    list(
        database,
        "SELECT id, command, store_no, channel_key, opened_at, lease_until, next_inquiry_at, inquiry_count,
            subject FROM open_attempts ORDER BY opened_at, id LIMIT ?1",
        params![count_max],
    )
}

fn list(database: &Database, sql: &'static str, params: impl Params) -> Result<Vec<OpenAttempt>, Fault> {
    let mut statement = database.prepared(sql)?;
    let mut rows = statement.query(params)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read(database, row)?);
    }
    Ok(found)
}

fn read(database: &Database, row: Row<'_>) -> Result<OpenAttempt, Fault> {
    let text = |at| row.text(at);
    Ok(OpenAttempt {
        id: decode_code("attempt id", text(0)?)?,
        command: decode_code("command", text(1)?)?,
        store_id: database.store_id(row.get(2)?)?,
        channel: decode_code("channel key", text(3)?)?,
        opened_at: time(row.get(4)?)?,
        lease_until: time(row.get(5)?)?,
        next_inquiry_at: time(row.get(6)?)?,
        inquiry_count: row.get(7)?,
        subject: decode("attempt", text(8)?)?,
    })
}
