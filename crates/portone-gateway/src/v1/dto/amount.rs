//! Amounts: V1 writes decimal major units (10.50 is ten dollars and a half) as JSON numbers.

use portone_core::{Currency, Rule};
use portone_wire::v1::{minor_units, rules};

use crate::fields::Fields;
use crate::json::Node;

/// How many digits a JSON number keeps on its way through a double, if it has a fraction.
const DIGIT_COUNT_MAX: usize = 15;

/// An amount as it was written, until the currency is known.
pub(crate) struct Major(String);

impl Major {
    /// The amount in minor units; `None` where it is finer than the currency, or too large.
    pub(crate) fn minor(&self, currency: Currency) -> Option<i64> {
        minor_units(&self.0, currency)
    }
}

/// A JSON number (rule IAMPORT-050).
pub(super) fn major(fields: &Fields<'_, '_>, rule: &'static Rule, name: &str) -> Option<Major> {
    let fields = fields.under(rule);
    match fields.node(name)? {
        Node::Number(number) => {
            let text = number.to_string();
            let digits = text.bytes().filter(u8::is_ascii_digit).count();
            if !number.is_i64() && digits > DIGIT_COUNT_MAX {
                fields.add(name, "has more digits than a number keeps; send fewer");
                return None;
            }
            Some(Major(text))
        }
        other => {
            fields.add(name, format!("is {}; send a number in major units, without quotes", other.kind()));
            None
        }
    }
}

/// A JSON number as minor units of a currency that is known.
pub(super) fn minor(
    fields: &Fields<'_, '_>,
    rule: &'static Rule,
    name: &str,
    currency: Currency,
) -> Option<i64> {
    let minor = major(fields, rule, name)?.minor(currency);
    if minor.is_none() {
        fields
            .under(rule)
            .add(name, format!("is no amount of {currency}; send one with its decimals at most"));
    }
    minor
}

/// The amount to pay.
pub(super) fn total(fields: &Fields<'_, '_>, currency: Currency) -> Option<i64> {
    let rule = &rules::AMOUNT;
    if !fields.has("amount") {
        fields.under(rule).add("amount", "is missing; send a number in major units");
    }
    let total = minor(fields, rule, "amount", currency)?;
    if total < 1 {
        fields.under(rule).add("amount", "is not positive; send what is to be paid");
        return None;
    }
    Some(total)
}
