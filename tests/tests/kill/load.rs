//! Clients that pay and cancel without mercy, and remember what they were told.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use portone_tests::{Answer, Api, GROUP, PATIENCE, Shop};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

const CLIENT_COUNT: u64 = 16;
/// Payment ids that every client tries, so that some try one at the same time.
const SHARED_ID_COUNT: u64 = 60;
const KEY_COUNT: usize = 4;
/// How long a client waits after it could not connect.
const RECONNECT_PAUSE: Duration = Duration::from_millis(20);

/// What the clients share.
pub(crate) struct Load {
    apis: Vec<Api>,
    billing_keys: Vec<String>,
    seed: u64,
    successes: Semaphore,
    stopping: AtomicBool,
}

/// What clients asked for one payment, and what they were told. Another payment with the same id is the same payment.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sent {
    /// What it costs.
    pub(crate) total: i64,
    /// The PG's numbers of the payments that were acknowledged.
    pub(crate) paid: Vec<String>,
    /// The cancels that were acknowledged: id and amount.
    pub(crate) cancelled: BTreeMap<String, i64>,
    /// Whether somebody was told that it is paid already.
    pub(crate) already_paid: bool,
    /// How many answers left the outcome open, or did not come.
    pub(crate) unknown_count: u32,
}

/// By payment id.
pub(crate) type SentById = BTreeMap<String, Sent>;

impl Load {
    pub(crate) async fn new(shop: &Shop, seed: u64) -> Self {
        let api = shop.api();
        let mut billing_keys = Vec::new();
        for _ in 0..KEY_COUNT {
            let body =
                json!({"channelGroupId": GROUP, "method": card("4242424242424242"), "customer": customer()});
            let issued = api.post("/billing-keys", &body).await.ok();
            billing_keys.push(issued["billingKeyInfo"]["billingKey"].as_str().expect("a key").to_owned());
        }
        Self {
            apis: shop.apis(),
            billing_keys,
            seed,
            successes: Semaphore::new(0),
            stopping: AtomicBool::new(false),
        }
    }

    /// Waits until so many more requests have succeeded.
    pub(crate) async fn wait_for_successes(&self, count: u32) {
        self.successes.forget_permits(usize::MAX);
        let waiting = tokio::time::timeout(PATIENCE, self.successes.acquire_many(count)).await;
        waiting.expect("the clients succeed in time").expect("the semaphore stays open").forget();
    }

    /// Lets the clients finish what they are at; what they sent and heard.
    pub(crate) async fn stop(&self, clients: Vec<JoinHandle<SentById>>) -> SentById {
        self.stopping.store(true, Ordering::Relaxed);
        let mut all = SentById::new();
        for client in clients {
            for (id, sent) in client.await.expect("a client finishes") {
                let whole = all.entry(id).or_insert_with(|| Sent { total: sent.total, ..Sent::default() });
                whole.paid.extend(sent.paid);
                whole.cancelled.extend(sent.cancelled);
                whole.already_paid |= sent.already_paid;
                whole.unknown_count += sent.unknown_count;
            }
        }
        all
    }
}

pub(crate) fn start_clients(load: &Arc<Load>) -> Vec<JoinHandle<SentById>> {
    (0..CLIENT_COUNT).map(|number| tokio::spawn(Client::new(Arc::clone(load), number).run())).collect()
}

struct Client {
    load: Arc<Load>,
    random: StdRng,
    number: u64,
    payment_count: i64,
    sent: SentById,
    /// Payments it may cancel: it was told that they are paid.
    paid: Vec<String>,
    /// Payments it may try again: it was not told what became of them.
    open: Vec<String>,
}

impl Client {
    fn new(load: Arc<Load>, number: u64) -> Self {
        let random = StdRng::seed_from_u64(load.seed ^ (number + 1) << 32);
        Self {
            load,
            random,
            number,
            payment_count: 0,
            sent: SentById::new(),
            paid: Vec::new(),
            open: Vec::new(),
        }
    }

    async fn run(mut self) -> SentById {
        while !self.load.stopping.load(Ordering::Relaxed) {
            match self.random.random_range(0..10) {
                0..=3 => {
                    let id = self.new_id();
                    self.pay(id).await;
                }
                4 => self.pay_shared().await,
                5 if !self.open.is_empty() => {
                    let at = self.random.random_range(0..self.open.len());
                    let id = self.open.swap_remove(at);
                    self.pay(id).await;
                }
                6..=8 if !self.paid.is_empty() => self.cancel().await,
                _ => {
                    let id = self.new_id();
                    self.pay_with_key(id).await;
                }
            }
        }
        self.sent
    }

    fn new_id(&mut self) -> String {
        self.payment_count += 1;
        let id = format!("kill{}client{}x{}", self.load.seed, self.number, self.payment_count);
        self.sent.insert(id.clone(), Sent { total: 1_000 + self.payment_count, ..Sent::default() });
        id
    }

    async fn pay_shared(&mut self) {
        let which = self.random.random_range(0..SHARED_ID_COUNT);
        let id = format!("kill{}shared{which}", self.load.seed);
        let total = 50_000 + i64::try_from(which).expect("a small number");
        self.sent.entry(id.clone()).or_default().total = total;
        self.pay(id).await;
    }

    async fn pay(&mut self, id: String) {
        // One card in ten is declined.
        let number =
            if self.random.random_range(0..10) == 0 { "4000000000000002" } else { "4242424242424242" };
        let mut body = self.order(&id);
        body["channelGroupId"] = json!(GROUP);
        body["method"] = card(number);
        let path = format!("/payments/{id}/instant");
        self.send_payment(id, &path, &body).await;
    }

    async fn pay_with_key(&mut self, id: String) {
        let key = self.random.random_range(0..KEY_COUNT);
        let mut body = self.order(&id);
        body["billingKey"] = json!(self.load.billing_keys[key]);
        let path = format!("/payments/{id}/billing-key");
        self.send_payment(id, &path, &body).await;
    }

    fn order(&self, id: &str) -> Value {
        json!({
            "orderName": "Monthly pass",
            "amount": {"total": self.sent[id].total},
            "currency": "KRW",
            "customer": customer(),
        })
    }

    async fn send_payment(&mut self, id: String, path: &str, body: &Value) {
        let answer = self.send(path, body).await;
        let sent = self.sent.get_mut(&id).expect("noted before it was sent");
        match told(answer.as_ref()) {
            Told::Done(body) => {
                sent.paid.push(body["payment"]["pgTxId"].as_str().expect("pgTxId").to_owned());
                self.paid.push(id);
            }
            Told::Refused("ALREADY_PAID") => sent.already_paid = true,
            Told::Refused("PG_PROVIDER") => {}
            Told::Refused(other) => panic!("{id}: {other}"),
            Told::Nothing => {
                sent.unknown_count += 1;
                self.open.push(id);
            }
        }
    }

    async fn cancel(&mut self) {
        let at = self.random.random_range(0..self.paid.len());
        let id = self.paid[at].clone();
        let part = self.random.random_bool(0.5);
        let mut body = json!({"reason": "changed my mind"});
        if part {
            body["amount"] = json!(self.random.random_range(1..=900));
        } else {
            self.paid.swap_remove(at);
        }
        let answer = self.send(&format!("/payments/{id}/cancel"), &body).await;
        let sent = self.sent.get_mut(&id).expect("it was paid");
        match told(answer.as_ref()) {
            Told::Done(body) => {
                let cancellation = &body["cancellation"];
                let amount = cancellation["totalAmount"].as_i64().expect("totalAmount");
                sent.cancelled.insert(cancellation["id"].as_str().expect("id").to_owned(), amount);
            }
            Told::Refused(
                "PG_PROVIDER"
                | "PAYMENT_ALREADY_CANCELLED"
                | "CANCEL_AMOUNT_EXCEEDS_CANCELLABLE_AMOUNT"
                | "INVALID_REQUEST",
            ) => {}
            Told::Refused(other) => panic!("cancel of {id}: {other}"),
            Told::Nothing => sent.unknown_count += 1,
        }
    }

    /// The answer, if a whole one came.
    async fn send(&mut self, path: &str, body: &Value) -> Option<Answer> {
        let api = &self.load.apis[self.random.random_range(0..self.load.apis.len())];
        let sent = api.try_send(Method::POST, path, Some(body.to_string())).await;
        let Ok(answer) = sent else {
            tokio::time::sleep(RECONNECT_PAUSE).await;
            return None;
        };
        if answer.status == 200 {
            self.load.successes.add_permits(1);
        }
        Some(answer)
    }
}

/// What an answer says.
enum Told {
    Done(Value),
    /// Documented: it was not done.
    Refused(&'static str),
    /// Whether it was done is not known.
    Nothing,
}

/// The errors a client may meet here. Another one is a defect.
const KNOWN: [&str; 6] = [
    "ALREADY_PAID",
    "PG_PROVIDER",
    "PAYMENT_ALREADY_CANCELLED",
    "CANCEL_AMOUNT_EXCEEDS_CANCELLABLE_AMOUNT",
    "PAYMENT_NOT_PAID",
    "INVALID_REQUEST",
];

fn told(answer: Option<&Answer>) -> Told {
    let Some(answer) = answer else { return Told::Nothing };
    let body = answer.json();
    if answer.status == 200 {
        return Told::Done(body);
    }
    if body["pgCode"] == "UNKNOWN_OUTCOME" {
        return Told::Nothing;
    }
    let kind = KNOWN.into_iter().find(|kind| body["type"] == *kind);
    Told::Refused(kind.unwrap_or_else(|| panic!("{} {}", answer.status, answer.text)))
}

pub(crate) fn card(number: &str) -> Value {
    json!({"card": {"credential": {
        "number": number,
        "expiryYear": "29",
        "expiryMonth": "12",
        "birthOrBusinessRegistrationNumber": "900101",
        "passwordTwoDigits": "00",
    }}})
}

pub(crate) fn customer() -> Value {
    json!({
        "id": "customer1",
        "name": {"full": "Kim Port"},
        "phoneNumber": "01012345678",
        "email": "kim@example.com",
    })
}
