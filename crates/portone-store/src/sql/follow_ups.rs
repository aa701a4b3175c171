//! Transactions that change by themselves, and when the upstream is asked about them.

use crate::sql::statement::{OptionalRow, Row, params};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use portone_core::{AttemptId, PaymentId, StoreId, TransactionId};
use portone_engine::event::Event;
use portone_engine::ledger::{CashReceipt, Discrepancy, OpenAttempt, PaymentStatus, Transaction};
use portone_engine::port::StoreError;
use portone_engine::port::follow::{FollowStore, FollowUp, Recorded, Told};

use super::counts::{self, Listed};
use super::database::{Database, Fault};
use super::events::{self, EventRow};
use super::receipts::{self, ReceiptRow};
use super::{SqlStore, attempts, facets, payment_events, promotions, read, schedules, transactions};
use crate::document::{TransactionDocument, Unreadable, encode, millis, time};

#[async_trait]
impl FollowStore for SqlStore {
    async fn open_attempt_on(
        &self,
        store: &StoreId,
        payment: &PaymentId,
    ) -> Result<Option<OpenAttempt>, StoreError> {
        read!(self, [store, payment], |database| match database.find_store_no(store)? {
            Some(store_no) => attempts::on_payment(database, store_no, payment),
            None => Ok(None),
        })
    }

    async fn told_of(&self, store: &StoreId, payment: &PaymentId) -> Result<Told, StoreError> {
        read!(self, [store, payment], |database| {
            let Some(store_no) = database.find_store_no(store)? else { return Ok(Told::default()) };
            // In this order: of an attempt that is gone the result is there.
            let open = attempts::on_payment(database, store_no, payment)?;
            Ok(Told { open, transactions: transactions::all_of_payment(database, store_no, payment)? })
        })
    }

    async fn hasten_attempt(&self, attempt: &AttemptId, at: DateTime<Utc>) -> Result<(), StoreError> {
        let id = attempt.clone();
        self.write(move |database| attempts::hasten(database, &id, at)).await
    }

    async fn hasten_follow_ups(
        &self,
        transactions: Vec<TransactionId>,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.write(move |database| transactions.iter().try_for_each(|id| hasten(database, id, at))).await
    }

    async fn claim_follow_ups(
        &self,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
        count_max: usize,
    ) -> Result<Vec<FollowUp>, StoreError> {
        if !read!(self, [], |database| is_any_due(database, now))? {
            return Ok(Vec::new());
        }
        self.write(move |database| claim(database, now, until, count_max)).await
    }

    async fn end_follow_up(
        &self,
        transaction: &TransactionId,
        until: DateTime<Utc>,
        next: Option<DateTime<Utc>>,
        found: Vec<Discrepancy>,
    ) -> Result<(), StoreError> {
        let (id, found) = (transaction.clone(), encode_all(&found)?);
        self.write(move |database| end(database, &id, until, next, &found)).await
    }

    async fn record_change(
        &self,
        transaction: Transaction,
        receipt: Option<CashReceipt>,
        events: Vec<Event>,
        found: Vec<Discrepancy>,
    ) -> Result<Recorded, StoreError> {
        let receipt = receipt.map(ReceiptRow::encode).transpose()?;
        let rows = ChangeRows { receipt, ..ChangeRows::encode(transaction, events, &found)? };
        self.write(move |database| record(database, &rows)).await
    }
}

fn encode_all(found: &[Discrepancy]) -> Result<Vec<String>, Unreadable> {
    found.iter().map(|found| encode("discrepancy", found)).collect()
}

/// Sets when a transaction is asked about first, by what it waits for now; never, where it waits for nothing.
pub(super) fn set(database: &Database, transaction: &Transaction) -> Result<(), Fault> {
    match transaction.follow_up_at() {
        Some(at) => database.write(
            "INSERT INTO follow_ups (transaction_no, due_at) SELECT no, CAST(?2 AS BIGINT) FROM transactions WHERE id = ?1
             ON CONFLICT (transaction_no) DO UPDATE SET due_at = excluded.due_at, ask_count = 0",
            params![transaction.id.as_str(), millis(at)],
        )?,
        None => database.write(
            "DELETE FROM follow_ups WHERE transaction_no = (SELECT no FROM transactions WHERE id = ?1)",
            [transaction.id.as_str()],
        )?,
    }
    Ok(())
}

fn hasten(database: &Database, id: &TransactionId, at: DateTime<Utc>) -> Result<(), Fault> {
    let sql = "INSERT INTO follow_ups (transaction_no, due_at) SELECT no, CAST(?2 AS BIGINT) FROM transactions WHERE id = ?1
         ON CONFLICT (transaction_no) DO UPDATE SET ask_count = 0,
            due_at = CASE WHEN follow_ups.due_at < excluded.due_at THEN follow_ups.due_at ELSE excluded.due_at END";
    database.write(sql, params![id.as_str(), millis(at)])
}

/// Whether anything is due: lets a claim that would find nothing stay off the writer's queue.
fn is_any_due(database: &Database, now: DateTime<Utc>) -> Result<bool, Fault> {
    let sql = "SELECT 1 FROM follow_ups WHERE due_at <= ?1 LIMIT 1";
    Ok(database.prepared(sql)?.query_row([millis(now)], |_| Ok(())).optional()?.is_some())
}

/// Takes what is due, the longest due first.
fn claim(
    database: &Database,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
    count_max: usize,
) -> Result<Vec<FollowUp>, Fault> {
    let mut statement = database.prepared(
        "SELECT transaction_no, ask_count FROM follow_ups WHERE due_at <= ?1 ORDER BY due_at LIMIT ?2",
    )?;
    let read = |row: Row<'_>| Ok((row.get(0)?, row.get(1)?));
    let due: Vec<(i64, u32)> = statement.query_map(params![millis(now), count_max], read)?;
    let mut claimed = Vec::with_capacity(due.len());
    for (no, ask_count) in due {
        database.write(
            "UPDATE follow_ups SET due_at = ?2, ask_count = ask_count + 1 WHERE transaction_no = ?1",
            params![no, millis(until)],
        )?;
        let mut statement = database.prepared(transactions::select!("no = ?1"))?;
        let mut rows = statement.query([no])?;
        if let Some(row) = rows.next()? {
            let transaction = transactions::read(database, row)?;
            claimed.push(FollowUp { transaction, ask_count: ask_count + 1, until: time(millis(until))? });
        }
    }
    Ok(claimed)
}

/// Ends a claim, unless a notification has made the transaction due meanwhile.
fn end(
    database: &Database,
    id: &TransactionId,
    until: DateTime<Utc>,
    next: Option<DateTime<Utc>>,
    found: &[String],
) -> Result<(), Fault> {
    match next {
        Some(next) => database.write(
            "UPDATE follow_ups SET due_at = ?3
             WHERE transaction_no = (SELECT no FROM transactions WHERE id = ?1) AND due_at = ?2",
            params![id.as_str(), millis(until), millis(next)],
        )?,
        None => database.write(
            "DELETE FROM follow_ups
             WHERE transaction_no = (SELECT no FROM transactions WHERE id = ?1) AND due_at = ?2",
            params![id.as_str(), millis(until)],
        )?,
    }
    keep(database, found)
}

fn keep(database: &Database, found: &[String]) -> Result<(), Fault> {
    for doc in found {
        database.write("INSERT INTO discrepancies (doc) VALUES (?1)", [doc])?;
    }
    Ok(())
}

/// A change to write, encoded on the caller's thread.
struct ChangeRows {
    transaction: Transaction,
    doc: String,
    facet: Option<String>,
    receipt: Option<ReceiptRow>,
    events: Vec<EventRow>,
    found: Vec<String>,
}

impl ChangeRows {
    fn encode(
        transaction: Transaction,
        events: Vec<Event>,
        found: &[Discrepancy],
    ) -> Result<Self, Unreadable> {
        let doc = encode("transaction", &TransactionDocument::of(&transaction))?;
        let events = events.into_iter().map(EventRow::encode).collect::<Result<_, _>>()?;
        let facet = facets::encoded(&transaction)?;
        Ok(Self { transaction, doc, facet, receipt: None, events, found: encode_all(found)? })
    }
}

/// Writes a change, if no call on the payment is open and the transaction is as it was read.
fn record(database: &Database, rows: &ChangeRows) -> Result<Recorded, Fault> {
    let transaction = &rows.transaction;
    let payment = &transaction.order.payment_id;
    let store_no = database.store_no(&transaction.store_id)?;
    if attempts::locks_payment(database, store_no, payment)? {
        return Ok(Recorded::Outstanding);
    }
    let before = payment_events::before(database, transaction, None)?;
    let facet_no = database.facet_no(rows.facet.as_deref())?;
    let written = database.execute(
        "UPDATE transactions SET revision = revision + 1, status = ?3, status_changed_at = ?4, doc = ?5, facet_no = ?6
         WHERE id = ?1 AND revision = ?2",
        params![
            transaction.id.as_str(),
            transaction.revision,
            transaction.status.code(),
            millis(transaction.status_changed_at),
            rows.doc,
            facet_no,
        ],
    )?;
    if written == 0 {
        return Ok(Recorded::Changed);
    }
    transactions::relist(database, before.as_ref().map(|before| before.listed), transaction, facet_no);
    if transaction.status != PaymentStatus::Failed {
        make_latest(database, store_no, transaction)?;
    }
    payment_events::write(database, before.as_ref(), transaction)?;
    promotions::follow(database, transaction)?;
    events::insert(database, &rows.events)?;
    schedules::follow(database, transaction, None)?;
    set(database, transaction)?;
    if let Some(receipt) = &rows.receipt {
        receipts::put(database, store_no, receipt)?;
    }
    keep(database, &rows.found)?;
    Ok(Recorded::Written)
}

/// Puts a transaction that was paid after all behind a later one that failed: a payment shows its latest transaction, and
/// may be tried again where that has failed.
fn make_latest(database: &Database, store_no: i64, transaction: &Transaction) -> Result<(), Fault> {
    let payment = &transaction.order.payment_id;
    let Some(next) = transactions::next_seq(database, store_no, payment)? else { return Ok(()) };
    transactions::unlist(database, store_no, payment, next - 1)?;
    let Some(before) = counts::listed(database, &transaction.id)? else { return Ok(()) };
    database.write("UPDATE transactions SET latest = 1, seq = ?2 WHERE no = ?1", params![before.no, next])?;
    database.relist(Some(&before), &Listed { is_latest: true, ..before });
    Ok(())
}
