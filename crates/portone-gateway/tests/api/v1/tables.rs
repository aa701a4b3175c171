//! `/users/pg`, `/cards` and `/banks`.

use serde_json::{Value, json};

use super::Shop;

#[tokio::test]
async fn v1_048_codes_are_listed_and_looked_up() {
    let shop = Shop::new().await;
    assert_eq!(shop.get("/banks/088").await.response(), &json!({"code": "088", "name": "신한은행"}));
    assert_eq!(shop.get("/cards/366").await.response(), &json!({"code": "366", "name": "신한카드"}));
    for (path, count) in [("/banks", 22), ("/cards", 20)] {
        let reply = shop.get(path).await;
        let codes: Vec<&str> =
            reply.response().as_array().unwrap().iter().map(|it| it["code"].as_str().unwrap()).collect();
        assert!(codes.is_sorted() && codes.len() == count, "{path}: {codes:?}");
        assert_eq!(shop.get(&format!("{path}/999")).await.refusal().0, 404);
    }
}

#[tokio::test]
async fn v1_048_the_store_s_channels_are_listed() {
    let shop = Shop::new().await;
    let reply = shop.get("/users/pg").await;
    let all = reply.response().as_array().unwrap();
    let kinds = |key: &str| -> Vec<Value> {
        all.iter().filter(|it| it["channel_key"] == key).map(|it| it["type"].clone()).collect()
    };
    assert_eq!(kinds("channel-key-kpn"), ["payment", "api_payment"]);
    let kpn = all.iter().find(|it| it["channel_key"] == "channel-key-kpn").unwrap();
    let expected = json!({"pg_provider": "kpn", "pg_id": "mid0001", "sandbox": true, "type": "payment",
        "channel_name": "KPN test", "channel_key": "channel-key-kpn"});
    assert_eq!(kpn, &expected);
    assert!(all.iter().any(|it| it["pg_provider"] == "smartro_v2"));
}
