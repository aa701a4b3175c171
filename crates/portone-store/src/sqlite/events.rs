//! The outbox: what is announced to shops.

use portone_core::StoreId;
use portone_engine::event::Event;
use rusqlite::params;

use super::database::{Database, Fault};
use crate::document::{Unreadable, decode, encode};

/// An announcement, encoded.
pub(super) struct EventRow {
    store_id: StoreId,
    doc: String,
}

impl EventRow {
    pub(super) fn encode(event: &Event) -> Result<Self, Unreadable> {
        Ok(Self { store_id: event.store_id.clone(), doc: encode("event", event)? })
    }
}

/// Writes announcements, in their order.
pub(super) fn insert(database: &Database, rows: &[EventRow]) -> Result<(), Fault> {
    for row in rows {
        let store_no = database.store_no(&row.store_id)?;
        database.execute("INSERT INTO events (store_no, doc) VALUES (?1, ?2)", params![store_no, row.doc])?;
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
    let mut statement = database
        .prepared("SELECT seq, doc FROM events WHERE store_no = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3")?;
    let mut rows = statement.query(params![store_no, after, count_max])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let doc = row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?;
        found.push((row.get(0)?, decode("event", doc)?));
    }
    Ok(found)
}
