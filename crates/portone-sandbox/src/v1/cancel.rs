//! Cancels (V1-050 to V1-055), and Paymentwall's pingback that ends them.

use chrono::{DateTime, Datelike, TimeDelta, Utc};
use serde_json::Value;

use super::input::Input;
use super::records::{Cancel, Payment, Status};
use super::view::payment_view;
use super::{Context, Refusal, keys};
use crate::message::Change;

/// The PGs through which a carrier takes a part back.
const PARTIAL_CARRIER_PGS: [&str; 2] = ["html5_inicis", "kcp"];
/// `pay_method` of what a carrier bills.
const PHONE: &str = "phone";
/// Korean time is nine hours ahead of UTC.
const KOREAN_TIME: TimeDelta = TimeDelta::hours(9);
/// The PGs that want the value-added tax again where the payment told it (IAMPORT-095).
const VAT_PGS: [&str; 4] = ["nice", "html5_inicis", "welcome", "nice_v2"];

/// `POST /payments/cancel`
pub(super) fn cancel(context: &mut Context<'_>, input: &Input) -> Result<Value, Refusal> {
    let not_there = || Refusal::hub("취소할 결제건이 존재하지 않습니다.");
    // A wrong imp_uid fails beside a right merchant_uid (V1-050).
    let payment = match (input.text("imp_uid")?, input.text("merchant_uid")?) {
        (Some(imp_uid), _) => context.book.payment(&imp_uid),
        (None, Some(merchant_uid)) => context.book.paid(&merchant_uid),
        (None, None) => return Err(Refusal::hub("파라미터 누락: imp_uid, merchant_uid")),
    };
    let mut payment = payment.filter(|payment| payment.was_paid()).cloned().ok_or_else(not_there)?;
    let amount = amount_to_cancel(&payment, input)?;
    let is_partial = amount < payment.amount;
    let processing =
        context.book.channel(&payment.channel_key).and_then(|channel| channel.processing_currency.clone());
    let is_paymentwall = payment.pg_code == "paymentwall";
    if payment.account.is_some() {
        check_refund(&payment, input)?;
    }
    if payment.pay_method == PHONE {
        check_carrier(&payment, is_partial, context.now)?;
    }
    if is_paymentwall && is_partial && processing.is_some_and(|currency| currency != payment.currency) {
        return Err(Refusal::pg("부분취소가 불가능한 결제건입니다."));
    }
    if VAT_PGS.contains(&payment.pg_code.as_str())
        && payment.vat.is_some()
        && input.amount("vat_amount")?.is_none()
    {
        return Err(Refusal::hub("파라미터 누락: vat_amount"));
    }
    if let Some(refused) = context.forced_words() {
        return Err(Refusal::pg(refused));
    }
    payment.cancels.push(Cancel {
        id: context.ids.uuid(),
        pg_tid: context.ids.pg_number("V1C"),
        amount,
        reason: input.text("reason")?,
        // Paymentwall tells by pingback (PW-034), and Smartro once it has sent a deposit back (SMARTRO-119).
        cancelled_at: (!is_paymentwall && !returns_later(&payment)).then_some(context.now),
    });
    Ok(keep(context, payment))
}

/// A deposit goes back to a bank account (V1-056).
fn check_refund(payment: &Payment, input: &Input) -> Result<(), Refusal> {
    for name in ["refund_holder", "refund_bank", "refund_account"] {
        input.need(name)?;
    }
    if payment.pg_code.starts_with("smartro") {
        input.need("refund_tel")?;
    }
    Ok(())
}

/// A carrier takes a payment back within its month in Korea, and in part through two PGs only (IAMPORT-096).
fn check_carrier(payment: &Payment, is_partial: bool, now: DateTime<Utc>) -> Result<(), Refusal> {
    let month = |at: DateTime<Utc>| {
        let there = at + KOREAN_TIME;
        (there.year(), there.month())
    };
    if payment.paid_at.is_none_or(|paid_at| month(paid_at) != month(now)) {
        return Err(Refusal::pg("[2032] 휴대폰 결제는 결제한 달에만 취소할 수 있습니다."));
    }
    if is_partial && !PARTIAL_CARRIER_PGS.contains(&payment.pg_code.as_str()) {
        return Err(Refusal::pg("부분취소가 불가능한 결제건입니다."));
    }
    Ok(())
}

fn returns_later(payment: &Payment) -> bool {
    payment.account.is_some() && payment.pg_code == "smartro_v2"
}

/// `POST /sandbox/v1/payments/{imp_uid}/pingback`: what the PG was asked to cancel, and does later, is cancelled; a key that the
/// payment issued can be charged.
pub(super) fn pingback(context: &mut Context<'_>, imp_uid: &str) -> Result<Value, Refusal> {
    let payment = context.book.payment(imp_uid).cloned();
    let mut payment = payment.ok_or_else(|| Refusal::missing("존재하지 않는 결제정보입니다."))?;
    for cancel in payment.cancels.iter_mut().filter(|cancel| cancel.cancelled_at.is_none()) {
        cancel.cancelled_at = Some(context.now);
    }
    if let Some(uid) = &payment.customer_uid {
        keys::told_of(context, uid, imp_uid);
    }
    Ok(keep(context, payment))
}

/// How much to cancel, in thousandths: 0 and nothing mean the rest (V1-051), and the checksum must be the rest (V1-052).
fn amount_to_cancel(payment: &Payment, input: &Input) -> Result<i64, Refusal> {
    let left = payment.amount - payment.cancelled();
    if left == 0 {
        return Err(Refusal::hub("이미 전액취소된 주문입니다."));
    }
    if input.amount("checksum")?.is_some_and(|checksum| checksum != left) {
        return Err(Refusal::hub("취소 가능한 잔액이 일치하지 않습니다."));
    }
    let amount = input.amount("amount")?.filter(|amount| *amount != 0).unwrap_or(left);
    let held: i64 = payment
        .cancels
        .iter()
        .filter(|cancel| cancel.cancelled_at.is_none())
        .map(|cancel| cancel.amount)
        .sum();
    if amount < 0 || amount > left - held {
        return Err(Refusal::hub("취소요청금액이 취소 가능한 금액을 초과하였습니다."));
    }
    Ok(amount)
}

/// There is no status of its own for a part (V1-027).
fn keep(context: &mut Context<'_>, mut payment: Payment) -> Value {
    if payment.cancelled() > 0 {
        payment.status = Status::Cancelled;
    }
    let view = payment_view(&payment);
    context.note(Change::V1Payment(payment.imp_uid.clone()));
    context.book.put_payment(payment);
    view
}
