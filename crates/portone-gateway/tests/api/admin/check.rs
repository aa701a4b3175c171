//! `/admin/check` and `/admin/channel-groups/{id}/check`: ask before you pay.

use insta::{assert_json_snapshot, assert_snapshot};
use serde_json::{Value, json};

use crate::world::{GROUP, KPN, SMARTRO, World, account_payment, card_payment, with};

const NUMBER: &str = "4242424242424242";

fn question(target: (&str, &str), operation: &str, request: &Value) -> Value {
    json!({ target.0: target.1, "api": "v2", "operation": operation, "path": "payment-1", "request": request })
}

#[tokio::test]
async fn a_channels_rules_are_asked_and_nothing_is_sent() {
    let world = World::new().await;
    let body = question(("channelKey", KPN), "API_INSTANT_CARD", &card_payment(KPN, NUMBER));
    let told = world.admin("POST", "/admin/check", Some(&body)).await;
    assert_eq!(told.status, 200, "{}", told.text);
    assert_json_snapshot!(told.json());
    assert_eq!(world.wire.sent_count(), 0);
    assert!(!told.text.contains(NUMBER));
}

#[tokio::test]
async fn a_request_that_cannot_be_read_is_told_like_any_other() {
    let world = World::new().await;
    let request = with(card_payment(KPN, NUMBER), "/method/card/credential/number", json!(42));
    let body = question(("provider", "KPN"), "API_INSTANT_CARD", &request);
    let told = world.admin("POST", "/admin/check", Some(&body)).await;
    assert_json_snapshot!(told.json());
}

#[tokio::test]
async fn a_group_tells_what_every_channel_would_say_and_what_some_channel_needs() {
    let world = World::new().await;
    let request = with(account_payment(SMARTRO), "/customer", json!({}));
    let path = format!("/admin/channel-groups/{GROUP}/check");
    let body = json!({ "api": "v2", "operation": "API_INSTANT_VA", "path": "payment-1", "request": request });
    let told = world.admin("POST", &path, Some(&body)).await;
    assert_eq!(told.status, 200, "{}", told.text);
    assert_json_snapshot!(told.json());
    let by_question = question(("channelGroupId", GROUP), "API_INSTANT_VA", &request);
    let same = world.admin("POST", "/admin/check", Some(&by_question)).await;
    assert_eq!(same.json(), told.json());
    assert_eq!(world.wire.sent_count(), 0);
}

/// The path names the group, so that the request need not; one that names another group is told so.
#[tokio::test]
async fn a_request_is_taken_to_name_the_group_that_is_asked() {
    let world = World::new().await;
    let path = format!("/admin/channel-groups/{GROUP}/check");
    let asked = async |request: &Value| {
        let body =
            json!({ "api": "v2", "operation": "API_INSTANT_VA", "path": "payment-1", "request": request });
        world.admin("POST", &path, Some(&body)).await.json()
    };
    let named = asked(&with(without_channel(), "/channelGroupId", json!(GROUP))).await;
    assert!(named["channels"].is_array(), "{named}");
    assert_eq!(asked(&without_channel()).await, named);
    let other = asked(&with(without_channel(), "/channelGroupId", json!("channel-group-other"))).await;
    let told = &other["violations"][0];
    assert_eq!((&told["rule"], &told["severity"]), (&json!("SR-020"), &json!("REJECT")), "{other}");
    assert!(other["channels"].is_null(), "{other}");
    let empty = asked(&json!({})).await;
    assert!(!empty.to_string().contains("SR-020"), "{empty}");
}

/// SR-043: no command holds `custom_data`, so the V1 face itself says that a group's window wants it.
#[tokio::test]
async fn sr_043_a_groups_v1_window_is_told_of_custom_data() {
    let world = World::new().await;
    let path = format!("/admin/channel-groups/{GROUP}/check");
    let asked = async |data: Value| {
        let request = json!({"pay_method": "card", "merchant_uid": "order1", "name": "Chair", "amount": 58_000,
            "buyer_name": "Kim", "buyer_tel": "01012345678", "buyer_email": "kim@example.com", "tax_free": 0,
            "vat_amount": 0, "custom_data": data});
        let body = json!({ "api": "sdk-v1", "operation": "WINDOW_PAY", "request": request });
        let told = world.admin("POST", &path, Some(&body)).await.json();
        let named = |it: &&Value| it["rule"] == "SR-043" && it["field"] == "custom_data";
        told["violations"].as_array().unwrap().iter().find(named).map(|it| it["severity"].clone())
    };
    assert_eq!(asked(Value::Null).await, Some(json!("ADVISE")));
    assert_eq!(asked(json!({"seat": "A1"})).await, None);
}

fn without_channel() -> Value {
    let mut request = account_payment(SMARTRO);
    request.as_object_mut().unwrap().remove("channelKey");
    request
}

#[tokio::test]
async fn whom_to_ask_is_named_once() {
    let world = World::new().await;
    let both = json!({
        "provider": "KPN", "channelKey": KPN, "api": "v2", "operation": "API_CLOSE_VA", "request": {},
    });
    let refused = world.admin("POST", "/admin/check", Some(&both)).await;
    assert_eq!(refused.status, 400);
    assert_snapshot!(refused.json()["message"].as_str().unwrap());
    let unknown = question(("channelKey", "channel-key-nobody"), "API_CLOSE_VA", &json!({}));
    assert_eq!(world.admin("POST", "/admin/check", Some(&unknown)).await.status, 404);
}
