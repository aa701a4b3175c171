//! What is known of a payment before anybody pays: fixed amounts, and sessions of a hosted checkout.

use chrono::{DateTime, Utc};
use portone_core::{Currency, PaymentId, StoreId};
use serde::{Deserialize, Serialize};

/// What a payment was fixed to be (schema `PreRegisterPaymentBody`, rule V2-050); what is absent is free.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreRegistration {
    /// The store.
    pub store_id: StoreId,
    /// The payment.
    pub payment_id: PaymentId,
    /// The total, in minor units, or in the unit that `decimals` tells.
    pub total: Option<i64>,
    /// How many digits of the total are behind the point. Only without a currency, which else says so: V1 fixes amounts in
    /// major units, of any currency where it names none (rule V1-042).
    pub decimals: Option<u8>,
    /// The tax-free part, in minor units.
    pub tax_free: Option<i64>,
    /// The currency.
    pub currency: Option<Currency>,
    /// When it was fixed.
    pub registered_at: DateTime<Utc>,
}

impl PreRegistration {
    /// Whether a total in minor units of `currency` is the one that was fixed, or none was.
    pub(crate) fn takes_total(&self, total: i64, currency: Currency) -> bool {
        let (Some(fixed), Some(decimals)) = (self.total, self.decimals) else {
            return self.total.is_none_or(|fixed| fixed == total);
        };
        // Nothing that has 18 digits behind the point is an amount of any currency.
        let scaled = |amount: i64, power: u8| {
            Some(
                i128::from(amount)
                    * 10_i128.checked_pow(power.into()).filter(|scale| *scale < 1_000_000_000_000_000_000)?,
            )
        };
        scaled(fixed, currency.exponent()) == scaled(total, decimals)
    }
}

/// The id of a payment session: a text of ours that nobody can guess.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SessionId(pub String);

/// A payment offered on a page of its own for some time (schema `PaymentSession`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentSession {
    /// Its id.
    pub id: SessionId,
    /// The store.
    pub store_id: StoreId,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Until when it is open.
    pub expires_at: DateTime<Utc>,
    /// When it was closed before that.
    pub closed_at: Option<DateTime<Utc>>,
    /// What is offered.
    pub offer: SessionOffer,
}

impl PaymentSession {
    /// Whether somebody may still pay.
    pub fn is_open(&self, now: DateTime<Utc>) -> bool {
        self.closed_at.is_none() && now < self.expires_at
    }
}

/// What a session offers, as schema `CreatePaymentSessionBody` spells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)] // the schema's members, under their names
pub struct SessionOffer {
    pub payment_id: PaymentId,
    pub profile_key: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment_method: Option<String>,
    pub country: String,
    pub currency: Currency,
    /// In minor units.
    pub total_amount: i64,
    pub order_name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redirect_url: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub products: Vec<SessionProduct>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer_email: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub store_name: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub agreements: Vec<SessionAgreement>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_image_url: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custom_data: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub colors: Option<SessionColors>,
}

/// One line of a session's order (schema `PaymentSessionProduct`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)] // the schema's members, under their names
pub struct SessionProduct {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// In minor units.
    pub unit_price: i64,
    pub quantity: i32,
    /// `YYYY-MM-DD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_date: Option<String>,
    /// `YYYY-MM-DD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_date: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n_pay_category_type: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n_pay_category_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n_pay_uid: Option<String>,
}

/// Terms the buyer has to agree to (schema `PaymentSessionAgreement`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct SessionAgreement {
    pub name: String,
    pub url: String,
}

/// Colours of the page (schema `PaymentSessionColors`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct SessionColors {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub primary: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub primary_hover: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub primary_light: Option<String>,
}
