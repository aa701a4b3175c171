//! What can go wrong with PostgreSQL.

use thiserror::Error;
use tokio_postgres::Error;
use tokio_postgres::error::DbError;

/// Why PostgreSQL did not do something.
#[derive(Debug, Clone, Error)]
pub(crate) enum Problem {
    /// It said no. Its messages name tables and constraints; what it says of values is left out.
    #[error("PostgreSQL refused ({code}): {message}")]
    Refused {
        /// The SQLSTATE.
        code: String,
        /// Its words.
        message: String,
    },
    /// It could not be reached, or the connection went before a commit was asked for: nothing was written.
    #[error("PostgreSQL cannot be reached: {0}")]
    Lost(String),
    /// The connection went in the middle of a commit, which turned out not to have happened.
    #[error("the connection to PostgreSQL went before the commit")]
    Undone,
    /// The connection went in the middle of a commit, and nobody could be asked whether it happened.
    #[error("the connection to PostgreSQL went during a commit, and whether it happened is not known")]
    Unknown,
}

/// Codes of refusals that pass: conflicts of writers, a server that stops, starts or is full, a standby.
const PASSING: [&str; 12] = [
    "40001", "40P01", "55P03", "57014", "57P01", "57P02", "57P03", "53300", "25P03", "25006", "57P04",
    "57P05",
];

impl Problem {
    /// Whether nothing was written and the same may be tried again.
    pub(crate) fn may_be_tried_again(&self) -> bool {
        match self {
            Self::Refused { code, .. } => PASSING.contains(&code.as_str()) || code.starts_with("08"),
            Self::Lost(_) | Self::Undone => true,
            Self::Unknown => false,
        }
    }

    /// Whether the server said no.
    pub(crate) const fn is_refusal(&self) -> bool {
        matches!(self, Self::Refused { .. })
    }

    /// What the driver says, where a commit was not asked for. The second tells whether the connection is still good.
    pub(super) fn of(error: &Error) -> (Self, bool) {
        match error.as_db_error() {
            Some(said) => {
                let code = said.code().code().to_owned();
                // What ends a session is no answer to a statement.
                let is_good = !is_fatal(said);
                (Self::Refused { code, message: said.message().to_owned() }, is_good)
            }
            // What cannot be encoded is not sent, and what cannot be decoded has come whole.
            None if is_about_values(error) => {
                (Self::Refused { code: "client".to_owned(), message: words(error) }, true)
            }
            None => (Self::Lost(words(error)), false),
        }
    }
}

fn is_fatal(said: &DbError) -> bool {
    matches!(said.severity(), "FATAL" | "PANIC")
}

/// The driver keeps its kinds of error to itself; its words for them are stable.
fn is_about_values(error: &Error) -> bool {
    let words = error.to_string();
    [
        "error serializing",
        "error deserializing",
        "error encoding",
        "invalid column",
        "expected ",
        "query returned",
    ]
    .iter()
    .any(|start| words.starts_with(start))
}

/// An error and its cause, without the statement's values: the driver's messages hold none.
fn words(error: &Error) -> String {
    use std::error::Error as _;
    error.source().map_or_else(|| error.to_string(), |source| format!("{error}: {source}"))
}
