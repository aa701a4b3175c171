//! The V1 browser SDK: `IMP.request_pay`'s argument as the V2 one that the engine's windows are read from, and what its
//! callback is told.

use portone_core::{BillingKey, ChannelKey, Currency, Report, Sdk, StoreId};
use portone_engine::ledger::{PaymentStatus, Transaction};
use portone_wire::sdk::{self, SdkRequest};
use serde_json::{Map, Value, json};

use super::sdk_error::SdkError;
use super::ticket::Names;
use crate::state::Gateway;

/// The official upstreams, and where their browser SDKs are.
const OFFICIAL: [(&str, &str); 2] = [
    ("https://api.portone.io", "https://cdn.portone.io/v2/browser-sdk.js"),
    ("https://api.iamport.kr", "https://cdn.iamport.kr/v1/iamport.js"),
];

/// Where an upstream's browser SDK is. Any other upstream serves its own, as this gateway and the sandbox do; a V1 one is
/// named with its `/v1`.
pub(super) fn sdk_url(base_url: &str, sdk: Sdk) -> String {
    let official = OFFICIAL.iter().find(|(api, _)| *api == base_url);
    match (official, sdk) {
        (Some((_, url)), _) => (*url).to_owned(),
        (None, Sdk::V2) => format!("{base_url}/v2/browser-sdk.js"),
        (None, Sdk::V1) => format!("{base_url}/iamport.js"),
    }
}

/// V1 and V2 names of the same; values pass through.
const SAME: [(&str, &str); 7] = [
    ("merchant_uid", "paymentId"),
    ("name", "orderName"),
    ("m_redirect_url", "redirectUrl"),
    ("app_scheme", "appScheme"),
    ("escrow", "isEscrow"),
    ("cultural_expense", "isCulturalExpense"),
    ("confirm_url", "confirmUrl"),
];
const BUYER: [(&str, &str); 5] = [
    ("buyer_name", "fullName"),
    ("buyer_email", "email"),
    ("buyer_tel", "phoneNumber"),
    ("buyer_postcode", "zipcode"),
    ("customer_id", "customerId"),
];
const METHODS: [(&str, &str); 5] = [
    ("card", "CARD"),
    ("trans", "TRANSFER"),
    ("vbank", "VIRTUAL_ACCOUNT"),
    ("phone", "MOBILE"),
    ("easy_pay", "EASY_PAY"),
];
const WALLETS: [&str; 7] = ["kakaopay", "naverpay", "payco", "lpay", "ssgpay", "tosspay", "samsungpay"];

/// Reads what `IMP.request_pay` was called with; `body` also holds what `IMP.init` was.
pub(super) fn parse(gateway: &Gateway, body: &Value) -> Result<Result<SdkRequest, Report>, SdkError> {
    let empty = Map::new();
    let argument = body.get("argument").and_then(Value::as_object).unwrap_or(&empty);
    let code = body.get("userCode").and_then(Value::as_str).unwrap_or_default();
    let store =
        gateway.stores.iter().find(|store| store.user_code.as_deref() == Some(code)).ok_or_else(|| {
            SdkError::new(
                "StoreNotFound",
                "IMP.init: the user code is no store's; see v1_user_code in the configuration",
            )
        })?;
    let is_issue = argument.contains_key("customer_uid");
    let mut given = v2_argument(argument)?;
    given.insert("storeId".to_owned(), json!(store.id));
    if let Some(key) = channel(gateway, &store.id, argument)? {
        given.insert("channelKey".to_owned(), json!(key));
    }
    if let Some(group) = argument.get("channelGroupId").or_else(|| argument.get("channel_group_id")) {
        if is_issue {
            return Err(SdkError::input(
                "SR-024 channelGroupId: a window issues a billing key at one channel only; give channelKey, or issue it \
                 with POST /subscribe/customers/{customer_uid} and the group",
            ));
        }
        given.insert("channelGroupId".to_owned(), group.clone());
        given.remove("channelKey");
    }
    if is_issue {
        return Ok(sdk::parse_issue_billing_key(&Value::Object(issue_argument(given))));
    }
    Ok(sdk::parse_payment(&Value::Object(given)))
}

/// What the shop calls a key that it asks for.
pub(super) fn names(argument: &Value) -> Option<Names> {
    let text = |name: &str| Some(argument.get(name)?.as_str()?.to_owned());
    Some(Names {
        customer_uid: text("customer_uid")?,
        merchant_uid: text("merchant_uid").unwrap_or_default(),
    })
}

/// What a key's window takes of a payment's: V1 has one function for both (IAMPORT-020).
fn issue_argument(mut given: Map<String, Value>) -> Map<String, Value> {
    for (from, to) in [
        ("paymentId", "issueId"),
        ("orderName", "issueName"),
        ("totalAmount", "displayAmount"),
        ("payMethod", "billingKeyMethod"),
    ] {
        if let Some(value) = given.remove(from) {
            given.insert(to.to_owned(), value);
        }
    }
    for name in [
        "isEscrow",
        "isCulturalExpense",
        "taxFreeAmount",
        "vatAmount",
        "confirmUrl",
        "virtualAccount",
        "easyPay",
    ] {
        given.remove(name);
    }
    given
}

fn v2_argument(argument: &Map<String, Value>) -> Result<Map<String, Value>, SdkError> {
    let mut given = Map::new();
    for (from, to) in SAME {
        if let Some(value) = argument.get(from) {
            given.insert(to.to_owned(), value.clone());
        }
    }
    let customer: Map<String, Value> = BUYER
        .iter()
        .filter_map(|(from, to)| argument.get(*from).map(|value| ((*to).to_owned(), value.clone())))
        .collect();
    if !customer.is_empty() {
        given.insert("customer".to_owned(), Value::Object(customer));
    }
    amounts(argument, &mut given)?;
    method(argument, &mut given);
    if let Some(digital) = argument.get("digital").and_then(Value::as_bool) {
        given.insert("productType".to_owned(), json!(if digital { "DIGITAL" } else { "REAL" }));
    }
    if let Some(language) = argument.get("language").and_then(Value::as_str) {
        given.insert("locale".to_owned(), json!(if language == "en" { "EN_US" } else { "KO_KR" }));
    }
    if let Some(url) = argument.get("notice_url") {
        let urls = if url.is_array() { url.clone() } else { json!([url]) };
        given.insert("noticeUrls".to_owned(), urls);
    }
    match argument.get("custom_data") {
        Some(data @ Value::Object(_)) => given.insert("customData".to_owned(), data.clone()),
        Some(Value::Null) | None => None,
        Some(data) => given.insert("customData".to_owned(), json!({ "custom_data": data })),
    };
    for name in ["bypass", "products"] {
        if let Some(value) = argument.get(name) {
            given.insert(name.to_owned(), value.clone());
        }
    }
    Ok(given)
}

/// V1 counts in major units, V2 in minor ones.
fn amounts(argument: &Map<String, Value>, given: &mut Map<String, Value>) -> Result<(), SdkError> {
    let code = argument.get("currency").and_then(Value::as_str).unwrap_or("KRW");
    given.insert("currency".to_owned(), json!(code));
    let Ok(currency) = Currency::parse(code) else { return Ok(()) };
    for (from, to) in [("amount", "totalAmount"), ("tax_free", "taxFreeAmount"), ("vat_amount", "vatAmount")]
    {
        let Some(value) = argument.get(from).filter(|value| !value.is_null()) else { continue };
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let minor = minor(&text, currency.exponent()).ok_or_else(|| {
            SdkError::input(format!("IAMPORT-051 {from}: is no amount of {code}; send a number of its units"))
        })?;
        given.insert(to.to_owned(), json!(minor));
    }
    Ok(())
}

/// Digits, without a float: `10.5` of two decimals is 1050.
fn minor(text: &str, exponent: u8) -> Option<i64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let part = part.trim_end_matches('0');
    let places = usize::from(exponent);
    if part.len() > places || !part.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    format!("{whole}{part:0<places$}").parse().ok()
}

fn method(argument: &Map<String, Value>, given: &mut Map<String, Value>) {
    let named = argument.get("pay_method").and_then(Value::as_str).unwrap_or("card");
    let method = METHODS.iter().find(|(v1, _)| *v1 == named).map(|(_, v2)| *v2);
    if WALLETS.contains(&named) {
        given.insert("payMethod".to_owned(), json!("EASY_PAY"));
        given.insert("easyPay".to_owned(), json!({ "easyPayProvider": named.to_ascii_uppercase() }));
    } else {
        // An unknown one is refused by its name.
        given.insert("payMethod".to_owned(), json!(method.unwrap_or(named)));
    }
    if let Some(due) = argument.get("vbank_due").and_then(Value::as_str) {
        given.insert("virtualAccount".to_owned(), json!({ "accountExpiry": { "dueDate": moment(due) } }));
    }
}

/// `YYYYMMDD` and its longer forms (IAMPORT-072) as a moment in Korea; another text as it is, to be refused by name.
fn moment(due: &str) -> String {
    let digits: String = due.chars().filter(char::is_ascii_digit).collect();
    let time = match digits.len() {
        8 => "235959",
        12 => &format!("{}00", &digits[8..12]),
        14 => &digits[8..14],
        _ => return due.to_owned(),
    };
    let date = format!("{}-{}-{}", &digits[..4], &digits[4..6], &digits[6..8]);
    format!("{date}T{}:{}:{}+09:00", &time[..2], &time[2..4], &time[4..6])
}

/// `channelKey`, or the channel of the PG and merchant id that `pg` names (IAMPORT-001).
fn channel(
    gateway: &Gateway,
    store: &StoreId,
    argument: &Map<String, Value>,
) -> Result<Option<ChannelKey>, SdkError> {
    if let Some(key) =
        argument.get("channelKey").or_else(|| argument.get("channel_key")).and_then(Value::as_str)
    {
        let key = ChannelKey::parse(key).map_err(|error| SdkError::input(format!("channelKey: {error}")))?;
        return Ok(Some(key));
    }
    let Some(pg) = argument.get("pg").and_then(Value::as_str) else { return Ok(None) };
    let (code, id) = pg.split_once('.').map_or((pg, None), |(code, id)| (code, Some(id)));
    let directory = gateway.engine.directory();
    let found = directory
        .channels()
        .filter(|channel| channel.store_id == *store)
        .find(|channel| {
            channel.provider.as_str().eq_ignore_ascii_case(code)
                && id.is_none_or(|id| channel.pg_merchant_id.as_str() == id)
        })
        .map(|channel| channel.key.clone());
    found.map(Some).ok_or_else(|| {
        SdkError::new("ChannelNotFound", "IAMPORT-002 pg: names no channel of the store; give channelKey")
    })
}

/// What the callback of `request_pay` is told; `success` is always there, because shops read it.
pub(super) fn told(transaction: &Transaction, error: Option<&SdkError>) -> Value {
    let order = &transaction.order;
    let is_paid = error.is_none();
    let mut told = json!({
        "success": is_paid,
        "imp_success": is_paid,
        "imp_uid": transaction.shown_id(),
        "merchant_uid": order.payment_id,
        "pay_method": METHODS.iter().find(|(_, v2)| *v2 == transaction.method.code()).map_or("card", |(v1, _)| v1),
        "paid_amount": major(order.amount.total, order.amount.currency),
        "status": status(transaction.status),
        "name": order.order_name,
        "currency": order.amount.currency.code(),
        "pg_provider": transaction.channel.provider.as_str().to_ascii_lowercase(),
        "pg_tid": transaction.pg_tx_id,
        "buyer_name": order.customer.name.as_ref().map(portone_core::CustomerName::one_line),
        "buyer_email": order.customer.email,
        "buyer_tel": order.customer.phone_number,
        "buyer_postcode": order.customer.zipcode,
        "custom_data": transaction.custom_data,
        "paid_at": transaction.paid_at.map_or(0, |at| at.timestamp()),
        "receipt_url": transaction.receipt_url,
    });
    if let Some(account) = &transaction.virtual_account {
        told["vbank_num"] = json!(account.account_number);
        told["vbank_date"] = json!(account.expired_at.map_or(0, |at| at.timestamp()));
    }
    if let Some(error) = error {
        add_error(&mut told, error);
    }
    told
}

/// What the callback is told where no payment was made.
pub(super) fn told_of_key(names: Option<&Names>, key: &BillingKey, error: Option<&SdkError>) -> Value {
    let mut told = json!({
        "success": error.is_none(),
        "imp_success": error.is_none(),
        "imp_uid": null,
        "merchant_uid": names.map(|names| &names.merchant_uid),
        "customer_uid": names.map(|names| &names.customer_uid),
    });
    if error.is_none() {
        told["billing_key"] = json!(key);
    }
    if let Some(error) = error {
        add_error(&mut told, error);
    }
    told
}

fn add_error(told: &mut Value, error: &SdkError) {
    told["error_code"] = json!(error.pg_code.as_deref().unwrap_or(&error.code));
    told["error_msg"] = json!(error.pg_message.as_deref().unwrap_or(&error.message));
}

fn status(status: PaymentStatus) -> &'static str {
    match status {
        PaymentStatus::Ready | PaymentStatus::PayPending | PaymentStatus::VirtualAccountIssued => "ready",
        PaymentStatus::Paid => "paid",
        PaymentStatus::Failed => "failed",
        PaymentStatus::PartialCancelled | PaymentStatus::Cancelled => "cancelled",
    }
}

/// An amount in major units, as a JSON number that no float has touched.
fn major(minor: i64, currency: Currency) -> Value {
    let scale = 10_i64.pow(currency.exponent().into());
    if minor % scale == 0 {
        return json!(minor / scale);
    }
    let places = usize::from(currency.exponent());
    let text = format!("{}.{:0places$}", minor / scale, (minor % scale).abs());
    serde_json::from_str(&text).unwrap_or(Value::Null)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_counted_in_minor_units() {
        assert_eq!(minor("1000", 0), Some(1000));
        assert_eq!(minor("20", 2), Some(2000));
        assert_eq!(minor("10.5", 2), Some(1050));
        assert_eq!(minor("10.50", 2), Some(1050));
        assert_eq!(minor("10.505", 2), None);
        assert_eq!(minor("1.5", 0), None);
        assert_eq!(minor("ten", 0), None);
    }

    #[test]
    fn a_due_date_is_a_moment_in_korea() {
        assert_eq!(moment("20261231"), "2026-12-31T23:59:59+09:00");
        assert_eq!(moment("2026-12-31 10:20:30"), "2026-12-31T10:20:30+09:00");
        assert_eq!(moment("soon"), "soon");
    }

    #[test]
    fn official_upstreams_have_official_scripts() {
        assert_eq!(sdk_url("https://api.portone.io", Sdk::V2), "https://cdn.portone.io/v2/browser-sdk.js");
        assert_eq!(sdk_url("https://api.iamport.kr", Sdk::V1), "https://cdn.iamport.kr/v1/iamport.js");
        assert_eq!(sdk_url("http://127.0.0.1:8789", Sdk::V2), "http://127.0.0.1:8789/v2/browser-sdk.js");
        assert_eq!(sdk_url("http://127.0.0.1:8789/v1", Sdk::V1), "http://127.0.0.1:8789/v1/iamport.js");
    }
}
