//! `POST /payments/cancel`.

use portone_core::{Major, RefundAccount, Secret};
use portone_wire::v1::{bank_of_code, rules};

use super::{amount, read_body};
use crate::fields::Fields;
use crate::json::RawBody;
use crate::read::Read;

const CANCEL: &[&str] = &[
    "imp_uid",
    "merchant_uid",
    "amount",
    "tax_free",
    "vat_amount",
    "checksum",
    "reason",
    "refund_holder",
    "refund_bank",
    "refund_account",
    "refund_tel",
    "retain_promotion",
    "enable_webhook",
    "extra",
];

/// A cancel, its amounts as they were written: the payment knows their currency.
pub(crate) struct CancelRequest {
    /// All that is left where absent (rule IAMPORT-091).
    pub(crate) amount: Option<Major>,
    pub(crate) tax_free: Option<Major>,
    pub(crate) vat: Option<Major>,
    pub(crate) checksum: Option<Major>,
    pub(crate) reason: String,
    pub(crate) refund_account: Option<RefundAccount>,
}

/// A cancel; `pg_code` says whose bank codes these are.
pub(crate) fn cancel(body: &RawBody, pg_code: &str) -> Read<CancelRequest> {
    read_body(body, CANCEL, |fields| {
        let which = fields.under(&rules::CANCEL_WHICH);
        which.text("imp_uid");
        which.text("merchant_uid");
        if !which.has("imp_uid") && !which.has("merchant_uid") {
            which.add("imp_uid", "is missing, and so is merchant_uid; say which payment");
        }
        let amount = amount::major(fields, &rules::CANCEL_AMOUNT, "amount");
        let tax_free = amount::major(fields, &rules::CANCEL_TAX_FREE, "tax_free");
        let vat = amount::major(fields, &rules::CANCEL_VAT, "vat_amount");
        let checksum = amount::major(fields, &rules::CHECKSUM, "checksum");
        for (rule, name) in
            [(&rules::CANCEL_WEBHOOK, "enable_webhook"), (&rules::CANCEL_PROMOTION, "retain_promotion")]
        {
            fields.under(rule).flag(name);
        }
        let reason = fields.owned_text("reason").unwrap_or_default();
        let refund_account = refund_account(fields, pg_code);
        Some(CancelRequest { amount, tax_free, vat, checksum, reason, refund_account })
    })
}

/// The account a deposit is returned to, where any part of it is there (rule IAMPORT-093).
fn refund_account(fields: &Fields<'_, '_>, pg_code: &str) -> Option<RefundAccount> {
    let fields = fields.under(&rules::REFUND_ACCOUNT);
    let number = fields.secret("refund_account");
    let holder = fields.owned_text("refund_holder");
    let telephone = fields.owned_text("refund_tel");
    let code = fields.text("refund_bank")?;
    let bank = bank_of_code(pg_code, code);
    if bank.is_none() {
        fields
            .add("refund_bank", format!("is no bank's code at `{pg_code}`; send the PG's own, such as 088"));
    }
    Some(RefundAccount {
        bank: bank?,
        number: number.unwrap_or_else(|| Secret::from("")),
        holder_name: holder.unwrap_or_default(),
        holder_phone_number: telephone,
    })
}
