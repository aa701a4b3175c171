//! The fault table: each command × each fault has its class, and after settling our ledger and the PG's agree, with no
//! second charge. Real sockets, a real ledger; time moves only when told.

#![allow(clippy::large_futures)] // a test holds one at a time

#[path = "faults/capture.rs"]
mod capture;
#[path = "faults/confirm.rs"]
mod confirm;
#[path = "faults/confirm_process.rs"]
mod confirm_process;
#[path = "faults/follow.rs"]
mod follow;
#[path = "faults/issue_and_pay.rs"]
mod issue_and_pay;
#[path = "faults/key_window.rs"]
mod key_window;
#[path = "faults/taken_up_again.rs"]
mod taken_up_again;
mod world;

use portone_core::{BillingKey, PaymentId};
use portone_engine::EngineError;
use portone_engine::idempotency::Operation;
use portone_engine::ledger::{BillingKeyStatus, KeyChannelState, PaymentStatus};
use serde_json::{Value, json};
use tokio::sync::Notify;
use world::faulty::{Class, arm, class, disarm, faults, is_booked};
use world::{KPN, World, by_channel};

const APPROVED: &str = "4242424242424242";

async fn paid(world: &World) -> PaymentId {
    let id = world.payment_id();
    world.engine.pay_instantly(world.card_request(&id, by_channel(KPN), APPROVED)).await.unwrap();
    id
}

async fn issued(world: &World) -> BillingKey {
    world.engine.issue_billing_key(world.issue_request(by_channel(KPN), APPROVED)).await.unwrap().key
}

/// What a payment is after settling: paid where it was booked, failed where it was not.
async fn assert_settled_payment(world: &World, id: &PaymentId, name: &str, fault: Option<&Value>) {
    let expected = if is_booked(fault) { PaymentStatus::Paid } else { PaymentStatus::Failed };
    assert_eq!(world.status(id).await, expected, "{name}");
    world.assert_ledgers_agree(id).await;
}

#[tokio::test]
async fn card_payment() {
    let world = World::new().await;
    for (name, fault, expected) in faults() {
        let id = world.payment_id();
        arm(&world, "PAY_INSTANTLY", fault.as_ref()).await;
        let result = world.engine.pay_instantly(world.card_request(&id, by_channel(KPN), APPROVED)).await;
        assert_eq!(class(&result), expected, "{name}");
        disarm(&world).await;
        if expected == Class::Unknown {
            unknown_is_frozen(&world, &id, name).await;
        }
        world.settle_all().await;
        assert_settled_payment(&world, &id, name, fault.as_ref()).await;
        retry_never_charges_twice(&world, &id, name).await;
    }
}

/// While the outcome is open the payment reads `PAY_PENDING`, the same id is not sent again, and nothing is cancelled.
async fn unknown_is_frozen(world: &World, id: &PaymentId, name: &str) {
    assert_eq!(world.status(id).await, PaymentStatus::PayPending, "{name}");
    let sent = world.wire.sent.lock().unwrap().len();
    let again = world.engine.pay_instantly(world.card_request(id, by_channel(KPN), APPROVED)).await;
    assert_eq!(class(&again), Class::Unknown, "{name}");
    let cancel = world.engine.cancel(world.cancel_request(id, None)).await;
    assert!(matches!(cancel, Err(EngineError::PaymentNotPaid("PAY_PENDING"))), "{name}: {cancel:?}");
    assert_eq!(world.wire.sent.lock().unwrap().len(), sent, "{name}: something was sent");
}

/// After settling, the shop tries the same id again: a failed one is paid once, a paid one not again.
async fn retry_never_charges_twice(world: &World, id: &PaymentId, name: &str) {
    let was_paid = world.status(id).await == PaymentStatus::Paid;
    let again = world.engine.pay_instantly(world.card_request(id, by_channel(KPN), APPROVED)).await;
    assert_eq!(matches!(again, Err(EngineError::AlreadyPaid)), was_paid, "{name}: {again:?}");
    assert_eq!(world.pg_charges(id).await.len(), 1, "{name}");
    world.assert_ledgers_agree(id).await;
}

#[tokio::test]
async fn virtual_account() {
    let world = World::new().await;
    for (name, fault, expected) in faults() {
        let id = world.payment_id();
        arm(&world, "PAY_INSTANTLY", fault.as_ref()).await;
        let result = world.engine.pay_instantly(world.account_request(&id, by_channel(KPN))).await;
        assert_eq!(class(&result), expected, "{name}");
        disarm(&world).await;
        world.settle_all().await;
        let payment = world.payment(&id).await;
        let booked = is_booked(fault.as_ref());
        let status = if booked { PaymentStatus::VirtualAccountIssued } else { PaymentStatus::Failed };
        assert_eq!(payment.status, status, "{name}");
        assert_eq!(payment.virtual_account.is_some(), booked, "{name}");
        assert_eq!(world.pg_charges(&id).await, vec![], "{name}");
    }
}

#[tokio::test]
async fn billing_key_payment() {
    let world = World::new().await;
    let key = issued(&world).await;
    for (name, fault, expected) in faults() {
        let id = world.payment_id();
        arm(&world, "PAY_WITH_BILLING_KEY", fault.as_ref()).await;
        let result = world.engine.pay_with_billing_key(world.key_request(&id, &key)).await;
        assert_eq!(class(&result), expected, "{name}");
        disarm(&world).await;
        world.settle_all().await;
        assert_settled_payment(&world, &id, name, fault.as_ref()).await;
    }
}

#[tokio::test]
async fn billing_key_issue() {
    let world = World::new().await;
    for (name, fault, expected) in faults() {
        let before = keys_at_pg(&world, "ISSUED").await;
        arm(&world, "ISSUE_BILLING_KEY", fault.as_ref()).await;
        let result = world.engine.issue_billing_key(world.issue_request(by_channel(KPN), APPROVED)).await;
        assert_eq!(class(&result), expected, "{name}");
        let open = world.engine.store().open_attempts(1).await.unwrap();
        let key = open.first().and_then(|attempt| attempt.subject.billing_key().cloned());
        assert_eq!(key.is_some(), expected == Class::Unknown, "{name}");
        disarm(&world).await;
        world.settle_all().await;
        assert_eq!(
            keys_at_pg(&world, "ISSUED").await - before,
            usize::from(is_booked(fault.as_ref())),
            "{name}"
        );
        if let Some(key) = key {
            let caller = world.caller();
            let record = world.engine.store().billing_key(&caller.store_id, &key).await.unwrap().unwrap();
            let booked = is_booked(fault.as_ref());
            assert_eq!(record.status == BillingKeyStatus::Issued, booked, "{name}");
            assert_eq!(matches!(record.channels[0].state, KeyChannelState::Issued(_)), booked, "{name}");
        }
    }
}

async fn keys_at_pg(world: &World, status: &str) -> usize {
    let ledger = world.pg_ledger().await;
    ledger["billingKeys"].as_array().unwrap().iter().filter(|key| key["status"] == status).count()
}

#[tokio::test]
async fn billing_key_delete() {
    let world = World::new().await;
    for (name, fault, expected) in faults() {
        let key = issued(&world).await;
        arm(&world, "DELETE_BILLING_KEY", fault.as_ref()).await;
        let result = world.engine.delete_billing_key(&world.caller(), &key, false).await;
        assert_eq!(class(&result), expected, "{name}");
        disarm(&world).await;
        world.settle_all().await;
        let record = world.engine.billing_key(&world.caller().store_id, &key).await.unwrap();
        let booked = is_booked(fault.as_ref());
        assert_eq!(record.status == BillingKeyStatus::Deleted, booked, "{name}");
        let deletable = world.engine.delete_billing_key(&world.caller(), &key, false).await;
        assert_eq!(
            matches!(deletable, Err(EngineError::BillingKeyAlreadyDeleted)),
            booked,
            "{name}: {deletable:?}"
        );
        assert_eq!(keys_at_pg(&world, "ISSUED").await, 0, "{name}");
    }
}

/// A gateway that stands still with the PG's answer in hand finds its deletion settled by another.
#[tokio::test]
async fn a_deletion_that_another_gateway_settled_is_told_as_done() {
    let world = World::new().await;
    let key = issued(&world).await;
    let answer = world.wire.hold_answer();
    let caller = world.caller();
    let delete = world.engine.delete_billing_key(&caller, &key, false);
    let meanwhile = async {
        answer.reached.notified().await;
        world.pass_the_lease();
        let swept = world.engine.settle_unknown(10).await.unwrap();
        assert_eq!((swept.claimed, swept.finished), (1, 1));
        answer.open.notify_one();
    };
    let (deleted, ()) = tokio::join!(delete, meanwhile);
    assert!(deleted.is_ok(), "{deleted:?}");
    let record = world.engine.billing_key(&caller.store_id, &key).await.unwrap();
    assert_eq!(record.status, BillingKeyStatus::Deleted);
}

#[tokio::test]
async fn cancel() {
    let world = World::new().await;
    for (name, fault, expected) in faults() {
        for amount in [None, Some(900)] {
            let id = paid(&world).await;
            arm(&world, "CANCEL", fault.as_ref()).await;
            let result = world.engine.cancel(world.cancel_request(&id, amount)).await;
            assert_eq!(class(&result), expected, "{name}");
            disarm(&world).await;
            if expected == Class::Unknown {
                let again = world.engine.cancel(world.cancel_request(&id, amount)).await;
                assert_eq!(class(&again), Class::Unknown, "{name}: a second cancel while the first is open");
            }
            world.settle_all().await;
            let cancelled = if is_booked(fault.as_ref()) { amount.unwrap_or(8900) } else { 0 };
            assert_eq!(world.payment(&id).await.cancelled(), cancelled, "{name}");
            world.assert_ledgers_agree(&id).await;
        }
    }
}

/// A cancel is lost, and its gateway stands still before it asks what became of it. Another concludes that it did not happen,
/// and the shop asks again for the same amount: the sum that the first gateway then sees is the second cancel's.
#[tokio::test]
async fn a_cancel_is_not_taken_for_another_of_the_same_amount() {
    let world = World::new().await;
    let id = paid(&world).await;
    world.fault(json!({"command": "CANCEL", "kind": "reset", "booked": false, "requests": 1})).await;
    let lost = world.wire.hold_next();
    let first = world.engine.cancel(world.cancel_request(&id, Some(900)));
    let meanwhile = async {
        lost.reached.notified().await;
        let inquiry = world.wire.hold_next();
        lost.open.notify_one();
        inquiry.reached.notified().await;
        world.pass_the_lease();
        let swept = world.engine.settle_unknown(10).await.unwrap();
        assert_eq!((swept.claimed, swept.finished), (1, 1));
        let second = world.engine.cancel(world.cancel_request(&id, Some(900))).await.unwrap();
        inquiry.open.notify_one();
        second
    };
    let (first, second) = tokio::join!(first, meanwhile);
    assert_eq!(class(&first), Class::Unknown, "{first:?}");
    let kept = world.payment(&id).await.cancellations;
    assert_eq!(kept.iter().map(|cancel| &cancel.id).collect::<Vec<_>>(), [&second.id]);
    world.assert_ledgers_agree(&id).await;
}

/// A gateway stands still with a decline in hand; its request is taken up again under the same id. The first does not end
/// what the second has opened.
#[tokio::test]
async fn a_cancel_that_was_taken_up_again_is_not_ended_by_the_one_before() {
    let world = World::new().await;
    let id = paid(&world).await;
    world
        .fault(json!({"command": "CANCEL", "kind": "decline", "code": "X1", "message": "no", "requests": 1}))
        .await;
    let [request, again] = [false, true].map(|is_resumed| {
        let mut request = world.cancel_request(&id, Some(900));
        let operation = "0195d3a0-0000-7000-8000-000000000001".parse().unwrap();
        let until = world.clock_time() + chrono::TimeDelta::hours(1);
        request.caller.operation = Some(Operation { id: operation, is_resumed, until });
        request
    });
    let (answer, is_over) = (world.wire.hold_answer(), Notify::new());
    let first = async {
        let told = world.engine.cancel(request).await;
        is_over.notify_one();
        told
    };
    let second = async {
        answer.reached.notified().await;
        world.pass_the_lease();
        let swept = world.engine.settle_unknown(10).await.unwrap();
        assert_eq!((swept.claimed, swept.finished), (1, 1));
        let call = world.wire.hold_next();
        let meanwhile = async {
            call.reached.notified().await;
            answer.open.notify_one();
            is_over.notified().await;
            assert_eq!(world.open_attempts().await, 1, "the second's");
            call.open.notify_one();
        };
        tokio::join!(world.engine.cancel(again), meanwhile).0
    };
    let (first, second) = tokio::join!(first, second);
    assert_eq!((class(&first), class(&second)), (Class::Declined, Class::Declined));
    assert_eq!(world.open_attempts().await, 0);
    world.assert_ledgers_agree(&id).await;
}

/// A gateway that stands still with the PG's answer in hand finds its cancel settled by another.
#[tokio::test]
async fn a_cancel_that_another_gateway_settled_is_told_as_done() {
    let world = World::new().await;
    let id = paid(&world).await;
    let answer = world.wire.hold_answer();
    let cancel = world.engine.cancel(world.cancel_request(&id, Some(900)));
    let meanwhile = async {
        answer.reached.notified().await;
        world.pass_the_lease();
        let swept = world.engine.settle_unknown(10).await.unwrap();
        assert_eq!((swept.claimed, swept.finished), (1, 1));
        answer.open.notify_one();
    };
    let (cancelled, ()) = tokio::join!(cancel, meanwhile);
    let kept = world.payment(&id).await.cancellations;
    assert_eq!(kept.iter().map(|cancel| &cancel.id).collect::<Vec<_>>(), [&cancelled.unwrap().id]);
    world.assert_ledgers_agree(&id).await;
}

#[tokio::test]
async fn virtual_account_close() {
    let world = World::new().await;
    for (name, fault, expected) in faults() {
        let id = world.payment_id();
        world.engine.pay_instantly(world.account_request(&id, by_channel(KPN))).await.unwrap();
        arm(&world, "CLOSE_VIRTUAL_ACCOUNT", fault.as_ref()).await;
        let result = world.engine.close_virtual_account(&world.caller(), &id).await;
        assert_eq!(class(&result), expected, "{name}");
        disarm(&world).await;
        world.settle_all().await;
        let closed = world.status(&id).await == PaymentStatus::Cancelled;
        assert_eq!(closed, is_booked(fault.as_ref()), "{name}");
    }
}

/// A read that goes wrong tells nothing: the attempt stays open however often, and is settled once reads work again.
#[tokio::test]
async fn reads() {
    let world = World::new().await;
    for (name, fault, _) in faults().into_iter().filter(|(_, fault, _)| {
        fault.as_ref().is_some_and(|fault| fault["kind"] != "decline" && fault["booked"] == false)
    }) {
        let id = world.payment_id();
        arm(&world, "PAY_INSTANTLY", Some(&json!({"kind": "reset", "booked": true}))).await;
        let result = world.engine.pay_instantly(world.card_request(&id, by_channel(KPN), APPROVED)).await;
        assert_eq!(class(&result), Class::Unknown, "{name}");
        disarm(&world).await;
        let mut read_fault = fault.unwrap();
        read_fault["command"] = "READ".into();
        read_fault["requests"] = 1.into();
        world.fault(read_fault).await;
        world.pass_the_lease();
        let swept = world.engine.settle_unknown(10).await.unwrap();
        assert_eq!((swept.claimed, swept.finished), (1, 0), "{name}");
        assert_eq!(world.status(&id).await, PaymentStatus::PayPending, "{name}");
        world.settle_all().await;
        assert_eq!(world.status(&id).await, PaymentStatus::Paid, "{name}");
        world.assert_ledgers_agree(&id).await;
    }
}

/// "Not found" settles only once the upstream's deadline since sending has passed: until then it may still be working.
#[tokio::test]
async fn absence_counts_only_after_the_lease() {
    let world = World::new().await;
    let id = world.payment_id();
    arm(&world, "PAY_INSTANTLY", Some(&json!({"kind": "reset", "booked": false}))).await;
    let result = world.engine.pay_instantly(world.card_request(&id, by_channel(KPN), APPROVED)).await;
    assert_eq!(class(&result), Class::Unknown);
    disarm(&world).await;
    world.clock.advance(chrono::TimeDelta::seconds(64));
    let swept = world.engine.settle_unknown(10).await.unwrap();
    assert_eq!((swept.claimed, swept.finished), (1, 0), "one second before the lease's end");
    assert_eq!(world.status(&id).await, PaymentStatus::PayPending);
    world.clock.advance(chrono::TimeDelta::seconds(31));
    let swept = world.engine.settle_unknown(10).await.unwrap();
    assert_eq!((swept.claimed, swept.finished), (1, 1), "after it");
    assert_eq!(world.status(&id).await, PaymentStatus::Failed);
}

/// What is absent when it is asked about may be booked before the answer is read: an answer that comes after the lease's
/// end to a question asked before it settles nothing.
#[tokio::test]
async fn absence_counts_from_when_it_was_asked_about() {
    let world = World::new().await;
    let id = world.payment_id();
    arm(&world, "PAY_INSTANTLY", Some(&json!({"kind": "reset", "booked": false}))).await;
    let result = world.engine.pay_instantly(world.card_request(&id, by_channel(KPN), APPROVED)).await;
    assert_eq!(class(&result), Class::Unknown);
    disarm(&world).await;
    world.clock.advance(chrono::TimeDelta::seconds(64));
    let answer = world.wire.hold_answer();
    let sweep = world.engine.settle_unknown(10);
    let meanwhile = async {
        answer.reached.notified().await;
        world.clock.advance(chrono::TimeDelta::seconds(2));
        answer.open.notify_one();
    };
    let (swept, ()) = tokio::join!(sweep, meanwhile);
    assert_eq!(swept.unwrap().finished, 0, "it was asked a second before the lease's end");
    assert_eq!(world.status(&id).await, PaymentStatus::PayPending);
    world.settle_all().await;
    assert_eq!(world.status(&id).await, PaymentStatus::Failed);
}

/// A booked charge whose reply was lost is found by the inquiry that follows at once: the shop never notices.
#[tokio::test]
async fn a_lost_reply_is_found_at_once() {
    let world = World::new().await;
    let id = world.payment_id();
    world.fault(json!({"command": "PAY_INSTANTLY", "kind": "reset", "booked": true, "requests": 1})).await;
    let paid = world.engine.pay_instantly(world.card_request(&id, by_channel(KPN), APPROVED)).await.unwrap();
    assert_eq!(world.status(&id).await, PaymentStatus::Paid);
    assert_eq!(world.payment(&id).await.pg_tx_id.unwrap().as_str(), paid.pg_tx_id);
    assert_eq!(world.open_attempts().await, 0);
    world.assert_ledgers_agree(&id).await;
}

/// A request that dawdles past its lease: another sweep settles it as not happened, and then it happens. The charge is
/// not lost.
#[tokio::test]
async fn a_charge_booked_after_the_lease_is_not_lost() {
    let world = World::new().await;
    let id = world.payment_id();
    let gate = world.wire.hold_next();
    let pay = world.engine.pay_instantly(world.card_request(&id, by_channel(KPN), APPROVED));
    let meanwhile = async {
        gate.reached.notified().await;
        world.pass_the_lease();
        let swept = world.engine.settle_unknown(10).await.unwrap();
        assert_eq!((swept.claimed, swept.finished), (1, 1));
        assert_eq!(world.status(&id).await, PaymentStatus::Failed);
        gate.open.notify_one();
    };
    let (paid, ()) = tokio::join!(pay, meanwhile);
    assert!(paid.is_ok(), "{paid:?}");
    assert_eq!(world.status(&id).await, PaymentStatus::Paid);
    assert_eq!(world.open_attempts().await, 0);
    world.assert_ledgers_agree(&id).await;
}

/// Two requests for one payment id at once: one reaches the PG.
#[tokio::test]
async fn concurrent_requests_for_one_payment_reach_the_pg_once() {
    let world = World::new().await;
    let id = world.payment_id();
    let gate = world.wire.hold_next();
    let first = world.engine.pay_instantly(world.card_request(&id, by_channel(KPN), APPROVED));
    let second = async {
        gate.reached.notified().await;
        let result = world.engine.pay_instantly(world.card_request(&id, by_channel(KPN), APPROVED)).await;
        gate.open.notify_one();
        result
    };
    let (first, second) = tokio::join!(first, second);
    assert!(first.is_ok(), "{first:?}");
    assert_eq!(class(&second), Class::Unknown);
    assert_eq!(world.pg_charges(&id).await.len(), 1);
}
