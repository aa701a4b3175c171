//! What a V1 upstream's log-ins and look-ups do to the time of a call.

use chrono::TimeDelta;
use serde_json::Value;

use crate::http::{Call, Reply};
use crate::window_upstream::{NICE, with_nice};
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
