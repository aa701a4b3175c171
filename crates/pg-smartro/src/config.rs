//! What is made of a channel and its upstream.

use portone_core::{Channel, ChannelFacts, Contracts, Environment, Protocol, SetupError, Severity, Upstream};
use portone_wire::{v1::V1Dialect, v2::V2Dialect};

/// A channel's way to an upstream of one protocol, and what the rules ask of it.
#[derive(Debug)]
pub(crate) struct Reach<D> {
    /// The protocol.
    pub dialect: D,
    /// What the rules ask.
    pub config: Config,
}

impl Reach<V2Dialect> {
    pub(crate) fn new(channel: &Channel, upstream: &Upstream) -> Result<Self, SetupError> {
        let dialect = V2Dialect::new(channel, upstream)?;
        Ok(Self { dialect, config: Config::new(channel, Protocol::PortOneV2) })
    }
}

impl Reach<V1Dialect> {
    pub(crate) fn new(channel: &Channel, upstream: &Upstream) -> Result<Self, SetupError> {
        let dialect = V1Dialect::new(channel, upstream)?;
        Ok(Self { dialect, config: Config::new(channel, Protocol::IamportV1) })
    }
}

/// The channel as far as the rules ask.
#[derive(Debug)]
pub(crate) struct Config {
    /// Whether the channel moves real money.
    pub environment: Environment,
    /// What the contract covers.
    pub contracts: Contracts,
    /// Facts of the contract.
    pub facts: ChannelFacts,
    /// What the upstream speaks: some rules are graver in V1's documents.
    pub protocol: Protocol,
}

impl Config {
    fn new(channel: &Channel, protocol: Protocol) -> Self {
        Self {
            environment: channel.environment,
            contracts: channel.contracts.clone(),
            facts: channel.facts.clone(),
            protocol,
        }
    }

    pub(crate) fn is_v1(&self) -> bool {
        self.protocol == Protocol::IamportV1
    }

    /// What becomes of a field that V1's documents make mandatory and V2's do not.
    pub(crate) fn mandatory_on_v1(&self) -> Severity {
        if self.is_v1() { Severity::Reject } else { Severity::Advise }
    }
}
