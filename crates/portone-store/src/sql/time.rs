//! How far a virtual clock is ahead, and how much is due.

use crate::sql::statement::OptionalRow;
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use portone_engine::port::StoreError;
use portone_engine::port::time::{DueCounts, TimeStore};

use super::database::{Database, Fault};
use super::{SqlStore, read, webhooks};
use crate::document::{Unreadable, millis};

#[async_trait]
impl TimeStore for SqlStore {
    async fn clock_ahead(&self) -> Result<TimeDelta, StoreError> {
        read!(self, [], |database| ahead(database))
    }

    async fn set_clock_ahead(&self, ahead: TimeDelta) -> Result<(), StoreError> {
        self.write(move |database| set_ahead(database, ahead)).await
    }

    async fn due_counts(&self, now: DateTime<Utc>) -> Result<DueCounts, StoreError> {
        read!(self, [], |database| database.snapshot(|| due_counts(database, now)))
    }
}

fn ahead(database: &Database) -> Result<TimeDelta, Fault> {
    let mut statement = database.prepared("SELECT value FROM meta WHERE key = 'clock_ahead_ms'")?;
    let ahead_ms: i64 = statement.query_row([], |row| row.get(0)).optional()?.unwrap_or(0);
    let unreadable = || Unreadable::new("clock", "a distance chrono cannot count");
    Ok(TimeDelta::try_milliseconds(ahead_ms).ok_or_else(unreadable)?)
}

fn set_ahead(database: &Database, ahead: TimeDelta) -> Result<(), Fault> {
    let sql = "INSERT INTO meta (key, value) VALUES ('clock_ahead_ms', ?1)
         ON CONFLICT (key) DO UPDATE SET value = excluded.value";
    database.write(sql, [ahead.num_milliseconds()])
}

fn due_counts(database: &Database, now: DateTime<Utc>) -> Result<DueCounts, Fault> {
    let count = |sql: &'static str| -> Result<u64, Fault> {
        database.prepared(sql)?.query_row([millis(now)], |row| row.get(0))
    };
    Ok(DueCounts {
        schedules: count("SELECT count(*) FROM payment_schedules WHERE due_at <= ?1")?,
        webhooks: webhooks::due_count(database, now)?,
        attempts: count("SELECT count(*) FROM open_attempts WHERE next_inquiry_at <= ?1")?,
        follow_ups: count("SELECT count(*) FROM follow_ups WHERE due_at <= ?1")?,
        comparisons: count("SELECT count(*) FROM transactions WHERE verify_at <= ?1")?,
    })
}
