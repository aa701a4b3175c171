//! Schedules: make, read, list, call off. A schedule is checked when it is made and routed when it is paid (rule SR-080).

use chrono::{DateTime, TimeDelta, Utc};
use portone_core::{BillingKey, CustomerName, Order, PaymentScheduleId, Report, Rule, Severity, StoreId};
use portone_router::{NoChannelReason, Purpose};

use crate::engine::{Engine, made};
use crate::error::EngineError;
use crate::ledger::{BillingKeyRecord, Schedule, ScheduleStatus};
use crate::pay::{check_parts, commands_by_channel};
use crate::port::{CreateSchedule, RevokeSchedules, SchedulePage, ScheduleQuery};
use crate::request::{Caller, CreateScheduleRequest, PayWithBillingKeyRequest};
use crate::routing::Routing;

/// How far back a list looks where nothing else is asked for (rule V2-017).
const WINDOW: TimeDelta = TimeDelta::days(90);

const TIME_TO_PAY: Rule = reject("V2-084", "A schedule lies in the future.", "seeds 000, 001 and 002");
const PINNED: Rule = reject(
    "SR-071",
    "A channel that a schedule names holds the billing key.",
    "schema BillingKeyPaymentScheduleInput",
);
const GROUP: Rule = reject("SR-080", "A schedule is routed by its key's group when it is paid.", "seed 000");

impl Engine {
    /// Makes a schedule (rule V2-084). Which channels are active does not matter yet; what their rules say does.
    pub async fn create_schedule(&self, request: CreateScheduleRequest) -> Result<Schedule, EngineError> {
        let CreateScheduleRequest { pay, time_to_pay } = request;
        check_parts(&pay.order.amount)?;
        let record = self.usable_key(&pay.caller, &pay.billing_key).await?;
        let now = self.now();
        self.check_schedule(&pay, &record, time_to_pay, now)?;
        let schedule = self.new_schedule(pay, &record, time_to_pay, now)?;
        match self.store.create_schedule(schedule.clone()).await? {
            CreateSchedule::Created => Ok(schedule),
            CreateSchedule::AlreadyScheduled => Err(EngineError::ScheduleExists),
            CreateSchedule::AlreadyPaidOrWaiting => Err(EngineError::AlreadyPaidOrWaiting),
            CreateSchedule::BillingKeyDeleted => Err(EngineError::BillingKeyAlreadyDeleted),
        }
    }

    /// A schedule of a store.
    pub async fn schedule(&self, store: &StoreId, id: &PaymentScheduleId) -> Result<Schedule, EngineError> {
        let found = self.store.schedule(store, id).await?;
        found.ok_or_else(|| EngineError::ScheduleNotFound(id.to_string()))
    }

    /// One page of a store's schedules.
    pub async fn schedules(&self, query: &ScheduleQuery) -> Result<SchedulePage, EngineError> {
        Ok(self.store.schedules(query).await?)
    }

    /// The times to pay that a list covers: absent are now and 90 days before the end (rules V2-017, V2-018).
    pub fn schedule_window(
        &self,
        from: Option<DateTime<Utc>>,
        until: Option<DateTime<Utc>>,
    ) -> (DateTime<Utc>, DateTime<Utc>) {
        let until = until.unwrap_or_else(|| self.now());
        let from = from.or_else(|| until.checked_sub_signed(WINDOW));
        (from.unwrap_or(DateTime::<Utc>::MIN_UTC), until)
    }

    /// Calls schedules off, all or none (rule V2-086): those named, or all of a key that wait for their time.
    pub async fn revoke_schedules(
        &self,
        caller: &Caller,
        key: Option<&BillingKey>,
        ids: Option<&[PaymentScheduleId]>,
    ) -> Result<(Vec<PaymentScheduleId>, DateTime<Utc>), EngineError> {
        if let Some(key) = key {
            self.usable_key(caller, key).await?;
        }
        let now = self.now();
        match self.store.revoke_schedules(&caller.store_id, key, ids, now).await? {
            RevokeSchedules::Revoked(ids) => Ok((ids, now)),
            RevokeSchedules::NotFound(id) => Err(EngineError::ScheduleNotFound(id.to_string())),
            RevokeSchedules::AlreadyProcessed(id) => {
                Err(EngineError::ScheduleAlreadyProcessed(id.to_string()))
            }
            RevokeSchedules::AlreadyRevoked(id) => Err(EngineError::ScheduleAlreadyRevoked(id.to_string())),
        }
    }

    /// Everything that would be wrong whenever it is paid.
    fn check_schedule(
        &self,
        pay: &PayWithBillingKeyRequest,
        record: &BillingKeyRecord,
        time_to_pay: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<(), EngineError> {
        let mut report = Report::new();
        if time_to_pay <= now {
            let message = format!("is not in the future: it is {}; send a later time", now.to_rfc3339());
            report.add(&TIME_TO_PAY, "timeToPay", message);
        }
        self.check_name(pay, record, &mut report);
        match self.try_routing(pay, record) {
            Err(EngineError::NoChannel(found)) => match found.reason {
                NoChannelReason::Refused if !report.refuses() => return Err(EngineError::NoChannel(found)),
                NoChannelReason::PinWithoutBillingKey => {
                    report.add(&PINNED, "payment.channelKey", found.reason.explanation());
                }
                // Which channels are there and active counts when it is paid.
                NoChannelReason::Refused
                | NoChannelReason::NoSelectableMember
                | NoChannelReason::NoUsableBillingKey
                | NoChannelReason::PinUnusable => {}
            },
            Err(EngineError::ChannelNotFound(what)) => {
                let (rule, field) = match &pay.channel_key {
                    Some(_) => (&PINNED, "payment.channelKey"),
                    None => (&GROUP, "payment.billingKey"),
                };
                report.add(rule, field, format!("{what}; name another, or issue a new key"));
            }
            Err(other) => return Err(other),
            Ok(()) => {}
        }
        if report.refuses() { Err(EngineError::Invalid(report)) } else { Ok(()) }
    }

    /// Some PGs ask schedules for a name that they do not ask payments for.
    fn check_name(&self, pay: &PayWithBillingKeyRequest, record: &BillingKeyRecord, report: &mut Report) {
        if is_named(&pay.order) {
            return;
        }
        let directory = self.directory();
        let rules = record
            .channels
            .iter()
            .map(|part| &part.channel.key)
            .filter(|key| pay.channel_key.as_ref().is_none_or(|pinned| pinned == *key))
            .filter_map(|key| directory.channel(&pay.caller.store_id, key)?.adapter().ok())
            .filter_map(|adapter| adapter.profile().schedule_customer_name);
        for rule in rules {
            let known = report.violations.iter().any(|violation| violation.rule == rule.code);
            if !known {
                report.add(
                    rule,
                    "payment.customer.name",
                    "is missing; send full, or separated with first and last",
                );
            }
        }
    }

    /// Asks the channels' rules as if it were paid now. Nothing is drawn.
    fn try_routing(
        &self,
        pay: &PayWithBillingKeyRequest,
        record: &BillingKeyRecord,
    ) -> Result<(), EngineError> {
        let directory = self.directory();
        let ctx = self.context();
        let commands = commands_by_channel(pay, record);
        let routing = Routing { directory: &directory, store_id: &pay.caller.store_id, ctx: &ctx };
        let purpose = Purpose::BillingKeyPayment;
        match (&pay.channel_key, &record.channel_group) {
            (Some(key), _) => routing.pinned(key, purpose, commands.get(key)).map(drop),
            (None, Some(group)) => {
                let group = routing.group(&group.id)?;
                routing
                    .roster(group, |key| commands.get(key))
                    .choose(purpose, 0)
                    .map(drop)
                    .map_err(Into::into)
            }
            (None, None) => {
                let key = commands.keys().next().ok_or(EngineError::BillingKeyNotFound)?;
                routing.pinned(key, purpose, commands.get(key)).map(drop)
            }
        }
    }

    fn new_schedule(
        &self,
        pay: PayWithBillingKeyRequest,
        record: &BillingKeyRecord,
        time_to_pay: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<Schedule, EngineError> {
        let first = record.channels.first().ok_or(EngineError::BillingKeyNotFound)?;
        let group = record.channel_group.as_ref().filter(|_| pay.channel_key.is_none());
        Ok(Schedule {
            id: made(PaymentScheduleId::parse(&format!("payment-schedule-{}", self.new_uuid(now)))),
            store_id: pay.caller.store_id,
            status: ScheduleStatus::Scheduled,
            billing_key: pay.billing_key,
            channel_group: group.map(|group| group.id.clone()),
            channel_key: pay.channel_key,
            environment: first.channel.environment,
            order: pay.order,
            installment_month: pay.installment_month,
            use_free_interest_from_merchant: pay.use_free_interest_from_merchant,
            use_card_point: pay.use_card_point,
            locale: pay.locale,
            custom_data: pay.extras.custom_data,
            notice_urls: pay.extras.notice_urls,
            origin_ip: pay.caller.ip,
            created_at: now,
            time_to_pay,
            started_at: None,
            completed_at: None,
            revoked_at: None,
            run_count: 0,
        })
    }
}

fn is_named(order: &Order) -> bool {
    match &order.customer.name {
        Some(CustomerName::Full(full)) => !full.trim().is_empty(),
        Some(CustomerName::Separated { first, last }) => !first.trim().is_empty() && !last.trim().is_empty(),
        None => false,
    }
}

const fn reject(code: &'static str, reason: &'static str, source: &'static str) -> Rule {
    Rule { code, severity: Severity::Reject, reason, source }
}
