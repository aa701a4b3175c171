//! Blocks: written when all the records of 128 numbers have come to rest, and again when some of them have changed.

use crate::sql::statement::{OptionalRow, ToValue, params};
use portone_core::{PaymentId, StoreId};

use super::BLOCK_LENGTH;
use super::block::{self, Entry, Heads, TIME_COUNT};
use super::sieve::{BLOCKS_A_SIEVE, Half, Sieve};
use crate::document::Unreadable;
use crate::sql::database::{Database, Fault};

/// How many blocks a kind can have: far more than a disk has room for.
const BLOCK_COUNT_MAX: i64 = 1 << 40;

/// How many blocks a kind has.
pub(in crate::sql) const BLOCK_COUNT: &str = "SELECT block_count FROM search_counts WHERE kind = ?1";

/// What is in blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sql) enum Kind {
    /// Payments, by their transactions' numbers.
    Payments,
    /// Cash receipts.
    Receipts,
    /// Billing keys, by numbers they have for this.
    Keys,
}

impl Kind {
    /// The number of the kind in the database.
    pub(in crate::sql) const fn code(self) -> i64 {
        match self {
            Self::Payments => 0,
            Self::Receipts => 1,
            Self::Keys => 2,
        }
    }
}

/// Where blocks of a kind come from.
pub(super) trait Source {
    /// What is in them.
    const KIND: Kind;

    /// The last number that was given.
    fn newest(database: &Database) -> Result<i64, Fault>;

    /// Whether nothing happens to what has these numbers.
    fn are_at_rest(&self, database: &Database, first: i64, last: i64) -> Result<bool, Fault>;

    /// A record that has changed since its block was written, and come to rest again.
    fn next_touched(&self, database: &Database) -> Result<Option<i64>, Fault>;

    /// The records with these numbers that lists have.
    fn entries(&self, database: &Database, first: i64, last: i64) -> Result<Vec<Entry>, Fault>;

    /// The fields texts are in. A field's place never changes; others come behind.
    fn fields() -> Vec<&'static str>;

    /// Whether texts of a field are sifted as ids.
    fn is_id(field: &str) -> bool;
}

/// Does the next piece of work, if `count_max` allows any: how many records were looked at.
pub(super) fn step<S: Source>(database: &Database, source: &S, count_max: usize) -> Result<usize, Fault> {
    if count_max == 0 {
        return Ok(0);
    }
    let count = database.search_block_count(S::KIND)?;
    let length = usize::try_from(BLOCK_LENGTH).unwrap_or_default();
    let (first, last) = (count * BLOCK_LENGTH, (count + 1) * BLOCK_LENGTH - 1);
    if S::newest(database)? >= last && source.are_at_rest(database, first, last)? {
        write_block(database, source, count)?;
        database.set_search_block_count(S::KIND, count + 1)?;
        if (count + 1) % BLOCKS_A_SIEVE == 0 {
            write_sieve::<S>(database, count / BLOCKS_A_SIEVE)?;
        }
        return Ok(length);
    }
    let Some(no) = source.next_touched(database)? else { return Ok(0) };
    let block = no / BLOCK_LENGTH;
    write_block(database, source, block)?;
    if (block / BLOCKS_A_SIEVE + 1) * BLOCKS_A_SIEVE <= count {
        let sieve_no = sieve_no(S::KIND, block / BLOCKS_A_SIEVE);
        match Sieve::load(database, sieve_no)? {
            // Bits are only added: a block may still be opened for what it had.
            Some(mut sieve) => {
                add::<S>(database, &mut sieve, block)?;
                sieve.write(database, sieve_no)?;
            }
            None => write_sieve::<S>(database, block / BLOCKS_A_SIEVE)?,
        }
    }
    Ok(length)
}

const fn block_no(kind: Kind, block: i64) -> i64 {
    kind.code() * BLOCK_COUNT_MAX + block
}

const fn sieve_no(kind: Kind, sieve: i64) -> i64 {
    kind.code() * (BLOCK_COUNT_MAX / BLOCKS_A_SIEVE) + sieve
}

/// Writes a block as its records are now.
fn write_block<S: Source>(database: &Database, source: &S, block: i64) -> Result<(), Fault> {
    let (first, last) = (block * BLOCK_LENGTH, (block + 1) * BLOCK_LENGTH - 1);
    let clear = "DELETE FROM search_touched WHERE kind = ?1 AND no BETWEEN ?2 AND ?3";
    database.write(clear, params![S::KIND.code(), first, last])?;
    let entries = source.entries(database, first, last)?;
    let encoded = block::encode(&entries);
    let (no, kind) = (block_no(S::KIND, block), S::KIND.code());
    let mut values: Vec<&dyn ToValue> = vec![&no, &kind];
    let spans: Vec<i64> = (0..TIME_COUNT).flat_map(|at| span(&entries, at)).collect();
    values.extend(spans.iter().map(|time| -> &dyn ToValue { time }));
    values.push(&encoded.heads);
    database.write(
        "INSERT INTO search_blocks (no, kind, first_time_0, last_time_0, first_time_1, last_time_1,
            first_time_2, last_time_2, first_time_3, last_time_3, heads)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
         ON CONFLICT (no) DO UPDATE SET first_time_0 = excluded.first_time_0, last_time_0 = excluded.last_time_0,
            first_time_1 = excluded.first_time_1, last_time_1 = excluded.last_time_1,
            first_time_2 = excluded.first_time_2, last_time_2 = excluded.last_time_2,
            first_time_3 = excluded.first_time_3, last_time_3 = excluded.last_time_3, heads = excluded.heads",
        values.as_slice(),
    )?;
    let clear = "DELETE FROM search_texts WHERE no BETWEEN ?1 AND ?2";
    database.write(clear, params![column_no(no, 0), column_no(no, FIELD_COUNT_MAX - 1)])?;
    let fields = S::fields();
    for (field, texts) in encoded.texts {
        let at = fields.iter().position(|known| *known == field).and_then(|at| i64::try_from(at).ok());
        let at = at.ok_or_else(|| Fault::Contract(format!("lists know no field `{field}`")))?;
        let sql = "INSERT INTO search_texts (no, texts) VALUES (?1, ?2)";
        database.write(sql, params![column_no(no, at), texts])?;
    }
    Ok(())
}

/// More fields than any record has.
const FIELD_COUNT_MAX: i64 = 64;

/// The number of a block's column.
const fn column_no(block_no: i64, field: i64) -> i64 {
    block_no * FIELD_COUNT_MAX + field
}

/// The first and the last of a time. Where there is none the first is behind the last, so that it is in no window.
fn span(entries: &[Entry], at: usize) -> [i64; 2] {
    let times = entries.iter().filter_map(|entry| entry.times[at]);
    times.fold([i64::MAX, i64::MIN], |[first, last], time| [first.min(time), last.max(time)])
}

fn write_sieve<S: Source>(database: &Database, sieve: i64) -> Result<(), Fault> {
    let mut slots = Sieve::empty();
    for block in sieve * BLOCKS_A_SIEVE..(sieve + 1) * BLOCKS_A_SIEVE {
        add::<S>(database, &mut slots, block)?;
    }
    slots.write(database, sieve_no(S::KIND, sieve))
}

fn add<S: Source>(database: &Database, sieve: &mut Sieve, block: i64) -> Result<(), Fault> {
    let no = block_no(S::KIND, block);
    let heads = database.search_heads(no, |bytes| Heads::decode(bytes, [false; TIME_COUNT]))?;
    sieve.add_tags(no, &heads.kinds);
    let fields = S::fields();
    database.search_texts(no, &fields, None, |field, texts| {
        let half = if S::is_id(field) { Half::Ids } else { Half::Words };
        sieve.add_texts(no, half, texts).map(|()| true)
    })
}

/// Leaves a record to be looked at itself.
pub(super) fn leave_out(database: &Database, kind: Kind, no: i64) -> Result<(), Fault> {
    let sql = "INSERT INTO search_touched (kind, no) VALUES (?1, ?2) ON CONFLICT (kind, no) DO NOTHING";
    database.write(sql, params![kind.code(), no])
}

impl Database {
    /// How many blocks there are.
    pub(in crate::sql) fn search_block_count(&self, kind: Kind) -> Result<i64, Fault> {
        Ok(self
            .prepared(BLOCK_COUNT)?
            .query_row([kind.code()], |row| row.get(0))
            .optional()?
            .unwrap_or_default())
    }

    fn set_search_block_count(&self, kind: Kind, count: i64) -> Result<(), Fault> {
        let sql = "INSERT INTO search_counts (kind, block_count) VALUES (?1, ?2)
             ON CONFLICT (kind) DO UPDATE SET block_count = excluded.block_count";
        self.write(sql, params![kind.code(), count])?;
        self.search_block_counts.borrow_mut().insert(kind.code(), count);
        Ok(())
    }

    /// Notes that lists may no longer say of a record what its block says. Only the writing connection does, so that it
    /// may remember how many blocks there are.
    pub(in crate::sql) fn touch(&self, kind: Kind, no: i64) -> Result<(), Fault> {
        if no < self.first_without_block(kind)? { leave_out(self, kind, no) } else { Ok(()) }
    }

    /// The first number that is in no block.
    pub(in crate::sql) fn first_without_block(&self, kind: Kind) -> Result<i64, Fault> {
        let known = self.search_block_counts.borrow().get(&kind.code()).copied();
        let count = match known {
            Some(count) => count,
            None => self.search_block_count(kind)?,
        };
        self.search_block_counts.borrow_mut().insert(kind.code(), count);
        Ok(count * BLOCK_LENGTH)
    }

    /// The last number of a kind of records, by a statement that selects it.
    pub(super) fn newest(&self, sql: &'static str) -> Result<i64, Fault> {
        Ok(self.prepared(sql)?.query_row([], |row| row.get(0)).optional()?.unwrap_or_default())
    }

    /// Notes the same of every transaction of a payment.
    pub(in crate::sql) fn touch_payment(&self, store: &StoreId, payment: &PaymentId) -> Result<(), Fault> {
        let Some(store_no) = self.find_store_no(store)? else { return Ok(()) };
        let sql = "SELECT no FROM transactions WHERE store_no = ?1 AND payment_id = ?2";
        let mut statement = self.prepared(sql)?;
        let mut rows = statement.query(params![store_no, payment.as_str()])?;
        while let Some(row) = rows.next()? {
            self.touch(Kind::Payments, row.get(0)?)?;
        }
        Ok(())
    }

    /// Reads a block's heads. A block that is not there is a fault.
    pub(super) fn search_heads<T>(
        &self,
        block_no: i64,
        read: impl FnOnce(&[u8]) -> Result<T, Unreadable>,
    ) -> Result<T, Fault> {
        let mut statement = self.prepared("SELECT heads FROM search_blocks WHERE no = ?1")?;
        let mut rows = statement.query([block_no])?;
        let row = rows.next()?.ok_or_else(|| Fault::Contract(format!("block {block_no} went away")))?;
        Ok(read(row.blob(0)?)?)
    }

    /// Hands over a block's columns, one field's or all, until `take` says it has enough.
    pub(super) fn search_texts(
        &self,
        block_no: i64,
        fields: &[&'static str],
        field: Option<&'static str>,
        mut take: impl FnMut(&'static str, &[u8]) -> Result<bool, Unreadable>,
    ) -> Result<(), Fault> {
        let at = field.map(|field| fields.iter().position(|known| *known == field));
        let places = match at {
            Some(at) => at.map_or(0..0, |at| at..at + 1),
            None => 0..fields.len(),
        };
        let [first, end] =
            [places.start, places.end].map(|at| column_no(block_no, i64::try_from(at).unwrap_or_default()));
        let mut statement =
            self.prepared("SELECT no, texts FROM search_texts WHERE no BETWEEN ?1 AND ?2 ORDER BY no")?;
        let mut rows = statement.query([first, end - 1])?;
        while let Some(row) = rows.next()? {
            let at = usize::try_from(row.get::<i64>(0)? - column_no(block_no, 0)).unwrap_or(usize::MAX);
            let field =
                fields.get(at).ok_or_else(|| Fault::Contract("lists know no such field".to_owned()))?;
            if !take(field, row.blob(1)?)? {
                return Ok(());
            }
        }
        Ok(())
    }
}
