//! Single attempts to pay: by their V1 names, and those that are not their payments' latest.

use crate::sql::statement::params;
use async_trait::async_trait;
use portone_core::StoreId;
use portone_engine::attempts::AttemptQuery;
use portone_engine::ledger::{ImpUid, Transaction};
use portone_engine::list::{EXAMINED_COUNT_MAX, TimeField};
use portone_engine::port::{AttemptStore, StoreError};

use super::database::{Database, Fault};
use super::transactions::{self, select};
use super::{SqlStore, read};
use crate::document::millis;

#[async_trait]
impl AttemptStore for SqlStore {
    async fn transaction_by_imp_uid(
        &self,
        store: &StoreId,
        imp_uid: ImpUid,
    ) -> Result<Option<Transaction>, StoreError> {
        read!(self, [store], |database| transactions::by_imp_uid(database, store, imp_uid))
    }

    async fn earlier_attempts(&self, query: &AttemptQuery) -> Result<Vec<Transaction>, StoreError> {
        let query = query.clone();
        self.read_long(move |database| earlier(database, &query)).await
    }
}

fn earlier(database: &Database, query: &AttemptQuery) -> Result<Vec<Transaction>, Fault> {
    let Some(store_no) = database.find_store_no(&query.store_id)? else { return Ok(Vec::new()) };
    let sql = match query.time {
        TimeField::Created => {
            select!("store_no = ?1 AND latest = 0 AND requested_at BETWEEN ?2 AND ?3 LIMIT ?4")
        }
        TimeField::StatusChanged => {
            select!("store_no = ?1 AND latest = 0 AND status_changed_at BETWEEN ?2 AND ?3 LIMIT ?4")
        }
    };
    let (from, until) = (millis(query.window.from), millis(query.window.until));
    let mut statement = database.prepared(sql)?;
    let mut rows = statement.query(params![store_no, from, until, EXAMINED_COUNT_MAX + 1])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let attempt = transactions::read(database, row)?;
        if query.takes(attempt.status) {
            found.push(attempt);
        }
    }
    Ok(found)
}
