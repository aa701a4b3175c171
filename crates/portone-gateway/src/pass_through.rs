//! What this gateway does not serve: identity verification, platform, tax invoices, reconciliation. Where a store has a
//! live channel at PortOne, such a request goes there as it came, with our API secret there in place of the shop's;
//! elsewhere it is answered 501. Nothing of it is kept or logged.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{FromRequestParts, Query, Request, State};
use axum::http::header::{
    AUTHORIZATION, CONNECTION, CONTENT_LENGTH, COOKIE, EXPECT, FORWARDED, HOST, PROXY_AUTHENTICATE,
    PROXY_AUTHORIZATION, SET_COOKIE, TE, TRAILER, TRANSFER_ENCODING, UPGRADE,
};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use portone_core::{Break, Environment, Secret, StoreId};
use portone_http::{ForwardReply, ForwardRequest, Forwarder};

use crate::auth::Access;
use crate::error::ApiError;
use crate::json::{Node, RawBody};
use crate::state::Gateway;
use crate::v2::Pairs;

/// The path prefixes of PortOne's V2 REST API that this gateway does not serve.
pub(crate) const PREFIXES: [&str; 5] =
    ["/identity-verifications", "/platform", "/b2b", "/payment-reconciliations", "/kakaopay"];
/// How long an upstream may take (rule V2-013).
const DEADLINE: Duration = Duration::from_mins(1);
/// Headers that belong to one connection, or to the caller alone.
const NOT_PASSED: [HeaderName; 16] = [
    AUTHORIZATION,
    CONNECTION,
    CONTENT_LENGTH,
    COOKIE,
    EXPECT,
    FORWARDED,
    HOST,
    PROXY_AUTHENTICATE,
    PROXY_AUTHORIZATION,
    SET_COOKIE,
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("x-forwarded-for"),
];

/// Where requests go that this gateway does not serve.
pub struct PassThrough {
    /// Carries them.
    pub forwarder: Forwarder,
    /// The PortOne V2 upstreams, by the names channels use.
    pub upstreams: BTreeMap<String, LiveUpstream>,
}

/// A PortOne V2 REST API.
pub struct LiveUpstream {
    /// Scheme and host.
    pub base_url: String,
    /// Our API secret there.
    pub api_secret: Secret<String>,
}

pub(crate) fn routes() -> Router<Gateway> {
    PREFIXES.iter().fold(Router::new(), |router, prefix| {
        router.route(prefix, any(pass)).route(&format!("{prefix}/{{*rest}}"), any(pass))
    })
}

/// Whether a route is one of these.
pub(crate) fn is_passed(route: &str) -> bool {
    PREFIXES
        .iter()
        .any(|prefix| route.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest == "/{*rest}"))
}

async fn pass(State(gateway): State<Gateway>, request: Request) -> Response {
    match forward(&gateway, request).await {
        Ok(reply) => told(reply),
        Err(error) => error.into_response(),
    }
}

async fn forward(gateway: &Gateway, request: Request) -> Result<ForwardReply, ApiError> {
    let (mut parts, body) = request.into_parts();
    let access = Access::from_request_parts(&mut parts, gateway).await?;
    let body = RawBody::read(&parts.headers, body).await?;
    let store = checked_store(&mut parts, gateway, &access, &body).await?;
    let Some((pass_through, upstream)) = upstream_of(gateway, &store) else { return Err(not_served()) };
    let target = parts.uri.path_and_query().map_or("/", |target| target.as_str());
    let request = ForwardRequest {
        url: format!("{}{target}", upstream.base_url.trim_end_matches('/')),
        api_secret: upstream.api_secret.clone(),
        headers: passed(&parts.headers),
        method: parts.method,
        body: Bytes::from_owner(body.into_bytes()),
    };
    // It may be written there, so it is carried out whether the client waits or not.
    let forwarder = pass_through.forwarder.clone();
    let sent = gateway.run(Box::pin(async move { forwarder.forward(request, DEADLINE).await })).await;
    match sent {
        Some(Ok(reply)) => Ok(reply),
        Some(Err(Break::NotSent(why))) => {
            Err(broken("UPSTREAM_NOT_REACHED", &format!("{why}; send it again")))
        }
        Some(Err(Break::Interrupted(why))) => {
            Err(broken("UPSTREAM_INTERRUPTED", &format!("{why}; it may have been carried out: look first")))
        }
        None => Err(ApiError::internal()),
    }
}

/// The store that asks. The secret upstream may open more stores than the caller's, so every store that the request names
/// has to be one of the caller's.
async fn checked_store(
    parts: &mut Parts,
    gateway: &Gateway,
    access: &Access,
    body: &RawBody,
) -> Result<StoreId, ApiError> {
    let Query(query): Query<Pairs> = Query::from_request_parts(parts, gateway).await.map_err(|_| {
        let message = "V2-INPUT query: is not percent-encoded UTF-8; encode it once";
        ApiError::new(StatusCode::BAD_REQUEST, "INVALID_REQUEST", message)
    })?;
    let mut named = Vec::new();
    for (name, value) in &query {
        match name.as_str() {
            "storeId" => named.push(value.clone()),
            "requestBody" => collect_stores(&RawBody::from_text(value).parse()?, &mut named),
            _ => {}
        }
    }
    if !body.is_blank() {
        collect_stores(&body.parse()?, &mut named);
    }
    for store in &named {
        access.caller(Some(store))?;
    }
    Ok(access.caller(named.first().map(String::as_str))?.store_id)
}

/// Every `storeId`, and every one of `storeIds`, at any depth.
fn collect_stores(node: &Node<'_>, named: &mut Vec<String>) {
    match node {
        Node::Object(members) => {
            for (name, value) in members {
                match (name.as_str(), value) {
                    ("storeId", Node::Text(store)) => named.push(store.as_str().to_owned()),
                    ("storeIds", Node::Array(stores)) => named.extend(stores.iter().filter_map(|store| {
                        if let Node::Text(store) = store { Some(store.as_str().to_owned()) } else { None }
                    })),
                    _ => collect_stores(value, named),
                }
            }
        }
        Node::Array(items) => items.iter().for_each(|item| collect_stores(item, named)),
        Node::Null | Node::Bool(_) | Node::Number(_) | Node::Decimal(_) | Node::Text(_) | Node::Loose(_) => {}
    }
}

/// The upstream of the store's live channels; of several, the first channel's by its key.
fn upstream_of<'g>(gateway: &'g Gateway, store: &StoreId) -> Option<(&'g PassThrough, &'g LiveUpstream)> {
    let pass_through = gateway.pass_through.as_ref()?;
    let directory = gateway.engine.directory();
    let mut live = directory
        .channels()
        .filter(|channel| channel.store_id == *store && channel.environment == Environment::Live);
    let upstream = live.find_map(|channel| pass_through.upstreams.get(&channel.upstream))?;
    Some((pass_through, upstream))
}

fn passed(headers: &HeaderMap) -> HeaderMap {
    // What `Connection` names belongs to the connection too.
    let named: Vec<String> = headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(',').map(|name| name.trim().to_ascii_lowercase()))
        .collect();
    let stays =
        |name: &HeaderName| NOT_PASSED.contains(name) || named.iter().any(|named| named == name.as_str());
    headers
        .iter()
        .filter(|(name, _)| !stays(name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

fn told(reply: ForwardReply) -> Response {
    let mut response = Response::new(Body::from(reply.body));
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::BAD_GATEWAY);
    *response.headers_mut() = passed(&reply.headers);
    response
}

fn not_served() -> ApiError {
    let message = "this gateway does not serve this part of the API, and the store has no live channel at PortOne that it could be passed on to";
    ApiError::new(StatusCode::NOT_IMPLEMENTED, "NOT_IMPLEMENTED", message)
}

fn broken(kind: &'static str, message: &str) -> ApiError {
    ApiError::new(StatusCode::BAD_GATEWAY, kind, message)
}
