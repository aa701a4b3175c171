//! `POST /payments/{paymentId}/confirm`, after `POST /admin/windows`

use serde_json::{Value, json};

use crate::world::{GROUP, KPN, STORE, World, with};

const CONFIRM: &str = "/payments/order1/confirm";

fn call() -> Value {
    json!({"storeId": STORE, "channelKey": KPN, "paymentId": "order1", "orderName": "Monthly pass", "totalAmount": 8900,
        "currency": "CURRENCY_KRW", "payMethod": "CARD", "customData": {"mine": 1},
        "customer": {"customerId": "customer1", "fullName": "Kim Port", "phoneNumber": "01000001234",
            "email": "port@example.com"}})
}

async fn opened(world: &World) -> Value {
    let reply = world.admin("POST", "/admin/windows", Some(&call())).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    reply.json()
}

#[tokio::test]
async fn a_window_is_opened_and_its_payment_approved() {
    let world = World::new().await;
    let opened = opened(&world).await;
    assert_eq!(opened["function"], "requestPayment");
    assert_eq!(opened["arguments"]["customData"]["attemptId"], opened["transactionId"]);
    let ready = world.get("/payments/order1").await.json();
    assert_eq!((&ready["status"], &ready["transactionId"]), (&json!("READY"), &opened["transactionId"]));
    assert_eq!(ready["customData"], "{\"mine\":1}");
    let token = world.control("/windows", &json!({"call": opened["arguments"]}))["paymentToken"].clone();
    let body = json!({"paymentToken": token, "txId": opened["transactionId"], "totalAmount": 8900, "currency": "KRW",
        "isTest": true});
    let wrong = world.post(CONFIRM, &with(body.clone(), "/totalAmount", json!(1))).await;
    assert_eq!(wrong.error(), (409, "INFORMATION_MISMATCH".to_owned()));
    let invalid = world.post(CONFIRM, &with(body.clone(), "/paymentToken", json!("another"))).await;
    assert_eq!(invalid.error(), (400, "INVALID_PAYMENT_TOKEN".to_owned()));
    assert!(!invalid.text.contains("another"), "a token is never repeated");
    let reply = world.post(CONFIRM, &body).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let paid = world.get("/payments/order1").await.json();
    assert_eq!((&paid["status"], &paid["pgTxId"]), (&json!("PAID"), &reply.json()["pgTxId"]));
    assert_eq!(reply.json()["paidAt"], paid["paidAt"]);
    assert_eq!(world.post(CONFIRM, &body).await.error(), (409, "ALREADY_PAID".to_owned()));
}

#[tokio::test]
async fn only_an_open_window_is_approved() {
    let world = World::new().await;
    let unknown = world.post(CONFIRM, &json!({"paymentToken": "token"})).await;
    assert_eq!(unknown.error(), (404, "PAYMENT_NOT_FOUND".to_owned()));
    world.paid("order1").await;
    let paid = world.post(CONFIRM, &json!({"paymentToken": "token"})).await;
    assert_eq!(paid.error(), (409, "ALREADY_PAID".to_owned()));
    let missing = world.post(CONFIRM, &json!({"totalAmount": "1"})).await;
    assert_eq!(missing.error(), (400, "INVALID_REQUEST".to_owned()));
}

#[tokio::test]
async fn a_window_is_routed_by_its_group() {
    let world = World::new().await;
    let body = with(with(call(), "/channelKey", Value::Null), "/channelGroupId", json!(GROUP));
    let reply = world.admin("POST", "/admin/windows", Some(&body)).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let payment = world.get("/payments/order1").await.json();
    assert_eq!(payment["channelGroup"]["id"], GROUP);
    assert_eq!(payment["channel"]["key"], reply.json()["channelKey"]);
    let both = with(call(), "/channelGroupId", json!(GROUP));
    assert_eq!(world.admin("POST", "/admin/windows", Some(&both)).await.status, 400);
}
