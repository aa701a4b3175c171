//! Schedules as answers show them (rule V1-066).

use portone_engine::ledger::{Schedule, ScheduleStatus, Transaction};
use serde::Serialize;
use serde_json::value::RawValue;

use super::amount;
use super::payment::{BuyerView, cut, fail_reason, fitting, seconds};
use crate::v1::status::V1Status;

/// Schema `ScheduleResultAnnotation`.
#[derive(Debug, Serialize)]
pub(crate) struct ScheduleView<'a> {
    customer_uid: &'a str,
    merchant_uid: String,
    imp_uid: Option<String>,
    pg_provider: Option<String>,
    pg_id: Option<&'a str>,
    customer_id: Option<&'a str>,
    schedule_at: i64,
    executed_at: i64,
    revoked_at: i64,
    amount: Box<RawValue>,
    currency: &'static str,
    name: String,
    #[serde(flatten)]
    buyer: BuyerView<'a>,
    custom_data: Option<&'a str>,
    schedule_status: &'static str,
    payment_status: Option<&'static str>,
    fail_reason: Option<String>,
    promotion_id: Option<&'a str>,
}

/// A state as V1 spells it: one that is being paid still waits, one whose outcome is open was executed.
pub(crate) const fn status(status: ScheduleStatus) -> &'static str {
    match status {
        ScheduleStatus::Scheduled | ScheduleStatus::Started => "scheduled",
        ScheduleStatus::Pending | ScheduleStatus::Succeeded | ScheduleStatus::Failed => "executed",
        ScheduleStatus::Revoked => "revoked",
    }
}

impl<'a> ScheduleView<'a> {
    /// A schedule of the key with that name, with the attempt to pay that it made.
    pub(crate) fn of(
        schedule: &'a Schedule,
        customer_uid: &'a str,
        attempt: Option<&'a Transaction>,
    ) -> Self {
        let (order, status) = (&schedule.order, status(schedule.status));
        let attempt = attempt.filter(|_| status == "executed");
        let channel = attempt.map(|attempt| &attempt.channel);
        let payment = attempt.map(|attempt| V1Status::from(attempt.status));
        let is_revoked = schedule.status == ScheduleStatus::Revoked;
        Self {
            customer_uid,
            merchant_uid: cut(order.payment_id.as_str(), 40),
            imp_uid: attempt.map(|attempt| attempt.imp_uid.to_string()),
            pg_provider: channel.map(|channel| cut(&channel.provider.v1_code(), 16)),
            pg_id: channel.and_then(|channel| fitting(channel.pg_merchant_id.as_str(), 64)),
            customer_id: order.customer.id.as_deref(),
            schedule_at: schedule.time_to_pay.timestamp(),
            executed_at: if status == "executed" { seconds(schedule.completed_at) } else { 0 },
            revoked_at: if is_revoked { seconds(schedule.revoked_at) } else { 0 },
            amount: amount(order.amount.total, order.amount.currency),
            currency: order.amount.currency.code(),
            name: cut(&order.order_name, 40),
            buyer: BuyerView::of(&order.customer),
            custom_data: schedule.custom_data.as_deref(),
            schedule_status: status,
            // One that nobody knows the end of is neither paid nor failed.
            payment_status: payment.filter(|status| *status != V1Status::Ready).map(V1Status::code),
            fail_reason: attempt.and_then(|attempt| attempt.failure.as_ref()).map(fail_reason),
            promotion_id: order.promotion_id.as_deref(),
        }
    }
}
