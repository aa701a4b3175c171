//! One connection, used by one thread at a time. It is made when it is needed, and made anew when it broke.
//!
//! Statements whose result nobody waits for are kept back and sent together with the next one that is waited for: a
//! transaction costs a round trip for each of its questions, not for each of its writes.

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, BTreeSet, HashMap},
    fmt,
    future::Future,
    sync::Arc,
    time::Duration,
};

use tokio::runtime::{Builder, Runtime};
use tokio::time::timeout;
use tokio_postgres::{Client, Error, NoTls, Row, Statement};

use super::address::Address;
use super::foreseen::{Asked, Foreseen};
use super::pauses;
use super::pipelined::{Request, borrowed, in_order, in_order_then, requests, together};
use super::prepared::{Key, Prepared, translate};
use super::problem::Problem;
use super::value::Parameter;
use super::writes::Writes;

/// How long anything may take, the wait for other writers included. The server gives up earlier.
const CALL_TIMEOUT: Duration = Duration::from_secs(35);
/// How many statements are kept back at most.
const LATER_COUNT_MAX: usize = 512;

/// How each session is set. A statement that no index serves is a mistake of ours, which a plan of the whole table would
/// hide while the ledger is small; plans are made once, since a payment runs the same twenty statements as the one before.
const SESSION: &str = "SET idle_in_transaction_session_timeout = '10s'; SET statement_timeout = '30s';
    SET enable_seqscan = off; SET jit = off; SET plan_cache_mode = force_generic_plan;
    SET default_transaction_isolation = 'read committed';
    SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'";

/// The one lock of writers, of all gateways on the database: each holds it for one transaction. What is not visible yet
/// to one who has it never will be, as on SQLite. A row and no advisory lock, because every database that speaks this
/// protocol has rows.
const LOCK: &str = "SELECT value FROM meta WHERE key = 'writers' FOR UPDATE";
/// The lock of those who change the schema: before there is any row.
const SCHEMA_LOCK: &str = "BEGIN; SELECT pg_advisory_xact_lock(7809364178)";

/// What a transaction is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Begin {
    /// It reads one state of the database.
    Snapshot,
    /// It changes the schema, alone among those who do.
    Schema,
}

/// A connection.
pub(crate) struct Connection {
    address: Arc<Address>,
    runtime: Runtime,
    client: RefCell<Option<Arc<Client>>>,
    statements: RefCell<HashMap<Key, Statement>>,
    later: RefCell<Vec<(Key, Vec<Parameter>)>>,
    is_in_transaction: Cell<bool>,
    /// The numbers of its writing transactions: whether one was committed can be asked by it.
    writes: Writes,
    /// The last numbers of tables, where the open transaction has counted.
    numbers: RefCell<BTreeMap<&'static str, i64>>,
    /// The statements that tell last numbers, which were ever needed here.
    counted: RefCell<BTreeSet<&'static str>>,
    /// What was asked together with the lock.
    foreseen: RefCell<Foreseen>,
    /// Whose turn it is in the open transaction.
    turn: Cell<usize>,
    /// What went wrong in the open transaction: it is not committed.
    spoilt_by: RefCell<Option<Problem>>,
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Connection {
    /// Prepares one; nothing is connected yet.
    pub(super) fn new(address: Arc<Address>) -> std::io::Result<Self> {
        Ok(Self {
            address,
            runtime: Builder::new_current_thread().enable_all().build()?,
            client: RefCell::default(),
            statements: RefCell::default(),
            later: RefCell::default(),
            is_in_transaction: Cell::new(false),
            writes: Writes::new()?,
            numbers: RefCell::default(),
            counted: RefCell::default(),
            foreseen: RefCell::default(),
            turn: Cell::new(0),
            spoilt_by: RefCell::default(),
        })
    }

    /// A statement.
    pub(crate) const fn prepared(&self, sql: &'static str) -> Prepared<'_> {
        Prepared::new(self, sql)
    }

    /// Whether a transaction is open.
    pub(crate) fn is_in_transaction(&self) -> bool {
        self.is_in_transaction.get()
    }

    /// Opens a transaction that does not write to the ledger.
    pub(crate) fn begin(&self, what: Begin) -> Result<(), Problem> {
        let sql = match what {
            Begin::Snapshot => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
            Begin::Schema => SCHEMA_LOCK,
        };
        self.open(|client| self.call(client.batch_execute(sql)))
    }

    /// Opens a transaction that writes, when the other writers are done, and asks in the same round trip what is going to be
    /// asked in it: each statement sees what was committed before it, and the lock comes first.
    pub(crate) fn begin_write(&self, asked: Asked) -> Result<(), Problem> {
        self.open(|client| {
            let Asked { questions, numbers } = asked;
            let lock = self.statement((LOCK, None))?;
            let last = numbers.iter().map(|sql| self.statement((sql, None)));
            let last: Vec<Statement> = last.collect::<Result<_, _>>()?;
            let statements = questions.iter().map(|question| self.statement((question.sql, None)));
            let statements: Vec<Statement> = statements.collect::<Result<_, _>>()?;
            let lasts = last.iter().map(|statement| -> Request<'_, i64> {
                Box::pin(async { client.query_one(statement, &[]).await?.try_get(0) })
            });
            let answers = questions.iter().zip(&statements).map(|(question, statement)| -> Request<'_, _> {
                Box::pin(async { client.query(statement, &borrowed(&question.params)).await })
            });
            let (lasts, answers) = (in_order(lasts.collect()), in_order(answers.collect()));
            let (lasts, answers) = self.call(async {
                let opened = together(client.batch_execute("BEGIN"), client.query_one(&lock, &[]));
                let ((begun, locked), (lasts, answers)) = together(opened, together(lasts, answers)).await;
                begun.and(locked)?;
                Ok((lasts?, answers?))
            })?;
            self.numbers.borrow_mut().extend(numbers.into_iter().zip(lasts));
            self.foreseen.borrow_mut().fill(questions.into_iter().zip(answers));
            self.writes.begin();
            Ok(())
        })
    }

    fn open(&self, begin: impl FnOnce(&Client) -> Result<(), Problem>) -> Result<(), Problem> {
        self.later.borrow_mut().clear();
        self.spoilt_by.take();
        self.writes.end();
        self.numbers.borrow_mut().clear();
        self.foreseen.borrow_mut().clear();
        self.turn.set(0);
        let client = self.client()?;
        // From here on there may be a transaction, whatever comes of it.
        self.is_in_transaction.set(true);
        let begun = begin(&client);
        if begun.is_err() {
            self.roll_back();
        }
        begun
    }

    /// Notes whose turn it is: by its place among those whose questions were foreseen.
    pub(crate) fn turn(&self, turn: usize) {
        self.turn.set(turn);
    }

    /// Whether the last number of this table was ever needed here.
    pub(crate) fn has_counted(&self, last_sql: &'static str) -> bool {
        self.counted.borrow().contains(last_sql)
    }

    /// The next number of a table, by the statement that tells its last one: whoever writes is the only one who counts.
    pub(crate) fn next_number(&self, last_sql: &'static str) -> Result<i64, Problem> {
        self.counted.borrow_mut().insert(last_sql);
        let counted = self.numbers.borrow().get(last_sql).copied();
        let last = if let Some(last) = counted {
            last
        } else {
            let (client, statement) = (self.client()?, self.statement((last_sql, None))?);
            self.with_later(async { client.query_one(&statement, &[]).await?.try_get::<_, i64>(0) })?
        };
        self.numbers.borrow_mut().insert(last_sql, last + 1);
        Ok(last + 1)
    }

    /// Sends what was kept back, and says whether all of the transaction went well.
    pub(crate) fn flush(&self) -> Result<(), Problem> {
        if let Some(problem) = self.spoilt_by.borrow().clone() {
            return Err(problem);
        }
        if self.later.borrow().is_empty() { Ok(()) } else { self.with_later(async { Ok(()) }) }
    }

    /// Sends what was kept back and commits, in one round trip: where the server refuses one of the statements it takes the
    /// commit for a rollback. Where the answer is lost it is asked, by the write's number, what became of it.
    pub(crate) fn commit(&self) -> Result<(), Problem> {
        if let Some(problem) = self.spoilt_by.borrow().clone() {
            return Err(problem);
        }
        let client = self.client()?;
        let mut later = self.later.take();
        later.extend(self.writes.noted());
        let statements = self.statements_of(&later)?;
        let earlier = requests(&client, &later, &statements);
        let number = self.writes.end();
        let committed = self.call(in_order_then(earlier, client.batch_execute("COMMIT")));
        self.is_in_transaction.set(false);
        match committed {
            Ok(()) => Ok(()),
            // It answered, so it knows: what it refuses to commit it has undone.
            Err(problem) if self.client.borrow().is_some() => Err(problem),
            Err(_) => number.map_or(Err(Problem::Unknown), |number| self.ask_after(number)),
        }
    }

    /// What became of a write: asked under the writers' lock, which is had once the write is over, whatever became of it.
    fn ask_after(&self, number: i64) -> Result<(), Problem> {
        for pause in pauses() {
            let last = self.begin_write(Asked::default()).and_then(|()| self.writes.last(self));
            self.roll_back();
            match last {
                Ok(last) => return if last == Some(number) { Ok(()) } else { Err(Problem::Undone) },
                Err(problem) if !problem.may_be_tried_again() => break,
                Err(_) => std::thread::sleep(pause),
            }
        }
        Err(Problem::Unknown)
    }

    /// Ends a transaction without a commit.
    pub(crate) fn roll_back(&self) {
        self.later.borrow_mut().clear();
        self.spoilt_by.take();
        self.writes.end();
        let client = self.client.borrow().clone();
        if self.is_in_transaction.replace(false)
            && let Some(client) = client
        {
            // Where even that fails the connection is given up, and the transaction with it.
            if self.call(client.batch_execute("ROLLBACK")).is_err() {
                self.client.take();
            }
        }
    }

    /// Lets the open transaction be idle for as long as it likes.
    pub(crate) fn allow_pauses(&self) -> Result<(), Problem> {
        self.script("SET LOCAL idle_in_transaction_session_timeout = 0")
    }

    /// Runs a script, outside of the statements' room: for schemas.
    pub(super) fn script(&self, sql: &str) -> Result<(), Problem> {
        let client = self.client()?;
        self.call(client.batch_execute(sql))
    }

    pub(super) fn query(&self, key: Key, params: &[Parameter]) -> Result<Vec<Row>, Problem> {
        if let Some(rows) = self.foreseen.borrow_mut().take(self.turn.get(), key, params) {
            return Ok(rows);
        }
        let (client, statement) = (self.client()?, self.statement(key)?);
        self.with_later(async { client.query(&statement, &borrowed(params)).await })
    }

    pub(super) fn execute(&self, key: Key, params: &[Parameter]) -> Result<usize, Problem> {
        let (client, statement) = (self.client()?, self.statement(key)?);
        let count = self.with_later(async { client.execute(&statement, &borrowed(params)).await })?;
        Ok(usize::try_from(count).unwrap_or(usize::MAX))
    }

    pub(super) fn execute_later(&self, key: Key, params: Vec<Parameter>) -> Result<(), Problem> {
        if !self.is_in_transaction() {
            return self.execute(key, &params).map(drop);
        }
        self.later.borrow_mut().push((key, params));
        if self.later.borrow().len() < LATER_COUNT_MAX { Ok(()) } else { self.flush() }
    }

    /// Does something after what was kept back, in one round trip.
    fn with_later<T>(&self, last: impl Future<Output = Result<T, Error>>) -> Result<T, Problem> {
        let later = self.later.take();
        if later.is_empty() {
            return self.spoil(self.call(last));
        }
        let client = self.client()?;
        let statements = self.statements_of(&later)?;
        let earlier = requests(&client, &later, &statements);
        self.spoil(self.call(in_order_then(earlier, last)))
    }

    fn statements_of(&self, later: &[(Key, Vec<Parameter>)]) -> Result<Vec<Statement>, Problem> {
        self.spoil(later.iter().map(|(key, _)| self.statement(*key)).collect())
    }

    /// Remembers what went wrong in a transaction.
    fn spoil<T>(&self, result: Result<T, Problem>) -> Result<T, Problem> {
        if let Err(problem) = &result
            && self.is_in_transaction()
        {
            self.spoilt_by.borrow_mut().get_or_insert_with(|| problem.clone());
        }
        result
    }

    fn statement(&self, key: Key) -> Result<Statement, Problem> {
        if let Some(statement) = self.statements.borrow().get(&key) {
            return Ok(statement.clone());
        }
        let client = self.client()?;
        let sql = translate(key);
        let statement = self.spoil(self.call(client.prepare(&sql)))?;
        self.statements.borrow_mut().insert(key, statement.clone());
        Ok(statement)
    }

    /// The connection that is there, or a new one. In the middle of a transaction there is no new one.
    fn client(&self) -> Result<Arc<Client>, Problem> {
        if let Some(client) = &*self.client.borrow()
            && !client.is_closed()
        {
            return Ok(Arc::clone(client));
        }
        if self.is_in_transaction() {
            return self.spoil(Err(Problem::Lost("the connection went".to_owned())));
        }
        self.client.take();
        self.statements.borrow_mut().clear();
        let client = Arc::new(self.call(connect(&self.address))?);
        self.call(client.batch_execute(SESSION))?;
        self.client.replace(Some(Arc::clone(&client)));
        Ok(client)
    }

    /// Waits for an answer. A connection that gave none, or a last one, is not used again.
    fn call<T>(&self, work: impl Future<Output = Result<T, Error>>) -> Result<T, Problem> {
        let error = match self.runtime.block_on(async { timeout(CALL_TIMEOUT, work).await }) {
            Ok(Ok(value)) => return Ok(value),
            Ok(Err(error)) => error,
            Err(_) => {
                self.client.take();
                return Err(Problem::Lost(format!("no answer within {} s", CALL_TIMEOUT.as_secs())));
            }
        };
        let (problem, is_good) = Problem::of(&error);
        if !is_good {
            self.client.take();
        }
        Err(problem)
    }
}

async fn connect(address: &Address) -> Result<Client, Error> {
    // The task that moves bytes ends with the connection.
    match &address.tls {
        None => {
            let (client, connection) = address.config.connect(NoTls).await?;
            tokio::spawn(connection);
            Ok(client)
        }
        Some(tls) => {
            let (client, connection) = address.config.connect(tls.clone()).await?;
            tokio::spawn(connection);
            Ok(client)
        }
    }
}
