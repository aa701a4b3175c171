//! What can be wrong with a database that is to be opened.

use std::path::PathBuf;

use thiserror::Error;

/// Why a database cannot be opened.
#[derive(Debug, Error)]
pub enum OpenError {
    /// Another process has it.
    #[error(
        "another gateway uses the database `{}` (it holds the lock `{}`): stop it, or give this one a data folder of its own",
        database.display(),
        lock.display()
    )]
    InUse {
        /// The database.
        database: PathBuf,
        /// The lock file.
        lock: PathBuf,
    },
    /// A file cannot be made, read or protected.
    #[error("`{}` cannot be opened: {problem}", path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        problem: std::io::Error,
    },
    /// A newer gateway has written it.
    #[error(
        "the database `{database}` has schema {found}, and this gateway knows {known}: use the gateway that wrote it, or a newer one"
    )]
    TooNew {
        /// The database: its path, or its address without a password.
        database: String,
        /// Its schema.
        found: usize,
        /// The newest schema this gateway knows.
        known: usize,
    },
    /// An older gateway has written it, and nothing may be changed now.
    #[error(
        "the database `{database}` has schema {found}, and this version knows {known}: start its gateway once, which brings it up to date"
    )]
    TooOld {
        /// The database: its path, or its address without a password.
        database: String,
        /// Its schema.
        found: usize,
        /// The schema this version knows.
        known: usize,
    },
    /// There is no ledger.
    #[error("there is no ledger in `{database}`: no gateway was ever started on it")]
    Missing {
        /// The database: its path, or its address without a password.
        database: String,
    },
    /// An import into it did not come to its end.
    #[error(
        "the database `{database}` is half-filled: an import into it is under way or was interrupted; run `portone import` again, which begins anew, or take another database"
    )]
    HalfImported {
        /// The database: its path, or its address without a password.
        database: String,
    },
    /// Its secrets are sealed, and there is no key.
    #[error(
        "secrets in the database `{database}` are sealed with the key {key_id}, and encryption_key is not set in the configuration: set it to that key"
    )]
    Sealed {
        /// The database: its path, or its address without a password.
        database: String,
        /// The id of the key.
        key_id: String,
    },
    /// Its secrets are sealed with a key that is not at hand.
    #[error(
        "secrets in the database `{database}` are sealed with the key {key_id}, and encryption_key is {current_id}: set encryption_key to that key; if you are changing keys, set encryption_key_previous to it, or encryption_key_next where other gateways seal with it already"
    )]
    WrongKey {
        /// The database: its path, or its address without a password.
        database: String,
        /// The id of the key they are sealed with.
        key_id: String,
        /// The id of the key that is set, or that none is.
        current_id: String,
    },
    /// The database said no.
    #[error("the database `{database}` cannot be opened: {problem}")]
    Database {
        /// The database: its path, or its address without a password.
        database: String,
        /// What it said.
        problem: String,
    },
}
