//! SQLite: its connections, its files and its schema. One writer with group commit, any number of readers, one gateway
//! per database.

mod connection;
mod folder;
mod renew;
mod schema;

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

pub(crate) use connection::statement;
#[cfg(test)]
pub(crate) use schema::migrate as migrate_connection;

use portone_engine::port::{DirectoryRows, StoreError};

use crate::seal::Keyring;
use crate::sql::readers::{ReaderThreads, Readers};
use crate::sql::sealing;
use crate::sql::transfer::{self, Opened};
use crate::sql::writer::Writer;
use crate::sql::{Backend, Database, Gate, OnDisk, OpenError, SqlStore, directory, gate};

/// Limits of a store on SQLite, on disk.
#[derive(Debug, Clone, Copy)]
pub struct SqliteOptions {
    /// How many writes share one commit at most. At 1 each write commits alone.
    pub batch_job_count_max: usize,
    /// How many writes may wait; one more is refused with an error.
    pub job_queue_length_max: usize,
    /// How many reading connections are kept open. More readers at once open connections of their own.
    pub reader_count_max: usize,
}

impl Default for SqliteOptions {
    fn default() -> Self {
        Self { batch_job_count_max: 256, job_queue_length_max: 8_192, reader_count_max: 8 }
    }
}

impl SqlStore {
    /// Opens a SQLite database, and makes it (and its folder) where there is none. It belongs to this process until it is
    /// dropped, and its files to the owner alone: they hold PGs' billing keys.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        Self::open_with(path, SqliteOptions::default())
    }

    /// Opens a SQLite database with limits of one's own.
    pub fn open_with(path: &Path, options: SqliteOptions) -> Result<Self, OpenError> {
        Self::open_sealed(path, options, None)
    }

    /// Opens a SQLite database whose secrets are sealed with these keys.
    pub fn open_sealed(
        path: &Path,
        options: SqliteOptions,
        keyring: Option<Arc<Keyring>>,
    ) -> Result<Self, OpenError> {
        let lock = folder::prepare(path)?;
        let connection = connection::open_writer(path).map_err(|problem| refused(path, &problem))?;
        migrate(&connection, path)?;
        let database = Database::on(connection).sealed_with(keyring.clone());
        let name = path.display().to_string();
        transfer::refuse_half_imported(&database, &name)?;
        sealing::check_keys(&database, &name)?;
        sealing::note_key(&database).map_err(|fault| refused(path, &fault))?;
        let readers = Arc::new(Readers::new(path, options.reader_count_max, keyring));
        let threads = ReaderThreads::start(&readers)
            .map_err(|problem| OpenError::File { path: path.to_owned(), problem })?;
        let writer = Writer::start(database, options.batch_job_count_max, options.job_queue_length_max)
            .map_err(|problem| OpenError::File { path: path.to_owned(), problem })?;
        Ok(Self::with(Backend::OnDisk(OnDisk::new(threads, readers, writer, lock))))
    }

    /// A SQLite database that lives in memory and dies with this value. It runs everything on the caller's stack, without
    /// a thread, so that a simulation is the same each time.
    pub fn in_memory() -> Result<Self, OpenError> {
        Self::in_memory_behind(Arc::new(gate::Open))
    }

    /// A database that lives in memory, behind a gate that decides what becomes of each write and read.
    pub fn in_memory_behind(gate: Arc<dyn Gate>) -> Result<Self, OpenError> {
        let path = Path::new(":memory:");
        let connection = connection::open_in_memory().map_err(|problem| refused(path, &problem))?;
        migrate(&connection, path)?;
        Ok(Self::with(Backend::inline(Database::on(connection), gate)))
    }

    /// This database again, empty and behind another gate, where it lives in memory; else a new one. What the first store
    /// has prepared stays, and nothing that it has written.
    pub fn renewed_behind(self, gate: Arc<dyn Gate>) -> Result<Self, OpenError> {
        let path = Path::new(":memory:");
        let Some(connection) = self.into_memory() else { return Self::in_memory_behind(gate) };
        renew::renew(&connection).map_err(|problem| refused(path, &problem))?;
        Ok(Self::with(Backend::inline(Database::on(connection), gate)))
    }

    /// The directory of a SQLite database that a gateway may be using: to look at, without the lock.
    pub fn read_directory(path: &Path) -> Result<DirectoryRows, OpenError> {
        let database = reader(path, None).map_err(|problem| refused(path, &problem))?;
        let rows = database.snapshot(|| directory::rows(&database));
        rows.map_err(|problem| refused(path, &StoreError::from(problem)))
    }
}

/// A database to export from: a gateway may be using it.
pub(crate) fn open_to_export(path: &Path) -> Result<Opened, OpenError> {
    let name = path.display().to_string();
    if !path.exists() {
        return Err(OpenError::Missing { database: name });
    }
    let connection = connection::open_reader(path).map_err(|problem| refused(path, &problem))?;
    let found = schema::version(&connection).map_err(|problem| refused(path, &problem))?;
    transfer::check_version(&name, found, schema::known_version())?;
    Ok(opened(connection, name, None))
}

/// A database to seal anew: a gateway may be using it. What is written over is gone from the file.
pub(crate) fn open_to_rotate(path: &Path) -> Result<Opened, OpenError> {
    // It is there, and of this version.
    drop(open_to_export(path)?);
    let connection = connection::open_writer(path).map_err(|problem| refused(path, &problem))?;
    connection.pragma_update(None, "secure_delete", true).map_err(|problem| refused(path, &problem))?;
    Ok(opened(connection, path.display().to_string(), None))
}

/// A database to import into, made where there is none. It belongs to this process until it is dropped.
pub(crate) fn open_to_import(path: &Path) -> Result<Opened, OpenError> {
    let lock = folder::prepare(path)?;
    let connection = connection::open_writer(path).map_err(|problem| refused(path, &problem))?;
    migrate(&connection, path)?;
    Ok(opened(connection, path.display().to_string(), Some(lock)))
}

fn opened(connection: rusqlite::Connection, name: String, lock: Option<File>) -> Opened {
    let (database, schema) = (Database::on(connection), schema::known_version());
    Opened { database, name, kind: "sqlite", schema, _lock: lock }
}

/// A connection that only reads.
pub(crate) fn reader(path: &Path, keyring: Option<Arc<Keyring>>) -> Result<Database, rusqlite::Error> {
    connection::open_reader(path).map(|connection| Database::on(connection).sealed_with(keyring))
}

/// A connection to a database of its own, for tests.
#[cfg(test)]
pub(crate) fn blank() -> Database {
    let connection = connection::open_in_memory().expect("opens");
    migrate_connection(&connection).expect("migrates");
    Database::on(connection)
}

fn migrate(connection: &rusqlite::Connection, path: &Path) -> Result<(), OpenError> {
    schema::migrate(connection).map_err(|problem| match problem {
        Ok(found) => {
            OpenError::TooNew { database: path.display().to_string(), found, known: schema::known_version() }
        }
        Err(problem) => refused(path, &problem),
    })
}

fn refused(path: &Path, problem: &dyn std::fmt::Display) -> OpenError {
    OpenError::Database { database: path.display().to_string(), problem: problem.to_string() }
}
