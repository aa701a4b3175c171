//! How a connection to SQLite is set.

use std::{path::Path, time::Duration};

use rusqlite::config::DbConfig;
use rusqlite::{CachedStatement, Connection, OpenFlags};

/// How long a statement waits for a lock that another process holds (a backup, an operator's shell).
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// How many prepared statements a connection keeps: more than there are.
const STATEMENT_COUNT_MAX: usize = 128;
/// Page cache of the writing connection, in KiB. A commit that moved pages walks through all of it (measured: 250 µs at
/// 64 MiB), so it holds what new payments touch and no more.
const WRITER_CACHE_KIB: i64 = 16_384;
/// Page cache of each reading connection, in KiB.
const READER_CACHE_KIB: i64 = 8_192;
/// After how many pages (4 KiB each) the log is copied into the database.
const CHECKPOINT_PAGE_COUNT: i64 = 4_096;
/// The log file is cut back to this many bytes after a checkpoint.
const LOG_BYTE_COUNT_MAX: i64 = 64 * 1024 * 1024;

/// Opens the connection that writes.
pub(super) fn open_writer(path: &Path) -> Result<Connection, rusqlite::Error> {
    let flags =
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    // A commit is on disk before it is answered. On macOS only a full fsync is one.
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA fullfsync = ON;
         PRAGMA checkpoint_fullfsync = ON; PRAGMA temp_store = MEMORY;",
    )?;
    connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGE_COUNT)?;
    connection.pragma_update(None, "journal_size_limit", LOG_BYTE_COUNT_MAX)?;
    configured(connection, WRITER_CACHE_KIB)
}

/// Opens a connection that only reads. Not memory-mapped: there a bad disk would kill the process, here it is an error.
pub(super) fn open_reader(path: &Path) -> Result<Connection, rusqlite::Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    configured(Connection::open_with_flags(path, flags)?, READER_CACHE_KIB)
}

/// Opens a database that lives in memory and dies with the connection.
pub(super) fn open_in_memory() -> Result<Connection, rusqlite::Error> {
    configured(Connection::open_in_memory()?, WRITER_CACHE_KIB)
}

fn configured(connection: Connection, cache_kib: i64) -> Result<Connection, rusqlite::Error> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "cache_size", -cache_kib)?;
    // Without this a value that is compared with a partial index makes SQLite prepare the statement again each time.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.set_prepared_statement_cache_capacity(STATEMENT_COUNT_MAX);
    Ok(connection)
}

/// A statement, prepared once per connection.
pub(crate) fn statement<'c>(
    connection: &'c Connection,
    sql: &str,
) -> Result<CachedStatement<'c>, rusqlite::Error> {
    connection.prepare_cached(sql)
}
