//! Lists of schedules, page by page. What they count is kept by the hour.

use crate::sql::statement::params;
use portone_core::BillingKey;
use portone_engine::ledger::{Schedule, ScheduleStatus};
use portone_engine::port::{SchedulePage, ScheduleQuery, ScheduleSort};

use super::{read, select};
use crate::document::millis;
use crate::sql::counts::{HOUR_MS, whole_hours};
use crate::sql::database::{Database, Fault};

/// How many schedules are sorted rather than looked for in the order they are wanted in.
const SORTED_COUNT_MAX: usize = 4_000;
/// Every state a schedule can have.
const STATUSES: [ScheduleStatus; 6] = [
    ScheduleStatus::Scheduled,
    ScheduleStatus::Started,
    ScheduleStatus::Pending,
    ScheduleStatus::Succeeded,
    ScheduleStatus::Failed,
    ScheduleStatus::Revoked,
];

/// Schedules of one state and environment in a window of times to pay. A store's list is made of a few of them.
struct Part {
    store_no: i64,
    is_test: bool,
    status: ScheduleStatus,
    from: i64,
    until: i64,
}

/// One page of a store's schedules. Its reads need one state of the database around them.
pub(in crate::sql) fn page(database: &Database, query: &ScheduleQuery) -> Result<SchedulePage, Fault> {
    let Some(store_no) = database.find_store_no(&query.store_id)? else {
        return Ok(SchedulePage { items: Vec::new(), total_count: 0 });
    };
    if let Some(keys) = &query.billing_keys {
        return page_of_keys(database, store_no, keys, query);
    }
    let parts = parts(store_no, query);
    let counts = parts.iter().map(|part| part.count(database)).collect::<Result<Vec<usize>, _>>()?;
    let total_count = counts.iter().sum();
    let items = if query.skip >= total_count {
        Vec::new()
    } else if query.sort == ScheduleSort::TimeToPay
        && !(query.statuses.is_empty() && query.is_for_test.is_none())
    {
        merged(database, &parts, query)?
    } else if query.sort != ScheduleSort::TimeToPay && total_count <= SORTED_COUNT_MAX {
        sorted(database, &parts, query)?
    } else {
        walked(database, store_no, query)?
    };
    Ok(SchedulePage { items, total_count })
}

fn parts(store_no: i64, query: &ScheduleQuery) -> Vec<Part> {
    let (from, until) = (millis(query.from), millis(query.until));
    let environments =
        [true, false].into_iter().filter(|is_test| query.is_for_test.is_none_or(|it| it == *is_test));
    let wanted = |status: &ScheduleStatus| query.statuses.is_empty() || query.statuses.contains(status);
    let statuses = STATUSES.into_iter().filter(wanted);
    let of = |is_test| move |status| Part { store_no, is_test, status, from, until };
    environments.flat_map(|is_test| statuses.clone().map(of(is_test))).collect()
}

impl Part {
    /// How many there are: whole hours are added up, and what a window cuts of an hour is counted.
    fn count(&self, database: &Database) -> Result<usize, Fault> {
        let Some(hours) = whole_hours(self.from, self.until) else {
            return self.count_between(database, self.from, self.until);
        };
        let sql = "SELECT CAST(coalesce(sum(count), 0) AS BIGINT) FROM schedule_counts
             WHERE store_no = ?1 AND is_test = ?2 AND status = ?3 AND hour BETWEEN ?4 AND ?5";
        let params = params![self.store_no, self.is_test, self.status.code(), hours.start(), hours.end()];
        let whole: usize = database.prepared(sql)?.query_row(params, |row| row.get(0))?;
        Ok(whole
            + self.count_between(database, self.from, hours.start() * HOUR_MS - 1)?
            + self.count_between(database, (hours.end() + 1) * HOUR_MS, self.until)?)
    }

    fn count_between(&self, database: &Database, from: i64, until: i64) -> Result<usize, Fault> {
        let sql = "SELECT count(*) FROM payment_schedules
             WHERE store_no = ?1 AND is_test = ?2 AND status = ?3 AND time_to_pay BETWEEN ?4 AND ?5";
        let params = params![self.store_no, self.is_test, self.status.code(), from, until];
        database.prepared(sql)?.query_row(params, |row| row.get(0))
    }

    /// The first ones in an order of the times to pay, as times and numbers.
    fn first(
        &self,
        database: &Database,
        ascending: bool,
        count_max: usize,
    ) -> Result<Vec<(i64, i64)>, Fault> {
        macro_rules! first {
            ($order:literal) => {
                concat!(
                    "SELECT time_to_pay, no FROM payment_schedules
                     WHERE store_no = ?1 AND is_test = ?2 AND status = ?3 AND time_to_pay BETWEEN ?4 AND ?5
                     ORDER BY time_to_pay ",
                    $order,
                    ", no ",
                    $order,
                    " LIMIT ?6"
                )
            };
        }
        let mut statement = database.prepared(if ascending { first!("ASC") } else { first!("DESC") })?;
        let params =
            params![self.store_no, self.is_test, self.status.code(), self.from, self.until, count_max];
        statement.query_map(params, |row| Ok((row.get(0)?, row.get(1)?)))
    }
}

/// A page of several parts in the order of their times to pay.
fn merged(database: &Database, parts: &[Part], query: &ScheduleQuery) -> Result<Vec<Schedule>, Fault> {
    let end = query.skip.saturating_add(query.count_max);
    let mut found = Vec::new();
    for part in parts {
        found.extend(part.first(database, query.ascending, end)?);
    }
    found.sort_unstable();
    if !query.ascending {
        found.reverse();
    }
    found.iter().skip(query.skip).take(query.count_max).map(|(_, no)| by_no(database, *no)).collect()
}

fn by_no(database: &Database, no: i64) -> Result<Schedule, Fault> {
    let mut statement = database.prepared(select!("WHERE no = ?1"))?;
    let mut rows = statement.query([no])?;
    let row = rows.next()?.ok_or_else(|| Fault::Contract("a schedule went away".to_owned()))?;
    read(database, row)
}

/// A page of few schedules in the order of another time. Without that time they come first of all.
fn sorted(database: &Database, parts: &[Part], query: &ScheduleQuery) -> Result<Vec<Schedule>, Fault> {
    let sql = match query.sort {
        ScheduleSort::TimeToPay => "SELECT time_to_pay FROM payment_schedules WHERE no = ?1",
        ScheduleSort::CreatedAt => "SELECT created_at FROM payment_schedules WHERE no = ?1",
        ScheduleSort::CompletedAt => "SELECT completed_at FROM payment_schedules WHERE no = ?1",
        ScheduleSort::StatusTimestamp => "SELECT status_at FROM payment_schedules WHERE no = ?1",
    };
    let mut statement = database.prepared(sql)?;
    let mut found: Vec<(Option<i64>, i64)> = Vec::new();
    for part in parts {
        for (_, no) in part.first(database, true, SORTED_COUNT_MAX)? {
            found.push((statement.query_row([no], |row| row.get(0))?, no));
        }
    }
    found.sort_unstable();
    if !query.ascending {
        found.reverse();
    }
    found.iter().skip(query.skip).take(query.count_max).map(|(_, no)| by_no(database, *no)).collect()
}

/// What each kind of order needs a statement of its own for: the column is part of the text.
macro_rules! of_store {
    ($column:literal, $order:literal) => {
        of_store!($column, $order, $order)
    };
    ($column:literal, $order:literal, $number_order:literal) => {
        select!(
            // The unary plus keeps the planner at the index that has the order.
            "WHERE store_no = ?1 AND +time_to_pay BETWEEN ?2 AND ?3
                AND (CAST(?4 AS TEXT) IS NULL OR instr(?4, status) > 0) AND (CAST(?5 AS BIGINT) IS NULL OR is_test = ?5) ORDER BY ",
            $column,
            " ",
            $order,
            ", no ",
            $number_order,
            " LIMIT ?6 OFFSET ?7"
        )
    };
}

/// A page from the index that has its order.
fn walked(database: &Database, store_no: i64, query: &ScheduleQuery) -> Result<Vec<Schedule>, Fault> {
    let sql = match (query.sort, query.ascending) {
        // All of a window: the index knows more than the row.
        (ScheduleSort::TimeToPay, true) => {
            select!(
                "WHERE store_no = ?1 AND time_to_pay BETWEEN ?2 AND ?3 AND CAST(?4 AS TEXT) IS NULL
                    AND CAST(?5 AS BIGINT) IS NULL
                ORDER BY time_to_pay, no LIMIT ?6 OFFSET ?7"
            )
        }
        (ScheduleSort::TimeToPay, false) => {
            select!(
                "WHERE store_no = ?1 AND time_to_pay BETWEEN ?2 AND ?3 AND CAST(?4 AS TEXT) IS NULL
                    AND CAST(?5 AS BIGINT) IS NULL
                ORDER BY time_to_pay DESC, no DESC LIMIT ?6 OFFSET ?7"
            )
        }
        (ScheduleSort::CreatedAt, true) => of_store!("created_at", "ASC"),
        (ScheduleSort::CreatedAt, false) => of_store!("created_at", "DESC"),
        (ScheduleSort::CompletedAt, true) => of_store!("completed_at", "ASC NULLS FIRST", "ASC"),
        (ScheduleSort::CompletedAt, false) => of_store!("completed_at", "DESC NULLS LAST", "DESC"),
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
    Ok(items)
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
            AND (CAST(?5 AS TEXT) IS NULL OR instr(?5, status) > 0) AND (CAST(?6 AS BIGINT) IS NULL OR is_test = ?6) ORDER BY time_to_pay, no"
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
