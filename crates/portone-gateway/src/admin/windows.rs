//! `POST /admin/windows`: opens a payment window on behalf of a shop's page, until this gateway serves one itself.

use axum::extract::State;
use portone_core::OpenWindow;
use portone_engine::OpenWindowRequest;
use portone_engine::request::{Caller, Extras, Selector};
use portone_wire::sdk;
use serde::Serialize;
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

/// The body is the argument of the browser SDK's `requestPayment`. The payment is `READY` and durable when this answers.
pub(super) async fn open(State(gateway): State<Gateway>, _: Admin, body: RawBody) -> Answer {
    let argument = body.parse()?.to_value();
    let request = sdk::parse_payment(&argument).map_err(|report| ApiError::invalid(&report))?;
    let OpenWindow::Payment(window) = request.window else {
        return Err(ApiError::input("this opens windows for payments only"));
    };
    let store_id = store(&gateway, Some(request.store_id.as_str()))?;
    let selector = match (request.channel_key, request.channel_group_id) {
        (Some(key), None) => Selector::Channel(key),
        (None, Some(group)) => Selector::Group(group),
        _ => return Err(ApiError::input("SR-020 channelKey: give either channelKey or channelGroupId")),
    };
    let extras = Extras {
        custom_data: request.custom_data.map(|data| data.to_string()),
        notice_urls: request.notice_urls,
        skip_webhook: false,
    };
    let caller = Caller { store_id, ip: "127.0.0.1".to_owned(), operation: None };
    let request = OpenWindowRequest { caller, selector, window: *window, extras };
    let opened = gateway.engine.open_window(request).await?;
    let arguments = String::from_utf8_lossy(opened.call.arguments.bytes()).into_owned();
    let arguments = RawValue::from_string(arguments).map_err(|_| ApiError::internal())?;
    Ok(ok(&OpenedView {
        payment_id: opened.transaction.order.payment_id.as_str(),
        transaction_id: opened.transaction.id.as_str(),
        channel_key: opened.transaction.channel.key.as_str(),
        function: opened.call.function,
        arguments,
    }))
}
