//! `POST /admin/windows`: opens a window on behalf of a shop's page, until this gateway serves one itself.

use axum::extract::State;
use portone_core::{OpenWindow, SdkCall, StoreId};
use portone_engine::ledger::Face;
use portone_engine::request::{Caller, Extras, Selector};
use portone_engine::{OpenIssueAndPayRequest, OpenKeyWindowRequest, OpenWindowRequest};
use portone_wire::sdk::{self, SdkRequest};
use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::{Answer, ok, store};
use crate::auth::Admin;
use crate::error::ApiError;
use crate::json::RawBody;
use crate::state::Gateway;

/// What a page calls the upstream's browser SDK with.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OpenedView<'a> {
    payment_id: &'a str,
    transaction_id: &'a str,
    channel_key: &'a str,
    function: &'a str,
    arguments: Box<RawValue>,
}

/// What a page calls the upstream's browser SDK with, and begins the shop's token with: `billingKey`, a dot, and the token
/// the upstream's window gives.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OpenedKeyView<'a> {
    billing_key: &'a str,
    channel_key: &'a str,
    function: &'a str,
    arguments: Box<RawValue>,
}

/// The same of a window that issues a key and pays.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OpenedBothView<'a> {
    #[serde(flatten)]
    key: OpenedKeyView<'a>,
    payment_id: &'a str,
    transaction_id: &'a str,
}

/// The body is the argument of the browser SDK's `requestPayment`, of `requestIssueBillingKey`, which alone has a
/// `billingKeyMethod`, or of `requestIssueBillingKeyAndPay`, which alone has a `billingKeyAndPayMethod`. The payment is
/// `READY`, the key pending, and durable when this answers.
pub(super) async fn open(State(gateway): State<Gateway>, _: Admin, body: RawBody) -> Answer {
    let argument = body.parse()?.to_value();
    if argument.get("billingKeyMethod").is_some() {
        issue(&gateway, &argument).await
    } else if argument.get("billingKeyAndPayMethod").is_some() {
        issue_and_pay(&gateway, &argument).await
    } else {
        pay(&gateway, &argument).await
    }
}

async fn pay(gateway: &Gateway, argument: &Value) -> Answer {
    let request = sdk::parse_payment(argument).map_err(|report| ApiError::invalid(&report))?;
    let OpenWindow::Payment(window) = request.window else {
        return Err(ApiError::input("this opens windows for payments only"));
    };
    let store_id = store(gateway, Some(request.store_id.as_str()))?;
    let selector = match (request.channel_key, request.channel_group_id) {
        (Some(key), None) => Selector::Channel(key),
        (None, Some(group)) => Selector::Group(group),
        _ => return Err(ApiError::input("SR-020 channelKey: give either channelKey or channelGroupId")),
    };
    let extras = extras(request.custom_data, request.notice_urls);
    let caller = caller(store_id);
    let request = OpenWindowRequest { caller, selector, window: *window, extras };
    let opened = gateway.engine.open_window(request).await?;
    let arguments = arguments(&opened.call)?;
    Ok(ok(&OpenedView {
        payment_id: opened.transaction.order.payment_id.as_str(),
        transaction_id: opened.transaction.id.as_str(),
        channel_key: opened.transaction.channel.key.as_str(),
        function: opened.call.function,
        arguments,
    }))
}

/// A window issues a key at one channel: groups issue through the API only.
fn check_no_group(argument: &Value) -> Result<(), ApiError> {
    if argument.get("channelGroupId").is_none() {
        return Ok(());
    }
    Err(ApiError::input("channelGroupId: a window issues a billing key at one channel; give channelKey"))
}

fn no_channel() -> ApiError {
    ApiError::input("channelKey is missing: a window issues a billing key at one channel")
}

async fn issue_and_pay(gateway: &Gateway, argument: &Value) -> Answer {
    check_no_group(argument)?;
    let request = sdk::parse_issue_and_pay(argument).map_err(|report| ApiError::invalid(&report))?;
    let SdkRequest { window: OpenWindow::IssueAndPay(window), channel_key: Some(channel), .. } = request
    else {
        return Err(no_channel());
    };
    let store_id = store(gateway, Some(request.store_id.as_str()))?;
    let extras = extras(request.custom_data, request.notice_urls);
    let request = OpenIssueAndPayRequest { caller: caller(store_id), channel, window: *window, extras };
    let opened = gateway.engine.open_issue_and_pay(request).await?;
    let key = OpenedKeyView {
        billing_key: opened.record.key.as_str(),
        channel_key: opened.transaction.channel.key.as_str(),
        function: opened.call.function,
        arguments: arguments(&opened.call)?,
    };
    let payment_id = opened.transaction.order.payment_id.as_str();
    Ok(ok(&OpenedBothView { key, payment_id, transaction_id: opened.transaction.id.as_str() }))
}

async fn issue(gateway: &Gateway, argument: &Value) -> Answer {
    check_no_group(argument)?;
    let request = sdk::parse_issue_billing_key(argument).map_err(|report| ApiError::invalid(&report))?;
    let SdkRequest { window: OpenWindow::BillingKey(window), channel_key: Some(channel), .. } = request
    else {
        return Err(no_channel());
    };
    let store_id = store(gateway, Some(request.store_id.as_str()))?;
    let extras = extras(request.custom_data, request.notice_urls);
    let request = OpenKeyWindowRequest {
        caller: caller(store_id),
        channel,
        window: *window,
        customer_uid: None,
        extras,
    };
    let opened = gateway.engine.open_key_window(request).await?;
    Ok(ok(&OpenedKeyView {
        billing_key: opened.record.key.as_str(),
        channel_key: opened.record.channels[0].channel.key.as_str(),
        function: opened.call.function,
        arguments: arguments(&opened.call)?,
    }))
}

fn extras(custom_data: Option<Value>, notice_urls: Vec<String>) -> Extras {
    Extras { custom_data: custom_data.map(|data| data.to_string()), notice_urls, skip_webhook: false }
}

fn caller(store_id: StoreId) -> Caller {
    Caller { store_id, ip: "127.0.0.1".to_owned(), face: Face::V2, operation: None }
}

fn arguments(call: &SdkCall) -> Result<Box<RawValue>, ApiError> {
    let arguments = String::from_utf8_lossy(call.arguments.bytes()).into_owned();
    RawValue::from_string(arguments).map_err(|_| ApiError::internal())
}
