//! The V1 browser SDK: `IMP.request_pay`'s argument, read as the check reads it, and what its callback is told.

use portone_core::{Channel, OpenWindow, Protocol, Sdk, StoreId, WindowMethod};
use portone_engine::ledger::{Face, Transaction};
use portone_engine::request::Selector;
use portone_wire::sdk::check::moment;
use portone_wire::v1::rules;
use serde_json::{Map, Value, json};

use super::asked::{self, Asked};
use super::sdk_error::SdkError;
use super::ticket::Names;
use crate::json::{Node, RawBody};
use crate::read::Read;
use crate::state::Gateway;
use crate::v1::channel::by_pg;
use crate::v1::dto::window::{self, RequestPay};
use crate::v1::dto::{GROUP_NAMES, Named};
use crate::v1::names::v1_lines;
use crate::v1::view::payment::PaymentView;

/// The official upstreams, and where their browser SDKs are.
const OFFICIAL: [(&str, &str); 2] = [
    ("https://api.portone.io", "https://cdn.portone.io/v2/browser-sdk.js"),
    ("https://api.iamport.kr", "https://cdn.iamport.kr/v1/iamport.js"),
];
/// What makes a window issue a key (rule PW-017).
const CUSTOMER_UID: &str = "customer_uid";
/// Korean time is nine hours ahead of UTC, all year.
const KOREAN_TIME_SECONDS: i32 = 9 * 60 * 60;
/// Why no window issues a key for a group (seed 000).
const NO_GROUP: &str = "SR-024 channelGroupId: a window issues a billing key at one channel only; give channelKey, or issue \
                        it with POST /subscribe/customers/{customer_uid} and the group";
/// What a payment's callback is told of it, beside the error and whether it succeeded.
const TOLD: [&str; 22] = [
    "imp_uid",
    "merchant_uid",
    "pay_method",
    "status",
    "name",
    "currency",
    "pg_provider",
    "pg_tid",
    "apply_num",
    "buyer_name",
    "buyer_email",
    "buyer_tel",
    "buyer_addr",
    "buyer_postcode",
    "custom_data",
    "paid_at",
    "receipt_url",
    "card_name",
    "card_quota",
    "vbank_num",
    "vbank_name",
    "vbank_date",
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

/// Whether a URL is that of an official upstream, whose SDK has to be told whose merchant it is.
pub(super) fn is_official(base_url: &str) -> bool {
    OFFICIAL.iter().any(|(api, _)| *api == base_url)
}

/// Reads what `IMP.request_pay` was called with, after `IMP.init` with `user_code`.
pub(super) fn read(gateway: &Gateway, user_code: &str, argument: &RawBody) -> Result<Asked, SdkError> {
    let store = gateway
        .stores
        .iter()
        .find(|store| store.user_code.as_deref() == Some(user_code))
        .map(|store| store.id.clone())
        .ok_or_else(|| {
            let message = "IMP.init: the user code is no store's; see v1_user_code in the configuration";
            SdkError::new("StoreNotFound", message)
        })?;
    let node = argument.parse().map_err(|error| SdkError::input(error.into_message()))?;
    let issues = has(&node, CUSTOMER_UID);
    if issues && GROUP_NAMES.iter().any(|name| has(&node, name)) {
        return Err(SdkError::input(NO_GROUP));
    }
    let channel = channel(gateway, &store, &node);
    let pg_code = channel.as_ref().map(|channel| channel.provider.v1_code()).unwrap_or_default();
    let call = if issues {
        told(window::issue(argument, &pg_code))?
    } else {
        told(window::payment(argument, &pg_code))?
    };
    let RequestPay { named, customer_uid, mut window, extras } = call;
    let selector = selector(gateway, &store, named)?;
    if channel.is_none_or(|channel| gateway.engine.protocol_of(&channel.key) == Some(Protocol::PortOneV2)) {
        spell_for_v2(&mut window, &pg_code);
    }
    let names = customer_uid.as_ref().map(|uid| Names {
        customer_uid: uid.to_string(),
        merchant_uid: node.text_of("merchant_uid").unwrap_or_default().to_owned(),
    });
    Ok(Asked { store_id: store, face: Face::V1, selector, window, extras, customer_uid, names })
}

fn has(node: &Node<'_>, name: &str) -> bool {
    let Node::Object(members) = node else { return false };
    members.iter().any(|(known, value)| known.as_str() == name && !matches!(value, Node::Null))
}

/// The call, or everything that refuses it, with what its unknown members may have meant.
fn told(read: Read<RequestPay>) -> Result<RequestPay, SdkError> {
    let Read { request, unknown, advice } = read;
    for advice in &advice.violations {
        tracing::info!(rule = advice.rule, field = advice.field, "{}", advice.message);
    }
    request.map_err(|error| SdkError::input(error.with_hints(unknown.hints()).into_message()))
}

/// The channel that will be asked, as far as can be said before the argument is read: some members are its PG's own.
fn channel(gateway: &Gateway, store: &StoreId, node: &Node<'_>) -> Option<Channel> {
    if GROUP_NAMES.iter().any(|name| has(node, name)) {
        return None;
    }
    let key = match node.text_of("channelKey") {
        Some(text) => text.parse().ok()?,
        None => by_pg(gateway, store, node.text_of("pg")).ok()?,
    };
    gateway.engine.directory().channel(store, &key).map(|entry| entry.channel.clone())
}

/// The group or the channel that is named, by its key, by `pg`, or as the store's own (rules IAMPORT-001 to IAMPORT-003).
fn selector(gateway: &Gateway, store: &StoreId, named: Named) -> Result<Selector, SdkError> {
    if let Some(selector) = asked::selector(named.channel_key, named.group)? {
        return Ok(selector);
    }
    by_pg(gateway, store, named.pg.as_deref())
        .map(Selector::Channel)
        .map_err(|error| SdkError::new("ChannelNotFound", format!("{} {error}", rules::PG_UNKNOWN.code)))
}

/// What V1 writes otherwise than V2: the PG's own parameters are flat, and a deadline is a text of Korean time.
fn spell_for_v2(window: &mut OpenWindow, pg_code: &str) {
    let bypass = match window {
        OpenWindow::Payment(payment) => {
            if let WindowMethod::VirtualAccount(account) = &mut payment.method
                && let Some(expiry) = &mut account.expiry
            {
                let due = expiry.due_date.as_deref().and_then(moment);
                let zone = chrono::FixedOffset::east_opt(KOREAN_TIME_SECONDS);
                let due = due.zip(zone).map(|(due, zone)| due.with_timezone(&zone).to_rfc3339());
                expiry.due_date = due.or(expiry.due_date.take());
            }
            &mut payment.order.bypass
        }
        OpenWindow::BillingKey(issue) => &mut issue.bypass,
        OpenWindow::IssueAndPay(both) => &mut both.order.bypass,
    };
    if pg_code.is_empty() {
        return;
    }
    *bypass = bypass.take().map(|given| match given {
        Value::Object(given) if !given.contains_key(pg_code) => {
            Value::Object(Map::from_iter([(pg_code.to_owned(), Value::Object(given))]))
        }
        given => given,
    });
}

/// An error in V1's words.
pub(super) fn spelt(error: SdkError) -> SdkError {
    SdkError { message: v1_lines(&error.message, "buyer_"), ..error }
}

/// What the callback of `request_pay` is told; `success` is always there, because shops read it.
pub(super) fn told_of_payment(transaction: &Transaction, error: Option<&SdkError>) -> Value {
    let shown = serde_json::to_value(PaymentView::of(transaction)).unwrap_or_default();
    let mut told: Map<String, Value> =
        TOLD.iter().map(|name| ((*name).to_owned(), shown.get(*name).cloned().unwrap_or_default())).collect();
    told.insert("paid_amount".to_owned(), shown.get("amount").cloned().unwrap_or_default());
    Value::Object(ended(told, error))
}

/// What the callback is told of a key; `paid` is what the same window took with it.
pub(super) fn told_of_key(
    names: Option<&Names>,
    billing_key: &str,
    paid: Option<&Transaction>,
    error: Option<&SdkError>,
) -> Value {
    let mut told = match paid.map(|transaction| told_of_payment(transaction, error)) {
        Some(Value::Object(told)) => told,
        _ => Map::from_iter([("imp_uid".to_owned(), Value::Null)]),
    };
    if let Some(names) = names {
        told.insert("merchant_uid".to_owned(), json!(names.merchant_uid));
        told.insert(CUSTOMER_UID.to_owned(), json!(names.customer_uid));
    }
    if error.is_none() {
        told.insert("billing_key".to_owned(), json!(billing_key));
    }
    Value::Object(ended(told, error))
}

fn ended(mut told: Map<String, Value>, error: Option<&SdkError>) -> Map<String, Value> {
    told.insert("success".to_owned(), json!(error.is_none()));
    told.insert("imp_success".to_owned(), json!(error.is_none()));
    if let Some(error) = error {
        told.insert("error_code".to_owned(), json!(error.pg_code.as_deref().unwrap_or(&error.code)));
        told.insert("error_msg".to_owned(), json!(error.pg_message.as_deref().unwrap_or(&error.message)));
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn official_upstreams_have_official_scripts() {
        assert_eq!(sdk_url("https://api.portone.io", Sdk::V2), "https://cdn.portone.io/v2/browser-sdk.js");
        assert_eq!(sdk_url("https://api.iamport.kr", Sdk::V1), "https://cdn.iamport.kr/v1/iamport.js");
        assert_eq!(sdk_url("http://127.0.0.1:8789", Sdk::V2), "http://127.0.0.1:8789/v2/browser-sdk.js");
        assert_eq!(sdk_url("http://127.0.0.1:8789/v1", Sdk::V1), "http://127.0.0.1:8789/v1/iamport.js");
    }
}
