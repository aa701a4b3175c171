//! The rules of deliveries (PW-022, PW-023).

use portone_core::{Delivery, DeliveryKind, Report, Rule, Severity};

use crate::rules;

const EMAIL_LENGTH_MAX: usize = 50;
const REASON_LENGTH_MAX: usize = 64;
const DETAILS_LENGTH_MAX: usize = 400;
const CARRIER_LENGTH_MAX: usize = 64;
const ADDRESS_LENGTH_MAX: usize = 40;

/// What is written as the state of an address outside the United States.
const NO_STATE: &str = "N/A";

pub(crate) fn check(delivery: &Delivery, report: &mut Report) {
    if !delivery.email.contains('@') {
        let message = "is no e-mail address; send the receiver's";
        report.add(&rules::DELIVERY, "shippingAddressEmail", message);
    }
    check_length(&rules::DELIVERY, "shippingAddressEmail", &delivery.email, EMAIL_LENGTH_MAX, report);
    let texts =
        [("reason", &delivery.reason, REASON_LENGTH_MAX), ("details", &delivery.details, DETAILS_LENGTH_MAX)];
    for (field, text, length_max) in texts {
        if let Some(text) = text {
            check_length(&rules::DELIVERY, field, text, length_max, report);
        }
    }
    check_parcel(delivery, report);
    if !delivery.attachments.is_empty() {
        let message = "is left out: V1 has no field for it; keep the evidence at hand";
        report.add_with(&rules::DELIVERY, Severity::Advise, "attachments", message);
    }
}

fn check_parcel(delivery: &Delivery, report: &mut Report) {
    let parcel = &delivery.parcel;
    let parts = [
        ("carrierTrackingId", &parcel.tracking_id, CARRIER_LENGTH_MAX),
        ("carrierType", &parcel.carrier, CARRIER_LENGTH_MAX),
        ("shippingAddressCountry", &parcel.country, ADDRESS_LENGTH_MAX),
        ("shippingAddressCity", &parcel.city, ADDRESS_LENGTH_MAX),
        ("shippingAddressZip", &parcel.zip, ADDRESS_LENGTH_MAX),
        ("shippingAddressState", &parcel.state, ADDRESS_LENGTH_MAX),
        ("shippingAddressStreet", &parcel.street, ADDRESS_LENGTH_MAX),
        ("shippingAddressPhone", &parcel.phone, ADDRESS_LENGTH_MAX),
        ("shippingAddressFirstname", &parcel.first_name, ADDRESS_LENGTH_MAX),
        ("shippingAddressLastname", &parcel.last_name, ADDRESS_LENGTH_MAX),
    ];
    for (field, part, length_max) in parts {
        match part.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
            Some(text) => check_length(&rules::PARCEL, field, text, length_max, report),
            None if delivery.kind == DeliveryKind::Physical => {
                report.add(&rules::PARCEL, field, "is missing; goods need it");
            }
            None => {}
        }
    }
    let is_abroad = parcel.country.as_deref().is_some_and(|country| country != "US");
    if is_abroad && parcel.state.as_deref().is_some_and(|state| !state.is_empty() && state != NO_STATE) {
        let message = format!("names a state outside the United States; send {NO_STATE}");
        report.add_with(&rules::PARCEL, Severity::Advise, "shippingAddressState", message);
    }
}

fn check_length(rule: &Rule, field: &str, text: &str, length_max: usize, report: &mut Report) {
    let length = text.chars().count();
    if length > length_max {
        report.add(rule, field, format!("has {length} characters; use at most {length_max}"));
    }
}
