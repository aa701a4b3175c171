//! Smartro's rules of virtual-account windows and of the cash receipts that windows ask for.

use portone_core::{
    CallContext, Environment, Report, Secret, WindowExpiry, WindowReceipt, WindowVirtualAccount,
};
use portone_wire::sdk::check as sdk;

use super::window::contract;
use crate::{
    codes::{RECEIPT_TYPES, TEST_MODE_BLOCKED_SDK_BANKS, capability},
    config::Config,
    rules,
};

const ACCOUNT: &str = "virtualAccount";

/// A virtual-account window.
pub(super) fn check_account(
    config: &Config,
    account: &WindowVirtualAccount,
    ctx: &CallContext,
    report: &mut Report,
) {
    let notice = (ACCOUNT, "an account whose deposits Smartro must tell");
    contract(config, &rules::DEPOSIT_NOTICE, capability::VA_DEPOSIT_NOTICE, notice, report);
    check_bank(config, account, report);
    check_expiry(config, account.expiry.as_ref(), ctx, report);
    let banks = ("virtualAccount.availableBanks", account.available_banks.is_some());
    sdk::ignored(&rules::BANK_LIST, &[banks], report);
    check(&account.receipt, ACCOUNT, report);
    if account.bank_code.is_none() {
        for (field, present) in fields(&account.receipt, ACCOUNT) {
            if present {
                report.add(
                    &rules::RECEIPT_WITHOUT_BANK,
                    field,
                    "has no effect without `virtualAccount.bankCode`; give the bank, or let the buyer fill it in",
                );
            }
        }
    } else if account.receipt.cash_receipt_type.is_none() {
        report.add(
            &rules::RECEIPT_WITH_BANK,
            "virtualAccount.cashReceiptType",
            "is missing: with `bankCode` no page asks the buyer; send PERSONAL, CORPORATE or ANONYMOUS",
        );
    }
}

fn check_bank(config: &Config, account: &WindowVirtualAccount, report: &mut Report) {
    const FIELD: &str = "virtualAccount.bankCode";
    let bank = account.bank_code.as_deref();
    sdk::known_name(&rules::WINDOW_BANK, FIELD, bank, sdk::BANKS, report);
    let blocked = bank.filter(|bank| TEST_MODE_BLOCKED_SDK_BANKS.contains(bank));
    if let Some(bank) = blocked.filter(|_| config.environment == Environment::Test) {
        report.add(
            &rules::TEST_BANK,
            FIELD,
            format!("`{bank}` issues no account on a test channel; use another bank"),
        );
    }
}

fn check_expiry(config: &Config, expiry: Option<&WindowExpiry>, ctx: &CallContext, report: &mut Report) {
    const FIELD: &str = "virtualAccount.accountExpiry";
    let Some(expiry) = expiry else {
        return report.add_with(
            &rules::WINDOW_EXPIRY,
            config.mandatory_on_v1(),
            FIELD,
            "is missing; say until when a deposit is taken",
        );
    };
    if expiry.valid_hours.is_some() == expiry.due_date.is_some() {
        report.add(&rules::ONE_EXPIRY, FIELD, "needs exactly one of `validHours` and `dueDate`");
    }
    if expiry.valid_hours.is_some_and(|hours| hours <= 0) {
        let field = "virtualAccount.accountExpiry.validHours";
        report.add(&rules::WINDOW_FUTURE_EXPIRY, field, "ends before it begins; give 1 or more");
    }
    let Some(due_date) = expiry.due_date.as_deref() else { return };
    let field = "virtualAccount.accountExpiry.dueDate";
    match sdk::moment(due_date) {
        None => report.add(
            &rules::WINDOW_EXPIRY,
            field,
            format!("`{due_date}` is no date; send `2099-12-31T23:59:59+09:00` or `20991231`"),
        ),
        Some(moment) if moment <= ctx.now => report.add(
            &rules::WINDOW_FUTURE_EXPIRY,
            field,
            format!("`{due_date}` is not in the future; give a later moment"),
        ),
        Some(_) => {}
    }
}

/// The cash receipt of a window, in the block of its pay method.
pub(super) fn check(receipt: &WindowReceipt, block: &str, report: &mut Report) {
    let (type_field, identifier_field) =
        (format!("{block}.cashReceiptType"), format!("{block}.customerIdentifier"));
    let kind = receipt.cash_receipt_type.as_deref();
    sdk::known_name(&rules::RECEIPT_TYPE, &type_field, kind, RECEIPT_TYPES, report);
    let identifier = receipt.customer_identifier.as_ref().map(Secret::expose).filter(|text| !text.is_empty());
    match (kind, identifier) {
        (Some("ANONYMOUS"), Some(_)) => report.add(
            &rules::ANONYMOUS_RECEIPT,
            identifier_field,
            "goes with no ANONYMOUS receipt; leave it out, or say PERSONAL or CORPORATE",
        ),
        (Some(kind @ ("PERSONAL" | "CORPORATE")), None) => report.add(
            &rules::NAMED_RECEIPT,
            identifier_field,
            format!("is missing; a {kind} receipt needs it"),
        ),
        (Some(kind @ ("PERSONAL" | "CORPORATE")), Some(text)) if !fits(kind, text) => report.add(
            &rules::RECEIPT_IDENTIFIER,
            identifier_field,
            if kind == "PERSONAL" {
                "is no mobile number, resident number or cash-receipt card; send its digits"
            } else {
                "is no business number of 10 digits; send its digits"
            },
        ),
        (None, Some(_)) => report.add(
            &rules::IDENTIFIER_WITHOUT_TYPE,
            identifier_field,
            "needs `cashReceiptType` beside it; send both, or neither and the buyer fills them in",
        ),
        (_, _) => {}
    }
}

/// Digits as the documents name the kinds; hyphens are tolerated.
fn fits(kind: &str, identifier: &str) -> bool {
    let digits: Vec<u8> = identifier.bytes().filter(|byte| *byte != b'-').collect();
    if !digits.iter().all(u8::is_ascii_digit) {
        return false;
    }
    match kind {
        "CORPORATE" => digits.len() == 10,
        _ => {
            (digits.starts_with(b"01") && matches!(digits.len(), 10 | 11))
                || (13..=19).contains(&digits.len())
        }
    }
}

/// The receipt's fields, and whether each is there.
pub(super) fn fields(receipt: &WindowReceipt, block: &str) -> [(String, bool); 2] {
    [
        (format!("{block}.cashReceiptType"), receipt.cash_receipt_type.is_some()),
        (format!("{block}.customerIdentifier"), receipt.customer_identifier.is_some()),
    ]
}
