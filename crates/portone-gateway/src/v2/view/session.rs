//! Sessions of the hosted checkout as answers show them.

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
