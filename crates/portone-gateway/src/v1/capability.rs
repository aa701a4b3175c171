//! What a channel's PG can do, where a V1 operation answers its own way that it cannot.

use portone_core::{ChannelKey, CommandKind, PgProfile};
use portone_engine::{Engine, EngineError};

use super::endpoint::Endpoint;
use super::error::{Failure, V1Error};

/// What the PG of a channel can do.
pub(super) fn profile(engine: &Engine, channel: &ChannelKey) -> Result<&'static PgProfile, EngineError> {
    let directory = engine.directory();
    let entry = directory
        .entry(channel)
        .ok_or_else(|| EngineError::ChannelNotFound(format!("channel `{channel}` is gone")))?;
    Ok(entry.adapter()?.profile())
}

/// Refuses, under the PG's own rule, what it does not have by any pay method.
pub(super) fn need(
    engine: &Engine,
    channel: &ChannelKey,
    (command, what): (CommandKind, &str),
    endpoint: Endpoint,
) -> Result<(), Failure> {
    let profile = profile(engine, channel)?;
    if profile.supports(command, None) {
        return Ok(());
    }
    let (rule, name) = (profile.capability_rule.code, profile.display_name);
    let message = format!("{rule} channel: is {name}'s, which has no {what} by API; do it in its console");
    Err(V1Error::unsupported(endpoint, message).into())
}
