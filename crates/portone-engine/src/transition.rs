//! How a transaction changes: pure functions from the record and an outcome to the record as it shall be and what to
//! announce. Every change of state goes through here.

use chrono::{DateTime, Utc};
use portone_core::{
    CancelStatus, CancellationId, Cause, Decline, Escrow, EscrowDelivery, EscrowStatus, PaidFacts,
    VirtualAccountFacts,
};

use crate::event::{Event, EventKind, EventSubject, EventTrigger};
use crate::ledger::{Cancellation, DeliveryTold, Failure, PaymentStatus, Transaction};

/// A transaction as it shall be, and what to announce.
pub(crate) type Change = (Transaction, Vec<Event>);

/// Money was taken.
pub(crate) fn paid(mut transaction: Transaction, facts: PaidFacts, now: DateTime<Utc>) -> Change {
    enter(&mut transaction, PaymentStatus::Paid, now);
    transaction.paid_at = Some(facts.paid_at);
    transaction.pg_tx_id = Some(facts.pg_tx_id);
    transaction.receipt_url = facts.receipt_url;
    transaction.paid_by = facts.method;
    merge_card(&mut transaction, facts.card);
    announce_success(transaction, EventKind::Paid, now)
}

/// A virtual account waits for its deposit.
pub(crate) fn virtual_account_issued(
    mut transaction: Transaction,
    facts: VirtualAccountFacts,
    now: DateTime<Utc>,
) -> Change {
    enter(&mut transaction, PaymentStatus::VirtualAccountIssued, now);
    transaction.pg_tx_id = Some(facts.pg_tx_id.clone());
    transaction.virtual_account = Some(facts);
    announce_success(transaction, EventKind::VirtualAccountIssued, now)
}

/// The PG refused, or was never reached. A failure is announced even where the success would be mute.
pub(crate) fn failed(mut transaction: Transaction, failure: Failure, now: DateTime<Utc>) -> Change {
    enter(&mut transaction, PaymentStatus::Failed, now);
    transaction.failed_at = Some(now);
    transaction.failure = Some(failure);
    let event = event(&transaction, EventKind::Failed, None, now);
    (transaction, vec![event])
}

/// A cancel was done or accepted.
pub(crate) fn cancelled(
    mut transaction: Transaction,
    cancellation: Cancellation,
    skip_webhook: bool,
    now: DateTime<Utc>,
) -> Change {
    let id = cancellation.id.clone();
    let requested = cancellation.status == CancelStatus::Requested;
    transaction.updated_at = now;
    transaction.cancelled_at = cancellation.cancelled_at.or(transaction.cancelled_at);
    transaction.cancellations.push(cancellation);
    // An accepted cancel leaves the state alone: only its completion changes it (rule SMARTRO-119).
    let kind = if requested {
        EventKind::CancelPending
    } else if transaction.cancellable() == 0 && none_pending(&transaction) {
        enter(&mut transaction, PaymentStatus::Cancelled, now);
        EventKind::Cancelled
    } else {
        enter(&mut transaction, PaymentStatus::PartialCancelled, now);
        EventKind::PartialCancelled
    };
    let events = if skip_webhook { Vec::new() } else { vec![event(&transaction, kind, Some(id), now)] };
    (transaction, events)
}

/// A window may be opened: announced, unlike in V1 (rule V2-101).
pub(crate) fn opened(transaction: &Transaction) -> Event {
    event(transaction, EventKind::Ready, None, transaction.requested_at)
}

/// The PG has what a payer paid in a window, and approves it later.
pub(crate) fn put_off(mut transaction: Transaction, now: DateTime<Utc>) -> Change {
    enter(&mut transaction, PaymentStatus::PayPending, now);
    let trigger = Some(EventTrigger::AsyncPayPending);
    let event = Event { trigger, ..event(&transaction, EventKind::PayPending, None, now) };
    (transaction, vec![event])
}

/// What was authenticated in a window is being approved.
pub(crate) fn confirming(
    mut transaction: Transaction,
    skip_webhook: bool,
    now: DateTime<Utc>,
) -> Transaction {
    enter(&mut transaction, PaymentStatus::PayPending, now);
    transaction.skip_webhook = skip_webhook;
    transaction
}

/// The approval changed nothing: the payer's authentication stands, and may be approved again.
pub(crate) fn ready_again(mut transaction: Transaction, now: DateTime<Utc>) -> Transaction {
    enter(&mut transaction, PaymentStatus::Ready, now);
    transaction
}

/// The payment was captured. Neither its state nor anybody's webhook tells of it.
pub(crate) fn captured(mut transaction: Transaction, now: DateTime<Utc>) -> Change {
    transaction.updated_at = now;
    transaction.captured_at = transaction.captured_at.or(Some(now));
    (transaction, Vec::new())
}

/// An accepted cancel was withdrawn: its amount can be cancelled again. The documents name no announcement of it.
pub(crate) fn cancel_stopped(
    mut transaction: Transaction,
    id: &CancellationId,
    now: DateTime<Utc>,
) -> Change {
    transaction.updated_at = now;
    for own in transaction.cancellations.iter_mut().filter(|own| own.id == *id) {
        own.status = CancelStatus::Failed;
    }
    (transaction, Vec::new())
}

/// A virtual account was closed before a deposit. Nothing was paid, so there is no cancel in the record; the
/// announcement needs an id of one all the same (rule V2-102), and carries the attempt's.
pub(crate) fn closed(
    mut transaction: Transaction,
    closed_at: DateTime<Utc>,
    id: CancellationId,
    now: DateTime<Utc>,
) -> Change {
    enter(&mut transaction, PaymentStatus::Cancelled, now);
    transaction.cancelled_at = Some(closed_at);
    let event = event(&transaction, EventKind::Cancelled, Some(id), now);
    (transaction, vec![event])
}

/// Why a payment that a PG refused failed.
pub(crate) fn refusal(decline: &Decline) -> Failure {
    Failure {
        reason: "the PG declined".to_owned(),
        pg_code: Some(decline.code.clone()),
        pg_message: Some(decline.message.clone()),
    }
}

/// Why a payment failed that never reached a PG's ledger.
pub(crate) fn unreached(cause: &Cause) -> Failure {
    Failure { reason: cause.to_string(), pg_code: None, pg_message: None }
}

/// Fills in what an inquiry tells of the card without losing what was known.
pub(crate) fn merge_card(transaction: &mut Transaction, told: Option<portone_core::CardFacts>) {
    let Some(told) = told else { return };
    let known = transaction.card.take().unwrap_or_default();
    transaction.card = Some(told.or(known));
}

/// The PG took note of a delivery.
pub(crate) fn delivery_registered(
    mut transaction: Transaction,
    delivery: EscrowDelivery,
    now: DateTime<Utc>,
) -> Change {
    transaction.updated_at = now;
    let delivery = Some(delivery);
    transaction.escrow =
        Some(Escrow { status: EscrowStatus::Registered, delivery, ..Escrow::BEFORE_REGISTERED });
    (transaction, Vec::new())
}

/// The buyer has the goods. No announcement is documented for it.
pub(crate) fn escrow_confirmed(mut transaction: Transaction, now: DateTime<Utc>) -> Change {
    transaction.updated_at = now;
    let escrow = transaction.escrow.take().unwrap_or(Escrow::BEFORE_REGISTERED);
    transaction.escrow = Some(Escrow { status: EscrowStatus::Confirmed, ..escrow });
    (transaction, Vec::new())
}

/// The PG took note of how far a delivery is. Of several the one that the shop told last counts, whenever its answer came.
pub(crate) fn delivery_told(mut transaction: Transaction, told: DeliveryTold, now: DateTime<Utc>) -> Change {
    transaction.updated_at = now;
    let known = transaction.delivery.filter(|known| known.told_at > told.told_at);
    transaction.delivery = Some(known.unwrap_or(told));
    (transaction, Vec::new())
}

pub(crate) fn none_pending(transaction: &Transaction) -> bool {
    transaction.cancellations.iter().all(|cancellation| cancellation.status != CancelStatus::Requested)
}

pub(crate) fn enter(transaction: &mut Transaction, status: PaymentStatus, now: DateTime<Utc>) {
    transaction.status = status;
    if status == PaymentStatus::Cancelled {
        // Nothing is held any more.
        transaction.escrow =
            transaction.escrow.take().map(|escrow| Escrow { status: EscrowStatus::Cancelled, ..escrow });
    }
    transaction.updated_at = now;
    transaction.status_changed_at = now;
}

fn announce_success(transaction: Transaction, kind: EventKind, now: DateTime<Utc>) -> Change {
    let events =
        if transaction.skip_webhook { Vec::new() } else { vec![event(&transaction, kind, None, now)] };
    (transaction, events)
}

pub(crate) fn event(
    transaction: &Transaction,
    kind: EventKind,
    cancellation_id: Option<CancellationId>,
    now: DateTime<Utc>,
) -> Event {
    Event {
        store_id: transaction.store_id.clone(),
        kind,
        at: now,
        subject: EventSubject::Payment {
            payment_id: transaction.order.payment_id.clone(),
            transaction_id: transaction.id.clone(),
            cancellation_id,
        },
        trigger: None,
        notice_urls: transaction.notice_urls.clone(),
    }
}
