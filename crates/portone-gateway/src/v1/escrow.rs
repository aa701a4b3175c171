//! Deliveries of what is held in escrow: `/escrows/logis/{imp_uid}` (rules V1-086 and V1-087).

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use portone_core::LogisticsStep;
use portone_engine::EngineError;
use portone_engine::ledger::Transaction;
use portone_engine::request::EscrowLogisticsRequest;

use super::body::Body;
use super::dto::escrow;
use super::endpoint::Endpoint;
use super::error::{Failure, V1Error};
use super::subscribe::told;
use super::view::escrow::LogisticsView;
use super::{Call, Read, answer, envelope, payments, rules};
use crate::state::Gateway;

/// `GET /escrows/logis/{imp_uid}`
pub(super) async fn one(State(gateway): State<Gateway>, call: Call) -> Response {
    let endpoint = Endpoint::Logistics;
    answer(&gateway, endpoint, Read::of(()), |engine, ()| async move {
        let payment = payments::attempt(&engine, call.access.store(), &call.id).await?;
        let Some((_, delivery)) = payment.registered_escrow() else {
            return Err(conflict(endpoint, "has no delivery that was registered").into());
        };
        Ok(envelope::ok(&LogisticsView::from(delivery)))
    })
    .await
}

/// `POST /escrows/logis/{imp_uid}`
pub(super) async fn register(State(gateway): State<Gateway>, call: Call, body: Body) -> Response {
    tell(&gateway, call, &body, Endpoint::RegisterLogistics, LogisticsStep::Register).await
}

/// `PUT /escrows/logis/{imp_uid}`
pub(super) async fn change(State(gateway): State<Gateway>, call: Call, body: Body) -> Response {
    tell(&gateway, call, &body, Endpoint::ChangeLogistics, LogisticsStep::Modify).await
}

async fn tell(
    gateway: &Gateway,
    call: Call,
    body: &Body,
    endpoint: Endpoint,
    step: LogisticsStep,
) -> Response {
    let payment = match payments::current(&gateway.engine, call.access.store(), &call.id).await {
        Ok(payment) => payment,
        Err(error) => return why_not(endpoint, error).into_response(),
    };
    let id = payment.order.payment_id.clone();
    let read = told(endpoint, escrow::logistics(body, id, step, payment.method));
    answer(gateway, endpoint, read, |engine, register| async move {
        check_step(endpoint, step, &payment)?;
        let request = EscrowLogisticsRequest { caller: call.access.caller(), register };
        match engine.register_escrow_logistics(request).await {
            Ok(delivery) => Ok(envelope::ok(&LogisticsView::from(&delivery))),
            Err(error @ (EngineError::PaymentNotPaid(_) | EngineError::Conflict(_))) => {
                Err(why_not(endpoint, error).into())
            }
            Err(error) => Err(Failure::Engine(error)),
        }
    })
    .await
}

fn check_step(endpoint: Endpoint, step: LogisticsStep, payment: &Transaction) -> Result<(), V1Error> {
    match (step, payment.registered_escrow()) {
        (LogisticsStep::Register, Some(_)) => {
            Err(conflict(endpoint, "has a delivery already; change it with PUT"))
        }
        (LogisticsStep::Modify, None) => {
            Err(conflict(endpoint, "has no delivery that could be changed; register one with POST"))
        }
        (LogisticsStep::Register, None) | (LogisticsStep::Modify, Some(_)) => Ok(()),
    }
}

/// What the payment's state does not allow is a conflict here.
fn why_not(endpoint: Endpoint, error: EngineError) -> V1Error {
    match error {
        EngineError::PaymentNotPaid(_) | EngineError::Conflict(_) => {
            V1Error::conflict(endpoint, format!("{} imp_uid: {error}", rules::LOGISTICS.code))
        }
        other => V1Error::of(endpoint, &other),
    }
}

fn conflict(endpoint: Endpoint, problem: &str) -> V1Error {
    V1Error::conflict(endpoint, format!("{} imp_uid: {problem}", rules::LOGISTICS.code))
}
