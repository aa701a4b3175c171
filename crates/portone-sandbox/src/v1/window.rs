//! Windows of the V1 face: what a buyer chose in the one that `IMP.request_pay` opened.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::input::Input;
use super::{Context, Refusal, account, keys, pay};
use crate::cards::{CardFacts, Conduct};

/// The one method that is not paid at once: an account waits for its deposit.
const ACCOUNT: &str = "vbank";
const APPROVED_CARD: &str = "4242424242424242";
/// Paymentwall takes the amount as it registers a card (PW-018).
const PAYMENTWALL: &str = "paymentwall";
/// The buyer's fields, and what a stored card calls them.
const HOLDER: [(&str, &str); 5] = [
    ("buyer_name", "customer_name"),
    ("buyer_tel", "customer_tel"),
    ("buyer_email", "customer_email"),
    ("buyer_addr", "customer_addr"),
    ("buyer_postcode", "customer_postcode"),
];

/// `POST /sandbox/v1/windows`: `call` is the argument of `IMP.request_pay`, `cardNumber` the card chosen, or the one whose
/// refusal another method meets, `bank` where an account is wanted, `ending: "LEAVE"` a buyer who went away, `pingback: "LATE"` a
/// PG that tells of the payment later. The answer is what the callback is told.
pub(super) fn finish(context: &mut Context<'_>, body: &[u8]) -> Result<Value, Refusal> {
    let body = Input::parse(body)?;
    let call = body
        .value("call")
        .filter(|call| call.is_object())
        .ok_or_else(|| Refusal::hub("파라미터 누락: call"))?;
    let call = Input::parse(call.to_string().as_bytes())?;
    let method = call.text("pay_method")?.unwrap_or_else(|| "card".to_owned());
    let channel_key = call.text("channelKey")?.or(call.text("channel_key")?);
    let channel = context.book.channel_for(call.text("pg")?.as_deref(), channel_key.as_deref()).cloned();
    let channel = channel.ok_or_else(|| Refusal::hub("PG설정 정보가 없습니다."))?;
    let card = card(&body)?;
    let has_left = body.text("ending")?.as_deref() == Some("LEAVE");
    if method == ACCOUNT && !has_left && matches!(card.conduct, Conduct::Approved) {
        let issued = account::in_window(context, &channel, &call, body.text("bank")?.as_deref())?;
        return told(&call, Some(issued), None);
    }
    let customer_uid = call.text("customer_uid")?;
    let charges = customer_uid.is_none() || channel.pg_code == PAYMENTWALL;
    let view =
        if charges { Some(pay::in_window(context, &channel, &call, card.clone(), has_left)?) } else { None };
    let failed = view.as_ref().is_some_and(|view| view["status"] != "paid");
    if let Some(uid) = customer_uid.filter(|_| !failed && !has_left)
        && let Err(refusal) = keys::store(context, &channel, &uid, card, holder(&call)?)
    {
        return told(&call, None, Some(refusal.words()));
    }
    let is_late = body.text("pingback")?.as_deref() == Some("LATE");
    if let (Some(uid), Some(imp_uid), true) =
        (call.text("customer_uid")?, view.as_ref().and_then(|view| view["imp_uid"].as_str()), is_late)
    {
        keys::wait_for(context, &uid, imp_uid);
    }
    let words = view
        .as_ref()
        .filter(|_| failed)
        .map(|view| view["fail_reason"].as_str().unwrap_or_default().to_owned());
    told(&call, view, words)
}

fn card(body: &Input) -> Result<CardFacts, Refusal> {
    let number = body.text("cardNumber")?.unwrap_or_else(|| APPROVED_CARD.to_owned());
    if !(14..=16).contains(&number.len()) || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Refusal::pg("유효하지않은 카드번호를 입력하셨습니다."));
    }
    Ok(CardFacts::of(&number))
}

fn holder(call: &Input) -> Result<BTreeMap<String, String>, Refusal> {
    let mut holder = BTreeMap::new();
    for (from, to) in HOLDER {
        if let Some(text) = call.text(from)? {
            holder.insert(to.to_owned(), text);
        }
    }
    Ok(holder)
}

/// What the callback is told (V1-060): `success` with the older modules only, error fields where it failed.
fn told(call: &Input, view: Option<Value>, failed: Option<String>) -> Result<Value, Refusal> {
    let mut told =
        view.unwrap_or_else(|| json!({ "imp_uid": null, "merchant_uid": call.text("merchant_uid").ok() }));
    told["customer_uid"] = json!(call.text("customer_uid")?);
    told["success"] = json!(failed.is_none());
    if let Some(words) = failed {
        told["error_code"] = json!("F0001");
        told["error_msg"] = json!(words);
    }
    Ok(told)
}
