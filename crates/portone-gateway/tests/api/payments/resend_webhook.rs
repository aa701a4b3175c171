//! `POST /payments/{paymentId}/resend-webhook`, and what a payment shows of its webhooks.

use serde_json::json;

use crate::world::{APPROVED, KPN, World, card_payment, with};

#[tokio::test]
async fn v2_109_a_payment_without_webhooks_has_none_to_send_again() {
    let world = World::new().await;
    let reply = world.post("/payments/none/resend-webhook", &json!({})).await;
    assert_eq!((reply.status, reply.json()["type"].as_str()), (404, Some("PAYMENT_NOT_FOUND")));
    world.paid("order1").await;
    assert!(world.get("/payments/order1").await.json().get("webhooks").is_none());
    let reply = world.post("/payments/order1/resend-webhook", &json!({})).await;
    assert_eq!((reply.status, reply.json()["type"].as_str()), (404, Some("WEBHOOK_NOT_FOUND")));
}

#[tokio::test]
async fn a_webhook_is_shown_and_sent_again_until_the_limit() {
    let world = World::new().await;
    let urls = json!(["https://shop.example/hook", "https://shop.example/second"]);
    let body = with(card_payment(KPN, APPROVED), "/noticeUrls", urls);
    assert_eq!(world.post("/payments/order1/instant", &body).await.status, 200);
    let webhooks = world.get("/payments/order1").await.json()["webhooks"].clone();
    let id = webhooks[0]["id"].as_str().unwrap();
    let expected = json!({"paymentStatus": "PAID", "id": id, "url": "https://shop.example/hook",
        "currentExecutionCount": 0, "maxExecutionCount": 6, "triggeredAt": "2026-11-21T00:00:00.125Z"});
    assert_eq!((webhooks.as_array().unwrap().len(), &webhooks[0]), (2, &expected));
    let latest = world.post("/payments/order1/resend-webhook", &json!({})).await.json();
    assert_eq!(latest["webhook"]["url"], "https://shop.example/second");
    assert_eq!(latest["webhook"]["trigger"], "MANUAL");
    for _ in 0..20 {
        let reply = world.post("/payments/order1/resend-webhook", &json!({"webhookId": id})).await;
        assert_eq!((reply.status, reply.json()["webhook"]["id"].as_str()), (200, Some(id)));
    }
    let reply = world.post("/payments/order1/resend-webhook", &json!({"webhookId": id})).await;
    let told = (reply.status, reply.json()["type"].as_str().map(str::to_owned));
    assert_eq!(told, (400, Some("MAX_WEBHOOK_RETRY_COUNT_REACHED".to_owned())));
}
