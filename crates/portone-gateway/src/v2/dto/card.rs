//! Card credentials: secret from the moment they are read.

use portone_core::{Card, Secret};

use super::rules;
use crate::fields::Fields;

const CREDENTIAL: &[&str] =
    &["number", "expiryYear", "expiryMonth", "birthOrBusinessRegistrationNumber", "passwordTwoDigits", "cvc"];

/// The card of `credential` (schema `CardCredential`, rule V2-045). No message holds a value.
pub(super) fn read(card: &Fields<'_, '_>) -> Option<Card> {
    let fields = card.need_object("credential", &rules::METHOD, CREDENTIAL)?;
    let number = fields.need_secret("number");
    let expiry_year = fields.need_secret("expiryYear");
    let expiry_month = fields.need_secret("expiryMonth");
    let birth = fields.secret("birthOrBusinessRegistrationNumber");
    let password = fields.secret("passwordTwoDigits");
    // Not of the schema: Paymentwall wants it (rule PW-027), and it may rest nowhere a bypass may.
    let cvc = fields.secret("cvc");
    check(&fields, "number", number.as_ref(), &[], "digits only, without spaces or hyphens");
    check(&fields, "expiryYear", expiry_year.as_ref(), &[2], "the last two digits of the year");
    check(&fields, "expiryMonth", expiry_month.as_ref(), &[2], "two digits");
    let birth_wanted = "6 digits (yyMMdd) or a business registration number of 10 digits";
    check(&fields, "birthOrBusinessRegistrationNumber", birth.as_ref(), &[6, 10], birth_wanted);
    check(&fields, "passwordTwoDigits", password.as_ref(), &[2], "the first two digits");
    check(&fields, "cvc", cvc.as_ref(), &[3, 4], "the card verification number, 3 or 4 digits");
    Some(Card {
        number: number?,
        expiry_year: expiry_year?,
        expiry_month: expiry_month?,
        birth_or_business_registration_number: birth,
        password_two_digits: password,
        cvc,
    })
}

fn check(
    fields: &Fields<'_, '_>,
    name: &str,
    secret: Option<&Secret<String>>,
    lengths: &[usize],
    wanted: &str,
) {
    let Some(secret) = secret else { return };
    let text = secret.expose();
    let length_fits = lengths.is_empty() || lengths.contains(&text.len());
    if text.is_empty() || !length_fits || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        fields.add(name, format!("is malformed; send {wanted} (the value is not shown)"));
    }
}
