//! `POST /payments/cancel`.

use serde_json::{Value, json};

use super::{Shop, V1Reply};
use crate::world::{Line, OVER_LIMIT, SMARTRO, account_payment};

async fn cancel(shop: &Shop, body: Value) -> V1Reply {
    shop.post("/payments/cancel", &body).await
}

#[tokio::test]
async fn v1_050_the_imp_uid_wins_and_a_wrong_one_fails() {
    let shop = Shop::new().await;
    let imp_uid = shop.paid("order1").await;
    shop.paid("order2").await;
    let nothing = (200, 1, "취소할 결제건이 존재하지 않습니다.");
    let wrong = json!({"imp_uid": "imp_000000000001", "merchant_uid": "order1"});
    assert_eq!(cancel(&shop, wrong).await.refusal(), nothing);
    assert_eq!(cancel(&shop, json!({"merchant_uid": "order9"})).await.refusal(), nothing);
    let reply = cancel(&shop, json!({"imp_uid": imp_uid, "merchant_uid": "order2"})).await;
    assert_eq!(reply.response()["merchant_uid"], "order1");
    assert_eq!(shop.get("/payments/find/order2").await.response()["status"], "paid");
}

#[tokio::test]
async fn v1_050_an_attempt_that_was_never_paid_is_not_cancelled_in_another_s_place() {
    let shop = Shop::new().await;
    let failed = shop.failed("order1", OVER_LIMIT).await;
    shop.paid("order1").await;
    let reply = cancel(&shop, json!({"imp_uid": failed})).await;
    let (status, code, message) = reply.refusal();
    assert!(
        (status, code) == (200, 1) && message.starts_with("취소할 결제건이 존재하지 않습니다.\n"),
        "{message}"
    );
    assert_eq!(shop.get("/payments/find/order1").await.response()["cancel_amount"], 0);
}

#[tokio::test]
async fn v1_051_nothing_and_zero_are_the_whole_rest() {
    let shop = Shop::new().await;
    shop.paid("order1").await;
    let reply = cancel(&shop, json!({"merchant_uid": "order1", "amount": 3000, "reason": "size"})).await;
    let part = reply.response();
    assert_eq!((&part["cancel_amount"], &part["status"]), (&json!(3000), &json!("cancelled")), "V1-027");
    let reply = cancel(&shop, json!({"merchant_uid": "order1", "amount": 6000})).await;
    assert_eq!(
        reply.refusal().2,
        "V1-051 amount: is 6000, but only 5900 can be cancelled; send no more, or none for all of it"
    );
    let whole = cancel(&shop, json!({"merchant_uid": "order1", "amount": 0})).await;
    let payment = whole.response();
    assert_eq!((&payment["cancel_amount"], &payment["status"]), (&json!(8900), &json!("cancelled")));
    let history = payment["cancel_history"].as_array().unwrap();
    assert_eq!(
        history.iter().map(|cancel| cancel["amount"].clone()).collect::<Vec<_>>(),
        [3000, 5900],
        "V1-028"
    );
    assert_eq!((&history[0]["reason"], &payment["cancel_reason"]), (&json!("size"), &json!("취소요청api")));
    assert!(history.iter().all(|cancel| cancel["cancelled_at"].as_i64().unwrap() > 0));
    assert_eq!(payment["cancelled_at"], history[1]["cancelled_at"]);
}

#[tokio::test]
async fn v1_052_a_checksum_is_what_can_be_cancelled() {
    let shop = Shop::new().await;
    shop.paid("order1").await;
    let sent = shop.world.wire.sent_count();
    let reply = cancel(&shop, json!({"merchant_uid": "order1", "amount": 900, "checksum": 8000})).await;
    assert_eq!(
        reply.refusal(),
        (200, 1, "V1-052 checksum: is 8000, but 8900 can be cancelled; read the payment and decide anew")
    );
    assert_eq!(shop.world.wire.sent_count(), sent, "no PG was asked");
    for (amount, checksum) in [(900, json!(8900)), (900, json!(8000)), (900, Value::Null)] {
        let body = json!({"merchant_uid": "order1", "amount": amount, "checksum": checksum});
        cancel(&shop, body).await.response();
    }
    let again = cancel(&shop, json!({"merchant_uid": "order1", "amount": 900, "checksum": 8900})).await;
    assert_eq!(again.refusal().1, 1, "the same cancel sent twice is one");
}

#[tokio::test]
async fn v1_053_what_is_cancelled_is_not_cancelled_again() {
    let shop = Shop::new().await;
    shop.paid("order1").await;
    cancel(&shop, json!({"merchant_uid": "order1"})).await.response();
    let reply = cancel(&shop, json!({"merchant_uid": "order1"})).await;
    assert_eq!(reply.refusal(), (200, 1, "이미 전액취소된 주문입니다."));
}

#[tokio::test]
async fn v1_054_a_deposit_goes_back_to_an_account() {
    let shop = Shop::new().await;
    assert_eq!(shop.world.post("/payments/account1/instant", &account_payment(SMARTRO)).await.status, 200);
    let unpaid = cancel(&shop, json!({"merchant_uid": "account1"})).await;
    assert!(unpaid.refusal().2.starts_with("취소할 결제건이 존재하지 않습니다.\n"), "{}", unpaid.refusal().2);
    shop.world.deposited("account1").await;
    let reply = cancel(&shop, json!({"merchant_uid": "account1"})).await;
    assert!(reply.refusal().2.contains("refund_account: "), "by its V1 name: {}", reply.refusal().2);
    let mut body = json!({"merchant_uid": "account1", "refund_bank": "88", "refund_account": "110123456789"});
    let message = cancel(&shop, body.clone()).await.refusal().2.to_owned();
    assert!(
        message.starts_with("파라미터 누락: refund_holder\nV1-054 refund_holder: is missing"),
        "{message}"
    );
    body["refund_holder"] = json!("Kim Port");
    body["refund_tel"] = json!("01000001234");
    let message = cancel(&shop, body.clone()).await.refusal().2.to_owned();
    assert!(message.contains("V1-054 refund_bank: is no bank code of `smartro_v2`"), "{message}");
    body["refund_bank"] = json!("088");
    let accepted = cancel(&shop, body).await;
    let payment = accepted.response();
    assert_eq!(
        (&payment["cancel_amount"], &payment["status"]),
        (&json!(8900), &json!("paid")),
        "accepted, and done later"
    );
    assert_eq!(payment["cancel_history"], json!([]));
}

#[tokio::test]
async fn v1_056_a_cancel_is_announced_where_it_says_so() {
    let shop = Shop::new().await;
    let announced = async |id: &str, body: Value| {
        shop.paid(id).await;
        cancel(&shop, body).await.response();
        let store = crate::world::STORE.parse().unwrap();
        let events = shop.world.engine.store().events(&store, 0, 100).await.unwrap();
        events.iter().filter(|(_, event)| event.kind.code() == "Transaction.Cancelled").count()
    };
    assert_eq!(announced("order1", json!({"merchant_uid": "order1"})).await, 0);
    assert_eq!(announced("order2", json!({"merchant_uid": "order2", "enable_webhook": false})).await, 0);
    assert_eq!(announced("order3", json!({"merchant_uid": "order3", "enable_webhook": true})).await, 1);
}

#[tokio::test]
async fn a_cancel_nobody_knows_the_end_of_is_told_as_such_and_never_sent_again() {
    let shop = Shop::new().await;
    shop.paid("order1").await;
    shop.world.wire.set(Line::Dumb);
    let reply = cancel(&shop, json!({"merchant_uid": "order1"})).await;
    let (status, code, message) = reply.refusal();
    assert!((status, code) == (200, -1) && message.contains("not known yet"), "{message}");
    let sent = shop.world.wire.sent_count();
    assert_eq!(cancel(&shop, json!({"merchant_uid": "order1"})).await.refusal().1, -1);
    assert_eq!(shop.world.wire.sent_count(), sent);
}

#[tokio::test]
async fn a_cancel_in_dollars_is_in_dollars() {
    let shop = Shop::new().await;
    let imp_uid = shop.paid_in_dollars("order1").await;
    let reply = cancel(&shop, json!({"imp_uid": imp_uid, "amount": 0.001})).await;
    assert!(reply.refusal().2.contains("V1-051 amount: is 0.001, no amount of USD"), "{}", reply.refusal().2);
    let reply = cancel(&shop, json!({"imp_uid": imp_uid, "amount": 20.01})).await;
    assert!(reply.refusal().2.contains("is 20.01, but only 20 can be cancelled"), "{}", reply.refusal().2);
    let reply = cancel(&shop, json!({"imp_uid": imp_uid, "amount": 20, "checksum": 20})).await;
    assert_eq!(reply.response()["cancel_amount"], 20);
}
