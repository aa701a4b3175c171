//! Cash receipts by hand (V1-083 to V1-085): of a payment, by its `imp_uid`; of one made elsewhere, by the shop's number.

use serde_json::{Value, json};

use super::input::{Input, number};
use super::records::{Payment, Receipt, Status};
use super::{Context, Refusal};
use crate::message::Change;

const PGS: [&str; 12] = [
    "html5_inicis",
    "kcp",
    "nice",
    "kicc",
    "settle",
    "daou",
    "tosspayments",
    "ksnet",
    "smartro",
    SMARTRO,
    "nice_v2",
    "welcome",
];
const SMARTRO: &str = "smartro_v2";
const APPLY_NUM_DIGITS: u32 = 9;

/// What a receipt is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Of {
    /// A payment made here, by its `imp_uid`.
    Payment(String),
    /// One made elsewhere, by the shop's number.
    Elsewhere(String),
}

impl Of {
    /// Where the book keeps it.
    pub(crate) fn key(&self) -> String {
        match self {
            Self::Payment(imp_uid) => imp_uid.clone(),
            Self::Elsewhere(merchant_uid) => format!("external/{merchant_uid}"),
        }
    }
}

/// `POST /receipts/{imp_uid}` and `POST /receipts/external/{merchant_uid}`
pub(super) fn issue(context: &mut Context<'_>, of: &Of, input: &Input) -> Result<Value, Refusal> {
    let (pg_code, amount) = paid(context, of, input).map_err(bad)?;
    if !PGS.contains(&pg_code.as_str()) {
        return Err(Refusal::hub("현금영수증을 지원하지 않는 PG사입니다.").with_status(501));
    }
    if context.book.receipt(&of.key()).is_some_and(|receipt| receipt.cancelled_at.is_none()) {
        return Err(bad(Refusal::hub("이미 현금영수증이 발급된 결제건입니다.")));
    }
    let (kind, vat) = read(&pg_code, amount, input).map_err(bad)?;
    if let Some(refused) = context.forced_words() {
        return Err(Refusal::pg(refused).with_status(500));
    }
    let receipt = Receipt {
        of: of.key(),
        tid: context.ids.pg_number("V1R"),
        apply_num: context.ids.digits(APPLY_NUM_DIGITS),
        kind,
        amount,
        vat,
        applied_at: context.now,
        cancelled_at: None,
    };
    Ok(keep(context, of, receipt))
}

/// The PG, and of how much: what is left of a payment that was paid in cash, or what the body says of one made elsewhere.
fn paid(context: &Context<'_>, of: &Of, input: &Input) -> Result<(String, i64), Refusal> {
    match of {
        Of::Payment(imp_uid) => {
            let payment = context.book.payment(imp_uid).filter(|payment| is_paid_in_cash(payment));
            let payment = payment.ok_or_else(|| Refusal::hub("결제완료된 현금성 결제건이 아닙니다."))?;
            Ok((payment.pg_code.clone(), payment.amount - payment.cancelled()))
        }
        Of::Elsewhere(_) => {
            let channel = context.book.channel(&input.need("channel_key")?);
            let channel = channel.ok_or_else(|| Refusal::hub("PG설정 정보가 없습니다."))?;
            input.need("name")?;
            let amount = input.amount("amount")?.filter(|amount| *amount > 0);
            let amount = amount.ok_or_else(|| Refusal::hub("파라미터 누락: amount"))?;
            Ok((channel.pg_code.clone(), amount))
        }
    }
}

fn is_paid_in_cash(payment: &Payment) -> bool {
    payment.account.is_some() && payment.status != Status::Ready && payment.was_paid()
}

/// What it is for, and its value-added tax.
fn read(pg_code: &str, amount: i64, input: &Input) -> Result<(String, i64), Refusal> {
    input.need("identifier")?;
    let kind = input.text("type")?;
    if pg_code == SMARTRO {
        // SMARTRO-120
        for name in ["type", "buyer_name", "buyer_tel"] {
            input.need(name)?;
        }
    }
    let kind = kind.unwrap_or_else(|| "person".to_owned());
    let identity = input.text("identifier_type")?;
    let is_known = ["person", "company"].contains(&kind.as_str())
        && identity.is_none_or(|kind| ["person", "business", "phone", "taxcard"].contains(&kind.as_str()));
    let tax_free = input.amount("tax_free")?.unwrap_or(0);
    let vat = input.amount("vat_amount")?;
    if !is_known || !(0..=amount).contains(&tax_free) {
        return Err(Refusal::hub("현금영수증 발급정보가 올바르지 않습니다."));
    }
    // In whole won.
    Ok((kind, vat.unwrap_or_else(|| (amount - tax_free) / 11 / 1000 * 1000)))
}

/// `DELETE` of either
pub(super) fn cancel(context: &mut Context<'_>, of: &Of) -> Result<Value, Refusal> {
    let issued = context.book.receipt(&of.key()).filter(|receipt| receipt.cancelled_at.is_none());
    let Some(mut receipt) = issued.cloned() else {
        let status = if matches!(of, Of::Payment(_)) { 400 } else { 404 };
        return Err(Refusal::hub("현금영수증이 발급된 적 없는 결제건입니다.").with_status(status));
    };
    if let Some(refused) = context.forced_words() {
        return Err(Refusal::pg(refused).with_status(500));
    }
    receipt.cancelled_at = Some(context.now);
    Ok(keep(context, of, receipt))
}

/// `GET` of either
pub(super) fn read_back(context: &Context<'_>, of: &Of) -> Result<Value, Refusal> {
    let receipt = context.book.receipt(&of.key());
    let receipt = receipt.ok_or_else(|| Refusal::missing("현금영수증 발급내역이 존재하지 않습니다."))?;
    Ok(view(of, receipt))
}

fn keep(context: &mut Context<'_>, of: &Of, receipt: Receipt) -> Value {
    let view = view(of, &receipt);
    context.note(Change::V1Receipt(of.key()));
    context.book.put_receipt(receipt);
    view
}

/// Definitions `ReceiptAnnotation` and `ExternalReceiptAnnotation`.
fn view(of: &Of, receipt: &Receipt) -> Value {
    let mut view = json!({
        "receipt_tid": receipt.tid, "apply_num": receipt.apply_num, "type": receipt.kind,
        "amount": number(receipt.amount), "vat": number(receipt.vat),
        "receipt_url": format!("https://sandbox.invalid/cash-receipts/{}", receipt.apply_num),
        "applied_at": receipt.applied_at.timestamp(),
        "cancelled_at": receipt.cancelled_at.map_or(0, |at| at.timestamp()),
    });
    match of {
        Of::Payment(imp_uid) => view["imp_uid"] = json!(imp_uid),
        Of::Elsewhere(merchant_uid) => view["merchant_uid"] = json!(merchant_uid),
    }
    view
}

/// What a receipt's request lacks is a 400, unlike elsewhere in V1.
fn bad(refusal: Refusal) -> Refusal {
    refusal.with_status(400)
}

/// `POST /partners/receipts/{imp_uid}`: KG Inicis alone has it, and each sub-shop has a number, a name and an amount.
pub(super) fn name_sub_shops(
    context: &mut Context<'_>,
    imp_uid: &str,
    input: &Input,
) -> Result<Value, Refusal> {
    let payment = context.book.payment(imp_uid).cloned();
    let mut payment = payment.ok_or_else(|| Refusal::missing("존재하지 않는 결제정보입니다."))?;
    if payment.pg_code != "html5_inicis" {
        return Err(Refusal::hub("지원하지 않는 PG사입니다.").with_status(501));
    }
    let shops = input.value("data").and_then(Value::as_array).cloned().unwrap_or_default();
    let is_whole = |shop: &Value| {
        shop["business_registration_number"].is_string()
            && shop["company_name"].is_string()
            && shop["amount"].is_number()
    };
    if shops.is_empty() || !shops.iter().all(is_whole) || !payment.was_paid() {
        return Err(Refusal::hub("하위 상점 정보가 올바르지 않습니다.").with_status(400));
    }
    if let Some(refused) = context.forced_words() {
        return Err(Refusal::pg(refused).with_status(400));
    }
    payment.sub_shops = shops;
    context.note(Change::V1Payment(payment.imp_uid.clone()));
    context.book.put_payment(payment);
    Ok(json!({"receipt_url": format!("https://sandbox.invalid/slips/{imp_uid}")}))
}
