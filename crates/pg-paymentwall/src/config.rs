//! What is made of a channel and its upstream.

use portone_core::{Channel, Currency, Environment, SetupError, Upstream};
use portone_wire::v1::V1Dialect;

/// A project's way to its upstream, and what its rules ask of the channel.
#[derive(Debug)]
pub(crate) struct Config {
    /// The protocol, with the project's `pg` and its token.
    pub dialect: V1Dialect,
    /// The currency Paymentwall processes in, where the channel declares it (rule PW-035).
    pub processing_currency: Option<Currency>,
    /// Whether the project takes real money yet (rule PW-013).
    pub environment: Environment,
}

impl Config {
    pub(crate) fn new(channel: &Channel, upstream: &Upstream) -> Result<Self, SetupError> {
        Ok(Self {
            dialect: V1Dialect::new(channel, upstream)?,
            processing_currency: channel.facts.mid_currency,
            environment: channel.environment,
        })
    }
}
