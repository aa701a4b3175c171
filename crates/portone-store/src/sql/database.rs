//! One connection: its statements, and the numbers of the stores it has met.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    fmt,
    sync::Arc,
};

use portone_engine::port::StoreError;
use thiserror::Error;

use super::ahead::{self, Ahead};
use super::counts::Changes;
#[cfg(feature = "postgres")]
use super::foresee;
use super::numbers::Numbers;
use super::statement::{Params, Statement};
use crate::document::Unreadable;
#[cfg(feature = "postgres")]
use crate::postgres::{self, Begin};
use crate::seal::{Keyring, UnsealError};
use crate::sqlite;

/// Why a job failed.
#[derive(Debug, Error)]
pub(crate) enum Fault {
    /// SQLite said no. Its messages name tables and columns, never values.
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    /// PostgreSQL said no, or could not be asked.
    #[cfg(feature = "postgres")]
    #[error(transparent)]
    Postgres(#[from] postgres::Problem),
    /// A row that has to be there is not.
    #[error("a row is missing")]
    NoRow,
    /// What is stored is not what was written.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// A secret cannot be opened.
    #[error("a stored secret cannot be read: {0}")]
    Sealed(#[from] UnsealError),
    /// The caller broke the port's contract.
    #[error("{0}")]
    Contract(String),
}

impl Fault {
    /// Whether nothing was done and the same may be tried again: a connection that went, a conflict of two writers.
    pub(crate) fn may_be_tried_again(&self) -> bool {
        match self {
            #[cfg(feature = "postgres")]
            Self::Postgres(problem) => problem.may_be_tried_again(),
            Self::Sqlite(_) | Self::NoRow | Self::Unreadable(_) | Self::Sealed(_) | Self::Contract(_) => {
                false
            }
        }
    }
}

impl Fault {
    /// Whether a server said no to a statement that was sent along with the commit, so that some job failed.
    pub(crate) const fn is_refusal(&self) -> bool {
        match self {
            #[cfg(feature = "postgres")]
            Self::Postgres(problem) => problem.is_refusal(),
            Self::Sqlite(_) | Self::NoRow | Self::Unreadable(_) | Self::Sealed(_) | Self::Contract(_) => {
                false
            }
        }
    }
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

/// Whom statements go to.
#[derive(Debug)]
enum Driver {
    Sqlite(rusqlite::Connection),
    #[cfg(feature = "postgres")]
    Postgres(Box<postgres::Connection>),
}

/// One connection.
#[derive(Debug)]
pub(crate) struct Database {
    driver: Driver,
    keyring: Option<Arc<Keyring>>,
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
    /// On a connection to SQLite.
    pub(crate) fn on(connection: rusqlite::Connection) -> Self {
        Self::over(Driver::Sqlite(connection))
    }

    /// On a connection to PostgreSQL.
    #[cfg(feature = "postgres")]
    pub(crate) fn on_postgres(connection: postgres::Connection) -> Self {
        Self::over(Driver::Postgres(Box::new(connection)))
    }

    /// Seals and opens secrets with these keys.
    pub(crate) fn sealed_with(self, keyring: Option<Arc<Keyring>>) -> Self {
        Self { keyring, ..self }
    }

    /// What secrets are sealed with.
    pub(super) fn keyring(&self) -> Option<&Keyring> {
        self.keyring.as_deref()
    }

    /// Empties the log of what rows were before, where the database keeps one beside its file: whether that could be done.
    pub(super) fn wipe_log(&self) -> Result<bool, Fault> {
        match &self.driver {
            Driver::Sqlite(_) => {
                let mut statement = self.prepared("PRAGMA wal_checkpoint(TRUNCATE)")?;
                statement.query_row([], |row| row.get::<i64>(0)).map(|is_busy| is_busy == 0)
            }
            #[cfg(feature = "postgres")]
            Driver::Postgres(_) => Ok(false),
        }
    }

    fn over(driver: Driver) -> Self {
        Self {
            driver,
            keyring: None,
            numbers: RefCell::default(),
            list_changes: Changes::default(),
            search_block_counts: RefCell::default(),
            outbox_watch: RefCell::default(),
            has_queued: Cell::new(false),
            #[cfg(test)]
            statements: RefCell::default(),
        }
    }

    /// The connection to PostgreSQL, if it is one.
    #[cfg(feature = "postgres")]
    pub(crate) const fn postgres(&self) -> Option<&postgres::Connection> {
        match &self.driver {
            Driver::Sqlite(_) => None,
            Driver::Postgres(connection) => Some(connection),
        }
    }

    /// Whether a gateway has been here.
    #[cfg(feature = "postgres")]
    pub(crate) fn has_schema(&self) -> Result<bool, Fault> {
        self.prepared("SELECT 1 WHERE to_regclass('schema_version') IS NOT NULL")?.exists([])
    }

    /// The connection to SQLite, if it is one.
    #[cfg_attr(not(feature = "postgres"), allow(clippy::unnecessary_wraps, reason = "it may be another"))]
    pub(super) fn into_sqlite(self) -> Option<rusqlite::Connection> {
        match self.driver {
            Driver::Sqlite(connection) => Some(connection),
            #[cfg(feature = "postgres")]
            Driver::Postgres(_) => None,
        }
    }

    /// The connection to SQLite, for tests that ask for plans.
    #[cfg(test)]
    pub(super) fn sqlite(&self) -> &rusqlite::Connection {
        match &self.driver {
            Driver::Sqlite(connection) => connection,
            #[cfg(feature = "postgres")]
            Driver::Postgres(_) => panic!("this is PostgreSQL"),
        }
    }

    /// A statement, prepared once per connection. Every statement of the store comes through here.
    pub(super) fn prepared(&self, sql: &'static str) -> Result<Statement<'_>, Fault> {
        #[cfg(test)]
        self.statements.borrow_mut().insert(sql);
        Ok(match &self.driver {
            Driver::Sqlite(connection) => Statement::Sqlite(sqlite::statement(connection, sql)?),
            #[cfg(feature = "postgres")]
            Driver::Postgres(connection) => Statement::Postgres(connection.prepared(sql)),
        })
    }

    /// Runs a statement that changes rows: how many.
    pub(super) fn execute(&self, sql: &'static str, params: impl Params) -> Result<usize, Fault> {
        self.prepared(sql)?.execute(params)
    }

    /// Runs a statement that changes rows, and asks for nothing: on PostgreSQL it is sent with the next one that does. An
    /// error of it may come as the next one's, or as the commit's.
    pub(super) fn write(&self, sql: &'static str, params: impl Params) -> Result<(), Fault> {
        self.prepared(sql)?.execute_later(params)
    }

    /// Runs a statement that inserts one row and leaves out its number: which it was given. For databases where the writer
    /// counts, the number's column is named, and how to ask for the last one.
    #[cfg_attr(not(feature = "postgres"), allow(unused_variables, reason = "only PostgreSQL needs it"))]
    pub(super) fn insert(
        &self,
        counted: (&'static str, &'static str),
        sql: &'static str,
        params: impl Params,
    ) -> Result<i64, Fault> {
        match &self.driver {
            Driver::Sqlite(connection) => {
                self.execute(sql, params)?;
                Ok(connection.last_insert_rowid())
            }
            #[cfg(feature = "postgres")]
            Driver::Postgres(connection) => {
                let no = connection.next_number(counted.1)?;
                params
                    .give(|params| connection.prepared(sql).numbered(counted.0).insert_later(no, params))?;
                Ok(no)
            }
        }
    }

    /// The words of the database this is, where it has its own.
    #[cfg_attr(not(feature = "postgres"), allow(unused_variables, reason = "only PostgreSQL needs it"))]
    pub(super) const fn words(&self, sqlite: &'static str, postgres: &'static str) -> &'static str {
        match &self.driver {
            Driver::Sqlite(_) => sqlite,
            #[cfg(feature = "postgres")]
            Driver::Postgres(_) => postgres,
        }
    }

    /// Runs a group of reads on one state of the database.
    pub(crate) fn snapshot<T>(&self, read: impl FnOnce() -> Result<T, Fault>) -> Result<T, Fault> {
        match &self.driver {
            Driver::Sqlite(connection) => {
                if !connection.is_autocommit() {
                    return read();
                }
                self.execute("BEGIN", [])?;
                let result = read();
                self.execute("COMMIT", [])?;
                result
            }
            #[cfg(feature = "postgres")]
            Driver::Postgres(connection) => {
                if connection.is_in_transaction() {
                    return read();
                }
                connection.begin(Begin::Snapshot)?;
                let result = read();
                connection.roll_back();
                result
            }
        }
    }

    /// Lets the open transaction be idle for as long as it likes: it is waited for nowhere.
    pub(super) fn allow_pauses(&self) -> Result<(), Fault> {
        match &self.driver {
            Driver::Sqlite(_) => Ok(()),
            #[cfg(feature = "postgres")]
            Driver::Postgres(connection) => Ok(connection.allow_pauses()?),
        }
    }

    /// Has numbers that the database gives itself go on after the last one there is: rows came with theirs.
    pub(super) fn set_sequences_on(&self) -> Result<(), Fault> {
        match &self.driver {
            // It counts on from the last row.
            Driver::Sqlite(_) => Ok(()),
            #[cfg(feature = "postgres")]
            Driver::Postgres(connection) => Ok(postgres::set_sequences_on(connection)?),
        }
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
    pub(crate) fn begin(&self) -> Result<(), Fault> {
        self.begin_knowing(std::iter::empty())
    }

    /// Takes the write lock for jobs, in turn, some of which said what they are going to ask.
    #[cfg_attr(not(feature = "postgres"), allow(unused_variables, reason = "only PostgreSQL needs it"))]
    pub(crate) fn begin_knowing<'a>(
        &self,
        batch: impl Iterator<Item = Option<&'a Ahead>>,
    ) -> Result<(), Fault> {
        match &self.driver {
            Driver::Sqlite(_) => self.execute("BEGIN IMMEDIATE", []).map(drop),
            #[cfg(feature = "postgres")]
            Driver::Postgres(connection) => {
                // Others write too: what may change is asked for again.
                self.search_block_counts.borrow_mut().clear();
                self.numbers.borrow_mut().targets_by_store.clear();
                Ok(connection.begin_write(foresee::of_batch(self, connection, batch))?)
            }
        }
    }

    /// Notes whose turn it is in the open transaction.
    #[cfg_attr(not(feature = "postgres"), allow(unused_variables, reason = "only PostgreSQL needs it"))]
    pub(crate) fn turn(&self, turn: usize) {
        match &self.driver {
            Driver::Sqlite(_) => {}
            #[cfg(feature = "postgres")]
            Driver::Postgres(connection) => connection.turn(turn),
        }
    }

    /// Makes everything since [`Self::begin`] durable, or undoes it.
    pub(crate) fn commit(&self) -> Result<(), Fault> {
        self.turn(ahead::COMMIT);
        let committed = self.write_counts().and_then(|()| match &self.driver {
            Driver::Sqlite(_) => self.execute("COMMIT", []).map(drop),
            #[cfg(feature = "postgres")]
            Driver::Postgres(connection) => Ok(connection.commit()?),
        });
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
    pub(crate) fn roll_back(&self) {
        match &self.driver {
            Driver::Sqlite(connection) if connection.is_autocommit() => {}
            Driver::Sqlite(_) => {
                // It fails only where SQLite has already rolled back by itself.
                let _ = self.execute("ROLLBACK", []);
            }
            #[cfg(feature = "postgres")]
            Driver::Postgres(connection) => connection.roll_back(),
        }
        self.has_queued.set(false);
        self.list_changes.clear();
        self.search_block_counts.borrow_mut().clear();
        // A number may have been given to something that is not there any more.
        *self.numbers.borrow_mut() = Numbers::default();
    }
}
