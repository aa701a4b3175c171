//! The rules of the ledger: intent is durable before a PG is called, the result is durable before it is told, and what
//! became unknown is inquired before anything else happens to it.
//!
//! The engine is async over four ports ([`port`]) and nothing else: it spawns nothing, sleeps never, opens no socket.

#![warn(missing_docs)]

pub mod event;
pub mod ledger;
pub mod port;
