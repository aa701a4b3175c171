//! `POST /payments/{paymentId}/capture` and `POST /payments/{paymentId}/cancellations/{cancellationId}/stop`

use serde_json::json;

use crate::world::{Line, SMARTRO, World, account_payment};

const CAPTURE: &str = "/payments/order1/capture";

#[tokio::test]
async fn a_payment_is_captured_and_stays_so() {
    let world = World::new().await;
    world.paid("order1").await;
    for _ in 0..2 {
        let reply = world.post(CAPTURE, &json!({})).await;
        assert_eq!((reply.status, reply.json()), (200, json!({})), "{}", reply.text);
    }
    assert_eq!(world.get("/payments/order1").await.json()["status"], "PAID");
}

#[tokio::test]
async fn only_a_paid_card_payment_is_captured() {
    let world = World::new().await;
    let unknown = world.post(CAPTURE, &json!({})).await;
    assert_eq!(unknown.error(), (404, "PAYMENT_NOT_FOUND".to_owned()));
    assert_eq!(world.post("/payments/order1/instant", &account_payment(SMARTRO)).await.status, 200);
    let waiting = world.post(CAPTURE, &json!({})).await;
    assert_eq!(waiting.error(), (409, "PAYMENT_NOT_PAID".to_owned()));
    let other = world.post(CAPTURE, &json!({"storeId": "store-other"})).await;
    assert_eq!(other.error(), (403, "FORBIDDEN".to_owned()));
    world.paid("order2").await;
    world.wire.set(Line::Cut);
    let reply = world.post("/payments/order2/capture", &json!({})).await;
    assert_eq!((reply.status, &reply.json()["pgCode"]), (502, &json!("UNAVAILABLE")));
    world.wire.set(Line::Dumb);
    let reply = world.post("/payments/order2/capture", &json!({})).await;
    assert_eq!((reply.status, &reply.json()["pgCode"]), (502, &json!("UNKNOWN_OUTCOME")));
}

#[tokio::test]
async fn v2_064_only_a_cancel_that_is_pending_is_stopped() {
    let world = World::new().await;
    let stop = |id: &str| format!("/payments/order1/cancellations/{id}/stop");
    let unknown = world.post(&stop("cancellation1"), &json!({})).await;
    assert_eq!(unknown.error(), (404, "PAYMENT_NOT_FOUND".to_owned()));
    world.paid("order1").await;
    let missing = world.post(&stop("cancellation1"), &json!({})).await;
    assert_eq!(missing.error(), (404, "PAYMENT_CANCELLATION_NOT_FOUND".to_owned()));
    let cancelled =
        world.post("/payments/order1/cancel", &json!({"reason": "test", "amount": 100})).await.json();
    let id = cancelled["cancellation"]["id"].as_str().unwrap();
    let done = world.post(&stop(id), &json!({})).await;
    assert_eq!(done.error(), (409, "PAYMENT_CANCELLATION_NOT_PENDING".to_owned()));
    let encoded = world.post(&stop(&id.replace('-', "%2D")), &json!({})).await;
    assert_eq!(encoded.error(), (409, "PAYMENT_CANCELLATION_NOT_PENDING".to_owned()));
    let garbled = world.post(&stop("%ff"), &json!({})).await;
    assert_eq!(garbled.error(), (400, "INVALID_REQUEST".to_owned()));
}
