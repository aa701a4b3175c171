//! A billing key's document.

use chrono::{DateTime, Utc};
use portone_core::{BillingKey, CardFacts, Customer, PayMethod, PaymentId, StoreId};
use portone_engine::ledger::{BillingKeyRecord, BillingKeyStatus, GroupSnapshot};
use serde::{Deserialize, Serialize};

/// The part of a billing key that no query looks at.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct KeyDocument {
    customer: Customer,
    #[serde(default = "card")]
    method: PayMethod,
    card: CardFacts,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    first_payment: Option<PaymentId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    channel_group: Option<GroupSnapshot>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    custom_data: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    notice_urls: Vec<String>,
    #[serde(default)]
    skip_webhook: bool,
}

/// What every key charged before others were kept.
const fn card() -> PayMethod {
    PayMethod::Card
}

impl KeyDocument {
    /// The document of a record.
    pub(crate) fn of(record: &BillingKeyRecord) -> Self {
        Self {
            customer: record.customer.clone(),
            method: record.method,
            card: record.card.clone(),
            first_payment: record.first_payment.clone(),
            channel_group: record.channel_group.clone(),
            custom_data: record.custom_data.clone(),
            notice_urls: record.notice_urls.clone(),
            skip_webhook: record.skip_webhook,
        }
    }

    /// The record of a document and its columns, with no channels yet.
    pub(crate) fn into_record(
        self,
        key: BillingKey,
        store_id: StoreId,
        status: BillingKeyStatus,
        requested_at: DateTime<Utc>,
    ) -> BillingKeyRecord {
        BillingKeyRecord {
            key,
            customer_uid: None,
            store_id,
            status,
            customer: self.customer,
            method: self.method,
            card: self.card,
            first_payment: self.first_payment,
            channel_group: self.channel_group,
            custom_data: self.custom_data,
            notice_urls: self.notice_urls,
            skip_webhook: self.skip_webhook,
            requested_at,
            issued_at: None,
            deleted_at: None,
            channels: Vec::new(),
        }
    }
}
