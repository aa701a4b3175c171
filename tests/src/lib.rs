//! What the end-to-end tests share: the real binary as processes of its own, each on a free port and in a temporary
//! folder, and a client that speaks to them.
//!
//! The binary is the one named by `PORTONE_BIN`, else the one beside the test in the target folder, which
//! `cargo build -p portone` makes.

#![expect(clippy::missing_panics_doc, reason = "whatever goes wrong here fails the test that asked for it")]

mod api;
mod demo;
mod node;
mod process;
mod receiver;
mod shop;
mod wait;

pub use api::{Answer, Api};
pub use demo::Demo;
pub use node::Node;
pub use process::{Process, binary, command, free_address, run};
pub use receiver::Receiver;
pub use shop::{
    ADMIN_TOKEN, API_SECRET, DEADLINE_MS, GROUP, Gateway, KPN, LEASE_MARGIN_MS, PROMOTION, SMARTRO, STORE,
    Sandbox, Shop, WEBHOOK_SECRET,
};
pub use wait::{PATIENCE, eventually};
