//! Escrow (에스크로): money that a PG holds until the buyer has the goods.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Address, PayMethod, PaymentId, Product};

/// Tell the PG of a delivery, or change what it was told (rule V2-071).
#[derive(Debug, Clone)]
pub struct RegisterEscrowLogistics {
    /// The payment.
    pub payment_id: PaymentId,
    /// Whether it is told the first time or changed.
    pub step: LogisticsStep,
    /// The delivery.
    pub logistics: Logistics,
    /// Who sends.
    pub sender: Option<EscrowParty>,
    /// What the sender is to the receiver.
    pub sender_relationship: Option<String>,
    /// Who receives.
    pub receiver: Option<EscrowParty>,
    /// Whether the buyer's confirmation is announced by e-mail.
    pub send_email: Option<bool>,
    /// What is sent.
    pub products: Vec<Product>,
    /// Ledger: how it was paid.
    pub method: PayMethod,
}

/// Whether a delivery is told the first time or changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogisticsStep {
    /// The first time (`POST`).
    Register,
    /// A change (`PATCH`).
    Modify,
}

/// A delivery (schema `PaymentLogistics`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logistics {
    /// The carrier.
    pub company: LogisticsCompany,
    /// The carrier's number of the parcel (송장번호).
    pub invoice_number: String,
    /// When it was sent.
    pub sent_at: DateTime<Utc>,
    /// When it was received.
    pub received_at: Option<DateTime<Utc>>,
    /// Where it goes.
    pub address: Option<Address>,
}

/// A sender or a receiver (schemas `PaymentEscrowSenderInput`, `PaymentEscrowReceiverInput`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EscrowParty {
    /// The name.
    pub name: Option<String>,
    /// The telephone.
    pub phone_number: Option<String>,
    /// The postal code.
    pub zipcode: Option<String>,
    /// The address, in two lines (rule SMARTRO-122).
    pub address: Option<Address>,
}

/// Confirm that the buyer has the goods, so that the PG pays out (구매 확정).
#[derive(Debug, Clone)]
pub struct ConfirmEscrow {
    /// The payment.
    pub payment_id: PaymentId,
    /// Whether the shop confirms rather than the buyer; one PG asks for it.
    pub from_store: Option<bool>,
    /// Ledger: how it was paid.
    pub method: PayMethod,
}

/// What a PG knows of a payment's escrow (schema `PaymentEscrow`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Escrow {
    /// The state.
    pub status: EscrowStatus,
    /// The delivery, once it was registered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery: Option<EscrowDelivery>,
    /// Whether the confirmation came by time rather than by the buyer.
    #[serde(default)]
    pub is_automatically_confirmed: bool,
}

impl Escrow {
    /// An escrow nothing was registered for.
    pub const BEFORE_REGISTERED: Self =
        Self { status: EscrowStatus::BeforeRegistered, delivery: None, is_automatically_confirmed: false };
}

/// A registered delivery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EscrowDelivery {
    /// The carrier's code; of another gateway's record it may be one that is not in the schema's list.
    pub company: String,
    /// The carrier's number of the parcel.
    pub invoice_number: String,
    /// When it was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_at: Option<DateTime<Utc>>,
    /// When the PG took note of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub applied_at: Option<DateTime<Utc>>,
}

/// States of an escrow, as schema `PaymentEscrow` spells them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[allow(missing_docs)]
pub enum EscrowStatus {
    BeforeRegistered,
    Registered,
    Delivered,
    Confirmed,
    /// The buyer refused the goods.
    Rejected,
    /// The shop accepted the refusal.
    RejectConfirmed,
    Cancelled,
}

impl EscrowStatus {
    /// Every state.
    pub const ALL: [Self; 7] = [
        Self::BeforeRegistered,
        Self::Registered,
        Self::Delivered,
        Self::Confirmed,
        Self::Rejected,
        Self::RejectConfirmed,
        Self::Cancelled,
    ];

    /// The state of this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.code() == code)
    }

    /// The code as the V2 REST API spells it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::BeforeRegistered => "BEFORE_REGISTERED",
            Self::Registered => "REGISTERED",
            Self::Delivered => "DELIVERED",
            Self::Confirmed => "CONFIRMED",
            Self::Rejected => "REJECTED",
            Self::RejectConfirmed => "REJECT_CONFIRMED",
            Self::Cancelled => "CANCELLED",
        }
    }
}

/// A carrier, by its code in schema `PaymentLogisticsCompany`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogisticsCompany(&'static str);

impl LogisticsCompany {
    /// Every carrier the schema knows.
    #[rustfmt::skip]
    pub const ALL: [Self; 30] = [
        Self("LOTTE"), Self("LOGEN"), Self("DONGWON"), Self("POST"), Self("CJ"), Self("HANJIN"), Self("DAESIN"),
        Self("ILYANG"), Self("KYUNGDONG"), Self("CHUNIL"), Self("POST_REGISTERED"), Self("GS"), Self("WOORI"),
        Self("HAPDONG"), Self("FEDEX"), Self("UPS"), Self("GSM_NTON"), Self("SUNGWON"), Self("LX_PANTOS"),
        Self("ACI"), Self("CJ_INTL"), Self("USPS"), Self("EMS"), Self("DHL"), Self("KGL"), Self("GOODSTOLUCK"),
        Self("KUNYOUNG"), Self("SLX"), Self("SF"), Self("ETC"),
    ];

    /// The carrier of this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|company| company.0 == code)
    }

    /// The code as the V2 REST API spells it.
    pub const fn code(self) -> &'static str {
        self.0
    }
}

impl Serialize for LogisticsCompany {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0)
    }
}

impl<'de> Deserialize<'de> for LogisticsCompany {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::from_code(&code).ok_or_else(|| serde::de::Error::custom("is no carrier of the schema"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn carriers_are_found_by_their_code_and_only_by_it() {
        for company in LogisticsCompany::ALL {
            assert_eq!(LogisticsCompany::from_code(company.code()), Some(company));
        }
        assert_eq!(LogisticsCompany::from_code("cj"), None);
    }
}
