//! `POST /payments/{paymentId}/confirm`, `POST /billing-keys/confirm` and `POST /billing-keys/confirm-issue-and-pay`.

use portone_engine::{
    ConfirmBillingKeyRequest, ConfirmIssueAndPayRequest, ConfirmPaymentRequest, FixedAmount,
};

use super::{Read, order, payment_id, rules};
use crate::auth::Access;
use crate::json::RawBody;

const CONFIRM: &[&str] =
    &["storeId", "paymentToken", "txId", "currency", "totalAmount", "taxFreeAmount", "isTest", "skipWebhook"];

const CONFIRM_KEY: &[&str] = &["storeId", "billingIssueToken", "isTest", "skipWebhook"];

const CONFIRM_BOTH: &[&str] = &[
    "storeId",
    "billingIssueToken",
    "paymentId",
    "currency",
    "totalAmount",
    "taxFreeAmount",
    "isTest",
    "skipWebhook",
];

/// Schema `ConfirmPaymentBody` (rule V2-051).
pub(crate) fn payment(body: &RawBody, access: &Access, id: &str) -> Read<ConfirmPaymentRequest> {
    super::read_body(body, access, CONFIRM, |root, caller| {
        let fields = root.under(&rules::CONFIRM);
        let payment_id = payment_id(root, id);
        let payment_token = fields.need_secret("paymentToken");
        let tx_id = fields.owned_text("txId");
        let currency = fields.has("currency").then(|| order::currency(&fields)).flatten();
        let total = fields.int64_from("totalAmount", 0);
        let tax_free = fields.int64_from("taxFreeAmount", 0);
        let is_test = fields.flag("isTest");
        let skip_webhook = fields.flag("skipWebhook").unwrap_or(false);
        Some(ConfirmPaymentRequest {
            caller,
            payment_id: payment_id?,
            payment_token: payment_token?,
            tx_id,
            currency,
            total,
            tax_free,
            is_test,
            skip_webhook,
        })
    })
}

/// Schema `ConfirmBillingKeyBody` (rule V2-051).
pub(crate) fn billing_key(body: &RawBody, access: &Access) -> Read<ConfirmBillingKeyRequest> {
    super::read_body(body, access, CONFIRM_KEY, |root, caller| {
        let fields = root.under(&rules::CONFIRM);
        let billing_issue_token = fields.need_secret("billingIssueToken");
        let is_test = fields.flag("isTest");
        let skip_webhook = fields.flag("skipWebhook").unwrap_or(false);
        Some(ConfirmBillingKeyRequest {
            caller,
            billing_issue_token: billing_issue_token?,
            is_test,
            skip_webhook,
        })
    })
}

/// Schema `ConfirmBillingKeyIssueAndPayBody`.
pub(crate) fn issue_and_pay(body: &RawBody, access: &Access) -> Read<ConfirmIssueAndPayRequest> {
    super::read_body(body, access, CONFIRM_BOTH, |root, caller| {
        let fields = root.under(&rules::CONFIRM);
        let billing_issue_token = fields.need_secret("billingIssueToken");
        let payment_id = fields.owned_text("paymentId");
        let amount = FixedAmount {
            total: fields.int64_from("totalAmount", 0),
            decimals: None,
            tax_free: fields.int64_from("taxFreeAmount", 0),
            currency: fields.has("currency").then(|| order::currency(&fields)).flatten(),
        };
        let is_test = fields.flag("isTest");
        let skip_webhook = fields.flag("skipWebhook").unwrap_or(false);
        Some(ConfirmIssueAndPayRequest {
            caller,
            billing_issue_token: billing_issue_token?,
            payment_id,
            amount,
            is_test,
            skip_webhook,
        })
    })
}
