//! Comparisons of the ledger with the upstream's, and what they found wrong.

use crate::sql::statement::{OptionalRow, params};
use chrono::{DateTime, Utc};
use portone_engine::ledger::{Discrepancy, Transaction};
use portone_engine::port::Settle;

use super::database::{Database, Fault};
use super::{counts, facets, transactions};
use crate::document::{TransactionDocument, Unreadable, decode, encode, millis};

/// Takes transactions that are due to be compared, the longest due first.
pub(super) fn claim(
    database: &Database,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
    count_max: usize,
) -> Result<Vec<Transaction>, Fault> {
    let mut due = Vec::new();
    let mut statement =
        database.prepared(transactions::select!("verify_at <= ?1 ORDER BY verify_at LIMIT ?2"))?;
    let mut rows = statement.query(params![millis(now), count_max])?;
    while let Some(row) = rows.next()? {
        due.push(transactions::read(database, row)?);
    }
    for transaction in &due {
        let sql = "UPDATE transactions SET verify_at = ?2 WHERE id = ?1";
        database.write(sql, params![transaction.id.as_str(), millis(until)])?;
    }
    Ok(due)
}

/// Whether a comparison is due: lets a claim that would find nothing stay off the writer's queue.
pub(super) fn is_any_due(database: &Database, now: DateTime<Utc>) -> Result<bool, Fault> {
    let sql = "SELECT 1 FROM transactions WHERE verify_at <= ?1 LIMIT 1";
    Ok(database.prepared(sql)?.query_row([millis(now)], |_| Ok(())).optional()?.is_some())
}

/// What a comparison told, encoded on the caller's thread.
pub(super) struct FinishRows {
    transaction: Transaction,
    doc: String,
    facet: Option<String>,
    discrepancy: Option<String>,
}

impl FinishRows {
    pub(super) fn encode(transaction: Transaction, found: Option<&Discrepancy>) -> Result<Self, Unreadable> {
        let doc = encode("transaction", &TransactionDocument::of(&transaction))?;
        let discrepancy = found.map(|found| encode("discrepancy", found)).transpose()?;
        let facet = facets::encoded(&transaction)?;
        Ok(Self { transaction, doc, facet, discrepancy })
    }
}

/// Ends a comparison, if the transaction is as it was read.
pub(super) fn finish(database: &Database, rows: &FinishRows) -> Result<Settle, Fault> {
    let transaction = &rows.transaction;
    let before = counts::listed(database, &transaction.id)?;
    let facet_no = database.facet_no(rows.facet.as_deref())?;
    let written = database.execute(
        "UPDATE transactions SET revision = revision + 1, status = ?3, status_changed_at = ?4,
            verify_at = NULL, doc = ?5, facet_no = ?6 WHERE id = ?1 AND revision = ?2",
        params![
            transaction.id.as_str(),
            transaction.revision,
            transaction.status.code(),
            millis(transaction.status_changed_at),
            rows.doc,
            facet_no,
        ],
    )?;
    if written == 0 {
        return Ok(Settle::Changed);
    }
    transactions::relist(database, before, transaction, facet_no);
    if let Some(doc) = &rows.discrepancy {
        database.write("INSERT INTO discrepancies (doc) VALUES (?1)", [doc])?;
    }
    Ok(Settle::Settled)
}

/// What comparisons found wrong, newest first.
pub(super) fn discrepancies(database: &Database, count_max: usize) -> Result<Vec<Discrepancy>, Fault> {
    let mut statement = database.prepared("SELECT doc FROM discrepancies ORDER BY seq DESC LIMIT ?1")?;
    let mut rows = statement.query([count_max])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let doc = row.text(0)?;
        found.push(decode("discrepancy", doc)?);
    }
    Ok(found)
}
