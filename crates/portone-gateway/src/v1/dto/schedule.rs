//! `POST /subscribe/payments/schedule` and `/unschedule`.

use chrono::{DateTime, Utc};
use portone_core::{Card, Currency};
use portone_wire::v1::rules;

use super::{amount, card, key, merchant_uid, named, order, payment, payment::KeyPayment, read_body};
use crate::fields::Fields;
use crate::json::RawBody;
use crate::read::Read;

const SCHEDULE: [&str; 6] =
    ["customer_uid", "customer_id", "checking_amount", "channel_key", "schedules", "pg"];
const ENTRY: [&str; 3] = ["schedule_at", "cash_receipt_type", "extra"];
const MANDATORY: [&str; 4] = ["schedule_at", "amount", "currency", "name"];
/// From here on a UNIX time is one in milliseconds.
const SECONDS_MAX: i64 = 100_000_000_000;

/// Payments to make later with a billing key, or with a card whose key is issued first.
pub(crate) struct Schedules {
    pub(crate) customer_uid: String,
    pub(crate) customer_id: Option<String>,
    pub(crate) card: Option<Card>,
    pub(crate) entries: Vec<(KeyPayment, DateTime<Utc>)>,
}

/// Payments to make later (rules IAMPORT-012, IAMPORT-040 to IAMPORT-043).
pub(crate) fn create(body: &RawBody, pg_code: &str) -> Read<Schedules> {
    let known: Vec<&str> = [&SCHEDULE[..], &card::CARD].concat();
    read_body(body, &known, |fields| {
        named(fields, "channel_key");
        let uid = key::need_uid(fields, "customer_uid");
        let customer_id = fields.owned_text("customer_id");
        check_checking_amount(fields);
        let card = fields.has("card_number").then(|| card::read(fields));
        let entries = entries(fields, pg_code);
        let card = match card {
            None => None,
            Some(card) => Some(card?),
        };
        Some(Schedules { customer_uid: uid?, customer_id, card, entries: entries? })
    })
}

/// A real charge that is cancelled at once.
fn check_checking_amount(fields: &Fields<'_, '_>) {
    let fields = fields.under(&rules::CHECKING_AMOUNT);
    match amount::minor(&fields, &rules::CHECKING_AMOUNT, "checking_amount", Currency::KRW) {
        Some(checked) if checked < 0 => {
            fields.add("checking_amount", "is negative; send 0 to charge nothing")
        }
        Some(checked) if checked > 0 => {
            fields.add("checking_amount", format!("charges {checked} and cancels it at once; send 0 not to"));
        }
        Some(_) | None => {}
    }
}

fn entries(fields: &Fields<'_, '_>, pg_code: &str) -> Option<Vec<(KeyPayment, DateTime<Utc>)>> {
    let list = fields.under(&rules::SCHEDULES);
    let known: Vec<&str> = [&order::ORDER[..], &ENTRY].concat();
    let given = list.objects("schedules", &super::INPUT, &known);
    if given.is_empty() {
        list.add("schedules", "names no payment; send one or more");
        return None;
    }
    check_unique(&given);
    let read: Vec<_> = given.iter().map(|entry| read_entry(entry, pg_code)).collect();
    read.into_iter().collect()
}

/// Every entry has an order number of its own (rule IAMPORT-012).
fn check_unique(entries: &[Fields<'_, '_>]) {
    for (at, entry) in entries.iter().enumerate() {
        let uid = entry.node("merchant_uid").and(entry.text("merchant_uid"));
        let is_repeated = uid
            .is_some_and(|uid| entries[..at].iter().any(|earlier| earlier.text("merchant_uid") == Some(uid)));
        if is_repeated {
            entry
                .under(&rules::SCHEDULE_UIDS)
                .add("merchant_uid", "is that of an earlier entry; give each its own");
        }
    }
}

fn read_entry(fields: &Fields<'_, '_>, pg_code: &str) -> Option<(KeyPayment, DateTime<Utc>)> {
    let needed = fields.under(&rules::SCHEDULES);
    let missing: Vec<&str> = MANDATORY.into_iter().filter(|name| !fields.has(name)).collect();
    for name in &missing {
        needed.add(name, "is missing; every entry needs it");
    }
    let at = schedule_at(fields);
    if missing.contains(&"amount") {
        return None;
    }
    let payment = payment::key_payment(fields, pg_code, merchant_uid(fields));
    Some((payment?, at?))
}

/// UNIX seconds (rule IAMPORT-042); whether they lie in the future is for the PG's rules to say.
fn schedule_at(fields: &Fields<'_, '_>) -> Option<DateTime<Utc>> {
    let fields = fields.under(&rules::SCHEDULE_AT);
    let seconds = fields.int64("schedule_at")?;
    let at = DateTime::from_timestamp(seconds, 0).filter(|_| (0..SECONDS_MAX).contains(&seconds));
    if at.is_none() {
        fields.add("schedule_at", "is no UNIX time in seconds; send seconds, not milliseconds");
    }
    at
}

/// Schedules to call off: by key, by order number, or both (rule IAMPORT-044).
pub(crate) fn revoke(body: &RawBody) -> Read<()> {
    read_body(body, &["customer_uid", "merchant_uid"], |fields| {
        let fields = fields.under(&rules::UNSCHEDULE);
        fields.text("customer_uid");
        fields.texts("merchant_uid");
        if !fields.has("customer_uid") && !fields.has("merchant_uid") {
            fields.add("customer_uid", "is missing, and so is merchant_uid; send one of them or both");
        }
        Some(())
    })
}
