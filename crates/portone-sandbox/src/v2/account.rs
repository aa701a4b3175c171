//! Closing virtual accounts.

use serde_json::{Value, json};

use super::Context;
use super::view::time_text;
use crate::fields::Fields;
use crate::records::Status;
use crate::refusal::Refusal;

/// `POST /payments/{paymentId}/virtual-account/close` (V2-068, SMARTRO-130, KPN-081)
pub(super) fn close(
    context: &mut Context<'_>,
    payment_id: &str,
    body: &Fields<'_>,
) -> Result<Value, Refusal> {
    context.check_store(body.optional_text("storeId")?)?;
    let transaction = context.ledger.payment(payment_id)?.latest();
    if transaction.status != Status::VirtualAccountIssued {
        return Err(not_waiting());
    }
    context.check_forced()?;
    let pg_tx_id = transaction.pg_tx_id.clone();
    if let Some(charge) = pg_tx_id.and_then(|id| context.ledger.charge_mut(&id)) {
        // The PG may hold a deposit the hub has not heard of (KPN-019).
        if charge.charged > 0 {
            return Err(not_waiting());
        }
        charge.is_closed = true;
    }
    let transaction = context.ledger.payment_mut(payment_id)?.latest_mut();
    transaction.status = Status::Cancelled;
    transaction.status_changed_at = context.now;
    Ok(json!({"closedAt": time_text(context.now)}))
}

fn not_waiting() -> Refusal {
    Refusal::conflict("PAYMENT_NOT_WAITING_FOR_DEPOSIT", "the payment does not wait for a deposit")
}
