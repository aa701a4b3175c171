//! Channels and groups as they were when a record went by them.

use portone_core::{
    Channel, ChannelGroup, ChannelGroupId, ChannelKey, Environment, PgMerchantId, PgProvider,
};
use serde::{Deserialize, Serialize};

/// The channel a record went to, as it was then (schema `SelectedChannel`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelSnapshot {
    /// Its key.
    pub key: ChannelKey,
    /// Its name.
    pub name: String,
    /// Its provider.
    pub provider: PgProvider,
    /// Its merchant id.
    pub pg_merchant_id: PgMerchantId,
    /// Its environment.
    pub environment: Environment,
}

impl From<&Channel> for ChannelSnapshot {
    fn from(channel: &Channel) -> Self {
        Self {
            key: channel.key.clone(),
            name: channel.name.clone(),
            provider: channel.provider.clone(),
            pg_merchant_id: channel.pg_merchant_id.clone(),
            environment: channel.environment,
        }
    }
}

/// The group a record was routed by, as it was then (schema `ChannelGroupSummary`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupSnapshot {
    /// Its id.
    pub id: ChannelGroupId,
    /// Its name.
    pub name: String,
    /// Its environment.
    pub environment: Environment,
}

impl From<&ChannelGroup> for GroupSnapshot {
    fn from(group: &ChannelGroup) -> Self {
        Self { id: group.id.clone(), name: group.name.clone(), environment: group.environment }
    }
}
