//! Webhooks over real sockets: what a shop receives, when, and how often. Time moves only when told.

#![allow(clippy::large_futures)] // a test holds one at a time

#[path = "webhooks/v1.rs"]
mod v1;
mod world;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::TimeDelta;
use hmac::{Hmac, KeyInit as _, Mac as _};
use portone_core::{Environment, PaymentId, Secret};
use portone_engine::EngineError;
use portone_engine::webhook::{
    Delivery, DeliveryStatus, Target, WebhookEndpoint, WebhookFormat, WebhookSecret,
};
use portone_http::{HttpWebhookSender, WebhookConfig};
use serde_json::Value;
use sha2::Sha256;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use world::{KPN, STORE, World, by_channel};

const APPROVED: &str = "4242424242424242";
const KEY: &str = "bXktd2ViaG9vay1rZXk=";
const OTHER_KEY: &str = "bXktb3RoZXIta2V5";

#[derive(Debug, Clone)]
struct Received {
    path: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Received {
    fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(header, _)| header == name);
        found.map_or_else(|| panic!("{name} is missing in {:?}", self.headers), |(_, value)| value)
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// Checks each signature as a receiver does, over the raw body: which of the keys signed it.
    fn signed_by(&self, key: &str) -> bool {
        let mut mac = Hmac::<Sha256>::new_from_slice(&STANDARD.decode(key).unwrap()).unwrap();
        mac.update(self.header("webhook-id").as_bytes());
        mac.update(b".");
        mac.update(self.header("webhook-timestamp").as_bytes());
        mac.update(b".");
        mac.update(&self.body);
        let expected = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
        self.header("webhook-signature").split(' ').any(|signature| signature == expected)
    }
}

/// A shop: keeps what it gets, and answers what it is told to. A path with `slow` in it is never answered.
#[derive(Clone)]
struct Shop {
    url: String,
    received: Arc<Mutex<Vec<Received>>>,
    status: Arc<Mutex<u16>>,
    arrived: Arc<Notify>,
}

impl Shop {
    async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let shop = Self {
            url,
            received: Arc::default(),
            status: Arc::new(Mutex::new(200)),
            arrived: Arc::default(),
        };
        let serving = shop.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serving.clone().serve(stream));
            }
        });
        shop
    }

    async fn serve(self, mut stream: TcpStream) {
        let Some(request) = read_request(&mut stream).await else { return };
        let slow = request.path.contains("slow");
        self.received.lock().unwrap().push(request);
        self.arrived.notify_one();
        if slow {
            std::future::pending::<()>().await;
        }
        let status = *self.status.lock().unwrap();
        let reply = format!(
            "HTTP/1.1 {status} X\r\nconnection: close\r\nx-shop: seen\r\ncontent-length: 4\r\n\r\ndone"
        );
        stream.write_all(reply.as_bytes()).await.unwrap();
    }

    fn answers(&self, status: u16) {
        *self.status.lock().unwrap() = status;
    }

    fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    fn kinds(&self) -> Vec<String> {
        self.received().iter().map(|it| it.json()["type"].as_str().unwrap().to_owned()).collect()
    }

    fn endpoint(&self, path: &str, format: WebhookFormat) -> WebhookEndpoint {
        self.endpoint_of(path, format, Environment::Test, &[KEY])
    }

    fn endpoint_of(
        &self,
        path: &str,
        format: WebhookFormat,
        environment: Environment,
        keys: &[&str],
    ) -> WebhookEndpoint {
        let secret = |key: &&str| WebhookSecret::parse(&Secret::new(format!("whsec_{key}"))).unwrap();
        WebhookEndpoint {
            target: Target { environment, url: format!("{}{path}", self.url), format },
            secrets: keys.iter().map(secret).collect(),
            is_redelivered: true,
        }
    }
}

async fn read_request(stream: &mut TcpStream) -> Option<Received> {
    let mut bytes = Vec::new();
    loop {
        let mut chunk = [0; 4096];
        let count = stream.read(&mut chunk).await.ok().filter(|count| *count > 0)?;
        bytes.extend_from_slice(&chunk[..count]);
        let Some(head_end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else { continue };
        let head = String::from_utf8(bytes[..head_end].to_vec()).unwrap();
        let mut lines = head.lines();
        let path = lines.next()?.split(' ').nth(1)?.to_owned();
        let headers: Vec<(String, String)> = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
            .collect();
        let length: usize = headers.iter().find(|(name, _)| name == "content-length")?.1.parse().ok()?;
        let body = bytes[head_end + 4..].to_vec();
        if body.len() == length {
            return Some(Received { path, headers, body });
        }
    }
}

fn sender() -> HttpWebhookSender {
    HttpWebhookSender::new(WebhookConfig { private_targets: true, ..WebhookConfig::default() }).unwrap()
}

async fn world(endpoints: Vec<WebhookEndpoint>) -> World {
    World::with_webhooks(endpoints).await
}

async fn pay(world: &World) -> PaymentId {
    let id = world.payment_id();
    world.engine.pay_instantly(world.card_request(&id, by_channel(KPN), APPROVED)).await.unwrap();
    id
}

async fn deliver(world: &World) -> (usize, usize) {
    let swept = world.engine.deliver_due(&sender(), 100).await.unwrap();
    (swept.claimed, swept.finished)
}

async fn log(world: &World, id: &PaymentId) -> Vec<Delivery> {
    world.engine.payment_deliveries(&STORE.parse().unwrap(), id).await.unwrap()
}

#[tokio::test]
async fn v2_100_v2_104_and_v2_105_a_payment_is_announced_in_both_versions_and_signed_with_every_secret() {
    let shop = Shop::open().await;
    let live = shop.endpoint_of("/live", WebhookFormat::V2024April, Environment::Live, &[KEY]);
    let test = shop.endpoint_of("/test", WebhookFormat::V2024April, Environment::Test, &[KEY, OTHER_KEY]);
    let old = shop.endpoint("/old", WebhookFormat::V2024JanuaryForm);
    let world = world(vec![live, test, old]).await;
    let id = pay(&world).await;
    assert_eq!(deliver(&world).await, (2, 2));
    let mut received = shop.received();
    received.sort_by(|a, b| a.path.cmp(&b.path));
    let transaction = world.payment(&id).await.id;
    let [old, new] = received.as_slice() else { panic!("{received:?}") };
    assert_eq!((new.path.as_str(), new.header("content-type")), ("/test", "application/json"));
    assert!(new.signed_by(KEY) && new.signed_by(OTHER_KEY) && !new.signed_by("d3Jvbmc="));
    assert_eq!(new.header("webhook-timestamp"), world.clock_seconds());
    let body = new.json();
    assert_eq!(body["type"], "Transaction.Paid");
    assert_eq!(body["timestamp"], "2026-11-21T00:00:00.000Z");
    let expected = serde_json::json!({"storeId": STORE, "paymentId": id, "transactionId": transaction});
    assert_eq!(body["data"], expected);
    assert_eq!(old.header("content-type"), "application/x-www-form-urlencoded");
    assert!(old.signed_by(KEY));
    assert_eq!(old.body, format!("payment_id={id}&tx_id={transaction}&status=Paid").into_bytes());
    // Once delivered it is not sent again.
    world.clock.advance(TimeDelta::days(1));
    assert_eq!(deliver(&world).await, (0, 0));
}

/// At once, then after 1, 4, 16, 64 and 256 minutes and up to a tenth more: the same id and body, a fresh signature.
#[tokio::test]
async fn v2_103_v2_106_and_v2_108_a_refused_message_is_tried_six_times() {
    let shop = Shop::open().await;
    shop.answers(500);
    let world = world(vec![shop.endpoint("/", WebhookFormat::V2024April)]).await;
    let id = pay(&world).await;
    assert_eq!(deliver(&world).await, (1, 0));
    for (tried, wait_min) in [1, 4, 16, 64, 256].into_iter().enumerate() {
        world.clock.advance(TimeDelta::minutes(wait_min) - TimeDelta::seconds(1));
        assert_eq!(deliver(&world).await, (0, 0), "before {wait_min} minutes");
        world.clock.advance(TimeDelta::seconds(1) + TimeDelta::minutes(wait_min) / 10);
        assert_eq!(deliver(&world).await, (1, 0), "after {wait_min} minutes");
        assert_eq!(log(&world, &id).await[0].execution_count as usize, tried + 2);
    }
    world.clock.advance(TimeDelta::days(30));
    assert_eq!(deliver(&world).await, (0, 0), "it is given up");
    let received = shop.received();
    assert_eq!(received.len(), 6);
    for message in &received {
        assert_eq!(message.header("webhook-id"), received[0].header("webhook-id"));
        assert_eq!(message.body, received[0].body);
        assert!(message.signed_by(KEY));
    }
    assert_ne!(received[1].header("webhook-timestamp"), received[0].header("webhook-timestamp"));
    let delivery = log(&world, &id).await.remove(0);
    assert_eq!((delivery.status, delivery.due_at), (Some(DeliveryStatus::FailedNotOkResponse), None));
    let response = delivery.exchange.unwrap().answer.unwrap();
    assert_eq!((response.status, response.body.as_str()), (500, "done"));
    assert!(response.headers.contains("x-shop: seen"), "{}", response.headers);
}

#[tokio::test]
async fn v2_102_a_later_announcement_of_a_payment_waits_for_the_earlier() {
    let shop = Shop::open().await;
    shop.answers(503);
    let world = world(vec![shop.endpoint("/", WebhookFormat::V2024April)]).await;
    let id = pay(&world).await;
    world.engine.cancel(world.cancel_request(&id, Some(1000))).await.unwrap();
    assert_eq!(deliver(&world).await, (1, 0));
    let other = pay(&world).await;
    assert_eq!(deliver(&world).await, (1, 0), "another payment does not wait");
    shop.answers(200);
    world.clock.advance(TimeDelta::minutes(2));
    assert_eq!(deliver(&world).await, (2, 2));
    assert_eq!(deliver(&world).await, (1, 1));
    assert_eq!(log(&world, &other).await[0].status, Some(DeliveryStatus::Succeeded));
    assert_eq!(shop.kinds().last().unwrap(), "Transaction.PartialCancelled");
    assert!(shop.received().last().unwrap().json()["data"]["cancellationId"].is_string());
}

#[tokio::test]
async fn a_silent_receiver_holds_up_nobody_else() {
    let (slow, shop) = (Shop::open().await, Shop::open().await);
    let endpoints =
        [slow.endpoint("/slow", WebhookFormat::V2024April), shop.endpoint("/", WebhookFormat::V2024April)];
    let world = world(endpoints.to_vec()).await;
    let sender = sender();
    for _ in 0..8 {
        pay(&world).await;
    }
    let others = async {
        // Four of the shop's are in the step that hangs, the rest are taken by the next steps.
        while shop.received().len() < 4 || slow.received().len() < 4 {
            tokio::select! {
                () = shop.arrived.notified() => {}
                () = slow.arrived.notified() => {}
            }
        }
        while shop.received().len() < 8 {
            world.engine.deliver_due(&sender, 100).await.unwrap();
            // An empty step is done at once: let the one that hangs write what it delivered.
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        swept = world.engine.deliver_due(&sender, 100) => panic!("the slow ones are done: {swept:?}"),
        () = others => {}
    }
    assert_eq!(slow.received().len(), 4, "more than its share is under way");
}

/// A gateway that dies in the middle: the message comes again, under the same id.
#[tokio::test]
async fn a_message_whose_result_was_lost_is_sent_again_under_the_same_id() {
    let shop = Shop::open().await;
    let world = world(vec![shop.endpoint("/", WebhookFormat::V2024April)]).await;
    let id = pay(&world).await;
    let claims = world.engine.claim_deliveries(10).await.unwrap();
    assert_eq!((claims.len(), deliver(&world).await), (1, (0, 0)));
    world.clock.advance(TimeDelta::seconds(90));
    assert_eq!(deliver(&world).await, (1, 1));
    // The first one wakes up too late, and sends nothing.
    assert!(!world.engine.deliver(&sender(), claims[0].clone()).await);
    assert_eq!(shop.received().len(), 1);
    assert_eq!(shop.received()[0].header("webhook-id"), claims[0].id);
    assert_eq!(log(&world, &id).await[0].execution_count, 1);
}

#[tokio::test]
async fn v2_048_and_v2_107_notice_urls_replace_the_stores_and_an_empty_list_does_not() {
    let shop = Shop::open().await;
    let world = world(vec![shop.endpoint("/store", WebhookFormat::V2024April)]).await;
    for urls in [vec![], vec![format!("{}/notice", shop.url)]] {
        let id = world.payment_id();
        let mut request = world.card_request(&id, by_channel(KPN), APPROVED);
        request.extras.notice_urls = urls;
        world.engine.pay_instantly(request).await.unwrap();
        assert_eq!(deliver(&world).await, (1, 1));
    }
    let paths: Vec<_> = shop.received().into_iter().map(|it| it.path).collect();
    assert_eq!(paths, ["/store", "/notice"]);
    assert!(shop.received()[1].signed_by(KEY));
}

#[tokio::test]
async fn nothing_is_sent_into_a_private_network_unless_it_is_allowed() {
    let shop = Shop::open().await;
    let world = world(vec![shop.endpoint("/", WebhookFormat::V2024April)]).await;
    let id = pay(&world).await;
    let guarded = HttpWebhookSender::new(WebhookConfig::default()).unwrap();
    assert_eq!(world.engine.deliver_due(&guarded, 10).await.unwrap().finished, 0);
    assert!(shop.received().is_empty());
    let delivery = log(&world, &id).await.remove(0);
    assert_eq!(delivery.status, Some(DeliveryStatus::FailedUnexpectedError));
    assert!(delivery.exchange.unwrap().answer.unwrap_err().contains("webhook_private_targets"));
}

#[tokio::test]
async fn a_webhook_is_sent_again_by_hand() {
    let shop = Shop::open().await;
    let world = world(vec![shop.endpoint("/", WebhookFormat::V2024April)]).await;
    let store = STORE.parse().unwrap();
    let missing = world.engine.resend_webhook(&store, &world.payment_id(), None).await;
    assert!(matches!(missing, Err(EngineError::PaymentNotFound(_))), "{missing:?}");
    let id = pay(&world).await;
    assert_eq!(deliver(&world).await, (1, 1));
    let unknown = world.engine.resend_webhook(&store, &id, Some("webhook-other")).await;
    assert_eq!(unknown, Err(EngineError::WebhookNotFound));
    for _ in 0..20 {
        world.engine.resend_webhook(&store, &id, None).await.unwrap();
        assert_eq!(deliver(&world).await, (1, 1));
    }
    let reached = world.engine.resend_webhook(&store, &id, None).await;
    assert_eq!(reached, Err(EngineError::WebhookResendCountReached(20)));
    let received = shop.received();
    assert_eq!(received.len(), 21);
    assert!(received.iter().all(|it| it.header("webhook-id") == received[0].header("webhook-id")));
}

#[tokio::test]
async fn a_receiver_that_is_down_is_an_unexpected_error() {
    let shop = Shop::open().await;
    let slow = shop.endpoint("/slow", WebhookFormat::V2024April);
    let world = world(vec![slow]).await;
    let id = pay(&world).await;
    let config = WebhookConfig {
        private_targets: true,
        read_timeout: Duration::from_millis(20),
        ..WebhookConfig::default()
    };
    let hasty = HttpWebhookSender::new(config).unwrap();
    assert_eq!(world.engine.deliver_due(&hasty, 10).await.unwrap().finished, 0);
    let delivery = log(&world, &id).await.remove(0);
    assert_eq!(delivery.status, Some(DeliveryStatus::FailedUnexpectedError));
    assert!(delivery.due_at.is_some());
}
