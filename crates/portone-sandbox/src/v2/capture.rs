//! Payments that the merchant captures itself (수동 매입).

use serde_json::{Value, json};

use super::Context;
use crate::fields::Fields;
use crate::pg::Reason;
use crate::records::PaidWith;
use crate::refusal::Refusal;

/// `POST /payments/{paymentId}/capture`. It needs an agreement with the PG; a second capture is the PG's to refuse.
pub(super) fn capture(
    context: &mut Context<'_>,
    payment_id: &str,
    body: &Fields<'_>,
) -> Result<Value, Refusal> {
    context.check_store(body.optional_text("storeId")?)?;
    let transaction = context.ledger.payment(payment_id)?.latest();
    if transaction.left().0 == 0 || transaction.paid_at.is_none() {
        return Err(Refusal::conflict("PAYMENT_NOT_PAID", "the payment is not paid"));
    }
    let channel = context.ledger.channel(&transaction.channel_key)?;
    let is_card = matches!(transaction.method, PaidWith::Card { .. });
    if !is_card || !channel.has_contract("manual_capture") {
        return Err(channel.provider.refuse(Reason::NotContracted));
    }
    context.check_forced()?;
    let pg_tx_id = transaction.pg_tx_id.clone();
    if let Some(charge) = pg_tx_id.and_then(|id| context.ledger.charge_mut(&id)) {
        if charge.captured_at.is_some() {
            return Err(channel.provider.refuse(Reason::CapturedBefore));
        }
        charge.captured_at = Some(context.now);
    }
    Ok(json!({}))
}
