//! Fills a database with 1,000,000 payments and prints how long pages of them take.

#![expect(clippy::disallowed_methods, reason = "an example measures by the machine's clock")]

use std::{env, fs, path::Path, time::Instant};

use futures_executor::block_on;
use portone_core::PayMethod;
use portone_engine::ledger::PaymentStatus;
use portone_engine::list::{Cursor, PaymentFilter, PaymentQuery, TimeField, Window};
use portone_engine::port::Store;
use portone_engine::port::list::ListStore;
use portone_engine::search::{TextField, TextSearch};
use portone_store::SqliteStore;
use portone_store::contract::records::{at, begin, declared, settle_paid, store_id};

const PAYMENTS: i64 = 1_000_000;
const ROUNDS: u32 = 20;
const MIGRATION: &str = include_str!("../migrations/sqlite/0015_list_counts.sql");

fn main() {
    let folder = env::temp_dir().join(format!("portone-list-{}", std::process::id()));
    let path = folder.join("portone.db");
    let store = SqliteStore::open(&path).expect("opens");
    block_on(store.apply_declared(vec![declared()], at(0))).expect("is applied");
    block_on(store.begin_payment(begin(1, 1))).expect("begins");
    block_on(store.settle_transaction(settle_paid(1, 1))).expect("settles");
    drop(store);
    fill(&path);
    let store = SqliteStore::open(&path).expect("opens");
    for (name, query) in queries() {
        measure(name, || block_on(store.list_payments(query.clone())).expect("lists").total_count);
    }
    let middle = Cursor::before(at(PAYMENTS / 2));
    measure("by cursor, 1000", || {
        block_on(store.payments_after(&store_id(), middle, at(PAYMENTS), 1_000)).expect("walks").len()
    });
    drop(store);
    fs::remove_dir_all(&folder).expect("the folder can go");
}

/// Copies the one payment a million times, a second apart, every tenth failed, with 20 card brands.
fn fill(path: &Path) {
    let database = rusqlite::Connection::open(path).expect("opens");
    // Numbers 2 to 21 are of paid ones, 22 to 41 of failed ones.
    let facets = "INSERT INTO payment_facets (no, doc)
         WITH RECURSIVE n (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n < 39)
         SELECT n + 2, json_set(doc, '$.status', iif(n < 20, 'PAID', 'FAILED'), '$.card_brand', 'B' || (n % 20))
         FROM n, payment_facets WHERE no = 1";
    database.execute(facets, []).expect("fills");
    let sql =
        "INSERT INTO transactions (id, store_no, payment_id, seq, status, revision, channel_no, requested_at,
            status_changed_at, facet_no, decision, doc, imp_uid)
         WITH RECURSIVE n (n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM n WHERE n < ?1)
         SELECT printf('%08x-0000-7000-8000-000000000000', n), store_no, 'order-' || n, 1,
            iif(n % 10 = 0, 'FAILED', status), revision, channel_no, requested_at + n * 1000,
            status_changed_at + n * 1000, 2 + n % 20 + iif(n % 10 = 0, 20, 0), decision, doc, n
         FROM n, transactions WHERE transactions.no = 1";
    database.execute(sql, [PAYMENTS]).expect("fills");
    // As a ledger gets them that has none yet.
    let (_, counts) = MIGRATION.rsplit_once("INSERT INTO").expect("the migration ends with the counts");
    let counts = format!("DELETE FROM payment_counts; INSERT INTO {counts}");
    database.execute_batch(&counts).expect("fills");
}

fn queries() -> Vec<(&'static str, PaymentQuery)> {
    let all = |time| PaymentQuery {
        store_id: store_id(),
        time,
        window: Window { from: at(0), until: at(PAYMENTS + 10) },
        sort: time,
        descending: true,
        statuses: None,
        filter: PaymentFilter::default(),
        offset: 0,
        count_max: 10,
    };
    let changed = all(TimeField::StatusChanged);
    let by = |method| PaymentFilter { methods: Some(vec![method]), ..PaymentFilter::default() };
    let of = |status| PaymentQuery { statuses: Some(vec![status]), ..changed.clone() };
    let brand = PaymentFilter { card_brand: Some("B7".to_owned()), ..PaymentFilter::default() };
    let text = |text: &str| PaymentFilter {
        texts: vec![TextSearch { field: TextField::OrderName, text: text.to_owned() }],
        ..PaymentFilter::default()
    };
    let anywhere = PaymentFilter {
        texts: vec![TextSearch { field: TextField::All, text: "nowhere".to_owned() }],
        ..PaymentFilter::default()
    };
    let half = Window { from: at(500_000), until: at(559_900) };
    let hour = Window { from: at(500_000), until: at(503_600) };
    let day = Window { from: at(500_000), until: at(510_000) };
    vec![
        ("by change, first page", changed.clone()),
        ("by change, last page in reach", PaymentQuery { offset: 59_990, ..changed.clone() }),
        ("by creation, first page", all(TimeField::Created)),
        ("state FAILED (1 of 10)", of(PaymentStatus::Failed)),
        ("state FAILED, last page in reach", PaymentQuery { offset: 59_990, ..of(PaymentStatus::Failed) }),
        ("state CANCELLED (none)", of(PaymentStatus::Cancelled)),
        (
            "state PAID, by creation",
            PaymentQuery { time: TimeField::Created, sort: TimeField::Created, ..of(PaymentStatus::Paid) },
        ),
        (
            "state PAID, sorted by the other",
            PaymentQuery { sort: TimeField::Created, ..of(PaymentStatus::Paid) },
        ),
        ("all, sorted by the other", PaymentQuery { sort: TimeField::Created, ..changed.clone() }),
        (
            "an hour, sorted by the other",
            PaymentQuery { sort: TimeField::Created, window: hour, ..changed.clone() },
        ),
        ("card brand (1 of 20)", PaymentQuery { filter: brand, ..changed.clone() }),
        ("text in the order's name (all)", PaymentQuery { filter: text("SD"), ..changed.clone() }),
        (
            "text in the order's name (none)",
            PaymentQuery { filter: text("nowhere"), window: day, ..changed.clone() },
        ),
        (
            "text anywhere (none in 60,000)",
            PaymentQuery { filter: anywhere, window: half, ..changed.clone() },
        ),
        ("method CARD (all)", PaymentQuery { filter: by(PayMethod::Card), ..changed.clone() }),
        ("method MOBILE (none)", PaymentQuery { filter: by(PayMethod::Mobile), ..changed }),
    ]
}

fn measure(name: &str, work: impl Fn() -> usize) {
    let found = work();
    let mut took: Vec<_> = (0..ROUNDS)
        .map(|_| {
            let started = Instant::now();
            work();
            started.elapsed()
        })
        .collect();
    took.sort_unstable();
    println!(
        "{name:32} median {:?}, slowest {:?} (count {found})",
        took[took.len() / 2],
        took[took.len() - 1]
    );
}
