//! Writes a ledger as it is at one moment, a page of rows at a time.

use std::collections::BTreeMap;
use std::io::{self, Write};

use sha2::{Digest as _, Sha256};

use super::line::{Cell, End, FORMAT, Head, Section, push_json, push_row};
use super::tables::{STATEMENTS, Statements, TABLES, Table};
use super::{Moved, Opened, Progress, Stamp, TransferError, is_under_way};
use crate::sql::OpenError;
use crate::sql::database::{Database, Fault};
use crate::sql::sealing;
use crate::sql::statement::{Params as _, ToValue};

/// How many bytes are written at once.
const BUFFER_LENGTH: usize = 256 * 1024;

/// Writes the ledger.
pub(super) fn write(
    opened: &Opened,
    stamp: Stamp<'_>,
    out: &mut dyn Write,
    progress: &mut dyn FnMut(Progress),
) -> Result<Moved, TransferError> {
    let database = &opened.database;
    // Whoever reads what is written may be slow: what goes wrong with that is no fault of the database.
    let written = database.snapshot(|| {
        database.allow_pauses()?;
        Ok(write_state(opened, stamp, out, progress))
    });
    written.map_err(TransferError::database("the beginning"))?
}

fn write_state(
    opened: &Opened,
    stamp: Stamp<'_>,
    out: &mut dyn Write,
    progress: &mut dyn FnMut(Progress),
) -> Result<Moved, TransferError> {
    let database = &opened.database;
    if is_under_way(database).map_err(TransferError::database("meta"))? {
        return Err(OpenError::HalfImported { database: opened.name.clone() }.into());
    }
    let head = Head {
        portone_export: FORMAT,
        made_by: stamp.made_by.to_owned(),
        made_at: stamp.made_at,
        database: opened.kind.to_owned(),
        schema: opened.schema,
        stores: stores(database).map_err(TransferError::database("stores"))?,
        sealed_by: sealing::key_ids(database).map_err(TransferError::database("meta"))?,
    };
    let mut sink = Sink { out, buffer: Vec::with_capacity(2 * BUFFER_LENGTH), hash: Sha256::new() };
    sink.line(&head)?;
    let mut rows = BTreeMap::new();
    for (table, statements) in TABLES.iter().zip(STATEMENTS.iter()) {
        let columns = table.columns().map(str::to_owned).collect();
        sink.line(&Section { table: table.name.to_owned(), columns })?;
        let count = write_table(database, (table, statements), &mut sink, progress)?;
        rows.insert(table.name.to_owned(), count);
    }
    sink.finish(rows)
}

fn stores(database: &Database) -> Result<Vec<String>, Fault> {
    database.prepared("SELECT id FROM stores ORDER BY id")?.query_map([], |row| row.get(0))
}

fn write_table(
    database: &Database,
    (table, statements): (&Table, &Statements),
    sink: &mut Sink<'_>,
    progress: &mut dyn FnMut(Progress),
) -> Result<u64, TransferError> {
    let (column_count, key_places) = (table.columns().count(), table.key_places());
    let (mut row_count, mut key) = (0, Vec::new());
    loop {
        let page = read_page(database, statements, &key, (column_count, &key_places), &mut sink.buffer);
        let (page_count, last) = page.map_err(TransferError::database(table.name))?;
        sink.flush_if(BUFFER_LENGTH)?;
        row_count += page_count;
        progress(Progress { table: table.name, row_count });
        match last {
            Some(last) => key = last,
            None => return Ok(row_count),
        }
    }
}

/// Appends the rows after a key: how many, and the key of the last one.
fn read_page(
    database: &Database,
    statements: &Statements,
    after: &[Cell],
    (column_count, key_places): (usize, &[usize]),
    buffer: &mut Vec<u8>,
) -> Result<(u64, Option<Vec<Cell>>), Fault> {
    let sql = if after.is_empty() { statements.first } else { statements.next };
    let mut statement = database.prepared(sql)?;
    let params: Vec<&dyn ToValue> = after.iter().map(|cell| -> &dyn ToValue { cell }).collect();
    let mut rows = params.as_slice().give(|params| statement.query(params))?;
    let (mut count, mut last) = (0, None);
    while let Some(row) = rows.next()? {
        push_row(buffer, row, column_count)?;
        count += 1;
        let key = key_places.iter().map(|at| row.value(*at).map(Cell::of));
        last = Some(key.collect::<Result<_, _>>()?);
    }
    Ok((count, last))
}

/// Where lines go: hashed, and many in one write.
struct Sink<'o> {
    out: &'o mut dyn Write,
    buffer: Vec<u8>,
    hash: Sha256,
}

impl Sink<'_> {
    fn line(&mut self, value: &impl serde::Serialize) -> Result<(), TransferError> {
        push_json(&mut self.buffer, value).map_err(TransferError::database("a line"))?;
        self.buffer.push(b'\n');
        Ok(())
    }

    fn flush_if(&mut self, length_min: usize) -> Result<(), TransferError> {
        if self.buffer.len() < length_min {
            return Ok(());
        }
        self.hash.update(&self.buffer);
        self.out.write_all(&self.buffer).map_err(unwritten)?;
        self.buffer.clear();
        Ok(())
    }

    fn finish(mut self, rows: BTreeMap<String, u64>) -> Result<Moved, TransferError> {
        self.flush_if(0)?;
        let sha256 = crate::hex::encode(&self.hash.clone().finalize());
        self.line(&End { rows: rows.clone(), sha256: sha256.clone() })?;
        self.flush_if(0)?;
        self.out.flush().map_err(unwritten)?;
        Ok(Moved { rows, sha256 })
    }
}

fn unwritten(problem: io::Error) -> TransferError {
    TransferError::File { what: "written", problem }
}
