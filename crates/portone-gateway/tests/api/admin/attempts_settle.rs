//! `POST /admin/attempts/{id}/settle` and `GET /admin/attempts/settled`

use chrono::TimeDelta;
use insta::{assert_json_snapshot, assert_snapshot};
use portone_core::DeliveryStatus;
use serde_json::{Value, json};

use crate::http::Reply;
use crate::paymentwall::{CONFIRM, channel, digital, fault, lost_delivery, open, paid};
use crate::world::{
    APPROVED, KPN, Line, SMARTRO, STORE, World, account_payment, card_payment, cash_receipt, issue, with,
};

fn happened() -> Value {
    json!({"outcome": "HAPPENED", "by": "Kim", "reason": "the PG's console shows it"})
}

fn did_not() -> Value {
    with(happened(), "/outcome", json!("DID_NOT_HAPPEN"))
}

async fn settle(world: &World, attempt: &str, query: &str, body: &Value) -> Reply {
    world.admin("POST", &format!("/admin/attempts/{attempt}/settle{query}"), Some(body)).await
}

/// The only open attempt's id.
async fn attempt(world: &World) -> String {
    let open = open(world).await;
    assert_eq!(open.len(), 1, "{open:?}");
    open[0]["id"].as_str().unwrap().to_owned()
}

fn conflict(reply: &Reply) -> String {
    assert_eq!(reply.error(), (409, "CONFLICT".to_owned()), "{}", reply.text);
    reply.message()
}

#[tokio::test]
async fn a_delivery_that_happened_is_written_with_who_says_so_and_why() {
    let world = World::new().await;
    channel(&world).await;
    let transaction = paid(&world, "order1").await;
    let attempt = lost_delivery(&world, &transaction).await;
    assert_json_snapshot!(settle(&world, &attempt, "", &happened()).await.json(), @r#"
    {
      "attemptId": "01a1fb67-187d-7000-8000-000000030000",
      "by": "Kim",
      "channelKey": "channel-key-paymentwall",
      "command": "CONFIRM_DELIVERY",
      "forced": false,
      "openedAt": "2026-11-21T00:00:00.125Z",
      "outcome": "HAPPENED",
      "paymentId": "order1",
      "reason": "the PG's console shows it",
      "settledAt": "2026-11-21T00:05:00.125Z",
      "storeId": "store-test"
    }
    "#);
    let record = world.engine.payment(&STORE.parse().unwrap(), &"order1".parse().unwrap()).await.unwrap();
    assert_eq!(record.delivery.map(|told| told.status), Some(DeliveryStatus::Delivered));
    assert!(open(&world).await.is_empty());
    let settled = world.admin("GET", "/admin/attempts/settled", None).await.json();
    let explained =
        world.admin("GET", &format!("/admin/payments/order1/routing?storeId={STORE}"), None).await;
    assert_eq!(explained.json()["settledByHand"], settled["items"]);
    let again = settle(&world, &attempt, "", &happened()).await;
    assert_eq!(again.error(), (404, "NOT_FOUND".to_owned()));
}

#[tokio::test]
async fn a_delivery_that_did_not_happen_leaves_no_trace_in_the_payment() {
    let world = World::new().await;
    channel(&world).await;
    let transaction = paid(&world, "order1").await;
    let attempt = lost_delivery(&world, &transaction).await;
    assert_eq!(settle(&world, &attempt, "", &did_not()).await.json()["outcome"], "DID_NOT_HAPPEN");
    let record = world.engine.payment(&STORE.parse().unwrap(), &"order1".parse().unwrap()).await.unwrap();
    assert_eq!((record.delivery, open(&world).await.len()), (None, 0));
}

#[tokio::test]
async fn nothing_is_settled_while_the_upstream_may_still_be_working_on_it() {
    let world = World::new().await;
    channel(&world).await;
    let transaction = paid(&world, "order1").await;
    fault(&world, json!({"kind": "reset", "booked": true}));
    world.post(CONFIRM, &digital(&json!(transaction))).await;
    let attempt = attempt(&world).await;
    world.advance(TimeDelta::seconds(264));
    for query in ["", "?force=true"] {
        let early = conflict(&settle(&world, &attempt, query, &happened()).await);
        assert!(early.contains("until 2026-11-21T00:04:25"), "{early}");
    }
    world.advance(TimeDelta::seconds(1));
    assert_eq!(settle(&world, &attempt, "", &happened()).await.status, 200);
}

/// What an inquiry tells is settled by it. Where somebody overrules it, money is never written that nobody counted.
#[tokio::test]
async fn what_an_inquiry_tells_takes_force_and_no_money_is_made_up() {
    let world = World::new().await;
    world.wire.set(Line::Dumb);
    world.post("/payments/order1/instant", &card_payment(KPN, APPROVED)).await;
    let attempt = attempt(&world).await;
    world.advance(TimeDelta::minutes(2));
    assert!(conflict(&settle(&world, &attempt, "", &did_not()).await).contains("force=true"));
    let made_up = conflict(&settle(&world, &attempt, "?force=true", &happened()).await);
    assert!(made_up.contains("the PG's transaction number"), "{made_up}");
    assert_eq!(world.get("/payments/order1").await.json()["status"], "PAY_PENDING");
    let settled = settle(&world, &attempt, "?force=true", &did_not()).await;
    assert_eq!(settled.json()["forced"], true, "{}", settled.text);
    let payment = world.get("/payments/order1").await.json();
    assert_eq!(payment["status"], "FAILED");
    assert_eq!(payment["failure"]["reason"], "settled by hand as not happened: the PG's console shows it");
}

#[tokio::test]
async fn cancels_keys_and_receipts_are_not_settled_as_happened_and_closing_is() {
    let world = World::new().await;
    world.paid("order1").await;
    assert_eq!(world.post("/payments/account1/instant", &account_payment(SMARTRO)).await.status, 200);
    world.wire.set(Line::Dumb);
    world.post("/payments/order1/cancel", &json!({"reason": "r"})).await;
    world.post("/billing-keys", &issue("channelKey", KPN, APPROVED)).await;
    world.post("/cash-receipts", &with(cash_receipt(SMARTRO), "/paymentId", json!("elsewhere1"))).await;
    world.post("/payments/account1/virtual-account/close", &json!({})).await;
    world.advance(TimeDelta::minutes(2));
    let mut refused = Vec::new();
    for attempt in open(&world).await {
        let id = attempt["id"].as_str().unwrap();
        let reply = settle(&world, id, "?force=true", &happened()).await;
        if reply.status != 200 {
            refused.push(conflict(&reply));
        }
    }
    assert_snapshot!(refused.join("\n"), @r"
    only the upstream knows whether the money has gone back or is to, and the PG's number of the cancel: an inquiry has to tell that it happened
    only the upstream knows the PG's billing key: an inquiry has to tell that it happened
    only the upstream knows the tax office's number of the receipt: an inquiry has to tell that it happened
    ");
    assert_eq!(world.get("/payments/account1").await.json()["status"], "CANCELLED");
    assert_eq!(open(&world).await.len(), 3);
}

#[tokio::test]
async fn what_is_wrong_with_a_decision_is_told_together() {
    let world = World::new().await;
    let body = json!({"outcome": "PROBABLY", "by": "", "reasn": "x", "reason": "r".repeat(501)});
    let reply = settle(&world, "01a1fb67-187d-7000-8000-000000010000", "", &body).await;
    assert_eq!(reply.error(), (400, "INVALID_REQUEST".to_owned()));
    assert_snapshot!(reply.message(), @r"
    ADMIN-INPUT outcome: `PROBABLY` is no documented value; send one of HAPPENED, DID_NOT_HAPPEN
    ADMIN-INPUT by: is empty; send a text
    ADMIN-INPUT reason: has 501 characters; use at most 500
    ADMIN-INPUT reasn: is unknown: leave it out
    ");
}
