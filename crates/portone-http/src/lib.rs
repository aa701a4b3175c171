#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

mod classify;
mod config;
mod transport;

pub use config::{HttpConfig, HttpSetupError};
pub use transport::HttpTransport;
