//! A world to test the engine in: a real sandbox on a loopback socket, a real SQLite ledger in memory, a clock that moves
//! only when told, and random numbers from a seed.

#![allow(dead_code, unreachable_pub, clippy::unused_self)] // each test file uses its part of the world

mod behind;
pub mod faulty;
pub mod requests;
pub mod upstream;
pub mod welcome;
mod wire;

use std::sync::atomic::{AtomicU64, Ordering};
use std::{collections::BTreeMap, sync::Arc, sync::Mutex};

use chrono::{DateTime, TimeDelta, Utc};
use portone_core::{
    Bank, Card, Channel, ChannelFacts, ChannelGroup, Contracts, Credentials, Currency, Customer,
    CustomerName, Environment, GroupMember, Order, PaymentAmount, PaymentId, RefundAccount, Transport,
    Upstream,
};
use portone_engine::ledger::{Face, PaymentStatus, Transaction};
use portone_engine::port::{Clock, DeclaredStore, Random};
use portone_engine::promotion::Promotions;
use portone_engine::request::{Caller, Selector};
use portone_engine::webhook::{WebhookEndpoint, WebhookEndpoints};
use portone_engine::{Engine, EngineConfig, Ports};
use portone_sandbox::SandboxConfig;
use portone_store::SqliteStore;
use serde_json::{Value, json};
use tokio::net::TcpListener;

pub use wire::Wire;

pub const STORE: &str = "store-test";
pub const KPN: &str = "channel-key-kpn";
pub const SMARTRO: &str = "channel-key-smartro";
pub const GROUP: &str = "channel-group-test-1";
const SECRET: &str = "sandbox-secret";

/// A clock that stands still until it is told to move.
pub struct TestClock(Mutex<DateTime<Utc>>);

impl TestClock {
    pub fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::new("2026-11-21T00:00:00Z".parse().unwrap())))
    }

    pub fn advance(&self, by: TimeDelta) {
        *self.0.lock().unwrap() += by;
    }
}

impl Clock for TestClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }
}

/// Random numbers from a seed (splitmix64).
pub struct SeededRandom(AtomicU64);

impl SeededRandom {
    pub fn new(seed: u64) -> Arc<Self> {
        Arc::new(Self(AtomicU64::new(seed)))
    }
}

impl Random for SeededRandom {
    fn next_u64(&self) -> u64 {
        let state =
            self.0.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed).wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }
}

pub struct World {
    pub engine: Engine,
    pub clock: Arc<TestClock>,
    pub wire: Arc<Wire>,
    pub sandbox: String,
    client: reqwest::Client,
    count: AtomicU64,
}

/// A channel of the test store on the sandbox.
pub fn channel(key: &str, provider: &str) -> Channel {
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

/// A group of the test store.
pub fn group(id: &str, members: &[(&str, u32)]) -> ChannelGroup {
    ChannelGroup {
        id: id.parse().unwrap(),
        store_id: STORE.parse().unwrap(),
        name: "test group".to_owned(),
        environment: Environment::Test,
        on_violation: portone_core::OnViolation::Skip,
        failover: None,
        version: 1,
        members: members
            .iter()
            .map(|(key, weight)| GroupMember { channel: key.parse().unwrap(), weight: *weight, active: true })
            .collect(),
    }
}

impl World {
    /// A Smartro and a KPN channel in a group, half and half.
    pub async fn new() -> Self {
        let channels = vec![channel(SMARTRO, "SMARTRO_V2"), channel(KPN, "KPN")];
        Self::with(channels, vec![group(GROUP, &[(SMARTRO, 50), (KPN, 50)])], 1).await
    }

    pub async fn with(channels: Vec<Channel>, groups: Vec<ChannelGroup>, seed: u64) -> Self {
        Self::build(channels, groups, seed, EngineConfig::default()).await
    }

    /// A KPN and a Smartro channel of a shop with webhooks.
    pub async fn with_webhooks(endpoints: Vec<WebhookEndpoint>) -> Self {
        let webhooks = WebhookEndpoints::from([(STORE.parse().unwrap(), endpoints)]);
        let config = EngineConfig { webhooks, ..EngineConfig::default() };
        let channels = vec![channel(KPN, "KPN"), channel(SMARTRO, "SMARTRO_V2")];
        Self::build(channels, Vec::new(), 1, config).await
    }

    /// A Smartro and a KPN channel of a store with promotions.
    pub async fn with_promotions(promotions: Promotions) -> Self {
        let channels = vec![channel(SMARTRO, "SMARTRO_V2"), channel(KPN, "KPN")];
        let config = EngineConfig { promotions, ..EngineConfig::default() };
        Self::build(channels, Vec::new(), 1, config).await
    }

    async fn build(
        channels: Vec<Channel>,
        groups: Vec<ChannelGroup>,
        seed: u64,
        config: EngineConfig,
    ) -> Self {
        println!("seed {seed}");
        let clock = TestClock::new();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let sandbox = format!("http://{}", listener.local_addr().unwrap());
        let now = Arc::clone(&clock);
        let sandbox_config = SandboxConfig::new(SECRET);
        tokio::spawn(async move {
            portone_sandbox::serve(
                listener,
                sandbox_config,
                Arc::new(move || now.now()),
                std::future::pending(),
            )
            .await
            .unwrap();
        });
        let wire = Arc::new(Wire::new());
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        for channel in &channels {
            let provider = welcome::played_as(channel);
            let body = json!({"key": channel.key, "provider": provider, "pgMerchantId": channel.pg_merchant_id,
                "environment": "test"});
            let reply = client.put(format!("{sandbox}/sandbox/channels")).json(&body).send().await.unwrap();
            assert!(reply.status().is_success());
        }
        let engine = start(&clock, &wire, &sandbox, channels, groups, seed, config).await;
        Self { engine, clock, wire, sandbox, client, count: AtomicU64::new(0) }
    }

    /// The time.
    pub fn clock_time(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// The time, in seconds since 1970.
    pub fn clock_seconds(&self) -> String {
        self.clock.now().timestamp().to_string()
    }

    /// A payment id nobody has used.
    pub fn payment_id(&self) -> PaymentId {
        format!("order{}", self.count.fetch_add(1, Ordering::Relaxed)).parse().unwrap()
    }

    /// Makes the next requests of the sandbox go wrong.
    pub async fn fault(&self, fault: Value) {
        let reply =
            self.client.post(format!("{}/sandbox/faults", self.sandbox)).json(&fault).send().await.unwrap();
        let status = reply.status();
        assert!(status.is_success(), "{fault}: {}", reply.text().await.unwrap());
    }

    /// Makes something happen at the PGs (`/payments/{id}/deposit`).
    pub async fn control(&self, path: &str) {
        let reply = self.client.post(format!("{}/sandbox{path}", self.sandbox)).send().await.unwrap();
        let status = reply.status();
        assert!(status.is_success(), "{path}: {}", reply.text().await.unwrap());
    }

    /// Sends a body to the sandbox's control API: what it answers.
    pub async fn posted(&self, path: &str, body: &Value) -> Value {
        let url = format!("{}/sandbox{path}", self.sandbox);
        let reply = self.client.post(url).json(body).send().await.unwrap();
        let status = reply.status();
        let text = reply.text().await.unwrap();
        assert!(status.is_success(), "{path}: {text}");
        serde_json::from_str(&text).unwrap()
    }

    pub async fn clear_faults(&self) {
        self.client.delete(format!("{}/sandbox/faults", self.sandbox)).send().await.unwrap();
    }

    /// The PGs' own ledger.
    pub async fn pg_ledger(&self) -> Value {
        self.client
            .get(format!("{}/sandbox/ledger", self.sandbox))
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap()
    }

    /// What the PGs charged and cancelled for a payment, over all its attempts: amounts of each charge ever booked.
    pub async fn pg_charges(&self, id: &PaymentId) -> Vec<(i64, i64)> {
        let ledger = self.pg_ledger().await;
        let payments = ledger["payments"].as_array().unwrap().iter();
        let ours = payments.filter(|payment| payment["paymentId"] == id.as_str());
        ours.flat_map(|payment| payment["transactions"].as_array().unwrap().clone())
            .map(|attempt| {
                (attempt["charged"].as_i64().unwrap_or(0), attempt["cancelled"].as_i64().unwrap_or(0))
            })
            .filter(|charge| charge.0 > 0)
            .collect()
    }

    pub fn caller(&self) -> Caller {
        Caller {
            store_id: STORE.parse().unwrap(),
            ip: "127.0.0.1".to_owned(),
            face: Face::V2,
            operation: None,
        }
    }

    pub async fn payment(&self, id: &PaymentId) -> Transaction {
        self.engine.payment(&STORE.parse().unwrap(), id).await.unwrap()
    }

    pub async fn status(&self, id: &PaymentId) -> PaymentStatus {
        self.payment(id).await.status
    }

    pub async fn open_attempts(&self) -> usize {
        self.engine.store().open_attempts(100).await.unwrap().len()
    }

    /// Past every lease: what is absent now has not happened.
    pub fn pass_the_lease(&self) {
        self.clock.advance(TimeDelta::seconds(70));
    }

    /// Settles until nothing is open; the clock moves on so that every inquiry comes due.
    pub async fn settle_all(&self) {
        for _ in 0..20 {
            if self.open_attempts().await == 0 {
                return;
            }
            self.clock.advance(TimeDelta::seconds(31));
            self.engine.settle_unknown(100).await.unwrap();
        }
        panic!("still open: {:?}", self.engine.store().open_attempts(100).await.unwrap());
    }

    /// Our ledger says of a payment what the PG's says.
    pub async fn assert_ledgers_agree(&self, id: &PaymentId) {
        let ours = self.payment(id).await;
        let charges = self.pg_charges(id).await;
        let paid = matches!(
            ours.status,
            PaymentStatus::Paid | PaymentStatus::PartialCancelled | PaymentStatus::Cancelled
        ) && ours.paid_at.is_some();
        let expected = if paid { vec![(ours.charged().total, ours.given_back())] } else { Vec::new() };
        assert_eq!(charges, expected, "{id} is {} here", ours.status.code());
    }
}

async fn start(
    clock: &Arc<TestClock>,
    wire: &Arc<Wire>,
    sandbox: &str,
    channels: Vec<Channel>,
    groups: Vec<ChannelGroup>,
    seed: u64,
    config: EngineConfig,
) -> Engine {
    let upstream = Upstream {
        base_url: sandbox.to_owned(),
        credentials: Credentials::PortOneV2 { api_secret: SECRET.into(), webhook_secret: None },
        notice_url: None,
    };
    let declared = DeclaredStore {
        id: STORE.parse().unwrap(),
        name: "Test".to_owned(),
        channels: channels.into_iter().map(|channel| (channel, String::new())).collect(),
        groups: groups.into_iter().map(|group| (group, String::new())).collect(),
    };
    let ports = Ports {
        store: Arc::new(SqliteStore::in_memory().unwrap()),
        transport: Arc::clone(wire) as Arc<dyn Transport>,
        clock: Arc::clone(clock) as Arc<dyn Clock>,
        random: SeededRandom::new(seed),
        watch: None,
    };
    let upstreams = BTreeMap::from([("sandbox".to_owned(), upstream)]);
    Engine::start(ports, config, upstreams, vec![declared]).await.unwrap()
}

pub fn card(number: &str) -> Card {
    Card {
        number: number.into(),
        expiry_year: "29".into(),
        expiry_month: "12".into(),
        birth_or_business_registration_number: Some("900101".into()),
        password_two_digits: Some("00".into()),
        cvc: None,
    }
}

/// Where a deposit goes back to.
pub fn refund_account() -> RefundAccount {
    RefundAccount {
        bank: Bank::Shinhan,
        number: "56211105948400".into(),
        holder_name: "Kim Port".to_owned(),
        holder_phone_number: Some("01000001234".to_owned()),
    }
}

pub fn customer() -> Customer {
    Customer {
        id: Some("customer1".to_owned()),
        name: Some(CustomerName::Full("Kim Port".to_owned())),
        email: Some("port@example.com".to_owned()),
        phone_number: Some("01000001234".to_owned()),
        ..Customer::default()
    }
}

pub fn order(id: &PaymentId) -> Order {
    let amount = PaymentAmount::total(8900, Currency::KRW);
    Order { customer: customer(), ..Order::of(id.clone(), "Monthly pass", amount) }
}

pub fn by_channel(key: &str) -> Selector {
    Selector::Channel(key.parse().unwrap())
}

pub fn by_group(id: &str) -> Selector {
    Selector::Group(id.parse().unwrap())
}
