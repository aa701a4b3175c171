//! What the checks need to know of a channel.

use portone_core::{Channel, ChannelFacts, Contracts};

/// The channel as far as the rules ask.
#[derive(Debug)]
pub(crate) struct Config {
    /// What the contract covers.
    pub contracts: Contracts,
    /// Facts of the contract.
    pub facts: ChannelFacts,
}

impl Config {
    pub(crate) fn new(channel: &Channel) -> Self {
        Self { contracts: channel.contracts.clone(), facts: channel.facts.clone() }
    }
}
