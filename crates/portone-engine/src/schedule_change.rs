//! Schedules that V1 moves, and those it opens again after they failed or were called off (rules V1-069 to V1-071).

use chrono::{DateTime, Utc};
use portone_core::{PaymentId, Report, StoreId};

use crate::engine::{Engine, delta};
use crate::error::EngineError;
use crate::ledger::{BillingKeyRecord, Schedule, ScheduleStatus};
use crate::port::{Reopen, ReopenSchedule, TakenUp};
use crate::request::Caller;
use crate::run_schedules::RUN_COUNT_MAX;
use crate::schedule::{TIME_FIELD, TIME_TO_PAY};

/// What waits for its time and can be moved.
const WAITING: &[ScheduleStatus] = &[ScheduleStatus::Scheduled];
/// What is over without a payment and can be opened again.
const OVER: &[ScheduleStatus] = &[ScheduleStatus::Failed, ScheduleStatus::Revoked];

impl Engine {
    /// The latest schedule of a payment.
    pub async fn schedule_of_payment(
        &self,
        store: &StoreId,
        payment: &PaymentId,
    ) -> Result<Schedule, EngineError> {
        let found = self.store.schedule_of_payment(store, payment).await?;
        found.ok_or_else(|| EngineError::ScheduleNotFound(payment.to_string()))
    }

    /// Moves a schedule that waits to another time (rule V1-069).
    pub async fn move_schedule(
        &self,
        caller: &Caller,
        payment: &PaymentId,
        time_to_pay: DateTime<Utc>,
    ) -> Result<Schedule, EngineError> {
        let schedule = self.schedule_of_payment(&caller.store_id, payment).await?;
        self.check_time(time_to_pay)?;
        let group = schedule.channel_group.clone();
        self.reopen(Reopen {
            store_id: schedule.store_id,
            id: schedule.id,
            from: WAITING,
            time_to_pay,
            billing_key: schedule.billing_key,
            channel_group: group,
            taken_up: None,
        })
        .await
    }

    /// Opens a schedule that failed or was called off again, for another time (rule V1-071).
    pub async fn reschedule(
        &self,
        caller: &Caller,
        payment: &PaymentId,
        time_to_pay: DateTime<Utc>,
    ) -> Result<Schedule, EngineError> {
        let schedule = self.schedule_of_payment(&caller.store_id, payment).await?;
        self.check_time(time_to_pay)?;
        let record = self.key_of(caller, &schedule).await?;
        self.reopen(opened_again(schedule, &record, time_to_pay, None)).await
    }

    /// Pays a schedule that failed or was called off, at once (rule V1-070). The payment tells what came of it.
    pub async fn retry_schedule(&self, caller: &Caller, payment: &PaymentId) -> Result<(), EngineError> {
        let schedule = self.schedule_of_payment(&caller.store_id, payment).await?;
        let record = self.key_of(caller, &schedule).await?;
        let now = self.now();
        let until = now + delta(self.config.deadline) + delta(self.config.lease_margin);
        // The last go: what does not reach the PG is told, and not tried again behind the shop's back.
        let taken_up = TakenUp { now, until, run_count: RUN_COUNT_MAX };
        let time_to_pay = schedule.time_to_pay;
        let schedule = self.reopen(opened_again(schedule, &record, time_to_pay, Some(taken_up))).await?;
        self.try_schedule(&schedule).await?;
        Ok(())
    }

    /// The key that pays a schedule: the last one of the name that its maker gave.
    async fn key_of(&self, caller: &Caller, schedule: &Schedule) -> Result<BillingKeyRecord, EngineError> {
        match &schedule.customer_uid {
            Some(uid) => self.customer(&caller.store_id, uid).await,
            None => self.usable_key(caller, &schedule.billing_key).await,
        }
    }

    fn check_time(&self, time_to_pay: DateTime<Utc>) -> Result<(), EngineError> {
        let now = self.now();
        if time_to_pay > now {
            return Ok(());
        }
        let mut report = Report::new();
        let message = format!("is not in the future: it is {}; send a later time", now.to_rfc3339());
        report.add(&TIME_TO_PAY, TIME_FIELD, message);
        Err(EngineError::Invalid(report))
    }

    async fn reopen(&self, reopen: Reopen) -> Result<Schedule, EngineError> {
        let id = reopen.id.to_string();
        match self.store.reopen_schedule(reopen).await? {
            ReopenSchedule::Done(schedule) => Ok(*schedule),
            ReopenSchedule::NotFound => Err(EngineError::ScheduleNotFound(id)),
            ReopenSchedule::InState(status) => Err(EngineError::ScheduleInState(status.code())),
            ReopenSchedule::AlreadyScheduled => Err(EngineError::ScheduleExists),
            ReopenSchedule::AlreadyPaidOrWaiting => Err(EngineError::AlreadyPaidOrWaiting),
        }
    }
}

fn opened_again(
    schedule: Schedule,
    record: &BillingKeyRecord,
    time_to_pay: DateTime<Utc>,
    taken_up: Option<TakenUp>,
) -> Reopen {
    let group = record.channel_group.as_ref().filter(|_| schedule.channel_key.is_none());
    Reopen {
        store_id: schedule.store_id,
        id: schedule.id,
        from: OVER,
        time_to_pay,
        billing_key: record.key.clone(),
        channel_group: group.map(|group| group.id.clone()),
        taken_up,
    }
}
