//! One connection: its settings, its statements, and the numbers of the stores it has met.

use std::{cell::RefCell, collections::HashMap, path::Path, time::Duration};

use portone_core::StoreId;
use portone_engine::port::StoreError;
use rusqlite::{CachedStatement, Connection, OpenFlags, OptionalExtension, Params};
use thiserror::Error;

use crate::document::{Unreadable, decode_code};

/// How long a statement waits for a lock that another process holds (a backup, an operator's shell).
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// How many prepared statements a connection keeps: more than there are.
const STATEMENT_COUNT_MAX: usize = 128;
/// Page cache of the writing connection, in KiB.
const WRITER_CACHE_KIB: i64 = 65_536;
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

/// One connection.
#[derive(Debug)]
pub(super) struct Database {
    connection: Connection,
    numbers: RefCell<HashMap<StoreId, i64>>,
    ids: RefCell<HashMap<i64, StoreId>>,
    #[cfg(test)]
    pub(super) statements: RefCell<std::collections::BTreeSet<&'static str>>,
}

impl Database {
    /// Opens the connection that writes.
    pub(super) fn open_writer(path: &Path) -> Result<Self, rusqlite::Error> {
        let connection = Connection::open(path)?;
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
        connection.set_prepared_statement_cache_capacity(STATEMENT_COUNT_MAX);
        Ok(Self {
            connection,
            numbers: RefCell::default(),
            ids: RefCell::default(),
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

    /// Takes the write lock.
    pub(super) fn begin(&self) -> Result<(), Fault> {
        self.execute("BEGIN IMMEDIATE", []).map(drop)
    }

    /// Makes everything since [`Self::begin`] durable, or undoes it.
    pub(super) fn commit(&self) -> Result<(), Fault> {
        let committed = self.execute("COMMIT", []).map(drop);
        if committed.is_err() {
            self.roll_back();
        }
        committed
    }

    /// Undoes everything since [`Self::begin`].
    pub(super) fn roll_back(&self) {
        if !self.connection.is_autocommit() {
            // It fails only where SQLite has already rolled back by itself.
            let _ = self.execute("ROLLBACK", []);
        }
        // A number may have been given to a store that is not there any more.
        self.numbers.borrow_mut().clear();
        self.ids.borrow_mut().clear();
    }

    /// The number of a store; stores are made by their declaration, so an unknown one is a fault.
    pub(super) fn store_no(&self, id: &StoreId) -> Result<i64, Fault> {
        self.find_store_no(id)?.ok_or_else(|| Fault::Contract(format!("there is no store `{id}`")))
    }

    /// The number of a store, if there is such a store.
    pub(super) fn find_store_no(&self, id: &StoreId) -> Result<Option<i64>, Fault> {
        if let Some(no) = self.numbers.borrow().get(id) {
            return Ok(Some(*no));
        }
        let mut statement = self.prepared("SELECT no FROM stores WHERE id = ?1")?;
        let found = statement.query_row([id.as_str()], |row| row.get(0)).optional()?;
        if let Some(no) = found {
            self.numbers.borrow_mut().insert(id.clone(), no);
        }
        Ok(found)
    }

    /// The id of the store with this number.
    pub(super) fn store_id(&self, no: i64) -> Result<StoreId, Fault> {
        if let Some(id) = self.ids.borrow().get(&no) {
            return Ok(id.clone());
        }
        let mut statement = self.prepared("SELECT id FROM stores WHERE no = ?1")?;
        let id: String = statement.query_row([no], |row| row.get(0))?;
        let id: StoreId = decode_code("store id", &id)?;
        self.ids.borrow_mut().insert(no, id.clone());
        Ok(id)
    }
}
