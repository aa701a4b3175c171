//! `/admin/channels`

use insta::{assert_json_snapshot, assert_snapshot};
use serde_json::{Value, json};

use crate::world::{APPROVED, GROUP, KPN, SMARTRO, STORE, World, card_payment};

const NEW: &str = "/admin/channels/channel-key-new";

fn draft() -> Value {
    json!({"storeId": STORE, "key": "channel-key-new", "name": "Second KPN", "pgProvider": "KPN",
        "pgMerchantId": "mid0002", "environment": "test", "upstream": "sandbox",
        "contracts": ["api_keyin"], "facts": {"keyinRequiresFullAuth": true}})
}

#[tokio::test]
async fn a_channel_lives_from_creation_to_deletion() {
    let world = World::new().await;
    let created = world.admin("POST", "/admin/channels", Some(&draft())).await;
    assert_eq!(created.status, 200, "{}", created.text);
    assert_json_snapshot!(created.json(), @r#"
    {
      "active": true,
      "contracts": [
        "api_keyin"
      ],
      "environment": "test",
      "facts": {
        "keyinRequiresFullAuth": true
      },
      "key": "channel-key-new",
      "name": "Second KPN",
      "pgMerchantId": "mid0002",
      "pgProvider": "KPN",
      "storeId": "store-test",
      "upstream": "sandbox"
    }
    "#);
    assert_eq!(world.admin("GET", NEW, None).await.json(), created.json());
    let change = json!({"name": "Renamed", "contracts": null, "upstreamChannelKey": "channel-key-up"});
    let changed = world.admin("PATCH", NEW, Some(&change)).await.json();
    assert_eq!((&changed["name"], changed.get("contracts")), (&json!("Renamed"), None));
    assert_eq!(changed["facts"], json!({"keyinRequiresFullAuth": true}));
    assert_eq!(changed["upstreamChannelKey"], "channel-key-up");
    assert_eq!(world.admin("DELETE", NEW, None).await.json(), json!({"deleted": "channel-key-new"}));
    assert_eq!(world.admin("GET", NEW, None).await.error(), (404, "NOT_FOUND".to_owned()));
}

#[tokio::test]
async fn channels_are_listed_by_store() {
    let world = World::new().await;
    let keys = |list: Value| -> Vec<String> {
        let items = list["items"].as_array().unwrap();
        items.iter().map(|item| item["key"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(keys(world.admin("GET", "/admin/channels", None).await.json()), [KPN, SMARTRO]);
    let other = world.admin("GET", "/admin/channels?storeId=store-other", None).await;
    assert_eq!(keys(other.json()), Vec::<String>::new());
    let none = world.admin("GET", "/admin/channels?storeId=store-none", None).await;
    assert_eq!(none.error(), (404, "NOT_FOUND".to_owned()));
}

#[tokio::test]
async fn a_channel_switched_off_takes_no_payment() {
    let world = World::new().await;
    let off = world.admin("POST", &format!("/admin/channels/{KPN}/deactivate"), None).await;
    assert_eq!(off.json()["active"], false);
    let reply = world.post("/payments/order1/instant", &card_payment(KPN, APPROVED)).await;
    assert_eq!(reply.error(), (404, "CHANNEL_NOT_FOUND".to_owned()));
    let on = world.admin("POST", &format!("/admin/channels/{KPN}/activate"), None).await;
    assert_eq!(on.json()["active"], true);
    world.paid("order1").await;
}

#[tokio::test]
async fn what_would_break_something_is_refused() {
    let world = World::new().await;
    let member = world.admin("DELETE", &format!("/admin/channels/{KPN}"), None).await;
    assert_eq!(member.error(), (409, "CONFLICT".to_owned()));
    assert!(member.message().contains(GROUP), "{}", member.message());
    let provider = json!({"pgProvider": "SMARTRO_V2"});
    let changed = world.admin("PATCH", &format!("/admin/channels/{KPN}"), Some(&provider)).await;
    assert_eq!(changed.error(), (409, "CONFLICT".to_owned()));
    let mut taken = draft();
    taken["key"] = json!(KPN);
    let taken = world.admin("POST", "/admin/channels", Some(&taken)).await;
    assert_eq!(taken.error(), (409, "CONFLICT".to_owned()));
    let foreign = world.admin("GET", &format!("/admin/channels/{KPN}?storeId=store-other"), None).await;
    assert_eq!(foreign.error(), (404, "NOT_FOUND".to_owned()));
}

#[tokio::test]
async fn unknown_members_are_refused_here() {
    let world = World::new().await;
    let body = json!({"key": "channel-key-new", "name": "", "pgProvidr": "KPN", "environment": "TEST",
        "weight": 5, "contracts": "all", "facts": {"midCurrency": "WON"}});
    let reply = world.admin("POST", "/admin/channels", Some(&body)).await;
    assert_eq!(reply.error(), (400, "INVALID_REQUEST".to_owned()));
    assert_snapshot!(reply.message(), @r"
    ADMIN-INPUT name: is empty; send a text
    ADMIN-INPUT pgProvider: is missing; send a text
    ADMIN-INPUT pgMerchantId: is missing; send a text
    ADMIN-INPUT environment: `TEST` is no documented value; did you mean `test`?
    ADMIN-INPUT upstream: is missing; send a text
    ADMIN-INPUT contracts: is a text; send an array
    ADMIN-INPUT facts.midCurrency: is no currency code; send one of ISO 4217, such as KRW
    ADMIN-INPUT pgProvidr: is unknown: did you mean `pgProvider`?
    ADMIN-INPUT weight: is unknown: leave it out
    ");
    let mut nameless = draft();
    nameless.as_object_mut().unwrap().remove("storeId");
    let reply = world.admin("POST", "/admin/channels", Some(&nameless)).await;
    assert!(reply.message().contains("storeId: is missing"), "{}", reply.message());
}
