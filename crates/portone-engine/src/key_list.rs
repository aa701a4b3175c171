//! Lists of billing keys: which, in what order, and how many of them.

use chrono::{DateTime, Utc};
use portone_core::{ChannelGroupId, CustomerName, PgProvider};

use crate::engine::Engine;
use crate::error::EngineError;
use crate::ledger::{BillingKeyRecord, BillingKeyStatus, KeyChannel, KeyChannelState};
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

macro_rules! fields {
    ($($variant:ident = $code:literal),+ $(,)?) => {
        /// Where to look for a text (schema `BillingKeyTextSearchField`).
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[allow(missing_docs)]
        pub enum KeyText {
            $($variant,)+
        }

        impl KeyText {
            /// Every field, with its code as the V2 REST API spells it.
            pub const ALL: &'static [(&'static str, Self)] = &[$(($code, Self::$variant)),+];

            /// The field's code, as the V2 REST API spells it.
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$variant => $code,)+
                }
            }
        }
    };
}

fields! {
    CardBin = "CARD_BIN",
    CardNumber = "CARD_NUMBER",
    PgMerchantId = "PG_MERCHANT_ID",
    CustomerName = "CUSTOMER_NAME",
    CustomerEmail = "CUSTOMER_EMAIL",
    CustomerPhoneNumber = "CUSTOMER_PHONE_NUMBER",
    CustomerAddress = "CUSTOMER_ADDRESS",
    CustomerZipcode = "CUSTOMER_ZIPCODE",
    UserAgent = "USER_AGENT",
    BillingKey = "BILLING_KEY",
    ChannelGroupName = "CHANNEL_GROUP_NAME",
}

impl KeyFilter {
    /// Whether a key is asked for.
    pub fn matches(&self, key: &BillingKeyRecord) -> bool {
        let group = key.channel_group.as_ref().map(|group| &group.id);
        let held = |is_wanted: &dyn Fn(&PgProvider) -> bool| key.held_at().any(is_wanted);
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
pub fn company(provider: &PgProvider) -> String {
    let name = provider.as_str();
    name.strip_suffix("_V2").unwrap_or(name).to_owned()
}

impl BillingKeyRecord {
    /// The PG modules that hold the key, or once held it.
    pub fn held_at(&self) -> impl Iterator<Item = &PgProvider> {
        let is_held =
            |part: &&KeyChannel| matches!(part.state, KeyChannelState::Issued(_) | KeyChannelState::Deleted);
        self.channels.iter().filter(is_held).map(|part| &part.channel.provider)
    }
}

impl KeyText {
    fn has(self, text: &str, key: &BillingKeyRecord) -> bool {
        let mut is_found = false;
        self.each(key, &mut |field| is_found |= field.contains(text));
        is_found
    }

    /// Hands over every text a key has in the field.
    pub fn each(self, key: &BillingKeyRecord, take: &mut dyn FnMut(&str)) {
        let mut some = |text: Option<&str>| text.into_iter().for_each(&mut *take);
        let customer = &key.customer;
        match self {
            Self::CardBin => some(key.card.bin.as_deref()),
            Self::CardNumber => {
                some(key.card.masked_number.as_deref());
                some(key.card.last_four.as_deref());
            }
            Self::PgMerchantId => {
                key.channels.iter().for_each(|part| some(Some(part.channel.pg_merchant_id.as_str())));
            }
            Self::CustomerName => some(customer.name.as_ref().map(CustomerName::one_line).as_deref()),
            Self::CustomerEmail => some(customer.email.as_deref()),
            Self::CustomerPhoneNumber => some(customer.phone_number.as_deref()),
            Self::CustomerAddress => {
                some(customer.address.as_ref().map(|address| address.address_line1.as_str()));
                some(customer.address.as_ref().map(|address| address.address_line2.as_str()));
            }
            Self::CustomerZipcode => some(customer.zipcode.as_deref()),
            // Not kept.
            Self::UserAgent => {}
            Self::BillingKey => some(Some(key.key.as_str())),
            Self::ChannelGroupName => some(key.channel_group.as_ref().map(|group| group.name.as_str())),
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
