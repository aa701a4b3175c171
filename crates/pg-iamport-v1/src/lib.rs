#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

mod check;
mod codes;
mod config;
mod encode;
mod profile;
mod rules;

use portone_core::Protocol;

pub use codes::takes;
use config::Config;
pub use portone_core;
pub use portone_wire::v1::rules::capability;
pub use profile::PROFILE;

portone_core::adapter! {
    /// The adapter of one channel behind a PortOne V1 upstream.
    pub struct IamportV1(Config) = PROFILE, Protocol::IamportV1;
    new: Config::new,
    check: check::check,
    encode: encode::encode,
    decode: |config: &Config, command, leg, reply, ctx| config.dialect.decode(command, leg, reply, ctx),
    parse_notification: |config: &Config, raw, _ctx| config.dialect.parse_notification(raw),
}
