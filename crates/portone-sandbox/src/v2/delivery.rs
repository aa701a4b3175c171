//! `POST /paymentwall/delivery/confirm` (PW-024 to PW-026).

use serde_json::{Map, Value, json};

use super::Context;
use crate::fields::Fields;
use crate::pg::Provider;
use crate::refusal::Refusal;

const KINDS: [&str; 2] = ["DIGITAL", "PHYSICAL"];
const STATUSES: [&str; 3] = ["ORDER_PLACED", "ORDER_SHIPPED", "DELIVERED"];
/// What goods need besides (PW-025).
const OF_GOODS: [&str; 10] = [
    "carrierTrackingId",
    "carrierType",
    "shippingAddressCountry",
    "shippingAddressCity",
    "shippingAddressZip",
    "shippingAddressState",
    "shippingAddressStreet",
    "shippingAddressPhone",
    "shippingAddressFirstname",
    "shippingAddressLastname",
];

/// The payment is named by its attempt's id, and only one that Paymentwall was paid by is known.
pub(super) fn confirm(context: &mut Context<'_>, body: &Fields<'_>) -> Result<Value, Refusal> {
    let told = read(body)?;
    let transaction_id = body.text("transactionId")?;
    let found = context.ledger.payments().find(|payment| {
        let latest = payment.latest();
        latest.id == transaction_id && latest.status.holds_money()
    });
    let found = found.map(|payment| (payment.id.clone(), payment.latest().channel_key.clone()));
    let not_found = || Refusal::missing("PAYMENT_NOT_FOUND", "the transaction id names no paid payment");
    let (payment_id, channel_key) = found.ok_or_else(not_found)?;
    if context.ledger.channel(&channel_key)?.provider != Provider::Paymentwall {
        return Err(not_found());
    }
    context.check_forced()?;
    context.ledger.payment_mut(&payment_id)?.latest_mut().delivery = Some(told);
    Ok(json!({}))
}

fn read(body: &Fields<'_>) -> Result<Value, Refusal> {
    let mut told = Map::new();
    let mut keep = |name: &str, value: &str| drop(told.insert(name.to_owned(), json!(value)));
    let choices = [("deliveryType", &KINDS[..]), ("deliveryStatus", &STATUSES[..])];
    let mut is_physical = false;
    for (name, allowed) in choices {
        let value = body.one_of(name, allowed)?.ok_or_else(|| body.error(name, "is required"))?;
        is_physical |= value == "PHYSICAL";
        keep(name, value);
    }
    for name in ["estimatedDeliveryDatetime", "estimatedUpdateDatetime"] {
        body.time(name)?.ok_or_else(|| body.error(name, "is required"))?;
    }
    body.flag("refundable")?.ok_or_else(|| body.error("refundable", "is required"))?;
    for name in ["details", "shippingAddressEmail"] {
        keep(name, body.text(name)?);
    }
    for name in OF_GOODS {
        match body.optional_text(name)? {
            Some(text) => keep(name, text),
            None if is_physical => return Err(body.error(name, "is required of goods")),
            None => {}
        }
    }
    body.optional_text("reason")?;
    body.texts("attachments")?;
    Ok(Value::Object(told))
}
