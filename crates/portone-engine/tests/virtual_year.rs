//! A virtual year: 1,000 subscriptions paid monthly through super billing keys, while the weights change twice and one
//! channel is deactivated. Totals, counts per channel and webhooks are exact: every draw is made again here, from the
//! random number on record and the weights of its month. No socket, no waiting: the sandbox is its pure core.

#![allow(clippy::large_futures)] // a test holds one at a time

mod world;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use chrono::TimeDelta;
use portone_core::{
    BillingKey, Channel, Credentials, Currency, Environment, IssueBillingKey, Order, PaymentAmount,
    PaymentId, Transport, Upstream, WebhookBreak, WebhookMessage, WebhookReply, WebhookSender,
};
use portone_engine::ledger::Face;
use portone_engine::port::{Clock, DeclaredStore};
use portone_engine::request::{
    Caller, CreateScheduleRequest, Extras, IssueBillingKeyRequest, PayWithBillingKeyRequest,
};
use portone_engine::webhook::{Target, WebhookEndpoint, WebhookFormat};
use portone_engine::{Engine, EngineConfig, GroupChange, Ports};
use portone_store::SqliteStore;
use serde_json::Value;
use world::upstream::{Core, SECRET};
use world::{GROUP, STORE, SeededRandom, TestClock, by_group, card, channel, customer, group, order};

const SUBSCRIPTION_COUNT: usize = 1_000;
const MONTH_COUNT: usize = 12;
const SEED: u64 = 20_261_121;
const CHANNELS: [(&str, &str); 3] =
    [("channel-key-kpn", "KPN"), ("channel-key-kpn-2", "KPN"), ("channel-key-smartro", "SMARTRO_V2")];
const UPSTREAM: &str = "http://sandbox.test";

/// The weights of a month, and whether the second channel is active: the weights change in months 4 and 9, and the second
/// channel is deactivated in month 7.
const fn plan(month: usize) -> ([u32; 3], bool) {
    match month {
        0..=3 => ([50, 30, 20], true),
        4..=6 => ([10, 20, 70], true),
        7..=8 => ([10, 20, 70], false),
        _ => ([60, 30, 10], false),
    }
}

/// Whose draw it is: each own part of the 64-bit range in proportion to its weight, those that are out own nothing.
fn drawn(month: usize, draw: u64) -> &'static str {
    let (mut weights, second_is_active) = plan(month);
    if !second_is_active {
        weights[1] = 0;
    }
    let total: u128 = weights.iter().map(|weight| u128::from(*weight)).sum();
    let point = u128::from(draw) * total / (1_u128 << 64);
    let mut end = 0;
    for (at, weight) in weights.into_iter().enumerate() {
        end += u128::from(weight);
        if point < end {
            return CHANNELS[at].0;
        }
    }
    unreachable!("a draw is smaller than the range");
}

/// Takes every webhook: how often each type came for each subject.
#[derive(Default)]
struct Shop(Mutex<BTreeMap<(String, String), usize>>);

#[async_trait]
impl WebhookSender for Shop {
    async fn send(&self, message: &WebhookMessage) -> Result<WebhookReply, WebhookBreak> {
        let body: Value = serde_json::from_slice(&message.body).unwrap();
        let subject = body["data"]["paymentId"].as_str().or(body["data"]["billingKey"].as_str()).unwrap();
        let told = (body["type"].as_str().unwrap().to_owned(), subject.to_owned());
        *self.0.lock().unwrap().entry(told).or_default() += 1;
        Ok(WebhookReply { status: 200, headers: Vec::new(), body: Vec::new() })
    }
}

struct Year {
    engine: Engine,
    clock: Arc<TestClock>,
    core: Arc<Core>,
    shop: Shop,
    keys: Vec<BillingKey>,
}

impl Year {
    async fn start() -> Self {
        println!("seed {SEED}");
        let clock = TestClock::new();
        let core = Core::new(&clock, UPSTREAM);
        let channels: Vec<Channel> = CHANNELS.iter().map(|(key, provider)| channel(key, provider)).collect();
        for channel in &channels {
            core.declare(channel);
        }
        let engine = start(&clock, &core, channels).await;
        Self { engine, clock, core, shop: Shop::default(), keys: Vec::new() }
    }

    async fn issue_keys(&mut self) {
        for _ in 0..SUBSCRIPTION_COUNT {
            let issue =
                IssueBillingKey { card: card("4242424242424242"), customer: customer(), bypass: None };
            let selector = by_group(GROUP);
            let request = IssueBillingKeyRequest {
                caller: caller(),
                selector,
                issue,
                customer_uid: None,
                extras: Extras::default(),
            };
            let record = self.engine.issue_billing_key(request).await.unwrap();
            assert_eq!(record.channels.len(), CHANNELS.len());
            self.keys.push(record.key);
        }
    }

    /// Each subscription's payment of a month, to be made in 20 to 28 days.
    async fn schedule(&self, month: usize) {
        for (at, key) in self.keys.iter().enumerate() {
            let days = 20 + i64::try_from(at % 9).unwrap();
            let pay = PayWithBillingKeyRequest {
                caller: caller(),
                billing_key: key.clone(),
                customer_uid: None,
                channel_key: None,
                order: subscription(at, month),
                installment_month: None,
                use_free_interest_from_merchant: None,
                use_card_point: None,
                cash_receipt: None,
                locale: None,
                extras: Extras::default(),
            };
            let time_to_pay = self.clock.now() + TimeDelta::days(days);
            self.engine.create_schedule(CreateScheduleRequest { pay, time_to_pay }).await.unwrap();
        }
    }

    /// The weights of a month, from now on: schedules made before are drawn by them all the same (rule SR-080).
    async fn rebalance(&self, month: usize) {
        if plan(month) == plan(month.saturating_sub(1)) {
            return;
        }
        let (weights, second_is_active) = plan(month);
        let members: Vec<_> = CHANNELS.iter().zip(weights).map(|((key, _), weight)| (*key, weight)).collect();
        let mut changed = group(GROUP, &members);
        changed.members[1].active = second_is_active;
        let change = GroupChange { group: changed, effective_at: None, force: true };
        self.engine.change_group(change).await.unwrap();
    }

    /// Pays what is due, and tells the shop, until nothing is left: how many were paid.
    async fn catch_up(&self) -> usize {
        let mut paid = 0;
        loop {
            let swept = self.engine.run_due_schedules(64).await.unwrap();
            assert_eq!(swept.claimed, swept.finished);
            paid += swept.finished;
            let told = self.engine.deliver_due(&self.shop, 256).await.unwrap();
            assert_eq!(told.claimed, told.finished);
            if swept.claimed + told.claimed == 0 {
                return paid;
            }
        }
    }
}

#[tokio::test]
async fn a_thousand_subscriptions_are_paid_for_a_year() {
    let mut year = Year::start().await;
    year.issue_keys().await;
    for month in 0..MONTH_COUNT {
        year.schedule(month).await;
        year.rebalance(month).await;
        let mut paid = 0;
        for _ in 0..3 {
            year.clock.advance(TimeDelta::days(10));
            paid += year.catch_up().await;
        }
        assert_eq!(paid, SUBSCRIPTION_COUNT, "month {month}");
    }
    let here = counts_here(&year).await;
    println!("{here:?}");
    assert_eq!(counts_at_pgs(&year), here);
    assert_webhooks(&year);
}

/// What each channel took by our ledger: how many payments, and how much. Each went where its draw says.
async fn counts_here(year: &Year) -> BTreeMap<String, (usize, i64)> {
    let mut counts: BTreeMap<String, (usize, i64)> = BTreeMap::new();
    for month in 0..MONTH_COUNT {
        for at in 0..SUBSCRIPTION_COUNT {
            let order = subscription(at, month);
            let store = caller().store_id;
            let mut found = year.engine.transactions(&store, &order.payment_id).await.unwrap();
            assert_eq!(found.len(), 1, "{} was tried once", order.payment_id);
            let (transaction, decision) = found.remove(0);
            let decision: Value = serde_json::from_str(&decision).unwrap();
            let draw: u64 = decision["draw"].as_str().unwrap().parse().unwrap();
            assert_eq!(transaction.status.code(), "PAID");
            assert_eq!(transaction.channel.key.as_str(), drawn(month, draw), "{}", order.payment_id);
            let count = counts.entry(transaction.channel.key.to_string()).or_default();
            *count = (count.0 + 1, count.1 + order.amount.total);
        }
    }
    let all = counts.values().fold((0, 0), |(count, sum), here| (count + here.0, sum + here.1));
    let subscriptions = i64::try_from(SUBSCRIPTION_COUNT).unwrap();
    let monthly = (0..subscriptions).map(|at| 1_000 + 10 * at).sum::<i64>();
    assert_eq!(all, (12_000, 12 * monthly));
    counts
}

/// The same by the PGs' own books.
fn counts_at_pgs(year: &Year) -> BTreeMap<String, (usize, i64)> {
    let book = |(key, _): &(&str, &str)| {
        let path = format!("/sandbox/ledger?channelKey={key}");
        let ledger = year.core.read(&path);
        let count = usize::try_from(ledger["totals"]["charges"].as_u64().unwrap()).unwrap();
        (key.to_string(), (count, ledger["totals"]["charged"]["KRW"].as_i64().unwrap()))
    };
    CHANNELS.iter().map(book).collect()
}

/// Each key and each payment was told of once, and nothing else was.
fn assert_webhooks(year: &Year) {
    let told = year.shop.0.lock().unwrap();
    assert!(told.values().all(|count| *count == 1));
    assert_eq!(told.len(), SUBSCRIPTION_COUNT * (MONTH_COUNT + 1));
    for at in 0..SUBSCRIPTION_COUNT {
        assert!(told.contains_key(&("BillingKey.Issued".to_owned(), year.keys[at].to_string())));
        for month in 0..MONTH_COUNT {
            let id = subscription(at, month).payment_id.to_string();
            assert!(told.contains_key(&("Transaction.Paid".to_owned(), id)));
        }
    }
}

/// What a subscription pays in a month: each its own price.
fn subscription(at: usize, month: usize) -> Order {
    let id: PaymentId = format!("subscription{at:04}month{month:02}").parse().unwrap();
    let price = 1_000 + 10 * i64::try_from(at).unwrap();
    Order { amount: PaymentAmount::total(price, Currency::KRW), ..order(&id) }
}

fn caller() -> Caller {
    Caller { store_id: STORE.parse().unwrap(), ip: "127.0.0.1".to_owned(), face: Face::V2, operation: None }
}

async fn start(clock: &Arc<TestClock>, core: &Arc<Core>, channels: Vec<Channel>) -> Engine {
    let upstream = Upstream {
        base_url: UPSTREAM.to_owned(),
        credentials: Credentials::PortOneV2 { api_secret: SECRET.into(), webhook_secret: None },
        notice_url: None,
    };
    let (weights, _) = plan(0);
    let members: Vec<_> = CHANNELS.iter().zip(weights).map(|((key, _), weight)| (*key, weight)).collect();
    let declared = DeclaredStore {
        id: STORE.parse().unwrap(),
        name: "Test".to_owned(),
        channels: channels.into_iter().map(|channel| (channel, String::new())).collect(),
        groups: vec![(group(GROUP, &members), String::new())],
    };
    let url = "http://shop.test/hook".to_owned();
    let target = Target { environment: Environment::Test, url, format: WebhookFormat::V2024April };
    let endpoint = WebhookEndpoint { target, secrets: Vec::new(), is_redelivered: true };
    let config = EngineConfig {
        // The comparisons are another duty's, and have their own tests.
        verify_after: None,
        webhooks: [(STORE.parse().unwrap(), vec![endpoint])].into(),
        ..EngineConfig::default()
    };
    let ports = Ports {
        store: Arc::new(SqliteStore::in_memory().unwrap()),
        transport: Arc::clone(core) as Arc<dyn Transport>,
        clock: Arc::clone(clock) as Arc<dyn Clock>,
        random: SeededRandom::new(SEED),
        watch: None,
    };
    let upstreams = BTreeMap::from([("sandbox".to_owned(), upstream)]);
    Engine::start(ports, config, upstreams, vec![declared]).await.unwrap()
}
