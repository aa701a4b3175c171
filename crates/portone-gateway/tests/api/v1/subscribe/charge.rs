//! `onetime` and `again`.

use serde_json::{Value, json};

use super::{Shop, both, card, order};
use crate::world::{APPROVED, GROUP, KPN, Line, OVER_LIMIT, REFUSED_BY_KPN, SMARTRO, World};

async fn onetime(shop: &Shop, id: &str, number: &str, more: &Value) -> super::V1Reply {
    shop.post("/subscribe/payments/onetime", &both(both(order(id), &card(number)), more)).await
}

#[tokio::test]
async fn v1_040_code_0_says_it_was_carried_out_and_status_whether_money_moved() {
    let shop = Shop::new().await;
    let paid = onetime(&shop, "order1", APPROVED, &json!({"pg": "kpn", "custom_data": {"a": 1}})).await;
    let payment = paid.response();
    assert_eq!((&payment["status"], &payment["amount"]), (&json!("paid"), &json!(8900)));
    assert_eq!(
        (&payment["channel"], &payment["pg_provider"], &payment["custom_data"]),
        (&json!("api"), &json!("kpn"), &json!("{\"a\":1}"))
    );
    let declined = onetime(&shop, "order2", OVER_LIMIT, &json!({"pg": "kpn"})).await;
    let payment = declined.response();
    assert_eq!((declined.status, &payment["status"]), (200, &json!("failed")));
    assert!(!payment["fail_reason"].as_str().unwrap().is_empty());
    let again = onetime(&shop, "order1", APPROVED, &json!({"pg": "kpn"})).await;
    assert_eq!((again.status, again.refusal().1), (200, 1), "{}", again.reply.text);
}

#[tokio::test]
async fn an_outcome_that_nobody_knows_is_code_1_and_ready() {
    let shop = Shop::new().await;
    shop.world.wire.set(Line::Dumb);
    let reply = onetime(&shop, "order1", APPROVED, &json!({"pg": "kpn"})).await;
    let imp_uid = shop.imp_uid("order1").await;
    let (status, code, message) = reply.refusal();
    assert!((status, code) == (200, 1) && message.contains(&imp_uid), "{message}");
    let sent = shop.world.wire.sent_count();
    assert_eq!(onetime(&shop, "order1", APPROVED, &json!({"pg": "kpn"})).await.refusal().1, 1);
    assert_eq!(shop.world.wire.sent_count(), sent, "never sent again");
    assert_eq!(shop.get("/payments/find/order1").await.response()["status"], "ready");
}

/// What a group wants of a buyer.
fn buyer() -> Value {
    json!({"customer_id": "customer1", "buyer_name": "Port Kim", "buyer_tel": "01000001234", "buyer_email": "port@example.com"})
}

#[tokio::test]
async fn iamport_004_a_group_is_named_in_either_spelling_and_iamport_003_beside_a_pg() {
    let shop = Shop::new().await;
    for (id, name) in [("order1", "channelGroupId"), ("order2", "channel_group_id")] {
        let reply = onetime(&shop, id, APPROVED, &both(json!({name: GROUP, "pg": "nobody"}), &buyer())).await;
        assert_eq!(reply.response()["status"], "paid", "{}", reply.reply.text);
    }
    let other = onetime(&shop, "order3", APPROVED, &json!({"pg": "nobody"})).await;
    let (_, code, message) = other.refusal();
    assert!(code == 1 && message.contains("pg: names no active channel"), "{message}");
    let both =
        onetime(&shop, "order3", APPROVED, &json!({"channelGroupId": GROUP, "channel_key": KPN})).await;
    assert_eq!(both.status, 200, "{}", both.reply.text);
}

#[tokio::test]
async fn everything_wrong_is_told_at_once_without_the_card() {
    let shop = Shop::new().await;
    let body = json!({"merchant_uid": "order1", "amount": "ten", "pg": "kpn", "card_number": "4242424242424242",
        "expiry": "12/30", "name": "Pass"});
    let reply = shop.post("/subscribe/payments/onetime", &body).await;
    let (_, code, message) = reply.refusal();
    for part in
        ["amount: is", "card_number: is not written dddd-dddd-dddd-dddd", "expiry: is not written YYYY-MM"]
    {
        assert!(code == 1 && message.contains(part), "{message}");
    }
    assert!(!reply.reply.text.contains("4242"), "{}", reply.reply.text);
    let form = "merchant_uid=order1&amount=8900&name=Pass&pg=kpn&card_number=4242-4242-4242-4242&expiry=2030-12&birth=900101&pwd_2digit=00";
    assert_eq!(shop.form("POST", "/subscribe/payments/onetime", form).await.response()["status"], "paid");
}

#[tokio::test]
async fn iamport_035_a_paid_card_is_kept_under_its_name() {
    let shop = Shop::new().await;
    let keep = json!({"pg": "kpn", "customer_uid": "card1", "buyer_name": "Port Kim"});
    assert_eq!(onetime(&shop, "order1", OVER_LIMIT, &keep).await.response()["status"], "failed");
    assert_eq!(shop.get("/subscribe/customers/card1").await.status, 404, "nothing was paid");
    assert_eq!(onetime(&shop, "order2", APPROVED, &keep).await.response()["status"], "paid");
    let key = shop.get("/subscribe/customers/card1").await;
    assert_eq!(key.response()["customer_name"], "Port Kim", "the buyer is the holder");
    let paid = shop.again("card1", "order3").await;
    assert_eq!(
        (&paid.response()["status"], &paid.response()["customer_uid"]),
        (&json!("paid"), &json!("card1"))
    );
}

#[tokio::test]
async fn iamport_037_no_key_no_charge() {
    let shop = Shop::new().await;
    let reply = shop.again("nobody", "order1").await;
    assert_eq!(reply.refusal(), (200, 1, "등록되지 않은 구매자입니다."));
    assert_eq!(shop.world.wire.sent_count(), 0);
}

#[tokio::test]
async fn sr_070_a_channel_key_overrides_and_sr_072_the_weights_of_now_decide() {
    let shop = Shop::of(World::with_group(&[(SMARTRO, 0), (KPN, 100)]).await).await;
    let body = both(both(card(APPROVED), &super::holder()), &json!({"channel_group_id": GROUP}));
    let key = shop.post("/subscribe/customers/card1", &body).await;
    assert_eq!(key.response()["succeededChannels"].as_array().unwrap().len(), 2);
    for at in 0..5 {
        let paid = shop.again("card1", &format!("order{at}")).await;
        assert_eq!(paid.response()["pg_provider"], "kpn");
    }
    let pinned = both(order("pinned"), &json!({"customer_uid": "card1", "channel_key": SMARTRO}));
    let paid = shop.post("/subscribe/payments/again", &pinned).await;
    assert_eq!(paid.response()["pg_provider"], "smartro_v2");
}

/// Whatever the upstream: a V2 upstream would take longer ones, and V1's answers could not show them.
#[tokio::test]
async fn iamport_010_texts_are_no_longer_than_v1_can_show() {
    let shop = Shop::new().await;
    shop.stored("card1", APPROVED).await;
    let sent = shop.world.wire.sent_count();
    let texts = [
        ("IAMPORT-010", "merchant_uid", 40),
        ("IAMPORT-013", "name", 40),
        ("IAMPORT-014", "buyer_name", 16),
        ("IAMPORT-015", "buyer_email", 64),
        ("IAMPORT-016", "buyer_tel", 16),
        ("IAMPORT-017", "buyer_addr", 128),
        ("IAMPORT-018", "buyer_postcode", 8),
    ];
    for (rule, name, length_max) in texts {
        let long = both(order("order1"), &json!({name: "a".repeat(length_max + 1)}));
        let told = format!("{rule} {name}: has {} characters; use at most {length_max}", length_max + 1);
        let charged = both(both(long.clone(), &card(APPROVED)), &json!({"pg": "kpn"}));
        let again = both(long.clone(), &json!({"customer_uid": "card1"}));
        for (path, body) in [("onetime", charged), ("again", again)] {
            let reply = shop.post(&format!("/subscribe/payments/{path}"), &body).await;
            assert!(reply.refusal().2.contains(&told), "{path}: {}", reply.refusal().2);
        }
        let entry = both(long, &json!({"schedule_at": shop.hours(1)}));
        let reply = shop.schedule("card1", &[entry]).await;
        assert!(reply.refusal().2.contains(&told.replace(name, &format!("schedules[0].{name}"))), "{name}");
    }
    assert_eq!(shop.world.wire.sent_count(), sent, "no PG was asked");
    let longest = both(order(&"a".repeat(40)), &json!({"pg": "kpn", "name": "가".repeat(40)}));
    let body = both(both(longest, &card(APPROVED)), &json!({"buyer_name": "나".repeat(16)}));
    assert_eq!(shop.post("/subscribe/payments/onetime", &body).await.response()["status"], "paid");
}

/// V1 lets the name of a payment by card number out, and V2 upstreams want one.
#[tokio::test]
async fn iamport_013_a_payment_without_a_name_is_called_by_its_number() {
    let shop = Shop::new().await;
    let nameless = json!({"merchant_uid": "order1", "amount": 8900, "pg": "kpn"});
    let paid = shop.post("/subscribe/payments/onetime", &both(card(APPROVED), &nameless)).await;
    assert_eq!((&paid.response()["status"], &paid.response()["name"]), (&json!("paid"), &json!("order1")));
    shop.stored("card1", APPROVED).await;
    let again = json!({"merchant_uid": "order2", "amount": 8900, "customer_uid": "card1"});
    let refused = shop.post("/subscribe/payments/again", &again).await;
    assert!(
        refused.refusal().2.starts_with("파라미터 누락: name\nIAMPORT-013 name"),
        "{}",
        refused.refusal().2
    );
}

#[tokio::test]
async fn v1_030_a_payment_that_kept_its_card_issued_a_key() {
    let shop = Shop::new().await;
    let keep = |uid: &str| json!({"pg": "kpn", "customer_uid": uid, "buyer_name": "Port Kim"});
    let told = async |id: &str| {
        let payment = shop.get(&format!("/payments/find/{id}")).await.response().clone();
        (payment["customer_uid"].clone(), payment["customer_uid_usage"].clone())
    };
    let paid = onetime(&shop, "order1", APPROVED, &keep("card1")).await;
    assert_eq!(paid.response()["customer_uid_usage"], "issue", "in the answer");
    assert_eq!(told("order1").await, (json!("card1"), json!("issue")));
    shop.again("card1", "order2").await.response();
    assert_eq!(told("order2").await, (json!("card1"), json!("payment")));
    onetime(&shop, "order3", APPROVED, &json!({"pg": "kpn"})).await.response();
    assert_eq!(told("order3").await, (Value::Null, Value::Null));
    // Paid, and the card is not kept: the payment issued nothing.
    assert_eq!(onetime(&shop, "order4", REFUSED_BY_KPN, &keep("card4")).await.response()["status"], "paid");
    assert_eq!(told("order4").await, (Value::Null, Value::Null));
    assert_eq!(shop.get("/subscribe/customers/card4").await.status, 404);
}

/// What a PG's rules say in V2's words is told in V1's.
#[tokio::test]
async fn refusals_name_the_members_of_v1() {
    let shop = Shop::new().await;
    let body = both(both(order("order1"), &card(APPROVED)), &json!({"pg": "smartro_v2"}));
    let card = shop.post("/subscribe/payments/onetime", &body).await;
    assert!(card.refusal().2.contains("SMARTRO-100 card_number: "), "{}", card.refusal().2);
    let account = json!({"channel_key": SMARTRO, "merchant_uid": "order-2", "amount": 8900, "vbank_code": "088",
        "vbank_due": 1_893_456_000, "vbank_num": "123456"});
    let account = shop.post("/vbanks", &account).await;
    for refusal in [card.refusal().2, account.refusal().2] {
        for name in ["method.", "virtualAccount", "paymentId", "orderName", "customer.", "phoneNumber"] {
            assert!(!refusal.contains(name), "{name}: {refusal}");
        }
    }
}
