//! Brings a database to the schema this version knows.

use super::connection::{Begin, Connection};
use super::problem::Problem;
use crate::sql::{Database, Fault, OpenError};

/// Each takes a database from the version of its place to the next one. Released ones never change.
const MIGRATIONS: &[&str] = &[
    include_str!("../../migrations/postgres/0001_ledger.sql"),
    include_str!("../../migrations/postgres/0002_product_orders.sql"),
    include_str!("../../migrations/postgres/0003_writes.sql"),
];

/// Applies what is missing, in one commit. Of several gateways that start at once one does it, while nobody writes.
pub(super) fn migrate(database: &Database, address: &str) -> Result<(), OpenError> {
    let refused =
        |fault: Fault| OpenError::Database { database: address.to_owned(), problem: fault.to_string() };
    let connection = database.postgres().ok_or_else(|| refused(Fault::NoRow))?;
    is_utf8(connection).map_err(|problem| refused(problem.into()))?;
    connection.begin(Begin::Schema).map_err(|problem| refused(problem.into()))?;
    match apply(connection) {
        Ok(Ok(())) => database.commit().map_err(refused),
        Ok(Err(found)) => {
            database.roll_back();
            Err(OpenError::TooNew { database: address.to_owned(), found, known: MIGRATIONS.len() })
        }
        Err(problem) => {
            database.roll_back();
            Err(refused(problem.into()))
        }
    }
}

/// Names are Korean: a database in another encoding would refuse some of them, one day.
fn is_utf8(connection: &Connection) -> Result<(), Problem> {
    let wrong = "SELECT 1 WHERE current_setting('server_encoding') <> 'UTF8'";
    if connection.query((wrong, None), &[])?.is_empty() {
        return Ok(());
    }
    let message = "the database is not in UTF8; create it with ENCODING 'UTF8' TEMPLATE template0".to_owned();
    Err(Problem::Refused { code: "22021".to_owned(), message })
}

/// The version of a database's schema; none where there is none.
pub(super) fn version(database: &Database) -> Result<Option<usize>, Fault> {
    if !database.has_schema()? {
        return Ok(None);
    }
    let Some(connection) = database.postgres() else { return Ok(None) };
    Ok(Some(connection.query((VERSIONS, None), &[])?.len()))
}

/// The version this code knows.
pub(super) const fn known_version() -> usize {
    MIGRATIONS.len()
}

/// Has each sequence go on after the greatest number that was given.
pub(crate) fn set_sequences_on(connection: &Connection) -> Result<(), Problem> {
    let counted = "SELECT format('SELECT setval(pg_get_serial_sequence(%L, %L), (SELECT max(%I) FROM %I))',
            table_name, column_name, column_name, table_name)
        FROM information_schema.columns WHERE is_identity = 'YES' AND table_schema = current_schema()";
    for row in connection.query((counted, None), &[])? {
        let sql: String = row.try_get(0).map_err(|error| Problem::of(&error).0)?;
        connection.script(&sql)?;
    }
    Ok(())
}

/// One row a version.
const VERSIONS: &str = "SELECT no FROM schema_version";

fn apply(connection: &Connection) -> Result<Result<(), usize>, Problem> {
    connection.script(
        "SET LOCAL statement_timeout = 0;
         CREATE TABLE IF NOT EXISTS schema_version (no BIGINT PRIMARY KEY);",
    )?;
    let found = connection.query((VERSIONS, None), &[])?.len();
    if found > MIGRATIONS.len() {
        return Ok(Err(found));
    }
    if found > 0 && found < MIGRATIONS.len() {
        // Gateways of the version before may be writing.
        connection.script("SELECT value FROM meta WHERE key = 'writers' FOR UPDATE")?;
    }
    for (at, sql) in MIGRATIONS.iter().enumerate().skip(found) {
        connection.script(sql)?;
        connection.script(&format!("INSERT INTO schema_version (no) VALUES ({})", at + 1))?;
    }
    Ok(Ok(()))
}
