//! Amounts: V1 writes decimal major units (10.50 is ten dollars and a half) as JSON numbers.

use portone_core::{Currency, Major, Rule};
use portone_wire::v1::rules;

use crate::fields::Fields;
use crate::json::Node;

/// How many digits a JSON number keeps on its way through a double, if it has a fraction.
const DIGIT_COUNT_MAX: usize = 15;

/// A number in major units (rule IAMPORT-050).
pub(super) fn major(fields: &Fields<'_, '_>, rule: &'static Rule, name: &str) -> Option<Major> {
    let fields = fields.under(rule);
    if let Some(Node::Number(number)) = fields.node(name) {
        let digits = number.to_string().bytes().filter(u8::is_ascii_digit).count();
        if !number.is_i64() && digits > DIGIT_COUNT_MAX {
            fields.unreadable(name, "has more digits than a number keeps; send fewer");
            return None;
        }
    }
    fields.major(name)
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
            .unreadable(name, format!("is no amount of {currency}; send one with its decimals at most"));
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
