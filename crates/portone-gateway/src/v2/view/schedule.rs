//! Schedules as answers show them.

use portone_core::Product;
use portone_engine::ledger::{Schedule, ScheduleStatus};
use schemars::JsonSchema;
use serde::Serialize;

use super::customer::CustomerView;
use super::list::PageInfo;
use super::merchant_id;
use crate::answer::Moment;

/// Schema `CreatePaymentScheduleResponse`.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct CreatedResponse<'a> {
    schedule: Summary<'a>,
}

/// Schema `PaymentScheduleSummary`.
#[derive(Debug, Serialize, JsonSchema)]
struct Summary<'a> {
    id: &'a str,
}

impl<'a> From<&'a Schedule> for CreatedResponse<'a> {
    fn from(schedule: &'a Schedule) -> Self {
        Self { schedule: Summary { id: schedule.id.as_str() } }
    }
}

/// Schema `GetPaymentSchedulesResponse`.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct SchedulesResponse<'a> {
    /// Those of the page.
    pub(crate) items: Vec<ScheduleView<'a>>,
    /// Which page.
    pub(crate) page: PageInfo,
}

/// Schema `RevokePaymentSchedulesResponse`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RevokedResponse<'a> {
    /// Those called off.
    pub(crate) revoked_schedule_ids: Vec<&'a str>,
    /// When; absent when there was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) revoked_at: Option<Moment>,
}

/// One member of the union `PaymentSchedule`: which times are there depends on the status. Clients take `customData`,
/// `isCulturalExpense` and `isEscrow` for mandatory.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ScheduleView<'a> {
    status: &'static str,
    id: &'a str,
    merchant_id: String,
    store_id: &'a str,
    payment_id: &'a str,
    billing_key: &'a str,
    order_name: &'a str,
    is_cultural_expense: bool,
    is_escrow: bool,
    customer: CustomerView<'a>,
    custom_data: &'a str,
    total_amount: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    tax_free_amount: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vat_amount: Option<i64>,
    currency: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    installment_month: Option<i32>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    notice_urls: &'a [String],
    #[serde(skip_serializing_if = "<[Product]>::is_empty")]
    #[schemars(with = "Vec<serde_json::Map<String, serde_json::Value>>")]
    products: &'a [Product],
    created_at: Moment,
    time_to_pay: Moment,
    #[serde(skip_serializing_if = "Option::is_none")]
    started_at: Option<Moment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    completed_at: Option<Moment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    revoked_at: Option<Moment>,
}

impl<'a> From<&'a Schedule> for ScheduleView<'a> {
    fn from(schedule: &'a Schedule) -> Self {
        let order = &schedule.order;
        let (is_started, is_completed, is_revoked) = match schedule.status {
            ScheduleStatus::Scheduled => (false, false, false),
            ScheduleStatus::Started => (true, false, false),
            ScheduleStatus::Pending | ScheduleStatus::Succeeded | ScheduleStatus::Failed => {
                (true, true, false)
            }
            ScheduleStatus::Revoked => (false, false, true),
        };
        let moment = |is_there: bool, at: Option<chrono::DateTime<chrono::Utc>>| {
            // A mandatory time that is not known is the time it was due.
            is_there.then(|| Moment(at.unwrap_or(schedule.time_to_pay)))
        };
        Self {
            status: schedule.status.code(),
            id: schedule.id.as_str(),
            merchant_id: merchant_id(&schedule.store_id),
            store_id: schedule.store_id.as_str(),
            payment_id: order.payment_id.as_str(),
            billing_key: schedule.billing_key.as_str(),
            order_name: &order.order_name,
            is_cultural_expense: order.is_cultural_expense.unwrap_or(false),
            is_escrow: order.is_escrow.unwrap_or(false),
            customer: CustomerView::from(&order.customer),
            custom_data: schedule.custom_data.as_deref().unwrap_or(""),
            total_amount: order.amount.total,
            tax_free_amount: order.amount.tax_free,
            vat_amount: order.amount.vat,
            currency: order.amount.currency.code(),
            installment_month: schedule.installment_month,
            notice_urls: &schedule.notice_urls,
            products: &order.products,
            created_at: Moment(schedule.created_at),
            time_to_pay: Moment(schedule.time_to_pay),
            started_at: moment(is_started, schedule.started_at),
            completed_at: moment(is_completed, schedule.completed_at),
            revoked_at: moment(is_revoked, schedule.revoked_at),
        }
    }
}
