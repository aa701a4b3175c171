//! The ledger's records. Nothing here can hold a card number: cards are [`CardFacts`] only.

mod delivery;
mod face;
mod follow;
mod key;
mod promotion;
mod receipt;
mod review;
mod schedule;
mod session;
mod snapshot;
mod status;
mod wallet;

pub use delivery::DeliveryTold;
pub use face::{Face, ImpUid, MERCHANT_UID_LENGTH_MAX, NoImpUid, Platform};
pub use key::{BillingKeyRecord, BillingKeyStatus, IssueResult, KeyChannel, KeyChannelState, KeyFailure};
pub use promotion::{AppliedPromotion, CancelAdjustment};
pub use receipt::{CashReceipt, ReceiptStatus};
pub use review::{Discrepancy, HandSettlement};
pub use schedule::{Schedule, ScheduleStatus};
pub use session::{
    PaymentSession, PreRegistration, SessionAgreement, SessionColors, SessionId, SessionOffer, SessionProduct,
};
pub use snapshot::{ChannelSnapshot, GroupSnapshot};
pub use status::PaymentStatus;
pub use wallet::{ProductOrderRecord, WalletRecord};

use chrono::{DateTime, Utc};
use portone_core::{
    AttemptId, BillingKey, CancelRequester, CancelStatus, CancellationId, CardFacts, ChannelKey, CommandKind,
    CustomerUid, Escrow, EscrowDelivery, LogisticsCompany, MethodFacts, Order, PayMethod, PaymentId,
    PaymentScheduleId, PgTxId, StoreId, TransactionId, VirtualAccountFacts, WalletCall,
};
use serde::{Deserialize, Serialize};

/// One attempt to pay (schema `PaymentTransaction`); a payment shows its latest one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Transaction {
    /// Its id; also its attempt's.
    pub id: TransactionId,
    /// The store.
    pub store_id: StoreId,
    /// Counts the payment's transactions from 1.
    #[serde(skip)]
    pub seq: u32,
    /// Grows with each change; guards against lost updates.
    #[serde(skip)]
    pub revision: u64,
    /// What the V1 API calls it: the store's to give.
    #[serde(skip)]
    pub imp_uid: ImpUid,
    /// The API it was made through.
    #[serde(default, skip_serializing_if = "Face::is_v2")]
    pub face: Face,
    /// Where its payer was.
    #[serde(default, skip_serializing_if = "Platform::is_api")]
    pub platform: Platform,
    /// The state.
    pub status: PaymentStatus,
    /// What was ordered.
    pub order: Order,
    /// How it is paid.
    pub method: PayMethod,
    /// Where it went.
    pub channel: ChannelSnapshot,
    /// By which group, where one decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel_group: Option<GroupSnapshot>,
    /// The billing key it was paid with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub billing_key: Option<BillingKey>,
    /// What V1 calls that key, where it has a name of its own there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer_uid: Option<CustomerUid>,
    /// The schedule it was made by (rule V2-085).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule_id: Option<PaymentScheduleId>,
    /// The shop's own data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custom_data: Option<String>,
    /// Where to announce instead of the store's URLs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notice_urls: Vec<String>,
    /// Whether the success of the call itself is announced (rule V2-049).
    #[serde(default)]
    pub skip_webhook: bool,
    /// The caller's address.
    pub origin_ip: String,
    /// When it was asked for.
    pub requested_at: DateTime<Utc>,
    /// When it changed last.
    pub updated_at: DateTime<Utc>,
    /// When its state changed last.
    pub status_changed_at: DateTime<Utc>,
    /// When money was taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paid_at: Option<DateTime<Utc>>,
    /// When the PG refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed_at: Option<DateTime<Utc>>,
    /// When it was captured by hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub captured_at: Option<DateTime<Utc>>,
    /// When it was cancelled last, or its account closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancelled_at: Option<DateTime<Utc>>,
    /// The PG's number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pg_tx_id: Option<PgTxId>,
    /// The receipt page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt_url: Option<String>,
    /// The card, as far as it may be kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub card: Option<CardFacts>,
    /// The virtual account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub virtual_account: Option<VirtualAccountFacts>,
    /// What it was paid with, where that is neither of the two.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paid_by: Option<MethodFacts>,
    /// Where the shop is asked before an approval (rule V2-111).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirm_url: Option<String>,
    /// What is known of its escrow; absent until a delivery is registered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escrow: Option<Escrow>,
    /// How far the PG was told that its delivery is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery: Option<DeliveryTold>,
    /// What a wallet holds of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wallet: Option<Box<WalletRecord>>,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
    /// The transaction that followed it at another channel, by a group's failover policy: its failure was not announced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rerouted_to: Option<TransactionId>,
    /// Its cancels, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cancellations: Vec<Cancellation>,
    /// The promotion it is given; a payment may name one in its order and be given none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promotion: Option<Box<AppliedPromotion>>,
}

impl Transaction {
    /// What of the order was cancelled or is being cancelled, in minor units.
    pub fn cancelled(&self) -> i64 {
        self.counted().map(|cancellation| cancellation.total).sum()
    }

    /// The tax-free part of [`Self::cancelled`].
    pub fn cancelled_tax_free(&self) -> i64 {
        self.counted().map(|cancellation| cancellation.tax_free).sum()
    }

    /// The value-added tax of [`Self::cancelled`].
    pub fn cancelled_vat(&self) -> i64 {
        self.counted().map(|cancellation| cancellation.vat).sum()
    }

    /// The cancels that hold their amount: those that are done or accepted.
    fn counted(&self) -> impl Iterator<Item = &Cancellation> {
        self.cancellations.iter().filter(|cancellation| cancellation.status != CancelStatus::Failed)
    }

    /// The escrow and its parcel, once a delivery was registered: every state but the first has one.
    pub fn registered_escrow(&self) -> Option<(&Escrow, &EscrowDelivery)> {
        let escrow = self.escrow.as_ref()?;
        Some((escrow, escrow.delivery.as_ref()?))
    }

    /// What of the order can still be cancelled, in minor units.
    pub fn cancellable(&self) -> i64 {
        self.order.amount.total - self.cancelled()
    }
}

/// Why a transaction failed (schema `PaymentFailure`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// Our words.
    pub reason: String,
    /// The PG's code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pg_code: Option<String>,
    /// The PG's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pg_message: Option<String>,
}

/// One cancel (schema `PaymentCancellation`): done, accepted, or accepted and then failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cancellation {
    /// Its id.
    pub id: CancellationId,
    /// How far it has come.
    pub status: CancelStatus,
    /// How much of the order, in minor units; [`Self::given_back`] is what goes back.
    pub total: i64,
    /// The tax-free part.
    pub tax_free: i64,
    /// The value-added tax.
    pub vat: i64,
    /// Why.
    pub reason: String,
    /// Who asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requester: Option<CancelRequester>,
    /// The PG's number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pg_cancellation_id: Option<String>,
    /// The upstream's id of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upstream_id: Option<String>,
    /// When it was asked for.
    pub requested_at: DateTime<Utc>,
    /// When it was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancelled_at: Option<DateTime<Utc>>,
    /// What the payment's promotion makes of it, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adjustment: Option<CancelAdjustment>,
}

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
