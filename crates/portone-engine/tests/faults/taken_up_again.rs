//! A gateway takes a request with an idempotency key and stands still until it is given up. Another takes the request up
//! again and does it. When the first goes on, what it finds in its way is its own request's doing, and that is its answer.

use chrono::TimeDelta;
use portone_engine::EngineError;
use portone_engine::idempotency::Operation;
use portone_engine::ledger::PaymentStatus;
use portone_engine::port::Clock as _;
use portone_engine::request::{Caller, CreateScheduleRequest};

use crate::world::{KPN, World, by_channel};
use crate::{APPROVED, issued, paid};

/// Declined when it pays; issued a key all the same.
const OVER_LIMIT: &str = "4000000000000010";

/// Who took the request up again, and who had it first and goes on now.
fn second_and_first(world: &World) -> [Caller; 2] {
    let now = world.clock_time();
    [(true, now + TimeDelta::hours(1)), (false, now)].map(|(is_resumed, until)| {
        let id = "0195d3a0-0000-7000-8000-000000000001".parse().unwrap();
        Caller { operation: Some(Operation { id, is_resumed, until }), ..world.caller() }
    })
}

/// Others may have been refused meanwhile, and have told the shop: the one who had it first neither pays nor says more than
/// that it does not know.
#[tokio::test]
async fn a_request_whose_time_is_over_begins_nothing() {
    let world = World::new().await;
    let (key, id) = (issued(&world).await, world.payment_id());
    let other = paid(&world).await;
    let [_, first] = second_and_first(&world);
    let sent = world.wire.sent.lock().unwrap().len();
    for (selector, name) in [(by_channel(KPN), "would be paid"), (by_channel("nowhere"), "would be refused")]
    {
        let mut pay = world.card_request(&id, selector.clone(), APPROVED);
        pay.caller = first.clone();
        assert_eq!(world.engine.pay_instantly(pay).await, Err(EngineError::UnknownOutcome), "{name}");
        let mut issue = world.issue_request(selector, APPROVED);
        issue.caller = first.clone();
        assert_eq!(world.engine.issue_billing_key(issue).await, Err(EngineError::UnknownOutcome), "{name}");
    }
    let mut pay = world.key_request(&id, &key);
    pay.caller = first.clone();
    assert_eq!(world.engine.pay_with_billing_key(pay.clone()).await, Err(EngineError::UnknownOutcome));
    let time_to_pay = world.clock.now() + TimeDelta::hours(1);
    let schedule = world.engine.create_schedule(CreateScheduleRequest { pay, time_to_pay }).await;
    assert_eq!(schedule, Err(EngineError::UnknownOutcome));
    let mut cancel = world.cancel_request(&other, None);
    cancel.caller = first;
    assert_eq!(world.engine.cancel(cancel).await, Err(EngineError::UnknownOutcome));
    assert_eq!(world.wire.sent.lock().unwrap().len(), sent, "something was sent");
}

#[tokio::test]
async fn a_card_payment_tells_what_it_did() {
    let world = World::new().await;
    let id = world.payment_id();
    let [second, first] = second_and_first(&world).map(|caller| {
        let mut request = world.card_request(&id, by_channel(KPN), APPROVED);
        request.caller = caller;
        request
    });
    let done = world.engine.pay_instantly(second).await.unwrap();
    assert_eq!(world.engine.pay_instantly(first).await, Ok(done));
    let other = world.engine.pay_instantly(world.card_request(&id, by_channel(KPN), APPROVED)).await;
    assert_eq!(other, Err(EngineError::AlreadyPaid), "another request is told so");
    assert_eq!(world.pg_charges(&id).await.len(), 1);
}

/// And one that failed is not begun again, though the payment may be tried by others.
#[tokio::test]
async fn a_declined_payment_tells_why() {
    let world = World::new().await;
    let id = world.payment_id();
    let [second, first] = second_and_first(&world).map(|caller| {
        let mut request = world.card_request(&id, by_channel(KPN), "4000000000000002");
        request.caller = caller;
        request
    });
    let refusal = world.engine.pay_instantly(second).await.unwrap_err();
    assert!(matches!(refusal, EngineError::Declined(_)), "{refusal:?}");
    assert_eq!(world.engine.pay_instantly(first).await, Err(refusal));
    world.engine.pay_instantly(world.card_request(&id, by_channel(KPN), APPROVED)).await.unwrap();
    assert_eq!(world.pg_charges(&id).await.len(), 1);
}

/// Its key is gone meanwhile: what it did is told all the same.
#[tokio::test]
async fn a_payment_with_a_billing_key_tells_what_it_did() {
    let world = World::new().await;
    let (key, id) = (issued(&world).await, world.payment_id());
    let [second, first] = second_and_first(&world).map(|caller| {
        let mut request = world.key_request(&id, &key);
        request.caller = caller;
        request
    });
    let done = world.engine.pay_with_billing_key(second).await.unwrap();
    assert_eq!(world.engine.pay_with_billing_key(first.clone()).await, Ok(done.clone()));
    world.engine.delete_billing_key(&world.caller(), &key, false).await.unwrap();
    assert_eq!(world.engine.pay_with_billing_key(first).await, Ok(done));
    let other = world.engine.pay_with_billing_key(world.key_request(&id, &key)).await;
    assert_eq!(other, Err(EngineError::BillingKeyAlreadyDeleted), "another request is told so");
    assert_eq!(world.pg_charges(&id).await.len(), 1);
}

/// The payment failed and the shop has scheduled it: it is its failure that the first request is told, not the schedule.
#[tokio::test]
async fn a_payment_that_was_scheduled_meanwhile_tells_why_it_failed() {
    let world = World::new().await;
    let request = world.issue_request(by_channel(KPN), OVER_LIMIT);
    let (key, id) = (world.engine.issue_billing_key(request).await.unwrap().key, world.payment_id());
    let [second, first] = second_and_first(&world).map(|caller| {
        let mut request = world.key_request(&id, &key);
        request.caller = caller;
        request
    });
    let refusal = world.engine.pay_with_billing_key(second).await.unwrap_err();
    let time_to_pay = world.clock.now() + TimeDelta::hours(1);
    let pay = world.key_request(&id, &key);
    world.engine.create_schedule(CreateScheduleRequest { pay, time_to_pay }).await.unwrap();
    assert_eq!(world.engine.pay_with_billing_key(first).await, Err(refusal));
    let other = world.engine.pay_with_billing_key(world.key_request(&id, &key)).await;
    assert_eq!(other, Err(EngineError::ScheduleExists), "another request is told so");
}

#[tokio::test]
async fn an_issue_tells_the_key_it_issued() {
    let world = World::new().await;
    let [second, first] = second_and_first(&world).map(|caller| {
        let mut request = world.issue_request(by_channel(KPN), APPROVED);
        request.caller = caller;
        request
    });
    let done = world.engine.issue_billing_key(second).await.unwrap();
    assert_eq!(world.engine.issue_billing_key(first).await.map(|record| record.key), Ok(done.key));
}

/// Its time to pay is over by then: a new request would be refused.
#[tokio::test]
async fn a_schedule_is_told_after_its_time() {
    let world = World::new().await;
    let (key, id) = (issued(&world).await, world.payment_id());
    let time_to_pay = world.clock.now() + TimeDelta::minutes(1);
    let [second, first] = second_and_first(&world).map(|caller| {
        let mut pay = world.key_request(&id, &key);
        pay.caller = caller;
        CreateScheduleRequest { pay, time_to_pay }
    });
    let made = world.engine.create_schedule(second).await.unwrap();
    world.clock.advance(TimeDelta::minutes(2));
    world.engine.run_due_schedules(10).await.unwrap();
    assert_eq!(world.status(&id).await, PaymentStatus::Paid);
    assert_eq!(world.engine.create_schedule(first).await.map(|schedule| schedule.id), Ok(made.id));
    let pay = world.key_request(&id, &key);
    let other = world.engine.create_schedule(CreateScheduleRequest { pay, time_to_pay }).await;
    assert!(matches!(other, Err(EngineError::Invalid(_))), "another request is told so: {other:?}");
}

#[tokio::test]
async fn a_cancel_of_all_tells_itself() {
    let world = World::new().await;
    let id = paid(&world).await;
    let [second, first] = second_and_first(&world).map(|caller| {
        let mut request = world.cancel_request(&id, None);
        request.caller = caller;
        request
    });
    let done = world.engine.cancel(second).await.unwrap();
    assert_eq!(world.engine.cancel(first).await.map(|cancel| cancel.id), Ok(done.id));
    let other = world.engine.cancel(world.cancel_request(&id, None)).await;
    assert_eq!(
        other.map(|cancel| cancel.id),
        Err(EngineError::PaymentAlreadyCancelled),
        "another request is told so"
    );
    world.assert_ledgers_agree(&id).await;
}
