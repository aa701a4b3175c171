//! Comparisons with the upstream.

use portone_core::CardFacts;
use portone_engine::ledger::{Discrepancy, Transaction};
use portone_engine::port::{Begin, Settle, SettleTransaction, Store};

use super::records::{
    at, begin, cancel_attempt, paid, payment_id, settle_paid, store_id, transaction, transaction_id,
};
use super::v1::named;

/// A comparison is taken up by one gateway at a time, when it is due.
pub async fn a_due_comparison_is_claimed_once(store: &dyn Store) {
    pay_and_verify(store, 1, 20).await;
    pay_and_verify(store, 2, 10).await;
    store.begin_payment(begin(3, 3)).await.expect("begins");
    store.settle_transaction(settle_paid(3, 3)).await.expect("settles");
    assert_eq!(store.claim_verifications(at(9), at(100), 10).await, Ok(Vec::new()));
    let first = store.claim_verifications(at(50), at(100), 1).await.expect("claims");
    let imp_uid = named(store, 2).await;
    assert_eq!(first, [Transaction { seq: 1, revision: 1, imp_uid, ..paid(transaction(2, 2)) }]);
    let second = store.claim_verifications(at(50), at(100), 10).await.expect("claims");
    assert_eq!(second.iter().map(|found| found.id.clone()).collect::<Vec<_>>(), [transaction_id(1)]);
    assert_eq!(store.claim_verifications(at(99), at(200), 10).await, Ok(Vec::new()));
    assert_eq!(store.claim_verifications(at(100), at(200), 10).await.map(|found| found.len()), Ok(2));
}

/// What the upstream told is kept, the comparison is over, and a difference is on record.
pub async fn a_comparison_writes_what_it_found(store: &dyn Store) {
    pay_and_verify(store, 1, 10).await;
    let mut claimed = store.claim_verifications(at(10), at(100), 10).await.expect("claims").remove(0);
    claimed.card = Some(CardFacts { brand: Some("LOCAL".to_owned()), ..CardFacts::default() });
    let finished = store.finish_verification(claimed.clone(), Some(discrepancy(1))).await;
    assert_eq!(finished, Ok(Settle::Settled));
    let found = store.transaction(&transaction_id(1)).await;
    assert_eq!(found, Ok(Some(Transaction { revision: 2, ..claimed })));
    assert_eq!(store.claim_verifications(at(9_999), at(10_000), 10).await, Ok(Vec::new()));
    assert_eq!(store.discrepancies(10).await, Ok(vec![discrepancy(1)]));
}

/// A comparison made with an old record is made again.
pub async fn a_comparison_of_a_changed_record_writes_nothing(store: &dyn Store) {
    pay_and_verify(store, 1, 10).await;
    let mut claimed = store.claim_verifications(at(10), at(100), 10).await.expect("claims").remove(0);
    claimed.revision = 0;
    let finished = store.finish_verification(claimed, Some(discrepancy(1))).await;
    assert_eq!(finished, Ok(Settle::Changed));
    assert_eq!(store.discrepancies(10).await, Ok(Vec::new()));
    assert_eq!(store.claim_verifications(at(100), at(200), 10).await.map(|found| found.len()), Ok(1));
}

/// A cancel that asks for no comparison does not call off the one that is due.
pub async fn a_later_result_keeps_a_due_comparison(store: &dyn Store) {
    pay_and_verify(store, 1, 10).await;
    let paid = store.transaction(&transaction_id(1)).await.expect("reads").expect("is there");
    let open = cancel_attempt(10, &paid);
    assert_eq!(store.begin_on_transaction(open.clone(), &paid.id, paid.revision).await, Ok(Begin::Begun));
    let settle = SettleTransaction {
        attempt: open.id,
        opened_at: None,
        transaction: paid,
        events: Vec::new(),
        verify_at: None,
        run_again_at: None,
        key: None,
    };
    assert_eq!(store.settle_transaction(settle).await, Ok(Settle::Settled));
    assert_eq!(store.claim_verifications(at(10), at(100), 10).await.map(|found| found.len()), Ok(1));
}

/// The list begins with the newest and ends at its limit.
pub async fn discrepancies_come_newest_first(store: &dyn Store) {
    for number in 1..=3 {
        pay_and_verify(store, number, 10).await;
        let claimed = store.claim_verifications(at(10), at(100), 1).await.expect("claims").remove(0);
        store.finish_verification(claimed, Some(discrepancy(number))).await.expect("finishes");
    }
    assert_eq!(store.discrepancies(2).await, Ok(vec![discrepancy(3), discrepancy(2)]));
}

async fn pay_and_verify(store: &dyn Store, number: u64, seconds: i64) {
    store.begin_payment(begin(number, number)).await.expect("begins");
    let settle = SettleTransaction { verify_at: Some(at(seconds)), ..settle_paid(number, number) };
    assert_eq!(store.settle_transaction(settle).await, Ok(Settle::Settled));
}

fn discrepancy(number: u64) -> Discrepancy {
    Discrepancy {
        found_at: at(11),
        store_id: store_id(),
        payment_id: payment_id(number),
        transaction_id: transaction_id(number),
        what: "the upstream says 9000, the ledger 10000".to_owned(),
    }
}
