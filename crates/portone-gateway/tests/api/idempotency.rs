//! `Idempotency-Key`: rules V2-010 to V2-013.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::http::{Call, Reply};
use crate::world::{APPROVED, GROUP, KPN, Line, OTHER_SECRET, OVER_LIMIT, World, card_payment, issue, with};

const KEY: &str = "\"0199c0de-7a11-7000-8000-5ca1ab1e0001\"";
const OTHER_KEY: &str = "\"0199c0de-7a11-7000-8000-5ca1ab1e0002\"";

fn keyed(key: &str, path: &str, body: &Value) -> Call {
    Call::new("POST", path).shop().header("idempotency-key", key).json(body)
}

async fn send(world: &World, key: &str, path: &str, body: &Value) -> Reply {
    world.send(keyed(key, path, body)).await
}

fn pay() -> Value {
    card_payment(KPN, APPROVED)
}

/// Cancels of payment `p`, as their ids and amounts.
async fn cancels(world: &World) -> Vec<(String, i64)> {
    let payment = world.get("/payments/p").await.json();
    let cancels = payment["cancellations"].as_array().cloned().unwrap_or_default();
    let id = |cancel: &Value| cancel["id"].as_str().unwrap().to_owned();
    cancels.iter().map(|cancel| (id(cancel), cancel["totalAmount"].as_i64().unwrap())).collect()
}

#[tokio::test]
async fn v2_010_a_malformed_key_is_refused_before_anything_happens() {
    let world = World::new().await;
    for key in ["\"short\"", "0199c0de-7a11-7000-8000-5ca1ab1e0001"] {
        let reply = send(&world, key, "/payments/p/instant", &pay()).await;
        assert_eq!(reply.error(), (400, "INVALID_REQUEST".to_owned()));
        assert!(
            reply.message().starts_with("V2-010 Idempotency-Key: is not a quoted text"),
            "{}",
            reply.text
        );
    }
    let twice = keyed(KEY, "/payments/p/instant", &pay()).header("idempotency-key", OTHER_KEY);
    assert!(world.send(twice).await.message().contains("is given twice"));
    assert_eq!((world.wire.sent_count(), world.get("/payments/p").await.status), (0, 404));
}

#[tokio::test]
async fn v2_011_a_key_is_ignored_on_get() {
    let world = World::new().await;
    world.paid("p").await;
    let read = |key| Call::new("GET", "/payments/p").shop().header("idempotency-key", key);
    assert_eq!(world.send(read("\"short\"")).await.status, 200);
    assert_eq!(world.send(read(KEY)).await.status, 200);
    assert_eq!(send(&world, KEY, "/payments/q/instant", &pay()).await.status, 200);
}

#[tokio::test]
async fn v2_012_the_first_answer_comes_again_for_three_hours() {
    let world = World::new().await;
    let first = send(&world, KEY, "/payments/p/instant", &pay()).await;
    assert_eq!((first.status, world.wire.sent_count()), (200, 1));
    world.advance(TimeDelta::hours(3) - TimeDelta::milliseconds(1));
    let again = send(&world, KEY, "/payments/p/instant", &pay()).await;
    assert_eq!((again.status, &again.text, world.wire.sent_count()), (200, &first.text, 1));
    assert_eq!(again.header("content-type"), Some("application/json"));
    world.advance(TimeDelta::milliseconds(1));
    let late = send(&world, KEY, "/payments/p/instant", &pay()).await;
    assert_eq!(late.error(), (409, "ALREADY_PAID".to_owned()));
}

#[tokio::test]
async fn v2_012_errors_come_again_too() {
    let world = World::new().await;
    let body = card_payment(KPN, OVER_LIMIT);
    let declined = send(&world, KEY, "/payments/p/instant", &body).await;
    assert_eq!(declined.error(), (502, "PG_PROVIDER".to_owned()));
    assert_eq!(send(&world, KEY, "/payments/p/instant", &body).await.text, declined.text);
    let invalid = with(pay(), "/orderName", Value::Null);
    let refused = send(&world, OTHER_KEY, "/payments/q/instant", &invalid).await;
    assert_eq!(refused.error(), (400, "INVALID_REQUEST".to_owned()));
    assert_eq!(send(&world, OTHER_KEY, "/payments/q/instant", &invalid).await.text, refused.text);
    assert_eq!(world.wire.sent_count(), 1);
}

#[tokio::test]
async fn v2_012_another_request_with_the_same_key_is_refused() {
    let world = World::new().await;
    assert_eq!(send(&world, KEY, "/payments/p/instant", &pay()).await.status, 200);
    let dearer = with(pay(), "/amount/total", json!(9900));
    for (path, body) in [("/payments/p/instant", &dearer), ("/payments/q/instant", &pay())] {
        let reply = send(&world, KEY, path, body).await;
        assert_eq!(reply.error(), (400, "INVALID_REQUEST".to_owned()));
        assert!(
            reply.message().starts_with("V2-012 Idempotency-Key: was used for another"),
            "{}",
            reply.text
        );
    }
    // What is secret is not compared, since nothing of it is kept.
    let other_card = card_payment(KPN, OVER_LIMIT);
    assert_eq!(send(&world, KEY, "/payments/p/instant", &other_card).await.status, 200);
    assert_eq!(world.wire.sent_count(), 1);
}

#[tokio::test]
async fn keys_belong_to_the_stores_of_their_credential() {
    let world = World::new().await;
    assert_eq!(send(&world, KEY, "/payments/p/instant", &pay()).await.status, 200);
    let call = |secret: &str| {
        let authorization = format!("PortOne {secret}");
        let call = Call::new("POST", "/payments/p/instant").header("authorization", &authorization);
        call.header("idempotency-key", KEY).json(&pay())
    };
    assert_eq!(world.send(call(OTHER_SECRET)).await.error(), (404, "CHANNEL_NOT_FOUND".to_owned()));
    assert_eq!(world.send(call("nobody")).await.error(), (401, "UNAUTHORIZED".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn v2_012_the_second_of_two_at_once_is_told_to_wait() {
    let world = World::new().await;
    world.wire.set(Line::Held);
    let first = keyed(KEY, "/payments/p/instant", &pay()).send(world.address());
    let second = async {
        while world.wire.held_count() == 0 {
            tokio::task::yield_now().await;
        }
        let reply = send(&world, KEY, "/payments/p/instant", &pay()).await;
        world.wire.release();
        reply
    };
    let (first, second) = tokio::join!(first, second);
    assert_eq!(first.status, 200, "{}", first.text);
    assert_eq!(second.error(), (409, "IDEMPOTENCY_OUTSTANDING_REQUEST".to_owned()));
    assert_eq!(send(&world, KEY, "/payments/p/instant", &pay()).await.text, first.text);
    assert_eq!(world.wire.sent_count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn v2_013_a_client_that_hangs_up_finds_the_answer_under_its_key() {
    let world = World::new().await;
    world.wire.set(Line::Held);
    let impatient = keyed(KEY, "/payments/p/instant", &pay()).send(world.address());
    let impatient = tokio::spawn(impatient);
    while world.wire.held_count() == 0 {
        tokio::task::yield_now().await;
    }
    impatient.abort();
    assert!(impatient.await.is_err_and(|error| error.is_cancelled()));
    world.wire.release();
    world.tracker.close();
    world.tracker.wait().await;
    let again = send(&world, KEY, "/payments/p/instant", &pay()).await;
    assert_eq!((again.status, world.wire.sent_count()), (200, 1), "{}", again.text);
    assert!(again.json()["payment"]["pgTxId"].is_string());
}

/// A lost reply is answered as unknown, and that is not the last word: the key leads to what the ledger found out.
#[tokio::test]
async fn an_unknown_outcome_is_asked_of_the_ledger() {
    let world = World::new().await;
    world.wire.set(Line::Dumb);
    let unknown = send(&world, KEY, "/payments/p/instant", &pay()).await;
    assert_eq!(unknown.json()["pgCode"], "UNKNOWN_OUTCOME");
    let sent = world.wire.sent_count();
    let again = send(&world, KEY, "/payments/p/instant", &pay()).await;
    assert_eq!((again.json()["pgCode"].as_str(), world.wire.sent_count()), (Some("UNKNOWN_OUTCOME"), sent));
    world.wire.set(Line::Up);
    world.advance(TimeDelta::minutes(2));
    assert_eq!(world.engine.settle_unknown(9).await.unwrap().finished, 1);
    let told = send(&world, KEY, "/payments/p/instant", &pay()).await;
    assert_eq!(told.status, 200, "{}", told.text);
    let payment = world.get("/payments/p").await.json();
    assert_eq!((&payment["status"], &payment["pgTxId"]), (&json!("PAID"), &told.json()["payment"]["pgTxId"]));
    // From now on the answer is kept.
    let sent = world.wire.sent_count();
    assert_eq!(send(&world, KEY, "/payments/p/instant", &pay()).await.text, told.text);
    assert_eq!(world.wire.sent_count(), sent);
}

/// Two partial cancels of the same amount differ by nothing but their key.
#[tokio::test]
async fn a_cancel_whose_answer_was_lost_is_done_once() {
    let world = World::new().await;
    world.paid("p").await;
    let body = json!({"reason": "part", "amount": 1_000});
    world.wire.set(Line::Dumb);
    let unknown = send(&world, KEY, "/payments/p/cancel", &body).await;
    assert_eq!(unknown.json()["pgCode"], "UNKNOWN_OUTCOME");
    world.wire.set(Line::Up);
    world.advance(TimeDelta::minutes(2));
    assert_eq!(world.engine.settle_unknown(9).await.unwrap().finished, 1);
    let told = send(&world, KEY, "/payments/p/cancel", &body).await;
    assert_eq!(told.status, 200, "{}", told.text);
    let done = cancels(&world).await;
    assert_eq!(done.iter().map(|(_, amount)| *amount).collect::<Vec<_>>(), [1_000]);
    assert_eq!(told.json()["cancellation"]["id"].as_str(), Some(done[0].0.as_str()));
    assert_eq!(send(&world, OTHER_KEY, "/payments/p/cancel", &body).await.status, 200);
    assert_eq!(cancels(&world).await.len(), 2);
}

/// A key that is issued is found again by its operation, whatever became of the answer.
#[tokio::test]
async fn an_issue_whose_answer_was_lost_makes_one_key() {
    let world = World::new().await;
    let body = issue("channelGroupId", GROUP, APPROVED);
    world.wire.set(Line::Dumb);
    let unknown = send(&world, KEY, "/billing-keys", &body).await;
    assert_eq!(unknown.json()["pgCode"], "UNKNOWN_OUTCOME");
    world.wire.set(Line::Up);
    world.advance(TimeDelta::minutes(2));
    world.engine.settle_unknown(9).await.unwrap();
    let told = send(&world, KEY, "/billing-keys", &body).await;
    assert_eq!(told.status, 200, "{}", told.text);
    assert_eq!(send(&world, KEY, "/billing-keys", &body).await.text, told.text);
    let keys = world.get("/billing-keys").await.json();
    assert_eq!(keys["items"].as_array().map(Vec::len), Some(1), "{keys}");
}

#[tokio::test]
async fn a_request_that_panicked_is_run_again() {
    let world = World::new().await;
    world.paid("p").await;
    world.wire.set(Line::Broken);
    let body = json!({"reason": "all"});
    let broken = send(&world, KEY, "/payments/p/cancel", &body).await;
    assert_eq!(broken.json()["pgCode"], "UNKNOWN_OUTCOME");
    world.wire.set(Line::Up);
    world.advance(TimeDelta::minutes(2));
    world.engine.settle_unknown(9).await.unwrap();
    assert_eq!(send(&world, KEY, "/payments/p/cancel", &body).await.status, 200);
    assert_eq!(cancels(&world).await.len(), 1);
}

/// Tokens are secrets: a login under a key is a new login each time.
#[tokio::test]
async fn logins_are_not_kept() {
    let world = World::new().await;
    let body = json!({"apiSecret": crate::world::SECRET});
    let first = send(&world, KEY, "/login/api-secret", &body).await.json();
    let second = send(&world, KEY, "/login/api-secret", &body).await.json();
    assert!(first["accessToken"].is_string() && first["accessToken"] != second["accessToken"]);
}
