//! Lists of schedules, page by page.

use portone_core::BillingKey;
use portone_engine::ledger::{Schedule, ScheduleStatus};
use portone_engine::port::{SchedulePage, ScheduleQuery, ScheduleSort};
use rusqlite::params;

use super::{read, select};
use crate::document::millis;
use crate::sqlite::database::{Database, Fault};

/// What each kind of order needs a statement of its own for: the column is part of the text.
macro_rules! of_store {
    ($column:literal, $order:literal) => {
        // The unary plus keeps the planner at the index that has the order.
        of_store!("+time_to_pay", $column, $order)
    };
    ($window:literal, $column:literal, $order:literal) => {
        select!(
            "WHERE store_no = ?1 AND ",
            $window,
            " BETWEEN ?2 AND ?3
                AND (?4 IS NULL OR instr(?4, status) > 0) AND (?5 IS NULL OR is_test = ?5) ORDER BY ",
            $column,
            " ",
            $order,
            ", no ",
            $order,
            " LIMIT ?6 OFFSET ?7"
        )
    };
}

/// One page of a store's schedules. Its two reads need one state of the database around them.
pub(in crate::sqlite) fn page(database: &Database, query: &ScheduleQuery) -> Result<SchedulePage, Fault> {
    let Some(store_no) = database.find_store_no(&query.store_id)? else {
        return Ok(SchedulePage { items: Vec::new(), total_count: 0 });
    };
    if let Some(keys) = &query.billing_keys {
        return page_of_keys(database, store_no, keys, query);
    }
    let sql = match (query.sort, query.ascending) {
        (ScheduleSort::TimeToPay, true) => of_store!("time_to_pay", "time_to_pay", "ASC"),
        (ScheduleSort::TimeToPay, false) => of_store!("time_to_pay", "time_to_pay", "DESC"),
        (ScheduleSort::CreatedAt, true) => of_store!("created_at", "ASC"),
        (ScheduleSort::CreatedAt, false) => of_store!("created_at", "DESC"),
        (ScheduleSort::CompletedAt, true) => of_store!("completed_at", "ASC"),
        (ScheduleSort::CompletedAt, false) => of_store!("completed_at", "DESC"),
        (ScheduleSort::StatusTimestamp, true) => of_store!("status_at", "ASC"),
        (ScheduleSort::StatusTimestamp, false) => of_store!("status_at", "DESC"),
    };
    let (from, until, statuses) = (millis(query.from), millis(query.until), statuses(&query.statuses));
    let mut statement = database.prepared(sql)?;
    let mut rows = statement.query(params![
        store_no,
        from,
        until,
        statuses,
        query.is_for_test,
        query.count_max,
        query.skip
    ])?;
    let mut items = Vec::new();
    while let Some(row) = rows.next()? {
        items.push(read(database, row)?);
    }
    let mut statement = database.prepared(
        "SELECT count(*) FROM payment_schedules INDEXED BY payment_schedules_by_time WHERE store_no = ?1 AND time_to_pay BETWEEN ?2 AND ?3
            AND (?4 IS NULL OR instr(?4, status) > 0) AND (?5 IS NULL OR is_test = ?5)",
    )?;
    let counted = params![store_no, from, until, statuses, query.is_for_test];
    let total_count = statement.query_row(counted, |row| row.get(0))?;
    Ok(SchedulePage { items, total_count })
}

/// A key has few schedules: they are all read, and sorted here.
fn page_of_keys(
    database: &Database,
    store_no: i64,
    keys: &[BillingKey],
    query: &ScheduleQuery,
) -> Result<SchedulePage, Fault> {
    let mut statement = database.prepared(select!(
        "WHERE billing_key = ?1 AND store_no = ?2 AND time_to_pay BETWEEN ?3 AND ?4
            AND (?5 IS NULL OR instr(?5, status) > 0) AND (?6 IS NULL OR is_test = ?6) ORDER BY time_to_pay, no"
    ))?;
    let statuses = statuses(&query.statuses);
    let (from, until) = (millis(query.from), millis(query.until));
    let mut found: Vec<(Option<i64>, Schedule)> = Vec::new();
    for key in keys {
        let asked = params![key.as_str(), store_no, from, until, statuses, query.is_for_test];
        let mut rows = statement.query(asked)?;
        while let Some(row) = rows.next()? {
            let status_at: i64 = row.get(13)?;
            let schedule = read(database, row)?;
            let by = match query.sort {
                ScheduleSort::CreatedAt => Some(millis(schedule.created_at)),
                ScheduleSort::TimeToPay => Some(millis(schedule.time_to_pay)),
                ScheduleSort::CompletedAt => schedule.completed_at.map(millis),
                ScheduleSort::StatusTimestamp => Some(status_at),
            };
            found.push((by, schedule));
        }
    }
    found.sort_by_key(|(by, _)| *by);
    if !query.ascending {
        found.reverse();
    }
    let total_count = found.len();
    let items = found.into_iter().skip(query.skip).take(query.count_max).map(|(_, schedule)| schedule);
    Ok(SchedulePage { items: items.collect(), total_count })
}

/// No code is a part of another one, so that a text of them can be searched.
fn statuses(wanted: &[ScheduleStatus]) -> Option<String> {
    let codes: Vec<&str> = wanted.iter().map(|status| status.code()).collect();
    (!codes.is_empty()).then(|| codes.join(","))
}
