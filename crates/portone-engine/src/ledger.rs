//! The ledger's records. Nothing here can hold a card number: cards are [`CardFacts`] only.

mod attempt;
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

pub use attempt::{NEVER, OpenAttempt, OpenSubject};
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
    BillingKey, CancelRequester, CancelStatus, CancellationId, CardFacts, CustomerUid, Escrow,
    EscrowDelivery, MethodFacts, Order, PayMethod, PaymentScheduleId, PgTxId, StoreId, TransactionId,
    VirtualAccountFacts,
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
    /// Until when its payer may still pay at its window, whatever has become of it here; absent of every other payment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window_until: Option<DateTime<Utc>>,
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
