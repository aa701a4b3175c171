//! Payments captured by hand, and accepted cancels that are withdrawn.

use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, Utc};

use super::payments::found;
use super::view::capture::{CapturedResponse, StoppedResponse};
use super::{Call, IntoAnswer, answer, dto, ok};
use crate::answer::Moment;
use crate::endpoint::Endpoint;
use crate::json::RawBody;
use crate::state::Gateway;

/// `POST /payments/{paymentId}/capture`
pub(super) async fn capture(State(gateway): State<Gateway>, call: Call, body: RawBody) -> Response {
    let read = dto::store_only(&body, &call.access);
    answer(&gateway, Endpoint::CapturePayment, read, |engine, caller| async move {
        engine.capture(&caller, &found(&call.id)?).await.map(|()| Captured)
    })
    .await
}

/// `POST /payments/{paymentId}/cancellations/{cancellationId}/stop`
pub(super) async fn stop(
    State(gateway): State<Gateway>,
    call: Call<(String, String)>,
    body: RawBody,
) -> Response {
    let read = dto::store_only(&body, &call.access);
    answer(&gateway, Endpoint::StopCancellation, read, |engine, caller| async move {
        let (payment_id, cancellation_id) = call.id;
        engine.stop_cancellation(&caller, &found(&payment_id)?, &cancellation_id).await.map(Stopped)
    })
    .await
}

struct Captured;

impl IntoAnswer for Captured {
    fn into_answer(self) -> Response {
        ok(&CapturedResponse {})
    }
}

struct Stopped(DateTime<Utc>);

impl IntoAnswer for Stopped {
    fn into_answer(self) -> Response {
        ok(&StoppedResponse { stopped_at: Moment(self.0) })
    }
}
