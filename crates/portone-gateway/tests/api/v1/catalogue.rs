//! The catalogue's own example of rules of the V1 face, and of groups on it, under the rule's id: a rule with more to it has more
//! tests where its operation is tested.

use serde_json::{Value, json};

use super::Shop;
use super::subscribe::{both, card, holder, order};
use crate::world::{APPROVED, GROUP, KPN, OVER_LIMIT, SMARTRO, STOLEN, World, account_payment};

const DEBIT: &str = "4000000000000143";

async fn onetime(shop: &Shop, id: &str, number: &str, more: &Value) -> super::V1Reply {
    shop.post("/subscribe/payments/onetime", &both(both(order(id), &card(number)), more)).await
}

#[tokio::test]
async fn v1_004_a_refusal_is_200_with_a_code() {
    let shop = Shop::new().await;
    shop.paid("order1").await;
    let whole = json!({"merchant_uid": "order1"});
    shop.post("/payments/cancel", &whole).await.response();
    assert_eq!(shop.post("/payments/cancel", &whole).await.refusal().0, 200);
    assert_eq!(shop.again("nobody", "order2").await.refusal().0, 200);
    let nothing = json!({"customer_uid": "nobody"});
    let unscheduled = shop.post("/subscribe/payments/unschedule", &nothing).await;
    assert_eq!((unscheduled.refusal().0, unscheduled.refusal().1), (200, 1));
}

#[tokio::test]
async fn v1_005_a_pg_that_refuses_has_a_code_of_its_own() {
    let shop = Shop::new().await;
    let issue = both(both(card(STOLEN), &holder()), &json!({"pg": "kpn"}));
    assert_eq!(shop.post("/subscribe/customers/card1", &issue).await.refusal().1, -1);
    assert_eq!(shop.again("card1", "order1").await.refusal().1, 1);
}

#[tokio::test]
async fn v1_013_times_are_whole_seconds() {
    let shop = Shop::new().await;
    shop.paid("order1").await;
    let cancelled = shop.post("/payments/cancel", &json!({"merchant_uid": "order1", "amount": 900})).await;
    let token =
        super::ask_token(&shop.world, &json!({"imp_key": "imp-store-test", "imp_secret": "imp-secret"}))
            .await;
    let now = shop.world.engine.now().timestamp();
    let payment = cancelled.response();
    for (object, name) in [
        (payment, "started_at"),
        (payment, "paid_at"),
        (payment, "failed_at"),
        (payment, "cancelled_at"),
        (&payment["cancel_history"][0], "cancelled_at"),
        (token.response(), "now"),
        (token.response(), "expired_at"),
    ] {
        let time = object[name].as_i64().unwrap_or_else(|| panic!("{name}: {object}"));
        assert!(time == 0 || (now - 10..=now + 1_800).contains(&time), "{name}: {time}");
    }
}

#[tokio::test]
async fn v1_022_an_id_that_was_paid_and_cancelled_is_used_up() {
    let shop = Shop::new().await;
    shop.paid("order1").await;
    shop.post("/payments/cancel", &json!({"merchant_uid": "order1"})).await.response();
    let sent = shop.world.wire.sent_count();
    let again = onetime(&shop, "order1", APPROVED, &json!({"pg": "kpn"})).await;
    assert_eq!((again.refusal().0, again.refusal().1), (200, 1));
    assert_eq!(shop.world.wire.sent_count(), sent, "refused before the PG");
}

#[tokio::test]
async fn v1_026_a_state_is_followed_by_those_the_document_has() {
    let shop = Shop::new().await;
    let state = async |imp_uid: &str| {
        let read = shop.get(&format!("/payments/{imp_uid}?include_sandbox=true")).await;
        read.response()["status"].as_str().unwrap().to_owned()
    };
    assert_eq!(shop.world.post("/payments/account1/instant", &account_payment(SMARTRO)).await.status, 200);
    let account = shop.imp_uid("account1").await;
    assert_eq!(state(&account).await, "ready");
    shop.world.deposited("account1").await;
    assert_eq!(state(&account).await, "paid");
    let failed = shop.failed("order1", OVER_LIMIT).await;
    let paid = shop.paid("order1").await;
    assert_eq!((state(&failed).await, state(&paid).await), ("failed".to_owned(), "paid".to_owned()));
    shop.post("/payments/cancel", &json!({"imp_uid": paid})).await.response();
    assert_eq!((state(&failed).await, state(&paid).await), ("failed".to_owned(), "cancelled".to_owned()));
}

#[tokio::test]
async fn v1_027_v1_028_and_v1_055_a_cancel_answers_with_the_payment_and_its_cancels() {
    let shop = Shop::new().await;
    let imp_uid = shop.paid("order1").await;
    for (count, amount) in [(1, 1_000), (2, 3_000)] {
        let body = json!({"imp_uid": imp_uid, "amount": if count == 1 { 1_000 } else { 2_000 }});
        let cancelled = shop.post("/payments/cancel", &body).await;
        let payment = cancelled.response();
        assert_eq!((&payment["imp_uid"], &payment["amount"]), (&json!(imp_uid), &json!(8900)));
        assert_eq!((&payment["status"], &payment["cancel_amount"]), (&json!("cancelled"), &json!(amount)));
        let history = payment["cancel_history"].as_array().unwrap();
        assert_eq!(history.len(), count);
        for cancel in history {
            let is_told = |name| cancel[name].as_str().is_some_and(|text| !text.is_empty());
            assert!(is_told("pg_tid") && is_told("cancellation_id") && is_told("reason"), "{cancel}");
        }
    }
}

#[tokio::test]
async fn v1_029_a_charge_without_a_window_is_of_the_api() {
    let shop = Shop::new().await;
    shop.stored("card1", APPROVED).await;
    assert_eq!(shop.again("card1", "order1").await.response()["channel"], "api");
    shop.schedule("card1", &[shop.entry("order2", 1)]).await.response();
    shop.after(2).await;
    assert_eq!(shop.get("/payments/find/order2").await.response()["channel"], "api");
}

#[tokio::test]
async fn v1_031_and_v1_034_a_card_is_told_masked_and_as_credit_or_debit() {
    let shop = Shop::new().await;
    for (id, number, kind) in [("order1", APPROVED, 0), ("order2", DEBIT, 1)] {
        onetime(&shop, id, number, &json!({"pg": "kpn"})).await.response();
        shop.world.advance(chrono::TimeDelta::seconds(6));
        shop.world.engine.verify_paid(10).await.unwrap();
        let payment = shop.get(&format!("/payments/find/{id}")).await.response().clone();
        assert_eq!(payment["card_type"], kind, "{payment}");
        let shown = payment["card_number"].as_str().unwrap();
        assert!(shown.starts_with(&number[..6]) && shown[6..12] == *"******", "{shown}");
        assert!(!payment.to_string().contains(number), "{payment}");
    }
}

#[tokio::test]
async fn v1_032_a_wallet_is_told_by_another_name_than_it_is_asked_for() {
    let shop = Shop::new().await;
    let call = json!({"storeId": "store-test", "channelKey": KPN, "paymentId": "order1", "orderName": "Pass",
        "totalAmount": 8900, "currency": "KRW", "payMethod": "EASY_PAY", "productType": "DIGITAL",
        "customer": {"customerId": "customer1", "fullName": "Kim Port", "phoneNumber": "01000001234",
            "email": "port@example.com"}});
    let opened = shop.world.admin("POST", "/admin/windows", Some(&call)).await.json();
    let payer = json!({"call": opened["arguments"], "wallet": "SAMSUNGPAY"});
    let token = shop.world.control("/windows", &payer)["paymentToken"].clone();
    let confirm = json!({"paymentToken": token, "totalAmount": 8900});
    assert_eq!(shop.world.post("/payments/order1/confirm", &confirm).await.status, 200);
    shop.world.advance(chrono::TimeDelta::seconds(6));
    shop.world.engine.verify_paid(10).await.unwrap();
    let payment = shop.get("/payments/find/order1").await.response().clone();
    assert_eq!(
        (&payment["pay_method"], &payment["emb_pg_provider"]),
        (&json!("samsung"), &json!("samsungpay"))
    );
    assert!(payment["card_number"].as_str().unwrap().starts_with("424242******"), "{payment}");
}

#[tokio::test]
async fn v1_033_what_a_shop_keeps_with_a_payment_comes_back_as_text() {
    let shop = Shop::new().await;
    for (id, sent, told) in [
        ("order1", json!({"a": 1}), r#"{"a":1}"#),
        ("order2", json!([1, "b"]), r#"[1,"b"]"#),
        ("order3", json!("text"), "text"),
    ] {
        let paid = onetime(&shop, id, APPROVED, &json!({"pg": "kpn", "custom_data": sent})).await;
        assert_eq!(paid.response()["custom_data"], told);
    }
}

#[tokio::test]
async fn sr_022_a_pg_beside_a_group_is_ignored() {
    let shop = Shop::new().await;
    let paid = onetime(&shop, "order1", APPROVED, &json!({"pg": "kcp", "channelGroupId": GROUP})).await;
    assert_eq!(paid.response()["status"], "paid");
}

#[tokio::test]
async fn sr_032_nobody_to_draw_is_code_1() {
    let shop = Shop::of(World::with_group(&[(SMARTRO, 0), (KPN, 0)]).await).await;
    let reply = onetime(&shop, "order1", APPROVED, &json!({"channelGroupId": GROUP})).await;
    assert_eq!((reply.refusal().0, reply.refusal().1), (200, 1), "{}", reply.reply.text);
    assert_eq!(shop.world.wire.sent_count(), 0);
}

#[tokio::test]
async fn sr_035_the_pg_that_was_drawn_is_told_of_paid_and_failed_payments() {
    let shop = Shop::new().await;
    for (id, number, status) in [("order1", APPROVED, "paid"), ("order2", OVER_LIMIT, "failed")] {
        let reply = onetime(&shop, id, number, &json!({"channelGroupId": GROUP})).await;
        let payment = reply.response();
        assert_eq!(
            (&payment["status"], &payment["pg_provider"], &payment["pg_id"]),
            (&json!(status), &json!("kpn"), &json!("mid0001"))
        );
    }
}

#[tokio::test]
async fn sr_048_a_key_in_to_a_group_needs_the_card_and_no_buyer() {
    let shop = Shop::new().await;
    let body = json!({"merchant_uid": "order1", "amount": 8900, "name": "Pass", "channelGroupId": GROUP});
    let bare = shop.post("/subscribe/payments/onetime", &body).await;
    let (status, code, message) = bare.refusal();
    assert!(
        (status, code) == (200, 1) && message.contains("card_number") && message.contains("expiry"),
        "{message}"
    );
    assert_eq!(shop.world.wire.sent_count(), 0);
    let whole = shop.post("/subscribe/payments/onetime", &both(body, &card(APPROVED))).await;
    assert_eq!(whole.response()["status"], "paid");
}

#[tokio::test]
async fn sr_052_a_super_key_needs_the_card_and_its_payments_a_name() {
    let shop = Shop::new().await;
    let group = json!({"channelGroupId": GROUP, "customer_id": "customer1"});
    assert_eq!(shop.post("/subscribe/customers/card1", &group).await.refusal().1, 1);
    let issued = shop.post("/subscribe/customers/card1", &both(card(APPROVED), &group)).await;
    assert!(!issued.response()["succeededChannels"].as_array().unwrap().is_empty(), "{}", issued.reply.text);
    let nameless = json!({"customer_uid": "card1", "merchant_uid": "order1", "amount": 8900});
    let refused = shop.post("/subscribe/payments/again", &nameless).await;
    assert!(refused.refusal().2.contains(" name: "), "{}", refused.reply.text);
    assert_eq!(shop.again("card1", "order1").await.response()["status"], "paid");
    let missing =
        shop.schedule("card1", &[json!({"merchant_uid": "order2", "amount": 1, "name": "Pass"})]).await;
    assert_eq!(missing.refusal().1, 1);
}

#[tokio::test]
async fn sr_071_and_sr_076_a_channel_without_the_key_or_out_of_use_is_not_charged() {
    let shop = Shop::new().await;
    shop.stored("card1", APPROVED).await;
    let pinned = both(order("order1"), &json!({"customer_uid": "card1", "channel_key": SMARTRO}));
    let sent = shop.world.wire.sent_count();
    assert_eq!(shop.post("/subscribe/payments/again", &pinned).await.refusal().1, 1);
    let key = both(both(card(APPROVED), &holder()), &json!({"channelGroupId": GROUP}));
    shop.post("/subscribe/customers/card2", &key).await.response();
    let inactive = json!({"name": "Cards", "channels": [
        {"key": SMARTRO, "weight": 50, "active": false}, {"key": KPN, "weight": 50, "active": false}]});
    let saved =
        shop.world.admin("PUT", &format!("/admin/channel-groups/{GROUP}?force=true"), Some(&inactive)).await;
    assert_eq!(saved.status, 200, "{}", saved.text);
    let before = shop.world.wire.sent_count();
    assert_eq!(shop.again("card2", "order2").await.refusal().1, 1);
    assert_eq!((shop.world.wire.sent_count(), sent < before), (before, true), "no PG was asked to pay");
}

#[tokio::test]
async fn sr_082_a_schedule_tells_the_pg_that_executed_it() {
    let shop = Shop::new().await;
    let key = both(both(card(APPROVED), &holder()), &json!({"channelGroupId": GROUP}));
    shop.post("/subscribe/customers/card1", &key).await.response();
    shop.schedule("card1", &[shop.entry("order1", 1)]).await.response();
    let waiting = shop.schedule_of("order1").await;
    assert_eq!((&waiting["pg_provider"], &waiting["pg_id"]), (&Value::Null, &Value::Null), "{waiting}");
    shop.after(2).await;
    let executed = shop.schedule_of("order1").await;
    let payment = shop.get("/payments/find/order1").await.response().clone();
    assert_eq!((&executed["pg_provider"], &executed["pg_id"]), (&payment["pg_provider"], &payment["pg_id"]));
    assert!(executed["pg_provider"].is_string(), "{executed}");
}
