//! What a list is asked for. Filters on facts the ledger keeps are asked of it; a fact it cannot have (a gift certificate's
//! kind) is no payment's, so such a filter finds nothing.

use std::str::FromStr;

use chrono::{DateTime, Utc};
use portone_core::{CashReceiptType, Currency, Environment, EscrowStatus, PayMethod, StoreId};
use portone_engine::beside::{BesideFilter, ReceiptWanted, Span};
use portone_engine::ledger::{Face, PaymentStatus, Platform, ReceiptStatus};
use portone_engine::list::{Cursor, PaymentFilter, PaymentQuery, TimeField, Window};
use portone_engine::request::Caller;
use portone_engine::search::{TextField, TextSearch};
use portone_engine::webhook::DeliveryStatus;

use super::page::{Page, SIZE_DEFAULT};
use super::{Read, read_body, read_within, rules};
use crate::auth::Access;
use crate::fields::Fields;
use crate::json::RawBody;
use crate::v2::view::merchant_id;

/// A step of a walk by creation.
pub(crate) struct Walk {
    /// The store.
    pub(crate) store_id: StoreId,
    /// Where the step begins.
    pub(crate) after: Cursor,
    /// Where the walk ends.
    pub(crate) until: DateTime<Utc>,
    /// How long the step is.
    pub(crate) size: usize,
}

const FILTER: &[&str] = &[
    "merchantId",
    "storeId",
    "timestampType",
    "from",
    "until",
    "status",
    "methods",
    "pgProvider",
    "isTest",
    "isScheduled",
    "sortBy",
    "sortOrder",
    "version",
    "webhookStatus",
    "platformType",
    "currency",
    "isEscrow",
    "escrowStatus",
    "cardBrand",
    "cardType",
    "cardOwnerType",
    "giftCertificateType",
    "cashReceiptType",
    "cashReceiptStatus",
    "cashReceiptIssuedAtRange",
    "cashReceiptCancelledAtRange",
    "textSearch",
];
/// No payment of this ledger is made with one.
const GIFT_CERTIFICATES: &[&str] =
    &["BOOKNLIFE", "SMART_MUNSANG", "CULTURELAND", "HAPPYMONEY", "CULTUREGIFT"];
const WEBHOOK_STATUSES: [DeliveryStatus; 3] =
    [DeliveryStatus::Succeeded, DeliveryStatus::FailedNotOkResponse, DeliveryStatus::FailedUnexpectedError];
/// States of an escrow that a filter may name (schema `PaymentFilterInputEscrowStatus`): all but the first.
const ESCROW_STATUSES: [EscrowStatus; 6] = [
    EscrowStatus::Registered,
    EscrowStatus::Delivered,
    EscrowStatus::Confirmed,
    EscrowStatus::Rejected,
    EscrowStatus::Cancelled,
    EscrowStatus::RejectConfirmed,
];
const RECEIPT_TYPES: [CashReceiptType; 3] =
    [CashReceiptType::Personal, CashReceiptType::Corporate, CashReceiptType::NoReceipt];
const RECEIPT_STATUSES: [ReceiptStatus; 2] = [ReceiptStatus::Issued, ReceiptStatus::Cancelled];
const CARD_BRANDS: &[&str] = &["LOCAL", "MASTER", "UNIONPAY", "VISA", "JCB", "AMEX", "DINERS"];
const CARD_TYPES: &[&str] = &["CREDIT", "DEBIT", "GIFT"];
const CARD_OWNER_TYPES: &[&str] = &["PERSONAL", "CORPORATE"];
/// States as a filter spells them (rule V2-019).
const STATUSES: [(&str, PaymentStatus); 7] = [
    ("READY", PaymentStatus::Ready),
    ("PENDING", PaymentStatus::PayPending),
    ("VIRTUAL_ACCOUNT_ISSUED", PaymentStatus::VirtualAccountIssued),
    ("PAID", PaymentStatus::Paid),
    ("FAILED", PaymentStatus::Failed),
    ("PARTIAL_CANCELLED", PaymentStatus::PartialCancelled),
    ("CANCELLED", PaymentStatus::Cancelled),
];
/// Methods as a filter spells them; `None` for those no payment of this ledger is made by.
const METHODS: [(&str, Option<PayMethod>); 8] = [
    ("CARD", Some(PayMethod::Card)),
    ("TRANSFER", Some(PayMethod::Transfer)),
    ("VIRTUAL_ACCOUNT", Some(PayMethod::VirtualAccount)),
    ("GIFT_CERTIFICATE", None),
    ("MOBILE", Some(PayMethod::Mobile)),
    ("EASY_PAY", Some(PayMethod::EasyPay)),
    ("CONVENIENCE_STORE", None),
    ("CRYPTO", None),
];
/// The codes of a filter; answers have others.
const PLATFORMS: [(&str, Platform); 3] =
    [("SDK_MOBILE", Platform::Mobile), ("SDK_PC", Platform::Pc), ("API", Platform::Api)];
/// How long a step of a walk is at most (rule V2-016).
const STEP_SIZE_MAX: i32 = 1_000;
/// How many texts one request may look for.
const TEXT_COUNT_MAX: usize = 32;

/// A page of payments (schema `GetPaymentsBody`).
pub(crate) fn payments(body: &RawBody, access: &Access, now: DateTime<Utc>) -> Read<(Page, PaymentQuery)> {
    read_within(body, access, &["page", "filter"], Some("filter"), |fields, caller| {
        let page = Page::read(fields);
        let filter = fields.object("filter", &rules::FILTER, FILTER);
        let page = page?;
        payment_query(filter.as_ref(), caller, page, now).map(|query| (page, query))
    })
}

/// A step through every payment (schema `GetAllPaymentsByCursorBody`), or through what moved money (schema
/// `GetAllPaymentEventsByCursorBody`).
pub(crate) fn by_cursor(body: &RawBody, access: &Access, now: DateTime<Utc>) -> Read<Walk> {
    read_body(body, access, &["storeId", "from", "until", "cursor", "size"], |fields, caller| {
        let fields = fields.under(&rules::CURSOR);
        let window = Window::new(fields.moment("from"), fields.moment("until"), now);
        let size = fields.int32_from("size", 1).unwrap_or(SIZE_DEFAULT);
        if size > STEP_SIZE_MAX {
            fields.add("size", format!("is {size}; send at most {STEP_SIZE_MAX}"));
        }
        let first = Cursor::before(window.from);
        let cursor = fields.text("cursor").map(Cursor::from_str);
        if let Some(Err(_)) = cursor {
            fields.add("cursor", "is no cursor of an answer; leave it out to begin");
        }
        // A cursor from another walk cannot lead out of this one.
        let after = cursor.and_then(Result::ok).unwrap_or(first).max(first);
        Some(Walk {
            store_id: caller.store_id,
            after,
            until: window.until,
            size: usize::try_from(size).ok()?,
        })
    })
}

fn payment_query(
    fields: Option<&Fields<'_, '_>>,
    caller: Caller,
    page: Page,
    now: DateTime<Utc>,
) -> Option<PaymentQuery> {
    let moment = |name| fields.and_then(|fields| fields.moment(name));
    let window = Window::new(moment("from"), moment("until"), now);
    let times = [("CREATED_AT", TimeField::Created), ("STATUS_CHANGED_AT", TimeField::StatusChanged)];
    let time = fields.and_then(|fields| fields.choice("timestampType", times.into_iter()));
    let time = time.unwrap_or(TimeField::StatusChanged);
    let sorts = [("REQUESTED_AT", TimeField::Created), ("STATUS_CHANGED_AT", TimeField::StatusChanged)];
    let sort = fields.and_then(|fields| fields.choice("sortBy", sorts.into_iter()));
    let orders = [("DESC", true), ("ASC", false)];
    let descending = fields.and_then(|fields| fields.choice("sortOrder", orders.into_iter()));
    let statuses = fields.and_then(|fields| choices(&fields.under(&rules::STATUS), "status", &STATUSES));
    let filter = fields.map(|fields| filter(fields, &caller.store_id)).unwrap_or_default();
    Some(PaymentQuery {
        store_id: caller.store_id,
        time,
        window,
        sort: sort.unwrap_or(time),
        descending: descending.unwrap_or(true),
        statuses,
        filter,
        offset: page.offset()?,
        count_max: page.count_max()?,
    })
}

/// Filters beside times and states (schema `PaymentFilterInput`).
fn filter(fields: &Fields<'_, '_>, store: &StoreId) -> PaymentFilter {
    let methods = choices(fields, "methods", &METHODS);
    let environments = |is_test| if is_test { Environment::Test } else { Environment::Live };
    PaymentFilter {
        providers: providers(fields, "pgProvider"),
        environment: fields.flag("isTest").map(environments),
        methods: methods.map(|methods| methods.into_iter().flatten().collect()),
        currency: currency(fields),
        is_escrow: fields.flag("isEscrow"),
        card_brand: fields.code("cardBrand", CARD_BRANDS),
        card_type: fields.code("cardType", CARD_TYPES),
        card_owner_type: fields.code("cardOwnerType", CARD_OWNER_TYPES),
        is_scheduled: fields.flag("isScheduled"),
        escrow_status: fields.choice("escrowStatus", ESCROW_STATUSES.map(|it| (it.code(), it)).into_iter()),
        beside: BesideFilter {
            webhook_status: fields
                .choice("webhookStatus", WEBHOOK_STATUSES.map(|it| (it.code(), it)).into_iter()),
            receipt: receipt(fields),
        },
        face: fields.choice("version", [Face::V1, Face::V2].map(|face| (face.code(), face)).into_iter()),
        platform: fields.choice("platformType", PLATFORMS.into_iter()),
        texts: texts(fields),
        none: asks_for_none(fields, store),
    }
}

/// What is asked of the cash receipt.
fn receipt(fields: &Fields<'_, '_>) -> Option<ReceiptWanted> {
    let wanted = ReceiptWanted {
        kind: fields.choice("cashReceiptType", RECEIPT_TYPES.map(|it| (it.code(), it)).into_iter()),
        status: fields.choice("cashReceiptStatus", RECEIPT_STATUSES.map(|it| (it.code(), it)).into_iter()),
        issued: span(fields, "cashReceiptIssuedAtRange"),
        cancelled: span(fields, "cashReceiptCancelledAtRange"),
    };
    (wanted != ReceiptWanted::default()).then_some(wanted)
}

/// Schema `DateTimeRange`.
fn span(fields: &Fields<'_, '_>, name: &str) -> Option<Span> {
    let range = fields.object(name, &rules::FILTER, &["from", "until"])?;
    Some(Span { from: range.moment("from"), until: range.moment("until") })
}

/// Whether a fact is asked for that no payment here has: it was paid with no gift certificate.
fn asks_for_none(fields: &Fields<'_, '_>, store: &StoreId) -> bool {
    let mut none = fields.text("merchantId").is_some_and(|merchant| merchant != merchant_id(store));
    none |= fields.code("giftCertificateType", GIFT_CERTIFICATES).is_some();
    none
}

fn currency(fields: &Fields<'_, '_>) -> Option<Currency> {
    let currency = Currency::parse(fields.text("currency")?);
    if let Err(error) = &currency {
        fields.add("currency", error.to_string());
    }
    currency.ok()
}

pub(super) fn providers(fields: &Fields<'_, '_>, name: &str) -> Option<Vec<portone_core::PgProvider>> {
    let parse = |(at, text): (usize, String)| {
        let provider = text.parse();
        if provider.is_err() {
            fields.add(&format!("{name}[{at}]"), "is no PG provider; send one as the schema spells it");
        }
        provider.ok()
    };
    let given = fields.texts(name);
    (!given.is_empty()).then(|| given.into_iter().enumerate().filter_map(parse).collect())
}

fn texts(fields: &Fields<'_, '_>) -> Vec<TextSearch> {
    let found = fields.objects("textSearch", &rules::FILTER, &["field", "value"]);
    if found.len() > TEXT_COUNT_MAX {
        fields.add("textSearch", format!("has {} texts; send at most {TEXT_COUNT_MAX}", found.len()));
    }
    let text = |fields: Fields<'_, '_>| {
        let field = fields.need_choice("field", TextField::ALL.iter().copied());
        let text = fields.need_text("value").map(str::to_owned);
        Some(TextSearch { field: field?, text: text? })
    };
    found.into_iter().take(TEXT_COUNT_MAX).filter_map(text).collect()
}

/// A list of documented values; an empty list asks nothing.
pub(super) fn choices<T: Copy>(
    fields: &Fields<'_, '_>,
    name: &str,
    values: &[(&'static str, T)],
) -> Option<Vec<T>> {
    let mut found = Vec::new();
    for (at, given) in fields.texts(name).iter().enumerate() {
        match values.iter().find(|(code, _)| code == given) {
            Some((_, value)) => found.push(*value),
            None => {
                fields.unknown_value(&format!("{name}[{at}]"), given, values.iter().map(|(code, _)| *code));
            }
        }
    }
    (!found.is_empty()).then_some(found)
}
