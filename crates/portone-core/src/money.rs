//! Money: integer minor units and a currency. No floats anywhere.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

/// A currency of the V2 REST API's `Currency` schema (ISO 4217 codes).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency {
    code: &'static str,
    exponent: u8,
}

/// A text that is no currency code of the schema.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{0}` is not a currency code (three letters as in ISO 4217: KRW, USD, …)")]
pub struct CurrencyError(pub String);

impl Currency {
    /// Won: no minor unit, 1000 is 1,000 won.
    pub const KRW: Self = Self { code: "KRW", exponent: 0 };
    /// US dollar: 100 is 1.00 dollar.
    pub const USD: Self = Self { code: "USD", exponent: 2 };
    /// Yen: no minor unit.
    pub const JPY: Self = Self { code: "JPY", exponent: 0 };

    /// The currency with this code, spelt in capitals and without the browser SDK's `CURRENCY_` prefix.
    pub fn parse(code: &str) -> Result<Self, CurrencyError> {
        let at = CURRENCIES
            .binary_search_by_key(&code, |row| row.0)
            .map_err(|_| CurrencyError(code.to_owned()))?;
        let (code, exponent) = CURRENCIES[at];
        Ok(Self { code, exponent })
    }

    /// The three-letter code.
    pub const fn code(&self) -> &'static str {
        self.code
    }

    /// How many decimal digits the minor unit has: 0 for won and yen, 2 for dollars, 3 for dinars.
    pub const fn exponent(self) -> u8 {
        self.exponent
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&code).map_err(serde::de::Error::custom)
    }
}

/// An amount of one currency, in that currency's minor unit (rule V2-044: 1000 KRW is 1,000 won, 100 USD is 1 dollar).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Money {
    /// The amount in minor units; 0 or more wherever a document gives an amount.
    pub minor: i64,
    /// The currency of the amount.
    pub currency: Currency,
}

impl Money {
    /// An amount in minor units.
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.minor, self.currency)
    }
}

/// What a payment asks for (schema `PaymentAmountInput`), in one currency's minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentAmount {
    /// What the payer pays.
    pub total: i64,
    /// The part of it that is free of tax; absent means none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_free: Option<i64>,
    /// The value-added tax in it; absent means it is computed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vat: Option<i64>,
    /// The currency of all three.
    pub currency: Currency,
}

impl PaymentAmount {
    /// A total with nothing said of its parts.
    pub const fn total(minor: i64, currency: Currency) -> Self {
        Self { total: minor, tax_free: None, vat: None, currency }
    }

    /// The value-added tax: as given, else 1/11 of what is taxable, rounded down (rule V2-044).
    pub fn effective_vat(&self) -> i64 {
        self.vat.unwrap_or_else(|| (self.total - self.tax_free.unwrap_or(0)).max(0) / 11)
    }

    /// The taxable supply value: total less tax-free part less value-added tax.
    pub fn supply(&self) -> i64 {
        self.total - self.tax_free.unwrap_or(0) - self.effective_vat()
    }
}

/// Codes of schema `Currency` in order, each with its exponent (ISO 4217; 0 where it defines none).
#[rustfmt::skip]
const CURRENCIES: &[(&str, u8)] = &[
    ("AED", 2), ("AFN", 2), ("ALL", 2), ("AMD", 2), ("ANG", 2), ("AOA", 2), ("ARS", 2),
    ("AUD", 2), ("AWG", 2), ("AZN", 2), ("BAM", 2), ("BBD", 2), ("BDT", 2), ("BGN", 2),
    ("BHD", 3), ("BIF", 0), ("BMD", 2), ("BND", 2), ("BOB", 2), ("BOV", 2), ("BRL", 2),
    ("BSD", 2), ("BTN", 2), ("BWP", 2), ("BYN", 2), ("BZD", 2), ("CAD", 2), ("CDF", 2),
    ("CHE", 2), ("CHF", 2), ("CHW", 2), ("CLF", 4), ("CLP", 0), ("CNY", 2), ("COP", 2),
    ("COU", 2), ("CRC", 2), ("CUC", 2), ("CUP", 2), ("CVE", 2), ("CZK", 2), ("DJF", 0),
    ("DKK", 2), ("DOP", 2), ("DZD", 2), ("EGP", 2), ("ERN", 2), ("ETB", 2), ("EUR", 2),
    ("FJD", 2), ("FKP", 2), ("GBP", 2), ("GEL", 2), ("GHS", 2), ("GIP", 2), ("GMD", 2),
    ("GNF", 0), ("GTQ", 2), ("GYD", 2), ("HKD", 2), ("HNL", 2), ("HRK", 2), ("HTG", 2),
    ("HUF", 2), ("IDR", 2), ("ILS", 2), ("INR", 2), ("IQD", 3), ("IRR", 2), ("ISK", 0),
    ("JMD", 2), ("JOD", 3), ("JPY", 0), ("KES", 2), ("KGS", 2), ("KHR", 2), ("KMF", 0),
    ("KPW", 2), ("KRW", 0), ("KWD", 3), ("KYD", 2), ("KZT", 2), ("LAK", 2), ("LBP", 2),
    ("LKR", 2), ("LRD", 2), ("LSL", 2), ("LYD", 3), ("MAD", 2), ("MDL", 2), ("MGA", 2),
    ("MKD", 2), ("MMK", 2), ("MNT", 2), ("MOP", 2), ("MRU", 2), ("MUR", 2), ("MVR", 2),
    ("MWK", 2), ("MXN", 2), ("MXV", 2), ("MYR", 2), ("MZN", 2), ("NAD", 2), ("NGN", 2),
    ("NIO", 2), ("NOK", 2), ("NPR", 2), ("NZD", 2), ("OMR", 3), ("PAB", 2), ("PEN", 2),
    ("PGK", 2), ("PHP", 2), ("PKR", 2), ("PLN", 2), ("PYG", 0), ("QAR", 2), ("RON", 2),
    ("RSD", 2), ("RUB", 2), ("RWF", 0), ("SAR", 2), ("SBD", 2), ("SCR", 2), ("SDG", 2),
    ("SEK", 2), ("SGD", 2), ("SHP", 2), ("SLE", 2), ("SLL", 2), ("SOS", 2), ("SRD", 2),
    ("SSP", 2), ("STN", 2), ("SVC", 2), ("SYP", 2), ("SZL", 2), ("THB", 2), ("TJS", 2),
    ("TMT", 2), ("TND", 3), ("TOP", 2), ("TRY", 2), ("TTD", 2), ("TWD", 2), ("TZS", 2),
    ("UAH", 2), ("UGX", 0), ("USD", 2), ("USN", 2), ("UYI", 0), ("UYU", 2), ("UYW", 4),
    ("UZS", 2), ("VED", 2), ("VES", 2), ("VND", 0), ("VUV", 0), ("WST", 2), ("XAF", 0),
    ("XAG", 0), ("XAU", 0), ("XBA", 0), ("XBB", 0), ("XBC", 0), ("XBD", 0), ("XCD", 2),
    ("XDR", 0), ("XOF", 0), ("XPD", 0), ("XPF", 0), ("XPT", 0), ("XSU", 0), ("XTS", 0),
    ("XUA", 0),
    ("XXX", 0), // no stub: ISO 4217 calls a payment without a currency so, and the schema lists it
    ("YER", 2), ("ZAR", 2), ("ZMW", 2), ("ZWL", 2),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_sorted_so_that_the_search_finds_each() {
        assert!(CURRENCIES.is_sorted_by_key(|row| row.0));
        for (code, exponent) in CURRENCIES {
            assert_eq!(Currency::parse(code).unwrap().exponent(), *exponent);
        }
        assert_eq!(Currency::parse("KRW"), Ok(Currency::KRW));
        assert_eq!(Currency::parse("USD"), Ok(Currency::USD));
        assert_eq!(Currency::parse("JPY"), Ok(Currency::JPY));
    }

    #[test]
    fn sdk_spellings_are_no_rest_currency() {
        assert!(Currency::parse("CURRENCY_KRW").is_err());
        assert!(Currency::parse("krw").is_err());
    }

    #[test]
    fn vat_defaults_to_an_eleventh_of_the_taxable_part() {
        let amount = PaymentAmount::total(1100, Currency::KRW);
        assert_eq!((amount.effective_vat(), amount.supply()), (100, 1000));
        let mixed = PaymentAmount { tax_free: Some(1100), ..PaymentAmount::total(2200, Currency::KRW) };
        assert_eq!((mixed.effective_vat(), mixed.supply()), (100, 1000));
    }
}
