//! Smartro's rules of the payment window.

use portone_core::{
    BuyerOs, CallContext, Currency, Environment, OpenWindow, Report, Severity, WindowCard, WindowEasyPay,
    WindowIssue, WindowMethod, WindowPayment,
};
use portone_wire::{
    sdk::check as sdk,
    v2::check::{self, ContractNeed},
};

use super::{OrderFields, bypass, check_order, issue_window, receipt};
use crate::{
    codes::{
        SHARED_CUSTOMER_IDS, TEST_MODE_BLOCKED_CARDS, TEST_MODE_LIMITED_WALLETS, TEST_MODE_WALLET_CARDS,
        WALLETS, WINDOWS_ONLY_CARDS, capability,
    },
    config::Config,
    rules,
};

const LOCALES: &[&str] = &["KO_KR", "EN_US"];
const CUSTOMER_ID_LENGTH_MAX: usize = 20;
const NAME_LENGTH_MAX: usize = 30;
const EMAIL_LENGTH_MAX: usize = 60;
/// From how many months on a payment is an instalment payment; 0 and 1 are a lump sum.
const INSTALLMENT_MONTH_MIN: i32 = 2;

pub(super) fn check(config: &Config, window: &OpenWindow, ctx: &CallContext, report: &mut Report) {
    match window {
        OpenWindow::Payment(payment) => check_payment(config, payment, ctx, report),
        OpenWindow::BillingKey(issue) => {
            check_buyer(window, report);
            issue_window::check(config, issue, report);
        }
    }
    if let OpenWindow::Payment(_) = window {
        check_buyer(window, report);
    }
}

fn check_payment(config: &Config, payment: &WindowPayment, ctx: &CallContext, report: &mut Report) {
    check_order(config, &payment.order, OrderFields::WINDOW, report);
    sdk::five_methods(&rules::WINDOW_METHODS, payment, report);
    check_phone_number(payment, report);
    sdk::locale(&rules::WINDOW_LOCALE, &payment.settings, LOCALES, report);
    bypass::check_payment(payment.order.bypass.as_ref(), report);
    check_overseas(config, payment, report);
    check_escrow(config, payment, report);
    check_offer_period(config, payment, report);
    sdk::mobile_product_type(&rules::MOBILE_PRODUCT_TYPE, payment, report);
    match &payment.method {
        WindowMethod::Card(card) => check_card(config, payment, card, report),
        WindowMethod::EasyPay(wallet) => check_easy_pay(config, payment, wallet, report),
        WindowMethod::VirtualAccount(account) => receipt::check_account(config, account, ctx, report),
        WindowMethod::Transfer(receipt) => receipt::check(receipt, "transfer", report),
        WindowMethod::Mobile(_) => check_mid_product_type(config, payment, report),
        // Refused as methods that Smartro has not got.
        WindowMethod::GiftCertificate { .. }
        | WindowMethod::Paypal
        | WindowMethod::Alipay
        | WindowMethod::AlipayPlus { .. }
        | WindowMethod::ConvenienceStore { .. } => {}
    }
}

fn check_phone_number(payment: &WindowPayment, report: &mut Report) {
    let phone_number = payment.order.customer.phone_number.as_deref();
    let why = "Smartro opens no window without it";
    sdk::required(&rules::WINDOW_PHONE_NUMBER, "customer.phoneNumber", phone_number, why, report);
}

/// What both kinds of window ask of the buyer.
fn check_buyer(window: &OpenWindow, report: &mut Report) {
    let customer = window.customer();
    if let Some(id) = customer.id.as_deref() {
        let length = id.chars().count();
        if length > CUSTOMER_ID_LENGTH_MAX {
            report.add(
                &rules::CUSTOMER_ID_LENGTH,
                "customer.customerId",
                format!("is {length} characters long; use at most {CUSTOMER_ID_LENGTH_MAX}"),
            );
        }
    }
    sdk::name_length(&rules::NAME_LENGTH, customer, NAME_LENGTH_MAX, report);
    if let Some(email) = customer.email.as_deref() {
        let length = email.chars().count();
        if length > EMAIL_LENGTH_MAX {
            report.add(
                &rules::EMAIL,
                "customer.email",
                format!("is {length} characters long; use at most {EMAIL_LENGTH_MAX}"),
            );
        }
        if !is_email(email) {
            report.add(
                &rules::EMAIL,
                "customer.email",
                "is no e-mail address; send one (`name@shop.example`)",
            );
        }
    }
}

/// Only what no address can be without: a part before the one `@`, and a domain with a dot after it.
fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let labels_are_full = domain.split('.').all(|label| !label.is_empty());
    !local.is_empty()
        && domain.contains('.')
        && labels_are_full
        && !domain.contains('@')
        && !text.chars().any(char::is_whitespace)
}

fn check_overseas(config: &Config, payment: &WindowPayment, report: &mut Report) {
    if payment.order.amount.currency == Currency::USD {
        super::check_usd(config, report);
        contract(config, &rules::OVERSEAS_CONTRACT, capability::OVERSEAS, ("currency", "dollars"), report);
    }
    if bypass::open_type(payment.order.bypass.as_ref()) == Some("EN") {
        let field = ("bypass.smartro_v2.OpenType", "cards issued abroad");
        contract(config, &rules::OVERSEAS_CONTRACT, capability::OVERSEAS, field, report);
    }
}

fn check_escrow(config: &Config, payment: &WindowPayment, report: &mut Report) {
    if payment.order.is_escrow != Some(true) {
        return;
    }
    contract(config, &rules::ESCROW_CONTRACT, capability::ESCROW, ("isEscrow", "escrow"), report);
    let mut excluded = |rule, field: &str, present: bool| {
        if present {
            report.add(rule, field, "goes with no escrow payment; leave it out, or `isEscrow`");
        }
    };
    match &payment.method {
        WindowMethod::Card(card) => {
            excluded(&rules::ESCROW_WITH_CARD, "card.cardCompany", card.card_company.is_some());
        }
        WindowMethod::VirtualAccount(account) => {
            let receipt = &account.receipt;
            excluded(&rules::ESCROW_WITH_BANK, "virtualAccount.bankCode", account.bank_code.is_some());
            for (field, present) in receipt::fields(receipt, "virtualAccount") {
                excluded(&rules::ESCROW_WITH_RECEIPT, &field, present);
            }
        }
        WindowMethod::Transfer(receipt) => {
            for (field, present) in receipt::fields(receipt, "transfer") {
                excluded(&rules::ESCROW_WITH_RECEIPT, &field, present);
            }
        }
        // The documents exclude nothing with other methods.
        _ => {}
    }
}

fn check_offer_period(config: &Config, payment: &WindowPayment, report: &mut Report) {
    let Some(period) = &payment.settings.offer_period else { return };
    let is_v1_date = |text: &str| text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit());
    for (end, date) in [("from", &period.from), ("to", &period.to)] {
        if config.is_v1() && date.as_deref().is_some_and(|date| !is_v1_date(date)) {
            let message = "is no date of eight digits; V1 shows no other, so write it `20260131`";
            report.add(&rules::V1_PERIOD, format!("offerPeriod.range.{end}"), message);
        }
    }
    if period.interval.is_some() {
        report.add(
            &rules::OFFER_PERIOD,
            "offerPeriod.interval",
            "is not shown; give `range` with `from` and `to`",
        );
    }
    if period.from.is_some() != period.to.is_some() {
        report.add(
            &rules::OFFER_PERIOD,
            "offerPeriod.range",
            "is not shown with one end only; give both `from` and `to`",
        );
    }
}

fn check_card(config: &Config, payment: &WindowPayment, card: &WindowCard, report: &mut Report) {
    check_card_company(config, payment, card.card_company.as_deref(), report);
    check_installment(config, card, report);
    if card.use_free_interest_from_mall == Some(true) {
        let field = ("card.useFreeInterestFromMall", "instalments free of interest");
        let capability = capability::MERCHANT_FREE_INTEREST;
        contract(config, &rules::FREE_INTEREST_CONTRACT, capability, field, report);
    }
    if card.use_card_point == Some(true) {
        let field = ("card.useCardPoint", "card points");
        contract(config, &rules::CARD_POINT_CONTRACT, capability::CARD_POINT, field, report);
    }
    let points = ("card.useCardPoint", card.use_card_point.is_some());
    sdk::ignored(&rules::WINDOW_CARD_POINT, &[points], report);
}

fn check_card_company(config: &Config, payment: &WindowPayment, company: Option<&str>, report: &mut Report) {
    const FIELD: &str = "card.cardCompany";
    sdk::known_name(&rules::CARD_COMPANY, FIELD, company, sdk::CARD_COMPANIES, report);
    let Some(company) = company else { return };
    check_test_card(config, company, report);
    if !WINDOWS_ONLY_CARDS.contains(&company) {
        return;
    }
    let (severity, message) = match payment.settings.os {
        Some(BuyerOs::Windows) => return,
        Some(_) => (Severity::Reject, "opens directly on Windows only, and the buyer's system is another"),
        None => (Severity::Advise, "opens directly on Windows only"),
    };
    report.add_with(
        &rules::WINDOWS_ONLY_CARD,
        severity,
        FIELD,
        format!("`{company}` {message}; leave it out elsewhere"),
    );
}

/// Rule SMARTRO-125, in both kinds of window.
pub(super) fn check_test_card(config: &Config, company: &str, report: &mut Report) {
    if config.environment == Environment::Test && TEST_MODE_BLOCKED_CARDS.contains(&company) {
        report.add(
            &rules::TEST_CARD,
            "card.cardCompany",
            format!("`{company}` never pays on a test channel; use another card"),
        );
    }
}

fn check_installment(config: &Config, card: &WindowCard, report: &mut Report) {
    const MONTHS: &str = "card.installment.monthOption";
    let installment = card.installment.clone().unwrap_or_default();
    if card.card_company.is_some() != installment.fixed_month.is_some() {
        let (field, missing) = if card.card_company.is_some() {
            ("card.cardCompany", "`card.installment.monthOption.fixedMonth`")
        } else {
            ("card.installment.monthOption.fixedMonth", "`card.cardCompany`")
        };
        report.add(
            &rules::CARD_AND_MONTH,
            field,
            format!("goes with {missing} only; send both (0 months is a lump sum) or neither"),
        );
    }
    if installment.fixed_month.is_some() && installment.available_months.is_some() {
        report.add(
            &rules::ONE_MONTH_OPTION,
            MONTHS,
            "has both `fixedMonth` and `availableMonthList`; give one of them",
        );
    }
    if installment.fixed_month.is_some_and(|months| months >= INSTALLMENT_MONTH_MIN) {
        let field = ("card.installment.monthOption.fixedMonth", "instalments");
        contract(config, &rules::INSTALLMENT_CONTRACT, capability::INSTALLMENT, field, report);
    }
    let list = ("card.installment.monthOption.availableMonthList", installment.available_months.is_some());
    sdk::ignored(&rules::MONTH_LIST, &[list], report);
    let plans = ("card.installment.freeInstallmentPlans", installment.free_plans.is_some());
    sdk::ignored(&rules::FREE_PLANS, &[plans], report);
}

fn check_easy_pay(config: &Config, payment: &WindowPayment, wallet: &WindowEasyPay, report: &mut Report) {
    contract(config, &rules::EASY_PAY_CONTRACT, capability::EASY_PAY, ("payMethod", "easy pay"), report);
    let id = payment.order.customer.id.as_deref();
    let why = "easy pay needs the shop's id of the buyer";
    sdk::required(&rules::EASY_PAY_CUSTOMER_ID, "customer.customerId", id, why, report);
    let provider = wallet.provider.as_deref();
    sdk::known_name(&rules::WALLET, "easyPay.easyPayProvider", provider, WALLETS, report);
    if provider == Some("PINPAY") && id.is_some_and(|id| SHARED_CUSTOMER_IDS.contains(&id)) {
        report.add(
            &rules::PINPAY_CUSTOMER_ID,
            "customer.customerId",
            "looks like one id for many buyers, and PINPAY keeps a wallet for each; send the buyer's own",
        );
    }
    let beyond_cards = wallet.available_pay_methods.iter().flatten().any(|pay_method| pay_method != "CARD");
    if provider == Some("NAVERPAY") && beyond_cards {
        report.add(
            &rules::NAVERPAY_CARDS,
            "easyPay.availablePayMethods",
            "names more than CARD, and Naver Pay opened directly takes cards only; for points and money open the \
             window with CARD",
        );
    }
    check_test_wallet(config, wallet, report);
}

fn check_test_wallet(config: &Config, wallet: &WindowEasyPay, report: &mut Report) {
    let Some(provider) = wallet.provider.as_deref() else { return };
    if config.environment != Environment::Test || !TEST_MODE_LIMITED_WALLETS.contains(&provider) {
        return;
    }
    let cards = TEST_MODE_WALLET_CARDS.join(", ");
    let message = format!("`{provider}` on a test channel takes {cards} only; pay with one of them");
    let asked = wallet.available_cards.as_deref().unwrap_or_default();
    let taken = |card: &String| TEST_MODE_WALLET_CARDS.contains(&card.as_str());
    let field = if asked.is_empty() { "easyPay.easyPayProvider" } else { "easyPay.availableCards" };
    if asked.is_empty() || !asked.iter().all(taken) {
        let refused = !asked.is_empty() && !asked.iter().any(taken);
        let severity = if refused { Severity::Reject } else { Severity::Advise };
        report.add_with(&rules::TEST_WALLET, severity, field, message);
    }
}

fn check_mid_product_type(config: &Config, payment: &WindowPayment, report: &mut Report) {
    let Some(expected) = config.facts.mid_product_type.as_deref() else { return };
    // The channel's fact is spelt as the REST API spells it.
    let expected = if expected == "PHYSICAL" { "REAL" } else { expected };
    let asked = payment.settings.product_type.as_deref();
    if let Some(asked) = asked.filter(|asked| sdk::PRODUCT_TYPES.contains(asked) && *asked != expected) {
        report.add(
            &rules::MID_PRODUCT_TYPE,
            "productType",
            format!("`{asked}` is not what the MID was opened for; use {expected} or another channel"),
        );
    }
}

/// A contract the window's `field` needs, for what it asks for.
pub(super) fn contract(
    config: &Config,
    rule: &portone_core::Rule,
    capability: &str,
    (field, what): (&str, &str),
    report: &mut Report,
) {
    check::contract(ContractNeed { rule, capability, field, what }, &config.contracts, report);
}

/// Whether a mobile needs a page to come back to: known, or unknown.
pub(super) fn check_return(issue: &WindowIssue, report: &mut Report) {
    if issue.settings.redirect_url.as_deref().is_some_and(|url| !url.trim().is_empty()) {
        return;
    }
    let (severity, message) = match issue.settings.os {
        Some(os) if os.is_mobile() => {
            (Severity::Reject, "is missing, and the buyer's window is a page of its own; send it")
        }
        Some(_) => return,
        None => (Severity::Advise, "is missing; on a mobile the window is a page of its own and needs it"),
    };
    report.add_with(&rules::MOBILE_RETURN, severity, "redirectUrl", message);
}
