//! KPN's rules of the payment window.

use portone_core::{
    Currency, OpenWindow, Report, Rule, Severity, WindowCard, WindowEasyPay, WindowInstallment, WindowMethod,
    WindowMobile, WindowPayment, WindowReceipt, WindowVirtualAccount,
};
use portone_wire::{
    sdk::check as sdk,
    v2::check::{self, ContractNeed},
};

use super::{OrderFields, check_free_interest, check_order, issue_window};
use crate::{
    codes::{DIRECT_CARDS, DIRECT_WALLETS, capability},
    config::Config,
    rules,
};

const LOCALES: &[&str] = &["KO_KR", "EN_US"];
const NAME_LENGTH_MAX: usize = 100;

pub(super) fn check(config: &Config, window: &OpenWindow, report: &mut Report) {
    sdk::locale(&rules::LOCALE, window.settings(), LOCALES, report);
    sdk::name_length(&rules::NAME_LENGTH, window.customer(), NAME_LENGTH_MAX, report);
    match window {
        OpenWindow::Payment(payment) => check_payment(config, payment, report),
        OpenWindow::BillingKey(issue) => issue_window::check(issue, report),
        // Refused as a window that KPN has not got.
        OpenWindow::IssueAndPay(_) => {}
    }
}

fn check_payment(config: &Config, payment: &WindowPayment, report: &mut Report) {
    check_order(config, &payment.order, OrderFields::WINDOW, report);
    let currency = payment.order.amount.currency;
    if currency != Currency::KRW {
        report.add(
            &rules::WINDOW_CURRENCY,
            "currency",
            format!("`{currency}` opens no window; use KRW, or key-in for cards issued abroad"),
        );
    }
    sdk::five_methods(&rules::WINDOW_METHODS, payment, report);
    if payment.order.is_escrow == Some(true) {
        let rule = &rules::ESCROW_CONTRACT;
        contract(config, rule, capability::ESCROW_WINDOW, ("isEscrow", "escrow"), report);
    }
    check_card_select(payment, report);
    sdk::mobile_product_type(&rules::MOBILE_PRODUCT_TYPE, payment, report);
    match &payment.method {
        WindowMethod::Card(card) => check_card(config, payment, card, report),
        WindowMethod::EasyPay(wallet) => check_easy_pay(config, wallet, report),
        WindowMethod::Transfer(receipt) => check_transfer(receipt, report),
        WindowMethod::VirtualAccount(account) => check_account(config, account, report),
        WindowMethod::Mobile(mobile) => check_mobile(mobile, report),
        // Refused as methods that KPN has not got.
        WindowMethod::GiftCertificate { .. }
        | WindowMethod::Paypal
        | WindowMethod::Alipay
        | WindowMethod::AlipayPlus { .. }
        | WindowMethod::ConvenienceStore { .. } => {}
    }
}

fn check_card_select(payment: &WindowPayment, report: &mut Report) {
    const FIELD: &str = "bypass.kpn.CardSelect";
    const KNOWN: &[&str] = &["GLOBAL", "LEGACY_AUTH", "KEY_IN"];
    let select = payment.order.bypass.as_ref().and_then(|bypass| bypass.get("kpn")?.get("CardSelect"));
    let Some(select) = select else { return };
    let Some(choices) = select.as_array() else {
        return report.add(
            &rules::CARD_SELECT,
            FIELD,
            format!("is no list; send one of {}", KNOWN.join(", ")),
        );
    };
    for choice in choices {
        match choice.as_str() {
            Some(known) if KNOWN.contains(&known) => {}
            // The browser SDK's schema knows it, KPN's documents do not (DOC-045).
            Some("11PAY") => report.add_with(
                &rules::CARD_SELECT,
                Severity::Advise,
                FIELD,
                "`11PAY` is in no document of KPN's; see whether it is shown",
            ),
            _ => report.add(
                &rules::CARD_SELECT,
                FIELD,
                format!("{choice} is not known; use {}", KNOWN.join(", ")),
            ),
        }
    }
}

fn check_card(config: &Config, payment: &WindowPayment, card: &WindowCard, report: &mut Report) {
    const COMPANY: &str = "card.cardCompany";
    let company = card.card_company.as_deref();
    sdk::known_name(&rules::DIRECT_CARD, COMPANY, company, DIRECT_CARDS, report);
    if company.is_some() && !payment.settings.consents_collected {
        report.add(
            &rules::CONSENTS,
            COMPANY,
            "skips KPN's page: your own page must collect the three consents (KPN's terms 1, 3 and 4)",
        );
    }
    check_free_interest(
        config,
        "card.useFreeInterestFromMall",
        card.use_free_interest_from_mall,
        capability::MERCHANT_FREE_INTEREST,
        report,
    );
    let flags = [
        ("card.useAppCardOnly", card.use_app_card_only.is_some()),
        ("card.useFreeInterestFromMall", card.use_free_interest_from_mall.is_some()),
    ];
    sdk::ignored(&rules::CARD_FLAGS, &flags, report);
    let none = WindowInstallment::default();
    let installment = card.installment.as_ref().unwrap_or(&none);
    let lists = [
        ("card.installment.monthOption.availableMonthList", installment.available_months.is_some()),
        ("card.installment.freeInstallmentPlans", installment.free_plans.is_some()),
    ];
    sdk::ignored(&rules::MONTH_LIST, &lists, report);
}

fn check_easy_pay(config: &Config, wallet: &WindowEasyPay, report: &mut Report) {
    const PROVIDER: &str = "easyPay.easyPayProvider";
    let provider = wallet.provider.as_deref();
    sdk::known_name(&rules::DIRECT_WALLET, PROVIDER, provider, DIRECT_WALLETS, report);
    if provider.is_some() {
        let rule = &rules::EASY_PAY_CONTRACT;
        contract(
            config,
            rule,
            capability::EASY_PAY_DIRECT,
            (PROVIDER, "a wallet that opens directly"),
            report,
        );
    }
    let keys = [
        ("easyPay.customerIdentifier", wallet.receipt.customer_identifier.is_some()),
        ("easyPay.useCardPoint", wallet.use_card_point.is_some()),
        ("easyPay.useFreeInterestFromMall", wallet.use_free_interest_from_mall.is_some()),
        ("easyPay.useInstallment", wallet.use_installment.is_some()),
        ("easyPay.cashReceiptType", wallet.receipt.cash_receipt_type.is_some()),
        ("easyPay.installment", wallet.installment.is_some()),
        ("easyPay.availableCards", wallet.available_cards.is_some()),
        ("easyPay.availablePayMethods", wallet.available_pay_methods.is_some()),
    ];
    sdk::ignored(&rules::EASY_PAY_KEYS, &keys, report);
}

fn check_transfer(receipt: &WindowReceipt, report: &mut Report) {
    let identifier = ("transfer.customerIdentifier", receipt.customer_identifier.is_some());
    sdk::ignored(&rules::TRANSFER_KEYS, &[identifier], report);
}

fn check_account(config: &Config, account: &WindowVirtualAccount, report: &mut Report) {
    let what = ("virtualAccount", "an account whose deposits KPN must tell");
    contract(config, &rules::DEPOSIT_NOTICE_CONTRACT, capability::VA_DEPOSIT_NOTICE, what, report);
    let keys = [
        ("virtualAccount.bankCode", account.bank_code.is_some()),
        ("virtualAccount.customerIdentifier", account.receipt.customer_identifier.is_some()),
        ("virtualAccount.availableBanks", account.available_banks.is_some()),
    ];
    sdk::ignored(&rules::ACCOUNT_KEYS, &keys, report);
}

fn check_mobile(mobile: &WindowMobile, report: &mut Report) {
    let keys = [
        ("mobile.carrier", mobile.carrier.is_some()),
        ("mobile.avaliableCarriers", mobile.available_carriers.is_some()),
    ];
    sdk::ignored(&rules::MOBILE_KEYS, &keys, report);
}

fn contract(
    config: &Config,
    rule: &Rule,
    capability: &str,
    (field, what): (&str, &str),
    report: &mut Report,
) {
    check::contract(ContractNeed { rule, capability, field, what }, &config.contracts, report);
}
