//! Changing channels and groups while the gateway runs. Every change is checked first, and counts for the next request.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use portone_core::{Channel, ChannelGroup, ChannelGroupId, ChannelKey, Report, Rule, Severity, StoreId};

use crate::directory::Directory;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::port::{Begin, Dependents, GroupVersion};

/// A group as it shall be; the engine gives it its version.
#[derive(Debug, Clone)]
pub struct GroupChange {
    /// The group; its `version` is ignored.
    pub group: ChannelGroup,
    /// From when; absent means now (rules SR-007, SR-008: a scheduled change lies in the future).
    pub effective_at: Option<DateTime<Utc>>,
    /// Whether to make the change although billing keys would lose every channel.
    pub force: bool,
}

/// A group as it is from its moment on, and what its owner should know of it.
#[derive(Debug, Clone)]
pub struct GroupSaved {
    /// The group, with its version.
    pub group: ChannelGroup,
    /// What is risky about it (rules SR-010, SR-012); it refuses nothing.
    pub advice: Report,
}

impl Engine {
    /// Creates a channel.
    pub async fn create_channel(&self, channel: Channel) -> Result<Channel, EngineError> {
        if self.directory().entry(&channel.key).is_some() {
            let text = format!("channel key `{}` is taken or was used before; choose another", channel.key);
            return Err(EngineError::Conflict(text));
        }
        self.put_channel(channel).await
    }

    /// Changes a channel. Its store, environment and provider stay: they are what its payments were made with.
    pub async fn change_channel(&self, channel: Channel) -> Result<Channel, EngineError> {
        let directory = self.directory();
        let known = directory.channel(&channel.store_id, &channel.key).ok_or_else(|| {
            EngineError::NotFound(format!("there is no channel `{}` in this store", channel.key))
        })?;
        if known.channel.provider != channel.provider || known.channel.environment != channel.environment {
            let text = "provider and environment of a channel cannot change; create another channel";
            return Err(EngineError::Conflict(text.to_owned()));
        }
        self.put_channel(channel).await
    }

    async fn put_channel(&self, channel: Channel) -> Result<Channel, EngineError> {
        let Some(protocol) = self.protocol(&channel.upstream) else {
            let names: Vec<&str> = self.upstream_names().collect();
            let text =
                format!("upstream `{}` is not configured; use one of {}", channel.upstream, names.join(", "));
            return Err(EngineError::Conflict(text));
        };
        self.check_upstream_time(&channel.upstream)?;
        if portone_router::factory_at(&channel.provider, protocol).is_none() {
            let names = portone_router::providers_at(protocol);
            let text = format!("there is no adapter for `{}`; use one of {names}", channel.provider);
            return Err(EngineError::Conflict(text));
        }
        self.store.put_channel(channel.clone()).await?;
        self.reload_directory().await?;
        Ok(channel)
    }

    /// Deletes a channel. A channel that a group lists, now or in a version to come, is not deleted.
    pub async fn delete_channel(&self, store: &StoreId, key: &ChannelKey) -> Result<(), EngineError> {
        let directory = self.directory();
        if directory.channel(store, key).is_none() {
            return Err(EngineError::NotFound(format!("there is no channel `{key}` in this store")));
        }
        let now = self.now();
        let groups: Vec<&str> = directory
            .group_ids()
            .flat_map(|id| directory.versions(id))
            .filter(|version| is_current_or_to_come(&directory, version, now))
            .filter(|version| version.group.members.iter().any(|member| member.channel == *key))
            .map(|version| version.group.id.as_str())
            .collect();
        if let Some(first) = groups.first() {
            let text =
                format!("channel `{key}` is a member of group `{first}`; take it out of the group first");
            return Err(EngineError::Conflict(text));
        }
        self.store.delete_channel(key).await?;
        Ok(self.reload_directory().await?)
    }

    /// Creates a group, version 1, which counts at once or from a moment to come.
    pub async fn create_group(&self, change: GroupChange) -> Result<GroupSaved, EngineError> {
        if !self.directory().versions(&change.group.id).is_empty()
            || !self.store.group_history(&change.group.id).await?.is_empty()
        {
            let text = format!("group id `{}` is taken or was used before; choose another", change.group.id);
            return Err(EngineError::Conflict(text));
        }
        self.put_group(change, None).await
    }

    /// Changes a group: its next version counts at once or from a moment to come.
    pub async fn change_group(&self, change: GroupChange) -> Result<GroupSaved, EngineError> {
        let directory = self.directory();
        let id = &change.group.id;
        let last =
            directory.versions(id).iter().map(|version| &version.group).max_by_key(|group| group.version);
        let Some(last) = last.filter(|last| last.store_id == change.group.store_id) else {
            return Err(EngineError::NotFound(format!("there is no group `{id}` in this store")));
        };
        if last.environment != change.group.environment {
            return Err(EngineError::Conflict(
                "a group's environment cannot change; create another group".to_owned(),
            ));
        }
        let strands = change.group.members.iter().all(|member| !member.active);
        if strands && !change.force {
            self.refuse_if_used(id).await?;
        }
        self.put_group(change, Some(last)).await
    }

    async fn put_group(
        &self,
        change: GroupChange,
        before: Option<&ChannelGroup>,
    ) -> Result<GroupSaved, EngineError> {
        let now = self.now();
        let version = before.map_or(1, |before| before.version + 1);
        let group = ChannelGroup { version, ..change.group };
        let effective_at = change.effective_at.unwrap_or(now);
        if effective_at < now {
            let mut report = Report::new();
            let text =
                format!("{effective_at} is in the past; give a moment to come, or leave it out for now");
            report.add(&CHANGE_TO_COME, "effectiveAt", text);
            return Err(EngineError::Invalid(report));
        }
        let directory = self.directory();
        let channels: BTreeMap<&ChannelKey, &Channel> = directory
            .channels()
            .filter(|channel| channel.store_id == group.store_id)
            .map(|channel| (&channel.key, channel))
            .collect();
        let report = group.check(|key| channels.get(key).copied());
        if report.refuses() {
            return Err(EngineError::Invalid(report));
        }
        if self.store.put_group(group.clone(), effective_at, now).await? == Begin::Changed {
            return Err(EngineError::Conflict(
                "somebody else changed the group just now; look and repeat".to_owned(),
            ));
        }
        self.reload_directory().await?;
        let advice = portone_router::advise(&group, before, |key| channels.get(key).copied());
        log_advice(&group, &advice);
        Ok(GroupSaved { group, advice })
    }

    /// Logs what is risky about groups that are not as they were at the last start: those that a file declares anew.
    pub(crate) fn log_new_advice(&self, known: &[GroupVersion]) {
        let directory = self.directory();
        for id in directory.group_ids() {
            let versions = directory.versions(id);
            let Some(latest) =
                versions.iter().map(|version| &version.group).max_by_key(|group| group.version)
            else {
                continue;
            };
            let earlier = known.iter().map(|version| &version.group).filter(|group| group.id == *id);
            let before = earlier.max_by_key(|group| group.version);
            if before.is_none_or(|before| before.version < latest.version) {
                let find = |key: &ChannelKey| Some(&directory.channel(&latest.store_id, key)?.channel);
                log_advice(latest, &portone_router::advise(latest, before, find));
            }
        }
    }

    /// Deletes a group. One that billing keys depend on is deleted only with `force`: the keys can then be charged only
    /// with an explicit channel key (rule SR-009).
    pub async fn delete_group(
        &self,
        store: &StoreId,
        id: &ChannelGroupId,
        force: bool,
    ) -> Result<Dependents, EngineError> {
        let now = self.now();
        let directory = self.directory();
        let known = directory.versions(id).iter().any(|version| version.group.store_id == *store);
        if !known {
            return Err(EngineError::NotFound(format!("there is no group `{id}` in this store")));
        }
        if !force {
            self.refuse_if_used(id).await?;
        }
        let dependents = self.store.dependents(id).await?;
        self.store.delete_group(id, now).await?;
        self.reload_directory().await?;
        Ok(dependents)
    }

    async fn refuse_if_used(&self, id: &ChannelGroupId) -> Result<(), EngineError> {
        let dependents = self.store.dependents(id).await?;
        if dependents == Dependents::default() { Ok(()) } else { Err(EngineError::InUse(dependents)) }
    }
}

fn log_advice(group: &ChannelGroup, advice: &Report) {
    for violation in &advice.violations {
        tracing::warn!(group = %group.id, version = group.version, "{violation}");
    }
}

fn is_current_or_to_come(directory: &Directory, version: &GroupVersion, now: DateTime<Utc>) -> bool {
    let current = directory.group(&version.group.store_id, &version.group.id, now);
    version.effective_at > now || current.is_some_and(|group| group.version == version.group.version)
}

const CHANGE_TO_COME: Rule = Rule {
    code: "SR-008",
    severity: Severity::Reject,
    reason: "A scheduled change of a group lies in the future.",
    source: "console guide of smart routing",
};
