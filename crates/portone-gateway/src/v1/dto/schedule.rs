//! `POST /subscribe/payments/schedule` and `/unschedule`.

use chrono::{DateTime, Utc};
use portone_core::{Card, Currency, Report, Severity};
use portone_wire::v1::rules;

use super::{
    Named, Source, amount, card, key, merchant_uid, named, order, payment, payment::KeyPayment, read_body,
};
use crate::fields::Fields;
use crate::json::Node;
use crate::read::Read;

const SCHEDULE: [&str; 6] =
    ["customer_uid", "customer_id", "checking_amount", "channel_key", "schedules", "pg"];
const ENTRY: [&str; 3] = ["schedule_at", "cash_receipt_type", "extra"];
/// The schema has `currency` too, and the guide's own sample leaves it out (DOC-024): won, as everywhere else.
const MANDATORY: [&str; 3] = ["schedule_at", "amount", "name"];
/// From here on a UNIX time is one in milliseconds.
const SECONDS_MAX: i64 = 100_000_000_000;

/// Payments to make later with a billing key, or with a card whose key is issued first.
pub(crate) struct Schedules {
    pub(crate) named: Named,
    /// What proves the card, as a whole number of major units; absent where nothing is to be charged.
    pub(crate) checking_amount: Option<i64>,
    pub(crate) customer_uid: String,
    pub(crate) customer_id: Option<String>,
    pub(crate) card: Option<Card>,
    pub(crate) entries: Vec<(KeyPayment, DateTime<Utc>)>,
}

/// Payments to make later (rules IAMPORT-012, IAMPORT-040 to IAMPORT-043).
pub(crate) fn create(body: &impl Source, pg_code: &str) -> Read<Schedules> {
    let known: Vec<&str> = [&SCHEDULE[..], &card::CARD].concat();
    read_body(body, &known, |fields| {
        let named = named(fields, "channel_key");
        let uid = key::need_uid(fields, "customer_uid");
        let customer_id = fields.owned_text("customer_id");
        let checking_amount = checking_amount(fields);
        let card = fields.has("card_number").then(|| card::read(fields));
        let entries = entries(fields, pg_code);
        let card = match card {
            None => None,
            Some(card) => Some(card?),
        };
        Some(Schedules { named, checking_amount, customer_uid: uid?, customer_id, card, entries: entries? })
    })
}

/// A real charge that is cancelled at once.
fn checking_amount(fields: &Fields<'_, '_>) -> Option<i64> {
    let fields = fields.under(&rules::CHECKING_AMOUNT);
    match amount::minor(&fields, &rules::CHECKING_AMOUNT, "checking_amount", Currency::KRW) {
        Some(checked) if checked < 0 => {
            fields.add("checking_amount", "is negative; send 0 to charge nothing");
            None
        }
        Some(checked) if checked > 0 => {
            fields.add("checking_amount", format!("charges {checked} and cancels it at once; send 0 not to"));
            Some(checked)
        }
        Some(_) | None => None,
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
    if !fields.has("currency") {
        let mut advice = Report::new();
        let message = "is missing, and won are taken; send it";
        advice.add_with(&rules::SCHEDULES, Severity::Advise, fields.path("currency"), message);
        fields.extend(advice);
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
#[derive(Debug)]
pub(crate) struct Revoke {
    pub(crate) customer_uid: Option<String>,
    pub(crate) merchant_uids: Option<Vec<String>>,
}

/// Schedules to call off.
pub(crate) fn revoke(body: &impl Source) -> Read<Revoke> {
    read_body(body, &["customer_uid", "merchant_uid"], |fields| {
        let fields = fields.under(&rules::UNSCHEDULE);
        let customer_uid = fields.owned_text("customer_uid");
        let merchant_uids = match fields.node("merchant_uid") {
            // The document says a list, and clients of one order send it alone.
            Some(Node::Text(text)) => Some(vec![text.as_str().to_owned()]),
            Some(_) => Some(fields.texts("merchant_uid")),
            None => None,
        };
        if !fields.has("customer_uid") && !fields.has("merchant_uid") {
            fields.add("customer_uid", "is missing, and so is merchant_uid; send one of them or both");
        }
        Some(Revoke { customer_uid, merchant_uids })
    })
}

/// The new time of a schedule (rules IAMPORT-045, IAMPORT-046).
pub(crate) fn change(body: &impl Source) -> Read<DateTime<Utc>> {
    read_body(body, &["schedule_at"], |fields| {
        let at = schedule_at(fields);
        if !fields.has("schedule_at") {
            fields.under(&rules::SCHEDULE_AT).add("schedule_at", "is missing; send a UNIX time in seconds");
        }
        at
    })
}
