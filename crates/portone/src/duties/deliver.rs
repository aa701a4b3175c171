//! Deliveries of webhooks: a claim when a row is written, when a delivery has ended, and now and then for what is tried
//! again.

use std::{sync::Arc, time::Duration};

use portone_engine::Engine;
use portone_engine::webhook::Claim;
use portone_http::HttpWebhookSender;
use tokio::sync::{Notify, Semaphore};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// How many webhooks are under way at once.
const DELIVERY_COUNT_MAX: usize = 256;
/// How often the queue is looked at when nothing wakes the duty: for what is tried again, and what another gateway wrote.
const DELIVERY_PAUSE: Duration = Duration::from_millis(100);
/// How long a stop waits for deliveries that are under way.
const STOP_WAIT: Duration = Duration::from_secs(2);

/// Starts deliveries: each is a task of its own, so that a receiver that takes a minute to answer holds up no other.
/// `wake` is told when there is something to deliver.
pub(crate) fn deliver(
    engine: &Arc<Engine>,
    sender: HttpWebhookSender,
    wake: &Arc<Notify>,
    tracker: &TaskTracker,
    stop: &CancellationToken,
) {
    deliver_or_look(engine, sender, (DELIVERY_PAUSE, Arc::clone(wake)), tracker, stop);
}

fn deliver_or_look(
    engine: &Arc<Engine>,
    sender: HttpWebhookSender,
    (pause, wake): (Duration, Arc<Notify>),
    tracker: &TaskTracker,
    stop: &CancellationToken,
) {
    let free = Arc::new(Semaphore::new(DELIVERY_COUNT_MAX));
    let ended = Arc::clone(&wake);
    let task = Task { engine: Arc::clone(engine), sender, stop: stop.clone() };
    let tasks = tracker.clone();
    super::repeat_or_wake(tracker, stop, "deliver", (pause, wake), move || {
        let (task, free, tasks, ended) = (task.clone(), Arc::clone(&free), tasks.clone(), Arc::clone(&ended));
        async move {
            let count_max = free.available_permits();
            let claims = task.engine.claim_deliveries(count_max).await?;
            let more = count_max > 0 && claims.len() == count_max;
            for claim in claims {
                // Only this loop takes permits, so there is one for each.
                let permit = Arc::clone(&free).try_acquire_owned();
                let (task, ended) = (task.clone(), Arc::clone(&ended));
                tasks.spawn(async move {
                    task.run(claim).await;
                    drop(permit);
                    // There is room at its host now, and the next announcement of its payment may go.
                    ended.notify_one();
                });
            }
            Ok(more)
        }
    });
}

/// What each delivery needs.
#[derive(Clone)]
struct Task {
    engine: Arc<Engine>,
    sender: HttpWebhookSender,
    stop: CancellationToken,
}

impl Task {
    async fn run(&self, claim: Claim) {
        // A stop does not wait for a silent receiver: the claim runs out, and it is sent once more.
        tokio::select! {
            _ = self.engine.deliver(&self.sender, claim) => {}
            () = give_up(&self.stop) => {}
        }
    }
}

async fn give_up(stop: &CancellationToken) {
    stop.cancelled().await;
    tokio::time::sleep(STOP_WAIT).await;
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::sync::Mutex;

    use axum::Router;
    use axum::extract::State;
    use axum::routing::post;
    use portone_core::Environment;
    use portone_engine::event::EventKind;
    use portone_engine::webhook::{Target, WebhookEndpoint, WebhookFormat, WebhookSecret};
    use portone_engine::{EngineConfig, Ports};
    use portone_http::{HttpConfig, HttpTransport, WebhookConfig};
    use portone_store::SqliteStore;
    use portone_store::contract::records::{begin, declared, event, settle_paid, store_id};
    use serde_json::Value;
    use tokio::net::TcpListener;

    use super::*;
    use crate::clock::MovedClock;
    use crate::system::SystemRandom;

    /// Longer than any test: whatever is delivered was woken for.
    const NEVER: Duration = Duration::from_hours(1);
    /// How long a test waits for what takes milliseconds.
    const PATIENCE: Duration = Duration::from_secs(30);

    /// A shop that takes webhooks: payment and type of each, as they came.
    #[derive(Clone, Default)]
    struct Shop {
        received: Arc<Mutex<Vec<(String, String)>>>,
        arrived: Arc<Notify>,
    }

    impl Shop {
        async fn open() -> (Self, String) {
            let shop = Self::default();
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let url = format!("http://{}/hook", listener.local_addr().unwrap());
            let routes = Router::new().route("/hook", post(receive)).with_state(shop.clone());
            tokio::spawn(async move { axum::serve(listener, routes).await });
            (shop, url)
        }

        async fn wait_for(&self, count: usize) -> Vec<(String, String)> {
            let waiting = async {
                while self.received.lock().unwrap().len() < count {
                    self.arrived.notified().await;
                }
            };
            tokio::time::timeout(PATIENCE, waiting)
                .await
                .expect("they are delivered without a look at the queue");
            self.received.lock().unwrap().clone()
        }
    }

    async fn receive(State(shop): State<Shop>, body: String) {
        let body: Value = serde_json::from_str(&body).unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        shop.received.lock().unwrap().push((text(&body["data"]["paymentId"]), text(&body["type"])));
        shop.arrived.notify_one();
    }

    fn endpoint(url: &str) -> WebhookEndpoint {
        let target =
            Target { environment: Environment::Test, url: url.to_owned(), format: WebhookFormat::V2024April };
        let secret = WebhookSecret::parse(&"whsec_dGVzdHM=".into()).unwrap();
        WebhookEndpoint { target, secrets: vec![secret], is_redelivered: true }
    }

    /// A gateway's engine and deliveries for these URLs, which nothing wakes but rows and ends.
    async fn start(urls: &[&str]) -> (Arc<Engine>, CancellationToken) {
        let store = Arc::new(SqliteStore::in_memory().unwrap());
        let wake = Arc::new(Notify::new());
        let woken = Arc::clone(&wake);
        store.watch_outbox(move || woken.notify_one()).await.unwrap();
        let ports = Ports {
            store,
            transport: Arc::new(HttpTransport::new(&HttpConfig::default()).unwrap()),
            clock: Arc::new(MovedClock::default()),
            random: Arc::new(SystemRandom),
            watch: None,
        };
        let webhooks = BTreeMap::from([(store_id(), urls.iter().map(|url| endpoint(url)).collect())]);
        let config = EngineConfig { webhooks, ..EngineConfig::default() };
        let engine = Arc::new(Engine::start(ports, config, BTreeMap::new(), vec![declared()]).await.unwrap());
        let sender =
            HttpWebhookSender::new(WebhookConfig { private_targets: true, ..WebhookConfig::default() });
        let stop = CancellationToken::new();
        deliver_or_look(&engine, sender.unwrap(), (NEVER, wake), &TaskTracker::new(), &stop);
        (engine, stop)
    }

    /// A payment with two announcements.
    async fn pay(engine: &Engine, number: u64) {
        engine.store().begin_payment(begin(number, number)).await.unwrap();
        let mut settle = settle_paid(number, number);
        settle.events.push(event(&settle.transaction, EventKind::CancelPending));
        engine.store().settle_transaction(settle).await.unwrap();
    }

    #[tokio::test]
    async fn each_row_and_each_end_wakes_the_duty_and_a_payments_order_is_kept() {
        let (shop, url) = Shop::open().await;
        let (engine, stop) = start(&[&url]).await;
        pay(&engine, 1).await;
        assert_eq!(shop.wait_for(2).await.len(), 2);
        for number in 2..=50 {
            pay(&engine, number).await;
        }
        let received = shop.wait_for(100).await;
        let mut paid = BTreeSet::new();
        for (payment, kind) in &received {
            match kind.as_str() {
                "Transaction.Paid" => assert!(paid.insert(payment), "{payment} is told once"),
                _ => assert!(paid.contains(payment), "{payment}: its later announcement came first"),
            }
        }
        assert_eq!(paid.len(), 50);
        stop.cancel();
    }

    #[tokio::test]
    async fn an_endpoint_that_never_answers_delays_nobody_else() {
        let (shop, url) = Shop::open().await;
        // Connections are taken, and nobody reads from them.
        let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let silent_url = format!("http://{}/hook", silent.local_addr().unwrap());
        let (engine, stop) = start(&[&silent_url, &url]).await;
        for number in 1..=30 {
            pay(&engine, number).await;
        }
        assert_eq!(shop.wait_for(60).await.len(), 60);
        stop.cancel();
    }
}
