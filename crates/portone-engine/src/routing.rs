//! From a request to the channel it goes to: the directory and the router, joined.

use portone_core::{Admitted, CallContext, ChannelGroup, ChannelKey, Command, StoreId};
use portone_router::{ApiVersion, Ask, Candidate, Choice, Purpose, Reroute, Roster, pin};

use crate::directory::Directory;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::fail_over::{Commands, Redraw};
use crate::ledger::{ChannelSnapshot, Face, GroupSnapshot};
use crate::request::Selector;

/// Where a request goes, and why.
pub(crate) struct Routed<'a> {
    pub(crate) channel: ChannelSnapshot,
    pub(crate) group: Option<GroupSnapshot>,
    pub(crate) admitted: Admitted<'a>,
    pub(crate) decision: String,
}

/// What a request needs to be routed.
#[derive(Clone, Copy)]
pub(crate) struct Routing<'a> {
    pub(crate) directory: &'a Directory,
    pub(crate) store_id: &'a StoreId,
    pub(crate) ctx: &'a CallContext,
    /// The face the request came through.
    pub(crate) face: Face,
}

impl<'a> Routing<'a> {
    /// One of the group's channels or the one named, for a request that is the same at every channel.
    pub(crate) fn select(
        self,
        engine: &Engine,
        selector: &Selector,
        command: &'a Command,
    ) -> Result<Routed<'a>, EngineError> {
        match selector {
            Selector::Channel(key) => self.pinned(key, Purpose::OneTime, Some(command)),
            Selector::Group(id) => {
                let group = self.group(id)?;
                self.drawn(engine, group, Purpose::OneTime, |_| Some(command))
            }
        }
    }

    /// The group of this store that counts now.
    pub(crate) fn group(self, id: &portone_core::ChannelGroupId) -> Result<&'a ChannelGroup, EngineError> {
        self.directory.group(self.store_id, id, self.ctx.now).ok_or_else(|| {
            EngineError::ChannelNotFound(format!("there is no channel group `{id}` in this store"))
        })
    }

    /// The channel that the request names.
    pub(crate) fn pinned(
        self,
        key: &ChannelKey,
        purpose: Purpose,
        command: Option<&'a Command>,
    ) -> Result<Routed<'a>, EngineError> {
        let Some(entry) = self.directory.channel(self.store_id, key) else {
            return Err(EngineError::ChannelNotFound(format!("there is no channel `{key}` in this store")));
        };
        entry.adapter()?;
        let choice = pin(key, purpose, &self.candidate(key, command))?;
        self.routed(choice, None)
    }

    /// A channel drawn from a group.
    pub(crate) fn drawn(
        self,
        engine: &Engine,
        group: &'a ChannelGroup,
        purpose: Purpose,
        command: impl Fn(&ChannelKey) -> Option<&'a Command>,
    ) -> Result<Routed<'a>, EngineError> {
        self.redrawn(engine, group, purpose, command, (&[], None))
    }

    /// A channel drawn from a group, after others that the payment has been to.
    pub(crate) fn redrawn(
        self,
        engine: &Engine,
        group: &'a ChannelGroup,
        purpose: Purpose,
        command: impl Fn(&ChannelKey) -> Option<&'a Command>,
        before: (&[ChannelKey], Option<&Reroute>),
    ) -> Result<Routed<'a>, EngineError> {
        let choice = engine.choose(&self.roster(group, command), group, purpose, before)?;
        self.routed(choice, Some(group))
    }

    /// How a payment that a group routes is drawn again, where its policy says so.
    pub(crate) fn redraw(
        self,
        group: &'a ChannelGroup,
        purpose: Purpose,
        commands: Commands<'a>,
    ) -> Option<Redraw<'a>> {
        let policy = group.failover.as_ref()?;
        Some(Redraw { routing: self, group, policy, purpose, commands })
    }

    /// A group's members, each with the command it would get; a member without one holds no billing key.
    pub(crate) fn roster(
        self,
        group: &'a ChannelGroup,
        command: impl Fn(&ChannelKey) -> Option<&'a Command>,
    ) -> Roster<'a> {
        let api = match self.face {
            Face::V1 => ApiVersion::V1,
            Face::V2 => ApiVersion::V2,
        };
        Roster::new(group, |member| self.candidate(&member.channel, command(&member.channel))).through(api)
    }

    /// A channel whose adapter cannot be built is as good as missing.
    fn candidate(self, key: &ChannelKey, command: Option<&'a Command>) -> Candidate<'a> {
        let entry = self.directory.channel(self.store_id, key);
        let usable = entry.and_then(|entry| Some((&entry.channel, entry.adapter.as_deref().ok()?)));
        let Some((channel, adapter)) = usable else {
            return Candidate { channel: None, holds_key: false, ask: None };
        };
        let ask = command.map(|command| Ask { adapter, command, ctx: self.ctx });
        Candidate { channel: Some(channel), holds_key: command.is_some(), ask }
    }

    fn routed(self, choice: Choice<'a>, group: Option<&ChannelGroup>) -> Result<Routed<'a>, EngineError> {
        let key = choice.decision.chosen();
        let entry = self.directory.entry(key);
        // Both are there: the router chooses among candidates that have a channel and an admitted command.
        let (Some(entry), Some(admitted)) = (entry, choice.admitted) else {
            return Err(EngineError::ChannelNotFound(format!("channel `{key}` cannot be asked")));
        };
        for advice in choice.decision.advice() {
            tracing::info!(channel = %key, rule = advice.rule, field = advice.field, "{}", advice.message);
        }
        Ok(Routed {
            channel: ChannelSnapshot::from(&entry.channel),
            group: group.map(GroupSnapshot::from),
            admitted,
            decision: serde_json::to_string(&choice.decision).unwrap_or_default(),
        })
    }
}
