//! The four ports the engine runs over: store, transport (core's), clock and randomness. Nothing else: no runtime, no
//! timer, no socket. A test or the simulator implements them without any.

pub mod access;
mod confirm;
mod customers;
pub mod follow;
pub mod idempotency;
pub mod list;
mod promotions;
mod receipts;
mod schedules;
mod settlement;
pub mod time;
mod v1;

pub use promotions::{BudgetShare, PromotionStore};
pub use receipts::{BeginReceipt, ReceiptStore};
pub use settlement::SettlementStore;
pub use v1::AttemptStore;

pub use schedules::{
    CreateSchedule, RefusedPayment, RefusedSchedule, RevokeSchedules, SchedulePage, ScheduleQuery,
    ScheduleSort, ScheduleStore,
};
mod webhooks;

pub use customers::{CustomerStore, NewSchedules, Reopen, ReopenSchedule, TakenUp};

pub use confirm::{ConfirmStore, PreRegister, SwapAttempt, SwapKeyAttempt};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use portone_core::{
    AttemptId, BillingKey, Channel, ChannelGroup, ChannelGroupId, ChannelKey, PaymentId, StoreId,
    TransactionId,
};
use thiserror::Error;

pub use webhooks::{ClaimLimits, DeliveryFilter, Resend, WebhookStore};

use crate::event::Event;
use crate::ledger::{BillingKeyRecord, Discrepancy, IssueResult, OpenAttempt, Transaction};

/// Tells the time.
pub trait Clock: Send + Sync {
    /// The time now.
    fn now(&self) -> DateTime<Utc>;

    /// How far the clock was moved ahead of the time of day: not at all, unless it is a virtual one.
    fn ahead(&self) -> TimeDelta {
        TimeDelta::zero()
    }
}

/// Draws random numbers.
pub trait Random: Send + Sync {
    /// A number drawn uniformly from all 64-bit numbers.
    fn next_u64(&self) -> u64;
}

/// The database failed: nothing of the business transaction was kept, as far as is known.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the store failed: {0}")]
pub struct StoreError(pub String);

/// What came of an attempt to open a payment attempt.
#[derive(Debug, Clone, PartialEq)]
pub enum BeginPayment {
    /// Durable: the PG may be called. `seq` counts the payment's transactions from 1.
    Begun,
    /// Another attempt on this payment is open: the PG must not be called.
    Outstanding,
    /// The payment is paid, waits for a deposit, or was cancelled (rule V2-041).
    AlreadyPaid,
    /// The payment has had as many transactions as are allowed (rule V2-041).
    TransactionCountReached,
    /// The payment has a schedule (rule V2-042); of a scheduled payment, that schedule is over.
    Scheduled,
    /// Too little is left of its promotion's budget.
    BudgetTaken,
}

/// What came of opening an attempt on an existing record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begin {
    /// Durable: the PG may be called.
    Begun,
    /// Another attempt on the same subject is open.
    Outstanding,
    /// The record has changed since it was read: read it again and decide anew.
    Changed,
    /// Schedules need the record (rule V2-082).
    Scheduled,
}

/// What came of writing a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settle {
    /// Durable.
    Settled,
    /// The attempt had been settled before (by another replica, or by a notification): nothing was written.
    AlreadySettled,
    /// The record has changed since it was read (only the revision differs): read it again and settle anew.
    Changed,
}

/// What came of finishing one channel's part of a billing-key issue or deletion.
#[derive(Debug, Clone, PartialEq)]
pub enum SettleKey {
    /// Durable; other channels of the same key are still open.
    Partly,
    /// Durable, and it was the last one: the key's record as it now is.
    Complete(Box<BillingKeyRecord>),
    /// The attempt had been settled before: nothing was written.
    AlreadySettled,
}

/// A group's versions, as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupVersion {
    /// From when this version counts.
    pub effective_at: DateTime<Utc>,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// The group in this version.
    pub group: ChannelGroup,
}

/// Everything the directory is built from.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DirectoryRows {
    /// Grows with every change.
    pub revision: u64,
    /// Every channel that was not deleted, in key order.
    pub channels: Vec<Channel>,
    /// Every channel that was deleted, in key order: what it did can still be inquired and cancelled.
    pub deleted_channels: Vec<Channel>,
    /// Every version of every group that was not deleted, by group and then by effective time and version.
    pub groups: Vec<GroupVersion>,
}

/// What depends on a channel group.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Dependents {
    /// Billing keys issued with it and not deleted.
    pub billing_keys: u64,
    /// Schedules that it will route.
    pub schedules: u64,
}

/// What a configuration file declares of one store.
#[derive(Debug, Clone)]
pub struct DeclaredStore {
    /// Its id.
    pub id: StoreId,
    /// Its name.
    pub name: String,
    /// Its channels, each with a digest of its declaration.
    pub channels: Vec<(Channel, String)>,
    /// Its groups (the version is assigned when applied), each with a digest of its declaration.
    pub groups: Vec<(ChannelGroup, String)>,
}

/// A transaction to open.
#[derive(Debug, Clone)]
pub struct NewTransaction {
    /// The transaction; its `seq` and `revision` are the store's to set.
    pub transaction: Transaction,
    /// Why this channel: the decision record as JSON.
    pub decision: String,
    /// The attempt to open with it.
    pub attempt: OpenAttempt,
    /// How many transactions one payment may have.
    pub transaction_count_max: u32,
    /// The budget that its promotion is paid from; present where the transaction has a promotion.
    pub budget: Option<BudgetShare>,
    /// What to announce, in the same commit.
    pub events: Vec<Event>,
    /// The billing key that is issued with it, pending; its attempt is this one.
    pub key: Option<Box<BillingKeyRecord>>,
    /// The payment's open attempt that this one follows, with what it came to: a failure, announced to nobody. It ends in
    /// the same commit, and its schedule goes on with this transaction. Where it cannot be ended, because it was before or its
    /// transaction has changed, nothing is written: [`BeginPayment::Outstanding`].
    pub instead_of: Option<Box<SettleTransaction>>,
}

/// A result to write: the transaction as it shall be, and what to announce, in one commit.
#[derive(Debug, Clone)]
pub struct SettleTransaction {
    /// The attempt that ends with it.
    pub attempt: AttemptId,
    /// When it was opened: a request that is taken up again opens another under the same id, which this result is not of. Absent
    /// where an id is opened once.
    pub opened_at: Option<DateTime<Utc>>,
    /// The transaction as it shall be; its revision is the one that was read.
    pub transaction: Transaction,
    /// What to announce.
    pub events: Vec<Event>,
    /// When to ask the upstream for what the answer did not tell, and compare.
    pub verify_at: Option<DateTime<Utc>>,
    /// When the schedule of a payment of which nothing was sent is taken up again; absent means that it is over.
    pub run_again_at: Option<DateTime<Utc>>,
    /// What became of the billing key that was to be issued with it: announced in the same commit, unless the payment is mute.
    pub key: Option<IssueResult>,
}

/// The ledger's database. Each method is one business transaction, atomic and durable when it returns.
#[async_trait]
pub trait Store:
    ScheduleStore
    + WebhookStore
    + ReceiptStore
    + PromotionStore
    + access::AccessStore
    + follow::FollowStore
    + idempotency::IdempotencyStore
    + list::ListStore
    + AttemptStore
    + CustomerStore
    + ConfirmStore
    + SettlementStore
    + time::TimeStore
{
    /// Opens an attempt on a payment: new, or failed before. Both rows in one commit.
    async fn begin_payment(&self, new: NewTransaction) -> Result<BeginPayment, StoreError>;

    /// Opens an attempt on the transaction with this id (cancel, close), if its revision is still the one given.
    async fn begin_on_transaction(
        &self,
        attempt: OpenAttempt,
        transaction: &TransactionId,
        revision: u64,
    ) -> Result<Begin, StoreError>;

    /// Ends an attempt with a result.
    async fn settle_transaction(&self, settle: SettleTransaction) -> Result<Settle, StoreError>;

    /// Ends an attempt that changed nothing (a declined cancel), if it is the one that was opened then: a request that is
    /// taken up again opens another under the same id.
    async fn drop_attempt(&self, open: &OpenAttempt) -> Result<Settle, StoreError>;

    /// The latest transaction of a payment.
    async fn latest_transaction(
        &self,
        store: &StoreId,
        payment: &PaymentId,
    ) -> Result<Option<Transaction>, StoreError>;

    /// A transaction by its id.
    async fn transaction(&self, id: &TransactionId) -> Result<Option<Transaction>, StoreError>;

    /// Every transaction of a payment, oldest first, each with its decision record.
    async fn transactions(
        &self,
        store: &StoreId,
        payment: &PaymentId,
    ) -> Result<Vec<(Transaction, String)>, StoreError>;

    /// Opens a billing key and one attempt for each channel it is issued at, in one commit.
    async fn begin_issue(
        &self,
        key: BillingKeyRecord,
        decision: String,
        attempts: Vec<OpenAttempt>,
    ) -> Result<(), StoreError>;

    /// Ends one channel's attempt of an issue. With the last one the key becomes issued or failed, and that is announced.
    async fn settle_issue(
        &self,
        attempt: &AttemptId,
        result: IssueResult,
        now: DateTime<Utc>,
    ) -> Result<SettleKey, StoreError>;

    /// A billing key by its name.
    async fn billing_key(
        &self,
        store: &StoreId,
        key: &BillingKey,
    ) -> Result<Option<BillingKeyRecord>, StoreError>;

    /// Opens one attempt for each channel a billing key is deleted at, if the key is still issued.
    async fn begin_delete(
        &self,
        store: &StoreId,
        key: &BillingKey,
        attempts: Vec<OpenAttempt>,
    ) -> Result<Begin, StoreError>;

    /// Ends one channel's attempt of a deletion: the channel's key is gone when `deleted`, else it stays. When every
    /// channel's key is gone the key becomes deleted, and that is announced unless `skip_webhook`.
    async fn settle_delete(
        &self,
        attempt: &AttemptId,
        deleted: bool,
        skip_webhook: bool,
        now: DateTime<Utc>,
    ) -> Result<SettleKey, StoreError>;

    /// Says when an open attempt is to be inquired next.
    async fn postpone_attempt(
        &self,
        attempt: &AttemptId,
        next_inquiry_at: DateTime<Utc>,
    ) -> Result<(), StoreError>;

    /// Takes up to `count_max` open attempts whose inquiry is due, and sets their next one to `until`, so that no other
    /// replica takes them meanwhile.
    async fn claim_attempts(
        &self,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
        count_max: usize,
    ) -> Result<Vec<OpenAttempt>, StoreError>;

    /// Open attempts, oldest first.
    async fn open_attempts(&self, count_max: usize) -> Result<Vec<OpenAttempt>, StoreError>;

    /// Takes up to `count_max` paid transactions that are due to be compared with the upstream.
    async fn claim_verifications(
        &self,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
        count_max: usize,
    ) -> Result<Vec<Transaction>, StoreError>;

    /// Writes what a comparison told (or nothing new), and what it found wrong.
    async fn finish_verification(
        &self,
        transaction: Transaction,
        found: Option<Discrepancy>,
    ) -> Result<Settle, StoreError>;

    /// What comparisons found wrong, newest first.
    async fn discrepancies(&self, count_max: usize) -> Result<Vec<Discrepancy>, StoreError>;

    /// Makes the declared stores, channels and groups exist. An object becomes a new version only where its digest
    /// differs from the one last applied; otherwise what is stored wins.
    async fn apply_declared(&self, stores: Vec<DeclaredStore>, now: DateTime<Utc>) -> Result<(), StoreError>;

    /// Everything the directory is built from.
    async fn directory(&self) -> Result<DirectoryRows, StoreError>;

    /// The directory's revision, cheaply.
    async fn directory_revision(&self) -> Result<u64, StoreError>;

    /// Writes a channel: new, or in place of the one with its key.
    async fn put_channel(&self, channel: Channel) -> Result<(), StoreError>;

    /// Deletes a channel: requests can no longer name it, and it is listed among the deleted ones.
    async fn delete_channel(&self, key: &ChannelKey) -> Result<(), StoreError>;

    /// Writes a group's next version (`group.version`), which counts from `effective_at`. `Changed` when that version
    /// exists already.
    async fn put_group(
        &self,
        group: ChannelGroup,
        effective_at: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<Begin, StoreError>;

    /// Deletes a group; its history stays.
    async fn delete_group(&self, id: &ChannelGroupId, now: DateTime<Utc>) -> Result<(), StoreError>;

    /// Every version a group ever had, deleted or not, oldest first.
    async fn group_history(&self, id: &ChannelGroupId) -> Result<Vec<GroupVersion>, StoreError>;

    /// What depends on a group.
    async fn dependents(&self, id: &ChannelGroupId) -> Result<Dependents, StoreError>;

    /// The announcements written for a store, oldest first, after the one numbered `after` (0: from the start).
    async fn events(
        &self,
        store: &StoreId,
        after: u64,
        count_max: usize,
    ) -> Result<Vec<(u64, Event)>, StoreError>;
}
