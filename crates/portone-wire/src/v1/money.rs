//! Amounts: V1 speaks decimal major units (10.50 is ten dollars and a half), commands minor units. No floats between.

use portone_core::{Currency, Major};
use serde_json::value::RawValue;

/// An amount as a JSON number in major units: `1004` won, `10.5` dollars.
pub(super) fn major(minor: i64, currency: Currency) -> Box<RawValue> {
    RawValue::from_string(Major::of(minor, currency).to_string()).expect("digits are a JSON number")
}

/// Whether an amount has no fraction in major units.
pub fn is_whole(minor: i64, currency: Currency) -> bool {
    minor % 10_i64.pow(u32::from(currency.exponent())) == 0
}

/// A JSON number in major units as minor units; `None` where it is no number, too large, or finer than the currency.
pub(super) fn minor(number: &RawValue, currency: Currency) -> Option<i64> {
    Major::parse(number.get())?.minor(currency)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Box<RawValue> {
        RawValue::from_string(text.to_owned()).unwrap()
    }

    #[test]
    fn amounts_are_written_in_major_units() {
        let dinar = Currency::parse("KWD").unwrap();
        let cases = [
            (1004, Currency::KRW, "1004"),
            (0, Currency::USD, "0"),
            (5, Currency::USD, "0.05"),
            (1050, Currency::USD, "10.5"),
            (1000, Currency::USD, "10"),
            (-1, Currency::USD, "-0.01"),
            (1234, dinar, "1.234"),
            (i64::MAX, Currency::KRW, "9223372036854775807"),
        ];
        for (amount, currency, text) in cases {
            assert_eq!(major(amount, currency).get(), text);
            assert_eq!(minor(&number(text), currency), Some(amount));
        }
    }

    #[test]
    fn amounts_are_read_however_a_server_writes_them() {
        for text in ["1100", "1100.0", "1100.00", "1.1e3", "1.1E3", "11e2", "110000e-2"] {
            assert_eq!(minor(&number(text), Currency::KRW), Some(1100), "{text}");
        }
        assert_eq!(minor(&number("10.5"), Currency::USD), Some(1050));
    }

    #[test]
    fn what_is_no_amount_of_the_currency_is_not_guessed() {
        for text in
            ["1100.5", "1e30", "1e-1", "\"1100\"", "null", "{}", "99999999999999999999", "1e999999999"]
        {
            assert_eq!(minor(&number(text), Currency::KRW), None, "{text}");
        }
        assert_eq!(minor(&number("1.005"), Currency::USD), None);
    }

    #[test]
    fn whole_amounts_have_no_fraction() {
        assert!(is_whole(1, Currency::KRW) && is_whole(1000, Currency::USD));
        assert!(!is_whole(1050, Currency::USD));
    }
}
