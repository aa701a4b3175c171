//! Around every request: its id, one log line and its metrics. Never bodies, keys or names.

use std::borrow::Cow;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::Response;
use metrics::{counter, histogram};
use tokio::time::Instant;
use tracing::Instrument;

use crate::idempotency;
use crate::state::Gateway;
use crate::v1;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// The longest request id taken over, in characters.
const REQUEST_ID_LENGTH_MAX: usize = 128;
/// The face of PortOne's own REST API.
const V2: &str = "v2";
/// The route of a request that matches none: its path is the client's, and unbounded.
const NO_ROUTE: &str = "none";

/// Gives the request its id, then logs and counts it.
pub(crate) async fn observe(State(gateway): State<Gateway>, request: Request, next: Next) -> Response {
    observed(gateway, request, next, "").await
}

/// The same where the V1 face is at the root; its routes are told as they are under their prefix.
pub(crate) async fn observe_v1(State(gateway): State<Gateway>, request: Request, next: Next) -> Response {
    observed(gateway, request, next, v1::PREFIX).await
}

async fn observed(gateway: Gateway, request: Request, next: Next, prefix: &'static str) -> Response {
    let started = Instant::now();
    let id = given_id(request.headers()).unwrap_or_else(|| gateway.new_request_id());
    let method = method_name(request.method());
    let route = request.extensions().get::<MatchedPath>().cloned();
    let span = tracing::info_span!("request", %id);
    let route = route.as_ref().map_or(NO_ROUTE, MatchedPath::as_str);
    let route = if prefix.is_empty() || route == NO_ROUTE {
        Cow::Borrowed(route)
    } else {
        Cow::Owned(format!("{prefix}{route}"))
    };
    let route = &*route;
    let is_keyed = face(route) == V2 && idempotency::is_keyed(&request, route);
    let mut response = if is_keyed {
        // Boxed: rare, and it would make every request's future larger.
        Box::pin(idempotency::honour(gateway, request, next)).instrument(span.clone()).await
    } else {
        next.run(request).instrument(span.clone()).await
    };
    let duration = started.elapsed();
    let status = response.status();
    span.in_scope(|| {
        let duration_us = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        tracing::info!(method, route, status = status.as_u16(), duration_us, "answered");
    });
    let labels = [
        ("face", face(route).to_owned()),
        ("route", format!("{method} {route}")),
        ("status", status.as_str().to_owned()),
    ];
    counter!("portone_requests_total", &labels).increment(1);
    histogram!("portone_request_seconds", &labels[..2]).record(duration.as_secs_f64());
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}

/// The client's own id, if it is short and plain.
fn given_id(headers: &HeaderMap) -> Option<String> {
    let id = headers.get(REQUEST_ID)?.to_str().ok()?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte);
    (!id.is_empty() && id.len() <= REQUEST_ID_LENGTH_MAX && id.bytes().all(plain)).then(|| id.to_owned())
}

/// One of the known methods: a client can send any word.
fn method_name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "OTHER",
    }
}

fn face(route: &str) -> &'static str {
    match route {
        NO_ROUTE => NO_ROUTE,
        "/" | "/health" | "/metrics" | "/openapi.json" => "operations",
        route if route.starts_with("/docs") => "operations",
        route if route.starts_with("/admin/") => "admin",
        route if route.starts_with("/v1/") => "v1",
        route if route.starts_with("/notifications/") => "notifications",
        "/v1/iamport.js" | "/v2/browser-sdk.js" => "window",
        route if route.starts_with("/window/") || route.starts_with("/demo") => "window",
        _ => V2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(id: &'static str) -> Option<String> {
        let mut headers = HeaderMap::new();
        headers.insert(REQUEST_ID, HeaderValue::from_static(id));
        given_id(&headers)
    }

    #[test]
    fn only_plain_ids_are_taken_over() {
        assert_eq!(given("7c0540d7-26c0:1_a.b").as_deref(), Some("7c0540d7-26c0:1_a.b"));
        assert_eq!(given("a b"), None);
        assert_eq!(given(""), None);
        assert_eq!(given_id(&HeaderMap::new()), None);
    }
}
