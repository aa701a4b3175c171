//! `POST /paymentwall/delivery` (PW-022, PW-023, PW-026).

use serde_json::{Map, Value, json};

use super::input::Input;
use super::{Context, Refusal};
use crate::message::Change;

const ALWAYS: [&str; 8] = [
    "imp_uid",
    "merchant_uid",
    "type",
    "status",
    "estimated_delivery_datetime",
    "estimated_update_datetime",
    "refundable",
    "shipping_address_email",
];
const PHYSICAL: [&str; 10] = [
    "carrier_tracking_id",
    "carrier_type",
    "shipping_address_country",
    "shipping_address_city",
    "shipping_address_zip",
    "shipping_address_state",
    "shipping_address_street",
    "shipping_address_phone",
    "shipping_address_firstname",
    "shipping_address_lastname",
];
const STATUSES: [&str; 4] = ["order_placed", "order_shipped", "delivering", "delivered"];

pub(super) fn register(context: &mut Context<'_>, input: &Input) -> Result<Value, Refusal> {
    let mut told = Map::new();
    let mut read = |names: &[&str]| {
        for name in names {
            told.insert((*name).to_owned(), input.need(name)?.into());
        }
        Ok(())
    };
    read(&ALWAYS)?;
    let kind = input.need("type")?;
    if kind == "physical" {
        read(&PHYSICAL)?;
    }
    let times = [input.integer("estimated_delivery_datetime"), input.integer("estimated_update_datetime")];
    let is_known = ["physical", "digital"].contains(&kind.as_str())
        && STATUSES.contains(&input.need("status")?.as_str())
        && ["yes", "no"].contains(&input.need("refundable")?.as_str())
        && times.iter().all(Result::is_ok);
    if !is_known {
        return Err(Refusal::hub("배송정보가 올바르지 않습니다."));
    }
    let (imp_uid, merchant_uid) = (input.need("imp_uid")?, input.need("merchant_uid")?);
    let payment = context.book.payment_mut(&imp_uid).filter(|payment| {
        payment.merchant_uid == merchant_uid && payment.pg_code == "paymentwall" && payment.was_paid()
    });
    let Some(payment) = payment else {
        return Err(Refusal::hub("존재하지 않는 결제정보입니다."));
    };
    payment.delivery = Some(Value::Object(told));
    context.note(Change::V1Payment(imp_uid));
    if let Some(refusal) = &context.forced_refusal {
        return Ok(json!({"error_code": 3000, "error": refusal.message, "notices": [refusal.code]}));
    }
    Ok(json!({"success": 1}))
}
