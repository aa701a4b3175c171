//! `POST /paymentwall/delivery` (rules PW-022 and PW-023).

use chrono::{DateTime, Utc};
use portone_core::{ConfirmDelivery, Delivery, DeliveryKind, DeliveryStatus, Parcel, PayMethod};

use super::{Source, merchant_uid, read_body};
use crate::fields::Fields;
use crate::read::Read;

const DELIVERY: &[&str] = &[
    "imp_uid",
    "merchant_uid",
    "type",
    "status",
    "carrier_tracking_id",
    "carrier_type",
    "estimated_delivery_datetime",
    "estimated_update_datetime",
    "reason",
    "refundable",
    "details",
    "shipping_address_email",
    "shipping_address_country",
    "shipping_address_city",
    "shipping_address_zip",
    "shipping_address_state",
    "shipping_address_street",
    "shipping_address_phone",
    "shipping_address_firstname",
    "shipping_address_lastname",
];
const KINDS: [(&str, DeliveryKind); 2] =
    [("digital", DeliveryKind::Digital), ("physical", DeliveryKind::Physical)];
/// What is being carried has been shipped, and has not arrived (DOC-051).
const STATUSES: [(&str, DeliveryStatus); 4] = [
    ("order_placed", DeliveryStatus::OrderPlaced),
    ("order_shipped", DeliveryStatus::OrderShipped),
    ("delivering", DeliveryStatus::OrderShipped),
    ("delivered", DeliveryStatus::Delivered),
];

/// A delivery, and the `imp_uid` it is of; `method` is how the payment was paid.
pub(crate) fn confirm(body: &impl Source, method: PayMethod) -> Read<(String, ConfirmDelivery)> {
    read_body(body, DELIVERY, |fields| {
        let imp_uid = fields.need_text("imp_uid");
        let payment_id = merchant_uid(fields);
        let kind = fields.need_choice("type", KINDS.into_iter());
        let status = fields.need_choice("status", STATUSES.into_iter());
        let delivered = seconds(fields, "estimated_delivery_datetime");
        let updated = seconds(fields, "estimated_update_datetime");
        let is_refundable = fields.need_choice("refundable", [("yes", true), ("no", false)].into_iter());
        let email = fields.need_text("shipping_address_email");
        let (reason, details) = (fields.owned_text("reason"), fields.owned_text("details"));
        let parcel = parcel(fields);
        let delivery = Delivery {
            kind: kind?,
            status: status?,
            estimated_delivery_at: delivered?,
            estimated_update_at: updated?,
            reason,
            is_refundable: is_refundable?,
            details,
            email: email?.to_owned(),
            parcel,
            attachments: Vec::new(),
        };
        Some((imp_uid?.to_owned(), ConfirmDelivery { payment_id: payment_id?, delivery, method }))
    })
}

fn seconds(fields: &Fields<'_, '_>, name: &str) -> Option<DateTime<Utc>> {
    let seconds = fields.need_int64_from(name, 0)?;
    let at = DateTime::from_timestamp(seconds, 0);
    if at.is_none() {
        fields.add(name, "is no UNIX time in seconds; send one");
    }
    at
}

fn parcel(fields: &Fields<'_, '_>) -> Parcel {
    let address = |part: &str| fields.owned_text(&format!("shipping_address_{part}"));
    Parcel {
        tracking_id: fields.owned_text("carrier_tracking_id"),
        carrier: fields.owned_text("carrier_type"),
        country: address("country"),
        city: address("city"),
        zip: address("zip"),
        state: address("state"),
        street: address("street"),
        phone: address("phone"),
        first_name: address("firstname"),
        last_name: address("lastname"),
    }
}
