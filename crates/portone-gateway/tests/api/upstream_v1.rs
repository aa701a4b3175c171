//! What a V1 upstream's log-ins and look-ups do to the time of a call.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::http::{Call, Reply};
use crate::window::{open, work};
use crate::window_upstream::{NICE, argument_v1, paid_at_v1, with_nice};
use crate::world::{APPROVED, Line, World, card_payment};

/// Asks for a change; its first request stands still for so long.
async fn after(world: &World, stall: TimeDelta, path: &str, body: &Value) -> Reply {
    world.wire.set(Line::Held);
    let call = Call::new("POST", path).shop().json(body).send(world.address());
    let meanwhile = async {
        while world.wire.held_count() == 0 {
            tokio::task::yield_now().await;
        }
        world.advance(stall);
        world.wire.set(Line::Up);
        world.wire.release();
    };
    tokio::join!(call, meanwhile).0
}

/// A gateway stands still between the log-in and the charge. Others have given the charge up meanwhile, so that it does not
/// leave (found by the simulator, seed 71 of the first with a V1 upstream).
#[tokio::test(flavor = "multi_thread")]
async fn a_charge_does_not_leave_long_after_its_log_in() {
    let world = with_nice().await;
    let pay = card_payment(NICE, APPROVED);
    let late = after(&world, TimeDelta::minutes(3), "/payments/late/instant", &pay).await;
    assert_eq!(late.error(), (502, "PG_PROVIDER".to_owned()));
    assert_eq!(world.wire.sent_count(), 1, "the log-in alone");
    assert_eq!(world.get("/payments/late").await.json()["status"], "FAILED");
    // A log-in that takes its time is none of that: the lease has room for it.
    let world = with_nice().await;
    let in_time = after(&world, TimeDelta::seconds(74), "/payments/timely/instant", &pay).await;
    assert_eq!(in_time.status, 200, "{}", in_time.text);
}

/// A buyer opens a window in a second tab, which takes the first one's place, and pays in the first: the PG charges it and asks
/// nobody, and no message of it comes (found by the simulator, seeds 388543 and 415270).
#[tokio::test]
async fn what_is_paid_in_a_window_that_was_replaced_is_not_lost() {
    let world = with_nice().await;
    let first = work(&world, &open(&world, "request_pay", &argument_v1(NICE)).await).await;
    let second = open(&world, "request_pay", &argument_v1(NICE)).await;
    paid_at_v1(&world, &first, APPROVED);
    assert_eq!(world.get("/payments/order1").await.json()["status"], "READY", "the second one's");
    for _ in 0..3 {
        world.advance(TimeDelta::seconds(61));
        world.engine.follow_up(10).await.unwrap();
    }
    let payment = world.get("/payments/order1").await.json();
    assert_eq!((&payment["status"], &payment["amount"]["paid"]), (&json!("PAID"), &json!(8900)), "{payment}");
    assert_ne!(payment["transactionId"], second["txId"], "it is the first one's");
    assert_eq!(world.engine.store().discrepancies(10).await.unwrap(), []);
    let cancelled = world.post("/payments/order1/cancel", &json!({"reason": "all"})).await;
    assert_eq!(cancelled.status, 200, "{}", cancelled.text);
}
