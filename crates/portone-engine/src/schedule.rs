//! Schedules: make, read, list, call off. A schedule is checked when it is made and routed when it is paid (rule SR-080).

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use portone_core::{
    BillingKey, ChannelKey, Command, PaymentScheduleId, Report, Rule, Schedule as ScheduleCommand, Severity,
    StoreId, Violation,
};
use portone_router::{NoChannelReason, Purpose};

use crate::directory::ChannelEntry;
use crate::discount::Grant;
use crate::engine::{Engine, made};
use crate::error::EngineError;
use crate::idempotency::Operation;
use crate::ledger::{BillingKeyRecord, Schedule, ScheduleStatus};
use crate::pay::{check_parts, commands_by_channel};
use crate::port::{CreateSchedule, RevokeSchedules, SchedulePage, ScheduleQuery};
use crate::request::{Caller, CreateScheduleRequest, PayWithBillingKeyRequest};
use crate::routing::Routing;

/// How far back a list looks where nothing else is asked for (rule V2-017).
const WINDOW: TimeDelta = TimeDelta::days(90);

pub(crate) const TIME_FIELD: &str = "timeToPay";

pub(crate) const TIME_TO_PAY: Rule =
    reject("V2-084", "A schedule lies in the future.", "seeds 000, 001 and 002");
const PINNED: Rule = reject(
    "SR-071",
    "A channel that a schedule names holds the billing key.",
    "schema BillingKeyPaymentScheduleInput",
);
const GROUP: Rule = reject("SR-080", "A schedule is routed by its key's group when it is paid.", "seed 000");

impl Engine {
    /// Makes a schedule (rule V2-084). Which channels are active does not matter yet; what their rules say does.
    pub async fn create_schedule(&self, request: CreateScheduleRequest) -> Result<Schedule, EngineError> {
        // One idempotency key makes one schedule, however often its request is taken up again.
        let named = |operation: &Operation| format!("payment-schedule-{}", operation.id);
        let operation = request.pay.caller.operation.clone();
        let Some(id) = operation.as_ref().map(|it| made(PaymentScheduleId::parse(&named(it)))) else {
            return self.create_schedule_as(request, None).await;
        };
        let (store, is_resumed) = (request.pay.caller.store_id.clone(), request.pay.caller.is_resumed());
        if is_resumed && let Some(known) = self.store.schedule(&store, &id).await? {
            return Ok(known);
        }
        match self.create_schedule_as(request, Some(id.clone())).await {
            // Its gateway may have stood still until another took the request up again.
            Err(refusal) => {
                let known = self.store.schedule(&store, &id).await?;
                known.ok_or(refusal)
            }
            created => created,
        }
    }

    async fn create_schedule_as(
        &self,
        request: CreateScheduleRequest,
        id: Option<PaymentScheduleId>,
    ) -> Result<Schedule, EngineError> {
        let CreateScheduleRequest { pay, time_to_pay } = request;
        check_parts(&pay.order.amount)?;
        let record = self.usable_key(&pay.caller, &pay.billing_key).await?;
        let now = self.now();
        self.may_begin(pay.caller.operation.as_ref(), now)?;
        self.named_promotion(&pay.caller.store_id, &pay.order, "payment.promotionId")?;
        self.check_schedule(&pay, &record, time_to_pay, now)?;
        let held = pay.caller.operation.as_ref().map(Operation::held);
        let mut schedule = self.new_schedule(pay, &record, time_to_pay, now)?;
        if let Some(id) = id {
            schedule.id = id;
        }
        match self.store.create_schedule(schedule.clone(), held).await? {
            CreateSchedule::Created => Ok(schedule),
            refused => Err(why_not_created(refused)),
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
    pub(crate) fn check_schedule(
        &self,
        pay: &PayWithBillingKeyRequest,
        record: &BillingKeyRecord,
        time_to_pay: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<(), EngineError> {
        let mut report = Report::new();
        if time_to_pay <= now {
            let message = format!("is not in the future: it is {}; send a later time", now.to_rfc3339());
            report.add(&TIME_TO_PAY, TIME_FIELD, message);
        }
        let commands = schedules_by_channel(pay, record, time_to_pay);
        self.check_schedules_own_rules(pay, &commands, &mut report);
        match self.try_routing(pay, record, &commands) {
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

    /// What a PG asks of schedules and not of payments. Every channel that may be drawn when it is paid has its say:
    /// the draw then asks for what payments need, so it would not pass over a channel that needs more of a schedule.
    fn check_schedules_own_rules(
        &self,
        pay: &PayWithBillingKeyRequest,
        commands: &BTreeMap<ChannelKey, Command>,
        report: &mut Report,
    ) {
        let directory = self.directory();
        let ctx = self.context();
        for (key, command) in commands {
            let Command::Schedule(schedule) = command else { continue };
            let named = pay.channel_key.as_ref().is_none_or(|pinned| pinned == key);
            let entry = directory.channel(&pay.caller.store_id, key).filter(|_| named);
            let Some(Ok(adapter)) = entry.map(ChannelEntry::adapter) else { continue };
            let (mut of_schedule, mut of_payment) = (Report::new(), Report::new());
            adapter.check(command, &ctx, &mut of_schedule);
            adapter.check(&Command::PayWithBillingKey(schedule.pay.clone()), &ctx, &mut of_payment);
            for violation in of_schedule.rejections().filter(|violation| violation.field != TIME_FIELD) {
                let same = |known: &&Violation| known.rule == violation.rule;
                if !of_payment.violations.iter().chain(&report.violations).any(|known| same(&known)) {
                    report.violations.push(violation.clone());
                }
            }
        }
    }

    /// Asks the channels' rules. Nothing is drawn.
    fn try_routing(
        &self,
        pay: &PayWithBillingKeyRequest,
        record: &BillingKeyRecord,
        commands: &BTreeMap<ChannelKey, Command>,
    ) -> Result<(), EngineError> {
        let directory = self.directory();
        let ctx = self.context();
        let routing = Routing {
            directory: &directory,
            store_id: &pay.caller.store_id,
            ctx: &ctx,
            face: pay.caller.face,
        };
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

    pub(crate) fn new_schedule(
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
            face: pay.caller.face,
            status: ScheduleStatus::Scheduled,
            billing_key: pay.billing_key,
            customer_uid: pay.customer_uid,
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

/// Why a schedule was not kept.
pub(crate) const fn why_not_created(refused: CreateSchedule) -> EngineError {
    match refused {
        CreateSchedule::Created | CreateSchedule::AlreadyScheduled => EngineError::ScheduleExists,
        CreateSchedule::AlreadyPaidOrWaiting => EngineError::AlreadyPaidOrWaiting,
        CreateSchedule::BillingKeyDeleted => EngineError::BillingKeyAlreadyDeleted,
        CreateSchedule::GivenUp => EngineError::UnknownOutcome,
    }
}

fn schedules_by_channel(
    pay: &PayWithBillingKeyRequest,
    record: &BillingKeyRecord,
    time_to_pay: DateTime<Utc>,
) -> BTreeMap<ChannelKey, Command> {
    let schedule = |command| match command {
        Command::PayWithBillingKey(pay) => Command::Schedule(ScheduleCommand { pay, time_to_pay }),
        other => other,
    };
    let order = pay.order.promotion_id.as_ref().map(|_| Grant::charged(None, &pay.order));
    let commands = commands_by_channel(pay, order.as_ref().unwrap_or(&pay.order), record);
    commands.into_iter().map(|(key, command)| (key, schedule(command))).collect()
}

const fn reject(code: &'static str, reason: &'static str, source: &'static str) -> Rule {
    Rule { code, severity: Severity::Reject, reason, source }
}
