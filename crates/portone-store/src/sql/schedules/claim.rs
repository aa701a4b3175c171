//! Taking due schedules up, and ending those that no PG was asked about.

use crate::sql::statement::{OptionalRow, params};
use chrono::{DateTime, Utc};
use portone_core::PaymentScheduleId;
use portone_engine::ledger::{Schedule, ScheduleStatus};
use portone_engine::port::{RefusedPayment, RefusedSchedule, Settle};

use super::{read, select};
use crate::document::{TransactionDocument, Unreadable, encode, millis, time};
use crate::sql::database::{Database, Fault};
use crate::sql::events::{self, EventRow};
use crate::sql::transactions;

/// Whether a schedule is due: lets a claim that would find nothing stay off the writer's queue.
pub(in crate::sql) fn is_any_due(database: &Database, now: DateTime<Utc>) -> Result<bool, Fault> {
    let sql = "SELECT 1 FROM payment_schedules WHERE due_at <= ?1 LIMIT 1";
    Ok(database.prepared(sql)?.query_row([millis(now)], |_| Ok(())).optional()?.is_some())
}

/// Takes due schedules up, the longest due first.
pub(in crate::sql) fn claim(
    database: &Database,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
    count_max: usize,
) -> Result<Vec<Schedule>, Fault> {
    let mut due = Vec::new();
    let mut statement = database.prepared(select!("WHERE due_at <= ?1 ORDER BY due_at, no LIMIT ?2"))?;
    let mut rows = statement.query(params![millis(now), count_max])?;
    while let Some(row) = rows.next()? {
        due.push(read(database, row)?);
    }
    for schedule in &mut due {
        database.write(
            "UPDATE payment_schedules SET status = 'STARTED', started_at = coalesce(started_at, ?2), status_at = ?2,
                due_at = ?3, run_count = run_count + 1 WHERE id = ?1",
            params![schedule.id.as_str(), millis(now), millis(until)],
        )?;
        schedule.status = ScheduleStatus::Started;
        schedule.started_at = Some(schedule.started_at.unwrap_or(time(millis(now))?));
        schedule.run_count += 1;
    }
    Ok(due)
}

/// Makes a started schedule pending, if the outcome of its payment is open.
pub(in crate::sql) fn await_outcome(
    database: &Database,
    id: &PaymentScheduleId,
    now: DateTime<Utc>,
) -> Result<Settle, Fault> {
    let written = database.execute(
        "UPDATE payment_schedules SET status = 'PENDING', completed_at = ?2, due_at = NULL
         WHERE id = ?1 AND status = 'STARTED'
            AND EXISTS (SELECT 1 FROM transactions AS t WHERE t.id = transaction_id AND t.status = 'PAY_PENDING')",
        params![id.as_str(), millis(now)],
    )?;
    Ok(if written == 1 { Settle::Settled } else { Settle::AlreadySettled })
}

/// A schedule to end, encoded on the caller's thread.
pub(in crate::sql) struct RefusedRows {
    id: PaymentScheduleId,
    now: DateTime<Utc>,
    payment: Option<PaymentRows>,
}

struct PaymentRows {
    payment: RefusedPayment,
    doc: String,
    channel: String,
    events: Vec<EventRow>,
}

impl RefusedRows {
    pub(in crate::sql) fn encode(refused: RefusedSchedule) -> Result<Self, Unreadable> {
        let RefusedSchedule { id, now, payment } = refused;
        Ok(Self { id, now, payment: payment.map(PaymentRows::encode).transpose()? })
    }
}

impl PaymentRows {
    fn encode(payment: RefusedPayment) -> Result<Self, Unreadable> {
        Ok(Self {
            doc: encode("transaction", &TransactionDocument::of(&payment.transaction))?,
            channel: encode("channel snapshot", &payment.transaction.channel)?,
            events: payment.events.iter().cloned().map(EventRow::encode).collect::<Result<_, _>>()?,
            payment,
        })
    }
}

/// Ends a started schedule that no PG was asked about; not one that another gateway has begun to pay meanwhile.
pub(in crate::sql) fn refuse(database: &Database, rows: &RefusedRows) -> Result<Settle, Fault> {
    let transaction_id = rows.payment.as_ref().map(|rows| rows.payment.transaction.id.as_str());
    let written = database.execute(
        "UPDATE payment_schedules SET status = 'FAILED', completed_at = ?2, due_at = NULL, transaction_id = ?3
         WHERE id = ?1 AND status = 'STARTED'
            AND NOT EXISTS (SELECT 1 FROM transactions AS t WHERE t.id = transaction_id AND t.status <> 'FAILED')",
        params![rows.id.as_str(), millis(rows.now), transaction_id],
    )?;
    if written == 0 {
        return Ok(Settle::AlreadySettled);
    }
    if let Some(PaymentRows { payment, doc, channel, events }) = &rows.payment {
        let transaction = &payment.transaction;
        let store_no = database.store_no(&transaction.store_id)?;
        if let Some(seq) = transactions::next_seq(database, store_no, &transaction.order.payment_id)? {
            transactions::insert(database, store_no, seq, transaction, &payment.decision, (channel, doc))?;
            events::insert(database, events)?;
        }
    }
    Ok(Settle::Settled)
}
