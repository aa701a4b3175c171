//! Cash receipts (현금영수증): issued for money paid in cash, by a payment or by hand.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{PayMethod, PaymentAmount, PaymentId, ProductType, Secret};

/// What a cash receipt is for (schema `CashReceiptType`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ReceiptPurpose {
    /// Income deduction of a person (소득공제).
    Personal,
    /// Proof of expense of a company (지출증빙).
    Corporate,
}

impl ReceiptPurpose {
    /// Every purpose.
    pub const ALL: [Self; 2] = [Self::Personal, Self::Corporate];

    /// The code as the V2 REST API spells it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Personal => "PERSONAL",
            Self::Corporate => "CORPORATE",
        }
    }
}

/// What kind of number names the receiver (schema `IssueCashReceiptCustomerInputIdentityNumberType`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReceiptIdentityType {
    /// A mobile number.
    Phone,
    /// The number of a cash-receipt card.
    Card,
    /// A business registration number.
    Business,
}

impl ReceiptIdentityType {
    /// The code as the V2 REST API spells it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Phone => "PHONE",
            Self::Card => "CARD",
            Self::Business => "BUSINESS",
        }
    }
}

/// Issue a cash receipt by hand (schema `IssueCashReceiptBody`, rule V2-070), for a payment of this ledger or for one
/// made elsewhere.
#[derive(Debug, Clone)]
pub struct IssueCashReceipt {
    /// The payment, or a number of the shop's for one made elsewhere.
    pub payment_id: PaymentId,
    /// What it is for.
    pub purpose: ReceiptPurpose,
    /// What was bought.
    pub order_name: String,
    /// How much was paid.
    pub amount: PaymentAmount,
    /// Goods or digital content.
    pub product_type: Option<ProductType>,
    /// Whom it is for.
    pub receiver: ReceiptReceiver,
    /// When it was paid.
    pub paid_at: Option<DateTime<Utc>>,
    /// The shop's own business registration number; one PG asks for it.
    pub business_registration_number: Option<Secret<String>>,
    /// How it was paid, as the caller says; one PG asks for it.
    pub told_method: Option<PayMethod>,
    /// Ledger: how the payment of that id was paid, where there is one.
    pub method: Option<PayMethod>,
}

impl IssueCashReceipt {
    /// A receipt for an individual, of whom and of whose payment nothing more is told.
    pub fn personal(
        payment_id: PaymentId,
        order_name: impl Into<String>,
        amount: PaymentAmount,
        receiver: ReceiptReceiver,
    ) -> Self {
        Self {
            payment_id,
            purpose: ReceiptPurpose::Personal,
            order_name: order_name.into(),
            amount,
            product_type: None,
            receiver,
            paid_at: None,
            business_registration_number: None,
            told_method: None,
            method: None,
        }
    }
}

/// Whom a cash receipt is for (schema `IssueCashReceiptCustomerInput`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptReceiver {
    /// Mobile, resident, receipt-card or business number. Secret: it may be a resident registration number.
    pub identity_number: Secret<String>,
    /// Which of them it is; one PG asks for it.
    pub identity_type: Option<ReceiptIdentityType>,
    /// Their name; Smartro needs it (rule SMARTRO-120).
    pub name: Option<String>,
    /// Their e-mail address.
    pub email: Option<String>,
    /// Their telephone; Smartro needs it (rule SMARTRO-120).
    pub phone_number: Option<String>,
}

/// Cancel the cash receipt of a payment.
#[derive(Debug, Clone)]
pub struct CancelCashReceipt {
    /// The payment.
    pub payment_id: PaymentId,
    /// Ledger: how the payment of that id was paid, where there is one.
    pub method: Option<PayMethod>,
}

/// A cash receipt that was issued.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CashReceiptFacts {
    /// The tax office's approval number (승인 번호).
    pub issue_number: String,
    /// The PG's number of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pg_receipt_id: Option<String>,
    /// The page that shows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// When it was issued; the answer to an issue does not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issued_at: Option<DateTime<Utc>>,
}
