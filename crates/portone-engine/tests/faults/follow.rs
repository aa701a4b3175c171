//! Following a payment while a call on it is open: what the call explains is no difference between the ledgers.

use chrono::TimeDelta;
use portone_engine::EngineError;
use portone_engine::ledger::PaymentStatus;
use portone_engine::port::Clock as _;
use serde_json::json;

use super::paid;
use crate::world::World;

#[tokio::test]
async fn an_open_cancel_explains_what_the_upstream_tells() {
    let world = World::new().await;
    let id = paid(&world).await;
    world.fault(json!({"kind": "reset", "booked": true, "command": "CANCEL", "requests": 1})).await;
    world.fault(json!({"kind": "status", "status": 503, "command": "READ", "requests": 1})).await;
    let cancel = world.engine.cancel(world.cancel_request(&id, None)).await;
    assert!(matches!(cancel, Err(EngineError::UnknownOutcome)), "{cancel:?}");
    world.clear_faults().await;
    let transaction = world.payment(&id).await.id;
    let ask = async || {
        world.engine.store().hasten_follow_ups(vec![transaction.clone()], world.clock.now()).await.unwrap();
        world.engine.follow_up(10).await.unwrap().claimed
    };
    assert_eq!(ask().await, 1, "a message came, and the cancel is still open");
    assert!(world.engine.store().discrepancies(10).await.unwrap().is_empty());
    world.settle_all().await;
    assert_eq!(world.status(&id).await, PaymentStatus::Cancelled);
    world.clock.advance(TimeDelta::seconds(3));
    assert_eq!(ask().await, 1, "it is asked about anew, and the ledgers agree");
    assert!(world.engine.store().discrepancies(10).await.unwrap().is_empty());
}
