//! Virtual accounts and cash receipts.

use portone_core::{
    Bank, CashReceiptRequest, CashReceiptType, FixedAccount, VirtualAccountExpiry, VirtualAccountOption,
    VirtualAccountOptionType, VirtualAccountRequest,
};

use super::rules;
use crate::fields::Fields;
use crate::json::Node;

const EXPIRY: &[&str] = &["validHours", "dueDate"];
const OPTION: &[&str] = &["type", "fixed"];
const FIXED: &[&str] = &["pgAccountId", "accountNumber"];
const CASH_RECEIPT: &[&str] = &["type", "customerIdentityNumber"];
const OPTION_TYPES: [(&str, VirtualAccountOptionType); 2] =
    [("NORMAL", VirtualAccountOptionType::Normal), ("FIXED", VirtualAccountOptionType::Fixed)];
const RECEIPT_TYPES: [(&str, CashReceiptType); 3] = [
    ("PERSONAL", CashReceiptType::Personal),
    ("CORPORATE", CashReceiptType::Corporate),
    ("NO_RECEIPT", CashReceiptType::NoReceipt),
];

/// Every bank by its code.
pub(super) fn banks() -> impl Iterator<Item = (&'static str, Bank)> + Clone {
    Bank::ALL.iter().map(|bank| (bank.code(), *bank))
}

/// The account to issue (schema `InstantPaymentMethodInputVirtualAccount`).
pub(super) fn read(fields: &Fields<'_, '_>) -> Option<VirtualAccountRequest> {
    let bank = fields.need_choice("bank", banks());
    let expiry = expiry(fields);
    let option = option(fields);
    let cash_receipt = cash_receipt(fields);
    let remittee_name = fields.owned_text("remitteeName");
    Some(VirtualAccountRequest { bank: bank?, expiry: expiry?, option: option?, cash_receipt, remittee_name })
}

/// Exactly one of two deadlines (rule V2-045). Whether it lies in the future is the PG's rule.
fn expiry(fields: &Fields<'_, '_>) -> Option<VirtualAccountExpiry> {
    let fields = fields.need_object("expiry", &rules::METHOD, EXPIRY)?;
    match (fields.has("validHours"), fields.has("dueDate")) {
        (true, true) => fields.add_here("has both validHours and dueDate; send one of them"),
        (false, false) => fields.add_here("has neither validHours nor dueDate; send one of them"),
        (true, false) | (false, true) => {}
    }
    Some(VirtualAccountExpiry { valid_hours: fields.int32("validHours"), due_date: fields.moment("dueDate") })
}

/// `NORMAL`, or `FIXED` with exactly one way to say which (rule V2-046).
fn option(fields: &Fields<'_, '_>) -> Option<VirtualAccountOption> {
    let rule = &rules::ACCOUNT_OPTION;
    if matches!(fields.node("option"), Some(Node::Text(_))) {
        let remedy = "is a text; send an object: `\"option\": {\"type\": \"NORMAL\"}`";
        fields.under(rule).add("option", remedy);
        return None;
    }
    let fields = fields.need_object("option", rule, OPTION)?;
    let kind = fields.need_choice("type", OPTION_TYPES.into_iter());
    let fixed = fields.object("fixed", rule, FIXED).map(|fixed| {
        match (fixed.has("pgAccountId"), fixed.has("accountNumber")) {
            (true, true) => fixed.add_here("has both pgAccountId and accountNumber; send one of them"),
            (false, false) => fixed.add_here("has neither pgAccountId nor accountNumber; send one of them"),
            (true, false) | (false, true) => {}
        }
        FixedAccount {
            pg_account_id: fixed.owned_text("pgAccountId"),
            account_number: fixed.owned_text("accountNumber"),
        }
    });
    match kind? {
        VirtualAccountOptionType::Normal if fields.has("fixed") => {
            fields.add("fixed", "is taken with type FIXED only; leave it out or send FIXED");
        }
        VirtualAccountOptionType::Fixed if !fields.has("fixed") => {
            fields.add("fixed", "is missing; say which account with pgAccountId or accountNumber");
        }
        VirtualAccountOptionType::Normal | VirtualAccountOptionType::Fixed => {}
    }
    Some(VirtualAccountOption { kind: kind?, fixed })
}

/// A cash receipt (rule V2-047); `NO_RECEIPT` needs nobody to issue it to.
pub(super) fn cash_receipt(fields: &Fields<'_, '_>) -> Option<CashReceiptRequest> {
    let fields = fields.object("cashReceipt", &rules::CASH_RECEIPT, CASH_RECEIPT)?;
    let kind = fields.need_choice("type", RECEIPT_TYPES.into_iter());
    let customer_identity_number = fields.secret("customerIdentityNumber");
    let wanted = matches!(kind, Some(CashReceiptType::Personal | CashReceiptType::Corporate));
    if wanted && !fields.has("customerIdentityNumber") {
        fields.add(
            "customerIdentityNumber",
            "is missing; send whom the receipt is for, or leave cashReceipt out",
        );
    }
    Some(CashReceiptRequest { kind: kind?, customer_identity_number })
}
