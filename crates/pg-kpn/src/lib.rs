#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

mod check;
mod codes;
mod config;
mod encode;
mod profile;
mod rules;
mod v1;

use portone_core::{CallContext, Protocol};

pub use codes::capability;
use config::Config;
pub use portone_core;
pub use profile::{PROFILE, PROFILE_V1};
pub use v1::FACTORY_V1;

portone_core::adapter! {
    /// The adapter of one KPN channel behind a PortOne V2 upstream.
    pub struct Kpn(Config) = PROFILE, Protocol::PortOneV2;
    new: Config::new,
    check: check::check,
    encode: encode::encode,
    decode: |config: &Config, command, leg, reply, ctx| config.dialect.decode(command, leg, reply, ctx),
    parse_notification: |config: &Config, raw, ctx: &CallContext| config.dialect.parse_notification(raw, ctx.now),
}
