//! What the V1 API needs: a name for each attempt, attempts one by one, and tokens.

use chrono::TimeDelta;
use portone_engine::access::{CredentialTag, KeptToken};
use portone_engine::attempts::{AttemptQuery, AttemptSort};
use portone_engine::ledger::{
    Face, ImpUid, PaymentStatus, Platform, ProductOrderRecord, Transaction, WalletRecord,
};
use portone_engine::list::{TimeField, Window};
use portone_engine::port::follow::Recorded;
use portone_engine::port::{NewTransaction, Store};

use super::records::{at, begin, other_store_id, settle_failed, settle_paid, store_id, transaction_id};

/// The V1 name of an attempt.
pub(super) async fn named(store: &dyn Store, number: u64) -> ImpUid {
    store.transaction(&transaction_id(number)).await.expect("reads").expect("is there").imp_uid
}

/// Attempts of one moment have names of their own, each finds its attempt, and only in its store.
pub async fn each_attempt_has_a_name_of_its_own(store: &dyn Store) {
    for number in 1..=3 {
        store.begin_payment(begin(number, number)).await.expect("begins");
    }
    let names = [named(store, 1).await, named(store, 2).await, named(store, 3).await];
    assert!(names[0] < names[1] && names[1] < names[2], "{names:?}");
    for (number, name) in (1..).zip(names) {
        let found = store.transaction_by_imp_uid(&store_id(), name).await.expect("reads").expect("is there");
        assert_eq!((found.id, found.imp_uid), (transaction_id(number), name));
        assert_eq!(store.transaction_by_imp_uid(&other_store_id(), name).await, Ok(None));
    }
    let next = ImpUid::new(names[2].number() + 1).expect("is one");
    assert_eq!(store.transaction_by_imp_uid(&store_id(), next).await, Ok(None));
}

/// A name stays through every change, whatever whoever writes believes it to be.
pub async fn a_name_and_a_face_stay(store: &dyn Store) {
    let new = begin(1, 1);
    let transaction = Transaction { face: Face::V1, platform: Platform::Mobile, ..new.transaction };
    store.begin_payment(NewTransaction { transaction, ..new }).await.expect("begins");
    let name = named(store, 1).await;
    let mut settle = settle_paid(1, 1);
    (settle.transaction.face, settle.transaction.platform) = (Face::V1, Platform::Mobile);
    settle.transaction.imp_uid = ImpUid::default();
    store.settle_transaction(settle).await.expect("settles");
    let paid = store.transaction(&transaction_id(1)).await.expect("reads").expect("is there");
    assert_eq!((paid.status, paid.imp_uid), (PaymentStatus::Paid, name));
    assert_eq!((paid.face, paid.platform), (Face::V1, Platform::Mobile));
    assert_eq!(paid.shown_id(), name.to_string());
}

/// A product order finds its transaction once a wallet has told of it, by a result or by a change, and only in its store.
pub async fn a_product_order_finds_its_transaction(store: &dyn Store) {
    store.begin_payment(begin(1, 1)).await.expect("begins");
    let order = |id: &str| ProductOrderRecord {
        id: id.to_owned(),
        status: "PAYED".to_owned(),
        claim_type: None,
        claim_status: None,
    };
    let mut settle = settle_paid(1, 1);
    settle.transaction.wallet =
        Some(Box::new(WalletRecord { asked_at: None, product_orders: vec![order("first")] }));
    store.settle_transaction(settle).await.expect("settles");
    let found = async |id: &str| {
        let found = store.transaction_by_product_order(&store_id(), id).await.expect("reads");
        found.map(|transaction| transaction.id)
    };
    assert_eq!(found("first").await, Some(transaction_id(1)));
    assert_eq!(found("second").await, None);

    let mut paid = store.transaction(&transaction_id(1)).await.expect("reads").expect("is there");
    let wallet = paid.wallet.as_mut().expect("the wallet's record");
    wallet.product_orders.push(order("second"));
    let kept = store.record_change(paid.clone(), None, Vec::new(), Vec::new()).await;
    assert_eq!(kept, Ok(Recorded::Written));
    assert_eq!((found("first").await, found("second").await), (Some(paid.id.clone()), Some(paid.id)));
    assert_eq!(store.transaction_by_product_order(&other_store_id(), "first").await, Ok(None));
}

/// The attempts before the latest are found by either time and by state.
pub async fn earlier_attempts_are_found_by_time_and_state(store: &dyn Store) {
    for number in 1..=2 {
        store.begin_payment(begin(number, 1)).await.expect("begins");
        store.settle_transaction(settle_failed(number, 1)).await.expect("settles");
    }
    store.begin_payment(begin(3, 1)).await.expect("begins");
    store.begin_payment(begin(4, 2)).await.expect("begins");
    let mut query = AttemptQuery {
        store_id: store_id(),
        time: TimeField::Created,
        window: Window { from: at(-10), until: at(10) },
        statuses: Some(vec![PaymentStatus::Failed]),
        sort: AttemptSort::Started,
        descending: true,
        offset: 0,
        count_max: 1,
    };
    let found = async |query: &AttemptQuery| {
        let found = store.earlier_attempts(query).await.expect("reads");
        let mut ids: Vec<_> = found.into_iter().map(|attempt| attempt.id).collect();
        ids.sort();
        ids
    };
    let both = [transaction_id(1), transaction_id(2)];
    assert_eq!(found(&query).await, both);
    query.time = TimeField::StatusChanged;
    assert_eq!(found(&query).await, both);
    query.statuses = Some(vec![PaymentStatus::Paid]);
    assert!(found(&query).await.is_empty());
    query.statuses = None;
    query.window = Window { from: at(11), until: at(1_000) };
    assert!(found(&query).await.is_empty());
}

/// A key keeps its token until that is over, and keys have nothing to do with each other.
pub async fn a_v1_key_has_one_token_at_a_time(store: &dyn Store) {
    let (key, other) = (CredentialTag([1; 16]), CredentialTag([2; 16]));
    let made = |number: u8, seconds: i64| {
        let until = at(seconds) + TimeDelta::minutes(30);
        KeptToken { number: [number; 16], made_until: until, until }
    };
    assert_eq!(store.kept_v1_token(key).await, Ok(None));
    assert_eq!(store.v1_token(key, made(1, 0), at(0)).await, Ok(made(1, 0)));
    assert_eq!(store.v1_token(key, made(2, 100), at(100)).await, Ok(made(1, 0)));
    assert_eq!(store.v1_token(other, made(3, 100), at(100)).await, Ok(made(3, 100)));
    let extended = KeptToken { until: at(2_100), ..made(1, 0) };
    assert_eq!(store.v1_token(key, made(4, 1_750), at(1_750)).await, Ok(extended));
    assert_eq!(store.kept_v1_token(key).await, Ok(Some(extended)));
    assert_eq!(store.v1_token(key, made(5, 2_200), at(2_200)).await, Ok(made(5, 2_200)));
    assert_eq!(store.kept_v1_token(key).await, Ok(Some(made(5, 2_200))));
}
