//! Payments to be made later.

use chrono::{DateTime, Utc};
use portone_core::{
    BillingKey, ChannelGroupId, ChannelKey, CustomerUid, Environment, Order, PaymentScheduleId, StoreId,
};
use serde::{Deserialize, Serialize};

use super::Face;

/// States of a schedule (rule V2-085), as the V2 REST API spells them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ScheduleStatus {
    /// It waits for its time.
    Scheduled,
    /// A gateway has taken it up, or will do so again because nothing reached a PG.
    Started,
    /// It was paid, and the outcome is not known yet.
    Pending,
    /// It was paid.
    Succeeded,
    /// It was refused, by a PG or by routing.
    Failed,
    /// It was called off before its time.
    Revoked,
}

impl ScheduleStatus {
    /// Every state.
    pub const ALL: [Self; 6] =
        [Self::Scheduled, Self::Started, Self::Pending, Self::Succeeded, Self::Failed, Self::Revoked];

    /// The code as the V2 REST API spells it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Scheduled => "SCHEDULED",
            Self::Started => "STARTED",
            Self::Pending => "PENDING",
            Self::Succeeded => "SUCCEEDED",
            Self::Failed => "FAILED",
            Self::Revoked => "REVOKED",
        }
    }
}

/// A payment with a billing key to be made at a time (schema `PaymentSchedule`). Which channel takes it is decided then
/// (rule SR-080). A cash receipt is not kept: a card payment issues none, and it would name a person.
#[derive(Debug, Clone, PartialEq)]
pub struct Schedule {
    /// Its id.
    pub id: PaymentScheduleId,
    /// The store.
    pub store_id: StoreId,
    /// The API it was made through, and its payment will be.
    pub face: Face,
    /// The state.
    pub status: ScheduleStatus,
    /// The key to pay with.
    pub billing_key: BillingKey,
    /// The V1 name that its maker gave for the key: the last key issued under it pays (rule V1-067).
    pub customer_uid: Option<CustomerUid>,
    /// The channel it is pinned to (rule SR-081).
    pub channel_key: Option<ChannelKey>,
    /// The group that decides; absent where the channel is pinned or the key has none.
    pub channel_group: Option<ChannelGroupId>,
    /// Whether money is real.
    pub environment: Environment,
    /// What is bought; its payment id is the payment's to come.
    pub order: Order,
    /// Instalments in months.
    pub installment_month: Option<i32>,
    /// Whether the shop bears the interest.
    pub use_free_interest_from_merchant: Option<bool>,
    /// Whether card points are spent.
    pub use_card_point: Option<bool>,
    /// Language of messages.
    pub locale: Option<String>,
    /// The shop's own data.
    pub custom_data: Option<String>,
    /// Where to announce instead of the store's URLs.
    pub notice_urls: Vec<String>,
    /// The address of whoever made it.
    pub origin_ip: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it is to be paid.
    pub time_to_pay: DateTime<Utc>,
    /// When a gateway took it up first.
    pub started_at: Option<DateTime<Utc>>,
    /// When it became paid, refused, or unknown.
    pub completed_at: Option<DateTime<Utc>>,
    /// When it was called off.
    pub revoked_at: Option<DateTime<Utc>>,
    /// How often a gateway took it up.
    pub run_count: u32,
}
