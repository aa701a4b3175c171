//! A ledger with whole sieves: more payments than a contract's case can make one by one.

use futures_executor::block_on;
use portone_engine::list::{PaymentFilter, PaymentQuery, TimeField, Window};
use portone_engine::port::Store as _;
use portone_engine::port::list::ListStore as _;
use portone_engine::search::{TextField, TextSearch};

use super::*;
use crate::contract::records::{at, begin, cancel_attempt, declared, settle_paid, store_id, transaction_id};
use crate::sql::{Backend, SqliteStore};

/// Two sieves, some blocks more, and some payments more.
const COUNT: i64 = 2 * BLOCKS_A_SIEVE * BLOCK_LENGTH + 3 * BLOCK_LENGTH + 50;

/// A store with payments a second apart, each with a name and ids of its own, all but the last in blocks.
fn filled() -> SqliteStore {
    let store = SqliteStore::in_memory().expect("opens");
    block_on(store.apply_declared(vec![declared()], at(0))).expect("is applied");
    block_on(store.begin_payment(begin(1, 1))).expect("begins");
    block_on(store.settle_transaction(settle_paid(1, 1))).expect("settles");
    with(&store, |database| {
        let copy = "INSERT INTO transactions (id, store_no, payment_id, seq, status, revision, channel_no, requested_at,
                status_changed_at, facet_no, decision, imp_uid, doc)
             WITH RECURSIVE n (n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM n WHERE n < ?1)
             SELECT printf('01997b2c-0000-7001-8000-%012x', n), store_no, printf('order-%08d', n * 7919), 1, status,
                revision, channel_no, requested_at + n * 1000, status_changed_at + n * 1000, facet_no, decision, imp_uid + n,
                json_set(doc, '$.order.payment_id', printf('order-%08d', n * 7919), '$.order.order_name', printf('%06d번 상품', n * 31),
                    '$.pg_tx_id', printf('%020d', n * 104729))
             FROM n, transactions WHERE transactions.no = 1";
        database.execute(copy, [COUNT]).expect("fills");
    });
    while block_on(store.index_records(at(10 * COUNT), 128)).expect("indexes") > 0 {}
    store
}

fn with<T>(store: &SqliteStore, work: impl FnOnce(&Database) -> T) -> T {
    let Backend::Inline(inline) = &store.backend else { panic!("a database in memory is inline") };
    work(&inline.database.lock().expect("nothing panicked"))
}

fn query(field: TextField, text: &str) -> PaymentQuery {
    let text = TextSearch { field, text: text.to_owned() };
    PaymentQuery {
        store_id: store_id(),
        time: TimeField::StatusChanged,
        window: Window { from: at(0), until: at(10 * COUNT) },
        sort: TimeField::StatusChanged,
        descending: true,
        statuses: None,
        filter: PaymentFilter { texts: vec![text], ..PaymentFilter::default() },
        offset: 0,
        count_max: 10,
    }
}

fn found(store: &SqliteStore, query: &PaymentQuery) -> (Vec<String>, usize) {
    let reached = block_on(store.list_payments(query.clone())).expect("lists");
    assert!(reached.is_whole);
    (reached.items.iter().map(|it| it.order.order_name.clone()).collect(), reached.total_count)
}

/// How many blocks are left to open.
fn candidate_count(store: &SqliteStore, query: &PaymentQuery) -> usize {
    with(store, |database| {
        let store_no = database.store_no(&query.store_id).expect("is there");
        let asked = payments::asked(database, query, store_no).expect("asks");
        let (touched, fields) = (&BTreeSet::new(), Vec::new());
        let (needles, tags, found) = (Vec::new(), asked.sorted_tags(), Vec::new());
        let search = Search { database, asked: &asked, fields, needles, tags, touched, found };
        let mut sieves = Sieves::new(database, &asked);
        let candidates = search.candidates().expect("finds").into_iter();
        candidates.filter(|candidate| sieves.let_through(candidate.no).expect("sifts")).count()
    })
}

#[test]
fn a_sieve_leaves_few_blocks_and_never_the_wrong_ones() {
    let store = filled();
    let blocks = 2 * BLOCKS_A_SIEVE + 3;
    for n in [2, 127, 128, 5_000, 8_191, 8_192, 16_383, 16_384, COUNT] {
        let searches = [
            query(TextField::OrderName, &format!("{:06}번", n * 31)),
            query(TextField::PgTxId, &format!("{:020}", n * 104_729)),
            query(TextField::PaymentId, &format!("{:08}", n * 7_919)),
            query(TextField::All, &format!("order-{:08}", n * 7_919)),
        ];
        for query in searches {
            assert_eq!(found(&store, &query), (vec![format!("{:06}번 상품", n * 31)], 1), "{query:?}");
            // The three behind the last sieve are always left.
            assert!(candidate_count(&store, &query) <= 3 + 12, "{query:?}");
        }
    }
    let all = query(TextField::OrderName, "상품");
    assert_eq!(candidate_count(&store, &all), usize::try_from(blocks).expect("is small"));
    assert_eq!(found(&store, &all).1, usize::try_from(COUNT - 1).expect("is small"));
    assert_eq!(found(&store, &query(TextField::OrderName, "no such name")), (vec![], 0));
}

/// What a payment of a sieved block becomes later is found, before its block is written again and after.
#[test]
fn a_sieve_learns_what_a_payment_becomes() {
    let store = filled();
    let text = query(TextField::CancelReason, "wrong colour");
    assert_eq!((found(&store, &text).1, candidate_count(&store, &text)), (0, 3));
    let paid = block_on(store.transaction(&transaction_id(77))).expect("reads").expect("is there");
    let mut settle = settle_paid(77, 77);
    let open = cancel_attempt(50_000, &paid);
    settle.attempt = open.id.clone();
    block_on(store.begin_on_transaction(open, &paid.id, paid.revision)).expect("begins");
    settle.transaction = paid;
    settle.transaction.cancellations = vec![crate::contract::records::cancellation(1, 1_000)];
    settle.transaction.cancellations[0].reason = "wrong colour".to_owned();
    block_on(store.settle_transaction(settle)).expect("settles");
    assert_eq!((found(&store, &text).1, candidate_count(&store, &text)), (1, 3), "it is looked at itself");
    while block_on(store.index_records(at(10 * COUNT), 128)).expect("indexes") > 0 {}
    assert_eq!((found(&store, &text).1, candidate_count(&store, &text)), (1, 4), "its block is left now");
}
