//! Windows: what a payer does in one, and the server's approval of it (V2-051).

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::Context;
use super::input::notice_urls;
use super::key_window;
use super::view::time_text;
use crate::cards::{CardFacts, Use};
use crate::fields::Fields;
use crate::ledger::Ledger;
use crate::pg::{Booked, vat_of};
use crate::records::{Charge, PaidWith, Status, Transaction};
use crate::refusal::Refusal;
use crate::v2::input::Customer;

const APPROVED_CARD: &str = "4242424242424242";

/// `POST /sandbox/windows`: a payer finishes the window that `call` opens, the argument of the browser SDK's
/// `requestPayment` or `requestIssueBillingKey`, up to the approval, which is the server's.
pub(crate) fn finish(ledger: &mut Ledger, now: DateTime<Utc>, body: &Fields<'_>) -> Result<Value, Refusal> {
    let call = body.object("call")?;
    let number = body.optional_text("cardNumber")?.unwrap_or(APPROVED_CARD);
    if call.member("billingKeyMethod").is_some() {
        return key_window::finish(ledger, now, &call, number);
    }
    if call.text("payMethod")? != "CARD" {
        return Err(call.error("payMethod", "has to be CARD: the sandbox's windows take cards only"));
    }
    let payment_id = call.text("paymentId")?.to_owned();
    let channel = ledger.channel(call.text("channelKey")?)?;
    if ledger.find_payment(&payment_id).is_some_and(|found| found.latest().status != Status::Failed) {
        return Err(Refusal::conflict("ALREADY_PAID", "the payment is paid, waits, or has a window"));
    }
    let card = CardFacts::of(number);
    let total = call.integer("totalAmount")?;
    let tax_free = call.optional_integer("taxFreeAmount")?.unwrap_or(0);
    let currency = call.text("currency")?;
    let transaction_id = ledger.ids.uuid();
    let payment_token = format!("payment-token-{}", ledger.ids.uuid());
    let transaction = Transaction {
        id: transaction_id.clone(),
        store_id: call.text("storeId")?.to_owned(),
        channel_key: channel.key.clone(),
        status: Status::Ready,
        requested_at: now,
        status_changed_at: now,
        paid_at: None,
        method: PaidWith::Card { card, approval_number: None, months: 0, is_interest_free: false },
        order_name: call.text("orderName")?.to_owned(),
        currency: currency.strip_prefix("CURRENCY_").unwrap_or(currency).to_owned(),
        total,
        tax_free,
        vat: call.optional_integer("vatAmount")?.unwrap_or_else(|| vat_of(total, tax_free)),
        customer: Customer::default(),
        // The browser SDK takes an object; the hub shows its text.
        custom_data: call.member("customData").map(Value::to_string),
        billing_key: None,
        product_count: None,
        is_cultural_expense: call.flag("isCulturalExpense")?,
        pg_tx_id: None,
        notice_urls: notice_urls(&call)?,
        payment_token: Some(payment_token.clone()),
        escrow: None,
        failure: None,
        cancellations: Vec::new(),
    };
    ledger.add_transaction(&payment_id, transaction);
    Ok(json!({"paymentId": payment_id, "txId": transaction_id, "paymentToken": payment_token}))
}

/// `POST /payments/{paymentId}/confirm`
pub(super) fn confirm(
    context: &mut Context<'_>,
    payment_id: &str,
    body: &Fields<'_>,
) -> Result<Value, Refusal> {
    context.check_store(body.optional_text("storeId")?)?;
    let token = body.text("paymentToken")?;
    let transaction = context.ledger.payment(payment_id)?.latest();
    if transaction.status.is_paid() {
        return Err(Refusal::conflict("ALREADY_PAID", "the payment is paid"));
    }
    if transaction.status != Status::Ready || transaction.payment_token.as_deref() != Some(token) {
        return Err(Refusal::bad("INVALID_PAYMENT_TOKEN", "paymentToken is not the payment's"));
    }
    let channel = context.ledger.channel(&transaction.channel_key)?;
    let differs = body.optional_text("txId")?.is_some_and(|id| id != transaction.id)
        || body.optional_text("currency")?.is_some_and(|currency| currency != transaction.currency)
        || body.optional_integer("totalAmount")?.is_some_and(|total| total != transaction.total)
        || body.optional_integer("taxFreeAmount")?.is_some_and(|part| part != transaction.tax_free)
        || body.flag("isTest")?.is_some_and(|is_test| is_test != channel.is_test());
    if differs {
        return Err(Refusal::conflict(
            "INFORMATION_MISMATCH",
            "the payment is another than the one asked for",
        ));
    }
    let refusal = match &transaction.method {
        PaidWith::Card { card, .. } => card.refusal(Use::KeyIn, channel.provider),
        PaidWith::Account { .. } => None,
    };
    let verdict = context.check_forced().and_then(|()| match refusal {
        Some(reason) => Err(channel.provider.refuse(reason)),
        None => Ok(()),
    });
    settle(context, payment_id, &channel.key, verdict)
}

fn settle(
    context: &mut Context<'_>,
    payment_id: &str,
    channel_key: &str,
    verdict: Result<(), Refusal>,
) -> Result<Value, Refusal> {
    let channel = context.ledger.channel(channel_key)?;
    let number = verdict.is_ok().then(|| context.ledger.ids.digits(8));
    let pg_tx_id = context.ledger.ids.pg_number(channel.provider.number_prefix());
    let now = context.now;
    let transaction = context.ledger.payment_mut(payment_id)?.latest_mut();
    // It is good once, whatever comes of it.
    transaction.payment_token = None;
    transaction.status_changed_at = now;
    if let Err(refusal) = verdict {
        transaction.status = Status::Failed;
        if let Refusal::Pg(words) = &refusal {
            transaction.failure = Some(words.clone());
        }
        return Err(refusal);
    }
    transaction.status = Status::Paid;
    transaction.paid_at = Some(now);
    transaction.pg_tx_id = Some(pg_tx_id.clone());
    if let PaidWith::Card { approval_number, .. } = &mut transaction.method {
        *approval_number = number;
    }
    let charge = Charge {
        pg_tx_id: pg_tx_id.clone(),
        channel_key: channel.key.clone(),
        order_id: channel.provider.pg().order_id(payment_id).to_owned(),
        payment_id: payment_id.to_owned(),
        transaction_id: transaction.id.clone(),
        product_count: 1,
        charged: transaction.total,
        booked: Booked {
            currency: transaction.currency.clone(),
            total: transaction.total,
            tax_free: transaction.tax_free,
            vat: transaction.vat,
        },
        cancelled: 0,
        captured_at: None,
        is_closed: false,
    };
    context.ledger.put_charge(charge);
    Ok(json!({"pgTxId": pg_tx_id, "paidAt": time_text(now)}))
}
