//! Requests of the V2 face: from a body to what the engine takes, with everything that is wrong with it.

pub(super) mod access;
pub(super) mod billing_key;
pub(super) mod cancel;
mod card;
mod codes;
pub(super) mod confirm;
mod customer;
pub(super) mod delivery;
pub(super) mod escrow;
pub(super) mod key_list;
pub(super) mod list;
mod order;
pub(super) mod page;
pub(super) mod payment;
pub(super) mod query;
pub(super) mod receipt;
pub(super) mod receipt_list;
mod rules;
pub(super) mod schedule;
pub(super) mod session;
mod virtual_account;
pub(super) mod webhook;

use portone_core::{CommandKind, PaymentId};
use portone_engine::request::{Caller, Extras, Selector};
use portone_router::select;

use crate::auth::Access;
use crate::error::ApiError;
use crate::fields::{Fields, Findings, INPUT, UnknownFields};
use crate::json::RawBody;

/// A request as it was read, and the members of it that nobody knows.
pub(super) struct Read<T> {
    pub(super) request: Result<T, ApiError>,
    pub(super) unknown: UnknownFields,
}

impl<T> Read<T> {
    /// A request that has nothing to read.
    pub(super) fn of(request: T) -> Self {
        Self { request: Ok(request), unknown: UnknownFields::default() }
    }

    fn refused(error: ApiError) -> Self {
        Self { request: Err(error), unknown: UnknownFields::default() }
    }
}

/// Reads a body that names the store itself: another store's id refuses it before anything else, then everything wrong is
/// told together.
fn read_body<T>(
    body: &RawBody,
    access: &Access,
    known: &[&'static str],
    read: impl FnOnce(&Fields<'_, '_>, Caller) -> Option<T>,
) -> Read<T> {
    read_within(body, access, known, None, read)
}

/// Reads a body like [`read_body`]; `within` is the member that names the store, where the body itself does not.
fn read_within<T>(
    body: &RawBody,
    access: &Access,
    known: &[&'static str],
    within: Option<&str>,
    read: impl FnOnce(&Fields<'_, '_>, Caller) -> Option<T>,
) -> Read<T> {
    read_fields(body, known, |fields| {
        let store = match within {
            None => fields.text("storeId"),
            Some(name) => fields.node(name).and_then(|node| node.text_of("storeId")),
        };
        Ok(read(fields, access.caller(store)?))
    })
}

/// Reads a body that names no store; `Err` refuses it before anything else.
fn read_fields<T>(
    body: &RawBody,
    known: &[&'static str],
    read: impl FnOnce(&Fields<'_, '_>) -> Result<Option<T>, ApiError>,
) -> Read<T> {
    let node = match body.parse() {
        Ok(node) => node,
        Err(error) => return Read::refused(error),
    };
    let findings = Findings::default();
    match read(&Fields::root(&findings, &INPUT, &node, known)) {
        Ok(request) => finish(findings, request),
        Err(error) => Read::refused(error),
    }
}

/// A body that says for which store, and nothing else.
pub(super) fn store_only(body: &RawBody, access: &Access) -> Read<Caller> {
    read_body(body, access, &["storeId"], |_, caller| Some(caller))
}

/// The request, unless something refuses it.
fn finish<T>(findings: Findings, request: Option<T>) -> Read<T> {
    let (mut report, unknown) = findings.into_parts();
    if request.is_none() && !report.refuses() {
        debug_assert!(false, "what is missing is always reported");
        report.add(&INPUT, "body", "cannot be read; compare it with the schema");
    }
    let request = request.filter(|_| !report.refuses()).ok_or_else(|| ApiError::invalid(&report));
    Read { request, unknown }
}

/// The payment id of a path.
fn payment_id(fields: &Fields<'_, '_>, text: &str) -> Option<PaymentId> {
    let id = PaymentId::parse(text);
    if let Err(error) = &id {
        fields.add("paymentId", format!("{error}; send the shop's order number in the path"));
    }
    id.ok()
}

/// Where the request goes (rules SR-020 and SR-021).
fn selector(fields: &Fields<'_, '_>, kind: CommandKind) -> Option<portone_router::Selector> {
    let names = ["channelKey", "channelGroupId"];
    let [key, group] = names.map(|name| fields.text(name));
    // One of a wrong type was reported as such.
    if names.iter().zip([key, group]).any(|(name, text)| fields.has(name) && text.is_none()) {
        return None;
    }
    match select(kind, key, group) {
        Ok(selector) => Some(selector),
        Err(report) => {
            fields.extend(report);
            None
        }
    }
}

/// Where an instant payment or an issue goes.
fn named_selector(fields: &Fields<'_, '_>, kind: CommandKind) -> Option<Selector> {
    match selector(fields, kind)? {
        portone_router::Selector::Channel(key) => Some(Selector::Channel(key)),
        portone_router::Selector::Group(id) => Some(Selector::Group(id)),
        portone_router::Selector::BillingKey => None,
    }
}

/// What every request that pays or issues carries for the shop.
fn extras(fields: &Fields<'_, '_>) -> Extras {
    Extras {
        custom_data: fields.owned_text("customData"),
        notice_urls: fields.texts("noticeUrls"),
        skip_webhook: fields.flag("skipWebhook").unwrap_or(false),
    }
}
