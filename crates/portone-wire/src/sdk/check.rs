//! Checks of windows that several PGs share, each under the PG's own rule. Fields are spelt as the browser SDK spells
//! them, and no message shows a buyer's name or identifier.

use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use portone_core::{Customer, CustomerName, Report, Rule, WindowMethod, WindowPayment, WindowSettings};

/// The names of the browser SDK's banks.
pub const BANKS: &[&str] = &[
    "INDUSTRIAL_BANK_OF_KOREA",
    "KOOKMIN_BANK",
    "SUHYUP_BANK",
    "NH_NONGHYUP_BANK",
    "WOORI_BANK",
    "SC_BANK_KOREA",
    "DAEGU_BANK",
    "BUSAN_BANK",
    "GWANGJU_BANK",
    "JEONBUK_BANK",
    "KYONGNAM_BANK",
    "EPOST",
    "HANA_BANK",
    "SHINHAN_BANK",
    "K_BANK",
];

/// The names of the browser SDK's card companies.
pub const CARD_COMPANIES: &[&str] = &[
    "KOREA_DEVELOPMENT_BANK",
    "KFCC",
    "SHINHYUP",
    "EPOST",
    "SAVINGS_BANK_KOREA",
    "KAKAO_BANK",
    "WOORI_CARD",
    "BC_CARD",
    "GWANGJU_CARD",
    "SAMSUNG_CARD",
    "SHINHAN_CARD",
    "HYUNDAI_CARD",
    "LOTTE_CARD",
    "SUHYUP_CARD",
    "CITI_CARD",
    "NH_CARD",
    "JEONBUK_CARD",
    "JEJU_CARD",
    "HANA_CARD",
    "KOOKMIN_CARD",
    "K_BANK",
    "TOSS_BANK",
    "MIRAE_ASSET_SECURITIES",
];

/// `REAL` and `DIGITAL`.
pub const PRODUCT_TYPES: &[&str] = &["REAL", "DIGITAL"];

/// A name, where there is one, is one that the PG knows.
pub fn known_name(rule: &Rule, field: &str, name: Option<&str>, known: &[&str], report: &mut Report) {
    if let Some(name) = name.filter(|name| !known.contains(name)) {
        report.add(rule, field, format!("`{name}` is not known here; use {}", known.join(", ")));
    }
}

/// A text that must be there is.
pub fn required(rule: &Rule, field: &str, text: Option<&str>, why: &str, report: &mut Report) {
    if text.is_none_or(|text| text.trim().is_empty()) {
        report.add(rule, field, format!("is missing; {why}"));
    }
}

/// Fields that have no effect are told, where they are there.
pub fn ignored(rule: &Rule, fields: &[(&str, bool)], report: &mut Report) {
    for (field, _) in fields.iter().filter(|(_, is_there)| *is_there) {
        report.add(rule, *field, "has no effect at this PG; leave it out");
    }
}

/// The window is by card, transfer, virtual account, mobile or easy pay.
pub fn five_methods(rule: &Rule, payment: &WindowPayment, report: &mut Report) {
    if payment.method.pay_method().is_none() {
        report.add(
            rule,
            "payMethod",
            format!(
                "`{}` is not known here; use CARD, TRANSFER, VIRTUAL_ACCOUNT, MOBILE or EASY_PAY",
                payment.method.code()
            ),
        );
    }
}

/// Carrier billing says what kind of product is bought.
pub fn mobile_product_type(rule: &Rule, payment: &WindowPayment, report: &mut Report) {
    if !matches!(payment.method, WindowMethod::Mobile(_)) {
        return;
    }
    let name = payment.settings.product_type.as_deref();
    required(rule, "productType", name, "carrier billing needs REAL or DIGITAL", report);
    known_name(rule, "productType", name, PRODUCT_TYPES, report);
}

/// The window has the language asked for.
pub fn locale(rule: &Rule, settings: &WindowSettings, known: &[&str], report: &mut Report) {
    if let Some(locale) = settings.locale.as_deref().filter(|locale| !known.contains(locale)) {
        report.add(
            rule,
            "locale",
            format!("`{locale}` has no effect: the window speaks {} only", known.join(" and ")),
        );
    }
}

/// The buyer's name is not too long. Where it comes in parts the SDK sends the family name, a space and the given name.
pub fn name_length(rule: &Rule, customer: &Customer, length_max: usize, report: &mut Report) {
    let (field, length) = match &customer.name {
        None => return,
        Some(CustomerName::Full(full)) => ("customer.fullName", full.chars().count()),
        Some(CustomerName::Separated { first, last }) => {
            ("customer.firstName", first.chars().count() + last.chars().count() + 1)
        }
    };
    if length > length_max {
        report.add(rule, field, format!("makes a name of {length} characters; use at most {length_max}"));
    }
}

/// Korean time is nine hours ahead of UTC, all year.
const KOREAN_TIME: TimeDelta = TimeDelta::hours(9);

/// The moment a `dueDate` names: RFC 3339, or one of the SDK's own forms, which are Korean time. A date alone is its
/// last second.
pub fn moment(text: &str) -> Option<DateTime<Utc>> {
    if let Ok(moment) = DateTime::parse_from_rfc3339(text) {
        return Some(moment.to_utc());
    }
    let date = |format| NaiveDate::parse_from_str(text, format).ok();
    let day = if text.len() == 8 { date("%Y%m%d") } else { date("%Y-%m-%d") };
    let there = if let Some(day) = day {
        day.checked_add_days(Days::new(1))?.and_time(NaiveTime::MIN) - TimeDelta::seconds(1)
    } else {
        let form = if text.len() == 14 { "%Y%m%d%H%M%S" } else { "%Y-%m-%d %H:%M:%S" };
        NaiveDateTime::parse_from_str(text, form).ok()?
    };
    Some(there.checked_sub_signed(KOREAN_TIME)?.and_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_in_every_form_the_sdk_takes() {
        let last = Some("2099-12-31T14:59:59Z".parse::<DateTime<Utc>>().unwrap());
        for text in [
            "2099-12-31T23:59:59+09:00",
            "2099-12-31T14:59:59Z",
            "20991231",
            "2099-12-31",
            "20991231235959",
            "2099-12-31 23:59:59",
        ] {
            assert_eq!(moment(text), last, "{text}");
        }
        for text in
            ["", "tomorrow", "2099-13-01", "2024-11-12T00:00:00+09+00", "209912312", "2099-12-31 23:59"]
        {
            assert_eq!(moment(text), None, "{text}");
        }
    }
}
