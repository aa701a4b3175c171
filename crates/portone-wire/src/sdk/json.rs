//! A JSON object to write, field by field. It borrows every text, so that it leaves no copy of a secret.

use serde::{Serialize, Serializer, ser::SerializeMap};

/// An object; absent fields are left out.
#[derive(Default)]
pub(super) struct Object<'a>(Vec<(&'static str, Json<'a>)>);

/// A value of a field.
pub(super) enum Json<'a> {
    Text(&'a str),
    Texts(&'a [String]),
    Integer(i64),
    Integers(&'a [i32]),
    Boolean(bool),
    Value(&'a serde_json::Value),
    Object(Object<'a>),
    Objects(Vec<Object<'a>>),
}

impl<'a> Object<'a> {
    /// Adds a field, unless it is absent.
    pub(super) fn with(mut self, name: &'static str, value: Option<impl Into<Json<'a>>>) -> Self {
        if let Some(value) = value {
            self.0.push((name, value.into()));
        }
        self
    }

    /// The object as a field's value; absent where it is empty.
    pub(super) fn unless_empty(self) -> Option<Self> {
        if self.0.is_empty() { None } else { Some(self) }
    }

    /// Another object's fields after these.
    pub(super) fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }
}

impl Serialize for Object<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl Serialize for Json<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => text.serialize(serializer),
            Self::Texts(texts) => texts.serialize(serializer),
            Self::Integer(integer) => integer.serialize(serializer),
            Self::Integers(integers) => integers.serialize(serializer),
            Self::Boolean(boolean) => boolean.serialize(serializer),
            Self::Value(value) => value.serialize(serializer),
            Self::Object(object) => object.serialize(serializer),
            Self::Objects(objects) => objects.serialize(serializer),
        }
    }
}

impl<'a> From<&'a str> for Json<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<&'a String> for Json<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<&'a Vec<String>> for Json<'a> {
    fn from(texts: &'a Vec<String>) -> Self {
        Self::Texts(texts)
    }
}

impl From<i64> for Json<'_> {
    fn from(integer: i64) -> Self {
        Self::Integer(integer)
    }
}

impl From<i32> for Json<'_> {
    fn from(integer: i32) -> Self {
        Self::Integer(integer.into())
    }
}

impl<'a> From<&'a Vec<i32>> for Json<'a> {
    fn from(integers: &'a Vec<i32>) -> Self {
        Self::Integers(integers)
    }
}

impl From<bool> for Json<'_> {
    fn from(boolean: bool) -> Self {
        Self::Boolean(boolean)
    }
}

impl<'a> From<&'a serde_json::Value> for Json<'a> {
    fn from(value: &'a serde_json::Value) -> Self {
        Self::Value(value)
    }
}

impl<'a> From<Object<'a>> for Json<'a> {
    fn from(object: Object<'a>) -> Self {
        Self::Object(object)
    }
}

impl<'a> From<Vec<Object<'a>>> for Json<'a> {
    fn from(objects: Vec<Object<'a>>) -> Self {
        Self::Objects(objects)
    }
}
