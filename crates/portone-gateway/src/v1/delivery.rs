//! `POST /paymentwall/delivery` (rules PW-021 to PW-026).

use axum::extract::State;
use axum::response::Response;
use portone_core::PayMethod;
use portone_engine::EngineError;
use portone_engine::request::ConfirmDeliveryRequest;

use super::access::V1Access;
use super::body::Body;
use super::dto::delivery;
use super::endpoint::Endpoint;
use super::error::{Failure, THE_PGS, V1Error, texts};
use super::subscribe::told;
use super::view::delivery::{DeliveryView, RefusedDeliveryView};
use super::{answer, envelope, payments};
use crate::state::Gateway;

/// `POST /paymentwall/delivery`
pub(super) async fn confirm(State(gateway): State<Gateway>, access: V1Access, body: Body) -> Response {
    let endpoint = Endpoint::Delivery;
    // The ledger knows how it was paid, once the payment is read.
    let read = told(endpoint, delivery::confirm(&body, PayMethod::Card));
    answer(&gateway, endpoint, read, |engine, (imp_uid, confirm)| async move {
        let payment = payments::attempt(&engine, access.store(), &imp_uid).await?;
        if payment.order.payment_id != confirm.payment_id {
            let message = format!(
                "{}\nPW-022 merchant_uid: is not the order of `{imp_uid}`; send both as the payment has them",
                texts::NO_PAYMENT
            );
            return Err(V1Error::missing(endpoint, message).into());
        }
        let request = ConfirmDeliveryRequest {
            stores: vec![access.store().clone()],
            transaction_id: payment.id,
            delivery: confirm.delivery,
        };
        engine.confirm_delivery(request).await.map_err(refused)?;
        Ok(envelope::ok(&DeliveryView { success: 1 }))
    })
    .await
}

/// What Paymentwall refuses is told with its own code and words (rule PW-026).
fn refused(error: EngineError) -> Failure {
    let EngineError::Declined(decline) = &error else { return error.into() };
    let response = envelope::refusal_with(THE_PGS, &error.to_string(), &RefusedDeliveryView::from(decline));
    Failure::Answered { response: Box::new(response), error: Box::new(error) }
}
