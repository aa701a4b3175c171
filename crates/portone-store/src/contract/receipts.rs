//! Cash receipts: one live one a payment, settled once, listed by their times.

use portone_core::{
    AttemptId, CashReceiptFacts, CommandKind, Currency, PaymentAmount, ReceiptPurpose, StoreId,
};
use portone_engine::ledger::{
    CashReceipt, ChannelSnapshot, Failure, OpenAttempt, OpenSubject, ReceiptStatus,
};
use portone_engine::list::Window;
use portone_engine::port::{Begin, BeginPayment, BeginReceipt, Settle, Store};
use portone_engine::receipt_list::{ReceiptFilter, ReceiptQuery, ReceiptTime};

use super::records::{at, attempt, attempt_id, begin, channel, other_store_id, payment_id, store_id};

/// A pending receipt of a payment, asked for so many seconds after the start.
pub fn receipt(number: u64, payment: u64, seconds: i64) -> CashReceipt {
    CashReceipt {
        id: attempt_id(number),
        store_id: store_id(),
        payment_id: payment_id(payment),
        status: ReceiptStatus::Pending,
        is_manual: true,
        channel: ChannelSnapshot::from(&channel(1)),
        purpose: Some(ReceiptPurpose::Personal),
        order_name: format!("Chair {number}"),
        amount: PaymentAmount { tax_free: Some(100), ..PaymentAmount::total(1100, Currency::KRW) },
        issue_number: None,
        pg_receipt_id: None,
        url: None,
        requested_at: at(seconds),
        issued_at: None,
        cancelled_at: None,
        status_updated_at: at(seconds),
        failure: None,
    }
}

/// The attempt that issues a receipt.
pub fn issue_attempt(receipt: &CashReceipt) -> OpenAttempt {
    let subject = OpenSubject::IssueCashReceipt {
        receipt_id: receipt.id.clone(),
        payment_id: receipt.payment_id.clone(),
        total: receipt.amount.total,
    };
    attempt(receipt.id.clone(), CommandKind::IssueCashReceipt, subject, 0)
}

fn cancel_attempt(number: u64, receipt: &CashReceipt) -> OpenAttempt {
    let subject = OpenSubject::CancelCashReceipt {
        receipt_id: receipt.id.clone(),
        payment_id: receipt.payment_id.clone(),
    };
    attempt(attempt_id(number), CommandKind::CancelCashReceipt, subject, 0)
}

fn issued(receipt: &CashReceipt, seconds: i64) -> CashReceipt {
    let facts = CashReceiptFacts {
        issue_number: format!("N{}", receipt.id),
        pg_receipt_id: Some(format!("R{}", receipt.order_name)),
        url: Some("https://receipts.example.com/1".to_owned()),
        issued_at: Some(at(seconds)),
    };
    receipt.clone().issued(facts, at(seconds))
}

/// A receipt that was issued.
pub async fn issue(store: &dyn Store, number: u64, payment: u64, seconds: i64) -> CashReceipt {
    let pending = receipt(number, payment, seconds);
    let begun = store.begin_receipt(pending.clone(), issue_attempt(&pending)).await;
    assert_eq!(begun, Ok(BeginReceipt::Begun));
    let issued = issued(&pending, seconds);
    assert_eq!(store.settle_receipt(&pending.id, issued.clone()).await, Ok(Settle::Settled));
    issued
}

/// The receipt, cancelled.
pub(super) async fn cancel(
    store: &dyn Store,
    number: u64,
    receipt: &CashReceipt,
    seconds: i64,
) -> CashReceipt {
    let begun = store.begin_receipt_cancel(&receipt.id, cancel_attempt(number, receipt)).await;
    assert_eq!(begun, Ok(Begin::Begun));
    let cancelled = receipt.clone().cancelled(at(seconds));
    assert_eq!(store.settle_receipt(&attempt_id(number), cancelled.clone()).await, Ok(Settle::Settled));
    cancelled
}

/// A payment has one receipt that is pending or issued; nobody is told of a pending one.
pub async fn a_payment_has_one_live_receipt(store: &dyn Store) {
    let first = receipt(1, 1, 0);
    assert_eq!(store.begin_receipt(first.clone(), issue_attempt(&first)).await, Ok(BeginReceipt::Begun));
    assert_eq!(store.payment_receipt(&store_id(), &payment_id(1)).await, Ok(None));
    assert_eq!(store.receipt(&first.id).await, Ok(Some(first.clone())));
    let second = receipt(2, 1, 5);
    let again = store.begin_receipt(second.clone(), issue_attempt(&second)).await;
    assert_eq!(again, Ok(BeginReceipt::Outstanding));
    let open = store.open_attempts(10).await.expect("reads");
    assert_eq!(open, [issue_attempt(&first)]);
    let done = issued(&first, 10);
    assert_eq!(store.settle_receipt(&first.id, done.clone()).await, Ok(Settle::Settled));
    assert_eq!(store.open_attempts(10).await, Ok(Vec::new()));
    let again = store.begin_receipt(second.clone(), issue_attempt(&second)).await;
    assert_eq!(again, Ok(BeginReceipt::AlreadyIssued));
    assert_eq!(store.payment_receipt(&store_id(), &payment_id(1)).await, Ok(Some(done)));
    assert_eq!(store.payment_receipt(&other_store_id(), &payment_id(1)).await, Ok(None));
}

/// A receipt's lock is not its payment's.
pub async fn an_open_receipt_does_not_lock_its_payment(store: &dyn Store) {
    let pending = receipt(1, 1, 0);
    store.begin_receipt(pending.clone(), issue_attempt(&pending)).await.expect("begins");
    assert_eq!(store.begin_payment(begin(1, 1)).await, Ok(BeginPayment::Begun));
    let other = receipt(2, 2, 0);
    assert_eq!(store.begin_receipt(other.clone(), issue_attempt(&other)).await, Ok(BeginReceipt::Begun));
}

/// A result is written once, and a late one changes nothing.
pub async fn a_receipt_is_settled_once(store: &dyn Store) {
    let done = issue(store, 1, 1, 10).await;
    let failure = Failure { reason: "late".to_owned(), pg_code: None, pg_message: None };
    let late = receipt(1, 1, 0).failed(failure, at(20));
    assert_eq!(store.settle_receipt(&attempt_id(1), late).await, Ok(Settle::AlreadySettled));
    assert_eq!(store.receipt(&done.id).await, Ok(Some(done)));
}

/// One cancel is open at a time, and only of an issued receipt; another may be issued afterwards, and the latest counts.
pub async fn a_receipt_is_cancelled_once_and_issued_again(store: &dyn Store) {
    let first = issue(store, 1, 1, 10).await;
    let begun = store.begin_receipt_cancel(&first.id, cancel_attempt(2, &first)).await;
    assert_eq!(begun, Ok(Begin::Begun));
    let twice = store.begin_receipt_cancel(&first.id, cancel_attempt(3, &first)).await;
    assert_eq!(twice, Ok(Begin::Outstanding));
    // The PG declined: the receipt stays, and can be cancelled again.
    assert_eq!(store.settle_receipt(&attempt_id(2), first.clone()).await, Ok(Settle::Settled));
    let cancelled = cancel(store, 3, &first, 30).await;
    let again = store.begin_receipt_cancel(&first.id, cancel_attempt(4, &first)).await;
    assert_eq!(again, Ok(Begin::Changed));
    assert_eq!(
        store.begin_receipt_cancel(&attempt_id(99), cancel_attempt(5, &first)).await,
        Ok(Begin::Changed)
    );
    assert_eq!(store.payment_receipt(&store_id(), &payment_id(1)).await, Ok(Some(cancelled.clone())));
    // One that was never issued comes after it, and is not the issued one.
    let failure = Failure { reason: "no".to_owned(), pg_code: None, pg_message: None };
    let failed = receipt(7, 1, 35);
    store.begin_receipt(failed.clone(), issue_attempt(&failed)).await.expect("begins");
    assert_eq!(store.issued_receipt(&store_id(), &payment_id(1)).await, Ok(Some(cancelled.clone())));
    let failed = failed.failed(failure, at(36));
    assert_eq!(store.settle_receipt(&attempt_id(7), failed).await, Ok(Settle::Settled));
    assert_eq!(store.issued_receipt(&store_id(), &payment_id(1)).await, Ok(Some(cancelled)));
    let second = issue(store, 6, 1, 40).await;
    assert_eq!(store.payment_receipt(&store_id(), &payment_id(1)).await, Ok(Some(second)));
    assert_eq!(store.open_attempts(10).await, Ok(Vec::new()));
}

/// Receipts are listed by each of their times, in order, a page at a time; the count is of all.
pub async fn receipts_are_listed_by_their_times(store: &dyn Store) {
    use ReceiptTime::{Cancelled, Issued, StatusUpdated};
    let mut ids: Vec<AttemptId> = Vec::new();
    for (number, seconds) in [(1, 10), (2, 20), (3, 30)] {
        ids.push(issue(store, number, number, seconds).await.id);
    }
    let second = store.receipt(&ids[1]).await.expect("reads").expect("is there");
    cancel(store, 9, &second, 100).await;
    // Pending: on no list.
    let pending = receipt(4, 4, 40);
    store.begin_receipt(pending.clone(), issue_attempt(&pending)).await.expect("begins");
    let all = query(store_id(), Issued);
    assert_listed(store, all.clone(), &[&ids[2], &ids[1], &ids[0]], 3).await;
    let ascending = ReceiptQuery { descending: false, ..all.clone() };
    assert_listed(store, ascending, &[&ids[0], &ids[1], &ids[2]], 3).await;
    let page = ReceiptQuery { offset: 1, count_max: 1, ..all.clone() };
    assert_listed(store, page, &[&ids[1]], 3).await;
    let window = ReceiptQuery { window: Window { from: at(11), until: at(30) }, ..all.clone() };
    assert_listed(store, window, &[&ids[2], &ids[1]], 2).await;
    assert_listed(store, query(store_id(), Cancelled), &[&ids[1]], 1).await;
    let by_status = query(store_id(), StatusUpdated);
    assert_listed(store, by_status.clone(), &[&ids[1], &ids[2], &ids[0]], 3).await;
    assert_listed(store, ReceiptQuery { descending: false, ..by_status }, &[&ids[0], &ids[2], &ids[1]], 3)
        .await;
    // Sorted by another time than the window's: those without it come last, whatever the order.
    let sorted = ReceiptQuery { sort: Cancelled, descending: false, ..all.clone() };
    assert_eq!(listed(store, sorted).await.0[0], ids[1]);
    assert_listed(store, query(other_store_id(), Issued), &[], 0).await;
}

/// Filters select receipts.
pub async fn filters_select_receipts(store: &dyn Store) {
    let first = issue(store, 1, 1, 10).await;
    let second = issue(store, 2, 2, 20).await;
    cancel(store, 9, &second, 100).await;
    let of = |filter| ReceiptQuery { filter, ..query(store_id(), ReceiptTime::Issued) };
    let everything = ReceiptFilter::default;
    let of_payment = ReceiptFilter { payment_id: Some(payment_id(1)), ..everything() };
    assert_listed(store, of(of_payment.clone()), &[&first.id], 1).await;
    let outside = Window { from: at(11), until: at(30) };
    assert_listed(store, ReceiptQuery { window: outside, ..of(of_payment) }, &[], 0).await;
    let cancelled = ReceiptFilter { statuses: Some(vec![ReceiptStatus::Cancelled]), ..everything() };
    assert_listed(store, of(cancelled), &[&second.id], 1).await;
    let named = ReceiptFilter { order_name: Some("air 2".to_owned()), ..everything() };
    assert_listed(store, of(named), &[&second.id], 1).await;
    let automatic = ReceiptFilter { is_manual: Some(false), ..everything() };
    assert_listed(store, of(automatic), &[], 0).await;
    let companies = ReceiptFilter { companies: Some(vec!["SMARTRO".to_owned()]), ..everything() };
    assert_listed(store, of(companies), &[&second.id, &first.id], 2).await;
    let corporate = ReceiptFilter { purposes: Some(vec![ReceiptPurpose::Corporate]), ..everything() };
    assert_listed(store, of(corporate), &[], 0).await;
}

fn query(store_id: StoreId, time: ReceiptTime) -> ReceiptQuery {
    ReceiptQuery {
        store_id,
        time,
        window: Window { from: at(0), until: at(1000) },
        sort: time,
        descending: true,
        filter: ReceiptFilter::default(),
        offset: 0,
        count_max: 10,
    }
}

async fn listed(store: &dyn Store, query: ReceiptQuery) -> (Vec<AttemptId>, usize) {
    let reached = store.list_receipts(query).await.expect("lists");
    assert!(reached.is_whole);
    (reached.items.into_iter().map(|receipt| receipt.id).collect(), reached.total_count)
}

async fn assert_listed(store: &dyn Store, query: ReceiptQuery, ids: &[&AttemptId], count: usize) {
    let (found, total) = listed(store, query).await;
    assert_eq!((found.iter().collect::<Vec<_>>(), total), (ids.to_vec(), count));
}
