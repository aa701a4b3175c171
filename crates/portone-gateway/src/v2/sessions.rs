//! Before anybody pays: fixing a payment, and sessions of the hosted checkout.

use axum::extract::{Path, State};
use axum::response::Response;
use chrono::{DateTime, Utc};
use portone_engine::ledger::PaymentSession;

use super::dto::session as session_body;
use super::dto::{Read, query};
use super::view::session::{ClosedSessionResponse, CreateSessionResponse, RegisteredResponse, SessionView};
use super::{Call, IntoAnswer, answer, ok};
use crate::answer::Moment;
use crate::auth::Access;
use crate::endpoint::Endpoint;
use crate::json::RawBody;
use crate::state::Gateway;

/// `POST /payments/{paymentId}/pre-register`
pub(super) async fn pre_register(State(gateway): State<Gateway>, call: Call, body: RawBody) -> Response {
    let read = session_body::pre_register(&body, &call.access, &call.id);
    answer(&gateway, Endpoint::PreRegisterPayment, read, |engine, request| async move {
        engine.pre_register(&request.caller, request.payment_id, request.amount).await.map(|()| Registered)
    })
    .await
}

/// `POST /payment-sessions`
pub(super) async fn create(State(gateway): State<Gateway>, access: Access, body: RawBody) -> Response {
    let read = session_body::create(&body, &access);
    let checkout = format!("{}/checkout", gateway.public_url);
    answer(&gateway, Endpoint::CreatePaymentSession, read, |engine, request| async move {
        let session = engine.create_session(&request.caller, request.offer, request.life_seconds).await?;
        Ok(Created { url: format!("{checkout}/{}", session.id.0), session })
    })
    .await
}

/// `GET /payment-sessions/{sessionId}`: the page reads it too, so it takes no credential.
pub(super) async fn session(State(gateway): State<Gateway>, Path(id): Path<String>) -> Response {
    let read = Read::of(());
    answer(&gateway, Endpoint::PaymentSession, read, |engine, ()| async move { engine.session(&id).await })
        .await
}

/// `POST /payment-sessions/{sessionId}/close`
pub(super) async fn close(State(gateway): State<Gateway>, call: Call) -> Response {
    let read = query::store(&call.query, &call.access);
    answer(&gateway, Endpoint::ClosePaymentSession, read, |engine, caller| async move {
        engine.close_session(&caller, &call.id).await.map(ClosedSession)
    })
    .await
}

struct Registered;

impl IntoAnswer for Registered {
    fn into_answer(self) -> Response {
        ok(&RegisteredResponse {})
    }
}

struct Created {
    session: PaymentSession,
    url: String,
}

impl IntoAnswer for Created {
    fn into_answer(self) -> Response {
        ok(&CreateSessionResponse {
            session_id: &self.session.id.0,
            url: &self.url,
            expires_at: Moment(self.session.expires_at),
        })
    }
}

impl IntoAnswer for PaymentSession {
    fn into_answer(self) -> Response {
        ok(&SessionView::from(&self))
    }
}

struct ClosedSession(DateTime<Utc>);

impl IntoAnswer for ClosedSession {
    fn into_answer(self) -> Response {
        ok(&ClosedSessionResponse { closed_at: Moment(self.0) })
    }
}
