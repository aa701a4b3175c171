//! Requests as the faces hand them over: parsed, with the store they come from.

use chrono::{DateTime, Utc};
use portone_core::{
    BillingKey, CancelRequester, CashReceiptRequest, ChannelGroupId, ChannelKey, CustomerUid, Delivery,
    IssueBillingKey, IssueCashReceipt, Order, PayInstantly, PaymentId, RefundAccount,
    RegisterEscrowLogistics, StoreId, StoreReceiptItem, TransactionId,
};

use crate::idempotency::Operation;
use crate::ledger::Face;
use crate::promotion::RetainOption;

/// Who asks.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The store its credential belongs to.
    pub store_id: StoreId,
    /// Its address.
    pub ip: String,
    /// The API it asks through.
    pub face: Face,
    /// What the request runs as, where it came with an idempotency key.
    pub operation: Option<Operation>,
}

impl Caller {
    /// Whether the request may have run before, under its idempotency key.
    pub fn is_resumed(&self) -> bool {
        self.operation.as_ref().is_some_and(|operation| operation.is_resumed)
    }
}

/// Which channel: one by name, or one of a group (rule SR-020: exactly one of them).
#[derive(Debug, Clone)]
pub enum Selector {
    /// One by name.
    Channel(ChannelKey),
    /// One of a group, drawn by weight.
    Group(ChannelGroupId),
}

/// What every request that pays or issues carries for the shop.
#[derive(Debug, Clone, Default)]
pub struct Extras {
    /// The shop's own data, kept and given back.
    pub custom_data: Option<String>,
    /// Where to announce instead of the store's URLs; empty is ignored (rule V2-048).
    pub notice_urls: Vec<String>,
    /// Mutes the announcement of the call's own success (rule V2-049).
    pub skip_webhook: bool,
}

/// Pay without a window.
#[derive(Debug, Clone)]
pub struct PayInstantlyRequest {
    /// Who asks.
    pub caller: Caller,
    /// Which channel.
    pub selector: Selector,
    /// The payment.
    pub pay: PayInstantly,
    /// For the shop.
    pub extras: Extras,
}

/// Issue a billing key; with a group, at every active channel of it.
#[derive(Debug)]
pub struct IssueBillingKeyRequest {
    /// Who asks.
    pub caller: Caller,
    /// Which channel or channels.
    pub selector: Selector,
    /// The card and the buyer.
    pub issue: IssueBillingKey,
    /// What V1 shall call it from now on.
    pub customer_uid: Option<CustomerUid>,
    /// For the shop.
    pub extras: Extras,
}

/// Pay with a billing key.
#[derive(Debug, Clone)]
pub struct PayWithBillingKeyRequest {
    /// Who asks.
    pub caller: Caller,
    /// The key.
    pub billing_key: BillingKey,
    /// The V1 name that the caller gave for it.
    pub customer_uid: Option<CustomerUid>,
    /// Overrides the draw (rule SR-070).
    pub channel_key: Option<ChannelKey>,
    /// The order.
    pub order: Order,
    /// Instalments in months.
    pub installment_month: Option<i32>,
    /// Whether the shop bears the interest.
    pub use_free_interest_from_merchant: Option<bool>,
    /// Whether card points are spent.
    pub use_card_point: Option<bool>,
    /// The cash receipt to issue.
    pub cash_receipt: Option<CashReceiptRequest>,
    /// Language of messages.
    pub locale: Option<String>,
    /// For the shop.
    pub extras: Extras,
}

/// Pay with a billing key at a time to come.
#[derive(Debug)]
pub struct CreateScheduleRequest {
    /// The payment. Its cash receipt is not kept, and its success is always announced.
    pub pay: PayWithBillingKeyRequest,
    /// When.
    pub time_to_pay: DateTime<Utc>,
}

/// Cancel a payment, in whole (no amount) or in part.
#[derive(Debug)]
pub struct CancelRequest {
    /// Who asks.
    pub caller: Caller,
    /// The payment.
    pub payment_id: PaymentId,
    /// How much, in minor units; absent means all that is left.
    pub amount: Option<i64>,
    /// The tax-free part of it.
    pub tax_free: Option<i64>,
    /// The value-added tax of it.
    pub vat: Option<i64>,
    /// Why.
    pub reason: String,
    /// Who asked for it.
    pub requester: Option<CancelRequester>,
    /// What becomes of a promotion's discount; absent means that it is found anew (rule V2-067).
    pub retain_option: Option<RetainOption>,
    /// What the caller believes can be cancelled (rule V2-061).
    pub current_cancellable: Option<i64>,
    /// The account a deposit is returned to.
    pub refund_account: Option<RefundAccount>,
    /// Mutes the announcement.
    pub skip_webhook: bool,
}

/// Tell the PG of a delivery held in escrow, or change what it was told.
#[derive(Debug)]
pub struct EscrowLogisticsRequest {
    /// Who asks.
    pub caller: Caller,
    /// The delivery; how its payment was paid is for the ledger to say.
    pub register: RegisterEscrowLogistics,
}

/// Confirm what is held in escrow.
#[derive(Debug)]
pub struct ConfirmEscrowRequest {
    /// Who asks.
    pub caller: Caller,
    /// The payment.
    pub payment_id: PaymentId,
    /// Whether the shop confirms rather than the buyer.
    pub from_store: Option<bool>,
}

/// Tell the PG how far a delivery is.
#[derive(Debug)]
pub struct ConfirmDeliveryRequest {
    /// The stores its credential opens: the request names none.
    pub stores: Vec<StoreId>,
    /// The transaction that was paid.
    pub transaction_id: TransactionId,
    /// The delivery.
    pub delivery: Delivery,
}

/// Name sub-shops on a sales slip.
#[derive(Debug)]
pub struct StoreReceiptRequest {
    /// Who asks.
    pub caller: Caller,
    /// The payment.
    pub payment_id: PaymentId,
    /// The sub-shops.
    pub items: Vec<StoreReceiptItem>,
}

/// Issue a cash receipt by hand.
#[derive(Debug)]
pub struct IssueCashReceiptRequest {
    /// Who asks.
    pub caller: Caller,
    /// Which channel.
    pub channel_key: ChannelKey,
    /// The receipt; how its payment was paid is for the ledger to say.
    pub issue: IssueCashReceipt,
}

/// A payment or virtual account that was made: what the immediate answer tells (rule V2-043).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paid {
    /// The PG's number.
    pub pg_tx_id: String,
    /// When it was paid, or the account issued.
    pub paid_at: DateTime<Utc>,
}
