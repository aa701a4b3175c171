//! Fills a database with 1,000,000 payments and prints how long pages of them take. `--payments N` makes it others,
//! `--ledger FOLDER` keeps it and takes it up again, and `--only TEXT` measures the pages of such names, for a profiler.

#![expect(clippy::disallowed_methods, reason = "an example measures by the machine's clock")]

use std::{
    env, fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use futures_executor::block_on;
use portone_core::{CashReceiptType, PayMethod};
use portone_engine::beside::{BesideFilter, ReceiptWanted, Span};
use portone_engine::ledger::PaymentStatus;
use portone_engine::list::{Cursor, PaymentFilter, PaymentQuery, TimeField, Window};
use portone_engine::port::Store;
use portone_engine::port::list::ListStore;
use portone_engine::search::{TextField, TextSearch};
use portone_engine::webhook::DeliveryStatus;
use portone_store::SqliteStore;
use portone_store::contract::receipts;
use portone_store::contract::records::{at, begin, declared, settle_paid, store_id};

const PAYMENTS: &str = "1000000";
const ROUNDS: u32 = 20;
const MIGRATION: &str = include_str!("../migrations/sqlite/0015_list_counts.sql");

fn main() {
    let kept = argument("--ledger");
    let usual = || env::temp_dir().join(format!("portone-list-{}", std::process::id()));
    let folder = kept.as_ref().map_or_else(usual, PathBuf::from);
    let path = folder.join("portone.db");
    let plain = if path.exists() { None } else { Some(filled(&path)) };
    let store = SqliteStore::open(&path).expect("opens");
    if env::args().any(|argument| argument == "--unindexed") {
        println!("without the index of texts");
    } else {
        index(&store);
    }
    let only = argument("--only").unwrap_or_default();
    for (name, query) in queries().into_iter().chain(searches()).filter(|(name, _)| name.contains(&only)) {
        measure(name, || block_on(store.list_payments(query.clone())).expect("lists").total_count);
    }
    if only.is_empty() {
        let middle = Cursor::before(at(payments() / 2));
        measure("by cursor, 1000", || {
            block_on(store.payments_after(&store_id(), middle, at(payments()), 1_000)).expect("walks").len()
        });
    }
    drop(store);
    if let Some(plain) = plain {
        let more = fs::metadata(&path).expect("is there").len() - plain;
        println!("{} bytes a payment for the index of texts", more / payments().cast_unsigned());
    }
    if kept.is_none() {
        fs::remove_dir_all(&folder).expect("the folder can go");
    }
}

/// What follows an argument.
fn argument(name: &str) -> Option<String> {
    env::args().skip_while(|argument| argument != name).nth(1)
}

fn payments() -> i64 {
    argument("--payments").unwrap_or_else(|| PAYMENTS.to_owned()).parse().expect("a number of payments")
}

/// Makes the ledger: how many bytes it has without the index of texts.
fn filled(path: &Path) -> u64 {
    let store = SqliteStore::open(path).expect("opens");
    block_on(store.apply_declared(vec![declared()], at(0))).expect("is applied");
    block_on(store.begin_payment(begin(1, 1))).expect("begins");
    block_on(store.settle_transaction(settle_paid(1, 1))).expect("settles");
    block_on(receipts::issue(&store, 2, 1, 1));
    drop(store);
    fill(path);
    fs::metadata(path).expect("is there").len()
}

/// Fills the index of texts as the gateway's duty does.
fn index(store: &SqliteStore) {
    let (started, mut slowest, mut steps) = (Instant::now(), Duration::ZERO, 0_u32);
    loop {
        let step = Instant::now();
        if block_on(store.index_records(at(2 * payments()), 128)).expect("indexes") == 0 {
            break;
        }
        (slowest, steps) = (slowest.max(step.elapsed()), steps + 1);
    }
    let took = started.elapsed();
    println!(
        "the index was filled in {took:?}, {:?} a step of 128, the slowest {slowest:?}",
        took / steps.max(1)
    );
}

/// Copies the one payment a million times, a second apart, every tenth failed, with 20 card brands, 50 order names, and
/// names, numbers and ids of its own each. A webhook each, of which one of a thousand failed, and a cash receipt of every
/// hundredth.
fn fill(path: &Path) {
    let database = rusqlite::Connection::open(path).expect("opens");
    for sql in FILL {
        let params = if sql.contains("?1") { vec![payments()] } else { Vec::new() };
        database.execute(sql, rusqlite::params_from_iter(params)).expect("fills");
    }
    // As a ledger gets them that has none yet.
    let (_, counts) = MIGRATION.rsplit_once("INSERT INTO").expect("the migration ends with the counts");
    let counts = format!("DELETE FROM payment_counts; INSERT INTO {counts}");
    database.execute_batch(&counts).expect("fills");
}

const FILL: [&str; 5] = [
    // Numbers 2 to 21 are of paid ones, 22 to 41 of failed ones.
    "INSERT INTO payment_facets (no, doc)
     WITH RECURSIVE n (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n < 39)
     SELECT n + 2, json_set(doc, '$.status', iif(n < 20, 'PAID', 'FAILED'), '$.card_brand', 'B' || (n % 20))
     FROM n, payment_facets WHERE no = 1",
    "INSERT INTO transactions (id, store_no, payment_id, seq, status, revision, channel_no, requested_at,
        status_changed_at, facet_no, decision, imp_uid, doc)
     WITH RECURSIVE n (n, x) AS (SELECT 2, 15838 UNION ALL
        SELECT n + 1, (x * 1103515245 + 12345) % 2147483648 FROM n WHERE n < ?1)
     SELECT printf('01997b2c-%04x-7%03x-8%03x-%012x', n >> 16, n % 4096, x % 4096, x * 65537), store_no,
        printf('payment-%08x-%04x-4%03x-a%03x-%012x', x, n % 65536, x % 4095, n % 4093, n * 2654435761), 1,
        iif(n % 10 = 0, 'FAILED', status), revision, channel_no, requested_at + n * 1000,
        status_changed_at + n * 1000, 2 + n % 20 + iif(n % 10 = 0, 20, 0), decision, imp_uid + n,
        json_set(doc, '$.order.payment_id',
            printf('payment-%08x-%04x-4%03x-a%03x-%012x', x, n % 65536, x % 4095, n % 4093, n * 2654435761),
            '$.order.order_name', '정기 구독 상품 ' || (n % 50), '$.order.customer.email', printf('buyer%07d@example.com', n),
            '$.order.customer.phone_number', printf('010-%04d-%04d', x % 10000, n % 10000),
            '$.pg_tx_id', printf('t_2207281m0101%014d', x * 4001), '$.card.approval_number', printf('%08d', x % 100000000))
     FROM n, transactions WHERE transactions.no = 1",
    "INSERT INTO events (store_no, kind, at, transaction_no)
     SELECT e.store_no, e.kind, t.status_changed_at, t.no FROM (SELECT * FROM events ORDER BY seq LIMIT 1) AS e,
        transactions AS t WHERE t.no > 1 ORDER BY t.no",
    "INSERT INTO webhook_deliveries (id, store_no, event_seq, transaction_no, environment, url, format, status,
        triggered_at)
     SELECT 'webhook-' || e.seq, e.store_no, e.seq, e.transaction_no, 'test', 'https://shop.example/', '2024-04-25',
        iif(e.transaction_no % 1000 = 0, 'FAILED_NOT_OK_RESPONSE', 'SUCCEEDED'), e.at FROM events AS e WHERE e.seq > 1",
    "INSERT INTO cash_receipts (id, store_no, payment_id, status, issue_at, status_at, doc)
     SELECT 'receipt-' || t.no, t.store_no, t.payment_id, r.status, r.issue_at + t.no * 1000, r.status_at + t.no * 1000,
        json_set(r.doc, '$.payment_id', t.payment_id)
     FROM (SELECT * FROM cash_receipts LIMIT 1) AS r, transactions AS t WHERE t.no > 1 AND t.no % 100 = 0",
];

fn queries() -> Vec<(&'static str, PaymentQuery)> {
    let all = |time| PaymentQuery {
        store_id: store_id(),
        time,
        window: Window { from: at(0), until: at(payments() + 10) },
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
    let hour = Window { from: at(500_000), until: at(503_600) };
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
        ("method CARD (all)", PaymentQuery { filter: by(PayMethod::Card), ..changed.clone() }),
        ("method MOBILE (none)", PaymentQuery { filter: by(PayMethod::Mobile), ..changed }),
    ]
}

/// What no index of the database knows.
fn searches() -> Vec<(&'static str, PaymentQuery)> {
    let all = queries().remove(0).1;
    let of = |filter| PaymentQuery { filter, ..all.clone() };
    let text = |field, text: &str| {
        of(PaymentFilter {
            texts: vec![TextSearch { field, text: text.to_owned() }],
            ..PaymentFilter::default()
        })
    };
    let webhook = |status| {
        of(PaymentFilter {
            beside: BesideFilter { webhook_status: Some(status), receipt: None },
            ..PaymentFilter::default()
        })
    };
    let receipt = |receipt| {
        of(PaymentFilter {
            beside: BesideFilter { webhook_status: None, receipt: Some(receipt) },
            ..PaymentFilter::default()
        })
    };
    let kind = |kind| ReceiptWanted { kind: Some(kind), ..ReceiptWanted::default() };
    let day = Span { from: Some(at(500_000)), until: Some(at(586_400)) };
    let order = |wanted: &str| text(TextField::OrderName, wanted);
    let failed = |query: PaymentQuery| PaymentQuery { statuses: Some(vec![PaymentStatus::Failed]), ..query };
    let deep = |query: PaymentQuery| PaymentQuery { offset: 59_990, ..query };
    let created =
        |query: PaymentQuery| PaymentQuery { time: TimeField::Created, sort: TimeField::Created, ..query };
    let crossed = |query: PaymentQuery| PaymentQuery { sort: TimeField::Created, ..query };
    vec![
        ("order name (all)", order("구독")),
        ("order name (all), deep page", deep(order("구독"))),
        ("order name (all), by creation", created(order("구독"))),
        ("order name (all), other sort", crossed(order("구독"))),
        ("order name (1 of 50)", order("상품 17")),
        ("order name (none)", order("nowhere")),
        ("order name, a letter (all)", order("품")),
        ("order name, a letter (none)", order("책")),
        ("order name and FAILED (1 of 10)", failed(order("구독"))),
        ("order name and FAILED (none)", failed(order("상품 17"))),
        ("any field (all)", text(TextField::All, "example.com")),
        ("any field (all), deep page", deep(text(TextField::All, "example.com"))),
        ("any field (none)", text(TextField::All, "nowhere at all")),
        ("any field, two letters", text(TextField::All, "77")),
        ("any field, three letters", text(TextField::All, "r77")),
        ("any field, a phone's end", text(TextField::All, "-4711")),
        ("e-mail (one)", text(TextField::CustomerEmail, "buyer0471147")),
        ("phone (about one)", text(TextField::CustomerPhoneNumber, "010-4711-0815")),
        ("approval number (part)", text(TextField::CardApprovalNumber, "004711")),
        ("payment id (all)", text(TextField::PaymentId, "payment-")),
        ("payment id (none)", text(TextField::PaymentId, "payment-01234567-89ab-4cde-a012")),
        ("payment id, four letters", text(TextField::PaymentId, "beef")),
        ("transaction id (few)", text(TextField::TxId, "01997b2c-0007-7123")),
        ("PG's id (part)", text(TextField::PgTxId, "0101000004711")),
        ("webhook SUCCEEDED (nearly all)", webhook(DeliveryStatus::Succeeded)),
        ("webhook not OK (1 of 1,000)", webhook(DeliveryStatus::FailedNotOkResponse)),
        ("webhook failed (none)", webhook(DeliveryStatus::FailedUnexpectedError)),
        ("receipt PERSONAL (1 of 100)", receipt(kind(CashReceiptType::Personal))),
        ("receipt CORPORATE (none)", receipt(kind(CashReceiptType::Corporate))),
        ("no receipt (none)", receipt(kind(CashReceiptType::NoReceipt))),
        ("receipt issued on a day", receipt(ReceiptWanted { issued: Some(day), ..ReceiptWanted::default() })),
        (
            "receipt cancelled on a day (none)",
            receipt(ReceiptWanted { cancelled: Some(day), ..ReceiptWanted::default() }),
        ),
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
        "{name:34} median {:?}, slowest {:?} (count {found})",
        took[took.len() / 2],
        took[took.len() - 1]
    );
}
