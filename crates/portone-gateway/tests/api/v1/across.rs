//! One ledger, two faces: the same payment, its cancels and its facts, made through one face and read through the other, in
//! currencies of two decimals and of none, at a PG that takes any.

use serde_json::{Value, json};

use super::Shop;
use super::subscribe::{both, card, holder};
use crate::paymentwall::{self, PAYMENTWALL};
use crate::world::{APPROVED, KPN, OVER_LIMIT, SMARTRO, World, account_payment, card_payment, with};

/// A currency, what V1 calls an amount of it, and what V2 does; and a part of it.
struct Money {
    currency: &'static str,
    major: Value,
    minor: i64,
    part_major: Value,
    part_minor: i64,
}

fn table() -> [Money; 3] {
    let of = |currency, major: i64, minor, part_major: i64, part_minor| Money {
        currency,
        major: json!(major),
        minor,
        part_major: json!(part_major),
        part_minor,
    };
    [of("KRW", 8900, 8900, 900, 900), of("USD", 20, 2000, 5, 500), of("JPY", 1004, 1004, 4, 4)]
}

async fn shop() -> Shop {
    let world = World::new().await;
    paymentwall::channel(&world).await;
    Shop::of(world).await
}

/// A card payment at Paymentwall, in V1's words.
fn onetime(id: &str, money: &Money) -> Value {
    let more = json!({"merchant_uid": id, "amount": money.major, "currency": money.currency, "name": "Monthly pass",
        "pg": "paymentwall.project1", "buyer_name": "Port Kim", "buyer_email": "port@example.com",
        "browser_ip": "203.0.113.7", "cvc": "123", "custom_data": {"basket": 7}});
    both(card(APPROVED), &more)
}

/// The same in V2's.
fn instant(money: &Money) -> Value {
    let body = with(paymentwall::payment(), "/amount", json!({"total": money.minor}));
    with(with(body, "/currency", json!(money.currency)), "/customData", json!("{\"basket\":7}"))
}

async fn v1(shop: &Shop, id: &str) -> Value {
    shop.get(&format!("/payments/find/{id}")).await.response().clone()
}

async fn v2(shop: &Shop, id: &str) -> Value {
    let reply = shop.world.get(&format!("/payments/{id}")).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    reply.json()
}

fn seconds(moment: &Value) -> i64 {
    let moment: chrono::DateTime<chrono::Utc> = moment.as_str().unwrap().parse().unwrap();
    moment.timestamp()
}

/// Both faces tell the same of a payment.
async fn assert_same(shop: &Shop, id: &str, money: &Money, version: &str) {
    let (one, other) = (v1(shop, id).await, v2(shop, id).await);
    let pairs = [
        ("version", &other["version"], &json!(version)),
        ("id", &other["id"], &one["merchant_uid"]),
        ("platform", &other["origin"]["platformType"], &json!("API")),
        ("channel", &one["channel"], &json!("api")),
        ("currency", &other["currency"], &one["currency"]),
        ("total", &other["amount"]["total"], &json!(money.minor)),
        ("amount", &one["amount"], &money.major),
        ("name", &other["orderName"], &one["name"]),
        ("e-mail", &other["customer"]["email"], &one["buyer_email"]),
        ("PG's id", &other["pgTxId"], &one["pg_tid"]),
        ("merchant", &other["channel"]["pgMerchantId"], &one["pg_id"]),
        ("custom data", &other["customData"], &one["custom_data"]),
        ("approval", &other["method"]["approvalNumber"], &one["apply_num"]),
        ("test", &json!(other["channel"]["type"] == "TEST"), &one["sandbox"]),
    ];
    for (what, one, other) in pairs {
        assert_eq!(one, other, "{id}: {what}");
    }
    let own_id = if version == "V1" { one["imp_uid"].clone() } else { other["transactionId"].clone() };
    assert_eq!(other["transactionId"], own_id);
    for (v2_name, v1_name) in [("requestedAt", "started_at"), ("paidAt", "paid_at")] {
        assert_eq!(json!(seconds(&other[v2_name])), one[v1_name], "{id}: {v1_name}");
    }
    assert!(one["card_number"].as_str().unwrap().starts_with("424242"), "{one}");
    let bin = &other["method"]["card"]["bin"];
    let shown = other["method"]["card"]["number"].as_str().map(|number| number[..6].to_owned());
    assert!(bin == "424242" || shown.as_deref() == Some("424242"), "{other}");
}

#[tokio::test]
async fn a_payment_reads_the_same_whichever_face_made_it() {
    let shop = shop().await;
    for money in table() {
        let (of_v1, of_v2) = (format!("v1{}", money.currency), format!("v2{}", money.currency));
        let paid = shop.post("/subscribe/payments/onetime", &onetime(&of_v1, &money)).await;
        assert_eq!(paid.response()["status"], "paid", "{}", paid.reply.text);
        assert_same(&shop, &of_v1, &money, "V1").await;
        let paid = shop.world.post(&format!("/payments/{of_v2}/instant"), &instant(&money)).await;
        assert_eq!(paid.status, 200, "{}", paid.text);
        assert_same(&shop, &of_v2, &money, "V2").await;
    }
}

#[tokio::test]
async fn cancels_in_part_and_of_the_rest_cross_the_faces() {
    let shop = shop().await;
    let stored = both(both(card(APPROVED), &holder()), &json!({"channel_key": SMARTRO}));
    shop.post("/subscribe/customers/card1", &stored).await.response();
    // Smartro has no yen.
    for money in table().into_iter().filter(|money| money.currency != "JPY") {
        let id = format!("order{}", money.currency);
        let order = json!({"customer_uid": "card1", "merchant_uid": id, "amount": money.major, "currency": money.currency,
            "name": "Monthly pass"});
        assert_eq!(shop.post("/subscribe/payments/again", &order).await.response()["status"], "paid");
        let part = json!({"merchant_uid": id, "amount": money.part_major, "checksum": money.major, "reason": "one less"});
        let cancelled = shop.post("/payments/cancel", &part).await;
        assert_eq!(cancelled.response()["cancel_amount"], money.part_major, "{}", cancelled.reply.text);
        let (one, other) = (v1(&shop, &id).await, v2(&shop, &id).await);
        assert_eq!((&one["status"], &other["status"]), (&json!("cancelled"), &json!("PARTIAL_CANCELLED")));
        assert_eq!(
            (&one["cancel_amount"], &other["amount"]["cancelled"]),
            (&money.part_major, &json!(money.part_minor))
        );
        let (cancel, cancellation) = (&one["cancel_history"][0], &other["cancellations"][0]);
        assert_eq!(
            (&cancel["cancellation_id"], &cancel["reason"]),
            (&cancellation["id"], &cancellation["reason"])
        );
        assert_eq!(cancel["cancelled_at"], json!(seconds(&cancellation["cancelledAt"])));
        rest_is_cancelled(&shop, &id, &money).await;
    }
}

/// The rest through V2, as V1 then tells it.
async fn rest_is_cancelled(shop: &Shop, id: &str, money: &Money) {
    let left = money.minor - money.part_minor;
    let rest = json!({"reason": "all of it", "currentCancellableAmount": left});
    let cancelled = shop.world.post(&format!("/payments/{id}/cancel"), &rest).await;
    assert_eq!(cancelled.json()["cancellation"]["totalAmount"], left, "{}", cancelled.text);
    let (one, other) = (v1(shop, id).await, v2(shop, id).await);
    assert_eq!((&one["status"], &other["status"]), (&json!("cancelled"), &json!("CANCELLED")));
    assert_eq!((&one["cancel_amount"], &other["amount"]["cancelled"]), (&money.major, &json!(money.minor)));
    assert_eq!(one["cancel_history"].as_array().unwrap().len(), 2);
    assert_eq!(one["cancelled_at"], json!(seconds(&other["cancelledAt"])));
    let again = shop.post("/payments/cancel", &json!({"merchant_uid": id})).await;
    assert!(again.refusal().2.starts_with("이미 전액취소된 주문입니다."), "{}", again.reply.text);
}

/// A cancel that Paymentwall has accepted and not done: both faces count it, and neither calls it done.
#[tokio::test]
async fn an_accepted_cancel_crosses_the_faces() {
    let shop = shop().await;
    for money in table() {
        let id = format!("order{}", money.currency);
        shop.post("/subscribe/payments/onetime", &onetime(&id, &money)).await.response();
        let part = json!({"merchant_uid": id, "amount": money.part_major, "checksum": money.major, "reason": "one less"});
        let accepted = shop.post("/payments/cancel", &part).await;
        assert_eq!(accepted.response()["cancel_amount"], money.part_major, "{}", accepted.reply.text);
        let (one, other) = (v1(&shop, &id).await, v2(&shop, &id).await);
        assert_eq!((&one["status"], &one["cancel_history"]), (&json!("paid"), &json!([])));
        let cancellation = &other["cancellations"][0];
        assert_eq!(
            (&cancellation["status"], &cancellation["totalAmount"]),
            (&json!("REQUESTED"), &json!(money.part_minor)),
            "{other}"
        );
        let stale = json!({"reason": "r", "currentCancellableAmount": money.minor});
        let refused = shop.world.post(&format!("/payments/{id}/cancel"), &stale).await;
        assert_eq!(refused.status, 409, "{}", refused.text);
    }
}

/// A state on each face: failed, waiting for a deposit, and a payment nobody knows the end of.
#[tokio::test]
async fn states_cross_the_faces() {
    let shop = shop().await;
    let failed = with(card_payment(KPN, OVER_LIMIT), "/customData", json!("{}"));
    assert_eq!(shop.world.post("/payments/failed1/instant", &failed).await.status, 502);
    assert_eq!(shop.world.post("/payments/account1/instant", &account_payment(SMARTRO)).await.status, 200);
    shop.world.wire.set(crate::world::Line::Dumb);
    let lost =
        both(card(APPROVED), &json!({"merchant_uid": "lost1", "amount": 8900, "name": "Pass", "pg": "kpn"}));
    assert_eq!(shop.post("/subscribe/payments/onetime", &lost).await.refusal().1, 1);
    shop.world.wire.set(crate::world::Line::Up);
    for (id, v1_status, v2_status) in [
        ("failed1", "failed", "FAILED"),
        ("account1", "ready", "VIRTUAL_ACCOUNT_ISSUED"),
        ("lost1", "ready", "PAY_PENDING"),
    ] {
        let (one, other) = (v1(&shop, id).await, v2(&shop, id).await);
        assert_eq!((&one["status"], &other["status"]), (&json!(v1_status), &json!(v2_status)), "{id}");
    }
    let (one, other) = (v1(&shop, "failed1").await, v2(&shop, "failed1").await);
    assert_eq!(one["failed_at"], json!(seconds(&other["failedAt"])));
    let reason = one["fail_reason"].as_str().unwrap();
    assert!(reason.contains(other["failure"]["pgMessage"].as_str().unwrap()), "{reason}");
}

/// V1 has 40 characters for an id. A longer one goes by its `imp_uid`, with which V1 reads and cancels it too.
#[tokio::test]
async fn an_id_too_long_for_v1_is_read_and_cancelled_by_its_imp_uid() {
    let shop = shop().await;
    let id = "a".repeat(45);
    let paid = shop.world.post(&format!("/payments/{id}/instant"), &card_payment(KPN, APPROVED)).await;
    assert_eq!(paid.status, 200, "{}", paid.text);
    let imp_uid = shop.imp_uid(&id).await;
    let part = shop.post("/payments/cancel", &json!({"merchant_uid": imp_uid, "amount": 900})).await;
    assert_eq!(
        (&part.response()["merchant_uid"], &part.response()["cancel_amount"]),
        (&json!(imp_uid), &json!(900))
    );
    assert_eq!(v2(&shop, &id).await["status"], "PARTIAL_CANCELLED");
}

/// Digits finer than a currency has are refused, and never rounded.
#[tokio::test]
async fn an_amount_finer_than_its_currency_is_refused() {
    let shop = shop().await;
    for (currency, amount) in [("KRW", "8900.5"), ("USD", "20.001"), ("JPY", "1004.0001")] {
        let body = json!({"merchant_uid": "order1", "amount": 1, "currency": currency, "pg": PAYMENTWALL, "name": "Pass"});
        let text = both(card(APPROVED), &body)
            .to_string()
            .replace("\"amount\":1,", &format!("\"amount\":{amount},"));
        let call = crate::http::Call::new("POST", "/v1/subscribe/payments/onetime")
            .header("authorization", &super::token(&shop.world, crate::world::STORE).await)
            .header("content-type", "application/json");
        let reply = super::V1Reply::from(shop.world.send(call.body(text)).await);
        assert!(reply.refusal().2.contains("amount: "), "{currency}: {}", reply.reply.text);
    }
    assert_eq!(shop.get("/payments/find/order1").await.status, 404);
}
