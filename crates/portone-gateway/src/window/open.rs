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
    BuyerOs, ChannelKey, Environment, OpenWindow, Protocol, Sdk, SdkCall, StoreId, WindowSettings,
    WindowTypes,
};
use portone_engine::ledger::{BillingKeyRecord, ChannelSnapshot, Face, Transaction};
use portone_engine::request::{Caller, Selector};
use portone_engine::{EngineError, OpenIssueAndPayRequest, OpenKeyWindowRequest, OpenWindowRequest};
use serde::Serialize;

use super::asked::{self, Asked};
use super::book::{Mode, Waiting};
use super::iamport;
use super::origin::{self, Origin};
use super::sdk_error::SdkError;
use super::ticket::{About, Ticket};
use crate::answer::json_response;
use crate::json::RawBody;
use crate::state::Gateway;

/// Why a window at the official V1 upstream cannot be shown.
const NO_USER_CODE: &str = "the channel's V1 upstream has no user_code, which its browser SDK is started with; set it in the \
                            configuration, as the console shows it";

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

async fn try_open(
    gateway: &Gateway,
    shop: Origin,
    ip: String,
    headers: &HeaderMap,
    body: &RawBody,
) -> Result<Opened, SdkError> {
    let mut asked = asked::read(gateway, body).await?;
    let device = Device::of(headers);
    let settings = asked.window.settings_mut();
    (settings.os, settings.in_app) = (device.os, device.is_in_app);
    let name = redirect_name(asked.face);
    if let Some(problem) = settings.redirect_url.as_deref().and_then(origin::problem_of) {
        return Err(SdkError::input(format!("{name}: {problem}")));
    }
    let shown = match Shown::of(settings, device, name) {
        Ok(shown) => shown,
        Err(lacking) => return Err(beside_rules(gateway, asked, lacking)),
    };
    let face = asked.face;
    let opened = open_asked(gateway, asked, Page { shop, shown, ip }).await;
    if face == Face::V1 { opened.map_err(iamport::spelt) } else { opened }
}

/// What is wrong with a window that cannot be shown, beside what its channel's rules say: everything is told together.
fn beside_rules(gateway: &Gateway, asked: Asked, lacking: SdkError) -> SdkError {
    let Asked { store_id, face, selector, window, .. } = asked;
    let Err(error) = gateway.engine.check_window(&store_id, face, &selector, window) else { return lacking };
    let told = refused(&error);
    let told = if face == Face::V1 { iamport::spelt(told) } else { told };
    if told.message.contains(redirect_name(face)) {
        return told;
    }
    SdkError { message: format!("{}\n{}", told.message, lacking.message), ..told }
}

/// Whose page asks, from where, and how its window is shown.
struct Page {
    shop: Origin,
    shown: Shown,
    ip: String,
}

/// Opens a window that was asked for, at the shop's page or at a page of our own.
async fn open_asked(gateway: &Gateway, asked: Asked, page: Page) -> Result<Opened, SdkError> {
    let Asked { store_id, face, selector, window, extras, customer_uid, names } = asked;
    let Page { shop, shown, ip } = page;
    if let Selector::Channel(key) = &selector {
        check_user_code(gateway, key)?;
    }
    let caller = Caller { store_id: store_id.clone(), ip, face, operation: None };
    let (durable, call) = match window {
        OpenWindow::Payment(window) => {
            let request = OpenWindowRequest { caller, selector, window: *window, extras };
            let opened = gateway.engine.open_window(request).await.map_err(|error| refused(&error))?;
            (Durable::payment(&stored(gateway, opened.transaction).await?), opened.call)
        }
        OpenWindow::BillingKey(window) => {
            let channel = one_channel(selector)?;
            let request = OpenKeyWindowRequest { caller, channel, window: *window, customer_uid, extras };
            let opened = gateway.engine.open_key_window(request).await.map_err(|error| refused(&error))?;
            let first = match opened.transaction {
                Some(first) => Some(stored(gateway, first).await?),
                None => None,
            };
            (Durable::key(&opened.record, first.as_ref()), opened.call)
        }
        OpenWindow::IssueAndPay(window) => {
            let channel = one_channel(selector)?;
            let request = OpenIssueAndPayRequest { caller, channel, window: *window, extras };
            let opened = gateway.engine.open_issue_and_pay(request).await.map_err(|error| refused(&error))?;
            let first = stored(gateway, opened.transaction).await?;
            (Durable::key(&opened.record, Some(&first)), opened.call)
        }
    };
    let ticket = Ticket {
        store_id: store_id.to_string(),
        about: durable.about.clone(),
        face,
        redirect_url: shown.redirect_url.clone(),
        tx_id: durable.tx_id.clone(),
        names,
    };
    Opening { gateway, shop, ticket, shown, store_id: &store_id }.give_out(durable, call)
}

/// The transaction as the ledger has it: the store gives an `imp_uid` with the row.
async fn stored(gateway: &Gateway, begun: Transaction) -> Result<Transaction, SdkError> {
    if begun.face == Face::V2 {
        return Ok(begun);
    }
    let found = gateway.engine.payment(&begun.store_id, &begun.order.payment_id).await;
    found.map_err(|error| SdkError::from(&error))
}

/// What is in the ledger before anybody sees a window.
struct Durable {
    about: About,
    channel: ChannelSnapshot,
    /// The transaction as the shop knows it.
    tx_id: Option<String>,
}

impl Durable {
    fn payment(transaction: &Transaction) -> Self {
        Self {
            about: About::Payment(transaction.order.payment_id.to_string()),
            channel: transaction.channel.clone(),
            tx_id: Some(transaction.shown_id().into_owned()),
        }
    }

    /// A key, and what its window pays with it first.
    fn key(record: &BillingKeyRecord, first: Option<&Transaction>) -> Self {
        let key = record.key.to_string();
        let channel = record.channels[0].channel.clone();
        match first {
            None => Self { about: About::BillingKey(key), channel, tx_id: None },
            Some(first) => {
                let payment_id = first.order.payment_id.to_string();
                let tx_id = Some(first.shown_id().into_owned());
                Self { about: About::Both { payment_id, key }, channel, tx_id }
            }
        }
    }
}

fn one_channel(selector: Selector) -> Result<ChannelKey, SdkError> {
    match selector {
        Selector::Channel(key) => Ok(key),
        Selector::Group(_) => Err(SdkError::input(asked::NO_GROUP)),
    }
}

/// A payment has one window at a time: a second one could take its money twice.
fn refused(error: &EngineError) -> SdkError {
    match error {
        EngineError::UnknownOutcome => SdkError::new(
            "InvalidEntityState",
            "paymentId: the payment has a window that its buyer may still finish, or a call whose result is not known yet; \
             wait for its end, or send another paymentId",
        ),
        error => SdkError::from(error),
    }
}

/// What a face calls the URL a buyer comes back to.
const fn redirect_name(face: Face) -> &'static str {
    match face {
        Face::V1 => "m_redirect_url",
        Face::V2 => "redirectUrl",
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
    fn of(settings: &WindowSettings, device: Device, name: &str) -> Result<Self, SdkError> {
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
            return Err(SdkError::input(format!(
                "{name}: is missing; here the window takes the page's place, so give the URL the buyer comes back to",
            )));
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
    fn give_out(self, durable: Durable, call: SdkCall) -> Result<Opened, SdkError> {
        let Self { gateway, shop, ticket, shown, store_id } = self;
        let channel = &durable.channel;
        let base_url = gateway
            .engine
            .upstream_of(&channel.key)
            .ok_or_else(|| SdkError::new("ChannelNotFound", "the channel's upstream is not configured"))?;
        let user_code = user_code(gateway, store_id, channel, &base_url, call.sdk)?;
        let opened = Opened {
            token: gateway.engine.new_token(),
            mode: shown.mode.code(),
            payment_id: ticket.about.payment_id().map(str::to_owned),
            tx_id: durable.tx_id,
            billing_key: ticket.about.billing_key().map(str::to_owned),
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
            user_code,
        };
        gateway.windows.put(opened.token.clone(), gateway.engine.now(), window);
        Ok(opened)
    }
}

/// Refuses a window that could not be shown, before anything is written.
fn check_user_code(gateway: &Gateway, channel: &ChannelKey) -> Result<(), SdkError> {
    let engine = &gateway.engine;
    let lacks_code =
        engine.upstream_name_of(channel).is_some_and(|name| !gateway.upstream_user_codes.contains_key(&name));
    let is_v1 = engine.protocol_of(channel) == Some(Protocol::IamportV1);
    if is_v1 && lacks_code && engine.upstream_of(channel).is_some_and(|url| iamport::is_official(&url)) {
        return Err(SdkError::new("ChannelNotFound", NO_USER_CODE));
    }
    Ok(())
}

/// What the page starts V1's SDK with: the upstream's merchant, or the store where the upstream is a sandbox.
fn user_code(
    gateway: &Gateway,
    store_id: &StoreId,
    channel: &ChannelSnapshot,
    base_url: &str,
    sdk: Sdk,
) -> Result<String, SdkError> {
    if sdk == Sdk::V2 {
        return Ok(String::new());
    }
    let upstream = gateway.engine.upstream_name_of(&channel.key);
    if let Some(code) = upstream.as_ref().and_then(|name| gateway.upstream_user_codes.get(name)) {
        return Ok(code.clone());
    }
    if iamport::is_official(base_url) {
        return Err(SdkError::new("ChannelNotFound", NO_USER_CODE));
    }
    let store = gateway.stores.iter().find(|store| store.id == *store_id);
    Ok(store.and_then(|store| store.user_code.clone()).unwrap_or_default())
}

/// What a buyer holds, by the browser's own words.
#[derive(Debug, Clone, Copy)]
struct Device {
    os: Option<BuyerOs>,
    is_mobile: bool,
    /// Whether the page is in an app's own browser, which a payment app comes back to by its scheme (rule IAMPORT-079).
    is_in_app: bool,
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
        let is_in_app = match os {
            Some(BuyerOs::Android) => agent.contains("; wv)"),
            Some(BuyerOs::Ios) => !agent.contains("Safari/"),
            _ => false,
        };
        Self { os, is_mobile: os.is_some_and(BuyerOs::is_mobile) || agent.contains("Mobile"), is_in_app }
    }
}
