//! Billing keys by their V1 names, and what V1 does to schedules.

use crate::sql::statement::{OptionalRow, params};
use async_trait::async_trait;
use portone_core::{BillingKey, CustomerUid, PaymentId, StoreId};
use portone_engine::ledger::{BillingKeyRecord, OpenAttempt, Schedule, ScheduleStatus, Transaction};
use portone_engine::list::Reached;
use portone_engine::port::{Begin, CustomerStore, NewSchedules, Reopen, ReopenSchedule, StoreError};

use super::attempts::AttemptRow;
use super::database::{Database, Fault};
use super::schedules::{self, ScheduleRow};
use super::{SqlStore, read};
use super::{billing_keys, transactions};
use crate::document::{decode_code, millis};

#[async_trait]
impl CustomerStore for SqlStore {
    async fn billing_key_called(
        &self,
        store: &StoreId,
        uid: &CustomerUid,
    ) -> Result<Option<BillingKeyRecord>, StoreError> {
        read!(self, [store, uid], |database| database.snapshot(|| called(database, store, uid)))
    }

    async fn billing_keys_called(
        &self,
        store: &StoreId,
        uid: &CustomerUid,
    ) -> Result<Vec<BillingKey>, StoreError> {
        read!(self, [store, uid], |database| all_called(database, store, uid))
    }

    async fn payments_of_customer(
        &self,
        store: &StoreId,
        uid: &CustomerUid,
        offset: usize,
        count_max: usize,
    ) -> Result<Reached<Transaction>, StoreError> {
        let (store, uid) = (store.clone(), uid.clone());
        self.read_long(move |database| {
            database.snapshot(|| payments(database, &store, &uid, offset, count_max))
        })
        .await
    }

    async fn begin_delete_despite_schedules(
        &self,
        store: &StoreId,
        key: &BillingKey,
        attempts: Vec<OpenAttempt>,
    ) -> Result<Begin, StoreError> {
        let (store, key) = (store.clone(), key.clone());
        let rows: Vec<_> = attempts.iter().map(AttemptRow::encode).collect::<Result<_, _>>()?;
        self.write(move |database| billing_keys::begin_delete(database, &store, &key, &rows, true)).await
    }

    async fn create_schedules(&self, new: Vec<Schedule>) -> Result<NewSchedules, StoreError> {
        let rows: Vec<_> = new.into_iter().map(ScheduleRow::encode).collect::<Result<_, _>>()?;
        self.write(move |database| schedules::create_all(database, &rows)).await
    }

    async fn schedule_of_payment(
        &self,
        store: &StoreId,
        payment: &PaymentId,
    ) -> Result<Option<Schedule>, StoreError> {
        read!(self, [store, payment], |database| schedule_of(database, store, payment))
    }

    async fn reopen_schedule(&self, reopen: Reopen) -> Result<ReopenSchedule, StoreError> {
        self.write(move |database| reopened(database, &reopen)).await
    }
}

/// Which key a name means: the last one issued under it.
fn key_called(database: &Database, store_no: i64, uid: &str) -> Result<Option<BillingKey>, Fault> {
    let mut statement = database.prepared(
        "SELECT key FROM billing_keys WHERE store_no = ?1 AND customer_uid = ?2 AND issued_at IS NOT NULL
         ORDER BY issued_at DESC, requested_at DESC, key DESC LIMIT 1",
    )?;
    let key: Option<String> = statement.query_row(params![store_no, uid], |row| row.get(0)).optional()?;
    Ok(key.map(|key| decode_code("billing key", &key)).transpose()?)
}

fn called(
    database: &Database,
    store: &StoreId,
    uid: &CustomerUid,
) -> Result<Option<BillingKeyRecord>, Fault> {
    let Some(store_no) = database.find_store_no(store)? else { return Ok(None) };
    let key = match key_called(database, store_no, uid.as_str())? {
        Some(key) => key,
        None => decode_code("billing key", uid.as_str())?,
    };
    let found = billing_keys::find(database, store, &key)?;
    // A key that was never issued has no name yet.
    Ok(found.filter(|record| record.issued_at.is_some()))
}

fn all_called(database: &Database, store: &StoreId, uid: &CustomerUid) -> Result<Vec<BillingKey>, Fault> {
    let Some(store_no) = database.find_store_no(store)? else { return Ok(Vec::new()) };
    let mut statement = database.prepared(
        "SELECT key FROM billing_keys WHERE store_no = ?1 AND customer_uid = ?2
         UNION ALL SELECT key FROM billing_keys
         WHERE store_no = ?1 AND key = ?2 AND customer_uid IS DISTINCT FROM ?2",
    )?;
    let mut rows = statement.query(params![store_no, uid.as_str()])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(decode_code("billing key", row.text(0)?)?);
    }
    Ok(found)
}

fn payments(
    database: &Database,
    store: &StoreId,
    uid: &CustomerUid,
    offset: usize,
    count_max: usize,
) -> Result<Reached<Transaction>, Fault> {
    let nothing = Reached { items: Vec::new(), total_count: 0, is_whole: true };
    let Some(store_no) = database.find_store_no(store)? else { return Ok(nothing) };
    let mut statement = database.prepared(transactions::select!(
        "store_no = ?1 AND customer_uid = ?2 ORDER BY requested_at DESC, no DESC LIMIT ?3 OFFSET ?4"
    ))?;
    let mut rows = statement.query(params![store_no, uid.as_str(), count_max, offset])?;
    let mut items = Vec::new();
    while let Some(row) = rows.next()? {
        items.push(transactions::read(database, row)?);
    }
    let sql = "SELECT count(*) FROM transactions WHERE store_no = ?1 AND customer_uid = ?2";
    let counted = params![store_no, uid.as_str()];
    let total_count = database.prepared(sql)?.query_row(counted, |row| row.get(0))?;
    Ok(Reached { items, total_count, is_whole: true })
}

/// Schedules that were made for a name go over to its new key (rules IAMPORT-032, V1-067). Those that name the key itself
/// stay with it.
pub(super) fn take_over_schedules(
    database: &Database,
    store: &StoreId,
    key: &BillingKey,
) -> Result<(), Fault> {
    let store_no = database.store_no(store)?;
    let mut statement =
        database.prepared("SELECT customer_uid, group_id FROM billing_keys WHERE key = ?1")?;
    let (uid, group): (Option<String>, Option<String>) =
        statement.query_row([key.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let Some(uid) = uid else { return Ok(()) };
    if key_called(database, store_no, &uid)?.as_ref() != Some(key) {
        return Ok(());
    }
    database.write(
        database.words(
            "UPDATE payment_schedules SET billing_key = ?3,
                group_id = CASE WHEN json_extract(doc, '$.channel_key') IS NULL THEN ?4 END
             WHERE store_no = ?1 AND customer_uid = ?2 AND billing_key <> ?3 AND status = 'SCHEDULED'",
            r#"UPDATE payment_schedules SET billing_key = ?3,
                group_id = CASE WHEN strpos(doc, '"channel_key":"') = 0 THEN ?4 END
             WHERE store_no = ?1 AND customer_uid = ?2 AND billing_key <> ?3 AND status = 'SCHEDULED'"#,
        ),
        params![store_no, uid, key.as_str(), group],
    )?;
    Ok(())
}

fn schedule_of(database: &Database, store: &StoreId, payment: &PaymentId) -> Result<Option<Schedule>, Fault> {
    let Some(store_no) = database.find_store_no(store)? else { return Ok(None) };
    let sql = schedules::select!("WHERE store_no = ?1 AND payment_id = ?2 ORDER BY no DESC LIMIT 1");
    let mut statement = database.prepared(sql)?;
    let mut rows = statement.query(params![store_no, payment.as_str()])?;
    rows.next()?.map(|row| schedules::read(database, row)).transpose()
}

fn reopened(database: &Database, reopen: &Reopen) -> Result<ReopenSchedule, Fault> {
    let Some(before) = schedules::find(database, &reopen.store_id, &reopen.id)? else {
        return Ok(ReopenSchedule::NotFound);
    };
    if !reopen.from.contains(&before.status) {
        return Ok(ReopenSchedule::InState(before.status));
    }
    if before.status != ScheduleStatus::Scheduled {
        let (store_no, payment) = (database.store_no(&reopen.store_id)?, &before.order.payment_id);
        if schedules::unfinished_of(database, store_no, payment)?.is_some() {
            return Ok(ReopenSchedule::AlreadyScheduled);
        }
        if !transactions::may_be_tried(database, store_no, payment)? {
            return Ok(ReopenSchedule::AlreadyPaidOrWaiting);
        }
    }
    let time = millis(reopen.time_to_pay);
    let status = if reopen.taken_up.is_some() { ScheduleStatus::Started } else { ScheduleStatus::Scheduled };
    database.write(
        "UPDATE payment_schedules SET status = ?2, billing_key = ?3, group_id = ?4, time_to_pay = ?5, status_at = ?6,
            started_at = ?7, due_at = ?8, run_count = ?9, completed_at = NULL, revoked_at = NULL, transaction_id = NULL
         WHERE id = ?1",
        params![
            reopen.id.as_str(),
            status.code(),
            reopen.billing_key.as_str(),
            reopen.channel_group.as_ref().map(portone_core::ChannelGroupId::as_str),
            time,
            reopen.taken_up.map_or(time, |taken| millis(taken.now)),
            reopen.taken_up.map(|taken| millis(taken.now)),
            reopen.taken_up.map_or(time, |taken| millis(taken.until)),
            reopen.taken_up.map_or(0, |taken| taken.run_count),
        ],
    )?;
    let after = schedules::find(database, &reopen.store_id, &reopen.id)?;
    Ok(after.map_or(ReopenSchedule::NotFound, |schedule| ReopenSchedule::Done(Box::new(schedule))))
}
