//! Fills a database with 1,000,000 billing keys and as many schedules, and prints how long pages of them and claims of due
//! schedules take.

#![expect(clippy::disallowed_methods, reason = "an example measures by the machine's clock")]

use std::{env, fs, path::Path, time::Instant};

use futures_executor::block_on;
use portone_engine::key_list::{KeyFilter, KeyQuery, KeyTime};
use portone_engine::ledger::ScheduleStatus;
use portone_engine::list::Window;
use portone_engine::port::list::ListStore;
use portone_engine::port::{ScheduleQuery, ScheduleSort, ScheduleStore, Store};
use portone_store::SqliteStore;
use portone_store::contract::records::{at, declared, store_id};
use portone_store::contract::schedules::{issue, schedule};

const COUNT: i64 = 1_000_000;
const ROUNDS: u32 = 20;

fn main() {
    let folder = env::temp_dir().join(format!("portone-keys-{}", std::process::id()));
    let path = folder.join("portone.db");
    let store = SqliteStore::open(&path).expect("opens");
    block_on(store.apply_declared(vec![declared()], at(0))).expect("is applied");
    block_on(issue(&store, 1));
    block_on(store.create_schedule(schedule(1, 0))).expect("is made");
    drop(store);
    fill(&path);
    let store = SqliteStore::open(&path).expect("opens");
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
             {n} SELECT {key}, store_no, status, group_id, customer_id, requested_at + n * 1000, issued_at + n * 1000,
                decision, doc FROM (SELECT * FROM billing_keys LIMIT 1), n"
        ),
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
        database.execute(&sql, [COUNT]).expect("fills");
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
    let of_group = KeyFilter { customer_id: Some("customer-1".to_owned()), ..KeyFilter::default() };
    let hour = Window { from: at(500_000), until: at(503_600) };
    vec![
        ("keys, first page", all.clone()),
        ("keys, last page in reach", KeyQuery { offset: 59_990, ..all.clone() }),
        ("keys by issue", KeyQuery { time: KeyTime::Issued, sort: KeyTime::Issued, ..all.clone() }),
        ("keys of an hour, of one customer", KeyQuery { window: hour, filter: of_group, ..all }),
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
