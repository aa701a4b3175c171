//! `POST /window/page`: the page that makes the call on the upstream's SDK. The token comes in the body of a form, so that
//! it is in no URL; what the page is about is data in it, never script.

use axum::extract::State;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use portone_core::Sdk;
use portone_engine::ledger::Face;
use serde::Serialize;
use serde_json::value::RawValue;

use super::book::{Mode, Waiting};
use super::origin::Origin;
use crate::json::RawBody;
use crate::state::Gateway;

/// The page as it is told what to do.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Work<'a> {
    sdk: &'static str,
    sdk_url: &'a str,
    function: &'a str,
    user_code: &'a str,
    arguments: &'a RawValue,
    mode: &'static str,
    shop: &'a str,
    ticket: &'a str,
    return_path: String,
    is_korean: bool,
    is_v1: bool,
}

/// Shows a window, once for its token.
pub(super) async fn page(State(gateway): State<Gateway>, body: RawBody) -> Response {
    let text = std::str::from_utf8(body.bytes()).unwrap_or_default();
    let token = text.trim().strip_prefix("token=").unwrap_or_default();
    let Some(window) = gateway.windows.take(token, gateway.engine.now()) else { return gone() };
    let ticket = window.ticket.write(&gateway.engine);
    match work(&window, &ticket) {
        Some(work) => shown(&window, &work),
        None => gone(),
    }
}

/// The page's data as JSON that no HTML parser sees the end of a script in.
fn work(window: &Waiting, ticket: &str) -> Option<String> {
    let arguments = String::from_utf8_lossy(window.call.arguments.bytes()).into_owned();
    let arguments = RawValue::from_string(arguments).ok()?;
    let work = Work {
        sdk: match window.call.sdk {
            Sdk::V1 => "IMP",
            Sdk::V2 => "PortOne",
        },
        sdk_url: &window.sdk_url,
        function: window.call.function,
        user_code: &window.user_code,
        arguments: &arguments,
        mode: window.mode.code(),
        shop: window.shop.as_str(),
        ticket,
        return_path: format!("/window/return/{ticket}"),
        is_korean: window.is_korean,
        is_v1: window.ticket.face == Face::V1,
    };
    Some(as_data(&serde_json::to_string(&work).ok()?))
}

/// JSON that no parser of HTML sees markup in.
pub(super) fn as_data(json: &str) -> String {
    json.replace('<', "\\u003c")
        .replace('>', "\\u003e")
        .replace('&', "\\u0026")
        .replace('\u{2028}', "\\u2028")
        .replace('\u{2029}', "\\u2029")
}

fn shown(window: &Waiting, work: &str) -> Response {
    let (language, title, wait, close) = if window.is_korean {
        ("ko", "결제창", "결제창을 여는 중입니다…", "닫기")
    } else {
        ("en", "Payment window", "Opening the payment window…", "Close")
    };
    let over = if window.mode == Mode::Redirect { "alone" } else { "over" };
    let html = format!(
        r#"<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/window/assets/window.css">
</head>
<body class="{over}">
<main id="notice" class="notice">
<h1 class="title">{title}</h1>
<div id="spinner" class="spinner" aria-hidden="true"></div>
<p id="words" role="status" aria-live="polite">{wait}</p>
<button id="close" type="button" hidden>{close}</button>
</main>
<script type="application/json" id="work">{work}</script>
<script src="/window/assets/window.js" defer></script>
</body>
</html>
"#
    );
    let mut response = html_response(StatusCode::OK, html, &policy(window));
    if window.mode != Mode::Iframe {
        response.headers_mut().insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    }
    response
}

/// Who may do what on the page. A live upstream's SDK brings pages of PGs that nobody can list; ours and the sandbox's do
/// not need that.
fn policy(window: &Waiting) -> String {
    let upstream = Origin::of_url(&window.sdk_url);
    let upstream = upstream.as_ref().map(Origin::as_str).unwrap_or_default();
    let ancestors = match window.mode {
        Mode::Iframe => window.shop.as_str(),
        Mode::Popup | Mode::Redirect => "'none'",
    };
    let reach = if window.is_live {
        "script-src 'self' https:; style-src 'self' 'unsafe-inline' https:; img-src 'self' data: https:; font-src https:; \
         connect-src 'self' https:; frame-src https:; form-action https:"
            .to_owned()
    } else {
        format!(
            "script-src 'self' {upstream}; style-src 'self' {upstream}; img-src 'self' data: {upstream}; connect-src 'self' \
             {upstream}; frame-src {upstream}; form-action {upstream}"
        )
    };
    format!("default-src 'none'; {reach}; base-uri 'none'; object-src 'none'; frame-ancestors {ancestors}")
}

/// A token that was used, or that nobody gave out.
fn gone() -> Response {
    let html = "<!doctype html>\n<html lang=\"ko\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
                content=\"width=device-width, initial-scale=1\">\n<title>결제창</title>\n<link rel=\"icon\" href=\"data:,\">\n<link rel=\"stylesheet\" \
                href=\"/window/assets/window.css\">\n</head>\n<body class=\"alone\">\n<main class=\"notice\">\n\
                <h1 class=\"title\">결제창을 다시 열어 주세요</h1>\n<p>이 결제창은 이미 열렸거나 시간이 지났습니다.</p>\n\
                <p lang=\"en\">This payment window was opened before, or too long ago. Go back to the shop and open it \
                again.</p>\n</main>\n</body>\n</html>\n";
    let policy =
        "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'";
    let mut response = html_response(StatusCode::GONE, html.to_owned(), policy);
    response.headers_mut().insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    response
}

/// A page that nobody keeps, frames without leave, or learns a URL from.
pub(super) fn html_response(status: StatusCode, html: String, policy: &str) -> Response {
    const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
    let mut response = (status, html).into_response();
    let headers: &mut HeaderMap = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(RESOURCE_POLICY, HeaderValue::from_static("same-origin"));
    if let Ok(policy) = HeaderValue::from_str(policy) {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
    response
}
