//! `/receipts`, `/receipts/external` and `/partners/receipts`

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{Shop, V1Reply};
use crate::world::{SMARTRO, account_payment, with};

fn receiver() -> Value {
    json!({"identifier": "01000001234", "identifier_type": "phone", "buyer_name": "Port Kim",
        "buyer_tel": "01000001234"})
}

fn external() -> Value {
    let mut body = receiver();
    let more = json!({"channel_key": SMARTRO, "name": "Monthly pass", "amount": 1100});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

async fn delete(shop: &Shop, path: &str) -> V1Reply {
    shop.send("DELETE", path, None).await
}

#[tokio::test]
async fn v1_083_a_receipt_is_issued_once_read_and_cancelled_once() {
    let shop = Shop::new().await;
    let imp_uid = shop.held("order1").await;
    let path = format!("/receipts/{imp_uid}");
    assert_eq!(shop.get(&path).await.refusal().0, 404);
    let never = delete(&shop, &path).await;
    assert!(never.refusal().0 == 400 && never.refusal().2.starts_with("V1-084"), "{}", never.refusal().2);
    let issued = shop.post(&path, &receiver()).await.response().clone();
    assert_eq!(
        (&issued["imp_uid"], &issued["amount"], &issued["vat"], &issued["type"]),
        (&json!(imp_uid), &json!(8900), &json!(809), &json!("person"))
    );
    assert!(!issued["apply_num"].as_str().unwrap().is_empty() && issued["applied_at"].as_i64().unwrap() > 0);
    assert_eq!(shop.get(&path).await.response(), &issued);
    let again = shop.post(&path, &receiver()).await;
    assert_eq!((again.refusal().0, again.refusal().1), (400, 1));
    let v2 = shop.world.get("/payments/order1/cash-receipt").await.json();
    assert_eq!((&v2["status"], &v2["issueNumber"]), (&json!("ISSUED"), &issued["apply_num"]));
    shop.world.advance(TimeDelta::seconds(5));
    let cancelled = delete(&shop, &path).await.response().clone();
    assert!(cancelled["cancelled_at"].as_i64() > issued["applied_at"].as_i64(), "{cancelled}");
    assert_eq!(delete(&shop, &path).await.refusal().0, 400);
    assert_eq!(shop.get(&path).await.response()["cancelled_at"], cancelled["cancelled_at"]);
}

#[tokio::test]
async fn v1_083_only_what_was_paid_like_cash_has_one() {
    let shop = Shop::new().await;
    let card = shop.paid("order1").await;
    let reply = shop.post(&format!("/receipts/{card}"), &receiver()).await;
    assert!(
        reply.refusal().0 == 400 && reply.refusal().2.starts_with("V1-083 imp_uid: was not paid by transfer"),
        "{}",
        reply.refusal().2
    );
    let failed = shop.failed("order2", crate::world::OVER_LIMIT).await;
    let reply = shop.post(&format!("/receipts/{failed}"), &receiver()).await;
    assert!(reply.refusal().0 == 400 && reply.refusal().2.contains("FAILED"), "{}", reply.refusal().2);
    let unknown = shop.post("/receipts/imp_000000000001", &receiver()).await;
    assert_eq!(unknown.refusal(), (200, 1, "존재하지 않는 결제정보입니다."));
    let held = shop.held("order3").await;
    let missing = shop.post(&format!("/receipts/{held}"), &json!({"identifier_type": "email"})).await;
    let (status, code, message) = missing.refusal();
    assert_eq!((status, code), (400, 1));
    assert!(
        message.starts_with("파라미터 누락: identifier\n") && message.contains("identifier_type"),
        "{message}"
    );
}

#[tokio::test]
async fn what_smartro_refuses_is_told_in_its_words() {
    let shop = Shop::new().await;
    // An account without a receipt of its own.
    let account = with(account_payment(SMARTRO), "/method/virtualAccount/cashReceipt", Value::Null);
    assert_eq!(shop.world.post("/payments/order1/instant", &account).await.status, 200);
    shop.world.deposited("order1").await;
    let imp_uid = shop.imp_uid("order1").await;
    let short = with(receiver(), "/identifier", json!("12"));
    let reply = shop.post(&format!("/receipts/{imp_uid}"), &short).await;
    let (status, code, message) = reply.refusal();
    assert_eq!((status, code), (500, -1));
    assert!(message.contains("S604"), "{message}");
    assert_eq!(shop.get(&format!("/receipts/{imp_uid}")).await.refusal().0, 404, "it was never issued");
}

#[tokio::test]
async fn v1_085_a_receipt_for_what_was_paid_elsewhere_goes_by_its_merchant_uid() {
    let shop = Shop::new().await;
    let path = "/receipts/external/cash1";
    assert_eq!(shop.get(path).await.refusal().0, 404);
    assert_eq!(delete(&shop, path).await.refusal().0, 404);
    let issued = shop.post(path, &external()).await.response().clone();
    assert_eq!((&issued["merchant_uid"], &issued["vat"]), (&json!("cash1"), &json!(100)));
    assert_eq!(shop.get(path).await.response(), &issued);
    assert_eq!(shop.post(path, &external()).await.refusal().0, 400);
    assert!(delete(&shop, path).await.response()["cancelled_at"].as_i64().unwrap() > 0);
    let missing = shop.post("/receipts/external/cash2", &json!({"channel_key": SMARTRO})).await;
    let message = missing.refusal().2;
    assert!(missing.refusal().0 == 400 && message.starts_with("파라미터 누락: "), "{message}");
    for name in ["name", "amount", "identifier"] {
        assert!(message.lines().next().unwrap().contains(name), "{name}: {message}");
    }
}

/// A PG without receipts is 501, and a payment of it too.
#[tokio::test]
async fn v1_083_a_pg_without_receipts_says_so() {
    let shop = Shop::new().await;
    let body = with(external(), "/channel_key", json!(crate::paymentwall::PAYMENTWALL));
    crate::paymentwall::channel(&shop.world).await;
    let reply = shop.post("/receipts/external/cash1", &body).await;
    let (status, code, message) = reply.refusal();
    assert_eq!((status, code), (501, 1), "{message}");
    assert!(message.starts_with("PW-CAP channel"), "{message}");
}

#[tokio::test]
async fn sub_shops_are_read_and_refused_by_a_pg_without_them() {
    let shop = Shop::new().await;
    let imp_uid = shop.paid("order1").await;
    let path = format!("/partners/receipts/{imp_uid}");
    let sub_shop =
        json!({"business_registration_number": "123-45-67890", "company_name": "Sub-shop", "amount": 8900});
    let reply = shop.post(&path, &json!({"data": [sub_shop]})).await;
    let (status, code, message) = reply.refusal();
    assert_eq!((status, code), (501, 1), "{message}");
    assert!(message.starts_with("KPN-CAP"), "{message}");
    for bad in [json!({}), json!({"data": []}), json!({"data": [{"company_name": "Sub-shop"}]})] {
        let reply = shop.post(&path, &bad).await;
        assert!(
            reply.refusal().0 == 400 && reply.refusal().2.starts_with("파라미터 누락: data"),
            "{bad}: {}",
            reply.refusal().2
        );
    }
    let form = "data%5B0%5D%5Bbusiness_registration_number%5D=1&data%5B0%5D%5Bcompany_name%5D=S&data%5B0%5D%5Bamount%5D=8900";
    assert_eq!(shop.form("POST", &path, form).await.refusal().0, 501);
    let unknown = shop.post("/partners/receipts/imp_000000000001", &json!({"data": [sub_shop]})).await;
    assert_eq!(unknown.refusal().0, 404);
    assert_eq!(shop.get("/tiers/ABC").await.refusal().0, 404);
    assert!(shop.get("/tiers/abcd").await.refusal().2.contains("is no code"));
}
