//! A transaction's document.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use portone_core::{
    BillingKey, CardFacts, CustomerUid, Escrow, MethodFacts, Order, PayMethod, PaymentScheduleId, PgTxId,
    StoreId, TransactionId, VirtualAccountFacts,
};
use portone_engine::ledger::{
    AppliedPromotion, Cancellation, ChannelSnapshot, DeliveryTold, Face, Failure, GroupSnapshot, ImpUid,
    PaymentStatus, Platform, Transaction, WalletRecord,
};
use serde::{Deserialize, Serialize};

use super::Unreadable;

/// The part of a transaction that has no column: written on each change, so what never changes or repeats is elsewhere.
#[derive(Serialize, Deserialize)]
pub(crate) struct TransactionDocument<'a> {
    order: Cow<'a, Order>,
    method: PayMethod,
    #[serde(default, skip_serializing_if = "is_default")]
    face: Face,
    #[serde(default, skip_serializing_if = "is_default")]
    platform: Platform,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    channel_group: Option<Cow<'a, GroupSnapshot>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    billing_key: Option<Cow<'a, BillingKey>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    customer_uid: Option<Cow<'a, CustomerUid>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    schedule_id: Option<Cow<'a, PaymentScheduleId>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    custom_data: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "<[String]>::is_empty")]
    notice_urls: Cow<'a, [String]>,
    #[serde(default, skip_serializing_if = "is_default")]
    skip_webhook: bool,
    origin_ip: Cow<'a, str>,
    updated_at: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    paid_at: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    failed_at: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    captured_at: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cancelled_at: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pg_tx_id: Option<Cow<'a, PgTxId>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    receipt_url: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    card: Option<Cow<'a, CardFacts>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    virtual_account: Option<Cow<'a, VirtualAccountFacts>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    paid_by: Option<Cow<'a, MethodFacts>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    confirm_url: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    window_until: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    escrow: Option<Cow<'a, Escrow>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    delivery: Option<DeliveryTold>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    wallet: Option<Cow<'a, WalletRecord>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    failure: Option<Cow<'a, Failure>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rerouted_to: Option<Cow<'a, TransactionId>>,
    #[serde(default, skip_serializing_if = "<[Cancellation]>::is_empty")]
    cancellations: Cow<'a, [Cancellation]>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    promotion: Option<Cow<'a, AppliedPromotion>>,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// The part of a transaction that has columns.
pub(crate) struct TransactionColumns {
    pub(crate) id: TransactionId,
    pub(crate) store_id: StoreId,
    pub(crate) seq: u32,
    pub(crate) revision: u64,
    pub(crate) imp_uid: ImpUid,
    pub(crate) status: PaymentStatus,
    pub(crate) channel: ChannelSnapshot,
    pub(crate) requested_at: DateTime<Utc>,
    pub(crate) status_changed_at: DateTime<Utc>,
}

impl<'a> TransactionDocument<'a> {
    /// The document of a transaction.
    pub(crate) fn of(transaction: &'a Transaction) -> Self {
        Self {
            order: Cow::Borrowed(&transaction.order),
            method: transaction.method,
            face: transaction.face,
            platform: transaction.platform,
            channel_group: transaction.channel_group.as_ref().map(Cow::Borrowed),
            billing_key: transaction.billing_key.as_ref().map(Cow::Borrowed),
            customer_uid: transaction.customer_uid.as_ref().map(Cow::Borrowed),
            schedule_id: transaction.schedule_id.as_ref().map(Cow::Borrowed),
            custom_data: transaction.custom_data.as_deref().map(Cow::Borrowed),
            notice_urls: Cow::Borrowed(&transaction.notice_urls),
            skip_webhook: transaction.skip_webhook,
            origin_ip: Cow::Borrowed(&transaction.origin_ip),
            updated_at: super::millis(transaction.updated_at),
            paid_at: transaction.paid_at.map(super::millis),
            failed_at: transaction.failed_at.map(super::millis),
            captured_at: transaction.captured_at.map(super::millis),
            cancelled_at: transaction.cancelled_at.map(super::millis),
            pg_tx_id: transaction.pg_tx_id.as_ref().map(Cow::Borrowed),
            receipt_url: transaction.receipt_url.as_deref().map(Cow::Borrowed),
            card: transaction.card.as_ref().map(Cow::Borrowed),
            virtual_account: transaction.virtual_account.as_ref().map(Cow::Borrowed),
            paid_by: transaction.paid_by.as_ref().map(Cow::Borrowed),
            confirm_url: transaction.confirm_url.as_deref().map(Cow::Borrowed),
            window_until: transaction.window_until.map(super::millis),
            escrow: transaction.escrow.as_ref().map(Cow::Borrowed),
            delivery: transaction.delivery,
            wallet: transaction.wallet.as_deref().map(Cow::Borrowed),
            failure: transaction.failure.as_ref().map(Cow::Borrowed),
            rerouted_to: transaction.rerouted_to.as_ref().map(Cow::Borrowed),
            cancellations: Cow::Borrowed(&transaction.cancellations),
            promotion: transaction.promotion.as_deref().map(Cow::Borrowed),
        }
    }

    /// The transaction of a document and its columns.
    pub(crate) fn into_transaction(self, columns: TransactionColumns) -> Result<Transaction, Unreadable> {
        Ok(Transaction {
            id: columns.id,
            store_id: columns.store_id,
            seq: columns.seq,
            revision: columns.revision,
            imp_uid: columns.imp_uid,
            status: columns.status,
            order: self.order.into_owned(),
            method: self.method,
            face: self.face,
            platform: self.platform,
            channel: columns.channel,
            channel_group: self.channel_group.map(Cow::into_owned),
            billing_key: self.billing_key.map(Cow::into_owned),
            customer_uid: self.customer_uid.map(Cow::into_owned),
            schedule_id: self.schedule_id.map(Cow::into_owned),
            custom_data: self.custom_data.map(Cow::into_owned),
            notice_urls: self.notice_urls.into_owned(),
            skip_webhook: self.skip_webhook,
            origin_ip: self.origin_ip.into_owned(),
            requested_at: columns.requested_at,
            updated_at: super::time(self.updated_at)?,
            status_changed_at: columns.status_changed_at,
            paid_at: self.paid_at.map(super::time).transpose()?,
            failed_at: self.failed_at.map(super::time).transpose()?,
            captured_at: self.captured_at.map(super::time).transpose()?,
            cancelled_at: self.cancelled_at.map(super::time).transpose()?,
            pg_tx_id: self.pg_tx_id.map(Cow::into_owned),
            receipt_url: self.receipt_url.map(Cow::into_owned),
            card: self.card.map(Cow::into_owned),
            virtual_account: self.virtual_account.map(Cow::into_owned),
            paid_by: self.paid_by.map(Cow::into_owned),
            confirm_url: self.confirm_url.map(Cow::into_owned),
            window_until: self.window_until.map(super::time).transpose()?,
            escrow: self.escrow.map(Cow::into_owned),
            delivery: self.delivery,
            wallet: self.wallet.map(|wallet| Box::new(wallet.into_owned())),
            failure: self.failure.map(Cow::into_owned),
            rerouted_to: self.rerouted_to.map(Cow::into_owned),
            cancellations: self.cancellations.into_owned(),
            promotion: self.promotion.map(|promotion| Box::new(promotion.into_owned())),
        })
    }
}
