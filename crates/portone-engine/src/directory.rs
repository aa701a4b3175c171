//! Channels, groups and adapters, in memory: what a request is routed by. Rebuilt as a whole when anything changes.

use std::{collections::BTreeMap, sync::Arc};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use portone_core::{
    AdapterFactory, Channel, ChannelGroup, ChannelGroupId, ChannelKey, PgAdapter, StoreId, Upstream,
};

use crate::error::EngineError;
use crate::port::{DirectoryRows, GroupVersion};

/// Is told when channels or groups have changed, before the change is answered: the sandbox has to know a channel before
/// a request can name it.
#[async_trait]
pub trait DirectoryWatch: Send + Sync {
    /// The directory as it is from now on.
    async fn directory_changed(&self, directory: &Directory);
}

/// Channels, groups and adapters at one revision.
#[derive(Debug, Default)]
pub struct Directory {
    /// The revision it was built from.
    pub revision: u64,
    channels: BTreeMap<ChannelKey, ChannelEntry>,
    groups: BTreeMap<ChannelGroupId, Vec<GroupVersion>>,
}

/// A channel, and the adapter that speaks for it.
#[derive(Debug)]
pub struct ChannelEntry {
    /// The channel.
    pub channel: Channel,
    /// Whether it was deleted: no request may name it, but what it did can still be inquired and cancelled.
    pub deleted: bool,
    /// Its adapter, or why there is none.
    pub adapter: Result<Arc<dyn PgAdapter>, String>,
}

impl ChannelEntry {
    /// The adapter, or the error a request gets.
    pub fn adapter(&self) -> Result<&dyn PgAdapter, EngineError> {
        match &self.adapter {
            Ok(adapter) => Ok(&**adapter),
            Err(problem) => Err(EngineError::ChannelNotFound(problem.clone())),
        }
    }
}

impl Directory {
    /// Builds adapters for every channel. A channel whose adapter cannot be built is kept, with the reason.
    /// `own` come before the registry's.
    pub fn build(
        rows: DirectoryRows,
        upstreams: &BTreeMap<String, Upstream>,
        own: &[AdapterFactory],
    ) -> Self {
        let mut directory = Self { revision: rows.revision, ..Self::default() };
        let live = rows.channels.into_iter().map(|channel| (channel, false));
        let gone = rows.deleted_channels.into_iter().map(|channel| (channel, true));
        for (channel, deleted) in live.chain(gone) {
            let adapter = build_adapter(&channel, upstreams, own);
            if let Err(problem) = &adapter {
                tracing::warn!(channel = %channel.key, problem, "the channel cannot be used");
            }
            directory.channels.insert(channel.key.clone(), ChannelEntry { channel, deleted, adapter });
        }
        for version in rows.groups {
            directory.groups.entry(version.group.id.clone()).or_default().push(version);
        }
        directory
    }

    /// The channel with this key, deleted or not.
    pub fn entry(&self, key: &ChannelKey) -> Option<&ChannelEntry> {
        self.channels.get(key)
    }

    /// The channel of this store with this key, if it was not deleted.
    pub fn channel(&self, store: &StoreId, key: &ChannelKey) -> Option<&ChannelEntry> {
        self.channels.get(key).filter(|entry| !entry.deleted && entry.channel.store_id == *store)
    }

    /// Every channel there is or was.
    pub fn every_channel(&self) -> impl Iterator<Item = &Channel> {
        self.channels.values().map(|entry| &entry.channel)
    }

    /// Every channel that was not deleted.
    pub fn channels(&self) -> impl Iterator<Item = &Channel> {
        self.channels.values().filter(|entry| !entry.deleted).map(|entry| &entry.channel)
    }

    /// Every group, in the version that counts at `now`.
    pub fn groups(&self, now: DateTime<Utc>) -> impl Iterator<Item = &ChannelGroup> {
        self.groups.values().filter_map(move |versions| current(versions, now))
    }

    /// The id of every group that was not deleted, also of those whose first version is still to come.
    pub fn group_ids(&self) -> impl Iterator<Item = &ChannelGroupId> {
        self.groups.keys()
    }

    /// The group of this store with this id, in the version that counts at `now` (rules SR-007, SR-008).
    pub fn group(&self, store: &StoreId, id: &ChannelGroupId, now: DateTime<Utc>) -> Option<&ChannelGroup> {
        current(self.groups.get(id)?, now).filter(|group| group.store_id == *store)
    }

    /// Every version of a group that was not deleted, the ones still to come included.
    pub fn versions(&self, id: &ChannelGroupId) -> &[GroupVersion] {
        self.groups.get(id).map_or(&[], Vec::as_slice)
    }
}

/// The latest version among those that count already: by effective time, then by version.
fn current(versions: &[GroupVersion], now: DateTime<Utc>) -> Option<&ChannelGroup> {
    versions
        .iter()
        .filter(|version| version.effective_at <= now)
        .max_by_key(|version| (version.effective_at, version.group.version))
        .map(|version| &version.group)
}

fn build_adapter(
    channel: &Channel,
    upstreams: &BTreeMap<String, Upstream>,
    own: &[AdapterFactory],
) -> Result<Arc<dyn PgAdapter>, String> {
    let upstream = upstreams.get(&channel.upstream).ok_or_else(|| {
        format!("channel `{}` names upstream `{}`, which is not configured", channel.key, channel.upstream)
    })?;
    let protocol = upstream.credentials.protocol();
    let is_own = |it: &&AdapterFactory| it.protocol == protocol && channel.provider == *it.profile.provider;
    let own = own.iter().find(is_own);
    let factory =
        own.or_else(|| portone_router::factory_at(&channel.provider, protocol)).ok_or_else(|| {
            format!("channel `{}`: this build has no adapter for `{}`", channel.key, channel.provider)
        })?;
    let mut upstream = upstream.clone();
    // The configured notice URL is a prefix: each channel's notifications come to a path of its own.
    upstream.notice_url = upstream.notice_url.map(|prefix| format!("{prefix}/{}", channel.key));
    (factory.build)(channel, &upstream).map_err(|error| error.to_string())
}
