//! Lists of billing keys: which, in what order, and how many of them.

use chrono::{DateTime, Utc};
use portone_core::{ChannelGroupId, PgProvider};

use crate::engine::Engine;
use crate::error::EngineError;
use crate::ledger::{BillingKeyRecord, BillingKeyStatus, KeyChannelState};
use crate::list::{EXAMINED_COUNT_MAX, PageQuery, Reached};

/// Which of a billing key's times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyTime {
    /// When it was asked for.
    Requested,
    /// When it was issued.
    Issued,
    /// When it was deleted; a key that was not has no such time.
    Deleted,
    /// When it got the state it has.
    Status,
}

impl KeyTime {
    /// The time of a key, where it has one.
    pub fn of(self, key: &BillingKeyRecord) -> Option<DateTime<Utc>> {
        match self {
            Self::Requested => Some(key.requested_at),
            Self::Issued => key.issued_at,
            Self::Deleted => key.deleted_at,
            Self::Status => key.deleted_at.or(key.issued_at),
        }
    }
}

/// One page of a store's billing keys: of those that were issued, deleted or not.
pub type KeyQuery = PageQuery<KeyTime, KeyFilter>;

/// What is asked of a billing key beside its times. An absent member asks nothing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct KeyFilter {
    /// One of these states.
    pub statuses: Option<Vec<BillingKeyStatus>>,
    /// Issued with one of these groups.
    pub groups: Option<Vec<ChannelGroupId>>,
    /// The buyer's id.
    pub customer_id: Option<String>,
    /// Held, or once held, at one of these PG modules.
    pub providers: Option<Vec<PgProvider>>,
    /// Held, or once held, at one of these PGs (schema `PgCompany`): a module's name without what follows `_`.
    pub companies: Option<Vec<String>>,
    /// A text in a field.
    pub text: Option<(KeyText, String)>,
    /// A fact is asked for that no key of this ledger has.
    pub none: bool,
}

/// Where to look for a text (schema `BillingKeyTextSearchField`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum KeyText {
    CardBin,
    CardNumber,
    PgMerchantId,
    CustomerName,
    CustomerEmail,
    CustomerPhoneNumber,
    CustomerAddress,
    CustomerZipcode,
    UserAgent,
    BillingKey,
    ChannelGroupName,
}

impl KeyFilter {
    /// Whether a key is asked for.
    pub fn matches(&self, key: &BillingKeyRecord) -> bool {
        let group = key.channel_group.as_ref().map(|group| &group.id);
        let held = |is_wanted: &dyn Fn(&PgProvider) -> bool| {
            key.channels.iter().any(|part| {
                matches!(part.state, KeyChannelState::Issued(_) | KeyChannelState::Deleted)
                    && is_wanted(&part.channel.provider)
            })
        };
        !self.none
            && self.statuses.as_ref().is_none_or(|wanted| wanted.contains(&key.status))
            && self.groups.as_ref().is_none_or(|wanted| group.is_some_and(|group| wanted.contains(group)))
            && self.customer_id.as_ref().is_none_or(|wanted| key.customer.id.as_ref() == Some(wanted))
            && self.providers.as_ref().is_none_or(|wanted| held(&|provider| wanted.contains(provider)))
            && self
                .companies
                .as_ref()
                .is_none_or(|wanted| held(&|provider| wanted.contains(&company(provider))))
            && self.text.as_ref().is_none_or(|(field, text)| field.has(text, key))
    }
}

/// The PG a module belongs to: `SMARTRO` of `SMARTRO_V2`.
pub(crate) fn company(provider: &PgProvider) -> String {
    let name = provider.as_str();
    name.strip_suffix("_V2").unwrap_or(name).to_owned()
}

impl KeyText {
    fn has(self, text: &str, key: &BillingKeyRecord) -> bool {
        let has = |field: Option<&str>| field.is_some_and(|field| field.contains(text));
        let customer = &key.customer;
        match self {
            Self::CardBin => has(key.card.bin.as_deref()),
            Self::CardNumber => has(key.card.masked_number.as_deref()) || has(key.card.last_four.as_deref()),
            Self::PgMerchantId => {
                key.channels.iter().any(|part| has(Some(part.channel.pg_merchant_id.as_str())))
            }
            Self::CustomerName => customer.name.as_ref().is_some_and(|name| has(Some(&name.one_line()))),
            Self::CustomerEmail => has(customer.email.as_deref()),
            Self::CustomerPhoneNumber => has(customer.phone_number.as_deref()),
            Self::CustomerAddress => customer.address.as_ref().is_some_and(|address| {
                has(Some(&address.address_line1)) || has(Some(&address.address_line2))
            }),
            Self::CustomerZipcode => has(customer.zipcode.as_deref()),
            // Not kept.
            Self::UserAgent => false,
            Self::BillingKey => has(Some(key.key.as_str())),
            Self::ChannelGroupName => has(key.channel_group.as_ref().map(|group| group.name.as_str())),
        }
    }
}

impl Engine {
    /// One page of a store's billing keys. `TooMany` where the page is not found among as many records as a list may look
    /// at.
    pub async fn list_billing_keys(&self, query: KeyQuery) -> Result<Reached<BillingKeyRecord>, EngineError> {
        let reached = self.store.list_billing_keys(query).await?;
        if reached.is_whole { Ok(reached) } else { Err(EngineError::TooMany(EXAMINED_COUNT_MAX)) }
    }
}
