//! The HTTP faces of the engine: the PortOne V2 REST API at the root, the V1 REST API under `/v1`, the admin API under `/admin`, `/health` and
//! `/metrics`, and `/notifications`, where upstreams tell of what happens by itself. It reads requests, asks the engine and writes answers; no business rule lives here.
//!
//! Requests are read strictly and told about at once: every wrong type, unknown value and missing member in one answer,
//! by path and rule code, never by a value that may be secret. Members nobody knows are tolerated on the V2 face and
//! named in the header `x-portone-unknown-fields`.

#![warn(missing_docs)]

mod admin;
mod answer;
mod auth;
mod check;
mod endpoint;
mod error;
mod fields;
mod health;
mod idempotency;
mod json;
mod limit;
mod notifications;
mod openapi;
mod outcome;
mod pass_through;
mod read;
mod request_id;
mod rule;
mod secrets;
mod state;
mod v1;
mod v2;
mod window;
mod words;

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use axum::Router;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::routing::any;
use chrono::{DateTime, TimeDelta, Utc};
use portone_core::{ChannelKey, Report, Secret, StoreId};
use portone_engine::Engine;
use tokio_util::task::TaskTracker;

use crate::error::ApiError;
use crate::state::Gateway;

pub use limit::RateLimit;
pub use pass_through::{LiveUpstream, PassThrough};
pub use window::{SdkScript, scripts};

/// Everything the faces are built from.
pub struct GatewayConfig {
    /// The engine that does the work.
    pub engine: Arc<Engine>,
    /// Who may ask, store by store.
    pub stores: Vec<StoreAccess>,
    /// Where browsers reach this gateway, without a trailing slash.
    pub public_url: String,
    /// The token of the admin face. An empty one opens it to nobody.
    pub admin_token: Secret<String>,
    /// Where use cases run, so that one outlives its client and a graceful stop can wait for all.
    pub tracker: TaskTracker,
    /// Moves the clock ahead, where the gateway has one that can be moved.
    pub clock: Option<Arc<dyn VirtualClock>>,
    /// Renders `/metrics` (Prometheus text); absent answers 404 there.
    pub metrics: Option<Arc<dyn Fn() -> String + Send + Sync>>,
    /// Where requests go that this gateway does not serve; absent answers 501 to all of them.
    pub pass_through: Option<PassThrough>,
    /// How often each API secret and each V1 key may ask; absent sets no limit.
    pub rate_limit: Option<RateLimit>,
    /// What the browser SDK of a V1 upstream is started with (`IMP.init`), by the upstream's name.
    pub upstream_user_codes: BTreeMap<String, String>,
    /// The store that the demo shop at `/demo` sells for; absent answers 404 there.
    pub demo_store: Option<StoreId>,
}

/// A clock that can be moved ahead, together with the clocks of the sandboxes.
#[async_trait]
pub trait VirtualClock: Send + Sync {
    /// Moves it. What comes back says why it was not moved, for whoever asked.
    async fn advance(&self, by: TimeDelta) -> Result<(), String>;
}

/// A store and the API secrets that open it.
pub struct StoreAccess {
    /// Its id.
    pub id: StoreId,
    /// Its name, as the admin face lists it.
    pub name: String,
    /// Its V2 API secrets: `Authorization: PortOne <secret>`.
    pub api_secrets: Vec<Secret<String>>,
    /// Whether the store approves by itself what a buyer authenticated in a window (rule V2-051).
    pub manual_approval: bool,
    /// What opens it on the V1 face, and what it is there.
    pub v1: V1Access,
}

/// A store on the V1 face.
#[derive(Default)]
pub struct V1Access {
    /// Its keys: `POST /users/getToken`.
    pub keys: Vec<V1Key>,
    /// What `IMP.init` is called with.
    pub user_code: Option<String>,
    /// The channel of requests that name no `pg`.
    pub default_channel: Option<ChannelKey>,
}

/// A key of the V1 face, and its secret.
pub struct V1Key {
    /// `imp_key`.
    pub key: Secret<String>,
    /// `imp_secret`.
    pub secret: Secret<String>,
}

/// What a provider's documented rules say of one request, without a gateway or a call to anybody.
///
/// `body` is what `POST /admin/check` takes, by `provider`. Fails with a line a problem when it is something else.
pub fn check_request(body: &str, now: DateTime<Utc>) -> Result<Report, String> {
    admin::check::check_alone(body, now)
}

/// The routers of a gateway.
pub struct Faces {
    /// Every face: V2 at the root, V1 under `/v1`.
    pub all: Router,
    /// V1 at the root, for a port of its own.
    pub v1: Router,
}

/// The router of every face. The client's address is taken from `ConnectInfo<SocketAddr>` where the server provides it.
pub fn router(config: GatewayConfig) -> Router {
    faces(config).all
}

/// The router of every face, and that of V1 alone; they share everything behind them.
pub fn faces(config: GatewayConfig) -> Faces {
    let gateway = Gateway::new(config);
    let all = Router::new()
        .merge(v2::routes())
        .nest(v1::PREFIX, v1::routes())
        // A prefix with nothing behind it belongs to the face too.
        .route("/v1/", any(v1::unserved))
        .nest("/admin", admin::routes())
        .merge(health::routes())
        .merge(pass_through::routes())
        .merge(openapi::routes())
        .merge(notifications::routes())
        .merge(window::routes())
        .fallback(async || ApiError::new(StatusCode::NOT_FOUND, "NOT_FOUND", "there is no such path here"))
        .method_not_allowed_fallback(async || {
            let message = "this path has no such method";
            ApiError::new(StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", message)
        })
        .layer(from_fn_with_state(gateway.clone(), request_id::observe))
        .with_state(gateway.clone());
    let v1 =
        v1::routes().layer(from_fn_with_state(gateway.clone(), request_id::observe_v1)).with_state(gateway);
    Faces { all, v1 }
}
