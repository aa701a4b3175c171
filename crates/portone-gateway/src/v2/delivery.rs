//! `POST /paymentwall/delivery/confirm`

use axum::extract::State;
use axum::response::Response;

use super::dto::delivery as delivery_body;
use super::view::delivery::DeliveryResponse;
use super::{IntoAnswer, answer, ok};
use crate::auth::Access;
use crate::endpoint::Endpoint;
use crate::json::RawBody;
use crate::state::Gateway;

/// Refusals of the PG and lost answers are 400s: the endpoint documents no other type for them.
pub(super) async fn confirm(State(gateway): State<Gateway>, access: Access, body: RawBody) -> Response {
    let read = delivery_body::confirm(&body, &access);
    answer(&gateway, Endpoint::ConfirmPaymentwallDelivery, read, |engine, request| async move {
        engine.confirm_delivery(request).await.map(|()| Told)
    })
    .await
}

struct Told;

impl IntoAnswer for Told {
    fn into_answer(self) -> Response {
        ok(&DeliveryResponse {})
    }
}
