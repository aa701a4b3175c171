//! Whether the gateway works, and its metrics.

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header::CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::Serialize;

use crate::answer::json_response;
use crate::error::ApiError;
use crate::state::Gateway;

pub(crate) fn routes() -> Router<Gateway> {
    Router::new().route("/health", get(health)).route("/metrics", get(metrics))
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
