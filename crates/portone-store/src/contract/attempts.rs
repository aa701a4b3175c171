//! Open attempts: found again after a crash, and inquired by one gateway at a time.

use portone_core::{CommandKind, DeliveryKind, DeliveryStatus, PaymentId, TransactionId};
use portone_engine::ledger::{DeliveryTold, OpenAttempt, OpenSubject, Transaction};
use portone_engine::port::{Begin, Settle, SettleTransaction, Store};

use super::records::{
    LEASE_SECONDS, at, attempt, attempt_id, begin, cancel_attempt, cancellation, issue_attempts, key_record,
    pay_attempt_id, payment_id, settle_paid, transaction_id,
};

/// A claim takes what is due, the longest due first, and nobody else gets it until the claim runs out.
pub async fn due_attempts_are_claimed_once_and_the_longest_due_first(store: &dyn Store) {
    for (number, seconds) in [(1, 20), (2, 10), (3, 30), (4, 400)] {
        let mut new = begin(number, number);
        new.attempt = OpenAttempt { next_inquiry_at: at(seconds), ..new.attempt };
        store.begin_payment(new).await.expect("begins");
    }
    assert_eq!(store.claim_attempts(at(9), at(100), 10).await, Ok(Vec::new()));
    let first = store.claim_attempts(at(30), at(100), 2).await.expect("claims");
    assert_eq!(ids(&first), [pay_attempt_id(2), pay_attempt_id(1)]);
    let expected = OpenAttempt { next_inquiry_at: at(100), inquiry_count: 1, ..begin(2, 2).attempt };
    assert_eq!(first[0], expected);
    let second = store.claim_attempts(at(30), at(100), 10).await.expect("claims");
    assert_eq!(ids(&second), [pay_attempt_id(3)]);
    assert_eq!(store.claim_attempts(at(99), at(200), 10).await, Ok(Vec::new()));
    let again = store.claim_attempts(at(100), at(200), 10).await.expect("claims");
    assert_eq!(again.len(), 3);
    assert!(again.iter().all(|attempt| attempt.inquiry_count == 2));
}

/// An inquiry that could not tell is repeated when it was said to be.
pub async fn a_postponed_attempt_is_claimed_later(store: &dyn Store) {
    store.begin_payment(begin(1, 1)).await.expect("begins");
    store.postpone_attempt(&pay_attempt_id(1), at(500)).await.expect("is postponed");
    assert_eq!(store.claim_attempts(at(499), at(900), 10).await, Ok(Vec::new()));
    assert_eq!(store.claim_attempts(at(500), at(900), 10).await.map(|claimed| claimed.len()), Ok(1));
    assert_eq!(store.postpone_attempt(&attempt_id(99), at(1)).await, Ok(()));
}

/// What is settled is not inquired.
pub async fn a_settled_attempt_is_not_claimed(store: &dyn Store) {
    store.begin_payment(begin(1, 1)).await.expect("begins");
    assert_eq!(store.settle_transaction(settle_paid(1, 1)).await, Ok(Settle::Settled));
    assert_eq!(store.claim_attempts(at(10_000), at(20_000), 10).await, Ok(Vec::new()));
}

/// The list begins with the oldest and ends at its limit.
pub async fn open_attempts_come_oldest_first(store: &dyn Store) {
    for (number, seconds) in [(1, 30), (2, 10), (3, 20)] {
        let mut new = begin(number, number);
        new.attempt.opened_at = at(seconds);
        store.begin_payment(new).await.expect("begins");
    }
    let open = store.open_attempts(2).await.expect("reads");
    assert_eq!(ids(&open), [pay_attempt_id(2), pay_attempt_id(3)]);
}

/// All that is needed to settle an attempt after a restart is kept.
pub async fn every_subject_comes_back(store: &dyn Store) {
    store.begin_payment(begin(1, 1)).await.expect("begins");
    store.settle_transaction(settle_paid(1, 1)).await.expect("settles");
    let paid = store.transaction(&transaction_id(1)).await.expect("reads").expect("is there");
    let cancel = cancel_attempt(10, &paid);
    assert_eq!(store.begin_on_transaction(cancel.clone(), &paid.id, 1).await, Ok(Begin::Begun));
    store.begin_payment(begin(2, 2)).await.expect("begins");
    store.settle_transaction(settle_paid(2, 2)).await.expect("settles");
    let subject =
        OpenSubject::CloseVirtualAccount { payment_id: payment_id(2), transaction_id: transaction_id(2) };
    let close = attempt(attempt_id(20), CommandKind::CloseVirtualAccount, subject, 20);
    assert_eq!(store.begin_on_transaction(close.clone(), &transaction_id(2), 1).await, Ok(Begin::Begun));
    let capture = on_payment(store, 3, CommandKind::Capture, |payment_id, transaction_id| {
        OpenSubject::Capture { payment_id, transaction_id }
    });
    let capture = capture.await;
    let stop =
        on_payment(store, 4, CommandKind::StopCancel, |payment_id, transaction_id| OpenSubject::StopCancel {
            payment_id,
            transaction_id,
            cancellation_id: cancellation(1, 300).id,
            upstream_cancellation_id: "cancel-1".to_owned(),
        });
    let stop = stop.await;
    let issue = issue_attempts(1);
    store.begin_issue(key_record(1), "{}".to_owned(), issue.clone()).await.expect("begins");
    let open = store.open_attempts(10).await.expect("reads");
    assert_eq!(open, [issue[0].clone(), issue[1].clone(), cancel, close, capture, stop]);
    assert_eq!(open[0].lease_until, at(LEASE_SECONDS));
}

/// A delivery is told while its payment is free for other calls; the next one waits until its lease is over.
pub async fn a_delivery_locks_the_next_delivery_only(store: &dyn Store) {
    store.begin_payment(begin(1, 1)).await.expect("begins");
    store.settle_transaction(settle_paid(1, 1)).await.expect("settles");
    let told =
        DeliveryTold { kind: DeliveryKind::Digital, status: DeliveryStatus::Delivered, told_at: at(10) };
    let delivery = |number, seconds| {
        let (payment_id, transaction_id) = (payment_id(1), transaction_id(1));
        let subject = OpenSubject::ConfirmDelivery { payment_id, transaction_id, told };
        attempt(attempt_id(number), CommandKind::ConfirmDelivery, subject, seconds)
    };
    let begin = async |attempt| store.begin_on_transaction(attempt, &transaction_id(1), 1).await;
    assert_eq!(begin(delivery(10, 10)).await, Ok(Begin::Begun));
    assert_eq!(begin(delivery(11, 10 + LEASE_SECONDS - 1)).await, Ok(Begin::Outstanding));
    let paid = store.transaction(&transaction_id(1)).await.expect("reads").expect("is there");
    let cancel = cancel_attempt(20, &paid);
    assert_eq!(begin(cancel).await, Ok(Begin::Begun));
    assert_eq!(begin(delivery(12, 10 + LEASE_SECONDS)).await, Ok(Begin::Begun));
    let stale = store.begin_on_transaction(delivery(13, 1_000), &transaction_id(1), 0).await;
    assert_eq!(stale, Ok(Begin::Changed));
    let delivery = Some(told);
    let transaction = Transaction { delivery, ..paid };
    let settle = SettleTransaction { attempt: attempt_id(10), transaction, ..settle_paid(1, 1) };
    assert_eq!(store.settle_transaction(settle).await, Ok(Settle::Settled));
    let kept = store.transaction(&transaction_id(1)).await.expect("reads").expect("is there");
    assert_eq!((kept.delivery, store.open_attempts(9).await.map(|open| open.len())), (delivery, Ok(2)));
}

/// A request that is taken up again opens its attempt anew under the same id: what a gateway heard of the first one, and had no time
/// to write, is not of the second.
pub async fn a_result_is_of_the_attempt_it_was_opened_for(store: &dyn Store) {
    store.begin_payment(begin(1, 1)).await.expect("begins");
    store.settle_transaction(settle_paid(1, 1)).await.expect("settles");
    let paid = store.transaction(&transaction_id(1)).await.expect("reads").expect("is there");
    let first = cancel_attempt(10, &paid);
    let second = OpenAttempt { opened_at: at(500), ..first.clone() };
    let begin =
        async |open: &OpenAttempt| store.begin_on_transaction(open.clone(), &paid.id, paid.revision).await;
    assert_eq!(begin(&first).await, Ok(Begin::Begun));
    assert_eq!(store.drop_attempt(&first).await, Ok(Settle::Settled));
    assert_eq!(begin(&second).await, Ok(Begin::Begun));
    let settle = |open: &OpenAttempt| SettleTransaction {
        attempt: open.id.clone(),
        opened_at: Some(open.opened_at),
        transaction: paid.clone(),
        ..settle_paid(1, 1)
    };
    assert_eq!(store.settle_transaction(settle(&first)).await, Ok(Settle::AlreadySettled));
    assert_eq!(ids(&store.open_attempts(10).await.expect("reads")), std::slice::from_ref(&second.id));
    assert_eq!(store.settle_transaction(settle(&second)).await, Ok(Settle::Settled));
    assert_eq!(store.open_attempts(10).await, Ok(Vec::new()));
}

/// An attempt on a paid payment, opened at `10 * number` seconds.
async fn on_payment(
    store: &dyn Store,
    number: u64,
    command: CommandKind,
    subject: impl Fn(PaymentId, TransactionId) -> OpenSubject,
) -> OpenAttempt {
    store.begin_payment(begin(number, number)).await.expect("begins");
    store.settle_transaction(settle_paid(number, number)).await.expect("settles");
    let subject = subject(payment_id(number), transaction_id(number));
    let seconds = 10 * i64::try_from(number).expect("small");
    let open = attempt(attempt_id(10 * number), command, subject, seconds);
    assert_eq!(store.begin_on_transaction(open.clone(), &transaction_id(number), 1).await, Ok(Begin::Begun));
    open
}

fn ids(attempts: &[OpenAttempt]) -> Vec<portone_core::AttemptId> {
    attempts.iter().map(|attempt| attempt.id.clone()).collect()
}
