//! The control API under `/sandbox`: channels, faults, the ledger and what only the outside world can do.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::channel::Channel;
use crate::faults::Faults;
use crate::fields::{self, Fields};
use crate::ledger::Ledger;
use crate::message::{Change, Method, Request};
use crate::pg::{Booked, Provider, Reason};
use crate::records::{CashReceipt, Charge, PaidWith, Payment, Status};
use crate::refusal::Refusal;
use crate::v2::window;
use crate::v2::{
    cancellation_view, complete_cancellation, decode_id, issue_with_deposit, move_escrow_on, payment_view,
    query_value, time_text,
};

/// Answers a request whose path starts with `/sandbox`; `segments` are those after it.
pub(crate) fn answer(
    ledger: &mut Ledger,
    faults: &mut Faults,
    now: DateTime<Utc>,
    request: &Request,
    segments: &[&str],
) -> Result<Value, Refusal> {
    let body = fields::parse(&request.body)?;
    let fields = Fields::root(&body)?;
    match (request.method, segments) {
        (Method::Get, ["health"]) => Ok(json!({"status": "ok"})),
        (Method::Put, ["channels"]) => {
            let channel = Channel::read(&fields)?;
            let view = json!(channel);
            ledger.put_channel(channel);
            Ok(view)
        }
        (Method::Get, ["channels"]) => Ok(json!({"channels": ledger.channels().collect::<Vec<_>>()})),
        (Method::Post, ["faults"]) => faults.add(&fields),
        (Method::Get, ["faults"]) => Ok(faults.view()),
        (Method::Delete, ["faults"]) => {
            faults.clear();
            Ok(faults.view())
        }
        (Method::Get, ["ledger"]) => {
            Ok(ledger_view(ledger, query_value(&request.query, "channelKey").as_deref()))
        }
        (Method::Get, ["clock"]) => Ok(clock_view(ledger, now)),
        (Method::Put, ["clock"]) => set_clock(ledger, now, &fields),
        (Method::Post, ["nightly"]) => Ok(reverse_tests(ledger)),
        (Method::Post, ["windows"]) => window::finish(ledger, now, &fields),
        (Method::Post, ["payments", id, "deposit"]) => deposit(ledger, now, &decode_id(id)),
        (Method::Post, ["payments", id, "escrow"]) => move_escrow_on(ledger, &decode_id(id), &fields),
        (Method::Post, ["payments", id, "approve"]) => approve(ledger, now, &decode_id(id)),
        (Method::Post, ["payments", id, "refuse"]) => refuse(ledger, now, &decode_id(id)),
        (Method::Post, ["payments", id, "cancellations", cancellation_id, "complete"]) => {
            let succeeds = !fields.flag("fail")?.unwrap_or(false);
            complete(ledger, now, &decode_id(id), &decode_id(cancellation_id), succeeds)
        }
        _ => Err(not_found()),
    }
}

/// 404 for a path nobody knows.
pub(crate) fn not_found() -> Refusal {
    Refusal::missing("NOT_FOUND", "the sandbox has no such endpoint")
}

/// The buyer pays into the virtual account: the PG books it, and the hub hears of it if the channel is set up so.
fn deposit(ledger: &mut Ledger, now: DateTime<Utc>, payment_id: &str) -> Result<Value, Refusal> {
    let transaction = ledger.payment(payment_id)?.latest();
    let PaidWith::Account { expires_at, .. } = &transaction.method else { return Err(not_waiting()) };
    if *expires_at <= now {
        return Err(Refusal::conflict("DEPOSIT_TOO_LATE", "the deposit is due no more"));
    }
    let channel = ledger.channel(&transaction.channel_key)?;
    let pg_tx_id = transaction.pg_tx_id.clone().ok_or_else(not_waiting)?;
    let charge = ledger.charge_mut(&pg_tx_id).ok_or_else(not_waiting)?;
    if charge.is_closed || charge.charged > 0 {
        return Err(not_waiting());
    }
    charge.charged = charge.booked.total;
    if channel.provider.pg().reports_deposits(&channel) {
        let transaction = ledger.payment_mut(payment_id)?.latest_mut();
        transaction.status = Status::Paid;
        transaction.status_changed_at = now;
        transaction.paid_at = Some(now);
        let transaction = transaction.clone();
        issue_with_deposit(ledger, &channel, payment_id, &transaction, now);
        ledger.announce_state(now, payment_id, None)?;
    }
    Ok(payment_view(ledger.payment(payment_id)?, ledger))
}

/// The PG approves a payment that it had put off, or a card payment that it had refused (V1-098), whatever the refusal was.
fn approve(ledger: &mut Ledger, now: DateTime<Utc>, payment_id: &str) -> Result<Value, Refusal> {
    let transaction = ledger.payment(payment_id)?.latest().clone();
    let is_card = matches!(transaction.method, PaidWith::Card { .. });
    let was_refused = transaction.status == Status::Failed && is_card;
    if !was_refused && transaction.status != Status::PayPending {
        return Err(Refusal::conflict("PAYMENT_NOT_FAILED", "the payment is no card payment that failed"));
    }
    let channel = ledger.channel(&transaction.channel_key)?;
    let pg_tx_id = ledger.ids.pg_number(channel.provider.number_prefix());
    let booked = Booked {
        currency: transaction.currency.clone(),
        total: transaction.total,
        tax_free: transaction.tax_free,
        vat: transaction.vat,
    };
    ledger.put_charge(Charge {
        pg_tx_id: pg_tx_id.clone(),
        channel_key: transaction.channel_key.clone(),
        order_id: channel.provider.pg().order_id(payment_id).to_owned(),
        payment_id: payment_id.to_owned(),
        transaction_id: transaction.id,
        product_count: transaction.product_count.unwrap_or(1),
        charged: booked.total,
        booked,
        cancelled: 0,
        captured_at: None,
        is_closed: false,
    });
    let transaction = ledger.payment_mut(payment_id)?.latest_mut();
    transaction.status = Status::Paid;
    transaction.status_changed_at = now;
    transaction.paid_at = Some(now);
    transaction.pg_tx_id = Some(pg_tx_id);
    transaction.failure = None;
    ledger.announce_state(now, payment_id, None)?;
    Ok(payment_view(ledger.payment(payment_id)?, ledger))
}

/// The PG refuses a payment that it had put off.
fn refuse(ledger: &mut Ledger, now: DateTime<Utc>, payment_id: &str) -> Result<Value, Refusal> {
    let transaction = ledger.payment(payment_id)?.latest();
    if transaction.status != Status::PayPending {
        return Err(Refusal::conflict("PAYMENT_NOT_PENDING", "the PG has not put the payment off"));
    }
    let channel = ledger.channel(&transaction.channel_key)?;
    let transaction = ledger.payment_mut(payment_id)?.latest_mut();
    transaction.status = Status::Failed;
    transaction.status_changed_at = now;
    transaction.failure = Some(channel.provider.pg().words(Reason::CardDeclined));
    ledger.announce_state(now, payment_id, None)?;
    Ok(payment_view(ledger.payment(payment_id)?, ledger))
}

/// How far the clock may be set ahead: a hundred years, in milliseconds.
const AHEAD_MS_MAX: i64 = 100 * 366 * 86_400_000;

/// Sets how far the clock is ahead of the time of day. It never goes back: what has happened has happened.
fn set_clock(ledger: &mut Ledger, now: DateTime<Utc>, fields: &Fields<'_>) -> Result<Value, Refusal> {
    let wall = now - ledger.ahead;
    let ahead = fields.integer("ahead_ms")?;
    if !(0..=AHEAD_MS_MAX).contains(&ahead) {
        return Err(fields.error("ahead_ms", "must be 0 to 100 years in milliseconds"));
    }
    let ahead = TimeDelta::milliseconds(ahead);
    if ahead < ledger.ahead {
        return Err(Refusal::conflict("CLOCK_GOES_FORWARD", "the clock is further ahead already"));
    }
    ledger.ahead = ahead;
    ledger.note(Change::Clock);
    Ok(clock_view(ledger, wall + ahead))
}

fn clock_view(ledger: &Ledger, now: DateTime<Utc>) -> Value {
    json!({"now": time_text(now), "ahead_ms": ledger.ahead.num_milliseconds()})
}

fn not_waiting() -> Refusal {
    Refusal::conflict("PAYMENT_NOT_WAITING_FOR_DEPOSIT", "the payment does not wait for a deposit")
}

/// The PG tells how an asynchronous refund ended (SMARTRO-119).
fn complete(
    ledger: &mut Ledger,
    now: DateTime<Utc>,
    payment_id: &str,
    cancellation_id: &str,
    succeeds: bool,
) -> Result<Value, Refusal> {
    complete_cancellation(ledger, now, payment_id, cancellation_id, succeeds)?;
    ledger.announce_state(now, payment_id, Some(cancellation_id))?;
    let transaction = ledger.payment(payment_id)?.latest();
    let cancellation = transaction.cancellations.iter().find(|cancel| cancel.id == cancellation_id);
    Ok(json!({"cancellation": cancellation.map(cancellation_view)}))
}

/// Smartro reverses what was paid in test mode by itself, but for KakaoPay's, which its shop has to cancel (SMARTRO-128). The
/// hub does not hear of it.
fn reverse_tests(ledger: &mut Ledger) -> Value {
    let is_reversed = |charge: &&Charge| {
        let channel = ledger.channel(&charge.channel_key);
        let is_test = channel.is_ok_and(|it| it.is_test() && it.provider == Provider::SmartroV2);
        let payment = ledger.find_payment(&charge.payment_id);
        let mut attempts = payment.into_iter().flat_map(|payment| &payment.transactions);
        let own = attempts.find(|attempt| attempt.id == charge.transaction_id);
        let is_kakao = own.is_some_and(
            |own| matches!(&own.method, PaidWith::Wallet { provider, .. } if provider == "KAKAOPAY"),
        );
        is_test && !is_kakao && charge.charged > charge.cancelled
    };
    let reversed: Vec<String> =
        ledger.charges().filter(is_reversed).map(|charge| charge.pg_tx_id.clone()).collect();
    for id in &reversed {
        if let Some(charge) = ledger.charge_mut(id) {
            charge.cancelled = charge.charged;
        }
    }
    json!({"reversed": reversed.len()})
}

fn ledger_view(ledger: &Ledger, channel_key: Option<&str>) -> Value {
    let is_wanted = |key: &str| channel_key.is_none_or(|wanted| wanted == key);
    let payments: Vec<Value> =
        ledger.payments().filter_map(|payment| payment_line(payment, ledger, &is_wanted)).collect();
    let keys: Vec<Value> = ledger
        .keys()
        .filter(|key| is_wanted(&key.channel_key))
        .map(|key| {
            let mut line = json!({
                "billingKey": key.key,
                "channelKey": key.channel_key,
                "status": if key.deleted_at.is_some() { "DELETED" } else { "ISSUED" },
                "issuedAt": time_text(key.issued_at),
            });
            if let Some(custom_data) = &key.custom_data {
                line["customData"] = json!(custom_data);
            }
            line
        })
        .collect();
    let charges = ledger.charges().filter(|charge| is_wanted(&charge.channel_key));
    let receipts = ledger.receipts().filter(|receipt| is_wanted(&receipt.channel_key)).map(receipt_line);
    json!({
        "payments": payments,
        "billingKeys": keys,
        "cashReceipts": receipts.collect::<Vec<_>>(),
        "totals": totals_view(charges),
    })
}

fn receipt_line(receipt: &CashReceipt) -> Value {
    json!({
        "paymentId": receipt.payment_id,
        "channelKey": receipt.channel_key,
        "status": receipt.status_name(),
        "amount": receipt.total,
        "isManual": receipt.is_manual,
        "issueNumber": receipt.issue_number,
    })
}

/// A payment with its attempts on the wanted channels, or `None` when it has none.
fn payment_line(payment: &Payment, ledger: &Ledger, is_wanted: &dyn Fn(&str) -> bool) -> Option<Value> {
    let wanted = || payment.transactions.iter().filter(|transaction| is_wanted(&transaction.channel_key));
    let channel_key = &wanted().next_back()?.channel_key;
    let order_id = ledger
        .channel(channel_key)
        .ok()
        .map(|channel| channel.provider.pg().order_id(&payment.id).to_owned());
    let transactions: Vec<Value> = wanted()
        .map(|transaction| {
            let charge = transaction.pg_tx_id.as_ref().and_then(|id| ledger.charge(id));
            let mut line = json!({
                "id": transaction.id,
                "channelKey": transaction.channel_key,
                "status": transaction.status.name(),
                "amount": transaction.total,
                "currency": transaction.currency,
                "charged": charge.map_or(0, |charge| charge.charged),
                "cancelled": charge.map_or(0, |charge| charge.cancelled),
            });
            if let Some(custom_data) = &transaction.custom_data {
                line["customData"] = json!(custom_data);
            }
            if let Some(delivery) = &transaction.delivery {
                line["delivery"] = delivery.clone();
            }
            if let Some(charge) = charge {
                line["pgTxId"] = json!(charge.pg_tx_id);
                line["booked"] = json!(charge.booked);
                line["productCount"] = json!(charge.product_count);
                if let Some(captured_at) = charge.captured_at {
                    line["capturedAt"] = json!(time_text(captured_at));
                }
            }
            line
        })
        .collect();
    Some(json!({
        "paymentId": payment.id,
        "pgOrderId": order_id.unwrap_or_default(),
        "channelKey": channel_key,
        "transactions": transactions,
    }))
}

/// Sums by the currency the PG booked.
fn totals_view<'a>(charges: impl Iterator<Item = &'a Charge>) -> Value {
    let mut charged: BTreeMap<&str, i64> = BTreeMap::new();
    let mut cancelled: BTreeMap<&str, i64> = BTreeMap::new();
    let mut charge_count = 0_u64;
    for charge in charges {
        charge_count += u64::from(charge.charged > 0);
        *charged.entry(&charge.booked.currency).or_default() += charge.charged;
        *cancelled.entry(&charge.booked.currency).or_default() += charge.cancelled;
    }
    json!({"charges": charge_count, "charged": charged, "cancelled": cancelled})
}
