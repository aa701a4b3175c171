//! `POST /billing-keys`.

use portone_core::{CommandKind, IssueBillingKey};
use portone_engine::request::{Caller, IssueBillingKeyRequest};

use super::{Read, card, customer, extras, named_selector, rules};
use crate::auth::Access;
use crate::fields::Fields;
use crate::json::RawBody;

const ISSUE: &[&str] = &[
    "storeId",
    "method",
    "channelKey",
    "channelGroupId",
    "customer",
    "customData",
    "bypass",
    "noticeUrls",
    "skipWebhook",
];

/// A billing key to issue (schema `IssueBillingKeyBody`).
pub(crate) fn issue(body: &RawBody, access: &Access) -> Read<IssueBillingKeyRequest> {
    super::read_body(body, access, ISSUE, read)
}

fn read(fields: &Fields<'_, '_>, caller: Caller) -> Option<IssueBillingKeyRequest> {
    let selector = named_selector(fields, CommandKind::IssueBillingKey);
    let method = fields.need_object("method", &rules::ISSUE, &["card"]);
    let card = method.and_then(|method| {
        let card = method.need_object("card", &rules::ISSUE, &["credential"])?;
        card::read(&card)
    });
    let customer = customer::read(fields);
    let bypass = fields.opaque("bypass");
    let extras = extras(fields);
    let issue = IssueBillingKey { card: card?, customer, bypass };
    Some(IssueBillingKeyRequest { caller, selector: selector?, issue, customer_uid: None, extras })
}
