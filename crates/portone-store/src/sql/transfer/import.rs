//! Fills an empty database: some rows a commit, under a mark that no gateway opens.

use std::collections::BTreeMap;
use std::io::{BufRead, Read as _};

use sha2::{Digest as _, Sha256};

use super::line::{Cell, End, FORMAT, Head, Line, Section};
use super::tables::{STATEMENTS, TABLES};
use super::{Moved, Opened, Progress, TransferError, commit};
use crate::sql::database::{Database, Fault};
use crate::sql::statement::ToValue;

/// How many rows share a commit at most.
const BATCH_ROW_COUNT_MAX: usize = 4_000;
/// How many bytes of lines share a commit, but for the last of them.
const BATCH_LENGTH_MAX: usize = 4 * 1024 * 1024;
/// How long a line may be, in bytes: far more than a document has.
const LINE_LENGTH_MAX: u64 = 64 * 1024 * 1024;

/// Whether the database is being filled, or was left half-filled.
pub(crate) fn is_under_way(database: &Database) -> Result<bool, Fault> {
    database.prepared("SELECT 1 FROM meta WHERE key = 'import_under_way'")?.exists([])
}

/// The lines of an export, counted.
pub(super) struct Lines<'i> {
    input: &'i mut dyn BufRead,
    number: u64,
    line: Vec<u8>,
    hash: Sha256,
}

impl<'i> Lines<'i> {
    /// Reads the first line.
    pub(super) fn begin(input: &'i mut dyn BufRead) -> Result<(Self, Head), TransferError> {
        let mut lines = Self { input, number: 0, line: Vec::new(), hash: Sha256::new() };
        lines.next()?;
        let head: Head = serde_json::from_slice(&lines.line).map_err(|_| {
            lines.wrong(
                "is not the first of an export: {\"portone_export\":1,..}; give what `portone export` wrote",
            )
        })?;
        if head.portone_export != FORMAT {
            let (format, made_by) = (head.portone_export, &head.made_by);
            return Err(lines.wrong(format!(
                "is of format {format}, and this version reads {FORMAT}; import it with the version that made it \
                 ({made_by}), then start the newer gateway on that database"
            )));
        }
        Ok((lines, head))
    }

    /// Reads the next line, without its end. What was read before counts into the hash.
    fn next(&mut self) -> Result<&[u8], TransferError> {
        self.hash.update(&self.line);
        self.line.clear();
        let mut input = (&mut *self.input).take(LINE_LENGTH_MAX);
        input
            .read_until(b'\n', &mut self.line)
            .map_err(|problem| TransferError::File { what: "read", problem })?;
        if !self.line.ends_with(b"\n") {
            return Err(TransferError::Cut { line: self.number });
        }
        self.number += 1;
        Ok(&self.line[..self.line.len() - 1])
    }

    fn wrong(&self, problem: impl Into<String>) -> TransferError {
        TransferError::Line { line: self.number, problem: problem.into() }
    }

    /// That nothing follows.
    fn end(&mut self) -> Result<(), TransferError> {
        let rest = self.input.fill_buf().map_err(|problem| TransferError::File { what: "read", problem })?;
        if rest.is_empty() { Ok(()) } else { Err(self.wrong("ends the export, and something follows it")) }
    }
}

/// Reads an export into a database.
pub(super) fn read(
    opened: &Opened,
    lines: &mut Lines<'_>,
    progress: &mut dyn FnMut(Progress),
) -> Result<Moved, TransferError> {
    prepare(opened)?;
    let mut import = Import { database: &opened.database, counts: Vec::new(), batch: Vec::new(), length: 0 };
    let end = loop {
        let length = lines.next()?.len();
        let line =
            Line::parse(&lines.line).map_err(|error| lines.wrong(format!("cannot be read: {error}")))?;
        match line {
            Line::Row(cells) => import.take(cells, length, lines, progress)?,
            Line::Section(section) => {
                import.write(lines, progress)?;
                import.begin_table(&section).map_err(|problem| lines.wrong(problem))?;
            }
            Line::End(end) => break end,
        }
    };
    import.write(lines, progress)?;
    lines.end()?;
    let moved = import.compare(&end, crate::hex::encode(&lines.hash.clone().finalize()))?;
    commit(&opened.database, finish).map_err(TransferError::database("the end"))?;
    Ok(moved)
}

/// Marks an empty database, and empties one that is marked.
fn prepare(opened: &Opened) -> Result<(), TransferError> {
    let database = &opened.database;
    let marked = commit(database, |database| {
        if is_under_way(database)? {
            return Ok(None);
        }
        for (table, statements) in TABLES.iter().zip(STATEMENTS.iter()) {
            // A new schema comes with the first number of the directory.
            if table.name != "meta" && database.prepared(statements.any)?.exists([])? {
                return Ok(Some(table.name));
            }
        }
        database.write("INSERT INTO meta (key, value) VALUES ('import_under_way', 1)", [])?;
        Ok(None)
    });
    if let Some(table) = marked.map_err(TransferError::database("meta"))? {
        return Err(TransferError::NotEmpty { database: opened.name.clone(), table });
    }
    for (table, statements) in TABLES.iter().zip(STATEMENTS.iter()).rev() {
        let clear = |database: &Database| database.execute(statements.clear, []);
        while commit(database, clear).map_err(TransferError::database(table.name))? > 0 {}
    }
    Ok(())
}

/// The database is a ledger from here on.
fn finish(database: &Database) -> Result<(), Fault> {
    database.set_sequences_on()?;
    database.write("DELETE FROM meta WHERE key = 'import_under_way'", [])
}

struct Import<'d> {
    database: &'d Database,
    /// How many rows each table got, in the order of [`TABLES`]; the last is the one whose rows come.
    counts: Vec<u64>,
    batch: Vec<Vec<Cell>>,
    /// How long the lines of the batch are.
    length: usize,
}

impl Import<'_> {
    fn begin_table(&mut self, section: &Section) -> Result<(), String> {
        let Section { table, columns } = section;
        let remedy = "import it with the version that made it, then start the newer gateway on that database";
        let Some(expected) = TABLES.get(self.counts.len()) else {
            return Err(format!("begins the table `{table}`, which this version does not know; {remedy}"));
        };
        if *table != expected.name {
            return Err(format!(
                "begins the table `{table}` where `{}` is expected; {remedy}",
                expected.name
            ));
        }
        if !columns.iter().eq(expected.columns()) {
            let known: Vec<_> = expected.columns().collect();
            return Err(format!(
                "the table `{table}` has the columns {}, and this version knows {}; {remedy}",
                columns.join(", "),
                known.join(", ")
            ));
        }
        self.counts.push(0);
        Ok(())
    }

    fn take(
        &mut self,
        cells: Vec<Cell>,
        length: usize,
        lines: &Lines<'_>,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<(), TransferError> {
        let Some(table) = self.counts.len().checked_sub(1).and_then(|at| TABLES.get(at)) else {
            return Err(lines.wrong("is a row before any table"));
        };
        if cells.len() != table.columns().count() {
            return Err(lines.wrong(format!("has {} values, which `{}` has not", cells.len(), table.name)));
        }
        self.batch.push(cells);
        self.length += length;
        if self.batch.len() < BATCH_ROW_COUNT_MAX && self.length < BATCH_LENGTH_MAX {
            return Ok(());
        }
        self.write(lines, progress)
    }

    /// Writes what has come, in one commit.
    fn write(&mut self, lines: &Lines<'_>, progress: &mut dyn FnMut(Progress)) -> Result<(), TransferError> {
        let Some(at) = self.counts.len().checked_sub(1) else { return Ok(()) };
        let (batch, sql) = (std::mem::take(&mut self.batch), STATEMENTS[at].insert);
        self.length = 0;
        let written = commit(self.database, |database| {
            batch.iter().try_for_each(|cells| {
                let params: Vec<&dyn ToValue> = cells.iter().map(|cell| -> &dyn ToValue { cell }).collect();
                database.write(sql, params.as_slice())
            })
        });
        let (table, count) = (TABLES[at].name, u64::try_from(batch.len()).unwrap_or(u64::MAX));
        written.map_err(|fault| {
            let first = lines.number.saturating_sub(count);
            TransferError::database(format!("`{table}`, in lines {first} to {}", lines.number))(fault)
        })?;
        self.counts[at] += count;
        progress(Progress { table, row_count: self.counts[at] });
        Ok(())
    }

    /// That what came is what was written.
    fn compare(&self, end: &End, sha256: String) -> Result<Moved, TransferError> {
        let damaged = |problem: String| Err(TransferError::Damaged { problem });
        let rows = TABLES.iter().zip(&self.counts).map(|(table, count)| (table.name.to_owned(), *count));
        let rows: BTreeMap<String, u64> = rows.collect();
        if let Some(missing) = TABLES.get(self.counts.len()) {
            return damaged(format!("it ends before the table `{}`", missing.name));
        }
        if let Some((table, count)) = end.rows.iter().find(|(table, count)| rows.get(*table) != Some(count)) {
            return damaged(format!("its last line tells of {count} rows of `{table}`, and others came"));
        }
        if end.sha256 != sha256 {
            return damaged("its hash is not the one its last line tells".to_owned());
        }
        Ok(Moved { rows, sha256 })
    }
}
