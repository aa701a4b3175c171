//! Escrow: deliveries and confirmations; and sub-shops on the sales slip.

use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, Utc};
use portone_core::{EscrowDelivery, LogisticsStep};

use super::dto::escrow as escrow_body;
use super::view::escrow::{AppliedResponse, CompletedResponse, ModifiedResponse, StoreReceiptResponse};
use super::{Call, IntoAnswer, answer, ok};
use crate::answer::Moment;
use crate::endpoint::Endpoint;
use crate::json::RawBody;
use crate::state::Gateway;

/// `POST /payments/{paymentId}/escrow/logistics`
pub(super) async fn register(State(gateway): State<Gateway>, call: Call, body: RawBody) -> Response {
    let read = escrow_body::logistics(&body, &call.access, &call.id, LogisticsStep::Register);
    answer(&gateway, Endpoint::ApplyEscrowLogistics, read, |engine, request| async move {
        engine.register_escrow_logistics(request).await.map(Applied)
    })
    .await
}

/// `PATCH /payments/{paymentId}/escrow/logistics`
pub(super) async fn modify(State(gateway): State<Gateway>, call: Call, body: RawBody) -> Response {
    let read = escrow_body::logistics(&body, &call.access, &call.id, LogisticsStep::Modify);
    answer(&gateway, Endpoint::ModifyEscrowLogistics, read, |engine, request| async move {
        engine.register_escrow_logistics(request).await.map(Modified)
    })
    .await
}

/// `POST /payments/{paymentId}/escrow/complete`
pub(super) async fn confirm(State(gateway): State<Gateway>, call: Call, body: RawBody) -> Response {
    let read = escrow_body::confirm(&body, &call.access, &call.id);
    answer(&gateway, Endpoint::ConfirmEscrow, read, |engine, request| async move {
        engine.confirm_escrow(request).await.map(Completed)
    })
    .await
}

/// `POST /payments/{paymentId}/register-store-receipt`
pub(super) async fn store_receipt(State(gateway): State<Gateway>, call: Call, body: RawBody) -> Response {
    let read = escrow_body::store_receipt(&body, &call.access, &call.id);
    answer(&gateway, Endpoint::RegisterStoreReceipt, read, |engine, request| async move {
        engine.register_store_receipt(request).await.map(Registered)
    })
    .await
}

struct Applied(EscrowDelivery);

impl IntoAnswer for Applied {
    fn into_answer(self) -> Response {
        ok(&AppliedResponse::from(&self.0))
    }
}

struct Modified(EscrowDelivery);

impl IntoAnswer for Modified {
    fn into_answer(self) -> Response {
        ok(&ModifiedResponse::from(&self.0))
    }
}

struct Completed(DateTime<Utc>);

impl IntoAnswer for Completed {
    fn into_answer(self) -> Response {
        ok(&CompletedResponse { completed_at: Moment(self.0) })
    }
}

struct Registered(Option<String>);

impl IntoAnswer for Registered {
    fn into_answer(self) -> Response {
        ok(&StoreReceiptResponse { receipt_url: self.0 })
    }
}
