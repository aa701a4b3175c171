//! Transactions that change by themselves.

use portone_core::{CancelStatus, PayMethod, VirtualAccountFacts};
use portone_engine::event::{Event, EventKind, EventTrigger};
use portone_engine::ledger::{Cancellation, Discrepancy, PaymentStatus, Transaction};
use portone_engine::port::follow::{Recorded, Told};
use portone_engine::port::{Begin, Settle, SettleTransaction, Store};

use super::records::{
    at, attempt_id, begin, cancel_attempt, cancellation, event, paid, pay_attempt_id, payment_id,
    settle_failed, settle_paid, store_id, transaction, transaction_id,
};

/// Far enough for every first date.
const LATER: i64 = 3_600;

/// A deposit and an accepted cancel are waited for; what was paid at once is not asked about.
pub async fn what_waits_is_asked_about_and_what_does_not_is_not(store: &dyn Store) {
    issue_account(store, 1).await;
    store.begin_payment(begin(2, 2)).await.expect("begins");
    store.settle_transaction(settle_paid(2, 2)).await.expect("settles");
    assert_eq!(claim(store, LATER).await, [transaction_id(1)]);
    request_cancel(store, 2).await;
    assert_eq!(claim(store, LATER).await, [transaction_id(2)]);
    let mut done = read(store, 2).await;
    done.cancellations[0].status = CancelStatus::Succeeded;
    assert_eq!(store.record_change(done, None, Vec::new(), Vec::new()).await, Ok(Recorded::Written));
    assert_eq!(claim(store, 9 * LATER).await, [transaction_id(1)]);
}

/// A claim takes what is due, and nobody else gets it until the claim runs out; questions are counted.
pub async fn a_due_follow_up_is_claimed_once(store: &dyn Store) {
    issue_account(store, 1).await;
    let first = store.claim_follow_ups(at(LATER), at(2 * LATER), 10).await.expect("claims");
    let expected = read(store, 1).await;
    assert_eq!((&first[0].transaction, first[0].ask_count, first[0].until), (&expected, 1, at(2 * LATER)));
    assert_eq!(store.claim_follow_ups(at(2 * LATER - 1), at(3 * LATER), 10).await, Ok(Vec::new()));
    let again = store.claim_follow_ups(at(2 * LATER), at(3 * LATER), 10).await.expect("claims");
    assert_eq!(again[0].ask_count, 2);
    store.end_follow_up(&transaction_id(1), at(3 * LATER), None, vec![odd(1)]).await.expect("ends");
    assert_eq!(claim(store, 9 * LATER).await, []);
    assert_eq!(store.discrepancies(10).await, Ok(vec![odd(1)]));
}

/// What was made due while the upstream was being asked stays due.
pub async fn a_notification_wins_over_the_next_date(store: &dyn Store) {
    issue_account(store, 1).await;
    let claimed = store.claim_follow_ups(at(LATER), at(2 * LATER), 10).await.expect("claims");
    store.hasten_follow_ups(vec![transaction_id(1)], at(LATER + 1)).await.expect("hastens");
    let until = claimed[0].until;
    store.end_follow_up(&transaction_id(1), until, Some(at(9 * LATER)), Vec::new()).await.expect("ends");
    let again = store.claim_follow_ups(at(LATER + 1), at(2 * LATER), 10).await.expect("claims");
    assert_eq!(again[0].ask_count, 1);
    store.hasten_follow_ups(vec![transaction_id(99)], at(1)).await.expect("nothing to hasten");
}

/// The record, its announcement and its schedule change in one commit, and a paid account waits no more.
pub async fn a_change_is_written_with_what_it_announces(store: &dyn Store) {
    issue_account(store, 1).await;
    let issued = read(store, 1).await;
    let deposited = Transaction { status: PaymentStatus::Paid, paid_at: Some(at(90)), ..issued };
    let announced =
        Event { trigger: Some(EventTrigger::VirtualAccountDeposit), ..event(&deposited, EventKind::Paid) };
    let recorded = store.record_change(deposited.clone(), None, vec![announced.clone()], vec![odd(1)]).await;
    assert_eq!(recorded, Ok(Recorded::Written));
    assert_eq!(read(store, 1).await, Transaction { revision: deposited.revision + 1, ..deposited });
    let events = store.events(&store_id(), 0, 10).await.expect("reads");
    assert_eq!(events.last().map(|(_, event)| event), Some(&announced));
    assert_eq!(store.discrepancies(10).await, Ok(vec![odd(1)]));
    assert_eq!(claim(store, 9 * LATER).await, []);
}

/// A call's result comes first, and nothing is written on a record that is not as it was read.
pub async fn a_change_waits_for_an_open_call_and_for_the_record_as_read(store: &dyn Store) {
    store.begin_payment(begin(1, 1)).await.expect("begins");
    store.settle_transaction(settle_paid(1, 1)).await.expect("settles");
    let before = read(store, 1).await;
    let open = cancel_attempt(10, &before);
    assert_eq!(store.begin_on_transaction(open.clone(), &before.id, before.revision).await, Ok(Begin::Begun));
    let outstanding = store.record_change(before.clone(), None, Vec::new(), Vec::new()).await;
    assert_eq!(outstanding, Ok(Recorded::Outstanding));
    store.drop_attempt(&open).await.expect("drops");
    let old = Transaction { revision: before.revision + 1, ..before.clone() };
    assert_eq!(store.record_change(old, None, Vec::new(), vec![odd(1)]).await, Ok(Recorded::Changed));
    assert_eq!((read(store, 1).await, store.discrepancies(1).await), (before, Ok(Vec::new())));
}

/// The first of two failed attempts was paid after all: the payment shows it, and cannot be paid again.
pub async fn an_attempt_that_turns_out_paid_is_the_payment(store: &dyn Store) {
    store.begin_payment(begin(1, 1)).await.expect("begins");
    store.settle_transaction(settle_failed(1, 1)).await.expect("settles");
    store.begin_payment(begin(2, 1)).await.expect("begins");
    store.settle_transaction(settle_failed(2, 1)).await.expect("settles");
    let late = paid(read(store, 1).await);
    assert_eq!(store.record_change(late, None, Vec::new(), Vec::new()).await, Ok(Recorded::Written));
    let latest =
        store.latest_transaction(&store_id(), &payment_id(1)).await.expect("reads").expect("is there");
    assert_eq!((latest.id, latest.status, latest.seq), (transaction_id(1), PaymentStatus::Paid, 3));
    let again = store.begin_payment(begin(3, 1)).await;
    assert_eq!(again, Ok(portone_engine::port::BeginPayment::AlreadyPaid));
}

/// A message about a call that is open brings its inquiry forward, and never puts it off.
pub async fn an_open_attempt_is_found_and_hastened(store: &dyn Store) {
    assert_eq!(store.open_attempt_on(&store_id(), &payment_id(1)).await, Ok(None));
    store.begin_payment(begin(1, 1)).await.expect("begins");
    let open = store.open_attempt_on(&store_id(), &payment_id(1)).await.expect("reads").expect("is open");
    assert_eq!(open.id, pay_attempt_id(1));
    let told = store.told_of(&store_id(), &payment_id(1)).await.expect("reads");
    assert_eq!((told.open.as_ref(), told.transactions), (Some(&open), vec![read(store, 1).await]));
    assert_eq!(store.told_of(&store_id(), &payment_id(2)).await, Ok(Told::default()));
    store.hasten_attempt(&open.id, at(2)).await.expect("hastens");
    store.hasten_attempt(&open.id, at(3)).await.expect("changes nothing");
    assert_eq!(store.claim_attempts(at(2), at(99), 10).await.map(|claimed| claimed.len()), Ok(1));
    store.hasten_attempt(&attempt_id(99), at(1)).await.expect("nothing to hasten");
}

async fn issue_account(store: &dyn Store, number: u64) {
    let mut new = begin(number, number);
    new.transaction.method = PayMethod::VirtualAccount;
    store.begin_payment(new).await.expect("begins");
    let mut issued = Transaction { method: PayMethod::VirtualAccount, ..transaction(number, number) };
    issued.status = PaymentStatus::VirtualAccountIssued;
    issued.virtual_account = Some(VirtualAccountFacts {
        pg_tx_id: "pg-tx-1".parse().expect("an id"),
        issued_at: at(1),
        account_number: "56211105948401".to_owned(),
        bank: None,
        account_type: None,
        remittee_name: None,
        expired_at: Some(at(100 * LATER)),
    });
    let settle = SettleTransaction { transaction: issued, ..settle_paid(number, number) };
    assert_eq!(store.settle_transaction(settle).await, Ok(Settle::Settled));
}

async fn request_cancel(store: &dyn Store, number: u64) {
    let mut transaction = read(store, number).await;
    let open = cancel_attempt(10, &transaction);
    let begun = store.begin_on_transaction(open.clone(), &transaction.id, transaction.revision).await;
    assert_eq!(begun, Ok(Begin::Begun));
    let asked = Cancellation { status: CancelStatus::Requested, ..cancellation(1, 100) };
    transaction.cancellations.push(asked);
    let settle = SettleTransaction { attempt: open.id, transaction, ..settle_paid(number, number) };
    assert_eq!(store.settle_transaction(settle).await, Ok(Settle::Settled));
}

async fn claim(store: &dyn Store, seconds: i64) -> Vec<portone_core::TransactionId> {
    let claimed = store.claim_follow_ups(at(seconds), at(seconds + 5 * LATER), 10).await.expect("claims");
    claimed.into_iter().map(|due| due.transaction.id).collect()
}

async fn read(store: &dyn Store, number: u64) -> Transaction {
    store.transaction(&transaction_id(number)).await.expect("reads").expect("is there")
}

fn odd(number: u64) -> Discrepancy {
    Discrepancy {
        found_at: at(11),
        store_id: store_id(),
        payment_id: payment_id(number),
        transaction_id: transaction_id(number),
        what: "8900 is cancelled here, but 0 upstream".to_owned(),
    }
}
