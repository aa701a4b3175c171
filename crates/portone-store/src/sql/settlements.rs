//! What people decided about open attempts.

use crate::sql::statement::{Params, params};
use async_trait::async_trait;
use portone_core::{AttemptId, PaymentId, StoreId};
use portone_engine::ledger::{HandSettlement, OpenAttempt};
use portone_engine::port::{SettlementStore, StoreError};

use super::attempts;
use super::database::{Database, Fault};
use super::{SqlStore, read};
use crate::document::{decode, encode};

#[async_trait]
impl SettlementStore for SqlStore {
    async fn open_attempt(&self, id: &AttemptId) -> Result<Option<OpenAttempt>, StoreError> {
        read!(self, [id], |database| attempts::by_id(database, id))
    }

    async fn keep_settlement(&self, settlement: HandSettlement) -> Result<bool, StoreError> {
        let doc = encode("settlement", &settlement)?;
        self.write(move |database| keep(database, &settlement, &doc)).await
    }

    async fn settlements(&self, count_max: usize) -> Result<Vec<HandSettlement>, StoreError> {
        let sql = "SELECT doc FROM hand_settlements ORDER BY seq DESC LIMIT ?1";
        read!(self, [], |database| list(database, sql, [count_max]))
    }

    async fn settlements_of(
        &self,
        store: &StoreId,
        payment: &PaymentId,
    ) -> Result<Vec<HandSettlement>, StoreError> {
        let sql = "SELECT doc FROM hand_settlements WHERE store_no = ?1 AND payment_id = ?2 ORDER BY seq";
        read!(self, [store, payment], |database| match database.find_store_no(store)? {
            Some(store_no) => list(database, sql, params![store_no, payment.as_str()]),
            None => Ok(Vec::new()),
        })
    }
}

fn keep(database: &Database, settlement: &HandSettlement, doc: &str) -> Result<bool, Fault> {
    if !attempts::is_open(database, &settlement.attempt, None)? {
        return Ok(false);
    }
    let sql = "INSERT INTO hand_settlements (store_no, payment_id, doc) VALUES (?1, ?2, ?3)";
    let payment = settlement.payment_id.as_ref().map(PaymentId::as_str);
    database.write(sql, params![database.store_no(&settlement.store_id)?, payment, doc])?;
    Ok(true)
}

fn list(database: &Database, sql: &'static str, params: impl Params) -> Result<Vec<HandSettlement>, Fault> {
    let mut statement = database.prepared(sql)?;
    let mut rows = statement.query(params)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(decode("settlement", row.text(0)?)?);
    }
    Ok(found)
}
