//! Paymentwall's deliveries (rules PW-024, PW-025). The call names a transaction by the upstream's own id, so the payment's
//! transactions are read first.

use chrono::{DateTime, Utc};
use portone_core::{
    CallContext, ConfirmDelivery, DeliveryKind, DeliveryStatus, Leg, Method, Outcome, PgError, PgReply,
    PgRequest, Progress,
};
use serde::Serialize;

use super::{
    V2Dialect,
    encode::FIRST_LEG,
    operation::Operation,
    reply::{DeliveryAnswer, PaymentStatus, Transactions},
};
use crate::body::json_body;

/// The leg that tells of the delivery.
const DELIVERY_LEG: Leg = Leg(1);

impl V2Dialect {
    pub(super) fn encode_delivery(&self, confirm: &ConfirmDelivery, ctx: &CallContext) -> PgRequest {
        let url = self.payment_url(&confirm.payment_id, "/transactions");
        self.request(Operation::ListTransactions, Method::Get, url, None, ctx)
    }

    pub(super) fn decode_delivery(
        &self,
        confirm: &ConfirmDelivery,
        leg: Leg,
        reply: &PgReply,
        ctx: &CallContext,
    ) -> Result<Progress, PgError> {
        if leg == FIRST_LEG {
            let transaction_id = paid(reply)?;
            let body = json_body(&DeliveryBody::new(confirm, &transaction_id), &[]);
            let url = format!("{}/paymentwall/delivery/confirm", self.base_url);
            let request = self.request(Operation::ConfirmDelivery, Method::Post, url, Some(body), ctx);
            return Ok(Progress::Send { request: Box::new(request), leg: DELIVERY_LEG });
        }
        let DeliveryAnswer {} = Operation::ConfirmDelivery.read(reply)?;
        Ok(Progress::Done(Box::new(Outcome::DeliveryConfirmed)))
    }
}

/// The upstream's id of the transaction that was paid; of one payment there is at most one.
fn paid(reply: &PgReply) -> Result<String, PgError> {
    let operation = Operation::ListTransactions;
    let transactions: Transactions = operation.read(reply)?;
    let holds_money = |status| matches!(status, PaymentStatus::Paid | PaymentStatus::PartialCancelled);
    let found = transactions.items.into_iter().find(|transaction| holds_money(transaction.status));
    let found = found.ok_or_else(|| operation.unreadable(reply, "no transaction of the payment was paid"))?;
    found.id.ok_or_else(|| operation.unreadable(reply, "id is missing"))
}

/// Schema `ConfirmPaymentwallDeliveryBody`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DeliveryBody<'a> {
    transaction_id: &'a str,
    delivery_type: DeliveryKind,
    delivery_status: DeliveryStatus,
    estimated_delivery_datetime: DateTime<Utc>,
    estimated_update_datetime: DateTime<Utc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    refundable: bool,
    details: &'a str,
    shipping_address_email: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    carrier_tracking_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    carrier_type: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shipping_address_country: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shipping_address_city: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shipping_address_zip: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shipping_address_state: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shipping_address_street: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shipping_address_phone: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shipping_address_firstname: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shipping_address_lastname: Option<&'a str>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    attachments: &'a [String],
}

impl<'a> DeliveryBody<'a> {
    fn new(confirm: &'a ConfirmDelivery, transaction_id: &'a str) -> Self {
        let delivery = &confirm.delivery;
        let parcel = &delivery.parcel;
        Self {
            transaction_id,
            delivery_type: delivery.kind,
            delivery_status: delivery.status,
            estimated_delivery_datetime: delivery.estimated_delivery_at,
            estimated_update_datetime: delivery.estimated_update_at,
            reason: delivery.reason.as_deref(),
            refundable: delivery.is_refundable,
            // The rules want it (PW-024).
            details: delivery.details.as_deref().unwrap_or_default(),
            shipping_address_email: &delivery.email,
            carrier_tracking_id: parcel.tracking_id.as_deref(),
            carrier_type: parcel.carrier.as_deref(),
            shipping_address_country: parcel.country.as_deref(),
            shipping_address_city: parcel.city.as_deref(),
            shipping_address_zip: parcel.zip.as_deref(),
            shipping_address_state: parcel.state.as_deref(),
            shipping_address_street: parcel.street.as_deref(),
            shipping_address_phone: parcel.phone.as_deref(),
            shipping_address_firstname: parcel.first_name.as_deref(),
            shipping_address_lastname: parcel.last_name.as_deref(),
            attachments: &delivery.attachments,
        }
    }
}
