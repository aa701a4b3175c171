//! Approval from the server of what a payer authenticated in a window.

use axum::extract::State;
use axum::response::Response;
use portone_core::BillingKey;
use portone_engine::IssuedAndPaid;
use portone_engine::request::Paid;

use super::dto::confirm as confirm_body;
use super::view::billing_key::{ConfirmedIssueAndPayResponse, ConfirmedResponse};
use super::view::payment::PaidSummary;
use super::{Call, IntoAnswer, answer, ok};
use crate::auth::Access;
use crate::endpoint::Endpoint;
use crate::json::RawBody;
use crate::state::Gateway;

/// `POST /payments/{paymentId}/confirm`
pub(super) async fn payment(State(gateway): State<Gateway>, call: Call, body: RawBody) -> Response {
    let read = confirm_body::payment(&body, &call.access, &call.id);
    answer(&gateway, Endpoint::ConfirmPayment, read, |engine, request| async move {
        Box::pin(engine.confirm_payment(request)).await.map(Confirmed)
    })
    .await
}

/// `POST /billing-keys/confirm`
pub(super) async fn billing_key(State(gateway): State<Gateway>, access: Access, body: RawBody) -> Response {
    let read = confirm_body::billing_key(&body, &access);
    answer(&gateway, Endpoint::ConfirmBillingKey, read, |engine, request| async move {
        engine.confirm_billing_key(request).await.map(ConfirmedKey)
    })
    .await
}

/// `POST /billing-keys/confirm-issue-and-pay`
pub(super) async fn issue_and_pay(State(gateway): State<Gateway>, access: Access, body: RawBody) -> Response {
    let read = confirm_body::issue_and_pay(&body, &access);
    answer(&gateway, Endpoint::ConfirmIssueAndPay, read, |engine, request| async move {
        Box::pin(engine.confirm_issue_and_pay(request)).await.map(ConfirmedBoth)
    })
    .await
}

struct Confirmed(Paid);

impl IntoAnswer for Confirmed {
    fn into_answer(self) -> Response {
        ok(&PaidSummary::from(self.0))
    }
}

struct ConfirmedKey(BillingKey);

impl IntoAnswer for ConfirmedKey {
    fn into_answer(self) -> Response {
        ok(&ConfirmedResponse { billing_key: self.0.as_str() })
    }
}

struct ConfirmedBoth(IssuedAndPaid);

impl IntoAnswer for ConfirmedBoth {
    fn into_answer(self) -> Response {
        let (billing_key, payment_id) = (self.0.billing_key.as_str(), self.0.payment_id.as_str());
        ok(&ConfirmedIssueAndPayResponse { billing_key, payment_id })
    }
}
