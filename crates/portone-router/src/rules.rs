//! The rules of channel groups, as a list.

use portone_core::{GROUP_RULES, Rule};

use crate::{advice, choose, required, selector};

/// Every rule of channel groups, in the catalogue's order.
pub fn group_rules() -> impl Iterator<Item = &'static Rule> {
    GROUP_RULES.iter().chain(RULES)
}

const RULES: &[Rule] = &[
    advice::COVERAGE,
    advice::NEWCOMER,
    selector::ONE_OF,
    selector::GROUP_OF_KEY,
    required::WINDOW,
    required::WINDOW_ACCOUNT,
    required::WINDOW_MOBILE,
    required::v1::WINDOW,
    required::CARD,
    required::ACCOUNT,
    required::FIXED_ACCOUNT,
    required::VALID_HOURS,
    required::v1::CARD,
    required::BILLING,
    required::PRODUCT_TYPE,
    required::PRODUCT_COUNT,
    required::v1::BILLING,
    required::PAYMENT_ID,
    choose::ZERO_WEIGHT,
];
