//! The rules of the ledger: intent is durable before a PG is called, the result is durable before it is told, and what
//! became unknown is inquired before anything else happens to it.
//!
//! The engine is async over four ports ([`port`]) and nothing else: it spawns nothing, sleeps never, opens no socket.
//! [`Engine`] has a method a use case; background duties are step functions ([`Engine::settle_unknown`],
//! [`Engine::verify_paid`], [`Engine::follow_up`], [`Engine::run_due_schedules`], [`Engine::refresh_directory`]) that the binary calls in a loop.

#![warn(missing_docs)]

pub mod access;
mod admin;
pub mod attempts;
pub mod beside;
mod billing_key;
mod by_hand;
mod call;
mod cancel;
mod capture;
mod circuits;
mod confirm_process;
pub mod customer;
mod delivery;
pub mod directory;
mod discount;
mod engine;
mod error;
mod escrow;
pub mod event;
pub mod facet;
mod fail_over;
mod follow;
pub mod idempotency;
mod issue_and_pay;
pub mod key_list;
mod key_window;
mod learn;
pub mod ledger;
pub mod list;
mod look;
mod make_room;
mod notify;
mod pay;
pub mod payment_event;
mod pg_name;
pub mod port;
pub mod promotion;
mod receipt;
pub mod receipt_list;
pub mod request;
mod routing;
mod run_schedules;
mod schedule;
mod schedule_change;
pub mod search;
mod session;
mod settle;
mod standing;
mod taken;
mod transition;
mod verify;
mod virtual_time;
mod wallet;
pub mod webhook;
mod window;
mod window_end;
mod window_token;

pub use admin::{GroupChange, GroupSaved};
pub use billing_key::{UNAVAILABLE, UNKNOWN_OUTCOME};
pub use by_hand::SettleByHand;
pub use circuits::CircuitState;
pub use engine::{Engine, EngineConfig, Ports};
pub use error::EngineError;
pub use issue_and_pay::{
    ConfirmIssueAndPayRequest, IssuedAndPaid, OpenIssueAndPayRequest, OpenedIssueAndPay,
};
pub use key_window::{ConfirmBillingKeyRequest, OpenKeyWindowRequest, OpenedKeyWindow, issue_token};
pub use notify::NotifyError;
pub use session::{FixedAmount, SESSION_LIFE_SECONDS_MAX};
pub use settle::Swept;
pub use window::{ConfirmPaymentRequest, OpenWindowRequest, OpenedWindow};
pub use window_token::payment_token;
