//! The token that a window gives to its shop's page: whose window it is of, and the upstream's own.

use portone_core::Secret;

use crate::error::EngineError;
use crate::ledger::{ImpUid, Transaction};
use crate::window::ConfirmPaymentRequest;

/// The token that a page hands to its shop: which transaction's window it is of (as shops know it), and the upstream's own
/// token.
pub fn payment_token(tx_id: &str, upstream: &Secret<String>) -> Secret<String> {
    format!("{tx_id}.{}", upstream.expose()).as_str().into()
}

/// The upstream's own token. One of another window of the payment approves nothing: its money would be booked as this one's.
/// Of a token that does not say which window it is of the shop has to, where there was more than one.
pub(crate) fn upstream_token(
    request: &ConfirmPaymentRequest,
    transaction: &Transaction,
) -> Result<Secret<String>, EngineError> {
    let token = &request.payment_token;
    match token.expose().split_once('.') {
        Some((tx_id, upstream)) if tx_id == transaction.shown_id() => Ok(upstream.into()),
        Some((tx_id, _)) if is_tx_id(tx_id) => Err(EngineError::InvalidPaymentToken),
        Some(_) | None if request.tx_id.is_some() || transaction.seq == 1 => Ok(token.clone()),
        Some(_) | None => Err(EngineError::InvalidPaymentToken),
    }
}

/// Whether a text names a transaction as we do.
fn is_tx_id(text: &str) -> bool {
    uuid::Uuid::try_parse(text).is_ok() || text.parse::<ImpUid>().is_ok()
}
