//! The rules of windows. Fields are spelt as V2's browser SDK spells them.

use portone_core::{
    Currency, Environment, Money, OpenWindow, Report, Severity, WindowIssue, WindowMethod, WindowPayment,
    WindowSettings,
};
use portone_wire::{sdk::check as sdk, v1::is_whole};

use super::{check_goods, check_name, check_whole};
use crate::{config::Config, encode::Bypass, rules};

const EMAIL: &str = "customer.email";
const WIDGETS: [&str; 2] = ["pw_1", "t3_1"];
const TEST: &str = "test";
/// The languages of a V2 window.
const LOCALES: &[&str] = &[
    "KO_KR", "EN_US", "JA_JP", "ZH_CN", "ZH_TW", "TH_TH", "RU_RU", "VI_VN", "FR_FR", "NL_NL", "ES_ES",
    "PT_PT", "DE_DE", "IT_IT", "PL_PL", "TR_TR", "SV_SE", "FI_FI", "UK_UA", "EL_GR", "TL_PH", "HI_IN",
    "HR_HR", "LT_LT", "SL_SI", "SR_RS", "BG_BG", "PT_BR",
];

/// A window at a V1 upstream.
pub(super) fn check(config: &Config, window: &OpenWindow, report: &mut Report) {
    let customer = window.customer();
    check_name(customer, report);
    if customer.name.is_none() {
        report.add(&rules::WINDOW_NAME, "customer.fullName", "is missing; send given name and family name");
    }
    sdk::required(&rules::BUYER_EMAIL, EMAIL, customer.email.as_deref(), "send the buyer's", report);
    check_return(window.settings(), report);
    match window {
        OpenWindow::Payment(payment) => {
            check_whole("totalAmount", &payment.order, report);
            check_payment(payment, report);
            check_test_method(config, payment, report);
        }
        OpenWindow::BillingKey(issue) => check_issue(issue, report),
        // V1 has no such window, and the profile does not list it.
        OpenWindow::IssueAndPay(_) => {}
    }
}

/// A payment window at a V2 upstream.
pub(crate) fn check_v2(payment: &WindowPayment, report: &mut Report) {
    let customer = &payment.order.customer;
    let wanted = [("customer.customerId", customer.id.as_deref()), (EMAIL, customer.email.as_deref())];
    for (field, value) in wanted {
        sdk::required(&rules::V2_CUSTOMER, field, value, "Paymentwall's V2 window needs it", report);
    }
    sdk::locale(&rules::V2_LOCALE, &payment.settings, LOCALES, report);
    check_return(&payment.settings, report);
    check_payment(payment, report);
}

fn check_payment(payment: &WindowPayment, report: &mut Report) {
    let order = &payment.order;
    sdk::required(&rules::ORDER_NAME, "orderName", Some(&order.order_name), "give the order a name", report);
    check_method(&payment.method, report);
    check_goods(order, report);
    check_bypass(&Bypass::of(order), report);
}

fn check_method(method: &WindowMethod, report: &mut Report) {
    if let WindowMethod::VirtualAccount(_) = method {
        let message =
            "asks for a Korean virtual account, which Paymentwall has not got; choose another channel";
        report.add(&rules::NO_KOREAN_ACCOUNT, "payMethod", message);
    }
    if !matches!(method, WindowMethod::Card(_)) {
        let message =
            "may be ignored: the buyer's country and the project decide; name `bypass.paymentwall.ps`";
        report.add(&rules::PAY_METHOD, "payMethod", message);
    }
}

fn check_bypass(bypass: &Bypass<'_>, report: &mut Report) {
    let found = |field: &str| format!("bypass.paymentwall.{field}");
    if bypass.value("widget").is_some_and(|widget| !WIDGETS.iter().any(|known| widget == *known)) {
        report.add(&rules::WIDGET, found("widget"), "is no widget; use pw_1 or t3_1, or leave it out");
    }
    let is_code = |code: &str| {
        !code.is_empty()
            && code.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
    };
    if bypass.value("ps").is_some_and(|code| !code.as_str().is_some_and(is_code)) {
        let message = "is no short code of Paymentwall's; use one such as kakaopaykr, or all";
        report.add(&rules::PAYMENT_SYSTEM, found("ps"), message);
    }
    let is_country = |code: &str| code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase());
    if bypass.value("country_code").is_some_and(|code| !code.as_str().is_some_and(is_country)) {
        report.add(
            &rules::COUNTRY,
            found("country_code"),
            "is no country; use two capital letters, such as DE",
        );
    }
    for name in ["product_price_without_tax", "sales_tax"] {
        if bypass.value(name).is_some_and(|value| !value.is_number()) {
            report.add(&rules::DISPLAY, found(name), "is no number; send one, or leave it out");
        }
    }
    for name in ["logo_url", "project_name"] {
        if bypass.value(name).is_some_and(|value| !value.is_string()) {
            report.add(&rules::DISPLAY, found(name), "is no text; send one, or leave it out");
        }
    }
}

fn check_test_method(config: &Config, payment: &WindowPayment, report: &mut Report) {
    let bypass = Bypass::of(&payment.order);
    let has_ps = bypass.value("ps").is_some_and(|code| code == TEST);
    if config.environment == Environment::Test && bypass.use_test_method() != has_ps {
        let message = "and `ps: test` go together in a project that is not live; send both or neither";
        report.add(&rules::TEST_METHOD, "bypass.paymentwall.use_test_method", message);
    }
}

fn check_issue(issue: &WindowIssue, report: &mut Report) {
    if !matches!(issue.method, portone_core::WindowIssueMethod::Card { .. }) {
        let message = format!("`{}` cannot be registered; use CARD", issue.method.code());
        report.add(&rules::KEY_METHOD, "billingKeyMethod", message);
    }
    check_bypass(&Bypass::within(issue.bypass.as_ref()), report);
    let name = issue.issue_name.as_deref();
    sdk::required(
        &rules::ORDER_NAME,
        "issueName",
        name,
        "the issue is a payment, and it needs a name",
        report,
    );
    if issue.display_amount.is_none_or(|amount| amount < 1) {
        let message = "is missing or 0; the issue is a payment, so send what it is to take";
        report.add(&rules::FIRST_PAYMENT, "displayAmount", message);
    }
    sdk::required(
        &rules::FIRST_PAYMENT,
        "issueId",
        issue.issue_id.as_deref(),
        "the issue is a payment, and this is its number",
        report,
    );
    let amount = issue.display_amount.map(|minor| Money::new(minor, issue.currency.unwrap_or(Currency::KRW)));
    if let Some(amount) = amount.filter(|amount| !is_whole(amount.minor, amount.currency)) {
        let message = format!("{} is no whole number of {}", amount.minor, amount.currency);
        report.add(&rules::WHOLE_AMOUNT, "displayAmount", message);
    }
}

/// Whether a mobile needs a page to come back to: known, or unknown.
fn check_return(settings: &WindowSettings, report: &mut Report) {
    let is_missing = settings.redirect_url.as_deref().is_none_or(|url| url.trim().is_empty());
    if is_missing && settings.os.is_none_or(portone_core::BuyerOs::is_mobile) {
        let message = "is missing; on a mobile the result comes back by it, and is lost without";
        report.add_with(&rules::REDIRECT_URL, Severity::Advise, "redirectUrl", message);
    }
}
