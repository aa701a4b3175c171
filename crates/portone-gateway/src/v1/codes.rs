//! The standard codes of card companies and banks (rule V1-048).

use axum::response::{IntoResponse, Response};

use super::access::V1Access;
use super::endpoint::Endpoint;
use super::error::V1Error;
use super::view::code::{self, CodeView};
use super::{Call, envelope};

/// `GET /cards`
pub(super) async fn cards(_: V1Access) -> Response {
    envelope::ok(&code::cards())
}

/// `GET /cards/{card_standard_code}`
pub(super) async fn card(call: Call) -> Response {
    one(Endpoint::Card, &code::cards(), &call.id)
}

/// `GET /banks`
pub(super) async fn banks(_: V1Access) -> Response {
    envelope::ok(&code::banks())
}

/// `GET /banks/{bank_standard_code}`
pub(super) async fn bank(call: Call) -> Response {
    one(Endpoint::Bank, &code::banks(), &call.id)
}

fn one(endpoint: Endpoint, codes: &[CodeView], code: &str) -> Response {
    let Some(known) = codes.iter().find(|known| known.is(code)) else {
        let message = "V1-048 code: is no standard code; send one that the list without a code has";
        return V1Error::missing(endpoint, message).into_response();
    };
    envelope::ok(known)
}
