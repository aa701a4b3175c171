//! Promotions' budgets.

use futures_util::future::join_all;
use portone_core::{CancelStatus, TransactionId};
use portone_engine::ledger::{AppliedPromotion, CancelAdjustment, PaymentStatus, Transaction};
use portone_engine::port::follow::Recorded;
use portone_engine::port::{BeginPayment, BudgetShare, DeclaredStore, Settle, SettleTransaction, Store};

use super::records::{
    at, begin, begin_promoted, cancellation, failed, other_store_id, paid, pay_attempt_id, payment_id,
    promotion, store_id, transaction_id,
};

async fn spent(store: &dyn Store) -> Option<i64> {
    store.promotion_spent(&store_id(), "promotion-1").await.expect("reads")
}

async fn read(store: &dyn Store, id: &TransactionId) -> Transaction {
    store.transaction(id).await.expect("reads").expect("is there")
}

async fn settle(store: &dyn Store, number: u64, change: impl Fn(Transaction) -> Transaction) {
    let settle = SettleTransaction {
        attempt: pay_attempt_id(number),
        opened_at: None,
        transaction: change(read(store, &transaction_id(number)).await),
        events: Vec::new(),
        verify_at: None,
        run_again_at: None,
        key: None,
    };
    assert_eq!(store.settle_transaction(settle).await, Ok(Settle::Settled));
}

/// What was spent before counts once; a payment that the budget has too little for leaves nothing behind.
pub async fn a_budget_is_taken_with_the_payment(store: &dyn Store) {
    assert_eq!(spent(store).await, None);
    let budget = BudgetShare { limit: 5_000, spent_before: 3_000 };
    for number in [1, 2] {
        let mut new = begin_promoted(number, number, 0);
        new.budget = Some(budget);
        assert_eq!(store.begin_payment(new).await, Ok(BeginPayment::Begun));
    }
    assert_eq!(spent(store).await, Some(5_000));
    let mut late = begin_promoted(3, 3, 0);
    late.budget = Some(BudgetShare { limit: 5_999, ..budget });
    assert_eq!(store.begin_payment(late.clone()).await, Ok(BeginPayment::BudgetTaken));
    assert_eq!(store.transaction(&transaction_id(3)).await, Ok(None));
    assert_eq!(store.open_attempts(10).await.expect("reads").len(), 2);
    late.budget = Some(BudgetShare { limit: 6_000, spent_before: 0 });
    assert_eq!(store.begin_payment(late).await, Ok(BeginPayment::Begun));
    assert_eq!(store.begin_payment(begin(4, 4)).await, Ok(BeginPayment::Begun));
    settle(store, 1, paid).await;
    assert_eq!(spent(store).await, Some(6_000), "what was paid is spent");
    assert_eq!(read(store, &transaction_id(1)).await.promotion, Some(Box::new(promotion())));
    let again = begin_promoted(5, 1, 100_000);
    assert_eq!(store.begin_payment(again).await, Ok(BeginPayment::AlreadyPaid));
    assert_eq!(spent(store).await, Some(6_000));
}

/// A refusal gives the discount back; where the PG was paid after all it is taken again, though nothing is left.
pub async fn a_failed_payment_gives_back_what_it_took(store: &dyn Store) {
    store.begin_payment(begin_promoted(1, 1, 1_000)).await.expect("begins");
    assert_eq!(store.begin_payment(begin_promoted(2, 2, 1_000)).await, Ok(BeginPayment::BudgetTaken));
    settle(store, 1, failed).await;
    assert_eq!(spent(store).await, Some(0));
    assert_eq!(store.begin_payment(begin_promoted(2, 2, 1_000)).await, Ok(BeginPayment::Begun));
    let revived = paid(read(store, &transaction_id(1)).await);
    assert_eq!(store.record_change(revived, None, Vec::new(), Vec::new()).await, Ok(Recorded::Written));
    assert_eq!(spent(store).await, Some(2_000), "what the PG says wins");
}

/// An accepted cancel holds the discount until it is done.
pub async fn a_cancel_that_is_done_gives_back_what_it_released(store: &dyn Store) {
    for (number, recovers, left) in [(1, true, 600), (2, false, 1_600)] {
        let mut new = begin_promoted(number, number, 10_000);
        new.transaction.promotion = Some(Box::new(AppliedPromotion { recovers, ..promotion() }));
        store.begin_payment(new).await.expect("begins");
        settle(store, number, paid).await;
        let before = spent(store).await.expect("is counted");
        let mut changed = read(store, &transaction_id(number)).await;
        let mut cancel = cancellation(number, 4_000);
        cancel.adjustment = Some(CancelAdjustment { retains: false, released: 400, tax_free: 0, vat: 0 });
        changed.cancellations.push(cancel);
        store.record_change(changed, None, Vec::new(), Vec::new()).await.expect("writes");
        assert_eq!(spent(store).await, Some(before));
        let mut changed = read(store, &transaction_id(number)).await;
        changed.cancellations[0].status = CancelStatus::Succeeded;
        changed.status = PaymentStatus::PartialCancelled;
        store.record_change(changed, None, Vec::new(), Vec::new()).await.expect("writes");
        assert_eq!(spent(store).await, Some(left), "recovers: {recovers}");
    }
}

/// Of many at once as many get it as the budget has.
pub async fn many_payments_at_once_never_overspend(store: &dyn Store) {
    let results =
        join_all((1..=20).map(|number| store.begin_payment(begin_promoted(number, number, 7_500)))).await;
    let won = results.iter().filter(|result| **result == Ok(BeginPayment::Begun)).count();
    let lost = results.iter().filter(|result| **result == Ok(BeginPayment::BudgetTaken)).count();
    assert_eq!((won, lost, spent(store).await), (7, 13, Some(7_000)));
}

/// A promotion belongs to its store.
pub async fn budgets_of_two_promotions_and_stores_do_not_meet(store: &dyn Store) {
    let other = DeclaredStore {
        id: other_store_id(),
        name: "Other".to_owned(),
        channels: Vec::new(),
        groups: Vec::new(),
    };
    store.apply_declared(vec![other], at(0)).await.expect("is applied");
    store.begin_payment(begin_promoted(1, 1, 1_000)).await.expect("begins");
    let mut theirs = begin_promoted(2, 1, 1_000);
    theirs.transaction.store_id = other_store_id();
    theirs.attempt.store_id = other_store_id();
    assert_eq!(store.begin_payment(theirs).await, Ok(BeginPayment::Begun));
    let mut second = begin_promoted(3, 3, 1_000);
    second.transaction.promotion.as_mut().expect("has one").id = "promotion-2".to_owned();
    assert_eq!(store.begin_payment(second).await, Ok(BeginPayment::Begun));
    for (whose, promotion) in
        [(store_id(), "promotion-1"), (other_store_id(), "promotion-1"), (store_id(), "promotion-2")]
    {
        assert_eq!(store.promotion_spent(&whose, promotion).await, Ok(Some(1_000)));
    }
    assert_eq!(store.promotion_spent(&other_store_id(), "promotion-2").await, Ok(None));
    let found = store.latest_transaction(&store_id(), &payment_id(3)).await.expect("reads");
    assert_eq!(found.map(|transaction| transaction.charged().total), Some(9_000));
}
