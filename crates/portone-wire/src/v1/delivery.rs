//! Paymentwall's deliveries (rules PW-022, PW-026). The call names a payment by its `imp_uid`, so a list is read first.

use portone_core::{
    ConfirmDelivery, Decline, DeliveryKind, DeliveryStatus, Leg, Method, Outcome, Parcel, PgError, PgReply,
    Progress,
};
use serde::{Deserialize, Serialize};

use super::{
    V1Dialect,
    encode::FIRST_LEG,
    operation::Operation,
    reply::{Payment, PaymentPage},
};
use crate::body::json_body;

/// The leg that tells of the delivery.
const DELIVERY_LEG: Leg = Leg(1);

impl V1Dialect {
    pub(super) fn decode_delivery(
        &self,
        confirm: &ConfirmDelivery,
        leg: Leg,
        reply: &PgReply,
    ) -> Result<Progress, PgError> {
        if leg == FIRST_LEG {
            let payment = paid(reply)?;
            let body = json_body(&DeliveryInput::new(confirm, &payment.imp_uid), &[]);
            let operation = Operation::ConfirmDelivery;
            let request = self.request(operation, Method::Post, "/paymentwall/delivery", Some(body));
            return Ok(Progress::Send { request: Box::new(request), leg: DELIVERY_LEG });
        }
        confirmed(reply).map(|outcome| Progress::Done(Box::new(outcome)))
    }
}

/// The payment that was paid; of one `merchant_uid` there is at most one (rule IAMPORT-011).
pub(super) fn paid(reply: &PgReply) -> Result<Payment, PgError> {
    let operation = Operation::FindPayments;
    let page: PaymentPage = operation.read(reply)?;
    let found = page.list.into_iter().find(|payment| payment.paid_at().is_some());
    found.ok_or_else(|| operation.unreadable(reply, "no payment of this merchant_uid was paid"))
}

/// A refusal is code 0 too, and has an `error_code` instead of `success` (rule PW-026).
fn confirmed(reply: &PgReply) -> Result<Outcome, PgError> {
    let operation = Operation::ConfirmDelivery;
    let answer: DeliveryAnswer = operation.read(reply)?;
    if let Some(code) = answer.error_code {
        let words = answer.error.into_iter().chain(answer.notices.into_iter().flatten());
        let message = words.collect::<Vec<_>>().join("; ");
        return Err(PgError::Declined(Decline { code: code.to_string(), message }));
    }
    match answer.success {
        Some(1) => Ok(Outcome::DeliveryConfirmed),
        _ => Err(operation.unreadable(reply, "neither success nor error_code")),
    }
}

/// Definition `PaymentwallDeliveryDetailAnnotation`.
#[derive(Deserialize)]
struct DeliveryAnswer {
    success: Option<i64>,
    error_code: Option<i64>,
    error: Option<String>,
    notices: Option<Vec<String>>,
}

/// `POST /paymentwall/delivery`.
#[derive(Serialize)]
struct DeliveryInput<'a> {
    imp_uid: &'a str,
    merchant_uid: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
    status: &'static str,
    estimated_delivery_datetime: i64,
    estimated_update_datetime: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    refundable: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    details: Option<&'a str>,
    shipping_address_email: &'a str,
    #[serde(flatten)]
    parcel: ParcelInput<'a>,
}

impl<'a> DeliveryInput<'a> {
    fn new(confirm: &'a ConfirmDelivery, imp_uid: &'a str) -> Self {
        let ConfirmDelivery { payment_id, delivery, .. } = confirm;
        Self {
            imp_uid,
            merchant_uid: payment_id.as_str(),
            kind: match delivery.kind {
                DeliveryKind::Digital => "digital",
                DeliveryKind::Physical => "physical",
            },
            // `delivering` is what V2 cannot say (DOC-051).
            status: match delivery.status {
                DeliveryStatus::OrderPlaced => "order_placed",
                DeliveryStatus::OrderShipped => "order_shipped",
                DeliveryStatus::Delivered => "delivered",
            },
            estimated_delivery_datetime: delivery.estimated_delivery_at.timestamp(),
            estimated_update_datetime: delivery.estimated_update_at.timestamp(),
            reason: delivery.reason.as_deref(),
            refundable: if delivery.is_refundable { "yes" } else { "no" },
            details: delivery.details.as_deref(),
            shipping_address_email: &delivery.email,
            parcel: ParcelInput::new(&delivery.parcel),
        }
    }
}

#[derive(Serialize)]
struct ParcelInput<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    carrier_tracking_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    carrier_type: Option<&'a str>,
    #[serde(rename = "shipping_address_country", skip_serializing_if = "Option::is_none")]
    country: Option<&'a str>,
    #[serde(rename = "shipping_address_city", skip_serializing_if = "Option::is_none")]
    city: Option<&'a str>,
    #[serde(rename = "shipping_address_zip", skip_serializing_if = "Option::is_none")]
    zip: Option<&'a str>,
    #[serde(rename = "shipping_address_state", skip_serializing_if = "Option::is_none")]
    state: Option<&'a str>,
    #[serde(rename = "shipping_address_street", skip_serializing_if = "Option::is_none")]
    street: Option<&'a str>,
    #[serde(rename = "shipping_address_phone", skip_serializing_if = "Option::is_none")]
    phone: Option<&'a str>,
    #[serde(rename = "shipping_address_firstname", skip_serializing_if = "Option::is_none")]
    first_name: Option<&'a str>,
    #[serde(rename = "shipping_address_lastname", skip_serializing_if = "Option::is_none")]
    last_name: Option<&'a str>,
}

impl<'a> ParcelInput<'a> {
    fn new(parcel: &'a Parcel) -> Self {
        Self {
            carrier_tracking_id: parcel.tracking_id.as_deref(),
            carrier_type: parcel.carrier.as_deref(),
            country: parcel.country.as_deref(),
            city: parcel.city.as_deref(),
            zip: parcel.zip.as_deref(),
            state: parcel.state.as_deref(),
            street: parcel.street.as_deref(),
            phone: parcel.phone.as_deref(),
            first_name: parcel.first_name.as_deref(),
            last_name: parcel.last_name.as_deref(),
        }
    }
}
