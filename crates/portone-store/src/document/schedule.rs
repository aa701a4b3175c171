//! A schedule's document.

use portone_core::{ChannelKey, CustomerUid, Order};
use portone_engine::ledger::{Face, Schedule};
use serde::{Deserialize, Serialize};

/// The part of a schedule that no query looks at. It never changes.
#[derive(Serialize, Deserialize)]
pub(crate) struct ScheduleDocument {
    pub(crate) order: Order,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) channel_key: Option<ChannelKey>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) installment_month: Option<i32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) use_free_interest_from_merchant: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) use_card_point: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) locale: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) custom_data: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) notice_urls: Vec<String>,
    pub(crate) origin_ip: String,
    #[serde(default, skip_serializing_if = "is_v2")]
    pub(crate) face: Face,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) customer_uid: Option<CustomerUid>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_v2(face: &Face) -> bool {
    *face == Face::V2
}

impl ScheduleDocument {
    /// The document of a schedule.
    pub(crate) fn of(schedule: &Schedule) -> Self {
        Self {
            order: schedule.order.clone(),
            channel_key: schedule.channel_key.clone(),
            installment_month: schedule.installment_month,
            use_free_interest_from_merchant: schedule.use_free_interest_from_merchant,
            use_card_point: schedule.use_card_point,
            locale: schedule.locale.clone(),
            custom_data: schedule.custom_data.clone(),
            notice_urls: schedule.notice_urls.clone(),
            origin_ip: schedule.origin_ip.clone(),
            face: schedule.face,
            customer_uid: schedule.customer_uid.clone(),
        }
    }
}
