//! Deliveries held in escrow (V1-086, V1-087).

use serde_json::{Value, json};

use super::input::Input;
use super::records::{Logistics, Payment};
use super::{Context, Refusal};
use crate::message::Change;

const PGS: [&str; 7] = ["html5_inicis", "kcp", "daou", "ksnet", SMARTRO, "nice_v2", "welcome"];
/// Two of them take no change.
const UNCHANGEABLE: [&str; 2] = ["kcp", "nice_v2"];
const SMARTRO: &str = "smartro_v2";
const CARRIERS: [&str; 11] = [
    "HYUNDAI",
    "HANARO",
    "SAGAWA",
    "KGB",
    "YELLOWCAP",
    "DONGBU",
    "EPOST",
    "CJGLS",
    "HANJIN",
    "DAESIN",
    "ETC",
];

/// `POST` (`is_first`) and `PUT /escrows/logis/{imp_uid}`
pub(super) fn tell(
    context: &mut Context<'_>,
    imp_uid: &str,
    input: &Input,
    is_first: bool,
) -> Result<Value, Refusal> {
    let mut payment = held(context, imp_uid, is_first)?;
    match (&payment.logistics, is_first) {
        (Some(_), true) => return Err(conflict("이미 배송정보가 등록된 거래건입니다.")),
        (None, false) => return Err(conflict("등록된 배송정보가 존재하지 않습니다.")),
        _ => {}
    }
    let logistics = read(context, input, &payment.pg_code, is_first).map_err(|it| it.with_status(400))?;
    if let Some(refused) = context.forced_words() {
        return Err(Refusal::pg(refused).with_status(500));
    }
    let view = json!(logistics);
    payment.logistics = Some(logistics);
    context.note(Change::V1Payment(payment.imp_uid.clone()));
    context.book.put_payment(payment);
    Ok(view)
}

/// `GET /escrows/logis/{imp_uid}`
pub(super) fn read_back(context: &Context<'_>, imp_uid: &str) -> Result<Value, Refusal> {
    let payment = context.book.payment(imp_uid).ok_or_else(not_found)?;
    let logistics = payment.logistics.as_ref();
    logistics.map(|told| json!(told)).ok_or_else(|| conflict("등록된 배송정보가 존재하지 않습니다."))
}

fn held(context: &Context<'_>, imp_uid: &str, is_first: bool) -> Result<Payment, Refusal> {
    let payment = context.book.payment(imp_uid).ok_or_else(not_found)?;
    let pg_code = payment.pg_code.as_str();
    if !PGS.contains(&pg_code) || (!is_first && UNCHANGEABLE.contains(&pg_code)) {
        return Err(Refusal::hub("지원되지 않는 PG사입니다.").with_status(400));
    }
    if !payment.is_escrow || !payment.was_paid() {
        return Err(conflict("배송정보를 등록할 수 없는 거래건입니다."));
    }
    Ok(payment.clone())
}

fn read(context: &Context<'_>, input: &Input, pg_code: &str, is_first: bool) -> Result<Logistics, Refusal> {
    let parcel = part(input, "logis")?;
    if pg_code == SMARTRO && is_first {
        check_party(&part(input, "sender")?)?;
        check_party(&part(input, "receiver")?)?;
    }
    let company = parcel.need("company")?;
    let sent_at = parcel.integer("sent_at")?.filter(|sent_at| *sent_at > 0);
    Ok(Logistics {
        // V1-087
        company: if CARRIERS.contains(&company.as_str()) { company } else { "ETC".to_owned() },
        invoice: parcel.need("invoice")?,
        sent_at: sent_at.ok_or_else(|| Refusal::hub("파라미터 누락: sent_at"))?,
        applied_at: context.now.timestamp(),
    })
}

/// SMARTRO-122: `addr` is not read.
fn check_party(party: &Input) -> Result<(), Refusal> {
    for name in ["name", "tel", "postcode"] {
        party.need(name)?;
    }
    let lines = part(party, "formed_address")?;
    lines.need("address_line_1")?;
    lines.need("address_line_2")?;
    Ok(())
}

fn part(input: &Input, name: &str) -> Result<Input, Refusal> {
    let part = input.value(name).filter(|part| part.is_object());
    let part = part.ok_or_else(|| Refusal::hub(format!("파라미터 누락: {name}")))?;
    Input::parse(part.to_string().as_bytes())
}

fn conflict(message: &str) -> Refusal {
    Refusal::hub(message).with_status(409)
}

fn not_found() -> Refusal {
    Refusal::missing("존재하지 않는 결제정보입니다.")
}
