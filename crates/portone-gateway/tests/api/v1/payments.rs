//! The payment object, and reading one.

use serde_json::{Value, json};

use super::Shop;
use crate::world::{APPROVED, KPN, OVER_LIMIT, SMARTRO, account_payment, card_payment, key_payment};

async fn read(shop: &Shop, imp_uid: &str) -> Value {
    shop.get(&format!("/payments/{imp_uid}?include_sandbox=true")).await.response().clone()
}

#[tokio::test]
async fn v1_020_every_attempt_has_a_name_of_its_own_that_reads_it() {
    let shop = Shop::new().await;
    let first = shop.failed("order1", OVER_LIMIT).await;
    let second = shop.paid("order1").await;
    assert!(first < second && first.starts_with("imp_") && first.len() == 16, "{first} {second}");
    assert_eq!(
        (&read(&shop, &first).await["status"], &read(&shop, &second).await["status"]),
        (&json!("failed"), &json!("paid"))
    );
    for nothing in ["imp_000000000001", "imp_1", "order1", "imp_4482800906381"] {
        assert_eq!(
            shop.get(&format!("/payments/{nothing}?include_sandbox=true")).await.status,
            404,
            "{nothing}"
        );
    }
}

#[tokio::test]
async fn v1_006_an_unknown_payment_is_told_in_the_known_words() {
    let shop = Shop::new().await;
    let reply = shop.get("/payments/imp_448280090638").await;
    assert_eq!(reply.refusal(), (404, 404, "존재하지 않는 결제정보입니다."));
}

#[tokio::test]
async fn v1_036_a_test_payment_is_shown_to_whoever_asks_for_it() {
    let shop = Shop::new().await;
    let imp_uid = shop.paid("order1").await;
    let hidden = shop.get(&format!("/payments/{imp_uid}")).await;
    let (status, _, message) = hidden.refusal();
    assert!(
        status == 404 && message.starts_with("존재하지 않는 결제정보입니다.\nV1-036 include_sandbox"),
        "{message}"
    );
    assert_eq!(shop.get(&format!("/payments/{imp_uid}?include_sandbox=false")).await.status, 404);
    assert_eq!(read(&shop, &imp_uid).await["sandbox"], true);
    assert_eq!(shop.get("/payments/find/order1").await.status, 200, "of this endpoint alone");
}

#[tokio::test]
async fn v1_023_a_paid_payment_is_shown_whole() {
    let shop = Shop::new().await;
    let imp_uid = shop.paid("order1").await;
    let payment = read(&shop, &imp_uid).await;
    let expected = json!({"imp_uid": imp_uid, "merchant_uid": "order1", "amount": 8900, "cancel_amount": 0,
        "currency": "KRW", "status": "paid", "sandbox": true, "pay_method": "card", "channel": "api",
        "pg_provider": "kpn", "pg_id": "mid0001", "name": "Monthly pass", "buyer_name": "Port Kim",
        "buyer_email": "port@example.com", "escrow": false, "failed_at": 0, "cancelled_at": 0,
        "fail_reason": null, "customer_uid": null, "customer_uid_usage": null, "cancel_history": [],
        "cancel_receipt_urls": [], "card_quota": 0});
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&payment[name], value, "{name}");
    }
    assert!(payment["paid_at"].as_i64() >= payment["started_at"].as_i64() && payment["pg_tid"].is_string());
    let number = payment["card_number"].as_str().unwrap();
    assert!(number.contains('*') && !number.contains(APPROVED), "{number}");
}

#[tokio::test]
async fn v1_025_times_that_did_not_come_are_zero() {
    let shop = Shop::new().await;
    let failed = read(&shop, &shop.failed("order1", OVER_LIMIT).await).await;
    assert_eq!((&failed["paid_at"], &failed["cancelled_at"]), (&json!(0), &json!(0)));
    assert!(failed["failed_at"].as_i64().unwrap() > 0 && failed["fail_reason"].is_string(), "{failed}");
    let reply = shop.world.post("/payments/account1/instant", &account_payment(SMARTRO)).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let ready = read(&shop, &shop.imp_uid("account1").await).await;
    let times = ["paid_at", "failed_at", "cancelled_at"].map(|name| ready[name].as_i64().unwrap());
    assert_eq!(
        (times, &ready["status"], &ready["pay_method"]),
        ([0, 0, 0], &json!("ready"), &json!("vbank"))
    );
    assert_eq!((&ready["vbank_code"], &ready["vbank_name"]), (&json!("088"), &json!("신한은행")));
    assert!(
        ready["vbank_num"].is_string()
            && ready["vbank_date"].as_i64().unwrap() > ready["vbank_issued_at"].as_i64().unwrap()
    );
}

#[tokio::test]
async fn v1_030_what_a_key_was_used_for_is_told() {
    let shop = Shop::new().await;
    let key = shop.world.issued(APPROVED).await;
    let reply = shop.world.post("/payments/order1/billing-key", &key_payment(&key)).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let payment = read(&shop, &shop.imp_uid("order1").await).await;
    assert_eq!((&payment["customer_uid"], &payment["customer_uid_usage"]), (&json!(key), &json!("payment")));
    let body = json!({"payment": key_payment(&key), "timeToPay": "2026-11-21T00:10:00Z"});
    assert_eq!(shop.world.post("/payments/order2/schedule", &body).await.status, 200);
    shop.world.advance(chrono::TimeDelta::minutes(11));
    Box::pin(shop.world.engine.run_due_schedules(10)).await.unwrap();
    let payment = read(&shop, &shop.imp_uid("order2").await).await;
    assert_eq!(
        (&payment["status"], &payment["customer_uid_usage"]),
        (&json!("paid"), &json!("payment.scheduled"))
    );
}

#[tokio::test]
async fn v1_024_texts_are_cut_and_what_is_too_long_for_a_machine_is_not_told() {
    let shop = Shop::new().await;
    let mut body = card_payment(KPN, APPROVED);
    body["orderName"] = json!("가".repeat(41));
    body["customer"]["name"] = json!({"full": "n".repeat(17)});
    let reply = shop.world.post("/payments/order1/instant", &body).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let payment = read(&shop, &shop.imp_uid("order1").await).await;
    assert_eq!(payment["name"], "가".repeat(40));
    assert_eq!(payment["buyer_name"], "n".repeat(16));
}

#[tokio::test]
async fn v1_021_a_payment_whose_id_is_too_long_goes_by_its_imp_uid() {
    let shop = Shop::new().await;
    let id = "a".repeat(41);
    let reply = shop.world.post(&format!("/payments/{id}/instant"), &card_payment(KPN, APPROVED)).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let imp_uid = shop.imp_uid(&id).await;
    let payment = read(&shop, &imp_uid).await;
    assert_eq!(payment["merchant_uid"], imp_uid);
    assert_eq!(shop.get(&format!("/payments/find/{imp_uid}")).await.response()["imp_uid"], imp_uid);
    let short = shop.paid("order1").await;
    assert_eq!(
        shop.get(&format!("/payments/find/{short}")).await.status,
        404,
        "another's imp_uid is no merchant_uid"
    );
}

#[tokio::test]
async fn dollars_are_told_in_dollars() {
    let shop = Shop::new().await;
    let imp_uid = shop.paid_in_dollars("order1").await;
    let reply = shop.get(&format!("/payments/{imp_uid}?include_sandbox=true")).await;
    assert_eq!((&reply.response()["amount"], &reply.response()["currency"]), (&json!(20), &json!("USD")));
    let reply =
        shop.post("/payments/cancel", &json!({"imp_uid": imp_uid, "amount": 0.5, "checksum": 20})).await;
    assert!(reply.reply.text.contains("\"cancel_amount\":0.5,"), "{}", reply.reply.text);
}

#[tokio::test]
async fn v1_103_a_payment_made_through_v1_is_of_version_v1_on_v2() {
    let shop = Shop::new().await;
    let imp_uid = shop.paid_through_v1().await;
    let payment = shop.world.get("/payments/orderofv1").await.json();
    assert_eq!((&payment["version"], &payment["transactionId"]), (&json!("V1"), &json!(imp_uid)));
    let items = shop.world.get("/payments/orderofv1/transactions").await.json();
    assert_eq!((&items["items"][0]["id"], &items["items"][0]["version"]), (&json!(imp_uid), &json!("V1")));
    shop.paid("order2").await;
    assert_eq!(shop.world.get("/payments/order2").await.json()["version"], "V2");
    for (version, ids) in [("V1", vec!["orderofv1"]), ("V2", vec!["order2"])] {
        let body = json!({"page": {"number": 0, "size": 10}, "filter": {"version": version}});
        let call = crate::http::Call::new("GET", "/payments").shop().json(&body);
        let listed = shop.world.send(call).await.json();
        let found: Vec<_> =
            listed["items"].as_array().unwrap().iter().map(|item| item["id"].clone()).collect();
        assert_eq!(found, ids, "{version}");
    }
    assert_eq!(read(&shop, &imp_uid).await["custom_data"], r#"{"a":1}"#, "V1-033");
}

#[tokio::test]
async fn v1_049_no_balance_is_told_but_payco_s() {
    let shop = Shop::new().await;
    let imp_uid = shop.paid("order1").await;
    let reply = shop.get(&format!("/payments/{imp_uid}/balance")).await;
    assert!(reply.refusal().0 == 405 && reply.refusal().2.contains("V1-049"), "{}", reply.reply.text);
    assert_eq!(shop.get("/payments/imp_000000000001/balance").await.status, 404);
}
