//! The lines of an export. A row is a list: numbers as they are, texts as they are, bytes as `{"base64": ".."}`.

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use serde::de::{self, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::sql::database::Fault;
use crate::sql::statement::{Row, ToValue, Value};

/// The version of the format.
pub(super) const FORMAT: u32 = 1;

/// The first line.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Head {
    /// The version of the format.
    pub(super) portone_export: u32,
    /// The program and its version.
    pub(super) made_by: String,
    pub(super) made_at: DateTime<Utc>,
    /// The kind of database it is of.
    pub(super) database: String,
    /// The version of that database's schema.
    pub(super) schema: usize,
    /// The ids of the stores in it.
    pub(super) stores: Vec<String>,
    /// The ids of the keys its secrets are sealed with.
    #[serde(default)]
    pub(super) sealed_by: Vec<String>,
}

/// The line before a table's rows.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Section {
    pub(super) table: String,
    pub(super) columns: Vec<String>,
}

/// The last line.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct End {
    /// How many rows each table has.
    pub(super) rows: BTreeMap<String, u64>,
    /// The SHA-256 of all lines before, their ends included, in hex.
    pub(super) sha256: String,
}

/// Any line but the first.
#[derive(Debug)]
pub(super) enum Line {
    Row(Vec<Cell>),
    Section(Section),
    End(End),
}

impl Line {
    /// A line without its end.
    pub(super) fn parse(line: &[u8]) -> Result<Self, serde_json::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Object {
            Section(Section),
            End(End),
        }
        if line.starts_with(b"[") {
            return serde_json::from_slice(line).map(Self::Row);
        }
        Ok(match serde_json::from_slice(line)? {
            Object::Section(section) => Self::Section(section),
            Object::End(end) => Self::End(end),
        })
    }
}

/// A row's value of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cell {
    Null,
    Integer(i64),
    Text(String),
    Blob(Vec<u8>),
}

impl Cell {
    /// A copy of what a row has.
    pub(super) fn of(value: Value<'_>) -> Self {
        match value {
            // No column holds what is out of range.
            Value::Null | Value::OutOfRange => Self::Null,
            Value::Integer(integer) => Self::Integer(integer),
            Value::Text(text) => Self::Text(text.to_owned()),
            Value::Blob(bytes) => Self::Blob(bytes.to_owned()),
        }
    }
}

impl ToValue for Cell {
    fn to_value(&self) -> Value<'_> {
        match self {
            Self::Null => Value::Null,
            Self::Integer(integer) => Value::Integer(*integer),
            Self::Text(text) => Value::Text(text),
            Self::Blob(bytes) => Value::Blob(bytes),
        }
    }
}

/// Appends a row's line.
pub(super) fn push_row(line: &mut Vec<u8>, row: Row<'_>, column_count: usize) -> Result<(), Fault> {
    for at in 0..column_count {
        line.push(if at == 0 { b'[' } else { b',' });
        match row.value(at)? {
            Value::Null | Value::OutOfRange => line.extend_from_slice(b"null"),
            Value::Integer(integer) => line.extend_from_slice(integer.to_string().as_bytes()),
            Value::Text(text) => push_json(line, &text)?,
            Value::Blob(bytes) => {
                line.extend_from_slice(b"{\"base64\":\"");
                line.extend_from_slice(STANDARD.encode(bytes).as_bytes());
                line.extend_from_slice(b"\"}");
            }
        }
    }
    line.extend_from_slice(b"]\n");
    Ok(())
}

/// Appends anything as JSON.
pub(super) fn push_json(line: &mut Vec<u8>, value: &impl Serialize) -> Result<(), Fault> {
    serde_json::to_writer(line, value).map_err(|error| Fault::Contract(error.to_string()))
}

impl<'de> Deserialize<'de> for Cell {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(CellVisitor)
    }
}

struct CellVisitor;

impl<'de> Visitor<'de> for CellVisitor {
    type Value = Cell;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("null, a whole number, a text or {\"base64\": \"..\"}")
    }

    fn visit_unit<E>(self) -> Result<Cell, E> {
        Ok(Cell::Null)
    }

    fn visit_i64<E>(self, integer: i64) -> Result<Cell, E> {
        Ok(Cell::Integer(integer))
    }

    fn visit_u64<E: de::Error>(self, integer: u64) -> Result<Cell, E> {
        i64::try_from(integer).map(Cell::Integer).map_err(|_| E::custom("a number is too large"))
    }

    fn visit_str<E>(self, text: &str) -> Result<Cell, E> {
        Ok(Cell::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Cell, E> {
        Ok(Cell::Text(text))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Cell, A::Error> {
        let entry: Option<(String, String)> = map.next_entry()?;
        let bytes = match entry {
            Some((name, text)) if name == "base64" => STANDARD.decode(text).ok(),
            _ => None,
        };
        if map.next_entry::<String, de::IgnoredAny>()?.is_some() {
            return Err(de::Error::custom("bytes have one member, `base64`"));
        }
        bytes.map(Cell::Blob).ok_or_else(|| de::Error::custom("bytes are {\"base64\": \"..\"}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_exact_and_other_values_are_refused() {
        let row = |text: &str| match Line::parse(text.as_bytes()) {
            Ok(Line::Row(cells)) => Some(cells),
            _ => None,
        };
        let expected = [
            Cell::Null,
            Cell::Integer(i64::MIN),
            Cell::Integer(i64::MAX),
            Cell::Text("a\"\n가\u{0}".to_owned()),
            Cell::Blob(vec![0, 255]),
        ];
        let text = r#"[null,-9223372036854775808,9223372036854775807,"a\"\n가\u0000",{"base64":"AP8="}]"#;
        assert_eq!(row(text).as_deref(), Some(expected.as_slice()));
        for wrong in
            ["[1.5]", "[9223372036854775808]", "[true]", "[[]]", r#"[{"base64":"="}]"#, r#"[{"b":1}]"#, "[1"]
        {
            assert_eq!(row(wrong), None, "{wrong}");
        }
    }
}
