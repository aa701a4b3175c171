//! Virtual accounts (가상계좌): what a request may ask for. The combinations a PG refuses are refused by its rules, so
//! the types here hold them all.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{Bank, Secret};

/// A virtual account to issue (schema `InstantPaymentMethodInputVirtualAccount`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VirtualAccountRequest {
    /// The bank that issues the account.
    pub bank: Bank,
    /// Until when a deposit is taken.
    pub expiry: VirtualAccountExpiry,
    /// Rotating or fixed.
    pub option: VirtualAccountOption,
    /// The cash receipt to issue on deposit.
    pub cash_receipt: Option<CashReceiptRequest>,
    /// The name shown as the account's holder.
    pub remittee_name: Option<String>,
}

/// Until when a deposit is taken: exactly one of the two (rule V2-045).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VirtualAccountExpiry {
    /// Whole hours from now.
    pub valid_hours: Option<i32>,
    /// A moment in the future.
    pub due_date: Option<DateTime<Utc>>,
}

/// How the account number is chosen (rule V2-046).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VirtualAccountOption {
    /// Rotating (회전식) or fixed (고정식).
    pub kind: VirtualAccountOptionType,
    /// Which fixed account; only with [`VirtualAccountOptionType::Fixed`].
    pub fixed: Option<FixedAccount>,
}

/// `NORMAL` or `FIXED`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VirtualAccountOptionType {
    /// Rotating: the PG picks a number for each payment.
    Normal,
    /// Fixed: the same number each time.
    Fixed,
}

impl VirtualAccountOptionType {
    /// The code as the V2 REST API spells it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Normal => "NORMAL",
            Self::Fixed => "FIXED",
        }
    }
}

/// Which fixed account: exactly one of the two (rule V2-046).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FixedAccount {
    /// A name the PG maps to one number for good.
    pub pg_account_id: Option<String>,
    /// A number assigned before.
    pub account_number: Option<String>,
}

/// The cash receipt (현금영수증) to issue on deposit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CashReceiptRequest {
    /// For a person's deduction, for a company's expense, or none.
    pub kind: CashReceiptType,
    /// Mobile or resident number, or business number. Secret: it may be a resident registration number.
    pub customer_identity_number: Option<Secret<String>>,
}

/// `PERSONAL`, `CORPORATE` or `NO_RECEIPT` (schema `CashReceiptInputType`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CashReceiptType {
    /// Income deduction of a person (소득공제).
    Personal,
    /// Proof of expense of a company (지출증빙).
    Corporate,
    /// No receipt (미발행).
    NoReceipt,
}

impl CashReceiptType {
    /// The code as the V2 REST API spells it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Personal => "PERSONAL",
            Self::Corporate => "CORPORATE",
            Self::NoReceipt => "NO_RECEIPT",
        }
    }
}
