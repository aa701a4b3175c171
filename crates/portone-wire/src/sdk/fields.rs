//! An object's fields, read by name. Everything that is wrong is written down, and nothing stops at the first.

use portone_core::{Report, Secret};
use serde_json::{Map, Value};

use super::{REQUIRED, TYPE, UNKNOWN};

/// One object of the argument.
pub(super) struct Fields<'a> {
    path: String,
    object: &'a Map<String, Value>,
    read: Vec<&'static str>,
}

impl<'a> Fields<'a> {
    /// The argument itself.
    pub(super) fn root(argument: &'a Value, report: &mut Report) -> Option<Self> {
        let Some(object) = argument.as_object() else {
            report.add(&TYPE, "argument", "is no object; send the SDK's argument as JSON");
            return None;
        };
        Some(Self { path: String::new(), object, read: Vec::new() })
    }

    /// The path of one of its fields.
    pub(super) fn path(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    fn value(&mut self, name: &'static str) -> Option<&'a Value> {
        self.read.push(name);
        self.object.get(name).filter(|value| !value.is_null())
    }

    fn typed<T>(
        &mut self,
        name: &'static str,
        what: &str,
        report: &mut Report,
        of: impl FnOnce(&'a Value) -> Option<T>,
    ) -> Option<T> {
        let value = self.value(name)?;
        let typed = of(value);
        if typed.is_none() {
            report.add(&TYPE, self.path(name), format!("is no {what}; send {what}"));
        }
        typed
    }

    /// Reports a field that must be there and is not, or is blank.
    pub(super) fn required<T>(&self, name: &str, value: Option<T>, report: &mut Report) -> Option<T> {
        let reported = || report.violations.iter().any(|violation| violation.field == self.path(name));
        if value.is_none() && !reported() {
            report.add(&REQUIRED, self.path(name), "is missing; send it");
        }
        value
    }

    pub(super) fn text(&mut self, name: &'static str, report: &mut Report) -> Option<String> {
        self.typed(name, "text", report, Value::as_str).map(str::to_owned)
    }

    pub(super) fn secret(&mut self, name: &'static str, report: &mut Report) -> Option<Secret<String>> {
        self.typed(name, "text", report, Value::as_str).map(Secret::from)
    }

    /// A text read by `parse`; what is wrong with it is its error.
    pub(super) fn parsed<T, E: std::fmt::Display>(
        &mut self,
        name: &'static str,
        report: &mut Report,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        let text = self.typed(name, "text", report, Value::as_str)?;
        match parse(text) {
            Ok(parsed) => Some(parsed),
            Err(error) => {
                report.add(&TYPE, self.path(name), format!("cannot be read: {error}"));
                None
            }
        }
    }

    /// A name of the SDK's, less its type's prefix.
    pub(super) fn name(&mut self, name: &'static str, prefix: &str, report: &mut Report) -> Option<String> {
        self.typed(name, "text", report, Value::as_str).map(|text| bare(text, prefix))
    }

    /// A list of the SDK's names, less their type's prefix.
    pub(super) fn names(
        &mut self,
        name: &'static str,
        prefix: &str,
        report: &mut Report,
    ) -> Option<Vec<String>> {
        self.typed(name, "list of texts", report, |value| {
            value.as_array()?.iter().map(|item| Some(bare(item.as_str()?, prefix))).collect()
        })
    }

    pub(super) fn boolean(&mut self, name: &'static str, report: &mut Report) -> Option<bool> {
        self.typed(name, "boolean", report, Value::as_bool)
    }

    pub(super) fn integer(&mut self, name: &'static str, report: &mut Report) -> Option<i64> {
        self.typed(name, "whole number", report, Value::as_i64)
    }

    /// Whole numbers as small as months and quantities are.
    pub(super) fn small(&mut self, name: &'static str, report: &mut Report) -> Option<i32> {
        self.typed(name, "small whole number", report, |value| i32::try_from(value.as_i64()?).ok())
    }

    pub(super) fn smalls(&mut self, name: &'static str, report: &mut Report) -> Option<Vec<i32>> {
        self.typed(name, "list of small whole numbers", report, |value| {
            value.as_array()?.iter().map(|item| i32::try_from(item.as_i64()?).ok()).collect()
        })
    }

    /// A JSON object as it is.
    pub(super) fn json(&mut self, name: &'static str, report: &mut Report) -> Option<Value> {
        self.typed(name, "object", report, |value| value.is_object().then(|| value.clone()))
    }

    /// An object to read on; its own unread names are the caller's to [`Fields::finish`].
    pub(super) fn object(&mut self, name: &'static str, report: &mut Report) -> Option<Self> {
        let object = self.typed(name, "object", report, Value::as_object)?;
        Some(Self { path: self.path(name), object, read: Vec::new() })
    }

    /// A list of objects.
    pub(super) fn objects(&mut self, name: &'static str, report: &mut Report) -> Option<Vec<Self>> {
        let items = self.typed(name, "list of objects", report, |value| {
            value.as_array()?.iter().map(Value::as_object).collect::<Option<Vec<_>>>()
        })?;
        let path = self.path(name);
        let fields = |(at, object)| Self { path: format!("{path}[{at}]"), object, read: Vec::new() };
        Some(items.into_iter().enumerate().map(fields).collect())
    }

    /// Names what was not read.
    pub(super) fn finish(self, report: &mut Report) {
        for name in self.object.keys().filter(|name| !self.read.contains(&name.as_str())) {
            report.add(&UNKNOWN, self.path(name), "is not read; leave it out, or see whether it is misspelt");
        }
    }
}

fn bare(text: &str, prefix: &str) -> String {
    text.strip_prefix(prefix).unwrap_or(text).to_owned()
}
