//! The V2 browser SDK: what a shop's page calls it with, read and written.
//!
//! [`parse_payment`], [`parse_issue_billing_key`] and [`parse_issue_and_pay`] read the argument of `requestPayment`,
//! `requestIssueBillingKey` and `requestIssueBillingKeyAndPay` by name: each field has its type, or the argument is refused with everything that is wrong with it. Names that the
//! SDK does not know are advice. [`encode`] writes the argument our window page calls the upstream's SDK with.

pub mod check;
mod encode;
mod fields;
mod json;
mod method;
mod parse;

use portone_core::{ChannelGroupId, ChannelKey, OpenWindow, Report, Rule, Severity, StoreId};

pub use encode::{Target, encode};
pub use parse::{parse_issue_and_pay, parse_issue_billing_key, parse_payment};

/// A window as a shop's page asks for it.
#[derive(Debug, Clone)]
pub struct SdkRequest {
    /// The store.
    pub store_id: StoreId,
    /// The channel, where one is named.
    pub channel_key: Option<ChannelKey>,
    /// The channel group, where one is named; windows that issue billing keys have none.
    pub channel_group_id: Option<ChannelGroupId>,
    /// Where the shop wants to hear of it.
    pub notice_urls: Vec<String>,
    /// The shop's own data.
    pub custom_data: Option<serde_json::Value>,
    /// The window.
    pub window: OpenWindow,
    /// Names that were not read.
    pub advice: Report,
}

/// The prefixes that the SDK's names may wear (`CURRENCY_KRW` is `KRW`).
pub(crate) mod prefix {
    pub(crate) const BANK: &str = "BANK_";
    pub(crate) const CARD_COMPANY: &str = "CARD_COMPANY_";
    pub(crate) const CARRIER: &str = "CARRIER_";
    pub(crate) const CASH_RECEIPT_TYPE: &str = "CASH_RECEIPT_TYPE_";
    pub(crate) const COUNTRY: &str = "COUNTRY_";
    pub(crate) const CURRENCY: &str = "CURRENCY_";
    pub(crate) const EASY_PAY_PROVIDER: &str = "EASY_PAY_PROVIDER_";
    pub(crate) const GENDER: &str = "GENDER_";
    pub(crate) const GIFT_CERTIFICATE_TYPE: &str = "GIFT_CERTIFICATE_TYPE_";
    pub(crate) const PRODUCT_TYPE: &str = "PRODUCT_TYPE_";
}

/// Each rule of the reading itself; a PG's rules come after it.
pub static RULES: [&Rule; 3] = [&REQUIRED, &TYPE, &UNKNOWN];

static REQUIRED: Rule = reject("SDK-REQUIRED", "The browser SDK needs the field.");
static TYPE: Rule = reject("SDK-TYPE", "The browser SDK takes another type or another name here.");
static UNKNOWN: Rule = Rule {
    code: "SDK-UNKNOWN",
    severity: Severity::Advise,
    reason: "The browser SDK knows no such field, or reads it with another pay method only.",
    source: "browser-sdk.yml",
};

const fn reject(code: &'static str, reason: &'static str) -> Rule {
    Rule { code, severity: Severity::Reject, reason, source: "browser-sdk.yml" }
}
