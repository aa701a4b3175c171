//! Bodies in JSON and in forms.

use serde_json::json;

use super::{Shop, V1Reply};
use crate::http::Call;

#[tokio::test]
async fn v1_002_and_iamport_099_json_and_forms_say_the_same() {
    let shop = Shop::new().await;
    shop.paid("order1").await;
    shop.paid("order2").await;
    let extra = json!({"requester": "customer"});
    let json = shop
        .post(
            "/payments/cancel",
            &json!({"merchant_uid": "order1", "amount": 900, "checksum": 8900, "extra": extra}),
        )
        .await;
    let form = "merchant_uid=order2&amount=900&checksum=8900&extra%5Brequester%5D=customer&reason=";
    let form = shop.form("POST", "/payments/cancel", form).await;
    for reply in [&json, &form] {
        let payment = reply.response();
        assert_eq!((&payment["cancel_amount"], &payment["status"]), (&json!(900), &json!("cancelled")));
        assert_eq!(payment["cancel_reason"], "취소요청api");
    }
    let token = format!("imp_key=imp-{}&imp_secret={}", crate::world::STORE, crate::world::V1_SECRET);
    assert_eq!(shop.form("POST", "/users/getToken", &token).await.status, 200);
}

#[tokio::test]
async fn amounts_are_numbers_in_json_and_texts_in_forms() {
    let shop = Shop::new().await;
    shop.paid("order1").await;
    for amount in [json!("900"), json!({"total": 900}), json!(true)] {
        let body = json!({"merchant_uid": "order1", "amount": amount});
        let reply = shop.post("/payments/cancel", &body).await;
        let (status, code, message) = reply.refusal();
        assert_eq!((status, code), (200, 1));
        assert!(
            message.contains("V1-051 amount: is") && message.contains("send a number without quotes"),
            "{message}"
        );
    }
    for amount in [json!(-1), json!(1e300)] {
        let body = json!({"merchant_uid": "order1", "amount": amount});
        let message = shop.post("/payments/cancel", &body).await.refusal().2.to_owned();
        assert!(message.contains("V1-051 amount: is no amount"), "{message}");
    }
    let message = shop.form("POST", "/payments/cancel", "merchant_uid=order1&amount=1,000").await;
    assert!(message.refusal().2.contains("V1-051 amount: is no amount"), "{}", message.refusal().2);
}

#[tokio::test]
async fn what_cannot_be_read_is_told_by_place_and_every_mistake_together() {
    let shop = Shop::new().await;
    let send = async |body: &str| {
        let call = Call::new("POST", "/v1/payments/cancel").header("authorization", &shop.token);
        V1Reply::from(shop.world.send(call.header("content-type", "application/json").body(body)).await)
    };
    let reply = send("{\"amount\": 1,}").await;
    assert!(reply.refusal().2.contains("V1-INPUT body: the body is not JSON"), "{}", reply.reply.text);
    assert!(send("[]").await.refusal().2.contains("an array"));
    let reply =
        send(r#"{"amount": "x", "checksum": null, "enable_webhook": "yes", "merchant_uidd": "a"}"#).await;
    let message = reply.refusal().2;
    assert!(message.starts_with("파라미터 누락: imp_uid\n"), "{message}");
    for part in [
        "V1-050 imp_uid: is missing",
        "V1-051 amount: is a text",
        "V1-INPUT enable_webhook: is",
        "did you mean `merchant_uid`?",
    ] {
        assert!(message.contains(part), "{part}: {message}");
    }
    assert_eq!(
        reply.reply.header("x-portone-unknown-fields"),
        Some("merchant_uidd (did you mean merchant_uid?)")
    );
}
