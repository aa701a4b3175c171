//! The world the faces are tested in.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use portone_core::{
    Channel, ChannelFacts, ChannelGroup, Contracts, Credentials, Environment, GroupMember, OnViolation,
    Transport, Upstream,
};
use portone_engine::ledger::{OpenAttempt, OpenSubject, PaymentStatus};
use portone_engine::port::{Clock, DeclaredStore, Random, SettleTransaction};
use portone_engine::{Engine, EngineConfig, Ports};
use portone_gateway::{GatewayConfig, RateLimit, VirtualClock};
use portone_store::SqliteStore;
use serde_json::{Value, json};
use tokio_util::task::TaskTracker;

use crate::access::store_access;
pub(crate) use crate::bodies::{
    account_payment, card_payment, cash_receipt, is_uuid, issue, key_payment, with,
};
use crate::http::{Call, Reply, serve};
pub(crate) use crate::wire::{Line, Wire};

pub(crate) const STORE: &str = "store-test";
pub(crate) const OTHER_STORE: &str = "store-other";
pub(crate) const SMARTRO: &str = "channel-key-smartro";
pub(crate) const KPN: &str = "channel-key-kpn";
pub(crate) const GROUP: &str = "channel-group-test-1";
pub(crate) const SECRET: &str = "shop-secret";
pub(crate) const OTHER_SECRET: &str = "other-secret";
/// The secret of every store's V1 key.
pub(crate) const V1_SECRET: &str = "imp-secret";
pub(crate) const ADMIN: &str = "admin-token";
pub(crate) const APPROVED: &str = "4242424242424242";
/// Over its limit at payment; issued all the same.
pub(crate) const OVER_LIMIT: &str = "4000000000000010";
/// Refused at issue by KPN only.
pub(crate) const REFUSED_BY_KPN: &str = "4000000000000127";
/// Refused at issue everywhere.
pub(crate) const STOLEN: &str = "4000000000000044";
pub(crate) const UPSTREAM_SECRET: &str = "sandbox-secret";
/// What the sandbox signs its notifications with.
pub(crate) const NOTICE_SECRET: &str = "whsec_bm90aWNlLXNlY3JldC0wMDAx";
pub(crate) const UPSTREAM: &str = "http://sandbox.test";

pub(crate) struct TestClock(Mutex<DateTime<Utc>>);

impl TestClock {
    fn advance(&self, by: TimeDelta) {
        *self.0.lock().unwrap() += by;
    }
}

#[async_trait]
impl VirtualClock for TestClock {
    async fn advance(&self, by: TimeDelta) -> Result<(), String> {
        Self::advance(self, by);
        Ok(())
    }
}

impl Clock for TestClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }
}

/// Random numbers that count: every id is known, and every draw takes the first channel that has a weight.
struct Counting(AtomicU64);

impl Random for Counting {
    fn next_u64(&self) -> u64 {
        self.0.fetch_add(1, Ordering::Relaxed)
    }
}

/// Two shops; one may approve by itself what its buyers authenticated.
fn config(engine: &Arc<Engine>, tracker: &TaskTracker, by_hand: bool) -> GatewayConfig {
    GatewayConfig {
        engine: Arc::clone(engine),
        stores: vec![store_access(STORE, SECRET, by_hand), store_access(OTHER_STORE, OTHER_SECRET, false)],
        public_url: "https://pay.example.com".to_owned(),
        admin_token: ADMIN.into(),
        tracker: tracker.clone(),
        clock: None,
        metrics: None,
        pass_through: None,
        rate_limit: None,
        upstream_user_codes: BTreeMap::new(),
        demo_store: None,
    }
}

pub(crate) struct World {
    pub(crate) wire: Arc<Wire>,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) tracker: TaskTracker,
    pub(crate) engine: Arc<Engine>,
    address: SocketAddr,
    address_v1: SocketAddr,
}

impl World {
    /// A shop with a Smartro and a KPN channel and a group of both, and another shop without any.
    pub(crate) async fn new() -> Self {
        Self::with_group(&[(SMARTRO, 50), (KPN, 50)]).await
    }

    pub(crate) async fn with_group(members: &[(&str, u32)]) -> Self {
        Self::build(members, None, false, &[]).await
    }

    pub(crate) async fn build(
        members: &[(&str, u32)],
        notice_url: Option<&str>,
        by_hand: bool,
        more: &[Channel],
    ) -> Self {
        let clock = Arc::new(TestClock(Mutex::new("2026-11-21T00:00:00.125Z".parse().unwrap())));
        let wire = Arc::new(Wire::new(&clock));
        let mut channels = vec![channel(SMARTRO, "SMARTRO_V2"), channel(KPN, "KPN")];
        channels.extend_from_slice(more);
        for channel in &channels {
            wire.declare(channel);
        }
        let engine = Arc::new(start(&clock, &wire, channels, group(members), notice_url).await);
        let tracker = TaskTracker::new();
        recorder();
        let pass_through = crate::pass_through::stub(UPSTREAM_SECRET).await;
        let config = config(&engine, &tracker, by_hand);
        let faces = portone_gateway::faces(GatewayConfig {
            clock: Some(Arc::clone(&clock) as Arc<dyn VirtualClock>),
            metrics: Some(Arc::new(|| recorder().render())),
            pass_through: Some(pass_through),
            ..config
        });
        let (address, address_v1) = (serve(faces.all).await, serve(faces.v1).await);
        Self { wire, clock, tracker, engine, address, address_v1 }
    }

    /// The same engine behind faces where each credential may ask so often.
    pub(crate) async fn limited_to(mut self, per_second: u32, burst: u32) -> Self {
        let number = |number| NonZeroU32::new(number).unwrap();
        let limit = RateLimit { per_second: number(per_second), burst: number(burst) };
        let config = config(&self.engine, &self.tracker, false);
        let faces = portone_gateway::faces(GatewayConfig { rate_limit: Some(limit), ..config });
        (self.address, self.address_v1) = (serve(faces.all).await, serve(faces.v1).await);
        self
    }

    pub(crate) fn advance(&self, by: TimeDelta) {
        self.clock.advance(by);
    }

    pub(crate) async fn send(&self, call: Call) -> Reply {
        call.send(self.address).await
    }

    /// A request to the port that V1 has for itself.
    pub(crate) async fn send_v1(&self, call: Call) -> Reply {
        call.send(self.address_v1).await
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The sandbox's control API.
    pub(crate) fn control(&self, path: &str, body: &Value) -> Value {
        self.wire.control(path, body)
    }

    /// A request of the shop.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> Reply {
        self.send(Call::new("POST", path).shop().json(body)).await
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.send(Call::new("GET", path).shop()).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Reply {
        self.send(Call::new("DELETE", path).shop()).await
    }

    /// A request of the administrator.
    pub(crate) async fn admin(&self, method: &str, path: &str, body: Option<&Value>) -> Reply {
        let call = Call::new(method, path).bearer(ADMIN);
        self.send(if let Some(body) = body { call.json(body) } else { call }).await
    }

    /// Pays at KPN by card, and expects it to work.
    pub(crate) async fn paid(&self, id: &str) {
        let reply = self.post(&format!("/payments/{id}/instant"), &card_payment(KPN, APPROVED)).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
    }

    /// The buyer pays into an account, and our ledger is told.
    pub(crate) async fn deposited(&self, id: &str) {
        self.control(&format!("/payments/{id}/deposit"), &json!({}));
        let (store, payment_id) = (self.engine.store(), id.parse().unwrap());
        let mut transaction = self.engine.payment(&STORE.parse().unwrap(), &payment_id).await.unwrap();
        let now = self.clock.now();
        let attempt: portone_core::AttemptId = format!("deposit-of-{}", transaction.id).parse().unwrap();
        let (transaction_id, revision) = (transaction.id.clone(), transaction.revision);
        let open = OpenAttempt {
            id: attempt.clone(),
            store_id: transaction.store_id.clone(),
            command: portone_core::CommandKind::CloseVirtualAccount,
            channel: transaction.channel.key.clone(),
            opened_at: now,
            lease_until: now,
            next_inquiry_at: now,
            inquiry_count: 0,
            subject: OpenSubject::CloseVirtualAccount { payment_id, transaction_id: transaction_id.clone() },
        };
        store.begin_on_transaction(open, &transaction_id, revision).await.unwrap();
        (transaction.status, transaction.paid_at) = (PaymentStatus::Paid, Some(now));
        let settle = SettleTransaction {
            attempt,
            opened_at: None,
            transaction,
            events: Vec::new(),
            verify_at: None,
            run_again_at: None,
            key: None,
        };
        store.settle_transaction(settle).await.unwrap();
    }

    /// Issues a billing key with the group, and expects it to work.
    pub(crate) async fn issued(&self, number: &str) -> String {
        let reply = self.post("/billing-keys", &issue("channelGroupId", GROUP, number)).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        reply.json()["billingKeyInfo"]["billingKey"].as_str().unwrap().to_owned()
    }
}

/// The metrics of the whole process.
fn recorder() -> &'static PrometheusHandle {
    static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();
    RECORDER.get_or_init(|| PrometheusBuilder::new().install_recorder().unwrap())
}

pub(crate) fn channel(key: &str, provider: &str) -> Channel {
    Channel {
        key: key.parse().unwrap(),
        store_id: STORE.parse().unwrap(),
        name: format!("{provider} test"),
        provider: provider.parse().unwrap(),
        pg_merchant_id: "mid0001".parse().unwrap(),
        environment: Environment::Test,
        upstream: "sandbox".to_owned(),
        upstream_channel_key: None,
        active: true,
        contracts: Contracts(None),
        facts: ChannelFacts::default(),
    }
}

fn group(members: &[(&str, u32)]) -> ChannelGroup {
    let member = |(key, weight): &(&str, u32)| GroupMember {
        channel: key.parse().unwrap(),
        weight: *weight,
        active: true,
    };
    ChannelGroup {
        id: GROUP.parse().unwrap(),
        store_id: STORE.parse().unwrap(),
        name: "Cards".to_owned(),
        environment: Environment::Test,
        on_violation: OnViolation::Skip,
        failover: None,
        version: 1,
        members: members.iter().map(member).collect(),
    }
}

async fn start(
    clock: &Arc<TestClock>,
    wire: &Arc<Wire>,
    channels: Vec<Channel>,
    group: ChannelGroup,
    notice_url: Option<&str>,
) -> Engine {
    let upstream = Upstream {
        base_url: UPSTREAM.to_owned(),
        credentials: Credentials::PortOneV2 {
            api_secret: UPSTREAM_SECRET.into(),
            webhook_secret: Some(NOTICE_SECRET.into()),
        },
        notice_url: notice_url.map(str::to_owned),
    };
    let shop = DeclaredStore {
        id: STORE.parse().unwrap(),
        name: "Test".to_owned(),
        channels: channels.into_iter().map(|channel| (channel, String::new())).collect(),
        groups: vec![(group, String::new())],
    };
    let other = DeclaredStore {
        id: OTHER_STORE.parse().unwrap(),
        name: "Other".to_owned(),
        channels: Vec::new(),
        groups: Vec::new(),
    };
    let ports = Ports {
        store: Arc::new(SqliteStore::in_memory().unwrap()),
        transport: Arc::clone(wire) as Arc<dyn Transport>,
        clock: Arc::clone(clock) as Arc<dyn Clock>,
        // The first four numbers become the installation's key.
        random: Arc::new(Counting(AtomicU64::new(1_u64.wrapping_sub(4)))),
        watch: None,
    };
    let virtual_upstreams = ["sandbox", "sandbox-v1"].map(str::to_owned).into();
    let promotions = crate::promotions::declared();
    let adapters = &[crate::welcome::FACTORY];
    let config = EngineConfig { virtual_upstreams, promotions, adapters, ..EngineConfig::default() };
    let live = Upstream { base_url: "https://live.test".to_owned(), ..upstream.clone() };
    let v1 = Upstream {
        base_url: format!("{UPSTREAM}/v1"),
        credentials: Credentials::IamportV1 {
            imp_key: "sandbox-imp-key".into(),
            imp_secret: UPSTREAM_SECRET.into(),
        },
        notice_url: None,
    };
    let upstreams = [("live", live), ("sandbox", upstream), ("sandbox-v1", v1)];
    let upstreams = upstreams.map(|(name, upstream)| (name.to_owned(), upstream)).into_iter().collect();
    Engine::start(ports, config, upstreams, vec![shop, other]).await.unwrap()
}
