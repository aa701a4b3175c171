//! Backup and move: a ledger as lines of JSON, the same for both databases, and back into an empty one.
//!
//! The first line tells what it is; then comes each table, named in a line with its columns, and a line a row, in the order
//! of its key; the last line has the number of rows of each table and a hash of all lines before it. docs/backup.md

mod export;
mod import;
mod line;
mod tables;

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, Write};
use std::path::Path;
use std::thread;

use chrono::{DateTime, Utc};
use thiserror::Error;

use super::OpenError;
use super::database::{Database, Fault};
use super::writer::pauses;
use crate::seal::Keyring;
pub(crate) use import::is_under_way;

/// Where a ledger is.
#[derive(Debug, Clone, Copy)]
pub enum Place<'p> {
    /// A SQLite database in this file.
    Sqlite(&'p Path),
    /// A PostgreSQL database: `postgres://user:password@host:port/name`.
    #[cfg(feature = "postgres")]
    Postgres(&'p str),
}

/// What an export says of itself.
#[derive(Debug, Clone, Copy)]
pub struct Stamp<'s> {
    /// The program and its version.
    pub made_by: &'s str,
    /// When it is made.
    pub made_at: DateTime<Utc>,
}

/// How far an export or an import is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// The table it is at.
    pub table: &'static str,
    /// How many of its rows are done.
    pub row_count: u64,
}

/// What was exported or imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// How many rows of each table.
    pub rows: BTreeMap<String, u64>,
    /// The hash of everything but the last line, which tells it: SHA-256 in hex.
    pub sha256: String,
}

/// Why a ledger was not exported or imported.
#[derive(Debug, Error)]
pub enum TransferError {
    /// The database cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// There is something in the database.
    #[error(
        "the database `{database}` holds a ledger already (`{table}` has rows): an import needs an empty one; name \
         another with --database, or remove this one if nobody needs it"
    )]
    NotEmpty {
        /// The database: its path, or its address without a password.
        database: String,
        /// A table with rows.
        table: &'static str,
    },
    /// What is read is no export, or none of this version's.
    #[error("line {line} of the export: {problem}")]
    Line {
        /// Its number, from 1.
        line: u64,
        /// What is wrong with it, and the remedy.
        problem: String,
    },
    /// Secrets in it are sealed with a key that is not at hand.
    #[error(
        "secrets in the export are sealed with the key {key_id}, which none of encryption_key, encryption_key_previous and encryption_key_next is: set it, and import again"
    )]
    Sealed {
        /// The key's id.
        key_id: String,
    },
    /// The last line is not there.
    #[error(
        "the export was cut off: it ends after line {line} without the line that ends one; make it again, or take another"
    )]
    Cut {
        /// The last line that was whole.
        line: u64,
    },
    /// The export is not what was written.
    #[error("the export is damaged: {problem}; take another copy of it")]
    Damaged {
        /// What is wrong.
        problem: String,
    },
    /// The export cannot be read or written.
    #[error("the export cannot be {what}: {problem}")]
    File {
        /// What was tried.
        what: &'static str,
        /// What the system said.
        problem: io::Error,
    },
    /// The database said no.
    #[error("the database refused, at {at}: {problem}")]
    Database {
        /// Where: a table, or a range of lines.
        at: String,
        /// What it said.
        problem: String,
    },
}

impl TransferError {
    pub(super) fn database(at: impl Into<String>) -> impl FnOnce(Fault) -> Self {
        let at = at.into();
        move |fault| Self::Database { at, problem: fault.to_string() }
    }
}

/// A database to export from, or to import into.
pub(crate) struct Opened {
    pub(crate) database: Database,
    /// Its path, or its address without a password.
    pub(crate) name: String,
    /// What it is.
    pub(crate) kind: &'static str,
    /// The version of its schema.
    pub(crate) schema: usize,
    /// What keeps others out, where one process has the database.
    pub(crate) _lock: Option<File>,
}

/// Lets no gateway open what is not all of a ledger.
pub(crate) fn refuse_half_imported(database: &Database, name: &str) -> Result<(), OpenError> {
    match is_under_way(database) {
        Ok(false) => Ok(()),
        Ok(true) => Err(OpenError::HalfImported { database: name.to_owned() }),
        Err(fault) => Err(OpenError::Database { database: name.to_owned(), problem: fault.to_string() }),
    }
}

/// That a database has the schema this version knows.
pub(crate) fn check_version(name: &str, found: usize, known: usize) -> Result<(), OpenError> {
    let database = name.to_owned();
    match found.cmp(&known) {
        Ordering::Equal => Ok(()),
        Ordering::Less => Err(OpenError::TooOld { database, found, known }),
        Ordering::Greater => Err(OpenError::TooNew { database, found, known }),
    }
}

/// Writes a ledger, as it is at one moment, while gateways may be using it. Not from within an async runtime.
pub fn export(
    place: Place<'_>,
    stamp: Stamp<'_>,
    out: &mut dyn Write,
    progress: &mut dyn FnMut(Progress),
) -> Result<Moved, TransferError> {
    let opened = match place {
        Place::Sqlite(path) => crate::sqlite::open_to_export(path)?,
        #[cfg(feature = "postgres")]
        Place::Postgres(url) => crate::postgres::open_to_export(url)?,
    };
    export::write(&opened, stamp, out, progress)
}

/// Fills an empty database with what was exported. Until all of it is there no gateway opens the database, and an import
/// that did not come to its end is begun anew by the next. What is sealed needs its key, although it stays sealed. Not from
/// within an async runtime.
pub fn import(
    place: Place<'_>,
    input: &mut dyn BufRead,
    keyring: Option<&Keyring>,
    progress: &mut dyn FnMut(Progress),
) -> Result<Moved, TransferError> {
    // What is no export, or could not be served, makes no database.
    let (mut lines, head) = import::Lines::begin(input)?;
    let is_known = |id: &&String| keyring.is_some_and(|keyring| keyring.has(id));
    if let Some(key_id) = head.sealed_by.iter().find(|id| !is_known(id)) {
        return Err(TransferError::Sealed { key_id: key_id.clone() });
    }
    let opened = match place {
        Place::Sqlite(path) => crate::sqlite::open_to_import(path)?,
        #[cfg(feature = "postgres")]
        Place::Postgres(url) => crate::postgres::open_to_import(url)?,
    };
    import::read(&opened, &mut lines, progress)
}

/// The tables an export has, each with its columns, in the order they are written.
pub fn exported_tables() -> impl Iterator<Item = (&'static str, Vec<&'static str>)> {
    tables::TABLES.iter().map(|table| (table.name, table.columns().collect()))
}

/// What an export leaves out, and why nothing is lost by it: tables, or columns as `table.column`.
pub const LEFT_OUT: [(&str, &str); 4] = [
    ("schedule_counts", "triggers count as schedules are written"),
    ("schema_version", "the database's own: an import makes the schema first"),
    ("writes", "what each writing connection to PostgreSQL wrote last, asked within a minute"),
    ("transactions.former_facet_no", "a column of SQLite's that is always empty"),
];

/// Does something in one commit, and again where nothing of it is there and it may go well the next time.
pub(super) fn commit<T>(
    database: &Database,
    work: impl Fn(&Database) -> Result<T, Fault>,
) -> Result<T, Fault> {
    let mut pauses = pauses();
    loop {
        let done = database.begin().and_then(|()| work(database)).and_then(|value| {
            database.commit()?;
            Ok(value)
        });
        let Err(fault) = &done else { return done };
        database.roll_back();
        let pause = if fault.may_be_tried_again() { pauses.next() } else { None };
        let Some(pause) = pause else { return done };
        thread::sleep(pause);
    }
}
