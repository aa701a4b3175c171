//! Smartro's rules, command by command.

mod bypass;
mod issue_window;
mod receipt;
mod window;

use encoding_rs::EUC_KR;
use portone_core::{
    CallContext, Cancel, CashReceiptRequest, Command, Currency, Customer, Environment, EscrowParty,
    InstantMethod, IssueBillingKey, LogisticsStep, Order, PayMethod, PayWithBillingKey, ReceiptReceiver,
    RegisterEscrowLogistics, Report, Rule, Severity, VirtualAccountOptionType, VirtualAccountRequest,
};
use portone_wire::v2::check::{self, CardParts, ContractNeed};

use crate::{
    codes::{DEBIT_CARD, TEST_MODE_BLOCKED_BANKS, TEST_MODE_BLOCKED_ISSUERS, capability},
    config::Config,
    profile::{CURRENCIES, PAYMENT_ID_LENGTH_MAX},
    rules,
};

const ACCOUNT: &str = "method.virtualAccount";
const CUSTOMER_ID_LENGTH_MAX: usize = 20;
const ORDER_NAME_LENGTH_BYTES_MAX: usize = 40;
/// From how many months on a payment is an instalment payment; 0 and 1 are a lump sum.
const INSTALLMENT_MONTH_MIN: i32 = 2;

/// Adds everything Smartro's rules find in a command.
pub(crate) fn check(config: &Config, command: &Command, ctx: &CallContext, report: &mut Report) {
    match command {
        Command::PayInstantly(pay) => match &pay.method {
            InstantMethod::Card(_) => report.add(
                &rules::NO_CARD_KEY_IN,
                "method.card",
                "is no method Smartro has without a window; use a virtual account, a billing key or another channel",
            ),
            InstantMethod::VirtualAccount(account) => {
                check_order(config, &pay.order, OrderFields::REST, report);
                check_account(config, account, ctx, report);
                check_customer_complete(config, &rules::ACCOUNT_CUSTOMER, &pay.order.customer, report);
            }
        },
        Command::IssueBillingKey(issue) => check_issue(issue, report),
        Command::PayWithBillingKey(pay) => check_key_payment(config, pay, report),
        Command::Schedule(schedule) => {
            check::future_schedule(&rules::TIME_TO_PAY, schedule.time_to_pay, ctx.now, report);
            let mut payment = Report::new();
            check_key_payment(config, &schedule.pay, &mut payment);
            report.extend(payment.under("payment"));
        }
        Command::Cancel(cancel) => check_cancel(config, cancel, ctx, report),
        Command::IssueCashReceipt(issue) => check_receipt_receiver(&issue.receiver, report),
        Command::RegisterEscrowLogistics(register) => check_logistics(register, report),
        Command::OpenWindow(window) => window::check(config, window, ctx, report),
        // The documents set no rule for these.
        Command::DeleteBillingKey(_)
        | Command::CloseVirtualAccount(_)
        | Command::CancelCashReceipt(_)
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

/// Where the parts of an order stand that the REST API and the browser SDK spell differently.
#[derive(Clone, Copy)]
struct OrderFields {
    tax_free: &'static str,
}

impl OrderFields {
    const REST: Self = Self { tax_free: "amount.taxFree" };
    const WINDOW: Self = Self { tax_free: "taxFreeAmount" };
}

fn check_order(config: &Config, order: &Order, fields: OrderFields, report: &mut Report) {
    check::alphanumeric_payment_id(&rules::PAYMENT_ID_ALPHABET, &order.payment_id, report);
    let length = order.payment_id.as_str().chars().count();
    if length > PAYMENT_ID_LENGTH_MAX {
        report.add(
            &rules::PAYMENT_ID_LENGTH,
            "paymentId",
            format!("is {length} characters long and would be cut; use at most {PAYMENT_ID_LENGTH_MAX}"),
        );
    }
    check_currency(config, order.amount.currency, report);
    check_order_name(&order.order_name, report);
    if order.amount.tax_free.is_some_and(|tax_free| tax_free > 0) {
        let need = ContractNeed {
            rule: &rules::TAX_FREE_CONTRACT,
            capability: capability::TAX_FREE,
            field: fields.tax_free,
            what: "a tax-free amount",
        };
        check::contract(need, &config.contracts, report);
    }
}

fn check_currency(config: &Config, currency: Currency, report: &mut Report) {
    if !CURRENCIES.contains(&currency) {
        report.add(
            &rules::CURRENCY,
            "currency",
            format!("`{currency}` is unknown to Smartro; use KRW or USD"),
        );
    } else if let Some(mid_currency) = config.facts.mid_currency.filter(|settled| *settled != currency) {
        report.add(
            &rules::MID_CURRENCY,
            "currency",
            format!("`{currency}` has no effect: the channel's MID charges {mid_currency}; use {mid_currency} or another channel"),
        );
    }
}

fn check_usd(config: &Config, report: &mut Report) {
    if config.facts.usd_enabled != Some(true) {
        report.add(
            &rules::USD_ENABLED,
            "currency",
            "`USD` may be switched off at Smartro; set `usd_enabled` on the channel once Smartro confirms it",
        );
    }
}

fn check_order_name(order_name: &str, report: &mut Report) {
    let euc_kr_bytes = EUC_KR.encode(order_name).0.len();
    let (severity, bytes, encoding) = if euc_kr_bytes > ORDER_NAME_LENGTH_BYTES_MAX {
        (Severity::Reject, euc_kr_bytes, "EUC-KR")
    } else if order_name.len() > ORDER_NAME_LENGTH_BYTES_MAX {
        (Severity::Advise, order_name.len(), "UTF-8")
    } else {
        return;
    };
    report.add_with(
        &rules::ORDER_NAME_LENGTH,
        severity,
        "orderName",
        format!("is {bytes} bytes long in {encoding}; use at most {ORDER_NAME_LENGTH_BYTES_MAX}"),
    );
}

fn check_account(config: &Config, account: &VirtualAccountRequest, ctx: &CallContext, report: &mut Report) {
    let need = ContractNeed {
        rule: &rules::DEPOSIT_NOTICE,
        capability: capability::VA_DEPOSIT_NOTICE,
        field: ACCOUNT,
        what: "an account whose deposits Smartro must tell",
    };
    check::contract(need, &config.contracts, report);
    check::one_expiry(&rules::ONE_EXPIRY, &account.expiry, report);
    // V1 chooses a fixed account by its number, V2 by its name.
    if config.is_v1() {
        check_account_number(account, report);
    } else {
        check_account_option(account, report);
    }
    check::future_expiry(&rules::FUTURE_EXPIRY, &account.expiry, ctx.now, report);
    check_cash_receipt(account.cash_receipt.as_ref(), report);
    if is_blank(account.remittee_name.as_deref()) {
        report.add_with(
            &rules::REMITTEE_NAME,
            config.mandatory_on_v1(),
            format!("{ACCOUNT}.remitteeName"),
            "is missing; name the account's holder",
        );
    }
    if config.environment == Environment::Test && TEST_MODE_BLOCKED_BANKS.contains(&account.bank) {
        report.add(
            &rules::TEST_BANK,
            format!("{ACCOUNT}.bank"),
            format!("`{}` issues no account on a test channel; use another bank", account.bank.code()),
        );
    }
}

fn check_account_option(account: &VirtualAccountRequest, report: &mut Report) {
    let fixed = account.option.fixed.as_ref();
    match account.option.kind {
        VirtualAccountOptionType::Normal => {
            if fixed.is_some() {
                report.add(
                    &rules::FIXED_WITHOUT_TYPE,
                    format!("{ACCOUNT}.option.fixed"),
                    "goes with type FIXED only; leave it out, or ask for FIXED",
                );
            }
        }
        VirtualAccountOptionType::Fixed => {
            if is_blank(fixed.and_then(|fixed| fixed.pg_account_id.as_deref())) {
                report.add(
                    &rules::FIXED_ACCOUNT,
                    format!("{ACCOUNT}.option.fixed.pgAccountId"),
                    "is missing; a fixed account is chosen by it",
                );
            }
            if fixed.is_some_and(|fixed| fixed.account_number.is_some()) {
                report.add(
                    &rules::FIXED_ACCOUNT,
                    format!("{ACCOUNT}.option.fixed.accountNumber"),
                    "is no way to choose a fixed account at Smartro; use `pgAccountId`",
                );
            }
        }
    }
}

fn check_account_number(account: &VirtualAccountRequest, report: &mut Report) {
    let number = account.option.fixed.as_ref().and_then(|fixed| fixed.account_number.as_deref());
    if account.option.kind == VirtualAccountOptionType::Fixed && is_blank(number) {
        let message = "is missing; at V1 a fixed account is chosen by the number that Smartro assigned";
        report.add(&rules::FIXED_ACCOUNT, format!("{ACCOUNT}.option.fixed.accountNumber"), message);
    }
}

fn check_cash_receipt(receipt: Option<&CashReceiptRequest>, report: &mut Report) {
    if let Some(receipt) = receipt {
        let field = format!("{ACCOUNT}.cashReceipt");
        check::cash_receipt_identity(&rules::CASH_RECEIPT, &field, receipt, report);
    }
}

fn check_customer_complete(config: &Config, rule: &Rule, customer: &Customer, report: &mut Report) {
    let name = customer.name.as_ref().map(portone_core::CustomerName::one_line);
    let parts = [
        ("customer.name", name.as_deref()),
        ("customer.phoneNumber", customer.phone_number.as_deref()),
        ("customer.email", customer.email.as_deref()),
    ];
    for (field, _) in parts.into_iter().filter(|(_, value)| is_blank(*value)) {
        report.add_with(rule, config.mandatory_on_v1(), field, "is missing; Smartro may ask for it");
    }
}

fn check_issue(issue: &IssueBillingKey, report: &mut Report) {
    const FIELD: &str = "customer.id";
    match issue.customer.id.as_deref().filter(|id| !id.trim().is_empty()) {
        None => report.add(&rules::KEY_CUSTOMER_ID, FIELD, "is missing; give the shop's id of the customer"),
        Some(id) => {
            let length = id.chars().count();
            if length > CUSTOMER_ID_LENGTH_MAX {
                let message = format!("is {length} characters long; use at most {CUSTOMER_ID_LENGTH_MAX}");
                report.add(&rules::CUSTOMER_ID_LENGTH, FIELD, message.clone());
                report.add(&rules::KEY_CUSTOMER_ID, FIELD, message);
            }
            if !id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
                report.add_with(
                    &rules::CUSTOMER_ID_ALPHABET,
                    Severity::Advise,
                    FIELD,
                    format!("`{id}` holds more than letters and digits; use 0-9, a-z and A-Z"),
                );
            }
        }
    }
    check::card(&rules::KEY_CARD, &issue.card, CardParts::Full, report);
}

fn check_key_payment(config: &Config, pay: &PayWithBillingKey, report: &mut Report) {
    check_order(config, &pay.order, OrderFields::REST, report);
    let issuer = pay.card.as_ref().and_then(|card| card.issuer.as_deref()).unwrap_or_default();
    let blocked = TEST_MODE_BLOCKED_ISSUERS.iter().any(|name| issuer.contains(name));
    if config.environment == Environment::Test && blocked {
        report.add(
            &rules::TEST_CARD,
            "billingKey",
            format!("is of `{issuer}`, whose cards never pay on a test channel; use another card"),
        );
    }
    if pay.order.amount.currency == Currency::USD {
        check_usd(config, report);
    }
    let wanted = [
        (
            pay.installment_month.is_some_and(|months| months >= INSTALLMENT_MONTH_MIN),
            ContractNeed {
                rule: &rules::INSTALLMENT_CONTRACT,
                capability: capability::INSTALLMENT,
                field: "installmentMonth",
                what: "instalments",
            },
        ),
        (
            pay.use_free_interest_from_merchant == Some(true),
            ContractNeed {
                rule: &rules::FREE_INTEREST_CONTRACT,
                capability: capability::MERCHANT_FREE_INTEREST,
                field: "useFreeInterestFromMerchant",
                what: "instalments free of interest",
            },
        ),
        (
            pay.use_card_point == Some(true),
            ContractNeed {
                rule: &rules::CARD_POINT_CONTRACT,
                capability: capability::CARD_POINT,
                field: "useCardPoint",
                what: "card points",
            },
        ),
    ];
    for (_, need) in wanted.into_iter().filter(|(wanted, _)| *wanted) {
        check::contract(need, &config.contracts, report);
    }
    check_customer_complete(config, &rules::KEY_PAYMENT_CUSTOMER, &pay.order.customer, report);
}

fn check_cancel(config: &Config, cancel: &Cancel, ctx: &CallContext, report: &mut Report) {
    if !config.is_v1() {
        check::cancel_time(cancel, ctx.now, report);
    }
    let is_returned_to_account = cancel.method == PayMethod::VirtualAccount
        || (config.is_v1() && cancel.method == PayMethod::Transfer);
    if is_returned_to_account {
        let why = "the money is returned to a bank account";
        check::refund_account(&rules::REFUND_ACCOUNT, cancel.refund_account.as_ref(), true, why, report);
    }
    if !cancel.is_partial() {
        return;
    }
    if cancel.cancellable_tax_free > 0 && cancel.tax_free.is_none() {
        report.add(
            &rules::PARTIAL_CANCEL_TAX_FREE,
            "taxFreeAmount",
            format!(
                "is missing, and {} of what is left is tax-free; say how much of this cancel is (0 if none)",
                cancel.cancellable_tax_free
            ),
        );
    }
    let is_debit = cancel.card.as_ref().is_some_and(|card| card.card_type.as_deref() == Some(DEBIT_CARD));
    if config.environment == Environment::Test && is_debit {
        report.add(
            &rules::TEST_DEBIT_CARD,
            "amount",
            format!(
                "{} is part of {}, and a test channel cancels a check card in full only; cancel {}",
                cancel.amount.minor, cancel.cancellable, cancel.cancellable
            ),
        );
    }
}

fn check_receipt_receiver(receiver: &ReceiptReceiver, report: &mut Report) {
    let parts = [
        ("customer.identityNumber", Some(receiver.identity_number.expose().as_str())),
        ("customer.name", receiver.name.as_deref()),
        ("customer.phoneNumber", receiver.phone_number.as_deref()),
    ];
    for (field, _) in parts.into_iter().filter(|(_, value)| is_blank(*value)) {
        report.add(
            &rules::CASH_RECEIPT_RECEIVER,
            field,
            "is missing; Smartro issues no cash receipt without it",
        );
    }
}

/// A change needs the delivery only.
fn check_logistics(register: &RegisterEscrowLogistics, report: &mut Report) {
    if register.step == LogisticsStep::Register {
        check_party("sender", register.sender.as_ref(), report);
        check_party("receiver", register.receiver.as_ref(), report);
    }
}

fn check_party(field: &str, party: Option<&EscrowParty>, report: &mut Report) {
    let text = |part: fn(&EscrowParty) -> Option<&str>| is_blank(party.and_then(part));
    let parts = [
        ("name", text(|party| party.name.as_deref())),
        ("phoneNumber", text(|party| party.phone_number.as_deref())),
        ("zipcode", text(|party| party.zipcode.as_deref())),
        ("address", party.is_none_or(|party| party.address.is_none())),
    ];
    for (part, _) in parts.into_iter().filter(|(_, is_missing)| *is_missing) {
        let message = "is missing; Smartro takes no delivery without it";
        report.add(&rules::ESCROW_ADDRESSES, format!("{field}.{part}"), message);
    }
}

fn is_blank(text: Option<&str>) -> bool {
    text.is_none_or(|text| text.trim().is_empty())
}
