//! What is made of a channel and its upstream.

use portone_core::{Channel, SetupError, Upstream};
use portone_wire::v1::V1Dialect;

/// A channel's way to its upstream. There is no PG's own setting: this adapter serves them all.
#[derive(Debug)]
pub(crate) struct Config {
    /// The protocol, with the channel's `pg` and its token.
    pub dialect: V1Dialect,
}

impl Config {
    pub(crate) fn new(channel: &Channel, upstream: &Upstream) -> Result<Self, SetupError> {
        Ok(Self { dialect: V1Dialect::new(channel, upstream)? })
    }
}
