//! SQLite on disk: the contract, and what only a database on disk can be asked.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
    thread,
};

use futures_executor::block_on;
use portone_core::{Environment, Secret};
use portone_engine::port::access::AccessStore;
use portone_engine::port::{
    BeginPayment, BudgetShare, ClaimLimits, PromotionStore, Settle, Store, WebhookStore,
};
use portone_engine::webhook::{Target, WebhookFormat};
use portone_store::contract::records::{
    at, begin, begin_promoted, billing_key, declared, issue_attempts, key_record, payment_id, settle_paid,
    store_id, transaction_id,
};
use portone_store::contract::{Run, run};
use portone_store::{OpenError, SqliteOptions, SqliteStore};

portone_store::contract_tests!(on_disk);

fn on_disk(case: impl for<'a> FnOnce(&'a dyn Store) -> Run<'a>) {
    let folder = Folder::new();
    let store = SqliteStore::open(&folder.database()).expect("opens");
    block_on(run(&store, case));
}

/// A folder that nothing else uses, gone when the test has passed.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-{number}", std::process::id()));
        fs::create_dir(&path).expect("a new folder");
        Self(path)
    }

    fn database(&self) -> PathBuf {
        self.0.join("data/portone.db")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if !thread::panicking() {
            fs::remove_dir_all(&self.0).expect("the folder can go");
        }
    }
}

fn opened(folder: &Folder) -> SqliteStore {
    let store = SqliteStore::open(&folder.database()).expect("opens");
    block_on(store.apply_declared(vec![declared()], at(0))).expect("is applied");
    store
}

#[test]
fn everything_is_there_after_a_restart() {
    let folder = Folder::new();
    let store = opened(&folder);
    let (directory, events) = block_on(async {
        store.begin_payment(begin(1, 1)).await.expect("begins");
        store.begin_payment(begin(2, 2)).await.expect("begins");
        store.settle_transaction(settle_paid(2, 2)).await.expect("settles");
        store.begin_issue(key_record(1), "{}".to_owned(), issue_attempts(1)).await.expect("begins");
        (store.directory().await.expect("reads"), store.events(&store_id(), 0, 9).await.expect("reads"))
    });
    assert_eq!(events.len(), 1);
    let key = || Secret::new([7; 32]);
    assert_eq!(block_on(store.installation_key(key())), Ok(key()));
    drop(store);
    let store = opened(&folder);
    block_on(async {
        assert_eq!(store.installation_key(Secret::new([8; 32])).await, Ok(key()));
        assert_eq!(store.directory().await, Ok(directory));
        assert_eq!(store.events(&store_id(), 0, 9).await, Ok(events));
        assert_eq!(store.open_attempts(9).await.map(|open| open.len()), Ok(3));
        assert_eq!(store.billing_key(&store_id(), &billing_key(1)).await, Ok(Some(key_record(1))));
        assert_eq!(store.begin_payment(begin(3, 1)).await, Ok(BeginPayment::Outstanding));
        assert_eq!(store.begin_payment(begin(3, 2)).await, Ok(BeginPayment::AlreadyPaid));
        assert_eq!(store.settle_transaction(settle_paid(1, 1)).await, Ok(Settle::Settled));
    });
}

#[test]
fn one_gateway_at_a_time_has_a_database() {
    let folder = Folder::new();
    let store = opened(&folder);
    let refused = SqliteStore::open(&folder.database()).expect_err("it is in use");
    assert!(matches!(&refused, OpenError::InUse { database, .. } if *database == folder.database()));
    let text = refused.to_string();
    assert!(text.contains(folder.database().to_str().expect("is text")), "{text}");
    assert!(text.contains("portone.db.lock"), "{text}");
    drop(store);
    SqliteStore::open(&folder.database()).expect("is free again");
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_read_the_files() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    fs::create_dir(folder.0.join("data")).expect("a folder");
    // As a careless copy would leave them.
    fs::write(folder.database(), "").expect("is written");
    fs::set_permissions(folder.database(), fs::Permissions::from_mode(0o666)).expect("is set");
    let store = opened(&folder);
    block_on(store.begin_payment(begin(1, 1))).expect("begins");
    block_on(store.open_attempts(1)).expect("reads");
    let files: Vec<_> =
        fs::read_dir(folder.0.join("data")).expect("is there").map(|file| file.expect("is")).collect();
    assert_eq!(files.len(), 4, "database, -wal, -shm and lock");
    for file in files {
        assert_eq!(
            file.metadata().expect("is there").permissions().mode() & 0o777,
            0o600,
            "{:?}",
            file.path()
        );
    }
}

#[cfg(unix)]
#[test]
fn a_folder_made_for_it_is_the_owners() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    let _store = opened(&folder);
    let mode = fs::metadata(folder.0.join("data")).expect("is there").permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
}

#[test]
fn a_database_of_a_newer_gateway_is_left_alone() {
    let folder = Folder::new();
    drop(opened(&folder));
    let connection = rusqlite::Connection::open(folder.database()).expect("opens");
    connection.pragma_update(None, "user_version", 1_000).expect("is set");
    drop(connection);
    let refused = SqliteStore::open(&folder.database()).expect_err("it is newer");
    assert!(matches!(refused, OpenError::TooNew { found: 1_000, .. }), "{refused}");
}

#[test]
fn what_is_no_database_is_refused() {
    let folder = Folder::new();
    fs::create_dir(folder.0.join("data")).expect("a folder");
    fs::write(folder.database(), "not a database, but longer than a header of one hundred bytes. ".repeat(4))
        .expect("is written");
    let refused = SqliteStore::open(&folder.database()).expect_err("it is no database");
    assert!(matches!(refused, OpenError::Database { .. }), "{refused}");
}

#[test]
fn threads_share_commits_and_lose_nothing() {
    const THREADS: u64 = 8;
    const EACH: u64 = 50;
    let folder = Folder::new();
    let store = opened(&folder);
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let store = &store;
            scope.spawn(move || {
                for number in (0..EACH).map(|at| thread * EACH + at) {
                    assert_eq!(block_on(store.begin_payment(begin(number, number))), Ok(BeginPayment::Begun));
                    let read = block_on(store.latest_transaction(&store_id(), &payment_id(number)));
                    assert_eq!(
                        read.map(|found| found.map(|found| found.id)),
                        Ok(Some(transaction_id(number)))
                    );
                    assert_eq!(
                        block_on(store.settle_transaction(settle_paid(number, number))),
                        Ok(Settle::Settled)
                    );
                }
            });
        }
    });
    let events = block_on(store.events(&store_id(), 0, 10_000)).expect("reads");
    assert_eq!(events.len() as u64, THREADS * EACH);
    assert_eq!(block_on(store.open_attempts(10)), Ok(Vec::new()));
}

#[test]
fn threads_that_want_one_payment_get_it_once() {
    let folder = Folder::new();
    let store = opened(&folder);
    let begun = AtomicU32::new(0);
    thread::scope(|scope| {
        for number in 0..8 {
            let (store, begun) = (&store, &begun);
            scope.spawn(move || match block_on(store.begin_payment(begin(number, 1))) {
                Ok(BeginPayment::Begun) => {
                    begun.fetch_add(1, Ordering::Relaxed);
                }
                other => assert_eq!(other, Ok(BeginPayment::Outstanding)),
            });
        }
    });
    assert_eq!(begun.load(Ordering::Relaxed), 1);
}

/// What a machine that loses power leaves: the files as they are at a moment, without the shared memory.
#[test]
fn what_began_is_in_the_files_at_once() {
    let folder = Folder::new();
    let store = opened(&folder);
    for number in 1..=20 {
        block_on(store.begin_payment(begin(number, number))).expect("begins");
        let copy = Folder::new();
        fs::create_dir(copy.0.join("data")).expect("a folder");
        for suffix in ["", "-wal"] {
            let name = format!("data/portone.db{suffix}");
            fs::copy(folder.0.join(&name), copy.0.join(&name)).expect("is copied");
        }
        let found = block_on(SqliteStore::open(&copy.database()).expect("opens").open_attempts(100));
        assert_eq!(found.map(|open| open.len() as u64), Ok(number));
    }
}

#[test]
fn limits_of_one_still_write() {
    let folder = Folder::new();
    let options = SqliteOptions { batch_job_count_max: 1, job_queue_length_max: 1, reader_count_max: 1 };
    let store = SqliteStore::open_with(&folder.database(), options).expect("opens");
    block_on(store.apply_declared(vec![declared()], at(0))).expect("is applied");
    assert_eq!(block_on(store.begin_payment(begin(1, 1))), Ok(BeginPayment::Begun));
    assert_eq!(block_on(store.transaction(&transaction_id(1))).map(|found| found.is_some()), Ok(true));
}

/// What a promotion has spent survives, whatever is declared as spent before.
#[test]
fn what_a_promotion_has_spent_is_spent_after_a_restart() {
    let folder = Folder::new();
    let store = opened(&folder);
    block_on(store.begin_payment(begin_promoted(1, 1, 1_000))).expect("begins");
    drop(store);
    let store = opened(&folder);
    assert_eq!(block_on(store.promotion_spent(&store_id(), "promotion-1")), Ok(Some(1_000)));
    let mut late = begin_promoted(2, 2, 1_000);
    assert_eq!(block_on(store.begin_payment(late.clone())), Ok(BeginPayment::BudgetTaken));
    late.budget = Some(BudgetShare { limit: 2_000, spent_before: 1_500 });
    assert_eq!(block_on(store.begin_payment(late)), Ok(BeginPayment::Begun));
    assert_eq!(block_on(store.promotion_spent(&store_id(), "promotion-1")), Ok(Some(2_000)));
}

/// The outbox survives: what was announced before a restart, or was being sent during it, is sent after it.
#[test]
fn what_was_to_be_delivered_is_delivered_after_a_restart() {
    let folder = Folder::new();
    let limits = ClaimLimits { count_max: 10, endpoint_count_max: 10 };
    let target = Target {
        environment: Environment::Test,
        url: "https://shop.example/hook".to_owned(),
        format: WebhookFormat::V2024April,
    };
    let claim = |store: &SqliteStore, seconds: i64| {
        block_on(store.claim_deliveries(at(seconds), at(seconds + 90), limits)).expect("claims")
    };
    let store = opened(&folder);
    block_on(store.declare_targets(vec![(store_id(), vec![target.clone()])])).expect("declares");
    for number in [1, 2] {
        block_on(store.begin_payment(begin(number, number))).expect("begins");
        block_on(store.settle_transaction(settle_paid(number, number))).expect("settles");
    }
    let one = ClaimLimits { count_max: 1, ..limits };
    let sending = block_on(store.claim_deliveries(at(100), at(190), one)).expect("claims");
    assert_eq!(sending.len(), 1);
    drop(store);
    let store = opened(&folder);
    // The same declaration leaves everything as it was.
    block_on(store.declare_targets(vec![(store_id(), vec![target])])).expect("declares");
    let waiting = claim(&store, 100);
    assert_eq!(waiting.len(), 1);
    assert_ne!(waiting[0].id, sending[0].id);
    let again: Vec<_> = claim(&store, 190).into_iter().map(|claim| claim.id).collect();
    assert!(again.contains(&sending[0].id), "{again:?}");
}
