//! An offline sandbox of the PGs behind a PortOne V2 shaped upstream.
//!
//! It plays channels of the providers `SMARTRO_V2` and `KPN`, and by V1 of any PG, with their documented quirks, and is written from the
//! documents alone: it shares no code with the adapters it is there to catch out. `docs/sandbox.md` lists the test
//! cards, the faults and the quirks with their rule ids.
//!
//! Two layers:
//! * [`Sandbox`], the pure core: [`Sandbox::handle`] turns a request and the time into a reply. It has no clock, no
//!   randomness and no I/O, so a simulator can drive it directly.
//! * [`serve`], a thin HTTP server around it that adds sockets, delays, resets and a journal.

mod cards;
mod channel;
mod config;
mod control;
mod faults;
mod fields;
mod idempotency;
mod ids;
mod journal;
mod ledger;
mod message;
mod notices;
mod page;
mod pg;
mod records;
mod refusal;
mod sandbox;
mod sender;
mod server;
mod v1;
mod v2;

pub use config::SandboxConfig;
pub use journal::JournalError;
pub use ledger::RestoreError;
pub use message::{Answer, Change, Method, Reply, Request, Ticket};
pub use notices::Notification;
pub use sandbox::Sandbox;
pub use server::{Clock, Opened, ServeError, open, serve};
