//! What is made of a channel and its upstream.

use portone_core::{Channel, ChannelFacts, Contracts, Environment, SetupError, Upstream};
use portone_wire::v2::V2Dialect;

/// The channel's way to its upstream, and what the rules ask of it.
#[derive(Debug)]
pub(crate) struct Config {
    /// The protocol.
    pub dialect: V2Dialect,
    /// Whether the channel moves real money.
    pub environment: Environment,
    /// What the contract covers.
    pub contracts: Contracts,
    /// Facts of the contract.
    pub facts: ChannelFacts,
}

impl Config {
    pub(crate) fn new(channel: &Channel, upstream: &Upstream) -> Result<Self, SetupError> {
        Ok(Self {
            dialect: V2Dialect::new(channel, upstream)?,
            environment: channel.environment,
            contracts: channel.contracts.clone(),
            facts: channel.facts.clone(),
        })
    }
}
