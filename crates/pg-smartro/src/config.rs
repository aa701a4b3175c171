//! What the checks need to know of a channel.

use portone_core::{Channel, ChannelFacts, Contracts, Environment, Protocol, Severity};

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
    pub(crate) fn new(channel: &Channel, protocol: Protocol) -> Self {
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
