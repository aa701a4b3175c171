//! Virtual accounts without a window (V1-080 to V1-082): issued, paid into by hand, closed.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, TimeDelta, Utc};
use serde_json::Value;

use super::input::Input;
use super::pay::{self, Order};
use super::records::{Account, Channel, Payment, Status};
use super::view::payment_view;
use super::{Context, Refusal};
use crate::message::Change;

/// The PGs that issue accounts by this call, and those that close them.
const ISSUERS: [&str; 8] =
    ["settle", "nice", "nice_v2", "html5_inicis", "ksnet", SMARTRO, "tosspayments", "welcome"];
const CLOSERS: [&str; 12] = [
    "html5_inicis",
    "uplus",
    "danal",
    "nice",
    "kicc",
    "settle",
    "smartro",
    "tosspayments",
    "ksnet",
    SMARTRO,
    "nice_v2",
    "welcome",
];
const SMARTRO: &str = "smartro_v2";
/// The PGs that want the holder's name (IAMPORT-075).
const HOLDER_PGS: [&str; 4] = ["html5_inicis", "nice", "settle", SMARTRO];
const HOLDER_LENGTH_MAX: usize = 16;
/// Banks that issue no account on Smartro's test channels (SMARTRO-127), by their standard codes.
const SMARTRO_TEST_BLOCKED: [&str; 5] = ["089", "004", "037", "034", "031"];

/// The banks that a window offers, as the browser SDKs spell them, and their standard codes.
const WINDOW_BANKS: [(&str, &str); 15] = [
    ("INDUSTRIAL_BANK_OF_KOREA", "003"),
    ("KOOKMIN_BANK", "004"),
    ("SUHYUP_BANK", "007"),
    ("NH_NONGHYUP_BANK", "011"),
    ("WOORI_BANK", "020"),
    ("SC_BANK_KOREA", "023"),
    ("DAEGU_BANK", "031"),
    ("BUSAN_BANK", "032"),
    ("GWANGJU_BANK", "034"),
    ("JEONBUK_BANK", "037"),
    ("KYONGNAM_BANK", "039"),
    ("EPOST", "071"),
    ("HANA_BANK", "081"),
    ("SHINHAN_BANK", "088"),
    ("K_BANK", "089"),
];
/// How long a deposit is waited for where a window names no deadline; the PGs do not publish theirs.
const DEPOSIT_WAIT: TimeDelta = TimeDelta::days(7);
const KOREAN_TIME_SECONDS: i32 = 9 * 60 * 60;

/// `POST /vbanks`
pub(super) fn issue(context: &mut Context<'_>, input: &Input) -> Result<Value, Refusal> {
    let channel_key = input.need("channel_key")?;
    let channel = context.book.channel(&channel_key).cloned();
    let channel = channel.ok_or_else(|| Refusal::hub("PG설정 정보가 없습니다."))?;
    if !ISSUERS.contains(&channel.pg_code.as_str()) {
        return Err(Refusal::hub("지원되지 않는 PG사입니다."));
    }
    let order = Order::read(input, &channel)?;
    let account = read(context.now, input, &channel)?;
    if channel.pg_code == SMARTRO {
        check_smartro(&order, &account, &channel)?;
    }
    order.check_unpaid(context)?;
    if let Some(refused) = context.forced_words() {
        return Err(Refusal::pg(refused));
    }
    let number = input.text("vbank_num")?.unwrap_or_else(|| context.ids.digits(14));
    Ok(pay::wait(context, &channel, order, Account { number, ..account }))
}

/// The account that a buyer chose at `bank` in the window that `call` opened.
pub(super) fn in_window(
    context: &mut Context<'_>,
    channel: &Channel,
    call: &Input,
    bank: Option<&str>,
) -> Result<Value, Refusal> {
    let order = Order::read(call, channel)?;
    order.check_unpaid(context)?;
    let bank = bank.unwrap_or("SHINHAN_BANK");
    let code = WINDOW_BANKS.iter().find(|(name, _)| *name == bank).map(|(_, code)| *code);
    let code = code.ok_or_else(|| wrong("bank"))?;
    if channel.pg_code == SMARTRO && channel.is_test && SMARTRO_TEST_BLOCKED.contains(&code) {
        return Err(blocked_bank());
    }
    let due = match call.text("vbank_due")? {
        Some(text) => window_due(&text).filter(|due| *due > context.now).ok_or_else(|| wrong("vbank_due"))?,
        None => context.now + DEPOSIT_WAIT,
    };
    let (number, issued_at) = (context.ids.digits(14), context.now);
    let bank_code = code.to_owned();
    let account = Account { bank_code, number, holder: None, due, issued_at, closed_at: None };
    Ok(pay::wait(context, channel, order, account))
}

/// A window's deadline is a text of Korean time (IAMPORT-072); a day is meant to its end.
fn window_due(text: &str) -> Option<DateTime<Utc>> {
    let day =
        |format| NaiveDate::parse_from_str(text, format).ok().and_then(|day| day.and_hms_opt(23, 59, 59));
    let time = |format| NaiveDateTime::parse_from_str(text, format).ok();
    let due = match text.len() {
        8 => day("%Y%m%d"),
        10 => day("%Y-%m-%d"),
        14 => time("%Y%m%d%H%M%S"),
        _ => time("%Y-%m-%d %H:%M:%S"),
    };
    let zone = FixedOffset::east_opt(KOREAN_TIME_SECONDS)?;
    Some(due?.and_local_timezone(zone).single()?.to_utc())
}

fn wrong(name: &str) -> Refusal {
    Refusal::hub(format!("파라미터 형식이 올바르지 않습니다: {name}"))
}

fn blocked_bank() -> Refusal {
    Refusal::pg("[3002] 테스트 환경에서 지원하지 않는 은행입니다.")
}

fn read(now: DateTime<Utc>, input: &Input, channel: &Channel) -> Result<Account, Refusal> {
    let bank_code = input.need("vbank_code")?;
    // KG Inicis leaves out the first digit of the standard code.
    let code_length = if channel.pg_code == "html5_inicis" { 2 } else { 3 };
    if bank_code.len() != code_length || !bank_code.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(wrong("vbank_code"));
    }
    let seconds = input.integer("vbank_due")?.ok_or_else(|| Refusal::hub("파라미터 누락: vbank_due"))?;
    let due = DateTime::from_timestamp(seconds, 0).filter(|due| *due > now);
    let due = due.ok_or_else(|| wrong("vbank_due"))?;
    let holder = input.short("vbank_holder", HOLDER_LENGTH_MAX)?;
    if holder.is_none() && HOLDER_PGS.contains(&channel.pg_code.as_str()) {
        return Err(Refusal::hub("파라미터 누락: vbank_holder"));
    }
    let standard = if code_length == 2 { format!("0{bank_code}") } else { bank_code };
    Ok(Account { bank_code: standard, number: String::new(), holder, due, issued_at: now, closed_at: None })
}

/// SMARTRO-001, SMARTRO-109, SMARTRO-127.
fn check_smartro(order: &Order, account: &Account, channel: &Channel) -> Result<(), Refusal> {
    for name in ["buyer_name", "buyer_email", "buyer_tel"] {
        if !order.buyer.contains_key(name) {
            return Err(Refusal::hub(format!("파라미터 누락: {name}")));
        }
    }
    if !order.merchant_uid.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(Refusal::pg("[3001] 주문번호에 특수문자를 사용할 수 없습니다."));
    }
    if channel.is_test && SMARTRO_TEST_BLOCKED.contains(&account.bank_code.as_str()) {
        return Err(blocked_bank());
    }
    Ok(())
}

/// `DELETE /vbanks/{imp_uid}` (V1-081, SMARTRO-130)
pub(super) fn close(context: &mut Context<'_>, imp_uid: &str) -> Result<Value, Refusal> {
    let mut payment = found(context, imp_uid)?;
    if payment.account.is_none() || payment.status != Status::Ready {
        return Err(Refusal::hub("입금대기 상태의 가상계좌 결제건이 아닙니다.").with_status(400));
    }
    if !CLOSERS.contains(&payment.pg_code.as_str()) {
        return Err(Refusal::hub("지원되지 않는 PG사입니다.").with_status(400));
    }
    if let Some(refused) = context.forced_words() {
        return Err(Refusal::pg(refused));
    }
    payment.status = Status::Cancelled;
    if let Some(account) = &mut payment.account {
        account.closed_at = Some(context.now);
    }
    Ok(keep(context, payment))
}

/// `POST /sandbox/v1/payments/{imp_uid}/deposit`: the buyer pays in. Without the contract nobody tells the hub of it
/// (SMARTRO-123).
pub(super) fn deposit(context: &mut Context<'_>, imp_uid: &str) -> Result<Value, Refusal> {
    let mut payment = found(context, imp_uid)?;
    let waits = payment.status == Status::Ready;
    let due = payment.account.as_ref().map(|account| account.due).filter(|_| waits);
    if due.is_none_or(|due| due < context.now) {
        return Err(Refusal::hub("입금대기 상태의 가상계좌 결제건이 아닙니다.").with_status(400));
    }
    let channel = context.book.channel(&payment.channel_key);
    let is_told = payment.pg_code != SMARTRO || channel.is_some_and(|it| it.has("va_deposit_notice"));
    if is_told {
        payment.status = Status::Paid;
        payment.paid_at = Some(context.now);
    }
    Ok(keep(context, payment))
}

fn found(context: &Context<'_>, imp_uid: &str) -> Result<Payment, Refusal> {
    let payment = context.book.payment(imp_uid).cloned();
    payment.ok_or_else(|| Refusal::missing("존재하지 않는 결제정보입니다."))
}

fn keep(context: &mut Context<'_>, payment: Payment) -> Value {
    let view = payment_view(&payment);
    context.note(Change::V1Payment(payment.imp_uid.clone()));
    context.book.put_payment(payment);
    view
}
