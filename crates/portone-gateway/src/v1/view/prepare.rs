//! Fixed amounts as answers show them.

use portone_core::{Currency, Major};
use portone_engine::ledger::PreRegistration;
use serde::Serialize;
use serde_json::value::RawValue;

use super::number;

/// Schema `PaymentPrepareAnnotation`.
#[derive(Debug, Serialize)]
pub(crate) struct PreparedView<'a> {
    merchant_uid: &'a str,
    amount: Option<Box<RawValue>>,
    currency: Option<&'static str>,
}

impl<'a> From<&'a PreRegistration> for PreparedView<'a> {
    fn from(registration: &'a PreRegistration) -> Self {
        let decimals = registration.currency.map_or(0, Currency::exponent);
        let decimals = registration.decimals.unwrap_or(decimals);
        Self {
            merchant_uid: registration.payment_id.as_str(),
            amount: registration.total.map(|total| number(Major::new(total, decimals))),
            currency: registration.currency.as_ref().map(code),
        }
    }
}

const fn code(currency: &Currency) -> &'static str {
    currency.code()
}
