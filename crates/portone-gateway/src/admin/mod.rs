//! The admin face: channels, groups, why a payment went where it went, and what is still open.

mod attempts;
mod channels;
mod groups;
mod input;
mod records;
mod routing;
mod stores;
mod webhooks;
mod windows;

use axum::Router;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use portone_core::StoreId;
use portone_engine::EngineError;
use serde::Serialize;

use crate::answer::json_response;
use crate::error::ApiError;
use crate::state::Gateway;

pub(crate) fn routes() -> Router<Gateway> {
    let channel = get(channels::one).patch(channels::change).delete(channels::delete);
    let group = get(groups::one).put(groups::change).delete(groups::delete);
    Router::new()
        .route("/stores", get(stores::list))
        .route("/channels", get(channels::list).post(channels::create))
        .route("/channels/{key}", channel)
        .route("/channels/{key}/activate", post(channels::activate))
        .route("/channels/{key}/deactivate", post(channels::deactivate))
        .route("/channel-groups", get(groups::list).post(groups::create))
        .route("/channel-groups/{id}", group)
        .route("/channel-groups/{id}/deactivate", post(groups::deactivate))
        .route("/channel-groups/{id}/history", get(groups::history))
        .route("/payments/{paymentId}/routing", get(routing::explain))
        .route("/attempts", get(attempts::list))
        .route("/discrepancies", get(records::discrepancies))
        .route("/events", get(records::events))
        .route("/windows", post(windows::open))
        .route("/webhooks", get(webhooks::list))
        .route("/webhooks/{id}/replay", post(webhooks::replay))
}

/// What a handler of this face gives back.
type Answer = Result<Response, ApiError>;

fn ok(body: &impl Serialize) -> Response {
    json_response(StatusCode::OK, body)
}

/// A list, so that more can be told beside it one day.
#[derive(Serialize)]
struct Items<T> {
    items: Vec<T>,
}

fn items<T: Serialize>(items: impl IntoIterator<Item = T>) -> Response {
    ok(&Items { items: items.into_iter().collect() })
}

/// The answer to a deletion.
#[derive(Serialize)]
struct Deleted<'a> {
    deleted: &'a str,
}

impl From<EngineError> for ApiError {
    /// Only this face converts without naming an endpoint.
    fn from(error: EngineError) -> Self {
        Self::admin(&error)
    }
}

fn not_found(message: String) -> ApiError {
    ApiError::new(StatusCode::NOT_FOUND, "NOT_FOUND", message)
}

/// The store a request is about: the one it names, or the only one there is.
fn store(gateway: &Gateway, named: Option<&str>) -> Result<StoreId, ApiError> {
    let known = || gateway.stores.iter().map(|store| &store.id);
    match named {
        Some(named) => known().find(|store| store.as_str() == named).cloned().ok_or_else(|| {
            not_found("storeId: there is no such store; GET /admin/stores lists them".to_owned())
        }),
        None if gateway.stores.len() == 1 => Ok(gateway.stores[0].id.clone()),
        None => {
            let message = "ADMIN-INPUT storeId: is missing, and there are several stores; name one";
            Err(ApiError::new(StatusCode::BAD_REQUEST, "INVALID_REQUEST", message))
        }
    }
}
