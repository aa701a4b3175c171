//! Reads a JSON object member by member; an error names the path and never the value.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use crate::refusal::Refusal;

/// An object of a request body and where it stands in it.
#[derive(Clone)]
pub(crate) struct Fields<'a> {
    members: &'a Map<String, Value>,
    path: String,
}

/// A body as JSON; an empty body is an empty object.
pub(crate) fn parse(body: &[u8]) -> Result<Value, Refusal> {
    if body.is_empty() {
        return Ok(Value::Object(Map::new()));
    }
    serde_json::from_slice(body).map_err(|_| Refusal::invalid("the request body is not JSON"))
}

impl<'a> Fields<'a> {
    pub(crate) fn root(value: &'a Value) -> Result<Self, Refusal> {
        match value {
            Value::Object(members) => Ok(Self { members, path: String::new() }),
            _ => Err(Refusal::invalid("the request body must be a JSON object")),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &'a String> {
        self.members.keys()
    }

    /// A member as it is.
    pub(crate) fn member(&self, name: &str) -> Option<&'a Value> {
        self.members.get(name)
    }

    /// `INVALID_REQUEST` about one member.
    pub(crate) fn error(&self, name: &str, what: &str) -> Refusal {
        Refusal::invalid(format!("{} {what}", self.path_of(name)))
    }

    pub(crate) fn text(&self, name: &str) -> Result<&'a str, Refusal> {
        self.optional_text(name)?.ok_or_else(|| self.error(name, "is required"))
    }

    pub(crate) fn optional_text(&self, name: &str) -> Result<Option<&'a str>, Refusal> {
        self.typed(name, "must be a string", Value::as_str)
    }

    pub(crate) fn owned_text(&self, name: &str) -> Result<Option<String>, Refusal> {
        Ok(self.optional_text(name)?.map(str::to_owned))
    }

    pub(crate) fn integer(&self, name: &str) -> Result<i64, Refusal> {
        self.optional_integer(name)?.ok_or_else(|| self.error(name, "is required"))
    }

    pub(crate) fn optional_integer(&self, name: &str) -> Result<Option<i64>, Refusal> {
        self.typed(name, "must be an integer", Value::as_i64)
    }

    /// An amount of money in minor units; negative amounts are refused.
    pub(crate) fn optional_amount(&self, name: &str) -> Result<Option<i64>, Refusal> {
        match self.optional_integer(name)? {
            Some(amount) if amount < 0 => Err(self.error(name, "must not be negative")),
            amount => Ok(amount),
        }
    }

    pub(crate) fn flag(&self, name: &str) -> Result<Option<bool>, Refusal> {
        self.typed(name, "must be true or false", Value::as_bool)
    }

    pub(crate) fn object(&self, name: &str) -> Result<Fields<'a>, Refusal> {
        self.optional_object(name)?.ok_or_else(|| self.error(name, "is required"))
    }

    pub(crate) fn optional_object(&self, name: &str) -> Result<Option<Fields<'a>>, Refusal> {
        let members = self.typed(name, "must be an object", Value::as_object)?;
        Ok(members.map(|members| Fields { members, path: self.path_of(name) }))
    }

    pub(crate) fn texts(&self, name: &str) -> Result<Option<Vec<&'a str>>, Refusal> {
        let Some(items) = self.typed(name, "must be an array", Value::as_array)? else { return Ok(None) };
        let texts: Option<Vec<_>> = items.iter().map(Value::as_str).collect();
        texts.map(Some).ok_or_else(|| self.error(name, "must hold strings only"))
    }

    pub(crate) fn time(&self, name: &str) -> Result<Option<DateTime<Utc>>, Refusal> {
        let Some(text) = self.optional_text(name)? else { return Ok(None) };
        match DateTime::parse_from_rfc3339(text) {
            Ok(time) => Ok(Some(time.with_timezone(&Utc))),
            Err(_) => Err(self.error(name, "must be an RFC 3339 time such as 2099-11-12T00:00:00+09:00")),
        }
    }

    /// One of `allowed`, as a string.
    pub(crate) fn one_of(&self, name: &str, allowed: &[&str]) -> Result<Option<&'a str>, Refusal> {
        match self.optional_text(name)? {
            Some(text) if !allowed.contains(&text) => {
                Err(self.error(name, &format!("must be one of {}", allowed.join(", "))))
            }
            text => Ok(text),
        }
    }

    fn typed<T>(
        &self,
        name: &str,
        wrong: &str,
        read: impl Fn(&'a Value) -> Option<T>,
    ) -> Result<Option<T>, Refusal> {
        match self.members.get(name) {
            None => Ok(None),
            Some(value) => read(value).map(Some).ok_or_else(|| self.error(name, wrong)),
        }
    }

    fn path_of(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }
}
