//! Cancels (V1-050 to V1-055), and Paymentwall's pingback that ends them.

use serde_json::Value;

use super::input::Input;
use super::records::{Cancel, Payment, Status};
use super::view::payment_view;
use super::{Context, Refusal};
use crate::message::Change;

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

fn returns_later(payment: &Payment) -> bool {
    payment.account.is_some() && payment.pg_code == "smartro_v2"
}

/// `POST /sandbox/v1/payments/{imp_uid}/pingback`: what the PG was asked to cancel, and does later, is cancelled.
pub(super) fn pingback(context: &mut Context<'_>, imp_uid: &str) -> Result<Value, Refusal> {
    let payment = context.book.payment(imp_uid).cloned();
    let mut payment = payment.ok_or_else(|| Refusal::missing("존재하지 않는 결제정보입니다."))?;
    for cancel in payment.cancels.iter_mut().filter(|cancel| cancel.cancelled_at.is_none()) {
        cancel.cancelled_at = Some(context.now);
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
