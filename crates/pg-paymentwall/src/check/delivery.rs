//! The rules of deliveries (PW-022 and PW-023 at V1, PW-024 and PW-025 at V2).

use portone_core::{Delivery, DeliveryKind, Parcel, Report, Rule, Severity};

use crate::rules;

const EMAIL_LENGTH_MAX: usize = 50;
const REASON_LENGTH_MAX: usize = 64;
const DETAILS_LENGTH_MAX: usize = 400;
const CARRIER_LENGTH_MAX: usize = 64;
const ADDRESS_LENGTH_MAX: usize = 40;

/// What is written as the state of an address outside the United States.
const NO_STATE: &str = "N/A";

/// At a V1 upstream.
pub(crate) fn check(delivery: &Delivery, report: &mut Report) {
    check_email(&rules::DELIVERY, delivery, report);
    check_length(&rules::DELIVERY, "shippingAddressEmail", &delivery.email, EMAIL_LENGTH_MAX, report);
    let texts =
        [("reason", &delivery.reason, REASON_LENGTH_MAX), ("details", &delivery.details, DETAILS_LENGTH_MAX)];
    for (field, text, length_max) in texts {
        if let Some(text) = text {
            check_length(&rules::DELIVERY, field, text, length_max, report);
        }
    }
    check_missing(&rules::PARCEL, delivery, report);
    check_parcel(&delivery.parcel, report);
    if !delivery.attachments.is_empty() {
        let message = "is left out: V1 has no field for it; keep the evidence at hand";
        report.add_with(&rules::DELIVERY, Severity::Advise, "attachments", message);
    }
}

/// At a V2 upstream, which publishes no lengths.
pub(crate) fn check_v2(delivery: &Delivery, report: &mut Report) {
    check_email(&rules::DELIVERY_V2, delivery, report);
    if is_blank(delivery.details.as_deref()) {
        let message = "is missing; say in words what is delivered and how far it is";
        report.add(&rules::DELIVERY_V2, "details", message);
    }
    check_missing(&rules::PARCEL_V2, delivery, report);
}

fn check_email(rule: &Rule, delivery: &Delivery, report: &mut Report) {
    if !delivery.email.contains('@') {
        report.add(rule, "shippingAddressEmail", "is no e-mail address; send the receiver's");
    }
}

/// Goods need every part.
fn check_missing(rule: &Rule, delivery: &Delivery, report: &mut Report) {
    if delivery.kind != DeliveryKind::Physical {
        return;
    }
    let missing = parts(&delivery.parcel).into_iter().filter(|(_, part, _)| is_blank(*part));
    for (field, _, _) in missing {
        report.add(rule, field, "is missing; goods need it");
    }
}

fn check_parcel(parcel: &Parcel, report: &mut Report) {
    for (field, part, length_max) in parts(parcel) {
        check_length(&rules::PARCEL, field, part.unwrap_or_default().trim(), length_max, report);
    }
    let is_abroad = parcel.country.as_deref().is_some_and(|country| country != "US");
    if is_abroad && parcel.state.as_deref().is_some_and(|state| !state.is_empty() && state != NO_STATE) {
        let message = format!("names a state outside the United States; send {NO_STATE}");
        report.add_with(&rules::PARCEL, Severity::Advise, "shippingAddressState", message);
    }
}

/// Each part of a parcel with its field and the longest that V1 takes, in characters.
fn parts(parcel: &Parcel) -> [(&'static str, Option<&str>, usize); 10] {
    [
        ("carrierTrackingId", parcel.tracking_id.as_deref(), CARRIER_LENGTH_MAX),
        ("carrierType", parcel.carrier.as_deref(), CARRIER_LENGTH_MAX),
        ("shippingAddressCountry", parcel.country.as_deref(), ADDRESS_LENGTH_MAX),
        ("shippingAddressCity", parcel.city.as_deref(), ADDRESS_LENGTH_MAX),
        ("shippingAddressZip", parcel.zip.as_deref(), ADDRESS_LENGTH_MAX),
        ("shippingAddressState", parcel.state.as_deref(), ADDRESS_LENGTH_MAX),
        ("shippingAddressStreet", parcel.street.as_deref(), ADDRESS_LENGTH_MAX),
        ("shippingAddressPhone", parcel.phone.as_deref(), ADDRESS_LENGTH_MAX),
        ("shippingAddressFirstname", parcel.first_name.as_deref(), ADDRESS_LENGTH_MAX),
        ("shippingAddressLastname", parcel.last_name.as_deref(), ADDRESS_LENGTH_MAX),
    ]
}

fn check_length(rule: &Rule, field: &str, text: &str, length_max: usize, report: &mut Report) {
    let length = text.chars().count();
    if length > length_max {
        report.add(rule, field, format!("has {length} characters; use at most {length_max}"));
    }
}

fn is_blank(text: Option<&str>) -> bool {
    text.is_none_or(|text| text.trim().is_empty())
}
