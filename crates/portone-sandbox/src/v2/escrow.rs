//! Escrow: deliveries and confirmations of what a PG holds (V2-071); and sub-shops on sales slips, which no PG played here has.

use serde_json::{Value, json};

use super::Context;
use super::view::{put, time_text};
use crate::channel::Channel;
use crate::fields::Fields;
use crate::ledger::Ledger;
use crate::pg::{Provider, Reason};
use crate::records::{Delivery, Escrow, EscrowStatus, Transaction};
use crate::refusal::Refusal;

const COMPANIES: [&str; 30] = [
    "LOTTE",
    "LOGEN",
    "DONGWON",
    "POST",
    "CJ",
    "HANJIN",
    "DAESIN",
    "ILYANG",
    "KYUNGDONG",
    "CHUNIL",
    "POST_REGISTERED",
    "GS",
    "WOORI",
    "HAPDONG",
    "FEDEX",
    "UPS",
    "GSM_NTON",
    "SUNGWON",
    "LX_PANTOS",
    "ACI",
    "CJ_INTL",
    "USPS",
    "EMS",
    "DHL",
    "KGL",
    "GOODSTOLUCK",
    "KUNYOUNG",
    "SLX",
    "SF",
    "ETC",
];

/// Whether a delivery is told the first time or changed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Register,
    Modify,
}

/// `POST` and `PATCH /payments/{paymentId}/escrow/logistics`
pub(super) fn logistics(
    context: &mut Context<'_>,
    payment_id: &str,
    step: Step,
    body: &Fields<'_>,
) -> Result<Value, Refusal> {
    context.check_store(body.optional_text("storeId")?)?;
    let logistics = body.object("logistics")?;
    let company = logistics.one_of("company", &COMPANIES)?;
    let delivery = Delivery {
        company: company.ok_or_else(|| logistics.error("company", "is required"))?.to_owned(),
        invoice_number: logistics.text("invoiceNumber")?.to_owned(),
        sent_at: logistics.time("sentAt")?.ok_or_else(|| logistics.error("sentAt", "is required"))?,
        applied_at: context.now,
    };
    logistics.time("receivedAt")?;
    let is_addressed = party(body, "sender")? & party(body, "receiver")?;
    let provider = held(context, payment_id)?;
    context.check_forced()?;
    let now = context.now;
    let escrow = escrow_of(context, payment_id, provider)?;
    match (step, escrow.status) {
        (Step::Register, EscrowStatus::BeforeRegistered) if !is_addressed => {
            return Err(provider.refuse(Reason::EscrowAddressMissing));
        }
        (Step::Register, EscrowStatus::BeforeRegistered) | (Step::Modify, EscrowStatus::Registered) => {}
        _ => return Err(provider.refuse(Reason::EscrowOutOfStep)),
    }
    escrow.status = EscrowStatus::Registered;
    let mut view = json!({
        "invoiceNumber": delivery.invoice_number,
        "sentAt": time_text(delivery.sent_at),
    });
    view[if step == Step::Register { "appliedAt" } else { "modifiedAt" }] = json!(time_text(now));
    escrow.delivery = Some(delivery);
    Ok(view)
}

/// `POST /payments/{paymentId}/escrow/complete`
pub(super) fn confirm(
    context: &mut Context<'_>,
    payment_id: &str,
    body: &Fields<'_>,
) -> Result<Value, Refusal> {
    context.check_store(body.optional_text("storeId")?)?;
    body.flag("fromStore")?;
    let provider = held(context, payment_id)?;
    context.check_forced()?;
    let now = context.now;
    let escrow = escrow_of(context, payment_id, provider)?;
    if !matches!(escrow.status, EscrowStatus::Registered | EscrowStatus::Delivered) {
        return Err(provider.refuse(Reason::EscrowOutOfStep));
    }
    escrow.status = EscrowStatus::Confirmed;
    Ok(json!({"completedAt": time_text(now)}))
}

/// `POST /payments/{paymentId}/register-store-receipt`: PortOne has it for KG Inicis only.
pub(super) fn store_receipt(
    context: &mut Context<'_>,
    payment_id: &str,
    body: &Fields<'_>,
) -> Result<Value, Refusal> {
    context.check_store(body.optional_text("storeId")?)?;
    let provider = paid(context, payment_id)?;
    context.check_forced()?;
    Err(provider.refuse(Reason::NoSuchService))
}

/// What carriers and buyers do, and time: each state follows certain others. No document names a notification of it.
const MOVES: [(&str, EscrowStatus, &[EscrowStatus]); 4] = [
    ("DELIVERED", EscrowStatus::Delivered, &[EscrowStatus::Registered]),
    ("REJECTED", EscrowStatus::Rejected, &[EscrowStatus::Registered, EscrowStatus::Delivered]),
    ("REJECT_CONFIRMED", EscrowStatus::RejectConfirmed, &[EscrowStatus::Rejected]),
    ("CONFIRMED", EscrowStatus::Confirmed, &[EscrowStatus::Delivered]),
];

/// `POST /sandbox/payments/{paymentId}/escrow`: the parcel arrives, the buyer refuses it, the shop takes it back, or
/// nobody says anything until the PG pays out by itself.
pub(crate) fn move_on(ledger: &mut Ledger, payment_id: &str, body: &Fields<'_>) -> Result<Value, Refusal> {
    let names = MOVES.map(|(name, ..)| name);
    let wanted = body.one_of("status", &names)?.ok_or_else(|| body.error("status", "is required"))?;
    let transaction = ledger.payment_mut(payment_id)?.latest_mut();
    let moves = MOVES.iter().find(|(name, ..)| *name == wanted);
    let (Some(escrow), Some((_, next, before))) = (transaction.escrow.as_mut(), moves) else {
        return Err(Refusal::conflict("NOT_IN_ESCROW", "the payment is not held in escrow"));
    };
    if !before.contains(&escrow.status) {
        return Err(Refusal::conflict("ESCROW_OUT_OF_STEP", "the escrow is not at a step before that one"));
    }
    escrow.status = *next;
    escrow.is_automatic = *next == EscrowStatus::Confirmed;
    Ok(json!({"escrow": escrow_view(transaction)}))
}

/// The `PaymentEscrow` union.
pub(super) fn escrow_view(transaction: &Transaction) -> Option<Value> {
    let escrow = transaction.escrow.as_ref()?;
    // A cancel ends what is held, whatever had come before.
    let is_over = transaction.status == crate::records::Status::Cancelled && escrow.delivery.is_some();
    let status = if is_over { "CANCELLED" } else { escrow.status.name() };
    let mut view = json!({"status": status});
    if let Some(delivery) = &escrow.delivery {
        view["company"] = json!(delivery.company);
        view["invoiceNumber"] = json!(delivery.invoice_number);
        view["sentAt"] = json!(time_text(delivery.sent_at));
        view["appliedAt"] = json!(time_text(delivery.applied_at));
    }
    let is_automatic = (escrow.status == EscrowStatus::Confirmed).then_some(escrow.is_automatic);
    put(&mut view, "isAutomaticallyConfirmed", is_automatic);
    Some(view)
}

/// The PG of a payment of which money is still held.
fn paid(context: &Context<'_>, payment_id: &str) -> Result<Provider, Refusal> {
    let transaction = context.ledger.payment(payment_id)?.latest();
    if !transaction.status.holds_money() {
        return Err(Refusal::conflict("PAYMENT_NOT_PAID", "the payment is not paid"));
    }
    Ok(context.ledger.channel(&transaction.channel_key)?.provider)
}

fn held(context: &Context<'_>, payment_id: &str) -> Result<Provider, Refusal> {
    let provider = paid(context, payment_id)?;
    if provider.pg().has_escrow_api() { Ok(provider) } else { Err(provider.refuse(Reason::NoSuchService)) }
}

fn escrow_of<'a>(
    context: &'a mut Context<'_>,
    payment_id: &str,
    provider: Provider,
) -> Result<&'a mut Escrow, Refusal> {
    let transaction = context.ledger.payment_mut(payment_id)?.latest_mut();
    transaction.escrow.as_mut().ok_or_else(|| provider.refuse(Reason::NotInEscrow))
}

/// Whether a sender or a receiver is told whole (SMARTRO-122). Who they are is not kept.
fn party(body: &Fields<'_>, name: &str) -> Result<bool, Refusal> {
    let Some(party) = body.optional_object(name)? else { return Ok(false) };
    let mut is_whole = true;
    for part in ["name", "phoneNumber", "zipcode"] {
        is_whole &= party.optional_text(part)?.is_some_and(|text| !text.trim().is_empty());
    }
    let Some(address) = party.optional_object("address")? else { return Ok(false) };
    address.text("addressLine1")?;
    address.text("addressLine2")?;
    Ok(is_whole)
}

/// What is held of a payment. Without the contract it is a plain one, in silence (SMARTRO-035).
pub(super) fn hold(channel: &Channel, is_escrow: bool) -> Option<Escrow> {
    let is_held = is_escrow && channel.provider.pg().has_escrow_api() && channel.has_contract("escrow");
    is_held.then_some(Escrow { status: EscrowStatus::BeforeRegistered, delivery: None, is_automatic: false })
}
