//! Begin and settle by many callers at once, on a file: with group commit, and beside it with a commit for each write.
//! Every caller is a thread that waits for its answer, as a request does.

use std::{
    fs,
    path::Path,
    sync::atomic::{AtomicU64, Ordering},
    thread,
    time::Duration,
};

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use futures_executor::block_on;
use portone_engine::port::{BeginPayment, Settle, Store};
use portone_store::contract::records::{at, begin, declared, settle_paid};
use portone_store::{SqliteOptions, SqliteStore};

/// How many payments one measured round makes, over all callers.
const ROUND: u64 = 256;

fn group_commit(criterion: &mut Criterion) {
    let next = AtomicU64::new(0);
    let mut group = criterion.benchmark_group("begin+settle");
    group.sample_size(10).measurement_time(Duration::from_secs(4)).throughput(Throughput::Elements(ROUND));
    for (name, batch_job_count_max) in [("shared commits", 256), ("own commits", 1)] {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("bench-{}", std::process::id()));
        let options = SqliteOptions { batch_job_count_max, ..SqliteOptions::default() };
        let store = SqliteStore::open_with(&folder.join("portone.db"), options).expect("opens");
        block_on(store.apply_declared(vec![declared()], at(0))).expect("is applied");
        for callers in [1, 8, 32, 128] {
            group.bench_with_input(BenchmarkId::new(name, callers), &callers, |bencher, &callers| {
                bencher.iter(|| round(&store, callers, &next));
            });
        }
        drop(store);
        fs::remove_dir_all(&folder).expect("the folder can go");
    }
    group.finish();
}

fn round(store: &SqliteStore, callers: u64, next: &AtomicU64) {
    thread::scope(|scope| {
        for _ in 0..callers {
            scope.spawn(|| {
                for _ in 0..ROUND / callers {
                    pay(store, next.fetch_add(1, Ordering::Relaxed));
                }
            });
        }
    });
}

fn pay(store: &SqliteStore, number: u64) {
    assert_eq!(block_on(store.begin_payment(begin(number, number))), Ok(BeginPayment::Begun));
    assert_eq!(block_on(store.settle_transaction(settle_paid(number, number))), Ok(Settle::Settled));
}

fn in_memory(criterion: &mut Criterion) {
    let store = SqliteStore::in_memory().expect("opens");
    block_on(store.apply_declared(vec![declared()], at(0))).expect("is applied");
    let next = AtomicU64::new(0);
    criterion.bench_function("begin+settle in memory", |bencher| {
        bencher.iter(|| pay(&store, next.fetch_add(1, Ordering::Relaxed)));
    });
}

criterion_group!(benches, group_commit, in_memory);
criterion_main!(benches);
