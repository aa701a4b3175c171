//! `GET /admin/discrepancies` and `GET /admin/events`

use axum::extract::State;
use portone_engine::event::{Event, EventKind, EventSubject};
use portone_engine::ledger::Discrepancy;
use serde::Serialize;

use super::input::Call;
use super::{Answer, items, store};
use crate::answer::Moment;
use crate::error::ApiError;
use crate::state::Gateway;

/// How many are listed at once.
const LISTED_COUNT_MAX: usize = 200;

/// Where our ledger and an upstream's differ, newest first.
pub(super) async fn discrepancies(State(gateway): State<Gateway>, call: Call) -> Answer {
    call.query(&[], |_| Some(()))?;
    let found = gateway.engine.store().discrepancies(LISTED_COUNT_MAX).await;
    let found = found.map_err(|error| ApiError::from_store(&error))?;
    Ok(items(found.iter().map(DiscrepancyView::of)))
}

/// What was announced, or will be: oldest first, after the number `after`.
pub(super) async fn events(State(gateway): State<Gateway>, call: Call) -> Answer {
    let (named, after) = call.query(&["storeId", "after"], |fields| {
        let after = fields.text("after").map_or(Some(0), |after| after.parse().ok());
        if after.is_none() {
            fields.add("after", "is not a number; send the number of the last event you have");
        }
        Some((fields.owned_text("storeId"), after.unwrap_or(0)))
    })?;
    let store_id = store(&gateway, named.as_deref())?;
    let events = gateway.engine.store().events(&store_id, after, LISTED_COUNT_MAX).await;
    let events = events.map_err(|error| ApiError::from_store(&error))?;
    Ok(items(events.iter().map(|(number, event)| EventView::of(*number, event))))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DiscrepancyView<'a> {
    found_at: Moment,
    store_id: &'a str,
    payment_id: &'a str,
    transaction_id: &'a str,
    what: &'a str,
}

impl<'a> DiscrepancyView<'a> {
    fn of(found: &'a Discrepancy) -> Self {
        Self {
            found_at: Moment(found.found_at),
            store_id: found.store_id.as_str(),
            payment_id: found.payment_id.as_str(),
            transaction_id: found.transaction_id.as_str(),
            what: &found.what,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct EventView<'a> {
    number: u64,
    #[serde(rename = "type")]
    kind: EventKind,
    timestamp: Moment,
    data: EventData<'a>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    notice_urls: &'a [String],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct EventData<'a> {
    store_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    payment_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    transaction_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cancellation_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    billing_key: Option<&'a str>,
}

impl<'a> EventView<'a> {
    fn of(number: u64, event: &'a Event) -> Self {
        let mut data = EventData {
            store_id: event.store_id.as_str(),
            payment_id: None,
            transaction_id: None,
            cancellation_id: None,
            billing_key: None,
        };
        match &event.subject {
            EventSubject::Payment { payment_id, transaction_id, cancellation_id } => {
                data.payment_id = Some(payment_id.as_str());
                data.transaction_id = Some(transaction_id.as_str());
                data.cancellation_id = cancellation_id.as_ref().map(portone_core::CancellationId::as_str);
            }
            EventSubject::BillingKey(key) => data.billing_key = Some(key.as_str()),
        }
        Self { number, kind: event.kind, timestamp: Moment(event.at), data, notice_urls: &event.notice_urls }
    }
}
