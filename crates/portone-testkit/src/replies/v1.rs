//! What a PortOne V1 (iamport) upstream answers to the samples.

use portone_core::{AttemptSubject, Command, InstantMethod, PgReply};
use serde_json::{Value, json};

use super::{ok, with_status};
use crate::samples::{AMOUNT, ATTEMPT, PAYMENT_ID, receipts::INVOICE_NUMBER};

/// The upstream's number of the sample payment.
pub const IMP_UID: &str = "imp_448280090638";

const STARTED_AT: i64 = 1_772_427_844;
const DONE_AT: i64 = 1_772_427_845;

/// The replies that lead a sample command to success, one a leg, without the log-in.
///
/// Panics for commands that V1 adapters have not got.
pub fn success(command: &Command) -> Vec<PgReply> {
    match command {
        Command::PayInstantly(pay) if matches!(pay.method, InstantMethod::VirtualAccount(_)) => {
            vec![done(&account("ready"))]
        }
        Command::PayInstantly(_) | Command::PayWithBillingKey(_) => vec![done(&payment("paid"))],
        Command::IssueBillingKey(_) => vec![done(&customer(ATTEMPT))],
        Command::DeleteBillingKey(_) => vec![done(&customer("deleted"))],
        Command::Cancel(_) => vec![done(&cancelled(AMOUNT))],
        Command::ConfirmDelivery(_) => {
            vec![listed(&[payment("failed"), payment("paid")]), done(&json!({ "success": 1 }))]
        }
        Command::CloseVirtualAccount(_) => vec![listed(&[account("ready")]), done(&account("cancelled"))],
        // Of a payment that the ledger does not know, the receipt is of one made elsewhere.
        Command::IssueCashReceipt(issue) => {
            vec![receipted(issue.method.is_some()), done(&receipt(issue.method.is_some()))]
        }
        Command::CancelCashReceipt(cancel) => {
            vec![receipted(cancel.method.is_some()), done(&cancelled_receipt(cancel.method.is_some()))]
        }
        Command::RegisterEscrowLogistics(_) => vec![listed(&[payment("paid")]), done(&logistics())],
        Command::RegisterStoreReceipt(_) => {
            vec![listed(&[payment("paid")]), done(&json!({ "receipt_url": "https://receipts.example/1" }))]
        }
        Command::AskWallet(_) => vec![listed(&[payment("paid")]), done(&json!([product_order()]))],
        // Nothing is sent for them.
        Command::OpenWindow(_) | Command::Schedule(_) => vec![],
        Command::Inquire(inquire) => match &inquire.of.subject {
            AttemptSubject::Pay { .. }
            | AttemptSubject::Window { .. }
            | AttemptSubject::IssueAndPay { .. }
            | AttemptSubject::Standing { .. } => found(&payment("paid")),
            AttemptSubject::CloseVirtualAccount { .. } => found(&account("cancelled")),
            AttemptSubject::IssueCashReceipt { .. } => vec![receipted(true), done(&receipt(true))],
            AttemptSubject::CancelCashReceipt { .. } => vec![receipted(true), done(&cancelled_receipt(true))],
            AttemptSubject::RegisterEscrowLogistics { .. } => {
                vec![listed(&[payment("paid")]), done(&logistics())]
            }
            AttemptSubject::RegisterStoreReceipt { .. } => vec![listed(&[payment("paid")])],
            AttemptSubject::IssueBillingKey => vec![done(&customer(ATTEMPT))],
            AttemptSubject::BillingKey { pg_billing_key } => vec![done(&customer(pg_billing_key.expose()))],
            AttemptSubject::DeleteBillingKey { .. } => vec![unknown_key()],
            AttemptSubject::Cancel { .. } => found(&cancelled(AMOUNT)),
            other => panic!("V1 adapters do not inquire {other:?}"),
        },
        _ => panic!("V1 adapters have no {:?}", command.kind()),
    }
}

/// The answer to a log-in.
pub fn token() -> PgReply {
    done(&json!({ "access_token": "sample-access-token", "expired_at": DONE_AT + 1800, "now": DONE_AT }))
}

/// A success with this response.
pub fn done(response: &Value) -> PgReply {
    ok(&json!({ "code": 0, "message": null, "response": response }))
}

/// A refusal in a 200 (rule V1-004).
pub fn refused(code: i64, message: &str) -> PgReply {
    ok(&json!({ "code": code, "message": message, "response": null }))
}

/// The answers of the two legs that find a payment: the list, and the payment itself.
pub fn found(payment: &Value) -> Vec<PgReply> {
    vec![listed(std::slice::from_ref(payment)), done(payment)]
}

/// The answer to a list of payments.
pub fn listed(payments: &[Value]) -> PgReply {
    done(&json!({ "total": payments.len(), "previous": 0, "next": 0, "list": payments }))
}

/// The list that says whether a receipt is of a payment made here.
fn receipted(is_made_here: bool) -> PgReply {
    if is_made_here { listed(&[payment("paid")]) } else { no_payment() }
}

/// The answer to a list of payments where there is none.
pub fn no_payment() -> PgReply {
    let body = json!({ "code": -1, "message": "존재하지 않는 결제정보입니다.", "response": null });
    with_status(404, &body)
}

/// The sample payment by virtual account: `ready` waits for its deposit, `cancelled` is closed.
pub fn account(status: &str) -> Value {
    let mut account = payment("ready");
    let own = json!({
        "pay_method": "vbank", "status": status, "apply_num": null, "card_code": null, "card_name": null,
        "card_number": null, "card_type": null, "card_quota": 0, "receipt_url": null, "vbank_code": "088",
        "vbank_name": "신한은행", "vbank_num": "56211105948401", "vbank_holder": "PortOne",
        "vbank_date": STARTED_AT + 86_400, "vbank_issued_at": DONE_AT,
        "cancelled_at": if status == "cancelled" { DONE_AT } else { 0 },
        "paid_at": if status == "paid" { DONE_AT } else { 0 },
    });
    account.as_object_mut().unwrap().extend(own.as_object().cloned().unwrap_or_default());
    account
}

/// The sample payment's receipt: of a payment made here, or elsewhere.
pub fn receipt(is_made_here: bool) -> Value {
    let mut receipt = json!({
        "receipt_tid": "receipt-1", "apply_num": "170012345", "type": "person", "amount": AMOUNT,
        "vat": AMOUNT / 11, "receipt_url": "https://receipts.example/cash/1", "applied_at": DONE_AT,
        "cancelled_at": 0,
    });
    if is_made_here {
        receipt["imp_uid"] = json!(IMP_UID);
    } else {
        receipt["merchant_uid"] = json!(PAYMENT_ID);
    }
    receipt
}

/// The sample payment's product order, on its way.
pub fn product_order() -> Value {
    json!({
        "product_order_id": "2026030212345671", "product_order_status": "DELIVERING", "claim_type": null,
        "claim_status": null, "product_id": "chair-1", "product_name": "스위블 체어", "product_option_id": null,
        "product_option_name": null, "product_amount": AMOUNT, "delivery_amount": 0, "quantity": 1,
        "orderer": null, "shipping_address": null, "shipping_memo": null, "shipping_due": STARTED_AT + 86_400,
        "individual_code": null,
    })
}

fn cancelled_receipt(is_made_here: bool) -> Value {
    let mut receipt = receipt(is_made_here);
    receipt["cancelled_at"] = json!(DONE_AT);
    receipt
}

/// What the upstream keeps of the sample parcel.
pub fn logistics() -> Value {
    json!({
        "company": "CJGLS", "invoice": INVOICE_NUMBER, "sent_at": STARTED_AT - 7_200, "applied_at": DONE_AT,
    })
}

/// The answer about a billing key that there is not.
pub fn unknown_key() -> PgReply {
    with_status(404, &json!({ "code": -1, "message": "등록되지 않은 구매자입니다.", "response": null }))
}

/// The sample payment in this status.
pub fn payment(status: &str) -> Value {
    let mut payment = json!({
        "imp_uid": IMP_UID, "merchant_uid": PAYMENT_ID, "pay_method": "card", "channel": "api",
        "pg_provider": "nice_v2", "emb_pg_provider": null, "pg_tid": "pg-tx-1", "pg_id": "mid-sample",
        "escrow": false, "apply_num": "00012345", "card_code": "366", "card_name": "신한카드",
        "card_quota": 0, "card_number": "424242******4242", "card_type": 0, "name": "스위블 체어",
        "amount": AMOUNT, "cancel_amount": 0, "currency": "KRW", "custom_data": ATTEMPT, "sandbox": false,
        "status": status, "started_at": STARTED_AT, "paid_at": 0, "failed_at": 0, "cancelled_at": 0,
        "fail_reason": null, "cancel_reason": null, "receipt_url": "https://receipts.example/1",
        "cancel_history": [], "customer_uid": null, "customer_uid_usage": null,
    });
    match status {
        "paid" | "cancelled" => payment["paid_at"] = json!(DONE_AT),
        "failed" => {
            payment["failed_at"] = json!(DONE_AT);
            payment["fail_reason"] = json!("한도 초과");
        }
        _ => {}
    }
    payment
}

/// The sample payment with so much of it cancelled just now.
pub fn cancelled(amount: i64) -> Value {
    let mut payment = payment("cancelled");
    payment["cancel_amount"] = json!(amount);
    payment["cancelled_at"] = json!(DONE_AT);
    payment["cancel_history"] = json!([{
        "pg_tid": "pg-cancel-1", "amount": amount, "cancelled_at": DONE_AT, "reason": "sold out",
        "cancellation_id": "cancellation-1", "receipt_url": null,
    }]);
    payment
}

/// The billing key stored under this `customer_uid`.
pub fn customer(customer_uid: &str) -> Value {
    json!({
        "customer_uid": customer_uid, "pg_provider": "nice_v2", "pg_id": "mid-sample", "sandbox": false,
        "card_name": "신한카드", "card_code": "366", "card_number": "424242******4242", "card_type": 0,
        "customer_name": "홍길동", "inserted": DONE_AT, "updated": DONE_AT,
    })
}
