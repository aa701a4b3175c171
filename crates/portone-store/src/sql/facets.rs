//! Lists by state, method, PG and the other facts with few values: an index per combination and time is walked in order,
//! and several are merged. What waits for its PG has no combination yet, and is looked at one by one.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::ops::RangeInclusive;
use std::slice;

use crate::sql::statement::{Rows, Statement, params};
use portone_engine::facet::Facet;
use portone_engine::ledger::{PaymentStatus, Transaction};
use portone_engine::list::{EXAMINED_COUNT_MAX, PaymentQuery, Reached, TimeField};

use super::counts::{self, HOUR_MS, whole_hours};
use super::database::{Database, Fault};
use super::list::by_no;
use super::transactions;
use crate::document::{Unreadable, decode, encode, millis};

/// More combinations than a ledger has.
const FACET_COUNT_MAX: usize = 65_536;
/// How many payments are sorted rather than looked for in the order they are wanted in.
const SORTED_COUNT_MAX: usize = 5_000;
/// From which place on a page is looked for by the hour.
const SKIP_COUNT_MIN: usize = 500;
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
    let Wanted { facets, are_all } = wanted(database, query)?;
    let Waiting { places: waiting, has_others } = waiting(database, query, store_no)?;
    let total_count = count_all(database, query, store_no, &facets, waiting.len())?;
    let rest = total_count.saturating_sub(query.offset).min(query.count_max);
    if rest == 0 {
        return Ok(Reached { items: Vec::new(), total_count, is_whole: true });
    }
    if query.sort == query.time {
        let start = Start::find(database, query, store_no, &facets, &waiting)?;
        let items = if are_all && !has_others {
            super::list::in_order(database, query, store_no, &start)?
        } else {
            let found = walk(database, query, store_no, &facets, &waiting, &start)?;
            records(database, found.iter().skip(start.skip), query.count_max)?
        };
        let is_whole = items.len() >= rest;
        return Ok(Reached { items, total_count, is_whole });
    }
    let mut found = if total_count <= SORTED_COUNT_MAX {
        sorted(database, query, store_no, &facets, &waiting)?
    } else {
        let (from, until) = bounds(query);
        walk(database, query, store_no, &facets, &waiting, &Start { from, until, skip: query.offset })?
    };
    if found.len() < query.offset + rest && total_count < EXAMINED_COUNT_MAX {
        found = sorted(database, query, store_no, &facets, &waiting)?;
    }
    let is_whole = found.len() >= query.offset + rest;
    let items = records(database, found.iter().skip(query.offset), query.count_max)?;
    Ok(Reached { items, total_count, is_whole })
}

fn records<'n>(
    database: &Database,
    numbers: impl Iterator<Item = &'n i64>,
    count_max: usize,
) -> Result<Vec<Transaction>, Fault> {
    numbers.take(count_max).map(|no| by_no(database, *no)).collect()
}

/// Where a page is looked for: what comes before is known by its number alone.
pub(super) struct Start {
    pub(super) from: i64,
    pub(super) until: i64,
    /// How many payments of this window come before the page.
    pub(super) skip: usize,
}

impl Start {
    /// The window that begins, in the list's order, with the hour the page begins in.
    fn find(
        database: &Database,
        query: &PaymentQuery,
        store_no: i64,
        facets: &[i64],
        waiting: &[Place],
    ) -> Result<Self, Fault> {
        let (from, until) = (millis(query.window.from), millis(query.window.until));
        let mut start = Self { from, until, skip: query.offset };
        let Some(hours) = whole_hours(from, until).filter(|_| query.offset >= SKIP_COUNT_MIN) else {
            return Ok(start);
        };
        let mut by_hour = BTreeMap::new();
        for facet in facets {
            let list = (store_no, query.time, *facet);
            counts::add_by_hour(database, list, (&hours, query.descending), query.offset, &mut by_hour)?;
        }
        for place in waiting {
            let hour = place.0.abs().div_euclid(HOUR_MS);
            if hours.contains(&hour) {
                *by_hour.entry(hour).or_default() += 1;
            }
        }
        let edge = start.edge(&hours, query.descending);
        let at_edge = waiting_within(waiting, edge) + count_within(database, query, store_no, facets, edge)?;
        if !start.pass(at_edge, edge, query) {
            return Ok(start);
        }
        let passed: Vec<(i64, usize)> = if query.descending {
            by_hour.into_iter().rev().collect()
        } else {
            by_hour.into_iter().collect()
        };
        for (hour, count) in passed {
            if !start.pass(count, (hour * HOUR_MS, (hour + 1) * HOUR_MS - 1), query) {
                break;
            }
        }
        Ok(start)
    }

    /// The part of the window before its first whole hour, in the list's order. Empty where it ends before it begins.
    const fn edge(&self, hours: &RangeInclusive<i64>, descending: bool) -> (i64, i64) {
        if descending {
            ((*hours.end() + 1) * HOUR_MS, self.until)
        } else {
            (self.from, *hours.start() * HOUR_MS - 1)
        }
    }

    /// Begins behind a span with so many payments, if the page does.
    fn pass(&mut self, count: usize, (first, last): (i64, i64), query: &PaymentQuery) -> bool {
        if count > self.skip {
            return false;
        }
        self.skip -= count;
        if query.descending {
            self.until = first - 1;
        } else {
            self.from = last + 1;
        }
        true
    }
}

/// How many payments of the list there are, no further than pages reach.
fn count_all(
    database: &Database,
    query: &PaymentQuery,
    store_no: i64,
    facets: &[i64],
    waiting_count: usize,
) -> Result<usize, Fault> {
    let (from, until) = (millis(query.window.from), millis(query.window.until));
    let hours = whole_hours(from, until);
    let mut total_count = waiting_count;
    for facet in facets {
        if total_count >= EXAMINED_COUNT_MAX {
            break;
        }
        let room = EXAMINED_COUNT_MAX - total_count;
        total_count += match &hours {
            None => count(database, query, (store_no, *facet), (from, until), room)?,
            Some(hours) => {
                let before = (from, *hours.start() * HOUR_MS - 1);
                let after = ((*hours.end() + 1) * HOUR_MS, until);
                counts::sum(database, (store_no, query.time, *facet), hours)?
                    + count(database, query, (store_no, *facet), before, room)?
                    + count(database, query, (store_no, *facet), after, room)?
            }
        };
    }
    Ok(total_count.min(EXAMINED_COUNT_MAX))
}

fn count_within(
    database: &Database,
    query: &PaymentQuery,
    store_no: i64,
    facets: &[i64],
    span: (i64, i64),
) -> Result<usize, Fault> {
    let counts =
        facets.iter().map(|facet| count(database, query, (store_no, *facet), span, EXAMINED_COUNT_MAX));
    counts.sum()
}

fn waiting_within(waiting: &[Place], (first, last): (i64, i64)) -> usize {
    waiting.iter().filter(|place| (first..=last).contains(&place.0.abs())).count()
}

/// The combinations that are asked for.
pub(super) struct Wanted {
    pub(super) facets: Vec<i64>,
    /// Whether they are all there are.
    pub(super) are_all: bool,
}

/// The numbers of the combinations that are asked for.
pub(super) fn wanted(database: &Database, query: &PaymentQuery) -> Result<Wanted, Fault> {
    let mut statement = database.prepared("SELECT no, doc FROM payment_facets ORDER BY no LIMIT ?1")?;
    let mut rows = statement.query([FACET_COUNT_MAX])?;
    let mut wanted = Wanted { facets: Vec::new(), are_all: true };
    while let Some(row) = rows.next()? {
        let doc = row.text(1)?;
        if query.wants(&decode("payment facet", doc)?) {
            wanted.facets.push(row.get(0)?);
        } else {
            wanted.are_all = false;
        }
    }
    Ok(wanted)
}

/// A place in a list: the time it is sorted by, the other one, the number. Negative where the latest comes first.
type Place = (i64, i64, i64);

/// Payments that wait for their PG.
struct Waiting {
    /// Those of the list, in its order.
    places: Vec<Place>,
    /// Whether there may be some that do not belong to the list.
    has_others: bool,
}

/// The payments of the list that wait for their PG, in its order.
fn waiting(database: &Database, query: &PaymentQuery, store_no: i64) -> Result<Waiting, Fault> {
    if query.statuses.as_ref().is_some_and(|wanted| !wanted.contains(&PaymentStatus::PayPending)) {
        return Ok(Waiting { places: Vec::new(), has_others: true });
    }
    // Without the name the planner takes the index of all payments, which has the same order.
    let mut statement = database.prepared(
        "SELECT id, store_no, seq, revision, status, channel_no, requested_at, status_changed_at, doc, imp_uid,
            decision, no
         FROM transactions INDEXED BY payments_without_facet
         WHERE store_no = ?1 AND latest = 1 AND facet_no IS NULL ORDER BY status_changed_at LIMIT ?2",
    )?;
    let mut rows = statement.query(params![store_no, EXAMINED_COUNT_MAX])?;
    let mut waiting = Waiting { places: Vec::new(), has_others: false };
    while let Some(row) = rows.next()? {
        let transaction = transactions::read(database, row)?;
        let times = (millis(transaction.requested_at), millis(transaction.status_changed_at));
        if !query.matches(&transaction) {
            waiting.has_others = true;
        } else if is_within(query, times) {
            waiting.places.push(place(query, times, row.get(11)?));
        }
    }
    waiting.places.sort_unstable();
    Ok(waiting)
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

/// How many payments of a combination are in a span of time, no further than `count_max`.
fn count(
    database: &Database,
    query: &PaymentQuery,
    (store_no, facet): (i64, i64),
    (first, last): (i64, i64),
    count_max: usize,
) -> Result<usize, Fault> {
    if first > last {
        return Ok(0);
    }
    let sql = match query.time {
        TimeField::Created => {
            "SELECT count(*) FROM (SELECT 1 FROM transactions WHERE store_no = ?1 AND facet_no = ?2 AND latest = 1
             AND requested_at BETWEEN ?3 AND ?4 ORDER BY requested_at LIMIT ?5) AS found"
        }
        TimeField::StatusChanged => {
            "SELECT count(*) FROM (SELECT 1 FROM transactions WHERE store_no = ?1 AND facet_no = ?2 AND latest = 1
             AND status_changed_at BETWEEN ?3 AND ?4 ORDER BY status_changed_at LIMIT ?5) AS found"
        }
    };
    let params = params![store_no, facet, first, last, count_max];
    database.prepared(sql)?.query_row(params, |row| row.get(0))
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
    start: &Start,
) -> Result<Vec<i64>, Fault> {
    let sql = walk_sql(query.sort, query.descending);
    let mut statements: Vec<Statement<'_>> =
        facets.iter().map(|_| database.prepared(sql)).collect::<Result<_, _>>()?;
    let is_ahead = |place: &Place| (start.from..=start.until).contains(&place.0.abs());
    let first = waiting.iter().position(is_ahead).unwrap_or(waiting.len());
    let mut sources = vec![Source::Waiting(waiting[first..].iter())];
    for (statement, facet) in statements.iter_mut().zip(facets) {
        let rows = statement.query(params![store_no, facet, start.from, start.until, EXAMINED_COUNT_MAX])?;
        sources.push(Source::Rows(rows));
    }
    let mut heads = BinaryHeap::new();
    for (at, source) in sources.iter_mut().enumerate() {
        heads.extend(source.next(query)?.map(|(place, is_within)| Reverse((place, is_within, at))));
    }
    let end = start.skip.saturating_add(query.count_max);
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
