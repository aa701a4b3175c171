//! Which deliveries are due, URL by URL.

use crate::sql::statement::{OptionalRow, params};
use chrono::{DateTime, Utc};
use portone_engine::port::ClaimLimits;

use super::super::database::{Database, Fault};
use crate::document::millis;

/// The deliveries to take, the longest due first.
pub(super) fn claimable(
    database: &Database,
    now: DateTime<Utc>,
    limits: ClaimLimits,
) -> Result<Vec<i64>, Fault> {
    let mut due = Vec::new();
    let mut endpoint = String::new();
    while let Some(next) = next_endpoint(database, &endpoint)? {
        endpoint = next;
        let room = limits.endpoint_count_max.saturating_sub(under_way(database, &endpoint, now)?);
        let before = due.len();
        // Claims that have run out come first: they have waited longest.
        for claimed in [true, false] {
            let room = room.saturating_sub(due.len() - before);
            due_at_endpoint(database, &endpoint, claimed, now, room, &mut due)?;
        }
    }
    due.sort_unstable();
    Ok(due.into_iter().take(limits.count_max).map(|(_, no)| no).collect())
}

/// How many deliveries wait to be sent now.
pub(in crate::sql) fn due_count(database: &Database, now: DateTime<Utc>) -> Result<u64, Fault> {
    let (mut count, mut endpoint) = (0, String::new());
    while let Some(next) = next_endpoint(database, &endpoint)? {
        endpoint = next;
        let sql = "SELECT count(*) FROM webhook_queue WHERE endpoint = ?1 AND claimed = 0 AND due_at <= ?2";
        let here: u64 =
            database.prepared(sql)?.query_row(params![endpoint, millis(now)], |row| row.get(0))?;
        count += here;
    }
    Ok(count)
}

fn next_endpoint(database: &Database, after: &str) -> Result<Option<String>, Fault> {
    let mut statement = database.prepared(
        "SELECT endpoint FROM webhook_queue WHERE endpoint > ?1 AND due_at IS NOT NULL ORDER BY endpoint LIMIT 1",
    )?;
    statement.query_row([after], |row| row.get(0)).optional()
}

fn under_way(database: &Database, endpoint: &str, now: DateTime<Utc>) -> Result<usize, Fault> {
    let mut statement = database
        .prepared("SELECT count(*) FROM webhook_queue WHERE endpoint = ?1 AND claimed = 1 AND due_at > ?2")?;
    statement.query_row(params![endpoint, millis(now)], |row| row.get(0))
}

fn due_at_endpoint(
    database: &Database,
    endpoint: &str,
    claimed: bool,
    now: DateTime<Utc>,
    count_max: usize,
    due: &mut Vec<(i64, i64)>,
) -> Result<(), Fault> {
    let mut statement = database.prepared(
        "SELECT due_at, delivery_no FROM webhook_queue
         WHERE endpoint = ?1 AND claimed = ?2 AND due_at <= ?3 ORDER BY due_at LIMIT ?4",
    )?;
    let mut rows = statement.query(params![endpoint, claimed, millis(now), count_max])?;
    while let Some(row) = rows.next()? {
        due.push((row.get(0)?, row.get(1)?));
    }
    Ok(())
}
