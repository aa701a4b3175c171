//! Payments: who may begin, and what a result leaves behind.

use futures_util::future::join_all;
use portone_core::{
    Bank, CancelStatus, Escrow, EscrowDelivery, EscrowStatus, PayMethod, PgTxId, VirtualAccountFacts,
};
use portone_engine::event::EventKind;
use portone_engine::ledger::{
    CancelAdjustment, Failure, GroupSnapshot, OpenAttempt, PaymentStatus, Transaction,
};
use portone_engine::port::{Begin, BeginPayment, DeclaredStore, Settle, SettleTransaction, Store};

use super::records::{
    TRANSACTION_COUNT_MAX, at, attempt_id, begin, billing_key, cancel_attempt, cancellation, event, failed,
    group, other_store_id, paid, pay_attempt_id, payment_id, promotion, settle_failed, settle_paid, store_id,
    transaction, transaction_id,
};
use super::v1::named;

/// A payment that nobody knows begins, and is there with its decision and its attempt.
pub async fn a_new_payment_begins(store: &dyn Store) {
    assert_eq!(store.begin_payment(begin(1, 1)).await, Ok(BeginPayment::Begun));
    let imp_uid = named(store, 1).await;
    let expected = Transaction { seq: 1, revision: 0, imp_uid, ..transaction(1, 1) };
    assert_eq!(store.latest_transaction(&store_id(), &payment_id(1)).await, Ok(Some(expected.clone())));
    assert_eq!(store.transaction(&transaction_id(1)).await, Ok(Some(expected.clone())));
    let all = store.transactions(&store_id(), &payment_id(1)).await;
    assert_eq!(all, Ok(vec![(expected, begin(1, 1).decision)]));
    assert_eq!(store.open_attempts(10).await, Ok(vec![begin(1, 1).attempt]));
    assert_eq!(store.latest_transaction(&store_id(), &payment_id(2)).await, Ok(None));
    assert_eq!(store.transaction(&transaction_id(2)).await, Ok(None));
}

/// While a call may be under way nobody else may call.
pub async fn a_payment_with_an_open_attempt_is_outstanding(store: &dyn Store) {
    store.begin_payment(begin(1, 1)).await.expect("begins");
    assert_eq!(store.begin_payment(begin(2, 1)).await, Ok(BeginPayment::Outstanding));
    assert_eq!(store.transaction(&transaction_id(2)).await, Ok(None));
    assert_eq!(store.begin_payment(begin(3, 2)).await, Ok(BeginPayment::Begun));
}

/// Paid is paid.
pub async fn a_paid_payment_is_not_paid_again(store: &dyn Store) {
    pay(store, 1).await;
    assert_eq!(store.begin_payment(begin(2, 1)).await, Ok(BeginPayment::AlreadyPaid));
    assert_eq!(store.open_attempts(10).await, Ok(Vec::new()));
}

/// Only a failure makes room for another transaction.
pub async fn a_payment_that_waits_for_a_deposit_or_was_cancelled_is_not_paid_again(store: &dyn Store) {
    let states = [
        PaymentStatus::VirtualAccountIssued,
        PaymentStatus::PartialCancelled,
        PaymentStatus::Cancelled,
        PaymentStatus::PayPending,
    ];
    for (number, status) in (1..).zip(states) {
        store.begin_payment(begin(number, number)).await.expect("begins");
        let mut settle = settle_paid(number, number);
        settle.transaction.status = status;
        assert_eq!(store.settle_transaction(settle).await, Ok(Settle::Settled));
        let again = store.begin_payment(begin(100 + number, number)).await;
        assert_eq!(again, Ok(BeginPayment::AlreadyPaid), "{status:?}");
    }
}

/// A refused payment is tried again, but not for ever.
pub async fn a_failed_payment_is_tried_again_until_the_limit(store: &dyn Store) {
    for number in 1..=u64::from(TRANSACTION_COUNT_MAX) {
        assert_eq!(store.begin_payment(begin(number, 1)).await, Ok(BeginPayment::Begun));
        assert_eq!(store.settle_transaction(settle_failed(number, 1)).await, Ok(Settle::Settled));
        let latest =
            store.latest_transaction(&store_id(), &payment_id(1)).await.expect("reads").expect("is there");
        assert_eq!((latest.id, u64::from(latest.seq)), (transaction_id(number), number));
    }
    assert_eq!(store.begin_payment(begin(9, 1)).await, Ok(BeginPayment::TransactionCountReached));
    let all = store.transactions(&store_id(), &payment_id(1)).await.expect("reads");
    let seqs: Vec<_> = all.iter().map(|(transaction, _)| transaction.seq).collect();
    assert_eq!(seqs, [1, 2, 3]);
}

/// Order numbers are unique within a store only.
pub async fn payments_of_two_stores_do_not_meet(store: &dyn Store) {
    let other = DeclaredStore {
        id: other_store_id(),
        name: "Other".to_owned(),
        channels: Vec::new(),
        groups: Vec::new(),
    };
    store.apply_declared(vec![other], at(0)).await.expect("is applied");
    store.begin_payment(begin(1, 1)).await.expect("begins");
    let mut theirs = begin(2, 1);
    theirs.transaction.store_id = other_store_id();
    theirs.attempt.store_id = other_store_id();
    assert_eq!(store.begin_payment(theirs).await, Ok(BeginPayment::Begun));
    let found = store.latest_transaction(&other_store_id(), &payment_id(1)).await.expect("reads");
    assert_eq!(found.map(|transaction| transaction.id), Some(transaction_id(2)));
    let open = store.open_attempts(10).await.expect("reads");
    let stores: Vec<_> = open.into_iter().map(|attempt| attempt.store_id).collect();
    assert_eq!(stores, [store_id(), other_store_id()]);
}

/// Stores exist by declaration only; reading of an unknown one finds nothing.
pub async fn an_unknown_store_is_an_error(store: &dyn Store) {
    let mut new = begin(1, 1);
    new.transaction.store_id = other_store_id();
    assert!(store.begin_payment(new).await.is_err());
    assert_eq!(store.transaction(&transaction_id(1)).await, Ok(None));
    assert_eq!(store.latest_transaction(&other_store_id(), &payment_id(1)).await, Ok(None));
    assert_eq!(store.transactions(&other_store_id(), &payment_id(1)).await, Ok(Vec::new()));
    assert_eq!(store.events(&other_store_id(), 0, 10).await, Ok(Vec::new()));
    assert_eq!(store.begin_payment(begin(2, 1)).await, Ok(BeginPayment::Begun));
}

/// Of requests that come at once one gets through.
pub async fn one_of_many_beginnings_at_once_wins(store: &dyn Store) {
    let results = join_all((1..=20).map(|number| store.begin_payment(begin(number, 1)))).await;
    let won = results.iter().filter(|result| **result == Ok(BeginPayment::Begun)).count();
    let lost = results.iter().filter(|result| **result == Ok(BeginPayment::Outstanding)).count();
    assert_eq!((won, lost), (1, 19));
}

/// Whoever settles second is told so, and changes nothing.
pub async fn a_result_is_written_once(store: &dyn Store) {
    store.begin_payment(begin(1, 1)).await.expect("begins");
    assert_eq!(store.settle_transaction(settle_paid(1, 1)).await, Ok(Settle::Settled));
    let mut late = settle_failed(1, 1);
    late.transaction.revision = 1;
    assert_eq!(store.settle_transaction(late).await, Ok(Settle::AlreadySettled));
    let found = store.transaction(&transaction_id(1)).await.expect("reads").expect("is there");
    assert_eq!((found.status, found.revision), (PaymentStatus::Paid, 1));
    assert_eq!(store.events(&store_id(), 0, 10).await.expect("reads").len(), 1);
    assert_eq!(store.open_attempts(10).await, Ok(Vec::new()));
}

/// A result that was computed from an old record is not written, and the attempt stays open for another try.
pub async fn a_result_on_a_changed_record_writes_nothing(store: &dyn Store) {
    store.begin_payment(begin(1, 1)).await.expect("begins");
    let mut stale = settle_paid(1, 1);
    stale.transaction.revision = 7;
    assert_eq!(store.settle_transaction(stale).await, Ok(Settle::Changed));
    let found = store.transaction(&transaction_id(1)).await.expect("reads").expect("is there");
    assert_eq!((found.status, found.revision), (PaymentStatus::PayPending, 0));
    assert_eq!(store.events(&store_id(), 0, 10).await, Ok(Vec::new()));
    assert_eq!(store.open_attempts(10).await, Ok(vec![begin(1, 1).attempt]));
    assert_eq!(store.settle_transaction(settle_paid(1, 1)).await, Ok(Settle::Settled));
}

/// A result of a transaction that is not there is no conflict but a fault.
pub async fn a_result_of_a_missing_transaction_is_an_error(store: &dyn Store) {
    store.begin_payment(begin(1, 1)).await.expect("begins");
    let settle = SettleTransaction { attempt: pay_attempt_id(1), ..settle_paid(2, 1) };
    assert!(store.settle_transaction(settle).await.is_err());
    assert_eq!(store.open_attempts(10).await.map(|open| open.len()), Ok(1));
}

/// Nothing of a record is lost on the way.
pub async fn every_part_of_a_transaction_comes_back(store: &dyn Store) {
    store.begin_payment(begin(1, 1)).await.expect("begins");
    let mut full = paid(transaction(1, 1));
    full.method = PayMethod::VirtualAccount;
    full.channel_group = Some(GroupSnapshot::from(&group(1, 50)));
    full.billing_key = Some(billing_key(1));
    full.custom_data = Some("{\"quote\":\"\\\"’\u{1f4b3}\"}".to_owned());
    full.notice_urls = vec!["https://shop.example.com/a".to_owned(), "https://shop.example.com/b".to_owned()];
    full.skip_webhook = true;
    full.failed_at = Some(at(2));
    full.captured_at = Some(at(2));
    full.cancelled_at = Some(at(3));
    full.failure =
        Some(Failure { reason: "r".to_owned(), pg_code: Some("3041".to_owned()), pg_message: None });
    full.virtual_account = Some(VirtualAccountFacts {
        pg_tx_id: PgTxId::parse("tx").expect("an id"),
        issued_at: at(1),
        account_number: "110123456789".to_owned(),
        bank: Some(Bank::Shinhan),
        account_type: Some("NORMAL".to_owned()),
        remittee_name: Some("상점".to_owned()),
        expired_at: Some(at(3_600)),
    });
    full.escrow = Some(Escrow {
        status: EscrowStatus::Confirmed,
        delivery: Some(EscrowDelivery {
            company: "CJ".to_owned(),
            invoice_number: "345678901234".to_owned(),
            sent_at: Some(at(4)),
            applied_at: Some(at(5)),
        }),
        is_automatically_confirmed: true,
    });
    full.cancellations = vec![cancellation(1, 300), cancellation(2, 400)];
    full.cancellations[0].status = CancelStatus::Failed;
    full.cancellations[0].adjustment =
        Some(CancelAdjustment { retains: true, released: 30, tax_free: 1, vat: 2 });
    full.promotion = Some(Box::new(promotion()));
    full.cancellations[1].upstream_id = Some("cancel-2".to_owned());
    full.order.bypass = Some(serde_json::from_str(r#"{"kpn_v2":{"CardSelect":["01"]}}"#).expect("is JSON"));
    let settle = SettleTransaction {
        attempt: pay_attempt_id(1),
        opened_at: None,
        transaction: full.clone(),
        events: Vec::new(),
        verify_at: None,
        run_again_at: None,
        key: None,
    };
    assert_eq!(store.settle_transaction(settle).await, Ok(Settle::Settled));
    let expected = Transaction { seq: 1, revision: 1, imp_uid: named(store, 1).await, ..full };
    assert_eq!(store.transaction(&transaction_id(1)).await, Ok(Some(expected.clone())));
    assert_eq!(store.latest_transaction(&store_id(), &payment_id(1)).await, Ok(Some(expected)));
}

/// One cancel at a time, and no payment beside it.
pub async fn a_cancel_locks_the_payment(store: &dyn Store) {
    let paid = pay(store, 1).await;
    let open = cancel_attempt(10, &paid);
    assert_eq!(store.begin_on_transaction(open.clone(), &paid.id, paid.revision).await, Ok(Begin::Begun));
    let second = cancel_attempt(11, &paid);
    assert_eq!(store.begin_on_transaction(second, &paid.id, paid.revision).await, Ok(Begin::Outstanding));
    assert_eq!(store.begin_payment(begin(2, 1)).await, Ok(BeginPayment::Outstanding));
    let mut cancelled = paid.clone();
    cancelled.status = PaymentStatus::PartialCancelled;
    let mut done = cancellation(10, 1_000);
    done.status = CancelStatus::Succeeded;
    cancelled.cancellations.push(done);
    let settle = SettleTransaction {
        attempt: open.id,
        opened_at: None,
        events: vec![event(&cancelled, EventKind::PartialCancelled)],
        transaction: cancelled,
        verify_at: None,
        run_again_at: None,
        key: None,
    };
    assert_eq!(store.settle_transaction(settle).await, Ok(Settle::Settled));
    let found = store.transaction(&paid.id).await.expect("reads").expect("is there");
    assert_eq!(
        (found.status, found.cancellable(), found.revision),
        (PaymentStatus::PartialCancelled, 9_000, 2)
    );
    let third = cancel_attempt(12, &found);
    assert_eq!(store.begin_on_transaction(third, &found.id, found.revision).await, Ok(Begin::Begun));
}

/// A cancel is decided on the record as it is, or not at all.
pub async fn a_cancel_of_a_changed_record_does_not_begin(store: &dyn Store) {
    let paid = pay(store, 1).await;
    let open = cancel_attempt(10, &paid);
    assert_eq!(store.begin_on_transaction(open.clone(), &paid.id, 0).await, Ok(Begin::Changed));
    assert_eq!(store.begin_on_transaction(open, &transaction_id(99), 1).await, Ok(Begin::Changed));
    assert_eq!(store.open_attempts(10).await, Ok(Vec::new()));
}

/// A request that is taken up again opens its attempt anew, under its id: whoever began it before, and stood still, does not
/// end it.
pub async fn an_attempt_is_dropped_by_who_opened_it(store: &dyn Store) {
    let paid = pay(store, 1).await;
    let open = cancel_attempt(10, &paid);
    let begin =
        async |open: &OpenAttempt| store.begin_on_transaction(open.clone(), &paid.id, paid.revision).await;
    assert_eq!(begin(&open).await, Ok(Begin::Begun));
    assert_eq!(store.drop_attempt(&open).await, Ok(Settle::Settled));
    let again =
        OpenAttempt { opened_at: open.opened_at + chrono::TimeDelta::milliseconds(1), ..open.clone() };
    assert_eq!(begin(&again).await, Ok(Begin::Begun));
    assert_eq!(store.drop_attempt(&open).await, Ok(Settle::AlreadySettled));
    assert_eq!(store.open_attempts(10).await, Ok(vec![again]));
}

/// A declined cancel leaves no trace, and the next one may begin.
pub async fn a_declined_cancel_leaves_the_payment_alone(store: &dyn Store) {
    let paid = pay(store, 1).await;
    let open = cancel_attempt(10, &paid);
    store.begin_on_transaction(open.clone(), &paid.id, paid.revision).await.expect("begins");
    assert_eq!(store.drop_attempt(&open).await, Ok(Settle::Settled));
    assert_eq!(store.drop_attempt(&open).await, Ok(Settle::AlreadySettled));
    let unknown = OpenAttempt { id: attempt_id(77), ..open };
    assert_eq!(store.drop_attempt(&unknown).await, Ok(Settle::AlreadySettled));
    assert_eq!(store.transaction(&paid.id).await, Ok(Some(paid.clone())));
    let next = cancel_attempt(11, &paid);
    assert_eq!(store.begin_on_transaction(next, &paid.id, paid.revision).await, Ok(Begin::Begun));
}

/// Announcements are numbered upwards, kept per store, and read in pages.
pub async fn announcements_come_in_order_and_by_store(store: &dyn Store) {
    store.begin_payment(begin(1, 1)).await.expect("begins");
    let mut settle = settle_paid(1, 1);
    let kinds = [EventKind::PayPending, EventKind::Paid, EventKind::CancelPending];
    settle.events = kinds.iter().map(|kind| event(&settle.transaction, *kind)).collect();
    store.settle_transaction(settle).await.expect("settles");
    let all = store.events(&store_id(), 0, 10).await.expect("reads");
    assert_eq!(all.iter().map(|(_, event)| event.kind).collect::<Vec<_>>(), kinds);
    assert!(all.windows(2).all(|pair| pair[0].0 < pair[1].0));
    let page = store.events(&store_id(), all[0].0, 1).await.expect("reads");
    assert_eq!(page, all[1..2]);
    assert_eq!(store.events(&store_id(), all[2].0, 10).await, Ok(Vec::new()));
    assert_eq!(all[1].1, event(&failed(paid(transaction(1, 1))), EventKind::Paid));
}

/// Begins and settles a payment: the record as it then is.
async fn pay(store: &dyn Store, number: u64) -> Transaction {
    assert_eq!(store.begin_payment(begin(number, number)).await, Ok(BeginPayment::Begun));
    assert_eq!(store.settle_transaction(settle_paid(number, number)).await, Ok(Settle::Settled));
    store.transaction(&transaction_id(number)).await.expect("reads").expect("is there")
}
