//! `POST /payments/{paymentId}/schedule`, and `GET` and `DELETE /payment-schedules`.

use portone_core::{BillingKey, PaymentScheduleId};
use portone_engine::Engine;
use portone_engine::ledger::ScheduleStatus;
use portone_engine::port::{ScheduleQuery, ScheduleSort};
use portone_engine::request::{Caller, CreateScheduleRequest};

use super::page::Page;
use super::{Read, payment, payment_id, read_body, read_within, rules};
use crate::auth::Access;
use crate::fields::{Fields, INPUT};
use crate::json::RawBody;

/// `channelGroupId` is no member of the schema; it is known here so that rule SR-021 refuses it.
const PAYMENT: &[&str] = &[
    "storeId",
    "billingKey",
    "channelKey",
    "channelGroupId",
    "orderName",
    "customer",
    "customData",
    "amount",
    "currency",
    "installmentMonth",
    "useFreeInterestFromMerchant",
    "useCardPoint",
    "cashReceipt",
    "country",
    "noticeUrls",
    "products",
    "productCount",
    "productType",
    "shippingAddress",
    "promotionId",
    "locale",
    "bypass",
];
const FILTER: &[&str] = &["storeId", "billingKey", "from", "until", "status", "isForTest"];
const SORTS: [(&str, ScheduleSort); 4] = [
    ("CREATED_AT", ScheduleSort::CreatedAt),
    ("TIME_TO_PAY", ScheduleSort::TimeToPay),
    ("COMPLETED_AT", ScheduleSort::CompletedAt),
    ("STATUS_TIMESTAMP", ScheduleSort::StatusTimestamp),
];
const ORDERS: [(&str, bool); 2] = [("DESC", false), ("ASC", true)];

/// How many schedules one request calls off by their ids.
const REVOKE_COUNT_MAX: usize = 1_000;

/// A schedule to make (schema `CreatePaymentScheduleBody`). The store is named inside `payment`.
pub(crate) fn create(body: &RawBody, access: &Access, id: &str) -> Read<CreateScheduleRequest> {
    read_within(body, access, &["payment", "timeToPay"], Some("payment"), |root, caller| {
        let fields = root.under(&rules::SCHEDULE);
        if !fields.has("timeToPay") {
            fields.add("timeToPay", "is missing; write it like 2026-01-31T15:00:00+09:00");
        }
        let time_to_pay = fields.moment("timeToPay");
        let order_id = payment_id(root, id);
        let payment = fields.need_object("payment", &rules::SCHEDULE, PAYMENT)?;
        let pay = payment::key_payment(&payment, caller, order_id);
        // Cards get no cash receipt, and it is not kept until then.
        payment.note_ignored("cashReceipt");
        pay.zip(time_to_pay).map(|(pay, time_to_pay)| CreateScheduleRequest { pay, time_to_pay })
    })
}

/// What is asked of `GET /payment-schedules` (schema `GetPaymentSchedulesBody`).
pub(crate) fn list(body: &RawBody, access: &Access, engine: &Engine) -> Read<(Page, ScheduleQuery)> {
    read_within(body, access, &["page", "sort", "filter"], Some("filter"), |root, caller| {
        let page = Page::read(root);
        let filter = root.object("filter", &INPUT, FILTER);
        let filter = filter.as_ref();
        let sort = root.object("sort", &INPUT, &["by", "order"]);
        let sort = sort.as_ref();
        let from = filter.and_then(|filter| filter.moment("from"));
        let until = filter.and_then(|filter| filter.moment("until"));
        let (from, until) = engine.schedule_window(from, until);
        let by = sort.and_then(|sort| sort.choice("by", SORTS.into_iter()));
        let ascending = sort.and_then(|sort| sort.choice("order", ORDERS.into_iter()));
        let billing_key = filter.and_then(|filter| filter.id::<BillingKey>("billingKey"));
        let statuses = filter.map(statuses).unwrap_or_default();
        let is_for_test = filter.and_then(|filter| filter.flag("isForTest"));
        let page = page?;
        let query = ScheduleQuery {
            store_id: caller.store_id,
            billing_keys: billing_key.map(|key| vec![key]),
            from,
            until,
            statuses,
            is_for_test,
            sort: by.unwrap_or(ScheduleSort::TimeToPay),
            ascending: ascending.unwrap_or(false),
            skip: page.offset()?,
            count_max: page.count_max()?,
        };
        Some((page, query))
    })
}

fn statuses(filter: &Fields<'_, '_>) -> Vec<ScheduleStatus> {
    let codes = filter.texts("status").into_iter().enumerate().filter_map(|(at, given)| {
        let found = ScheduleStatus::ALL.into_iter().find(|status| status.code() == given);
        if found.is_none() {
            let known = ScheduleStatus::ALL.map(ScheduleStatus::code).join(", ");
            filter.add(&format!("status[{at}]"), format!("is no documented value; send one of {known}"));
        }
        found
    });
    codes.collect()
}

/// Schedules to call off.
pub(crate) struct Revocation {
    /// Who asks.
    pub(crate) caller: Caller,
    /// Of which key.
    pub(crate) key: Option<BillingKey>,
    /// Which; absent means all of the key that wait.
    pub(crate) ids: Option<Vec<PaymentScheduleId>>,
}

/// What `DELETE /payment-schedules` is to call off (schema `RevokePaymentSchedulesBody`, rule V2-086).
pub(crate) fn revoke(body: &RawBody, access: &Access) -> Read<Revocation> {
    read_body(body, access, &["storeId", "billingKey", "scheduleIds"], |root, caller| {
        let fields = root.under(&rules::REVOCATION);
        let key = fields.id("billingKey");
        let ids = fields.has("scheduleIds").then(|| schedule_ids(&fields));
        if !fields.has("billingKey") && ids.is_none() {
            fields.add("billingKey", "is missing, and so is scheduleIds; send one of them or both");
        }
        Some(Revocation { caller, key, ids })
    })
}

fn schedule_ids(fields: &Fields<'_, '_>) -> Vec<PaymentScheduleId> {
    let texts = fields.texts("scheduleIds");
    if texts.is_empty() {
        fields.add("scheduleIds", "names no schedule; name some, or leave it out for all of the key");
    }
    if texts.len() > REVOKE_COUNT_MAX {
        fields.add("scheduleIds", format!("names {}; name at most {REVOKE_COUNT_MAX}", texts.len()));
    }
    let mut ids: Vec<PaymentScheduleId> = Vec::new();
    for (at, text) in texts.iter().enumerate() {
        match PaymentScheduleId::parse(text) {
            Ok(id) if ids.contains(&id) => {}
            Ok(id) => ids.push(id),
            Err(error) => fields.add(&format!("scheduleIds[{at}]"), error.to_string()),
        }
    }
    ids
}
