//! The ledger's database: implements the engine's [`Store`](portone_engine::port::Store) port. [`SqliteStore`] is
//! embedded and the default: many requests share one commit, and a commit is on disk before anybody hears of it.

#![warn(missing_docs)]

#[cfg(any(test, feature = "test-suite"))]
pub mod contract;
mod document;
pub mod sqlite;

pub use sqlite::{Gate, OpenError, SqliteOptions, SqliteStore};
