//! Charges: by card number (`onetime`) and with a billing key (`again`).

use axum::extract::State;
use axum::response::Response;
use portone_core::{BillingKey, ChannelKey, CustomerUid, PaymentId, StoreId};
use portone_engine::customer::fill_buyer;
use portone_engine::request::{Caller, PayInstantlyRequest, PayWithBillingKeyRequest};
use portone_engine::{Engine, EngineError};

use super::{customer_uid, pg_code, pg_code_of_key, selector, told, unknown};
use crate::state::Gateway;
use crate::v1::access::V1Access;
use crate::v1::body::Body;
use crate::v1::dto::payment::{self, KeyPayment, Onetime};
use crate::v1::endpoint::Endpoint;
use crate::v1::error::Failure;
use crate::v1::{answer, payments};

/// `POST /subscribe/payments/onetime`
pub(in crate::v1) async fn onetime(State(gateway): State<Gateway>, access: V1Access, body: Body) -> Response {
    let read = told(Endpoint::Onetime, payment::onetime(&body, &pg_code(&gateway, access.store(), &body)));
    let named = read.request.as_ref().ok();
    let selector = named.map(|it| selector(&gateway, access.store(), Endpoint::Onetime, &it.named));
    answer(&gateway, Endpoint::Onetime, read, |engine, onetime| async move {
        let Onetime { pay, customer_uid: uid, extras, .. } = onetime;
        let selector = selector.unwrap_or_else(|| Err(EngineError::PaymentNotFound(String::new()).into()))?;
        let payment_id = pay.order.payment_id.clone();
        let request = PayInstantlyRequest { caller: access.caller(), selector, pay, extras };
        let result = match uid {
            Some(uid) => Box::pin(engine.pay_and_keep_card(request, customer_uid(&uid)?)).await.map(drop),
            None => engine.pay_instantly(request).await.map(drop),
        };
        charged(&engine, access.store(), &payment_id, result).await
    })
    .await
}

/// `POST /subscribe/payments/again`
pub(in crate::v1) async fn again(State(gateway): State<Gateway>, access: V1Access, body: Body) -> Response {
    let pg_code = pg_code_of_key(&gateway, access.store(), &body).await;
    let read = told(Endpoint::Again, payment::again(&body, &pg_code));
    answer(&gateway, Endpoint::Again, read, |engine, (uid, named, payment)| async move {
        let uid = customer_uid(&uid)?;
        let record = engine.customer(access.store(), &uid).await?;
        let key = (record.key, uid);
        let mut request = pay_request(access.caller(), payment, key, named.channel_key);
        fill_buyer(&mut request.order, &record.customer);
        let payment_id = request.order.payment_id.clone();
        let result = Box::pin(engine.pay_with_billing_key(request)).await.map(drop);
        charged(&engine, access.store(), &payment_id, result).await
    })
    .await
}

/// A payment with a billing key.
pub(super) fn pay_request(
    caller: Caller,
    payment: KeyPayment,
    (billing_key, customer_uid): (BillingKey, CustomerUid),
    channel_key: Option<ChannelKey>,
) -> PayWithBillingKeyRequest {
    PayWithBillingKeyRequest {
        caller,
        billing_key,
        customer_uid: Some(customer_uid),
        channel_key,
        order: payment.order,
        installment_month: payment.installment_month,
        use_free_interest_from_merchant: payment.use_free_interest,
        use_card_point: payment.use_card_point,
        cash_receipt: payment.cash_receipt,
        locale: None,
        extras: payment.extras,
    }
}

/// What a charge came to: code 0 says that it was carried out, and `status` whether money moved (rule V1-040).
pub(super) async fn charged(
    engine: &Engine,
    store: &StoreId,
    payment_id: &PaymentId,
    result: Result<(), EngineError>,
) -> Result<Response, Failure> {
    match result {
        Ok(()) => payments::shown(engine, &engine.payment(store, payment_id).await?).await,
        Err(error @ EngineError::Declined(_)) => {
            let response = payments::shown(engine, &engine.payment(store, payment_id).await?).await?;
            Err(Failure::Answered { response: Box::new(response), error: Box::new(error) })
        }
        Err(EngineError::UnknownOutcome) => {
            let open = engine.payment(store, payment_id).await.ok();
            Err(unknown(open.map(|open| open.imp_uid.to_string())))
        }
        Err(error) => Err(error.into()),
    }
}
