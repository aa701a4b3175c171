//! `/admin/channel-groups`

use axum::extract::State;
use chrono::{DateTime, Utc};
use portone_core::{
    ChannelGroup, ChannelGroupId, ChannelKey, Environment, FailoverPolicy, GroupMember, OnViolation, Report,
    StoreId, Violation,
};
use portone_engine::directory::Directory;
use portone_engine::port::GroupVersion;
use portone_engine::{GroupChange, GroupSaved};
use serde::Serialize;

use super::channels::ENVIRONMENTS;
use super::input::{ADMIN_INPUT, Call, body};
use super::{Answer, Deleted, items, not_found, ok, store};
use crate::answer::Moment;
use crate::error::ApiError;
use crate::fields::Fields;
use crate::json::RawBody;
use crate::state::Gateway;

const GROUP: &[&str] =
    &["storeId", "id", "name", "environment", "onViolation", "failover", "channels", "effectiveAt"];
const CHANGE: &[&str] = &["name", "environment", "onViolation", "failover", "channels", "effectiveAt"];
const MEMBER: &[&str] = &["key", "weight", "active"];
const FAILOVER: &[&str] = &["reroutesMax", "withinSeconds", "declines"];
const ON_VIOLATION: [(&str, OnViolation); 2] = [("skip", OnViolation::Skip), ("fail", OnViolation::Fail)];

/// `GET /admin/channel-groups?storeId=`: of one store, or of all.
pub(super) async fn list(State(gateway): State<Gateway>, call: Call) -> Answer {
    let named = call.store_id()?;
    let only = named.map(|named| store(&gateway, Some(&named))).transpose()?;
    let directory = gateway.engine.directory();
    let now = gateway.engine.now();
    let groups = directory.group_ids().filter_map(|id| GroupView::of(directory.versions(id), now));
    let wanted =
        |group: &GroupView<'_>| only.as_ref().is_none_or(|store| group.shown.store_id == store.as_str());
    Ok(items(groups.filter(wanted)))
}

/// `GET /admin/channel-groups/{id}`
pub(super) async fn one(State(gateway): State<Gateway>, call: Call) -> Answer {
    let group = known(&gateway, &gateway.engine.directory(), &call, call.store_id()?.as_deref())?;
    told(&gateway, &group.id, &Report::new())
}

/// `GET /admin/channel-groups/{id}/history`: every version there ever was, oldest first, also of a deleted group.
pub(super) async fn history(State(gateway): State<Gateway>, call: Call) -> Answer {
    let id: ChannelGroupId = call.id("channel group")?;
    let store_id = call.store_id()?;
    let store_id = store_id.as_deref();
    let mut versions =
        gateway.engine.store().group_history(&id).await.map_err(|error| ApiError::from_store(&error))?;
    versions.retain(|version| store_id.is_none_or(|store| version.group.store_id.as_str() == store));
    if versions.is_empty() {
        return Err(not_found(format!("there is no channel group `{id}`")));
    }
    let now = gateway.engine.now();
    let directory = gateway.engine.directory();
    let deleted = directory.versions(&id).is_empty();
    let current = if deleted { None } else { current(&versions, now) };
    Ok(items(versions.iter().map(|version| VersionView::of(version, current, now))))
}

/// `POST /admin/channel-groups`
pub(super) async fn create(State(gateway): State<Gateway>, _: Call, raw: RawBody) -> Answer {
    let (named, draft) = body(&raw, GROUP, |fields| {
        let id = fields.need_id("id");
        let environment = fields.need_choice("environment", ENVIRONMENTS.into_iter());
        let draft = Draft::read(fields);
        Some((fields.owned_text("storeId"), (id?, environment?, draft?)))
    })?;
    let (id, environment, draft) = draft;
    let change = draft.change(id, store(&gateway, named.as_deref())?, environment, false);
    saved(&gateway, &gateway.engine.create_group(change).await?)
}

/// `PUT /admin/channel-groups/{id}?force=`: the group as it shall be, at once or from `effectiveAt`.
pub(super) async fn change(State(gateway): State<Gateway>, call: Call, raw: RawBody) -> Answer {
    let force = call.force()?;
    let group = known(&gateway, &gateway.engine.directory(), &call, force.store_id.as_deref())?;
    let draft = body(&raw, CHANGE, |fields| {
        let environment = fields.choice("environment", ENVIRONMENTS.into_iter());
        Some((environment, Draft::read(fields)?))
    })?;
    let (environment, draft) = draft;
    let environment = environment.unwrap_or(group.environment);
    let change = draft.change(group.id, group.store_id, environment, force.force);
    saved(&gateway, &gateway.engine.change_group(change).await?)
}

/// `POST /admin/channel-groups/{id}/deactivate?force=`: switches every member off at once.
pub(super) async fn deactivate(State(gateway): State<Gateway>, call: Call) -> Answer {
    let force = call.force()?;
    let mut group = known(&gateway, &gateway.engine.directory(), &call, force.store_id.as_deref())?;
    for member in &mut group.members {
        member.active = false;
    }
    let change = GroupChange { group, effective_at: None, force: force.force };
    saved(&gateway, &gateway.engine.change_group(change).await?)
}

/// `DELETE /admin/channel-groups/{id}?force=`
pub(super) async fn delete(State(gateway): State<Gateway>, call: Call) -> Answer {
    let force = call.force()?;
    let group = known(&gateway, &gateway.engine.directory(), &call, force.store_id.as_deref())?;
    gateway.engine.delete_group(&group.store_id, &group.id, force.force).await?;
    Ok(ok(&Deleted { deleted: group.id.as_str() }))
}

/// The group of the path, in the version that counts, else in the first to come. Ids are unique over all stores; a store
/// that is named must be its own.
fn known(
    gateway: &Gateway,
    directory: &Directory,
    call: &Call,
    store_id: Option<&str>,
) -> Result<ChannelGroup, ApiError> {
    let id: ChannelGroupId = call.id("channel group")?;
    let shown = shown(directory.versions(&id), gateway.engine.now());
    let shown = shown.filter(|version| store_id.is_none_or(|store| version.group.store_id.as_str() == store));
    shown
        .map(|version| version.group.clone())
        .ok_or_else(|| not_found(format!("there is no channel group `{id}`")))
}

fn saved(gateway: &Gateway, saved: &GroupSaved) -> Answer {
    told(gateway, &saved.group.id, &saved.advice)
}

fn told(gateway: &Gateway, id: &ChannelGroupId, advice: &Report) -> Answer {
    let directory = gateway.engine.directory();
    let view = GroupView::of(directory.versions(id), gateway.engine.now());
    let view = view.map(|view| GroupView { advice: &advice.violations, ..view });
    Ok(ok(&view.ok_or_else(|| not_found(format!("there is no channel group `{id}` any more")))?))
}

/// A group as a request describes it.
struct Draft {
    name: String,
    on_violation: OnViolation,
    failover: Option<FailoverPolicy>,
    members: Vec<GroupMember>,
    effective_at: Option<DateTime<Utc>>,
}

impl Draft {
    /// What both creating and changing say. Sizes, weights and environments are the engine's to check.
    fn read(fields: &Fields<'_, '_>) -> Option<Self> {
        let name = fields.need_text("name");
        let on_violation = fields.choice("onViolation", ON_VIOLATION.into_iter()).unwrap_or_default();
        let policy = fields.object("failover", &ADMIN_INPUT, FAILOVER);
        if !fields.has("channels") {
            fields.add("channels", "is missing; send an array of objects with key and weight");
        }
        let members = fields.objects("channels", &ADMIN_INPUT, MEMBER).iter().filter_map(member).collect();
        let effective_at = fields.moment("effectiveAt");
        let failover = policy.as_ref().map(failover);
        Some(Self { name: name?.to_owned(), on_violation, failover, members, effective_at })
    }

    fn change(
        self,
        id: ChannelGroupId,
        store_id: StoreId,
        environment: Environment,
        force: bool,
    ) -> GroupChange {
        let group = ChannelGroup {
            id,
            store_id,
            name: self.name,
            environment,
            on_violation: self.on_violation,
            failover: self.failover,
            // The engine gives it its version.
            version: 0,
            members: self.members,
        };
        GroupChange { group, effective_at: self.effective_at, force }
    }
}

/// Bounds are the engine's to check; what is left out is as usual.
fn failover(fields: &Fields<'_, '_>) -> FailoverPolicy {
    let usual = FailoverPolicy::default();
    let number = |name, usual| {
        let number = fields.int32_from(name, 0).and_then(|number| u32::try_from(number).ok());
        number.unwrap_or(usual)
    };
    FailoverPolicy {
        reroutes_max: number("reroutesMax", usual.reroutes_max),
        within_seconds: number("withinSeconds", usual.within_seconds),
        declines: fields.texts("declines"),
    }
}

fn member(fields: &Fields<'_, '_>) -> Option<GroupMember> {
    let channel: Option<ChannelKey> = fields.need_id("key");
    if !fields.has("weight") {
        fields.add("weight", "is missing; send a share of 0 to 100");
    }
    let weight = fields.int32_from("weight", 0).and_then(|weight| u32::try_from(weight).ok());
    let active = fields.flag("active").unwrap_or(true);
    Some(GroupMember { channel: channel?, weight: weight?, active })
}

/// A group: the version that counts (or the first to come, where none counts yet), and those to come.
#[derive(Serialize)]
struct GroupView<'a> {
    #[serde(flatten)]
    shown: VersionView<'a>,
    scheduled: Vec<VersionView<'a>>,
    /// What its owner should know, told when it is created or changed.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    advice: &'a [Violation],
}

impl<'a> GroupView<'a> {
    fn of(versions: &'a [GroupVersion], now: DateTime<Utc>) -> Option<Self> {
        let current = current(versions, now);
        let shown = VersionView::of(shown(versions, now)?, current, now);
        let scheduled = versions.iter().filter(|version| version.effective_at > now);
        let scheduled = scheduled.map(|version| VersionView::of(version, current, now)).collect();
        Some(Self { shown, scheduled, advice: &[] })
    }
}

/// The version that counts at `now`: the latest of those that count already.
fn current(versions: &[GroupVersion], now: DateTime<Utc>) -> Option<u32> {
    let begun = versions.iter().filter(|version| version.effective_at <= now);
    let latest = begun.max_by_key(|version| (version.effective_at, version.group.version))?;
    Some(latest.group.version)
}

fn shown(versions: &[GroupVersion], now: DateTime<Utc>) -> Option<&GroupVersion> {
    match current(versions, now) {
        Some(current) => versions.iter().find(|version| version.group.version == current),
        None => versions.iter().min_by_key(|version| (version.effective_at, version.group.version)),
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct VersionView<'a> {
    id: &'a str,
    store_id: &'a str,
    name: &'a str,
    environment: Environment,
    on_violation: OnViolation,
    /// Absent where the group has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    failover: Option<&'a FailoverPolicy>,
    version: u32,
    status: VersionStatus,
    effective_at: Moment,
    created_at: Moment,
    channels: Vec<MemberView<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum VersionStatus {
    Current,
    Scheduled,
    Past,
}

#[derive(Serialize)]
struct MemberView<'a> {
    key: &'a str,
    weight: u32,
    active: bool,
}

impl<'a> VersionView<'a> {
    fn of(version: &'a GroupVersion, current: Option<u32>, now: DateTime<Utc>) -> Self {
        let group = &version.group;
        let status = if version.effective_at > now {
            VersionStatus::Scheduled
        } else if current == Some(group.version) {
            VersionStatus::Current
        } else {
            VersionStatus::Past
        };
        let member = |member: &'a GroupMember| MemberView {
            key: member.channel.as_str(),
            weight: member.weight,
            active: member.active,
        };
        Self {
            id: group.id.as_str(),
            store_id: group.store_id.as_str(),
            name: &group.name,
            environment: group.environment,
            on_violation: group.on_violation,
            failover: group.failover.as_ref(),
            version: group.version,
            status,
            effective_at: Moment(version.effective_at),
            created_at: Moment(version.created_at),
            channels: group.members.iter().map(member).collect(),
        }
    }
}
