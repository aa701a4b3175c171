//! A shop moves house: a ledger with a bit of everything is exported while its gateway runs, imported into PostgreSQL (into
//! SQLite where none is installed), and served from there: every read answers as before, and the shop goes on paying. From
//! there it goes to SQLite again, and is what it was, byte for byte.

use std::path::Path;

use chrono::{TimeDelta, Utc};
use portone_store::contract::cluster::Cluster;
use portone_tests::{
    Api, GROUP, KPN, PATIENCE, PROMOTION, Receiver, SMARTRO, Shop, command, eventually, run,
};
use serde_json::{Value, json};

/// Enough that lists have a block of them.
const PAYMENT_COUNT: usize = 140;
/// How far the shop's clock is moved.
const AHEAD_MINUTES: i64 = 60;
/// How many payments are under way at once.
const AT_ONCE: usize = 8;

#[tokio::test]
async fn a_ledger_moves_between_databases_and_goes_on() {
    let receiver = Receiver::open().await;
    let mut shop = Shop::start_with(&settings(&receiver.url)).await;
    let filled = fill(&shop).await;
    let before = rest(&shop, &filled).await;
    // While it runs; what comes of it later is a ledger of this moment.
    portone(&shop, &["export", "--to", "running.ndjson"], true).await;
    shop.gateway.terminate().await;
    assert!(shop.gateway.wait_ended().await.success());
    portone(&shop, &["export", "--to", "first.ndjson"], true).await;
    check_there_is_something_in_it(&read(&shop, "first.ndjson"));

    let cluster = Cluster::start();
    let database = cluster.as_ref().map_or_else(|| "sqlite:moved.db".to_owned(), |it| it.create("ledger"));
    let to_moved = ["--database", &database];
    let told = portone(&shop, &[&["import", "--from", "first.ndjson"], &to_moved[..]].concat(), true).await;
    assert!(told.contains("imported"), "{told}");
    let again = portone(&shop, &[&["import", "--from", "first.ndjson"], &to_moved[..]].concat(), false).await;
    assert!(again.contains("holds a ledger already"), "{again}");
    portone(&shop, &[&["export", "--to", "second.ndjson"], &to_moved[..]].concat(), true).await;
    portone(&shop, &["import", "--from", "second.ndjson", "--database", "sqlite:back.db"], true).await;
    portone(&shop, &["export", "--to", "third.ndjson", "--database", "sqlite:back.db"], true).await;
    let [first, third] = ["first.ndjson", "third.ndjson"].map(|name| without_stamp(&read(&shop, name)));
    assert!(first == third, "what came back is not what went");
    portone(&shop, &["import", "--from", "running.ndjson", "--database", "sqlite:running.db"], true).await;

    let moved = format!("database = \"{database}\"");
    shop.restart_with("database = \"sqlite:data/portone.db\"", &moved).await;
    let after = answers(&shop, &filled).await;
    for (before, after) in before.iter().zip(&after) {
        assert_eq!(before, after);
    }
    go_on(&shop, &filled).await;
    half_an_import_is_not_served(&shop).await;
}

fn settings(webhook_url: &str) -> String {
    format!(
        r#"v1_keys = [{{ key = "imp_backup", secret = "imp_backup_secret" }}]
webhooks = [
  {{ url = "{webhook_url}", secret = "whsec_dGVzdHMtd2ViaG9vay1zZWNyZXQtb2YtdGhlLXNob3A=", version = "2024-04-25", environment = "test" }},
]
"#
    )
}

/// What the shop knows of what it did.
struct Filled {
    billing_key: String,
}

/// A bit of everything.
async fn fill(shop: &Shop) -> Filled {
    let api = shop.api();
    let issue = json!({"channelGroupId": GROUP, "method": card("4242424242424242"), "customer": customer()});
    let issued = api.post("/billing-keys", &issue).await.ok();
    let key = issued["billingKeyInfo"]["billingKey"].as_str().expect("a key").to_owned();
    let deleted = api.post("/billing-keys", &issue).await.ok();
    let deleted = deleted["billingKeyInfo"]["billingKey"].as_str().expect("a key").to_owned();
    api.delete(&format!("/billing-keys/{deleted}")).await.ok();
    pay_many(&api, &key).await;
    for (id, amount) in [("order2", Some(1_000)), ("order3", None)] {
        let mut cancel = json!({"reason": "too small"});
        if let Some(amount) = amount {
            cancel["amount"] = json!(amount);
        }
        api.post(&format!("/payments/{id}/cancel"), &cancel).await.ok();
    }
    let declined = api.post("/payments/declined1/instant", &payment("4000000000000002")).await;
    assert_ne!(declined.status, 200, "{}", declined.text);
    let mut promoted = payment("5123451234512346");
    (promoted["promotionId"], promoted["amount"]) = (json!(PROMOTION), json!({"total": 20_000}));
    api.post("/payments/promoted1/instant", &promoted).await.ok();
    api.post("/payments/account1/instant", &account()).await.ok();
    api.post("/payments/fixed1/pre-register", &json!({"totalAmount": 500, "currency": "KRW"})).await.ok();
    api.try_post_keyed("/payments/keyed1/instant", "key-of-the-backup-test", &payment("4242424242424242"))
        .await
        .expect("an answer")
        .ok();
    let receipt = json!({"paymentId": "receipt1", "channelKey": SMARTRO, "type": "PERSONAL",
        "orderName": "Monthly pass", "currency": "KRW", "amount": {"total": 8_900},
        "customer": {"identityNumber": "01000001234", "name": "Port Kim", "phoneNumber": "01000001234"}});
    api.post("/cash-receipts", &receipt).await.ok();
    for (id, minutes) in [("scheduled1", 600), ("scheduled2", 700)] {
        api.post(&format!("/payments/{id}/schedule"), &schedule(&key, minutes)).await.ok();
    }
    api.post("/login/api-secret", &json!({"apiSecret": portone_tests::API_SECRET})).await.ok();
    v1(shop).await;
    // Records come to rest, and lists get their blocks; the ledger remembers how far its clock is ahead.
    shop.admin().post("/clock/advance", &json!({"seconds": AHEAD_MINUTES * 60})).await.ok();
    Filled { billing_key: key }
}

/// Reads by V1, with a token of it.
async fn v1(shop: &Shop) -> Value {
    let face = format!("{}/v1", shop.gateway.url);
    let key = json!({"imp_key": "imp_backup", "imp_secret": "imp_backup_secret"});
    let token = Api::new(&face, "").post("/users/getToken", &key).await.ok();
    let token = token["response"]["access_token"].as_str().expect("a token").to_owned();
    Api::new(&face, &token).get("/payments/find/order1").await.ok()["response"].clone()
}

async fn pay_many(api: &Api, key: &str) {
    let numbers: Vec<usize> = (1..=PAYMENT_COUNT).collect();
    for some in numbers.chunks(AT_ONCE) {
        let paying = some.iter().map(|number| {
            let (api, body) = (api.clone(), key_payment(key));
            let path = format!("/payments/order{number}/billing-key");
            tokio::spawn(async move { api.post(&path, &body).await.ok() })
        });
        for paid in paying.collect::<Vec<_>>() {
            paid.await.expect("is paid");
        }
    }
}

/// Waits until nothing changes any more, and blocks of lists are there: what the reads answer.
async fn rest(shop: &Shop, filled: &Filled) -> Vec<Value> {
    let mut last = Vec::new();
    eventually("the ledger is at rest", 4 * PATIENCE, async || {
        tokio::time::sleep(std::time::Duration::from_secs(2)).await;
        let now = answers(shop, filled).await;
        let is_at_rest = now == last;
        last = now;
        is_at_rest.then_some(())
    })
    .await;
    last
}

/// What the reads answer: single records, lists, searches, by each face.
async fn answers(shop: &Shop, filled: &Filled) -> Vec<Value> {
    let (api, admin) = (shop.api(), shop.admin());
    let mut answers = Vec::new();
    for id in ["order1", "order2", "order3", "declined1", "promoted1", "account1", "keyed1"] {
        answers.push(api.get(&format!("/payments/{id}")).await.ok());
        answers.push(admin.get(&format!("/payments/{id}/routing")).await.ok());
    }
    answers.push(api.get(&format!("/billing-keys/{}", filled.billing_key)).await.ok());
    answers.push(api.get("/payments/receipt1/cash-receipt").await.ok());
    let searches = [
        ("/payments", json!({"page": {"number": 0, "size": 200}})),
        ("/payments", json!({"page": {"number": 3, "size": 7}, "filter": {"status": ["PAID"]}})),
        ("/payments", json!({"filter": {"textSearch": [{"field": "PAYMENT_ID", "value": "order77"}]}})),
        ("/payments", json!({"filter": {"textSearch": [{"field": "CUSTOMER_NAME", "value": "Kim Port"}]}})),
        ("/billing-keys", json!({})),
        ("/cash-receipts", json!({})),
        ("/payment-schedules", json!({})),
    ];
    for (path, search) in searches {
        let query = format!("{path}?requestBody={}", percent(&search.to_string()));
        answers.push(api.get(&query).await.ok());
    }
    answers.push(admin.get("/events").await.ok());
    answers.push(v1(shop).await);
    answers
}

fn percent(text: &str) -> String {
    let bytes: Vec<String> = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
    bytes.concat()
}

/// The shop goes on where it was, with the keys and the payments it had.
async fn go_on(shop: &Shop, filled: &Filled) {
    let api = shop.api();
    let replayed = api
        .try_post_keyed("/payments/keyed1/instant", "key-of-the-backup-test", &payment("4242424242424242"))
        .await
        .expect("an answer");
    assert_eq!(replayed.ok()["payment"]["pgTxId"], api.get("/payments/keyed1").await.ok()["pgTxId"]);
    let twice = api.post("/payments/order1/billing-key", &key_payment(&filled.billing_key)).await;
    twice.error(409, "ALREADY_PAID");
    api.post("/payments/moved1/billing-key", &key_payment(&filled.billing_key)).await.ok();
    api.post("/payments/order2/cancel", &json!({"reason": "moved"})).await.ok();
    assert_eq!(api.get("/payments/order2").await.ok()["status"], "CANCELLED");
    shop.control().post("/payments/account1/deposit", &json!({})).await.ok();
    eventually("the deposit is known", PATIENCE, async || {
        (api.get("/payments/account1").await.ok()["status"] == "PAID").then_some(())
    })
    .await;
    let soon = schedule(&filled.billing_key, AHEAD_MINUTES);
    api.post("/payments/scheduled3/schedule", &soon).await.ok();
    eventually("the schedule is paid", PATIENCE, async || {
        let answer = api.get("/payments/scheduled3").await;
        (answer.status == 200 && answer.json()["status"] == "PAID").then_some(())
    })
    .await;
    let ledger = shop.ledger().await;
    let charged = ledger["payments"].as_array().expect("payments");
    let twice = charged.iter().filter(|it| it["transactions"].as_array().expect("a list").len() > 1).count();
    assert_eq!(twice, 0, "no payment was charged twice");
}

/// A gateway refuses what an import left half-filled, and says what to do.
async fn half_an_import_is_not_served(shop: &Shop) {
    let whole = read(shop, "first.ndjson");
    let half: String = whole.lines().take(whole.lines().count() / 2).flat_map(|line| [line, "\n"]).collect();
    std::fs::write(shop.folder().join("half.ndjson"), half).expect("is written");
    let to_half = ["--database", "sqlite:half.db"];
    let cut = portone(shop, &[&["import", "--from", "half.ndjson"], &to_half[..]].concat(), false).await;
    assert!(cut.contains("was cut off"), "{cut}");
    let served = portone(shop, &[&["serve", "--listen", "127.0.0.1:0"], &to_half[..]].concat(), false).await;
    assert!(served.contains("half-filled") && served.contains("portone import"), "{served}");
    portone(shop, &[&["import", "--from", "first.ndjson"], &to_half[..]].concat(), true).await;
}

/// Runs a command of the binary with the first gateway's configuration: what it says on standard error.
async fn portone(shop: &Shop, args: &[&str], succeeds: bool) -> String {
    let output = run(command(shop.folder()).args(args).args(["--config", "portone.toml"])).await;
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.success(), succeeds, "{args:?}: {told}");
    told
}

fn read(shop: &Shop, name: &str) -> String {
    let path: &Path = &shop.folder().join(name);
    std::fs::read_to_string(path).expect("is there")
}

/// An export without what says when it was made.
fn without_stamp(export: &str) -> String {
    let (head, rest) = export.split_once('\n').expect("lines");
    let mut head: Value = serde_json::from_str(head).expect("is JSON");
    head["made_at"] = json!(null);
    // The last line tells the hash of all before.
    let rest = rest.rsplit_once("{\"rows\"").expect("an end").0;
    format!("{head}\n{rest}")
}

/// A ledger of nothing would move well too.
fn check_there_is_something_in_it(export: &str) {
    let end: Value = serde_json::from_str(export.lines().last().expect("an end")).expect("is JSON");
    let rows = end["rows"].as_object().expect("tables");
    let empty: Vec<&String> = rows.iter().filter(|(_, count)| **count == 0).map(|(table, _)| table).collect();
    // What a ledger at rest has nothing in, and what only Naver Pay's shops have: the store's own test moves that.
    let may_be_empty = [
        "product_orders",
        "open_attempts",
        "webhook_queue",
        "discrepancies",
        "hand_settlements",
        "payment_sessions",
        "search_sieves",
        "search_touched",
    ];
    let surprising: Vec<_> = empty.iter().filter(|table| !may_be_empty.contains(&table.as_str())).collect();
    assert!(surprising.is_empty(), "nothing in {surprising:?}");
}

fn payment(number: &str) -> Value {
    json!({"channelKey": KPN, "orderName": "Monthly pass", "amount": {"total": 8_900}, "currency": "KRW",
        "customer": customer(), "method": card(number)})
}

fn key_payment(key: &str) -> Value {
    json!({"billingKey": key, "orderName": "Monthly pass", "amount": {"total": 8_900}, "currency": "KRW",
        "customer": customer()})
}

fn account() -> Value {
    let account = json!({"bank": "SHINHAN", "expiry": {"validHours": 24}, "option": {"type": "NORMAL"},
        "remitteeName": "Kim Port", "cashReceipt": {"type": "PERSONAL", "customerIdentityNumber": "01000001234"}});
    json!({"channelGroupId": GROUP, "orderName": "Monthly pass", "amount": {"total": 8_900}, "currency": "KRW",
        "customer": customer(), "productCount": 1, "method": {"virtualAccount": account}})
}

/// A payment to be made in some minutes.
#[expect(clippy::disallowed_methods, reason = "the gateway's clock is the time of day")]
fn schedule(key: &str, minutes: i64) -> Value {
    let at = Utc::now() + TimeDelta::minutes(minutes) + TimeDelta::seconds(2);
    let at = at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
    json!({"payment": key_payment(key), "timeToPay": at})
}

fn card(number: &str) -> Value {
    json!({"card": {"credential": {"number": number, "expiryYear": "29", "expiryMonth": "12",
        "birthOrBusinessRegistrationNumber": "900101", "passwordTwoDigits": "00"}}})
}

fn customer() -> Value {
    json!({"id": "customer1", "name": {"full": "Kim Port"}, "phoneNumber": "01012345678", "email": "kim@example.com"})
}
