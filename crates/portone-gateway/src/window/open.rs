//! `POST /window/open`: checks what a shop's page asks for, chooses the channel, makes the intent durable, and gives the
//! page a token for the window.

use std::net::SocketAddr;

use axum::Extension;
use axum::extract::{ConnectInfo, State};
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL,
    USER_AGENT, VARY,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use portone_core::{
    BuyerOs, ChannelKey, CustomerUid, Environment, OpenWindow, SdkCall, StoreId, WindowSettings, WindowTypes,
};
use portone_engine::ledger::{ChannelSnapshot, Face};
use portone_engine::request::{Caller, Extras, Selector};
use portone_engine::{EngineError, OpenKeyWindowRequest, OpenWindowRequest};
use portone_wire::sdk::{self, SdkRequest};
use serde::Serialize;
use serde_json::Value;

use super::book::{Mode, Waiting};
use super::iamport;
use super::origin::{self, Origin};
use super::sdk_error::SdkError;
use super::ticket::{About, Names, Ticket};
use crate::answer::json_response;
use crate::json::RawBody;
use crate::state::Gateway;

/// Why no window issues a key for a group (seed 000).
const NO_GROUP: &str = "SR-024 channelGroupId: a window issues a billing key at one channel only; give channelKey, or issue \
                        it with POST /billing-keys and the group, which gives a super billing key";

/// What a page is given.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Opened {
    token: String,
    mode: &'static str,
    /// What the result will be about, for windows the buyer closes before any page loads.
    #[serde(skip_serializing_if = "Option::is_none")]
    payment_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tx_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    billing_key: Option<String>,
    ticket: String,
    dims: bool,
}

/// A page asks. The body is JSON of any content type, so that no browser asks beforehand.
pub(super) async fn open(
    State(gateway): State<Gateway>,
    peer: Option<Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
    body: RawBody,
) -> Response {
    let shop = Origin::of(&headers);
    let ip = peer
        .map_or_else(|| "127.0.0.1".to_owned(), |Extension(ConnectInfo(address))| address.ip().to_string());
    let answer = match shop.clone() {
        Some(shop) => try_open(&gateway, shop, ip, &headers, &body).await,
        None => Err(SdkError::input(
            "the page has no origin a window could answer to; serve it from http or https, not from a file",
        )),
    };
    let mut response = match answer {
        Ok(opened) => json_response(StatusCode::OK, &opened),
        Err(error) => json_response(StatusCode::BAD_REQUEST, &serde_json::json!({ "error": error })),
    };
    allow(response.headers_mut(), shop.as_ref());
    response
}

/// A browser that asks beforehand.
pub(super) async fn preflight(headers: HeaderMap) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    allow(response.headers_mut(), Origin::of(&headers).as_ref());
    let headers = response.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("POST"));
    headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("content-type"));
    response
}

/// Any shop's page may ask, and only that page may read the answer. No cookie goes along.
fn allow(headers: &mut HeaderMap, shop: Option<&Origin>) {
    headers.insert(VARY, HeaderValue::from_static("origin"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(origin) = shop.and_then(|shop| HeaderValue::from_str(shop.as_str()).ok()) {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    }
}

/// What a page sent, read.
struct Asked {
    request: SdkRequest,
    face: Face,
    device: Device,
    shop: Origin,
    ip: String,
    names: Option<Names>,
}

async fn try_open(
    gateway: &Gateway,
    shop: Origin,
    ip: String,
    headers: &HeaderMap,
    body: &RawBody,
) -> Result<Opened, SdkError> {
    let body = body.parse().map_err(|error| SdkError::input(error.into_message()))?.to_value();
    let device = Device::of(headers);
    let argument = body.get("argument").unwrap_or(&Value::Null);
    let (request, face) = match body.get("function").and_then(Value::as_str) {
        Some("requestPayment") => (sdk::parse_payment(argument), Face::V2),
        Some("requestIssueBillingKey") => {
            if argument.get("channelGroupId").is_some() {
                return Err(SdkError::input(NO_GROUP));
            }
            (sdk::parse_issue_billing_key(argument), Face::V2)
        }
        Some("request_pay") => (iamport::parse(gateway, &body)?, Face::V1),
        Some("requestIssueBillingKeyAndPay") => {
            return Err(SdkError::input(
                "requestIssueBillingKeyAndPay: no channel of this gateway issues a billing key and pays in one \
                 window; issue it with requestIssueBillingKey, then pay with POST /payments/{paymentId}/billing-key",
            ));
        }
        _ => return Err(SdkError::input("function: is none of the browser SDK's that open a window")),
    };
    let mut request = request.map_err(|report| SdkError::invalid(&report))?;
    if !gateway.stores.iter().any(|store| store.id == request.store_id) {
        return Err(SdkError::new(
            "StoreNotFound",
            "storeId: there is no such store here; look it up in the configuration",
        ));
    }
    let settings = request.window.settings_mut();
    settings.os = device.os;
    if let Some(problem) = settings.redirect_url.as_deref().and_then(origin::problem_of) {
        return Err(SdkError::input(format!("redirectUrl: {problem}")));
    }
    let names = (face == Face::V1).then(|| iamport::names(argument)).flatten();
    let asked = Asked { request, face, device, shop, ip, names };
    match &asked.request.window {
        OpenWindow::Payment(_) => pay(gateway, asked).await,
        OpenWindow::BillingKey(_) => issue(gateway, asked).await,
        // Refused above by the function's name.
        OpenWindow::IssueAndPay(_) => Err(SdkError::input("is no window of this gateway")),
    }
}

async fn pay(gateway: &Gateway, asked: Asked) -> Result<Opened, SdkError> {
    let Asked { request, face, device, shop, ip, .. } = asked;
    let SdkRequest { store_id, channel_key, channel_group_id, notice_urls, custom_data, window, .. } =
        request;
    let OpenWindow::Payment(window) = window else { return Err(SdkError::input("is no payment")) };
    let selector = match (channel_key, channel_group_id) {
        (Some(key), None) => Selector::Channel(key),
        (None, Some(group)) => Selector::Group(group),
        (Some(_), Some(_)) => {
            return Err(SdkError::input("SR-020 channelGroupId: channelKey is given too; give one of them"));
        }
        (None, None) => return Err(SdkError::input("channelKey: is missing; give it, or channelGroupId")),
    };
    let payment_id = window.order.payment_id.to_string();
    let shown = Shown::of(&window.settings, device)?;
    let ticket = Ticket {
        store_id: store_id.to_string(),
        about: About::Payment(payment_id.clone()),
        face,
        redirect_url: shown.redirect_url.clone(),
        names: None,
    };
    let request = OpenWindowRequest {
        caller: caller(store_id.clone(), ip, face),
        selector,
        window: *window,
        extras: extras(custom_data, notice_urls),
    };
    let opened = gateway.engine.open_window(request).await.map_err(|error| refused(&error))?;
    let (channel, transaction_id) = (&opened.transaction.channel, opened.transaction.id.to_string());
    let opening = Opening { gateway, shop, ticket, shown, store_id: &store_id };
    let opened = opening.give_out(channel, opened.call)?;
    Ok(Opened { payment_id: Some(payment_id), tx_id: Some(transaction_id), ..opened })
}

async fn issue(gateway: &Gateway, asked: Asked) -> Result<Opened, SdkError> {
    let Asked { request, face, device, shop, ip, names } = asked;
    let SdkRequest { store_id, channel_key, notice_urls, custom_data, window, .. } = request;
    let OpenWindow::BillingKey(window) = window else { return Err(SdkError::input("is no issue")) };
    let channel: ChannelKey = channel_key.ok_or_else(|| {
        SdkError::input("channelKey: is missing; a window issues a billing key at one channel")
    })?;
    let shown = Shown::of(&window.settings, device)?;
    let named = names.as_ref().map(|names| CustomerUid::parse(&names.customer_uid)).transpose();
    let customer_uid = named.map_err(|error| SdkError::input(format!("customer_uid: {error}")))?;
    let request = OpenKeyWindowRequest {
        caller: caller(store_id.clone(), ip, face),
        channel,
        window: *window,
        customer_uid,
        extras: extras(custom_data, notice_urls),
    };
    let opened = gateway.engine.open_key_window(request).await.map_err(|error| SdkError::from(&error))?;
    let key = opened.record.key.to_string();
    let ticket = Ticket {
        store_id: store_id.to_string(),
        about: About::BillingKey(key.clone()),
        face,
        redirect_url: shown.redirect_url.clone(),
        names,
    };
    let opening = Opening { gateway, shop, ticket, shown, store_id: &store_id };
    let opened = opening.give_out(&opened.record.channels[0].channel, opened.call)?;
    Ok(Opened { billing_key: Some(key), ..opened })
}

fn extras(custom_data: Option<Value>, notice_urls: Vec<String>) -> Extras {
    Extras { custom_data: custom_data.map(|data| data.to_string()), notice_urls, skip_webhook: false }
}

fn caller(store_id: StoreId, ip: String, face: Face) -> Caller {
    Caller { store_id, ip, face, operation: None }
}

/// A payment has one window at a time: a second one could take its money twice.
fn refused(error: &EngineError) -> SdkError {
    match error {
        EngineError::UnknownOutcome => SdkError::new(
            "InvalidEntityState",
            "paymentId: the payment has a window that is open, or a call whose result is not known yet; finish it, or send \
             another paymentId",
        ),
        error => SdkError::from(error),
    }
}

/// How a window is shown, and where its buyer goes afterwards.
struct Shown {
    mode: Mode,
    redirect_url: Option<String>,
    is_korean: bool,
    dims: bool,
}

impl Shown {
    /// On a mobile a window takes the page's place, unless `windowType` says otherwise; `forceRedirect` does so anywhere.
    fn of(settings: &WindowSettings, device: Device) -> Result<Self, SdkError> {
        let WindowTypes { pc, mobile } = &settings.window_type;
        let named = if device.is_mobile { mobile.as_deref() } else { pc.as_deref() };
        let named = named.map(|name| name.strip_prefix("WINDOW_TYPE_").unwrap_or(name));
        let mode = match named {
            _ if settings.force_redirect == Some(true) => Mode::Redirect,
            Some("REDIRECTION") => Mode::Redirect,
            Some("POPUP") => Mode::Popup,
            None if device.is_mobile => Mode::Redirect,
            _ => Mode::Iframe,
        };
        let redirect_url = settings.redirect_url.clone();
        if mode == Mode::Redirect && redirect_url.is_none() {
            return Err(SdkError::input(
                "redirectUrl: is missing; here the window takes the page's place, so give the URL the buyer comes back to",
            ));
        }
        let is_korean = settings.locale.as_deref().is_none_or(|locale| locale.contains("KO"));
        Ok(Self { mode, redirect_url, is_korean, dims: settings.iframe_dim.unwrap_or(true) })
    }
}

/// A window that is durable and may be shown.
struct Opening<'a> {
    gateway: &'a Gateway,
    shop: Origin,
    ticket: Ticket,
    shown: Shown,
    store_id: &'a StoreId,
}

impl Opening<'_> {
    fn give_out(self, channel: &ChannelSnapshot, call: SdkCall) -> Result<Opened, SdkError> {
        let Self { gateway, shop, ticket, shown, store_id } = self;
        let base_url = gateway
            .engine
            .upstream_of(&channel.key)
            .ok_or_else(|| SdkError::new("ChannelNotFound", "the channel's upstream is not configured"))?;
        let store = gateway.stores.iter().find(|store| store.id == *store_id);
        let opened = Opened {
            token: gateway.engine.new_token(),
            mode: shown.mode.code(),
            payment_id: None,
            tx_id: None,
            billing_key: None,
            ticket: ticket.write(&gateway.engine),
            dims: shown.dims,
        };
        let window = Waiting {
            sdk_url: iamport::sdk_url(&base_url, call.sdk),
            call,
            mode: shown.mode,
            shop,
            ticket,
            is_korean: shown.is_korean,
            is_live: channel.environment == Environment::Live,
            user_code: store.and_then(|store| store.user_code.clone()).unwrap_or_default(),
        };
        gateway.windows.put(opened.token.clone(), gateway.engine.now(), window);
        Ok(opened)
    }
}

/// What a buyer holds, by the browser's own words.
#[derive(Debug, Clone, Copy)]
struct Device {
    os: Option<BuyerOs>,
    is_mobile: bool,
}

impl Device {
    fn of(headers: &HeaderMap) -> Self {
        let agent = headers.get(USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
        let os = [
            ("Android", BuyerOs::Android),
            ("iPhone", BuyerOs::Ios),
            ("iPad", BuyerOs::Ios),
            ("Windows", BuyerOs::Windows),
            ("Macintosh", BuyerOs::MacOs),
            ("Linux", BuyerOs::Linux),
        ];
        let os = os.into_iter().find(|(name, _)| agent.contains(name)).map(|(_, os)| os);
        Self { os, is_mobile: os.is_some_and(BuyerOs::is_mobile) || agent.contains("Mobile") }
    }
}
