//! How many payments lists have, hour by hour: so that a count adds up hours instead of payments, and a page far down the
//! list begins near its place. What a commit changes is added up in memory and written with it, once an hour and
//! combination, however many payments share the commit.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use crate::sql::statement::{OptionalRow, Row, params};
use portone_core::TransactionId;
use portone_engine::list::TimeField;

use super::database::{Database, Fault};
use super::search::Kind;

/// An hour in milliseconds.
pub(super) const HOUR_MS: i64 = 3_600_000;

/// Where a transaction stands in lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Listed {
    pub(super) no: i64,
    pub(super) store_no: i64,
    /// Its combination; none while it waits for its PG.
    pub(super) facet_no: Option<i64>,
    /// When it was asked for, in milliseconds since 1970.
    pub(super) created: i64,
    /// When its state changed last, in milliseconds since 1970.
    pub(super) changed: i64,
    /// Whether it is its payment's latest: no other one is listed.
    pub(super) is_latest: bool,
}

/// What the open transaction has changed: by store, time field, combination and hour.
#[derive(Debug, Default)]
pub(super) struct Changes {
    counts: RefCell<BTreeMap<(i64, bool, i64, i64), i64>>,
    /// The numbers of the transactions that changed.
    touched: RefCell<BTreeSet<i64>>,
}

impl Changes {
    /// Forgets them: they were undone.
    pub(super) fn clear(&self) {
        self.counts.borrow_mut().clear();
        self.touched.borrow_mut().clear();
    }

    fn add(&self, listed: &Listed, difference: i64) {
        let (Some(facet_no), true) = (listed.facet_no, listed.is_latest) else { return };
        let mut changes = self.counts.borrow_mut();
        for (by_change, time) in [(false, listed.created), (true, listed.changed)] {
            let key = (listed.store_no, by_change, facet_no, time.div_euclid(HOUR_MS));
            *changes.entry(key).or_default() += difference;
        }
    }
}

impl Database {
    /// Notes how a transaction's place changes: from where, if it had one, to where.
    pub(super) fn relist(&self, before: Option<&Listed>, after: &Listed) {
        if let Some(before) = before {
            self.list_changes.add(before, -1);
        }
        self.list_changes.add(after, 1);
        self.list_changes.touched.borrow_mut().insert(after.no);
    }

    /// Writes what was noted.
    pub(super) fn write_counts(&self) -> Result<(), Fault> {
        for ((store_no, by_change, facet_no, hour), difference) in self.list_changes.counts.take() {
            if difference != 0 {
                self.write(
                    "INSERT INTO payment_counts (store_no, by_change, facet_no, hour, count)
                     VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (store_no, by_change, facet_no, hour)
                        DO UPDATE SET count = payment_counts.count + excluded.count",
                    params![store_no, by_change, facet_no, hour, difference],
                )?;
            }
        }
        self.list_changes.touched.take().into_iter().try_for_each(|no| self.touch(Kind::Payments, no))
    }
}

/// A query for the columns of [`read`], and others behind them.
macro_rules! select {
    ($rest:literal $(, $more:literal)?) => {
        concat!(
            "SELECT no, store_no, facet_no, requested_at, status_changed_at, latest",
            $($more,)?
            " FROM transactions WHERE ",
            $rest
        )
    };
}
pub(super) use select;

/// Where a transaction stands, by its id.
pub(super) fn listed(database: &Database, id: &TransactionId) -> Result<Option<Listed>, Fault> {
    let mut statement = database.prepared(select!("id = ?1"))?;
    statement.query_row([id.as_str()], read).optional()
}

/// Where one of a payment's transactions stands.
pub(super) fn listed_of(
    database: &Database,
    store_no: i64,
    payment: &portone_core::PaymentId,
    seq: u32,
) -> Result<Option<Listed>, Fault> {
    let mut statement = database.prepared(select!("store_no = ?1 AND payment_id = ?2 AND seq = ?3"))?;
    statement.query_row(params![store_no, payment.as_str(), seq], read).optional()
}

/// A place from a row of [`select`].
pub(super) fn read(row: Row<'_>) -> Result<Listed, Fault> {
    Ok(Listed {
        no: row.get(0)?,
        store_no: row.get(1)?,
        facet_no: row.get(2)?,
        created: row.get(3)?,
        changed: row.get(4)?,
        is_latest: row.get(5)?,
    })
}

/// The hours that lie wholly within a window, where there are any.
pub(super) fn whole_hours(from: i64, until: i64) -> Option<RangeInclusive<i64>> {
    let first = from.saturating_add(HOUR_MS - 1).div_euclid(HOUR_MS);
    let last = until.saturating_add(1).div_euclid(HOUR_MS) - 1;
    (first <= last).then_some(first..=last)
}

/// How many payments of a combination there are in these hours.
pub(super) fn sum(
    database: &Database,
    (store_no, time, facet): (i64, TimeField, i64),
    hours: &RangeInclusive<i64>,
) -> Result<usize, Fault> {
    let sql = "SELECT CAST(coalesce(sum(count), 0) AS BIGINT) FROM payment_counts
         WHERE store_no = ?1 AND by_change = ?2 AND facet_no = ?3 AND hour BETWEEN ?4 AND ?5";
    let by_change = time == TimeField::StatusChanged;
    let params = params![store_no, by_change, facet, hours.start(), hours.end()];
    database.prepared(sql)?.query_row(params, |row| row.get(0))
}

/// Adds up payments of a combination hour by hour, in an order, until there are more than `count_max`.
pub(super) fn add_by_hour(
    database: &Database,
    (store_no, time, facet): (i64, TimeField, i64),
    (hours, descending): (&RangeInclusive<i64>, bool),
    count_max: usize,
    by_hour: &mut BTreeMap<i64, usize>,
) -> Result<(), Fault> {
    let sql = if descending {
        "SELECT hour, count FROM payment_counts WHERE store_no = ?1 AND by_change = ?2 AND facet_no = ?3
            AND hour BETWEEN ?4 AND ?5 ORDER BY hour DESC"
    } else {
        "SELECT hour, count FROM payment_counts WHERE store_no = ?1 AND by_change = ?2 AND facet_no = ?3
            AND hour BETWEEN ?4 AND ?5 ORDER BY hour"
    };
    let by_change = time == TimeField::StatusChanged;
    let mut statement = database.prepared(sql)?;
    let mut rows = statement.query(params![store_no, by_change, facet, hours.start(), hours.end()])?;
    let mut total = 0;
    while let Some(row) = rows.next()? {
        let count: usize = row.get(1)?;
        *by_hour.entry(row.get(0)?).or_default() += count;
        total += count;
        if total > count_max {
            break;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_that_a_window_cuts_are_left_out() {
        assert_eq!(whole_hours(0, HOUR_MS - 1), Some(0..=0));
        assert_eq!(whole_hours(0, HOUR_MS - 2), None);
        assert_eq!(whole_hours(1, 3 * HOUR_MS), Some(1..=2));
        assert_eq!(whole_hours(1, HOUR_MS), None);
        assert_eq!(whole_hours(-HOUR_MS, -1), Some(-1..=-1));
        assert_eq!(whole_hours(i64::MIN, i64::MAX).map(|hours| hours.contains(&0)), Some(true));
    }
}
