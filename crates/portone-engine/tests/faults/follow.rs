//! Following a payment while a call on it is open: what the call explains is no difference between the ledgers.

use chrono::TimeDelta;
use portone_engine::EngineError;
use portone_engine::ledger::PaymentStatus;
use portone_engine::port::Clock as _;
use serde_json::json;

use super::paid;
use crate::world::{KPN, World, by_channel, refund_account};

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

/// A gateway asks where a payment stands and stands still with the answer in hand. What another gateway has done meanwhile
/// is no difference between the ledgers (found by the simulator, seed 54950).
#[tokio::test]
async fn an_answer_older_than_the_record_is_asked_for_anew() {
    let world = World::new().await;
    let id = world.payment_id();
    world.engine.pay_instantly(world.account_request(&id, by_channel(KPN))).await.unwrap();
    world.control(&format!("/payments/{id}/deposit")).await;
    let transaction = world.payment(&id).await.id;
    let ask = async || {
        world.engine.store().hasten_follow_ups(vec![transaction.clone()], world.clock.now()).await.unwrap();
        world.engine.follow_up(10).await.unwrap().finished
    };
    let answer = world.wire.hold_answer();
    let meanwhile = async {
        answer.reached.notified().await;
        assert_eq!(ask().await, 1, "another gateway learns of the deposit");
        let mut cancel = world.cancel_request(&id, Some(1000));
        cancel.refund_account = Some(refund_account());
        world.engine.cancel(cancel).await.unwrap();
        answer.open.notify_one();
    };
    let (finished, ()) = tokio::join!(ask(), meanwhile);
    assert_eq!(finished, 0, "what was read before the cancel is not written");
    world.clock.advance(TimeDelta::seconds(3));
    assert_eq!(world.engine.follow_up(10).await.unwrap().claimed, 1, "the upstream is asked anew");
    assert_eq!(world.engine.store().discrepancies(10).await.unwrap(), []);
    assert_eq!(world.payment(&id).await.cancelled(), 1000);
}
