//! `GET /admin/deliveries/owed`

use serde_json::{Value, json};

use crate::paymentwall::{CONFIRM, channel, digital, paid, payment};
use crate::world::{STORE, World, with};

async fn owed(world: &World) -> Vec<Value> {
    let list = world.admin("GET", &format!("/admin/deliveries/owed?storeId={STORE}"), None).await;
    assert_eq!(list.status, 200, "{}", list.text);
    list.json()["items"].as_array().unwrap().clone()
}

/// Pays for goods or for content at Paymentwall.
async fn sold(world: &World, id: &str, kind: &str) {
    let body = with(payment(), "/productType", json!(kind));
    let reply = world.post(&format!("/payments/{id}/instant"), &body).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
}

#[tokio::test]
async fn pw_021_goods_owe_a_delivery_until_it_is_told() {
    let world = World::new().await;
    channel(&world).await;
    sold(&world, "goods1", "PHYSICAL").await;
    sold(&world, "goods2", "PHYSICAL").await;
    sold(&world, "content", "DIGITAL").await;
    paid(&world, "unsaid").await;
    let list = owed(&world).await;
    let ids: Vec<&str> = list.iter().map(|item| item["paymentId"].as_str().unwrap()).collect();
    assert_eq!(ids, ["goods1", "goods2"]);
    assert_eq!(
        (&list[0]["productType"], &list[0]["channelKey"]),
        (&json!("PHYSICAL"), &json!("channel-key-paymentwall"))
    );
    assert!(list[0]["paidAt"].is_string(), "{list:?}");
    let told = world.post(CONFIRM, &digital(&list[0]["transactionId"])).await;
    assert_eq!(told.status, 200, "{}", told.text);
    let left = owed(&world).await;
    assert_eq!((left.len(), &left[0]["paymentId"]), (1, &json!("goods2")));
}

#[tokio::test]
async fn a_store_without_such_a_channel_owes_nothing_and_times_are_read() {
    let world = World::new().await;
    assert!(owed(&world).await.is_empty());
    let wrong = world
        .admin("GET", &format!("/admin/deliveries/owed?storeId={STORE}&from=yesterday&until=now"), None)
        .await;
    assert_eq!(wrong.status, 400, "{}", wrong.text);
    assert!(wrong.text.contains("from:") && wrong.text.contains("until:"), "{}", wrong.text);
}
