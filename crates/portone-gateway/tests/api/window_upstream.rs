//! Windows at a V1 upstream, windows that issue a key and pay, a second window of a payment, and what a buyer's browser may
//! have changed.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::http::Reply;
use crate::paymentwall::{self, PAYMENTWALL};
use crate::v1::Shop;
use crate::welcome::WELCOME;
use crate::window::{SHOP, argument, ask, end, open, paid, work};
use crate::world::{GROUP, KPN, STORE, World, with};

pub(crate) const NICE: &str = "channel-key-nice";
const APPROVED: &str = "4242424242424242";
const DECLINED: &str = "4000000000000002";

/// A world with a channel at a V1 upstream.
pub(crate) async fn with_nice() -> World {
    let world = World::new().await;
    let known = json!({"key": NICE, "pg": "nice_v2.mid1", "environment": "test"});
    world.wire.declare_at("/sandbox/v1/channels", &known);
    let channel = json!({"storeId": STORE, "key": NICE, "name": "NICE", "pgProvider": "NICE_V2", "pgMerchantId": "mid1",
        "environment": "test", "upstream": "sandbox-v1"});
    let created = world.admin("POST", "/admin/channels", Some(&channel)).await;
    assert_eq!(created.status, 200, "{}", created.text);
    world
}

/// The same order by `IMP.request_pay`.
pub(crate) fn argument_v1(channel: &str) -> Value {
    json!({"channelKey": channel, "pay_method": "card", "merchant_uid": "order1", "name": "Pass", "amount": 8900,
        "buyer_name": "Jack Son", "buyer_tel": "010-1234-5678", "buyer_email": "port@example.com", "currency": "KRW",
        "m_redirect_url": "https://shop.example/done"})
}

/// What a buyer did in a V1 upstream's window, as its callback tells it.
pub(crate) fn paid_at_v1(world: &World, work: &Value, card: &str) -> Value {
    world.control("/v1/windows", &json!({"call": work["arguments"], "cardNumber": card}))
}

fn message(reply: &Reply) -> String {
    reply.json()["error"]["message"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_v1_pg_is_paid_in_a_window_by_either_sdk() {
    for (function, argument) in
        [("request_pay", argument_v1(NICE)), ("requestPayment", with(argument(), "/channelKey", json!(NICE)))]
    {
        let world = with_nice().await;
        let opened = open(&world, function, &argument).await;
        let work = work(&world, &opened).await;
        assert_eq!(
            (&work["sdk"], &work["function"], &work["sdkUrl"]),
            (&json!("IMP"), &json!("request_pay"), &json!("http://sandbox.test/v1/iamport.js"))
        );
        assert_eq!(work["arguments"]["merchant_uid"], "order1");
        let told = end(&world, &work, &paid_at_v1(&world, &work, APPROVED)).await;
        assert_eq!(told["response"]["code"], Value::Null, "{told}");
        let payment = world.get("/payments/order1").await.json();
        assert_eq!((&payment["status"], &payment["amount"]["total"]), (&json!("PAID"), &json!(8900)));
        if function == "request_pay" {
            let response = &told["response"];
            assert_eq!((&response["success"], &response["paid_amount"]), (&json!(true), &json!(8900)));
            assert_eq!((&response["status"], &response["pg_provider"]), (&json!("paid"), &json!("nice_v2")));
        }
    }
}

#[tokio::test]
async fn a_v1_pg_that_refuses_or_is_left_is_told() {
    let world = with_nice().await;
    let work = work(&world, &open(&world, "request_pay", &argument_v1(NICE)).await).await;
    let told = end(&world, &work, &paid_at_v1(&world, &work, DECLINED)).await;
    assert_eq!(told["response"]["success"], false, "{told}");
    assert!(told["response"]["error_msg"].as_str().unwrap().contains("승인을 거절"), "{told}");
    assert_eq!(world.get("/payments/order1").await.json()["status"], "FAILED");
    let again = self::work(&world, &open(&world, "request_pay", &argument_v1(NICE)).await).await;
    let left = world.control("/v1/windows", &json!({"call": again["arguments"], "ending": "LEAVE"}));
    let told = end(&world, &again, &left).await;
    assert_eq!(told["response"]["success"], false, "{told}");
    assert_ne!(world.get("/payments/order1").await.json()["status"], "PAID");
}

#[tokio::test]
async fn an_account_is_issued_in_a_v1_window_and_paid_into() {
    let world = with_nice().await;
    let argument = with(argument_v1(NICE), "/pay_method", json!("vbank"));
    let argument = with(argument, "/vbank_due", json!("20991231"));
    let work = work(&world, &open(&world, "request_pay", &argument).await).await;
    assert_eq!(
        (&work["arguments"]["pay_method"], &work["arguments"]["vbank_due"]),
        (&json!("vbank"), &json!("2099-12-31 23:59:59"))
    );
    let issued = world.control("/v1/windows", &json!({"call": work["arguments"], "bank": "KOOKMIN_BANK"}));
    let told = end(&world, &work, &issued).await;
    let response = &told["response"];
    assert_eq!(
        (&response["success"], &response["status"], &response["vbank_num"]),
        (&json!(true), &json!("ready"), &issued["vbank_num"]),
        "{told}"
    );
    let payment = world.get("/payments/order1").await.json();
    assert_eq!(
        (&payment["status"], &payment["method"]["bank"]),
        (&json!("VIRTUAL_ACCOUNT_ISSUED"), &json!("KOOKMIN")),
        "{payment}"
    );
    let path = format!("/v1/payments/{}/deposit", issued["imp_uid"].as_str().unwrap());
    world.control(&path, &json!({}));
    world.advance(TimeDelta::minutes(10));
    world.engine.follow_up(100).await.unwrap();
    assert_eq!(world.get("/payments/order1").await.json()["status"], "PAID");
}

#[tokio::test]
async fn pw_018_a_key_is_issued_with_its_first_payment() {
    let world = World::new().await;
    paymentwall::channel(&world).await;
    let argument = with(argument_v1(PAYMENTWALL), "/customer_uid", json!("customer-9"));
    let nothing = ask(&world, "request_pay", &with(argument.clone(), "/amount", json!(0))).await;
    assert!(message(&nothing).contains("PW-018 amount"), "{}", nothing.text);
    let work = work(&world, &open(&world, "request_pay", &argument).await).await;
    let told = end(&world, &work, &paid_at_v1(&world, &work, APPROVED)).await;
    let response = &told["response"];
    assert_eq!(
        (&response["success"], &response["customer_uid"], &response["paid_amount"]),
        (&json!(true), &json!("customer-9"), &json!(8900)),
        "{told}"
    );
    let payment = world.get("/payments/order1").await.json();
    assert_eq!((&payment["status"], &payment["billingKey"]), (&json!("PAID"), &response["billing_key"]));
    let shop = Shop::of(world).await;
    assert_eq!(shop.get("/subscribe/customers/customer-9").await.response()["customer_uid"], "customer-9");
    let charge = json!({"customer_uid": "customer-9", "merchant_uid": "order2", "amount": 8900, "name": "Pass",
        "currency": "KRW", "buyer_email": "port@example.com", "buyer_name": "Jack Son", "browser_ip": "203.0.113.7"});
    let charged = shop.post("/subscribe/payments/again", &charge).await;
    assert_eq!(charged.response()["status"], "paid", "{}", charged.body);
}

#[tokio::test]
async fn a_key_and_its_first_payment_are_asked_for_together() {
    let world = World::with_issue_and_pay().await;
    let argument = json!({"storeId": STORE, "channelKey": WELCOME, "paymentId": "order1", "orderName": "Pass",
        "totalAmount": 8900, "currency": "KRW", "billingKeyAndPayMethod": "MOBILE",
        "customer": {"fullName": "Kim Port", "phoneNumber": "01000001234"}});
    let function = "requestIssueBillingKeyAndPay";
    let refused = ask(&world, function, &with(argument.clone(), "/channelGroupId", json!(GROUP))).await;
    assert!(message(&refused).starts_with("SR-024"), "{}", refused.text);
    let lacking = ask(&world, function, &with(argument.clone(), "/channelKey", json!(KPN))).await;
    assert!(message(&lacking).contains("KPN"), "{}", lacking.text);
    let opened = open(&world, function, &argument).await;
    assert!(opened["billingKey"].is_string() && opened["paymentId"] == "order1", "{opened}");
    let work = work(&world, &opened).await;
    assert_eq!(work["function"], function);
    let told = end(&world, &work, &paid(&world, &work, APPROVED)).await;
    let expected = json!({"transactionType": "ISSUE_BILLING_KEY_AND_PAY", "billingKey": opened["billingKey"],
        "paymentId": "order1", "txId": opened["txId"]});
    assert_eq!(told["response"], expected);
    let payment = world.get("/payments/order1").await.json();
    assert_eq!((&payment["status"], &payment["billingKey"]), (&json!("PAID"), &opened["billingKey"]));
    let again = end(&world, &work, &json!({"code": "X", "message": "left"})).await;
    assert_eq!(again["response"], expected, "what the ledger knows is told");
}

#[tokio::test]
async fn a_buyer_who_left_a_window_opens_another() {
    let world = World::new().await;
    let first = open(&world, "requestPayment", &argument()).await;
    let old = work(&world, &first).await;
    let token = paid(&world, &old, APPROVED);
    world.advance(TimeDelta::seconds(1));
    // The page was closed before it could tell.
    let second = open(&world, "requestPayment", &argument()).await;
    assert_ne!(first["txId"], second["txId"]);
    let told = end(&world, &old, &token).await;
    assert_eq!(told["response"]["code"], "InvalidEntityState", "{told}");
    assert_eq!(world.get("/payments/order1").await.json()["status"], "READY");
    let new = work(&world, &second).await;
    let told = end(&world, &new, &paid(&world, &new, APPROVED)).await;
    assert_eq!(
        (&told["response"]["code"], &told["response"]["txId"]),
        (&Value::Null, &second["txId"]),
        "{told}"
    );
    let known = world.get("/payments/order1/transactions").await.json();
    let states: Vec<&Value> = known["items"].as_array().unwrap().iter().map(|item| &item["status"]).collect();
    assert!(states.contains(&&json!("PAID")) && states.contains(&&json!("FAILED")), "{states:?}");
    // The old page's word comes late, and money that was taken is no failure.
    assert_eq!(end(&world, &old, &token).await["response"]["code"], Value::Null);
}

#[tokio::test]
async fn a_window_elsewhere_may_still_be_finished_and_stays() {
    let world = with_nice().await;
    open(&world, "requestPayment", &argument()).await;
    // Another upstream would take the same payment once more.
    let second = ask(&world, "requestPayment", &with(argument(), "/channelKey", json!(NICE))).await;
    assert_eq!(second.json()["error"]["code"], "InvalidEntityState", "{}", second.text);
    assert_eq!(world.get("/payments/order1").await.json()["status"], "READY");
}

#[tokio::test]
async fn a_window_that_was_paid_meanwhile_makes_no_room() {
    let world = with_nice().await;
    let old = work(&world, &open(&world, "request_pay", &argument_v1(NICE)).await).await;
    paid_at_v1(&world, &old, APPROVED);
    let second = ask(&world, "request_pay", &argument_v1(NICE)).await;
    assert_eq!(second.json()["error"]["code"], "PaymentAlreadyPaid", "{}", second.text);
    assert_eq!(world.get("/payments/order1").await.json()["status"], "PAID");
}

#[tokio::test]
async fn what_was_taken_is_told_where_the_browser_changed_it() {
    let world = with_nice().await;
    let mut work = work(&world, &open(&world, "request_pay", &argument_v1(NICE)).await).await;
    work["arguments"]["amount"] = json!(100);
    let told = end(&world, &work, &paid_at_v1(&world, &work, APPROVED)).await;
    assert_eq!(told["response"]["paid_amount"], 100, "{told}");
    let payment = world.get("/payments/order1").await.json();
    assert_eq!((&payment["status"], &payment["amount"]["total"]), (&json!("PAID"), &json!(100)));
    let alarms = world.admin("GET", "/admin/discrepancies", None).await.json();
    let what = alarms["items"][0]["what"].as_str().unwrap_or_default();
    assert!(what.contains("8900") && what.contains("100"), "{alarms}");
}

#[tokio::test]
async fn an_approval_compares_what_the_browser_changed() {
    let world = World::new().await;
    let mut work = work(&world, &open(&world, "requestPayment", &argument()).await).await;
    work["arguments"]["totalAmount"] = json!(100);
    let told = end(&world, &work, &paid(&world, &work, APPROVED)).await;
    assert!(told["response"]["code"].is_string(), "{told}");
    assert_ne!(world.get("/payments/order1").await.json()["status"], "PAID");
}

#[tokio::test]
async fn v1_011_a_tier_is_no_store_of_ours() {
    let world = World::new().await;
    let body = json!({"function": "request_pay", "argument": argument_v1(KPN), "userCode": format!("imp-{STORE}"),
        "tier": "A0B"});
    let call = crate::http::Call::new("POST", "/window/open").header("origin", SHOP).body(body.to_string());
    let reply = world.send(call).await;
    assert!(message(&reply).starts_with("V1-011"), "{}", reply.text);
}
