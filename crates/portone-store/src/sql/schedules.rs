//! Schedules: payments to be made later.

mod claim;
mod list;

pub(super) use claim::{RefusedRows, await_outcome, claim, is_any_due, refuse};
pub(super) use list::page;

use crate::sql::statement::{OptionalRow, Row, params};
use chrono::{DateTime, Utc};
use portone_core::{BillingKey, CommandKind, Environment, PaymentId, PaymentScheduleId, StoreId};
use portone_engine::ledger::{BillingKeyStatus, PaymentStatus, Schedule, ScheduleStatus, Transaction};
use portone_engine::port::{CreateSchedule, NewSchedules, RevokeSchedules};

use super::attempts;
use super::database::{Database, Fault};
use super::transactions;
use crate::document::{
    ScheduleDocument, Unreadable, decode, decode_code, encode, key_status_code, millis, time,
};

/// A schedule to keep, encoded on the caller's thread.
pub(super) struct ScheduleRow {
    schedule: Schedule,
    doc: String,
}

impl ScheduleRow {
    pub(super) fn encode(schedule: Schedule) -> Result<Self, Unreadable> {
        Ok(Self { doc: encode("schedule", &ScheduleDocument::of(&schedule))?, schedule })
    }
}

/// Keeps a new schedule, if its payment and its key allow it.
pub(super) fn create(database: &Database, row: &ScheduleRow) -> Result<CreateSchedule, Fault> {
    let verdict = may_be_created(database, row)?;
    if verdict == CreateSchedule::Created {
        insert(database, row)?;
    }
    Ok(verdict)
}

/// Keeps new schedules of several payments, all or none.
pub(super) fn create_all(database: &Database, rows: &[ScheduleRow]) -> Result<NewSchedules, Fault> {
    for (at, row) in rows.iter().enumerate() {
        match may_be_created(database, row)? {
            CreateSchedule::Created => {}
            refused => return Ok(NewSchedules::Refused(at, refused)),
        }
    }
    rows.iter().try_for_each(|row| insert(database, row))?;
    Ok(NewSchedules::Created)
}

fn may_be_created(database: &Database, row: &ScheduleRow) -> Result<CreateSchedule, Fault> {
    let schedule = &row.schedule;
    let payment = &schedule.order.payment_id;
    let store_no = database.store_no(&schedule.store_id)?;
    if unfinished_of(database, store_no, payment)?.is_some() {
        return Ok(CreateSchedule::AlreadyScheduled);
    }
    if !transactions::may_be_tried(database, store_no, payment)? {
        return Ok(CreateSchedule::AlreadyPaidOrWaiting);
    }
    if !is_usable(database, store_no, &schedule.billing_key)? {
        return Ok(CreateSchedule::BillingKeyDeleted);
    }
    Ok(CreateSchedule::Created)
}

fn insert(database: &Database, row: &ScheduleRow) -> Result<(), Fault> {
    let schedule = &row.schedule;
    database.write(
        "INSERT INTO payment_schedules (id, store_no, payment_id, billing_key, group_id, is_test, status, created_at,
            time_to_pay, status_at, due_at, run_count, doc, customer_uid)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9, ?9, 0, ?10, ?11)",
        params![
            schedule.id.as_str(),
            database.store_no(&schedule.store_id)?,
            schedule.order.payment_id.as_str(),
            schedule.billing_key.as_str(),
            schedule.channel_group.as_ref().map(portone_core::ChannelGroupId::as_str),
            schedule.environment == Environment::Test,
            ScheduleStatus::Scheduled.code(),
            millis(schedule.created_at),
            millis(schedule.time_to_pay),
            row.doc,
            schedule.customer_uid.as_ref().map(portone_core::CustomerUid::as_str),
        ],
    )?;
    Ok(())
}

/// Whether a key can be paid with: some channel holds it and nobody is deleting it.
fn is_usable(database: &Database, store_no: i64, key: &BillingKey) -> Result<bool, Fault> {
    let mut statement =
        database.prepared("SELECT status FROM billing_keys WHERE key = ?1 AND store_no = ?2")?;
    let status: Option<String> =
        statement.query_row(params![key.as_str(), store_no], |row| row.get(0)).optional()?;
    let is_held = status.is_some_and(|status| {
        [BillingKeyStatus::Issued, BillingKeyStatus::Pending].map(key_status_code).contains(&status.as_str())
    });
    Ok(is_held && attempts::count_on_key(database, key, CommandKind::DeleteBillingKey)? == 0)
}

/// The unfinished schedule of a payment of a store.
pub(super) const UNFINISHED: &str = "SELECT id, status FROM payment_schedules
    WHERE store_no = ?1 AND payment_id = ?2 AND status IN ('SCHEDULED', 'STARTED', 'PENDING')";

/// The schedule of a payment that is not over.
pub(super) fn unfinished_of(
    database: &Database,
    store_no: i64,
    payment: &PaymentId,
) -> Result<Option<(String, String)>, Fault> {
    let mut statement = database.prepared(UNFINISHED)?;
    let row = statement.query_row(params![store_no, payment.as_str()], |row| Ok((row.get(0)?, row.get(1)?)));
    row.optional()
}

/// Whether a schedule is in the way of a payment. A scheduled payment needs its own schedule to be started.
pub(super) fn blocks(database: &Database, store_no: i64, transaction: &Transaction) -> Result<bool, Fault> {
    let unfinished = unfinished_of(database, store_no, &transaction.order.payment_id)?;
    Ok(match (unfinished, &transaction.schedule_id) {
        (None, by) => by.is_some(),
        (Some(_), None) => true,
        (Some((id, status)), Some(by)) => id != by.as_str() || status != ScheduleStatus::Started.code(),
    })
}

/// Whether schedules need a billing key.
pub(super) fn need_key(database: &Database, key: &BillingKey) -> Result<bool, Fault> {
    let sql = "SELECT 1 FROM payment_schedules
        WHERE billing_key = ?1 AND status IN ('SCHEDULED', 'STARTED', 'PENDING') LIMIT 1";
    database.prepared(sql)?.exists([key.as_str()])
}

/// How many schedules a group will route.
pub(super) fn count_of_group(
    database: &Database,
    group: &portone_core::ChannelGroupId,
) -> Result<u64, Fault> {
    let sql = "SELECT count(*) FROM payment_schedules
        WHERE group_id = ?1 AND status IN ('SCHEDULED', 'STARTED', 'PENDING')";
    database.prepared(sql)?.query_row([group.as_str()], |row| row.get(0))
}

/// Notes the transaction that a started schedule is being paid by.
pub(super) fn note_transaction(database: &Database, transaction: &Transaction) -> Result<(), Fault> {
    let Some(id) = &transaction.schedule_id else { return Ok(()) };
    let sql = "UPDATE payment_schedules SET transaction_id = ?2 WHERE id = ?1";
    database.write(sql, params![id.as_str(), transaction.id.as_str()])
}

/// Moves a schedule on with the transaction it is paid by. `again_at`: nothing was sent, and it is taken up again.
pub(super) fn follow(
    database: &Database,
    transaction: &Transaction,
    again_at: Option<DateTime<Utc>>,
) -> Result<(), Fault> {
    let Some(id) = &transaction.schedule_id else { return Ok(()) };
    let status = match (transaction.status, again_at) {
        (PaymentStatus::Ready | PaymentStatus::PayPending, _) => return Ok(()),
        (PaymentStatus::Failed, Some(again_at)) => {
            // Another gateway, whose lease was over, may have called it pending meanwhile.
            database.write(
                "UPDATE payment_schedules SET status = 'STARTED', completed_at = NULL, due_at = ?3
                 WHERE id = ?1 AND transaction_id = ?2 AND status IN ('STARTED', 'PENDING')",
                params![id.as_str(), transaction.id.as_str(), millis(again_at)],
            )?;
            return Ok(());
        }
        (PaymentStatus::Failed, None) => ScheduleStatus::Failed,
        (
            PaymentStatus::Paid
            | PaymentStatus::VirtualAccountIssued
            | PaymentStatus::PartialCancelled
            | PaymentStatus::Cancelled,
            _,
        ) => ScheduleStatus::Succeeded,
    };
    // What succeeded stays so, whatever is cancelled later; what failed may turn out to have been paid.
    database.write(
        "UPDATE payment_schedules SET status = ?3, completed_at = ?4, due_at = NULL
         WHERE id = ?1 AND transaction_id = ?2 AND status <> 'SUCCEEDED'",
        params![id.as_str(), transaction.id.as_str(), status.code(), millis(transaction.status_changed_at)],
    )?;
    Ok(())
}

/// Calls schedules off: all or none.
pub(super) fn revoke(
    database: &Database,
    store: &StoreId,
    key: Option<&BillingKey>,
    ids: Option<&[PaymentScheduleId]>,
    now: DateTime<Utc>,
) -> Result<RevokeSchedules, Fault> {
    let Some(store_no) = database.find_store_no(store)? else {
        return Ok(ids.and_then(<[_]>::first).map_or_else(
            || RevokeSchedules::Revoked(Vec::new()),
            |id| RevokeSchedules::NotFound(id.clone()),
        ));
    };
    let ids = match (ids, key) {
        (Some(ids), _) => ids.to_vec(),
        (None, Some(key)) => waiting_of_key(database, store_no, key)?,
        (None, None) => Vec::new(),
    };
    for id in &ids {
        if let Some(refusal) = why_not_revoked(database, store_no, key, id)? {
            return Ok(refusal);
        }
    }
    for id in &ids {
        database.write(
            "UPDATE payment_schedules SET status = 'REVOKED', revoked_at = ?2, status_at = ?2, due_at = NULL
             WHERE id = ?1",
            params![id.as_str(), millis(now)],
        )?;
    }
    Ok(RevokeSchedules::Revoked(ids))
}

fn waiting_of_key(
    database: &Database,
    store_no: i64,
    key: &BillingKey,
) -> Result<Vec<PaymentScheduleId>, Fault> {
    let mut statement = database.prepared(
        "SELECT id FROM payment_schedules
         WHERE billing_key = ?1 AND store_no = ?2 AND status = 'SCHEDULED' ORDER BY time_to_pay",
    )?;
    let mut rows = statement.query(params![key.as_str(), store_no])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(decode_code("schedule id", row.text(0)?)?);
    }
    Ok(found)
}

fn why_not_revoked(
    database: &Database,
    store_no: i64,
    key: Option<&BillingKey>,
    id: &PaymentScheduleId,
) -> Result<Option<RevokeSchedules>, Fault> {
    let mut statement = database
        .prepared("SELECT billing_key, status FROM payment_schedules WHERE id = ?1 AND store_no = ?2")?;
    let found: Option<(String, String)> = statement
        .query_row(params![id.as_str(), store_no], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((_, status)) = found.filter(|(of, _)| key.is_none_or(|key| key.as_str() == of)) else {
        return Ok(Some(RevokeSchedules::NotFound(id.clone())));
    };
    Ok(match decode_code("schedule state", &status)? {
        ScheduleStatus::Scheduled => None,
        ScheduleStatus::Revoked => Some(RevokeSchedules::AlreadyRevoked(id.clone())),
        ScheduleStatus::Started
        | ScheduleStatus::Pending
        | ScheduleStatus::Succeeded
        | ScheduleStatus::Failed => Some(RevokeSchedules::AlreadyProcessed(id.clone())),
    })
}

/// A query for whole schedules: what [`read`] reads, then what comes after.
macro_rules! select {
    ($($rest:expr),+) => {
        concat!(
            "SELECT id, store_no, billing_key, group_id, is_test, status, created_at, time_to_pay, started_at,
                completed_at, revoked_at, run_count, doc, status_at FROM payment_schedules ",
            $($rest),+
        )
    };
}
pub(super) use select;

/// A store's schedule by its id.
pub(super) fn find(
    database: &Database,
    store: &StoreId,
    id: &PaymentScheduleId,
) -> Result<Option<Schedule>, Fault> {
    let Some(store_no) = database.find_store_no(store)? else { return Ok(None) };
    let mut statement = database.prepared(select!("WHERE id = ?1 AND store_no = ?2"))?;
    let mut rows = statement.query(params![id.as_str(), store_no])?;
    rows.next()?.map(|row| read(database, row)).transpose()
}

/// A schedule from a row of [`select`].
pub(super) fn read(database: &Database, row: Row<'_>) -> Result<Schedule, Fault> {
    let text = |at| row.text(at);
    let moment = |at| -> Result<Option<DateTime<Utc>>, Fault> {
        Ok(row.get::<Option<i64>>(at)?.map(time).transpose()?)
    };
    let document: ScheduleDocument = decode("schedule", text(12)?)?;
    let group: Option<String> = row.get(3)?;
    Ok(Schedule {
        id: decode_code("schedule id", text(0)?)?,
        store_id: database.store_id(row.get(1)?)?,
        status: decode_code("schedule state", text(5)?)?,
        billing_key: decode_code("billing key", text(2)?)?,
        customer_uid: document.customer_uid,
        channel_key: document.channel_key,
        channel_group: group.map(|id| decode_code("group id", &id)).transpose()?,
        environment: if row.get(4)? { Environment::Test } else { Environment::Live },
        order: document.order,
        installment_month: document.installment_month,
        use_free_interest_from_merchant: document.use_free_interest_from_merchant,
        use_card_point: document.use_card_point,
        locale: document.locale,
        custom_data: document.custom_data,
        notice_urls: document.notice_urls,
        origin_ip: document.origin_ip,
        face: document.face,
        created_at: time(row.get(6)?)?,
        time_to_pay: time(row.get(7)?)?,
        started_at: moment(8)?,
        completed_at: moment(9)?,
        revoked_at: moment(10)?,
        run_count: row.get(11)?,
    })
}
