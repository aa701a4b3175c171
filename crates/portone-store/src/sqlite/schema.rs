//! Brings a database to the schema this version knows.

use rusqlite::Connection;

/// Each takes a database from the version of its place to the next one. Released ones never change.
const MIGRATIONS: &[&str] = &[
    include_str!("../../migrations/sqlite/0001_ledger.sql"),
    include_str!("../../migrations/sqlite/0002_schedules.sql"),
    include_str!("../../migrations/sqlite/0003_access.sql"),
    include_str!("../../migrations/sqlite/0004_list.sql"),
    include_str!("../../migrations/sqlite/0005_webhooks.sql"),
    include_str!("../../migrations/sqlite/0009_idempotency.sql"),
];

/// Applies what is missing, each step in one commit. `Err(Ok(found))` tells of a database newer than this version.
pub(super) fn migrate(connection: &Connection) -> Result<(), Result<usize, rusqlite::Error>> {
    let found: usize = connection.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(Err)?;
    if found > MIGRATIONS.len() {
        return Err(Ok(found));
    }
    for (at, sql) in MIGRATIONS.iter().enumerate().skip(found) {
        let step = format!("BEGIN IMMEDIATE; {sql}\nPRAGMA user_version = {}; COMMIT;", at + 1);
        if let Err(error) = connection.execute_batch(&step) {
            if !connection.is_autocommit() {
                let _ = connection.execute_batch("ROLLBACK");
            }
            return Err(Err(error));
        }
    }
    Ok(())
}

/// The version this code knows.
pub(super) const fn known_version() -> usize {
    MIGRATIONS.len()
}
