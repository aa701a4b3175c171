//! Paying what is due: each schedule once, however many gateways share the database and wherever one of them dies.
//!
//! Taking a schedule up and making it started is one commit; its payment then goes the way of every billing-key payment.
//! A gateway that dies before the payment began is made up for when the lease is over; one that dies later leaves an open
//! attempt, and whoever settles that moves the schedule on in the same commit.

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::{StreamExt as _, stream::FuturesUnordered};
use portone_core::PaymentScheduleId;
use serde_json::json;

use crate::engine::{Engine, delta};
use crate::error::EngineError;
use crate::ledger::{BillingKeyRecord, Failure, GroupSnapshot, Schedule};
use crate::pay::Draft;
use crate::port::{RefusedPayment, RefusedSchedule, StoreError};
use crate::request::{Caller, Extras, PayWithBillingKeyRequest};
use crate::settle::Swept;
use crate::transition;

/// How often a schedule is taken up before an upstream that cannot be reached makes it fail: about half an hour.
pub(crate) const RUN_COUNT_MAX: u32 = 6;

/// One go at a schedule.
#[derive(Debug, Clone)]
pub(crate) struct ScheduleRun {
    pub(crate) id: PaymentScheduleId,
    /// When it is taken up again if nothing was ever sent; absent after the last go.
    pub(crate) again_at: Option<DateTime<Utc>>,
}

impl Engine {
    /// Takes up to `count_max` schedules whose time has come and pays them side by side. A step for the binary's loop; any
    /// number of gateways may run it on one store.
    pub async fn run_due_schedules(&self, count_max: usize) -> Result<Swept, StoreError> {
        let now = self.now();
        let until = now + delta(self.config.deadline) + delta(self.config.lease_margin);
        let claimed = self.store.claim_schedules(now, until, count_max).await?;
        let count = claimed.len();
        let mut paying: FuturesUnordered<_> = claimed.into_iter().map(|due| self.run_schedule(due)).collect();
        let mut finished = 0;
        while let Some(done) = paying.next().await {
            finished += usize::from(done);
        }
        Ok(Swept { claimed: count, finished })
    }

    async fn run_schedule(&self, schedule: Schedule) -> bool {
        match self.try_schedule(&schedule).await {
            Ok(done) => done,
            Err(error) => {
                // The lease runs out by itself, and then it is taken up again.
                tracing::error!(schedule = %schedule.id, %error, "cannot pay a schedule now");
                false
            }
        }
    }

    /// Whether the schedule is over.
    pub(crate) async fn try_schedule(&self, schedule: &Schedule) -> Result<bool, StoreError> {
        let run = ScheduleRun { id: schedule.id.clone(), again_at: again_at(schedule, self.now()) };
        match self.pay_by_key(request_of(schedule), Some(run)).await {
            Ok(_) | Err(EngineError::Declined(_)) => Ok(true),
            Err(EngineError::Unavailable(cause)) => {
                tracing::warn!(schedule = %schedule.id, %cause, "a due schedule did not reach its PG");
                Ok(false)
            }
            Err(EngineError::UnknownOutcome) => {
                self.store.await_schedule(&schedule.id, self.now()).await?;
                Ok(false)
            }
            // Another gateway has ended it.
            Err(EngineError::ScheduleExists) => Ok(false),
            Err(EngineError::Store(error)) => Err(error),
            Err(refusal) => self.refuse_schedule(schedule, &refusal).await.map(|()| true),
        }
    }

    /// Ends a schedule that no PG was asked about: the payment shows why, and its failure is announced (rule SR-076).
    async fn refuse_schedule(&self, schedule: &Schedule, refusal: &EngineError) -> Result<(), StoreError> {
        tracing::warn!(schedule = %schedule.id, %refusal, "a due schedule was refused");
        let now = self.now();
        let record = self.store.billing_key(&schedule.store_id, &schedule.billing_key).await?;
        let payment = record.and_then(|record| self.refused_payment(schedule, record, refusal));
        self.store.refuse_schedule(RefusedSchedule { id: schedule.id.clone(), now, payment }).await?;
        Ok(())
    }

    /// The failed payment. No channel was asked; it names the pinned one, else the first that the key was issued at.
    fn refused_payment(
        &self,
        schedule: &Schedule,
        record: BillingKeyRecord,
        refusal: &EngineError,
    ) -> Option<RefusedPayment> {
        let ctx = self.context();
        let pinned =
            record.channels.iter().find(|part| Some(&part.channel.key) == schedule.channel_key.as_ref());
        let channel = pinned.or(record.channels.first())?.channel.clone();
        let group: Option<GroupSnapshot> = record.channel_group.filter(|_| schedule.channel_key.is_none());
        let PayWithBillingKeyRequest { caller, order, extras, .. } = request_of(schedule);
        let draft = Draft {
            order,
            method: record.method,
            card: Some(record.card),
            billing_key: Some(record.key),
            customer_uid: record.customer_uid,
            caller,
            extras,
            schedule_id: Some(schedule.id.clone()),
            grant: None,
        };
        let failure = Failure { reason: refusal.to_string(), pg_code: None, pg_message: None };
        let transaction = draft.transaction(channel, group, &ctx);
        let (transaction, events) = transition::failed(transaction, failure, ctx.now);
        let decision = match refusal {
            EngineError::NoChannel(found) => serde_json::to_string(found).unwrap_or_default(),
            other => json!({"refused": other.to_string()}).to_string(),
        };
        Some(RefusedPayment { transaction, decision, events })
    }
}

/// After 1, 2, 4, 8 and 16 minutes: nothing was sent, so nothing can be paid twice.
fn again_at(schedule: &Schedule, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let earlier = schedule.run_count.saturating_sub(1);
    (schedule.run_count < RUN_COUNT_MAX).then(|| now + TimeDelta::minutes(1 << earlier.min(RUN_COUNT_MAX)))
}

fn request_of(schedule: &Schedule) -> PayWithBillingKeyRequest {
    PayWithBillingKeyRequest {
        caller: Caller {
            store_id: schedule.store_id.clone(),
            ip: schedule.origin_ip.clone(),
            face: schedule.face,
            operation: None,
        },
        billing_key: schedule.billing_key.clone(),
        customer_uid: schedule.customer_uid.clone(),
        channel_key: schedule.channel_key.clone(),
        order: schedule.order.clone(),
        installment_month: schedule.installment_month,
        use_free_interest_from_merchant: schedule.use_free_interest_from_merchant,
        use_card_point: schedule.use_card_point,
        cash_receipt: None,
        locale: schedule.locale.clone(),
        extras: Extras {
            custom_data: schedule.custom_data.clone(),
            notice_urls: schedule.notice_urls.clone(),
            skip_webhook: false,
        },
    }
}
