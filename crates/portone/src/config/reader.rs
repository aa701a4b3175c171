//! Reads TOML by hand, so that every mistake of a file is told at once, each with its line.

use std::{fmt, ops::Range, path::Path, sync::Arc};

use portone_core::Secret;
use portone_store::Keyring;
use toml::de::{DeTable, DeValue};

/// How a secret is written.
const SECRET_WORDS: &str = "write a text, { env = \"NAME\" }, { file = \"path\" } or { sealed = \"v1:..\" }";

/// One mistake in a configuration file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    /// The line, from 1.
    pub(crate) line: usize,
    /// The key's path (`stores[0].channels[1].provider`); empty for the file as a whole.
    pub(crate) path: String,
    /// What is wrong, and the remedy. Never shows a secret.
    pub(crate) text: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            write!(f, "line {}: {}", self.line, self.text)
        } else {
            write!(f, "line {}: {}: {}", self.line, self.path, self.text)
        }
    }
}

/// A table and where it stands.
#[derive(Clone)]
pub(crate) struct Section<'a> {
    table: &'a DeTable<'a>,
    span: Range<usize>,
    /// Its path; empty at the top.
    pub(crate) path: String,
}

impl<'a> Section<'a> {
    /// The whole file.
    pub(crate) fn root(table: &'a DeTable<'a>) -> Self {
        Self { table, span: 0..0, path: String::new() }
    }

    /// The path of one of its keys.
    pub(crate) fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    /// A key's value, if it is there.
    fn value(&self, key: &str) -> Option<&'a DeValue<'a>> {
        self.table.get(key).map(toml::Spanned::get_ref)
    }

    /// Where a key's value stands; where the table stands if it has no such key.
    pub(crate) fn span_of(&self, key: &str) -> Range<usize> {
        self.table.get(key).map_or_else(|| self.span.clone(), toml::Spanned::span)
    }

    /// Every key with its table, of a table of tables.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (&'a str, Option<Self>)> {
        let path = self.path.clone();
        self.table.iter().map(move |(key, value)| {
            let name: &'a str = key.get_ref();
            let path = if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
            let table = value.get_ref().as_table();
            (name, table.map(|table| Self { table, span: value.span(), path }))
        })
    }
}

/// Collects what is wrong while a file is read.
pub(crate) struct Reader<'a> {
    source: &'a str,
    folder: &'a Path,
    /// What is wrong so far.
    pub(crate) problems: Vec<Problem>,
    /// What `{ sealed }` is opened with.
    pub(crate) keyring: Option<Arc<Keyring>>,
    /// The paths of what is sealed with another key than the current one.
    pub(crate) sealed_otherwise: Vec<String>,
}

impl<'a> Reader<'a> {
    /// A reader of one file's text; secrets in files are looked up relative to `folder`.
    pub(crate) fn new(source: &'a str, folder: &'a Path) -> Self {
        Self { source, folder, problems: Vec::new(), keyring: None, sealed_otherwise: Vec::new() }
    }

    /// Adds a mistake.
    pub(crate) fn problem(&mut self, span: &Range<usize>, path: impl Into<String>, text: impl Into<String>) {
        let line = self.source[..span.start.min(self.source.len())].matches('\n').count() + 1;
        self.problems.push(Problem { line, path: path.into(), text: text.into() });
    }

    /// Adds a mistake about one key of a section.
    pub(crate) fn problem_at(&mut self, section: &Section<'_>, key: &str, text: impl Into<String>) {
        self.problem(&section.span_of(key), section.path_of(key), text);
    }

    /// Names every key that is not among the known ones.
    pub(crate) fn only(&mut self, section: &Section<'a>, known: &[&str]) {
        for (key, _) in section.table {
            let name: &str = key.get_ref();
            if !known.contains(&name) {
                let hint = nearest(name, known).map_or_else(
                    || format!("known keys are {}", known.join(", ")),
                    |near| format!("did you mean `{near}`?"),
                );
                self.problem(&key.span(), section.path_of(name), format!("unknown key; {hint}"));
            }
        }
    }

    /// A text, if the key is there.
    pub(crate) fn text(&mut self, section: &Section<'a>, key: &str) -> Option<&'a str> {
        let value = section.value(key)?;
        let text = value.as_str();
        if text.is_none() {
            self.problem_at(section, key, format!("is {}; write a text in quotes", value.type_str()));
        }
        text
    }

    /// A text that must be there.
    pub(crate) fn required_text(&mut self, section: &Section<'a>, key: &str) -> Option<&'a str> {
        if section.value(key).is_none() {
            self.missing(section, key);
        }
        self.text(section, key).filter(|text| !text.trim().is_empty()).or_else(|| {
            if section.value(key).is_some_and(|value| value.as_str().is_some()) {
                self.problem_at(section, key, "is empty");
            }
            None
        })
    }

    /// A text parsed into a type that says what is wrong with it.
    pub(crate) fn parsed<T>(&mut self, section: &Section<'a>, key: &str) -> Option<T>
    where
        T: std::str::FromStr<Err: fmt::Display>,
    {
        let text = self.text(section, key)?;
        text.parse().map_err(|error| self.problem_at(section, key, format!("`{text}`: {error}"))).ok()
    }

    /// A text that must be there, parsed.
    pub(crate) fn required<T>(&mut self, section: &Section<'a>, key: &str) -> Option<T>
    where
        T: std::str::FromStr<Err: fmt::Display>,
    {
        self.required_text(section, key)?;
        self.parsed(section, key)
    }

    /// One of some words, if the key is there.
    pub(crate) fn one_of<T: Copy>(
        &mut self,
        section: &Section<'a>,
        key: &str,
        words: &[(&str, T)],
    ) -> Option<T> {
        let text = self.text(section, key)?;
        let found = words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
        if found.is_none() {
            let names: Vec<String> = words.iter().map(|(word, _)| format!("\"{word}\"")).collect();
            self.problem_at(section, key, format!("`{text}` is not known; use {}", names.join(" or ")));
        }
        found
    }

    /// `true` or `false`, if the key is there.
    pub(crate) fn flag(&mut self, section: &Section<'a>, key: &str) -> Option<bool> {
        let value = section.value(key)?;
        let flag = value.as_bool();
        if flag.is_none() {
            self.problem_at(section, key, format!("is {}; use true or false", value.type_str()));
        }
        flag
    }

    /// A whole number from 0, if the key is there.
    pub(crate) fn number(&mut self, section: &Section<'a>, key: &str) -> Option<u64> {
        let value = section.value(key)?;
        let number = value.as_integer().and_then(|integer| {
            u64::from_str_radix(&integer.as_str().replace('_', ""), integer.radix()).ok()
        });
        if number.is_none() {
            self.problem_at(section, key, format!("is {}; write a whole number from 0", value.type_str()));
        }
        number
    }

    /// A list of texts, if the key is there.
    pub(crate) fn texts(&mut self, section: &Section<'a>, key: &str) -> Option<Vec<&'a str>> {
        let value = section.value(key)?;
        let texts =
            value.as_array().and_then(|items| items.iter().map(|item| item.get_ref().as_str()).collect());
        if texts.is_none() {
            self.problem_at(section, key, "write a list of texts: [\"…\", \"…\"]");
        }
        texts
    }

    /// A table, if the key is there.
    pub(crate) fn section(&mut self, section: &Section<'a>, key: &str) -> Option<Section<'a>> {
        let value = section.value(key)?;
        let Some(table) = value.as_table() else {
            self.problem_at(section, key, format!("is {}; write a table", value.type_str()));
            return None;
        };
        Some(Section { table, span: section.span_of(key), path: section.path_of(key) })
    }

    /// A list of tables; empty if the key is not there.
    pub(crate) fn sections(&mut self, section: &Section<'a>, key: &str) -> Vec<Section<'a>> {
        let Some(value) = section.value(key) else { return Vec::new() };
        let Some(items) = value.as_array() else {
            self.problem_at(
                section,
                key,
                format!("is {}; write a list of tables: [[{}]]", value.type_str(), section.path_of(key)),
            );
            return Vec::new();
        };
        let mut found = Vec::new();
        for (at, item) in items.iter().enumerate() {
            let path = format!("{}[{at}]", section.path_of(key));
            match item.get_ref().as_table() {
                Some(table) => found.push(Section { table, span: item.span(), path }),
                None => self.problem(&item.span(), path, "is no table"),
            }
        }
        found
    }

    /// A secret that stands elsewhere, if the key is there: `{ env = ".." }` or `{ file = ".." }`.
    pub(crate) fn secret_elsewhere(&mut self, section: &Section<'a>, key: &str) -> Option<Secret<String>> {
        if section.value(key)?.as_str().is_some() {
            let remedy =
                "stands in the file that it protects; write { env = \"NAME\" } or { file = \"path\" }";
            self.problem_at(section, key, remedy);
            return None;
        }
        self.secret(section, key)
    }

    /// A secret, if the key is there: a text, `{ env = ".." }`, `{ file = ".." }` or `{ sealed = ".." }`.
    pub(crate) fn secret(&mut self, section: &Section<'a>, key: &str) -> Option<Secret<String>> {
        let value = section.value(key)?;
        self.secret_value(value, &section.span_of(key), &section.path_of(key))
    }

    /// A list of secrets; empty if the key is not there.
    pub(crate) fn secrets(&mut self, section: &Section<'a>, key: &str) -> Vec<Secret<String>> {
        let Some(value) = section.value(key) else { return Vec::new() };
        let Some(items) = value.as_array() else {
            self.problem_at(section, key, "write a list of secrets");
            return Vec::new();
        };
        let items = items.iter().enumerate();
        items
            .filter_map(|(at, item)| {
                self.secret_value(item.get_ref(), &item.span(), &format!("{}[{at}]", section.path_of(key)))
            })
            .collect()
    }

    fn secret_value(
        &mut self,
        value: &'a DeValue<'a>,
        span: &Range<usize>,
        path: &str,
    ) -> Option<Secret<String>> {
        let read = match (value.as_str(), value.as_table()) {
            (Some(text), _) => Ok(text.to_owned()),
            (None, Some(table)) => self.secret_reference(table, path),
            (None, None) => Err(SECRET_WORDS.to_owned()),
        };
        match read {
            Ok(text) if text.trim().is_empty() => self.problem(span, path, "is empty"),
            Ok(text) => return Some(Secret::new(text.trim().to_owned())),
            Err(text) => self.problem(span, path, text),
        }
        None
    }

    fn secret_reference(&mut self, table: &DeTable<'_>, path: &str) -> Result<String, String> {
        let text = |key| table.get(key).and_then(|value| value.get_ref().as_str());
        match (text("env"), text("file"), text("sealed"), table.len()) {
            (None, None, Some(sealed), 1) => self.unseal(sealed, path),
            (Some(name), None, None, 1) => {
                std::env::var(name).map_err(|_| format!("environment variable {name} is not set"))
            }
            (None, Some(path), None, 1) => {
                let path = self.folder.join(path);
                std::fs::read_to_string(&path)
                    .map_err(|error| format!("cannot read {}: {error}", path.display()))
            }
            _ => Err(SECRET_WORDS.to_owned()),
        }
    }

    fn unseal(&mut self, sealed: &str, path: &str) -> Result<String, String> {
        let keyring = self.keyring.as_ref().ok_or("is sealed, and encryption_key is not set")?;
        let (secret, is_current) =
            keyring.open_of_configuration(sealed).map_err(|error| format!("cannot be opened: {error}"))?;
        if !is_current {
            self.sealed_otherwise.push(path.to_owned());
        }
        Ok(secret.expose().clone())
    }

    pub(crate) fn missing(&mut self, section: &Section<'_>, key: &str) {
        self.problem(&section.span, section.path_of(key), "is missing");
    }
}

/// The known word that a word resembles, if one does.
pub(crate) fn nearest<'k>(word: &str, known: &[&'k str]) -> Option<&'k str> {
    let distance = |candidate: &str| strsim::damerau_levenshtein(word, candidate);
    known
        .iter()
        .copied()
        .min_by_key(|candidate| distance(candidate))
        .filter(|best| distance(best) <= 1 + best.len() / 4)
}
