//! What a gateway has written last. A commit whose answer is lost is asked after by a row of our own, which is there exactly if
//! the commit is: the server's own number of a transaction is given to another one after a crash (`pg_xact_status` would tell of
//! that one), and not every database that speaks this protocol has one.

use std::cell::Cell;

use ring::rand::{SecureRandom as _, SystemRandom};

use super::connection::Connection;
use super::prepared::Key;
use super::problem::Problem;
use super::value::Parameter;

/// Sent with each commit. Rows of gateways that ended long ago go with a gateway's first write.
const NOTE: &str = "INSERT INTO writes (writer, no, written_on) VALUES (?1, ?2, CURRENT_DATE)
    ON CONFLICT (writer) DO UPDATE SET no = excluded.no, written_on = excluded.written_on";
const FORGET: &str = "DELETE FROM writes WHERE written_on < CURRENT_DATE - 2";
const LAST: &str = "SELECT no FROM writes WHERE writer = ?1";

/// The writes of one connection.
#[derive(Debug)]
pub(super) struct Writes {
    /// Whose they are, by chance: no two connections have one name.
    writer: i64,
    count: Cell<i64>,
    /// The number of the write that is under way.
    open: Cell<Option<i64>>,
}

impl Writes {
    pub(super) fn new() -> std::io::Result<Self> {
        let mut bytes = [0; 8];
        SystemRandom::new().fill(&mut bytes).map_err(|_| std::io::Error::other("no random numbers"))?;
        Ok(Self { writer: i64::from_le_bytes(bytes), count: Cell::new(0), open: Cell::new(None) })
    }

    /// One more begins.
    pub(super) fn begin(&self) {
        self.count.set(self.count.get() + 1);
        self.open.set(Some(self.count.get()));
    }

    /// The open one is over: its number.
    pub(super) fn end(&self) -> Option<i64> {
        self.open.take()
    }

    /// What notes the open one, to be run in it.
    pub(super) fn noted(&self) -> impl Iterator<Item = (Key, Vec<Parameter>)> {
        let no = self.open.get();
        let forget = no.filter(|no| *no == 1).map(|_| ((FORGET, None), Vec::new()));
        let note = no.map(|no| ((NOTE, None), vec![Parameter::Integer(self.writer), Parameter::Integer(no)]));
        forget.into_iter().chain(note)
    }

    /// The number of the last one that was committed. Whoever asks has the writers' lock.
    pub(super) fn last(&self, connection: &Connection) -> Result<Option<i64>, Problem> {
        let rows = connection.query((LAST, None), &[Parameter::Integer(self.writer)])?;
        rows.first().map(|row| row.try_get(0)).transpose().map_err(|error| Problem::of(&error).0)
    }
}
