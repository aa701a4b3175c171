//! Card data (rules IAMPORT-020 to IAMPORT-027).

use portone_core::{Card, Contracts, Report, Rule, Secret, Severity};

use crate::v1::{
    encode::CVC_PG,
    rules::{self, capability},
};

const CREDENTIAL: &str = "method.card.credential";

pub(super) fn check(pg_code: &str, contracts: &Contracts, card: &Card, report: &mut Report) {
    let mut found = |rule, field, message| report.add(rule, format!("{CREDENTIAL}.{field}"), message);
    if !is_digits(&card.number, &[16]) {
        found(
            &rules::CARD_NUMBER,
            "number",
            "is not 16 digits; V1 takes no other card numbers, those of American Express (15) neither",
        );
    }
    if !is_digits(&card.expiry_year, &[2]) {
        found(
            &rules::CARD_EXPIRY,
            "expiryYear",
            "is not two digits; send the last two digits of the year (`29`)",
        );
    }
    let month = card.expiry_month.expose();
    if !is_digits(&card.expiry_month, &[2]) || !("01"..="12").contains(&month.as_str()) {
        found(&rules::CARD_EXPIRY, "expiryMonth", "is not `01` to `12`; send two digits");
    }
    if card.birth_or_business_registration_number.as_ref().is_some_and(|number| !is_birth(number.expose())) {
        found(
            &rules::CARD_BIRTH,
            "birthOrBusinessRegistrationNumber",
            "is neither a birth date (6 digits, yyMMdd) nor a business registration number (10 digits)",
        );
    }
    if card.password_two_digits.as_ref().is_some_and(|digits| !is_digits(digits, &[2])) {
        found(&rules::CARD_PASSWORD, "passwordTwoDigits", "is not two digits");
    }
    if pg_code == CVC_PG {
        // A foreign PG needs neither birth date nor password (rule IAMPORT-024).
        return;
    }
    if card.cvc.is_some() {
        let message = format!("is ignored by `{pg_code}`, and not sent; leave it out");
        report.add(&rules::CVC_IGNORED, format!("{CREDENTIAL}.cvc"), message);
    }
    check_parts(contracts, card, report);
}

fn check_parts(contracts: &Contracts, card: &Card, report: &mut Report) {
    let parts = [
        (
            card.birth_or_business_registration_number.is_none(),
            "birthOrBusinessRegistrationNumber",
            capability::CARD_WITHOUT_BIRTH,
        ),
        (card.password_two_digits.is_none(), "passwordTwoDigits", capability::CARD_WITHOUT_PWD_2DIGIT),
    ];
    for (is_missing, field, capability) in parts {
        let severity = match contracts.covers(capability) {
            _ if !is_missing => continue,
            Some(true) => continue,
            Some(false) => Severity::Reject,
            None => Severity::Advise,
        };
        missing(&rules::CARD_PARTS, severity, field, capability, report);
    }
}

fn missing(rule: &Rule, severity: Severity, field: &str, capability: &str, report: &mut Report) {
    let message = format!(
        "is missing; most contracts want it: send it, or declare `{capability}` in the channel's contracts once it is agreed"
    );
    report.add_with(rule, severity, format!("{CREDENTIAL}.{field}"), message);
}

fn is_digits(secret: &Secret<String>, lengths: &[usize]) -> bool {
    let text = secret.expose();
    lengths.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `yyMMdd` with a month and a day that exist, ten digits, or the placeholder of foreign PGs.
fn is_birth(text: &str) -> bool {
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return false;
    }
    match text.len() {
        10 => true,
        6 => {
            text == "000000" || (("01"..="12").contains(&&text[2..4]) && ("01"..="31").contains(&&text[4..6]))
        }
        _ => false,
    }
}
