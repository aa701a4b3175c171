//! Cash receipts: issued by hand, or by the PG with the deposit of a virtual account that asked for one.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::Context;
use super::input::read_currency;
use super::view::{MERCHANT_ID, channel_view, put, time_text};
use crate::channel::Channel;
use crate::fields::Fields;
use crate::ledger::Ledger;
use crate::pg::ReceiptOrder;
use crate::records::{CashReceipt, PaidWith, Transaction};
use crate::refusal::Refusal;

/// What a receipt is for.
pub(crate) const PURPOSES: [&str; 2] = ["PERSONAL", "CORPORATE"];
const ISSUE_NUMBER_DIGITS: u32 = 9;

/// `POST /cash-receipts` (V2-070)
pub(super) fn issue(context: &mut Context<'_>, body: &Fields<'_>) -> Result<Value, Refusal> {
    let store_id = context.check_store(body.optional_text("storeId")?)?;
    let payment_id = body.text("paymentId")?.to_owned();
    let channel = context.ledger.channel(body.text("channelKey")?)?;
    let amount = body.object("amount")?;
    let total = amount.integer("total")?;
    if total < 1 {
        return Err(amount.error("total", "must be at least 1"));
    }
    let (tax_free, vat) = (amount.optional_amount("taxFree")?, amount.optional_amount("vat")?);
    if tax_free.unwrap_or(0).saturating_add(vat.unwrap_or(0)) > total {
        return Err(amount.error("taxFree", "and vat exceed total"));
    }
    let purpose = body.one_of("type", &PURPOSES)?.ok_or_else(|| body.error("type", "is required"))?;
    let customer = body.object("customer")?;
    let order = ReceiptOrder {
        identity_number: customer.text("identityNumber")?,
        purpose,
        name: customer.optional_text("name")?,
        phone_number: customer.optional_text("phoneNumber")?,
        pays_in_cash: pays_in_cash(context.ledger, &payment_id),
    };
    check_optional(body, &customer)?;
    let receipt = CashReceipt {
        payment_id: payment_id.clone(),
        store_id,
        channel_key: channel.key.clone(),
        is_manual: true,
        purpose: purpose.to_owned(),
        order_name: body.text("orderName")?.to_owned(),
        currency: read_currency(body)?,
        total,
        tax_free,
        vat,
        pg_receipt_id: String::new(),
        issue_number: String::new(),
        issued_at: context.now,
        cancelled_at: None,
    };
    if context.ledger.receipt(&payment_id).is_some_and(CashReceipt::is_issued) {
        return Err(Refusal::conflict("CASH_RECEIPT_ALREADY_ISSUED", "the payment has a cash receipt"));
    }
    channel.provider.pg().check_receipt(&order)?;
    context.check_forced()?;
    let receipt = number(context.ledger, &channel, receipt);
    let view = json!({"cashReceipt": {
        "issueNumber": receipt.issue_number,
        "url": url(&receipt),
        "pgReceiptId": receipt.pg_receipt_id,
    }});
    context.ledger.put_receipt(receipt);
    Ok(view)
}

/// Members that no PG played here asks for: checked, and not kept.
fn check_optional(body: &Fields<'_>, customer: &Fields<'_>) -> Result<(), Refusal> {
    body.one_of("productType", &["PHYSICAL", "DIGITAL"])?;
    body.one_of("paymentMethod", &["TRANSFER", "VIRTUAL_ACCOUNT"])?;
    body.optional_text("businessRegistrationNumber")?;
    body.time("paidAt")?;
    customer.one_of("identityNumberType", &["PHONE", "CARD", "BUSINESS"])?;
    customer.optional_text("email").map(drop)
}

/// Whether a payment of that id was made in cash; one made elsewhere counts as such.
fn pays_in_cash(ledger: &Ledger, payment_id: &str) -> bool {
    let payment = ledger.find_payment(payment_id);
    payment.is_none_or(|payment| {
        matches!(payment.latest().method, PaidWith::Account { .. } | PaidWith::Transfer { .. })
    })
}

/// `GET /payments/{paymentId}/cash-receipt`
pub(super) fn read(context: &Context<'_>, payment_id: &str) -> Result<Value, Refusal> {
    let receipt = context.ledger.receipt(payment_id).ok_or_else(not_found)?;
    Ok(receipt_view(receipt, context.ledger))
}

/// `POST /payments/{paymentId}/cash-receipt/cancel`
pub(super) fn cancel(context: &mut Context<'_>, payment_id: &str) -> Result<Value, Refusal> {
    let receipt = context.ledger.receipt(payment_id).ok_or_else(not_found)?;
    if !receipt.is_issued() {
        return Err(Refusal::missing("CASH_RECEIPT_NOT_ISSUED", "the cash receipt is cancelled"));
    }
    context.check_forced()?;
    let mut receipt = receipt.clone();
    receipt.cancelled_at = Some(context.now);
    let view = json!({"cancelledAmount": receipt.total, "cancelledAt": time_text(context.now)});
    context.ledger.put_receipt(receipt);
    Ok(view)
}

/// The PG issues the receipt an account asked for when its deposit comes, unless one was issued by hand before.
pub(crate) fn issue_with_deposit(
    ledger: &mut Ledger,
    channel: &Channel,
    payment_id: &str,
    transaction: &Transaction,
    now: DateTime<Utc>,
) {
    let PaidWith::Account { receipt_purpose: Some(purpose), .. } = &transaction.method else { return };
    if ledger.receipt(payment_id).is_some_and(CashReceipt::is_issued) {
        return;
    }
    let receipt = CashReceipt {
        payment_id: payment_id.to_owned(),
        store_id: transaction.store_id.clone(),
        channel_key: transaction.channel_key.clone(),
        is_manual: false,
        purpose: purpose.clone(),
        order_name: transaction.order_name.clone(),
        currency: transaction.currency.clone(),
        total: transaction.total,
        tax_free: Some(transaction.tax_free),
        vat: Some(transaction.vat),
        pg_receipt_id: String::new(),
        issue_number: String::new(),
        issued_at: now,
        cancelled_at: None,
    };
    let receipt = number(ledger, channel, receipt);
    ledger.put_receipt(receipt);
}

/// The `PaymentCashReceipt` union.
pub(super) fn payment_receipt_view(receipt: &CashReceipt) -> Value {
    let mut view = json!({
        "status": receipt.status_name(),
        "type": receipt.purpose,
        "pgReceiptId": receipt.pg_receipt_id,
        "issueNumber": receipt.issue_number,
        "totalAmount": receipt.total,
        "currency": receipt.currency,
        "url": url(receipt),
        "issuedAt": time_text(receipt.issued_at),
    });
    put(&mut view, "taxFreeAmount", receipt.tax_free);
    put(&mut view, "cancelledAt", receipt.cancelled_at.map(time_text));
    view
}

fn number(ledger: &mut Ledger, channel: &Channel, receipt: CashReceipt) -> CashReceipt {
    let pg_receipt_id = ledger.ids.pg_number(channel.provider.number_prefix());
    CashReceipt { pg_receipt_id, issue_number: ledger.ids.digits(ISSUE_NUMBER_DIGITS), ..receipt }
}

fn url(receipt: &CashReceipt) -> String {
    format!("https://receipts.sandbox.invalid/cash/{}", receipt.issue_number)
}

/// The `CashReceipt` union.
fn receipt_view(receipt: &CashReceipt, ledger: &Ledger) -> Value {
    let mut view = json!({
        "status": receipt.status_name(),
        "merchantId": MERCHANT_ID,
        "storeId": receipt.store_id,
        "paymentId": receipt.payment_id,
        "amount": receipt.total,
        "currency": receipt.currency,
        "orderName": receipt.order_name,
        "isManual": receipt.is_manual,
        "type": receipt.purpose,
        "pgReceiptId": receipt.pg_receipt_id,
        "issueNumber": receipt.issue_number,
        "url": url(receipt),
        "issuedAt": time_text(receipt.issued_at),
        "statusUpdatedAt": time_text(receipt.cancelled_at.unwrap_or(receipt.issued_at)),
    });
    put(&mut view, "channel", channel_view(&receipt.channel_key, ledger));
    put(&mut view, "taxFreeAmount", receipt.tax_free);
    put(&mut view, "vatAmount", receipt.vat);
    put(&mut view, "cancelledAt", receipt.cancelled_at.map(time_text));
    view
}

fn not_found() -> Refusal {
    Refusal::missing("CASH_RECEIPT_NOT_FOUND", "the payment has no cash receipt")
}
