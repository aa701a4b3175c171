//! The contract's cases, in memory; after each, every statement it ran has to find its rows by an index.

use futures_executor::block_on;
use portone_engine::port::Store;

use super::database::Database;
use super::{Backend, SqliteStore};
use crate::contract::{Run, run};

/// What reads everything because everything is asked for: the directory, once per change of it.
const WHOLE: [&str; 2] = ["FROM channels ORDER BY key", "FROM channel_groups AS g"];

/// What reads records of every store because blocks are of all of them.
const OF_A_BLOCK: &str = "no BETWEEN ?1 AND ?2";

crate::contract_tests!(in_memory);

fn in_memory(case: impl for<'a> FnOnce(&'a dyn Store) -> Run<'a>) {
    let store = SqliteStore::in_memory().expect("opens");
    block_on(run(&store, case));
    let Backend::Inline(inline) = &store.backend else { panic!("a database in memory is inline") };
    let database = inline.database.lock().expect("no case panicked");
    check_plans(&database);
    check_counts(&database);
}

fn check_plans(database: &Database) {
    let statements = database.statements.borrow().clone();
    assert!(statements.len() > 5, "a case runs statements");
    for sql in statements.iter().filter(|sql| !WHOLE.iter().any(|whole| sql.contains(whole))) {
        for step in plan(database, sql) {
            // In order of an index, or of the row number, a scan with a limit stops after the first rows.
            let stops = sql.contains("LIMIT") && sql.contains("ORDER BY");
            assert!(!step.starts_with("SCAN") || stops, "{sql}\n{step}");
            // One store's rows are not looked for among all stores'.
            assert!(sql.contains(OF_A_BLOCK) || !step.contains("PRIMARY KEY (rowid>"), "{sql}\n{step}");
            assert!(!step.contains("TEMP B-TREE"), "{sql}\n{step}");
        }
    }
}

/// What was added up commit by commit is what is there.
fn check_counts(database: &Database) {
    let rows = |sql: &str| -> Vec<[i64; 5]> {
        let mut statement = database.sqlite().prepare(sql).expect("prepares");
        let read =
            |row: &rusqlite::Row<'_>| Ok([row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?]);
        statement.raw_query().mapped(read).collect::<Result<_, _>>().expect("reads")
    };
    let kept = rows("SELECT * FROM payment_counts WHERE count <> 0 ORDER BY 1, 2, 3, 4");
    let counted = rows(
        "SELECT store_no, 0, facet_no, requested_at / 3600000, count(*) FROM transactions
         WHERE latest = 1 AND facet_no IS NOT NULL GROUP BY 1, 2, 3, 4
         UNION ALL SELECT store_no, 1, facet_no, status_changed_at / 3600000, count(*) FROM transactions
         WHERE latest = 1 AND facet_no IS NOT NULL GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4",
    );
    assert_eq!(kept, counted);
}

fn plan(database: &Database, sql: &str) -> Vec<String> {
    let mut statement = database.sqlite().prepare(&format!("EXPLAIN QUERY PLAN {sql}")).expect("prepares");
    let steps = statement.raw_query().mapped(|row| row.get(3)).collect::<Result<_, _>>();
    steps.expect("explains")
}

#[test]
fn a_scan_is_noticed() {
    let store = SqliteStore::in_memory().expect("opens");
    let Backend::Inline(inline) = &store.backend else { panic!("a database in memory is inline") };
    let database = inline.database.lock().expect("nothing panicked");
    let steps = plan(&database, "SELECT 1 FROM transactions WHERE status = 'PAID'");
    assert!(steps.iter().any(|step| step.starts_with("SCAN")), "{steps:?}");
}
