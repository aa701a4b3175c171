//! Amounts: V1 speaks decimal major units (10.50 is ten dollars and a half), commands minor units. No floats between.

use portone_core::Currency;
use serde_json::value::RawValue;

/// An amount as a JSON number in major units: `1004` won, `10.5` dollars.
pub(super) fn major(minor: i64, currency: Currency) -> Box<RawValue> {
    let exponent = usize::from(currency.exponent());
    let digits = format!("{:0>width$}", minor.unsigned_abs(), width = exponent + 1);
    let (whole, fraction) = digits.split_at(digits.len() - exponent);
    let sign = if minor < 0 { "-" } else { "" };
    let fraction = fraction.trim_end_matches('0');
    let dot = if fraction.is_empty() { "" } else { "." };
    RawValue::from_string(format!("{sign}{whole}{dot}{fraction}")).expect("digits are a JSON number")
}

/// Whether an amount has no fraction in major units.
pub fn is_whole(minor: i64, currency: Currency) -> bool {
    minor % 10_i64.pow(u32::from(currency.exponent())) == 0
}

/// A JSON number in major units as minor units; `None` where it is no number, too large, or finer than the currency.
pub(super) fn minor(number: &RawValue, currency: Currency) -> Option<i64> {
    minor_units(number.get(), currency)
}

/// The text of a JSON number in major units as minor units; `None` where it is no number, too large, or finer than the
/// currency.
pub fn minor_units(number: &str, currency: Currency) -> Option<i64> {
    let (mantissa, power) = match number.split_once(['e', 'E']) {
        Some((mantissa, power)) => (mantissa, power.parse::<i32>().ok()?),
        None => (number, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if fraction.starts_with(['-', '+']) {
        return None;
    }
    let digits: i128 = format!("{whole}{fraction}").parse().ok()?;
    let shift = power
        .checked_add(i32::from(currency.exponent()))?
        .checked_sub(i32::try_from(fraction.len()).ok()?)?;
    let scale = 10_i128.checked_pow(shift.unsigned_abs())?;
    let minor = if shift >= 0 { digits.checked_mul(scale)? } else { exact(digits, scale)? };
    i64::try_from(minor).ok()
}

fn exact(digits: i128, scale: i128) -> Option<i128> {
    (digits % scale == 0).then_some(digits / scale)
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
