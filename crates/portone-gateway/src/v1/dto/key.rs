//! `POST` and `DELETE /subscribe/customers/{customer_uid}`.

use portone_core::IssueBillingKey;
use portone_wire::v1::rules;

use super::{Named, Source, card, named, order, read_body};
use crate::fields::Fields;
use crate::read::Read;

const ISSUE: [&str; 10] = [
    "channel_key",
    "pg",
    "channelGroupId",
    "channel_group_id",
    "customer_id",
    "customer_name",
    "customer_tel",
    "customer_email",
    "customer_addr",
    "customer_postcode",
];
const UID_LENGTH_MAX: usize = 80;

/// A billing key to issue, and the channel asked for.
pub(crate) fn issue(body: &impl Source, uid: &str) -> Read<(Named, IssueBillingKey)> {
    let known: Vec<&str> = [&ISSUE[..], &card::CARD].concat();
    read_body(body, &known, |fields| {
        let named = named(fields, "channel_key");
        check_path(fields, uid);
        let card = card::read(fields);
        let customer = order::customer(fields, "customer_");
        Some((named, IssueBillingKey { card: card?, customer, bypass: None }))
    })
}

/// A billing key to delete. V1 takes no body there.
pub(crate) fn delete(body: &impl Source, uid: &str) -> Read<String> {
    read_body(body, &["reason", "extra"], |fields| {
        check_path(fields, uid);
        fields.text("reason");
        Some(uid.to_owned())
    })
}

/// The `customer_uid` of a path.
fn check_path(fields: &Fields<'_, '_>, uid: &str) {
    if !is_uid(uid) {
        fields.under(&rules::CUSTOMER_UID).add("customer_uid", WANTED);
    }
}

const WANTED: &str = "is not 1 to 80 characters without slashes and control characters; send such a one";

fn is_uid(uid: &str) -> bool {
    let length = uid.chars().count();
    (1..=UID_LENGTH_MAX).contains(&length)
        && !uid.contains(|character: char| character == '/' || character.is_control())
}

/// A `customer_uid` that a request may have (rule IAMPORT-030).
pub(super) fn check_uid(fields: &Fields<'_, '_>, name: &str) -> Option<String> {
    let fields = fields.under(&rules::CUSTOMER_UID);
    let uid = fields.text(name)?;
    if !is_uid(uid) {
        fields.add(name, WANTED);
        return None;
    }
    Some(uid.to_owned())
}

/// A `customer_uid` that a request must have.
pub(super) fn need_uid(fields: &Fields<'_, '_>, name: &str) -> Option<String> {
    fields.under(&rules::CUSTOMER_UID).need_text(name)?;
    check_uid(fields, name)
}
