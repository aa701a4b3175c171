//! What V1's subscriptions ask the store for: keys by the names that shops gave them, and schedules that are made together,
//! moved and opened again.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use portone_core::{BillingKey, ChannelGroupId, CustomerUid, PaymentId, PaymentScheduleId, StoreId};

use super::{Begin, CreateSchedule, StoreError};
use crate::ledger::{BillingKeyRecord, OpenAttempt, Schedule, ScheduleStatus, Transaction};
use crate::list::Reached;

/// What came of making schedules together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NewSchedules {
    /// Durable, every one.
    Created,
    /// Nothing was kept: the one at this place was refused.
    Refused(usize, CreateSchedule),
}

/// A schedule to move, or to open again.
#[derive(Debug, Clone)]
pub struct Reopen {
    /// The store.
    pub store_id: StoreId,
    /// The schedule.
    pub id: PaymentScheduleId,
    /// It has to be in one of these states.
    pub from: &'static [ScheduleStatus],
    /// When it is to be paid from now on.
    pub time_to_pay: DateTime<Utc>,
    /// The key that pays it, and the group that decides.
    pub billing_key: BillingKey,
    /// The group that decides where no channel is pinned.
    pub channel_group: Option<ChannelGroupId>,
    /// It is taken up at once; nobody else takes it before the lease ends.
    pub taken_up: Option<TakenUp>,
}

/// A schedule that is paid as soon as it is opened again.
#[derive(Debug, Clone, Copy)]
pub struct TakenUp {
    /// When.
    pub now: DateTime<Utc>,
    /// When its lease ends.
    pub until: DateTime<Utc>,
    /// As how many goes this one counts.
    pub run_count: u32,
}

/// What came of moving a schedule, or opening it again.
#[derive(Debug, Clone, PartialEq)]
pub enum ReopenSchedule {
    /// Durable: the schedule as it is now.
    Done(Box<Schedule>),
    /// There is no such schedule in this store.
    NotFound,
    /// It is in a state that none of those wanted is.
    InState(ScheduleStatus),
    /// Another schedule of its payment is not over.
    AlreadyScheduled,
    /// Its payment is paid, waits for a deposit, or is being paid.
    AlreadyPaidOrWaiting,
}

/// The part of the ledger's database that knows V1's names of billing keys.
#[async_trait]
pub trait CustomerStore: Send + Sync {
    /// The key that was issued last under a name, deleted or not; else the key whose own name it is.
    async fn billing_key_called(
        &self,
        store: &StoreId,
        uid: &CustomerUid,
    ) -> Result<Option<BillingKeyRecord>, StoreError>;

    /// Every key a name ever meant.
    async fn billing_keys_called(
        &self,
        store: &StoreId,
        uid: &CustomerUid,
    ) -> Result<Vec<BillingKey>, StoreError>;

    /// The attempts to pay with a key of that name, the latest first: one page.
    async fn payments_of_customer(
        &self,
        store: &StoreId,
        uid: &CustomerUid,
        offset: usize,
        count_max: usize,
    ) -> Result<Reached<Transaction>, StoreError>;

    /// Opens the attempts of a deletion as `begin_delete` does, whatever schedules need the key (rule V1-064).
    async fn begin_delete_despite_schedules(
        &self,
        store: &StoreId,
        key: &BillingKey,
        attempts: Vec<OpenAttempt>,
    ) -> Result<Begin, StoreError>;

    /// Keeps new schedules, all or none.
    async fn create_schedules(&self, schedules: Vec<Schedule>) -> Result<NewSchedules, StoreError>;

    /// The latest schedule of a payment.
    async fn schedule_of_payment(
        &self,
        store: &StoreId,
        payment: &PaymentId,
    ) -> Result<Option<Schedule>, StoreError>;

    /// Moves a schedule, or opens one again that is over.
    async fn reopen_schedule(&self, reopen: Reopen) -> Result<ReopenSchedule, StoreError>;
}
