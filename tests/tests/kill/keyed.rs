//! `kill -9` between the claim of an idempotency key and the answer to its request: the key is answered by the documented
//! rule, and nobody is charged twice.

use std::time::Duration;

use portone_tests::{Answer, Api, DEADLINE_MS, KPN, LEASE_MARGIN_MS, PATIENCE, Shop, eventually};
use serde_json::{Value, json};

use crate::load::{card, customer};

const PAYMENT_COUNT: usize = 4;

/// The PGs have charged, and their answers are on the way.
#[tokio::test]
async fn what_was_charged_before_the_kill_is_answered_as_done() {
    charged_once(&json!({"kind": "delay", "booked": true, "delay_ms": DEADLINE_MS - 100})).await;
}

/// The PGs have the requests, and charge when nobody listens any more.
#[tokio::test]
async fn what_is_charged_after_the_kill_is_answered_as_done() {
    charged_once(&json!({"kind": "delay", "booked": false, "delay_ms": DEADLINE_MS - 100})).await;
}

async fn charged_once(fault: &Value) {
    let mut shop = Shop::start().await;
    let mut fault = fault.clone();
    (fault["command"], fault["requests"]) = (json!("PAY_INSTANTLY"), json!(PAYMENT_COUNT));
    shop.fault(fault).await;
    let api = shop.api();
    let clients: Vec<_> = (0..PAYMENT_COUNT).map(|number| tokio::spawn(pay(api.clone(), number))).collect();
    // A fault is used up when its request has come, long before that is answered.
    eventually("every request is with the PGs", PATIENCE, async || {
        let faults = shop.control().get("/faults").await.ok();
        faults["faults"].as_array().expect("faults").is_empty().then_some(())
    })
    .await;
    shop.gateway.kill().await;
    for client in clients {
        let heard = client.await.expect("a client ends");
        assert!(heard.is_none(), "answered before the kill: {heard:?}");
    }
    shop.gateway.restart().await;
    let soon = pay(api.clone(), 0).await.expect("an answer");
    assert!(
        soon.status == 200 || soon.error(409, "IDEMPOTENCY_OUTSTANDING_REQUEST").is_object(),
        "{}",
        soon.text
    );
    for number in 0..PAYMENT_COUNT {
        let first = answered(&api, number).await;
        let done = first.ok();
        let again = pay(api.clone(), number).await.expect("an answer");
        assert_eq!((again.status, again.text), (200, first.text), "the first answer is kept");
        let payment = api.get(&format!("/payments/{}", payment_id(number))).await.ok();
        assert_eq!((&payment["status"], &payment["pgTxId"]), (&json!("PAID"), &done["payment"]["pgTxId"]));
    }
    let ledger = shop.ledger().await;
    let payments = ledger["payments"].as_array().expect("payments");
    assert!(payments.iter().all(|payment| payment["transactions"].as_array().expect("a list").len() == 1));
    assert_eq!((payments.len(), &ledger["totals"]["charges"]), (PAYMENT_COUNT, &json!(PAYMENT_COUNT)));
    shop.check_running();
}

/// What a key is answered once the claim of the gateway that died is over and the attempt is settled: until then it is
/// 409, and then what the ledger knows, which may be that the outcome is open.
async fn answered(api: &Api, number: usize) -> Answer {
    // A lease and two inquiries, each as long as a call; then the sweep's longest pause.
    let claim = Duration::from_millis(3 * DEADLINE_MS + LEASE_MARGIN_MS);
    eventually("the key is answered", claim + PATIENCE, async || {
        let answer = pay(api.clone(), number).await.expect("an answer");
        match answer.status {
            200 => Some(answer),
            409 => {
                answer.error(409, "IDEMPOTENCY_OUTSTANDING_REQUEST");
                None
            }
            _ => {
                assert_eq!(answer.error(502, "PG_PROVIDER")["pgCode"], "UNKNOWN_OUTCOME");
                None
            }
        }
    })
    .await
}

fn payment_id(number: usize) -> String {
    format!("keyed{number}")
}

async fn pay(api: Api, number: usize) -> Option<Answer> {
    let body = json!({
        "channelKey": KPN,
        "method": card("4242424242424242"),
        "orderName": "Monthly pass",
        "amount": {"total": 8_900},
        "currency": "KRW",
        "customer": customer(),
    });
    let path = format!("/payments/{}/instant", payment_id(number));
    api.try_post_keyed(&path, &format!("key-of-payment-{number:04}"), &body).await.ok()
}
