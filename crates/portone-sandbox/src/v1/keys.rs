//! The cards behind `customer_uid`s: issue, read and delete.

use std::collections::BTreeMap;

use serde_json::Value;

use super::input::Input;
use super::pay::words;
use super::records::{Channel, StoredCard};
use super::view::key_view;
use super::{Context, Refusal};
use crate::cards::{CardFacts, Conduct};
use crate::message::Change;

pub(super) const CUSTOMER_UID_LENGTH_MAX: usize = 80;
/// How long the texts kept with a key may be (IAMPORT-019).
const HOLDER: [(&str, usize); 5] = [
    ("customer_name", 20),
    ("customer_tel", 20),
    ("customer_email", 200),
    ("customer_addr", 200),
    ("customer_postcode", 8),
];

/// `POST /subscribe/customers/{customer_uid}`: a new card takes the old one's place, and the old key lives on at the PG
/// (IAMPORT-032).
pub(super) fn issue(context: &mut Context<'_>, customer_uid: &str, input: &Input) -> Result<Value, Refusal> {
    if customer_uid.is_empty() || customer_uid.chars().count() > CUSTOMER_UID_LENGTH_MAX {
        return Err(Refusal::hub("customer_uid가 올바르지 않습니다."));
    }
    let (pg, channel_key) = (input.text("pg")?, input.short("channel_key", 55)?);
    let channel = context
        .book
        .channel_for(pg.as_deref(), channel_key.as_deref())
        .cloned()
        .ok_or_else(|| Refusal::hub("PG설정 정보가 없습니다."))?;
    if channel.pg_code == "paymentwall" {
        return Err(Refusal::hub("지원되지 않는 PG사입니다."));
    }
    if !channel.has("api_billing") {
        return Err(Refusal::pg("빌링키 발급 권한이 없는 상점입니다."));
    }
    let card = input.card()?;
    input.check_parts(&channel)?;
    // The buyer's id is part of such a key (IAMPORT-036).
    if channel.pg_code == "tosspayments" {
        input.need("customer_id")?;
    }
    let mut holder = BTreeMap::new();
    for (name, length_max) in HOLDER {
        if let Some(text) = input.short(name, length_max)? {
            holder.insert(name.to_owned(), text);
        }
    }
    store(context, &channel, customer_uid, card, holder)
}

/// Keeps a card, unless the PG refuses it.
pub(super) fn store(
    context: &mut Context<'_>,
    channel: &Channel,
    customer_uid: &str,
    card: CardFacts,
    holder: BTreeMap<String, String>,
) -> Result<Value, Refusal> {
    if let Some(refused) = context.forced_words() {
        return Err(Refusal::pg(refused));
    }
    if let Conduct::Declined(reason) = card.conduct {
        return Err(Refusal::pg(words(reason)));
    }
    let earlier = context.book.key_record(customer_uid).cloned();
    let mut orphaned_pg_keys = earlier.as_ref().map(|key| key.orphaned_pg_keys.clone()).unwrap_or_default();
    orphaned_pg_keys
        .extend(earlier.iter().filter(|key| key.deleted_at.is_none()).map(|key| key.pg_key.clone()));
    let key = StoredCard {
        customer_uid: customer_uid.to_owned(),
        channel_key: channel.key.clone(),
        card,
        holder,
        pg_key: context.ids.pg_number("V1K"),
        orphaned_pg_keys,
        inserted: earlier.as_ref().map_or(context.now, |key| key.inserted),
        updated: context.now,
        deleted_at: None,
        waits_for: None,
    };
    let view = key_view(&key, channel);
    context.note(Change::V1Key(customer_uid.to_owned()));
    context.book.put_key(key);
    Ok(view)
}

/// A fresh key waits for the PG to tell of the payment that issued it (PW-032).
pub(super) fn wait_for(context: &mut Context<'_>, customer_uid: &str, imp_uid: &str) {
    if let Some(key) = context.book.key(customer_uid).cloned() {
        context.note(Change::V1Key(customer_uid.to_owned()));
        context.book.put_key(StoredCard { waits_for: Some(imp_uid.to_owned()), ..key });
    }
}

/// The PG has told of a payment: the key that it issued can be charged.
pub(super) fn told_of(context: &mut Context<'_>, customer_uid: &str, imp_uid: &str) {
    let key = context.book.key(customer_uid).filter(|key| key.waits_for.as_deref() == Some(imp_uid));
    if let Some(key) = key.cloned() {
        context.note(Change::V1Key(customer_uid.to_owned()));
        context.book.put_key(StoredCard { waits_for: None, ..key });
    }
}

/// `GET /subscribe/customers/{customer_uid}`
pub(super) fn read(context: &Context<'_>, customer_uid: &str) -> Result<Value, Refusal> {
    let key = context.book.key(customer_uid).ok_or_else(not_found)?;
    let channel = context.book.channel(&key.channel_key).ok_or_else(not_found)?;
    Ok(key_view(key, channel))
}

/// `DELETE /subscribe/customers/{customer_uid}`
pub(super) fn delete(context: &mut Context<'_>, customer_uid: &str) -> Result<Value, Refusal> {
    let view = read(context, customer_uid)?;
    if let Some(refused) = context.forced_words() {
        return Err(Refusal::pg(refused));
    }
    let mut key = context.book.key(customer_uid).cloned().ok_or_else(not_found)?;
    key.deleted_at = Some(context.now);
    context.note(Change::V1Key(customer_uid.to_owned()));
    context.book.put_key(key);
    Ok(view)
}

fn not_found() -> Refusal {
    Refusal::missing("등록되지 않은 구매자입니다.")
}
