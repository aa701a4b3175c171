//! `/vbanks`

use serde_json::{Value, json};

use super::{Shop, V1Reply};
use crate::world::{SMARTRO, with};

fn account(id: &str) -> Value {
    json!({"channel_key": SMARTRO, "merchant_uid": id, "amount": 8900, "name": "Monthly pass", "vbank_code": "088",
        "vbank_due": 1_893_456_000, "vbank_holder": "Port Kim", "buyer_name": "Port Kim",
        "buyer_email": "port@example.com", "buyer_tel": "01000001234"})
}

async fn issued(shop: &Shop, id: &str) -> Value {
    shop.post("/vbanks", &account(id)).await.response().clone()
}

async fn close(shop: &Shop, imp_uid: &str) -> V1Reply {
    shop.send("DELETE", &format!("/vbanks/{imp_uid}"), None).await
}

#[tokio::test]
async fn v1_080_an_account_is_issued_and_waits() {
    let shop = Shop::new().await;
    let account = issued(&shop, "order1").await;
    let expected = json!({"merchant_uid": "order1", "status": "ready", "pay_method": "vbank", "amount": 8900,
        "vbank_code": "088", "vbank_name": "신한은행", "vbank_date": 1_893_456_000,
        "channel": "api", "paid_at": 0});
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&account[name], value, "{name}");
    }
    assert!(account["vbank_num"].is_string() && account["vbank_issued_at"].as_i64().unwrap() > 0);
    let v2 = shop.world.get("/payments/order1").await.json();
    assert_eq!((&v2["status"], &v2["version"]), (&json!("VIRTUAL_ACCOUNT_ISSUED"), &json!("V1")));
}

#[tokio::test]
async fn a_form_issues_one_too_and_what_is_missing_is_told_together() {
    let shop = Shop::new().await;
    let form = "merchant_uid=order1&channel_key=channel-key-smartro&amount=8900&name=Pass&vbank_code=088\
                &vbank_due=1893456000&vbank_holder=Port+Kim&buyer_name=Port+Kim&buyer_email=port%40example.com\
                &buyer_tel=01000001234";
    assert_eq!(shop.form("POST", "/vbanks", form).await.response()["status"], "ready");
    let reply = shop.post("/vbanks", &json!({"channel_key": SMARTRO, "vbank_due": "20301231"})).await;
    let (status, code, message) = reply.refusal();
    assert_eq!((status, code), (200, 1));
    assert!(message.starts_with("파라미터 누락: "), "{message}");
    for part in ["merchant_uid", "amount", "vbank_code", "IAMPORT-073 vbank_due"] {
        assert!(message.contains(part), "{part}: {message}");
    }
    let message = shop.post("/vbanks", &with(account("order2"), "/vbank_code", json!("999"))).await;
    assert!(message.refusal().2.contains("IAMPORT-074 vbank_code"), "{}", message.refusal().2);
    let message = shop.post("/vbanks", &with(account("order2"), "/channel_key", json!("nothing"))).await;
    assert_eq!(message.refusal().0, 200);
}

#[tokio::test]
async fn v1_081_an_account_is_closed_by_its_imp_uid_while_it_waits() {
    let shop = Shop::new().await;
    let imp_uid = issued(&shop, "order1").await["imp_uid"].as_str().unwrap().to_owned();
    let closed = close(&shop, &imp_uid).await.response().clone();
    assert_eq!((&closed["status"], &closed["imp_uid"]), (&json!("cancelled"), &json!(imp_uid)));
    let again = close(&shop, &imp_uid).await;
    assert!(again.refusal().0 == 400 && again.refusal().2.starts_with("V1-081"), "{}", again.refusal().2);
    assert_eq!(close(&shop, "imp_000000000001").await.refusal(), (404, 404, "존재하지 않는 결제정보입니다."));
    let card = shop.paid("order2").await;
    assert!(close(&shop, &card).await.refusal().2.contains("is no virtual account"));
    let paid = issued(&shop, "order3").await["imp_uid"].as_str().unwrap().to_owned();
    shop.world.deposited("order3").await;
    assert_eq!(close(&shop, &paid).await.refusal().0, 400);
    assert_eq!(
        shop.post("/vbanks", &account("order3")).await.refusal().1,
        1,
        "a paid one blocks new accounts"
    );
}

#[tokio::test]
async fn what_no_pg_here_changes_is_refused_by_name() {
    let shop = Shop::new().await;
    let imp_uid = issued(&shop, "order1").await["imp_uid"].as_str().unwrap().to_owned();
    let sent = shop.world.wire.sent_count();
    let path = format!("/vbanks/{imp_uid}");
    let reply = shop.send("PUT", &path, Some(&json!({"amount": 9000}))).await;
    let (status, code, message) = reply.refusal();
    assert_eq!((status, code), (400, 1));
    assert!(message.starts_with("SMARTRO-CAP imp_uid") && message.contains("settle"), "{message}");
    let nothing = shop.send("PUT", &path, Some(&json!({}))).await;
    assert!(nothing.refusal().2.starts_with("파라미터 누락: amount"), "{}", nothing.refusal().2);
    let unknown = shop.send("PUT", "/vbanks/imp_000000000001", Some(&json!({"amount": 9000}))).await;
    assert_eq!(unknown.refusal().0, 404);
    assert_eq!(shop.world.wire.sent_count(), sent);
}

/// The URLs of a V1 request hear of its payment in V1's words, whatever the shop declared.
#[tokio::test]
async fn v1_082_an_account_s_own_urls_are_told_in_v1_s_words() {
    let shop = Shop::new().await;
    let urls = ["https://shop.example.com/a", "https://shop.example.com/b"];
    let mut body = account("order1");
    body["notice_url"] = json!(urls);
    shop.post("/vbanks", &body).await.response();
    let log =
        shop.world.admin("GET", "/admin/webhooks?storeId=store-test&after=0&limit=10", None).await.json();
    let told: Vec<_> =
        log["items"].as_array().unwrap().iter().map(|it| (&it["url"], &it["version"])).collect();
    assert_eq!(
        told,
        urls.map(|url| (json!(url), json!("v1"))).iter().map(|(a, b)| (a, b)).collect::<Vec<_>>()
    );
}
