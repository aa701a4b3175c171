//! `/admin/channels`

use std::collections::BTreeSet;

use axum::extract::State;
use portone_core::{
    Channel, ChannelFacts, ChannelKey, Contracts, Currency, Environment, PgMerchantId, PgProvider, StoreId,
};
use portone_engine::directory::{ChannelEntry, Directory};
use serde::Serialize;

use super::input::{ADMIN_INPUT, Call, body};
use super::{Answer, Deleted, items, not_found, ok, store};
use crate::error::ApiError;
use crate::fields::Fields;
use crate::json::{Node, RawBody};
use crate::state::Gateway;

const CHANNEL: &[&str] = &[
    "storeId",
    "key",
    "name",
    "pgProvider",
    "pgMerchantId",
    "environment",
    "upstream",
    "upstreamChannelKey",
    "active",
    "contracts",
    "facts",
];
/// Provider and environment are known here so that the engine can say why they stay.
const CHANGES: &[&str] = &[
    "name",
    "pgProvider",
    "pgMerchantId",
    "environment",
    "upstream",
    "upstreamChannelKey",
    "active",
    "contracts",
    "facts",
];
const FACTS: &[&str] = &["midCurrency", "usdEnabled", "midProductType", "keyinRequiresFullAuth"];
const PRODUCT_TYPES: &[&str] = &["PHYSICAL", "DIGITAL"];
/// The environments, as configuration files spell them.
pub(super) const ENVIRONMENTS: [(&str, Environment); 2] =
    [("live", Environment::Live), ("test", Environment::Test)];

/// `GET /admin/channels?storeId=`: of one store, or of all.
pub(super) async fn list(State(gateway): State<Gateway>, call: Call) -> Answer {
    let named = call.store_id()?;
    let only = named.map(|named| store(&gateway, Some(&named))).transpose()?;
    let directory = gateway.engine.directory();
    let channels =
        directory.channels().filter(|channel| only.as_ref().is_none_or(|store| channel.store_id == *store));
    Ok(items(channels.filter_map(|channel| Some(ChannelView::of(directory.entry(&channel.key)?)))))
}

/// `GET /admin/channels/{key}`
pub(super) async fn one(State(gateway): State<Gateway>, call: Call) -> Answer {
    told(&gateway, &known(&gateway.engine.directory(), &call)?.key)
}

/// `POST /admin/channels`
pub(super) async fn create(State(gateway): State<Gateway>, _: Call, raw: RawBody) -> Answer {
    let (named, draft) = body(&raw, CHANNEL, |fields| {
        let named = fields.owned_text("storeId");
        Some((named, Draft::read_new(fields)?))
    })?;
    let channel = draft.channel(store(&gateway, named.as_deref())?);
    let channel = gateway.engine.create_channel(channel).await?;
    told(&gateway, &channel.key)
}

/// `PATCH /admin/channels/{key}`: what is left out stays; null clears what is optional.
pub(super) async fn change(State(gateway): State<Gateway>, call: Call, raw: RawBody) -> Answer {
    let channel = known(&gateway.engine.directory(), &call)?;
    let store_id = channel.store_id.clone();
    let draft = body(&raw, CHANGES, |fields| Draft::read_change(fields, channel))?;
    let channel = gateway.engine.change_channel(draft.channel(store_id)).await?;
    told(&gateway, &channel.key)
}

/// `POST /admin/channels/{key}/activate`
pub(super) async fn activate(State(gateway): State<Gateway>, call: Call) -> Answer {
    switch(&gateway, &call, true).await
}

/// `POST /admin/channels/{key}/deactivate`
pub(super) async fn deactivate(State(gateway): State<Gateway>, call: Call) -> Answer {
    switch(&gateway, &call, false).await
}

async fn switch(gateway: &Gateway, call: &Call, active: bool) -> Answer {
    let channel = known(&gateway.engine.directory(), call)?;
    let channel = gateway.engine.change_channel(Channel { active, ..channel }).await?;
    told(gateway, &channel.key)
}

/// `DELETE /admin/channels/{key}`
pub(super) async fn delete(State(gateway): State<Gateway>, call: Call) -> Answer {
    let channel = known(&gateway.engine.directory(), &call)?;
    gateway.engine.delete_channel(&channel.store_id, &channel.key).await?;
    Ok(ok(&Deleted { deleted: channel.key.as_str() }))
}

/// The channel of the path. Keys are unique over all stores; a store that is named must be its own.
fn known(directory: &Directory, call: &Call) -> Result<Channel, ApiError> {
    let key: ChannelKey = call.id("channel")?;
    let store_id = call.store_id()?;
    let entry = directory.entry(&key).filter(|entry| {
        !entry.deleted && store_id.as_ref().is_none_or(|store| entry.channel.store_id.as_str() == store)
    });
    entry.map(|entry| entry.channel.clone()).ok_or_else(|| not_found(format!("there is no channel `{key}`")))
}

fn told(gateway: &Gateway, key: &ChannelKey) -> Answer {
    let directory = gateway.engine.directory();
    let entry = directory.entry(key).filter(|entry| !entry.deleted);
    let entry = entry.ok_or_else(|| not_found(format!("there is no channel `{key}` any more")))?;
    Ok(ok(&ChannelView::of(entry)))
}

/// A channel as a request describes it.
struct Draft {
    key: ChannelKey,
    name: String,
    provider: PgProvider,
    pg_merchant_id: PgMerchantId,
    environment: Environment,
    upstream: String,
    upstream_channel_key: Option<ChannelKey>,
    active: bool,
    contracts: Contracts,
    facts: ChannelFacts,
}

impl Draft {
    /// A change: `base` fills in what is left out.
    fn read_change(fields: &Fields<'_, '_>, base: Channel) -> Option<Self> {
        let name = if fields.has("name") { fields.need_text("name") } else { Some(base.name.as_str()) };
        let upstream =
            if fields.has("upstream") { fields.need_text("upstream") } else { Some(base.upstream.as_str()) };
        let environment = fields.choice("environment", ENVIRONMENTS.into_iter());
        let upstream_channel_key = if fields.member("upstreamChannelKey").is_some() {
            fields.id("upstreamChannelKey")
        } else {
            base.upstream_channel_key
        };
        let contracts = if fields.member("contracts").is_some() { contracts(fields) } else { base.contracts };
        Some(Self {
            key: base.key,
            name: name?.to_owned(),
            provider: fields.id("pgProvider").unwrap_or(base.provider),
            pg_merchant_id: fields.id("pgMerchantId").unwrap_or(base.pg_merchant_id),
            environment: environment.unwrap_or(base.environment),
            upstream: upstream?.to_owned(),
            upstream_channel_key,
            active: fields.flag("active").unwrap_or(base.active),
            contracts,
            facts: if fields.member("facts").is_some() { facts(fields) } else { base.facts },
        })
    }

    /// Everything is read before anything is given up, so that every problem is told.
    fn read_new(fields: &Fields<'_, '_>) -> Option<Self> {
        let key = fields.need_id("key");
        let name = fields.need_text("name");
        let provider = fields.need_id("pgProvider");
        let pg_merchant_id = fields.need_id("pgMerchantId");
        let environment = fields.need_choice("environment", ENVIRONMENTS.into_iter());
        let upstream = fields.need_text("upstream");
        let upstream_channel_key = fields.id("upstreamChannelKey");
        let active = fields.flag("active").unwrap_or(true);
        let (contracts, facts) = (contracts(fields), facts(fields));
        Some(Self {
            key: key?,
            name: name?.to_owned(),
            provider: provider?,
            pg_merchant_id: pg_merchant_id?,
            environment: environment?,
            upstream: upstream?.to_owned(),
            upstream_channel_key,
            active,
            contracts,
            facts,
        })
    }

    fn channel(self, store_id: StoreId) -> Channel {
        Channel {
            key: self.key,
            store_id,
            name: self.name,
            provider: self.provider,
            pg_merchant_id: self.pg_merchant_id,
            environment: self.environment,
            upstream: self.upstream,
            upstream_channel_key: self.upstream_channel_key,
            active: self.active,
            contracts: self.contracts,
            facts: self.facts,
        }
    }
}

/// What the contract covers; absent or null is unknown, which differs from nothing.
fn contracts(fields: &Fields<'_, '_>) -> Contracts {
    if !matches!(fields.node("contracts"), Some(Node::Array(_))) {
        // Reports a wrong type, and takes null for unknown.
        fields.texts("contracts");
        return Contracts::default();
    }
    Contracts(Some(fields.texts("contracts").into_iter().collect::<BTreeSet<_>>()))
}

fn facts(fields: &Fields<'_, '_>) -> ChannelFacts {
    let Some(fields) = fields.object("facts", &ADMIN_INPUT, FACTS) else { return ChannelFacts::default() };
    let mid_currency = fields.text("midCurrency").and_then(|code| {
        let currency = Currency::parse(code);
        if currency.is_err() {
            fields.add("midCurrency", "is no currency code; send one of ISO 4217, such as KRW");
        }
        currency.ok()
    });
    ChannelFacts {
        mid_currency,
        usd_enabled: fields.flag("usdEnabled"),
        mid_product_type: fields.code("midProductType", PRODUCT_TYPES),
        keyin_requires_full_auth: fields.flag("keyinRequiresFullAuth"),
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ChannelView<'a> {
    key: &'a str,
    store_id: &'a str,
    name: &'a str,
    pg_provider: &'a str,
    pg_merchant_id: &'a str,
    environment: Environment,
    upstream: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    upstream_channel_key: Option<&'a str>,
    active: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    contracts: Option<&'a BTreeSet<String>>,
    facts: FactsView<'a>,
    /// Why it cannot be used; absent when it can.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FactsView<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    mid_currency: Option<Currency>,
    #[serde(skip_serializing_if = "Option::is_none")]
    usd_enabled: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mid_product_type: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    keyin_requires_full_auth: Option<bool>,
}

impl<'a> ChannelView<'a> {
    fn of(entry: &'a ChannelEntry) -> Self {
        let channel = &entry.channel;
        Self {
            key: channel.key.as_str(),
            store_id: channel.store_id.as_str(),
            name: &channel.name,
            pg_provider: channel.provider.as_str(),
            pg_merchant_id: channel.pg_merchant_id.as_str(),
            environment: channel.environment,
            upstream: &channel.upstream,
            upstream_channel_key: channel.upstream_channel_key.as_ref().map(ChannelKey::as_str),
            active: channel.active,
            contracts: channel.contracts.0.as_ref(),
            facts: FactsView {
                mid_currency: channel.facts.mid_currency,
                usd_enabled: channel.facts.usd_enabled,
                mid_product_type: channel.facts.mid_product_type.as_deref(),
                keyin_requires_full_auth: channel.facts.keyin_requires_full_auth,
            },
            problem: entry.adapter.as_ref().err().map(String::as_str),
        }
    }
}
