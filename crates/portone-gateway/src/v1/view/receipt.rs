//! Cash receipts as answers show them (rule V1-085).

use portone_core::ReceiptPurpose;
use portone_engine::ledger::CashReceipt;
use portone_wire::v1::codes;
use serde::Serialize;
use serde_json::value::RawValue;

use super::amount;
use super::payment::seconds;

/// Schema `ReceiptAnnotation`, or `ExternalReceiptAnnotation`: they differ in what a receipt is named by.
#[derive(Debug, Serialize)]
pub(crate) struct ReceiptView<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    imp_uid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    merchant_uid: Option<&'a str>,
    receipt_tid: Option<&'a str>,
    apply_num: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
    amount: Box<RawValue>,
    vat: Box<RawValue>,
    receipt_url: Option<&'a str>,
    applied_at: i64,
    /// 0 while it was not cancelled.
    cancelled_at: i64,
}

impl<'a> ReceiptView<'a> {
    /// A receipt for a payment of this ledger.
    pub(crate) fn of_payment(receipt: &'a CashReceipt, imp_uid: String) -> Self {
        Self { imp_uid: Some(imp_uid), ..Self::nameless(receipt) }
    }

    /// A receipt for a payment made elsewhere.
    pub(crate) fn external(receipt: &'a CashReceipt) -> Self {
        Self { merchant_uid: Some(receipt.payment_id.as_str()), ..Self::nameless(receipt) }
    }

    fn nameless(receipt: &'a CashReceipt) -> Self {
        let currency = receipt.amount.currency;
        Self {
            imp_uid: None,
            merchant_uid: None,
            receipt_tid: receipt.pg_receipt_id.as_deref(),
            apply_num: receipt.issue_number.as_deref().unwrap_or_default(),
            // What a PG issued beside a payment is a buyer's, unless it says otherwise.
            kind: codes::purpose_code(receipt.purpose.unwrap_or(ReceiptPurpose::Personal)),
            amount: amount(receipt.amount.total, currency),
            vat: amount(receipt.amount.effective_vat(), currency),
            receipt_url: receipt.url.as_deref(),
            applied_at: seconds(receipt.issued_at),
            cancelled_at: seconds(receipt.cancelled_at),
        }
    }
}
