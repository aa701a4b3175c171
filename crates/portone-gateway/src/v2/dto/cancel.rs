//! `POST /payments/{paymentId}/cancel`.

use portone_core::{CancelRequester, RefundAccount};
use portone_engine::promotion::RetainOption;
use portone_engine::request::{Caller, CancelRequest};

use super::{Read, payment_id, rules, virtual_account};
use crate::auth::Access;
use crate::fields::Fields;
use crate::json::RawBody;

const CANCEL: &[&str] = &[
    "storeId",
    "amount",
    "taxFreeAmount",
    "vatAmount",
    "reason",
    "requester",
    "promotionDiscountRetainOption",
    "currentCancellableAmount",
    "refundAccount",
    "refundEmail",
    "skipWebhook",
];
const REFUND_ACCOUNT: &[&str] = &["bank", "number", "holderName", "holderPhoneNumber"];

/// Who may ask for a cancel or a deletion.
pub(super) const REQUESTERS: [(&str, CancelRequester); 2] =
    [("CUSTOMER", CancelRequester::Customer), ("ADMIN", CancelRequester::Admin)];

/// Schema `PromotionDiscountRetainOption`.
const RETAIN_OPTIONS: [(&str, RetainOption); 2] =
    [("RETAIN", RetainOption::Retain), ("RELEASE", RetainOption::Release)];

/// A cancel (schema `CancelPaymentBody`, rule V2-060).
pub(crate) fn cancel(body: &RawBody, access: &Access, id: &str) -> Read<CancelRequest> {
    super::read_body(body, access, CANCEL, |fields, caller| read(&fields.under(&rules::CANCEL), caller, id))
}

fn read(fields: &Fields<'_, '_>, caller: Caller, id: &str) -> Option<CancelRequest> {
    let payment_id = payment_id(fields, id);
    let reason = fields.need_text("reason");
    let retain_option =
        fields.under(&rules::PROMOTION).choice("promotionDiscountRetainOption", RETAIN_OPTIONS.into_iter());
    fields.note_ignored("refundEmail");
    let amount = fields.int64_from("amount", 1);
    let tax_free = fields.int64_from("taxFreeAmount", 0);
    let vat = fields.int64_from("vatAmount", 0);
    let requester = fields.choice("requester", REQUESTERS.into_iter());
    let current_cancellable = fields.int64_from("currentCancellableAmount", 0);
    let refund_account = refund_account(fields);
    let skip_webhook = fields.flag("skipWebhook").unwrap_or(false);
    // Read to the end first, so that every problem is told.
    Some(CancelRequest {
        caller,
        payment_id: payment_id?,
        amount,
        tax_free,
        vat,
        reason: reason?.to_owned(),
        requester,
        retain_option,
        current_cancellable,
        refund_account,
        skip_webhook,
    })
}

/// Where a deposit is returned to (rule V2-065).
fn refund_account(fields: &Fields<'_, '_>) -> Option<RefundAccount> {
    let fields = fields.object("refundAccount", &rules::REFUND_ACCOUNT, REFUND_ACCOUNT)?;
    let bank = fields.need_choice("bank", virtual_account::banks());
    let number = fields.need_secret("number");
    let holder_name = fields.need_text("holderName");
    let holder_phone_number = fields.owned_text("holderPhoneNumber");
    Some(RefundAccount {
        bank: bank?,
        number: number?,
        holder_name: holder_name?.to_owned(),
        holder_phone_number,
    })
}
