//! Card data: secret from the moment it is read. No message holds a value.

use portone_core::{Card, Rule, Secret};
use portone_wire::v1::rules;

use crate::fields::Fields;

/// The members that hold a card.
pub(super) const CARD: [&str; 5] = ["card_number", "expiry", "birth", "pwd_2digit", "cvc"];

/// The card of a request that needs one (rules IAMPORT-020 to IAMPORT-027).
pub(super) fn read(fields: &Fields<'_, '_>) -> Option<Card> {
    let number = fields.under(&rules::CARD_NUMBER).need_secret("card_number");
    let expiry = fields.under(&rules::CARD_EXPIRY).need_secret("expiry");
    let number = number.and_then(|text| number_of(fields, &text));
    let expiry = expiry.and_then(|text| expiry_of(fields, &text));
    let birth =
        digits(fields, &rules::CARD_BIRTH, "birth", &[6, 10], "a birth date (yyMMdd) or a business number");
    let password = digits(fields, &rules::CARD_PASSWORD, "pwd_2digit", &[2], "the first two digits");
    let cvc = digits(fields, &rules::CVC_IGNORED, "cvc", &[3, 4], "3 or 4 digits");
    let (expiry_year, expiry_month) = expiry?;
    Some(Card {
        number: number?,
        expiry_year,
        expiry_month,
        birth_or_business_registration_number: birth,
        password_two_digits: password,
        cvc,
    })
}

/// Four groups of four digits; the digits alone.
fn number_of(fields: &Fields<'_, '_>, written: &Secret<String>) -> Option<Secret<String>> {
    let groups: Vec<&str> = written.expose().split('-').collect();
    let is_group = |group: &&str| group.len() == 4 && group.bytes().all(|byte| byte.is_ascii_digit());
    if groups.len() == 4 && groups.iter().all(is_group) {
        return Some(Secret::new(groups.concat()));
    }
    let rule = &rules::CARD_NUMBER;
    fields
        .under(rule)
        .add("card_number", "is not written dddd-dddd-dddd-dddd; V1 takes no other card numbers");
    None
}

/// `YYYY-MM` as the last two digits of the year, and the month.
fn expiry_of(fields: &Fields<'_, '_>, written: &Secret<String>) -> Option<(Secret<String>, Secret<String>)> {
    let text = written.expose();
    let is_shaped = text.len() == 7
        && text
            .bytes()
            .enumerate()
            .all(|(at, byte)| if at == 4 { byte == b'-' } else { byte.is_ascii_digit() });
    if is_shaped && ("01"..="12").contains(&&text[5..]) {
        return Some((text[2..4].into(), text[5..].into()));
    }
    fields.under(&rules::CARD_EXPIRY).add("expiry", "is not written YYYY-MM; send the year in four digits");
    None
}

fn digits(
    fields: &Fields<'_, '_>,
    rule: &'static Rule,
    name: &str,
    lengths: &[usize],
    wanted: &str,
) -> Option<Secret<String>> {
    let fields = fields.under(rule);
    let secret = fields.secret(name)?;
    let text = secret.expose();
    if lengths.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(secret);
    }
    fields.add(name, format!("is malformed; send {wanted} (the value is not shown)"));
    None
}
