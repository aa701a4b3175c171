//! An attempt in the place of one that failed: both in one commit, or nothing.

use portone_engine::ledger::{PaymentStatus, ScheduleStatus, Transaction};
use portone_engine::port::{BeginPayment, NewTransaction, Settle, SettleTransaction, Store};

use super::records::{
    at, begin, begin_promoted, failed, pay_attempt_id, payment_id, settle_failed, settle_paid, store_id,
    transaction, transaction_id,
};
use super::schedules;

/// Transaction `next`, in the place of transaction `number` of the same payment, which was read as it is written here.
fn instead_of(next: NewTransaction, ended: Transaction) -> NewTransaction {
    let rerouted_to = Some(next.transaction.id.clone());
    let number = if ended.id == transaction_id(1) { 1 } else { 2 };
    let ended = SettleTransaction {
        attempt: pay_attempt_id(number),
        opened_at: None,
        transaction: Transaction { rerouted_to, ..failed(ended) },
        events: Vec::new(),
        verify_at: None,
        run_again_at: None,
        key: None,
    };
    NewTransaction { instead_of: Some(Box::new(ended)), ..next }
}

/// The first ends as failed, leads to the second, and is announced to nobody; the second is what the payment shows.
pub async fn an_attempt_takes_the_place_of_one_that_failed(store: &dyn Store) {
    store.begin_payment(begin(1, 1)).await.expect("begins");
    let next = instead_of(begin(2, 1), transaction(1, 1));
    assert_eq!(store.begin_payment(next).await, Ok(BeginPayment::Begun));
    let all = store.transactions(&store_id(), &payment_id(1)).await.expect("reads");
    let told: Vec<_> = all.iter().map(|(one, _)| (one.seq, one.status, one.rerouted_to.clone())).collect();
    let second = Some(transaction_id(2));
    assert_eq!(told, [(1, PaymentStatus::Failed, second), (2, PaymentStatus::PayPending, None)]);
    assert_eq!(store.open_attempts(10).await, Ok(vec![begin(2, 1).attempt]));
    assert_eq!(store.events(&store_id(), 0, 10).await, Ok(Vec::new()));
    let latest =
        store.latest_transaction(&store_id(), &payment_id(1)).await.expect("reads").expect("is there");
    assert_eq!(latest.id, transaction_id(2));
    let paid = settle_paid(2, 1);
    let paid = SettleTransaction { transaction: Transaction { seq: 2, ..paid.transaction }, ..paid };
    assert_eq!(store.settle_transaction(paid).await, Ok(Settle::Settled));
    assert_eq!(store.events(&store_id(), 0, 10).await.expect("reads").len(), 1, "of the end alone");
}

/// What another gateway has ended is followed by nothing.
pub async fn an_attempt_that_was_settled_is_not_taken_over(store: &dyn Store) {
    store.begin_payment(begin(1, 1)).await.expect("begins");
    store.settle_transaction(settle_failed(1, 1)).await.expect("settles");
    let before = store.transactions(&store_id(), &payment_id(1)).await;
    let next = instead_of(begin(2, 1), transaction(1, 1));
    assert_eq!(store.begin_payment(next).await, Ok(BeginPayment::Outstanding));
    assert_eq!(store.transactions(&store_id(), &payment_id(1)).await, before);
    assert_eq!(store.open_attempts(10).await, Ok(Vec::new()));
}

/// Nor is one whose transaction has changed since it was read.
pub async fn an_attempt_on_a_changed_record_is_not_taken_over(store: &dyn Store) {
    store.begin_payment(begin(1, 1)).await.expect("begins");
    let other = Transaction { revision: 7, ..transaction(1, 1) };
    let next = instead_of(begin(2, 1), other);
    assert_eq!(store.begin_payment(next).await, Ok(BeginPayment::Outstanding));
    assert_eq!(store.open_attempts(10).await, Ok(vec![begin(1, 1).attempt]), "it is still open");
    assert_eq!(store.transaction(&transaction_id(2)).await, Ok(None));
}

/// The count of a payment's transactions holds here too, and leaves the open attempt alone.
pub async fn a_payment_is_not_taken_over_beyond_the_limit(store: &dyn Store) {
    store.begin_payment(begin(1, 1)).await.expect("begins");
    let next = NewTransaction { transaction_count_max: 1, ..begin(2, 1) };
    let begun = store.begin_payment(instead_of(next, transaction(1, 1))).await;
    assert_eq!(begun, Ok(BeginPayment::TransactionCountReached));
    assert_eq!(store.open_attempts(10).await, Ok(vec![begin(1, 1).attempt]));
}

/// A promotion's budget is held once, however often the payment goes on.
pub async fn what_takes_over_takes_the_budget_with_it(store: &dyn Store) {
    let first = begin_promoted(1, 1, 1_000);
    let read = first.transaction.clone();
    store.begin_payment(first).await.expect("begins");
    let next = instead_of(begin_promoted(2, 1, 1_000), read);
    assert_eq!(store.begin_payment(next).await, Ok(BeginPayment::Begun));
    assert_eq!(store.promotion_spent(&store_id(), "promotion-1").await, Ok(Some(1_000)));
}

/// A schedule goes on with its payment's next transaction: it has neither failed nor is it taken up again.
pub async fn a_schedule_goes_on_with_what_takes_over(store: &dyn Store) {
    schedules::start(store, 1).await;
    let first = schedules::scheduled(1, 1);
    let read = first.transaction.clone();
    assert_eq!(store.begin_payment(first).await, Ok(BeginPayment::Begun));
    let next = instead_of(schedules::scheduled(2, 1), read);
    assert_eq!(store.begin_payment(next).await, Ok(BeginPayment::Begun));
    assert_eq!(schedules::state(store, 1).await, (ScheduleStatus::Started, None));
    let second = Transaction { seq: 2, ..schedules::by_schedule(2, 1) };
    let settled = store.settle_transaction(schedules::settle(super::records::paid(second))).await;
    assert_eq!(settled, Ok(Settle::Settled));
    assert_eq!(schedules::state(store, 1).await, (ScheduleStatus::Succeeded, Some(at(1))));
}
