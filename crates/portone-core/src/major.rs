//! Amounts as the V1 API writes them: decimals in major units (10.50 is ten dollars and a half). No floats anywhere.

use std::fmt;

use crate::Currency;

/// More digits behind the point than any currency has.
const DECIMALS_MAX: i32 = 18;
/// The longest number that is read, in bytes.
const LENGTH_MAX: usize = 64;

/// An amount in major units of some currency, as an exact decimal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Major {
    digits: i64,
    decimals: u8,
}

impl Major {
    /// An amount of these digits, so many of them behind the point.
    pub const fn new(digits: i64, decimals: u8) -> Self {
        Self { digits, decimals }
    }

    /// An amount in minor units of its currency.
    pub const fn of(minor: i64, currency: Currency) -> Self {
        Self { digits: minor, decimals: currency.exponent() }
    }

    /// Reads a number as JSON writes one, with or without an exponent; `None` where it is none, or too large to be an amount.
    pub fn parse(number: &str) -> Option<Self> {
        if number.len() > LENGTH_MAX {
            return None;
        }
        let (mantissa, power) = match number.split_once(['e', 'E']) {
            Some((mantissa, power)) => (mantissa, power.parse::<i32>().ok()?),
            None => (number, 0),
        };
        let (whole, fraction) = match mantissa.split_once('.') {
            Some((_, "")) => return None,
            Some(parts) => parts,
            None => (mantissa, ""),
        };
        let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let unsigned = whole.strip_prefix('-').unwrap_or(whole);
        if unsigned.is_empty() || !is_digits(unsigned) || !is_digits(fraction) {
            return None;
        }
        let digits: i128 = format!("{whole}{fraction}").parse().ok()?;
        Self::normal(digits, i32::try_from(fraction.len()).ok()?.checked_sub(power)?)
    }

    /// Without zeros at the end of the fraction, and with none of it before the point missing.
    fn normal(mut digits: i128, mut decimals: i32) -> Option<Self> {
        if digits == 0 {
            return Some(Self { digits: 0, decimals: 0 });
        }
        if decimals < 0 {
            digits = digits.checked_mul(10_i128.checked_pow(decimals.unsigned_abs())?)?;
            decimals = 0;
        }
        while decimals > 0 && digits % 10 == 0 {
            (digits, decimals) = (digits / 10, decimals - 1);
        }
        let decimals = u8::try_from(decimals).ok().filter(|decimals| i32::from(*decimals) <= DECIMALS_MAX)?;
        Some(Self { digits: i64::try_from(digits).ok()?, decimals })
    }

    /// The amount in minor units; `None` where it is finer than the currency, or too large.
    pub fn minor(self, currency: Currency) -> Option<i64> {
        let Self { digits, decimals } = Self::normal(self.digits.into(), self.decimals.into())?;
        let missing = currency.exponent().checked_sub(decimals)?;
        digits.checked_mul(10_i64.checked_pow(missing.into())?)
    }

    /// Its digits, without the point.
    pub const fn digits(self) -> i64 {
        self.digits
    }

    /// How many of them are behind the point.
    pub const fn decimals(self) -> u8 {
        self.decimals
    }
}

/// As a JSON number: `1004`, `10.5`, `-0.01`.
impl fmt::Display for Major {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = usize::from(self.decimals);
        let digits = format!("{:0>width$}", self.digits.unsigned_abs(), width = decimals + 1);
        let (whole, fraction) = digits.split_at(digits.len() - decimals);
        let sign = if self.digits < 0 { "-" } else { "" };
        let fraction = fraction.trim_end_matches('0');
        let dot = if fraction.is_empty() { "" } else { "." };
        write!(f, "{sign}{whole}{dot}{fraction}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twenty_dollars_are_two_thousand_cents_and_twenty_won_are_twenty() {
        let twenty = Major::parse("20").unwrap();
        assert_eq!((twenty.minor(Currency::USD), twenty.minor(Currency::KRW)), (Some(2000), Some(20)));
        assert_eq!(Major::of(2000, Currency::USD).to_string(), "20");
        assert_eq!(Major::of(2050, Currency::USD).to_string(), "20.5");
        assert_eq!(Major::of(-1, Currency::USD).to_string(), "-0.01");
    }

    #[test]
    fn what_is_finer_than_the_currency_is_refused_unless_it_is_nothing() {
        for text in ["20.5", "0.1", "1e-1"] {
            assert_eq!(Major::parse(text).unwrap().minor(Currency::KRW), None, "{text}");
        }
        for text in ["20.00", "2e1", "200e-1", "20.0000000000000000000000000"] {
            assert_eq!(Major::parse(text).unwrap().minor(Currency::KRW), Some(20), "{text}");
        }
        assert_eq!(Major::parse("20.001").unwrap().minor(Currency::USD), None);
        // A float would not tell these apart.
        assert_eq!(Major::parse("20.000000000000001").unwrap().minor(Currency::USD), None);
    }

    #[test]
    fn what_is_no_number_is_not_guessed() {
        for text in
            ["", "-", ".5", "5.", "+5", "5 ", "0x5", "1_000", "1,000", "NaN", "1e", "1e999999999", "--1"]
        {
            assert_eq!(Major::parse(text), None, "{text}");
        }
        assert_eq!(Major::parse("99999999999999999999"), None);
        assert_eq!(Major::parse("92233720368547758.08"), None, "more than 64 bits");
        assert_eq!(Major::parse("92233720368547758.07").unwrap().minor(Currency::USD), Some(i64::MAX));
    }
}
