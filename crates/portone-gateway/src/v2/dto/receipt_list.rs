//! What a list of cash receipts is asked for.

use chrono::{DateTime, Utc};
use portone_core::Environment;
use portone_engine::ledger::ReceiptStatus;
use portone_engine::receipt_list::{ReceiptFilter, ReceiptQuery, ReceiptTime};

use super::Read;
use super::list::{choices, providers};
use super::page::{Page, Words};
use super::receipt::PURPOSES;
use crate::auth::Access;
use crate::fields::Fields;
use crate::json::RawBody;

const FILTER: &[&str] = &[
    "storeId",
    "timeRangeField",
    "from",
    "until",
    "paymentId",
    "isTest",
    "orderName",
    "statuses",
    "isManual",
    "pgReceiptId",
    "pgMerchantId",
    "pgProviders",
    "pgCompanies",
    "version",
    "types",
];
const TIMES: [(&str, ReceiptTime); 3] = [
    ("ISSUED_AT", ReceiptTime::Issued),
    ("CANCELLED_AT", ReceiptTime::Cancelled),
    ("STATUS_UPDATED_AT", ReceiptTime::StatusUpdated),
];
const STATUSES: [(&str, ReceiptStatus); 3] = [
    ("ISSUED", ReceiptStatus::Issued),
    ("CANCELLED", ReceiptStatus::Cancelled),
    ("FAILED", ReceiptStatus::Failed),
];

/// A page of cash receipts (schema `GetCashReceiptsBody`).
pub(crate) fn receipts(body: &RawBody, access: &Access, now: DateTime<Utc>) -> Read<(Page, ReceiptQuery)> {
    Words { members: FILTER, times: &TIMES, time: ReceiptTime::Issued, filter: receipt_filter }
        .read(body, access, now)
}

fn receipt_filter(fields: &Fields<'_, '_>) -> ReceiptFilter {
    let environments = |is_test| if is_test { Environment::Test } else { Environment::Live };
    let version = fields.code("version", &["V1", "V2"]);
    // An id that cannot be one belongs to no receipt.
    let payment = fields.text("paymentId").map(|id| id.parse().ok());
    let companies = fields.texts("pgCompanies");
    ReceiptFilter {
        payment_id: payment.clone().flatten(),
        statuses: choices(fields, "statuses", &STATUSES),
        environment: fields.flag("isTest").map(environments),
        is_manual: fields.flag("isManual"),
        order_name: fields.owned_text("orderName"),
        pg_receipt_id: fields.owned_text("pgReceiptId"),
        pg_merchant_id: fields.owned_text("pgMerchantId"),
        providers: providers(fields, "pgProviders"),
        companies: (!companies.is_empty()).then_some(companies),
        purposes: choices(fields, "types", &PURPOSES),
        none: payment.is_some_and(|id| id.is_none()) || version.is_some_and(|version| version != "V2"),
    }
}
