//! Cash receipts, escrow and sub-shops.

use portone_core::PgReply;
use serde_json::{Value, json};

use super::{DONE_AT, ok, payment};
use crate::samples::{AMOUNT, PAYMENT_ID, receipts::INVOICE_NUMBER};

/// The answer to an issue.
pub fn cash_receipt_issued() -> PgReply {
    let summary = json!({
        "issueNumber": "170012345", "url": "https://receipts.example/cash/1", "pgReceiptId": "receipt-1",
    });
    ok(&json!({ "cashReceipt": summary }))
}

/// The answer to a cancel.
pub fn cash_receipt_cancelled() -> PgReply {
    ok(&json!({ "cancelledAmount": AMOUNT, "cancelledAt": DONE_AT }))
}

/// The sample payment's receipt, `ISSUED` or `CANCELLED`.
pub fn cash_receipt(status: &str) -> Value {
    let mut receipt = json!({
        "status": status, "merchantId": "merchant-1", "storeId": "store-1", "paymentId": PAYMENT_ID,
        "channel": { "type": "LIVE", "pgProvider": "SMARTRO_V2", "pgMerchantId": "mid-sample" },
        "amount": AMOUNT, "currency": "KRW", "orderName": "스위블 체어", "isManual": true, "type": "PERSONAL",
        "pgReceiptId": "receipt-1", "issueNumber": "170012345", "url": "https://receipts.example/cash/1",
        "issuedAt": DONE_AT, "statusUpdatedAt": DONE_AT,
    });
    if status == "CANCELLED" {
        receipt["cancelledAt"] = json!("2026-03-02T05:04:06Z");
    }
    receipt
}

/// The answer to a delivery that was registered (`appliedAt`) or modified (`modifiedAt`).
pub fn logistics_taken(time: &str) -> PgReply {
    ok(&json!({ "invoiceNumber": INVOICE_NUMBER, "sentAt": "2026-03-02T03:04:03Z", time: DONE_AT }))
}

/// The sample payment, paid and held in escrow.
pub fn payment_in_escrow(status: &str) -> Value {
    let mut payment = payment("PAID", 0, &[]);
    payment["escrow"] = json!({
        "status": status, "company": "CJ", "invoiceNumber": INVOICE_NUMBER, "sentAt": "2026-03-02T03:04:03Z",
        "appliedAt": DONE_AT, "isAutomaticallyConfirmed": false,
    });
    payment
}
