//! Statements, whatever the database: numbered parameters (`?1`) in, rows out. The SQL is written once, in the words both
//! databases know; on SQLite each call goes straight to the prepared statement, without an allocation of its own.

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, params_from_iter};

use super::database::Fault;
use crate::document::Unreadable;
#[cfg(feature = "postgres")]
use crate::postgres::Prepared;

/// A parameter or a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Value<'v> {
    Null,
    Integer(i64),
    Text(&'v str),
    Blob(&'v [u8]),
    /// A number that no column holds.
    OutOfRange,
}

/// What can be a parameter.
pub(crate) trait ToValue {
    /// The parameter.
    fn to_value(&self) -> Value<'_>;
}

impl<T: ToValue + ?Sized> ToValue for &T {
    fn to_value(&self) -> Value<'_> {
        (**self).to_value()
    }
}

impl<T: ToValue> ToValue for Option<T> {
    fn to_value(&self) -> Value<'_> {
        self.as_ref().map_or(Value::Null, ToValue::to_value)
    }
}

macro_rules! integers {
    ($($integer:ty),*) => {
        $(
            impl ToValue for $integer {
                fn to_value(&self) -> Value<'_> {
                    i64::try_from(*self).map_or(Value::OutOfRange, Value::Integer)
                }
            }

            impl FromColumn for $integer {
                fn from_column(column: Value<'_>) -> Result<Self, Unreadable> {
                    i64::from_column(column)?.try_into().map_err(|_| unreadable("a number in its range"))
                }
            }
        )*
    };
}

integers!(u8, u16, u32, u64, usize, i32);

impl ToValue for i64 {
    fn to_value(&self) -> Value<'_> {
        Value::Integer(*self)
    }
}

impl ToValue for bool {
    fn to_value(&self) -> Value<'_> {
        Value::Integer(i64::from(*self))
    }
}

impl ToValue for str {
    fn to_value(&self) -> Value<'_> {
        Value::Text(self)
    }
}

impl ToValue for String {
    fn to_value(&self) -> Value<'_> {
        Value::Text(self)
    }
}

impl ToValue for [u8] {
    fn to_value(&self) -> Value<'_> {
        Value::Blob(self)
    }
}

impl<const LENGTH: usize> ToValue for [u8; LENGTH] {
    fn to_value(&self) -> Value<'_> {
        Value::Blob(self)
    }
}

impl ToValue for Vec<u8> {
    fn to_value(&self) -> Value<'_> {
        Value::Blob(self)
    }
}

/// What a column can be read as.
pub(crate) trait FromColumn: Sized {
    /// The column's value.
    fn from_column(column: Value<'_>) -> Result<Self, Unreadable>;
}

fn unreadable(wanted: &'static str) -> Unreadable {
    Unreadable::new("column", format!("it is not {wanted}"))
}

impl FromColumn for i64 {
    fn from_column(column: Value<'_>) -> Result<Self, Unreadable> {
        match column {
            Value::Integer(integer) => Ok(integer),
            _ => Err(unreadable("a number")),
        }
    }
}

impl FromColumn for bool {
    fn from_column(column: Value<'_>) -> Result<Self, Unreadable> {
        i64::from_column(column).map(|integer| integer != 0)
    }
}

impl FromColumn for String {
    fn from_column(column: Value<'_>) -> Result<Self, Unreadable> {
        text_of(column).map(str::to_owned)
    }
}

impl FromColumn for Vec<u8> {
    fn from_column(column: Value<'_>) -> Result<Self, Unreadable> {
        blob_of(column).map(<[u8]>::to_vec)
    }
}

impl<const LENGTH: usize> FromColumn for [u8; LENGTH] {
    fn from_column(column: Value<'_>) -> Result<Self, Unreadable> {
        blob_of(column)?.try_into().map_err(|_| unreadable("bytes of its length"))
    }
}

impl<T: FromColumn> FromColumn for Option<T> {
    fn from_column(column: Value<'_>) -> Result<Self, Unreadable> {
        if column == Value::Null { Ok(None) } else { T::from_column(column).map(Some) }
    }
}

fn text_of(column: Value<'_>) -> Result<&str, Unreadable> {
    match column {
        Value::Text(text) => Ok(text),
        _ => Err(unreadable("text")),
    }
}

fn blob_of(column: Value<'_>) -> Result<&[u8], Unreadable> {
    match column {
        Value::Blob(bytes) => Ok(bytes),
        _ => Err(unreadable("bytes")),
    }
}

/// The parameters of a statement, by their numbers.
pub(crate) trait Params {
    /// Hands them over.
    fn give<T>(self, take: impl FnOnce(&[&dyn ToValue]) -> T) -> T;
}

impl Params for &[&dyn ToValue] {
    fn give<T>(self, take: impl FnOnce(&[&dyn ToValue]) -> T) -> T {
        take(self)
    }
}

impl Params for [&dyn ToValue; 0] {
    fn give<T>(self, take: impl FnOnce(&[&dyn ToValue]) -> T) -> T {
        take(&[])
    }
}

impl<A: ToValue> Params for [A; 1] {
    fn give<T>(self, take: impl FnOnce(&[&dyn ToValue]) -> T) -> T {
        take(&[&self[0]])
    }
}

impl<A: ToValue> Params for [A; 2] {
    fn give<T>(self, take: impl FnOnce(&[&dyn ToValue]) -> T) -> T {
        take(&[&self[0], &self[1]])
    }
}

impl<A: ToValue, B: ToValue> Params for (A, B) {
    fn give<T>(self, take: impl FnOnce(&[&dyn ToValue]) -> T) -> T {
        take(&[&self.0, &self.1])
    }
}

/// Parameters of different types.
macro_rules! params {
    ($($value:expr),* $(,)?) => {
        &[$(&$value as &dyn $crate::sql::statement::ToValue),*] as &[&dyn $crate::sql::statement::ToValue]
    };
}
pub(crate) use params;

/// A parameter on its way to SQLite.
struct Bound<'v>(Value<'v>);

impl rusqlite::ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self.0 {
            Value::Null => ValueRef::Null,
            Value::Integer(integer) => ValueRef::Integer(integer),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Blob(bytes) => ValueRef::Blob(bytes),
            Value::OutOfRange => {
                return Err(rusqlite::Error::ToSqlConversionFailure("a number is out of range".into()));
            }
        }))
    }
}

fn bound<'v>(params: &'v [&'v dyn ToValue]) -> impl rusqlite::Params + 'v {
    params_from_iter(params.iter().map(|param| Bound(param.to_value())))
}

/// A statement, prepared once per connection.
pub(crate) enum Statement<'c> {
    Sqlite(CachedStatement<'c>),
    #[cfg(feature = "postgres")]
    Postgres(Prepared<'c>),
}

impl Statement<'_> {
    /// Runs a query.
    pub(crate) fn query(&mut self, params: impl Params) -> Result<Rows<'_>, Fault> {
        params.give(|params| match self {
            Self::Sqlite(statement) => Ok(Rows::Sqlite(statement.query(bound(params))?)),
            #[cfg(feature = "postgres")]
            Self::Postgres(prepared) => Ok(Rows::Postgres { rows: prepared.query(params)?, next: 0 }),
        })
    }

    /// The first row of a query. Without one it is [`Fault::NoRow`].
    pub(crate) fn query_row<T>(
        &mut self,
        params: impl Params,
        read: impl FnOnce(Row<'_>) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let mut rows = self.query(params)?;
        rows.next()?.map_or(Err(Fault::NoRow), read)
    }

    /// Every row of a query.
    pub(crate) fn query_map<T>(
        &mut self,
        params: impl Params,
        mut read: impl FnMut(Row<'_>) -> Result<T, Fault>,
    ) -> Result<Vec<T>, Fault> {
        let mut rows = self.query(params)?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(read(row)?);
        }
        Ok(found)
    }

    /// Whether a query finds a row.
    pub(crate) fn exists(&mut self, params: impl Params) -> Result<bool, Fault> {
        Ok(self.query(params)?.next()?.is_some())
    }

    /// Runs a statement that changes rows: how many.
    pub(crate) fn execute(&mut self, params: impl Params) -> Result<usize, Fault> {
        params.give(|params| match self {
            Self::Sqlite(statement) => Ok(statement.execute(bound(params))?),
            #[cfg(feature = "postgres")]
            Self::Postgres(prepared) => Ok(prepared.execute(params)?),
        })
    }
}

impl Statement<'_> {
    /// Runs a statement that changes rows, now or just before the next one.
    pub(crate) fn execute_later(&mut self, params: impl Params) -> Result<(), Fault> {
        params.give(|params| match self {
            Self::Sqlite(statement) => Ok(statement.execute(bound(params)).map(drop)?),
            #[cfg(feature = "postgres")]
            Self::Postgres(prepared) => Ok(prepared.execute_later(params)?),
        })
    }
}

/// The rows of a query: from SQLite one by one as they are asked for, from PostgreSQL all at once.
pub(crate) enum Rows<'s> {
    Sqlite(rusqlite::Rows<'s>),
    #[cfg(feature = "postgres")]
    Postgres {
        rows: Vec<tokio_postgres::Row>,
        next: usize,
    },
}

impl Rows<'_> {
    /// The next row.
    pub(crate) fn next(&mut self) -> Result<Option<Row<'_>>, Fault> {
        match self {
            Self::Sqlite(rows) => Ok(rows.next()?.map(Row::Sqlite)),
            #[cfg(feature = "postgres")]
            Self::Postgres { rows, next } => {
                *next += 1;
                Ok(rows.get(*next - 1).map(Row::Postgres))
            }
        }
    }
}

/// A row, its columns counted from 0.
#[derive(Clone, Copy)]
pub(crate) enum Row<'r> {
    Sqlite(&'r rusqlite::Row<'r>),
    #[cfg(feature = "postgres")]
    Postgres(&'r tokio_postgres::Row),
}

impl<'r> Row<'r> {
    /// A column.
    pub(crate) fn get<T: FromColumn>(&self, at: usize) -> Result<T, Fault> {
        Ok(T::from_column(self.value(at)?)?)
    }

    /// A column that holds text.
    pub(crate) fn text(&self, at: usize) -> Result<&'r str, Fault> {
        Ok(text_of(self.value(at)?)?)
    }

    /// A column that may hold text.
    pub(crate) fn text_or_null(&self, at: usize) -> Result<Option<&'r str>, Fault> {
        match self.value(at)? {
            Value::Null => Ok(None),
            column => Ok(Some(text_of(column)?)),
        }
    }

    /// A column that holds bytes.
    pub(crate) fn blob(&self, at: usize) -> Result<&'r [u8], Fault> {
        Ok(blob_of(self.value(at)?)?)
    }

    /// The place of a column by its name.
    pub(crate) fn place(&self, name: &str) -> Result<usize, Fault> {
        match *self {
            Self::Sqlite(row) => Ok(row.as_ref().column_index(name)?),
            #[cfg(feature = "postgres")]
            Self::Postgres(row) => crate::postgres::place(row, name),
        }
    }

    /// A column as it is.
    pub(super) fn value(&self, at: usize) -> Result<Value<'r>, Fault> {
        match *self {
            Self::Sqlite(row) => Ok(match row.get_ref(at)? {
                ValueRef::Null => Value::Null,
                ValueRef::Integer(integer) => Value::Integer(integer),
                ValueRef::Text(text) => Value::Text(str::from_utf8(text).map_err(|_| unreadable("UTF-8"))?),
                ValueRef::Blob(bytes) => Value::Blob(bytes),
                ValueRef::Real(_) => return Err(unreadable("of a type that columns have").into()),
            }),
            #[cfg(feature = "postgres")]
            Self::Postgres(row) => crate::postgres::column(row, at),
        }
    }
}

/// For a row that may not be there.
pub(crate) trait OptionalRow<T> {
    /// `None` where there is no row.
    fn optional(self) -> Result<Option<T>, Fault>;
}

impl<T> OptionalRow<T> for Result<T, Fault> {
    fn optional(self) -> Result<Option<T>, Fault> {
        match self {
            Ok(value) => Ok(Some(value)),
            Err(Fault::NoRow) => Ok(None),
            Err(fault) => Err(fault),
        }
    }
}
