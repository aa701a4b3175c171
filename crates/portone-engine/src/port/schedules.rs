//! What the engine asks the store about schedules.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use portone_core::{BillingKey, PaymentScheduleId, StoreId};

use super::idempotency::HeldKey;
use super::{Settle, StoreError};
use crate::event::Event;
use crate::ledger::{Schedule, ScheduleStatus, Transaction};

/// What came of making a schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CreateSchedule {
    /// Durable.
    Created,
    /// The payment has a schedule that is not over (rule V2-084).
    AlreadyScheduled,
    /// The payment is paid, waits for a deposit, was cancelled, or is being paid (rule V2-084).
    AlreadyPaidOrWaiting,
    /// The billing key was deleted, or is being deleted.
    BillingKeyDeleted,
    /// The request does not hold its idempotency key any more: whoever took it up again may have told the shop that it was
    /// refused.
    GivenUp,
}

/// By which time schedules are sorted (schema `PaymentScheduleSortBy`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum ScheduleSort {
    CreatedAt,
    TimeToPay,
    CompletedAt,
    /// When it was called off, taken up, or is to be taken up.
    StatusTimestamp,
}

/// Which schedules are asked for (schema `GetPaymentSchedulesBody`).
#[derive(Debug, Clone)]
pub struct ScheduleQuery {
    /// The store.
    pub store_id: StoreId,
    /// Those of these keys only.
    pub billing_keys: Option<Vec<BillingKey>>,
    /// The earliest time to pay.
    pub from: DateTime<Utc>,
    /// The latest time to pay.
    pub until: DateTime<Utc>,
    /// Those in one of these states only; empty means any.
    pub statuses: Vec<ScheduleStatus>,
    /// Those of the test environment, or the others, only.
    pub is_for_test: Option<bool>,
    /// By what they are sorted.
    pub sort: ScheduleSort,
    /// Whether the oldest come first.
    pub ascending: bool,
    /// How many are skipped.
    pub skip: usize,
    /// How many are given at most.
    pub count_max: usize,
}

/// Some of the schedules asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct SchedulePage {
    /// Those of the page.
    pub items: Vec<Schedule>,
    /// How many there are on all pages.
    pub total_count: usize,
}

/// What came of calling schedules off: all or none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RevokeSchedules {
    /// Durable: these, in the order they were named or are due.
    Revoked(Vec<PaymentScheduleId>),
    /// There is no such schedule of this store and key.
    NotFound(PaymentScheduleId),
    /// It was taken up already.
    AlreadyProcessed(PaymentScheduleId),
    /// It was called off before.
    AlreadyRevoked(PaymentScheduleId),
}

/// A schedule that no PG was asked about, because routing refused it.
#[derive(Debug, Clone)]
pub struct RefusedSchedule {
    /// The schedule.
    pub id: PaymentScheduleId,
    /// When.
    pub now: DateTime<Utc>,
    /// The failed payment that shows it (rule V2-085): absent only where the key is not on record.
    pub payment: Option<RefusedPayment>,
}

/// A payment that failed before a PG was asked.
#[derive(Debug, Clone)]
pub struct RefusedPayment {
    /// The failed transaction; its `seq` and `revision` are the store's to set.
    pub transaction: Transaction,
    /// Why no channel took it, as JSON.
    pub decision: String,
    /// What to announce.
    pub events: Vec<Event>,
}

/// The part of the store that keeps schedules.
///
/// `Store::begin_payment` notes the transaction of a started schedule on it, and `Store::settle_transaction` moves the
/// schedule on in the same commit.
#[async_trait]
pub trait ScheduleStore: Send + Sync {
    /// Keeps a new schedule, if its payment and its key allow it, and while its request holds its idempotency key, where it
    /// has one.
    async fn create_schedule(
        &self,
        schedule: Schedule,
        held: Option<HeldKey>,
    ) -> Result<CreateSchedule, StoreError>;

    /// A store's schedule by its id.
    async fn schedule(&self, store: &StoreId, id: &PaymentScheduleId)
    -> Result<Option<Schedule>, StoreError>;

    /// One page of a store's schedules.
    async fn schedules(&self, query: &ScheduleQuery) -> Result<SchedulePage, StoreError>;

    /// Calls schedules off: those named, which have to be of the key where one is given too; or all of the key that wait
    /// for their time.
    async fn revoke_schedules(
        &self,
        store: &StoreId,
        key: Option<&BillingKey>,
        ids: Option<&[PaymentScheduleId]>,
        now: DateTime<Utc>,
    ) -> Result<RevokeSchedules, StoreError>;

    /// Takes up to `count_max` due schedules, the longest due first, and makes them started. Nobody else takes them before
    /// `until`; then a gateway that took them and died is made up for.
    async fn claim_schedules(
        &self,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
        count_max: usize,
    ) -> Result<Vec<Schedule>, StoreError>;

    /// Makes a started schedule pending, if the outcome of its payment is open: whoever settles that moves it on.
    async fn await_schedule(&self, id: &PaymentScheduleId, now: DateTime<Utc>) -> Result<Settle, StoreError>;

    /// Ends a started schedule that no PG was asked about. The payment is written only where none is paid or open under
    /// its id.
    async fn refuse_schedule(&self, refused: RefusedSchedule) -> Result<Settle, StoreError>;
}
