//! Sales slips that name sub-shops (하위 상점).

use crate::{Currency, PayMethod, PaymentId, Secret};

/// Name the sub-shops of a payment on its sales slip (schema `RegisterStoreReceiptBody`).
#[derive(Debug, Clone)]
pub struct RegisterStoreReceipt {
    /// The payment.
    pub payment_id: PaymentId,
    /// The sub-shops' parts.
    pub items: Vec<StoreReceiptItem>,
    /// Ledger: how it was paid.
    pub method: PayMethod,
}

/// One sub-shop's part of a payment (schema `RegisterStoreReceiptBodyItem`), in minor units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreReceiptItem {
    /// The sub-shop's business registration number.
    pub business_registration_number: Secret<String>,
    /// The sub-shop's name.
    pub name: String,
    /// What was paid to it.
    pub total: i64,
    /// The tax-free part.
    pub tax_free: Option<i64>,
    /// The value-added tax.
    pub vat: Option<i64>,
    /// The supply value.
    pub supply: Option<i64>,
    /// The currency of all four.
    pub currency: Currency,
}
