#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

mod classify;
mod config;
mod forward;
mod guard;
mod transport;
mod webhook;

pub use config::{HttpConfig, HttpSetupError};
pub use forward::{ForwardReply, ForwardRequest, Forwarder};
pub use guard::is_public;
pub use transport::HttpTransport;
pub use webhook::{HttpWebhookSender, WebhookConfig};
