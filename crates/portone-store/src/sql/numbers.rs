//! Numbers for what many rows repeat: stores, and channels as they were. Each connection remembers those it has met.

use std::{collections::HashMap, sync::Arc};

use crate::sql::statement::OptionalRow;
use portone_core::StoreId;
use portone_engine::ledger::ChannelSnapshot;
use portone_engine::webhook::Target;

use super::database::{Database, Fault};
use crate::document::{decode, decode_code};

/// How many of each kind are remembered before all are forgotten: far more than a gateway has.
const COUNT_MAX: usize = 16_384;

/// What a connection remembers. Rows of these tables never change or go, so only a rollback makes it wrong.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    no_by_store: HashMap<StoreId, i64>,
    store_by_no: HashMap<i64, StoreId>,
    no_by_channel: HashMap<String, i64>,
    channel_by_no: HashMap<i64, ChannelSnapshot>,
    no_by_facet: HashMap<String, i64>,
    /// Where a store's announcements go; forgotten when that is declared anew.
    pub(super) targets_by_store: HashMap<i64, Arc<[Target]>>,
}

impl Database {
    /// The number of a store; stores are made by their declaration, so an unknown one is a fault.
    pub(super) fn store_no(&self, id: &StoreId) -> Result<i64, Fault> {
        self.find_store_no(id)?.ok_or_else(|| Fault::Contract(format!("there is no store `{id}`")))
    }

    /// The number of a store that was met before.
    pub(super) fn known_store_no(&self, id: &StoreId) -> Option<i64> {
        self.numbers.borrow().no_by_store.get(id).copied()
    }

    /// The number of a store, if there is such a store.
    pub(super) fn find_store_no(&self, id: &StoreId) -> Result<Option<i64>, Fault> {
        if let Some(no) = self.known_store_no(id) {
            return Ok(Some(no));
        }
        let mut statement = self.prepared("SELECT no FROM stores WHERE id = ?1")?;
        let found = statement.query_row([id.as_str()], |row| row.get(0)).optional()?;
        if let Some(no) = found {
            room(&mut self.numbers.borrow_mut().no_by_store).insert(id.clone(), no);
        }
        Ok(found)
    }

    /// The id of the store with this number.
    pub(super) fn store_id(&self, no: i64) -> Result<StoreId, Fault> {
        if let Some(id) = self.numbers.borrow().store_by_no.get(&no) {
            return Ok(id.clone());
        }
        let mut statement = self.prepared("SELECT id FROM stores WHERE no = ?1")?;
        let id: String = statement.query_row([no], |row| row.get(0))?;
        let id: StoreId = decode_code("store id", &id)?;
        room(&mut self.numbers.borrow_mut().store_by_no).insert(no, id.clone());
        Ok(id)
    }

    /// The number of a channel as it was, by its document. New ones are written.
    pub(super) fn channel_no(&self, doc: &str) -> Result<i64, Fault> {
        if let Some(no) = self.numbers.borrow().no_by_channel.get(doc) {
            return Ok(*no);
        }
        self.write("INSERT INTO channel_snapshots (doc) VALUES (?1) ON CONFLICT (doc) DO NOTHING", [doc])?;
        let mut statement = self.prepared("SELECT no FROM channel_snapshots WHERE doc = ?1")?;
        let no = statement.query_row([doc], |row| row.get(0))?;
        room(&mut self.numbers.borrow_mut().no_by_channel).insert(doc.to_owned(), no);
        Ok(no)
    }

    /// The number of a combination of facts, by its document. New ones are written.
    pub(super) fn facet_no(&self, doc: Option<&str>) -> Result<Option<i64>, Fault> {
        let Some(doc) = doc else { return Ok(None) };
        if let Some(no) = self.numbers.borrow().no_by_facet.get(doc) {
            return Ok(Some(*no));
        }
        self.write("INSERT INTO payment_facets (doc) VALUES (?1) ON CONFLICT (doc) DO NOTHING", [doc])?;
        let mut statement = self.prepared("SELECT no FROM payment_facets WHERE doc = ?1")?;
        let no = statement.query_row([doc], |row| row.get(0))?;
        room(&mut self.numbers.borrow_mut().no_by_facet).insert(doc.to_owned(), no);
        Ok(Some(no))
    }

    /// The channel as it was with this number.
    pub(super) fn channel(&self, no: i64) -> Result<ChannelSnapshot, Fault> {
        if let Some(channel) = self.numbers.borrow().channel_by_no.get(&no) {
            return Ok(channel.clone());
        }
        let mut statement = self.prepared("SELECT doc FROM channel_snapshots WHERE no = ?1")?;
        let doc: String = statement.query_row([no], |row| row.get(0))?;
        let channel: ChannelSnapshot = decode("channel snapshot", &doc)?;
        room(&mut self.numbers.borrow_mut().channel_by_no).insert(no, channel.clone());
        Ok(channel)
    }
}

fn room<K, V>(map: &mut HashMap<K, V>) -> &mut HashMap<K, V> {
    if map.len() >= COUNT_MAX {
        map.clear();
    }
    map
}
