//! `/subscribe/payments/schedule` and its neighbours.

use serde_json::{Value, json};

use super::{Shop, both, card, order};
use crate::world::{APPROVED, KPN, Line, OVER_LIMIT, STOLEN};

const NONE: &str = "취소할 예약결제 기록이 존재하지 않습니다.";

fn uids(list: &Value) -> Vec<String> {
    list.as_array().unwrap().iter().map(|it| it["merchant_uid"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn v1_065_a_name_without_a_key_gets_one_of_the_card_first() {
    let shop = Shop::new().await;
    let body = |id: &str, number: &str, checking: i64| {
        let entry = both(shop.entry(id, 1), &json!({"buyer_name": "Port Kim"}));
        let more = json!({"customer_uid": "card1", "channel_key": KPN, "checking_amount": checking, "schedules": [entry]});
        both(card(number), &more)
    };
    let send = async |body: &Value| shop.post("/subscribe/payments/schedule", body).await;
    assert_eq!(send(&body("order1", STOLEN, 0)).await.refusal().1, -1);
    assert_eq!(shop.get("/subscribe/payments/schedule/order1").await.status, 404, "IAMPORT-038");
    let over = send(&body("order1", OVER_LIMIT, 100)).await;
    assert_eq!((over.status, over.refusal().1), (200, -1), "IAMPORT-043: the card has no money");
    assert_eq!(shop.get("/subscribe/payments/schedule/order1").await.status, 404);
    shop.send("DELETE", "/subscribe/customers/card1", None).await.response();
    let made = send(&body("order1", APPROVED, 100)).await;
    assert_eq!(uids(made.response()), ["order1"]);
    let payments = shop.get("/subscribe/customers/card1/payments").await;
    let check = &payments.response()["list"][0];
    assert_eq!((&check["status"], &check["cancel_amount"]), (&json!("cancelled"), &json!(100)));
    let unknown = shop.schedule("nobody", &[shop.entry("order2", 1)]).await;
    assert_eq!(unknown.refusal().1, 1, "IAMPORT-037");
}

#[tokio::test]
async fn schedules_are_made_together_or_not_at_all() {
    let shop = Shop::new().await;
    shop.stored("card1", APPROVED).await;
    shop.schedule("card1", &[shop.entry("order1", 1)]).await.response();
    let reply = shop.schedule("card1", &[shop.entry("order2", 1), shop.entry("order1", 2)]).await;
    let (status, code, message) = reply.refusal();
    assert!((status, code) == (200, 1) && message.starts_with("schedules[1]: "), "{message}");
    let past = shop.schedule("card1", &[shop.entry("order2", 1), shop.entry("order3", -1)]).await;
    assert!(
        past.refusal().2.contains("IAMPORT-042 schedules[1].schedule_at: is not in the future"),
        "{}",
        past.reply.text
    );
    assert_eq!(shop.get("/subscribe/payments/schedule/order2").await.refusal(), (404, 404, NONE));
    let missing = shop.schedule("card1", &[json!({"merchant_uid": "order4", "amount": 1})]).await;
    assert!(missing.refusal().2.contains("IAMPORT-040"), "{}", missing.reply.text);
}

/// The guide's own sample leaves `currency` out (DOC-024).
#[tokio::test]
async fn iamport_040_a_schedule_without_a_currency_is_in_won() {
    let shop = Shop::new().await;
    shop.stored("card1", APPROVED).await;
    let entry = both(order("order1"), &json!({"schedule_at": shop.hours(1)}));
    assert!(entry["currency"].is_null());
    shop.schedule("card1", &[entry]).await.response();
    shop.after(2).await;
    let paid = shop.get("/payments/find/order1").await.response().clone();
    assert_eq!(
        (&paid["currency"], &paid["amount"], &paid["status"]),
        (&json!("KRW"), &json!(8900), &json!("paid"))
    );
    let bare = shop.schedule("card1", &[json!({"merchant_uid": "order2", "amount": 8900})]).await;
    for name in ["schedule_at", "name"] {
        assert!(
            bare.refusal().2.contains(&format!("IAMPORT-040 schedules[0].{name}")),
            "{}",
            bare.refusal().2
        );
    }
}

#[tokio::test]
async fn v1_066_and_v1_073_a_schedule_before_and_after_it_is_executed() {
    let shop = Shop::new().await;
    shop.stored("card1", APPROVED).await;
    let made = shop.schedule("card1", &[shop.entry("order1", 1)]).await;
    let waiting = made.response()[0].clone();
    assert_eq!((&waiting["imp_uid"], &waiting["payment_status"]), (&Value::Null, &Value::Null));
    assert_eq!((&waiting["schedule_status"], &waiting["executed_at"]), (&json!("scheduled"), &json!(0)));
    assert_eq!(waiting["buyer_name"], "Port Kim", "IAMPORT-041");
    assert_eq!(shop.schedule_of("order1").await, waiting, "V1-073");
    shop.after(2).await;
    let paid = shop.schedule_of("order1").await;
    assert_eq!((&paid["schedule_status"], &paid["payment_status"]), (&json!("executed"), &json!("paid")));
    assert_eq!(
        (&paid["imp_uid"], &paid["pg_provider"]),
        (&json!(shop.imp_uid("order1").await), &json!("kpn"))
    );
    let payment = shop.get("/payments/find/order1").await.response().clone();
    assert_eq!(
        (&payment["customer_uid_usage"], &payment["customer_uid"]),
        (&json!("payment.scheduled"), &json!("card1"))
    );
}

#[tokio::test]
async fn v1_067_a_schedule_is_paid_with_the_last_card_of_its_name() {
    let shop = Shop::new().await;
    shop.stored("card1", APPROVED).await;
    shop.schedule("card1", &[shop.entry("order1", 1)]).await.response();
    shop.stored("card1", OVER_LIMIT).await;
    shop.after(2).await;
    let failed = shop.schedule_of("order1").await;
    assert_eq!(
        (&failed["schedule_status"], &failed["payment_status"]),
        (&json!("executed"), &json!("failed"))
    );
    assert!(!failed["fail_reason"].as_str().unwrap().is_empty());
}

#[tokio::test]
async fn v1_068_schedules_are_called_off_by_name_by_order_or_by_both() {
    let shop = Shop::new().await;
    shop.stored("card1", APPROVED).await;
    shop.stored("card2", APPROVED).await;
    let ids = ["order1", "order2", "order3"];
    let entries = ids.map(|id| shop.entry(id, 1));
    shop.schedule("card1", &entries).await.response();
    shop.schedule("card2", &[shop.entry("order4", 1)]).await.response();
    let revoke = async |body: Value| shop.post("/subscribe/payments/unschedule", &body).await;
    let crossed = revoke(json!({"customer_uid": "card2", "merchant_uid": ["order1"]})).await;
    assert_eq!(crossed.refusal(), (200, 1, NONE));
    let one = revoke(json!({"customer_uid": "card1", "merchant_uid": ["order1", "order4"]})).await;
    assert_eq!(uids(one.response()), ["order1"]);
    let revoked = &one.response()[0];
    assert!(revoked["schedule_status"] == "revoked" && revoked["revoked_at"].as_i64().unwrap() > 0);
    assert_eq!(uids(revoke(json!({"merchant_uid": "order2"})).await.response()), ["order2"]);
    assert_eq!(uids(revoke(json!({"customer_uid": "card1"})).await.response()), ["order3"]);
    assert_eq!(revoke(json!({"customer_uid": "card1"})).await.refusal(), (200, 1, NONE));
    assert!(revoke(json!({})).await.refusal().2.contains("IAMPORT-044"));
}

#[tokio::test]
async fn v1_010_and_v1_069_only_what_waits_is_moved() {
    let shop = Shop::new().await;
    shop.stored("card1", APPROVED).await;
    shop.schedule("card1", &[shop.entry("order1", 1)]).await.response();
    let path = "/subscribe/payments/schedule/order1";
    let later = json!({"schedule_at": shop.hours(5)});
    let moved = shop.send("PUT", path, Some(&later)).await;
    assert_eq!(moved.response()["schedule_at"], later["schedule_at"]);
    shop.after(2).await;
    assert_eq!(shop.schedule_of("order1").await["schedule_status"], "scheduled");
    let past = shop.send("PUT", path, Some(&json!({"schedule_at": shop.hours(-1)}))).await;
    assert_eq!(past.refusal().0, 400, "{}", past.reply.text);
    assert_eq!(shop.send("PUT", path, Some(&json!({}))).await.refusal().0, 400);
    shop.after(4).await;
    let executed = shop.send("PUT", path, Some(&json!({"schedule_at": shop.hours(9)}))).await;
    assert_eq!(executed.refusal().0, 400, "{}", executed.reply.text);
    let unknown = shop.send("PUT", "/subscribe/payments/schedule/nobody", Some(&later)).await;
    assert_eq!(unknown.refusal(), (404, 404, NONE));
}

#[tokio::test]
async fn v1_070_and_v1_073_what_failed_is_paid_at_once() {
    let shop = Shop::new().await;
    shop.stored("card1", OVER_LIMIT).await;
    shop.schedule("card1", &[shop.entry("order1", 1)]).await.response();
    let retry = async || shop.post("/subscribe/payments/schedule/order1/retry", &json!({})).await;
    assert_eq!(retry().await.refusal().0, 400, "it waits");
    shop.after(2).await;
    let failed = retry().await;
    assert_eq!((failed.status, &failed.response()["status"]), (200, &json!("failed")));
    shop.stored("card1", APPROVED).await;
    let paid = retry().await;
    assert_eq!(
        (&paid.response()["status"], &paid.response()["merchant_uid"]),
        (&json!("paid"), &json!("order1"))
    );
    assert_eq!(shop.schedule_of("order1").await["payment_status"], "paid");
    assert_eq!(retry().await.refusal().0, 400, "it is paid");
    assert_eq!(shop.post("/subscribe/payments/schedule/nobody/retry", &json!({})).await.refusal().0, 404);
}

#[tokio::test]
async fn a_retry_that_nobody_knows_the_end_of_is_code_1_and_not_sent_again() {
    let shop = Shop::new().await;
    shop.stored("card1", APPROVED).await;
    shop.schedule("card1", &[shop.entry("order1", 1)]).await.response();
    shop.post("/subscribe/payments/unschedule", &json!({"customer_uid": "card1"})).await.response();
    shop.world.wire.set(Line::Dumb);
    let reply = shop.post("/subscribe/payments/schedule/order1/retry", &json!({})).await;
    assert_eq!((reply.status, reply.refusal().1), (200, 1), "{}", reply.reply.text);
    let sent = shop.world.wire.sent_count();
    let again = shop.post("/subscribe/payments/schedule/order1/retry", &json!({})).await;
    assert_eq!((again.refusal().0, shop.world.wire.sent_count()), (400, sent));
    let schedule = shop.schedule_of("order1").await;
    assert_eq!(
        (&schedule["schedule_status"], &schedule["payment_status"]),
        (&json!("executed"), &Value::Null)
    );
}

#[tokio::test]
async fn v1_071_what_is_over_is_scheduled_again() {
    let shop = Shop::new().await;
    shop.stored("card1", APPROVED).await;
    shop.schedule("card1", &[shop.entry("order1", 1)]).await.response();
    let path = "/subscribe/payments/schedule/order1/reschedule";
    let time = json!({"schedule_at": shop.hours(5)});
    assert_eq!(shop.post(path, &time).await.refusal().0, 400, "it waits");
    shop.post("/subscribe/payments/unschedule", &json!({"merchant_uid": ["order1"]})).await.response();
    let again = shop.post(path, &time).await;
    let (status, at) = (&again.response()["schedule_status"], &again.response()["revoked_at"]);
    assert_eq!((status, at), (&json!("scheduled"), &json!(0)));
    shop.after(6).await;
    assert_eq!(shop.schedule_of("order1").await["payment_status"], "paid");
    assert_eq!(shop.post(path, &json!({"schedule_at": shop.hours(5)})).await.refusal().0, 400, "it is paid");
}

#[tokio::test]
async fn v1_072_lists_have_a_beginning_and_an_end() {
    let shop = Shop::new().await;
    shop.stored("card1", APPROVED).await;
    let entries = [shop.entry("order1", 1), shop.entry("order2", 2), shop.entry("order3", 3)];
    shop.schedule("card1", &entries).await.response();
    let (from, to) = (shop.hours(1), shop.hours(3));
    let path =
        |more: &str| format!("/subscribe/payments/schedule?schedule_from={from}&schedule_to={to}{more}");
    assert_eq!(uids(shop.get(&path("")).await.response()), ["order2", "order1"], "the end is excluded");
    assert_eq!(uids(shop.get(&path("&sorting=scheduled")).await.response()), ["order1", "order2"]);
    assert_eq!(uids(shop.get(&path("&limit=1&page=2")).await.response()), ["order1"]);
    shop.post("/subscribe/payments/unschedule", &json!({"merchant_uid": ["order1"]})).await.response();
    assert_eq!(uids(shop.get(&path("&schedule_status=revoked")).await.response()), ["order1"]);
    for path in ["/subscribe/customers/card1/schedules", "/subscribe/payments/schedule/customers/card1"] {
        let path = format!("{path}?from={from}&to={to}&schedule-status=scheduled");
        assert_eq!(uids(shop.get(&path).await.response()), ["order2"], "{path}");
    }
    let long =
        format!("/subscribe/payments/schedule?schedule_from={from}&schedule_to={}", shop.hours(24 * 93));
    assert_eq!(shop.get(&long).await.refusal().0, 400);
    assert_eq!(shop.get("/subscribe/payments/schedule").await.refusal().0, 400);
    let unknown = shop.get(&format!("/subscribe/customers/nobody/schedules?from={from}&to={to}")).await;
    assert_eq!(unknown.refusal().1, 1);
}
