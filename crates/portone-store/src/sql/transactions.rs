//! Transactions: the attempts to pay, and what became of them.

use crate::sql::statement::{OptionalRow, Row, params};
use portone_core::{PaymentId, StoreId, TransactionId};
use portone_engine::ledger::{ImpUid, PaymentStatus, Transaction};
use portone_engine::port::{Begin, BeginPayment, NewTransaction, Settle, SettleTransaction, SwapAttempt};

use super::ahead::Ahead;
use super::attempts::{self, AttemptRow};
use super::billing_keys::{self, KeyRows};
use super::counts::{self, Listed};
use super::database::{Database, Fault};
use super::events::{self, EventRow};
use super::payment_events::{self, Before};
use super::{facets, follow_ups, promotions, schedules, v1};
use crate::document::{
    TransactionColumns, TransactionDocument, Unreadable, decode, decode_code, encode, millis, time,
};

/// The time of `imp_uid` 0, in milliseconds since 1970: the beginning of 2020, so that twelve digits last until 2051.
const IMP_UID_EPOCH_MS: i64 = 1_577_836_800_000;

/// The number of the last transaction.
pub(super) const LAST_NO: &str = "SELECT coalesce(max(no), 0) FROM transactions";

/// A transaction to open, encoded on the caller's thread so that the writer only writes.
pub(super) struct BeginRows {
    new: NewTransaction,
    doc: String,
    channel: String,
    attempt: AttemptRow,
    events: Vec<EventRow>,
    key: Option<KeyRows>,
    instead_of: Option<SettleRows>,
}

impl BeginRows {
    pub(super) fn encode(mut new: NewTransaction) -> Result<Self, Unreadable> {
        let instead_of = new.instead_of.take().map(|ended| SettleRows::encode(*ended)).transpose()?;
        let doc = encode("transaction", &TransactionDocument::of(&new.transaction))?;
        let channel = encode("channel snapshot", &new.transaction.channel)?;
        let attempt = AttemptRow::encode(&new.attempt)?;
        let events = events::encoded(&new.events)?;
        let key = new.key.as_deref().map(|key| KeyRows::encode(key, &new.decision)).transpose()?;
        Ok(Self { new, doc, channel, attempt, events, key, instead_of })
    }

    /// What the beginning is going to ask, where it takes nothing over.
    pub(super) fn ahead(&self) -> Option<Ahead> {
        let transaction = &self.new.transaction;
        self.instead_of.is_none().then(|| Ahead::begin(transaction, !self.events.is_empty()))
    }
}

/// Opens a transaction with its attempt, if the payment may be tried (again).
pub(super) fn begin_payment(database: &Database, rows: &BeginRows) -> Result<BeginPayment, Fault> {
    let transaction = &rows.new.transaction;
    let payment = &transaction.order.payment_id;
    let store_no = database.store_no(&transaction.store_id)?;
    if let Some(ended) = &rows.instead_of {
        return take_over(database, store_no, rows, ended);
    }
    if schedules::blocks(database, store_no, transaction)? {
        return Ok(BeginPayment::Scheduled);
    }
    if attempts::locks_payment(database, store_no, payment)? {
        return Ok(BeginPayment::Outstanding);
    }
    let seq = match latest_seq_and_status(database, store_no, payment)? {
        None => 1,
        Some((seq, status)) if may_be_tried_again(&status) => seq + 1,
        Some(_) => return Ok(BeginPayment::AlreadyPaid),
    };
    if seq > rows.new.transaction_count_max {
        return Ok(BeginPayment::TransactionCountReached);
    }
    if !promotions::may_take(database, store_no, transaction, rows.new.budget)? {
        return Ok(BeginPayment::BudgetTaken);
    }
    write_begun(database, store_no, seq, rows)?;
    Ok(BeginPayment::Begun)
}

/// Ends the payment's open attempt as failed, and opens the next one. It may be tried as it was before, so that nothing but
/// the count of its transactions and somebody else's settling can be in the way; both are known before anything is written.
fn take_over(
    database: &Database,
    store_no: i64,
    rows: &BeginRows,
    ended: &SettleRows,
) -> Result<BeginPayment, Fault> {
    let payment = &rows.new.transaction.order.payment_id;
    let latest = latest_seq_and_status(database, store_no, payment)?;
    let seq = latest.map_or(1, |(seq, _)| seq + 1);
    if seq > rows.new.transaction_count_max {
        return Ok(BeginPayment::TransactionCountReached);
    }
    if end_attempt(database, ended)?.is_none() {
        return Ok(BeginPayment::Outstanding);
    }
    promotions::follow(database, &ended.settle.transaction)?;
    write_begun(database, store_no, seq, rows)?;
    Ok(BeginPayment::Begun)
}

/// Writes a payment's next transaction with its attempt.
fn write_begun(database: &Database, store_no: i64, seq: u32, rows: &BeginRows) -> Result<(), Fault> {
    let transaction = &rows.new.transaction;
    insert(database, store_no, seq, transaction, &rows.new.decision, (&rows.channel, &rows.doc))?;
    promotions::take(database, store_no, transaction, rows.new.budget)?;
    attempts::insert(database, store_no, &rows.attempt)?;
    schedules::note_transaction(database, transaction)?;
    events::insert(database, &rows.events)?;
    if let Some(key) = &rows.key {
        billing_keys::insert_with_window(database, key)?;
    }
    Ok(())
}

/// Whether nothing is open on a payment, and nothing was paid.
pub(super) fn may_be_tried(database: &Database, store_no: i64, payment: &PaymentId) -> Result<bool, Fault> {
    Ok(next_seq(database, store_no, payment)?.is_some())
}

/// The number of a payment's next transaction; `None` where something is open or was paid.
pub(super) fn next_seq(
    database: &Database,
    store_no: i64,
    payment: &PaymentId,
) -> Result<Option<u32>, Fault> {
    if attempts::locks_payment(database, store_no, payment)? {
        return Ok(None);
    }
    Ok(match latest_seq_and_status(database, store_no, payment)? {
        None => Some(1),
        Some((seq, status)) if may_be_tried_again(&status) => Some(seq + 1),
        Some(_) => None,
    })
}

/// Writes a new transaction, with its channel and its document encoded.
pub(super) fn insert(
    database: &Database,
    store_no: i64,
    seq: u32,
    transaction: &Transaction,
    decision: &str,
    (channel, doc): (&str, &str),
) -> Result<(), Fault> {
    let own = transaction.customer_uid.as_ref().map(portone_core::CustomerUid::as_str);
    let customer_uid = own.or(transaction.billing_key.as_ref().map(portone_core::BillingKey::as_str));
    if seq > 1 {
        unlist(database, store_no, &transaction.order.payment_id, seq - 1)?;
    }
    let facet_no = database.facet_no(facets::encoded(transaction)?.as_deref())?;
    let (created, changed) = (millis(transaction.requested_at), millis(transaction.status_changed_at));
    let no = database.insert(
        ("no", LAST_NO),
        "INSERT INTO transactions (id, store_no, payment_id, seq, status, revision, channel_no, requested_at,
            status_changed_at, facet_no, decision, doc, imp_uid, customer_uid)
         VALUES (?1, ?2, ?3, ?4, ?5, 0, ?6, ?7, ?8, ?9, ?10, ?11,
            coalesce((SELECT imp_uid + 1 FROM transactions WHERE imp_uid >= ?12 ORDER BY imp_uid DESC LIMIT 1), ?12),
            ?13)",
        params![
            transaction.id.as_str(),
            store_no,
            transaction.order.payment_id.as_str(),
            seq,
            transaction.status.code(),
            database.channel_no(channel)?,
            created,
            changed,
            facet_no,
            decision,
            doc,
            millis(transaction.requested_at) - IMP_UID_EPOCH_MS,
            customer_uid,
        ],
    )?;
    database.relist(None, &Listed { no, store_no, facet_no, created, changed, is_latest: true });
    Ok(())
}

/// Takes one of a payment's transactions out of lists: a payment is listed as its latest.
pub(super) fn unlist(database: &Database, store_no: i64, payment: &PaymentId, seq: u32) -> Result<(), Fault> {
    let Some(before) = counts::listed_of(database, store_no, payment, seq)? else { return Ok(()) };
    database.write("UPDATE transactions SET latest = 0 WHERE no = ?1", [before.no])?;
    database.relist(Some(&before), &Listed { is_latest: false, ..before });
    Ok(())
}

fn may_be_tried_again(status: &str) -> bool {
    status == PaymentStatus::Failed.code() || status == PaymentStatus::Ready.code()
}

/// How often a payment of a store was tried, and what became of it.
pub(super) const LATEST_SEQ_AND_STATUS: &str =
    "SELECT seq, status FROM transactions WHERE store_no = ?1 AND payment_id = ?2 ORDER BY seq DESC LIMIT 1";

fn latest_seq_and_status(
    database: &Database,
    store_no: i64,
    payment: &PaymentId,
) -> Result<Option<(u32, String)>, Fault> {
    let mut statement = database.prepared(LATEST_SEQ_AND_STATUS)?;
    let row = statement.query_row(params![store_no, payment.as_str()], |row| Ok((row.get(0)?, row.get(1)?)));
    row.optional()
}

/// Opens an attempt on a transaction that is as it was read.
pub(super) fn begin_on_transaction(
    database: &Database,
    row: &AttemptRow,
    transaction: &TransactionId,
    revision: u64,
) -> Result<Begin, Fault> {
    let attempt = row.attempt();
    let store_no = database.store_no(&attempt.store_id)?;
    let is_outstanding = match attempt.subject.locked_payment() {
        Some(payment) => attempts::locks_payment(database, store_no, payment)?,
        None => attempts::is_delivery_running(database, transaction, attempt.opened_at)?,
    };
    if is_outstanding {
        return Ok(Begin::Outstanding);
    }
    if find_revision(database, transaction)? != Some(revision) {
        return Ok(Begin::Changed);
    }
    attempts::insert(database, store_no, row)?;
    Ok(Begin::Begun)
}

pub(super) fn find_revision(database: &Database, transaction: &TransactionId) -> Result<Option<u64>, Fault> {
    let mut statement = database.prepared("SELECT revision FROM transactions WHERE id = ?1")?;
    statement.query_row([transaction.as_str()], |row| row.get(0)).optional()
}

/// An attempt in the place of another, encoded on the caller's thread.
pub(super) struct SwapRows {
    swap: SwapAttempt,
    doc: String,
    facet: Option<String>,
    begin: AttemptRow,
    events: Vec<EventRow>,
}

impl SwapRows {
    pub(super) fn encode(swap: SwapAttempt) -> Result<Self, Unreadable> {
        let doc = encode("transaction", &TransactionDocument::of(&swap.transaction))?;
        let begin = AttemptRow::encode(&swap.begin)?;
        let events = events::encoded(&swap.events)?;
        let facet = facets::encoded(&swap.transaction)?;
        Ok(Self { swap, doc, facet, begin, events })
    }
}

/// Ends one attempt and opens another, with the transaction as it shall be.
pub(super) fn swap_attempt(database: &Database, rows: &SwapRows) -> Result<Begin, Fault> {
    let SwapAttempt { end, transaction, .. } = &rows.swap;
    let store_no = database.store_no(&transaction.store_id)?;
    let before = counts::listed(database, &transaction.id)?;
    let facet_no = database.facet_no(rows.facet.as_deref())?;
    // One statement decides and writes, so that a refusal leaves nothing behind.
    let written = database.execute(
        "UPDATE transactions SET revision = revision + 1, status = ?3, status_changed_at = ?4, doc = ?5,
            facet_no = ?7
         WHERE id = ?1 AND revision = ?2 AND EXISTS (SELECT 1 FROM open_attempts WHERE id = ?6)",
        params![
            transaction.id.as_str(),
            transaction.revision,
            transaction.status.code(),
            millis(transaction.status_changed_at),
            rows.doc,
            end.as_str(),
            facet_no,
        ],
    )?;
    if written == 0 {
        return Ok(if attempts::is_open(database, end, None)? { Begin::Changed } else { Begin::Outstanding });
    }
    relist(database, before, transaction, facet_no);
    attempts::end(database, end)?;
    attempts::insert(database, store_no, &rows.begin)?;
    events::insert(database, &rows.events)?;
    Ok(Begin::Begun)
}

/// A result to write, encoded on the caller's thread.
pub(super) struct SettleRows {
    settle: SettleTransaction,
    doc: String,
    facet: Option<String>,
    events: Vec<EventRow>,
}

impl SettleRows {
    pub(super) fn encode(settle: SettleTransaction) -> Result<Self, Unreadable> {
        let doc = encode("transaction", &TransactionDocument::of(&settle.transaction))?;
        let events = events::encoded(&settle.events)?;
        let facet = facets::encoded(&settle.transaction)?;
        Ok(Self { settle, doc, facet, events })
    }

    /// What settling is going to ask.
    pub(super) fn ahead(&self) -> Ahead {
        let SettleTransaction { transaction, attempt, .. } = &self.settle;
        Ahead::settle(transaction, attempt, !self.events.is_empty())
    }
}

/// Writes a result, if the attempt is open and the transaction is as it was read.
pub(super) fn settle_transaction(database: &Database, rows: &SettleRows) -> Result<Settle, Fault> {
    let SettleTransaction { transaction, run_again_at, key, .. } = &rows.settle;
    let Some(before) = end_attempt(database, rows)? else {
        return why_not_settled(database, &rows.settle);
    };
    payment_events::write(database, Some(&before), transaction)?;
    promotions::follow(database, transaction)?;
    events::insert(database, &rows.events)?;
    if let (Some(result), Some(billing_key)) = (key, &transaction.billing_key) {
        billing_keys::settle_with_payment(database, billing_key, transaction, result)?;
    }
    schedules::follow(database, transaction, *run_again_at)?;
    if transaction.may_have_waited() {
        follow_ups::set(database, transaction)?;
    }
    v1::name_product_orders(database, transaction)?;
    Ok(Settle::Settled)
}

/// Ends an attempt and writes its transaction as it shall be, if it is open and the transaction is as it was read: how that
/// stood before. `None` where it is not, and then nothing was written.
fn end_attempt(database: &Database, rows: &SettleRows) -> Result<Option<Before>, Fault> {
    let SettleTransaction { attempt, opened_at, transaction, verify_at, .. } = &rows.settle;
    let before = payment_events::before(database, transaction, Some(attempt))?;
    let Some(before) = before.filter(|before| before.is_open && before.revision == transaction.revision)
    else {
        return Ok(None);
    };
    if opened_at.is_some() && !attempts::is_open(database, attempt, *opened_at)? {
        return Ok(None);
    }
    let facet_no = database.facet_no(rows.facet.as_deref())?;
    // Whoever writes is alone, so that nothing came between. A comparison that is due stays due.
    database.write(
        "UPDATE transactions SET revision = revision + 1, status = ?2, status_changed_at = ?3,
            verify_at = coalesce(?4, verify_at), doc = ?5, facet_no = ?6 WHERE id = ?1",
        params![
            transaction.id.as_str(),
            transaction.status.code(),
            millis(transaction.status_changed_at),
            verify_at.map(millis),
            rows.doc,
            facet_no,
        ],
    )?;
    relist(database, Some(before.listed), transaction, facet_no);
    attempts::end(database, attempt)?;
    Ok(Some(before))
}

/// Notes that a transaction was written as it is now, with this combination.
pub(super) fn relist(
    database: &Database,
    before: Option<Listed>,
    transaction: &Transaction,
    facet_no: Option<i64>,
) {
    if let Some(before) = before {
        let changed = millis(transaction.status_changed_at);
        database.relist(Some(&before), &Listed { facet_no, changed, ..before });
    }
}

fn why_not_settled(database: &Database, settle: &SettleTransaction) -> Result<Settle, Fault> {
    if !attempts::is_open(database, &settle.attempt, settle.opened_at)? {
        return Ok(Settle::AlreadySettled);
    }
    match find_revision(database, &settle.transaction.id)? {
        Some(_) => Ok(Settle::Changed),
        None => Err(Fault::Contract(format!("there is no transaction `{}`", settle.transaction.id))),
    }
}

/// A query for whole transactions: what [`read`] reads, then what comes after.
macro_rules! select {
    ($($rest:tt)+) => {
        concat!(
            "SELECT id, store_no, seq, revision, status, channel_no, requested_at, status_changed_at, doc, imp_uid,
                decision, no FROM transactions WHERE ",
            $($rest)+
        )
    };
}
pub(super) use select;

/// The latest transaction of a payment.
pub(super) fn latest(
    database: &Database,
    store: &StoreId,
    payment: &PaymentId,
) -> Result<Option<Transaction>, Fault> {
    let Some(store_no) = database.find_store_no(store)? else { return Ok(None) };
    let mut statement =
        database.prepared(select!("store_no = ?1 AND payment_id = ?2 ORDER BY seq DESC LIMIT 1"))?;
    let mut rows = statement.query(params![store_no, payment.as_str()])?;
    rows.next()?.map(|row| read(database, row)).transpose()
}

/// A transaction by its id.
pub(super) fn by_id(database: &Database, id: &TransactionId) -> Result<Option<Transaction>, Fault> {
    let mut statement = database.prepared(select!("id = ?1"))?;
    let mut rows = statement.query([id.as_str()])?;
    rows.next()?.map(|row| read(database, row)).transpose()
}

/// A store's transaction by its V1 name.
pub(super) fn by_imp_uid(
    database: &Database,
    store: &StoreId,
    imp_uid: ImpUid,
) -> Result<Option<Transaction>, Fault> {
    let Some(store_no) = database.find_store_no(store)? else { return Ok(None) };
    let mut statement = database.prepared(select!("imp_uid = ?1 AND store_no = ?2"))?;
    let mut rows = statement.query(params![imp_uid.number(), store_no])?;
    rows.next()?.map(|row| read(database, row)).transpose()
}

/// Every transaction of a payment with its decision record, oldest first.
pub(super) fn of_payment(
    database: &Database,
    store: &StoreId,
    payment: &PaymentId,
) -> Result<Vec<(Transaction, String)>, Fault> {
    let Some(store_no) = database.find_store_no(store)? else { return Ok(Vec::new()) };
    let mut statement = database.prepared(select!("store_no = ?1 AND payment_id = ?2 ORDER BY seq"))?;
    let mut rows = statement.query(params![store_no, payment.as_str()])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push((read(database, row)?, row.get(10)?));
    }
    Ok(found)
}

/// Every transaction of a payment, oldest first.
pub(super) fn all_of_payment(
    database: &Database,
    store_no: i64,
    payment: &PaymentId,
) -> Result<Vec<Transaction>, Fault> {
    let mut statement = database.prepared(select!("store_no = ?1 AND payment_id = ?2 ORDER BY seq"))?;
    let mut rows = statement.query(params![store_no, payment.as_str()])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read(database, row)?);
    }
    Ok(found)
}

/// A transaction from a row of [`select`].
pub(super) fn read(database: &Database, row: Row<'_>) -> Result<Transaction, Fault> {
    let text = |at| row.text(at);
    let document: TransactionDocument<'_> = decode("transaction", text(8)?)?;
    let columns = TransactionColumns {
        id: decode_code("transaction id", text(0)?)?,
        store_id: database.store_id(row.get(1)?)?,
        seq: row.get(2)?,
        revision: row.get(3)?,
        imp_uid: imp_uid(row.get(9)?)?,
        status: decode_code("payment state", text(4)?)?,
        channel: database.channel(row.get(5)?)?,
        requested_at: time(row.get(6)?)?,
        status_changed_at: time(row.get(7)?)?,
    };
    Ok(document.into_transaction(columns)?)
}

/// The V1 name of a transaction by its number.
pub(super) fn imp_uid(number: i64) -> Result<ImpUid, Fault> {
    let known = u64::try_from(number).ok().and_then(ImpUid::new);
    known.ok_or_else(|| Fault::Contract(format!("{number} is no imp_uid: it has more than 12 digits")))
}
