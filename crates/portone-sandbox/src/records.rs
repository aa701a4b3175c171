//! What the ledger keeps: the hub's payments and billing keys, and the PGs' own charges beneath them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::cards::{CardFacts, Use};
use crate::pg::{Booked, Provider, Reason};
use crate::refusal::PgRefusal;
use crate::v2::input::Customer;

/// A payment id and every attempt made under it, oldest first.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Payment {
    pub(crate) id: String,
    pub(crate) transactions: Vec<Transaction>,
}

/// One attempt, as the hub shows it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Transaction {
    pub(crate) id: String,
    pub(crate) store_id: String,
    pub(crate) channel_key: String,
    pub(crate) status: Status,
    pub(crate) requested_at: DateTime<Utc>,
    pub(crate) status_changed_at: DateTime<Utc>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) paid_at: Option<DateTime<Utc>>,
    /// What was paid with, or would have been.
    pub(crate) method: PaidWith,
    pub(crate) order_name: String,
    pub(crate) currency: String,
    pub(crate) total: i64,
    pub(crate) tax_free: i64,
    /// As requested, or an eleventh of the taxable part.
    pub(crate) vat: i64,
    pub(crate) customer: Customer,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) custom_data: Option<String>,
    /// Where its changes are told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) notice_urls: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) billing_key: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) product_count: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) is_cultural_expense: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) pg_tx_id: Option<String>,
    /// Absent of a payment that is not held in escrow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) escrow: Option<Escrow>,
    /// What the window gave the shop's page, until it is used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) payment_token: Option<String>,
    /// What Paymentwall was told of its delivery. Whom it goes to is not read back (PW-026).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) delivery: Option<serde_json::Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) failure: Option<PgRefusal>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) cancellations: Vec<Cancellation>,
}

/// The states the sandbox's payments take (V2-040).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Status {
    /// A window is open, or what was authenticated in it is not approved.
    Ready,
    /// The PG has what a payer paid, and approves it later.
    PayPending,
    VirtualAccountIssued,
    Paid,
    Failed,
    PartialCancelled,
    Cancelled,
}

/// The payment method of an attempt.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PaidWith {
    Card {
        card: CardFacts,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        approval_number: Option<String>,
        months: i64,
        is_interest_free: bool,
    },
    Account {
        bank: String,
        /// Absent when none was issued.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        number: Option<String>,
        kind: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        remittee: Option<String>,
        expires_at: DateTime<Utc>,
        has_cash_receipt: bool,
        /// What the receipt that comes with the deposit is for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        receipt_purpose: Option<String>,
    },
    Transfer {
        bank: String,
    },
    Mobile {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        phone_number: Option<String>,
    },
    Wallet {
        provider: String,
        with: WalletMoney,
    },
}

/// What a wallet pays with.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum WalletMoney {
    Card {
        card: CardFacts,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        approval_number: Option<String>,
    },
    Charge {
        bank: String,
    },
    Transfer {
        bank: String,
    },
}

impl PaidWith {
    /// The card that pays, also out of a wallet.
    pub(crate) fn card(&self) -> Option<&CardFacts> {
        match self {
            Self::Card { card, .. } | Self::Wallet { with: WalletMoney::Card { card, .. }, .. } => Some(card),
            Self::Account { .. } | Self::Transfer { .. } | Self::Mobile { .. } | Self::Wallet { .. } => None,
        }
    }

    /// Notes the PG's number of an approval, or the number of the account it issued.
    pub(crate) fn numbered(&mut self, text: String) {
        match self {
            Self::Card { approval_number: number, .. }
            | Self::Wallet { with: WalletMoney::Card { approval_number: number, .. }, .. }
            | Self::Account { number, .. } => *number = Some(text),
            Self::Transfer { .. } | Self::Mobile { .. } | Self::Wallet { .. } => {}
        }
    }
}

/// One cancel of a payment.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Cancellation {
    pub(crate) id: String,
    pub(crate) pg_cancellation_id: String,
    pub(crate) status: CancellationStatus,
    pub(crate) total: i64,
    pub(crate) tax_free: i64,
    pub(crate) vat: i64,
    pub(crate) reason: String,
    pub(crate) requested_at: DateTime<Utc>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) cancelled_at: Option<DateTime<Utc>>,
}

/// How far a cancel has come (V2-063).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum CancellationStatus {
    Requested,
    Succeeded,
    Failed,
}

/// What a PG has booked: the truth about the money, whatever the hub shows.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Charge {
    pub(crate) pg_tx_id: String,
    pub(crate) channel_key: String,
    /// As the PG stores it (SMARTRO-003).
    pub(crate) order_id: String,
    pub(crate) payment_id: String,
    pub(crate) transaction_id: String,
    pub(crate) booked: Booked,
    /// Items, for Smartro's virtual accounts 1 when absent (SMARTRO-110).
    pub(crate) product_count: i64,
    /// Money taken: the total, or 0 while a deposit is awaited.
    pub(crate) charged: i64,
    pub(crate) cancelled: i64,
    /// When the merchant captured it itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) captured_at: Option<DateTime<Utc>>,
    /// The account takes no deposit any more.
    pub(crate) is_closed: bool,
}

/// A billing key.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BillingKey {
    pub(crate) key: String,
    pub(crate) store_id: String,
    pub(crate) channel_key: String,
    /// The PG's own key; never shown.
    pub(crate) pg_key: String,
    /// Absent of one that is billed to a telephone, which is the customer's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) card: Option<CardFacts>,
    pub(crate) customer: Customer,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) custom_data: Option<String>,
    /// What the window gave the shop's page, until it is spent for nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) issue_token: Option<String>,
    /// What is paid with it as it is issued.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) first_payment: Option<String>,
    /// Whether a window's key waits for the server's approval: nobody sees it until then.
    #[serde(default)]
    pub(crate) is_pending: bool,
    pub(crate) issued_at: DateTime<Utc>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) deleted_at: Option<DateTime<Utc>>,
}

impl BillingKey {
    /// Why the PG does not store it, or `None`.
    pub(crate) fn refusal(&self, provider: Provider) -> Option<Reason> {
        self.card.as_ref().and_then(|card| card.refusal(Use::Issue, provider))
    }
}

/// What a PG holds until the buyer has the goods. Who sends and receives is not kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Escrow {
    pub(crate) status: EscrowStatus,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) delivery: Option<Delivery>,
    /// Whether the confirmation came by time.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) is_automatic: bool,
}

/// How far an escrow has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum EscrowStatus {
    BeforeRegistered,
    Registered,
    Delivered,
    Confirmed,
    Rejected,
    RejectConfirmed,
}

impl EscrowStatus {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::BeforeRegistered => "BEFORE_REGISTERED",
            Self::Registered => "REGISTERED",
            Self::Delivered => "DELIVERED",
            Self::Confirmed => "CONFIRMED",
            Self::Rejected => "REJECTED",
            Self::RejectConfirmed => "REJECT_CONFIRMED",
        }
    }
}

/// A parcel.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Delivery {
    pub(crate) company: String,
    pub(crate) invoice_number: String,
    pub(crate) sent_at: DateTime<Utc>,
    pub(crate) applied_at: DateTime<Utc>,
}

/// The latest cash receipt of a payment id. Whom it is for is not kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CashReceipt {
    pub(crate) payment_id: String,
    pub(crate) store_id: String,
    pub(crate) channel_key: String,
    pub(crate) is_manual: bool,
    pub(crate) purpose: String,
    pub(crate) order_name: String,
    pub(crate) currency: String,
    pub(crate) total: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) tax_free: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) vat: Option<i64>,
    pub(crate) pg_receipt_id: String,
    pub(crate) issue_number: String,
    pub(crate) issued_at: DateTime<Utc>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) cancelled_at: Option<DateTime<Utc>>,
}

impl CashReceipt {
    pub(crate) fn is_issued(&self) -> bool {
        self.cancelled_at.is_none()
    }

    pub(crate) fn status_name(&self) -> &'static str {
        if self.is_issued() { "ISSUED" } else { "CANCELLED" }
    }
}

impl Payment {
    /// The latest attempt; a payment has at least one.
    pub(crate) fn latest(&self) -> &Transaction {
        &self.transactions[self.transactions.len() - 1]
    }

    pub(crate) fn latest_mut(&mut self) -> &mut Transaction {
        let last = self.transactions.len() - 1;
        &mut self.transactions[last]
    }
}

impl Status {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ready => "READY",
            Self::PayPending => "PAY_PENDING",
            Self::VirtualAccountIssued => "VIRTUAL_ACCOUNT_ISSUED",
            Self::Paid => "PAID",
            Self::Failed => "FAILED",
            Self::PartialCancelled => "PARTIAL_CANCELLED",
            Self::Cancelled => "CANCELLED",
        }
    }

    /// Whether money is still held, at least in part.
    pub(crate) fn holds_money(self) -> bool {
        matches!(self, Self::Paid | Self::PartialCancelled)
    }

    /// Whether money has been taken, some of which may have been returned.
    pub(crate) fn is_paid(self) -> bool {
        matches!(self, Self::Paid | Self::PartialCancelled | Self::Cancelled)
    }
}

impl Transaction {
    /// What is left to cancel: total and tax-free part. A requested cancel holds its amount.
    pub(crate) fn left(&self) -> (i64, i64) {
        let (total, tax_free) = self.cancelled(|status| status != CancellationStatus::Failed);
        (self.total - total, self.tax_free - tax_free)
    }

    /// The sums of the cancels whose status `counts`: total and tax-free part.
    pub(crate) fn cancelled(&self, counts: impl Fn(CancellationStatus) -> bool) -> (i64, i64) {
        self.cancellations
            .iter()
            .filter(|cancel| counts(cancel.status))
            .fold((0, 0), |(total, tax_free), cancel| (total + cancel.total, tax_free + cancel.tax_free))
    }
}
