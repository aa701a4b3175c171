//! `/payments/prepare`.

use portone_core::{Currency, PaymentAmount};
use portone_engine::EngineError;
use serde_json::json;

use super::Shop;
use crate::world::STORE;

#[tokio::test]
async fn v1_042_an_amount_is_registered_read_and_changed() {
    let shop = Shop::new().await;
    let missing = (404, 404, "사전등록된 결제정보가 존재하지 않습니다.");
    assert_eq!(shop.get("/payments/prepare/order1").await.refusal(), missing);
    let body = json!({"merchant_uid": "order1", "amount": 8900});
    assert_eq!(shop.send("PUT", "/payments/prepare", Some(&body)).await.refusal(), missing);
    let told = json!({"merchant_uid": "order1", "amount": 8900, "currency": null});
    assert_eq!(shop.post("/payments/prepare", &body).await.response(), &told);
    assert_eq!(shop.get("/payments/prepare/order1").await.response(), &told);
    let form = shop.form("PUT", "/payments/prepare", "merchant_uid=order1&amount=20.5&currency=USD").await;
    let told = json!({"merchant_uid": "order1", "amount": 20.5, "currency": "USD"});
    assert_eq!(form.response(), &told);
    assert_eq!(shop.get("/payments/prepare/order1").await.response(), &told);
}

#[tokio::test]
async fn v1_042_what_cannot_be_registered_is_told() {
    let shop = Shop::new().await;
    for (body, problem) in [
        (json!({"amount": 1}), "V1-021 merchant_uid: is missing"),
        (json!({"merchant_uid": "a".repeat(41), "amount": 1}), "V1-021 merchant_uid: is 41 characters"),
        (json!({"merchant_uid": "a"}), "V1-042 amount: is missing"),
        (json!({"merchant_uid": "a", "amount": 1, "currency": "WON"}), "V1-042 currency: `WON`"),
        (
            json!({"merchant_uid": "a", "amount": 1.5, "currency": "KRW"}),
            "V1-042 amount: is 1.5, no amount of KRW",
        ),
    ] {
        let reply = shop.post("/payments/prepare", &body).await;
        let (status, code, message) = reply.refusal();
        assert!((status, code) == (200, 1) && message.contains(problem), "{body}: {message}");
    }
    shop.paid("order1").await;
    let reply = shop.post("/payments/prepare", &json!({"merchant_uid": "order1", "amount": 1})).await;
    assert_eq!((reply.refusal().0, reply.refusal().1), (200, 1), "{}", reply.reply.text);
}

#[tokio::test]
async fn v1_043_a_window_of_another_amount_is_stopped() {
    let shop = Shop::new().await;
    let check = async |total: i64, currency: Currency| {
        let (store, id) = (STORE.parse().unwrap(), "order1".parse().unwrap());
        shop.world.engine.check_registered(&store, &id, &PaymentAmount::total(total, currency)).await
    };
    let body = json!({"merchant_uid": "order1", "amount": 20});
    shop.post("/payments/prepare", &body).await.response();
    // Without a currency it is twenty of any.
    assert_eq!(check(20, Currency::KRW).await, Ok(()));
    assert_eq!(check(2000, Currency::USD).await, Ok(()));
    assert_eq!(check(20, Currency::USD).await, Err(EngineError::DiffersFromRegistered("totalAmount")));
    assert_eq!(check(19, Currency::KRW).await, Err(EngineError::DiffersFromRegistered("totalAmount")));
    let body = json!({"merchant_uid": "order1", "amount": 20, "currency": "USD"});
    shop.post("/payments/prepare", &body).await.response();
    assert_eq!(check(2000, Currency::USD).await, Ok(()));
    assert_eq!(check(2000, Currency::KRW).await, Err(EngineError::DiffersFromRegistered("currency")));
}
