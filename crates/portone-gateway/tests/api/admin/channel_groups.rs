//! `/admin/channel-groups`

use chrono::TimeDelta;
use insta::{assert_json_snapshot, assert_snapshot};
use serde_json::{Value, json};

use crate::world::{APPROVED, GROUP, KPN, SMARTRO, STORE, World};

fn path(tail: &str) -> String {
    format!("/admin/channel-groups/{GROUP}{tail}")
}

fn draft(weights: [u32; 2]) -> Value {
    json!({"name": "Cards", "channels": [{"key": SMARTRO, "weight": weights[0]}, {"key": KPN, "weight": weights[1]}]})
}

#[tokio::test]
async fn a_group_is_created_and_told_with_its_version() {
    let world = World::new().await;
    let mut body = draft([30, 70]);
    body["id"] = json!("channel-group-test-new");
    body["storeId"] = json!(STORE);
    body["environment"] = json!("test");
    body["onViolation"] = json!("fail");
    let created = world.admin("POST", "/admin/channel-groups", Some(&body)).await;
    assert_eq!(created.status, 200, "{}", created.text);
    assert_json_snapshot!(created.json(), @r#"
    {
      "advice": [
        {
          "field": "channels[0].key",
          "message": "SMARTRO_V2 lacks PAY_INSTANTLY by CARD, which other members take: such a payment fails whenever it is drawn; use a group whose members all take what is sent",
          "rule": "SR-010",
          "severity": "ADVISE",
          "source": "guide of smart routing (FAQ), seed 000"
        }
      ],
      "channels": [
        {
          "active": true,
          "key": "channel-key-smartro",
          "weight": 30
        },
        {
          "active": true,
          "key": "channel-key-kpn",
          "weight": 70
        }
      ],
      "createdAt": "2026-11-21T00:00:00.125Z",
      "effectiveAt": "2026-11-21T00:00:00.125Z",
      "environment": "test",
      "id": "channel-group-test-new",
      "name": "Cards",
      "onViolation": "fail",
      "scheduled": [],
      "status": "CURRENT",
      "storeId": "store-test",
      "version": 1
    }
    "#);
    let again = world.admin("POST", "/admin/channel-groups", Some(&body)).await;
    assert_eq!(again.error(), (409, "CONFLICT".to_owned()));
    let list = world.admin("GET", "/admin/channel-groups", None).await.json();
    assert_eq!(list["items"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_failover_policy_is_switched_on_checked_and_off() {
    let world = World::new().await;
    assert_eq!(world.admin("GET", &path(""), None).await.json().get("failover"), None, "as documented");
    let mut body = draft([50, 50]);
    body["failover"] = json!({});
    let on = world.admin("PUT", &path(""), Some(&body)).await.json();
    assert_eq!(on["failover"], json!({"reroutesMax": 2, "withinSeconds": 30, "declines": []}));
    body["failover"] = json!({"reroutesMax": 1, "withinSeconds": 10, "declines": ["KPN:K110"]});
    let changed = world.admin("PUT", &path(""), Some(&body)).await.json();
    assert_eq!(changed["failover"], body["failover"]);
    assert_eq!(world.admin("GET", &path(""), None).await.json()["failover"], body["failover"]);
    body["failover"] =
        json!({"reroutesMax": 10, "withinSeconds": 0, "declines": ["A", "A", "UNKNOWN_OUTCOME"]});
    let refused = world.admin("PUT", &path(""), Some(&body)).await;
    assert_eq!(refused.error(), (400, "INVALID_REQUEST".to_owned()));
    assert_snapshot!(refused.message(), @r"
    GROUP-FAILOVER failover.reroutesMax: is 10; use 1 to 9
    GROUP-FAILOVER failover.withinSeconds: is 0; use 1 to 300
    GROUP-FAILOVER failover.declines[1]: `A` is listed twice; list it once
    GROUP-FAILOVER failover.declines[2]: `UNKNOWN_OUTCOME` is no decline: money may have moved; leave it out
    ");
    body["failover"] = json!(5);
    let refused = world.admin("PUT", &path(""), Some(&body)).await;
    assert!(refused.message().contains("failover: is a number; send an object"), "{}", refused.message());
    let off = world.admin("PUT", &path(""), Some(&draft([50, 50]))).await.json();
    assert_eq!((off.get("failover"), &off["version"]), (None, &json!(4)));
}

#[tokio::test]
async fn a_change_can_be_scheduled_and_then_counts() {
    let world = World::new().await;
    let mut body = draft([10, 90]);
    body["effectiveAt"] = json!("2026-11-21T09:00:01+09:00");
    let scheduled = world.admin("PUT", &path(""), Some(&body)).await.json();
    assert_eq!((&scheduled["version"], &scheduled["status"]), (&json!(1), &json!("CURRENT")));
    assert_eq!(scheduled["scheduled"][0]["version"], 2);
    assert_eq!(scheduled["scheduled"][0]["status"], "SCHEDULED");
    assert_eq!(scheduled["scheduled"][0]["effectiveAt"], "2026-11-21T00:00:01.000Z");
    world.advance(TimeDelta::seconds(1));
    let current = world.admin("GET", &path(""), None).await.json();
    assert_eq!((&current["version"], &current["scheduled"]), (&json!(2), &json!([])));
    let history = world.admin("GET", &path("/history"), None).await.json();
    let statuses: Vec<&Value> =
        history["items"].as_array().unwrap().iter().map(|item| &item["status"]).collect();
    assert_eq!(statuses, ["PAST", "CURRENT"]);
    body["effectiveAt"] = json!("2026-11-20T00:00:00Z");
    let past = world.admin("PUT", &path(""), Some(&body)).await;
    assert_eq!(past.error(), (400, "INVALID_REQUEST".to_owned()));
}

#[tokio::test]
async fn a_group_still_to_come_is_listed_as_such() {
    let world = World::new().await;
    let mut body = draft([50, 50]);
    body["id"] = json!("channel-group-test-new");
    body["storeId"] = json!(STORE);
    body["environment"] = json!("test");
    body["effectiveAt"] = json!("2026-12-01T00:00:00Z");
    let created = world.admin("POST", "/admin/channel-groups", Some(&body)).await.json();
    assert_eq!(created["status"], "SCHEDULED");
    let list = world.admin("GET", "/admin/channel-groups", None).await.json();
    let statuses: Vec<&Value> =
        list["items"].as_array().unwrap().iter().map(|item| &item["status"]).collect();
    assert_eq!(statuses, ["CURRENT", "SCHEDULED"]);
}

#[tokio::test]
async fn a_group_in_use_is_emptied_or_deleted_only_by_force() {
    let world = World::new().await;
    world.issued(APPROVED).await;
    for (method, path) in [("POST", path("/deactivate")), ("DELETE", path(""))] {
        let refused = world.admin(method, &path, None).await;
        assert_eq!(refused.error(), (409, "IN_USE".to_owned()));
        assert_eq!(refused.json()["dependents"], json!({"billingKeys": 1, "schedules": 0}));
    }
    let emptied = world.admin("POST", &path("/deactivate?force=true"), None).await.json();
    assert!(emptied["channels"].as_array().unwrap().iter().all(|member| member["active"] == false));
    let deleted = world.admin("DELETE", &path("?force=true"), None).await;
    assert_eq!(deleted.json(), json!({"deleted": GROUP}));
    assert_eq!(world.admin("GET", &path(""), None).await.error(), (404, "NOT_FOUND".to_owned()));
    let history = world.admin("GET", &path("/history"), None).await.json();
    assert_eq!(history["items"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_group_is_checked() {
    let world = World::new().await;
    let weights = world.admin("PUT", &path(""), Some(&draft([50, 51]))).await;
    assert_eq!(weights.error(), (400, "INVALID_REQUEST".to_owned()));
    assert!(weights.message().contains("SR-002"), "{}", weights.message());
    let body =
        json!({"nmae": "Cards", "channels": [{"key": SMARTRO, "wieght": 50}, 5], "onViolation": "pass"});
    let reply = world.admin("PUT", &path("?force=perhaps"), Some(&body)).await;
    assert_snapshot!(reply.message(), @"ADMIN-INPUT force: is neither true nor false; send one of them");
    let reply = world.admin("PUT", &path(""), Some(&body)).await;
    assert_snapshot!(reply.message(), @r"
    ADMIN-INPUT name: is missing; send a text
    ADMIN-INPUT onViolation: `pass` is no documented value; send one of skip, fail
    ADMIN-INPUT channels[1]: is a number; send an object
    ADMIN-INPUT channels[0].weight: is missing; send a share of 0 to 100
    ADMIN-INPUT nmae: is unknown: did you mean `name`?
    ADMIN-INPUT channels[0].wieght: is unknown: did you mean `channels[0].weight`?
    ");
}
