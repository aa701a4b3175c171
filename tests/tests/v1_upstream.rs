//! Paying through V1 channels: the demo as it starts, with one of NICE and one of Paymentwall on the sandbox's V1 face.

use portone_tests::Demo;
use serde_json::{Value, json};

fn key_in(channel_key: &str, number: &str) -> Value {
    json!({
        "channelKey": channel_key, "orderName": "Chair", "amount": {"total": 11_000}, "currency": "KRW",
        "customer": {"name": {"full": "Hong"}, "email": "hong@example.com"},
        "method": {"card": {"credential": credential(number)}},
    })
}

fn credential(number: &str) -> Value {
    json!({
        "number": number, "expiryYear": "29", "expiryMonth": "12",
        "birthOrBusinessRegistrationNumber": "900101", "passwordTwoDigits": "00",
    })
}

const NICE: &str = "channel-key-nice";
const CARD: &str = "4242424242424242";

#[tokio::test]
async fn a_v1_channel_pays_cancels_and_keeps_cards() {
    let demo = Demo::start().await;
    let api = demo.api();
    let paid = api.post("/payments/v1-order-1/instant", &key_in(NICE, CARD)).await.ok();
    let payment = api.get("/payments/v1-order-1").await.ok();
    assert_eq!((&payment["status"], &payment["channel"]["pgProvider"]), (&json!("PAID"), &json!("NICE_V2")));
    assert_eq!(payment["pgTxId"], paid["payment"]["pgTxId"]);
    let upstream = demo.v1_attempts("v1-order-1").await;
    assert_eq!((upstream.len(), &upstream[0]["pg_id"]), (1, &json!("nicetest01m")));

    let part = json!({"reason": "one chair less", "amount": 1_000});
    let part = api.post("/payments/v1-order-1/cancel", &part).await.ok();
    assert_eq!(part["cancellation"]["status"], "SUCCEEDED", "{part}");
    assert_eq!(api.get("/payments/v1-order-1").await.ok()["status"], "PARTIAL_CANCELLED");
    api.post("/payments/v1-order-1/cancel", &json!({"reason": "all"})).await.ok();
    assert_eq!(demo.v1_attempts("v1-order-1").await[0]["cancel_amount"], 11_000);

    let declined = api.post("/payments/v1-order-2/instant", &key_in(NICE, "4000000000000010")).await;
    let declined = declined.error(502, "PG_PROVIDER");
    assert_eq!(declined["pgCode"], "failed", "{declined}");

    let issue = json!({
        "channelKey": NICE, "customer": {"name": {"full": "Hong"}},
        "method": {"card": {"credential": credential(CARD)}},
    });
    let issued = api.post("/billing-keys", &issue).await.ok();
    let key = issued["billingKeyInfo"]["billingKey"].as_str().expect("a key").to_owned();
    let charge =
        json!({"billingKey": key, "orderName": "Pass", "amount": {"total": 8_900}, "currency": "KRW"});
    api.post("/payments/v1-order-3/billing-key", &charge).await.ok();
    assert_eq!(demo.v1_attempts("v1-order-3").await[0]["customer_uid_usage"], "payment");
    api.delete(&format!("/billing-keys/{key}")).await.ok();
    api.post("/payments/v1-order-4/billing-key", &charge).await.error(409, "BILLING_KEY_ALREADY_DELETED");
    demo.stop().await;
}

/// V1 has no idempotency key: what became of a lost answer, the marker in `custom_data` tells.
#[tokio::test]
async fn a_lost_v1_answer_is_found_again_and_paid_once() {
    let demo = Demo::start().await;
    let fault = json!({
        "channelKey": NICE, "command": "PAY_INSTANTLY", "kind": "reset", "booked": true, "requests": 1,
    });
    demo.control().post("/faults", &fault).await.ok();
    let paid = demo.api().post("/payments/v1-lost-1/instant", &key_in(NICE, CARD)).await.ok();
    assert!(paid["payment"]["pgTxId"].is_string(), "{paid}");
    assert_eq!(demo.v1_attempts("v1-lost-1").await.len(), 1);
    demo.api().post("/payments/v1-lost-1/instant", &key_in(NICE, CARD)).await.error(409, "ALREADY_PAID");
    demo.stop().await;
}

#[tokio::test]
async fn paymentwall_gets_what_it_wants_and_cancels_later() {
    let demo = Demo::start().await;
    let mut body = key_in("channel-key-paymentwall", CARD);
    let refused = demo.api().post("/payments/pw-order-1/instant", &body).await.error(400, "INVALID_REQUEST");
    let message = refused["message"].as_str().expect("a message");
    for rule in
        ["PW-002 customer.name", "PW-027 method.card.credential.cvc", "PW-028 bypass.paymentwall.browser_ip"]
    {
        assert!(message.contains(rule), "{rule} in {message}");
    }
    assert!(demo.v1_attempts("pw-order-1").await.is_empty());

    body["customer"]["name"] = json!({"separated": {"first": "Jack", "last": "Son"}});
    body["method"]["card"]["credential"]["cvc"] = json!("123");
    body["bypass"] = json!({"paymentwall": {"browser_ip": "203.0.113.7"}});
    body["amount"]["total"] = json!(2_000);
    body["currency"] = json!("USD");
    demo.api().post("/payments/pw-order-1/instant", &body).await.ok();
    let upstream = demo.v1_attempts("pw-order-1").await;
    assert_eq!((&upstream[0]["amount"], &upstream[0]["currency"]), (&json!(20), &json!("USD")));
    let cancelled = demo.api().post("/payments/pw-order-1/cancel", &json!({"reason": "sold out"})).await.ok();
    assert_eq!(cancelled["cancellation"]["status"], "REQUESTED", "{cancelled}");
    demo.stop().await;
}
