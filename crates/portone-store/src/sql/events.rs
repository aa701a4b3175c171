//! The outbox: what is announced to shops.

use crate::sql::statement::{Row, params};
use portone_core::StoreId;
use portone_engine::event::{Event, EventSubject, EventTrigger};

use super::database::{Database, Fault};
use super::webhooks;
use crate::document::{Unreadable, decode, decode_code, encode, millis, time};

/// An announcement, encoded.
pub(super) struct EventRow {
    event: Event,
    notice_urls: Option<String>,
}

impl EventRow {
    pub(super) fn encode(event: Event) -> Result<Self, Unreadable> {
        let notice_urls = match event.notice_urls.as_slice() {
            [] => None,
            urls => Some(encode("notice URLs", &urls)?),
        };
        Ok(Self { event, notice_urls })
    }
}

/// Announcements, encoded on the caller's thread.
pub(super) fn encoded(events: &[Event]) -> Result<Vec<EventRow>, Unreadable> {
    events.iter().cloned().map(EventRow::encode).collect()
}

/// The number of the last announcement.
pub(super) const LAST_SEQ: &str = "SELECT coalesce(max(seq), 0) FROM events";

/// Writes announcements, in their order. What they are about is there already.
pub(super) fn insert(database: &Database, rows: &[EventRow]) -> Result<(), Fault> {
    for EventRow { event, notice_urls } in rows {
        let (transaction, cancellation, billing_key) = match &event.subject {
            EventSubject::Payment { transaction_id, cancellation_id, .. } => {
                (Some(transaction_id.as_str()), cancellation_id.as_ref(), None)
            }
            EventSubject::BillingKey(key) => (None, None, Some(key.as_str())),
        };
        let store_no = database.store_no(&event.store_id)?;
        let seq = database.insert(
            ("seq", LAST_SEQ),
            "INSERT INTO events (store_no, kind, at, transaction_no, cancellation_id, billing_key, notice_urls, cause)
             VALUES (?1, ?2, ?3, (SELECT no FROM transactions WHERE id = ?4), ?5, ?6, ?7, ?8)",
            params![
                store_no,
                event.kind.code(),
                millis(event.at),
                transaction,
                cancellation.map(AsRef::<str>::as_ref),
                billing_key,
                notice_urls,
                event.trigger.map(EventTrigger::code),
            ],
        )?;
        webhooks::enqueue(database, store_no, seq, event)?;
    }
    Ok(())
}

/// A store's announcements after the one numbered `after`, oldest first.
pub(super) fn after(
    database: &Database,
    store: &StoreId,
    after: u64,
    count_max: usize,
) -> Result<Vec<(u64, Event)>, Fault> {
    let Some(store_no) = database.find_store_no(store)? else { return Ok(Vec::new()) };
    let mut statement = database.prepared(
        "SELECT e.seq, e.kind, e.at, t.payment_id, t.id, e.cancellation_id, e.billing_key, e.notice_urls,
            e.cause AS cause
         FROM events AS e LEFT JOIN transactions AS t ON t.no = e.transaction_no
         WHERE e.store_no = ?1 AND e.seq > ?2 ORDER BY e.seq LIMIT ?3",
    )?;
    let mut rows = statement.query(params![store_no, after, count_max])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push((row.get(0)?, read(store, row)?));
    }
    Ok(found)
}

/// An announcement from its columns, which begin at the second; what caused it is in the one called `cause`.
pub(super) fn read(store: &StoreId, row: Row<'_>) -> Result<Event, Fault> {
    let text = |at| row.text(at);
    let optional = |at| row.text_or_null(at);
    let subject = match optional(6)? {
        Some(key) => EventSubject::BillingKey(decode_code("billing key", key)?),
        None => EventSubject::Payment {
            payment_id: decode_code("payment id", text(3)?)?,
            transaction_id: decode_code("transaction id", text(4)?)?,
            cancellation_id: optional(5)?.map(|id| decode_code("cancellation id", id)).transpose()?,
        },
    };
    Ok(Event {
        store_id: store.clone(),
        trigger: row
            .text_or_null(row.place("cause")?)?
            .map(|code| decode_code("announcement cause", code))
            .transpose()?,
        kind: decode_code("announcement type", text(1)?)?,
        at: time(row.get(2)?)?,
        subject,
        notice_urls: optional(7)?.map(|urls| decode("notice URLs", urls)).transpose()?.unwrap_or_default(),
    })
}
