//! Channels and groups as answers show them, and what failed at one.

use portone_core::Environment;
use portone_engine::UNKNOWN_OUTCOME;
use portone_engine::ledger::{ChannelSnapshot, GroupSnapshot, KeyChannel, KeyChannelState, KeyFailure};
use schemars::JsonSchema;
use serde::Serialize;

/// Schema `SelectedChannel`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SelectedChannel {
    #[serde(rename = "type")]
    environment: &'static str,
    key: String,
    name: String,
    pg_provider: String,
    pg_merchant_id: String,
}

impl From<&ChannelSnapshot> for SelectedChannel {
    fn from(channel: &ChannelSnapshot) -> Self {
        Self {
            environment: channel.environment.code(),
            key: channel.key.to_string(),
            name: channel.name.clone(),
            pg_provider: channel.provider.code(),
            pg_merchant_id: channel.pg_merchant_id.to_string(),
        }
    }
}

/// Schema `ChannelGroupSummary`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ChannelGroupSummary {
    id: String,
    name: String,
    is_for_test: bool,
}

impl From<&GroupSnapshot> for ChannelGroupSummary {
    fn from(group: &GroupSnapshot) -> Self {
        Self {
            id: group.id.to_string(),
            name: group.name.clone(),
            is_for_test: group.environment == Environment::Test,
        }
    }
}

/// Schema `ChannelSpecificFailure`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "type", rename_all = "SCREAMING_SNAKE_CASE", rename_all_fields = "camelCase")]
pub(crate) enum ChannelFailure {
    /// A rule refused before the PG was asked.
    InvalidRequest { channel: SelectedChannel, message: String },
    /// The PG refused, was not reached, or has not answered yet.
    PgProvider { channel: SelectedChannel, message: String, pg_code: String, pg_message: String },
}

impl From<&(ChannelSnapshot, KeyFailure)> for ChannelFailure {
    fn from((channel, failure): &(ChannelSnapshot, KeyFailure)) -> Self {
        Self::at(channel, failure)
    }
}

impl ChannelFailure {
    fn at(channel: &ChannelSnapshot, failure: &KeyFailure) -> Self {
        let (channel, message) = (SelectedChannel::from(channel), failure.message.clone());
        match &failure.pg_code {
            None => Self::InvalidRequest { channel, message },
            Some(pg_code) => Self::PgProvider {
                channel,
                pg_code: pg_code.clone(),
                pg_message: failure.pg_message.clone().unwrap_or_else(|| message.clone()),
                message,
            },
        }
    }

    /// The PG's code, where it was asked.
    pub(crate) fn pg_code(&self) -> Option<&str> {
        match self {
            Self::InvalidRequest { .. } => None,
            Self::PgProvider { pg_code, .. } => Some(pg_code),
        }
    }

    /// Why a channel holds no key of a billing key; `None` where it holds one or held one.
    pub(crate) fn of(part: &KeyChannel) -> Option<Self> {
        match &part.state {
            KeyChannelState::Failed(failure) => Some(Self::at(&part.channel, failure)),
            KeyChannelState::Pending => {
                let message = "the outcome is not known yet; it is being inquired".to_owned();
                Some(Self::PgProvider {
                    channel: SelectedChannel::from(&part.channel),
                    message: message.clone(),
                    pg_code: UNKNOWN_OUTCOME.to_owned(),
                    pg_message: message,
                })
            }
            KeyChannelState::Issued(_) | KeyChannelState::Deleted => None,
        }
    }
}
