//! A configuration file: read whole, every mistake told at once.

use std::fmt;
use std::path::Path;

use toml::de::DeTable;

use super::reader::{Problem, Reader, Section};

/// Every mistake of a file.
#[derive(Debug)]
pub(crate) struct ConfigError {
    file: String,
    /// The mistakes, in the order of their lines.
    pub(crate) problems: Vec<Problem>,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} mistake(s), nothing was started", self.file, self.problems.len())?;
        self.problems.iter().try_for_each(|problem| write!(f, "\n  {problem}"))
    }
}

impl std::error::Error for ConfigError {}

/// Reads what is asked for of a file.
pub(super) fn load_as<T>(
    path: &Path,
    read: impl for<'a> FnOnce(&mut Reader<'a>, &Section<'a>) -> Option<T>,
) -> Result<T, ConfigError> {
    let file = path.display().to_string();
    let whole = |text: String| Problem { line: 1, path: String::new(), text };
    let source = std::fs::read_to_string(path).map_err(|error| ConfigError {
        file: file.clone(),
        problems: vec![whole(format!("cannot be read: {error}"))],
    })?;
    let folder = path.parent().unwrap_or(Path::new("."));
    parse_as(&source, folder, read).map_err(|problems| ConfigError { file, problems })
}

/// Reads what is asked for of a file's text, if there is no mistake in it.
pub(super) fn parse_as<T>(
    source: &str,
    folder: &Path,
    read: impl for<'a> FnOnce(&mut Reader<'a>, &Section<'a>) -> Option<T>,
) -> Result<T, Vec<Problem>> {
    let (document, errors) = DeTable::parse_recoverable(source);
    let mut reader = Reader::new(source, folder);
    for error in errors {
        let span = error.span().unwrap_or(0..0);
        reader.problem(&span, "", error.message().to_owned());
    }
    let found =
        if reader.problems.is_empty() { read(&mut reader, &Section::root(document.get_ref())) } else { None };
    let mut problems = reader.problems;
    problems.sort_by_key(|problem| problem.line);
    match found {
        Some(found) if problems.is_empty() => Ok(found),
        _ => Err(problems),
    }
}
