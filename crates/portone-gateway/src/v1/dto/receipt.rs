//! `POST /receipts/{imp_uid}` and `/receipts/external/{merchant_uid}`.

use portone_core::{Currency, IssueCashReceipt, PaymentAmount, PaymentId, ReceiptPurpose, ReceiptReceiver};
use portone_wire::v1::{codes, rules};

use super::order::PRODUCT_TYPES;
use super::{INPUT, Named, Source, amount, named, read_body};
use crate::fields::Fields;
use crate::read::Read;

const RECEIPT: &[&str] = &[
    "product_type",
    "identifier",
    "identifier_type",
    "type",
    "company_tel",
    "company_name",
    "corp_reg_no",
    "buyer_name",
    "buyer_email",
    "buyer_tel",
    "tax_free",
    "vat",
    "vat_amount",
    "channel_key",
    "name",
    "amount",
    "pay_method",
];
/// A cash receipt; `paid` is what the payment came to, where the path names one of the ledger's.
pub(crate) fn issue(body: &impl Source, payment_id: PaymentId, paid: Option<i64>) -> Read<IssueCashReceipt> {
    read_body(body, RECEIPT, |fields| receipt(fields, payment_id, paid))
}

/// A cash receipt for a payment made elsewhere: the request itself says where it goes, what was bought and for how much.
pub(crate) fn external(body: &impl Source, payment_id: PaymentId) -> Read<(Named, IssueCashReceipt)> {
    let known: Vec<&str> = [RECEIPT, &["pg"]].concat();
    read_body(body, &known, |fields| {
        let named = named(fields, "channel_key");
        fields.need_text("name");
        Some((named, receipt(fields, payment_id, None)?))
    })
}

fn receipt(fields: &Fields<'_, '_>, payment_id: PaymentId, paid: Option<i64>) -> Option<IssueCashReceipt> {
    let currency = Currency::KRW;
    let told = fields.has("amount").then(|| amount::total(fields, currency)).flatten();
    let total = told.or(paid);
    if total.is_none() && !fields.has("amount") {
        fields.add("amount", "is missing; a receipt for a payment made elsewhere says how much was paid");
    }
    let tax_free = amount::minor(fields, &rules::TAX_FREE_PART, "tax_free", currency);
    let vat = amount::minor(fields, &rules::AMOUNT, "vat_amount", currency);
    let purpose = fields.choice("type", codes::purposes()).unwrap_or(ReceiptPurpose::Personal);
    let told_method = fields.choice("pay_method", codes::receipt_methods());
    let receiver = receiver(fields);
    let product_type = fields.choice("product_type", PRODUCT_TYPES.into_iter());
    let business_registration_number = fields.secret("corp_reg_no");
    Some(IssueCashReceipt {
        payment_id,
        purpose,
        order_name: fields.owned_text("name").unwrap_or_default(),
        amount: PaymentAmount { total: total?, tax_free, vat, currency },
        product_type,
        receiver: receiver?,
        paid_at: None,
        business_registration_number,
        told_method,
        method: None,
    })
}

fn receiver(fields: &Fields<'_, '_>) -> Option<ReceiptReceiver> {
    let fields = fields.under(&INPUT);
    let identity_number = fields.need_secret("identifier");
    let identity_type = fields.choice("identifier_type", codes::identity_types()).flatten();
    Some(ReceiptReceiver {
        identity_number: identity_number?,
        identity_type,
        name: fields.owned_text("buyer_name"),
        email: fields.owned_text("buyer_email"),
        phone_number: fields.owned_text("buyer_tel"),
    })
}
