//! A gateway takes a request with an idempotency key and stands still until it is given up. Another takes the request up
//! again and does it. When the first goes on, what it finds in its way is its own request's doing, and that is its answer.

use chrono::TimeDelta;
use portone_engine::EngineError;
use portone_engine::idempotency::{Fingerprint, KeptAnswer, KeyDigest, Keyed, Operation};
use portone_engine::ledger::PaymentStatus;
use portone_engine::port::Clock as _;
use portone_engine::request::{Caller, CreateScheduleRequest};

use crate::world::{KPN, World, by_channel};
use crate::{APPROVED, issued, paid};

/// Declined when it pays; issued a key all the same.
const OVER_LIMIT: &str = "4000000000000010";

/// Longer than a key is claimed for.
const CLAIM: TimeDelta = TimeDelta::minutes(5);

/// Who took the request up again, and who had it first and goes on now.
fn second_and_first(world: &World) -> [Caller; 2] {
    let now = world.clock_time();
    [(true, now + TimeDelta::hours(1)), (false, now)].map(|(is_resumed, until)| {
        let id = "0195d3a0-0000-7000-8000-000000000001".parse().unwrap();
        Caller {
            operation: Some(Operation { key: KeyDigest([1; 32]), id, is_resumed, until }),
            ..world.caller()
        }
    })
}

/// The same with a key that each has claimed in its turn, for what is made only while it is held. The first one's time is over.
async fn claimed_second_and_first(world: &World) -> [Caller; 2] {
    let first = claimed(world).await;
    world.clock.advance(CLAIM);
    [claimed(world).await, first]
}

async fn claimed(world: &World) -> Caller {
    match world.engine.claim_key(KeyDigest([1; 32]), Fingerprint([2; 32])).await.unwrap() {
        Keyed::Run(operation) => Caller { operation: Some(operation), ..world.caller() },
        other => panic!("{other:?}"),
    }
}

/// Others may have been refused meanwhile, and have told the shop: the one who had it first does nothing any more.
#[tokio::test]
async fn a_request_whose_time_is_over_begins_nothing() {
    let world = World::new().await;
    let (key, id) = (issued(&world).await, world.payment_id());
    let other = paid(&world).await;
    let [_, first] = second_and_first(&world);
    let sent = world.wire.sent.lock().unwrap().len();
    let mut pay = world.card_request(&id, by_channel(KPN), APPROVED);
    pay.caller = first.clone();
    assert_eq!(world.engine.pay_instantly(pay).await, Err(EngineError::UnknownOutcome));
    let mut issue = world.issue_request(by_channel(KPN), APPROVED);
    issue.caller = first.clone();
    assert_eq!(world.engine.issue_billing_key(issue).await, Err(EngineError::UnknownOutcome));
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

/// Nor is what it was refused for the answer: another is at it, and its answer is.
#[tokio::test]
async fn a_refusal_is_not_kept_once_others_have_taken_the_request_up() {
    let world = World::new().await;
    let [second, first] = claimed_second_and_first(&world).await.map(|caller| caller.operation.unwrap());
    let answer = |status| KeptAnswer { status, body: "{}".to_owned() };
    assert_eq!(world.engine.finish_key(&first, answer(404)).await, Ok(false));
    assert_eq!(world.engine.finish_key(&second, answer(200)).await, Ok(true));
    let again = world.engine.claim_key(first.key, Fingerprint([2; 32])).await;
    assert_eq!(again, Ok(Keyed::Replay(answer(200))));
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
    let callers = claimed_second_and_first(&world).await;
    let time_to_pay = world.clock.now() + TimeDelta::minutes(1);
    let [second, first] = callers.map(|caller| {
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

/// The first has read its clock and stands still before its schedule is durable. The second may have been refused meanwhile,
/// and have told the shop: the schedule is not made any more.
#[tokio::test]
async fn a_schedule_is_not_made_once_others_have_its_request() {
    let world = World::new().await;
    let (key, id) = (issued(&world).await, world.payment_id());
    let [second, first] = claimed_second_and_first(&world).await;
    let time_to_pay = world.clock.now() + TimeDelta::hours(1);
    let request = |caller: &Caller| {
        let mut pay = world.key_request(&id, &key);
        pay.caller = caller.clone();
        CreateScheduleRequest { pay, time_to_pay }
    };
    world.clock.advance(-CLAIM);
    assert_eq!(world.engine.create_schedule(request(&first)).await, Err(EngineError::UnknownOutcome));
    world.clock.advance(CLAIM);
    let made = world.engine.create_schedule(request(&second)).await.expect("nothing is in its way");
    world.clock.advance(-CLAIM);
    assert_eq!(world.engine.create_schedule(request(&first)).await.map(|schedule| schedule.id), Ok(made.id));
}

/// The first could not reach the PG, and stood still before it knew. Another has given its attempt up meanwhile, and the cancel
/// was done.
#[tokio::test]
async fn a_cancel_that_did_not_leave_tells_the_one_that_was_done() {
    let world = World::new().await;
    let id = paid(&world).await;
    let [second, first] = second_and_first(&world).map(|caller| {
        // Both begin: neither's time is over when it does.
        let mut request = world.cancel_request(&id, Some(900));
        let operation = caller.operation.map(|it| Operation { until: it.until + TimeDelta::hours(1), ..it });
        request.caller = Caller { operation, ..caller };
        request
    });
    world.wire.cut(true);
    let connection = world.wire.hold_next();
    let meanwhile = async {
        connection.reached.notified().await;
        world.wire.cut(false);
        world.pass_the_lease();
        let swept = world.engine.settle_unknown(10).await.unwrap();
        assert_eq!((swept.claimed, swept.finished), (1, 1));
        let done = world.engine.cancel(second).await.unwrap();
        connection.open.notify_one();
        done
    };
    let (told, done) = tokio::join!(world.engine.cancel(first), meanwhile);
    assert_eq!(told.map(|cancel| cancel.id), Ok(done.id));
    world.assert_ledgers_agree(&id).await;
}
