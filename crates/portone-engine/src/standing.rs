//! What the upstream tells of a transaction that was settled before, held against our record: a deposit, the end of an
//! accepted cancel, a refusal that became a payment. Pure.

use chrono::{DateTime, Utc};
use portone_core::{
    AttemptId, CancelStanding, CancelStatus, CancellationId, Escrow, EscrowStatus, PaidFacts, PaymentAmount,
    ReceiptStanding, Standing, StandingState,
};

use crate::engine::made;
use crate::event::{Event, EventKind, EventTrigger};
use crate::ledger::{CashReceipt, PaymentStatus, ReceiptStatus, Transaction};
use crate::transition::{self, enter, event, none_pending};
use crate::wallet;

/// What is new.
#[derive(Debug, Default)]
pub(crate) struct News {
    /// The record as it shall be; absent where nothing is new.
    pub(crate) transaction: Option<Transaction>,
    /// What to announce.
    pub(crate) events: Vec<Event>,
    /// What our record cannot explain.
    pub(crate) odd: Vec<String>,
    /// The cash receipt as it shall be; absent where nothing is new.
    pub(crate) receipt: Option<CashReceipt>,
}

/// Holds a record, and the receipt that is known of its payment, against what the upstream tells of them.
pub(crate) fn news(
    ours: &Transaction,
    receipt: Option<&CashReceipt>,
    told: Standing,
    now: DateTime<Utc>,
) -> News {
    let mut news = News::default();
    let mut transaction = ours.clone();
    match (ours.status, told.state) {
        // A call is open, and its own inquiry tells.
        (PaymentStatus::Ready | PaymentStatus::PayPending, _) => return news,
        (PaymentStatus::VirtualAccountIssued, StandingState::Paid(facts)) => {
            check_total(ours, &facts, &mut news);
            take(&mut news, deposited(&mut transaction, facts, now));
        }
        (PaymentStatus::VirtualAccountIssued, StandingState::Closed { closed_at }) => {
            let id = made(CancellationId::parse(transaction.id.as_str()));
            let (closed, events) = transition::closed(transaction, closed_at, id, now);
            transaction = closed;
            news.events.extend(events);
        }
        (PaymentStatus::Failed, StandingState::Paid(facts)) => {
            check_total(ours, &facts, &mut news);
            take(&mut news, paid_late(&mut transaction, facts, now));
        }
        (PaymentStatus::Failed, StandingState::WaitsForDeposit(facts)) => {
            revive(&mut transaction);
            let (issued, events) = transition::virtual_account_issued(transaction, facts, now);
            transaction = issued;
            news.events.extend(events);
        }
        (PaymentStatus::VirtualAccountIssued, StandingState::WaitsForDeposit(_) | StandingState::Open)
        | (
            PaymentStatus::Failed,
            StandingState::Failed(_) | StandingState::Open | StandingState::Closed { .. },
        )
        | (PaymentStatus::Paid | PaymentStatus::PartialCancelled, StandingState::Paid(_))
        | (PaymentStatus::Cancelled, StandingState::Paid(_) | StandingState::Closed { .. }) => {}
        (_, other) => news.odd.push(format!("{} here, but the upstream says {other:?}", ours.status.code())),
    }
    if transaction.wallet.is_some() {
        let (changed, events) = wallet::take_over(transaction, &told.cancels, now);
        transaction = changed;
        news.events.extend(events);
    }
    end_cancels(&mut transaction, &told.cancels, now, &mut news);
    if let Some(escrow) = told.escrow {
        move_escrow_on(&mut transaction, escrow, now);
    }
    if transaction.paid_at.is_some() {
        news.receipt = told.cash_receipt.and_then(|told| told_receipt(&transaction, receipt, told, now));
    }
    let is_new = transaction != *ours || news.receipt.is_some();
    news.transaction = is_new.then_some(transaction);
    news
}

/// What carriers, buyers and time did. The parcel is ours: what the upstream leaves out of it stays. No announcement is
/// documented for it.
fn move_escrow_on(transaction: &mut Transaction, told: Escrow, now: DateTime<Utc>) {
    let Some(known) = transaction.escrow.clone() else { return };
    // Nothing leads back there, and a cancelled payment holds nothing.
    let is_over = told.status == EscrowStatus::BeforeRegistered || known.status == EscrowStatus::Cancelled;
    if is_over || told.status == known.status {
        return;
    }
    let delivery = known.delivery.or(told.delivery);
    transaction.escrow = Some(Escrow { delivery, ..told });
    transaction.updated_at = now;
}

/// The receipt that a PG issued with a payment, or cancelled. One that we issue by hand has an inquiry of its own.
fn told_receipt(
    transaction: &Transaction,
    known: Option<&CashReceipt>,
    told: ReceiptStanding,
    now: DateTime<Utc>,
) -> Option<CashReceipt> {
    let same = known.filter(|known| known.issue_number.as_deref() == Some(&told.facts.issue_number));
    match (same, told.cancelled_at) {
        (Some(known), Some(cancelled_at)) if known.status == ReceiptStatus::Issued => {
            Some(known.clone().cancelled(cancelled_at))
        }
        (Some(_), _) => None,
        // Another one stands here: the PG has one at most, so ours is what the store keeps or refuses.
        (None, None) if known.is_some_and(|known| known.status == ReceiptStatus::Issued) => None,
        (None, cancelled_at) => {
            let issued = issued_with(transaction, &told, now).issued(told.facts, now);
            Some(match cancelled_at {
                Some(cancelled_at) => issued.cancelled(cancelled_at),
                None => issued,
            })
        }
    }
}

fn issued_with(transaction: &Transaction, told: &ReceiptStanding, now: DateTime<Utc>) -> CashReceipt {
    CashReceipt {
        id: made(AttemptId::parse(transaction.id.as_str())),
        store_id: transaction.store_id.clone(),
        payment_id: transaction.order.payment_id.clone(),
        status: ReceiptStatus::Pending,
        is_manual: false,
        channel: transaction.channel.clone(),
        purpose: told.purpose,
        order_name: transaction.order.order_name.clone(),
        amount: PaymentAmount { total: told.total, ..transaction.order.amount },
        issue_number: None,
        pg_receipt_id: None,
        url: None,
        requested_at: transaction.paid_at.unwrap_or(now),
        issued_at: None,
        cancelled_at: None,
        status_updated_at: now,
        failure: None,
    }
}

fn take(news: &mut News, event: Event) {
    news.events.push(event);
}

/// The buyer paid into the account: announced even where the issue was mute (rule V2-069).
fn deposited(transaction: &mut Transaction, facts: PaidFacts, now: DateTime<Utc>) -> Event {
    enter(transaction, PaymentStatus::Paid, now);
    transaction.paid_at = Some(facts.paid_at);
    transaction.receipt_url = facts.receipt_url;
    Event {
        trigger: Some(EventTrigger::VirtualAccountDeposit),
        ..event(transaction, EventKind::Paid, None, now)
    }
}

/// What the PG had refused was approved after all: the shop heard of the failure, so it hears of this too.
fn paid_late(transaction: &mut Transaction, facts: PaidFacts, now: DateTime<Utc>) -> Event {
    revive(transaction);
    enter(transaction, PaymentStatus::Paid, now);
    transaction.paid_at = Some(facts.paid_at);
    transaction.pg_tx_id = Some(facts.pg_tx_id);
    transaction.receipt_url = facts.receipt_url;
    transaction.paid_by = facts.method;
    transition::merge_card(transaction, facts.card);
    Event { trigger: Some(EventTrigger::AsyncPayApproved), ..event(transaction, EventKind::Paid, None, now) }
}

fn revive(transaction: &mut Transaction) {
    transaction.failed_at = None;
    transaction.failure = None;
}

fn check_total(ours: &Transaction, facts: &PaidFacts, news: &mut News) {
    let charged = ours.charged().total;
    if let Some(total) = facts.total.filter(|total| *total != charged) {
        news.odd.push(format!("{charged} here, but {total} upstream"));
    }
}

/// Ends the accepted cancels that the upstream has ended.
fn end_cancels(transaction: &mut Transaction, told: &[CancelStanding], now: DateTime<Utc>, news: &mut News) {
    for at in 0..transaction.cancellations.len() {
        if transaction.cancellations[at].status != CancelStatus::Requested {
            continue;
        }
        let Some(told) = matching(transaction, at, told) else { continue };
        match told.status {
            CancelStatus::Requested => {}
            CancelStatus::Succeeded => {
                let cancelled_at = told.cancelled_at.unwrap_or(now);
                news.events.push(cancel_done(transaction, at, cancelled_at, now));
            }
            CancelStatus::Failed => news.events.push(cancel_failed(transaction, at, now)),
        }
    }
    let upstream: i64 = told.iter().filter(|it| it.status != CancelStatus::Failed).map(|it| it.total).sum();
    if !told.is_empty() && upstream != transaction.given_back() {
        news.odd.push(format!("{} is cancelled here, but {upstream} upstream", transaction.given_back()));
    }
}

/// The upstream's word on one of our cancels: by its id there, by the PG's number, or as the only one of its amount.
fn matching<'a>(
    transaction: &Transaction,
    at: usize,
    told: &'a [CancelStanding],
) -> Option<&'a CancelStanding> {
    let ours = &transaction.cancellations[at];
    if let Some(id) = &ours.upstream_id {
        return told.iter().find(|it| it.upstream_id.as_ref() == Some(id));
    }
    if let Some(number) = &ours.pg_cancellation_id {
        return told.iter().find(|it| it.pg_cancellation_id.as_ref() == Some(number));
    }
    let mut of_amount = told.iter().filter(|it| it.total == ours.given_back());
    let first = of_amount.next();
    first.filter(|_| of_amount.next().is_none())
}

/// The money has gone back (rule SMARTRO-119).
fn cancel_done(
    transaction: &mut Transaction,
    at: usize,
    cancelled_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Event {
    let own = &mut transaction.cancellations[at];
    own.status = CancelStatus::Succeeded;
    own.cancelled_at = Some(cancelled_at);
    let id = own.id.clone();
    transaction.cancelled_at = Some(cancelled_at);
    let whole = transaction.cancellable() == 0 && none_pending(transaction);
    let (status, kind) = if whole {
        (PaymentStatus::Cancelled, EventKind::Cancelled)
    } else {
        (PaymentStatus::PartialCancelled, EventKind::PartialCancelled)
    };
    enter(transaction, status, now);
    Event { trigger: Some(EventTrigger::AsyncCancelApproved), ..event(transaction, kind, Some(id), now) }
}

/// The money could not go back: its amount can be cancelled again. The documents name the trigger of this announcement
/// (schema `PaymentWebhookTrigger`) and no type of its own, so its type is the state the payment stands in.
fn cancel_failed(transaction: &mut Transaction, at: usize, now: DateTime<Utc>) -> Event {
    let own = &mut transaction.cancellations[at];
    own.status = CancelStatus::Failed;
    let id = own.id.clone();
    transaction.updated_at = now;
    let (kind, id) = if transaction.status == PaymentStatus::PartialCancelled {
        (EventKind::PartialCancelled, Some(id))
    } else {
        (EventKind::Paid, None)
    };
    Event { trigger: Some(EventTrigger::AsyncCancelFailed), ..event(transaction, kind, id, now) }
}
