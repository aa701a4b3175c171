//! A gateway that is killed: everything it was told had begun is there when the next one starts.
//!
//! This program plays both: with a folder as its argument it is the gateway that will be killed.

use std::{
    io::{BufRead, BufReader, Write, stdout},
    path::Path,
    process::{Command, ExitCode, Stdio},
    thread,
};

use futures_executor::block_on;
use portone_core::AttemptId;
use portone_engine::port::{BeginPayment, Store};
use portone_store::SqliteStore;
use portone_store::contract::records::{at, begin, declared};

/// How many beginnings are read before the gateway is killed, in the middle of others.
const BEGUN_COUNT: usize = 200;
const THREADS: u64 = 4;
const ROLE: &str = "PORTONE_STORE_CRASH_FOLDER";

fn main() -> ExitCode {
    if let Some(folder) = std::env::var_os(ROLE) {
        begin_until_killed(Path::new(&folder));
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("crash-{}", std::process::id()));
    let told = kill_while_it_begins(&folder);
    let store = SqliteStore::open(&folder.join("portone.db")).expect("the lock went with the process");
    let open = block_on(store.open_attempts(1_000_000)).expect("reads");
    let lost: Vec<_> = told.iter().filter(|id| !open.iter().any(|attempt| attempt.id == **id)).collect();
    let without_transaction = open.iter().filter(|attempt| !has_transaction(&store, &attempt.id)).count();
    println!("{} told, {} found, {} lost", told.len(), open.len(), lost.len());
    assert!(lost.is_empty(), "told as begun and not there: {lost:?}");
    assert_eq!(without_transaction, 0, "both rows come in one commit");
    drop(store);
    std::fs::remove_dir_all(&folder).expect("the folder can go");
    ExitCode::SUCCESS
}

fn has_transaction(store: &SqliteStore, attempt: &AttemptId) -> bool {
    let id = portone_core::TransactionId::parse(attempt.as_str()).expect("is an id");
    block_on(store.transaction(&id)).expect("reads").is_some()
}

fn kill_while_it_begins(folder: &Path) -> Vec<AttemptId> {
    let this = std::env::current_exe().expect("this program has a path");
    let mut gateway =
        Command::new(this).env(ROLE, folder).stdout(Stdio::piped()).spawn().expect("the gateway starts");
    // Read from, and so open, until the gateway is dead: it shall not end by itself.
    let mut lines = BufReader::new(gateway.stdout.take().expect("is piped")).lines();
    let id = |line: std::io::Result<String>| AttemptId::parse(&line.expect("is text")).expect("is an id");
    let told: Vec<_> = lines.by_ref().take(BEGUN_COUNT).map(id).collect();
    gateway.kill().expect("can be killed");
    gateway.wait().expect("has ended");
    assert_eq!(told.len(), BEGUN_COUNT, "the gateway ended before it was killed");
    told
}

fn begin_until_killed(folder: &Path) -> ! {
    let store = SqliteStore::open(&folder.join("portone.db")).expect("opens");
    block_on(store.apply_declared(vec![declared()], at(0))).expect("is applied");
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let store = &store;
            scope.spawn(move || {
                for number in (0..).map(|count| count * THREADS + thread) {
                    let new = begin(number, number);
                    let id = new.attempt.id.clone();
                    assert_eq!(block_on(store.begin_payment(new)), Ok(BeginPayment::Begun));
                    // When nobody reads any more this process is done for.
                    if writeln!(stdout(), "{id}").is_err() {
                        std::process::exit(1);
                    }
                }
            });
        }
    });
    unreachable!("it begins until it is killed")
}
