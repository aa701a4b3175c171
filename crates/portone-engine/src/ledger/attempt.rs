//! Attempts whose result is open, and what each is about.

use chrono::{DateTime, Utc};
use portone_core::{
    AttemptId, BillingKey, CancellationId, ChannelKey, CommandKind, LogisticsCompany, PaymentId, StoreId,
    TransactionId, WalletCall,
};
use serde::{Deserialize, Serialize};

use super::{Cancellation, DeliveryTold};

/// When an attempt is inquired that no inquiry can tell of.
pub const NEVER: DateTime<Utc> = DateTime::<Utc>::MAX_UTC;

/// A call to a PG whose result is not in the ledger yet. It exists from before the call until the result is durable.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OpenAttempt {
    /// Its id.
    pub id: AttemptId,
    /// The store.
    pub store_id: StoreId,
    /// The command.
    pub command: CommandKind,
    /// Where it goes.
    pub channel: ChannelKey,
    /// When it became durable.
    pub opened_at: DateTime<Utc>,
    /// Until when the upstream may still be working on it: only after that does absence mean that it did not happen.
    pub lease_until: DateTime<Utc>,
    /// When it is to be inquired next; [`NEVER`] where no inquiry can tell.
    pub next_inquiry_at: DateTime<Utc>,
    /// How often it has been claimed for an inquiry.
    #[serde(default)]
    pub inquiry_count: u32,
    /// What it is about.
    pub subject: OpenSubject,
}

impl OpenAttempt {
    /// Whether its call may still be on its way, and will settle it when it is answered: nobody has put its inquiry
    /// anywhere but behind its lease.
    pub fn is_under_way(&self, now: DateTime<Utc>) -> bool {
        self.inquiry_count == 0 && self.next_inquiry_at == self.lease_until && now < self.lease_until
    }
}

/// What an open attempt is about: all that is needed to settle it after a restart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum OpenSubject {
    /// A payment, instant or with a billing key.
    Pay {
        /// The payment.
        payment_id: PaymentId,
        /// Its transaction, whose id is the marker the upstream keeps.
        transaction_id: TransactionId,
    },
    /// A cancel.
    Cancel {
        /// The payment.
        payment_id: PaymentId,
        /// Its transaction.
        transaction_id: TransactionId,
        /// The cancel as asked for.
        cancellation: Box<Cancellation>,
        /// Whether it is announced.
        skip_webhook: bool,
        /// What the PG gave back before, in minor units.
        cancelled_before: i64,
    },
    /// A virtual account to close.
    CloseVirtualAccount {
        /// The payment.
        payment_id: PaymentId,
        /// Its transaction.
        transaction_id: TransactionId,
    },
    /// A payment window: nothing was sent, and its payer may finish it.
    Window {
        /// The payment.
        payment_id: PaymentId,
        /// Its transaction, whose id is the marker the upstream keeps.
        transaction_id: TransactionId,
    },
    /// The approval of what a payer authenticated in a window.
    Confirm {
        /// The payment.
        payment_id: PaymentId,
        /// Its transaction, whose id is the marker the upstream keeps.
        transaction_id: TransactionId,
    },
    /// A window that issues a billing key and takes a first payment: nothing was sent, and its payer may finish it.
    IssueAndPayWindow {
        /// The payment.
        payment_id: PaymentId,
        /// Its transaction, whose id is the marker the upstream keeps.
        transaction_id: TransactionId,
        /// The key.
        billing_key: BillingKey,
    },
    /// The approval of what a payer authenticated in such a window.
    ConfirmIssueAndPay {
        /// The payment.
        payment_id: PaymentId,
        /// Its transaction, whose id is the marker the upstream keeps.
        transaction_id: TransactionId,
        /// The key.
        billing_key: BillingKey,
    },
    /// A payment to capture.
    Capture {
        /// The payment.
        payment_id: PaymentId,
        /// Its transaction.
        transaction_id: TransactionId,
    },
    /// A cancel to withdraw.
    StopCancel {
        /// The payment.
        payment_id: PaymentId,
        /// Its transaction.
        transaction_id: TransactionId,
        /// Our id of the cancel.
        cancellation_id: CancellationId,
        /// The upstream's id of it.
        upstream_cancellation_id: String,
    },
    /// One channel's part of a billing-key issue.
    IssueBillingKey {
        /// The key.
        billing_key: BillingKey,
    },
    /// A window that issues a billing key: nothing was sent, and the key's holder may finish it.
    KeyWindow {
        /// The key, whose name is the marker the upstream keeps.
        billing_key: BillingKey,
    },
    /// The approval of what a billing key's holder authenticated in a window.
    ConfirmKey {
        /// The key, whose name is the marker the upstream keeps.
        billing_key: BillingKey,
    },
    /// One channel's part of a billing-key deletion.
    DeleteBillingKey {
        /// The key.
        billing_key: BillingKey,
        /// Whether it is announced.
        skip_webhook: bool,
    },
    /// A delivery held in escrow, to tell the PG of. Who sends and receives is not kept.
    RegisterEscrowLogistics {
        /// The payment.
        payment_id: PaymentId,
        /// Its transaction.
        transaction_id: TransactionId,
        /// The carrier.
        company: LogisticsCompany,
        /// The carrier's number of the parcel.
        invoice_number: String,
        /// When it was sent.
        sent_at: DateTime<Utc>,
    },
    /// An escrow to confirm.
    ConfirmEscrow {
        /// The payment.
        payment_id: PaymentId,
        /// Its transaction.
        transaction_id: TransactionId,
    },
    /// Sub-shops to name on the sales slip. Nothing of it is kept.
    RegisterStoreReceipt {
        /// The payment.
        payment_id: PaymentId,
        /// Its transaction.
        transaction_id: TransactionId,
    },
    /// A delivery to tell the PG of. Whom it goes to is not kept, and nothing reads it back (rule PW-026).
    ConfirmDelivery {
        /// The payment.
        payment_id: PaymentId,
        /// Its transaction.
        transaction_id: TransactionId,
        /// What the PG is told.
        told: DeliveryTold,
    },
    /// Something to ask a wallet for that may give money back. What is asked is not kept: where the payment stands tells.
    AskWallet {
        /// The payment.
        payment_id: PaymentId,
        /// Its transaction.
        transaction_id: TransactionId,
        /// What is asked.
        call: WalletCall,
    },
    /// A cash receipt to issue. Whom it is for is not kept: reading the receipt back settles it.
    IssueCashReceipt {
        /// The receipt, pending.
        receipt_id: AttemptId,
        /// Its payment.
        payment_id: PaymentId,
        /// What was asked for, in minor units.
        total: i64,
    },
    /// A cash receipt to cancel.
    CancelCashReceipt {
        /// The receipt.
        receipt_id: AttemptId,
        /// Its payment.
        payment_id: PaymentId,
    },
}

impl OpenSubject {
    /// The payment it locks, if it does: at most one attempt is open per payment. Cash receipts and deliveries have locks
    /// of their own.
    pub const fn locked_payment(&self) -> Option<&PaymentId> {
        match self {
            Self::IssueCashReceipt { .. } | Self::CancelCashReceipt { .. } | Self::ConfirmDelivery { .. } => {
                None
            }
            _ => self.payment_id(),
        }
    }

    /// Whether an inquiry can tell what became of it. What it cannot tell of stays open until somebody settles it by hand.
    pub const fn is_inquired(&self) -> bool {
        !matches!(self, Self::ConfirmDelivery { .. })
    }

    /// The payment it is about, if it is about one.
    pub const fn payment_id(&self) -> Option<&PaymentId> {
        match self {
            Self::Pay { payment_id, .. }
            | Self::Cancel { payment_id, .. }
            | Self::CloseVirtualAccount { payment_id, .. }
            | Self::Window { payment_id, .. }
            | Self::Confirm { payment_id, .. }
            | Self::IssueAndPayWindow { payment_id, .. }
            | Self::ConfirmIssueAndPay { payment_id, .. }
            | Self::Capture { payment_id, .. }
            | Self::StopCancel { payment_id, .. }
            | Self::RegisterEscrowLogistics { payment_id, .. }
            | Self::ConfirmEscrow { payment_id, .. }
            | Self::RegisterStoreReceipt { payment_id, .. }
            | Self::ConfirmDelivery { payment_id, .. }
            | Self::AskWallet { payment_id, .. }
            | Self::IssueCashReceipt { payment_id, .. }
            | Self::CancelCashReceipt { payment_id, .. } => Some(payment_id),
            Self::IssueBillingKey { .. }
            | Self::KeyWindow { .. }
            | Self::ConfirmKey { .. }
            | Self::DeleteBillingKey { .. } => None,
        }
    }

    /// The billing key it is about, if it is about one.
    pub const fn billing_key(&self) -> Option<&BillingKey> {
        match self {
            Self::IssueBillingKey { billing_key }
            | Self::KeyWindow { billing_key }
            | Self::ConfirmKey { billing_key }
            | Self::IssueAndPayWindow { billing_key, .. }
            | Self::ConfirmIssueAndPay { billing_key, .. }
            | Self::DeleteBillingKey { billing_key, .. } => Some(billing_key),
            Self::Pay { .. }
            | Self::Cancel { .. }
            | Self::CloseVirtualAccount { .. }
            | Self::Window { .. }
            | Self::Confirm { .. }
            | Self::Capture { .. }
            | Self::StopCancel { .. }
            | Self::RegisterEscrowLogistics { .. }
            | Self::ConfirmEscrow { .. }
            | Self::RegisterStoreReceipt { .. }
            | Self::ConfirmDelivery { .. }
            | Self::AskWallet { .. }
            | Self::IssueCashReceipt { .. }
            | Self::CancelCashReceipt { .. } => None,
        }
    }
}
