//! What lists ask of records beside a payment's own, one payment at a time: an index finds each.

use crate::sql::statement::params;
use portone_engine::beside::{BesideFilter, ReceiptFacts};
use portone_engine::ledger::Transaction;

use super::database::{Database, Fault};
use super::receipts;

/// Whether the payment with this number is asked for.
pub(super) fn matches(
    database: &Database,
    filter: &BesideFilter,
    payment: &Transaction,
    no: i64,
) -> Result<bool, Fault> {
    if let Some(wanted) = &filter.receipt {
        let receipt = receipts::of_payment(database, &payment.store_id, &payment.order.payment_id)?;
        if !wanted.wants(&ReceiptFacts::of(payment, receipt.as_ref())) {
            return Ok(false);
        }
    }
    let Some(status) = filter.webhook_status else { return Ok(true) };
    // Of several URLs one is enough.
    let sql = "SELECT 1 FROM webhook_deliveries WHERE transaction_no = ?1 AND status = ?2
         AND event_seq = (SELECT max(event_seq) FROM webhook_deliveries WHERE transaction_no = ?1)";
    database.prepared(sql)?.exists(params![no, status.code()])
}
