//! PostgreSQL: its connections, its words and its schema. Any number of gateways share one database; each writes with one
//! connection and group commit, and reads with a few. Writers of all gateways take turns, a commit each.

mod address;
mod connection;
mod foreseen;
mod pipelined;
mod prepared;
mod problem;
mod readers;
mod schema;
mod value;
mod writes;

use std::{sync::Arc, thread};

use futures_channel::oneshot;
use portone_engine::port::{DirectoryRows, StoreError};

pub(crate) use address::Address;
pub(crate) use connection::{Begin, Connection};
pub(crate) use foreseen::Asked;
pub(crate) use prepared::Prepared;
pub(crate) use problem::Problem;
pub(crate) use schema::set_sequences_on;
pub(crate) use value::{column, place};

use self::readers::Readers;
use crate::seal::Keyring;
use crate::sql::ahead::Ahead;
use crate::sql::sealing;
use crate::sql::transfer::{self, Opened};
use crate::sql::writer::Writer;
pub(crate) use crate::sql::writer::pauses;
use crate::sql::{Backend, Database, Fault, OpenError, SqlStore, directory};

/// Limits of a store on PostgreSQL.
#[derive(Debug, Clone, Copy)]
pub struct PostgresOptions {
    /// How many writes share one commit at most. Other gateways wait for it, so it is no more than a few milliseconds'.
    pub batch_job_count_max: usize,
    /// How many writes, and how many reads, may wait; one more is refused with an error.
    pub job_queue_length_max: usize,
    /// How many connections read. One more writes, so that a gateway has this many and one.
    pub reader_count: usize,
}

impl Default for PostgresOptions {
    fn default() -> Self {
        Self { batch_job_count_max: 64, job_queue_length_max: 8_192, reader_count: 4 }
    }
}

/// The threads of a store.
#[derive(Debug)]
pub(crate) struct Remote {
    readers: Readers,
    writer: Writer,
}

impl Remote {
    pub(crate) fn write<T, F>(
        &self,
        ahead: Option<Ahead>,
        work: F,
    ) -> oneshot::Receiver<Result<T, StoreError>>
    where
        T: Send + 'static,
        F: FnMut(&Database) -> Result<T, Fault> + Send + 'static,
    {
        self.writer.submit(ahead, work)
    }

    pub(crate) fn read<T, F>(&self, work: F) -> oneshot::Receiver<Result<T, StoreError>>
    where
        T: Send + 'static,
        F: FnMut(&Database) -> Result<T, Fault> + Send + 'static,
    {
        self.readers.submit(work)
    }
}

impl SqlStore {
    /// Connects to a PostgreSQL database, `postgres://user:password@host:port/name`, and brings its schema to this
    /// version. Other gateways may use it meanwhile.
    pub fn connect(url: &str) -> Result<Self, OpenError> {
        Self::connect_with(url, PostgresOptions::default())
    }

    /// Connects to a PostgreSQL database with limits of one's own.
    pub fn connect_with(url: &str, options: PostgresOptions) -> Result<Self, OpenError> {
        Self::connect_sealed(url, options, None)
    }

    /// Connects to a PostgreSQL database whose secrets are sealed with these keys.
    pub fn connect_sealed(
        url: &str,
        options: PostgresOptions,
        keyring: Option<Arc<Keyring>>,
    ) -> Result<Self, OpenError> {
        let address = Arc::new(parsed(url)?);
        let failed = |problem: std::io::Error| OpenError::Database {
            database: address.to_string(),
            problem: problem.to_string(),
        };
        let sealed =
            |keyring: Option<Arc<Keyring>>| blank(&address).map(|database| database.sealed_with(keyring));
        let database = sealed(keyring.clone()).map_err(failed)?;
        let database = apart(|| prepare(&database, &address.to_string()).map(|()| database))?;
        let databases = (0..options.reader_count.max(1)).map(move |_| sealed(keyring.clone()));
        let databases = databases.collect::<Result<_, _>>().map_err(failed)?;
        let readers = Readers::start(databases, options.job_queue_length_max).map_err(failed)?;
        let writer = Writer::start(database, options.batch_job_count_max, options.job_queue_length_max);
        Ok(Self::with(Backend::Remote(Remote { readers, writer: writer.map_err(failed)? })))
    }

    /// The directory of a PostgreSQL database that gateways may be using: to look at. `None` where no gateway ever was.
    pub fn read_remote_directory(url: &str) -> Result<Option<DirectoryRows>, OpenError> {
        let address = Arc::new(parsed(url)?);
        let refused = |problem: String| OpenError::Database { database: address.to_string(), problem };
        let database = blank(&address).map_err(|problem| refused(problem.to_string()))?;
        apart(move || {
            let is_there = database.has_schema().map_err(|fault| refused(fault.to_string()))?;
            let rows = is_there.then(|| database.snapshot(|| directory::rows(&database)));
            rows.transpose().map_err(|fault| refused(fault.to_string()))
        })
    }
}

/// Makes a database one that this gateway can serve from.
fn prepare(database: &Database, name: &str) -> Result<(), OpenError> {
    schema::migrate(database, name)?;
    transfer::refuse_half_imported(database, name)?;
    sealing::check_keys(database, name)?;
    sealing::note_key(database)
        .map_err(|fault| OpenError::Database { database: name.to_owned(), problem: fault.to_string() })
}

/// A database to export from.
pub(crate) fn open_to_export(url: &str) -> Result<Opened, OpenError> {
    let opened = open(url)?;
    let name = || opened.name.clone();
    let found = schema::version(&opened.database)
        .map_err(|fault| OpenError::Database { database: name(), problem: fault.to_string() })?;
    match found {
        None => Err(OpenError::Missing { database: name() }),
        Some(found) => transfer::check_version(&name(), found, opened.schema).map(|()| opened),
    }
}

/// A database to import into.
pub(crate) fn open_to_import(url: &str) -> Result<Opened, OpenError> {
    let opened = open(url)?;
    schema::migrate(&opened.database, &opened.name)?;
    Ok(opened)
}

fn open(url: &str) -> Result<Opened, OpenError> {
    let address = Arc::new(parsed(url)?);
    let name = address.to_string();
    let database = blank(&address)
        .map_err(|problem| OpenError::Database { database: name.clone(), problem: problem.to_string() })?;
    Ok(Opened { database, name, kind: "postgres", schema: schema::known_version(), _lock: None })
}

fn parsed(url: &str) -> Result<Address, OpenError> {
    // The URL is not told again: it may hold a password.
    Address::parse(url)
        .map_err(|problem| OpenError::Database { database: "postgres://…".to_owned(), problem })
}

fn blank(address: &Arc<Address>) -> std::io::Result<Database> {
    Connection::new(Arc::clone(address)).map(Database::on_postgres)
}

/// Runs something on a thread of its own: the caller's may belong to a runtime, which connections cannot be used in.
fn apart<T: Send>(work: impl FnOnce() -> Result<T, OpenError> + Send) -> Result<T, OpenError> {
    thread::scope(|scope| match scope.spawn(work).join() {
        Ok(done) => done,
        Err(panic) => std::panic::resume_unwind(panic),
    })
}
