//! The configuration: what `portone.toml` declares, checked as a whole before anything starts.

mod database;
mod declare;
mod encryption;
mod failover;
mod file;
mod limits;
mod promotions;
mod reader;
mod v1;
mod webhooks;

use std::{collections::BTreeMap, net::SocketAddr, path::Path, sync::Arc, time::Duration};

use portone_core::{ChannelKey, Protocol, Secret, StoreId};
use portone_engine::EngineConfig;
use portone_engine::port::DeclaredStore;
use portone_gateway::RateLimit;
use portone_store::Keyring;

pub(crate) use database::DatabaseConfig;
pub(crate) use encryption::load_keyring;
pub(crate) use file::ConfigError;
use file::{load_as, parse_as};
pub(crate) use reader::Problem;
use reader::{Reader, Section};

/// Everything a gateway is started with.
#[derive(Debug)]
pub(crate) struct Config {
    /// Where others reach us: redirects and notifications point here.
    pub(crate) public_url: String,
    /// Where the V2 and admin faces listen.
    pub(crate) listen: SocketAddr,
    /// Where the V1 face listens at the root, beside its place under `/v1` of `listen`.
    pub(crate) listen_v1: Option<SocketAddr>,
    /// Where the ledger is.
    pub(crate) database: DatabaseConfig,
    /// The admin face's bearer token.
    pub(crate) admin_token: Secret<String>,
    /// The upstreams by name.
    pub(crate) upstreams: BTreeMap<String, UpstreamConfig>,
    /// The stores.
    pub(crate) stores: Vec<StoreConfig>,
    /// The engine's settings.
    pub(crate) engine: EngineConfig,
    /// Whether webhooks may go to private addresses.
    pub(crate) webhook_private_targets: bool,
    /// How often each API secret and each V1 key may ask.
    pub(crate) rate_limit: Option<RateLimit>,
    /// What secrets at rest are sealed with.
    pub(crate) keyring: Option<Arc<Keyring>>,
    /// The paths of settings that are sealed with another key than the current one.
    pub(crate) sealed_otherwise: Vec<String>,
}

/// How PGs are reached.
#[derive(Debug, Clone)]
pub(crate) enum UpstreamConfig {
    /// The offline sandbox.
    Sandbox {
        /// An address to start it at in this process; none when it runs elsewhere.
        listen: Option<SocketAddr>,
        /// Where it runs, if elsewhere.
        url: Option<String>,
        /// The secret it expects.
        api_secret: Secret<String>,
        /// The secret it signs its notifications with; drawn at the start for one in this process.
        webhook_secret: Option<Secret<String>>,
    },
    /// PortOne V2.
    PortOneV2 {
        /// Scheme and host.
        base_url: String,
        /// Our API secret there.
        api_secret: Secret<String>,
        /// The secret its webhooks are signed with.
        webhook_secret: Option<Secret<String>>,
    },
    /// PortOne V1, the iamport REST API.
    IamportV1 {
        /// Where it is.
        at: V1Place,
        /// Our REST API key there.
        imp_key: Secret<String>,
        /// Our REST API secret there.
        imp_secret: Secret<String>,
        /// What its browser SDK is started with.
        user_code: Option<String>,
    },
}

impl UpstreamConfig {
    /// What it speaks.
    pub(crate) const fn protocol(&self) -> Protocol {
        match self {
            Self::Sandbox { .. } | Self::PortOneV2 { .. } => Protocol::PortOneV2,
            Self::IamportV1 { .. } => Protocol::IamportV1,
        }
    }
}

/// Where a V1 upstream is.
#[derive(Debug, Clone)]
pub(crate) enum V1Place {
    /// At this scheme, host and path.
    Url(String),
    /// The V1 face of the sandbox upstream of this name.
    Sandbox(String),
}

/// One shop.
#[derive(Debug)]
pub(crate) struct StoreConfig {
    /// Its V2 API secrets.
    pub(crate) api_secrets: Vec<Secret<String>>,
    /// What it is on the V1 face.
    pub(crate) v1: StoreV1,
    /// Whether it approves by itself what a buyer authenticated in a window.
    pub(crate) manual_approval: bool,
    /// Its channels and groups, as declared.
    pub(crate) declared: DeclaredStore,
}

/// A store on the V1 face.
#[derive(Debug, Default)]
pub(crate) struct StoreV1 {
    /// Its keys, each with its secret.
    pub(crate) keys: Vec<(Secret<String>, Secret<String>)>,
    /// What `IMP.init` is called with.
    pub(crate) user_code: Option<String>,
    /// The channel of requests that name no `pg`.
    pub(crate) default_channel: Option<ChannelKey>,
}

impl StoreConfig {
    /// Its id.
    pub(crate) const fn id(&self) -> &StoreId {
        &self.declared.id
    }
}

/// The address V2 and admin listen on unless told otherwise.
pub(crate) const LISTEN: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 8787);
/// The address the in-process sandbox listens on unless told otherwise.
pub(crate) const SANDBOX_LISTEN: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 8789);
/// The secret between a gateway and its sandbox: it guards nothing but a loopback port.
pub(crate) const SANDBOX_SECRET: &str = "sandbox-upstream-secret";
/// What a sandbox in a process of its own signs its notifications with unless told otherwise: a message it signs makes
/// nothing happen but a question to that sandbox.
pub(crate) const SANDBOX_WEBHOOK_SECRET: &str = "whsec_c2FuZGJveC1ub3RpZmljYXRpb25z";
/// The key that V1 clients log in to a sandbox with; the secret is the sandbox's own.
pub(crate) const SANDBOX_IMP_KEY: &str = "sandbox-imp-key";
/// Where the database is unless told otherwise.
pub(crate) const DATABASE: &str = "portone-data/portone.db";

impl Config {
    /// Reads and checks a file; secrets given as `{ env }`, `{ file }` or `{ sealed }` are looked up.
    pub(crate) fn load(path: &Path) -> Result<Self, ConfigError> {
        load_as(path, Self::read)
    }

    /// Reads and checks a file's text.
    pub(crate) fn parse(source: &str, folder: &Path) -> Result<Self, Vec<Problem>> {
        parse_as(source, folder, Self::read)
    }

    fn read<'a>(reader: &mut Reader<'a>, root: &Section<'a>) -> Option<Self> {
        reader.only(root, KEYS);
        // First: other settings may be sealed with it.
        reader.keyring = encryption::read_keyring(reader, root);
        let listen = reader.parsed(root, "listen").unwrap_or(LISTEN);
        let listen_v1 = reader.parsed(root, "listen_v1");
        if listen_v1 == Some(listen) {
            let remedy =
                "is where V2 listens, which has V1 under /v1; give it a port of its own or leave it out";
            reader.problem_at(root, "listen_v1", remedy);
        }
        let public_url = read_url(reader, root, "public_url").unwrap_or_else(|| format!("http://{listen}"));
        let database = database::read_database(reader, root);
        if !root.entries().any(|(key, _)| key == "admin_token") {
            reader.missing(root, "admin_token");
        }
        let admin_token = reader.secret(root, "admin_token");
        let (names, upstreams) = read_upstreams(reader, root);
        let reach = Reach {
            names: &names,
            protocols: upstreams
                .iter()
                .map(|(name, upstream)| (name.as_str(), upstream.protocol()))
                .collect(),
        };
        let webhook_private_targets = reader.flag(root, "webhook_private_targets").unwrap_or(false);
        let mut engine = read_engine(reader, root);
        engine.promotions.card_bins = promotions::read_card_bins(reader, root);
        let stores = declare::read_stores(reader, root, &reach, webhook_private_targets, &mut engine);
        Some(Self {
            public_url,
            listen,
            listen_v1,
            database: database?,
            admin_token: admin_token?,
            upstreams,
            stores,
            engine,
            webhook_private_targets,
            rate_limit: limits::read_rate_limit(reader, root),
            keyring: reader.keyring.clone(),
            sealed_otherwise: std::mem::take(&mut reader.sealed_otherwise),
        })
    }
}

/// What channels may name as their upstream.
struct Reach<'a> {
    /// The names declared, those of upstreams with mistakes included.
    names: &'a [&'a str],
    /// What the upstreams without mistakes speak.
    protocols: BTreeMap<&'a str, Protocol>,
}

const KEYS: &[&str] = &[
    "public_url",
    "listen",
    "card_bins",
    "listen_v1",
    "database",
    "database_connections",
    "admin_token",
    "encryption_key",
    "encryption_key_next",
    "encryption_key_previous",
    "upstream_deadline_ms",
    "lease_margin_ms",
    "limits",
    "verify_after_ms",
    "webhook_private_targets",
    "upstreams",
    "stores",
];

fn read_engine<'a>(reader: &mut Reader<'a>, root: &Section<'a>) -> EngineConfig {
    let mut engine = EngineConfig::default();
    if let Some(deadline) = reader.number(root, "upstream_deadline_ms") {
        engine.deadline = Duration::from_millis(deadline.max(1));
        engine.inquiry_deadline = engine.inquiry_deadline.min(engine.deadline);
    }
    if let Some(margin) = reader.number(root, "lease_margin_ms") {
        engine.lease_margin = Duration::from_millis(margin);
    }
    if let Some(after) = reader.number(root, "verify_after_ms") {
        engine.verify_after = (after > 0).then(|| Duration::from_millis(after));
    }
    engine
}

/// The names declared, those with mistakes included, and the upstreams without mistakes.
fn read_upstreams<'a>(
    reader: &mut Reader<'a>,
    root: &Section<'a>,
) -> (Vec<&'a str>, BTreeMap<String, UpstreamConfig>) {
    let mut upstreams = BTreeMap::new();
    let Some(section) = reader.section(root, "upstreams") else {
        reader.missing(root, "upstreams");
        return (Vec::new(), upstreams);
    };
    for (name, table) in section.entries() {
        match table {
            Some(table) => {
                if let Some(upstream) = read_upstream(reader, &table) {
                    upstreams.insert(name.to_owned(), upstream);
                }
            }
            None => reader.problem_at(&section, name, "is no table; write [upstreams.NAME]"),
        }
    }
    check_v1_sandboxes(reader, &section, &upstreams);
    (section.entries().map(|(name, _)| name).collect(), upstreams)
}

fn read_upstream<'a>(reader: &mut Reader<'a>, table: &Section<'a>) -> Option<UpstreamConfig> {
    #[derive(Clone, Copy)]
    enum Kind {
        Sandbox,
        PortOneV2,
        IamportV1,
    }
    reader.required_text(table, "kind")?;
    let kinds =
        [("sandbox", Kind::Sandbox), ("portone-v2", Kind::PortOneV2), ("iamport-v1", Kind::IamportV1)];
    match reader.one_of(table, "kind", &kinds)? {
        Kind::Sandbox => Some(read_sandbox(reader, table)),
        Kind::PortOneV2 => read_portone_v2(reader, table),
        Kind::IamportV1 => read_iamport_v1(reader, table),
    }
}

fn read_sandbox<'a>(reader: &mut Reader<'a>, table: &Section<'a>) -> UpstreamConfig {
    reader.only(table, &["kind", "listen", "url", "api_secret", "webhook_secret"]);
    let url = read_url(reader, table, "url");
    let listen = reader.parsed(table, "listen");
    if url.is_some() && listen.is_some() {
        reader.problem_at(table, "listen", "is given together with url; a sandbox runs here or elsewhere");
    }
    let listen = if url.is_some() { None } else { Some(listen.unwrap_or(SANDBOX_LISTEN)) };
    let api_secret = reader.secret(table, "api_secret").unwrap_or_else(|| SANDBOX_SECRET.into());
    let webhook_secret = reader.secret(table, "webhook_secret");
    check_webhook_secret(reader, table, webhook_secret.as_ref());
    UpstreamConfig::Sandbox { listen, url, api_secret, webhook_secret }
}

fn read_portone_v2<'a>(reader: &mut Reader<'a>, table: &Section<'a>) -> Option<UpstreamConfig> {
    reader.only(table, &["kind", "base_url", "api_secret", "webhook_secret"]);
    let base_url = read_url(reader, table, "base_url").unwrap_or_else(|| "https://api.portone.io".to_owned());
    if !table.entries().any(|(key, _)| key == "api_secret") {
        reader.missing(table, "api_secret");
    }
    let api_secret = reader.secret(table, "api_secret")?;
    let webhook_secret = reader.secret(table, "webhook_secret");
    check_webhook_secret(reader, table, webhook_secret.as_ref());
    Some(UpstreamConfig::PortOneV2 { base_url, api_secret, webhook_secret })
}

fn read_iamport_v1<'a>(reader: &mut Reader<'a>, table: &Section<'a>) -> Option<UpstreamConfig> {
    reader.only(table, &["kind", "base_url", "sandbox", "imp_key", "imp_secret", "user_code"]);
    let base_url = read_url(reader, table, "base_url");
    let user_code = v1::read_upstream_user_code(reader, table);
    if let Some(name) = reader.text(table, "sandbox") {
        if base_url.is_some() {
            reader.problem_at(
                table,
                "base_url",
                "is given together with sandbox, which has an address of its own",
            );
        }
        let imp_key = reader.secret(table, "imp_key").unwrap_or_else(|| SANDBOX_IMP_KEY.into());
        let imp_secret = reader.secret(table, "imp_secret").unwrap_or_else(|| SANDBOX_SECRET.into());
        let at = V1Place::Sandbox(name.to_owned());
        return Some(UpstreamConfig::IamportV1 { at, imp_key, imp_secret, user_code });
    }
    for key in ["imp_key", "imp_secret"] {
        if !table.entries().any(|(name, _)| name == key) {
            reader.missing(table, key);
        }
    }
    let (imp_key, imp_secret) = (reader.secret(table, "imp_key"), reader.secret(table, "imp_secret"));
    let at = V1Place::Url(base_url.unwrap_or_else(|| "https://api.iamport.kr".to_owned()));
    Some(UpstreamConfig::IamportV1 { at, imp_key: imp_key?, imp_secret: imp_secret?, user_code })
}

/// A V1 upstream of the sandbox names a sandbox upstream.
fn check_v1_sandboxes<'a>(
    reader: &mut Reader<'a>,
    section: &Section<'a>,
    upstreams: &BTreeMap<String, UpstreamConfig>,
) {
    for (name, table) in section.entries() {
        let (Some(table), Some(UpstreamConfig::IamportV1 { at: V1Place::Sandbox(of), .. })) =
            (table, upstreams.get(name))
        else {
            continue;
        };
        if !matches!(upstreams.get(of), Some(UpstreamConfig::Sandbox { .. })) {
            reader.problem_at(&table, "sandbox", format!("there is no upstream `{of}` of kind \"sandbox\""));
        }
    }
}

fn check_webhook_secret<'a>(reader: &mut Reader<'a>, table: &Section<'a>, secret: Option<&Secret<String>>) {
    if let Some(Err(problem)) = secret.map(portone_engine::webhook::WebhookSecret::parse) {
        reader.problem_at(table, "webhook_secret", problem.to_string());
    }
}

/// Scheme and host without a trailing slash.
fn read_url<'a>(reader: &mut Reader<'a>, section: &Section<'a>, key: &str) -> Option<String> {
    let text = reader.text(section, key)?;
    match reqwest::Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.host().is_some() => {
            Some(text.trim_end_matches('/').to_owned())
        }
        _ => {
            reader.problem_at(section, key, format!("`{text}` is no http:// or https:// address"));
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn problems(source: &str) -> Vec<String> {
        let found = Config::parse(source, Path::new(".")).err().unwrap_or_default();
        found.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_demo_has_no_mistake() {
        assert_eq!(problems(crate::demo::TOML), Vec::<String>::new());
    }

    #[test]
    fn every_mistake_is_named_with_its_line() {
        let source = r#"listen = "nowhere"
databse = "sqlite:x.db"
admin_token = { env = "PORTONE_TEST_UNSET" }
[upstreams.live]
kind = "portone-v2"
[[stores]]
id = "store-1"
[[stores.channels]]
key = "a"
provider = "SMARTRO"
pg_merchant_id = "m"
environment = "prod"
upstream = "sandbox"
[[stores.channels]]
key = "b"
provider = "KPN"
pg_merchant_id = "m"
environment = "live"
upstream = "live"
[[stores.channel_groups]]
id = "g"
name = "Half"
environment = "test"
channels = [{ key = "b", weight = 40 }, { key = "c", weight = 50 }]
"#;
        let expected = [
            "line 1: listen: `nowhere`: invalid socket address syntax",
            "line 2: databse: unknown key; did you mean `database`?",
            "line 3: admin_token: environment variable PORTONE_TEST_UNSET is not set",
            "line 4: upstreams.live.api_secret: is missing",
            "line 6: stores[0].api_secrets: give at least one secret, else nobody can use the store",
            "line 10: stores[0].channels[0].provider: there is no adapter for `SMARTRO`; this build has SMARTRO_V2, KPN, PAYMENTWALL",
            "line 12: stores[0].channels[0].environment: `prod` is not known; use \"live\" or \"test\"",
            "line 13: stores[0].channels[0].upstream: there is no upstream `sandbox`; declared are live",
            "line 24: stores[0].channel_groups[0].channels: have weights that add up to 90; they must add up to exactly 100 (SR-002)",
            "line 24: stores[0].channel_groups[0].channels[0].key: `b` is a live channel in a test group; a group holds one environment (SR-003)",
            "line 24: stores[0].channel_groups[0].channels[1].key: there is no channel `c` in this store (GROUP-MEMBER)",
        ];
        assert_eq!(problems(source), expected);
    }

    #[test]
    fn broken_toml_is_named_with_its_line() {
        assert_eq!(
            problems("listen = \"127.0.0.1:1\"\nadmin_token = \n")[0].split(':').next(),
            Some("line 2")
        );
    }
}
