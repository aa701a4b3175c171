//! Backup and move: whatever a case of the contract leaves in a ledger comes back byte for byte, over PostgreSQL where it is
//! installed, and nothing but a whole export becomes a ledger.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock};

use futures_executor::block_on;
use portone_engine::port::{BeginPayment, Store};
use portone_store::contract::cluster::Cluster;
use portone_store::contract::records::{at, begin, declared, payment_id, settle_paid, store_id};
use portone_store::contract::{Run, run};
use portone_store::transfer::{
    LEFT_OUT, Moved, Place, Stamp, TransferError, export, exported_tables, import,
};
use portone_store::{OpenError, SqlStore};

portone_store::contract_tests!(there_and_back);

/// Runs a case on SQLite, and moves its ledger to PostgreSQL and from there to SQLite again.
fn there_and_back(case: impl for<'a> FnOnce(&'a dyn Store) -> Run<'a>) {
    let folder = tempfile::tempdir().expect("a folder");
    let [first, last] = ["first.db", "last.db"].map(|name| folder.path().join(name));
    block_on(run(&SqlStore::open(&first).expect("opens"), case));
    let exported = exported_from(Place::Sqlite(&first));
    // Over the network it takes long: there go those that have something no other has.
    let between = match has_news(&exported).then(database).flatten() {
        Some(url) => {
            imported(Place::Postgres(&url), &exported).expect("is imported");
            exported_from(Place::Postgres(&url))
        }
        None => exported.clone(),
    };
    imported(Place::Sqlite(&last), &between).expect("is imported");
    let came_back = exported_from(Place::Sqlite(&last));
    assert!(came_back == exported, "{}", first_difference(&exported, &came_back));
    drop(SqlStore::open(&last).expect("a gateway can have it"));
}

/// Whether a ledger has rows in a table that no ledger before had rows in.
fn has_news(export: &str) -> bool {
    static KNOWN: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    let end: serde_json::Value =
        serde_json::from_str(export.lines().last().expect("an end")).expect("is JSON");
    let rows = end["rows"].as_object().expect("tables");
    let tables = rows.iter().filter(|(_, count)| **count != 0).map(|(table, _)| table.clone());
    let mut known = KNOWN.lock().expect("works");
    let count_before = known.len();
    known.extend(tables);
    known.len() > count_before
}

fn database() -> Option<String> {
    static CLUSTER: OnceLock<Option<Cluster>> = OnceLock::new();
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let cluster = CLUSTER.get_or_init(Cluster::start).as_ref()?;
    Some(cluster.create(&format!("ledger_{}", NUMBER.fetch_add(1, Ordering::Relaxed))))
}

fn exported_from(place: Place<'_>) -> String {
    let mut out = Vec::new();
    let stamp = Stamp { made_by: "portone tests", made_at: at(0) };
    export(place, stamp, &mut out, &mut |_| ()).expect("is exported");
    String::from_utf8(out).expect("is text")
}

fn imported(place: Place<'_>, export: &str) -> Result<Moved, TransferError> {
    import(place, &mut export.as_bytes(), None, &mut |_| ())
}

fn first_difference(one: &str, other: &str) -> String {
    let differs = one.lines().zip(other.lines()).find(|(one, other)| one != other);
    differs.map_or_else(|| "one is longer".to_owned(), |(one, other)| format!("{one}\nis now\n{other}"))
}

/// A ledger with a paid and an open payment, and its export.
fn shop(folder: &Path) -> (PathBuf, String) {
    let path = folder.join("shop.db");
    let store = SqlStore::open(&path).expect("opens");
    block_on(async {
        store.apply_declared(vec![declared()], at(0)).await.expect("is applied");
        for number in 1..=3 {
            store.begin_payment(begin(number, number)).await.expect("begins");
        }
        store.settle_transaction(settle_paid(1, 1)).await.expect("settles");
    });
    let exported = exported_from(Place::Sqlite(&path));
    (path, exported)
}

#[test]
fn an_export_is_of_one_moment_while_a_gateway_writes() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, _) = shop(folder.path());
    let store = SqlStore::open(&path).expect("opens");
    let (mut out, mut next) = (Vec::new(), 10);
    let stamp = Stamp { made_by: "portone tests", made_at: at(0) };
    let moved = export(Place::Sqlite(&path), stamp, &mut out, &mut |_| {
        // Between any two pages another payment is made.
        block_on(store.begin_payment(begin(next, next))).expect("begins");
        next += 1;
    })
    .expect("is exported");
    assert!(next > 30, "it was written meanwhile");
    assert_eq!((moved.rows["transactions"], moved.rows["open_attempts"]), (3, 2), "all of one moment");
}

#[test]
fn a_ledger_that_was_moved_goes_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_, exported) = shop(folder.path());
    let goes_on = |store: &SqlStore| {
        block_on(async {
            let paid = store.latest_transaction(&store_id(), &payment_id(1)).await.expect("reads");
            assert!(paid.expect("is there").paid_at.is_some());
            assert_eq!(store.begin_payment(begin(8, 1)).await, Ok(BeginPayment::AlreadyPaid));
            assert_eq!(store.begin_payment(begin(9, 2)).await, Ok(BeginPayment::Outstanding));
            store.apply_declared(vec![declared()], at(5)).await.expect("is applied");
            store.settle_transaction(settle_paid(2, 2)).await.expect("settles");
            assert_eq!(store.begin_payment(begin(10, 10)).await, Ok(BeginPayment::Begun));
            store.settle_transaction(settle_paid(10, 10)).await.expect("settles");
            let events = store.events(&store_id(), 0, 9).await.expect("reads");
            assert_eq!(events.iter().map(|(seq, _)| *seq).collect::<Vec<_>>(), [1, 2, 3]);
        });
    };
    let path = folder.path().join("moved.db");
    imported(Place::Sqlite(&path), &exported).expect("is imported");
    goes_on(&SqlStore::open(&path).expect("opens"));
    let Some(url) = database() else { return };
    imported(Place::Postgres(&url), &exported).expect("is imported");
    goes_on(&SqlStore::connect(&url).expect("connects"));
}

#[test]
fn an_import_needs_an_empty_database() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, exported) = shop(folder.path());
    let refused = imported(Place::Sqlite(&path), &exported).expect_err("it holds a ledger");
    assert!(matches!(refused, TransferError::NotEmpty { .. }), "{refused}");
    assert!(
        refused.to_string().contains("shop.db") && refused.to_string().contains("--database"),
        "{refused}"
    );
    assert_eq!(exported_from(Place::Sqlite(&path)), exported, "it was left alone");
    let _gateway = SqlStore::open(&path).expect("opens");
    let in_use = imported(Place::Sqlite(&path), &exported).expect_err("a gateway has it");
    assert!(matches!(in_use, TransferError::Open(OpenError::InUse { .. })), "{in_use}");
}

/// Wherever an export is cut no gateway takes what came of it, and a whole one makes it good.
#[test]
fn a_cut_export_makes_no_ledger() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_, exported) = shop(folder.path());
    let path = folder.path().join("half.db");
    let places: BTreeSet<usize> =
        (1..40).map(|part| exported.len() * part / 40).chain([exported.len() - 1]).collect();
    for place in places {
        // In bytes: it may be cut within a letter.
        let mut half = &exported.as_bytes()[..place];
        let cut = import(Place::Sqlite(&path), &mut half, None, &mut |_| ()).expect_err("it was cut");
        assert!(matches!(cut, TransferError::Cut { .. }), "{place}: {cut}");
        if path.exists() {
            let half = SqlStore::open(&path).expect_err("it is half-filled");
            assert!(matches!(half, OpenError::HalfImported { .. }), "{half}");
            let not_exported = export(
                Place::Sqlite(&path),
                Stamp { made_by: "", made_at: at(0) },
                &mut Vec::new(),
                &mut |_| (),
            );
            assert!(not_exported.is_err(), "half a ledger is no backup");
        }
    }
    imported(Place::Sqlite(&path), &exported).expect("begins anew");
    assert_eq!(exported_from(Place::Sqlite(&path)), exported);
}

#[test]
fn a_damaged_export_makes_no_ledger() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_, exported) = shop(folder.path());
    let path = folder.path().join("damaged.db");
    let without_a_row: String = {
        let row = exported.lines().find(|line| line.starts_with("[1,\"store-")).expect("a row");
        exported.lines().filter(|line| *line != row).flat_map(|line| [line, "\n"]).collect()
    };
    let cases = [
        (exported.replace("order-2026-00000001", "order-2026-00000007"), "hash"),
        (exported.replacen("\"webhook_queue\"", "\"webhook_heap\"", 1), "`webhook_heap`"),
        (exported.replacen("\"id\",\"name\"", "\"id\",\"label\"", 1), "the columns no, id, label"),
        (exported.replacen("\"portone_export\":1", "\"portone_export\":2", 1), "is of format 2"),
        (format!("{exported}{exported}"), "something follows"),
        (without_a_row, "refused"),
        (exported.replacen("[1,\"store-", "[1.5,\"store-", 1), "line 3"),
        ("id,amount\n1,2\n".to_owned(), "not the first of an export"),
    ];
    for (text, told) in cases {
        let refused = imported(Place::Sqlite(&path), &text).expect_err(told).to_string();
        assert!(refused.contains(told), "{told}: {refused}");
    }
    imported(Place::Sqlite(&path), &exported).expect("a whole one");
}

#[test]
fn what_is_no_ledger_is_not_exported() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("none.db");
    let refused = |place: Place<'_>| {
        let stamp = Stamp { made_by: "", made_at: at(0) };
        export(place, stamp, &mut Vec::new(), &mut |_| ()).expect_err("there is none").to_string()
    };
    assert!(refused(Place::Sqlite(&path)).contains("there is no ledger"));
    assert!(!path.exists(), "nothing was made");
    let (path, _) = shop(folder.path());
    let connection = rusqlite::Connection::open(&path).expect("opens");
    connection.pragma_update(None, "user_version", 3).expect("is set");
    assert!(refused(Place::Sqlite(&path)).contains("start its gateway once"));
    connection.pragma_update(None, "user_version", 3_000).expect("is set");
    assert!(refused(Place::Sqlite(&path)).contains("a newer one"));
    if let Some(url) = database() {
        assert!(refused(Place::Postgres(&url)).contains("there is no ledger"));
    }
}

/// What a migration of PostgreSQL adds has to be exported, or be named.
#[test]
fn everything_in_the_schema_of_postgres_is_exported_or_named() {
    let Some(cluster) = Cluster::start() else { return };
    drop(SqlStore::connect(&cluster.create("ledger")).expect("connects"));
    let columns = "SELECT table_name || '.' || column_name FROM information_schema.columns
        WHERE table_schema = 'public'";
    let in_schema: BTreeSet<String> = cluster.query("ledger", columns).lines().map(str::to_owned).collect();
    let exported: BTreeSet<String> = exported_tables()
        .flat_map(|(table, columns)| columns.into_iter().map(move |column| format!("{table}.{column}")))
        .collect();
    let is_left_out =
        |column: &str| LEFT_OUT.iter().any(|(table, _)| column.split('.').next() == Some(table));
    let missing: Vec<_> = in_schema.difference(&exported).filter(|column| !is_left_out(column)).collect();
    assert!(missing.is_empty(), "neither exported nor named: {missing:?}");
    assert!(exported.is_subset(&in_schema), "{:?}", exported.difference(&in_schema));
}

/// A half-filled database on PostgreSQL is nobody's either; and numbers go on after those that were imported.
#[test]
fn a_half_filled_postgres_is_refused_and_filled_again() {
    let Some(cluster) = Cluster::start() else { return };
    let url = cluster.create("ledger");
    let folder = tempfile::tempdir().expect("a folder");
    let (_, exported) = shop(folder.path());
    let at_events = exported.find("{\"table\":\"events\"").expect("is there");
    imported(Place::Postgres(&url), &exported[..at_events]).expect_err("it was cut");
    assert_eq!(cluster.query("ledger", "SELECT count(*) FROM transactions").trim(), "3");
    let half = SqlStore::connect(&url).expect_err("it is half-filled");
    assert!(matches!(half, OpenError::HalfImported { .. }), "{half}");
    imported(Place::Postgres(&url), &exported).expect("begins anew");
    let given = "SELECT no FROM channel_snapshots ORDER BY no DESC LIMIT 1";
    let last: i64 = cluster.query("ledger", given).trim().parse().expect("a number");
    let next = "INSERT INTO channel_snapshots (doc) VALUES ('{}') RETURNING no";
    let next: i64 = cluster.query("ledger", next).lines().next().expect("a line").parse().expect("a number");
    assert_eq!(next, last + 1);
    let refused = imported(Place::Postgres(&url), &exported).expect_err("it holds a ledger");
    assert!(matches!(refused, TransferError::NotEmpty { .. }), "{refused}");
    fs::remove_file(folder.path().join("shop.db")).expect("is there");
}
