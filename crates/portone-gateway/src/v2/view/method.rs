//! How a payment was paid, as far as is known.

use portone_core::{AccountFacts, Bank, CardFacts, MethodFacts, PayMethod, VirtualAccountFacts, WalletFacts};
use portone_engine::ledger::Transaction;
use schemars::JsonSchema;
use serde::Serialize;

use crate::answer::Moment;

/// The members of schema `PaymentMethod` that can be known here.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "type", rename_all_fields = "camelCase")]
pub(crate) enum MethodView<'a> {
    /// By card.
    #[serde(rename = "PaymentMethodCard")]
    Card {
        #[serde(skip_serializing_if = "Option::is_none")]
        card: Option<CardView<'a>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        approval_number: Option<&'a str>,
    },
    /// Into a virtual account.
    #[serde(rename = "PaymentMethodVirtualAccount")]
    VirtualAccount {
        #[serde(skip_serializing_if = "Option::is_none")]
        bank: Option<&'static str>,
        account_number: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        account_type: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        remittee_name: Option<&'a str>,
        issued_at: Moment,
        #[serde(skip_serializing_if = "Option::is_none")]
        expired_at: Option<Moment>,
    },
    /// By account transfer.
    #[serde(rename = "PaymentMethodTransfer")]
    Transfer(AccountView<'a>),
    /// By carrier billing.
    #[serde(rename = "PaymentMethodMobile")]
    Mobile {
        #[serde(skip_serializing_if = "Option::is_none")]
        phone_number: Option<&'a str>,
    },
    /// By a wallet.
    #[serde(rename = "PaymentMethodEasyPay")]
    EasyPay {
        #[serde(skip_serializing_if = "Option::is_none")]
        provider: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        easy_pay_method: Option<WalletView<'a>>,
    },
}

/// Schema `PaymentMethodTransfer`, less its type.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AccountView<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    bank: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    account_number: Option<&'a str>,
}

impl<'a> From<&'a AccountFacts> for AccountView<'a> {
    fn from(facts: &'a AccountFacts) -> Self {
        Self { bank: facts.bank.map(Bank::code), account_number: facts.account_number.as_deref() }
    }
}

/// Schema `PaymentMethodEasyPayMethod`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "type", rename_all_fields = "camelCase")]
pub(crate) enum WalletView<'a> {
    /// A card.
    #[serde(rename = "PaymentMethodCard")]
    Card {
        #[serde(skip_serializing_if = "Option::is_none")]
        card: Option<CardView<'a>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        approval_number: Option<&'a str>,
    },
    /// Money or points it was charged with.
    #[serde(rename = "PaymentMethodEasyPayMethodCharge")]
    Charge {
        #[serde(skip_serializing_if = "Option::is_none")]
        bank: Option<&'static str>,
    },
    /// A bank account.
    #[serde(rename = "PaymentMethodTransfer")]
    Transfer(AccountView<'a>),
}

impl<'a> From<&'a WalletFacts> for WalletView<'a> {
    fn from(facts: &'a WalletFacts) -> Self {
        match facts {
            WalletFacts::Card(card) => {
                Self::Card { card: CardView::of(card), approval_number: card.approval_number.as_deref() }
            }
            WalletFacts::Charge { bank } => Self::Charge { bank: bank.map(Bank::code) },
            WalletFacts::Transfer(account) => Self::Transfer(account.into()),
        }
    }
}

impl<'a> MethodView<'a> {
    /// The method of a transaction; absent for an account that was never issued, since its number is mandatory.
    pub(crate) fn of(transaction: &'a Transaction) -> Option<Self> {
        match transaction.method {
            PayMethod::Card => Some(Self::card(transaction.card.as_ref())),
            PayMethod::VirtualAccount => transaction.virtual_account.as_ref().map(Self::account),
            PayMethod::Transfer | PayMethod::Mobile | PayMethod::EasyPay => Some(
                transaction.paid_by.as_ref().map_or_else(|| Self::bare(transaction.method), Self::paid_by),
            ),
        }
    }

    fn paid_by(facts: &'a MethodFacts) -> Self {
        match facts {
            MethodFacts::Transfer(account) => Self::Transfer(account.into()),
            MethodFacts::Mobile { phone_number } => Self::Mobile { phone_number: phone_number.as_deref() },
            MethodFacts::EasyPay { provider, with } => Self::EasyPay {
                provider: provider.as_deref(),
                easy_pay_method: with.as_ref().map(WalletView::from),
            },
        }
    }

    /// A method of which nothing more is known.
    const fn bare(method: PayMethod) -> Self {
        match method {
            PayMethod::Mobile => Self::Mobile { phone_number: None },
            PayMethod::EasyPay => Self::EasyPay { provider: None, easy_pay_method: None },
            PayMethod::Card | PayMethod::VirtualAccount | PayMethod::Transfer => {
                Self::Transfer(AccountView { bank: None, account_number: None })
            }
        }
    }

    fn card(facts: Option<&'a CardFacts>) -> Self {
        Self::Card {
            card: facts.and_then(CardView::of),
            approval_number: facts.and_then(|facts| facts.approval_number.as_deref()),
        }
    }

    fn account(facts: &'a VirtualAccountFacts) -> Self {
        Self::VirtualAccount {
            bank: facts.bank.map(Bank::code),
            account_number: &facts.account_number,
            account_type: facts.account_type.as_deref(),
            remittee_name: facts.remittee_name.as_deref(),
            issued_at: Moment(facts.issued_at),
            expired_at: facts.expired_at.map(Moment),
        }
    }
}

/// Schema `Card`; never a whole number.
#[derive(Debug, Default, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CardView<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    publisher: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    issuer: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    brand: Option<&'a str>,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner_type: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bin: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<&'a str>,
}

impl<'a> CardView<'a> {
    /// What is known of a card; absent when nothing is.
    pub(crate) fn of(facts: &'a CardFacts) -> Option<Self> {
        let card = Self {
            publisher: facts.publisher.as_deref(),
            issuer: facts.issuer.as_deref(),
            brand: facts.brand.as_deref(),
            kind: facts.card_type.as_deref(),
            owner_type: facts.owner_type.as_deref(),
            bin: facts.bin.as_deref(),
            name: facts.name.as_deref(),
            number: facts.masked_number.as_deref(),
        };
        (card != Self::default()).then_some(card)
    }
}
