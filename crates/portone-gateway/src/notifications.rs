//! `POST /notifications/{channelKey}`: where upstreams tell of what happens by itself. Nobody logs in here: a message proves
//! by its signature who sent it, and is a hint all the same.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Path, Request, State};
use axum::http::header::{CONTENT_TYPE, HeaderValue};
use axum::http::{HeaderMap, Response, StatusCode};
use axum::response::IntoResponse as _;
use axum::routing::post;
use portone_core::{Ack, ChannelKey, NotificationError, RawNotification};
use portone_engine::NotifyError;
use tokio::time::timeout;

use crate::error::ApiError;
use crate::json::{BODY_TIME_MAX, too_slow};
use crate::state::Gateway;

/// How long a message may be, in bytes; the documented ones have a few hundred.
const BODY_LENGTH_MAX: usize = 64 * 1024;

pub(crate) fn routes() -> Router<Gateway> {
    Router::new().route("/notifications/{channelKey}", post(take))
}

async fn take(
    State(gateway): State<Gateway>,
    Path(channel): Path<String>,
    request: Request,
) -> Result<Response<Body>, ApiError> {
    let channel = ChannelKey::parse(&channel).map_err(|_| unknown_channel(&channel))?;
    let (parts, body) = request.into_parts();
    let body = timeout(BODY_TIME_MAX, to_bytes(body, BODY_LENGTH_MAX)).await.map_err(|_| too_slow())?;
    let body = body.map_err(|_| {
        let message = format!("the body broke off, or is longer than {BODY_LENGTH_MAX} bytes");
        ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "INVALID_REQUEST", message)
    })?;
    let raw = RawNotification { headers: texts(&parts.headers), body: body.to_vec() };
    let engine = Arc::clone(&gateway.engine);
    let work = Box::pin(async move { (engine.notified(&channel, &raw).await, channel) });
    let (result, channel) = gateway.run(work).await.ok_or_else(ApiError::internal)?;
    match result {
        Ok(ack) => Ok(answer(ack)),
        Err(error) => Err(refusal(&channel, &error)),
    }
}

/// Headers as an adapter reads them; one whose value is no text is left out, as if it had not come.
fn texts(headers: &HeaderMap) -> Vec<(String, String)> {
    let text = |value: &HeaderValue| value.to_str().ok().map(str::to_owned);
    headers.iter().filter_map(|(name, value)| Some((name.as_str().to_owned(), text(value)?))).collect()
}

fn answer(ack: Ack) -> Response<Body> {
    let status = StatusCode::from_u16(ack.status).unwrap_or(StatusCode::OK);
    (status, [(CONTENT_TYPE, HeaderValue::from_static("application/json"))], ack.body).into_response()
}

fn refusal(channel: &ChannelKey, error: &NotifyError) -> ApiError {
    // Anybody may knock here, so a refusal is no alarm.
    tracing::warn!(%channel, %error, "a notification was not taken");
    match error {
        NotifyError::ChannelNotFound(name) => unknown_channel(name),
        NotifyError::Refused(NotificationError::Unreadable(_)) => {
            ApiError::new(StatusCode::BAD_REQUEST, "INVALID_REQUEST", error.to_string())
        }
        NotifyError::Refused(
            NotificationError::Header(_)
            | NotificationError::Signature
            | NotificationError::Stale
            | NotificationError::NoSecret,
        ) => ApiError::unauthorized(&error.to_string()),
        NotifyError::Store(_) => ApiError::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "UNAVAILABLE",
            "the message cannot be kept now; send it again",
        ),
    }
}

fn unknown_channel(name: &str) -> ApiError {
    let known: String = name.chars().filter(char::is_ascii_graphic).take(64).collect();
    ApiError::new(StatusCode::NOT_FOUND, "CHANNEL_NOT_FOUND", format!("there is no channel `{known}`"))
}
