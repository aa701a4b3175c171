//! Payments by key-in and by `customer_uid`.

use std::collections::BTreeMap;

use serde_json::Value;

use super::input::Input;
use super::keys::CUSTOMER_UID_LENGTH_MAX;
use super::records::{Account, CARD, Channel, Payment, Status, StoredCard};
use super::view::payment_view;
use super::wallet::Goods;
use super::{Context, Refusal};
use crate::cards::{CardFacts, Conduct};
use crate::message::Change;
use crate::pg::{Provider, Reason};

const PAYMENTWALL: &str = "paymentwall";
/// What a window tells of a buyer who went away; the sandbox's own words.
const LEFT: &str = "[결제포기] 사용자가 결제를 취소하였습니다";
/// The PGs that look at `currency`; the others take won (IAMPORT-055).
const CURRENCY_PGS: [&str; 2] = [PAYMENTWALL, "paypal_v2"];
/// Instalments start at this many won, in thousandths (IAMPORT-057).
const QUOTA_AMOUNT_MIN: i64 = 50_000_000;
/// How long the texts about a buyer may be (IAMPORT-014 to IAMPORT-018).
const BUYER: [(&str, usize); 5] =
    [("buyer_name", 16), ("buyer_email", 64), ("buyer_tel", 16), ("buyer_addr", 128), ("buyer_postcode", 8)];

/// `POST /subscribe/payments/onetime`
pub(super) fn onetime(context: &mut Context<'_>, input: &Input) -> Result<Value, Refusal> {
    let channel = context
        .book
        .channel_for(input.text("pg")?.as_deref(), None)
        .cloned()
        .ok_or_else(|| Refusal::hub("PG설정 정보가 없습니다."))?;
    if !channel.has("api_keyin") {
        return Err(Refusal::pg("비인증 결제 권한이 없는 상점입니다."));
    }
    let card = input.card()?;
    input.short("customer_uid", CUSTOMER_UID_LENGTH_MAX)?;
    let order = Order::read(input, &channel)?;
    check_browser(input, &channel, order.amount)?;
    if channel.pg_code == PAYMENTWALL {
        check_paymentwall_card(input)?;
    } else {
        input.check_parts(&channel)?;
    }
    order.check_unpaid(context)?;
    Ok(settle(context, &channel, order, card, None, None))
}

/// `POST /subscribe/payments/again`
pub(super) fn again(context: &mut Context<'_>, input: &Input) -> Result<Value, Refusal> {
    let customer_uid = input.need("customer_uid")?;
    let key = context.book.key(&customer_uid).cloned().ok_or_else(unknown_key)?;
    let channel = context.book.channel(&key.channel_key).cloned().ok_or_else(unknown_key)?;
    input.short("channel_key", 55)?;
    let order = Order::read(input, &channel)?;
    check_browser(input, &channel, order.amount)?;
    if order.name.is_none() {
        return Err(Refusal::hub("파라미터 누락: name"));
    }
    if channel.pg_code == PAYMENTWALL {
        check_paymentwall_key(&order, &key)?;
    }
    if key.waits_for.is_some() {
        return Err(Refusal::pg("Paymentwall: the billing key is not confirmed yet"));
    }
    order.check_unpaid(context)?;
    let card = key.card.clone();
    Ok(settle(context, &channel, order, card, Some(customer_uid), None))
}

/// A buyer has chosen a card in the window that `input` opened, or left it.
pub(super) fn in_window(
    context: &mut Context<'_>,
    channel: &Channel,
    input: &Input,
    card: CardFacts,
    has_left: bool,
) -> Result<Value, Refusal> {
    let mut order = Order::read(input, channel)?;
    order.pay_method = input.text("pay_method")?.unwrap_or(order.pay_method);
    order.check_unpaid(context)?;
    let customer_uid = input.text("customer_uid")?;
    let left = has_left.then(|| LEFT.to_owned());
    Ok(settle(context, channel, order, card, customer_uid, left))
}

pub(super) fn unknown_key() -> Refusal {
    Refusal::hub("등록되지 않은 구매자입니다.")
}

/// What is bought, in what the PG books.
pub(super) struct Order {
    pub(super) merchant_uid: String,
    name: Option<String>,
    amount: i64,
    tax_free: i64,
    vat: Option<i64>,
    currency: String,
    card_quota: i64,
    pay_method: String,
    custom_data: Option<String>,
    is_escrow: bool,
    pub(super) buyer: BTreeMap<String, String>,
}

impl Order {
    pub(super) fn read(input: &Input, channel: &Channel) -> Result<Self, Refusal> {
        let amount = input.amount("amount")?.ok_or_else(|| Refusal::hub("파라미터 누락: amount"))?;
        let tax_free = input.amount("tax_free")?.unwrap_or(0);
        input.check_one_of("product_type", &["real", "digital"])?;
        input.check_object("bypass")?;
        input.check_prefix("promotion_id", "promotion-id-")?;
        if amount <= 0 || tax_free < 0 || tax_free > amount {
            return Err(Refusal::hub("결제금액이 올바르지 않습니다."));
        }
        let card_quota = input.integer("card_quota")?.unwrap_or(0);
        let is_lump_sum = card_quota == 0;
        if !is_lump_sum && (card_quota < 2 || amount < QUOTA_AMOUNT_MIN) {
            return Err(Refusal::hub("할부개월수가 올바르지 않습니다."));
        }
        let asked = input.text("currency")?.unwrap_or_else(|| "KRW".to_owned());
        let honours = CURRENCY_PGS.contains(&channel.pg_code.as_str());
        let mut buyer = BTreeMap::new();
        for (name, length_max) in BUYER {
            if let Some(text) = input.short(name, length_max)? {
                buyer.insert(name.to_owned(), text);
            }
        }
        Ok(Self {
            merchant_uid: input
                .short("merchant_uid", 40)?
                .ok_or_else(|| Refusal::hub("파라미터 누락: merchant_uid"))?,
            name: input.short("name", 40)?,
            amount,
            tax_free,
            vat: input.amount("vat_amount")?,
            currency: if honours { asked } else { "KRW".to_owned() },
            card_quota,
            pay_method: CARD.to_owned(),
            custom_data: input.value("custom_data").map(stored),
            // Without the contract it is a plain payment, in silence (IAMPORT-081).
            is_escrow: input.value("escrow") == Some(&Value::Bool(true)) && channel.has("escrow"),
            buyer,
        })
    }

    /// An approved payment keeps its `merchant_uid`, cancelled or not (V1-021, V1-022).
    pub(super) fn check_unpaid(&self, context: &Context<'_>) -> Result<(), Refusal> {
        match context.book.paid(&self.merchant_uid) {
            Some(_) => Err(Refusal::hub("이미 승인완료된 merchant_uid입니다.")),
            None => Ok(()),
        }
    }
}

/// An object is kept as JSON text (IAMPORT-064).
fn stored(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Paymentwall wants whole amounts, two-part names and the buyer's address on the internet (PW-002, PW-007, PW-028).
fn check_browser(input: &Input, channel: &Channel, amount: i64) -> Result<(), Refusal> {
    if channel.pg_code != PAYMENTWALL {
        return Ok(());
    }
    input.check_number("amount")?;
    let name = input.text("buyer_name")?;
    let is_name = name.is_none_or(|name| name.split(' ').count() > 1 && !name.contains("  "));
    if !is_name || amount % 1000 != 0 || input.text("browser_ip")?.is_none() {
        return Err(Refusal::pg("Paymentwall: invalid buyer_name, amount or browser_ip"));
    }
    Ok(())
}

/// PW-027.
fn check_paymentwall_card(input: &Input) -> Result<(), Refusal> {
    let cvc = input.text("cvc")?.unwrap_or_default();
    let is_cvc = matches!(cvc.len(), 3 | 4) && cvc.bytes().all(|byte| byte.is_ascii_digit());
    if is_cvc { Ok(()) } else { Err(Refusal::pg("Paymentwall: invalid cvc")) }
}

/// PW-004, PW-005.
fn check_paymentwall_key(order: &Order, key: &StoredCard) -> Result<(), Refusal> {
    let email = order.buyer.get("buyer_email").map(|email| email.trim());
    let issued = key.holder.get("customer_email").map(|email| email.trim());
    if email.is_none() || (issued.is_some() && issued != email) {
        return Err(Refusal::pg("Paymentwall: buyer_email does not match"));
    }
    Ok(())
}

/// The PG says yes or no; either way there is an attempt, and the envelope says success (V1-040).
fn settle(
    context: &mut Context<'_>,
    channel: &Channel,
    order: Order,
    card: CardFacts,
    customer_uid: Option<String>,
    left: Option<String>,
) -> Value {
    let refused = left.or_else(|| context.forced_words()).or_else(|| card_refusal(&card));
    let is_paid = refused.is_none();
    let payment = Payment {
        status: if is_paid { Status::Paid } else { Status::Failed },
        card: Some(card),
        customer_uid,
        paid_at: is_paid.then_some(context.now),
        failed_at: (!is_paid).then_some(context.now),
        fail_reason: refused,
        pg_tid: is_paid.then(|| context.ids.pg_number("V1T")),
        apply_num: is_paid.then(|| context.ids.digits(8)),
        ..begun(context, channel, order)
    };
    keep(context, payment)
}

/// An account waits for its deposit.
pub(super) fn wait(context: &mut Context<'_>, channel: &Channel, order: Order, account: Account) -> Value {
    let pg_tid = Some(context.ids.pg_number("V1A"));
    let pay_method = "vbank".to_owned();
    let payment = Payment { pay_method, account: Some(account), pg_tid, ..begun(context, channel, order) };
    keep(context, payment)
}

/// An attempt of which nothing is known yet.
fn begun(context: &mut Context<'_>, channel: &Channel, order: Order) -> Payment {
    Payment {
        imp_uid: format!("imp_{}", context.ids.digits(12)),
        merchant_uid: order.merchant_uid,
        channel_key: channel.key.clone(),
        pg_code: channel.pg_code.clone(),
        pg_id: channel.pg_id.clone(),
        is_test: channel.is_test,
        status: Status::Ready,
        amount: order.amount,
        tax_free: order.tax_free,
        vat: order.vat,
        currency: order.currency,
        name: order.name,
        buyer: order.buyer,
        custom_data: order.custom_data,
        pay_method: order.pay_method,
        card: None,
        account: None,
        is_escrow: order.is_escrow,
        logistics: None,
        card_quota: order.card_quota,
        customer_uid: None,
        started_at: context.now,
        paid_at: None,
        failed_at: None,
        fail_reason: None,
        pg_tid: None,
        apply_num: None,
        cancels: Vec::new(),
        sub_shops: Vec::new(),
        goods: Goods::default(),
        delivery: None,
    }
}

fn keep(context: &mut Context<'_>, payment: Payment) -> Value {
    let view = payment_view(&payment);
    context.note(Change::V1Payment(payment.imp_uid.clone()));
    context.book.put_payment(payment);
    view
}

/// Why the issuer refuses a charge, or `None`.
fn card_refusal(card: &CardFacts) -> Option<String> {
    match card.conduct {
        Conduct::Approved | Conduct::DeclinedAtIssueBy(_) => None,
        Conduct::Declined(reason) | Conduct::DeclinedAtPayment(reason) => Some(words(reason)),
    }
}

/// The words of a PG for a reason. V1 hands them on as text.
pub(super) fn words(reason: Reason) -> String {
    let refusal = Provider::Kpn.pg().words(reason);
    format!("[{}] {}", refusal.code, refusal.message)
}
