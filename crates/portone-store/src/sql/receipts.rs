//! Cash receipts on SQLite.

use crate::sql::statement::{OptionalRow, Params, Row, params};
use async_trait::async_trait;
use portone_core::{AttemptId, PaymentId, StoreId};
use portone_engine::ledger::{CashReceipt, OpenAttempt, ReceiptStatus};
use portone_engine::list::{EXAMINED_COUNT_MAX, Reached};
use portone_engine::port::{Begin, BeginReceipt, ReceiptStore, Settle, StoreError};
use portone_engine::receipt_list::{ReceiptQuery, ReceiptTime};

use super::attempts::{self, AttemptRow};
use super::database::{Database, Fault};
use super::search::{self, Kind};
use super::{SqlStore, read};
use crate::document::{Unreadable, decode, encode, millis};

#[async_trait]
impl ReceiptStore for SqlStore {
    async fn begin_receipt(
        &self,
        receipt: CashReceipt,
        attempt: OpenAttempt,
    ) -> Result<BeginReceipt, StoreError> {
        let (row, attempt) = (ReceiptRow::encode(receipt)?, AttemptRow::encode(&attempt)?);
        self.write(move |database| begin(database, &row, &attempt)).await
    }

    async fn begin_receipt_cancel(
        &self,
        receipt: &AttemptId,
        attempt: OpenAttempt,
    ) -> Result<Begin, StoreError> {
        let (receipt, attempt) = (receipt.clone(), AttemptRow::encode(&attempt)?);
        self.write(move |database| begin_cancel(database, &receipt, &attempt)).await
    }

    async fn settle_receipt(&self, attempt: &AttemptId, receipt: CashReceipt) -> Result<Settle, StoreError> {
        let (attempt, row) = (attempt.clone(), ReceiptRow::encode(receipt)?);
        self.write(move |database| settle(database, &attempt, &row)).await
    }

    async fn receipt(&self, id: &AttemptId) -> Result<Option<CashReceipt>, StoreError> {
        read!(self, [id], |database| first(
            database,
            "SELECT doc FROM cash_receipts WHERE id = ?1",
            [id.as_str()]
        ))
    }

    async fn payment_receipt(
        &self,
        store: &StoreId,
        payment: &PaymentId,
    ) -> Result<Option<CashReceipt>, StoreError> {
        read!(self, [store, payment], |database| of_payment(database, store, payment))
    }

    async fn issued_receipt(
        &self,
        store: &StoreId,
        payment: &PaymentId,
    ) -> Result<Option<CashReceipt>, StoreError> {
        let sql = "SELECT doc FROM cash_receipts WHERE store_no = ?1 AND payment_id = ?2
            AND status IN ('ISSUED', 'CANCELLED') ORDER BY no DESC LIMIT 1";
        read!(self, [store, payment], |database| latest(database, sql, store, payment))
    }

    async fn payment_receipts(
        &self,
        store: &StoreId,
        payments: Vec<PaymentId>,
    ) -> Result<Vec<CashReceipt>, StoreError> {
        let (store, ids) = (store.clone(), encode("payment ids", &payments)?);
        self.read_long(move |database| of_payments(database, &store, &ids)).await
    }

    async fn list_receipts(&self, query: ReceiptQuery) -> Result<Reached<CashReceipt>, StoreError> {
        self.read_long(move |database| database.snapshot(|| page(database, &query))).await
    }
}

/// A receipt with its document encoded on the caller's thread.
pub(super) struct ReceiptRow {
    receipt: CashReceipt,
    doc: String,
}

impl ReceiptRow {
    pub(super) fn encode(receipt: CashReceipt) -> Result<Self, Unreadable> {
        Ok(Self { doc: encode("cash receipt", &receipt)?, receipt })
    }

    fn issue_at(&self) -> i64 {
        millis(self.receipt.issued_at.unwrap_or(self.receipt.requested_at))
    }
}

fn begin(database: &Database, row: &ReceiptRow, attempt: &AttemptRow) -> Result<BeginReceipt, Fault> {
    let receipt = &row.receipt;
    let store_no = database.store_no(&receipt.store_id)?;
    let sql = "SELECT status FROM cash_receipts WHERE store_no = ?1 AND payment_id = ?2 AND status IN ('PENDING', 'ISSUED')";
    let live: Option<String> = database
        .prepared(sql)?
        .query_row(params![store_no, receipt.payment_id.as_str()], |row| row.get(0))
        .optional()?;
    if let Some(status) = live {
        let is_pending = status == ReceiptStatus::Pending.code();
        return Ok(if is_pending { BeginReceipt::Outstanding } else { BeginReceipt::AlreadyIssued });
    }
    insert(database, store_no, row, Some(attempt.attempt().id.as_str()))?;
    attempts::insert(database, store_no, attempt)?;
    Ok(BeginReceipt::Begun)
}

fn insert(database: &Database, store_no: i64, row: &ReceiptRow, attempt: Option<&str>) -> Result<(), Fault> {
    let receipt = &row.receipt;
    database.write(
        "INSERT INTO cash_receipts (id, store_no, payment_id, status, issue_at, cancelled_at, status_at, open_attempt, doc)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        params![
            receipt.id.as_str(),
            store_no,
            receipt.payment_id.as_str(),
            receipt.status.code(),
            row.issue_at(),
            receipt.cancelled_at.map(millis),
            millis(receipt.status_updated_at),
            attempt,
            row.doc,
        ],
    )?;
    Ok(())
}

/// Writes what a PG told of a receipt by itself. What is open has a result of its own to come, and a payment has one live
/// receipt.
pub(super) fn put(database: &Database, store_no: i64, row: &ReceiptRow) -> Result<(), Fault> {
    let receipt = &row.receipt;
    let sql = "SELECT 1 FROM cash_receipts WHERE store_no = ?1 AND payment_id = ?2
         AND (open_attempt IS NOT NULL OR id <> ?3 AND status IN ('PENDING', 'ISSUED'))";
    let other = params![store_no, receipt.payment_id.as_str(), receipt.id.as_str()];
    if database.prepared(sql)?.exists(other)? {
        return Ok(());
    }
    let sql =
        "UPDATE cash_receipts SET status = ?2, issue_at = ?3, cancelled_at = ?4, status_at = ?5, doc = ?6
         WHERE id = ?1";
    let (cancelled_at, status_at) = (receipt.cancelled_at.map(millis), millis(receipt.status_updated_at));
    let (id, status) = (receipt.id.as_str(), receipt.status.code());
    let written =
        database.execute(sql, params![id, status, row.issue_at(), cancelled_at, status_at, row.doc])?;
    touch(database, receipt)?;
    if written == 1 { Ok(()) } else { insert(database, store_no, row, None) }
}

fn begin_cancel(database: &Database, receipt: &AttemptId, attempt: &AttemptRow) -> Result<Begin, Fault> {
    let sql = "SELECT status, open_attempt FROM cash_receipts WHERE id = ?1";
    let found: Option<(String, Option<String>)> = database
        .prepared(sql)?
        .query_row([receipt.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    match found {
        Some((status, None)) if status == ReceiptStatus::Issued.code() => {}
        Some((_, Some(_))) => return Ok(Begin::Outstanding),
        Some((_, None)) | None => return Ok(Begin::Changed),
    }
    let opened = attempt.attempt();
    let sql = "UPDATE cash_receipts SET open_attempt = ?2 WHERE id = ?1";
    database.write(sql, params![receipt.as_str(), opened.id.as_str()])?;
    attempts::insert(database, database.store_no(&opened.store_id)?, attempt)?;
    Ok(Begin::Begun)
}

fn settle(database: &Database, attempt: &AttemptId, row: &ReceiptRow) -> Result<Settle, Fault> {
    // One statement decides and writes, so that a refusal leaves nothing behind.
    let receipt = &row.receipt;
    let written = database.execute(
        "UPDATE cash_receipts SET status = ?3, issue_at = ?4, cancelled_at = ?5, status_at = ?6, open_attempt = NULL,
            doc = ?7
         WHERE id = ?1 AND open_attempt = ?2 AND EXISTS (SELECT 1 FROM open_attempts WHERE id = ?2)",
        params![
            receipt.id.as_str(),
            attempt.as_str(),
            receipt.status.code(),
            row.issue_at(),
            receipt.cancelled_at.map(millis),
            millis(receipt.status_updated_at),
            row.doc,
        ],
    )?;
    if written == 0 {
        return Ok(Settle::AlreadySettled);
    }
    attempts::end(database, attempt)?;
    touch(database, receipt)?;
    Ok(Settle::Settled)
}

/// Notes that lists may say otherwise of a receipt and its payment now.
fn touch(database: &Database, receipt: &CashReceipt) -> Result<(), Fault> {
    let sql = "SELECT no FROM cash_receipts WHERE id = ?1";
    let no: Option<i64> =
        database.prepared(sql)?.query_row([receipt.id.as_str()], |row| row.get(0)).optional()?;
    no.map_or(Ok(()), |no| database.touch(Kind::Receipts, no))?;
    database.touch_payment(&receipt.store_id, &receipt.payment_id)
}

/// The latest receipt of a payment that anybody was told of.
pub(super) fn of_payment(
    database: &Database,
    store: &StoreId,
    payment: &PaymentId,
) -> Result<Option<CashReceipt>, Fault> {
    let sql = "SELECT doc FROM cash_receipts WHERE store_no = ?1 AND payment_id = ?2 AND status <> 'PENDING'
        ORDER BY no DESC LIMIT 1";
    latest(database, sql, store, payment)
}

fn latest(
    database: &Database,
    sql: &'static str,
    store: &StoreId,
    payment: &PaymentId,
) -> Result<Option<CashReceipt>, Fault> {
    let Some(store_no) = database.find_store_no(store)? else { return Ok(None) };
    first(database, sql, params![store_no, payment.as_str()])
}

/// The latest told receipts of the payments of a JSON array.
fn of_payments(database: &Database, store: &StoreId, ids: &str) -> Result<Vec<CashReceipt>, Fault> {
    let Some(store_no) = database.find_store_no(store)? else { return Ok(Vec::new()) };
    let mut statement = database.prepared(database.words(
        "SELECT doc FROM cash_receipts WHERE no IN (SELECT max(no) FROM cash_receipts
         WHERE store_no = ?1 AND payment_id IN (SELECT value FROM json_each(?2)) AND status <> 'PENDING'
         GROUP BY payment_id)",
        "SELECT doc FROM cash_receipts WHERE no IN (SELECT max(no) FROM cash_receipts
         WHERE store_no = ?1 AND payment_id IN (SELECT json_array_elements_text(CAST(?2 AS JSON)))
            AND status <> 'PENDING' GROUP BY payment_id)",
    ))?;
    let mut rows = statement.query(params![store_no, ids])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read(row)?);
    }
    Ok(found)
}

fn first(database: &Database, sql: &'static str, params: impl Params) -> Result<Option<CashReceipt>, Fault> {
    let mut statement = database.prepared(sql)?;
    let mut rows = statement.query(params)?;
    rows.next()?.map(read).transpose()
}

fn read(row: Row<'_>) -> Result<CashReceipt, Fault> {
    Ok(decode("cash receipt", row.text(0)?)?)
}

/// The receipts of a window in the order of its time; `?4` of them at most, after `?5` others.
macro_rules! window {
    ($time:literal, $told:literal, $order:literal) => {
        concat!(
            "SELECT doc FROM cash_receipts WHERE store_no = ?1 AND ",
            $time,
            " BETWEEN ?2 AND ?3 AND ",
            $told,
            " ORDER BY ",
            $time,
            " ",
            $order,
            ", no ",
            $order,
            " LIMIT ?4 OFFSET ?5"
        )
    };
}

/// How many receipts a window has, `?4` at most.
macro_rules! count {
    ($time:literal, $told:literal) => {
        concat!(
            "SELECT count(*) FROM (SELECT 1 FROM cash_receipts WHERE store_no = ?1 AND ",
            $time,
            " BETWEEN ?2 AND ?3 AND ",
            $told,
            " ORDER BY ",
            $time,
            " LIMIT ?4) AS found"
        )
    };
}

const fn window(time: ReceiptTime, descending: bool) -> &'static str {
    match (time, descending) {
        (ReceiptTime::Issued, false) => window!("issue_at", "status <> 'PENDING'", "ASC"),
        (ReceiptTime::Issued, true) => window!("issue_at", "status <> 'PENDING'", "DESC"),
        (ReceiptTime::Cancelled, false) => window!("cancelled_at", "cancelled_at IS NOT NULL", "ASC"),
        (ReceiptTime::Cancelled, true) => window!("cancelled_at", "cancelled_at IS NOT NULL", "DESC"),
        (ReceiptTime::StatusUpdated, false) => window!("status_at", "status <> 'PENDING'", "ASC"),
        (ReceiptTime::StatusUpdated, true) => window!("status_at", "status <> 'PENDING'", "DESC"),
    }
}

const fn count(time: ReceiptTime) -> &'static str {
    match time {
        ReceiptTime::Issued => count!("issue_at", "status <> 'PENDING'"),
        ReceiptTime::Cancelled => count!("cancelled_at", "cancelled_at IS NOT NULL"),
        ReceiptTime::StatusUpdated => count!("status_at", "status <> 'PENDING'"),
    }
}

/// One page of a store's receipts. Its two reads need one state of the database around them.
fn page(database: &Database, query: &ReceiptQuery) -> Result<Reached<CashReceipt>, Fault> {
    let Some(store_no) = database.find_store_no(&query.store_id)? else {
        return Ok(Reached { items: Vec::new(), total_count: 0, is_whole: true });
    };
    if query.is_plain() {
        let items = list(database, store_no, query, query.descending, (query.count_max, query.offset))?;
        let span =
            params![store_no, millis(query.window.from), millis(query.window.until), EXAMINED_COUNT_MAX];
        let total_count = database.prepared(count(query.time))?.query_row(span, |row| row.get(0))?;
        return Ok(Reached { items, total_count, is_whole: true });
    }
    if query.filter.none {
        return Ok(Reached { items: Vec::new(), total_count: 0, is_whole: true });
    }
    if query.filter.payment_id.is_none()
        && let Some(reached) = search::receipts(database, query, store_no)?
    {
        return Ok(reached);
    }
    let (mut found, is_whole) = if let Some(payment) = &query.filter.payment_id {
        (every_of_payment(database, store_no, payment)?, true)
    } else {
        let mut found = list(database, store_no, query, false, (EXAMINED_COUNT_MAX + 1, 0))?;
        let is_whole = found.len() <= EXAMINED_COUNT_MAX;
        found.truncate(EXAMINED_COUNT_MAX);
        (found, is_whole)
    };
    let is_within = |receipt: &CashReceipt| {
        query.time.of(receipt).is_some_and(|at| query.window.from <= at && at <= query.window.until)
    };
    found.retain(|receipt| is_within(receipt) && query.filter.matches(receipt));
    sort(&mut found, query);
    let total_count = found.len();
    let items = found.into_iter().skip(query.offset).take(query.count_max).collect();
    Ok(Reached { items, total_count, is_whole })
}

fn list(
    database: &Database,
    store_no: i64,
    query: &ReceiptQuery,
    descending: bool,
    (limit, offset): (usize, usize),
) -> Result<Vec<CashReceipt>, Fault> {
    let mut statement = database.prepared(window(query.time, descending))?;
    let (from, until) = (millis(query.window.from), millis(query.window.until));
    let mut rows = statement.query(params![store_no, from, until, limit, offset])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read(row)?);
    }
    Ok(found)
}

fn every_of_payment(
    database: &Database,
    store_no: i64,
    payment: &PaymentId,
) -> Result<Vec<CashReceipt>, Fault> {
    let sql = "SELECT doc FROM cash_receipts WHERE store_no = ?1 AND payment_id = ?2 AND status <> 'PENDING'
        ORDER BY no LIMIT ?3";
    let mut statement = database.prepared(sql)?;
    let mut rows = statement.query(params![store_no, payment.as_str(), EXAMINED_COUNT_MAX])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read(row)?);
    }
    Ok(found)
}

/// Receipts without the time come last, whatever the order.
fn sort(found: &mut [CashReceipt], query: &ReceiptQuery) {
    found.sort_by_cached_key(|receipt| (query.sort.of(receipt).map(millis), receipt.id.clone()));
    if query.descending {
        found.reverse();
    } else {
        let without = found.partition_point(|receipt| query.sort.of(receipt).is_none());
        found.rotate_left(without);
    }
}
