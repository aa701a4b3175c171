//! Lists of payments. An index finds the window and its order; what no index knows is asked of each record, of a bounded
//! number of them.

use crate::sql::statement::{Row, params};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use portone_core::StoreId;
use portone_engine::key_list::KeyQuery;
use portone_engine::ledger::{BillingKeyRecord, PaymentStatus, Transaction};
use portone_engine::list::{Cursor, EXAMINED_COUNT_MAX, PaymentQuery, Reached, TimeField};
use portone_engine::payment_event::PaymentEvent;
use portone_engine::port::StoreError;
use portone_engine::port::list::ListStore;

use super::database::{Database, Fault};
use super::facets::Start;
use super::transactions::{self, select};
use super::{SqlStore, beside, facets, key_list, payment_events, search};
use crate::document::millis;

#[async_trait]
impl ListStore for SqlStore {
    async fn list_payments(&self, query: PaymentQuery) -> Result<Reached<Transaction>, StoreError> {
        self.read_long(move |database| database.snapshot(|| payments(database, &query))).await
    }

    async fn list_billing_keys(&self, query: KeyQuery) -> Result<Reached<BillingKeyRecord>, StoreError> {
        self.read_long(move |database| database.snapshot(|| key_list::billing_keys(database, &query))).await
    }

    async fn payments_after(
        &self,
        store: &StoreId,
        after: Cursor,
        until: DateTime<Utc>,
        count_max: usize,
    ) -> Result<Vec<(Transaction, Cursor)>, StoreError> {
        let store = store.clone();
        self.read_long(move |database| payments_after(database, &store, after, until, count_max)).await
    }

    async fn index_records(&self, now: DateTime<Utc>, count_max: usize) -> Result<usize, StoreError> {
        self.write(move |database| search::index(database, now, count_max)).await
    }

    async fn payment_events_after(
        &self,
        store: &StoreId,
        after: Cursor,
        until: DateTime<Utc>,
        count_max: usize,
    ) -> Result<Vec<(PaymentEvent, Cursor)>, StoreError> {
        let store = store.clone();
        self.read_long(move |database| payment_events::after(database, &store, after, until, count_max)).await
    }
}

fn payments(database: &Database, query: &PaymentQuery) -> Result<Reached<Transaction>, Fault> {
    let Some(store_no) = database.find_store_no(&query.store_id)? else {
        return Ok(Reached { items: Vec::new(), total_count: 0, is_whole: true });
    };
    if query.filter.none {
        return Ok(Reached { items: Vec::new(), total_count: 0, is_whole: true });
    }
    if query.is_by_facets() {
        return facets::page(database, query, store_no);
    }
    if let Some(reached) = search::payments(database, query, store_no)? {
        return Ok(reached);
    }
    let statuses = query.statuses.as_deref().map(between_bars);
    if query.sort == query.time {
        examined(database, query, store_no, statuses.as_deref())
    } else {
        sorted(database, query, store_no, statuses.as_deref())
    }
}

fn between_bars(statuses: &[PaymentStatus]) -> String {
    statuses.iter().fold("|".to_owned(), |text, status| text + status.code() + "|")
}

/// Payments of a window in order. `?4` is the wanted states between bars, or null; then a limit and an offset.
macro_rules! window {
    ($time:literal, $order:literal) => {
        select!(
            "store_no = ?1 AND latest = 1 AND ",
            $time,
            " BETWEEN ?2 AND ?3
             AND (CAST(?4 AS TEXT) IS NULL OR instr(?4, '|' || status || '|') > 0)
             ORDER BY ",
            $time,
            " ",
            $order,
            ", no ",
            $order,
            " LIMIT ?5 OFFSET ?6"
        )
    };
}

const fn window(time: TimeField, descending: bool) -> &'static str {
    match (time, descending) {
        (TimeField::Created, true) => window!("requested_at", "DESC"),
        (TimeField::Created, false) => window!("requested_at", "ASC"),
        (TimeField::StatusChanged, true) => window!("status_changed_at", "DESC"),
        (TimeField::StatusChanged, false) => window!("status_changed_at", "ASC"),
    }
}

/// The payments of a page of a list that has all of a window, from an index alone.
pub(super) fn in_order(
    database: &Database,
    query: &PaymentQuery,
    store_no: i64,
    start: &Start,
) -> Result<Vec<Transaction>, Fault> {
    let mut statement = database.prepared(window(query.time, query.descending))?;
    let (from, until) = (start.from, start.until);
    let mut rows =
        statement.query(params![store_no, from, until, None::<&str>, query.count_max, start.skip])?;
    let mut items = Vec::new();
    while let Some(row) = rows.next()? {
        items.push(transactions::read(database, row)?);
    }
    Ok(items)
}

/// The page and the count from a look at the records, in their order.
fn examined(
    database: &Database,
    query: &PaymentQuery,
    store_no: i64,
    statuses: Option<&str>,
) -> Result<Reached<Transaction>, Fault> {
    let (mut items, mut total_count) = (Vec::new(), 0);
    let page = query.offset..query.offset.saturating_add(query.count_max);
    let is_all = examine(database, query, store_no, statuses, |transaction, _| {
        if page.contains(&total_count) {
            items.push(transaction);
        }
        total_count += 1;
    })?;
    let is_whole = is_all || items.len() == query.count_max;
    Ok(Reached { items, total_count, is_whole })
}

/// The page and the count from a look at every record of the window, for an order that is not the window's.
fn sorted(
    database: &Database,
    query: &PaymentQuery,
    store_no: i64,
    statuses: Option<&str>,
) -> Result<Reached<Transaction>, Fault> {
    let mut found = Vec::new();
    let is_whole = examine(database, query, store_no, statuses, |transaction, no| {
        let time = match query.sort {
            TimeField::Created => transaction.requested_at,
            TimeField::StatusChanged => transaction.status_changed_at,
        };
        found.push((millis(time), no));
    })?;
    found.sort_unstable();
    if query.descending {
        found.reverse();
    }
    let page = found.iter().skip(query.offset).take(query.count_max);
    let items = page.map(|(_, no)| by_no(database, *no)).collect::<Result<_, _>>()?;
    Ok(Reached { items, total_count: found.len(), is_whole })
}

pub(super) fn by_no(database: &Database, no: i64) -> Result<Transaction, Fault> {
    let mut statement = database.prepared(select!("no = ?1"))?;
    let mut rows = statement.query([no])?;
    let row = rows.next()?.ok_or_else(|| Fault::Contract("a transaction went away".to_owned()))?;
    transactions::read(database, row)
}

/// Hands over each payment of the window that belongs to the list, with its number; whether all could be looked at.
fn examine(
    database: &Database,
    query: &PaymentQuery,
    store_no: i64,
    statuses: Option<&str>,
    mut take: impl FnMut(Transaction, i64),
) -> Result<bool, Fault> {
    let (from, until) = (millis(query.window.from), millis(query.window.until));
    let mut statement = database.prepared(window(query.time, query.descending))?;
    // One more than may be looked at tells whether there are more.
    let mut rows = statement.query(params![store_no, from, until, statuses, EXAMINED_COUNT_MAX + 1, 0])?;
    let mut count = 0;
    while let Some(row) = rows.next()? {
        count += 1;
        if count > EXAMINED_COUNT_MAX {
            return Ok(false);
        }
        if let Some((transaction, no)) = wanted_row(database, query, row)? {
            take(transaction, no);
        }
    }
    Ok(true)
}

/// The payment of a row with its number, if it belongs to the list. Times are not asked.
pub(super) fn wanted_row(
    database: &Database,
    query: &PaymentQuery,
    row: Row<'_>,
) -> Result<Option<(Transaction, i64)>, Fault> {
    // Most records are ruled out by their text, without being read.
    let channel = database.channel(row.get(5)?)?;
    let [doc, id] = [row.text(8)?, row.text(0)?];
    let v1_name = transactions::imp_uid(row.get(9)?)?.to_string();
    let record = [doc, id, channel.pg_merchant_id.as_str(), &v1_name];
    if !query.filter.texts.iter().all(|text| text.may_be_in(&record)) {
        return Ok(None);
    }
    let transaction = transactions::read(database, row)?;
    let no = row.get(11)?;
    let belongs =
        query.matches(&transaction) && beside::matches(database, &query.filter.beside, &transaction, no)?;
    Ok(belongs.then_some((transaction, no)))
}

fn payments_after(
    database: &Database,
    store: &StoreId,
    after: Cursor,
    until: DateTime<Utc>,
    count_max: usize,
) -> Result<Vec<(Transaction, Cursor)>, Fault> {
    let Some(store_no) = database.find_store_no(store)? else { return Ok(Vec::new()) };
    let mut statement = database.prepared(select!(
        "store_no = ?1 AND latest = 1 AND (requested_at, no) > (?2, ?3) AND requested_at <= ?4
         ORDER BY requested_at, no LIMIT ?5"
    ))?;
    let mut rows = statement.query(params![store_no, after.at_ms, after.no, millis(until), count_max])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let transaction = transactions::read(database, row)?;
        let cursor = Cursor { at_ms: millis(transaction.requested_at), no: row.get(11)? };
        found.push((transaction, cursor));
    }
    Ok(found)
}
