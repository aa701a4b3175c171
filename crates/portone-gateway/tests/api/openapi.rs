//! `/openapi.json` and `/docs`: every example works.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::billing_keys_confirm;
use crate::billing_keys_confirm_issue_and_pay;
use crate::http::{Call, Reply};
use crate::paymentwall;
use crate::world::{ADMIN, APPROVED, GROUP, SECRET, SMARTRO, STORE, World, account_payment, with};

/// The operations in an order in which they work, each with the payment or the other id it is about.
const STORY: &[(&str, &str)] = &[
    ("welcome", ""),
    ("health", ""),
    ("metrics", ""),
    ("loginViaApiSecret", ""),
    ("refreshToken", ""),
    ("getBankInfos", ""),
    ("getPgCardPromotions", ""),
    ("getPromotion", "promotion-1"),
    ("payInstantly", "order1001"),
    ("getPayment", "order1001"),
    ("getPaymentTransactions", "order1001"),
    ("getPayments", ""),
    ("getAllPaymentsByCursor", ""),
    ("getAllPaymentEventsByCursor", ""),
    ("cancelPayment", "order1001"),
    ("resendWebhook", "order1001"),
    ("closeVirtualAccount", "account1"),
    ("issueBillingKey", ""),
    ("confirmBillingKey", ""),
    ("confirmBillingKeyIssueAndPay", ""),
    ("getBillingKeyInfos", ""),
    ("getBillingKeyInfo", ""),
    ("payWithBillingKey", "order1002"),
    ("createPaymentSchedule", "order1003"),
    ("getPaymentSchedules", ""),
    ("getPaymentSchedule", ""),
    ("revokePaymentSchedules", ""),
    ("deleteBillingKey", ""),
    ("openWindow", ""),
    ("confirmPayment", "order1006"),
    ("capturePayment", "order1006"),
    ("stopPaymentCancellation", ""),
    ("preRegisterPayment", "order1007"),
    ("createPaymentSession", ""),
    ("getPaymentSession", ""),
    ("checkout", ""),
    ("closePaymentSession", ""),
    ("applyEscrowLogistics", "held1"),
    ("modifyEscrowLogistics", "held1"),
    ("confirmEscrow", "held1"),
    ("registerStoreReceipt", "order1006"),
    ("confirmPaymentwallDelivery", ""),
    ("issueCashReceipt", ""),
    ("getCashReceipts", ""),
    ("getCashReceiptByPaymentId", "order1008"),
    ("cancelCashReceiptByPaymentId", "order1008"),
    ("check", ""),
    ("checkChannelGroup", GROUP),
    ("listStores", ""),
    ("listChannels", ""),
    ("createChannel", ""),
    ("getChannel", "channel-key-new"),
    ("changeChannel", "channel-key-new"),
    ("deactivateChannel", "channel-key-new"),
    ("activateChannel", "channel-key-new"),
    ("deleteChannel", "channel-key-new"),
    ("listChannelGroups", ""),
    ("createChannelGroup", ""),
    ("getChannelGroup", GROUP),
    ("changeChannelGroup", "channel-group-test-new"),
    ("getChannelGroupHistory", GROUP),
    ("explainRouting", "order1001"),
    ("listAttempts", ""),
    ("settleAttempt", ""),
    ("listSettledAttempts", ""),
    ("listDiscrepancies", ""),
    ("listOwedDeliveries", ""),
    ("listEvents", ""),
    ("listWebhooks", ""),
    ("replayWebhook", ""),
    ("deactivateChannelGroup", "channel-group-test-new"),
    ("deleteChannelGroup", "channel-group-test-new"),
    ("getClock", ""),
    ("advanceClock", ""),
];

/// What neither PG here has: its example is read, and refused by the PGs' own rules.
const REFUSED: [&str; 1] = ["registerStoreReceipt"];

/// An operation as the document has it.
struct Described {
    method: String,
    path: String,
    operation: Value,
}

fn operations(document: &Value) -> BTreeMap<String, Described> {
    let mut found = BTreeMap::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let id = operation["operationId"].as_str().unwrap().to_owned();
            let (method, operation) = (method.to_uppercase(), operation.clone());
            found.insert(id, Described { method, path: path.clone(), operation });
        }
    }
    found
}

/// What earlier answers gave: ids that the server draws.
#[derive(Default)]
struct Known(BTreeMap<&'static str, String>);

impl Known {
    fn learn(&mut self, id: &str, answer: &Value) {
        let learned = [
            ("loginViaApiSecret", "refreshToken", "/refreshToken"),
            ("issueBillingKey", "billingKey", "/billingKeyInfo/billingKey"),
            ("createPaymentSchedule", "paymentScheduleId", "/schedule/id"),
            ("createPaymentSession", "sessionId", "/sessionId"),
            ("listWebhooks", "webhook", "/items/0/id"),
        ];
        for (_, name, pointer) in learned.into_iter().filter(|(from, ..)| *from == id) {
            let text = answer.pointer(pointer).and_then(Value::as_str);
            self.0.insert(name, text.unwrap_or_else(|| panic!("{pointer} of {answer}")).to_owned());
        }
    }

    /// The example with the ids the server has drawn.
    fn filled(&self, mut example: Value) -> Value {
        for pointer in ["", "/payment"] {
            let Some(members) = example.pointer_mut(pointer).and_then(Value::as_object_mut) else { continue };
            for (name, value) in members {
                if let Some(known) = self.0.get(name.as_str()) {
                    *value = json!(known);
                }
            }
        }
        example
    }

    fn path(&self, path: &str, subject: &str) -> String {
        let parts =
            path.split('/').map(|part| match part.strip_prefix('{').and_then(|it| it.strip_suffix('}')) {
                None => part.to_owned(),
                Some("id") if subject.is_empty() => {
                    self.0[if path.contains("/attempts/") { "attempt" } else { "webhook" }].clone()
                }
                Some(name) if subject.is_empty() => self.0[name].clone(),
                Some(_) => subject.to_owned(),
            });
        parts.collect::<Vec<_>>().join("/")
    }
}

async fn run(world: &World, described: &Described, path: &str, known: &Known) -> Reply {
    let security = described.operation["security"].to_string();
    let parameters = described.operation["parameters"].as_array().unwrap();
    let names_store = parameters.iter().any(|parameter| parameter["name"] == "storeId");
    let mut asked: Vec<String> = parameters
        .iter()
        .filter(|parameter| parameter["in"] == "query" && parameter["example"].is_string())
        .map(|it| format!("{}={}", it["name"].as_str().unwrap(), it["example"].as_str().unwrap()))
        .collect();
    if names_store {
        asked.push(format!("storeId={STORE}"));
    }
    let path = if asked.is_empty() { path.to_owned() } else { format!("{path}?{}", asked.join("&")) };
    let call = Call::new(&described.method, &path);
    let call = if security.contains("adminToken") { call.bearer(ADMIN) } else { call };
    let authorization = format!("PortOne {SECRET}");
    let call =
        if security.contains("apiSecret") { call.header("authorization", &authorization) } else { call };
    let body = &described.operation["requestBody"]["content"]["application/json"]["example"];
    let query = parameters.iter().find(|parameter| parameter["name"] == "requestBody");
    let example = query.map_or(body, |query| &query["content"]["application/json"]["example"]);
    let call = if example.is_null() { call } else { call.json(&known.filled(example.clone())) };
    world.send(call).await
}

#[tokio::test]
async fn every_example_works() {
    let world = World::with_issue_and_pay().await;
    let document = world.send(Call::new("GET", "/openapi.json")).await.json();
    let operations = operations(&document);
    let told: BTreeSet<&str> = STORY.iter().map(|(id, _)| *id).collect();
    // The V1 face has a story of its own.
    let described: BTreeSet<&str> =
        operations.keys().map(String::as_str).filter(|id| !id.starts_with("v1.")).collect();
    assert_eq!(told, described, "every operation is in the story");
    let account = account_payment(SMARTRO);
    assert_eq!(world.post("/payments/account1/instant", &account).await.status, 200);
    let mut known = Known::default();
    let cancellation = cancel_requested(&world).await;
    escrow_held(&world).await;
    paymentwall::channel(&world).await;
    known.0.insert("transactionId", paymentwall::paid(&world, "digital1").await);
    let window = billing_keys_confirm::opened(&world).await;
    let finished = billing_keys_confirm::finished(&world, &window, APPROVED);
    known.0.insert("billingIssueToken", finished["billingIssueToken"].as_str().unwrap().to_owned());
    for (id, subject) in STORY {
        if *id == "confirmBillingKeyIssueAndPay" {
            let window = billing_keys_confirm_issue_and_pay::opened(&world, "first1").await;
            let finished = billing_keys_confirm_issue_and_pay::finished(&world, &window);
            known.0.insert("billingIssueToken", finished["billingIssueToken"].as_str().unwrap().to_owned());
        }
        let operation = &operations[*id];
        let path = match *id {
            "stopPaymentCancellation" => format!("/payments/returned1/cancellations/{cancellation}/stop"),
            _ => known.path(&operation.path, subject),
        };
        let reply = run(&world, operation, &path, &known).await;
        let expected = if REFUSED.contains(id) { 400 } else { 200 };
        assert_eq!(reply.status, expected, "{id}: {}", reply.text);
        if *id == "confirmPaymentwallDelivery" {
            known.0.insert("attempt", paymentwall::lost_delivery(&world, &known.0["transactionId"]).await);
        }
        if *id == "openWindow" {
            let token = world.control("/windows", &json!({"call": reply.json()["arguments"]}));
            known.0.insert("paymentToken", token["paymentToken"].as_str().unwrap().to_owned());
        }
        if reply.header("content-type") == Some("application/json") {
            known.learn(id, &serde_json::from_str(&reply.text).unwrap());
        }
    }
}

/// A cancel that Smartro has accepted: the buyer's deposit goes back later.
async fn cancel_requested(world: &World) -> String {
    assert_eq!(world.post("/payments/returned1/instant", &account_payment(SMARTRO)).await.status, 200);
    world.deposited("returned1").await;
    let account = json!({"bank": "SHINHAN", "number": "110123456789", "holderName": "Kim Port",
        "holderPhoneNumber": "01000001234"});
    let body = json!({"reason": "returned", "refundAccount": account});
    let reply = world.post("/payments/returned1/cancel", &body).await;
    assert_eq!(reply.json()["cancellation"]["status"], "REQUESTED", "{}", reply.text);
    reply.json()["cancellation"]["id"].as_str().unwrap().to_owned()
}

/// A paid payment that is held in escrow.
async fn escrow_held(world: &World) {
    let held = with(account_payment(SMARTRO), "/isEscrow", json!(true));
    assert_eq!(world.post("/payments/held1/instant", &held).await.status, 200);
    world.deposited("held1").await;
}

#[tokio::test]
async fn errors_are_told_by_status() {
    let world = World::new().await;
    let document = world.send(Call::new("GET", "/openapi.json")).await.json();
    let responses = &document["paths"]["/payments/{paymentId}/instant"]["post"]["responses"];
    let kinds = |status: &str| {
        responses[status].pointer("/content/application~1json/schema/allOf/1/properties/type/enum")
    };
    assert_eq!(kinds("502"), Some(&json!(["PG_PROVIDER"])));
    assert_eq!(kinds("404"), Some(&json!(["CHANNEL_NOT_FOUND"])));
    assert!(kinds("409").unwrap().to_string().contains("ALREADY_PAID"));
    assert_eq!(document["openapi"], "3.1.0");
}

#[tokio::test]
async fn the_page_is_served_from_here() {
    let world = World::new().await;
    let page = world.send(Call::new("GET", "/docs/")).await;
    assert_eq!((page.status, page.text.contains("swagger-ui")), (200, true), "{}", page.text);
    assert!(!page.text.contains("https://"), "nothing is fetched from elsewhere: {}", page.text);
    let script = world.send(Call::new("GET", "/docs/swagger-initializer.js")).await;
    assert!(script.text.contains("/openapi.json"), "{}", script.text);
}
