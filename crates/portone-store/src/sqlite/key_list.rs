//! Lists of billing keys: an index finds the window, and each key in it is looked at, up to a bound.

use portone_core::BillingKey;
use portone_engine::key_list::{KeyQuery, KeyTime};
use portone_engine::ledger::BillingKeyRecord;
use portone_engine::list::{EXAMINED_COUNT_MAX, Reached};
use rusqlite::params;

use super::billing_keys;
use super::database::{Database, Fault};
use crate::document::{decode_code, millis};

/// The keys of a window that were issued, deleted or not; at most `?4` of them.
macro_rules! window {
    ($time:literal) => {
        concat!(
            "SELECT key FROM billing_keys WHERE store_no = ?1 AND ",
            $time,
            " BETWEEN ?2 AND ?3 AND status IN ('ISSUED', 'DELETED') ORDER BY ",
            $time,
            " LIMIT ?4"
        )
    };
}

const fn window(time: KeyTime) -> &'static str {
    match time {
        KeyTime::Requested => window!("requested_at"),
        KeyTime::Issued => window!("issued_at"),
        KeyTime::Deleted => window!("deleted_at"),
        KeyTime::Status => window!("coalesce(deleted_at, issued_at)"),
    }
}

/// One page of a store's billing keys.
pub(super) fn billing_keys(
    database: &Database,
    query: &KeyQuery,
) -> Result<Reached<BillingKeyRecord>, Fault> {
    let mut found = Vec::new();
    let mut is_whole = true;
    for (at, key) in keys(database, query)?.iter().enumerate() {
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

/// The names in a window: one more than may be looked at, to tell whether there are more.
fn keys(database: &Database, query: &KeyQuery) -> Result<Vec<BillingKey>, Fault> {
    let Some(store_no) = database.find_store_no(&query.store_id)? else { return Ok(Vec::new()) };
    let (from, until) = (millis(query.window.from), millis(query.window.until));
    let mut statement = database.prepared(window(query.time))?;
    let mut rows = statement.query(params![store_no, from, until, EXAMINED_COUNT_MAX + 1])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(decode_code("billing key", row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?)?);
    }
    Ok(found)
}
