//! A project behind a PortOne V2 upstream: its payment window, its cancels and its deliveries, and nothing else (rule PW-039).

use portone_core::{CallContext, Channel, Currency, Protocol, SetupError, Upstream};
use portone_wire::v2::{Shaping, V2Dialect};

use crate::{check, profile::PROFILE_V2};

/// What is made of a channel and its upstream.
#[derive(Debug)]
struct Config {
    dialect: V2Dialect,
    processing_currency: Option<Currency>,
}

impl Config {
    fn new(channel: &Channel, upstream: &Upstream) -> Result<Self, SetupError> {
        let dialect = V2Dialect::new(channel, upstream)?;
        Ok(Self { dialect, processing_currency: channel.facts.mid_currency })
    }
}

portone_core::adapter! {
    /// The adapter of one Paymentwall project behind a PortOne V2 upstream.
    pub struct PaymentwallV2(Config) = PROFILE_V2, Protocol::PortOneV2;
    new: Config::new,
    check: |config: &Config, command, ctx, report| check::check_v2(config.processing_currency, command, ctx, report),
    encode: |config: &Config, command, ctx| config.dialect.encode(command, ctx, Shaping::NONE),
    decode: |config: &Config, command, leg, reply, ctx| config.dialect.decode(command, leg, reply, ctx),
    parse_notification: |config: &Config, raw, ctx: &CallContext| config.dialect.parse_notification(raw, ctx.now),
}
