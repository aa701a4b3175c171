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

    async fn transaction_by_product_order(
        &self,
        store: &StoreId,
        product_order: &str,
    ) -> Result<Option<Transaction>, StoreError> {
        read!(self, [store, product_order], |database| by_product_order(database, store, product_order))
    }

    async fn earlier_attempts(&self, query: &AttemptQuery) -> Result<Vec<Transaction>, StoreError> {
        let query = query.clone();
        self.read_long(move |database| earlier(database, &query)).await
    }
}

/// Keeps which transaction the product orders are of that a wallet has told of.
pub(super) fn name_product_orders(database: &Database, transaction: &Transaction) -> Result<(), Fault> {
    let Some(wallet) = &transaction.wallet else { return Ok(()) };
    let store_no = database.store_no(&transaction.store_id)?;
    for order in &wallet.product_orders {
        database.write(
            "INSERT INTO product_orders (store_no, id, transaction_id) VALUES (?1, ?2, ?3)
             ON CONFLICT (store_no, id) DO NOTHING",
            params![store_no, order.id.as_str(), transaction.id.as_str()],
        )?;
    }
    Ok(())
}

fn by_product_order(
    database: &Database,
    store: &StoreId,
    product_order: &str,
) -> Result<Option<Transaction>, Fault> {
    let Some(store_no) = database.find_store_no(store)? else { return Ok(None) };
    let mut statement = database.prepared(select!(
        "id = (SELECT transaction_id FROM product_orders WHERE store_no = ?1 AND id = ?2)"
    ))?;
    let mut rows = statement.query(params![store_no, product_order])?;
    rows.next()?.map(|row| transactions::read(database, row)).transpose()
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
