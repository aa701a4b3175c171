//! Lists by state, method, PG and the other facts with few values: an index per combination and time is walked in order,
//! and several are merged. What waits for its PG has no combination yet, and is looked at one by one.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::slice;

use portone_engine::facet::Facet;
use portone_engine::ledger::{PaymentStatus, Transaction};
use portone_engine::list::{EXAMINED_COUNT_MAX, PaymentQuery, Reached, TimeField};
use rusqlite::{CachedStatement, Rows, params};

use super::database::{Database, Fault};
use super::list::by_no;
use super::transactions;
use crate::document::{Unreadable, decode, encode, millis};

/// More combinations than a ledger has.
const FACET_COUNT_MAX: usize = 65_536;
/// How many payments are sorted rather than looked for in the order they are wanted in.
const SORTED_COUNT_MAX: usize = 5_000;
/// How much later a payment may be created than it changed, in milliseconds: clocks are set back by less.
const CLOCK_SLACK_MS: i64 = 86_400_000;

/// A payment's combination as it is stored; none while it waits for its PG.
pub(super) fn encoded(transaction: &Transaction) -> Result<Option<String>, Unreadable> {
    if transaction.status == PaymentStatus::PayPending {
        return Ok(None);
    }
    encode("payment facet", &Facet::of(transaction)).map(Some)
}

/// One page, and the count, of a list that times and combinations select.
pub(super) fn page(
    database: &Database,
    query: &PaymentQuery,
    store_no: i64,
) -> Result<Reached<Transaction>, Fault> {
    let facets = wanted(database, query)?;
    let waiting = waiting(database, query, store_no)?;
    let mut total_count = waiting.len();
    for facet in &facets {
        total_count +=
            count(database, query, store_no, *facet, EXAMINED_COUNT_MAX.saturating_sub(total_count))?;
    }
    let total_count = total_count.min(EXAMINED_COUNT_MAX);
    let rest = total_count.saturating_sub(query.offset).min(query.count_max);
    if rest == 0 {
        return Ok(Reached { items: Vec::new(), total_count, is_whole: true });
    }
    let is_crossed = query.sort != query.time;
    let mut found = if is_crossed && total_count <= SORTED_COUNT_MAX {
        sorted(database, query, store_no, &facets, &waiting)?
    } else {
        walk(database, query, store_no, &facets, &waiting)?
    };
    if is_crossed && found.len() < query.offset + rest && total_count < EXAMINED_COUNT_MAX {
        found = sorted(database, query, store_no, &facets, &waiting)?;
    }
    let is_whole = found.len() >= query.offset + rest;
    let page = found.iter().skip(query.offset).take(query.count_max);
    let items = page.map(|no| by_no(database, *no)).collect::<Result<_, _>>()?;
    Ok(Reached { items, total_count, is_whole })
}

/// The numbers of the combinations that are asked for.
fn wanted(database: &Database, query: &PaymentQuery) -> Result<Vec<i64>, Fault> {
    let mut statement = database.prepared("SELECT no, doc FROM payment_facets ORDER BY no LIMIT ?1")?;
    let mut rows = statement.query([FACET_COUNT_MAX])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let doc = row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?;
        if query.wants(&decode("payment facet", doc)?) {
            found.push(row.get(0)?);
        }
    }
    Ok(found)
}

/// A place in a list: the time it is sorted by, the other one, the number. Negative where the latest comes first.
type Place = (i64, i64, i64);

/// The payments of the list that wait for their PG, in its order.
fn waiting(database: &Database, query: &PaymentQuery, store_no: i64) -> Result<Vec<Place>, Fault> {
    if query.statuses.as_ref().is_some_and(|wanted| !wanted.contains(&PaymentStatus::PayPending)) {
        return Ok(Vec::new());
    }
    // Without the name the planner takes the index of all payments, which has the same order.
    let mut statement = database.prepared(
        "SELECT id, store_no, seq, revision, status, channel_no, requested_at, status_changed_at, doc, imp_uid,
            decision, no
         FROM transactions INDEXED BY payments_without_facet
         WHERE store_no = ?1 AND latest = 1 AND facet_no IS NULL ORDER BY status_changed_at LIMIT ?2",
    )?;
    let mut rows = statement.query(params![store_no, EXAMINED_COUNT_MAX])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let transaction = transactions::read(database, row)?;
        let times = (millis(transaction.requested_at), millis(transaction.status_changed_at));
        if is_within(query, times) && query.matches(&transaction) {
            found.push(place(query, times, row.get(11)?));
        }
    }
    found.sort_unstable();
    Ok(found)
}

/// Whether a payment created and changed then is in the window.
fn is_within(query: &PaymentQuery, (created, changed): (i64, i64)) -> bool {
    let time = match query.time {
        TimeField::Created => created,
        TimeField::StatusChanged => changed,
    };
    (millis(query.window.from)..=millis(query.window.until)).contains(&time)
}

fn place(query: &PaymentQuery, (created, changed): (i64, i64), no: i64) -> Place {
    let (first, second) = match query.sort {
        TimeField::Created => (created, changed),
        TimeField::StatusChanged => (changed, created),
    };
    if query.descending { (-first, -second, -no) } else { (first, second, no) }
}

/// How many payments of a combination are in the window, no further than `count_max`.
fn count(
    database: &Database,
    query: &PaymentQuery,
    store_no: i64,
    facet: i64,
    count_max: usize,
) -> Result<usize, Fault> {
    let sql = match query.time {
        TimeField::Created => {
            "SELECT count(*) FROM (SELECT 1 FROM transactions WHERE store_no = ?1 AND facet_no = ?2 AND latest = 1
             AND requested_at BETWEEN ?3 AND ?4 ORDER BY requested_at LIMIT ?5)"
        }
        TimeField::StatusChanged => {
            "SELECT count(*) FROM (SELECT 1 FROM transactions WHERE store_no = ?1 AND facet_no = ?2 AND latest = 1
             AND status_changed_at BETWEEN ?3 AND ?4 ORDER BY status_changed_at LIMIT ?5)"
        }
    };
    let params = params![store_no, facet, millis(query.window.from), millis(query.window.until), count_max];
    Ok(database.prepared(sql)?.query_row(params, |row| row.get(0))?)
}

/// The payments of a combination in an order: created, changed, number.
macro_rules! walk {
    ($first:literal, $second:literal, $order:literal) => {
        concat!(
            "SELECT requested_at, status_changed_at, no FROM transactions WHERE store_no = ?1 AND facet_no = ?2
             AND latest = 1 AND ",
            $first,
            " BETWEEN ?3 AND ?4 ORDER BY ",
            $first,
            " ",
            $order,
            ", ",
            $second,
            " ",
            $order,
            ", no ",
            $order,
            " LIMIT ?5"
        )
    };
}

const fn walk_sql(sort: TimeField, descending: bool) -> &'static str {
    match (sort, descending) {
        (TimeField::Created, true) => walk!("requested_at", "status_changed_at", "DESC"),
        (TimeField::Created, false) => walk!("requested_at", "status_changed_at", "ASC"),
        (TimeField::StatusChanged, true) => walk!("status_changed_at", "requested_at", "DESC"),
        (TimeField::StatusChanged, false) => walk!("status_changed_at", "requested_at", "ASC"),
    }
}

/// Where a walk in the list's order begins and ends. Nothing is changed before it is created.
fn bounds(query: &PaymentQuery) -> (i64, i64) {
    let (from, until) = (millis(query.window.from), millis(query.window.until));
    match (query.time, query.sort) {
        (TimeField::StatusChanged, TimeField::Created) => (i64::MIN, until.saturating_add(CLOCK_SLACK_MS)),
        (TimeField::Created, TimeField::StatusChanged) => (from.saturating_sub(CLOCK_SLACK_MS), i64::MAX),
        (TimeField::Created, TimeField::Created) | (TimeField::StatusChanged, TimeField::StatusChanged) => {
            (from, until)
        }
    }
}

/// The numbers of the list's payments in its order, up to the end of the page, as far as payments may be looked at.
fn walk(
    database: &Database,
    query: &PaymentQuery,
    store_no: i64,
    facets: &[i64],
    waiting: &[Place],
) -> Result<Vec<i64>, Fault> {
    let (from, until) = bounds(query);
    let sql = walk_sql(query.sort, query.descending);
    let mut statements: Vec<CachedStatement<'_>> =
        facets.iter().map(|_| database.prepared(sql)).collect::<Result<_, _>>()?;
    let mut sources = vec![Source::Waiting(waiting.iter())];
    for (statement, facet) in statements.iter_mut().zip(facets) {
        let rows = statement.query(params![store_no, facet, from, until, EXAMINED_COUNT_MAX])?;
        sources.push(Source::Rows(rows));
    }
    let mut heads = BinaryHeap::new();
    for (at, source) in sources.iter_mut().enumerate() {
        heads.extend(source.next(query)?.map(|(place, is_within)| Reverse((place, is_within, at))));
    }
    let end = query.offset.saturating_add(query.count_max);
    let mut found = Vec::new();
    for _ in 0..EXAMINED_COUNT_MAX {
        let Some(Reverse((place, is_within, at))) = heads.pop() else { break };
        if is_within {
            found.push(place.2.abs());
        }
        if found.len() == end {
            break;
        }
        heads.extend(sources[at].next(query)?.map(|(place, is_within)| Reverse((place, is_within, at))));
    }
    Ok(found)
}

/// Payments in the list's order.
enum Source<'s> {
    Waiting(slice::Iter<'s, Place>),
    Rows(Rows<'s>),
}

impl Source<'_> {
    /// The next one's place, and whether it is in the window.
    fn next(&mut self, query: &PaymentQuery) -> Result<Option<(Place, bool)>, Fault> {
        match self {
            Self::Waiting(places) => Ok(places.next().map(|place| (*place, true))),
            Self::Rows(rows) => {
                let Some(row) = rows.next()? else { return Ok(None) };
                let times = (row.get(0)?, row.get(1)?);
                Ok(Some((place(query, times, row.get(2)?), is_within(query, times))))
            }
        }
    }
}

/// The numbers of the window's payments in the list's order. For windows of few payments among many.
fn sorted(
    database: &Database,
    query: &PaymentQuery,
    store_no: i64,
    facets: &[i64],
    waiting: &[Place],
) -> Result<Vec<i64>, Fault> {
    let mut places = waiting.to_vec();
    let mut statement = database.prepared(walk_sql(query.time, query.descending))?;
    let (from, until) = (millis(query.window.from), millis(query.window.until));
    for facet in facets {
        let mut rows = statement.query(params![store_no, facet, from, until, EXAMINED_COUNT_MAX])?;
        while let Some(row) = rows.next()? {
            places.push(place(query, (row.get(0)?, row.get(1)?), row.get(2)?));
        }
    }
    places.sort_unstable();
    Ok(places.into_iter().map(|place| place.2.abs()).collect())
}
