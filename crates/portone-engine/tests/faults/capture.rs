//! Captures and withdrawn cancels.

use portone_core::{AttemptId, CancelStatus, PaymentId};
use portone_engine::EngineError;
use portone_engine::ledger::{OpenAttempt, OpenSubject, PaymentStatus};
use portone_engine::port::{Begin, Settle, SettleTransaction};
use serde_json::json;

use super::world::{SMARTRO, World, by_channel, refund_account};
use super::{Class, arm, class, disarm, faults, is_booked, paid};

async fn captured_at_pg(world: &World, id: &PaymentId) -> bool {
    let ledger = world.pg_ledger().await;
    let payments = ledger["payments"].as_array().unwrap();
    let own = payments.iter().find(|payment| payment["paymentId"] == id.as_str()).unwrap();
    own["transactions"][0].get("capturedAt").is_some()
}

/// A lost capture is sent again under its key, so it is done once and the shop never notices.
#[tokio::test]
async fn capture() {
    let world = World::new().await;
    for (name, fault, expected) in faults() {
        let id = paid(&world).await;
        arm(&world, "CAPTURE", fault.as_ref()).await;
        let result = world.engine.capture(&world.caller(), &id).await;
        if expected == Class::Unknown {
            assert_eq!(result, Ok(()), "{name}");
        } else {
            assert_eq!(class(&result), expected, "{name}");
        }
        disarm(&world).await;
        assert_eq!(world.open_attempts().await, 0, "{name}");
        let done = expected == Class::Unknown;
        assert_eq!(captured_at_pg(&world, &id).await, done, "{name}");
        assert_eq!(world.payment(&id).await.captured_at.is_some(), done, "{name}");
        assert_eq!(world.status(&id).await, PaymentStatus::Paid, "{name}");
    }
}

/// Where the repetition is lost too, the sweep repeats it until it is answered; nothing is cancelled meanwhile.
#[tokio::test]
async fn a_capture_that_stays_unknown_is_settled_by_the_sweep() {
    let world = World::new().await;
    for kind in ["reset", "status", "garbage", "half_reply"] {
        let id = paid(&world).await;
        let fault = json!({"command": "CAPTURE", "kind": kind, "booked": false, "requests": 2});
        world.fault(fault).await;
        assert_eq!(class(&world.engine.capture(&world.caller(), &id).await), Class::Unknown, "{kind}");
        let cancel = world.engine.cancel(world.cancel_request(&id, None)).await;
        assert_eq!(class(&cancel), Class::Unknown, "{kind}: the payment is locked");
        assert_eq!(class(&world.engine.capture(&world.caller(), &id).await), Class::Unknown, "{kind}");
        disarm(&world).await;
        world.settle_all().await;
        assert!(captured_at_pg(&world, &id).await, "{kind}");
        assert!(world.payment(&id).await.captured_at.is_some(), "{kind}");
        let sent = world.wire.sent.lock().unwrap().len();
        assert_eq!(world.engine.capture(&world.caller(), &id).await, Ok(()), "{kind}");
        assert_eq!(world.wire.sent.lock().unwrap().len(), sent, "{kind}: once captured nothing is sent");
    }
}

#[tokio::test]
async fn stop_cancel() {
    let world = World::new().await;
    for (name, fault, expected) in faults() {
        let (id, cancellation) = refund_requested(&world, Some(900)).await;
        assert_eq!(world.payment(&id).await.cancellable(), 8000, "{name}");
        arm(&world, "STOP_CANCEL", fault.as_ref()).await;
        let result = world.engine.stop_cancellation(&world.caller(), &id, &cancellation).await;
        assert_eq!(class(&result), expected, "{name}");
        disarm(&world).await;
        world.settle_all().await;
        let stopped = is_booked(fault.as_ref());
        let payment = world.payment(&id).await;
        let status = if stopped { CancelStatus::Failed } else { CancelStatus::Requested };
        assert_eq!(payment.cancellations[0].status, status, "{name}");
        assert_eq!(payment.cancellable(), if stopped { 8900 } else { 8000 }, "{name}");
        assert_eq!(payment.status, PaymentStatus::Paid, "{name}");
        let again = world.engine.stop_cancellation(&world.caller(), &id, &cancellation).await;
        assert_eq!(
            matches!(again, Err(EngineError::CancellationNotPending(_))),
            stopped,
            "{name}: {again:?}"
        );
        assert_eq!(world.payment(&id).await.cancellable(), 8900, "{name}");
    }
}

/// A refund that was done before it could be withdrawn, of which nobody has told us yet, is not withdrawn.
#[tokio::test]
async fn a_cancel_that_is_done_is_not_stopped() {
    let world = World::new().await;
    let (id, cancellation) = refund_requested(&world, None).await;
    let upstream_id = world.payment(&id).await.cancellations[0].upstream_id.clone().unwrap();
    world.control(&format!("/payments/{id}/cancellations/{upstream_id}/complete")).await;
    let refused = world.engine.stop_cancellation(&world.caller(), &id, &cancellation).await;
    assert!(matches!(refused, Err(EngineError::CancellationNotPending(_))), "{refused:?}");
    assert_eq!(world.open_attempts().await, 0);
    assert_eq!(world.payment(&id).await.cancellable(), 0);
    let unknown = world.engine.stop_cancellation(&world.caller(), &id, "another").await;
    assert_eq!(unknown, Err(EngineError::CancellationNotFound("another".to_owned())));
}

/// A deposited account whose refund is asked for and not done.
async fn refund_requested(world: &World, amount: Option<i64>) -> (PaymentId, String) {
    let id = world.payment_id();
    world.engine.pay_instantly(world.account_request(&id, by_channel(SMARTRO))).await.unwrap();
    world.control(&format!("/payments/{id}/deposit")).await;
    hear_of_deposit(world, &id).await;
    let mut request = world.cancel_request(&id, amount);
    request.refund_account = Some(refund_account());
    let cancellation = world.engine.cancel(request).await.unwrap();
    assert_eq!(cancellation.status, CancelStatus::Requested);
    (id, cancellation.id.to_string())
}

/// What a notification of the deposit leaves in the ledger.
async fn hear_of_deposit(world: &World, id: &PaymentId) {
    let store = world.engine.store();
    let mut transaction = world.payment(id).await;
    let now = world.engine.now();
    let attempt = OpenAttempt {
        id: AttemptId::parse(&format!("deposit-of-{id}-0000")).unwrap(),
        store_id: transaction.store_id.clone(),
        command: portone_core::CommandKind::CloseVirtualAccount,
        channel: transaction.channel.key.clone(),
        opened_at: now,
        lease_until: now,
        next_inquiry_at: now,
        inquiry_count: 0,
        subject: OpenSubject::CloseVirtualAccount {
            payment_id: id.clone(),
            transaction_id: transaction.id.clone(),
        },
    };
    let begun = store.begin_on_transaction(attempt.clone(), &transaction.id, transaction.revision).await;
    assert_eq!(begun, Ok(Begin::Begun));
    transaction.status = PaymentStatus::Paid;
    transaction.paid_at = Some(now);
    let settle = SettleTransaction {
        attempt: attempt.id,
        opened_at: None,
        transaction,
        events: Vec::new(),
        verify_at: None,
        run_again_at: None,
        key: None,
    };
    assert_eq!(store.settle_transaction(settle).await, Ok(Settle::Settled));
}
