//! Cash receipts: the fault table, and what settles when a reply is lost. Real sockets, a real ledger; time moves only
//! when told.

#![allow(clippy::large_futures)] // a test holds one at a time

mod world;

use portone_core::{Currency, IssueCashReceipt, PaymentAmount, PaymentId, ReceiptReceiver};
use portone_engine::EngineError;
use portone_engine::ledger::{CashReceipt, ReceiptStatus};
use portone_engine::request::IssueCashReceiptRequest;
use serde_json::{Value, json};
use world::faulty::{Class, arm, class, disarm, faults, is_booked};
use world::{SMARTRO, World, by_channel};

fn request(world: &World, id: &PaymentId) -> IssueCashReceiptRequest {
    let receiver = ReceiptReceiver {
        identity_number: "01000001234".into(),
        identity_type: None,
        name: Some("Kim Port".to_owned()),
        email: None,
        phone_number: Some("01000001234".to_owned()),
    };
    let amount = PaymentAmount::total(8900, Currency::KRW);
    let issue = IssueCashReceipt::personal(id.clone(), "Monthly pass", amount, receiver);
    IssueCashReceiptRequest { caller: world.caller(), channel_key: SMARTRO.parse().unwrap(), issue }
}

async fn issued(world: &World) -> PaymentId {
    let id = world.payment_id();
    world.engine.issue_cash_receipt(request(world, &id)).await.unwrap();
    id
}

async fn ours(world: &World, id: &PaymentId) -> Option<CashReceipt> {
    world.engine.payment_receipt(&world.caller().store_id, id).await.unwrap()
}

/// The PG's receipts of a payment.
async fn at_pg(world: &World, id: &PaymentId) -> Option<Value> {
    let ledger = world.pg_ledger().await;
    let receipts = ledger["cashReceipts"].as_array().unwrap();
    receipts.iter().find(|receipt| receipt["paymentId"] == id.as_str()).cloned()
}

#[tokio::test]
async fn issue() {
    let world = World::new().await;
    for (name, fault, expected) in faults() {
        let id = world.payment_id();
        arm(&world, "ISSUE_CASH_RECEIPT", fault.as_ref()).await;
        let result = world.engine.issue_cash_receipt(request(&world, &id)).await;
        assert_eq!(class(&result), expected, "{name}");
        disarm(&world).await;
        if expected == Class::Unknown {
            assert_eq!(ours(&world, &id).await, None, "{name}: nobody is told of what is open");
            let sent = world.wire.sent.lock().unwrap().len();
            let again = world.engine.issue_cash_receipt(request(&world, &id)).await;
            assert_eq!(class(&again), Class::Unknown, "{name}");
            assert_eq!(world.wire.sent.lock().unwrap().len(), sent, "{name}: something was sent");
        }
        world.settle_all().await;
        let booked = is_booked(fault.as_ref());
        let receipt = ours(&world, &id).await.unwrap();
        let status = if booked { ReceiptStatus::Issued } else { ReceiptStatus::Failed };
        assert_eq!(receipt.status, status, "{name}");
        let number = at_pg(&world, &id).await.map(|receipt| receipt["issueNumber"].clone());
        assert_eq!(receipt.issue_number.map(Value::from), number, "{name}");
        // Afterwards a failed one can be issued, and an issued one not again.
        let again = world.engine.issue_cash_receipt(request(&world, &id)).await;
        assert_eq!(matches!(again, Err(EngineError::CashReceiptAlreadyIssued)), booked, "{name}: {again:?}");
        assert_eq!(ours(&world, &id).await.unwrap().status, ReceiptStatus::Issued, "{name}");
    }
}

/// A PG shows the receipt that was cancelled until there is another, and a shop that issues anew within a minute asks by a clock
/// that may differ from the PG's (found by the simulator).
#[tokio::test]
async fn a_receipt_that_was_cancelled_is_not_taken_for_the_next_one() {
    let world = World::new().await;
    let id = issued(&world).await;
    world.engine.cancel_cash_receipt(&world.caller(), &id).await.unwrap();
    // One that was never sent stands between them.
    arm(&world, "ISSUE_CASH_RECEIPT", None).await;
    let refused = world.engine.issue_cash_receipt(request(&world, &id)).await;
    assert_eq!(class(&refused), Class::Unavailable);
    disarm(&world).await;
    arm(&world, "ISSUE_CASH_RECEIPT", Some(&json!({"kind": "reset", "booked": false}))).await;
    let lost = world.engine.issue_cash_receipt(request(&world, &id)).await;
    assert_eq!(class(&lost), Class::Unknown);
    disarm(&world).await;
    world.settle_all().await;
    assert_eq!(at_pg(&world, &id).await.unwrap()["status"], "CANCELLED");
    assert_eq!(ours(&world, &id).await.unwrap().status, ReceiptStatus::Failed);
}

#[tokio::test]
async fn cancel() {
    let world = World::new().await;
    for (name, fault, expected) in faults() {
        let id = issued(&world).await;
        arm(&world, "CANCEL_CASH_RECEIPT", fault.as_ref()).await;
        let result = world.engine.cancel_cash_receipt(&world.caller(), &id).await;
        assert_eq!(class(&result), expected, "{name}");
        disarm(&world).await;
        if expected == Class::Unknown {
            let again = world.engine.cancel_cash_receipt(&world.caller(), &id).await;
            assert_eq!(class(&again), Class::Unknown, "{name}: a second cancel while the first is open");
        }
        world.settle_all().await;
        let booked = is_booked(fault.as_ref());
        let status = if booked { ReceiptStatus::Cancelled } else { ReceiptStatus::Issued };
        assert_eq!(ours(&world, &id).await.unwrap().status, status, "{name}");
        assert_eq!(at_pg(&world, &id).await.unwrap()["status"], status.code(), "{name}");
        let again = world.engine.cancel_cash_receipt(&world.caller(), &id).await;
        assert_eq!(matches!(again, Err(EngineError::CashReceiptNotIssued("CANCELLED"))), booked, "{name}");
    }
}

/// A receipt that was issued elsewhere meanwhile is why the PG refuses ours: the inquiry tells it from ours.
#[tokio::test]
async fn another_receipt_upstream_is_a_refusal() {
    let world = World::new().await;
    let id = world.payment_id();
    world.issue_receipt_upstream(&id, 5000).await;
    let result = world.engine.issue_cash_receipt(request(&world, &id)).await;
    let Err(EngineError::Declined(decline)) = result else { panic!("{result:?}") };
    assert_eq!(decline.code, "CASH_RECEIPT_ALREADY_ISSUED");
    assert_eq!(ours(&world, &id).await.unwrap().status, ReceiptStatus::Failed);
    assert_eq!(world.open_attempts().await, 0);
}

/// An open receipt does not keep its payment from being paid: each has a lock of its own.
#[tokio::test]
async fn an_open_receipt_leaves_its_payment_alone() {
    let world = World::new().await;
    let id = world.payment_id();
    arm(&world, "ISSUE_CASH_RECEIPT", Some(&json!({"kind": "reset", "booked": true}))).await;
    let result = world.engine.issue_cash_receipt(request(&world, &id)).await;
    assert_eq!(class(&result), Class::Unknown);
    disarm(&world).await;
    let account = world.engine.pay_instantly(world.account_request(&id, by_channel(SMARTRO))).await;
    assert!(account.is_ok(), "{account:?}");
    world.settle_all().await;
    assert_eq!(ours(&world, &id).await.unwrap().status, ReceiptStatus::Issued);
}

/// A card payment gets no cash receipt: nothing is sent.
#[tokio::test]
async fn a_payment_by_card_is_refused() {
    let world = World::new().await;
    let key =
        world.engine.issue_billing_key(world.issue_request(by_channel(SMARTRO), "4242424242424242")).await;
    let id = world.payment_id();
    world.engine.pay_with_billing_key(world.key_request(&id, &key.unwrap().key)).await.unwrap();
    let sent = world.wire.sent.lock().unwrap().len();
    let result = world.engine.issue_cash_receipt(request(&world, &id)).await;
    let Err(EngineError::NoChannel(refused)) = result else { panic!("{result:?}") };
    assert!(refused.to_string().contains("SMARTRO-CAP"), "{refused}");
    assert_eq!(world.wire.sent.lock().unwrap().len(), sent);
}
