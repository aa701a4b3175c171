//! A statement in PostgreSQL's words.

use tokio_postgres::Row;

use super::connection::Connection;
use super::problem::Problem;
use super::value::Parameter;
use crate::sql::statement::ToValue;

/// A statement of a connection.
#[derive(Debug)]
pub(crate) struct Prepared<'c> {
    connection: &'c Connection,
    key: Key,
}

/// What a connection knows a prepared statement by: its text, and the column of a number that the text leaves out.
pub(super) type Key = (&'static str, Option<&'static str>);

impl<'c> Prepared<'c> {
    pub(super) const fn new(connection: &'c Connection, sql: &'static str) -> Self {
        Self { connection, key: (sql, None) }
    }

    /// Inserts a row with a number in this column, which the text leaves out.
    pub(crate) const fn numbered(self, column: &'static str) -> Self {
        Self { key: (self.key.0, Some(column)), ..self }
    }

    /// Runs a query.
    pub(crate) fn query(&self, params: &[&dyn ToValue]) -> Result<Vec<Row>, Problem> {
        self.connection.query(self.key, &parameters(params))
    }

    /// Runs a statement that changes rows: how many.
    pub(crate) fn execute(&self, params: &[&dyn ToValue]) -> Result<usize, Problem> {
        self.connection.execute(self.key, &parameters(params))
    }

    /// Has the row inserted with this number before whatever comes next.
    pub(crate) fn insert_later(&self, no: i64, params: &[&dyn ToValue]) -> Result<(), Problem> {
        let mut params = parameters(params);
        params.push(Parameter::Integer(no));
        self.connection.execute_later(self.key, params)
    }

    /// Has a statement that changes rows run before whatever comes next.
    pub(crate) fn execute_later(&self, params: &[&dyn ToValue]) -> Result<(), Problem> {
        self.connection.execute_later(self.key, parameters(params))
    }
}

fn parameters(params: &[&dyn ToValue]) -> Vec<Parameter> {
    params.iter().map(|param| param.to_value().into()).collect()
}

/// A statement in PostgreSQL's words. Three things differ: how parameters are numbered, the name of `instr`, and what
/// SQLite is told about plans (`INDEXED BY`, `CROSS JOIN … ON`).
pub(super) fn translate((sql, numbered): Key) -> String {
    let words = in_own_words(sql);
    let Some(column) = numbered else { return words };
    // The number is the last parameter, and the first column.
    let numbers = words.split('$').skip(1).filter_map(|rest| {
        rest.split(|letter: char| !letter.is_ascii_digit())
            .next()
            .and_then(|digits| digits.parse::<u32>().ok())
    });
    let last = numbers.max().unwrap_or_default() + 1;
    words.replacen(" (", &format!(" ({column}, "), 1).replacen("VALUES (", &format!("VALUES (${last}, "), 1)
}

fn in_own_words(sql: &str) -> String {
    let mut words = String::with_capacity(sql.len() + 32);
    let mut rest = sql;
    while let Some(at) = rest.find(['?', 'I', 'C', 'i']) {
        words.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some(after) = rest.strip_prefix('?') {
            words.push('$');
            rest = after;
        } else if let Some(after) = rest.strip_prefix("INDEXED BY ") {
            rest = after.trim_start_matches(|letter: char| letter.is_ascii_alphanumeric() || letter == '_');
        } else if let Some(after) = rest.strip_prefix("CROSS JOIN") {
            words.push_str("JOIN");
            rest = after;
        } else if let Some(after) = rest.strip_prefix("instr(") {
            words.push_str("strpos(");
            rest = after;
        } else {
            words.push_str(&rest[..1]);
            rest = &rest[1..];
        }
    }
    words.push_str(rest);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sqlites_own_words_are_translated() {
        let sql =
            "SELECT a FROM t INDEXED BY t_by_a CROSS JOIN u ON u.a = t.a WHERE a = ?1 AND instr(?12, b) > 0";
        let expected = "SELECT a FROM t  JOIN u ON u.a = t.a WHERE a = $1 AND strpos($12, b) > 0";
        assert_eq!(translate((sql, None)), expected);
        let sql = "INSERT INTO t (a, b) VALUES (?1, (SELECT c FROM u WHERE d = ?1 OR d = ?2))";
        let expected = "INSERT INTO t (no, a, b) VALUES ($3, $1, (SELECT c FROM u WHERE d = $1 OR d = $2))";
        assert_eq!(translate((sql, Some("no"))), expected);
    }
}
