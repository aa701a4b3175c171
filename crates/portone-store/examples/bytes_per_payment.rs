//! Pays 100,000 times and prints what a payment takes on disk, by table and index.

use std::{env, fs, path::Path, thread};

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
    print_parts(&path);
    fs::remove_dir_all(&folder).expect("the folder can go");
}

fn print_parts(path: &Path) {
    let database = rusqlite::Connection::open(path).expect("opens");
    let sql = "SELECT name, sum(pgsize), sum(unused) FROM dbstat GROUP BY name HAVING sum(pgsize) > 100000
        ORDER BY 2 DESC";
    let mut statement = database.prepare(sql).expect("prepares");
    let mut rows = statement.query([]).expect("runs");
    while let Some(row) = rows.next().expect("reads") {
        let (name, bytes, unused): (String, u64, u64) = (
            row.get(0).expect("is text"),
            row.get(1).expect("is a number"),
            row.get(2).expect("is a number"),
        );
        println!("{:>6} of it in {name}, {} of them unused", bytes / PAYMENTS, unused / PAYMENTS);
    }
    let sql = "SELECT avg(length(CAST(doc AS BLOB))), avg(length(decision)) FROM transactions";
    let doc: (f64, f64) = database.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?))).expect("reads");
    println!("document and decision record: {doc:.0?} bytes");
}
