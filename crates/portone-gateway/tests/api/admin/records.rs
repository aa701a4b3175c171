//! `/admin/stores`, `/admin/attempts`, `/admin/discrepancies`, `/admin/events`

use chrono::TimeDelta;
use insta::assert_json_snapshot;
use serde_json::json;

use crate::world::{APPROVED, KPN, Line, STORE, World, card_payment, is_uuid};

#[tokio::test]
async fn stores_are_listed_without_their_secrets() {
    let world = World::new().await;
    let expected = json!({"items": [{"id": "store-test", "name": "store-test shop"},
        {"id": "store-other", "name": "store-other shop"}]});
    assert_eq!(world.admin("GET", "/admin/stores", None).await.json(), expected);
}

#[tokio::test]
async fn an_open_attempt_is_listed_with_its_age() {
    let world = World::new().await;
    let none = world.admin("GET", "/admin/attempts?open", None).await;
    assert_eq!(none.json(), json!({"items": []}));
    world.wire.set(Line::Dumb);
    world.post("/payments/order1/instant", &card_payment(KPN, APPROVED)).await;
    world.advance(TimeDelta::seconds(30));
    let attempts = world.admin("GET", "/admin/attempts?open=true", None).await.json();
    assert!(is_uuid(attempts["items"][0]["id"].as_str().unwrap()));
    assert_json_snapshot!(attempts, @r#"
    {
      "items": [
        {
          "ageSeconds": 30,
          "channelKey": "channel-key-kpn",
          "command": "PAY_INSTANTLY",
          "id": "01a1fb67-187d-7000-8000-000000010000",
          "inquiryCount": 0,
          "leaseUntil": "2026-11-21T00:01:05.125Z",
          "leased": true,
          "nextInquiryAt": "2026-11-21T00:00:01.125Z",
          "openedAt": "2026-11-21T00:00:00.125Z",
          "paymentId": "order1",
          "storeId": "store-test",
          "transactionId": "01a1fb67-187d-7000-8000-000000010000"
        }
      ]
    }
    "#);
}

#[tokio::test]
async fn discrepancies_are_listed() {
    let world = World::new().await;
    let reply = world.admin("GET", "/admin/discrepancies", None).await;
    assert_eq!((reply.status, reply.json()), (200, json!({"items": []})));
}

#[tokio::test]
async fn events_are_listed_after_a_number() {
    let world = World::new().await;
    world.paid("order1").await;
    world.paid("order2").await;
    let events = |tail: &str| format!("/admin/events?storeId={STORE}{tail}");
    let all = world.admin("GET", &events(""), None).await.json();
    assert_eq!(all["items"].as_array().unwrap().len(), 2);
    let first = all["items"][0]["number"].as_u64().unwrap();
    let rest = world.admin("GET", &events(&format!("&after={first}")), None).await.json();
    assert_eq!(rest["items"].as_array().unwrap().len(), 1);
    assert_json_snapshot!(rest, @r#"
    {
      "items": [
        {
          "data": {
            "paymentId": "order2",
            "storeId": "store-test",
            "transactionId": "01a1fb67-187d-7000-8000-000000030000"
          },
          "number": 2,
          "timestamp": "2026-11-21T00:00:00.125Z",
          "type": "Transaction.Paid"
        }
      ]
    }
    "#);
    let odd = world.admin("GET", &events("&after=x"), None).await;
    assert_eq!(odd.error(), (400, "INVALID_REQUEST".to_owned()));
}
