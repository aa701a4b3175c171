//! A gateway without sockets: its faces, one shop with two channels and a group, and upstreams that cannot be reached.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use axum::body::Body;
use axum::http::Request;
use chrono::{DateTime, Utc};
use http_body_util::BodyExt as _;
use portone_core::{
    Break, Channel, ChannelGroup, Credentials, Environment, PgReply, PgRequest, Transport, Upstream,
};
use portone_engine::port::{Clock, DeclaredStore, Random};
use portone_engine::{Engine, EngineConfig, Ports};
use portone_gateway::{GatewayConfig, StoreAccess, V1Access, V1Key};
use portone_store::SqliteStore;
use serde_json::{Value, json};
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;

pub const ADMIN: &str = "admin-token";
pub const SECRET: &str = "shop-secret";
const KEY: &str = "imp-key";
const UPSTREAM: &str = "https://upstream.test";
/// The ids that a path may name: of what is there, and of what is not.
pub const IDS: [&str; 6] = ["order1", "channel-key-smartro", "channel-key-kpn", "group-1", "imp_000000000000", "nobody"];

struct Morning;

impl Clock for Morning {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp(1_795_000_000, 0).expect("a time")
    }
}

struct Counting(AtomicU64);

impl Random for Counting {
    fn next_u64(&self) -> u64 {
        self.0.fetch_add(1, Ordering::Relaxed)
    }
}

struct Nowhere;

#[async_trait]
impl Transport for Nowhere {
    async fn send(&self, _: &PgRequest, _: Duration) -> Result<PgReply, Break> {
        Err(Break::NotSent("nobody is there".to_owned()))
    }
}

/// An operation of the gateway's own description.
pub struct Operation {
    pub method: String,
    pub path: String,
    /// What the description sends as an example.
    pub example: Value,
}

pub struct Shop {
    faces: Router,
    pub operations: Vec<Operation>,
    v1_token: String,
}

impl Shop {
    pub async fn open() -> Self {
        let faces = portone_gateway::faces(config(Arc::new(engine().await))).all;
        let mut shop = Self { faces, operations: Vec::new(), v1_token: String::new() };
        let (_, description) = shop.ask(Request::get("/openapi.json").body(Body::empty()).expect("a request")).await;
        shop.operations = operations(&serde_json::from_slice(&description).expect("a description"));
        let log_in = json!({ "imp_key": KEY, "imp_secret": SECRET }).to_string();
        let log_in = Request::post("/v1/users/getToken").body(Body::from(log_in)).expect("a request");
        let (_, token) = shop.ask(log_in).await;
        let token: Value = serde_json::from_slice(&token).expect("a token");
        shop.v1_token = token["response"]["access_token"].as_str().expect("a token").to_owned();
        shop
    }

    /// Sends a request, and gives its status and body.
    pub async fn ask(&self, request: Request<Body>) -> (u16, Vec<u8>) {
        let response = self.faces.clone().oneshot(request).await.expect("faces answer");
        let status = response.status().as_u16();
        let body = response.into_body().collect().await.expect("a body").to_bytes();
        (status, body.to_vec())
    }

    /// Who asks at a path.
    pub fn authorization(&self, path: &str) -> String {
        if path.starts_with("/admin") {
            format!("Bearer {ADMIN}")
        } else if path.starts_with("/v1") {
            self.v1_token.clone()
        } else {
            format!("PortOne {SECRET}")
        }
    }
}

fn operations(description: &Value) -> Vec<Operation> {
    let paths = description["paths"].as_object().expect("paths");
    let of_path = |(path, item): (&String, &Value)| {
        let methods = item.as_object().expect("methods").iter();
        let of_method = |(method, operation): (&String, &Value)| Operation {
            method: method.to_uppercase(),
            path: path.clone(),
            example: operation["requestBody"]["content"]["application/json"]["example"].clone(),
        };
        methods.map(of_method).collect::<Vec<_>>()
    };
    paths.iter().flat_map(of_path).collect()
}

fn config(engine: Arc<Engine>) -> GatewayConfig {
    let v1 = V1Access {
        keys: vec![V1Key { key: KEY.into(), secret: SECRET.into() }],
        user_code: Some("imp00000000".to_owned()),
        default_channel: None,
    };
    let shop = StoreAccess {
        id: "store-1".parse().expect("an id"),
        name: "Shop".to_owned(),
        api_secrets: vec![SECRET.into()],
        manual_approval: false,
        v1,
    };
    GatewayConfig {
        engine,
        stores: vec![shop],
        public_url: "https://pay.test".to_owned(),
        admin_token: ADMIN.into(),
        tracker: TaskTracker::new(),
        clock: None,
        metrics: None,
        pass_through: None,
        rate_limit: None,
        upstream_user_codes: BTreeMap::new(),
        demo_store: None,
    }
}

async fn engine() -> Engine {
    let channel = |key: &str, provider: &str| {
        let mut channel = Channel::new(
            key.parse().expect("an id"),
            "store-1".parse().expect("an id"),
            provider.parse().expect("a provider"),
            "mid-1".parse().expect("a MID"),
            Environment::Test,
        );
        channel.upstream = "v2".to_owned();
        channel
    };
    let channels = [channel(IDS[1], "SMARTRO_V2"), channel(IDS[2], "KPN")];
    let members: Vec<Value> =
        channels.iter().map(|channel| json!({ "channel": channel.key, "weight": 50, "active": true })).collect();
    let group = json!({
        "id": IDS[3], "store_id": "store-1", "name": "Cards", "environment": "test", "version": 1, "members": members,
    });
    let group: ChannelGroup = serde_json::from_value(group).expect("a group");
    let declared = DeclaredStore {
        id: "store-1".parse().expect("an id"),
        name: "Shop".to_owned(),
        channels: channels.into_iter().map(|channel| (channel, String::new())).collect(),
        groups: vec![(group, String::new())],
    };
    let upstream = Upstream {
        base_url: UPSTREAM.to_owned(),
        credentials: Credentials::PortOneV2 { api_secret: "upstream-secret".into(), webhook_secret: None },
        notice_url: None,
    };
    let ports = Ports {
        store: Arc::new(SqliteStore::in_memory().expect("a database")),
        transport: Arc::new(Nowhere),
        clock: Arc::new(Morning),
        random: Arc::new(Counting(AtomicU64::new(1))),
        watch: None,
    };
    let upstreams = BTreeMap::from([("v2".to_owned(), upstream)]);
    Engine::start(ports, EngineConfig::default(), upstreams, vec![declared]).await.expect("an engine")
}
