//! `POST /billing-keys/confirm`, after `POST /admin/windows`

use serde_json::{Value, json};

use crate::world::{APPROVED, GROUP, KPN, STORE, World, with};

const CONFIRM: &str = "/billing-keys/confirm";
const STOLEN: &str = "4000000000000002";

fn call() -> Value {
    json!({"storeId": STORE, "channelKey": KPN, "billingKeyMethod": "CARD", "issueName": "Monthly pass",
        "customData": {"mine": 1}, "customer": {"customerId": "customer1", "fullName": "Kim Port",
            "phoneNumber": "01000001234", "email": "port@example.com"}})
}

/// A window that issues a billing key, open.
pub(crate) async fn opened(world: &World) -> Value {
    let reply = world.admin("POST", "/admin/windows", Some(&call())).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    reply.json()
}

/// The holder finishes the window: the body its page's shop sends.
pub(crate) fn finished(world: &World, opened: &Value, card: &str) -> Value {
    let done = world.control("/windows", &json!({"call": opened["arguments"], "cardNumber": card}));
    assert_eq!(done["billingKey"], "NEEDS_CONFIRMATION");
    let (key, token) = (opened["billingKey"].as_str().unwrap(), done["billingIssueToken"].as_str().unwrap());
    json!({"billingIssueToken": format!("{key}.{token}"), "isTest": true})
}

#[tokio::test]
async fn v2_051_a_window_is_opened_and_its_key_approved() {
    let world = World::new().await;
    let opened = opened(&world).await;
    assert_eq!(opened["function"], "requestIssueBillingKey");
    assert_eq!(opened["arguments"]["customData"]["attemptId"], opened["billingKey"]);
    let path = format!("/billing-keys/{}", opened["billingKey"].as_str().unwrap());
    assert_eq!(world.get(&path).await.error(), (404, "BILLING_KEY_NOT_FOUND".to_owned()));
    let body = finished(&world, &opened, APPROVED);
    let live = world.post(CONFIRM, &with(body.clone(), "/isTest", json!(false))).await;
    assert_eq!(live.error(), (409, "INFORMATION_MISMATCH".to_owned()));
    let reply = world.post(CONFIRM, &body).await;
    assert_eq!((reply.status, &reply.json()), (200, &json!({"billingKey": opened["billingKey"]})));
    let key = world.get(&path).await.json();
    assert_eq!((&key["status"], &key["customData"]), (&json!("ISSUED"), &json!("{\"mine\":1}")));
    assert_eq!(key["channels"][0]["key"], KPN);
    assert_eq!(world.post(CONFIRM, &body).await.error(), (409, "BILLING_KEY_ALREADY_ISSUED".to_owned()));
}

#[tokio::test]
async fn a_refused_card_is_told_in_the_words_of_the_pg() {
    let world = World::new().await;
    let opened = opened(&world).await;
    let body = finished(&world, &opened, STOLEN);
    let refused = world.post(CONFIRM, &body).await;
    assert_eq!(refused.error(), (502, "PG_PROVIDER".to_owned()));
    assert_eq!(world.post(CONFIRM, &body).await.error(), (404, "BILLING_KEY_NOT_FOUND".to_owned()));
}

#[tokio::test]
async fn only_a_windows_token_issues_a_key() {
    let world = World::new().await;
    let unknown = world.post(CONFIRM, &json!({"billingIssueToken": "another"})).await;
    assert_eq!(unknown.error(), (404, "BILLING_KEY_NOT_FOUND".to_owned()));
    assert!(!unknown.text.contains("another"), "a token is never repeated");
    let missing = world.post(CONFIRM, &json!({"isTest": true})).await;
    assert_eq!(missing.error(), (400, "INVALID_REQUEST".to_owned()));
}

#[tokio::test]
async fn a_window_issues_at_one_channel() {
    let world = World::new().await;
    let group = with(with(call(), "/channelKey", Value::Null), "/channelGroupId", json!(GROUP));
    for body in [group, with(call(), "/channelGroupId", json!(GROUP))] {
        let reply = world.admin("POST", "/admin/windows", Some(&body)).await;
        assert_eq!((reply.status, reply.text.contains("channelGroupId")), (400, true), "{}", reply.text);
    }
    let none = world.admin("POST", "/admin/windows", Some(&with(call(), "/channelKey", Value::Null))).await;
    assert_eq!((none.status, none.text.contains("channelKey")), (400, true), "{}", none.text);
}
