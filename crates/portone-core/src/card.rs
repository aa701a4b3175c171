//! A card: what a buyer typed (secret, never kept), and what may be kept of it.

use serde::{Deserialize, Serialize};

use crate::Secret;

/// A card as typed (schema `CardCredential`). Every field is secret and lives only as long as the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// Card number, digits only.
    pub number: Secret<String>,
    /// Last two digits of the year the card expires in.
    pub expiry_year: Secret<String>,
    /// Month the card expires in, `01` to `12`.
    pub expiry_month: Secret<String>,
    /// Birth date (`yyMMdd`), or the business registration number (10 digits) of a corporate card.
    pub birth_or_business_registration_number: Option<Secret<String>>,
    /// First two digits of the card's password.
    pub password_two_digits: Option<Secret<String>>,
    /// Card verification number, 3 or 4 digits; only Paymentwall takes one (rules IAMPORT-027, PW-027).
    pub cvc: Option<Secret<String>>,
}

impl Card {
    /// What may be kept of this card: the first six digits and the last four (nothing of a number under 13 digits).
    pub fn facts(&self) -> CardFacts {
        let number = self.number.expose();
        if number.len() < 13 || !number.bytes().all(|byte| byte.is_ascii_digit()) {
            return CardFacts::default();
        }
        CardFacts {
            bin: Some(number[..6].to_owned()),
            last_four: Some(number[number.len() - 4..].to_owned()),
            ..CardFacts::default()
        }
    }
}

/// What may be kept of a card (schema `Card`): never the number.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CardFacts {
    /// The first six digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bin: Option<String>,
    /// The last four digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_four: Option<String>,
    /// The company that issued the card, in the PG's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// The company that bought the slip, in the PG's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publisher: Option<String>,
    /// The product's name, in the PG's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// `LOCAL`, `VISA`, `MASTER`, … (schema `CardBrand`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub brand: Option<String>,
    /// `CREDIT`, `DEBIT` or `GIFT` (schema `CardType`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub card_type: Option<String>,
    /// `PERSONAL` or `CORPORATE` (schema `CardOwnerType`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner_type: Option<String>,
    /// The number with its middle masked, as the PG shows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub masked_number: Option<String>,
    /// The issuer's approval number of a payment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approval_number: Option<String>,
    /// Instalments in months; 0 or absent is a lump sum.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub installment_month: Option<i32>,
}

impl CardFacts {
    /// A card as it was told, and as it was known where nothing was told.
    #[must_use]
    pub fn or(self, known: Self) -> Self {
        Self {
            bin: self.bin.or(known.bin),
            last_four: self.last_four.or(known.last_four),
            issuer: self.issuer.or(known.issuer),
            publisher: self.publisher.or(known.publisher),
            name: self.name.or(known.name),
            brand: self.brand.or(known.brand),
            card_type: self.card_type.or(known.card_type),
            owner_type: self.owner_type.or(known.owner_type),
            masked_number: self.masked_number.or(known.masked_number),
            approval_number: self.approval_number.or(known.approval_number),
            installment_month: self.installment_month.or(known.installment_month),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn card(number: &str) -> Card {
        Card {
            number: number.into(),
            expiry_year: "29".into(),
            expiry_month: "12".into(),
            birth_or_business_registration_number: None,
            password_two_digits: None,
            cvc: None,
        }
    }

    #[test]
    fn only_bin_and_last_four_are_kept() {
        let facts = card("4242424242421234").facts();
        assert_eq!((facts.bin.as_deref(), facts.last_four.as_deref()), (Some("424242"), Some("1234")));
        assert_eq!(card("424242424242").facts(), CardFacts::default());
        assert_eq!(card("４２４２４２４２４２４２４２").facts(), CardFacts::default());
    }

    #[test]
    fn a_card_prints_no_digit() {
        assert!(!format!("{:?}", card("4242424242421234")).contains(|c: char| c.is_ascii_digit()));
    }
}
