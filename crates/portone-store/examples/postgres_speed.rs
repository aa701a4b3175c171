//! Payments a second on PostgreSQL, by gateways and by callers of each: begin and settle, two commits, on a server of its
//! own with fsync. Beside it, in turns, the least such a payment could cost: two statements that commit by themselves, by
//! `pgbench` with as many connections as there are callers.

use std::{
    process::Command,
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    thread,
    time::{Duration, Instant},
};

use futures_executor::block_on;
use portone_engine::port::{BeginPayment, Settle, Store};
use portone_store::contract::cluster::Cluster;
use portone_store::contract::records::{at, begin, declared, settle_paid};
use portone_store::{PostgresOptions, SqlStore};

/// How long each figure is measured.
const SPAN: Duration = Duration::from_secs(5);
/// Gateways, and callers in all.
const CASES: [(usize, usize); 6] = [(1, 1), (1, 8), (1, 32), (1, 128), (3, 33), (3, 129)];

fn main() {
    let Some(cluster) = Cluster::start() else { return };
    println!(
        "| gateways | callers | payments /s | p50 ms | p99 ms | two statements /s |\n|---:|---:|---:|---:|---:|---:|"
    );
    for (case, (gateways, callers)) in CASES.into_iter().enumerate() {
        let url = cluster.create(&format!("ledger{case}"));
        let (rate, latencies) = pay(&url, gateways, callers);
        let limit = two_statements(&cluster, callers);
        let at = |share: usize| {
            let micros = latencies[(latencies.len() - 1) * share / 100].as_micros();
            format!("{}.{:02}", micros / 1_000, micros % 1_000 / 10)
        };
        println!("| {gateways} | {callers} | {rate} | {} | {} | {limit} |", at(50), at(99));
    }
    println!("one payment: {} bytes on disk", bytes_a_payment(&cluster));
}

fn pay(url: &str, gateways: usize, callers: usize) -> (u64, Vec<Duration>) {
    let stores: Vec<SqlStore> = (0..gateways)
        .map(|_| SqlStore::connect_with(url, PostgresOptions::default()).expect("connects"))
        .collect();
    block_on(stores[0].apply_declared(vec![declared()], at(0))).expect("is applied");
    let (next, is_over) = (AtomicU64::new(0), AtomicBool::new(false));
    let mut latencies: Vec<Duration> = thread::scope(|scope| {
        let payers: Vec<_> = (0..callers)
            .map(|caller| {
                let (store, next, is_over) = (&stores[caller % gateways], &next, &is_over);
                scope.spawn(move || {
                    let mut latencies = Vec::new();
                    while !is_over.load(Ordering::Relaxed) {
                        let number = next.fetch_add(1, Ordering::Relaxed);
                        let started = now();
                        assert_eq!(
                            block_on(store.begin_payment(begin(number, number))),
                            Ok(BeginPayment::Begun)
                        );
                        assert_eq!(
                            block_on(store.settle_transaction(settle_paid(number, number))),
                            Ok(Settle::Settled)
                        );
                        latencies.push(started.elapsed());
                    }
                    latencies
                })
            })
            .collect();
        thread::sleep(SPAN);
        is_over.store(true, Ordering::Relaxed);
        payers.into_iter().flat_map(|payer| payer.join().expect("pays")).collect()
    });
    latencies.sort_unstable();
    (latencies.len() as u64 / SPAN.as_secs(), latencies)
}

#[expect(clippy::disallowed_methods, reason = "it measures time")]
fn now() -> Instant {
    Instant::now()
}

/// What `pgbench` makes of a row inserted and then changed, each in a commit of its own.
fn two_statements(cluster: &Cluster, connections: usize) -> String {
    let table = "DROP TABLE IF EXISTS limits; CREATE TABLE limits (no BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        id BIGINT UNIQUE, status TEXT, doc TEXT)";
    cluster.query("postgres", table);
    let script = std::env::temp_dir().join(format!("portone-limits-{}.sql", std::process::id()));
    let statements = "\\set id random(1, 9000000000000000)
        INSERT INTO limits (id, status, doc) VALUES (:id, 'PAY_PENDING', repeat('x', 700));
        UPDATE limits SET status = 'PAID' WHERE id = :id;";
    std::fs::write(&script, statements).expect("is written");
    let mut command = Command::new(cluster.program("pgbench"));
    command.args(["-n", "-M", "prepared", "-h", "127.0.0.1", "-U", "portone", "-j", "2"]);
    command.args(["-p", &cluster.port().to_string(), "-c", &connections.to_string()]);
    command.arg("-T").arg(SPAN.as_secs().to_string()).arg("-f").arg(&script).arg("postgres");
    let output = command.output().expect("pgbench runs");
    let _ = std::fs::remove_file(&script);
    let text = String::from_utf8_lossy(&output.stdout);
    let rate = text.lines().find_map(|line| line.strip_prefix("tps = ")?.split_whitespace().next());
    rate.and_then(|rate| rate.split('.').next()).unwrap_or("?").to_owned()
}

fn bytes_a_payment(cluster: &Cluster) -> String {
    let sql = "SELECT sum(pg_total_relation_size(c.oid)) / (SELECT count(*) FROM transactions)
        FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE n.nspname = 'public' AND c.relkind = 'r'";
    cluster.query("ledger2", sql).trim().split('.').next().unwrap_or_default().to_owned()
}
