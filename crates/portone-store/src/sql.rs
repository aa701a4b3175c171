//! The ledger in a SQL database. What is asked of it is the same on SQLite and on PostgreSQL, and written once here; what
//! differs (connections, files, schemas) is in the rooms `sqlite` and `postgres`.

mod access;
pub(crate) mod ahead;
mod attempts;
mod beside;
mod billing_keys;
mod confirm;
mod counts;
mod customers;
mod database;
pub(crate) mod directory;
mod events;
mod facets;
mod follow_ups;
#[cfg(feature = "postgres")]
mod foresee;
pub(crate) mod gate;
mod idempotency;
mod key_list;
mod list;
mod numbers;
mod opening;
mod payment_events;
#[cfg(test)]
mod plans;
mod promotions;
pub(crate) mod readers;
mod receipts;
pub(crate) mod rotation;
mod schedule_store;
mod schedules;
pub(crate) mod sealing;
mod search;
mod settlements;
pub(crate) mod statement;
mod time;
mod transactions;
pub mod transfer;
mod v1;
mod verifications;
mod webhooks;
pub(crate) mod writer;

use std::{
    fs::File,
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use portone_core::{
    AttemptId, BillingKey, Channel, ChannelGroup, ChannelGroupId, ChannelKey, PaymentId, StoreId,
    TransactionId,
};
use portone_engine::event::Event;
use portone_engine::ledger::{BillingKeyRecord, Discrepancy, IssueResult, OpenAttempt, Transaction};
use portone_engine::port::{
    Begin, BeginPayment, DeclaredStore, Dependents, DirectoryRows, GroupVersion, NewTransaction, Settle,
    SettleKey, SettleTransaction, Store, StoreError,
};

use self::ahead::Ahead;
use self::attempts::AttemptRow;
use self::billing_keys::IssueRows;
pub(crate) use self::database::{Database, Fault};
pub use self::gate::Gate;
pub use self::opening::OpenError;
use self::readers::{ReaderThreads, Readers};
use self::transactions::{BeginRows, SettleRows};
use self::verifications::FinishRows;
use self::writer::Writer;

/// The ledger in one database. A write is durable when its future is done; a future that is dropped before leaves its
/// write to happen or not.
#[derive(Debug)]
pub struct SqlStore {
    backend: Backend,
}

/// The store by the name of the database it was first for.
pub type SqliteStore = SqlStore;

#[derive(Debug)]
pub(crate) enum Backend {
    /// Everything on the caller's stack: same calls, same results.
    Inline(Box<Inline>),
    OnDisk(OnDisk),
    /// Everything on threads with a connection each.
    #[cfg(feature = "postgres")]
    Remote(crate::postgres::Remote),
}

impl Backend {
    pub(crate) fn inline(database: Database, gate: Arc<dyn Gate>) -> Self {
        Self::Inline(Box::new(Inline { database: Mutex::new(database), gate }))
    }
}

#[derive(Debug)]
pub(crate) struct Inline {
    database: Mutex<Database>,
    gate: Arc<dyn Gate>,
}

/// Fields are dropped in this order: the lock goes when nothing is open any more.
#[derive(Debug)]
pub(crate) struct OnDisk {
    threads: ReaderThreads,
    readers: Arc<Readers>,
    writer: Writer,
    _lock: File,
}

impl OnDisk {
    pub(crate) const fn new(
        threads: ReaderThreads,
        readers: Arc<Readers>,
        writer: Writer,
        lock: File,
    ) -> Self {
        Self { threads, readers, writer, _lock: lock }
    }
}

/// Runs a read: where the database is at hand on the caller's stack, with what it borrows; else on a thread, with copies
/// of what is named in brackets.
macro_rules! read {
    ($store:expr, [$($kept:ident),*], |$database:ident| $body:expr) => {
        if $store.is_at_hand() {
            $store.read(|$database| $body)
        } else {
            $(let $kept = $kept.to_owned();)*
            $store
                .read_long(move |$database| {
                    $(let $kept = &$kept;)*
                    $body
                })
                .await
        }
    };
}
use read;

impl SqlStore {
    pub(crate) const fn with(backend: Backend) -> Self {
        Self { backend }
    }

    /// The connection of a database in memory.
    pub(crate) fn into_memory(self) -> Option<rusqlite::Connection> {
        match self.backend {
            Backend::Inline(inline) => {
                inline.database.into_inner().unwrap_or_else(PoisonError::into_inner).into_sqlite()
            }
            Backend::OnDisk(_) => None,
            #[cfg(feature = "postgres")]
            Backend::Remote(_) => None,
        }
    }

    /// Has `watch` called after each commit that puts webhooks into the queue, by the thread that commits: it must return
    /// at once.
    pub async fn watch_outbox(&self, watch: impl Fn() + Send + 'static) -> Result<(), StoreError> {
        let mut watch: Option<Box<dyn Fn() + Send>> = Some(Box::new(watch));
        self.write(move |database| {
            if let Some(watch) = watch.take() {
                database.watch_outbox(watch);
            }
            Ok(())
        })
        .await
    }

    /// Whether every secret is sealed with the current key, where there is one: the installation's key is the last that
    /// [`rotate`](rotation::rotate) seals.
    pub async fn is_sealed_throughout(&self) -> Result<bool, StoreError> {
        read!(self, [], |database| sealing::is_current(database))
    }

    fn write<T, F>(&self, work: F) -> impl Future<Output = Result<T, StoreError>> + Send
    where
        T: Send + 'static,
        F: FnMut(&Database) -> Result<T, Fault> + Send + 'static,
    {
        self.write_knowing(None, work)
    }

    /// A write that said what it is going to ask.
    async fn write_knowing<T, F>(&self, ahead: Option<Ahead>, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnMut(&Database) -> Result<T, Fault> + Send + 'static,
    {
        let receiver = match &self.backend {
            Backend::Inline(inline) => return inline.write(work).await,
            Backend::OnDisk(disk) => disk.writer.submit(ahead, work),
            #[cfg(feature = "postgres")]
            Backend::Remote(remote) => remote.write(ahead, work),
        };
        receiver.await.unwrap_or_else(|_| Err(StoreError("the writer has stopped".to_owned())))
    }

    /// A read that may take milliseconds: on a thread of its own, where there are threads. It may run more than once, and
    /// only the last run counts.
    async fn read_long<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnMut(&Database) -> Result<T, Fault> + Send + 'static,
    {
        let receiver = match &self.backend {
            Backend::Inline(_) => return self.read(work),
            Backend::OnDisk(disk) => disk.threads.submit(work),
            #[cfg(feature = "postgres")]
            Backend::Remote(remote) => remote.read(work),
        };
        receiver.await.unwrap_or_else(|_| Err(StoreError("a read panicked".to_owned())))
    }

    /// Whether a read needs no other thread.
    const fn is_at_hand(&self) -> bool {
        match &self.backend {
            Backend::Inline(_) | Backend::OnDisk(_) => true,
            #[cfg(feature = "postgres")]
            Backend::Remote(_) => false,
        }
    }

    fn read<T>(&self, work: impl FnOnce(&Database) -> Result<T, Fault>) -> Result<T, StoreError> {
        let result = match &self.backend {
            Backend::Inline(inline) => {
                inline.gate.before_read()?;
                work(&inline.database.lock().unwrap_or_else(PoisonError::into_inner))
            }
            Backend::OnDisk(disk) => disk.readers.read(work),
            #[cfg(feature = "postgres")]
            Backend::Remote(_) => Err(Fault::Contract("this database is read by threads only".to_owned())),
        };
        Ok(result?)
    }
}

impl Inline {
    async fn write<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        F: FnMut(&Database) -> Result<T, Fault>,
    {
        let what = gate::name_of::<F>();
        self.gate.before_write(what).await;
        let written = self.write_now(what, work)?;
        self.gate.after_commit(what).await?;
        Ok(written)
    }

    fn write_now<T>(
        &self,
        what: &'static str,
        mut work: impl FnMut(&Database) -> Result<T, Fault>,
    ) -> Result<T, StoreError> {
        let database = self.database.lock().unwrap_or_else(PoisonError::into_inner);
        database.begin()?;
        let written = work(&database).map_err(StoreError::from);
        match written.and_then(|value| self.gate.before_commit(what).map(|()| value)) {
            Ok(value) => Ok(database.commit().map(|()| value)?),
            Err(error) => {
                database.roll_back();
                Err(error)
            }
        }
    }
}

#[async_trait]
impl Store for SqlStore {
    async fn begin_payment(&self, new: NewTransaction) -> Result<BeginPayment, StoreError> {
        // Boxed: it holds two transactions, which would be moved with the future.
        let rows = Box::new(BeginRows::encode(new)?);
        self.write_knowing(rows.ahead(), move |database| transactions::begin_payment(database, &rows)).await
    }

    async fn begin_on_transaction(
        &self,
        attempt: OpenAttempt,
        transaction: &TransactionId,
        revision: u64,
    ) -> Result<Begin, StoreError> {
        let (row, id) = (AttemptRow::encode(&attempt)?, transaction.clone());
        self.write(move |database| transactions::begin_on_transaction(database, &row, &id, revision)).await
    }

    async fn settle_transaction(&self, settle: SettleTransaction) -> Result<Settle, StoreError> {
        let rows = SettleRows::encode(settle)?;
        let ahead = Some(rows.ahead());
        self.write_knowing(ahead, move |database| transactions::settle_transaction(database, &rows)).await
    }

    async fn drop_attempt(&self, open: &OpenAttempt) -> Result<Settle, StoreError> {
        let (id, opened_at) = (open.id.clone(), open.opened_at);
        self.write(move |database| attempts::drop_attempt(database, &id, opened_at)).await
    }

    async fn latest_transaction(
        &self,
        store: &StoreId,
        payment: &PaymentId,
    ) -> Result<Option<Transaction>, StoreError> {
        read!(self, [store, payment], |database| transactions::latest(database, store, payment))
    }

    async fn transaction(&self, id: &TransactionId) -> Result<Option<Transaction>, StoreError> {
        read!(self, [id], |database| transactions::by_id(database, id))
    }

    async fn transactions(
        &self,
        store: &StoreId,
        payment: &PaymentId,
    ) -> Result<Vec<(Transaction, String)>, StoreError> {
        read!(self, [store, payment], |database| transactions::of_payment(database, store, payment))
    }

    async fn begin_issue(
        &self,
        key: BillingKeyRecord,
        decision: String,
        attempts: Vec<OpenAttempt>,
    ) -> Result<(), StoreError> {
        let rows = IssueRows::encode(&key, &decision, &attempts)?;
        self.write(move |database| billing_keys::begin_issue(database, &rows)).await
    }

    async fn settle_issue(
        &self,
        attempt: &AttemptId,
        result: IssueResult,
        now: DateTime<Utc>,
    ) -> Result<SettleKey, StoreError> {
        let id = attempt.clone();
        self.write(move |database| billing_keys::settle_issue(database, &id, &result, now)).await
    }

    async fn billing_key(
        &self,
        store: &StoreId,
        key: &BillingKey,
    ) -> Result<Option<BillingKeyRecord>, StoreError> {
        read!(self, [store, key], |database| database.snapshot(|| billing_keys::find(database, store, key)))
    }

    async fn begin_delete(
        &self,
        store: &StoreId,
        key: &BillingKey,
        attempts: Vec<OpenAttempt>,
    ) -> Result<Begin, StoreError> {
        let (store, key) = (store.clone(), key.clone());
        let rows: Vec<_> = attempts.iter().map(AttemptRow::encode).collect::<Result<_, _>>()?;
        self.write(move |database| billing_keys::begin_delete(database, &store, &key, &rows, false)).await
    }

    async fn settle_delete(
        &self,
        attempt: &AttemptId,
        deleted: bool,
        skip_webhook: bool,
        now: DateTime<Utc>,
    ) -> Result<SettleKey, StoreError> {
        let id = attempt.clone();
        self.write(move |database| billing_keys::settle_delete(database, &id, deleted, skip_webhook, now))
            .await
    }

    async fn postpone_attempt(
        &self,
        attempt: &AttemptId,
        next_inquiry_at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let id = attempt.clone();
        self.write(move |database| attempts::postpone(database, &id, next_inquiry_at)).await
    }

    async fn claim_attempts(
        &self,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
        count_max: usize,
    ) -> Result<Vec<OpenAttempt>, StoreError> {
        if !read!(self, [], |database| attempts::is_any_due(database, now))? {
            return Ok(Vec::new());
        }
        self.write(move |database| attempts::claim(database, now, until, count_max)).await
    }

    async fn open_attempts(&self, count_max: usize) -> Result<Vec<OpenAttempt>, StoreError> {
        read!(self, [], |database| attempts::oldest(database, count_max))
    }

    async fn claim_verifications(
        &self,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
        count_max: usize,
    ) -> Result<Vec<Transaction>, StoreError> {
        if !read!(self, [], |database| verifications::is_any_due(database, now))? {
            return Ok(Vec::new());
        }
        self.write(move |database| verifications::claim(database, now, until, count_max)).await
    }

    async fn finish_verification(
        &self,
        transaction: Transaction,
        found: Option<Discrepancy>,
    ) -> Result<Settle, StoreError> {
        let rows = FinishRows::encode(transaction, found.as_ref())?;
        self.write(move |database| verifications::finish(database, &rows)).await
    }

    async fn discrepancies(&self, count_max: usize) -> Result<Vec<Discrepancy>, StoreError> {
        read!(self, [], |database| verifications::discrepancies(database, count_max))
    }

    async fn apply_declared(&self, stores: Vec<DeclaredStore>, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.write(move |database| directory::apply_declared(database, &stores, now)).await
    }

    async fn directory(&self) -> Result<DirectoryRows, StoreError> {
        read!(self, [], |database| database.snapshot(|| directory::rows(database)))
    }

    async fn directory_revision(&self) -> Result<u64, StoreError> {
        read!(self, [], |database| directory::revision(database))
    }

    async fn put_channel(&self, channel: Channel) -> Result<(), StoreError> {
        self.write(move |database| directory::put_channel(database, &channel)).await
    }

    async fn delete_channel(&self, key: &ChannelKey) -> Result<(), StoreError> {
        let key = key.clone();
        self.write(move |database| directory::delete_channel(database, &key)).await
    }

    async fn put_group(
        &self,
        group: ChannelGroup,
        effective_at: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<Begin, StoreError> {
        self.write(move |database| directory::put_group(database, &group, effective_at, now)).await
    }

    async fn delete_group(&self, id: &ChannelGroupId, now: DateTime<Utc>) -> Result<(), StoreError> {
        let id = id.clone();
        self.write(move |database| directory::delete_group(database, &id, now)).await
    }

    async fn group_history(&self, id: &ChannelGroupId) -> Result<Vec<GroupVersion>, StoreError> {
        read!(self, [id], |database| directory::group_history(database, id))
    }

    async fn dependents(&self, id: &ChannelGroupId) -> Result<Dependents, StoreError> {
        read!(self, [id], |database| billing_keys::dependents(database, id))
    }

    async fn events(
        &self,
        store: &StoreId,
        after: u64,
        count_max: usize,
    ) -> Result<Vec<(u64, Event)>, StoreError> {
        read!(self, [store], |database| events::after(database, store, after, count_max))
    }
}
