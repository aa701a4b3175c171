//! What a list of billing keys is asked for. A fact no key of this ledger has (another platform, version or method) finds
//! nothing.

use chrono::{DateTime, Utc};
use portone_core::ChannelGroupId;
use portone_engine::key_list::{KeyFilter, KeyQuery, KeyText, KeyTime};
use portone_engine::ledger::BillingKeyStatus;

use super::list::{choices, providers};
use super::page::{Page, Words};
use super::{Read, rules};
use crate::auth::Access;
use crate::fields::Fields;
use crate::json::RawBody;

const FILTER: &[&str] = &[
    "storeId",
    "timeRangeField",
    "from",
    "until",
    "status",
    "channelGroupIds",
    "customerId",
    "platformType",
    "textSearch",
    "pgProviders",
    "pgCompanies",
    "methods",
    "version",
];
const TIMES: [(&str, KeyTime); 4] = [
    ("REQUESTED_AT", KeyTime::Requested),
    ("ISSUED_AT", KeyTime::Issued),
    ("DELETED_AT", KeyTime::Deleted),
    ("STATUS_TIMESTAMP", KeyTime::Status),
];
const STATUSES: [(&str, BillingKeyStatus); 2] =
    [("ISSUED", BillingKeyStatus::Issued), ("DELETED", BillingKeyStatus::Deleted)];
/// Whether keys of this ledger are issued for the method: by an API, cards only.
const METHODS: [(&str, bool); 4] =
    [("CARD", true), ("MOBILE", false), ("EASY_PAY", false), ("TRANSFER", false)];
const TEXTS: [(&str, KeyText); 11] = [
    ("CARD_BIN", KeyText::CardBin),
    ("CARD_NUMBER", KeyText::CardNumber),
    ("PG_MERCHANT_ID", KeyText::PgMerchantId),
    ("CUSTOMER_NAME", KeyText::CustomerName),
    ("CUSTOMER_EMAIL", KeyText::CustomerEmail),
    ("CUSTOMER_PHONE_NUMBER", KeyText::CustomerPhoneNumber),
    ("CUSTOMER_ADDRESS", KeyText::CustomerAddress),
    ("CUSTOMER_ZIPCODE", KeyText::CustomerZipcode),
    ("USER_AGENT", KeyText::UserAgent),
    ("BILLING_KEY", KeyText::BillingKey),
    ("CHANNEL_GROUP_NAME", KeyText::ChannelGroupName),
];

/// A page of billing keys (schema `GetBillingKeyInfosBody`).
pub(crate) fn billing_keys(body: &RawBody, access: &Access, now: DateTime<Utc>) -> Read<(Page, KeyQuery)> {
    Words { members: FILTER, times: &TIMES, time: KeyTime::Requested, filter: key_filter }
        .read(body, access, now)
}

fn key_filter(fields: &Fields<'_, '_>) -> KeyFilter {
    let platform = fields.code("platformType", &["SDK_MOBILE", "SDK_PC", "API"]);
    let version = fields.code("version", &["V1", "V2"]);
    let methods = choices(fields, "methods", &METHODS);
    let companies = fields.texts("pgCompanies");
    KeyFilter {
        statuses: choices(fields, "status", &STATUSES),
        groups: groups(fields),
        customer_id: fields.owned_text("customerId"),
        providers: providers(fields, "pgProviders"),
        companies: (!companies.is_empty()).then_some(companies),
        text: text(fields),
        none: platform.is_some_and(|platform| platform != "API")
            || version.is_some_and(|version| version != "V2")
            || methods.is_some_and(|methods| !methods.contains(&true)),
    }
}

/// An id that cannot be one belongs to no group, so it selects no key.
fn groups(fields: &Fields<'_, '_>) -> Option<Vec<ChannelGroupId>> {
    let given = fields.texts("channelGroupIds");
    (!given.is_empty()).then(|| given.iter().filter_map(|id| id.parse().ok()).collect())
}

fn text(fields: &Fields<'_, '_>) -> Option<(KeyText, String)> {
    let search = fields.object("textSearch", &rules::FILTER, &["field", "value"])?;
    let field = search.need_choice("field", TEXTS.into_iter());
    let value = search.need_text("value").map(str::to_owned);
    Some((field?, value?))
}
