//! Query parameters, read with the same care as bodies.

use portone_engine::request::Caller;

use super::{Read, finish};
use crate::auth::Access;
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

fn read<T>(
    query: &Pairs,
    access: &Access,
    known: &[&'static str],
    read: impl FnOnce(&Fields<'_, '_>, Caller) -> Option<T>,
) -> Read<T> {
    let members = query.iter().map(|(name, value)| (Text::Part(name), Node::Text(Text::Part(value))));
    let node = Node::Object(members.collect());
    let findings = Findings::default();
    let fields = Fields::root(&findings, &INPUT, &node, known);
    let caller = match access.caller(fields.text("storeId")) {
        Ok(caller) => caller,
        Err(error) => return Read::refused(error),
    };
    let request = read(&fields, caller);
    finish(findings, request)
}
