//! The delivery that Paymentwall is told of.

use chrono::TimeDelta;
use portone_core::{Command, ConfirmDelivery, Delivery, DeliveryKind, DeliveryStatus, Parcel, PayMethod};

use super::{now, payment_id};

/// Goods that are on their way.
pub fn confirm() -> Command {
    Command::ConfirmDelivery(ConfirmDelivery {
        payment_id: payment_id(),
        delivery: delivery(),
        method: PayMethod::Card,
    })
}

fn delivery() -> Delivery {
    Delivery {
        kind: DeliveryKind::Physical,
        status: DeliveryStatus::OrderShipped,
        estimated_delivery_at: now() + TimeDelta::days(2),
        estimated_update_at: now() + TimeDelta::days(1),
        reason: None,
        is_refundable: true,
        details: Some("on its way".to_owned()),
        email: "hong@example.com".to_owned(),
        parcel: Parcel {
            tracking_id: Some("345678901234".to_owned()),
            carrier: Some("CJ".to_owned()),
            country: Some("KR".to_owned()),
            city: Some("Seoul".to_owned()),
            zip: Some("06133".to_owned()),
            state: Some("N/A".to_owned()),
            street: Some("Teheran-ro 1".to_owned()),
            phone: Some("01012345678".to_owned()),
            first_name: Some("Jack".to_owned()),
            last_name: Some("Son".to_owned()),
        },
        attachments: Vec::new(),
    }
}
