//! What a PortOne V2 upstream answers to the samples; what a V1 upstream answers is in [`v1`].

pub mod receipts;
pub mod v1;

use portone_core::{AttemptSubject, Command, InstantMethod, LogisticsStep, PayMethod, PgReply, Protocol};
use serde_json::{Value, json};

use crate::samples::{AMOUNT, ATTEMPT, CANCELLATION_ID, PAYMENT_ID};

/// The billing key in [`billing_key_issued`] and the look-ups.
pub const BILLING_KEY: &str = "billing-key-018fa367-cdd9-d8fd-2256-c43ce0e475d6";

const REQUESTED_AT: &str = "2026-03-02T05:04:04Z";
const DONE_AT: &str = "2026-03-02T05:04:05.123Z";

/// The replies that lead a sample command to success, one a leg.
pub fn success_at(protocol: Protocol, command: &Command) -> Vec<PgReply> {
    match protocol {
        Protocol::PortOneV2 => success(command),
        Protocol::IamportV1 => v1::success(command),
    }
}

/// The replies of a V2 upstream that lead a sample command to success, one a leg.
pub fn success(command: &Command) -> Vec<PgReply> {
    match command {
        Command::PayInstantly(pay) => match pay.method {
            InstantMethod::Card(_) => vec![paid()],
            InstantMethod::VirtualAccount(_) => {
                vec![paid(), transactions(&[virtual_account_transaction("VIRTUAL_ACCOUNT_ISSUED")])]
            }
        },
        Command::PayWithBillingKey(_) => vec![paid()],
        Command::IssueBillingKey(_) => vec![billing_key_issued()],
        // Nothing is sent for them.
        Command::OpenWindow(_) | Command::Schedule(_) | Command::AskWallet(_) => vec![],
        Command::DeleteBillingKey(_) => vec![ok(&json!({ "deletedAt": DONE_AT }))],
        Command::Cancel(_) => vec![ok(&json!({ "cancellation": cancellation("SUCCEEDED", AMOUNT) }))],
        Command::CloseVirtualAccount(_) => vec![ok(&json!({ "closedAt": DONE_AT }))],
        Command::IssueCashReceipt(_) => vec![receipts::cash_receipt_issued()],
        Command::CancelCashReceipt(_) => vec![receipts::cash_receipt_cancelled()],
        Command::RegisterEscrowLogistics(register) => vec![receipts::logistics_taken(match register.step {
            LogisticsStep::Register => "appliedAt",
            LogisticsStep::Modify => "modifiedAt",
        })],
        Command::ConfirmEscrow(_) => vec![ok(&json!({ "completedAt": DONE_AT }))],
        Command::ConfirmDelivery(_) => {
            vec![transactions(&[card_transaction("FAILED"), card_transaction("PAID")]), ok(&json!({}))]
        }
        Command::RegisterStoreReceipt(_) => vec![ok(&json!({ "receiptUrl": "https://receipts.example/1" }))],
        Command::ConfirmPayment(confirm) if confirm.method == PayMethod::VirtualAccount => {
            vec![confirmed(), transactions(&[virtual_account_transaction("VIRTUAL_ACCOUNT_ISSUED")])]
        }
        Command::ConfirmPayment(_) => vec![confirmed()],
        Command::ConfirmBillingKey(_) => vec![ok(&json!({ "billingKey": BILLING_KEY }))],
        Command::ConfirmIssueAndPay(_) => vec![
            ok(&json!({ "billingKey": BILLING_KEY, "paymentId": PAYMENT_ID })),
            transactions(&[first_payment()]),
        ],
        Command::Capture(_) => vec![ok(&json!({}))],
        Command::StopCancel(_) => vec![ok(&json!({ "stoppedAt": DONE_AT }))],
        Command::Inquire(inquire) => vec![match &inquire.of.subject {
            AttemptSubject::Pay { .. } => transactions(&[card_transaction("PAID")]),
            AttemptSubject::Standing { .. } => ok(&card_transaction("PAID")),
            AttemptSubject::IssueBillingKey => billing_keys(&[billing_key("ISSUED")], 1),
            AttemptSubject::BillingKey { .. } => ok(&billing_key("ISSUED")),
            AttemptSubject::DeleteBillingKey { .. } => ok(&billing_key("DELETED")),
            AttemptSubject::Cancel { .. } => {
                ok(&payment("CANCELLED", AMOUNT, &[cancellation("SUCCEEDED", AMOUNT)]))
            }
            AttemptSubject::CloseVirtualAccount { .. } => ok(&payment("CANCELLED", 0, &[])),
            AttemptSubject::IssueCashReceipt { .. } => ok(&receipts::cash_receipt("ISSUED")),
            AttemptSubject::CancelCashReceipt { .. } => ok(&receipts::cash_receipt("CANCELLED")),
            AttemptSubject::RegisterEscrowLogistics { .. } | AttemptSubject::RegisterStoreReceipt { .. } => {
                ok(&receipts::payment_in_escrow("REGISTERED"))
            }
            AttemptSubject::ConfirmEscrow { .. } => ok(&receipts::payment_in_escrow("CONFIRMED")),
            AttemptSubject::Window { .. } => transactions(&[window_transaction("PAID")]),
            AttemptSubject::IssueAndPay { .. } => transactions(&[first_payment()]),
            AttemptSubject::Capture { .. } => ok(&json!({})),
            AttemptSubject::StopCancel { .. } => ok(&payment("PAID", 0, &[cancellation("FAILED", AMOUNT)])),
        }],
    }
}

/// 200 with a body.
pub fn ok(body: &Value) -> PgReply {
    with_status(200, body)
}

/// A status with a body.
pub fn with_status(status: u16, body: &Value) -> PgReply {
    PgReply { status, body: body.to_string().into_bytes() }
}

/// A PortOne error of this type.
pub fn error(status: u16, kind: &str) -> PgReply {
    with_status(status, &json!({ "type": kind, "message": "refused" }))
}

/// The PG's refusal, in its own words.
pub fn declined(pg_code: &str, pg_message: &str) -> PgReply {
    with_status(
        502,
        &json!({ "type": "PG_PROVIDER", "message": "refused", "pgCode": pg_code, "pgMessage": pg_message }),
    )
}

/// The answer to a payment, by card or by virtual account.
pub fn paid() -> PgReply {
    ok(&json!({ "payment": { "pgTxId": "pg-tx-1", "paidAt": DONE_AT } }))
}

/// The answer to an approval.
pub fn confirmed() -> PgReply {
    ok(&json!({ "pgTxId": "pg-tx-1", "paidAt": DONE_AT }))
}

/// The sample attempt as a window's card transaction of this status.
pub fn window_transaction(status: &str) -> Value {
    let mut transaction = card_transaction(status);
    transaction["customData"] = json!(json!({ "attemptId": ATTEMPT }).to_string());
    transaction
}

/// The first payment that a window's billing key was issued with.
pub fn first_payment() -> Value {
    let mut transaction = window_transaction("PAID");
    transaction["billingKey"] = json!(BILLING_KEY);
    transaction["method"] = json!({ "type": "PaymentMethodMobile", "phoneNumber": "01000001234" });
    transaction
}

/// The answer to a billing key's issue.
pub fn billing_key_issued() -> PgReply {
    ok(&json!({ "billingKeyInfo": { "billingKey": BILLING_KEY, "issuedAt": DONE_AT } }))
}

/// The answer to a list of transactions.
pub fn transactions(items: &[Value]) -> PgReply {
    ok(&json!({ "items": items }))
}

/// The sample attempt as a card transaction of this status.
pub fn card_transaction(status: &str) -> Value {
    let mut transaction = transaction(status);
    transaction["method"] = json!({
        "type": "PaymentMethodCard",
        "card": {
            "publisher": "신한카드", "issuer": "신한카드", "brand": "LOCAL", "type": "CREDIT",
            "ownerType": "PERSONAL", "bin": "424242", "name": "딥드림", "number": "424242******4242",
        },
        "approvalNumber": "00012345",
        "installment": { "month": 0, "isInterestFree": false },
        "pointUsed": false,
    });
    transaction["receiptUrl"] = json!("https://receipts.example/1");
    transaction
}

/// The sample attempt as a virtual-account transaction of this status.
pub fn virtual_account_transaction(status: &str) -> Value {
    let mut transaction = transaction(status);
    transaction["method"] = json!({
        "type": "PaymentMethodVirtualAccount",
        "bank": "SHINHAN",
        "accountNumber": "56211105948401",
        "accountType": "NORMAL",
        "remitteeName": "PortOne",
        "expiredAt": "2026-03-03T05:04:03Z",
        "issuedAt": DONE_AT,
    });
    transaction
}

/// The answer to a list of billing keys: one page of so many keys in all.
pub fn billing_keys(items: &[Value], total_count: usize) -> PgReply {
    ok(&json!({ "items": items, "page": { "number": 0, "size": 100, "totalCount": total_count } }))
}

/// The key of the sample attempt, `ISSUED` or `DELETED`.
pub fn billing_key(status: &str) -> Value {
    let mut key = json!({
        "status": status, "billingKey": BILLING_KEY, "merchantId": "merchant-1", "storeId": "store-1",
        "channels": [], "customer": {}, "customData": ATTEMPT, "issuedAt": DONE_AT,
    });
    if status == "DELETED" {
        key["deletedAt"] = json!("2026-03-02T05:04:06Z");
    }
    key
}

/// The sample payment of this status, with so much of it cancelled.
pub fn payment(status: &str, cancelled: i64, cancellations: &[Value]) -> Value {
    let mut payment = card_transaction(status);
    payment["amount"]["cancelled"] = json!(cancelled);
    payment["cancellations"] = json!(cancellations);
    payment
}

/// A cancellation of this status and amount, asked for just now.
pub fn cancellation(status: &str, total: i64) -> Value {
    json!({
        "status": status, "id": CANCELLATION_ID, "pgCancellationId": "pg-cancel-1", "totalAmount": total,
        "taxFreeAmount": 0, "vatAmount": total / 11, "reason": "sold out", "cancelledAt": DONE_AT,
        "requestedAt": REQUESTED_AT,
    })
}

fn transaction(status: &str) -> Value {
    let mut transaction = json!({
        "status": status, "id": ATTEMPT, "paymentId": PAYMENT_ID, "merchantId": "merchant-1",
        "storeId": "store-1", "version": "V2", "requestedAt": REQUESTED_AT, "updatedAt": DONE_AT,
        "statusChangedAt": DONE_AT, "orderName": "스위블 체어", "currency": "KRW", "customer": {},
        "amount": {
            "total": AMOUNT, "taxFree": 0, "vat": AMOUNT / 11, "supply": AMOUNT - AMOUNT / 11,
            "discount": 0, "paid": AMOUNT, "cancelled": 0, "cancelledTaxFree": 0,
        },
        "customData": ATTEMPT, "pgTxId": "pg-tx-1",
    });
    if matches!(status, "PAID" | "PARTIAL_CANCELLED" | "CANCELLED") {
        transaction["paidAt"] = json!(DONE_AT);
    }
    if matches!(status, "PARTIAL_CANCELLED" | "CANCELLED") {
        transaction["cancelledAt"] = json!("2026-03-02T05:04:06Z");
        transaction["cancellations"] = json!([]);
    }
    if status == "FAILED" {
        transaction["failedAt"] = json!(DONE_AT);
        transaction["failure"] = json!({ "pgCode": "4001", "pgMessage": "한도 초과" });
    }
    transaction
}
