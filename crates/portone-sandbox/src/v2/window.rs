//! Windows: what a payer does in one, and the server's approval of it (V2-051).

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::Context;
use super::escrow::hold;
use super::input::notice_urls;
use super::view::time_text;
use super::window_method::{self, Payer};
use super::{issue_and_pay, key_window};
use crate::cards::{CardFacts, Use};
use crate::channel::Channel;
use crate::fields::Fields;
use crate::ledger::Ledger;
use crate::pg::{Booked, Provider, Reason, vat_of};
use crate::records::{Charge, PaidWith, Status, Transaction};
use crate::refusal::Refusal;

/// How a payer ends a window.
const LEAVES: &str = "LEAVE";
const IS_PUT_OFF: &str = "PUT_OFF";
/// The PG refuses what was chosen, for the reason of the test card that is named.
const IS_REFUSED: &str = "REFUSE";

/// `POST /sandbox/windows`: a payer finishes the window that `call` opens, the argument of the browser SDK's
/// `requestPayment`, `requestIssueBillingKey` or `requestIssueBillingKeyAndPay`, up to the approval, which is the server's.
pub(crate) fn finish(ledger: &mut Ledger, now: DateTime<Utc>, body: &Fields<'_>) -> Result<Value, Refusal> {
    let call = body.object("call")?;
    let payer = Payer::read(body)?;
    if call.member("billingKeyMethod").is_some() {
        return key_window::finish(ledger, now, &call, payer.card_number);
    }
    if call.member("billingKeyAndPayMethod").is_some() {
        return issue_and_pay::finish(ledger, now, &call);
    }
    let channel = ledger.channel(call.text("channelKey")?)?;
    let method = window_method::read(now, &call, &payer)?;
    let token = format!("payment-token-{}", ledger.ids.uuid());
    let (payment_id, id) = ready(ledger, now, &call, &channel, method)?;
    let ending = body.one_of("ending", &["PAY", LEAVES, IS_PUT_OFF, IS_REFUSED])?;
    if issues_at_once(&channel, &call)? && !matches!(ending, Some(LEAVES | IS_REFUSED)) {
        settle(ledger, now, &payment_id, &channel, Ok(()), false)?;
        return Ok(json!({"transactionType": "PAYMENT", "paymentId": payment_id, "txId": id}));
    }
    let transaction = ledger.payment_mut(&payment_id)?.latest_mut();
    match ending {
        Some(ending @ (LEAVES | IS_REFUSED)) => {
            transaction.status = Status::Failed;
            let has_left = ending == LEAVES;
            let refused = || CardFacts::of(payer.card_number).refusal(Use::KeyIn, channel.provider);
            let reason = if has_left { None } else { Some(refused().unwrap_or(Reason::LimitExceeded)) };
            let words = channel.provider.pg().words(reason.unwrap_or(Reason::PayerLeft));
            transaction.failure = Some(words.clone());
            ledger.announce_state(now, &payment_id, None)?;
            let message = if has_left { "the payer left" } else { "the PG refused it" };
            Ok(
                json!({"transactionType": "PAYMENT", "paymentId": payment_id, "txId": id, "code": "PGProviderError",
                "message": message, "pgCode": words.code, "pgMessage": words.message}),
            )
        }
        Some(IS_PUT_OFF) => {
            transaction.status = Status::PayPending;
            ledger.announce_state(now, &payment_id, None)?;
            Ok(json!({"transactionType": "PAYMENT", "paymentId": payment_id, "txId": id}))
        }
        _ => {
            transaction.payment_token = Some(token.clone());
            Ok(
                json!({"transactionType": "PAYMENT", "paymentId": payment_id, "txId": id, "paymentToken": token}),
            )
        }
    }
}

/// Smartro asks nobody where the bank is named: there is no page, and nothing to approve (SMARTRO-062).
fn issues_at_once(channel: &Channel, call: &Fields<'_>) -> Result<bool, Refusal> {
    if channel.provider != Provider::SmartroV2 || call.optional_text("payMethod")? != Some("VIRTUAL_ACCOUNT")
    {
        return Ok(false);
    }
    let account = call.optional_object("virtualAccount")?;
    Ok(account.map(|account| account.optional_text("bankCode")).transpose()?.flatten().is_some())
}

/// Enters a window's payment, which waits for its approval: its id, and its attempt's.
pub(super) fn ready(
    ledger: &mut Ledger,
    now: DateTime<Utc>,
    call: &Fields<'_>,
    channel: &Channel,
    method: PaidWith,
) -> Result<(String, String), Refusal> {
    let payment_id = call.text("paymentId")?.to_owned();
    // One whose window was left open may be tried again; what it authenticated counts no more.
    if ledger
        .find_payment(&payment_id)
        .is_some_and(|found| !matches!(found.latest().status, Status::Failed | Status::Ready))
    {
        return Err(Refusal::conflict("ALREADY_PAID", "the payment is paid, or waits"));
    }
    let total = call.integer("totalAmount")?;
    let tax_free = call.optional_integer("taxFreeAmount")?.unwrap_or(0);
    let currency = call.text("currency")?;
    let id = ledger.ids.uuid();
    let transaction = Transaction {
        id: id.clone(),
        store_id: call.text("storeId")?.to_owned(),
        channel_key: channel.key.clone(),
        status: Status::Ready,
        requested_at: now,
        status_changed_at: now,
        paid_at: None,
        method,
        order_name: call.text("orderName")?.to_owned(),
        currency: currency.strip_prefix("CURRENCY_").unwrap_or(currency).to_owned(),
        total,
        tax_free,
        vat: call.optional_integer("vatAmount")?.unwrap_or_else(|| vat_of(total, tax_free)),
        customer: key_window::customer(call)?,
        // The browser SDK takes an object; the hub shows its text.
        custom_data: call.member("customData").map(Value::to_string),
        billing_key: None,
        product_count: None,
        is_cultural_expense: call.flag("isCulturalExpense")?,
        pg_tx_id: None,
        notice_urls: notice_urls(call)?,
        payment_token: None,
        delivery: None,
        escrow: hold(channel, call.flag("isEscrow")?.unwrap_or(false)),
        failure: None,
        cancellations: Vec::new(),
    };
    ledger.add_transaction(&payment_id, transaction);
    Ok((payment_id, id))
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
    if transaction.status.is_paid() || transaction.status == Status::VirtualAccountIssued {
        return Err(Refusal::conflict("ALREADY_PAID", "the payment is paid"));
    }
    if transaction.status != Status::Ready || transaction.payment_token.as_deref() != Some(token) {
        return Err(Refusal::bad("INVALID_PAYMENT_TOKEN", "paymentToken is not the payment's"));
    }
    let channel = context.ledger.channel(&transaction.channel_key)?;
    let is_another = body.optional_text("txId")?.is_some_and(|id| id != transaction.id);
    if is_another || differs(transaction, &channel, body)? {
        return Err(mismatch());
    }
    let refusal = transaction.method.card().and_then(|card| card.refusal(Use::KeyIn, channel.provider));
    let verdict = context.check_forced().and_then(|()| match refusal {
        Some(reason) => Err(channel.provider.refuse(reason)),
        None => Ok(()),
    });
    let is_muted = body.flag("skipWebhook")?.unwrap_or(false);
    let pg_tx_id = settle(context.ledger, context.now, payment_id, &channel, verdict, is_muted)?;
    Ok(json!({"pgTxId": pg_tx_id, "paidAt": time_text(context.now)}))
}

/// Whether an approval is about another payment than a window's.
pub(super) fn differs(
    transaction: &Transaction,
    channel: &Channel,
    body: &Fields<'_>,
) -> Result<bool, Refusal> {
    Ok(body.optional_text("currency")?.is_some_and(|currency| currency != transaction.currency)
        || body.optional_integer("totalAmount")?.is_some_and(|total| total != transaction.total)
        || body.optional_integer("taxFreeAmount")?.is_some_and(|part| part != transaction.tax_free)
        || body.flag("isTest")?.is_some_and(|is_test| is_test != channel.is_test()))
}

pub(super) fn mismatch() -> Refusal {
    Refusal::conflict("INFORMATION_MISMATCH", "the payment is another than the one asked for")
}

/// Records what the PG said of a window's payment, and gives its number.
pub(super) fn settle(
    ledger: &mut Ledger,
    now: DateTime<Utc>,
    payment_id: &str,
    channel: &Channel,
    verdict: Result<(), Refusal>,
    is_muted: bool,
) -> Result<String, Refusal> {
    let is_account = matches!(ledger.payment(payment_id)?.latest().method, PaidWith::Account { .. });
    let number = verdict.is_ok().then(|| ledger.ids.digits(if is_account { 14 } else { 8 }));
    let pg_tx_id = ledger.ids.pg_number(channel.provider.number_prefix());
    let transaction = ledger.payment_mut(payment_id)?.latest_mut();
    // It is good once, whatever comes of it.
    transaction.payment_token = None;
    transaction.status_changed_at = now;
    if let Err(refusal) = verdict {
        transaction.status = Status::Failed;
        if let Refusal::Pg(words) = &refusal {
            transaction.failure = Some(words.clone());
        }
        ledger.announce_state(now, payment_id, None)?;
        return Err(refusal);
    }
    transaction.status = if is_account { Status::VirtualAccountIssued } else { Status::Paid };
    transaction.paid_at = (!is_account).then_some(now);
    transaction.pg_tx_id = Some(pg_tx_id.clone());
    if let Some(number) = number {
        transaction.method.numbered(number);
    }
    let charge = charge(channel, payment_id, transaction, pg_tx_id.clone());
    ledger.put_charge(charge);
    if !is_muted {
        ledger.announce_state(now, payment_id, None)?;
    }
    Ok(pg_tx_id)
}

fn charge(channel: &Channel, payment_id: &str, transaction: &Transaction, pg_tx_id: String) -> Charge {
    Charge {
        pg_tx_id,
        channel_key: channel.key.clone(),
        order_id: channel.provider.pg().order_id(payment_id).to_owned(),
        payment_id: payment_id.to_owned(),
        transaction_id: transaction.id.clone(),
        product_count: 1,
        charged: if transaction.paid_at.is_some() { transaction.total } else { 0 },
        booked: Booked {
            currency: transaction.currency.clone(),
            total: transaction.total,
            tax_free: transaction.tax_free,
            vat: transaction.vat,
        },
        cancelled: 0,
        captured_at: None,
        is_closed: false,
    }
}
