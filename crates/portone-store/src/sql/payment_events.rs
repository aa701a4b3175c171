//! Movements of money: written by whatever settles a transaction, read by a walk.

use crate::sql::statement::{OptionalRow, params};
use chrono::{DateTime, Utc};
use portone_core::{AttemptId, CancelStatus, StoreId};
use portone_engine::ledger::{Cancellation, PaymentStatus, Transaction};
use portone_engine::list::Cursor;
use portone_engine::payment_event::{PaymentEvent, PaymentEventKind};

use super::counts::{self, Listed};
use super::database::{Database, Fault};
use super::transactions;
use crate::document::{decode_code, millis, time};

/// A transaction before a change.
pub(super) struct Before {
    /// Where it stood in lists.
    pub(super) listed: Listed,
    was_paid: bool,
    /// How often it was written.
    pub(super) revision: u64,
    /// Whether the attempt that was asked for is open.
    pub(super) is_open: bool,
}

/// How a transaction stands before it is written; `None` where there is none.
pub(super) fn before(
    database: &Database,
    transaction: &Transaction,
    attempt: Option<&AttemptId>,
) -> Result<Option<Before>, Fault> {
    let mut statement = database.prepared(BEFORE)?;
    let attempt = attempt.map(AttemptId::as_str);
    let read = statement.query_row(params![transaction.id.as_str(), attempt], |row| {
        let was_paid = is_paid(row.text(6)?);
        Ok(Before { listed: counts::read(row)?, was_paid, revision: row.get(7)?, is_open: row.get(8)? })
    });
    read.optional()
}

/// A transaction as it is, and whether an attempt is open.
pub(super) const BEFORE: &str =
    counts::select!("id = ?1", ", status, revision, EXISTS (SELECT 1 FROM open_attempts WHERE id = ?2)");

fn is_paid(status: &str) -> bool {
    [PaymentStatus::Paid, PaymentStatus::PartialCancelled, PaymentStatus::Cancelled]
        .iter()
        .any(|paid| paid.code() == status)
}

/// Writes what the change moved: the payment, and each cancel that is done and was not before.
pub(super) fn write(
    database: &Database,
    before: Option<&Before>,
    transaction: &Transaction,
) -> Result<(), Fault> {
    let Some(before) = before.filter(|_| is_paid(transaction.status.code())) else { return Ok(()) };
    let at = millis(transaction.updated_at);
    // An account that is closed was never paid.
    if !before.was_paid && transaction.paid_at.is_some() {
        let total = transaction.charged().total;
        insert(database, before, at, PaymentEventKind::Paid, total, None)?;
    }
    let done = |cancel: &&Cancellation| cancel.status == CancelStatus::Succeeded;
    let last = transaction.cancellations.iter().rfind(done);
    for cancel in transaction.cancellations.iter().filter(done) {
        let is_last = last.is_some_and(|last| last.id == cancel.id);
        let kind = if is_last && transaction.status == PaymentStatus::Cancelled {
            PaymentEventKind::Cancelled
        } else {
            PaymentEventKind::PartialCancelled
        };
        insert(database, before, at, kind, cancel.given_back(), Some(cancel.id.as_str()))?;
    }
    Ok(())
}

fn insert(
    database: &Database,
    before: &Before,
    at: i64,
    kind: PaymentEventKind,
    amount: i64,
    cancellation_id: Option<&str>,
) -> Result<(), Fault> {
    // Clocks and commits may differ in their order: the time of a row is no earlier than the one before it.
    database.write(
        "INSERT INTO payment_events (store_no, created_at, transaction_no, kind, amount, cancellation_id)
         VALUES (?1, coalesce((SELECT created_at FROM payment_events WHERE store_no = ?1 AND created_at > ?2
            ORDER BY created_at DESC LIMIT 1), ?2), ?3, ?4, ?5, ?6)
         ON CONFLICT DO NOTHING",
        params![before.listed.store_no, at, before.listed.no, code(kind), amount, cancellation_id],
    )?;
    Ok(())
}

const fn code(kind: PaymentEventKind) -> &'static str {
    match kind {
        PaymentEventKind::Paid => "PAID",
        PaymentEventKind::PartialCancelled => "PARTIAL_CANCELLED",
        PaymentEventKind::Cancelled => "CANCELLED",
    }
}

/// A store's movements of money after a place, oldest first.
pub(super) fn after(
    database: &Database,
    store: &StoreId,
    after: Cursor,
    until: DateTime<Utc>,
    count_max: usize,
) -> Result<Vec<(PaymentEvent, Cursor)>, Fault> {
    let Some(store_no) = database.find_store_no(store)? else { return Ok(Vec::new()) };
    let mut statement = database.prepared(
        "SELECT t.id, t.store_no, t.seq, t.revision, t.status, t.channel_no, t.requested_at, t.status_changed_at,
            t.doc, t.imp_uid, e.seq, e.created_at, e.kind, e.amount, e.cancellation_id
         FROM payment_events AS e JOIN transactions AS t ON t.no = e.transaction_no
         WHERE e.store_no = ?1 AND (e.created_at, e.seq) > (?2, ?3) AND e.created_at <= ?4
         ORDER BY e.created_at, e.seq LIMIT ?5",
    )?;
    let mut rows = statement.query(params![store_no, after.at_ms, after.no, millis(until), count_max])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let text = |at| row.text_or_null(at);
        let cursor = Cursor { at_ms: row.get(11)?, no: row.get(10)? };
        let event = PaymentEvent {
            kind: decode_code("payment event", text(12)?.unwrap_or_default())?,
            created_at: time(cursor.at_ms)?,
            amount: row.get(13)?,
            cancellation_id: text(14)?.map(|id| decode_code("cancellation id", id)).transpose()?,
            transaction: transactions::read(database, row)?,
        };
        found.push((event, cursor));
    }
    Ok(found)
}
