//! Windows (rules IAMPORT-010, IAMPORT-013, IAMPORT-052 to IAMPORT-057 and IAMPORT-071 to IAMPORT-085). Fields are
//! spelt as V2's browser SDK spells them.

use portone_core::{
    Currency, OpenWindow, Report, Severity, WindowCard, WindowInstallment, WindowMethod, WindowPayment,
    WindowSettings,
};

use super::{QUOTA_AMOUNT_MIN, WINDOW, check_length};
use crate::{
    check::{self, ContractNeed},
    sdk::check as sdk,
    v1::{
        V1Dialect, names,
        rules::{self, capability},
    },
};

/// From how many months on a payment is an instalment payment; 0 and 1 are a lump sum.
const INSTALLMENT_MONTH_MIN: i32 = 2;

pub(super) fn check(dialect: &V1Dialect, window: &OpenWindow, report: &mut Report) {
    check_settings(window.settings(), report);
    match window {
        OpenWindow::Payment(payment) => check_payment(dialect, payment, report),
        OpenWindow::BillingKey(issue) => {
            let id = issue.issue_id.as_deref().unwrap_or_default();
            check_length(&rules::MERCHANT_UID_LENGTH, "issueId", id, super::MERCHANT_UID_LENGTH_MAX, report);
        }
    }
}

fn check_settings(settings: &WindowSettings, report: &mut Report) {
    if settings.redirect_url.as_deref().is_none_or(|url| url.trim().is_empty()) {
        let severity = match settings.os {
            Some(os) if os.is_mobile() => Some(Severity::Reject),
            Some(_) => None,
            None => Some(Severity::Advise),
        };
        if let Some(severity) = severity {
            let message = "is missing; where the window is a page of its own the result is lost without it";
            report.add_with(&rules::REDIRECT_URL, severity, "redirectUrl", message);
        }
    }
    if settings.in_app && settings.app_scheme.as_deref().is_none_or(str::is_empty) {
        let message = "is missing, and card apps come back to the app by it; send the app's URL scheme";
        report.add(&rules::APP_SCHEME, "appScheme", message);
    }
    if let Some(locale) = settings.locale.as_deref().filter(|locale| names::language(locale).is_none()) {
        let message =
            format!("`{locale}` is no language of V1's windows, and is left out; use KO_KR, EN_US or ZH_CN");
        report.add(&rules::LANGUAGE, "locale", message);
    }
}

fn check_payment(dialect: &V1Dialect, payment: &WindowPayment, report: &mut Report) {
    let order = &payment.order;
    let id = order.payment_id.as_str();
    check_length(&rules::MERCHANT_UID_LENGTH, "paymentId", id, super::MERCHANT_UID_LENGTH_MAX, report);
    check_length(&rules::NAME, "orderName", &order.order_name, super::NAME_LENGTH_MAX, report);
    let mut amounts = Report::new();
    dialect.check_amount(order, &WINDOW, &mut amounts);
    report.extend(spelt_for_windows(amounts));
    let contract = |rule, capability, field, what, report: &mut Report| {
        check::contract(ContractNeed { rule, capability, field, what }, &dialect.contracts, report);
    };
    if order.is_escrow == Some(true) {
        contract(&rules::ESCROW_CONTRACT, capability::ESCROW, "isEscrow", "escrow", report);
    }
    if payment.confirm_url.is_some() {
        let what = "being asked before the approval";
        contract(&rules::CONFIRM_CONTRACT, capability::CONFIRM_PROCESS, "confirmUrl", what, report);
    }
    match &payment.method {
        WindowMethod::Card(card) => check_card(card, payment, report),
        WindowMethod::Mobile(_) => sdk::mobile_product_type(&rules::DIGITAL, payment, report),
        _ => {}
    }
}

/// The browser SDK has the parts of an amount at the top.
fn spelt_for_windows(mut report: Report) -> Report {
    for violation in &mut report.violations {
        match violation.field.as_str() {
            "amount.taxFree" => "taxFreeAmount",
            "amount.vat" => "vatAmount",
            _ => continue,
        }
        .clone_into(&mut violation.field);
    }
    report
}

fn check_card(card: &WindowCard, payment: &WindowPayment, report: &mut Report) {
    if let Some(company) = card.card_company.as_deref().filter(|company| names::card_code(company).is_none())
    {
        report.add(
            &rules::DIRECT_CARD,
            "card.cardCompany",
            format!("`{company}` has no code in V1; use a card company that has one, or leave it out"),
        );
    }
    let Some(installment) = &card.installment else { return };
    check_months(installment, report);
    let months = installment.fixed_month.iter().chain(installment.available_months.iter().flatten());
    let amount = &payment.order.amount;
    let is_small = amount.currency == Currency::KRW && amount.total < QUOTA_AMOUNT_MIN;
    if is_small && months.into_iter().any(|months| *months >= INSTALLMENT_MONTH_MIN) {
        report.add(
            &rules::CARD_QUOTA_AMOUNT,
            "card.installment.monthOption",
            format!("{} won are too little for instalments, which start at {QUOTA_AMOUNT_MIN}", amount.total),
        );
    }
}

fn check_months(installment: &WindowInstallment, report: &mut Report) {
    let wrong = installment.available_months.iter().flatten().find(|months| **months < INSTALLMENT_MONTH_MIN);
    if let Some(months) = wrong {
        report.add(
            &rules::MONTH_LIST,
            "card.installment.monthOption.availableMonthList",
            format!(
                "{months} is no number of instalments; list 2 and more, and nothing for a lump sum alone"
            ),
        );
    }
}
