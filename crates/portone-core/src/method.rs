//! Pay methods, and what a payment was paid with where that is neither a card nor a virtual account.

use serde::{Deserialize, Serialize};

use crate::{Bank, CardFacts};

/// Pay methods (결제수단), as schema `PaymentMethodType` spells them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[allow(missing_docs)]
pub enum PayMethod {
    Card,
    VirtualAccount,
    Transfer,
    Mobile,
    EasyPay,
}

impl PayMethod {
    /// The code as the V2 REST API spells it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Card => "CARD",
            Self::VirtualAccount => "VIRTUAL_ACCOUNT",
            Self::Transfer => "TRANSFER",
            Self::Mobile => "MOBILE",
            Self::EasyPay => "EASY_PAY",
        }
    }
}

/// What a payment was paid with, as far as the PG told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MethodFacts {
    /// An account transfer (schema `PaymentMethodTransfer`).
    Transfer(AccountFacts),
    /// Carrier billing (schema `PaymentMethodMobile`).
    Mobile {
        /// The telephone it was billed to.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        phone_number: Option<String>,
    },
    /// A wallet (schema `PaymentMethodEasyPay`).
    EasyPay {
        /// Which, as schema `EasyPayProvider` spells it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        provider: Option<String>,
        /// What the wallet paid with.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        with: Option<WalletFacts>,
    },
}

/// A bank account that was paid from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountFacts {
    /// Its bank, where the schema knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bank: Option<Bank>,
    /// Its number, as the PG shows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_number: Option<String>,
}

/// What a wallet paid with (schema `PaymentMethodEasyPayMethod`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WalletFacts {
    /// A card. Boxed: it is large, and few wallets tell of it.
    Card(Box<CardFacts>),
    /// Money or points that it was charged with.
    Charge {
        /// The bank they came from.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        bank: Option<Bank>,
    },
    /// A bank account.
    Transfer(AccountFacts),
}
