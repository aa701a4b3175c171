//! Each final state was announced, once, and every announcement arrived, in its order.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use portone_core::{CancelStatus, CancellationId};
use portone_engine::event::{EventKind, EventSubject};
use portone_engine::ledger::{PaymentStatus, Transaction};
use portone_engine::port::{DeliveryFilter, StoreError};
use portone_engine::webhook::{Delivery, DeliveryStatus};

use super::{Books, ROW_COUNT_MAX};
use crate::world::World;

pub(super) async fn check(
    books: &Books,
    world: &Arc<World>,
    found: &mut Vec<String>,
) -> Result<(), StoreError> {
    for transaction in books.ours.values().flatten() {
        check_announced(books, transaction, found);
    }
    check_once(books, found);
    let filter = DeliveryFilter::After(0);
    let deliveries = books.engine.store().deliveries(&books.store, filter, ROW_COUNT_MAX).await?;
    if deliveries.len() != books.events.len() {
        let (sent, written) = (deliveries.len(), books.events.len());
        found.push(format!("webhooks: {written} announcements, and {sent} deliveries"));
    }
    check_arrived(&deliveries, world, found);
    Ok(())
}

/// The state it ended in, and each cancel, has its announcement.
fn check_announced(books: &Books, transaction: &Transaction, found: &mut Vec<String>) {
    let told = |kind: EventKind, of: Option<&str>| {
        books.events.iter().any(|(_, event)| match &event.subject {
            EventSubject::Payment { transaction_id, cancellation_id, .. } => {
                *transaction_id == transaction.id
                    && event.kind == kind
                    && (of.is_none() || cancellation_id.as_ref().map(CancellationId::as_str) == of)
            }
            EventSubject::BillingKey(_) => false,
        })
    };
    let final_kind = match transaction.status {
        PaymentStatus::Paid => EventKind::Paid,
        PaymentStatus::Failed => EventKind::Failed,
        PaymentStatus::VirtualAccountIssued => EventKind::VirtualAccountIssued,
        PaymentStatus::PartialCancelled => EventKind::PartialCancelled,
        PaymentStatus::Cancelled => EventKind::Cancelled,
        PaymentStatus::Ready | PaymentStatus::PayPending => return,
    };
    // A go at a schedule that never left is no failure yet: the last one is told.
    let payment = transaction.order.payment_id.as_str();
    let later = books.ours.get(payment).into_iter().flatten().any(|other| other.seq > transaction.seq);
    let is_told_later = final_kind == EventKind::Failed && transaction.schedule_id.is_some() && later;
    // What another channel followed is told of by its end alone.
    if transaction.rerouted_to.is_some() {
        if told(EventKind::Failed, None) {
            found.push(format!("announced too early: {} failed, and went elsewhere", transaction.id));
        }
        return;
    }
    if !is_told_later && !told(final_kind, None) {
        found.push(format!("not announced: {} is {}", transaction.id, transaction.status.code()));
    }
    if transaction.paid_at.is_some()
        && transaction.status != PaymentStatus::Failed
        && !told(EventKind::Paid, None)
    {
        found.push(format!("not announced: {} was paid", transaction.id));
    }
    for cancel in transaction.cancellations.iter().filter(|it| it.status == CancelStatus::Succeeded) {
        let id = Some(cancel.id.as_str());
        if !told(EventKind::PartialCancelled, id) && !told(EventKind::Cancelled, id) {
            found.push(format!("not announced: cancel {} of {}", cancel.id, transaction.id));
        }
    }
}

/// Nothing is announced twice.
fn check_once(books: &Books, found: &mut Vec<String>) {
    let mut seen = BTreeSet::new();
    for (_, event) in &books.events {
        let of = match &event.subject {
            EventSubject::Payment { transaction_id, cancellation_id, .. } => {
                format!("{transaction_id} {cancellation_id:?}")
            }
            EventSubject::BillingKey(key) => key.to_string(),
        };
        if !seen.insert((of.clone(), event.kind.code())) {
            found.push(format!("announced twice: {} of {of}", event.kind.code()));
        }
    }
}

/// Every delivery was taken, and of one payment (or key) first the earlier ones.
fn check_arrived(deliveries: &[Delivery], world: &Arc<World>, found: &mut Vec<String>) {
    let received = world.hooks.received();
    let mut first: BTreeMap<&str, usize> = BTreeMap::new();
    for (place, message) in received.iter().enumerate() {
        first.entry(message.id.as_str()).or_insert(place);
    }
    let mut last_of: BTreeMap<String, (usize, u64)> = BTreeMap::new();
    for delivery in deliveries {
        let kind = delivery.event.kind.code();
        let Some(place) = first.get(delivery.id.as_str()).copied() else {
            found.push(format!("webhook {} ({kind}) never arrived", delivery.id));
            continue;
        };
        if delivery.status != Some(DeliveryStatus::Succeeded) {
            found.push(format!("webhook {} ({kind}) is {:?}", delivery.id, delivery.status));
        }
        check_body(delivery, &received[place].body, found);
        let subject = match &delivery.event.subject {
            EventSubject::Payment { payment_id, .. } => payment_id.to_string(),
            EventSubject::BillingKey(key) => key.to_string(),
        };
        if let Some((before, number)) = last_of.insert(subject.clone(), (place, delivery.number))
            && before > place
            && number < delivery.number
        {
            found.push(format!("webhook {} ({kind}) of {subject} came before an earlier one", delivery.id));
        }
    }
}

fn check_body(delivery: &Delivery, body: &serde_json::Value, found: &mut Vec<String>) {
    let subject = match &delivery.event.subject {
        EventSubject::Payment { transaction_id, .. } => {
            body["data"]["transactionId"] == transaction_id.as_str()
        }
        EventSubject::BillingKey(key) => body["data"]["billingKey"] == key.as_str(),
    };
    if !subject || body["type"] != delivery.event.kind.code() {
        found.push(format!("webhook {} says {body}, and is {:?}", delivery.id, delivery.event));
    }
}
