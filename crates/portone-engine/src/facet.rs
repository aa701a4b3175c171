//! What lists filter payments by, besides times and texts: facts with few values, so that a ledger has few combinations
//! of them and a database can count each.

use portone_core::{Currency, Environment, EscrowStatus, PayMethod, PgProvider};
use serde::{Deserialize, Serialize};

use crate::ledger::{Face, PaymentStatus, Platform, Transaction};
use crate::list::{PaymentFilter, PaymentQuery};

/// One combination.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facet {
    /// The payment's state.
    pub status: PaymentStatus,
    /// The PG module.
    pub provider: PgProvider,
    /// Live or test.
    pub environment: Environment,
    /// The method.
    pub method: PayMethod,
    /// The currency.
    pub currency: Currency,
    /// With escrow or without.
    pub is_escrow: bool,
    /// Schema `CardBrand`.
    pub card_brand: Option<String>,
    /// Schema `CardType`.
    pub card_type: Option<String>,
    /// Schema `CardOwnerType`.
    pub card_owner_type: Option<String>,
    /// Made by a schedule or not.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_scheduled: bool,
    /// How far the escrow is, once a delivery is registered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escrow_status: Option<EscrowStatus>,
    /// The API it was made through.
    #[serde(default, skip_serializing_if = "Face::is_v2")]
    pub face: Face,
    /// Where its payer was.
    #[serde(default, skip_serializing_if = "Platform::is_api")]
    pub platform: Platform,
}

impl Facet {
    /// The combination of a payment.
    pub fn of(transaction: &Transaction) -> Self {
        let card = transaction.card.as_ref();
        Self {
            status: transaction.status,
            provider: transaction.channel.provider.clone(),
            environment: transaction.channel.environment,
            method: transaction.method,
            currency: transaction.order.amount.currency,
            is_escrow: transaction.order.is_escrow.unwrap_or(false),
            card_brand: card.and_then(|card| card.brand.clone()),
            card_type: card.and_then(|card| card.card_type.clone()),
            card_owner_type: card.and_then(|card| card.owner_type.clone()),
            is_scheduled: transaction.schedule_id.is_some(),
            escrow_status: transaction.registered_escrow().map(|(escrow, _)| escrow.status),
            face: transaction.face,
            platform: transaction.platform,
        }
    }
}

impl PaymentQuery {
    /// Whether payments of a combination belong to the list, as far as combinations tell.
    pub fn wants(&self, facet: &Facet) -> bool {
        self.statuses.as_ref().is_none_or(|wanted| wanted.contains(&facet.status)) && self.filter.wants(facet)
    }

    /// Whether combinations and times tell of every payment whether it belongs to the list.
    pub fn is_by_facets(&self) -> bool {
        self.filter == self.filter.facets_only()
    }
}

impl PaymentFilter {
    /// Whether payments of a combination pass, as far as combinations tell.
    pub(crate) fn wants(&self, facet: &Facet) -> bool {
        let is = |wanted: &Option<String>, fact: &Option<String>| wanted.is_none() || wanted == fact;
        self.providers.as_ref().is_none_or(|wanted| wanted.contains(&facet.provider))
            && self.environment.is_none_or(|wanted| wanted == facet.environment)
            && self.methods.as_ref().is_none_or(|wanted| wanted.contains(&facet.method))
            && self.currency.is_none_or(|wanted| wanted == facet.currency)
            && self.is_escrow.is_none_or(|wanted| wanted == facet.is_escrow)
            && is(&self.card_brand, &facet.card_brand)
            && is(&self.card_type, &facet.card_type)
            && is(&self.card_owner_type, &facet.card_owner_type)
            && self.is_scheduled.is_none_or(|wanted| wanted == facet.is_scheduled)
            && self.escrow_status.is_none_or(|wanted| Some(wanted) == facet.escrow_status)
            && self.face.is_none_or(|wanted| wanted == facet.face)
            && self.platform.is_none_or(|wanted| wanted == facet.platform)
    }

    /// The part of the filter that combinations answer.
    fn facets_only(&self) -> Self {
        Self {
            providers: self.providers.clone(),
            environment: self.environment,
            methods: self.methods.clone(),
            currency: self.currency,
            is_escrow: self.is_escrow,
            card_brand: self.card_brand.clone(),
            card_type: self.card_type.clone(),
            card_owner_type: self.card_owner_type.clone(),
            is_scheduled: self.is_scheduled,
            escrow_status: self.escrow_status,
            face: self.face,
            platform: self.platform,
            ..Self::default()
        }
    }
}
