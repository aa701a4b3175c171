//! Virtual time and notifications with the real processes: what a PG tells by itself arrives over sockets, and a restart
//! never goes back in time.

use chrono::{DateTime, TimeDelta, Utc};
use portone_tests::{KPN, PATIENCE, SMARTRO, Shop, eventually};
use serde_json::{Value, json};

fn account(channel: &str, due_at: DateTime<Utc>) -> Value {
    json!({"channelKey": channel, "orderName": "Chair", "amount": {"total": 8_900}, "currency": "KRW",
        "customer": {"name": {"full": "Kim Port"}, "phoneNumber": "01000001234", "email": "port@example.com"},
        "productCount": 1,
        "method": {"virtualAccount": {"bank": "SHINHAN", "option": {"type": "NORMAL"}, "remitteeName": "Shop",
            "expiry": {"dueDate": due_at.to_rfc3339()},
            "cashReceipt": {"type": "PERSONAL", "customerIdentityNumber": "01000001234"}}}})
}

async fn now(shop: &Shop) -> DateTime<Utc> {
    let clock = shop.admin().get("/clock").await.ok();
    clock["now"].as_str().expect("now").parse().expect("a time")
}

async fn becomes(shop: &Shop, id: &str, status: &str) -> Value {
    eventually(&format!("{id} becomes {status}"), PATIENCE, async || {
        let payment = shop.api().get(&format!("/payments/{id}")).await.ok();
        (payment["status"] == status).then_some(payment)
    })
    .await
}

#[tokio::test]
async fn a_deposit_and_a_refund_are_told_by_the_pg() {
    let mut shop = Shop::start().await;
    let due_at = now(&shop).await + TimeDelta::days(3);
    for id in ["order1", "order2"] {
        let channel = if id == "order1" { SMARTRO } else { KPN };
        shop.api().post(&format!("/payments/{id}/instant"), &account(channel, due_at)).await.ok();
        shop.control().post(&format!("/payments/{id}/deposit"), &json!({})).await.ok();
        becomes(&shop, id, "PAID").await;
    }
    let refund = json!({"reason": "sold out", "refundAccount": {"bank": "SHINHAN", "number": "110123456789",
        "holderName": "Kim Port", "holderPhoneNumber": "01000001234"}});
    let cancel = shop.api().post("/payments/order1/cancel", &refund).await.ok();
    assert_eq!(cancel["cancellation"]["status"], "REQUESTED");
    // While the gateway is away the PG ends the refund; its message waits, and comes again a minute later.
    shop.gateway.kill().await;
    let upstream = shop.upstream().get("/payments/order1").await.ok();
    let id = upstream["cancellations"][0]["id"].as_str().expect("id");
    let path = format!("/payments/order1/cancellations/{id}/complete");
    shop.control().post(&path, &json!({})).await.ok();
    shop.gateway.restart().await;
    shop.admin().post("/clock/advance", &json!({"seconds": 61})).await.ok();
    let payment = becomes(&shop, "order1", "CANCELLED").await;
    assert_eq!(payment["cancellations"][0]["status"], "SUCCEEDED");
    shop.check_running();
}

#[tokio::test]
async fn a_restart_never_goes_back_in_time() {
    let mut shop = Shop::start().await;
    let before = now(&shop).await;
    let moved = shop.admin().post("/clock/advance", &json!({"seconds": 86_400 * 40})).await.ok();
    assert_eq!(moved["aheadSeconds"], 86_400 * 40);
    let ahead = now(&shop).await;
    assert!(ahead - before >= TimeDelta::days(40), "{before} {ahead}");
    let body = json!({"channelKey": KPN, "orderName": "Pass", "amount": {"total": 8_900}, "currency": "KRW",
        "customer": {"name": {"full": "Kim Port"}},
        "method": {"card": {"credential": {"number": "4242424242424242", "expiryYear": "29", "expiryMonth": "12",
            "birthOrBusinessRegistrationNumber": "900101", "passwordTwoDigits": "00"}}}});
    let paid = shop.api().post("/payments/order1/instant", &body).await.ok();
    let paid_at: DateTime<Utc> = paid["payment"]["paidAt"].as_str().expect("paidAt").parse().expect("a time");
    assert!(paid_at >= ahead, "the sandbox lives in the same time: {ahead} {paid_at}");
    shop.gateway.kill().await;
    shop.gateway.restart().await;
    assert!(now(&shop).await >= paid_at);
    let wrong = shop.admin().post("/clock/advance", &json!({"seconds": 0})).await;
    wrong.error(400, "INVALID_REQUEST");
}
