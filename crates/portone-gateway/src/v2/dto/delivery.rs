//! Deliveries that Paymentwall is told of.

use chrono::{DateTime, Utc};
use portone_core::{Delivery, DeliveryKind, DeliveryStatus, Parcel};
use portone_engine::request::ConfirmDeliveryRequest;

use super::codes::COUNTRIES;
use super::{Read, read_fields, rules};
use crate::auth::Access;
use crate::fields::Fields;
use crate::json::RawBody;

const CONFIRM: &[&str] = &[
    "transactionId",
    "deliveryType",
    "deliveryStatus",
    "estimatedDeliveryDatetime",
    "estimatedUpdateDatetime",
    "reason",
    "refundable",
    "details",
    "shippingAddressEmail",
    "carrierTrackingId",
    "carrierType",
    "shippingAddressCountry",
    "shippingAddressCity",
    "shippingAddressZip",
    "shippingAddressState",
    "shippingAddressStreet",
    "shippingAddressPhone",
    "shippingAddressFirstname",
    "shippingAddressLastname",
    "attachments",
];

/// Schema `ConfirmPaymentwallDeliveryBody` (rule PW-024). It names no store: the transaction may be of any store that the
/// credential opens.
pub(crate) fn confirm(body: &RawBody, access: &Access) -> Read<ConfirmDeliveryRequest> {
    read_fields(body, CONFIRM, |root| {
        let fields = root.under(&rules::DELIVERY);
        let transaction_id = fields.need_id("transactionId");
        let delivery = delivery(&fields);
        Ok(transaction_id.zip(delivery).map(|(transaction_id, delivery)| ConfirmDeliveryRequest {
            stores: access.stores().to_vec(),
            transaction_id,
            delivery,
        }))
    })
}

fn delivery(fields: &Fields<'_, '_>) -> Option<Delivery> {
    let kind = fields.need_choice("deliveryType", DeliveryKind::ALL.map(|it| (it.code(), it)).into_iter());
    let statuses = DeliveryStatus::ALL.map(|it| (it.code(), it)).into_iter();
    let status = fields.need_choice("deliveryStatus", statuses);
    let estimated_delivery_at = moment(fields, "estimatedDeliveryDatetime");
    let estimated_update_at = moment(fields, "estimatedUpdateDatetime");
    if !fields.has("refundable") {
        fields.add("refundable", "is missing; send true or false");
    }
    let is_refundable = fields.flag("refundable");
    let details = fields.need_text("details");
    let email = fields.need_text("shippingAddressEmail");
    let reason = fields.owned_text("reason");
    let parcel = parcel(fields);
    let attachments = fields.texts("attachments");
    // Read to the end first, so that every problem is told.
    Some(Delivery {
        kind: kind?,
        status: status?,
        estimated_delivery_at: estimated_delivery_at?,
        estimated_update_at: estimated_update_at?,
        reason,
        is_refundable: is_refundable?,
        details: Some(details?.to_owned()),
        email: email?.to_owned(),
        parcel,
        attachments,
    })
}

fn moment(fields: &Fields<'_, '_>, name: &str) -> Option<DateTime<Utc>> {
    if !fields.has(name) {
        fields.add(name, "is missing; send a time like 2026-01-31T15:00:00+09:00, of digital goods now");
    }
    fields.moment(name)
}

/// What goods need of it, Paymentwall's rules say (rules PW-023 and PW-025).
fn parcel(fields: &Fields<'_, '_>) -> Parcel {
    Parcel {
        tracking_id: fields.owned_text("carrierTrackingId"),
        carrier: fields.owned_text("carrierType"),
        country: fields.code("shippingAddressCountry", COUNTRIES),
        city: fields.owned_text("shippingAddressCity"),
        zip: fields.owned_text("shippingAddressZip"),
        state: fields.owned_text("shippingAddressState"),
        street: fields.owned_text("shippingAddressStreet"),
        phone: fields.owned_text("shippingAddressPhone"),
        first_name: fields.owned_text("shippingAddressFirstname"),
        last_name: fields.owned_text("shippingAddressLastname"),
    }
}
