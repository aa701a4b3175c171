//! Movements of money: each once, in an order that later ones do not disturb.

use chrono::{DateTime, Utc};
use portone_core::CancelStatus;
use portone_engine::ledger::{PaymentStatus, Transaction};
use portone_engine::list::Cursor;
use portone_engine::payment_event::{PaymentEvent, PaymentEventKind};
use portone_engine::port::{Begin, SettleTransaction, Store};

use super::records::{
    at, begin, cancel_attempt, cancellation, other_store_id, settle_failed, settle_paid, store_id,
    transaction_id,
};

async fn events(store: &dyn Store, after: Cursor, until: DateTime<Utc>) -> Vec<(PaymentEvent, Cursor)> {
    store.payment_events_after(&store_id(), after, until, 9).await.expect("walks")
}

async fn all(store: &dyn Store) -> Vec<(PaymentEventKind, i64, Option<String>)> {
    let found = events(store, Cursor::before(at(0)), at(1_000)).await;
    let told = |(event, _): (PaymentEvent, Cursor)| {
        (event.kind, event.amount, event.cancellation_id.map(|id| id.to_string()))
    };
    found.into_iter().map(told).collect()
}

/// Settles payment `number` as paid, without an announcement, at a second.
async fn pay(store: &dyn Store, number: u64, seconds: i64) {
    store.begin_payment(begin(number, number)).await.expect("begins");
    let mut settle = settle_paid(number, number);
    settle.events.clear();
    settle.transaction.updated_at = at(seconds);
    store.settle_transaction(settle).await.expect("settles");
}

/// Adds a cancel of 1,000 to a transaction.
async fn cancel(store: &dyn Store, number: u64, status: PaymentStatus, done: CancelStatus, seconds: i64) {
    let read = store.transaction(&transaction_id(1)).await.expect("reads").expect("is there");
    let attempt = cancel_attempt(number, &read);
    let begun = store.begin_on_transaction(attempt.clone(), &read.id, read.revision).await;
    assert_eq!(begun, Ok(Begin::Begun));
    let mut cancellations = read.cancellations.clone();
    let mut added = cancellation(number, 1_000);
    added.status = done;
    cancellations.push(added);
    let transaction = Transaction { status, cancellations, updated_at: at(seconds), ..read };
    let settle = SettleTransaction { attempt: attempt.id, transaction, ..settle_paid(1, 1) };
    store.settle_transaction(SettleTransaction { events: Vec::new(), ..settle }).await.expect("settles");
}

/// A failure moves nothing, nor does a cancel that was accepted only; each cancel that is done is written once.
pub async fn what_moved_money_is_written_once_announced_or_not(store: &dyn Store) {
    pay(store, 1, 10).await;
    store.begin_payment(begin(2, 2)).await.expect("begins");
    store.settle_transaction(settle_failed(2, 2)).await.expect("settles");
    let id = |number| Some(cancellation(number, 0).id.to_string());
    let paid = (PaymentEventKind::Paid, 10_000, None);
    assert_eq!(all(store).await, std::slice::from_ref(&paid));
    cancel(store, 1, PaymentStatus::PartialCancelled, CancelStatus::Succeeded, 20).await;
    cancel(store, 2, PaymentStatus::PartialCancelled, CancelStatus::Requested, 30).await;
    let first = (PaymentEventKind::PartialCancelled, 1_000, id(1));
    assert_eq!(all(store).await, [paid.clone(), first.clone()]);
    cancel(store, 3, PaymentStatus::Cancelled, CancelStatus::Succeeded, 40).await;
    assert_eq!(all(store).await, [paid, first, (PaymentEventKind::Cancelled, 1_000, id(3))]);
}

/// What is committed late is met by whoever has read on: its time moves up to the last one's.
pub async fn a_later_row_is_never_earlier_in_time(store: &dyn Store) {
    pay(store, 1, 20).await;
    let read = events(store, Cursor::before(at(0)), at(1_000)).await;
    pay(store, 2, 10).await;
    pay(store, 3, 20).await;
    pay(store, 4, 30).await;
    let later = events(store, read[0].1, at(1_000)).await;
    let times: Vec<_> =
        later.iter().map(|(event, _)| (event.transaction.id.clone(), event.created_at)).collect();
    let expected = [(2, 20), (3, 20), (4, 30)].map(|(number, second)| (transaction_id(number), at(second)));
    assert_eq!(times, expected);
}

/// The ends of the window belong to it, and another store's rows do not.
pub async fn a_walk_stays_in_its_window_and_store(store: &dyn Store) {
    for (number, seconds) in [(1, 10), (2, 20), (3, 30)] {
        pay(store, number, seconds).await;
    }
    let found = events(store, Cursor::before(at(20)), at(20)).await;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].0.transaction.id, transaction_id(2));
    let limited = store.payment_events_after(&store_id(), Cursor::before(at(0)), at(99), 2).await;
    assert_eq!(limited.expect("walks").len(), 2);
    let others = store.payment_events_after(&other_store_id(), Cursor::before(at(0)), at(99), 9).await;
    assert_eq!(others, Ok(Vec::new()));
}
