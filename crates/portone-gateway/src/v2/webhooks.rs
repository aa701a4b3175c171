//! Webhooks of a payment.

use axum::extract::State;
use axum::response::Response;
use portone_engine::webhook::Delivery;

use super::dto::webhook as webhook_body;
use super::view::webhook::{ResendWebhookResponse, WebhookView};
use super::{Call, IntoAnswer, answer, ok};
use crate::endpoint::Endpoint;
use crate::json::RawBody;
use crate::state::Gateway;

/// `POST /payments/{paymentId}/resend-webhook`
pub(super) async fn resend(State(gateway): State<Gateway>, call: Call, body: RawBody) -> Response {
    let read = webhook_body::resend(&body, &call.access, &call.id);
    answer(&gateway, Endpoint::ResendWebhook, read, |engine, request| async move {
        let store = &request.caller.store_id;
        engine.resend_webhook(store, &request.payment_id, request.webhook_id.as_deref()).await
    })
    .await
}

impl IntoAnswer for Delivery {
    fn into_answer(self) -> Response {
        ok(&ResendWebhookResponse { webhook: WebhookView::from(&self) })
    }
}
