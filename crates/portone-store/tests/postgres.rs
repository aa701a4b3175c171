//! PostgreSQL: the contract, and what only a database that many gateways share over a network can be asked. Without an
//! installed server nothing of it runs, and each test says so.

use std::{
    io::{Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering},
    sync::{Arc, Mutex, OnceLock},
    thread,
};

use futures_executor::block_on;
use portone_engine::port::{Begin, BeginPayment, Settle, Store};
use portone_store::contract::cluster::Cluster;
use portone_store::contract::records::{
    at, begin, declared, group, payment_id, settle_paid, store_id, transaction_id,
};
use portone_store::contract::{Run, run};
use portone_store::{OpenError, PostgresOptions, SqlStore};

portone_store::contract_tests!(on_postgres);

fn on_postgres(case: impl for<'a> FnOnce(&'a dyn Store) -> Run<'a>) {
    let Some(url) = database() else { return };
    block_on(run(&connected(&url), case));
}

/// A new database on the server that the tests of this file share.
fn database() -> Option<String> {
    static CLUSTER: OnceLock<Option<Cluster>> = OnceLock::new();
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let cluster = CLUSTER.get_or_init(Cluster::start).as_ref();
    if cluster.is_none() {
        eprintln!("skipped: PostgreSQL is not installed");
    }
    Some(cluster?.create(&format!("ledger_{}", NUMBER.fetch_add(1, Ordering::Relaxed))))
}

fn connected(url: &str) -> SqlStore {
    SqlStore::connect_with(url, PostgresOptions { reader_count: 2, ..PostgresOptions::default() })
        .expect("connects")
}

fn opened(url: &str) -> SqlStore {
    let store = connected(url);
    block_on(store.apply_declared(vec![declared()], at(0))).expect("is applied");
    store
}

#[test]
fn gateways_that_start_together_make_one_schema() {
    let Some(url) = database() else { return };
    let stores: Vec<SqlStore> = thread::scope(|scope| {
        let starting: Vec<_> = (0..4).map(|_| scope.spawn(|| opened(&url))).collect();
        starting.into_iter().map(|store| store.join().expect("starts")).collect()
    });
    let revisions = stores.iter().map(|store| block_on(store.directory_revision()).expect("reads"));
    assert_eq!(revisions.collect::<Vec<_>>(), [1; 4], "one of them declared, the others found it");
}

#[test]
fn a_database_that_is_not_there_is_refused_by_name_and_without_its_password() {
    let Some(url) = database() else { return };
    let refused = |url: &str| SqlStore::connect(url).expect_err("is refused").to_string();
    let (place, _) = url.rsplit_once('/').expect("is a path");
    let missing = refused(&format!("{}/no_such", place.replace("portone@", "portone:s3cret@")));
    assert!(missing.contains("no_such") && !missing.contains("s3cret"), "{missing}");
    let away = refused("postgres://portone:s3cret@127.0.0.1:1/ledger");
    assert!(away.contains("cannot be reached") && !away.contains("s3cret"), "{away}");
}

#[test]
fn a_database_of_a_newer_gateway_is_left_alone() {
    let Some(cluster) = Cluster::start() else { return };
    let url = cluster.create("ledger");
    drop(opened(&url));
    cluster.query("ledger", "INSERT INTO schema_version (no) SELECT * FROM generate_series(100, 1100)");
    let refused = SqlStore::connect(&url).expect_err("it is newer");
    assert!(matches!(refused, OpenError::TooNew { found: 1_002.., .. }), "{refused}");
}

#[test]
fn one_gateways_change_is_the_others() {
    let Some(url) = database() else { return };
    let [one, other] = [opened(&url), opened(&url)];
    block_on(async {
        let before = other.directory_revision().await.expect("reads");
        assert_eq!(one.put_group(group(2, 60), at(1), at(1)).await, Ok(Begin::Begun));
        assert_eq!(other.directory_revision().await, Ok(before + 1));
        assert_eq!(other.put_group(group(2, 60), at(1), at(1)).await, Ok(Begin::Changed));
    });
}

#[test]
fn gateways_that_want_one_payment_get_it_once() {
    let Some(url) = database() else { return };
    let stores = [opened(&url), opened(&url), opened(&url)];
    let begun = AtomicU32::new(0);
    thread::scope(|scope| {
        for number in 0..12_u64 {
            let (store, begun) = (&stores[usize::try_from(number % 3).expect("is small")], &begun);
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

#[test]
fn gateways_claim_what_is_due_once() {
    const COUNT: u64 = 40;
    let Some(url) = database() else { return };
    let stores = [opened(&url), opened(&url), opened(&url)];
    for number in 0..COUNT {
        block_on(stores[0].begin_payment(begin(number, number))).expect("begins");
    }
    let claimed = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for store in &stores {
            scope.spawn(|| {
                loop {
                    let some = block_on(store.claim_attempts(at(1_000), at(2_000), 3)).expect("claims");
                    if some.is_empty() {
                        return;
                    }
                    claimed.lock().expect("works").extend(some.into_iter().map(|attempt| attempt.id));
                }
            });
        }
    });
    let mut claimed = claimed.into_inner().expect("works");
    assert_eq!(claimed.len() as u64, COUNT);
    claimed.sort_unstable();
    claimed.dedup();
    assert_eq!(claimed.len() as u64, COUNT, "none twice");
}

/// What a job that fails had written before goes, and the others of its batch stay, though their writes were sent
/// together.
#[test]
fn one_bad_write_harms_no_other() {
    let Some(url) = database() else { return };
    let store = opened(&url);
    thread::scope(|scope| {
        for number in 0..24 {
            let store = &store;
            scope.spawn(move || {
                // Every third takes a name that is taken.
                let mut new = begin(number, number);
                if number % 3 == 0 {
                    new.transaction.id = transaction_id(1_000);
                }
                block_on(store.begin_payment(new)).is_ok()
            });
        }
    });
    let open = block_on(store.open_attempts(100)).expect("reads");
    assert_eq!(open.len(), 16 + 1, "of those with one name one is there");
}

/// When a connection is cut.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cut {
    /// Instead of sending the commit.
    BeforeCommit,
    /// Instead of handing over the answer to the commit.
    AfterCommit,
}

/// Stands before a server, cuts one connection at its next commit, and counts.
struct Proxy {
    port: u16,
    next: Arc<Mutex<Option<Cut>>>,
    /// What happens before the client notices the next cut.
    meanwhile: Arc<Mutex<Option<Meanwhile>>>,
    counts: Arc<Counts>,
}

type Meanwhile = Box<dyn FnOnce() + Send>;

#[derive(Default)]
struct Counts {
    cuts: AtomicU64,
    /// How often a client that had been answered said something.
    round_trips: AtomicU64,
}

impl Proxy {
    fn before(server: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let proxy = Self {
            port: listener.local_addr().expect("has one").port(),
            next: Arc::default(),
            meanwhile: Arc::default(),
            counts: Arc::default(),
        };
        let (next, counts) = (Arc::clone(&proxy.next), Arc::clone(&proxy.counts));
        let meanwhile = Arc::clone(&proxy.meanwhile);
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let server = TcpStream::connect(("127.0.0.1", server)).expect("the server is there");
                pass(client, server, (&next, &meanwhile), &counts);
            }
        });
        proxy
    }
}

type Plan<'p> = (&'p Arc<Mutex<Option<Cut>>>, &'p Arc<Mutex<Option<Meanwhile>>>);

fn pass(client: TcpStream, server: TcpStream, (next, meanwhile): Plan<'_>, counts: &Arc<Counts>) {
    let (is_muted, is_answered) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(true)));
    let (mut from, mut to) = (client.try_clone().expect("clones"), server.try_clone().expect("clones"));
    let (next, meanwhile, counts) = (Arc::clone(next), Arc::clone(meanwhile), Arc::clone(counts));
    let until_meanwhile = Arc::clone(&meanwhile);
    let (muted, answered) = (Arc::clone(&is_muted), Arc::clone(&is_answered));
    thread::spawn(move || {
        let mut buffer = vec![0; 65_536];
        while let Ok(length @ 1..) = from.read(&mut buffer) {
            let is_commit = buffer[..length].windows(6).any(|word| word == b"COMMIT");
            let cut = if is_commit { next.lock().expect("works").take() } else { None };
            counts.cuts.fetch_add(u64::from(cut.is_some()), Ordering::Relaxed);
            let was_answered = answered.swap(false, Ordering::Relaxed);
            counts.round_trips.fetch_add(u64::from(was_answered), Ordering::Relaxed);
            muted.store(cut == Some(Cut::AfterCommit), Ordering::Relaxed);
            if cut == Some(Cut::BeforeCommit) {
                let mut meanwhile = meanwhile.lock().expect("works");
                meanwhile.take().into_iter().for_each(|happens| happens());
                break;
            }
            if to.write_all(&buffer[..length]).is_err() {
                break;
            }
        }
        let _ = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
    });
    let (mut from, mut to) = (server, client);
    thread::spawn(move || {
        let mut buffer = vec![0; 65_536];
        while let Ok(length @ 1..) = from.read(&mut buffer) {
            is_answered.store(true, Ordering::Relaxed);
            if is_muted.load(Ordering::Relaxed) || to.write_all(&buffer[..length]).is_err() {
                break;
            }
        }
        drop(until_meanwhile.lock());
        let _ = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
    });
}

fn behind_a_proxy() -> Option<(Proxy, SqlStore)> {
    Some(behind_a_proxy_to(&database()?))
}

fn behind_a_proxy_to(url: &str) -> (Proxy, SqlStore) {
    let (place, name) = url.rsplit_once('/').expect("is a path");
    let port = place.rsplit_once(':').expect("has a port").1.parse().expect("is a number");
    let proxy = Proxy::before(port);
    let store = opened(&format!("postgres://portone@127.0.0.1:{}/{name}", proxy.port));
    (proxy, store)
}

/// What a payment asks is asked with the lock, and what it writes is sent with the commit.
#[test]
fn each_write_of_a_payment_costs_two_round_trips() {
    let Some((proxy, store)) = behind_a_proxy() else { return };
    let mut round_trips = 0;
    // The first meet their store, their statements and their channel.
    for number in 1..=4 {
        round_trips = proxy.counts.round_trips.load(Ordering::Relaxed);
        assert_eq!(block_on(store.begin_payment(begin(number, number))), Ok(BeginPayment::Begun));
        assert_eq!(block_on(store.settle_transaction(settle_paid(number, number))), Ok(Settle::Settled));
    }
    assert_eq!(proxy.counts.round_trips.load(Ordering::Relaxed) - round_trips, 4);
}

/// A statement that the server refuses takes the commit behind it along, and nothing of it is told as done.
#[test]
fn a_write_that_is_refused_with_the_commit_undoes_it() {
    let Some(url) = database() else { return };
    let store = opened(&url);
    assert_eq!(block_on(store.begin_payment(begin(1, 1))), Ok(BeginPayment::Begun));
    let mut new = begin(2, 2);
    new.transaction.id = transaction_id(1);
    assert!(block_on(store.begin_payment(new)).is_err(), "the name is taken");
    let open = block_on(store.open_attempts(10)).expect("reads");
    assert_eq!(open.len(), 1, "the attempt that was sent with it is not there");
    assert_eq!(block_on(store.begin_payment(begin(2, 2))), Ok(BeginPayment::Begun));
}

/// A commit whose answer is lost is asked after: what happened is not done again, and what did not happen is.
#[test]
fn a_lost_answer_to_a_commit_is_asked_after() {
    let Some((proxy, store)) = behind_a_proxy() else { return };
    for (number, cut) in
        [(1, Cut::BeforeCommit), (2, Cut::AfterCommit), (3, Cut::BeforeCommit), (4, Cut::AfterCommit)]
    {
        *proxy.next.lock().expect("works") = Some(cut);
        // Done twice, the second would find its own attempt and call it outstanding.
        assert_eq!(block_on(store.begin_payment(begin(number, number))), Ok(BeginPayment::Begun));
        *proxy.next.lock().expect("works") = Some(cut);
        assert_eq!(block_on(store.settle_transaction(settle_paid(number, number))), Ok(Settle::Settled));
    }
    assert_eq!(proxy.counts.cuts.load(Ordering::Relaxed), 8, "each commit was cut");
    assert_eq!(block_on(store.events(&store_id(), 0, 100)).expect("reads").len(), 4);
    assert_eq!(block_on(store.open_attempts(10)), Ok(Vec::new()));
}

/// A server that crashes before a commit gives the numbers of the transactions it had not written down yet to those that come
/// after: what they become says nothing of the one that is asked after.
#[test]
fn a_commit_that_a_crash_undid_is_not_taken_for_anothers() {
    let Some(cluster) = Cluster::start().map(Arc::new) else { return };
    let (proxy, store) = behind_a_proxy_to(&cluster.create("ledger"));
    for number in 1..=4 {
        let crashed = Arc::clone(&cluster);
        *proxy.meanwhile.lock().expect("works") = Some(Box::new(move || {
            crashed.crash_and_restart();
            for _ in 0..4 {
                crashed.query("ledger", "SELECT pg_current_xact_id()");
            }
        }));
        *proxy.next.lock().expect("works") = Some(Cut::BeforeCommit);
        assert_eq!(block_on(store.begin_payment(begin(number, number))), Ok(BeginPayment::Begun));
        let open = block_on(store.open_attempts(10)).expect("reads");
        assert_eq!(open.len() as u64, number, "what was told as begun is there");
    }
}

/// Nobody who was told that something is written finds it gone, and nobody is told of an error.
#[test]
fn a_server_that_crashes_loses_nothing_and_is_waited_for() {
    const THREADS: u64 = 6;
    let Some(cluster) = Cluster::start() else { return };
    let url = cluster.create("ledger");
    let stores = [opened(&url), opened(&url)];
    let is_over = AtomicBool::new(false);
    let made: u64 = thread::scope(|scope| {
        let payers: Vec<_> = (0..THREADS)
            .map(|thread| {
                let (store, is_over) = (&stores[usize::try_from(thread % 2).expect("is small")], &is_over);
                scope.spawn(move || {
                    let mut made = 0;
                    for number in (thread..).step_by(usize::try_from(THREADS).expect("is small")) {
                        if is_over.load(Ordering::Relaxed) {
                            break;
                        }
                        let begun = block_on(store.begin_payment(begin(number, number)));
                        assert_eq!(begun, Ok(BeginPayment::Begun), "payment {number}");
                        let settled = block_on(store.settle_transaction(settle_paid(number, number)));
                        assert_eq!(settled, Ok(Settle::Settled), "payment {number}");
                        let found = block_on(store.latest_transaction(&store_id(), &payment_id(number)));
                        assert_eq!(found.map(|it| it.map(|it| it.id)), Ok(Some(transaction_id(number))));
                        made += 1;
                    }
                    made
                })
            })
            .collect();
        cluster.crash_and_restart();
        cluster.restart();
        is_over.store(true, Ordering::Relaxed);
        payers.into_iter().map(|payer| payer.join().expect("no error")).sum()
    });
    let events = block_on(stores[0].events(&store_id(), 0, 1_000_000)).expect("reads");
    println!("{made} payments through two restarts");
    assert_eq!(events.len() as u64, made);
    assert_eq!(block_on(stores[1].open_attempts(10)), Ok(Vec::new()));
}
