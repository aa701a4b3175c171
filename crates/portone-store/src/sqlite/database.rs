//! One connection: its settings, its statements, and the numbers of the stores it has met.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    fmt,
    path::Path,
    time::Duration,
};

use portone_engine::port::StoreError;
use rusqlite::config::DbConfig;
use rusqlite::{CachedStatement, Connection, OpenFlags, Params};
use thiserror::Error;

use super::counts::Changes;
use super::numbers::Numbers;
use crate::document::Unreadable;

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

/// Why a job failed.
#[derive(Debug, Error)]
pub(super) enum Fault {
    /// SQLite said no. Its messages name tables and columns, never values.
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    /// What is stored is not what was written.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// The caller broke the port's contract.
    #[error("{0}")]
    Contract(String),
}

impl From<Fault> for StoreError {
    fn from(fault: Fault) -> Self {
        Self(fault.to_string())
    }
}

/// Is told when a commit has put deliveries into the queue.
struct OutboxWatch(Box<dyn Fn() + Send>);

impl fmt::Debug for OutboxWatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OutboxWatch")
    }
}

/// One connection.
#[derive(Debug)]
pub(super) struct Database {
    connection: Connection,
    pub(super) numbers: RefCell<Numbers>,
    /// What the open transaction changes in lists.
    pub(super) list_changes: Changes,
    /// How many blocks lists have, by kind, where the writing connection has asked.
    pub(super) search_block_counts: RefCell<BTreeMap<i64, i64>>,
    outbox_watch: RefCell<Option<OutboxWatch>>,
    /// Whether the open transaction has put deliveries into the queue.
    has_queued: Cell<bool>,
    #[cfg(test)]
    pub(super) statements: RefCell<std::collections::BTreeSet<&'static str>>,
}

impl Database {
    /// Opens the connection that writes.
    pub(super) fn open_writer(path: &Path) -> Result<Self, rusqlite::Error> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        // A commit is on disk before it is answered. On macOS only a full fsync is one.
        connection.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA fullfsync = ON;
             PRAGMA checkpoint_fullfsync = ON; PRAGMA temp_store = MEMORY;",
        )?;
        connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGE_COUNT)?;
        connection.pragma_update(None, "journal_size_limit", LOG_BYTE_COUNT_MAX)?;
        Self::configured(connection, WRITER_CACHE_KIB)
    }

    /// Opens a connection that only reads. Not memory-mapped: there a bad disk would kill the process, here it is an error.
    pub(super) fn open_reader(path: &Path) -> Result<Self, rusqlite::Error> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        Self::configured(Connection::open_with_flags(path, flags)?, READER_CACHE_KIB)
    }

    /// Opens a database that lives in memory and dies with the connection.
    pub(super) fn open_in_memory() -> Result<Self, rusqlite::Error> {
        Self::configured(Connection::open_in_memory()?, WRITER_CACHE_KIB)
    }

    fn configured(connection: Connection, cache_kib: i64) -> Result<Self, rusqlite::Error> {
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.pragma_update(None, "foreign_keys", true)?;
        connection.pragma_update(None, "cache_size", -cache_kib)?;
        // Without this a value that is compared with a partial index makes SQLite prepare the statement again each time.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        connection.set_prepared_statement_cache_capacity(STATEMENT_COUNT_MAX);
        Ok(Self {
            connection,
            numbers: RefCell::default(),
            list_changes: Changes::default(),
            search_block_counts: RefCell::default(),
            outbox_watch: RefCell::default(),
            has_queued: Cell::new(false),
            #[cfg(test)]
            statements: RefCell::default(),
        })
    }

    /// The connection, for schema changes.
    pub(super) const fn connection(&self) -> &Connection {
        &self.connection
    }

    /// A statement, prepared once per connection. Every statement of the store comes through here.
    pub(super) fn prepared(&self, sql: &'static str) -> Result<CachedStatement<'_>, Fault> {
        #[cfg(test)]
        self.statements.borrow_mut().insert(sql);
        Ok(self.connection.prepare_cached(sql)?)
    }

    /// Runs a statement that changes rows: how many.
    pub(super) fn execute(&self, sql: &'static str, params: impl Params) -> Result<usize, Fault> {
        Ok(self.prepared(sql)?.execute(params)?)
    }

    /// Runs a group of reads on one state of the database.
    pub(super) fn snapshot<T>(&self, read: impl FnOnce() -> Result<T, Fault>) -> Result<T, Fault> {
        if !self.connection.is_autocommit() {
            return read();
        }
        self.execute("BEGIN", [])?;
        let result = read();
        self.execute("COMMIT", [])?;
        result
    }

    /// Sets whom commits tell of deliveries in the queue.
    pub(super) fn watch_outbox(&self, watch: Box<dyn Fn() + Send>) {
        self.outbox_watch.replace(Some(OutboxWatch(watch)));
    }

    /// Notes that the open transaction puts a delivery into the queue.
    pub(super) fn note_queued(&self) {
        self.has_queued.set(true);
    }

    /// Takes the write lock.
    pub(super) fn begin(&self) -> Result<(), Fault> {
        self.execute("BEGIN IMMEDIATE", []).map(drop)
    }

    /// Makes everything since [`Self::begin`] durable, or undoes it.
    pub(super) fn commit(&self) -> Result<(), Fault> {
        let committed = self.write_counts().and_then(|()| self.execute("COMMIT", []).map(drop));
        if committed.is_err() {
            self.roll_back();
        } else if self.has_queued.take()
            && let Some(watch) = &*self.outbox_watch.borrow()
        {
            watch.0();
        }
        committed
    }

    /// Undoes everything since [`Self::begin`].
    pub(super) fn roll_back(&self) {
        if !self.connection.is_autocommit() {
            // It fails only where SQLite has already rolled back by itself.
            let _ = self.execute("ROLLBACK", []);
        }
        self.has_queued.set(false);
        self.list_changes.clear();
        self.search_block_counts.borrow_mut().clear();
        // A number may have been given to something that is not there any more.
        *self.numbers.borrow_mut() = Numbers::default();
    }
}
