//! `POST /paymentwall/delivery`

use serde_json::{Value, json};

use super::Shop;
use crate::paymentwall::{PAYMENTWALL, channel, fault, paid};
use crate::world::with;

fn digital(imp_uid: &str) -> Value {
    json!({"imp_uid": imp_uid, "merchant_uid": "digital1", "type": "digital", "status": "delivered",
        "estimated_delivery_datetime": 1_763_600_400, "estimated_update_datetime": 1_763_600_400,
        "refundable": "yes", "details": "A pass", "shipping_address_email": "port@example.com"})
}

async fn shop() -> (Shop, String) {
    let shop = Shop::new().await;
    channel(&shop.world).await;
    paid(&shop.world, "digital1").await;
    let imp_uid = shop.imp_uid("digital1").await;
    (shop, imp_uid)
}

#[tokio::test]
async fn pw_026_a_delivery_is_told_and_its_success_is_one() {
    let (shop, imp_uid) = shop().await;
    let reply = shop.post("/paymentwall/delivery", &digital(&imp_uid)).await;
    assert_eq!(reply.response(), &json!({"success": 1}));
    let transaction = shop
        .world
        .engine
        .payment(&"store-test".parse().unwrap(), &"digital1".parse().unwrap())
        .await
        .unwrap();
    assert_eq!(transaction.delivery.unwrap().status, portone_core::DeliveryStatus::Delivered);
    let goods = with(digital(&imp_uid), "/type", json!("physical"));
    let message = shop.post("/paymentwall/delivery", &goods).await;
    assert!(message.refusal().2.contains("PW-023"), "{}", message.refusal().2);
}

#[tokio::test]
async fn pw_026_what_paymentwall_refuses_is_told_with_its_code_and_words() {
    let (shop, imp_uid) = shop().await;
    fault(&shop.world, json!({"kind": "decline", "code": "3000", "message": "Tracking number unknown"}));
    let reply = shop.post("/paymentwall/delivery", &digital(&imp_uid)).await;
    assert_eq!((reply.status, &reply.body["code"]), (200, &json!(-1)));
    // Paymentwall's notices stand behind its error.
    let words = "Tracking number unknown; 3000";
    let expected = json!({"error_code": 3000, "error": words, "notices": [words]});
    assert_eq!(reply.body["response"], expected);
}

#[tokio::test]
async fn a_delivery_of_another_payment_or_pg_is_refused() {
    let (shop, imp_uid) = shop().await;
    let unknown = shop.post("/paymentwall/delivery", &digital("imp_000000000001")).await;
    assert_eq!(unknown.refusal(), (200, 1, "존재하지 않는 결제정보입니다."));
    let other = with(digital(&imp_uid), "/merchant_uid", json!("another"));
    assert!(shop.post("/paymentwall/delivery", &other).await.refusal().2.contains("PW-022 merchant_uid"));
    let kpn = shop.paid("order1").await;
    let of_kpn = with(digital(&kpn), "/merchant_uid", json!("order1"));
    assert!(shop.post("/paymentwall/delivery", &of_kpn).await.refusal().2.contains("KPN-CAP"));
    let missing = shop.post("/paymentwall/delivery", &json!({"type": "both"})).await;
    let message = missing.refusal().2;
    assert!(message.starts_with("파라미터 누락: imp_uid, merchant_uid, status"), "{message}");
}

/// V2 shows a payment of V1 by its `imp_uid`, and takes it back as its transaction's id (rule V1-103).
#[tokio::test]
async fn v1_103_v2_takes_the_imp_uid_of_a_payment_of_v1() {
    let (shop, _) = shop().await;
    let card = json!({"channel_key": PAYMENTWALL, "merchant_uid": "digital2", "amount": 8900, "currency": "KRW",
        "name": "Pass", "card_number": "4242-4242-4242-4242", "expiry": "2030-12", "cvc": "123",
        "buyer_name": "Port Kim", "buyer_email": "port@example.com", "browser_ip": "203.0.113.7"});
    let paid = shop.post("/subscribe/payments/onetime", &card).await;
    assert_eq!(paid.response()["status"], "paid", "{}", paid.reply.text);
    let told = crate::paymentwall::digital(&paid.response()["imp_uid"]);
    let reply = shop.world.post(crate::paymentwall::CONFIRM, &told).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let of_v2 = crate::paymentwall::digital(&json!(shop.imp_uid("digital1").await));
    let reply = shop.world.post(crate::paymentwall::CONFIRM, &of_v2).await;
    assert_eq!(reply.status, 404, "{}", reply.text);
}
