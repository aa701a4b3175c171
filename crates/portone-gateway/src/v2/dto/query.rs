//! Query parameters, read with the same care as bodies.

use portone_engine::promotion::{CardCompany, PgCardPromotionsRequest};
use portone_engine::request::Caller;

use super::{Read, finish};
use crate::auth::Access;
use crate::error::ApiError;
use crate::fields::{Fields, Findings, INPUT};
use crate::json::{Node, Text};
use crate::v2::dto::cancel::REQUESTERS;

/// The parameters of a URL, percent-decoded.
pub(crate) type Pairs = Vec<(String, String)>;

/// The only parameter of most reads: the store.
pub(crate) fn store(query: &Pairs, access: &Access) -> Read<Caller> {
    read(query, access, &["storeId"], |_, caller| Some(caller))
}

/// A deletion.
pub(crate) struct Deletion {
    /// Who asks.
    pub(crate) caller: Caller,
    /// Mutes the announcement.
    pub(crate) skip_webhook: bool,
}

/// The parameters of `DELETE /billing-keys/{billingKey}`.
pub(crate) fn deletion(query: &Pairs, access: &Access) -> Read<Deletion> {
    read(query, access, &["storeId", "reason", "requester", "skipWebhook"], |fields, caller| {
        fields.choice("requester", REQUESTERS.into_iter());
        fields.note_ignored("reason");
        fields.note_ignored("requester");
        let skip_webhook = match fields.text("skipWebhook") {
            None | Some("false") => false,
            Some("true") => true,
            Some(_) => {
                fields.add("skipWebhook", "is neither true nor false; send one of them");
                false
            }
        };
        Some(Deletion { caller, skip_webhook })
    })
}

/// The parameters of `GET /payment-gateways/card-promotion`, which names no store.
pub(crate) fn card_promotions(query: &Pairs, access: &Access) -> Read<PgCardPromotionsRequest> {
    let known = ["channelKey", "amount", "cardCompany"];
    read_for(
        query,
        &known,
        |_| access.caller(None),
        |fields, caller| {
            let channel_key = fields.need_id("channelKey");
            let amount = amount(fields);
            let card_company = fields.choice("cardCompany", CardCompany::ALL.iter().copied());
            Some(PgCardPromotionsRequest { caller, channel_key: channel_key?, amount: amount?, card_company })
        },
    )
}

/// An amount to be paid, which a query writes as a text.
fn amount(fields: &Fields<'_, '_>) -> Option<i64> {
    let amount = fields.text("amount").and_then(|text| text.parse().ok()).filter(|amount| *amount >= 0);
    if amount.is_none() {
        let problem = if fields.has("amount") { "is no whole number from 0" } else { "is missing" };
        fields.add("amount", format!("{problem}; send the amount in the currency's minor unit"));
    }
    amount
}

fn read<T>(
    query: &Pairs,
    access: &Access,
    known: &[&'static str],
    read: impl FnOnce(&Fields<'_, '_>, Caller) -> Option<T>,
) -> Read<T> {
    read_for(query, known, |fields| access.caller(fields.text("storeId")), read)
}

fn read_for<T>(
    query: &Pairs,
    known: &[&'static str],
    caller: impl FnOnce(&Fields<'_, '_>) -> Result<Caller, ApiError>,
    read: impl FnOnce(&Fields<'_, '_>, Caller) -> Option<T>,
) -> Read<T> {
    let members = query.iter().map(|(name, value)| (Text::Part(name), Node::Text(Text::Part(value))));
    let node = Node::Object(members.collect());
    let findings = Findings::default();
    let fields = Fields::root(&findings, &INPUT, &node, known);
    let caller = match caller(&fields) {
        Ok(caller) => caller,
        Err(error) => return Read::refused(error),
    };
    let request = read(&fields, caller);
    finish(findings, request)
}
