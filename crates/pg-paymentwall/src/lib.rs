#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

mod check;
mod codes;
mod config;
mod decode;
mod encode;
mod profile;
mod rules;
mod v2;

use portone_core::Protocol;

pub use codes::capability;
use config::Config;
pub use portone_core;
pub use profile::{PROFILE, PROFILE_V2};
pub use v2::{FACTORY as FACTORY_V2, PaymentwallV2};

portone_core::adapter! {
    /// The adapter of one Paymentwall project behind a PortOne V1 upstream.
    pub struct Paymentwall(Config) = PROFILE, Protocol::IamportV1;
    new: Config::new,
    check: check::check,
    encode: encode::encode,
    decode: decode::decode,
    parse_notification: |config: &Config, raw, _ctx| config.dialect.parse_notification(raw),
}
