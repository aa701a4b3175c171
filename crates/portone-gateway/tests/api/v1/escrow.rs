//! `/escrows/logis/{imp_uid}`

use serde_json::{Value, json};

use super::Shop;
use crate::world::with;

fn delivery(company: &str, invoice: &str) -> Value {
    let party = json!({"name": "Port Kim", "tel": "01000001234", "postcode": "06133",
        "formed_address": {"address_line_1": "Teheran-ro 1", "address_line_2": "5F"}});
    json!({"sender": party, "receiver": party,
        "logis": {"company": company, "invoice": invoice, "sent_at": 1_763_600_400}})
}

#[tokio::test]
async fn v1_086_a_delivery_is_registered_once_changed_and_read() {
    let shop = Shop::new().await;
    let imp_uid = shop.held("order1").await;
    let path = format!("/escrows/logis/{imp_uid}");
    assert_eq!(shop.get(&path).await.refusal().0, 409);
    let early = shop.send("PUT", &path, Some(&delivery("CJGLS", "1"))).await;
    assert!(early.refusal().0 == 409 && early.refusal().2.starts_with("V1-086"), "{}", early.refusal().2);
    let registered = shop.post(&path, &delivery("CJGLS", "1")).await.response().clone();
    let expected = json!({"company": "CJGLS", "invoice": "1", "sent_at": 1_763_600_400,
        "applied_at": shop.world.engine.now().timestamp()});
    assert_eq!(registered, expected);
    assert_eq!(shop.get(&path).await.response(), &expected);
    assert_eq!(shop.post(&path, &delivery("CJGLS", "2")).await.refusal().0, 409);
    let changed = shop.send("PUT", &path, Some(&delivery("HYUNDAI", "2"))).await;
    assert_eq!(
        (&changed.response()["company"], &changed.response()["invoice"]),
        (&json!("HYUNDAI"), &json!("2"))
    );
    let v2 = shop.world.get("/payments/order1").await.json();
    assert_eq!(
        (&v2["escrow"]["company"], &v2["escrow"]["invoiceNumber"]),
        (&json!("LOTTE"), &json!("2")),
        "one ledger"
    );
}

#[tokio::test]
async fn v1_087_a_carrier_that_v1_does_not_name_is_etc() {
    let shop = Shop::new().await;
    let imp_uid = shop.held("order1").await;
    let path = format!("/escrows/logis/{imp_uid}");
    assert_eq!(shop.post(&path, &delivery("FOO", "1")).await.response()["company"], "ETC");
    assert_eq!(shop.world.get("/payments/order1").await.json()["escrow"]["company"], "ETC");
}

#[tokio::test]
async fn what_cannot_be_delivered_is_refused_by_its_status() {
    let shop = Shop::new().await;
    let unknown = shop.post("/escrows/logis/imp_000000000001", &delivery("CJGLS", "1")).await;
    assert_eq!(unknown.refusal(), (404, 404, "존재하지 않는 결제정보입니다."));
    let plain = shop.paid("order1").await;
    let reply = shop.post(&format!("/escrows/logis/{plain}"), &delivery("CJGLS", "1")).await;
    assert!(reply.refusal().0 == 409 && reply.refusal().2.contains("escrow"), "{}", reply.refusal().2);
    let held = shop.held("order2").await;
    let sent = shop.world.wire.sent_count();
    let body = with(delivery("CJGLS", "1"), "/logis", json!({"company": "CJGLS", "products": 1}));
    let reply = shop.post(&format!("/escrows/logis/{held}"), &body).await;
    let (status, _, message) = reply.refusal();
    assert_eq!(status, 400, "{message}");
    assert!(message.starts_with("파라미터 누락: logis.invoice, logis.sent_at"), "{message}");
    let bare = json!({"logis": {"company": "CJGLS", "invoice": "1", "sent_at": 1_763_600_400}});
    let reply = shop.post(&format!("/escrows/logis/{held}"), &bare).await;
    assert!(reply.refusal().2.contains("SMARTRO-122 sender"), "{}", reply.refusal().2);
    let products = with(delivery("CJGLS", "1"), "/logis/invoice", json!("2"));
    let mut products = products;
    products["products"] = json!([{"id": "p1", "name": "Pass"}]);
    let reply = shop.post(&format!("/escrows/logis/{held}"), &products).await;
    assert!(reply.refusal().2.contains("products[0].amount"), "{}", reply.refusal().2);
    assert_eq!(shop.world.wire.sent_count(), sent);
}
