#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

mod check;
mod codes;
mod config;
mod encode;
mod profile;
mod rules;

use portone_core::{CallContext, Protocol};

pub use codes::capability;
use config::Config;
pub use portone_core;
pub use profile::PROFILE;

portone_core::adapter! {
    /// The adapter of one KPN channel behind a PortOne V2 upstream.
    pub struct Kpn(Config) = PROFILE, Protocol::PortOneV2;
    new: Config::new,
    check: check::check,
    encode: encode::encode,
    decode: |config: &Config, command, leg, reply, ctx| config.dialect.decode(command, leg, reply, ctx),
    parse_notification: |config: &Config, raw, ctx: &CallContext| config.dialect.parse_notification(raw, ctx.now),
}
