//! Lists of billing keys: an index finds the window, and each key in it is looked at, up to a bound.

use crate::sql::statement::params;
use portone_core::BillingKey;
use portone_engine::key_list::{KeyFilter, KeyQuery, KeyTime};
use portone_engine::ledger::BillingKeyRecord;
use portone_engine::list::{EXAMINED_COUNT_MAX, Reached};

use super::database::{Database, Fault};
use super::{billing_keys, search};
use crate::document::{decode_code, millis};

/// The keys of a window that were issued, deleted or not; at most `?4` of them, after `?5`.
macro_rules! window {
    ($time:literal, $order:literal) => {
        concat!(
            "SELECT key FROM billing_keys WHERE store_no = ?1 AND ",
            $time,
            " BETWEEN ?2 AND ?3 AND status IN ('ISSUED', 'DELETED') ORDER BY ",
            $time,
            " ",
            $order,
            ", key ",
            $order,
            " LIMIT ?4 OFFSET ?5"
        )
    };
}

const fn window(time: KeyTime, descending: bool) -> &'static str {
    match (time, descending) {
        (KeyTime::Requested, false) => window!("requested_at", "ASC"),
        (KeyTime::Requested, true) => window!("requested_at", "DESC"),
        (KeyTime::Issued, false) => window!("issued_at", "ASC"),
        (KeyTime::Issued, true) => window!("issued_at", "DESC"),
        (KeyTime::Deleted, false) => window!("deleted_at", "ASC"),
        (KeyTime::Deleted, true) => window!("deleted_at", "DESC"),
        (KeyTime::Status, false) => window!("coalesce(deleted_at, issued_at)", "ASC"),
        (KeyTime::Status, true) => window!("coalesce(deleted_at, issued_at)", "DESC"),
    }
}

/// How many keys a window has, at most `?4`.
macro_rules! count {
    ($time:literal) => {
        concat!(
            "SELECT count(*) FROM (SELECT 1 FROM billing_keys WHERE store_no = ?1 AND ",
            $time,
            " BETWEEN ?2 AND ?3 AND status IN ('ISSUED', 'DELETED') ORDER BY ",
            $time,
            " LIMIT ?4) AS found"
        )
    };
}

const fn count(time: KeyTime) -> &'static str {
    match time {
        KeyTime::Requested => count!("requested_at"),
        KeyTime::Issued => count!("issued_at"),
        KeyTime::Deleted => count!("deleted_at"),
        KeyTime::Status => count!("coalesce(deleted_at, issued_at)"),
    }
}

/// One page of a store's billing keys.
pub(super) fn billing_keys(
    database: &Database,
    query: &KeyQuery,
) -> Result<Reached<BillingKeyRecord>, Fault> {
    if query.sort == query.time && query.filter == KeyFilter::default() {
        return plain(database, query);
    }
    let Some(store_no) = database.find_store_no(&query.store_id)? else {
        return Ok(Reached { items: Vec::new(), total_count: 0, is_whole: true });
    };
    if query.filter.none {
        return Ok(Reached { items: Vec::new(), total_count: 0, is_whole: true });
    }
    // A customer has few keys.
    let names = match &query.filter.customer_id {
        Some(customer) => keys_of(database, query, store_no, customer)?,
        None => match search::keys(database, query, store_no)? {
            Some(reached) => return Ok(reached),
            None => keys(database, query, false, EXAMINED_COUNT_MAX + 1, 0)?,
        },
    };
    let mut found = Vec::new();
    let mut is_whole = true;
    // One more than may be looked at tells whether there are more.
    for (at, key) in names.iter().enumerate() {
        if at == EXAMINED_COUNT_MAX {
            is_whole = false;
            break;
        }
        let record = billing_keys::find(database, &query.store_id, key)?;
        found.extend(record.filter(|record| query.filter.matches(record)));
    }
    let order = |record: &BillingKeyRecord| (query.sort.of(record).map(millis), record.key.clone());
    found.sort_by_cached_key(order);
    if query.descending {
        found.reverse();
    } else {
        let without = found.partition_point(|record| query.sort.of(record).is_none());
        found.rotate_left(without);
    }
    let total_count = found.len();
    let items = found.into_iter().skip(query.offset).take(query.count_max).collect();
    Ok(Reached { items, total_count, is_whole })
}

/// The names of a customer's keys in a window.
fn keys_of(
    database: &Database,
    query: &KeyQuery,
    store_no: i64,
    customer: &str,
) -> Result<Vec<BillingKey>, Fault> {
    let mut statement = database.prepared(
        "SELECT key, requested_at, issued_at, deleted_at, coalesce(deleted_at, issued_at) FROM billing_keys
         WHERE store_no = ?1 AND customer_id = ?2 AND status IN ('ISSUED', 'DELETED') LIMIT ?3",
    )?;
    let mut rows = statement.query(params![store_no, customer, EXAMINED_COUNT_MAX + 1])?;
    let (from, until) = (millis(query.window.from), millis(query.window.until));
    let at = match query.time {
        KeyTime::Requested => 1,
        KeyTime::Issued => 2,
        KeyTime::Deleted => 3,
        KeyTime::Status => 4,
    };
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        if row.get::<Option<i64>>(at)?.is_some_and(|time| from <= time && time <= until) {
            let key = row.text(0)?;
            found.push(decode_code("billing key", key)?);
        }
    }
    Ok(found)
}

/// The page and the count from an index alone.
fn plain(database: &Database, query: &KeyQuery) -> Result<Reached<BillingKeyRecord>, Fault> {
    let Some(store_no) = database.find_store_no(&query.store_id)? else {
        return Ok(Reached { items: Vec::new(), total_count: 0, is_whole: true });
    };
    let names = keys(database, query, query.descending, query.count_max, query.offset)?;
    let found = names.iter().map(|key| billing_keys::find(database, &query.store_id, key));
    let items = found.filter_map(Result::transpose).collect::<Result<_, _>>()?;
    let (from, until) = (millis(query.window.from), millis(query.window.until));
    let mut statement = database.prepared(count(query.time))?;
    let params = params![store_no, from, until, EXAMINED_COUNT_MAX];
    let total_count = statement.query_row(params, |row| row.get(0))?;
    Ok(Reached { items, total_count, is_whole: true })
}

/// The names in a window, in its order.
fn keys(
    database: &Database,
    query: &KeyQuery,
    descending: bool,
    count_max: usize,
    offset: usize,
) -> Result<Vec<BillingKey>, Fault> {
    let Some(store_no) = database.find_store_no(&query.store_id)? else { return Ok(Vec::new()) };
    let (from, until) = (millis(query.window.from), millis(query.window.until));
    let mut statement = database.prepared(window(query.time, descending))?;
    let mut rows = statement.query(params![store_no, from, until, count_max, offset])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(decode_code("billing key", row.text(0)?)?);
    }
    Ok(found)
}
