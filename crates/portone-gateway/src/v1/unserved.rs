//! What has no route: every documented operation has one.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::error::{OURS, V1Error};

/// Whatever has no route, or another method's.
pub(crate) async fn unserved() -> Response {
    let message = "there is no such path and method in the V1 API; compare them with its document";
    V1Error::new(StatusCode::NOT_FOUND, OURS, message).into_response()
}
