//! Checks that several PGs share, each under the PG's own rule. Fields are spelt as the V2 REST API spells them, and no
//! message shows a secret.

use chrono::{DateTime, Datelike, Months, TimeDelta, Utc};
use portone_core::{
    Cancel, Card, CashReceiptRequest, CashReceiptType, Contracts, PayMethod, PaymentId, RefundAccount,
    Report, Rule, Secret, Severity, VirtualAccountExpiry,
};

const CREDENTIAL: &str = "method.card.credential";
const EXPIRY: &str = "method.virtualAccount.expiry";
/// Korean time is nine hours ahead of UTC, all year.
pub(crate) const KOREAN_TIME: TimeDelta = TimeDelta::hours(9);

/// A payment id holds ASCII letters and digits only.
pub fn alphanumeric_payment_id(rule: &Rule, payment_id: &PaymentId, report: &mut Report) {
    let wrong = payment_id.as_str().chars().find(|character| !character.is_ascii_alphanumeric());
    if let Some(wrong) = wrong {
        report.add(
            rule,
            "paymentId",
            format!("`{payment_id}` holds `{}`; use only 0-9, a-z and A-Z", wrong.escape_debug()),
        );
    }
}

/// Something a contract has to cover.
#[derive(Debug, Clone, Copy)]
pub struct ContractNeed<'a> {
    /// The rule that says so.
    pub rule: &'a Rule,
    /// The capability's name in a channel's contracts.
    pub capability: &'a str,
    /// The field that asks for it.
    pub field: &'a str,
    /// What it is, as the subject of a sentence (`instalments`).
    pub what: &'a str,
}

/// A contract covers what is asked for: known to lack it refuses, unknown only advises.
pub fn contract(need: ContractNeed<'_>, contracts: &Contracts, report: &mut Report) {
    let ContractNeed { rule, capability, field, what } = need;
    match contracts.covers(capability) {
        Some(true) => {}
        Some(false) => report.add_with(
            rule,
            Severity::Reject,
            field,
            format!("asks for {what}, which the channel's contract lacks; contract `{capability}` with the PG or leave it out"),
        ),
        None => report.add_with(
            rule,
            Severity::Advise,
            field,
            format!("asks for {what}, which needs a contract; declare `{capability}` in the channel's contracts once it is signed"),
        ),
    }
}

/// Which parts of a card a PG needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CardParts {
    /// Number and expiry; what else is there must still be well formed.
    NumberAndExpiry,
    /// Birth date or business number, and two password digits, too.
    Full,
}

/// A card has the parts a PG needs, each well formed (schema `CardCredential`).
pub fn card(rule: &Rule, card: &Card, parts: CardParts, report: &mut Report) {
    let digits_of = |secret: &Secret<String>, lengths: &[usize]| is_digits(secret.expose(), lengths);
    let mut found = |field: &str, message: &str| report.add(rule, format!("{CREDENTIAL}.{field}"), message);
    if !digits_of(&card.number, &[14, 15, 16]) {
        found("number", "is not 14 to 16 digits; send the digits only, without spaces or hyphens");
    }
    if !digits_of(&card.expiry_year, &[2]) {
        found("expiryYear", "is not two digits; send the last two digits of the year (`29`)");
    }
    let month = card.expiry_month.expose();
    if !is_digits(month, &[2]) || !("01"..="12").contains(&month.as_str()) {
        found("expiryMonth", "is not `01` to `12`; send two digits");
    }
    match &card.birth_or_business_registration_number {
        Some(number) if !digits_of(number, &[6, 10]) => found(
            "birthOrBusinessRegistrationNumber",
            "is neither a birth date (6 digits, yyMMdd) nor a business registration number (10 digits)",
        ),
        None if parts == CardParts::Full => found(
            "birthOrBusinessRegistrationNumber",
            "is missing; send the birth date (yyMMdd) or the business registration number (10 digits)",
        ),
        Some(_) | None => {}
    }
    match &card.password_two_digits {
        Some(digits) if !digits_of(digits, &[2]) => found("passwordTwoDigits", "is not two digits"),
        None if parts == CardParts::Full => {
            found("passwordTwoDigits", "is missing; send the first two digits of the card's password");
        }
        Some(_) | None => {}
    }
}

fn is_digits(text: &str, lengths: &[usize]) -> bool {
    lengths.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A virtual account names exactly one of its two deadlines.
pub fn one_expiry(rule: &Rule, expiry: &VirtualAccountExpiry, report: &mut Report) {
    match (expiry.valid_hours, expiry.due_date) {
        (None, None) => report.add(rule, EXPIRY, "is empty; give either `validHours` or `dueDate`"),
        (Some(_), Some(_)) => {
            report.add(rule, EXPIRY, "has both `validHours` and `dueDate`; give one of them");
        }
        (Some(_), None) | (None, Some(_)) => {}
    }
}

/// The deadlines a virtual account names lie in the future.
pub fn future_expiry(rule: &Rule, expiry: &VirtualAccountExpiry, now: DateTime<Utc>, report: &mut Report) {
    if let Some(due_date) = expiry.due_date.filter(|due_date| *due_date <= now) {
        report.add(
            rule,
            format!("{EXPIRY}.dueDate"),
            format!("`{}` is not in the future; give a later moment", due_date.to_rfc3339()),
        );
    }
    if let Some(hours) = expiry.valid_hours.filter(|hours| *hours <= 0) {
        report.add(
            rule,
            format!("{EXPIRY}.validHours"),
            format!("{hours} hours end before they begin; give 1 or more"),
        );
    }
}

/// A schedule lies in the future.
pub fn future_schedule(rule: &Rule, time_to_pay: DateTime<Utc>, now: DateTime<Utc>, report: &mut Report) {
    if time_to_pay <= now {
        report.add(
            rule,
            "timeToPay",
            format!("`{}` is not in the future; send a later time", time_to_pay.to_rfc3339()),
        );
    }
}

/// A cash receipt that is wanted names whom it is for; `NO_RECEIPT` needs nobody (DOC-038).
pub fn cash_receipt_identity(rule: &Rule, field: &str, receipt: &CashReceiptRequest, report: &mut Report) {
    let what = match receipt.kind {
        CashReceiptType::Personal => "mobile or resident registration number",
        CashReceiptType::Corporate => "business registration number",
        CashReceiptType::NoReceipt => return,
    };
    let missing =
        receipt.customer_identity_number.as_ref().is_none_or(|number| number.expose().trim().is_empty());
    if missing {
        report.add(
            rule,
            format!("{field}.customerIdentityNumber"),
            format!("is missing; a {} receipt needs the {what}", receipt.kind.code()),
        );
    }
}

/// A cancel that returns money to a bank account names the account.
///
/// `why` says what makes it one, as the end of a sentence (`a deposit is returned to an account`).
pub fn refund_account(
    rule: &Rule,
    account: Option<&RefundAccount>,
    needs_phone_number: bool,
    why: &str,
    report: &mut Report,
) {
    let Some(account) = account else {
        let phone = if needs_phone_number { ", `holderPhoneNumber`" } else { "" };
        return report.add(
            rule,
            "refundAccount",
            format!("is missing: {why}; give `bank`, `number`, `holderName`{phone}"),
        );
    };
    let mut missing = |field: &str| {
        report.add(rule, format!("refundAccount.{field}"), format!("is missing: {why}; give it"));
    };
    if account.number.expose().trim().is_empty() {
        missing("number");
    }
    if account.holder_name.trim().is_empty() {
        missing("holderName");
    }
    let has_phone_number =
        account.holder_phone_number.as_deref().is_some_and(|number| !number.trim().is_empty());
    if needs_phone_number && !has_phone_number {
        missing("holderPhoneNumber");
    }
}

/// How long money goes back the way it came, at any PG behind V2.
pub const CANCEL_TIME: Rule = Rule {
    code: "V2-066",
    severity: Severity::Advise,
    reason: "A carrier takes a cancel within the month, a card for about a year, a wallet for about five.",
    source: "docs cancel/v2/readme.mdx",
};
const CARD_CANCEL_YEARS: u32 = 1;
const WALLET_CANCEL_YEARS: u32 = 5;

/// A cancel comes while the money can still go back the way it came (rule V2-066): a carrier's within its month in Korea.
/// Nobody publishes the day on which a card or a wallet no longer takes one, so that a late one is only advised against.
pub fn cancel_time(cancel: &Cancel, now: DateTime<Utc>, report: &mut Report) {
    let paid = || (cancel.paid_at + KOREAN_TIME).date_naive();
    let (years, whose) = match cancel.method {
        PayMethod::Card => (CARD_CANCEL_YEARS, "cards take a cancel for about a year"),
        PayMethod::EasyPay if cancel.card.is_some() => {
            (CARD_CANCEL_YEARS, "the card in a wallet takes a cancel for about a year")
        }
        PayMethod::EasyPay => (WALLET_CANCEL_YEARS, "wallets take a cancel for about five years"),
        PayMethod::Mobile if !same_korean_month(cancel.paid_at, now) => {
            let message = "a carrier takes a cancel within that month only; pay the money back another way";
            let message = format!("was paid on {}, and {message}", paid());
            return report.add_with(&CANCEL_TIME, Severity::Reject, "paymentId", message);
        }
        PayMethod::VirtualAccount | PayMethod::Transfer | PayMethod::Mobile => return,
    };
    let last = cancel.paid_at.checked_add_months(Months::new(12 * years));
    if last.is_some_and(|last| last < now) {
        let message =
            format!("was paid on {}, and {whose}: if it is refused, pay the money back another way", paid());
        report.add(&CANCEL_TIME, "paymentId", message);
    }
}

/// Whether two moments fall into one calendar month in Korea: carriers settle month by month.
pub fn same_korean_month(one: DateTime<Utc>, other: DateTime<Utc>) -> bool {
    let month = |at: DateTime<Utc>| {
        let there = at + KOREAN_TIME;
        (there.year(), there.month())
    };
    month(one) == month(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_change_at_midnight_in_korea() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let last = at("2026-01-31T14:59:59Z");
        assert!(same_korean_month(at("2025-12-31T15:00:00Z"), last));
        assert!(!same_korean_month(last, at("2026-01-31T15:00:00Z")));
        assert!(!same_korean_month(last, at("2025-01-31T14:59:59Z")));
    }
}
