//! Billing keys as answers show them: of one channel, or of several (rules V1-060, SR-066).

use chrono::{DateTime, Utc};
use portone_core::{CardFacts, CustomerName, Environment};
use portone_engine::ledger::{BillingKeyRecord, ChannelSnapshot, KeyChannelState};
use serde::Serialize;

use super::payment::{card_type, company, cut, fitting, masked, seconds};

/// A billing key, in one of the two shapes that V1 has.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum KeyView<'a> {
    /// Issued at one channel.
    One(Box<CustomerView<'a>>),
    /// Issued with a group.
    Super(SuperKeyView<'a>),
}

/// Schema `CustomerAnnotation`.
#[derive(Debug, Serialize)]
pub(crate) struct CustomerView<'a> {
    customer_uid: &'a str,
    pg_provider: String,
    pg_id: &'a str,
    sandbox: bool,
    customer_id: Option<&'a str>,
    #[serde(flatten)]
    card: StoredCard<'a>,
    #[serde(flatten)]
    holder: HolderView<'a>,
    inserted: i64,
    updated: i64,
}

/// Schema `SuperBillingKeyAnnotation`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SuperKeyView<'a> {
    #[serde(rename = "customer_uid")]
    customer_uid: &'a str,
    channel_group_id: &'a str,
    #[serde(rename = "customer_id")]
    customer_id: Option<&'a str>,
    #[serde(flatten)]
    holder: HolderView<'a>,
    succeeded_channels: Vec<SucceededView<'a>>,
    failed_channels: Vec<FailedView<'a>>,
}

/// Schema `SucceededChannelAnnotation`.
#[derive(Debug, Serialize)]
struct SucceededView<'a> {
    pg_provider: String,
    pg_id: &'a str,
    #[serde(flatten)]
    card: StoredCard<'a>,
    inserted: i64,
    updated: i64,
}

/// Schema `FailedChannelAnnotation`.
#[derive(Debug, Serialize)]
struct FailedView<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    message: &'a str,
    pg_provider: String,
    pg_id: &'a str,
}

#[derive(Debug, Serialize)]
#[expect(clippy::struct_field_names, reason = "the schema has them so")]
struct StoredCard<'a> {
    /// Never null; empty where no PG told it.
    card_name: &'a str,
    card_code: Option<&'static str>,
    card_issuer_code: Option<&'static str>,
    card_issuer_name: Option<&'a str>,
    card_publisher_code: Option<&'static str>,
    card_publisher_name: Option<&'a str>,
    card_number: Option<String>,
    card_type: Option<u8>,
}

#[derive(Debug, Serialize)]
#[expect(clippy::struct_field_names, reason = "the schema has them so")]
struct HolderView<'a> {
    customer_name: Option<String>,
    customer_tel: Option<&'a str>,
    customer_email: Option<&'a str>,
    customer_addr: Option<String>,
    customer_postcode: Option<&'a str>,
}

impl<'a> KeyView<'a> {
    /// A key; `inserted` is when its name got its first one.
    pub(crate) fn of(record: &'a BillingKeyRecord, inserted: Option<DateTime<Utc>>) -> Self {
        let own = record.customer_uid.as_ref().map(portone_core::CustomerUid::as_str);
        let customer_uid = own.unwrap_or_else(|| record.key.as_str());
        let holder = HolderView::of(record);
        let customer_id = record.customer.id.as_deref();
        let (inserted, updated) = (seconds(inserted.or(record.issued_at)), seconds(record.issued_at));
        if let Some(group) = &record.channel_group {
            return Self::Super(SuperKeyView {
                customer_uid,
                channel_group_id: group.id.as_str(),
                customer_id,
                holder,
                succeeded_channels: succeeded(record, (inserted, updated)),
                failed_channels: failed(record),
            });
        }
        let channel = record.channels.first().map(|part| &part.channel);
        let (pg_provider, pg_id) = channel.map(pg).unwrap_or_default();
        Self::One(Box::new(CustomerView {
            customer_uid,
            pg_provider,
            pg_id,
            sandbox: channel.is_some_and(|channel| channel.environment == Environment::Test),
            customer_id,
            card: StoredCard::of(&record.card),
            holder,
            inserted,
            updated,
        }))
    }
}

/// The channels that hold the key, or held it until it was deleted.
fn succeeded(record: &BillingKeyRecord, (inserted, updated): (i64, i64)) -> Vec<SucceededView<'_>> {
    let held = record
        .channels
        .iter()
        .filter(|part| matches!(part.state, KeyChannelState::Issued(_) | KeyChannelState::Deleted));
    held.map(|part| {
        let (pg_provider, pg_id) = pg(&part.channel);
        SucceededView { pg_provider, pg_id, card: StoredCard::of(&record.card), inserted, updated }
    })
    .collect()
}

fn failed(record: &BillingKeyRecord) -> Vec<FailedView<'_>> {
    let failed = record.channels.iter().filter_map(|part| {
        let (kind, message) = match &part.state {
            KeyChannelState::Failed(failure) => {
                let kind = if failure.pg_code.is_some() { "PG_PROVIDER" } else { "INVALID_REQUEST" };
                (kind, failure.pg_message.as_deref().unwrap_or(&failure.message))
            }
            KeyChannelState::Pending => ("PG_PROVIDER", "the outcome is not known yet; read the key later"),
            KeyChannelState::Issued(_) | KeyChannelState::Deleted => return None,
        };
        let (pg_provider, pg_id) = pg(&part.channel);
        Some(FailedView { kind, message, pg_provider, pg_id })
    });
    failed.collect()
}

/// A PG's code, cut to its sixteen characters since it is mandatory, and the merchant id there.
fn pg(channel: &ChannelSnapshot) -> (String, &str) {
    (cut(&channel.provider.v1_code(), 16), channel.pg_merchant_id.as_str())
}

impl<'a> StoredCard<'a> {
    fn of(facts: &'a CardFacts) -> Self {
        let (issuer_code, issuer_name) = company(facts.issuer.as_deref());
        let (publisher_code, publisher_name) = company(facts.publisher.as_deref());
        Self {
            card_name: issuer_name.or(facts.name.as_deref()).unwrap_or_default(),
            card_code: issuer_code,
            card_issuer_code: issuer_code,
            card_issuer_name: issuer_name,
            card_publisher_code: publisher_code,
            card_publisher_name: publisher_name,
            card_number: masked(facts),
            card_type: card_type(facts),
        }
    }
}

impl<'a> HolderView<'a> {
    fn of(record: &'a BillingKeyRecord) -> Self {
        let customer = &record.customer;
        let address = customer.address.as_ref();
        Self {
            customer_name: customer.name.as_ref().map(CustomerName::one_line).map(|name| cut(&name, 20)),
            customer_tel: customer.phone_number.as_deref().and_then(|number| fitting(number, 20)),
            customer_email: customer.email.as_deref().and_then(|email| fitting(email, 200)),
            customer_addr: address.map(|address| {
                let line = format!("{} {}", address.address_line1, address.address_line2);
                cut(line.trim(), 200)
            }),
            customer_postcode: customer.zipcode.as_deref().and_then(|code| fitting(code, 8)),
        }
    }
}
