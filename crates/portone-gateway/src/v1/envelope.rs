//! The envelope of every answer: `code`, `message` and `response` (rule V1-003).

use axum::http::StatusCode;
use axum::response::Response;
use serde::Serialize;

use crate::answer::json_response;

/// Everything the V1 face answers with.
#[derive(Debug, Serialize)]
struct Envelope<'a, T> {
    code: i32,
    message: Option<&'a str>,
    response: Option<T>,
}

/// A success: code 0.
pub(super) fn ok(response: &impl Serialize) -> Response {
    with_status(StatusCode::OK, response)
}

/// A success of which a part is missing, or a whole one.
pub(super) fn with_status(status: StatusCode, response: &impl Serialize) -> Response {
    json_response(status, &Envelope { code: 0, message: None, response: Some(response) })
}

/// Anything else.
pub(super) fn refusal(status: StatusCode, code: i32, message: &str) -> Response {
    json_response(status, &Envelope { code, message: Some(message), response: None::<()> })
}
