//! Pays 100,000 times and prints what a payment takes on disk, by table and index.

use std::{env, fs, thread};

use futures_executor::block_on;
use portone_engine::port::Store;
use portone_store::SqliteStore;
use portone_store::contract::records::{at, begin, declared, settle_paid};

const PAYMENTS: u64 = 100_000;
const CALLERS: u64 = 64;

fn main() {
    let folder = env::temp_dir().join(format!("portone-bytes-{}", std::process::id()));
    let path = folder.join("portone.db");
    let store = SqliteStore::open(&path).expect("opens");
    block_on(store.apply_declared(vec![declared()], at(0))).expect("is applied");
    thread::scope(|scope| {
        for caller in 0..CALLERS {
            let store = &store;
            scope.spawn(move || {
                for number in (caller..PAYMENTS).step_by(usize::try_from(CALLERS).expect("is small")) {
                    block_on(store.begin_payment(begin(number, number))).expect("begins");
                    block_on(store.settle_transaction(settle_paid(number, number))).expect("settles");
                }
            });
        }
    });
    // The last connection copies the log into the database and removes it.
    drop(store);
    let bytes = fs::metadata(&path).expect("is there").len();
    println!("{} bytes a payment ({bytes} in all)", bytes / PAYMENTS);
    fs::remove_dir_all(&folder).expect("the folder can go");
}
