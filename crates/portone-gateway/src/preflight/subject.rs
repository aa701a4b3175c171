//! About whom a question is: channels with their adapters, and the group they are asked as.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use portone_core::{
    CallContext, Channel, ChannelFacts, ChannelGroup, Command, Contracts, Credentials, Environment,
    PgAdapter, PgProvider, Report, StoreId, Upstream, findings,
};
use portone_engine::directory::{ChannelEntry, Directory};
use portone_router::{Ask, Candidate, Roster, factory, registry};

use super::question::{About, Question};
use super::view::CheckView;
use crate::admin::ADMIN_INPUT;
use crate::error::ApiError;

/// Who is asked.
pub(super) enum Subject {
    One(Asked),
    Group(Box<ChannelGroup>, Vec<Asked>),
}

/// A channel, and the adapter that answers for it.
pub(super) struct Asked {
    channel: Channel,
    adapter: Arc<dyn PgAdapter>,
}

impl Subject {
    /// Looks up whom the question names. Keys and group ids are unique over all stores.
    pub(super) fn find(
        directory: &Directory,
        now: DateTime<Utc>,
        question: &Question,
    ) -> Result<Self, ApiError> {
        let in_store = |store: &StoreId| question.store_id.as_ref().is_none_or(|named| named == store);
        match &question.about {
            About::Provider(name) => Ok(Self::One(Asked::of_provider(name, question)?)),
            About::Channel(key) => {
                let entry = key.parse().ok().and_then(|key| directory.entry(&key));
                let entry = entry.filter(|entry| !entry.deleted && in_store(&entry.channel.store_id));
                Ok(Self::One(Asked::of_entry(entry.ok_or_else(|| not_found("channel", key))?, question)?))
            }
            About::Group(name) => {
                let id = name.parse().ok();
                let group = id.and_then(|id| directory.groups(now).find(|group| group.id == id));
                let group = group.filter(|group| in_store(&group.store_id));
                let group = group.ok_or_else(|| not_found("channel group that counts now", name))?;
                let members = group
                    .members
                    .iter()
                    .filter_map(|member| directory.channel(&group.store_id, &member.channel));
                let asked =
                    members.map(|entry| Asked::of_entry(entry, question)).collect::<Result<_, _>>()?;
                Ok(Self::Group(Box::new(group.clone()), asked))
            }
        }
    }

    /// The store they belong to.
    pub(super) fn store(&self) -> &StoreId {
        match self {
            Self::One(asked) => &asked.channel.store_id,
            Self::Group(group, _) => &group.store_id,
        }
    }

    /// What they say of the command; `found` is what was found while it was read.
    pub(super) fn check(&self, command: &Command, ctx: &CallContext, mut found: Report) -> CheckView {
        match self {
            Self::One(asked) => {
                found.extend(findings(&*asked.adapter, command, ctx));
                CheckView::of_request(found)
            }
            Self::Group(group, asked) => {
                let roster = Roster::new(group, |member| {
                    let asked = asked.iter().find(|asked| asked.channel.key == member.channel);
                    Candidate {
                        channel: asked.map(|asked| &asked.channel),
                        holds_key: true,
                        ask: asked.map(|asked| Ask { adapter: &*asked.adapter, command, ctx }),
                    }
                });
                CheckView::of_group(found, roster.check_group())
            }
        }
    }
}

impl Asked {
    /// A channel of this provider that nobody has: a test channel whose contracts are unknown, unless the question says.
    fn of_provider(name: &str, question: &Question) -> Result<Self, ApiError> {
        let unknown = || {
            let names: Vec<&str> = registry().iter().map(|factory| factory.profile.provider).collect();
            wrong("provider", &format!("`{name}` has no adapter here; use one of {}", names.join(", ")))
        };
        let provider: PgProvider = name.parse().map_err(|_| unknown())?;
        factory(&provider).ok_or_else(unknown)?;
        let unusable = |_| wrong("provider", "cannot be asked about");
        let channel = Channel {
            key: "asked-about".parse().map_err(unusable)?,
            store_id: "asked-about".parse().map_err(unusable)?,
            name: name.to_owned(),
            provider,
            pg_merchant_id: "asked-about".parse().map_err(unusable)?,
            environment: Environment::Test,
            upstream: "asked-about".to_owned(),
            upstream_channel_key: None,
            active: true,
            contracts: Contracts(None),
            facts: ChannelFacts::default(),
        };
        Self::of_channel(channel, None, question)
    }

    fn of_entry(entry: &ChannelEntry, question: &Question) -> Result<Self, ApiError> {
        Self::of_channel(entry.channel.clone(), entry.adapter.clone().ok(), question)
    }

    /// The channel as the question has it: its own adapter, or one of the environment and the contracts asked about.
    fn of_channel(
        mut channel: Channel,
        adapter: Option<Arc<dyn PgAdapter>>,
        question: &Question,
    ) -> Result<Self, ApiError> {
        let is_changed = question.environment.is_some() || question.contracts.is_some();
        if let (Some(adapter), false) = (&adapter, is_changed) {
            return Ok(Self { channel, adapter: Arc::clone(adapter) });
        }
        channel.environment = question.environment.unwrap_or(channel.environment);
        if let Some(contracts) = &question.contracts {
            channel.contracts = Contracts(Some(contracts.iter().cloned().collect()));
        }
        let built = factory(&channel.provider).map(|factory| (factory.build)(&channel, &nowhere()));
        match built {
            Some(Ok(adapter)) => Ok(Self { channel, adapter }),
            Some(Err(error)) => Err(wrong("channelKey", &error.to_string())),
            None => {
                Err(wrong("channelKey", &format!("this build has no adapter for `{}`", channel.provider)))
            }
        }
    }
}

/// An upstream nothing is sent to.
fn nowhere() -> Upstream {
    Upstream {
        base_url: "https://asked-about.invalid".to_owned(),
        credentials: Credentials::PortOneV2 { api_secret: "".into(), webhook_secret: None },
        notice_url: None,
    }
}

fn wrong(field: &str, message: &str) -> ApiError {
    let mut report = Report::new();
    report.add(&ADMIN_INPUT, field, message);
    ApiError::invalid(&report)
}

fn not_found(what: &str, name: &str) -> ApiError {
    let message = format!("there is no {what} `{name}` in this store");
    ApiError::new(axum::http::StatusCode::NOT_FOUND, "NOT_FOUND", message)
}
