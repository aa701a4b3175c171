//! `GET /admin/payments/{paymentId}/routing`

use insta::assert_json_snapshot;
use serde_json::json;

use crate::world::{APPROVED, GROUP, KPN, STORE, World, card_payment, with};

#[tokio::test]
async fn a_decision_is_explained_and_replayed() {
    let world = World::new().await;
    let body = with(card_payment(KPN, APPROVED), "/channelKey", json!(null));
    let body = with(body, "/channelGroupId", json!(GROUP));
    assert_eq!(world.post("/payments/order1/instant", &body).await.status, 200);
    let path = format!("/admin/payments/order1/routing?storeId={STORE}");
    let reply = world.admin("GET", &path, None).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let item = &reply.json()["items"][0];
    assert_eq!(item["replay"], json!({"channelKey": KPN, "agrees": true}));
    assert_eq!(item["decision"]["groupId"], GROUP);
    let explanation = item["explanation"].as_str().unwrap();
    assert!(explanation.starts_with(&format!("{KPN}: drawn")), "{explanation}");
    assert!(explanation.contains("SMARTRO-100"), "{explanation}");
}

#[tokio::test]
async fn a_named_channel_needs_no_draw() {
    let world = World::new().await;
    world.paid("order1").await;
    let path = format!("/admin/payments/order1/routing?storeId={STORE}");
    let item = world.admin("GET", &path, None).await.json()["items"][0].clone();
    let item = with(item, "/decision/advice", json!("[the PG's own]"));
    assert_json_snapshot!(with(item, "/explanation", json!("[in words]")), @r#"
    {
      "channelKey": "channel-key-kpn",
      "decision": {
        "advice": "[the PG's own]",
        "chosen": "channel-key-kpn",
        "kind": "PINNED",
        "provider": "KPN",
        "purpose": "ONE_TIME"
      },
      "explanation": "[in words]",
      "replay": {
        "agrees": true,
        "channelKey": "channel-key-kpn"
      },
      "requestedAt": "2026-11-21T00:00:00.125Z",
      "status": "PAID",
      "transactionId": "01a1fb67-187d-7000-8000-000000010000"
    }
    "#);
}

#[tokio::test]
async fn a_payment_nobody_made_is_not_found() {
    let world = World::new().await;
    let path = format!("/admin/payments/order1/routing?storeId={STORE}");
    assert_eq!(world.admin("GET", &path, None).await.error(), (404, "NOT_FOUND".to_owned()));
    let nameless = world.admin("GET", "/admin/payments/order1/routing", None).await;
    assert_eq!(nameless.error(), (400, "INVALID_REQUEST".to_owned()));
}
