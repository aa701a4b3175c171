//! Secrets at rest: sealed on their way into the database, on SQLite and, where it is installed, on PostgreSQL; opened with
//! the right key and by nobody else; and sealed anew, while gateways write and through crashes.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use futures_executor::block_on;
use futures_util::future::join_all;
use portone_core::{PgBillingKey, Secret};
use portone_engine::ledger::{IssueResult, KeyChannelState};
use portone_engine::port::access::AccessStore as _;
use portone_engine::port::{Random, Store};
use portone_store::contract::cluster::Cluster;
use portone_store::contract::records::{
    at, attempt_id, billing_key, declared, issue_attempts, key_record, store_id,
};
use portone_store::contract::{Run, run};
use portone_store::transfer::{Place, Stamp, TransferError, export, import};
use portone_store::{
    EncryptionKey, Keyring, OpenError, PostgresOptions, Rotated, SqlStore, SqliteOptions, rotate,
};

portone_store::contract_tests!(on_sealed);

/// The contract knows nothing of keys.
fn on_sealed(case: impl for<'a> FnOnce(&'a dyn Store) -> Run<'a>) {
    let folder = tempfile::tempdir().expect("a folder");
    let ledger = Ledger::Sqlite(folder.path().join("portone.db"));
    block_on(run(&ledger.open(keys(1, &[])).expect("opens"), case));
}

/// More than a batch of a rotation, by the two channels of each.
const KEY_COUNT: u64 = 140;

/// A database of either kind.
#[derive(Debug, Clone)]
enum Ledger {
    Sqlite(PathBuf),
    Postgres(String),
}

impl Ledger {
    fn place(&self) -> Place<'_> {
        match self {
            Self::Sqlite(path) => Place::Sqlite(path),
            Self::Postgres(url) => Place::Postgres(url),
        }
    }

    fn open(&self, keyring: Option<Arc<Keyring>>) -> Result<SqlStore, OpenError> {
        match self {
            Self::Sqlite(path) => SqlStore::open_sealed(path, SqliteOptions::default(), keyring),
            Self::Postgres(url) => {
                let options = PostgresOptions { reader_count: 2, ..PostgresOptions::default() };
                SqlStore::connect_sealed(url, options, keyring)
            }
        }
    }

    fn refused(&self, keyring: Option<Arc<Keyring>>) -> String {
        self.open(keyring).expect_err("is refused").to_string()
    }

    fn rotate(&self, keyring: Option<Arc<Keyring>>) -> Result<Rotated, TransferError> {
        rotate(self.place(), &keyring.expect("keys"), &mut |_| ())
    }

    /// Every secret as its column holds it, with where it stands.
    fn held(&self) -> Vec<String> {
        let sql =
            "SELECT billing_key || '|' || channel_key || '|' || pg_billing_key FROM billing_key_channels
            WHERE pg_billing_key IS NOT NULL ORDER BY billing_key, position";
        match self {
            Self::Sqlite(path) => {
                let connection = rusqlite::Connection::open(path).expect("opens");
                let mut statement = connection.prepare(sql).expect("is SQL");
                let held = statement.query_map([], |row| row.get(0)).expect("reads");
                held.collect::<Result<_, _>>().expect("reads")
            }
            Self::Postgres(url) => {
                cluster().query(database_of(url), sql).lines().map(str::to_owned).collect()
            }
        }
    }

    fn execute(&self, sql: &str) {
        match self {
            Self::Sqlite(path) => {
                rusqlite::Connection::open(path).expect("opens").execute_batch(sql).expect("is done");
            }
            Self::Postgres(url) => drop(cluster().query(database_of(url), sql)),
        }
    }
}

fn cluster() -> &'static Cluster {
    CLUSTER.get().and_then(Option::as_ref).expect("it runs")
}

static CLUSTER: OnceLock<Option<Cluster>> = OnceLock::new();

fn database_of(url: &str) -> &str {
    url.rsplit_once('/').expect("a path").1
}

/// An empty database of each kind that is there.
fn ledgers(folder: &Path) -> Vec<Ledger> {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let name = format!("sealed_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
    let sqlite = Ledger::Sqlite(folder.join("portone.db"));
    let postgres = CLUSTER.get_or_init(Cluster::start).as_ref();
    std::iter::once(sqlite).chain(postgres.map(|it| Ledger::Postgres(it.create(&name)))).collect()
}

/// Nonces of a test.
struct Counting(AtomicU64);

impl Random for Counting {
    fn next_u64(&self) -> u64 {
        self.0.fetch_add(1, Ordering::Relaxed)
    }
}

fn key(byte: u8) -> EncryptionKey {
    EncryptionKey::parse(&Secret::new(format!("{byte:02x}").repeat(32))).expect("a key")
}

/// The key that seals, and those that only open.
fn keys(current: u8, others: &[u8]) -> Option<Arc<Keyring>> {
    keyring(Some(key(current)), others)
}

#[expect(clippy::unnecessary_wraps, reason = "stands where there may be none")]
fn keyring(current: Option<EncryptionKey>, others: &[u8]) -> Option<Arc<Keyring>> {
    static FIRST: AtomicU64 = AtomicU64::new(0);
    let random = Counting(AtomicU64::new(FIRST.fetch_add(1 << 32, Ordering::Relaxed)));
    Some(Arc::new(Keyring::new(current, others.iter().copied().map(key), Arc::new(random))))
}

/// What a PG gave for a key at the channel of a number.
fn secret(number: u64, channel: u64) -> String {
    format!("pg-secret-{number}-{channel}-of-a-card")
}

async fn issue(store: &SqlStore, number: u64) {
    let begun = store.begin_issue(key_record(number), "{}".to_owned(), issue_attempts(number)).await;
    begun.expect("begins");
    for channel in [1, 2] {
        let pg_billing_key = PgBillingKey::parse(&secret(number, channel)).expect("a key");
        let issued = IssueResult::Issued { pg_billing_key, issued_at: at(1), card: None };
        let settled = store.settle_issue(&attempt_id(10 * number + channel), issued, at(2)).await;
        settled.expect("settles");
    }
}

/// A ledger of some keys, and the installation's.
fn fill(store: &SqlStore, count: u64) {
    block_on(store.apply_declared(vec![declared()], at(0))).expect("is applied");
    assert_eq!(installation(store), Ok(Secret::new(INSTALLATION)));
    block_on(join_all((1..=count).map(|number| issue(store, number))));
}

const INSTALLATION: [u8; 32] = *b"the-key-of-the-installation-32-b";

fn installation(store: &SqlStore) -> Result<Secret<[u8; 32]>, portone_engine::port::StoreError> {
    block_on(store.installation_key(Secret::new(INSTALLATION)))
}

/// Whether what the store tells of a key is what was issued.
fn reads(store: &SqlStore, number: u64) -> Result<(), String> {
    let record = block_on(store.billing_key(&store_id(), &billing_key(number)));
    let record = record.map_err(|error| error.to_string())?.ok_or("is not there")?;
    for (part, channel) in record.channels.iter().zip([1, 2]) {
        let KeyChannelState::Issued(held) = &part.state else { return Err("is not issued".to_owned()) };
        assert_eq!(*held.expose(), secret(number, channel));
    }
    Ok(())
}

fn reads_all(store: &SqlStore, count: u64) {
    (1..=count).for_each(|number| assert_eq!(reads(store, number), Ok(()), "{number}"));
    assert_eq!(installation(store), Ok(Secret::new(INSTALLATION)));
}

/// How often any secret stands in the files of a folder in clear.
fn in_clear(folder: &Path) -> usize {
    let files = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let count = |path: PathBuf| {
        let bytes = fs::read(path).expect("reads");
        let of = |needle: &[u8]| bytes.windows(needle.len()).filter(|found| *found == needle).count();
        of(b"pg-secret-") + of(&INSTALLATION)
    };
    files.filter(|path| path.is_file()).map(count).sum()
}

#[test]
fn no_secret_is_in_the_files_in_clear() {
    for (keyring, expected) in [(None, true), (keys(1, &[]), false)] {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Ledger::Sqlite(folder.path().join("portone.db")).open(keyring).expect("opens");
        fill(&store, 20);
        assert_eq!(in_clear(folder.path()) > 0, expected, "in the log");
        reads_all(&store, 20);
        drop(store);
        assert_eq!(in_clear(folder.path()) > 0, expected, "in the database");
    }
}

#[test]
fn columns_hold_what_is_sealed() {
    let folder = tempfile::tempdir().expect("a folder");
    for ledger in ledgers(folder.path()) {
        let store = ledger.open(keys(1, &[])).expect("opens");
        fill(&store, 3);
        reads_all(&store, 3);
        let held = ledger.held();
        let mark = format!("|sealed:v1:{}:", key(1).id());
        assert_eq!(held.len(), 6);
        assert!(held.iter().all(|row| row.contains(&mark) && !row.contains("pg-secret")), "{held:?}");
        assert!(block_on(store.is_sealed_throughout()).expect("reads"));
    }
}

#[test]
fn a_secret_in_anothers_place_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    for ledger in ledgers(folder.path()) {
        let store = ledger.open(keys(1, &[])).expect("opens");
        fill(&store, 3);
        let (one, two) = (billing_key(1), billing_key(2));
        // Another card of the same shop, at the same channel.
        ledger.execute(&format!(
            "UPDATE billing_key_channels SET pg_billing_key = (SELECT pg_billing_key FROM billing_key_channels
             WHERE billing_key = '{two}' AND position = 0) WHERE billing_key = '{one}' AND position = 0"
        ));
        let refused = reads(&store, 1).expect_err("it is key 2's");
        assert!(refused.contains("moved here") && !refused.contains("pg-secret"), "{refused}");
        assert_eq!((reads(&store, 2), reads(&store, 3)), (Ok(()), Ok(())));
        let rotated = ledger.rotate(keys(2, &[1])).expect_err("it cannot be sealed anew").to_string();
        assert!(rotated.contains(one.as_str()) && rotated.contains("moved here"), "{rotated}");
        drop(store);
        reads_all_but(&ledger.open(keys(2, &[1])).expect("both are needed"), 1, 3);
    }
}

fn reads_all_but(store: &SqlStore, broken: u64, count: u64) {
    for number in (1..=count).filter(|number| *number != broken) {
        assert_eq!(reads(store, number), Ok(()), "{number}");
    }
}

#[test]
fn without_its_key_a_ledger_is_not_opened() {
    let folder = tempfile::tempdir().expect("a folder");
    for ledger in ledgers(folder.path()) {
        fill(&ledger.open(keys(1, &[])).expect("opens"), 2);
        let before = ledger.held();
        let (one, two) = (key(1).id().to_owned(), key(2).id().to_owned());
        let without = ledger.refused(None);
        assert!(without.contains(&one) && without.contains("encryption_key is not set"), "{without}");
        let wrong = ledger.refused(keys(2, &[]));
        for told in [&one, &two, "encryption_key_previous", "encryption_key_next"] {
            assert!(wrong.contains(told), "{wrong}");
        }
        let rotated = ledger.rotate(keys(2, &[])).expect_err("is refused").to_string();
        assert!(rotated.contains(&one), "{rotated}");
        let unsealed = ledger.rotate(keyring(None, &[1])).expect_err("nothing seals").to_string();
        assert!(unsealed.contains("encryption_key is not set"), "{unsealed}");
        assert_eq!(ledger.held(), before, "nothing was changed");
        reads_all(&ledger.open(keys(1, &[])).expect("opens"), 2);
    }
}

#[test]
fn what_was_in_clear_is_sealed_and_gone_from_the_files() {
    let folder = tempfile::tempdir().expect("a folder");
    for ledger in ledgers(folder.path()) {
        fill(&ledger.open(None).expect("opens"), KEY_COUNT);
        let is_sqlite = matches!(ledger, Ledger::Sqlite(_));
        assert!(!is_sqlite || in_clear(folder.path()) > 0);
        let store = ledger.open(keys(1, &[])).expect("what is in clear is read");
        reads_all(&store, KEY_COUNT);
        assert!(!block_on(store.is_sealed_throughout()).expect("reads"));
        drop(store);
        let rotated = ledger.rotate(keys(1, &[])).expect("is sealed");
        assert_eq!((rotated.sealed_count, rotated.current_count), (2 * KEY_COUNT + 1, 0));
        assert!(ledger.held().iter().all(|row| !row.contains("pg-secret")));
        assert_eq!(rotated.is_wiped, is_sqlite);
        assert_eq!(in_clear(folder.path()), 0);
        reads_all(&ledger.open(keys(1, &[])).expect("opens"), KEY_COUNT);
        let again = ledger.rotate(keys(1, &[])).expect("is done already");
        assert_eq!((again.sealed_count, again.current_count), (0, 2 * KEY_COUNT + 1));
    }
}

#[test]
fn a_rotation_that_was_cut_off_needs_both_keys_and_goes_on() {
    let folder = tempfile::tempdir().expect("a folder");
    for ledger in ledgers(folder.path()) {
        fill(&ledger.open(keys(1, &[])).expect("opens"), KEY_COUNT);
        let dies = || rotate(ledger.place(), &keys(2, &[1]).expect("keys"), &mut |_| panic!("killed"));
        assert!(catch_unwind(AssertUnwindSafe(dies)).is_err());
        let of = |number| {
            let mark = format!("|sealed:v1:{}:", key(number).id());
            ledger.held().iter().filter(|row| row.contains(&mark)).count()
        };
        assert!(of(1) > 0 && of(2) > 0, "it was in the middle");
        for one in [keys(1, &[]), keys(2, &[])] {
            assert!(ledger.refused(one).contains("sealed with the key"));
        }
        reads_all(&ledger.open(keys(2, &[1])).expect("opens"), KEY_COUNT);
        reads_all(&ledger.open(keys(1, &[2])).expect("the way back is open"), KEY_COUNT);
        let done = of(2) as u64;
        let rotated = ledger.rotate(keys(2, &[1])).expect("goes on");
        assert_eq!((rotated.sealed_count, rotated.current_count), (2 * KEY_COUNT + 1 - done, done));
        reads_all(&ledger.open(keys(2, &[])).expect("the old key can go"), KEY_COUNT);
        let gone = ledger.refused(keys(1, &[]));
        assert!(gone.contains(key(2).id()), "{gone}");
    }
}

/// Three gateways, one after the other: with the new key to open, with it to seal, rotated, without the old one.
#[test]
fn gateways_go_on_while_keys_change() {
    let folder = tempfile::tempdir().expect("a folder");
    for ledger in ledgers(folder.path()) {
        // Of SQLite's files there is one gateway.
        let open = |keyring| ledger.open(keyring).expect("opens");
        fill(&open(keys(1, &[])), KEY_COUNT);
        let is_shared = matches!(ledger, Ledger::Postgres(_));
        let early = open(keys(1, &[2]));
        if is_shared {
            let late = open(keys(2, &[1]));
            block_on(issue(&late, KEY_COUNT + 1));
            block_on(issue(&early, KEY_COUNT + 2));
            for store in [&early, &late] {
                reads_all(store, KEY_COUNT + 2);
            }
        } else {
            (1..=2).for_each(|number| block_on(issue(&early, KEY_COUNT + number)));
        }
        drop(early);
        let gateway = open(keys(2, &[1]));
        let mut number = KEY_COUNT + 2;
        let rotated = rotate(ledger.place(), &keys(2, &[1]).expect("keys"), &mut |_| {
            number += 1;
            block_on(issue(&gateway, number));
            reads_all(&gateway, number.min(5));
        });
        assert!(rotated.expect("is done").sealed_count >= 2 * KEY_COUNT);
        reads_all(&gateway, number);
        drop(gateway);
        reads_all(&open(keys(2, &[])), number);
    }
}

/// A gateway that nobody told of the new key costs nobody a secret: the next start says what it did.
#[test]
fn a_gateway_that_was_forgotten_is_found_out() {
    let folder = tempfile::tempdir().expect("a folder");
    for ledger in ledgers(folder.path()) {
        let forgotten = ledger.open(keys(1, &[])).expect("opens");
        fill(&forgotten, 2);
        ledger.rotate(keys(2, &[1])).expect("is done");
        let blind = reads(&forgotten, 1).expect_err("it has no such key");
        assert!(blind.contains(key(2).id()), "{blind}");
        block_on(issue(&forgotten, 3));
        drop(forgotten);
        let refused = ledger.refused(keys(2, &[]));
        assert!(refused.contains(key(1).id()) && refused.contains("encryption_key_previous"), "{refused}");
        assert_eq!(ledger.rotate(keys(2, &[1])).expect("goes on").sealed_count, 2);
        reads_all(&ledger.open(keys(2, &[])).expect("opens"), 3);
    }
}

/// Gateways of a ledger in clear get the key one by one, too.
#[test]
fn a_key_to_come_opens_what_others_seal() {
    let folder = tempfile::tempdir().expect("a folder");
    for ledger in ledgers(folder.path()) {
        let store = ledger.open(keyring(None, &[1])).expect("opens");
        fill(&store, 2);
        assert!(ledger.held().iter().all(|row| row.contains("pg-secret")), "it does not seal");
        drop(store);
        ledger.rotate(keys(1, &[])).expect("is done");
        reads_all(&ledger.open(keyring(None, &[1])).expect("opens"), 2);
        assert!(ledger.refused(None).contains("encryption_key is not set"));
    }
}

#[test]
fn an_export_stays_sealed_and_asks_for_its_key() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut ledgers = ledgers(folder.path());
    fill(&ledgers[0].open(keys(1, &[])).expect("opens"), 3);
    let exported = |ledger: &Ledger| {
        let mut out = Vec::new();
        let stamp = Stamp { made_by: "portone tests", made_at: at(0) };
        export(ledger.place(), stamp, &mut out, &mut |_| ()).expect("is exported");
        String::from_utf8(out).expect("is text")
    };
    let text = exported(&ledgers[0]);
    assert!(text.contains("sealed:v1:") && !text.contains("pg-secret-"));
    let last = Ledger::Sqlite(folder.path().join("last.db"));
    ledgers.push(last);
    for ledger in &ledgers[1..] {
        let import = |keyring: Option<Arc<Keyring>>| {
            import(ledger.place(), &mut text.as_bytes(), keyring.as_deref(), &mut |_| ())
        };
        for keyring in [None, keys(2, &[])] {
            let refused = import(keyring).expect_err("has no key").to_string();
            assert!(refused.contains(key(1).id()) && refused.contains("encryption_key"), "{refused}");
        }
        import(keys(2, &[1])).expect("is imported");
        assert!(ledger.refused(keys(2, &[])).contains(key(1).id()));
        reads_all(&ledger.open(keys(1, &[])).expect("opens"), 3);
    }
}
