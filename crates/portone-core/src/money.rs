//! Money: integer minor units and a currency. No floats anywhere.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

/// A currency of the V2 REST API's `Currency` schema (ISO 4217 codes).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency {
    code: [u8; 3],
    exponent: u8,
}

/// A text that is no currency code of the schema.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{0}` is not a currency code (three letters as in ISO 4217: KRW, USD, …)")]
pub struct CurrencyError(pub String);

impl Currency {
    /// Won: no minor unit, 1000 is 1,000 won.
    pub const KRW: Self = Self { code: *b"KRW", exponent: 0 };
    /// US dollar: 100 is 1.00 dollar.
    pub const USD: Self = Self { code: *b"USD", exponent: 2 };
    /// Yen: no minor unit.
    pub const JPY: Self = Self { code: *b"JPY", exponent: 0 };

    /// The currency with this code, spelt in capitals and without the browser SDK's `CURRENCY_` prefix.
    pub fn parse(code: &str) -> Result<Self, CurrencyError> {
        let bytes: [u8; 3] = code.as_bytes().try_into().map_err(|_| CurrencyError(code.to_owned()))?;
        let at = CURRENCIES
            .binary_search_by_key(&bytes, |row| row.0)
            .map_err(|_| CurrencyError(code.to_owned()))?;
        Ok(Self { code: bytes, exponent: CURRENCIES[at].1 })
    }

    /// The three-letter code.
    pub fn code(&self) -> &str {
        // The table holds ASCII only, so this never takes the fallback.
        std::str::from_utf8(&self.code).unwrap_or("XXX")
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
const CURRENCIES: &[([u8; 3], u8)] = &[
    (*b"AED", 2), (*b"AFN", 2), (*b"ALL", 2), (*b"AMD", 2), (*b"ANG", 2), (*b"AOA", 2), (*b"ARS", 2),
    (*b"AUD", 2), (*b"AWG", 2), (*b"AZN", 2), (*b"BAM", 2), (*b"BBD", 2), (*b"BDT", 2), (*b"BGN", 2),
    (*b"BHD", 3), (*b"BIF", 0), (*b"BMD", 2), (*b"BND", 2), (*b"BOB", 2), (*b"BOV", 2), (*b"BRL", 2),
    (*b"BSD", 2), (*b"BTN", 2), (*b"BWP", 2), (*b"BYN", 2), (*b"BZD", 2), (*b"CAD", 2), (*b"CDF", 2),
    (*b"CHE", 2), (*b"CHF", 2), (*b"CHW", 2), (*b"CLF", 4), (*b"CLP", 0), (*b"CNY", 2), (*b"COP", 2),
    (*b"COU", 2), (*b"CRC", 2), (*b"CUC", 2), (*b"CUP", 2), (*b"CVE", 2), (*b"CZK", 2), (*b"DJF", 0),
    (*b"DKK", 2), (*b"DOP", 2), (*b"DZD", 2), (*b"EGP", 2), (*b"ERN", 2), (*b"ETB", 2), (*b"EUR", 2),
    (*b"FJD", 2), (*b"FKP", 2), (*b"GBP", 2), (*b"GEL", 2), (*b"GHS", 2), (*b"GIP", 2), (*b"GMD", 2),
    (*b"GNF", 0), (*b"GTQ", 2), (*b"GYD", 2), (*b"HKD", 2), (*b"HNL", 2), (*b"HRK", 2), (*b"HTG", 2),
    (*b"HUF", 2), (*b"IDR", 2), (*b"ILS", 2), (*b"INR", 2), (*b"IQD", 3), (*b"IRR", 2), (*b"ISK", 0),
    (*b"JMD", 2), (*b"JOD", 3), (*b"JPY", 0), (*b"KES", 2), (*b"KGS", 2), (*b"KHR", 2), (*b"KMF", 0),
    (*b"KPW", 2), (*b"KRW", 0), (*b"KWD", 3), (*b"KYD", 2), (*b"KZT", 2), (*b"LAK", 2), (*b"LBP", 2),
    (*b"LKR", 2), (*b"LRD", 2), (*b"LSL", 2), (*b"LYD", 3), (*b"MAD", 2), (*b"MDL", 2), (*b"MGA", 2),
    (*b"MKD", 2), (*b"MMK", 2), (*b"MNT", 2), (*b"MOP", 2), (*b"MRU", 2), (*b"MUR", 2), (*b"MVR", 2),
    (*b"MWK", 2), (*b"MXN", 2), (*b"MXV", 2), (*b"MYR", 2), (*b"MZN", 2), (*b"NAD", 2), (*b"NGN", 2),
    (*b"NIO", 2), (*b"NOK", 2), (*b"NPR", 2), (*b"NZD", 2), (*b"OMR", 3), (*b"PAB", 2), (*b"PEN", 2),
    (*b"PGK", 2), (*b"PHP", 2), (*b"PKR", 2), (*b"PLN", 2), (*b"PYG", 0), (*b"QAR", 2), (*b"RON", 2),
    (*b"RSD", 2), (*b"RUB", 2), (*b"RWF", 0), (*b"SAR", 2), (*b"SBD", 2), (*b"SCR", 2), (*b"SDG", 2),
    (*b"SEK", 2), (*b"SGD", 2), (*b"SHP", 2), (*b"SLE", 2), (*b"SLL", 2), (*b"SOS", 2), (*b"SRD", 2),
    (*b"SSP", 2), (*b"STN", 2), (*b"SVC", 2), (*b"SYP", 2), (*b"SZL", 2), (*b"THB", 2), (*b"TJS", 2),
    (*b"TMT", 2), (*b"TND", 3), (*b"TOP", 2), (*b"TRY", 2), (*b"TTD", 2), (*b"TWD", 2), (*b"TZS", 2),
    (*b"UAH", 2), (*b"UGX", 0), (*b"USD", 2), (*b"USN", 2), (*b"UYI", 0), (*b"UYU", 2), (*b"UYW", 4),
    (*b"UZS", 2), (*b"VED", 2), (*b"VES", 2), (*b"VND", 0), (*b"VUV", 0), (*b"WST", 2), (*b"XAF", 0),
    (*b"XAG", 0), (*b"XAU", 0), (*b"XBA", 0), (*b"XBB", 0), (*b"XBC", 0), (*b"XBD", 0), (*b"XCD", 2),
    (*b"XDR", 0), (*b"XOF", 0), (*b"XPD", 0), (*b"XPF", 0), (*b"XPT", 0), (*b"XSU", 0), (*b"XTS", 0),
    (*b"XUA", 0), (*b"XXX", 0), (*b"YER", 2), (*b"ZAR", 2), (*b"ZMW", 2), (*b"ZWL", 2),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_sorted_so_that_the_search_finds_each() {
        assert!(CURRENCIES.is_sorted_by_key(|row| row.0));
        for (code, exponent) in CURRENCIES {
            let code = std::str::from_utf8(code).unwrap();
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
