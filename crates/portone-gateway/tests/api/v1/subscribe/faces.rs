//! One ledger, two faces: what was made through one is read and used through the other, in the currencies its PG takes.

use serde_json::{Value, json};

use super::{Shop, both, card, holder};
use crate::world::{APPROVED, SMARTRO, key_payment, with};

/// A currency, what V1 calls an amount of it, and what V2 does.
fn amounts() -> [(&'static str, Value, i64); 2] {
    [("KRW", json!(8900), 8900), ("USD", json!(10.5), 1050)]
}

async fn stored(shop: &Shop) -> String {
    let body = both(both(card(APPROVED), &holder()), &json!({"channel_key": SMARTRO}));
    shop.post("/subscribe/customers/card1", &body).await.response();
    let keys = shop.world.get("/billing-keys").await.json();
    keys["items"][0]["billingKey"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_key_made_on_v1_is_v2s_too() {
    let shop = Shop::new().await;
    let key = stored(&shop).await;
    let read = shop.world.get(&format!("/billing-keys/{key}")).await.json();
    assert_eq!((&read["status"], &read["channels"][0]["key"]), (&json!("ISSUED"), &json!(SMARTRO)));
    for (currency, major, minor) in amounts() {
        let id = format!("v2{currency}");
        let body =
            with(with(key_payment(&key), "/currency", json!(currency)), "/amount", json!({"total": minor}));
        let reply = shop.world.post(&format!("/payments/{id}/billing-key"), &body).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        let payment = shop.get(&format!("/payments/find/{id}")).await.response().clone();
        assert_eq!((&payment["amount"], &payment["currency"]), (&major, &json!(currency)));
        assert_eq!(payment["customer_uid"], "card1", "V1's name of it");
    }
    assert_eq!(shop.world.delete(&format!("/billing-keys/{key}")).await.status, 200);
    assert_eq!(shop.get("/subscribe/customers/card1").await.status, 404);
}

#[tokio::test]
async fn a_key_made_on_v2_is_v1s_by_its_own_name() {
    let shop = Shop::new().await;
    let key = shop.world.issued(APPROVED).await;
    let read = shop.get(&format!("/subscribe/customers/{key}")).await;
    assert_eq!(read.response()["customer_uid"], json!(key));
    for (currency, major, minor) in amounts() {
        let id = format!("v1{currency}");
        let body = json!({"customer_uid": key, "merchant_uid": id, "amount": major, "currency": currency,
            "name": "Monthly pass", "channel_key": SMARTRO});
        let paid = shop.post("/subscribe/payments/again", &body).await;
        assert_eq!((&paid.response()["status"], &paid.response()["amount"]), (&json!("paid"), &major));
        let payment = shop.world.get(&format!("/payments/{id}")).await.json();
        assert_eq!((&payment["amount"]["total"], &payment["billingKey"]), (&json!(minor), &json!(key)));
    }
    let listed = shop.get(&format!("/subscribe/customers/{key}/payments")).await;
    assert_eq!(listed.response()["total"], 2);
    shop.send("DELETE", &format!("/subscribe/customers/{key}"), None).await.response();
    let gone = shop.world.get(&format!("/billing-keys/{key}")).await.json();
    assert_eq!(gone["status"], "DELETED");
}

#[tokio::test]
async fn a_schedule_made_on_v1_is_v2s_too() {
    let shop = Shop::new().await;
    let key = stored(&shop).await;
    for (currency, major, minor) in amounts() {
        let id = format!("order{currency}");
        let entry = json!({"merchant_uid": id, "schedule_at": shop.hours(1), "currency": currency, "amount": major,
            "name": "Monthly pass"});
        shop.schedule("card1", &[entry]).await.response();
        let body = json!({"filter": {"until": "2027-01-01T00:00:00Z", "billingKey": key}});
        let call = crate::http::Call::new("GET", "/payment-schedules").shop().json(&body);
        let found = shop.world.send(call).await.json();
        let mut items = found["items"].as_array().unwrap().iter();
        let schedule = items.find(|item| item["paymentId"] == json!(id)).unwrap();
        assert_eq!((&schedule["totalAmount"], &schedule["currency"]), (&json!(minor), &json!(currency)));
    }
    shop.after(2).await;
    for (currency, major, minor) in amounts() {
        let id = format!("order{currency}");
        let payment = shop.world.get(&format!("/payments/{id}")).await.json();
        assert_eq!((&payment["status"], &payment["amount"]["total"]), (&json!("PAID"), &json!(minor)));
        assert_eq!(shop.schedule_of(&id).await["amount"], major);
    }
}

#[tokio::test]
async fn a_schedule_made_on_v2_is_v1s_too() {
    let shop = Shop::new().await;
    let key = stored(&shop).await;
    for (currency, major, minor) in amounts() {
        let id = format!("order{currency}");
        let pay =
            with(with(key_payment(&key), "/currency", json!(currency)), "/amount", json!({"total": minor}));
        let body = json!({"payment": pay, "timeToPay": "2026-12-01T00:00:00+09:00"});
        let reply = shop.world.post(&format!("/payments/{id}/schedule"), &body).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        let schedule = shop.schedule_of(&id).await;
        assert_eq!((&schedule["amount"], &schedule["customer_uid"]), (&major, &json!("card1")));
    }
    let (from, to) = (shop.hours(0), shop.hours(24 * 30));
    let listed = shop.get(&format!("/subscribe/customers/card1/schedules?from={from}&to={to}")).await;
    assert_eq!(listed.response().as_array().unwrap().len(), 2);
    let moved = json!({"schedule_at": shop.hours(1)});
    shop.send("PUT", "/subscribe/payments/schedule/orderKRW", Some(&moved)).await.response();
    shop.after(2).await;
    assert_eq!(shop.world.get("/payments/orderKRW").await.json()["status"], "PAID");
    let called_off = shop.post("/subscribe/payments/unschedule", &json!({"customer_uid": "card1"})).await;
    assert_eq!(called_off.response().as_array().unwrap().len(), 1);
}
