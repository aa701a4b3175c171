//! Requests of the V2 face: from a body to what the engine takes, with everything that is wrong with it.

pub(crate) mod access;
pub(crate) mod billing_key;
pub(crate) mod cancel;
mod card;
mod codes;
pub(crate) mod confirm;
mod customer;
pub(crate) mod escrow;
pub(crate) mod key_list;
pub(crate) mod list;
mod order;
pub(crate) mod page;
pub(crate) mod payment;
pub(crate) mod query;
pub(crate) mod receipt;
pub(crate) mod receipt_list;
mod rules;
pub(crate) mod schedule;
pub(crate) mod session;
mod virtual_account;
pub(crate) mod webhook;

use portone_core::{CommandKind, PaymentId};
use portone_engine::request::{Caller, Extras, Selector};
use portone_router::select;

use crate::auth::Access;
use crate::fields::{Fields, Findings, INPUT};
use crate::json::RawBody;
pub(crate) use crate::read::Read;
use crate::read::finish;

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
    let node = match body.parse() {
        Ok(node) => node,
        Err(error) => return Read::refused(error),
    };
    let findings = Findings::default();
    let fields = Fields::root(&findings, &INPUT, &node, known);
    let store = match within {
        None => fields.text("storeId"),
        Some(name) => fields.node(name).and_then(|node| node.text_of("storeId")),
    };
    let caller = match access.caller(store) {
        Ok(caller) => caller,
        Err(error) => return Read::refused(error),
    };
    let request = read(&fields, caller);
    finish(findings, request)
}

/// A body that says for which store, and nothing else.
pub(super) fn store_only(body: &RawBody, access: &Access) -> Read<Caller> {
    read_body(body, access, &["storeId"], |_, caller| Some(caller))
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
