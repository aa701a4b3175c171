//! KPN's rules, command by command.

mod issue_window;
mod window;

use portone_core::{
    CallContext, Cancel, CardPayment, Command, Currency, CustomerName, InstantMethod, IssueBillingKey, Order,
    PayInstantly, PayMethod, PayWithBillingKey, Report, Schedule, Severity, VirtualAccountOptionType,
    VirtualAccountRequest,
};
use portone_wire::v2::check::{self, CardParts, ContractNeed};

use crate::{
    codes::{ACCOUNT_BANKS, capability},
    config::Config,
    profile::CURRENCIES,
    rules,
};

const ACCOUNT: &str = "method.virtualAccount";
const ORDER_NAME_LENGTH_BYTES_MAX: usize = 256;
/// Below this many cents some acquirers cannot cancel.
const DOLLAR_CANCEL_MIN: i64 = 100;

/// Adds everything KPN's rules find in a command.
pub(crate) fn check(config: &Config, command: &Command, ctx: &CallContext, report: &mut Report) {
    match command {
        Command::PayInstantly(pay) => check_instant(config, pay, ctx, report),
        Command::IssueBillingKey(issue) => check_issue(config, issue, report),
        Command::PayWithBillingKey(pay) => check_key_payment(config, pay, report),
        Command::Schedule(schedule) => check_schedule(config, schedule, ctx, report),
        Command::Cancel(cancel) => check_cancel(config, cancel, ctx, report),
        Command::OpenWindow(window) => window::check(config, window, report),
        // The documents set no rule for these.
        Command::DeleteBillingKey(_)
        | Command::CloseVirtualAccount(_)
        | Command::IssueCashReceipt(_)
        | Command::CancelCashReceipt(_)
        | Command::RegisterEscrowLogistics(_)
        | Command::ConfirmEscrow(_)
        | Command::ConfirmDelivery(_)
        | Command::RegisterStoreReceipt(_)
        | Command::ConfirmPayment(_)
        | Command::ConfirmBillingKey(_)
        | Command::ConfirmIssueAndPay(_)
        | Command::Capture(_)
        | Command::StopCancel(_)
        | Command::AskWallet(_)
        | Command::Inquire(_) => {}
    }
}

fn check_instant(config: &Config, pay: &PayInstantly, ctx: &CallContext, report: &mut Report) {
    let need = ContractNeed {
        rule: &rules::KEY_IN_CONTRACT,
        capability: capability::API_KEYIN,
        field: "method",
        what: "key-in payment",
    };
    check::contract(need, &config.contracts, report);
    check_order(config, &pay.order, OrderFields::REST, report);
    let currency = pay.order.amount.currency;
    if !CURRENCIES.contains(&currency) {
        report.add(
            &rules::CURRENCY,
            "currency",
            format!("`{currency}` is not taken by key-in payment; use KRW, or USD with a card issued abroad"),
        );
    }
    match &pay.method {
        InstantMethod::Card(card) => check_card_payment(config, card, report),
        InstantMethod::VirtualAccount(account) => {
            if currency == Currency::USD {
                report.add(
                    &rules::ACCOUNT_CURRENCY,
                    "currency",
                    "`USD` fits no virtual account; use KRW or a card",
                );
            }
            check_account(config, account, ctx, report);
            if pay.order.is_escrow == Some(true) {
                report.add(
                    &rules::NO_ESCROW,
                    "isEscrow",
                    "is true, and only the window has escrow; leave it out or open the window",
                );
            }
        }
    }
}

/// Where the parts of an order stand that the REST API and the browser SDK spell differently.
#[derive(Clone, Copy)]
struct OrderFields {
    tax_free: &'static str,
    vat: &'static str,
}

impl OrderFields {
    const REST: Self = Self { tax_free: "amount.taxFree", vat: "amount.vat" };
    const WINDOW: Self = Self { tax_free: "taxFreeAmount", vat: "vatAmount" };
}

fn check_order(config: &Config, order: &Order, fields: OrderFields, report: &mut Report) {
    check::alphanumeric_payment_id(&rules::PAYMENT_ID_ALPHABET, &order.payment_id, report);
    if let Some(vat) = order.amount.vat {
        report.add(
            &rules::VAT_IGNORED,
            fields.vat,
            format!("`{vat}` is left out: KPN computes the value-added tax itself; do not send it"),
        );
    }
    let length = order.order_name.len();
    if length > ORDER_NAME_LENGTH_BYTES_MAX {
        report.add(
            &rules::ORDER_NAME_LENGTH,
            "orderName",
            format!("is {length} bytes long; use at most {ORDER_NAME_LENGTH_BYTES_MAX}"),
        );
    }
    if order.amount.tax_free.is_some_and(|tax_free| tax_free > 0) {
        let need = ContractNeed {
            rule: &rules::TAX_FREE_CONTRACT,
            capability: capability::TAX_FREE_AMOUNT,
            field: fields.tax_free,
            what: "a tax-free amount",
        };
        check::contract(need, &config.contracts, report);
    }
}

fn check_card_payment(config: &Config, card: &CardPayment, report: &mut Report) {
    let parts = match config.facts.keyin_requires_full_auth {
        Some(true) => CardParts::Full,
        Some(false) | None => CardParts::NumberAndExpiry,
    };
    check::card(&rules::KEY_IN_CARD, &card.card, parts, report);
    check_free_interest(
        config,
        "method.card.useFreeInterestFromMerchant",
        card.use_free_interest_from_merchant,
        capability::MERCHANT_FREE_INTEREST,
        report,
    );
    check_free_interest(
        config,
        "method.card.useFreeInstallmentPlan",
        card.use_free_installment_plan,
        capability::PARTIAL_FREE_INTEREST,
        report,
    );
}

/// The flag does nothing. Without the contract the buyer would pay interest that the shop meant to bear.
fn check_free_interest(
    config: &Config,
    field: &str,
    wanted: Option<bool>,
    capability: &str,
    report: &mut Report,
) {
    if wanted != Some(true) {
        return;
    }
    let (severity, message) = match config.contracts.covers(capability) {
        Some(false) => (
            Severity::Reject,
            format!(
                "asks for what only the MID's settings give; contract `{capability}` with KPN or leave it out"
            ),
        ),
        Some(true) | None => {
            (Severity::Advise, "is ignored: the MID's settings decide; leave it out".to_owned())
        }
    };
    report.add_with(&rules::FREE_INTEREST, severity, field, message);
}

fn check_account(config: &Config, account: &VirtualAccountRequest, ctx: &CallContext, report: &mut Report) {
    let need = ContractNeed {
        rule: &rules::DEPOSIT_NOTICE_CONTRACT,
        capability: capability::VA_DEPOSIT_NOTICE,
        field: ACCOUNT,
        what: "an account whose deposits KPN must tell",
    };
    check::contract(need, &config.contracts, report);
    if !ACCOUNT_BANKS.contains(&account.bank) {
        report.add(
            &rules::ACCOUNT_BANK,
            format!("{ACCOUNT}.bank"),
            format!("`{}` issues no account for KPN; use one of {}", account.bank.code(), bank_names()),
        );
    }
    if account.option.kind != VirtualAccountOptionType::Normal || account.option.fixed.is_some() {
        report.add(
            &rules::ROTATING_ACCOUNT,
            format!("{ACCOUNT}.option"),
            "asks for a fixed account, which KPN has not got; use type NORMAL without `fixed`",
        );
    }
    check::one_expiry(&rules::EXPIRY, &account.expiry, report);
    check::future_expiry(&rules::EXPIRY, &account.expiry, ctx.now, report);
    let field = format!("{ACCOUNT}.cashReceipt");
    match &account.cash_receipt {
        Some(receipt) => check::cash_receipt_identity(&rules::CASH_RECEIPT, &field, receipt, report),
        None => report.add(
            &rules::CASH_RECEIPT,
            field,
            "is missing; say PERSONAL, CORPORATE or NO_RECEIPT in its `type`",
        ),
    }
}

fn bank_names() -> String {
    ACCOUNT_BANKS.iter().map(|bank| bank.code()).collect::<Vec<_>>().join(", ")
}

fn check_issue(config: &Config, issue: &IssueBillingKey, report: &mut Report) {
    let need = ContractNeed {
        rule: &rules::BILLING_KEY_CONTRACT,
        capability: capability::API_BILLING_KEY,
        field: "method",
        what: "issuing a billing key without a window",
    };
    check::contract(need, &config.contracts, report);
    if !is_complete(issue.customer.name.as_ref()) {
        report.add(
            &rules::KEY_CUSTOMER_NAME,
            "customer.name",
            "is missing; give `full`, or `separated` with `first` and `last`",
        );
    }
    check::card(&rules::KEY_CARD, &issue.card, CardParts::Full, report);
    if issue.customer.id.as_deref().is_none_or(|id| id.trim().is_empty()) {
        report.add(&rules::KEY_CUSTOMER_ID, "customer.id", "is missing; KPN may ask for it");
    }
}

fn is_complete(name: Option<&CustomerName>) -> bool {
    match name {
        Some(CustomerName::Full(full)) => !full.trim().is_empty(),
        Some(CustomerName::Separated { first, last }) => !first.trim().is_empty() && !last.trim().is_empty(),
        None => false,
    }
}

fn check_key_payment(config: &Config, pay: &PayWithBillingKey, report: &mut Report) {
    check_order(config, &pay.order, OrderFields::REST, report);
    let currency = pay.order.amount.currency;
    if currency != Currency::KRW {
        report.add(
            &rules::KEY_CURRENCY,
            "currency",
            format!("`{currency}` is not documented for billing keys; use KRW"),
        );
    }
    check_free_interest(
        config,
        "useFreeInterestFromMerchant",
        pay.use_free_interest_from_merchant,
        capability::MERCHANT_FREE_INTEREST,
        report,
    );
}

fn check_schedule(config: &Config, schedule: &Schedule, ctx: &CallContext, report: &mut Report) {
    check::future_schedule(&rules::TIME_TO_PAY, schedule.time_to_pay, ctx.now, report);
    let mut payment = Report::new();
    check_key_payment(config, &schedule.pay, &mut payment);
    if !is_complete(schedule.pay.order.customer.name.as_ref()) {
        payment.add(
            &rules::SCHEDULE_CUSTOMER_NAME,
            "customer.name",
            "is missing; send full, or separated with first and last",
        );
    }
    report.extend(payment.under("payment"));
}

fn check_cancel(config: &Config, cancel: &Cancel, ctx: &CallContext, report: &mut Report) {
    // A mobile payment of another month goes back to an account (rule KPN-080).
    if cancel.method != PayMethod::Mobile {
        check::cancel_time(cancel, ctx.now, report);
    }
    if cancel.amount.currency == Currency::USD && cancel.amount.minor < DOLLAR_CANCEL_MIN {
        report.add(
            &rules::SMALL_DOLLAR_CANCEL,
            "amount",
            format!(
                "{} is less than a dollar, which some acquirers cannot cancel; cancel 100 or more",
                cancel.amount.minor
            ),
        );
    }
    let needs_account = account_refund_reason(cancel, ctx);
    if needs_account.is_some() || cancel.refund_account.is_some() {
        let need = ContractNeed {
            rule: &rules::ACCOUNT_REFUND_CONTRACT,
            capability: capability::ACCOUNT_REFUND,
            field: "refundAccount",
            what: "a refund to a bank account",
        };
        check::contract(need, &config.contracts, report);
    }
    if let Some(why) = needs_account {
        check::refund_account(&rules::REFUND_ACCOUNT, cancel.refund_account.as_ref(), false, why, report);
    }
}

/// Why a cancel becomes a refund to a bank account, as far as can be known: only KPN knows when a transfer is too old.
fn account_refund_reason(cancel: &Cancel, ctx: &CallContext) -> Option<&'static str> {
    match cancel.method {
        PayMethod::VirtualAccount => Some("a deposit is returned to a bank account"),
        PayMethod::Mobile if !check::same_korean_month(cancel.paid_at, ctx.now) => {
            Some("a mobile payment of another month is returned to a bank account")
        }
        PayMethod::Mobile | PayMethod::Card | PayMethod::Transfer | PayMethod::EasyPay => None,
    }
}
