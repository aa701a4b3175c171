//! The admin face: channels, groups, their changes, and why a payment went where it went.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::{DateTime, SecondsFormat, Utc};
use portone_tests::{Answer, Api, GROUP, KPN, PATIENCE, SMARTRO, STORE, Shop, eventually};
use serde_json::{Value, json};

const OTHER: &str = "channel-key-other";

fn channel(key: &str) -> Value {
    json!({
        "storeId": STORE, "key": key, "name": "Another KPN", "pgProvider": "KPN", "pgMerchantId": "KPNTEST02m",
        "environment": "test", "upstream": "sandbox"
    })
}

fn group(members: &[(&str, u32)]) -> Value {
    let members: Vec<Value> =
        members.iter().map(|(key, weight)| json!({"key": key, "weight": weight})).collect();
    json!({"name": "Changed", "channels": members})
}

fn card_payment(selector: &str, value: &str) -> Value {
    json!({
        selector: value, "orderName": "Monthly pass", "amount": {"total": 8_900}, "currency": "KRW",
        "customer": customer(), "method": card()
    })
}

fn card() -> Value {
    json!({"card": {"credential": {
        "number": "4242424242424242", "expiryYear": "29", "expiryMonth": "12",
        "birthOrBusinessRegistrationNumber": "900101", "passwordTwoDigits": "00"
    }}})
}

fn customer() -> Value {
    json!({
        "id": "customer1", "name": {"full": "Kim Port"}, "phoneNumber": "01012345678", "email": "kim@example.com"
    })
}

async fn pay(api: &Api, id: &str, selector: &str, value: &str) -> Answer {
    api.post(&format!("/payments/{id}/instant"), &card_payment(selector, value)).await
}

/// The channel a payment through the group went to.
async fn channel_of(api: &Api, id: &str) -> String {
    pay(api, id, "channelGroupId", GROUP).await.ok();
    let payment = api.get(&format!("/payments/{id}")).await.ok();
    payment["channel"]["key"].as_str().expect("channel.key").to_owned()
}

#[tokio::test]
async fn a_channel_is_created_pays_is_switched_off_and_deleted() {
    let shop = Shop::start().await;
    let (api, admin) = (shop.api(), shop.admin());
    pay(&api, "channel0", "channelKey", OTHER).await.error(404, "CHANNEL_NOT_FOUND");
    let created = admin.post("/channels", &channel(OTHER)).await.ok();
    assert_eq!((&created["key"], &created["active"]), (&json!(OTHER), &json!(true)));
    admin.post("/channels", &channel(OTHER)).await.error(409, "CONFLICT");
    pay(&api, "channel1", "channelKey", OTHER).await.ok();

    admin.post(&format!("/channels/{OTHER}/deactivate"), &json!({})).await.ok();
    pay(&api, "channel2", "channelKey", OTHER).await.error(404, "CHANNEL_NOT_FOUND");
    admin.post(&format!("/channels/{OTHER}/activate"), &json!({})).await.ok();
    pay(&api, "channel3", "channelKey", OTHER).await.ok();

    admin.delete(&format!("/channels/{OTHER}")).await.ok();
    pay(&api, "channel4", "channelKey", OTHER).await.error(404, "CHANNEL_NOT_FOUND");
    admin.get(&format!("/channels/{OTHER}")).await.error(404, "NOT_FOUND");
    // What it did can still be undone, and its key is not given out again.
    api.post("/payments/channel3/cancel", &json!({"reason": "gone"})).await.ok();
    admin.post("/channels", &channel(OTHER)).await.error(409, "CONFLICT");
    admin.delete(&format!("/channels/{KPN}")).await.error(409, "CONFLICT");
}

#[tokio::test]
async fn what_the_admin_face_changed_survives_a_restart() {
    let mut shop = Shop::start().await;
    let admin = shop.admin();
    admin.post("/channels", &channel(OTHER)).await.ok();
    admin.put(&format!("/channel-groups/{GROUP}"), &group(&[(OTHER, 100)])).await.ok();
    shop.gateway.kill().await;
    shop.gateway.restart().await;
    let group = admin.get(&format!("/channel-groups/{GROUP}")).await.ok();
    assert_eq!((&group["version"], &group["channels"][0]["key"]), (&json!(2), &json!(OTHER)));
    assert_eq!(channel_of(&shop.api(), "restarted1").await, OTHER);
}

#[tokio::test]
async fn a_group_changes_at_once_and_at_a_moment_to_come() {
    let shop = Shop::start().await;
    let (api, admin) = (shop.api(), shop.admin());
    let path = format!("/channel-groups/{GROUP}");
    admin.post("/channels", &channel(OTHER)).await.ok();
    assert_eq!(channel_of(&api, "change1").await, KPN);
    let refused = admin.put(&path, &group(&[(OTHER, 90)])).await.error(400, "INVALID_REQUEST");
    assert!(refused["message"].as_str().is_some_and(|told| told.contains("SR-002")), "{refused}");
    let changed = admin.put(&path, &group(&[(OTHER, 100)])).await.ok();
    assert_eq!((&changed["version"], &changed["status"]), (&json!(2), &json!("CURRENT")));
    assert_eq!(channel_of(&api, "change2").await, OTHER);

    let effective_at = now() + Duration::from_secs(2);
    let mut later = group(&[(KPN, 100)]);
    later["effectiveAt"] = json!(effective_at.to_rfc3339_opts(SecondsFormat::Millis, true));
    let scheduled = admin.put(&path, &later).await.ok();
    assert_eq!((&scheduled["version"], &scheduled["scheduled"][0]["version"]), (&json!(2), &json!(3)));
    assert_eq!(channel_of(&api, "change3").await, OTHER);
    let mut count = 3;
    eventually("payments go by the scheduled version", PATIENCE, async || {
        count += 1;
        (channel_of(&api, &format!("change{count}")).await == KPN).then_some(())
    })
    .await;
    assert!(now() >= effective_at, "it counted too early");

    let history = admin.get(&format!("{path}/history")).await.ok();
    let states: Vec<_> = history["items"].as_array().expect("items").iter().collect();
    let states: Vec<_> = states.iter().map(|version| (&version["version"], &version["status"])).collect();
    let expected =
        [(1, "PAST"), (2, "PAST"), (3, "CURRENT")].map(|(number, status)| (json!(number), json!(status)));
    assert_eq!(states, expected.iter().map(|(number, status)| (number, status)).collect::<Vec<_>>());
    let mut past = group(&[(KPN, 100)]);
    past["effectiveAt"] = json!("2020-01-01T00:00:00Z");
    admin.put(&path, &past).await.error(400, "INVALID_REQUEST");
}

#[expect(clippy::disallowed_methods, reason = "a test may look at the clock")]
fn now() -> DateTime<Utc> {
    Utc::now()
}

#[tokio::test]
async fn a_group_in_use_is_deleted_only_by_force() {
    let shop = Shop::start().await;
    let (api, admin) = (shop.api(), shop.admin());
    let mut keys = BTreeSet::new();
    for _ in 0..2 {
        let body = json!({"channelGroupId": GROUP, "method": card(), "customer": customer()});
        let issued = api.post("/billing-keys", &body).await.ok();
        keys.insert(issued["billingKeyInfo"]["billingKey"].as_str().expect("a key").to_owned());
    }
    let path = format!("/channel-groups/{GROUP}");
    let refused = admin.delete(&path).await.error(409, "IN_USE");
    assert_eq!(refused["dependents"]["billingKeys"], keys.len());
    assert_eq!(admin.post(&format!("{path}/deactivate"), &json!({})).await.status, 409);
    assert_eq!(channel_of(&api, "inuse1").await, KPN);

    admin.delete(&format!("{path}?force=true")).await.ok();
    admin.get(&path).await.error(404, "NOT_FOUND");
    pay(&api, "inuse2", "channelGroupId", GROUP).await.error(404, "CHANNEL_NOT_FOUND");
    let history = admin.get(&format!("{path}/history")).await.ok();
    assert_eq!(history["items"].as_array().map(Vec::len), Some(1), "{history}");
    // Its keys pay where they are told to, and nowhere else.
    let key = keys.first().expect("a key");
    let mut body = json!({
        "billingKey": key, "orderName": "Monthly pass", "amount": {"total": 8_900}, "currency": "KRW",
        "customer": customer()
    });
    api.post("/payments/inuse3/billing-key", &body).await.error(404, "CHANNEL_NOT_FOUND");
    body["channelKey"] = json!(SMARTRO);
    api.post("/payments/inuse3/billing-key", &body).await.ok();
}

#[tokio::test]
async fn the_routing_of_a_payment_explains_itself_and_replays() {
    let shop = Shop::start().await;
    let (api, admin) = (shop.api(), shop.admin());
    let mut declined = card_payment("channelGroupId", GROUP);
    declined["method"]["card"]["credential"]["number"] = json!("4000000000000002");
    api.post("/payments/routing1/instant", &declined).await.error(502, "PG_PROVIDER");
    pay(&api, "routing1", "channelGroupId", GROUP).await.ok();
    let routing = admin.get("/payments/routing1/routing").await.ok();
    let attempts = routing["items"].as_array().expect("items");
    assert_eq!(attempts.len(), 2, "{routing}");
    for attempt in attempts {
        assert_eq!(
            (&attempt["replay"]["agrees"], &attempt["replay"]["channelKey"]),
            (&json!(true), &json!(KPN))
        );
        let told = attempt["explanation"].as_str().expect("an explanation");
        // Smartro was passed over, by its rule; KPN was drawn.
        assert!(told.contains("SMARTRO-100") && told.contains(KPN), "{told}");
        assert!(attempt["decision"].to_string().contains("draw"), "{attempt}");
    }
    admin.get("/payments/nobody/routing").await.error(404, "NOT_FOUND");
}

#[tokio::test]
async fn the_admin_face_opens_to_its_token_only() {
    let shop = Shop::start().await;
    let url = format!("{}/admin", shop.gateway.url);
    for credential in ["", "Bearer wrong", "PortOne tests-api-secret", "Bearer tests-api-secret"] {
        Api::new(&url, credential).get("/channels").await.error(401, "UNAUTHORIZED");
    }
    Api::new(&shop.gateway.url, "Bearer tests-admin-token")
        .get("/payments/x")
        .await
        .error(401, "UNAUTHORIZED");
    let channels = shop.admin().get("/channels").await.ok();
    assert_eq!(channels["items"].as_array().map(Vec::len), Some(2), "{channels}");
}
