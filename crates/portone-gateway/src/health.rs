//! Whether the gateway works, and its metrics.

use std::collections::BTreeMap;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header::CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::Serialize;

use crate::answer::json_response;
use crate::error::ApiError;
use crate::openapi::Operation;
use crate::state::Gateway;

/// A line for each route below.
pub(crate) const OPERATIONS: &[Operation] = &[
    Operation::open("GET", "/", "welcome", "What is here"),
    Operation::open("GET", "/health", "health", "Whether the gateway works"),
    Operation::open("GET", "/metrics", "metrics", "Metrics, as Prometheus text"),
];

pub(crate) fn routes() -> Router<Gateway> {
    Router::new().route("/", get(welcome)).route("/health", get(health)).route("/metrics", get(metrics))
}

/// What a person who opens the address in a browser is told.
async fn welcome() -> Response {
    let paths = [
        ("v2", "POST /payments/{paymentId}/instant and the rest of the PortOne V2 REST API"),
        ("admin", "GET /admin/channels, /admin/channel-groups, /admin/payments/{paymentId}/routing, …"),
        ("browser", "GET /v2/browser-sdk.js, /v1/iamport.js and, where there is a demo shop, /demo"),
        ("operations", "GET /health, GET /metrics"),
    ];
    json_response(StatusCode::OK, &BTreeMap::from(paths))
}

#[derive(Serialize)]
struct Health {
    status: &'static str,
}

/// 200 while the database answers, else 503.
async fn health(State(gateway): State<Gateway>) -> Response {
    match gateway.engine.store().directory_revision().await {
        Ok(_) => json_response(StatusCode::OK, &Health { status: "UP" }),
        Err(error) => {
            tracing::error!(%error, "the health check cannot read the database");
            json_response(StatusCode::SERVICE_UNAVAILABLE, &Health { status: "DOWN" })
        }
    }
}

async fn metrics(State(gateway): State<Gateway>) -> Response {
    match &gateway.metrics {
        Some(page) => ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], page()).into_response(),
        None => ApiError::new(StatusCode::NOT_FOUND, "NOT_FOUND", "metrics are switched off").into_response(),
    }
}
