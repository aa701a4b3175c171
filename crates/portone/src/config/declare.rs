//! Stores, channels and channel groups as a file declares them.

use std::{collections::BTreeSet, fmt::Write as _};

use portone_core::{
    Channel, ChannelFacts, ChannelGroup, Contracts, Environment, GroupMember, OnViolation, PgProvider,
    Protocol, Secret, StoreId,
};
use portone_engine::EngineConfig;
use portone_engine::port::DeclaredStore;
use portone_engine::promotion::Promotions;
use sha2::{Digest as _, Sha256};

use super::promotions::{read_card_promotions, read_promotions};
use super::reader::{Reader, Section};
use super::webhooks::read_webhooks;
use super::{Reach, StoreConfig, failover, v1};

const ENVIRONMENTS: &[(&str, Environment)] = &[("live", Environment::Live), ("test", Environment::Test)];

pub(super) fn read_stores<'a>(
    reader: &mut Reader<'a>,
    root: &Section<'a>,
    upstreams: &Reach<'_>,
    private_targets: bool,
    engine: &mut EngineConfig,
) -> Vec<StoreConfig> {
    let sections = reader.sections(root, "stores");
    if sections.is_empty() {
        reader.problem(&root.span_of("stores"), "stores", "declare at least one store: [[stores]]");
    }
    let mut seen = Seen::default();
    let mut stores = Vec::new();
    for section in &sections {
        let endpoints = read_webhooks(reader, section, private_targets);
        let promotions = read_promotions(reader, section, &engine.promotions.card_bins);
        if let Some(store) = read_store(reader, section, upstreams, &mut seen, &mut engine.promotions) {
            if !endpoints.is_empty() {
                engine.webhooks.insert(store.id().clone(), endpoints);
            }
            if !promotions.is_empty() {
                engine.promotions.of_stores.insert(store.id().clone(), promotions);
            }
            stores.push(store);
        }
    }
    stores
}

/// What must not stand twice in a file.
#[derive(Default)]
struct Seen {
    stores: BTreeSet<String>,
    channels: BTreeSet<String>,
    groups: BTreeSet<String>,
    api_secrets: BTreeSet<[u8; 32]>,
    v1: v1::SeenV1,
}

fn read_store<'a>(
    reader: &mut Reader<'a>,
    section: &Section<'a>,
    upstreams: &Reach<'_>,
    seen: &mut Seen,
    promotions: &mut Promotions,
) -> Option<StoreConfig> {
    let keys = [
        "id",
        "name",
        "api_secrets",
        "manual_approval",
        "webhooks",
        "channels",
        "channel_groups",
        "promotions",
    ];
    reader.only(section, &[&keys[..], &v1::KEYS].concat());
    let id: Option<StoreId> = reader.required(section, "id");
    let name = reader.text(section, "name").map(str::to_owned);
    if id.as_ref().is_some_and(|id| !seen.stores.insert(id.to_string())) {
        reader.problem_at(section, "id", "is declared twice");
    }
    let api_secrets = read_api_secrets(reader, section, seen);
    let manual_approval = reader.flag(section, "manual_approval").unwrap_or(false);
    // Channels and groups are checked even when the store's own id is wrong.
    let placeholder = StoreId::parse("store").ok()?;
    let store_id = id.clone().unwrap_or(placeholder);
    let channels = read_channels(reader, section, &store_id, upstreams, seen, promotions);
    let groups = read_groups(reader, section, &store_id, &channels, seen);
    let v1 = v1::read_v1(reader, section, &channels, &mut seen.v1);
    let id = id?;
    let declared = DeclaredStore {
        name: name.unwrap_or_else(|| id.to_string()),
        id,
        channels: channels.into_iter().map(|channel| (channel.clone(), digest(&channel))).collect(),
        groups: groups.into_iter().map(|group| (group.clone(), digest(&group))).collect(),
    };
    Some(StoreConfig { api_secrets, v1, manual_approval, declared })
}

fn read_api_secrets<'a>(
    reader: &mut Reader<'a>,
    section: &Section<'a>,
    seen: &mut Seen,
) -> Vec<Secret<String>> {
    let api_secrets = reader.secrets(section, "api_secrets");
    if api_secrets.is_empty() {
        reader.problem_at(section, "api_secrets", "give at least one secret, else nobody can use the store");
    }
    for secret in &api_secrets {
        if !seen.api_secrets.insert(Sha256::digest(secret.expose().as_bytes()).into()) {
            reader.problem_at(
                section,
                "api_secrets",
                "hold a secret that is declared twice; each belongs to one store",
            );
        }
    }
    api_secrets
}

fn read_channels<'a>(
    reader: &mut Reader<'a>,
    store: &Section<'a>,
    store_id: &StoreId,
    upstreams: &Reach<'_>,
    seen: &mut Seen,
    promotions: &mut Promotions,
) -> Vec<Channel> {
    let mut channels = Vec::new();
    for section in reader.sections(store, "channels") {
        let channel = read_channel(reader, &section, store_id, upstreams);
        let offers = read_card_promotions(reader, &section);
        if let Some(channel) = channel {
            if !seen.channels.insert(channel.key.to_string()) {
                reader.problem_at(&section, "key", format!("`{}` is declared twice", channel.key));
            }
            if !offers.is_empty() {
                promotions.of_channels.insert(channel.key.clone(), offers);
            }
            channels.push(channel);
        }
    }
    channels
}

const CHANNEL_KEYS: &[&str] = &[
    "key",
    "name",
    "provider",
    "pg_merchant_id",
    "environment",
    "upstream",
    "upstream_channel_key",
    "active",
    "contracts",
    "mid_currency",
    "usd_enabled",
    "mid_product_type",
    "keyin_requires_full_auth",
    "card_promotions",
];

fn read_channel<'a>(
    reader: &mut Reader<'a>,
    section: &Section<'a>,
    store_id: &StoreId,
    upstreams: &Reach<'_>,
) -> Option<Channel> {
    reader.only(section, CHANNEL_KEYS);
    let key = reader.required(section, "key");
    let name = reader.text(section, "name").map(str::to_owned);
    let upstream = reader.required_text(section, "upstream");
    let provider = read_provider(reader, section, upstreams, upstream);
    let pg_merchant_id = reader.required(section, "pg_merchant_id");
    reader.required_text(section, "environment");
    let environment = reader.one_of(section, "environment", ENVIRONMENTS);
    if let Some(name) = upstream.filter(|name| !upstreams.names.contains(name)) {
        let declared = upstreams.names.join(", ");
        reader.problem_at(
            section,
            "upstream",
            format!("there is no upstream `{name}`; declared are {declared}"),
        );
    }
    let upstream_channel_key = reader.parsed(section, "upstream_channel_key");
    let active = reader.flag(section, "active").unwrap_or(true);
    let contracts = reader.texts(section, "contracts");
    let facts = ChannelFacts {
        mid_currency: reader.text(section, "mid_currency").and_then(|code| {
            let parsed = portone_core::Currency::parse(code);
            parsed.map_err(|error| reader.problem_at(section, "mid_currency", error.to_string())).ok()
        }),
        usd_enabled: reader.flag(section, "usd_enabled"),
        mid_product_type: reader
            .one_of(section, "mid_product_type", &[("PHYSICAL", "PHYSICAL"), ("DIGITAL", "DIGITAL")])
            .map(str::to_owned),
        keyin_requires_full_auth: reader.flag(section, "keyin_requires_full_auth"),
    };
    let key: portone_core::ChannelKey = key?;
    Some(Channel {
        name: name.unwrap_or_else(|| key.to_string()),
        key,
        store_id: store_id.clone(),
        provider: provider?,
        pg_merchant_id: pg_merchant_id?,
        environment: environment?,
        upstream: upstream?.to_owned(),
        upstream_channel_key,
        active,
        contracts: Contracts(contracts.map(|names| names.into_iter().map(str::to_owned).collect())),
        facts,
    })
}

fn read_provider<'a>(
    reader: &mut Reader<'a>,
    section: &Section<'a>,
    upstreams: &Reach<'_>,
    upstream: Option<&str>,
) -> Option<PgProvider> {
    let provider: PgProvider = reader.required(section, "provider")?;
    let known = upstream.and_then(|name| upstreams.protocols.get(name).copied());
    let protocol = known.unwrap_or(Protocol::PortOneV2);
    if portone_router::factory_at(&provider, protocol).is_none() {
        let names = portone_router::providers_at(protocol);
        let text = format!("there is no adapter for `{provider}`; this build has {names}");
        reader.problem_at(section, "provider", text);
        return None;
    }
    Some(provider)
}

fn read_groups<'a>(
    reader: &mut Reader<'a>,
    store: &Section<'a>,
    store_id: &StoreId,
    channels: &[Channel],
    seen: &mut Seen,
) -> Vec<ChannelGroup> {
    let mut groups = Vec::new();
    for section in reader.sections(store, "channel_groups") {
        if let Some(group) = read_group(reader, &section, store_id) {
            if !seen.groups.insert(group.id.to_string()) {
                reader.problem_at(&section, "id", format!("`{}` is declared twice", group.id));
            }
            let report = group.check(|key| channels.iter().find(|channel| channel.key == *key));
            for violation in report.violations {
                let key = violation.field.split(['[', '.']).next().unwrap_or_default();
                reader.problem(
                    &section.span_of(key),
                    section.path_of(&failover::spelt_here(&violation.field)),
                    format!("{} ({})", violation.message, violation.rule),
                );
            }
            groups.push(group);
        }
    }
    groups
}

fn read_group<'a>(
    reader: &mut Reader<'a>,
    section: &Section<'a>,
    store_id: &StoreId,
) -> Option<ChannelGroup> {
    reader.only(section, &["id", "name", "environment", "channels", "on_violation", "failover"]);
    let id = reader.required(section, "id");
    let name = reader.required_text(section, "name");
    reader.required_text(section, "environment");
    let environment = reader.one_of(section, "environment", ENVIRONMENTS);
    let words = [("skip", OnViolation::Skip), ("fail", OnViolation::Fail)];
    let on_violation = reader.one_of(section, "on_violation", &words).unwrap_or_default();
    let failover = reader.section(section, "failover").map(|policy| failover::read(reader, &policy));
    let members: Vec<Option<GroupMember>> =
        reader.sections(section, "channels").iter().map(|member| read_member(reader, member)).collect();
    Some(ChannelGroup {
        id: id?,
        store_id: store_id.clone(),
        name: name?.to_owned(),
        environment: environment?,
        on_violation,
        failover,
        version: 1,
        members: members.into_iter().collect::<Option<Vec<_>>>()?,
    })
}

fn read_member<'a>(reader: &mut Reader<'a>, section: &Section<'a>) -> Option<GroupMember> {
    reader.only(section, &["key", "weight", "active"]);
    let channel = reader.required(section, "key");
    let weight = reader.number(section, "weight");
    if !section.entries().any(|(key, _)| key == "weight") {
        reader.missing(section, "weight");
    }
    let active = reader.flag(section, "active").unwrap_or(true);
    // A weight too large for the type is too large for a group, which the group's own check says.
    Some(GroupMember { channel: channel?, weight: u32::try_from(weight?).unwrap_or(u32::MAX), active })
}

/// A declaration's digest: the same declaration gives the same one, whatever its spelling in the file.
fn digest(declared: &impl serde::Serialize) -> String {
    let text = serde_json::to_vec(declared).unwrap_or_default();
    Sha256::digest(&text).iter().fold(String::new(), |mut hex, byte| {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
