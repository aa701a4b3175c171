//! Numbers for people, without floating point.

/// `value` in units of `unit`, rounded to this many decimal places.
pub(crate) fn decimal(value: u64, unit: u64, places: u32) -> String {
    let scale = 10_u128.pow(places);
    let scaled = (u128::from(value) * scale + u128::from(unit) / 2) / u128::from(unit.max(1));
    match places {
        0 => scaled.to_string(),
        _ => format!("{}.{:0width$}", scaled / scale, scaled % scale, width = places as usize),
    }
}

/// Nanoseconds as milliseconds.
pub(crate) fn milliseconds(nanoseconds: u64) -> String {
    decimal(nanoseconds, 1_000_000, 2)
}

/// Nanoseconds as microseconds.
pub(crate) fn microseconds(nanoseconds: u64) -> String {
    decimal(nanoseconds, 1_000, u32::from(nanoseconds < 20_000))
}

/// With a comma between each three digits.
pub(crate) fn thousands(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_rounded() {
        assert_eq!(decimal(1_234_567, 1_000_000, 2), "1.23");
        assert_eq!(decimal(1_235_000, 1_000_000, 2), "1.24");
        assert_eq!(decimal(45, 100, 2), "0.45");
        assert_eq!(decimal(1_600, 1_000, 0), "2");
        assert_eq!(milliseconds(60_000), "0.06");
        assert_eq!(microseconds(5_840), "5.8");
        assert_eq!(microseconds(51_400), "51");
    }

    #[test]
    fn digits_are_grouped_by_three() {
        assert_eq!(thousands(7), "7");
        assert_eq!(thousands(123_456), "123,456");
        assert_eq!(thousands(1_234_567), "1,234,567");
    }
}
