//! `POST /payments/{paymentId}/resend-webhook`.

use portone_core::PaymentId;
use portone_engine::request::Caller;

use super::{Read, payment_id};
use crate::auth::Access;
use crate::json::RawBody;

/// A webhook to send again.
pub(crate) struct Resend {
    /// Who asks.
    pub(crate) caller: Caller,
    /// The payment it is about.
    pub(crate) payment_id: PaymentId,
    /// Which one; the latest when absent.
    pub(crate) webhook_id: Option<String>,
}

/// Schema `ResendWebhookBody` (rule V2-109).
pub(crate) fn resend(body: &RawBody, access: &Access, id: &str) -> Read<Resend> {
    super::read_body(body, access, &["storeId", "webhookId"], |fields, caller| {
        let webhook_id = fields.owned_text("webhookId");
        Some(Resend { caller, payment_id: payment_id(fields, id)?, webhook_id })
    })
}
