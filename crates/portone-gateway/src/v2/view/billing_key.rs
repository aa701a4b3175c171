//! Billing keys as answers show them. A PG's own key is never among it.

use portone_core::PayMethod;
use portone_engine::ledger::{BillingKeyRecord, BillingKeyStatus, KeyChannel, KeyChannelState, KeyFailure};
use schemars::JsonSchema;
use serde::Serialize;

use super::channel::{ChannelFailure, ChannelGroupSummary, SelectedChannel};
use super::customer::CustomerView;
use super::merchant_id;
use super::method::CardView;
use crate::answer::Moment;

/// Schema `IssueBillingKeyResponse`. A group's issue always has the arrays (rule SR-063).
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct IssueResponse<'a> {
    billing_key_info: KeySummary<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    channel_specific_failures: Option<Vec<ChannelFailure>>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct KeySummary<'a> {
    billing_key: &'a str,
    channels: Vec<SelectedChannel>,
    issued_at: Moment,
}

impl<'a> From<&'a BillingKeyRecord> for IssueResponse<'a> {
    fn from(record: &'a BillingKeyRecord) -> Self {
        let failures = || record.channels.iter().filter_map(ChannelFailure::of).collect();
        Self {
            billing_key_info: KeySummary {
                billing_key: record.key.as_str(),
                channels: channels(record),
                issued_at: issued_at(record),
            },
            channel_specific_failures: record.channel_group.as_ref().map(|_| failures()),
        }
    }
}

/// Schema `ConfirmedBillingKeySummary`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ConfirmedResponse<'a> {
    /// The key.
    pub(crate) billing_key: &'a str,
}

/// Schema `ConfirmedBillingKeyIssueAndPaySummary`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ConfirmedIssueAndPayResponse<'a> {
    /// The key.
    pub(crate) billing_key: &'a str,
    /// The payment.
    pub(crate) payment_id: &'a str,
}

/// Schema `DeleteBillingKeyResponse`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DeletedResponse {
    /// When.
    pub(crate) deleted_at: Moment,
}

/// Schema `BillingKeyInfo`: issued or deleted (rule V2-081).
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BillingKeyView<'a> {
    status: &'static str,
    billing_key: &'a str,
    merchant_id: String,
    store_id: &'a str,
    methods: [KeyMethod<'a>; 1],
    channels: Vec<SelectedChannel>,
    customer: CustomerView<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    custom_data: Option<&'a str>,
    requested_at: Moment,
    issued_at: Moment,
    #[serde(skip_serializing_if = "Option::is_none")]
    channel_group: Option<ChannelGroupSummary>,
    pg_billing_key_issue_responses: Vec<IssueAnswer<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    deleted_at: Option<Moment>,
}

impl<'a> From<&'a BillingKeyRecord> for BillingKeyView<'a> {
    fn from(record: &'a BillingKeyRecord) -> Self {
        let deleted = record.status == BillingKeyStatus::Deleted;
        Self {
            status: if deleted { "DELETED" } else { "ISSUED" },
            billing_key: record.key.as_str(),
            merchant_id: merchant_id(&record.store_id),
            store_id: record.store_id.as_str(),
            methods: [KeyMethod::of(record)],
            channels: channels(record),
            customer: CustomerView::from(&record.customer),
            custom_data: record.custom_data.as_deref(),
            requested_at: Moment(record.requested_at),
            issued_at: issued_at(record),
            channel_group: record.channel_group.as_ref().map(ChannelGroupSummary::from),
            pg_billing_key_issue_responses: record.channels.iter().filter_map(IssueAnswer::of).collect(),
            deleted_at: deleted.then(|| Moment(record.deleted_at.unwrap_or(record.requested_at))),
        }
    }
}

/// Schemas `BillingKeyPaymentMethodCard` and `BillingKeyPaymentMethodMobile`: other keys are not issued here.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "type", rename_all_fields = "camelCase")]
enum KeyMethod<'a> {
    #[serde(rename = "BillingKeyPaymentMethodCard")]
    Card {
        #[serde(skip_serializing_if = "Option::is_none")]
        card: Option<CardView<'a>>,
    },
    #[serde(rename = "BillingKeyPaymentMethodMobile")]
    Mobile {
        #[serde(skip_serializing_if = "Option::is_none")]
        phone_number: Option<&'a str>,
    },
}

impl<'a> KeyMethod<'a> {
    fn of(record: &'a BillingKeyRecord) -> Self {
        if record.method == PayMethod::Mobile {
            return Self::Mobile { phone_number: record.customer.phone_number.as_deref() };
        }
        Self::Card { card: CardView::of(&record.card) }
    }
}

/// Schema `PgBillingKeyIssueResponse`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "type", rename_all = "SCREAMING_SNAKE_CASE")]
enum IssueAnswer<'a> {
    Issued { channel: SelectedChannel },
    Failed { channel: SelectedChannel, failure: KeyFailureView<'a> },
}

impl<'a> IssueAnswer<'a> {
    /// What a channel answered; `None` while it has not.
    fn of(part: &'a KeyChannel) -> Option<Self> {
        let channel = SelectedChannel::from(&part.channel);
        match &part.state {
            KeyChannelState::Issued(_) | KeyChannelState::Deleted => Some(Self::Issued { channel }),
            KeyChannelState::Failed(failure) => Some(Self::Failed { channel, failure: failure.into() }),
            KeyChannelState::Pending => None,
        }
    }
}

/// Schema `BillingKeyFailure`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct KeyFailureView<'a> {
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pg_code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pg_message: Option<&'a str>,
    failed_at: Moment,
}

impl<'a> From<&'a KeyFailure> for KeyFailureView<'a> {
    fn from(failure: &'a KeyFailure) -> Self {
        Self {
            message: &failure.message,
            pg_code: failure.pg_code.as_deref(),
            pg_message: failure.pg_message.as_deref(),
            failed_at: Moment(failure.failed_at),
        }
    }
}

/// The channels that hold the key, or held it until it was deleted.
fn channels(record: &BillingKeyRecord) -> Vec<SelectedChannel> {
    let held = record
        .channels
        .iter()
        .filter(|part| matches!(part.state, KeyChannelState::Issued(_) | KeyChannelState::Deleted));
    held.map(|part| SelectedChannel::from(&part.channel)).collect()
}

fn issued_at(record: &BillingKeyRecord) -> Moment {
    Moment(record.issued_at.unwrap_or(record.requested_at))
}
