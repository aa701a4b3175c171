//! Lists: a payment once, in order, in its window, and no further than pages reach.

use portone_core::{PayMethod, PgBillingKey};
use portone_engine::key_list::{KeyFilter, KeyQuery, KeyTime};
use portone_engine::ledger::{IssueResult, PaymentStatus, Transaction};
use portone_engine::list::{Cursor, PaymentFilter, PaymentQuery, Reached, TimeField, Window};
use portone_engine::port::{NewTransaction, Store};

use super::records::{
    at, begin, billing_key, issue_attempts, key_record, other_store_id, settle_failed, settle_paid, store_id,
    transaction_id,
};

fn query(time: TimeField) -> PaymentQuery {
    PaymentQuery {
        store_id: store_id(),
        time,
        window: Window { from: at(0), until: at(1_000) },
        sort: time,
        descending: false,
        statuses: None,
        filter: PaymentFilter::default(),
        offset: 0,
        count_max: 10,
    }
}

/// Payment `number` is asked for at second `number`, at the second's transaction of the same number.
async fn begin_at(store: &dyn Store, number: u64, seconds: i64) {
    let new = begin(number, number);
    let transaction =
        Transaction { requested_at: at(seconds), status_changed_at: at(seconds), ..new.transaction };
    store.begin_payment(NewTransaction { transaction, ..new }).await.expect("begins");
}

/// Three payments asked for at 10, 20 and 30; the first became paid at 100, after the others.
async fn three(store: &dyn Store) {
    for (number, seconds) in [(1, 10), (2, 20), (3, 30)] {
        begin_at(store, number, seconds).await;
    }
    let mut settle = settle_paid(1, 1);
    settle.transaction.requested_at = at(10);
    settle.transaction.status_changed_at = at(100);
    store.settle_transaction(settle).await.expect("settles");
}

fn numbers(reached: &Reached<Transaction>) -> Vec<u64> {
    let number =
        |transaction: &Transaction| (1..100).find(|number| transaction.id == transaction_id(*number));
    reached.items.iter().filter_map(number).collect()
}

async fn listed(store: &dyn Store, query: PaymentQuery) -> (Vec<u64>, usize) {
    let reached = store.list_payments(query).await.expect("lists");
    assert!(reached.is_whole);
    (numbers(&reached), reached.total_count)
}

/// Either time orders a list, either way, and one may order what the other selects.
pub async fn payments_come_in_order(store: &dyn Store) {
    three(store).await;
    let created = query(TimeField::Created);
    let changed = query(TimeField::StatusChanged);
    assert_eq!(listed(store, created.clone()).await, (vec![1, 2, 3], 3));
    assert_eq!(listed(store, changed.clone()).await, (vec![2, 3, 1], 3));
    let down = |query: &PaymentQuery| PaymentQuery { descending: true, ..query.clone() };
    assert_eq!(listed(store, down(&created)).await, (vec![3, 2, 1], 3));
    assert_eq!(listed(store, down(&changed)).await, (vec![1, 3, 2], 3));
    let crossed = PaymentQuery { sort: TimeField::Created, ..changed };
    assert_eq!(listed(store, crossed.clone()).await, (vec![1, 2, 3], 3));
    assert_eq!(listed(store, down(&crossed)).await, (vec![3, 2, 1], 3));
}

/// A window has both its ends in it, and the count is of the list and not of the page.
pub async fn a_window_and_a_page_cut_the_list(store: &dyn Store) {
    three(store).await;
    let created = query(TimeField::Created);
    let within =
        |from, until| PaymentQuery { window: Window { from: at(from), until: at(until) }, ..created.clone() };
    assert_eq!(listed(store, within(10, 20)).await, (vec![1, 2], 2));
    assert_eq!(listed(store, within(11, 29)).await, (vec![2], 1));
    assert_eq!(listed(store, within(31, 99)).await, (vec![], 0));
    let page = |offset, count_max| PaymentQuery { offset, count_max, ..created.clone() };
    assert_eq!(listed(store, page(1, 1)).await, (vec![2], 3));
    assert_eq!(listed(store, page(2, 2)).await, (vec![3], 3));
    assert_eq!(listed(store, page(3, 2)).await, (vec![], 3));
}

/// States and other facts select, whichever way the list is found.
pub async fn filters_select_payments(store: &dyn Store) {
    three(store).await;
    for time in [TimeField::Created, TimeField::StatusChanged] {
        let of =
            |statuses: &[PaymentStatus]| PaymentQuery { statuses: Some(statuses.to_vec()), ..query(time) };
        assert_eq!(listed(store, of(&[PaymentStatus::Paid])).await, (vec![1], 1));
        assert_eq!(listed(store, of(&[PaymentStatus::PayPending])).await, (vec![2, 3], 2));
        assert_eq!(listed(store, of(&[PaymentStatus::Failed, PaymentStatus::Cancelled])).await, (vec![], 0));
        let page = PaymentQuery { offset: 1, ..of(&[PaymentStatus::PayPending]) };
        assert_eq!(listed(store, page).await, (vec![3], 2));
        let by = |methods: Vec<PayMethod>| PaymentQuery {
            filter: PaymentFilter { methods: Some(methods), ..PaymentFilter::default() },
            ..query(time)
        };
        assert_eq!(listed(store, by(vec![PayMethod::Card])).await.1, 3);
        assert_eq!(listed(store, by(vec![PayMethod::Mobile])).await, (vec![], 0));
        let none = PaymentFilter { none: true, ..PaymentFilter::default() };
        assert_eq!(listed(store, PaymentQuery { filter: none, ..query(time) }).await, (vec![], 0));
    }
}

/// Six payments: asked for at 10 to 60; 1, 3 and 5 become paid and 2 fails, the later ones first. 4 and 6 wait.
async fn six(store: &dyn Store) {
    for number in 1..=6 {
        begin_at(store, number, 10 * i64::try_from(number).expect("is small")).await;
    }
    for (number, seconds) in [(5, 100), (3, 200), (2, 300), (1, 400)] {
        let mut settle = if number == 2 { settle_failed(2, 2) } else { settle_paid(number, number) };
        settle.transaction.requested_at = at(10 * i64::try_from(number).expect("is small"));
        settle.transaction.status_changed_at = at(seconds);
        if let Some(card) = settle.transaction.card.as_mut().filter(|_| number == 3) {
            card.brand = Some("VISA".to_owned());
        }
        store.settle_transaction(settle).await.expect("settles");
    }
}

/// Whatever a list is made of, it is in one order, and its pages follow each other.
pub async fn several_states_and_methods_are_merged_in_order(store: &dyn Store) {
    six(store).await;
    let all = [PaymentStatus::Paid, PaymentStatus::Failed, PaymentStatus::PayPending].to_vec();
    let changed = PaymentQuery { statuses: Some(all), ..query(TimeField::StatusChanged) };
    assert_eq!(listed(store, changed.clone()).await, (vec![4, 6, 5, 3, 2, 1], 6));
    let created = PaymentQuery { time: TimeField::Created, sort: TimeField::Created, ..changed.clone() };
    assert_eq!(listed(store, created).await, (vec![1, 2, 3, 4, 5, 6], 6));
    for offset in 0..=6 {
        let down = PaymentQuery { descending: true, offset, count_max: 2, ..changed.clone() };
        let expected: Vec<u64> = [1, 2, 3, 5, 6, 4].into_iter().skip(offset).take(2).collect();
        assert_eq!(listed(store, down).await, (expected, 6));
    }
    let over = |statuses: &[PaymentStatus]| PaymentQuery {
        statuses: Some(statuses.to_vec()),
        window: Window { from: at(100), until: at(300) },
        ..changed.clone()
    };
    assert_eq!(listed(store, over(&[PaymentStatus::Paid])).await, (vec![5, 3], 2));
    assert_eq!(listed(store, over(&[PaymentStatus::PayPending])).await, (vec![], 0));
    let brand = PaymentFilter { card_brand: Some("VISA".to_owned()), ..PaymentFilter::default() };
    let visa = PaymentQuery { filter: brand, statuses: None, ..changed };
    assert_eq!(listed(store, visa).await, (vec![3], 1));
}

/// Paid ones by change, in the order they were made, and the other way round.
pub async fn one_time_selects_what_the_other_sorts(store: &dyn Store) {
    six(store).await;
    let paid = |time, sort, descending, (from, until)| PaymentQuery {
        sort,
        descending,
        statuses: Some(vec![PaymentStatus::Paid]),
        window: Window { from: at(from), until: at(until) },
        ..query(time)
    };
    let (created, changed) = (TimeField::Created, TimeField::StatusChanged);
    assert_eq!(listed(store, paid(changed, created, false, (0, 1_000))).await, (vec![1, 3, 5], 3));
    assert_eq!(listed(store, paid(changed, created, true, (150, 1_000))).await, (vec![3, 1], 2));
    assert_eq!(listed(store, paid(created, changed, false, (0, 1_000))).await, (vec![5, 3, 1], 3));
    assert_eq!(listed(store, paid(created, changed, true, (20, 40))).await, (vec![3], 1));
}

/// A payment that was tried again is listed once, as its latest transaction; another store's is not listed.
pub async fn a_payment_is_listed_once_and_to_its_store(store: &dyn Store) {
    store.begin_payment(begin(1, 1)).await.expect("begins");
    store.settle_transaction(settle_failed(1, 1)).await.expect("settles");
    store.begin_payment(begin(2, 1)).await.expect("begins");
    for time in [TimeField::Created, TimeField::StatusChanged] {
        assert_eq!(listed(store, query(time)).await, (vec![2], 1));
        let other = PaymentQuery { store_id: other_store_id(), ..query(time) };
        assert_eq!(listed(store, other).await, (vec![], 0));
    }
    let walked = store.payments_after(&store_id(), Cursor::before(at(0)), at(9), 9).await.expect("walks");
    assert_eq!(walked.len(), 1);
}

/// Each cursor leads to what comes next, also among payments of one moment, until the end.
pub async fn a_walk_meets_every_payment_once(store: &dyn Store) {
    for (number, seconds) in [(1, 10), (2, 20), (3, 20), (4, 20), (5, 30), (6, 40)] {
        begin_at(store, number, seconds).await;
    }
    let mut after = Cursor::before(at(10));
    let mut met = Vec::new();
    loop {
        let step = store.payments_after(&store_id(), after, at(30), 2).await.expect("walks");
        let Some((_, last)) = step.last() else { break };
        assert!(after < *last, "a walk goes on");
        after = *last;
        met.extend(step.into_iter().map(|(transaction, _)| transaction.id));
    }
    assert_eq!(met, [1, 2, 3, 4, 5].map(transaction_id));
}

fn key_query(time: KeyTime) -> KeyQuery {
    KeyQuery {
        store_id: store_id(),
        time,
        window: Window { from: at(0), until: at(1_000) },
        sort: time,
        descending: false,
        filter: KeyFilter::default(),
        offset: 0,
        count_max: 10,
    }
}

/// A key is listed from when it is issued, by each of its times, and to its store.
pub async fn issued_keys_are_listed_by_their_times(store: &dyn Store) {
    for number in [1, 2] {
        let attempts = issue_attempts(number);
        store.begin_issue(key_record(number), "{}".to_owned(), attempts.clone()).await.expect("begins");
        if number == 1 {
            for attempt in &attempts {
                let pg_billing_key = PgBillingKey::parse("bk-1").expect("a key");
                let result = IssueResult::Issued { pg_billing_key, issued_at: at(5), card: None };
                store.settle_issue(&attempt.id, result, at(6)).await.expect("settles");
            }
        }
    }
    for time in [KeyTime::Requested, KeyTime::Issued, KeyTime::Status] {
        let reached = store.list_billing_keys(key_query(time)).await.expect("lists");
        let keys: Vec<_> = reached.items.iter().map(|key| key.key.clone()).collect();
        assert_eq!((keys, reached.total_count, reached.is_whole), (vec![billing_key(1)], 1, true));
    }
    let beyond = KeyQuery { offset: 1, ..key_query(KeyTime::Issued) };
    let other = KeyQuery { store_id: other_store_id(), ..key_query(KeyTime::Issued) };
    for query in [beyond, other, key_query(KeyTime::Deleted)] {
        assert_eq!(store.list_billing_keys(query).await.map(|reached| reached.items), Ok(Vec::new()));
    }
}

/// How many payments lie before a page does not change what is on it: of all payments or of some, by either time, either way,
/// in a window that begins and ends within an hour, with some that wait for their PG.
pub async fn a_page_far_down_is_where_it_belongs(store: &dyn Store) {
    for number in 1..=1_300 {
        let seconds = i64::try_from(number).expect("a small number") * 13;
        begin_at(store, number, seconds).await;
        if number % 50 != 0 {
            let mut settle =
                if number % 3 == 0 { settle_failed(number, number) } else { settle_paid(number, number) };
            settle.transaction.requested_at = at(seconds);
            settle.transaction.status_changed_at = at(seconds + i64::from(number % 7 == 0) * 5_000);
            store.settle_transaction(settle).await.expect("settles");
        }
    }
    let window = Window { from: at(300), until: at(16_000) };
    for statuses in
        [None, Some(vec![PaymentStatus::Paid]), Some(vec![PaymentStatus::Failed, PaymentStatus::PayPending])]
    {
        for time in [TimeField::Created, TimeField::StatusChanged] {
            for descending in [false, true] {
                let of = |offset, count_max| PaymentQuery {
                    window,
                    descending,
                    statuses: statuses.clone(),
                    offset,
                    count_max,
                    ..query(time)
                };
                let all = store.list_payments(of(0, 2_000)).await.expect("lists");
                assert_eq!((all.total_count, all.is_whole), (all.items.len(), true));
                assert!(all.total_count > 400, "a list that long has pages far down");
                for offset in [499, 500, 501, 640, 777, 999, 1_100, all.total_count.saturating_sub(3)] {
                    let page = store.list_payments(of(offset, 7)).await.expect("lists");
                    let expected: Vec<_> = all.items.iter().skip(offset).take(7).collect();
                    let case = (&statuses, time, descending, offset);
                    assert_eq!(page.items.iter().collect::<Vec<_>>(), expected, "{case:?}");
                    assert_eq!((page.total_count, page.is_whole), (all.total_count, true), "{case:?}");
                }
            }
        }
    }
}
