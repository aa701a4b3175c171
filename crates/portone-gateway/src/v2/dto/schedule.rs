//! `POST /payments/{paymentId}/schedule`, and `GET` and `DELETE /payment-schedules`.

use portone_core::{BillingKey, PaymentScheduleId};
use portone_engine::Engine;
use portone_engine::ledger::ScheduleStatus;
use portone_engine::port::{ScheduleQuery, ScheduleSort};
use portone_engine::request::{Caller, CreateScheduleRequest};

use super::{Read, finish, payment, payment_id, rules};
use crate::auth::Access;
use crate::error::ApiError;
use crate::fields::{Fields, Findings, INPUT};
use crate::json::{Node, RawBody};

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

/// How many schedules lie before the end of the last page that can be asked for (rule V2-015).
const WINDOW_COUNT_MAX: i64 = 60_000;
const PAGE_SIZE_DEFAULT: i32 = 10;
/// How many schedules one request calls off by their ids.
const REVOKE_COUNT_MAX: usize = 1_000;

/// A schedule to make (schema `CreatePaymentScheduleBody`). The store is named inside `payment`.
pub(crate) fn create(body: &RawBody, access: &Access, id: &str) -> Read<CreateScheduleRequest> {
    read(body, &["payment", "timeToPay"], |root| {
        let fields = root.under(&rules::SCHEDULE);
        if !fields.has("timeToPay") {
            fields.add("timeToPay", "is missing; write it like 2026-01-31T15:00:00+09:00");
        }
        let time_to_pay = fields.moment("timeToPay");
        let order_id = payment_id(root, id);
        let Some(payment) = fields.need_object("payment", &rules::SCHEDULE, PAYMENT) else { return Ok(None) };
        let caller = access.caller(payment.text("storeId"))?;
        let pay = payment::key_payment(&payment, caller, order_id);
        // Cards get no cash receipt, and it is not kept until then.
        payment.note_ignored("cashReceipt");
        Ok(pay.zip(time_to_pay).map(|(pay, time_to_pay)| CreateScheduleRequest { pay, time_to_pay }))
    })
}

/// A list of schedules that is asked for.
pub(crate) struct List {
    /// The page's number, from 0.
    pub(crate) number: i32,
    /// How many a page has.
    pub(crate) size: i32,
    /// Which.
    pub(crate) query: ScheduleQuery,
}

/// What is asked of `GET /payment-schedules` (schema `GetPaymentSchedulesBody`).
pub(crate) fn list(body: &RawBody, access: &Access, engine: &Engine) -> Read<List> {
    read(body, &["page", "sort", "filter"], |root| {
        let filter = root.object("filter", &INPUT, FILTER);
        let filter = filter.as_ref();
        let caller = access.caller(filter.and_then(|filter| filter.text("storeId")))?;
        let (number, size) = page(root);
        let sort = root.object("sort", &INPUT, &["by", "order"]);
        let sort = sort.as_ref();
        let from = filter.and_then(|filter| filter.moment("from"));
        let until = filter.and_then(|filter| filter.moment("until"));
        let (from, until) = engine.schedule_window(from, until);
        let query = ScheduleQuery {
            store_id: caller.store_id,
            billing_key: filter.and_then(|filter| filter.id::<BillingKey>("billingKey")),
            from,
            until,
            statuses: filter.map(statuses).unwrap_or_default(),
            is_for_test: filter.and_then(|filter| filter.flag("isForTest")),
            sort: sort
                .and_then(|sort| sort.choice("by", SORTS.into_iter()))
                .unwrap_or(ScheduleSort::TimeToPay),
            ascending: sort.and_then(|sort| sort.choice("order", ORDERS.into_iter())).unwrap_or(false),
            skip: usize::try_from(i64::from(number) * i64::from(size)).unwrap_or(0),
            count_max: usize::try_from(size).unwrap_or(0),
        };
        Ok(Some(List { number, size, query }))
    })
}

/// The page (schema `PageInput`, rule V2-015).
fn page(root: &Fields<'_, '_>) -> (i32, i32) {
    let page = root.object("page", &rules::PAGE, &["number", "size"]);
    let number = page.as_ref().and_then(|page| page.int32_from("number", 0)).unwrap_or(0);
    let size = page.as_ref().and_then(|page| page.int32_from("size", 1)).unwrap_or(PAGE_SIZE_DEFAULT);
    if (i64::from(number) + 1) * i64::from(size) > WINDOW_COUNT_MAX {
        let message = format!("ends behind the first {WINDOW_COUNT_MAX}; narrow the filter");
        root.under(&rules::PAGE).add("page", message);
    }
    (number, size)
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
    read(body, &["storeId", "billingKey", "scheduleIds"], |root| {
        let caller = access.caller(root.text("storeId"))?;
        let fields = root.under(&rules::REVOCATION);
        let key = fields.id("billingKey");
        let ids = fields.has("scheduleIds").then(|| schedule_ids(&fields));
        if !fields.has("billingKey") && ids.is_none() {
            fields.add("billingKey", "is missing, and so is scheduleIds; send one of them or both");
        }
        Ok(Some(Revocation { caller, key, ids }))
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

/// Reads a body whose store is named somewhere inside.
fn read<T>(
    body: &RawBody,
    known: &[&'static str],
    read: impl FnOnce(&Fields<'_, '_>) -> Result<Option<T>, ApiError>,
) -> Read<T> {
    let node: Node<'_> = match body.parse() {
        Ok(node) => node,
        Err(error) => return Read::refused(error),
    };
    let findings = Findings::default();
    let request = match read(&Fields::root(&findings, &INPUT, &node, known)) {
        Ok(request) => request,
        Err(error) => return Read::refused(error),
    };
    finish(findings, request)
}
