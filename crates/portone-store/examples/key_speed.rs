//! Fills a database with 1,000,000 billing keys and as many schedules, and prints how long pages of them and claims of due
//! schedules take.

#![expect(clippy::disallowed_methods, reason = "an example measures by the machine's clock")]

use std::{env, fs, path::Path, time::Instant};

use futures_executor::block_on;
use portone_core::PgProvider;
use portone_engine::key_list::{KeyFilter, KeyQuery, KeyText, KeyTime};
use portone_engine::ledger::{BillingKeyStatus, ScheduleStatus};
use portone_engine::list::Window;
use portone_engine::port::list::ListStore;
use portone_engine::port::{ScheduleQuery, ScheduleSort, ScheduleStore, Store};
use portone_store::SqliteStore;
use portone_store::contract::records::{at, declared, group_id, store_id};
use portone_store::contract::schedules::{issue, schedule};

const COUNT: i64 = 1_000_000;
const ROUNDS: u32 = 20;

fn main() {
    let folder = env::temp_dir().join(format!("portone-keys-{}", std::process::id()));
    let path = folder.join("portone.db");
    let store = SqliteStore::open(&path).expect("opens");
    block_on(store.apply_declared(vec![declared()], at(0))).expect("is applied");
    block_on(issue(&store, 1));
    block_on(store.create_schedule(schedule(1, 0), None)).expect("is made");
    drop(store);
    fill(&path);
    let store = SqliteStore::open(&path).expect("opens");
    while block_on(store.index_records(at(3 * COUNT), 128)).expect("indexes") > 0 {}
    for (name, query) in key_queries() {
        measure(name, || block_on(store.list_billing_keys(query.clone())).expect("lists").total_count);
    }
    for (name, query) in schedule_queries() {
        measure(name, || block_on(store.schedules(&query)).expect("lists").total_count);
    }
    // Each takes the next hundred.
    measure("claim of 100 due schedules", || {
        block_on(store.claim_schedules(at(COUNT), at(2 * COUNT), 100)).expect("claims").len()
    });
    drop(store);
    fs::remove_dir_all(&folder).expect("the folder can go");
}

/// Copies the one key and the one schedule a million times, a second apart.
fn fill(path: &Path) {
    let database = rusqlite::Connection::open(path).expect("opens");
    let n = "WITH RECURSIVE n (n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM n WHERE n < ?1)";
    let key = "printf('billing-key-%08x-0000-7000-8000-000000000000', n)";
    for sql in [
        format!(
            "INSERT INTO billing_keys (key, store_no, status, group_id, customer_id, requested_at, issued_at, decision, doc)
             {n} SELECT {key}, store_no, status, group_id, 'customer-' || (n / 3), requested_at + n * 1000,
                issued_at + n * 1000, decision, json_set(doc, '$.customer.id', 'customer-' || (n / 3),
                '$.customer.email', printf('buyer%07d@example.com', n)) FROM (SELECT * FROM billing_keys LIMIT 1), n"
        ),
        "INSERT INTO billing_key_numbers (key) SELECT key FROM billing_keys WHERE key NOT IN
            (SELECT key FROM billing_key_numbers) ORDER BY requested_at"
            .to_owned(),
        format!(
            "INSERT INTO billing_key_channels (billing_key, position, channel_key, state, pg_billing_key, channel_no)
             {n} SELECT {key}, position, channel_key, state, pg_billing_key, channel_no
             FROM n, (SELECT * FROM billing_key_channels LIMIT 2)"
        ),
        format!(
            "INSERT INTO payment_schedules (id, store_no, payment_id, billing_key, group_id, is_test, status, created_at,
                time_to_pay, status_at, due_at, run_count, doc)
             {n} SELECT printf('%08x-0000-7000-8000-000000000000', n), store_no, 'order-' || n, billing_key, group_id,
                is_test, status, created_at + n * 1000, time_to_pay + n * 1000, status_at + n * 1000, due_at + n * 1000,
                0, doc FROM (SELECT * FROM payment_schedules LIMIT 1), n"
        ),
    ] {
        let params = if sql.contains("?1") { vec![COUNT] } else { Vec::new() };
        database.execute(&sql, rusqlite::params_from_iter(params)).expect("fills");
    }
}

fn key_queries() -> Vec<(&'static str, KeyQuery)> {
    let all = KeyQuery {
        store_id: store_id(),
        time: KeyTime::Requested,
        window: Window { from: at(0), until: at(COUNT + 10) },
        sort: KeyTime::Requested,
        descending: true,
        filter: KeyFilter::default(),
        offset: 0,
        count_max: 10,
    };
    let of_customer = KeyFilter { customer_id: Some("customer-171717".to_owned()), ..KeyFilter::default() };
    let of = |status| KeyFilter { statuses: Some(vec![status]), ..KeyFilter::default() };
    let at_pg = |code: &str| KeyFilter {
        providers: Some(vec![PgProvider::parse(code).expect("a provider")]),
        ..KeyFilter::default()
    };
    let text = |field, text: &str| KeyFilter { text: Some((field, text.to_owned())), ..KeyFilter::default() };
    let with = |filter| KeyQuery { filter, ..all.clone() };
    let hour = Window { from: at(500_000), until: at(503_600) };
    vec![
        ("keys, first page", all.clone()),
        ("keys, last page in reach", KeyQuery { offset: 59_990, ..all.clone() }),
        ("keys by issue", KeyQuery { time: KeyTime::Issued, sort: KeyTime::Issued, ..all.clone() }),
        ("keys, sorted by another time", KeyQuery { sort: KeyTime::Issued, ..all.clone() }),
        ("keys of a customer", with(of_customer.clone())),
        ("keys of a customer in an hour", KeyQuery { window: hour, ..with(of_customer) }),
        ("keys ISSUED (all)", with(of(BillingKeyStatus::Issued))),
        ("keys DELETED (none)", with(of(BillingKeyStatus::Deleted))),
        ("keys of a group (all)", with(KeyFilter { groups: Some(vec![group_id()]), ..KeyFilter::default() })),
        ("keys of a PG (all)", with(at_pg("SMARTRO_V2"))),
        ("keys of a PG (none)", with(at_pg("KPN"))),
        ("keys, e-mail (one)", with(text(KeyText::CustomerEmail, "buyer0171717"))),
        ("keys, e-mail (all)", with(text(KeyText::CustomerEmail, "example.com"))),
        ("keys, e-mail (none)", with(text(KeyText::CustomerEmail, "nobody@nowhere"))),
    ]
}

fn schedule_queries() -> Vec<(&'static str, ScheduleQuery)> {
    let all = ScheduleQuery {
        store_id: store_id(),
        billing_keys: None,
        from: at(0),
        until: at(COUNT + 10),
        statuses: Vec::new(),
        is_for_test: None,
        sort: ScheduleSort::TimeToPay,
        ascending: false,
        skip: 0,
        count_max: 10,
    };
    vec![
        ("schedules, first page", all.clone()),
        ("schedules of a day", ScheduleQuery { from: at(500_000), until: at(586_400), ..all.clone() }),
        (
            "schedules SCHEDULED (all)",
            ScheduleQuery { statuses: vec![ScheduleStatus::Scheduled], ..all.clone() },
        ),
        ("schedules, live ones (none)", ScheduleQuery { is_for_test: Some(false), ..all.clone() }),
        ("schedules, page 6,000", ScheduleQuery { skip: 59_990, ..all.clone() }),
        (
            "schedules that failed (none)",
            ScheduleQuery { statuses: vec![ScheduleStatus::Failed], ..all.clone() },
        ),
        ("schedules by creation", ScheduleQuery { sort: ScheduleSort::CreatedAt, ..all }),
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
