//! `/paymentwall/…`

mod delivery_confirm;

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::world::{APPROVED, World, card_payment, with};

pub(crate) const CONFIRM: &str = "/paymentwall/delivery/confirm";
pub(crate) const PAYMENTWALL: &str = "channel-key-paymentwall";

/// Gives the shop a Paymentwall channel.
pub(crate) async fn channel(world: &World) {
    let known = json!({"key": PAYMENTWALL, "pg": "paymentwall.project1", "environment": "test"});
    world.wire.declare_at("/sandbox/v1/channels", &known);
    let channel = json!({"storeId": "store-test", "key": PAYMENTWALL, "name": "Paymentwall", "pgProvider": "PAYMENTWALL",
        "pgMerchantId": "project1", "environment": "test", "upstream": "sandbox-v1"});
    let created = world.admin("POST", "/admin/channels", Some(&channel)).await;
    assert_eq!(created.status, 200, "{}", created.text);
}

/// A card payment that Paymentwall takes.
pub(crate) fn payment() -> Value {
    let body = card_payment(PAYMENTWALL, APPROVED);
    let body = with(body, "/method/card/credential/cvc", json!("123"));
    with(body, "/bypass", json!({"paymentwall": {"browser_ip": "203.0.113.7"}}))
}

/// Pays at Paymentwall: the transaction's id.
pub(crate) async fn paid(world: &World, id: &str) -> String {
    let reply = world.post(&format!("/payments/{id}/instant"), &payment()).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    world.get(&format!("/payments/{id}")).await.json()["transactionId"].as_str().unwrap().to_owned()
}

/// A delivery of something that is sent over a wire.
pub(crate) fn digital(transaction: &Value) -> Value {
    json!({"transactionId": transaction, "deliveryType": "DIGITAL", "deliveryStatus": "DELIVERED",
        "estimatedDeliveryDatetime": "2026-11-21T09:00:00+09:00",
        "estimatedUpdateDatetime": "2026-11-21T09:00:00+09:00", "refundable": true, "details": "A pass",
        "shippingAddressEmail": "port@example.com"})
}

/// Makes the next answer to a delivery go wrong.
pub(crate) fn fault(world: &World, fault: Value) {
    let fault = with(with(fault, "/channelKey", json!(PAYMENTWALL)), "/command", json!("CONFIRM_DELIVERY"));
    world.control("/faults", &with(fault, "/requests", json!(1)));
}

/// The open attempts.
pub(crate) async fn open(world: &World) -> Vec<Value> {
    let list = world.admin("GET", "/admin/attempts?open", None).await.json();
    list["items"].as_array().unwrap().clone()
}

/// Tells of a delivery, and loses the answer: the attempt, once its lease is over.
pub(crate) async fn lost_delivery(world: &World, transaction: &str) -> String {
    fault(world, json!({"kind": "reset", "booked": true}));
    let lost = world.post(CONFIRM, &digital(&json!(transaction))).await;
    assert_eq!(lost.error(), (400, "INVALID_REQUEST".to_owned()), "{}", lost.text);
    world.advance(TimeDelta::minutes(5));
    let open = open(world).await;
    let attempt = open.iter().find(|it| it["transactionId"] == transaction).unwrap();
    attempt["id"].as_str().unwrap().to_owned()
}
