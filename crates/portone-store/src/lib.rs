//! The ledger's database: implements the engine's [`Store`](portone_engine::port::Store) port. [`SqlStore`] is
//! on embedded SQLite by default, or on PostgreSQL (feature `postgres`), which any number of gateways share. Many requests
//! share one commit, and a commit is on disk before anybody hears of it.

#![warn(missing_docs)]

#[cfg(any(test, feature = "test-suite"))]
pub mod contract;
mod document;
mod hex;
#[cfg(feature = "postgres")]
mod postgres;
mod seal;
mod sql;
mod sqlite;

#[cfg(feature = "postgres")]
pub use postgres::PostgresOptions;
pub use seal::{EncryptionKey, KeyError, Keyring, SealError, UnsealError};
pub use sql::rotation::{Rotated, rotate};
pub use sql::transfer;
pub use sql::{Gate, OpenError, SqlStore, SqliteStore};
pub use sqlite::SqliteOptions;
