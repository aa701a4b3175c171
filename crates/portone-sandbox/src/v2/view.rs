//! The records as the V2 schemas show them: optional members are left out, never null.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

use super::escrow::escrow_view;
use super::receipts::payment_receipt_view;
use crate::cards::CardFacts;
use crate::ledger::Ledger;
use crate::records::{
    BillingKey, Cancellation, CancellationStatus, PaidWith, Payment, Status, Transaction, WalletMoney,
};
use crate::refusal::Refusal;

/// The merchant that owns every store of the sandbox.
pub(super) const MERCHANT_ID: &str = "merchant-00000000-0000-4000-8000-000000000000";

/// `GET /payments/{paymentId}`: the latest attempt (V2-053).
pub(super) fn payment(ledger: &Ledger, payment_id: &str) -> Result<Value, Refusal> {
    Ok(payment_view(ledger.payment(payment_id)?, ledger))
}

/// `GET /payments/{paymentId}/transactions`: every attempt, oldest first.
pub(super) fn transactions(ledger: &Ledger, payment_id: &str) -> Result<Value, Refusal> {
    let payment = ledger.payment(payment_id)?;
    let items: Vec<Value> = payment
        .transactions
        .iter()
        .map(|transaction| {
            let mut view = transaction_view(transaction, ledger);
            view["id"] = json!(transaction.id);
            view["paymentId"] = json!(payment.id);
            view
        })
        .collect();
    Ok(json!({"items": items}))
}

/// The `Payment` union.
pub(crate) fn payment_view(payment: &Payment, ledger: &Ledger) -> Value {
    let latest = payment.latest();
    let mut view = transaction_view(latest, ledger);
    view["id"] = json!(payment.id);
    view["transactionId"] = json!(latest.id);
    view["origin"] = json!({"platformType": "API", "ipAddress": "127.0.0.1"});
    put(&mut view, "cashReceipt", shown_receipt(payment, ledger));
    if latest.status == Status::Paid {
        view["disputes"] = json!([]);
        if !latest.cancellations.is_empty() {
            view["cancellations"] = cancellations_view(latest);
        }
    }
    view
}

/// A payment shows its receipt once it is paid.
fn shown_receipt(payment: &Payment, ledger: &Ledger) -> Option<Value> {
    let receipt = ledger.receipt(&payment.id)?;
    payment.latest().status.is_paid().then(|| payment_receipt_view(receipt))
}

/// The `BillingKeyInfo` union.
pub(super) fn key_view(key: &BillingKey, ledger: &Ledger) -> Value {
    let mut view = json!({
        "status": if key.deleted_at.is_some() { "DELETED" } else { "ISSUED" },
        "billingKey": key.key,
        "merchantId": MERCHANT_ID,
        "storeId": key.store_id,
        "methods": [key_method_view(key)],
        "channels": channel_view(&key.channel_key, ledger).into_iter().collect::<Vec<_>>(),
        "customer": key.customer,
        "requestedAt": time_text(key.issued_at),
        "issuedAt": time_text(key.issued_at),
    });
    put(&mut view, "customData", key.custom_data.as_ref());
    put(&mut view, "deletedAt", key.deleted_at.map(time_text));
    view
}

fn key_method_view(key: &BillingKey) -> Value {
    let Some(card) = &key.card else {
        let mut view = json!({"type": "BillingKeyPaymentMethodMobile"});
        put(&mut view, "phoneNumber", key.customer.phone_number.as_ref());
        return view;
    };
    json!({"type": "BillingKeyPaymentMethodCard", "card": card.view()})
}

/// The `PaymentCancellation` union.
pub(crate) fn cancellation_view(cancel: &Cancellation) -> Value {
    let mut view = json!({
        "status": cancel.status,
        "id": cancel.id,
        "pgCancellationId": cancel.pg_cancellation_id,
        "totalAmount": cancel.total,
        "taxFreeAmount": cancel.tax_free,
        "vatAmount": cancel.vat,
        "reason": cancel.reason,
        "requestedAt": time_text(cancel.requested_at),
        "trigger": "API",
    });
    put(&mut view, "cancelledAt", cancel.cancelled_at.map(time_text));
    view
}

/// RFC 3339 in UTC with milliseconds and `Z`.
pub(crate) fn time_text(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// What the `Payment` and the `PaymentTransaction` unions have in common.
fn transaction_view(transaction: &Transaction, ledger: &Ledger) -> Value {
    let changed_at = time_text(transaction.status_changed_at);
    let mut view = json!({
        "status": transaction.status.name(),
        "merchantId": MERCHANT_ID,
        "storeId": transaction.store_id,
        "method": method_view(&transaction.method, transaction.requested_at),
        "version": "V2",
        "requestedAt": time_text(transaction.requested_at),
        "updatedAt": changed_at,
        "statusChangedAt": changed_at,
        "orderName": transaction.order_name,
        "amount": amount_view(transaction),
        "currency": transaction.currency,
        "customer": transaction.customer,
    });
    put(&mut view, "channel", channel_view(&transaction.channel_key, ledger));
    put(&mut view, "billingKey", transaction.billing_key.as_ref());
    put(&mut view, "customData", transaction.custom_data.as_ref());
    put(&mut view, "productCount", transaction.product_count);
    put(&mut view, "isCulturalExpense", transaction.is_cultural_expense);
    put(&mut view, "escrow", escrow_view(transaction));
    put_status_members(&mut view, transaction);
    view
}

/// The members that belong to some states only.
fn put_status_members(view: &mut Value, transaction: &Transaction) {
    let changed_at = time_text(transaction.status_changed_at);
    match transaction.status {
        Status::Failed => {
            let mut failure = json!({"reason": "the PG refused the payment"});
            if let Some(refusal) = &transaction.failure {
                failure["pgCode"] = json!(refusal.code);
                failure["pgMessage"] = json!(refusal.message);
            }
            view["failedAt"] = json!(changed_at);
            view["failure"] = failure;
            return;
        }
        Status::PartialCancelled | Status::Cancelled => {
            view["cancellations"] = cancellations_view(transaction);
            view["cancelledAt"] = json!(changed_at);
        }
        Status::Ready | Status::PayPending | Status::Paid | Status::VirtualAccountIssued => {}
    }
    put(view, "paidAt", transaction.paid_at.map(time_text));
    put(view, "pgTxId", transaction.pg_tx_id.as_ref());
}

fn cancellations_view(transaction: &Transaction) -> Value {
    transaction.cancellations.iter().map(cancellation_view).collect()
}

fn amount_view(transaction: &Transaction) -> Value {
    let (cancelled, cancelled_tax_free) =
        transaction.cancelled(|status| status == CancellationStatus::Succeeded);
    let paid = if transaction.paid_at.is_some() { transaction.total } else { 0 };
    json!({
        "total": transaction.total,
        "taxFree": transaction.tax_free,
        "vat": transaction.vat,
        "supply": transaction.total - transaction.tax_free - transaction.vat,
        "discount": 0,
        "paid": paid,
        "cancelled": cancelled,
        "cancelledTaxFree": cancelled_tax_free,
    })
}

fn card_method_view(card: &CardFacts, approval_number: Option<&String>) -> Value {
    let mut view = json!({"type": "PaymentMethodCard", "card": card.view(), "pointUsed": false});
    put(&mut view, "approvalNumber", approval_number);
    view
}

fn wallet_view(with: &WalletMoney) -> Value {
    match with {
        WalletMoney::Card { card, approval_number } => card_method_view(card, approval_number.as_ref()),
        WalletMoney::Charge { bank } => json!({"type": "PaymentMethodEasyPayMethodCharge", "bank": bank}),
        WalletMoney::Transfer { bank } => json!({"type": "PaymentMethodTransfer", "bank": bank}),
    }
}

fn method_view(method: &PaidWith, requested_at: DateTime<Utc>) -> Value {
    match method {
        PaidWith::Card { card, approval_number, months, is_interest_free } => {
            let mut view = card_method_view(card, approval_number.as_ref());
            view["installment"] = json!({"month": months, "isInterestFree": is_interest_free});
            view
        }
        PaidWith::Transfer { bank } => json!({"type": "PaymentMethodTransfer", "bank": bank}),
        PaidWith::Mobile { phone_number } => {
            let mut view = json!({"type": "PaymentMethodMobile"});
            put(&mut view, "phoneNumber", phone_number.as_ref());
            view
        }
        PaidWith::Wallet { provider, with } => json!({
            "type": "PaymentMethodEasyPay", "provider": provider, "easyPayMethod": wallet_view(with),
        }),
        PaidWith::Account { bank, number, kind, remittee, expires_at, .. } => {
            let mut view = json!({
                "type": "PaymentMethodVirtualAccount",
                "bank": bank,
                // Required by the schema also where none was issued.
                "accountNumber": number.as_deref().unwrap_or_default(),
                "accountType": kind,
                "expiredAt": time_text(*expires_at),
            });
            put(&mut view, "remitteeName", remittee.as_ref());
            put(&mut view, "issuedAt", number.as_ref().map(|_| time_text(requested_at)));
            view
        }
    }
}

pub(super) fn channel_view(channel_key: &str, ledger: &Ledger) -> Option<Value> {
    ledger.channel(channel_key).ok().map(|channel| channel.view())
}

pub(super) fn put<T: serde::Serialize>(view: &mut Value, name: &str, value: Option<T>) {
    if let Some(value) = value {
        view[name] = json!(value);
    }
}
