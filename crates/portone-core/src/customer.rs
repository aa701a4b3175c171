//! The buyer (구매자), as far as the shop tells.

use serde::{Deserialize, Serialize};

/// The buyer (schema `CustomerInput`). Every part is optional here; PGs ask for more in their rules.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Customer {
    /// The shop's own id of the buyer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The buyer's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<CustomerName>,
    /// Year of birth, four digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub birth_year: Option<String>,
    /// Month of birth.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub birth_month: Option<String>,
    /// Day of birth.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub birth_day: Option<String>,
    /// Country, two letters (ISO 3166-1).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// `MALE`, `FEMALE` or `OTHER`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gender: Option<String>,
    /// E-mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Telephone number, with or without hyphens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone_number: Option<String>,
    /// Postal address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
    /// Postal code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zipcode: Option<String>,
    /// Business registration number of a buyer that is a company.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub business_registration_number: Option<String>,
}

/// A name, as one line or in two parts (schema `CustomerNameInput`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CustomerName {
    /// The whole name.
    Full(String),
    /// Given name and family name.
    Separated {
        /// Given name (이름).
        first: String,
        /// Family name (성).
        last: String,
    },
}

impl CustomerName {
    /// The name as one line, as answers show it (rule V2-052).
    pub fn one_line(&self) -> String {
        match self {
            Self::Full(full) => full.clone(),
            Self::Separated { first, last } => format!("{first} {last}"),
        }
    }
}

/// A postal address in parts (schema `SeparatedAddressInput`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// Street.
    pub address_line1: String,
    /// Floor, room.
    pub address_line2: String,
    /// City.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    /// Province.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub province: Option<String>,
    /// Country, two letters (ISO 3166-1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
}
