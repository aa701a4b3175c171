//! `POST /payments/{paymentId}/cancel`

use insta::{assert_json_snapshot, assert_snapshot};
use serde_json::{Value, json};

use crate::world::{
    APPROVED, KPN, Line, OVER_LIMIT, SMARTRO, World, account_payment, card_payment, is_uuid, with,
};

async fn cancel(world: &World, body: Value) -> crate::http::Reply {
    world.post("/payments/order1/cancel", &body).await
}

#[tokio::test]
async fn a_payment_is_cancelled_in_whole() {
    let world = World::new().await;
    world.paid("order1").await;
    let reply = cancel(&world, json!({"reason": "changed my mind", "requester": "CUSTOMER"})).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let answer = reply.json();
    assert!(is_uuid(answer["cancellation"]["id"].as_str().unwrap()));
    assert_json_snapshot!(answer, @r#"
    {
      "cancellation": {
        "cancelledAt": "2026-11-21T00:00:00.125Z",
        "id": "01a1fb67-187d-7000-8000-000000050000",
        "pgCancellationId": "KPN3765651E99117B809575",
        "reason": "changed my mind",
        "requestedAt": "2026-11-21T00:00:00.125Z",
        "status": "SUCCEEDED",
        "taxFreeAmount": 0,
        "totalAmount": 8900,
        "trigger": "API",
        "vatAmount": 809
      }
    }
    "#);
    let again = cancel(&world, json!({"reason": "again"})).await;
    assert_eq!(again.error(), (409, "PAYMENT_ALREADY_CANCELLED".to_owned()));
}

#[tokio::test]
async fn what_the_ledger_refuses_has_a_type_of_its_own() {
    let world = World::new().await;
    let body = with(card_payment(KPN, APPROVED), "/amount", json!({"total": 1100, "taxFree": 100}));
    assert_eq!(world.post("/payments/order1/instant", &body).await.status, 200);
    let cases = [
        (json!({"amount": 1101}), "CANCEL_AMOUNT_EXCEEDS_CANCELLABLE_AMOUNT"),
        (
            json!({"amount": 500, "taxFreeAmount": 101}),
            "CANCEL_TAX_FREE_AMOUNT_EXCEEDS_CANCELLABLE_TAX_FREE_AMOUNT",
        ),
        (json!({"amount": 1050}), "CANCEL_TAX_AMOUNT_EXCEEDS_CANCELLABLE_TAX_AMOUNT"),
        (json!({"amount": 100, "taxFreeAmount": 50, "vatAmount": 51}), "SUM_OF_PARTS_EXCEEDS_CANCEL_AMOUNT"),
        (json!({"currentCancellableAmount": 1000}), "CANCELLABLE_AMOUNT_CONSISTENCY_BROKEN"),
    ];
    for (mut body, expected) in cases {
        body["reason"] = json!("test");
        assert_eq!(cancel(&world, body).await.error(), (409, expected.to_owned()));
    }
}

#[tokio::test]
async fn only_a_paid_payment_can_be_cancelled() {
    let world = World::new().await;
    let unknown = cancel(&world, json!({"reason": "test"})).await;
    assert_eq!(unknown.error(), (404, "PAYMENT_NOT_FOUND".to_owned()));
    world.post("/payments/order1/instant", &card_payment(KPN, OVER_LIMIT)).await;
    let failed = cancel(&world, json!({"reason": "test"})).await;
    assert_eq!(failed.error(), (409, "PAYMENT_NOT_PAID".to_owned()));
}

#[tokio::test]
async fn a_pg_that_does_not_answer() {
    let world = World::new().await;
    world.paid("order1").await;
    world.wire.set(Line::Cut);
    let reply = cancel(&world, json!({"reason": "test"})).await;
    assert_eq!((reply.status, &reply.json()["pgCode"]), (502, &json!("UNAVAILABLE")));
    world.wire.set(Line::Dumb);
    let reply = cancel(&world, json!({"reason": "test"})).await;
    assert_eq!((reply.status, &reply.json()["pgCode"]), (502, &json!("UNKNOWN_OUTCOME")));
}

#[tokio::test]
async fn a_cancel_has_a_limit_that_is_told_with_a_type_every_client_knows() {
    let world = World::new().await;
    world.paid("order1").await;
    for _ in 0..20 {
        assert_eq!(cancel(&world, json!({"reason": "test", "amount": 1})).await.status, 200);
    }
    let reply = cancel(&world, json!({"reason": "test", "amount": 1})).await;
    assert_eq!(reply.error(), (400, "INVALID_REQUEST".to_owned()));
}

#[tokio::test]
async fn a_cancel_is_read_strictly() {
    let world = World::new().await;
    let body = json!({"amount": 0, "taxFreeAmount": "1", "requester": "BUYER",
        "promotionDiscountRetainOption": "KEEP", "refundAccount": {"bank": "Shinhan", "number": 110_123_456_789_i64}});
    let reply = cancel(&world, body).await;
    assert_snapshot!(reply.message(), @r"
    V2-060 reason: is missing; send a text
    V2-067 promotionDiscountRetainOption: `KEEP` is no documented value; send one of RETAIN, RELEASE
    V2-060 amount: is 0; send 1 or more
    V2-060 taxFreeAmount: is a text; send a whole number without quotes
    V2-060 requester: `BUYER` is no documented value; send one of CUSTOMER, ADMIN
    V2-065 refundAccount.bank: `Shinhan` is no documented value; did you mean `SHINHAN`?
    V2-065 refundAccount.number: is a number; send a text of digits (the value is not shown)
    V2-065 refundAccount.holderName: is missing; send a text
    ");
}

#[tokio::test]
async fn v2_065_a_deposit_goes_back_to_an_account_that_is_named() {
    let world = World::new().await;
    assert_eq!(world.post("/payments/order1/instant", &account_payment(SMARTRO)).await.status, 200);
    world.deposited("order1").await;
    let sent_count = world.wire.sent_count();
    let nameless = cancel(&world, json!({"reason": "test"})).await;
    assert_eq!(nameless.error(), (400, "INVALID_REQUEST".to_owned()));
    assert!(nameless.message().contains("refundAccount"), "{}", nameless.message());
    let mut account = json!({"bank": "SHINHAN", "number": "110123456789", "holderName": "Kim Port"});
    let silent = cancel(&world, json!({"reason": "test", "refundAccount": account})).await;
    assert!(silent.message().contains("refundAccount.holderPhoneNumber"), "{}", silent.message());
    assert_eq!(world.wire.sent_count(), sent_count, "the PG is not called");
    account["holderPhoneNumber"] = json!("01012345678");
    let named = cancel(&world, json!({"reason": "test", "refundAccount": account})).await;
    assert_eq!(named.json()["cancellation"]["status"], "REQUESTED");
}

#[tokio::test]
async fn a_member_without_effect_is_told() {
    let world = World::new().await;
    world.paid("order1").await;
    let reply = cancel(&world, json!({"reason": "test", "refundEmail": "a@example.com"})).await;
    assert_eq!(reply.header("x-portone-unknown-fields"), Some("refundEmail (not used here)"));
}
