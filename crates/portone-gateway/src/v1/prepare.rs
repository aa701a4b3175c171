//! Amounts fixed before a window opens (rules V1-042 and V1-043).

use axum::extract::State;
use axum::response::Response;
use portone_core::{Currency, PaymentId};
use portone_engine::{EngineError, FixedAmount};

use super::access::V1Access;
use super::body::Body;
use super::endpoint::Endpoint;
use super::error::{Failure, V1Error, texts};
use super::view::payment::MERCHANT_UID_LENGTH_MAX;
use super::view::prepare::PreparedView;
use super::{Call, Read, answer, envelope, read, rules};
use crate::fields::Fields;
use crate::state::Gateway;

const KNOWN: &[&str] = &["merchant_uid", "amount", "currency"];

struct Prepare {
    payment_id: PaymentId,
    amount: FixedAmount,
}

/// `POST /payments/prepare`
pub(super) async fn register(State(gateway): State<Gateway>, access: V1Access, body: Body) -> Response {
    let read = prepare(Endpoint::Prepare, &body);
    answer(&gateway, Endpoint::Prepare, read, |engine, prepare| async move {
        let Prepare { payment_id, amount } = prepare;
        engine.pre_register(&access.caller(), payment_id.clone(), amount).await?;
        let registered = engine.registration(access.store(), &payment_id).await?;
        Ok(envelope::ok(&PreparedView::from(&registered)))
    })
    .await
}

/// `PUT /payments/prepare`
pub(super) async fn change(State(gateway): State<Gateway>, access: V1Access, body: Body) -> Response {
    let read = prepare(Endpoint::EditPrepared, &body);
    answer(&gateway, Endpoint::EditPrepared, read, |engine, prepare| async move {
        let Prepare { payment_id, amount } = prepare;
        let known = engine.registration(access.store(), &payment_id).await;
        known.map_err(|error| unprepared(Endpoint::EditPrepared, error))?;
        engine.pre_register(&access.caller(), payment_id.clone(), amount).await?;
        let registered = engine.registration(access.store(), &payment_id).await?;
        Ok(envelope::ok(&PreparedView::from(&registered)))
    })
    .await
}

/// `GET /payments/prepare/{merchant_uid}`
pub(super) async fn registered(State(gateway): State<Gateway>, call: Call) -> Response {
    answer(&gateway, Endpoint::Prepared, Read::of(()), |engine, ()| async move {
        let missing = || V1Error::missing(Endpoint::Prepared, texts::NO_PREPARED);
        let payment_id = PaymentId::parse(&call.id).map_err(|_| missing())?;
        let found = engine.registration(call.access.store(), &payment_id).await;
        let found = found.map_err(|error| unprepared(Endpoint::Prepared, error))?;
        Ok(envelope::ok(&PreparedView::from(&found)))
    })
    .await
}

fn unprepared(endpoint: Endpoint, error: EngineError) -> Failure {
    match error {
        EngineError::NotFound(_) => V1Error::missing(endpoint, texts::NO_PREPARED).into(),
        other => other.into(),
    }
}

fn prepare(endpoint: Endpoint, body: &Body) -> Read<Prepare> {
    read(endpoint, body.parse(), &rules::PREPARE, KNOWN, |fields| {
        let payment_id = merchant_uid(fields);
        if !fields.has("amount") {
            fields.add("amount", "is missing; send what the window has to ask for");
        }
        let amount = fixed(fields);
        Some(Prepare { payment_id: payment_id?, amount: amount? })
    })
}

/// The amount in minor units of its currency; where it names none, its digits as they are.
fn fixed(fields: &Fields<'_, '_>) -> Option<FixedAmount> {
    let major = fields.major("amount");
    let currency = match fields.text("currency").map(Currency::parse) {
        Some(Err(error)) => {
            fields.add("currency", error.to_string());
            return None;
        }
        known => known.and_then(Result::ok),
    };
    let major = major?;
    let Some(currency) = currency else {
        let (total, decimals) = (Some(major.digits()), Some(major.decimals()));
        return Some(FixedAmount { total, decimals, ..FixedAmount::default() });
    };
    let total = super::channel::minor(fields, "amount", major, currency)?;
    Some(FixedAmount { total: Some(total), currency: Some(currency), ..FixedAmount::default() })
}

/// A `merchant_uid` to pay under (rule V1-021).
pub(super) fn merchant_uid(fields: &Fields<'_, '_>) -> Option<PaymentId> {
    let fields = fields.under(&rules::MERCHANT_UID);
    let id: PaymentId = fields.need_id("merchant_uid")?;
    let length = id.as_str().chars().count();
    if length > MERCHANT_UID_LENGTH_MAX {
        fields.add(
            "merchant_uid",
            format!("is {length} characters long; send at most {MERCHANT_UID_LENGTH_MAX}"),
        );
    }
    Some(id)
}
