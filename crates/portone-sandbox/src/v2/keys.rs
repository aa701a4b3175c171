//! Billing keys: issue, list, read and delete.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::Context;
use super::input::{CardInput, Customer};
use super::view::{key_view, time_text};
use crate::cards::Use;
use crate::fields::Fields;
use crate::records::BillingKey;
use crate::refusal::Refusal;

const PAGE_SIZE_DEFAULT: usize = 10;
const PAGE_SIZE_MAX: usize = 1_000;

/// `POST /billing-keys`
pub(super) fn issue(context: &mut Context<'_>, body: &Fields<'_>) -> Result<Value, Refusal> {
    let store_id = context.check_store(body.optional_text("storeId")?)?;
    let method = body.object("method")?;
    let card = CardInput::read(&method.object("card")?.object("credential")?)?;
    let customer = Customer::read(body.optional_object("customer")?)?;
    let custom_data = body.owned_text("customData")?;
    body.texts("noticeUrls")?;
    let channel = context.selected_channel(body)?;
    let provider = channel.provider;
    provider.pg().check_key_issue(&channel, &card, &customer)?;
    context.check_forced()?;
    if let Some(reason) = card.facts.refusal(Use::Issue, provider) {
        return Err(provider.refuse(reason));
    }
    let key = format!("billing-key-{}", context.ledger.ids.uuid());
    let pg_key = context.ledger.ids.pg_number(provider.number_prefix());
    context.ledger.put_key(BillingKey {
        key: key.clone(),
        store_id,
        channel_key: channel.key.clone(),
        pg_key,
        card: Some(card.facts),
        customer,
        custom_data,
        issue_token: None,
        first_payment: None,
        is_pending: false,
        issued_at: context.now,
        deleted_at: None,
    });
    Ok(json!({
        "billingKeyInfo": {
            "billingKey": key,
            "channels": [channel.view()],
            "issuedAt": time_text(context.now),
        },
    }))
}

/// `GET /billing-keys/{billingKey}`: deleted keys stay readable (V2-081).
pub(super) fn read(context: &Context<'_>, key: &str) -> Result<Value, Refusal> {
    let key = context.ledger.key(key)?;
    Ok(key_view(key, context.ledger))
}

/// `DELETE /billing-keys/{billingKey}`
pub(super) fn delete(context: &mut Context<'_>, key: &str) -> Result<Value, Refusal> {
    if context.ledger.key(key)?.deleted_at.is_some() {
        return Err(Refusal::conflict("BILLING_KEY_ALREADY_DELETED", "the billing key is deleted"));
    }
    context.check_forced()?;
    context.ledger.key_mut(key)?.deleted_at = Some(context.now);
    Ok(json!({"deletedAt": time_text(context.now)}))
}

/// `GET /billing-keys`: newest first, within 90 days unless asked otherwise (V2-015, V2-017).
pub(super) fn list(context: &Context<'_>, body: &Fields<'_>) -> Result<Value, Refusal> {
    let (number, size) = read_page(body)?;
    let filter = Filter::read(context, body.optional_object("filter")?)?;
    let mut matching: Vec<&BillingKey> = context.ledger.keys().filter(|key| filter.takes(key)).collect();
    let sort = body.optional_object("sort")?;
    if let Some(sort) = sort {
        sort.one_of("by", &TIME_FIELDS)?;
        if sort.one_of("order", &["DESC", "ASC"])? == Some("ASC") {
            matching.reverse();
        }
    }
    let items: Vec<Value> = matching
        .iter()
        .skip(number.saturating_mul(size))
        .take(size)
        .map(|key| key_view(key, context.ledger))
        .collect();
    Ok(json!({
        "items": items,
        "page": {"number": number, "size": size, "totalCount": matching.len()},
    }))
}

const TIME_FIELDS: [&str; 4] = ["REQUESTED_AT", "ISSUED_AT", "DELETED_AT", "STATUS_TIMESTAMP"];

struct Filter {
    by_deletion: bool,
    by_status: bool,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
    status: Option<Vec<String>>,
    customer_id: Option<String>,
    providers: Option<Vec<String>>,
}

impl Filter {
    fn read(context: &Context<'_>, filter: Option<Fields<'_>>) -> Result<Self, Refusal> {
        let Some(filter) = filter else {
            return Ok(Self::everything_until(context.now));
        };
        context.check_store(filter.optional_text("storeId")?)?;
        let time_field = filter.one_of("timeRangeField", &TIME_FIELDS)?;
        let until = filter.time("until")?.unwrap_or(context.now);
        let status = filter.texts("status")?;
        if status.iter().flatten().any(|status| !matches!(*status, "ISSUED" | "DELETED")) {
            return Err(filter.error("status", "must hold ISSUED and DELETED only"));
        }
        Ok(Self {
            by_deletion: time_field == Some("DELETED_AT"),
            by_status: time_field == Some("STATUS_TIMESTAMP"),
            from: filter.time("from")?.unwrap_or(until - TimeDelta::days(90)),
            until,
            status: status.map(owned),
            customer_id: filter.owned_text("customerId")?,
            providers: filter.texts("pgProviders")?.map(owned),
        }
        .with_providers_of(context))
    }

    fn everything_until(until: DateTime<Utc>) -> Self {
        Self {
            by_deletion: false,
            by_status: false,
            from: until - TimeDelta::days(90),
            until,
            status: None,
            customer_id: None,
            providers: None,
        }
    }

    /// Turns provider names into the keys of their channels, which is what a billing key holds.
    fn with_providers_of(mut self, context: &Context<'_>) -> Self {
        self.providers = self.providers.map(|names| {
            let of_names = context
                .ledger
                .channels()
                .filter(|channel| names.iter().any(|name| name == channel.provider.name()));
            of_names.map(|channel| channel.key.clone()).collect()
        });
        self
    }

    fn takes(&self, key: &BillingKey) -> bool {
        let time = if self.by_deletion {
            key.deleted_at
        } else if self.by_status {
            key.deleted_at.or(Some(key.issued_at))
        } else {
            Some(key.issued_at)
        };
        let status = if key.deleted_at.is_some() { "DELETED" } else { "ISSUED" };
        time.is_some_and(|time| self.from <= time && time <= self.until)
            && self.status.as_ref().is_none_or(|wanted| wanted.iter().any(|name| name == status))
            && self.customer_id.as_ref().is_none_or(|id| key.customer.id.as_ref() == Some(id))
            && self.providers.as_ref().is_none_or(|channels| channels.contains(&key.channel_key))
    }
}

fn read_page(body: &Fields<'_>) -> Result<(usize, usize), Refusal> {
    let Some(page) = body.optional_object("page")? else { return Ok((0, PAGE_SIZE_DEFAULT)) };
    let number = page.optional_integer("number")?.unwrap_or(0);
    let number = usize::try_from(number).map_err(|_| page.error("number", "must not be negative"))?;
    let size = match page.optional_integer("size")? {
        None => PAGE_SIZE_DEFAULT,
        Some(size) => usize::try_from(size)
            .ok()
            .filter(|size| (1..=PAGE_SIZE_MAX).contains(size))
            .ok_or_else(|| page.error("size", "must be 1 to 1000"))?,
    };
    Ok((number, size))
}

fn owned(texts: Vec<&str>) -> Vec<String> {
    texts.into_iter().map(str::to_owned).collect()
}
