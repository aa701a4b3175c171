//! `/subscribe/customers`.

use serde_json::{Value, json};

use super::{Shop, both, card, holder};
use crate::world::{APPROVED, GROUP, KPN, OVER_LIMIT, REFUSED_BY_KPN, STOLEN};

const UNKNOWN: &str = "등록되지 않은 구매자입니다.";

#[tokio::test]
async fn v1_060_a_key_is_shown_with_its_card_masked() {
    let shop = Shop::new().await;
    let issued = shop.stored("card1", APPROVED).await;
    assert_eq!(
        (&issued["customer_uid"], &issued["pg_provider"], &issued["pg_id"], &issued["sandbox"]),
        (&json!("card1"), &json!("kpn"), &json!("mid0001"), &json!(true))
    );
    assert_eq!((&issued["customer_name"], &issued["inserted"]), (&json!("Port Kim"), &issued["updated"]));
    assert!(!issued.to_string().contains(APPROVED) && issued["card_number"].as_str().unwrap().contains('*'));
    assert_eq!(shop.get("/subscribe/customers/card1").await.response(), &issued);
}

#[tokio::test]
async fn v1_061_a_name_that_is_used_again_means_the_last_card() {
    let shop = Shop::new().await;
    let first = shop.stored("card1", APPROVED).await;
    shop.world.advance(chrono::TimeDelta::hours(1));
    let second = shop.stored("card1", OVER_LIMIT).await;
    assert_eq!(second["inserted"], first["inserted"]);
    assert_eq!(second["updated"].as_i64().unwrap(), first["updated"].as_i64().unwrap() + 3_600);
    assert_eq!(shop.again("card1", "order1").await.response()["status"], "failed", "the second card's limit");
    let refused = both(both(card(STOLEN), &holder()), &json!({"channel_key": KPN}));
    let reply = shop.post("/subscribe/customers/card1", &refused).await;
    assert_eq!((reply.status, reply.refusal().1), (200, -1), "{}", reply.reply.text);
    assert_eq!(shop.get("/subscribe/customers/card1").await.response(), &second, "IAMPORT-033");
    let keys = shop.world.get("/billing-keys").await.json();
    let states: Vec<&Value> = keys["items"].as_array().unwrap().iter().map(|key| &key["status"]).collect();
    assert_eq!(states, ["ISSUED", "ISSUED"], "IAMPORT-032: nobody revoked the first");
}

#[tokio::test]
async fn v1_062_an_unknown_name_is_404_and_v1_063_some_are_207() {
    let shop = Shop::new().await;
    shop.stored("card1", APPROVED).await;
    for (method, path) in [
        ("GET", "/subscribe/customers/nobody"),
        ("DELETE", "/subscribe/customers/nobody"),
        ("GET", "/subscribe/customers/nobody/payments"),
        ("GET", "/subscribe/customers?customer_uid[]=nobody"),
    ] {
        assert_eq!(shop.send(method, path, None).await.refusal(), (404, 404, UNKNOWN), "{path}");
    }
    let one = shop.get("/subscribe/customers?customer_uid[]=card1").await;
    assert_eq!((one.status, one.response().as_array().unwrap().len()), (200, 1));
    let group = both(
        card(APPROVED),
        &json!({"channelGroupId": GROUP, "customer_tel": "01000001234",
        "customer_email": "port@example.com", "customer_name": "Port Kim"}),
    );
    shop.post("/subscribe/customers/card2", &group).await.response();
    let some = shop
        .get("/subscribe/customers?customer_uid[]=card1&customer_uid[]=nobody&customer_uid[]=card2")
        .await;
    assert_eq!((some.status, some.response().as_array().unwrap().len()), (207, 2));
}

#[tokio::test]
async fn v1_064_a_deletion_shows_what_is_gone_and_does_not_look_at_schedules() {
    let shop = Shop::new().await;
    let stored = shop.stored("card1", APPROVED).await;
    shop.schedule("card1", &[shop.entry("order1", 1)]).await.response();
    let deleted = shop.send("DELETE", "/subscribe/customers/card1?reason=left", None).await;
    assert_eq!(deleted.response(), &stored);
    assert_eq!(shop.send("DELETE", "/subscribe/customers/card1", None).await.refusal().0, 404);
    shop.after(2).await;
    let schedule = shop.schedule_of("order1").await;
    assert_eq!(
        (&schedule["schedule_status"], &schedule["payment_status"]),
        (&json!("executed"), &json!("failed")),
        "IAMPORT-047"
    );
}

#[tokio::test]
async fn sr_066_a_group_issues_one_key_at_several_channels() {
    let shop = Shop::new().await;
    let body =
        |number| both(both(card(number), &holder()), &json!({"channel_group_id": GROUP, "pg": "none"}));
    let reply = shop.post("/subscribe/customers/card1", &body(REFUSED_BY_KPN)).await;
    let key = reply.response().clone();
    let (held, failed) = (&key["succeededChannels"], &key["failedChannels"]);
    assert_eq!((&key["channelGroupId"], &held[0]["pg_provider"]), (&json!(GROUP), &json!("smartro_v2")));
    assert_eq!((&failed[0]["pg_provider"], &failed[0]["type"]), (&json!("kpn"), &json!("PG_PROVIDER")));
    assert_eq!(shop.get("/subscribe/customers/card1").await.response(), &key, "read as it was issued");
    let deleted = shop.send("DELETE", "/subscribe/customers/card1", None).await;
    assert_eq!(deleted.response()["succeededChannels"], key["succeededChannels"]);
    let none = shop.post("/subscribe/customers/card2", &body(STOLEN)).await;
    assert_eq!((none.status, none.refusal().1), (200, -1), "SR-067: {}", none.reply.text);
    let both_named = both(body(APPROVED), &json!({"channel_key": KPN}));
    let refused = shop.post("/subscribe/customers/card3", &both_named).await;
    assert!(refused.refusal().2.starts_with("SR-020 channel_key: "), "{}", refused.reply.text);
}

#[tokio::test]
async fn iamport_030_a_name_has_80_characters_at_most() {
    let shop = Shop::new().await;
    let body = both(card(APPROVED), &json!({"pg": "kpn"}));
    let reply = shop.post(&format!("/subscribe/customers/{}", "u".repeat(81)), &body).await;
    assert!(reply.refusal().2.contains("IAMPORT-030 customer_uid: "), "{}", reply.reply.text);
    let longest = "u".repeat(80);
    let stored = shop.stored(&longest, APPROVED).await;
    assert_eq!(stored["customer_uid"], json!(longest));
}

#[tokio::test]
async fn a_names_payments_are_listed_the_latest_first() {
    let shop = Shop::new().await;
    shop.stored("card1", APPROVED).await;
    for id in ["order1", "order2"] {
        shop.again("card1", id).await.response();
        shop.world.advance(chrono::TimeDelta::hours(1));
    }
    shop.stored("card1", OVER_LIMIT).await;
    shop.again("card1", "order3").await.response();
    let reply = shop.get("/subscribe/customers/card1/payments?page=1").await;
    let page = reply.response();
    let ids: Vec<&Value> = page["list"].as_array().unwrap().iter().map(|it| &it["merchant_uid"]).collect();
    assert_eq!(
        (ids, &page["total"]),
        (vec![&json!("order3"), &json!("order2"), &json!("order1")], &json!(3))
    );
    assert!(page["list"].as_array().unwrap().iter().all(|it| it["customer_uid"] == "card1"));
}
