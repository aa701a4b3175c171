//! Parameters and columns on their way to PostgreSQL and back, in its binary format.

use std::error::Error;

use bytes::{BufMut, BytesMut};
use tokio_postgres::Row;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

use crate::document::Unreadable;
use crate::sql::Fault;
use crate::sql::statement::Value;

type Refusal = Box<dyn Error + Sync + Send>;

/// A parameter on its way.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Parameter {
    Null,
    Integer(i64),
    Text(String),
    Blob(Vec<u8>),
    OutOfRange,
}

impl From<Value<'_>> for Parameter {
    fn from(value: Value<'_>) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Integer(integer) => Self::Integer(integer),
            Value::Text(text) => Self::Text(text.to_owned()),
            Value::Blob(bytes) => Self::Blob(bytes.to_owned()),
            Value::OutOfRange => Self::OutOfRange,
        }
    }
}

impl ToSql for Parameter {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Refusal> {
        match (self, ty) {
            (Self::Null, _) => return Ok(IsNull::Yes),
            (Self::Integer(integer), &Type::INT8) => out.put_i64(*integer),
            (Self::Integer(integer), &Type::INT4) => out.put_i32(i32::try_from(*integer)?),
            (Self::Integer(integer), &Type::BOOL) => out.put_u8(u8::from(*integer != 0)),
            (Self::Text(text), &Type::TEXT | &Type::VARCHAR | &Type::JSON) => out.put_slice(text.as_bytes()),
            (Self::Text(text), &Type::JSONB) => {
                // The version of the format.
                out.put_u8(1);
                out.put_slice(text.as_bytes());
            }
            (Self::Blob(bytes), &Type::BYTEA) => out.put_slice(bytes),
            (Self::OutOfRange, _) => return Err("a number is out of range".into()),
            (Self::Integer(_) | Self::Text(_) | Self::Blob(_), _) => {
                return Err(format!("a parameter is no {ty}").into());
            }
        }
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

/// A column as it came.
struct Raw<'r>(Value<'r>);

impl<'r> FromSql<'r> for Raw<'r> {
    fn from_sql(ty: &Type, raw: &'r [u8]) -> Result<Self, Refusal> {
        Ok(Self(match *ty {
            Type::INT8 => Value::Integer(i64::from_be_bytes(raw.try_into()?)),
            Type::INT4 => Value::Integer(i32::from_be_bytes(raw.try_into()?).into()),
            Type::BOOL => Value::Integer((raw != [0]).into()),
            Type::TEXT | Type::VARCHAR => Value::Text(str::from_utf8(raw)?),
            Type::BYTEA => Value::Blob(raw),
            _ => return Err(format!("no column is a {ty}").into()),
        }))
    }

    fn from_sql_null(_: &Type) -> Result<Self, Refusal> {
        Ok(Self(Value::Null))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

/// A column of a row.
pub(crate) fn column(row: &Row, at: usize) -> Result<Value<'_>, Fault> {
    let read: Result<Raw<'_>, _> = row.try_get(at);
    read.map(|raw| raw.0).map_err(|error| Unreadable::new("column", error.to_string()).into())
}

/// The place of a column by its name.
pub(crate) fn place(row: &Row, name: &str) -> Result<usize, Fault> {
    let found = row.columns().iter().position(|column| column.name() == name);
    found.ok_or_else(|| Fault::Contract(format!("a row has no column `{name}`")))
}
