//! Sessions of the hosted checkout as answers show them.

use std::fmt::Write as _;

use portone_engine::ledger::{PaymentSession, SessionOffer};
use schemars::JsonSchema;
use serde::Serialize;

use crate::answer::Moment;

/// Schema `PreRegisterPaymentResponse`: an empty object.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct RegisteredResponse {}

/// Schema `CreatePaymentSessionResponse`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CreateSessionResponse<'a> {
    pub(crate) session_id: &'a str,
    pub(crate) url: &'a str,
    pub(crate) expires_at: Moment,
}

/// Schema `ClosePaymentSessionResponse`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ClosedSessionResponse {
    /// When.
    pub(crate) closed_at: Moment,
}

/// Schema `PaymentSession`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SessionView<'a> {
    id: &'a str,
    store_id: &'a str,
    #[serde(flatten)]
    #[schemars(with = "serde_json::Map<String, serde_json::Value>")]
    offer: &'a SessionOffer,
    created_at: Moment,
    expires_at: Moment,
}

impl<'a> From<&'a PaymentSession> for SessionView<'a> {
    fn from(session: &'a PaymentSession) -> Self {
        Self {
            id: &session.id.0,
            store_id: session.store_id.as_str(),
            offer: &session.offer,
            created_at: Moment(session.created_at),
            expires_at: Moment(session.expires_at),
        }
    }
}

/// The page behind a session's URL: what is offered. This gateway opens no window from it yet, and says so.
pub(crate) fn checkout_page(session: Option<&PaymentSession>) -> String {
    let mut page =
        String::from("<!doctype html><html lang=\"ko\"><meta charset=\"utf-8\"><title>Checkout</title>");
    match session {
        None => page.push_str(
            "<p>이 결제 세션은 없거나 만료되었습니다.</p><p>There is no such session, or it is over.</p>",
        ),
        Some(PaymentSession { offer, .. }) => {
            let name = escaped(offer.store_name.as_deref().unwrap_or_default());
            // Writing to a text cannot fail.
            let _ = write!(
                page,
                "<p>{name}</p><h1>{}</h1><p>{} {}</p>",
                escaped(&offer.order_name),
                offer.total_amount,
                offer.currency
            );
            page.push_str("<p>이 게이트웨이는 아직 브라우저 결제창을 제공하지 않습니다.</p>");
            page.push_str("<p>This gateway offers no payment window in the browser yet.</p>");
        }
    }
    page
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_no_markup() {
        assert_eq!(escaped("<script>\"&"), "&lt;script&gt;&quot;&amp;");
    }
}
