//! Makes a used database as empty as a new one. Migrating and preparing statements is most of what a database costs that
//! serves a few payments; whoever plays many worlds one after the other need not do either anew for each.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use rusqlite::Connection;

use super::{connection, schema};

/// How many prepared statements a connection keeps: the store's, and those that empty it.
const STATEMENT_COUNT_MAX: usize = 512;

/// Empties every table, and writes what migrations leave in a new database. Schema and prepared statements stay.
pub(super) fn renew(connection: &Connection) -> Result<(), rusqlite::Error> {
    connection.set_prepared_statement_cache_capacity(STATEMENT_COUNT_MAX);
    connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
    for sql in statements()? {
        connection.prepare_cached(sql)?.execute([])?;
    }
    connection.prepare_cached("COMMIT")?.execute([])?;
    Ok(())
}

/// What makes a database new; looked up once in one that is.
fn statements() -> Result<&'static [String], rusqlite::Error> {
    static STATEMENTS: OnceLock<Vec<String>> = OnceLock::new();
    if let Some(known) = STATEMENTS.get() {
        return Ok(known);
    }
    let blank = connection::open_in_memory()?;
    schema::migrate(&blank).map_err(|problem| problem.err().unwrap_or(rusqlite::Error::InvalidQuery))?;
    let tables = tables(&blank)?;
    let mut found: Vec<String> = tables.iter().map(|table| format!("DELETE FROM {table}")).collect();
    for table in tables.iter().rev() {
        found.extend(rows(&blank, table)?);
    }
    Ok(STATEMENTS.get_or_init(|| found))
}

/// Every table, those that refer to others before these; the counters of `AUTOINCREMENT` last.
fn tables(connection: &Connection) -> Result<Vec<String>, rusqlite::Error> {
    let sql =
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name";
    let mut left: BTreeSet<String> = texts(connection, sql)?.into_iter().collect();
    let mut ordered = Vec::new();
    while let Some(name) = left.iter().next_back().cloned() {
        let mut last = name;
        // Each step goes to a table that refers to the one before; none refers to itself by a detour.
        let referring = "SELECT m.name FROM sqlite_schema AS m, pragma_foreign_key_list(m.name) AS f
            WHERE m.type = 'table' AND f.\"table\" = '";
        while let Some(next) = texts(connection, &format!("{referring}{last}'"))?
            .into_iter()
            .find(|table| *table != last && left.contains(table))
        {
            last = next;
        }
        left.remove(&last);
        ordered.push(last);
    }
    ordered.push("sqlite_sequence".to_owned());
    Ok(ordered)
}

/// A table's rows, as statements that write them.
fn rows(connection: &Connection, table: &str) -> Result<Vec<String>, rusqlite::Error> {
    let columns = texts(connection, &format!("SELECT name FROM pragma_table_info('{table}')"))?;
    let quoted: Vec<String> = columns.iter().map(|column| format!("quote({column})")).collect();
    let values = quoted.join(" || ', ' || ");
    let row = format!(
        "SELECT 'INSERT INTO {table} ({}) VALUES (' || {values} || ')' FROM {table}",
        columns.join(", ")
    );
    texts(connection, &row)
}

fn texts(connection: &Connection, sql: &str) -> Result<Vec<String>, rusqlite::Error> {
    let mut statement = connection.prepare(sql)?;
    let rows = statement.query_map([], |row| row.get(0))?;
    rows.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blank() -> Connection {
        let connection = connection::open_in_memory().unwrap();
        schema::migrate(&connection).unwrap();
        connection
    }

    /// Everything that a database holds, counters included.
    fn content(connection: &Connection) -> Vec<String> {
        let tables = tables(connection).unwrap();
        tables.iter().flat_map(|table| rows(connection, table).unwrap()).collect()
    }

    #[test]
    fn a_used_database_is_renewed() {
        let (used, fresh) = (blank(), content(&blank()));
        assert!(!fresh.is_empty(), "migrations leave the directory's revision");
        used.execute_batch(
            "UPDATE meta SET value = 7;
            INSERT INTO stores (no, id, name) VALUES (1, 'store', 'Shop');
            INSERT INTO channel_snapshots (no, doc) VALUES (1, '{}');
            INSERT INTO payment_facets (no, doc) VALUES (1, '{}');
            INSERT INTO transactions (id, store_no, payment_id, seq, status, revision, channel_no, requested_at,
                status_changed_at, decision, facet_no, doc) VALUES ('a', 1, 'p', 1, 'PAID', 3, 1, 10, 40, '', 1, '{}');
            INSERT INTO payment_events (store_no, created_at, transaction_no, kind, amount)
                SELECT 1, 10, no, 'PAID', 5 FROM transactions;",
        )
        .unwrap();
        assert_ne!(content(&used), fresh);
        renew(&used).unwrap();
        assert_eq!(content(&used), fresh);
        renew(&used).unwrap();
        assert_eq!(content(&used), fresh, "twice is once");
    }
}
