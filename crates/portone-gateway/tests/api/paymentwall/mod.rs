//! `/paymentwall/…`

mod delivery_confirm;

use serde_json::{Value, json};

use crate::world::{APPROVED, World, card_payment, with};

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
