//! `POST /cash-receipts`.

use portone_core::{IssueCashReceipt, PayMethod, ReceiptIdentityType, ReceiptPurpose, ReceiptReceiver};
use portone_engine::request::{Caller, IssueCashReceiptRequest};

use super::{Read, order, read_body, rules};
use crate::auth::Access;
use crate::fields::Fields;
use crate::json::RawBody;

const ISSUE: &[&str] = &[
    "storeId",
    "paymentId",
    "channelKey",
    "type",
    "orderName",
    "currency",
    "amount",
    "productType",
    "customer",
    "paidAt",
    "businessRegistrationNumber",
    "paymentMethod",
];
const RECEIVER: &[&str] = &["identityNumber", "identityNumberType", "name", "email", "phoneNumber"];

/// What a receipt is for (schema `CashReceiptType`).
pub(super) const PURPOSES: [(&str, ReceiptPurpose); 2] =
    [("PERSONAL", ReceiptPurpose::Personal), ("CORPORATE", ReceiptPurpose::Corporate)];
const IDENTITY_TYPES: [(&str, ReceiptIdentityType); 3] = [
    ("PHONE", ReceiptIdentityType::Phone),
    ("CARD", ReceiptIdentityType::Card),
    ("BUSINESS", ReceiptIdentityType::Business),
];
const METHODS: [(&str, PayMethod); 2] =
    [("TRANSFER", PayMethod::Transfer), ("VIRTUAL_ACCOUNT", PayMethod::VirtualAccount)];

/// A receipt to issue (schema `IssueCashReceiptBody`, rule V2-070).
pub(crate) fn issue(body: &RawBody, access: &Access) -> Read<IssueCashReceiptRequest> {
    read_body(body, access, ISSUE, |fields, caller| read(&fields.under(&rules::RECEIPT), caller))
}

fn read(fields: &Fields<'_, '_>, caller: Caller) -> Option<IssueCashReceiptRequest> {
    let payment_id = fields.need_id("paymentId");
    let channel_key = fields.need_id("channelKey");
    let purpose = fields.need_choice("type", PURPOSES.into_iter());
    let order_name = fields.need_text("orderName");
    let currency = order::currency(fields);
    let amount = order::amount(fields, currency);
    let product_type = fields.choice("productType", order::PRODUCT_TYPES.into_iter());
    let receiver = receiver(fields);
    let paid_at = fields.moment("paidAt");
    let business_registration_number = fields.secret("businessRegistrationNumber");
    let told_method = fields.choice("paymentMethod", METHODS.into_iter());
    // Read to the end first, so that every problem is told.
    let issue = IssueCashReceipt {
        payment_id: payment_id?,
        purpose: purpose?,
        order_name: order_name?.to_owned(),
        amount: amount?,
        product_type,
        receiver: receiver?,
        paid_at,
        business_registration_number,
        told_method,
        method: None,
    };
    Some(IssueCashReceiptRequest { caller, channel_key: channel_key?, issue })
}

/// Whom it is for (schema `IssueCashReceiptCustomerInput`).
fn receiver(fields: &Fields<'_, '_>) -> Option<ReceiptReceiver> {
    let fields = fields.need_object("customer", &rules::RECEIPT, RECEIVER)?;
    let identity_number = fields.need_secret("identityNumber");
    let is_blank = identity_number.as_ref().is_some_and(|number| number.expose().trim().is_empty());
    if is_blank {
        fields.add("identityNumber", "is empty; send whom the receipt is for");
    }
    Some(ReceiptReceiver {
        identity_number: identity_number?,
        identity_type: fields.choice("identityNumberType", IDENTITY_TYPES.into_iter()),
        name: fields.owned_text("name"),
        email: fields.owned_text("email"),
        phone_number: fields.owned_text("phoneNumber"),
    })
}
