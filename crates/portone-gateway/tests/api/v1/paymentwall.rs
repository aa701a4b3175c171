//! Paymentwall through the V1 face, at a V1 upstream (seed 004).

use serde_json::{Value, json};

use super::subscribe::{both, card};
use super::{Shop, V1Reply};
use crate::paymentwall;
use crate::world::{APPROVED, World};

async fn shop() -> Shop {
    let world = World::new().await;
    paymentwall::channel(&world).await;
    Shop::of(world).await
}

/// What Paymentwall takes, with these members changed; null takes one away.
fn onetime(id: &str, changed: &Value) -> Value {
    let body = json!({"merchant_uid": id, "amount": 20, "currency": "USD", "name": "Monthly pass", "pg": "paymentwall",
        "buyer_name": "Jack Son", "buyer_email": "test@portone.io", "browser_ip": "203.0.113.7", "cvc": "123"});
    let Value::Object(mut members) = both(both(card(APPROVED), &body), changed) else { panic!("an object") };
    members.retain(|_, value| !value.is_null());
    Value::Object(members)
}

async fn pay(shop: &Shop, id: &str, changed: &Value) -> V1Reply {
    shop.post("/subscribe/payments/onetime", &onetime(id, changed)).await
}

/// Each is refused with its rule before anything is sent.
#[tokio::test]
async fn what_paymentwall_would_refuse_is_not_sent() {
    let shop = shop().await;
    let sent = shop.world.wire.sent_count();
    for (rule, changed) in [
        ("PW-002 buyer_name", json!({"buyer_name": "JackSon"})),
        ("PW-002 buyer_name", json!({"buyer_name": "Jack  Son"})),
        ("PW-007 amount", json!({"amount": 1.50})),
        ("IAMPORT-050 amount", json!({"amount": "20"})),
        ("PW-027 cvc", json!({"cvc": null})),
        ("PW-027 cvc", json!({"cvc": "12"})),
        ("PW-028 browser_ip", json!({"browser_ip": null})),
        ("PW-028 browser_ip", json!({"browser_ip": "home"})),
    ] {
        let reply = pay(&shop, "order1", &changed).await;
        assert!(reply.refusal().2.contains(rule), "{changed}: {}", reply.reply.text);
    }
    let virtual_account = shop.world.wire.sent_count();
    assert_eq!(virtual_account, sent, "nothing reached the PG");
}

#[tokio::test]
async fn whole_amounts_are_paid_and_known_upstream_by_the_same_amount() {
    let shop = shop().await;
    let paid = pay(&shop, "order1", &json!({})).await;
    let payment = paid.response();
    assert_eq!(
        (&payment["status"], &payment["amount"], &payment["currency"]),
        (&json!("paid"), &json!(20), &json!("USD"))
    );
    assert_eq!((&payment["pg_provider"], &payment["pg_id"]), (&json!("paymentwall"), &json!("project1")));
    let ledger = shop.world.wire.read("/sandbox/v1/payments");
    let upstream = &ledger["payments"][0];
    assert_eq!((&upstream["amount"], &upstream["currency"]), (&json!(20), &json!("USD")), "{ledger}");
    // A birth date is nothing a foreign PG asks for (PW-029).
    let without = pay(&shop, "order2", &json!({"birth": null})).await;
    assert_eq!(without.response()["status"], "paid", "{}", without.reply.text);
}

/// Half a 3-D Secure step is not sent (PW-030), and no key is issued without a window (PW-031).
#[tokio::test]
async fn pw_031_no_key_is_issued_without_a_window() {
    let shop = shop().await;
    let sent = shop.world.wire.sent_count();
    let issue = both(card(APPROVED), &json!({"pg": "paymentwall", "cvc": "123"}));
    let reply = shop.post("/subscribe/customers/card1", &issue).await;
    assert!(reply.refusal().2.contains("PW-"), "{}", reply.reply.text);
    assert_eq!(shop.world.wire.sent_count(), sent);
}

/// PW-034: Paymentwall tells of a cancel later. Until then the payment stays paid, and what is asked for is not left to cancel.
#[tokio::test]
async fn pw_034_a_cancel_is_not_done_until_paymentwall_says_so() {
    let shop = shop().await;
    pay(&shop, "order1", &json!({})).await.response();
    let accepted = shop.post("/payments/cancel", &json!({"merchant_uid": "order1", "checksum": 20})).await;
    let payment = accepted.response();
    assert_eq!((&payment["status"], &payment["cancel_history"]), (&json!("paid"), &json!([])), "{payment}");
    assert_eq!(payment["cancel_amount"], 20, "what is left is the checksum");
    let again = shop.post("/payments/cancel", &json!({"merchant_uid": "order1"})).await;
    assert_eq!((again.refusal().0, again.refusal().1), (200, 1), "{}", again.reply.text);
}
