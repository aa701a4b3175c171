//! Cancels, and the refunds that a PG completes later.

use serde_json::{Value, json};

use super::Context;
use super::input::CancelInput;
use super::view::{cancellation_view, time_text};
use crate::fields::Fields;
use crate::ledger::Ledger;
use crate::pg::CancelOrder;
use crate::records::{Cancellation, CancellationStatus, PaidWith, Status, Transaction};
use crate::refusal::Refusal;

/// `POST /payments/{paymentId}/cancel`
pub(super) fn cancel(
    context: &mut Context<'_>,
    payment_id: &str,
    body: &Fields<'_>,
) -> Result<Value, Refusal> {
    let input = CancelInput::read(body)?;
    context.check_store(input.store_id.as_deref())?;
    let transaction = context.ledger.payment(payment_id)?.latest();
    let parts = parts_to_cancel(transaction, &input, context.config.cancel_count_max)?;
    let channel = context.ledger.channel(&transaction.channel_key)?;
    let (is_account, has_cash_receipt) = account_of(transaction);
    let pg = channel.provider.pg();
    pg.check_cancel(&CancelOrder {
        channel: &channel,
        input: &input,
        amount: parts.total,
        is_partial: parts.is_partial,
        currency: &transaction.currency,
        tax_free_left: transaction.left().1,
        card: transaction.method.card(),
        is_account,
        has_cash_receipt,
    })?;
    context.check_forced()?;
    let is_later = pg.cancels_later(is_account);
    let cancellation = Cancellation {
        id: context.ledger.ids.uuid(),
        pg_cancellation_id: context.ledger.ids.pg_number(channel.provider.number_prefix()),
        status: CancellationStatus::Requested,
        total: parts.total,
        tax_free: parts.tax_free,
        vat: parts.vat,
        reason: input.reason,
        requested_at: context.now,
        cancelled_at: None,
    };
    let id = cancellation.id.clone();
    context.ledger.payment_mut(payment_id)?.latest_mut().cancellations.push(cancellation);
    if !is_later {
        complete_cancellation(context.ledger, context.now, payment_id, &id, true)?;
    }
    if !input.skip_webhook {
        if is_later {
            context.ledger.announce(context.now, payment_id, "Transaction.CancelPending", Some(&id))?;
        } else {
            context.ledger.announce_state(context.now, payment_id, Some(&id))?;
        }
    }
    let transaction = context.ledger.payment(payment_id)?.latest();
    let done = transaction.cancellations.iter().find(|cancel| cancel.id == id);
    Ok(json!({"cancellation": done.map(cancellation_view)}))
}

/// `POST /payments/{paymentId}/cancellations/{cancellationId}/stop` (V2-064)
pub(super) fn stop(
    context: &mut Context<'_>,
    payment_id: &str,
    cancellation_id: &str,
    body: &Fields<'_>,
) -> Result<Value, Refusal> {
    context.check_store(body.optional_text("storeId")?)?;
    let transaction = context.ledger.payment(payment_id)?.latest();
    pending(&transaction.cancellations, cancellation_id)?;
    context.check_forced()?;
    complete_cancellation(context.ledger, context.now, payment_id, cancellation_id, false)?;
    Ok(json!({"stoppedAt": time_text(context.now)}))
}

/// Refuses a cancel that is unknown or finished.
fn pending(cancellations: &[Cancellation], id: &str) -> Result<(), Refusal> {
    let own = cancellations.iter().find(|cancel| cancel.id == id).ok_or_else(|| {
        Refusal::missing("PAYMENT_CANCELLATION_NOT_FOUND", "the payment has no such cancellation")
    })?;
    if own.status == CancellationStatus::Requested {
        return Ok(());
    }
    Err(Refusal::conflict("PAYMENT_CANCELLATION_NOT_PENDING", "the cancellation is finished"))
}

/// Ends a requested cancel: the money goes back, or it does not.
pub(crate) fn complete_cancellation(
    ledger: &mut Ledger,
    now: chrono::DateTime<chrono::Utc>,
    payment_id: &str,
    cancellation_id: &str,
    succeeds: bool,
) -> Result<(), Refusal> {
    let transaction = ledger.payment_mut(payment_id)?.latest_mut();
    pending(&transaction.cancellations, cancellation_id)?;
    let own = transaction.cancellations.iter_mut().find(|cancel| cancel.id == cancellation_id);
    let Some(cancellation) = own else { return Ok(()) };
    if !succeeds {
        cancellation.status = CancellationStatus::Failed;
        return Ok(());
    }
    cancellation.status = CancellationStatus::Succeeded;
    cancellation.cancelled_at = Some(now);
    let amount = cancellation.total;
    let (cancelled, _) = transaction.cancelled(|status| status == CancellationStatus::Succeeded);
    let is_whole = cancelled == transaction.total;
    transaction.status = if is_whole { Status::Cancelled } else { Status::PartialCancelled };
    transaction.status_changed_at = now;
    let pg_tx_id = transaction.pg_tx_id.clone();
    if let Some(charge) = pg_tx_id.and_then(|id| ledger.charge_mut(&id)) {
        charge.cancelled += amount;
    }
    Ok(())
}

/// What a cancel takes back.
struct Parts {
    total: i64,
    tax_free: i64,
    vat: i64,
    is_partial: bool,
}

/// Resolves the amounts and refuses what the balance does not allow (V2-060 to V2-062).
fn parts_to_cancel(
    transaction: &Transaction,
    input: &CancelInput,
    count_max: usize,
) -> Result<Parts, Refusal> {
    let (left, tax_free_left) = transaction.left();
    if !transaction.status.is_paid() || transaction.paid_at.is_none() {
        return Err(Refusal::conflict("PAYMENT_NOT_PAID", "the payment is not paid"));
    }
    if left == 0 {
        return Err(Refusal::conflict("PAYMENT_ALREADY_CANCELLED", "nothing is left to cancel"));
    }
    if input.current_cancellable.is_some_and(|expected| expected != left) {
        return Err(Refusal::conflict(
            "CANCELLABLE_AMOUNT_CONSISTENCY_BROKEN",
            "currentCancellableAmount is not what is left to cancel",
        ));
    }
    let total = input.amount.unwrap_or(left);
    let is_partial = total < left;
    let tax_free = input.tax_free.unwrap_or(if is_partial { 0 } else { tax_free_left });
    check_parts(total, tax_free, input.vat.unwrap_or(0), left, tax_free_left)?;
    if transaction.cancellations.len() >= count_max {
        return Err(Refusal::conflict("MAX_CANCEL_COUNT_REACHED", "the payment was cancelled too often"));
    }
    let vat = input.vat.unwrap_or_else(|| crate::pg::vat_of(total, tax_free));
    Ok(Parts { total, tax_free, vat, is_partial })
}

fn check_parts(total: i64, tax_free: i64, vat: i64, left: i64, tax_free_left: i64) -> Result<(), Refusal> {
    if tax_free.saturating_add(vat) > total {
        return Err(Refusal::conflict(
            "SUM_OF_PARTS_EXCEEDS_CANCEL_AMOUNT",
            "taxFreeAmount and vatAmount exceed amount",
        ));
    }
    if total > left {
        return Err(Refusal::conflict(
            "CANCEL_AMOUNT_EXCEEDS_CANCELLABLE_AMOUNT",
            "amount exceeds what is left to cancel",
        ));
    }
    if tax_free > tax_free_left {
        return Err(Refusal::conflict(
            "CANCEL_TAX_FREE_AMOUNT_EXCEEDS_CANCELLABLE_TAX_FREE_AMOUNT",
            "taxFreeAmount exceeds the tax-free part that is left",
        ));
    }
    if total - tax_free > left - tax_free_left {
        return Err(Refusal::conflict(
            "CANCEL_TAX_AMOUNT_EXCEEDS_CANCELLABLE_TAX_AMOUNT",
            "the taxable part of the cancel exceeds the taxable part that is left",
        ));
    }
    Ok(())
}

/// Whether it was paid into a virtual account, and whether with a cash receipt.
fn account_of(transaction: &Transaction) -> (bool, bool) {
    match &transaction.method {
        PaidWith::Account { has_cash_receipt, .. } => (true, *has_cash_receipt),
        PaidWith::Card { .. }
        | PaidWith::Transfer { .. }
        | PaidWith::Mobile { .. }
        | PaidWith::Wallet { .. } => (false, false),
    }
}
