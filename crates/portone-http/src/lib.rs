#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

mod classify;
mod config;
mod guard;
mod transport;
mod webhook;

pub use config::{HttpConfig, HttpSetupError};
pub use guard::is_public;
pub use transport::HttpTransport;
pub use webhook::{HttpWebhookSender, WebhookConfig};
