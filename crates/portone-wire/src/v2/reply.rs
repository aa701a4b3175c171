//! Reply bodies, as tolerant as the compatibility promise demands (rule V2-020): unknown members and values pass, and
//! only what an outcome cannot do without is required.

use chrono::{DateTime, Utc};
use portone_core::{AttemptId, PgTxId, Secret};
use serde::Deserialize;

/// Schemas `PayInstantlyResponse` and `PayWithBillingKeyResponse`.
#[derive(Deserialize)]
pub(super) struct PaymentAnswer {
    pub payment: PaymentSummary,
}

/// Schemas `InstantPaymentSummary` and `BillingKeyPaymentSummary`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PaymentSummary {
    pub pg_tx_id: PgTxId,
    pub paid_at: DateTime<Utc>,
}

/// Schema `IssueBillingKeyResponse`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct IssueBillingKeyAnswer {
    pub billing_key_info: BillingKeyInfo,
}

/// Schema `ConfirmedBillingKeySummary`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ConfirmedBillingKey {
    pub billing_key: Secret<String>,
}

/// Schema `ConfirmedBillingKeyIssueAndPaySummary`. Both are read back: the answer tells no moment and no number.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ConfirmedIssueAndPay {
    #[serde(rename = "billingKey")]
    pub _billing_key: Secret<String>,
}

/// Schema `GetBillingKeyInfosResponse`.
#[derive(Deserialize)]
pub(super) struct BillingKeyPage {
    pub items: Vec<BillingKeyInfo>,
    pub page: PageInfo,
}

/// Schema `PageInfo`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PageInfo {
    pub total_count: i64,
}

/// Schemas `BillingKeyInfoSummary` and `BillingKeyInfo`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct BillingKeyInfo {
    #[serde(default)]
    pub status: KeyStatus,
    pub billing_key: Option<Secret<String>>,
    pub custom_data: Option<String>,
    pub methods: Option<Vec<KeyMethod>>,
    pub issued_at: Option<DateTime<Utc>>,
    pub deleted_at: Option<DateTime<Utc>>,
}

/// Schema `BillingKeyPaymentMethod`, as far as a card goes.
#[derive(Deserialize)]
pub(super) struct KeyMethod {
    pub card: Option<CardInfo>,
}

impl BillingKeyInfo {
    /// Whether it is an attempt of ours.
    pub(super) fn is_marked(&self, marker: &AttemptId) -> bool {
        is_marked(self.custom_data.as_deref(), marker)
    }
}

/// The discriminator of `BillingKeyInfo`.
#[derive(Deserialize, Default, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum KeyStatus {
    Issued,
    Deleted,
    #[default]
    #[serde(other)]
    Unknown,
}

/// Schema `DeleteBillingKeyResponse`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DeleteBillingKeyAnswer {
    pub deleted_at: DateTime<Utc>,
}

/// Schema `CloseVirtualAccountResponse`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CloseVirtualAccountAnswer {
    pub closed_at: DateTime<Utc>,
}

/// Schema `CapturePaymentResponse`.
#[derive(Deserialize)]
pub(super) struct CaptureAnswer {}

/// Schema `ConfirmPaymentwallDeliveryResponse`.
#[derive(Deserialize)]
pub(super) struct DeliveryAnswer {}

/// Schema `StopPaymentCancellationResponse`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct StopAnswer {
    pub stopped_at: DateTime<Utc>,
}

/// Schema `CancelPaymentResponse`.
#[derive(Deserialize)]
pub(super) struct CancelAnswer {
    pub cancellation: Cancellation,
}

/// Schema `PaymentCancellation`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Cancellation {
    pub status: CancellationStatus,
    pub id: Option<String>,
    pub pg_cancellation_id: Option<String>,
    pub total_amount: i64,
    pub tax_free_amount: Option<i64>,
    pub vat_amount: Option<i64>,
    pub cancelled_at: Option<DateTime<Utc>>,
    pub requested_at: Option<DateTime<Utc>>,
}

/// The discriminator of `PaymentCancellation`.
#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum CancellationStatus {
    Succeeded,
    Requested,
    Failed,
    #[serde(other)]
    Unknown,
}

/// Schema `GetPaymentTransactionsResponse`.
#[derive(Deserialize)]
pub(super) struct Transactions {
    pub items: Vec<Payment>,
}

/// Schemas `Payment` and `PaymentTransaction`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Payment {
    /// The upstream's own id of the transaction.
    pub id: Option<String>,
    pub status: PaymentStatus,
    pub custom_data: Option<String>,
    pub method: Option<PaymentMethod>,
    pub billing_key: Option<Secret<String>>,
    pub amount: Option<Amount>,
    pub currency: Option<String>,
    pub pg_tx_id: Option<PgTxId>,
    pub requested_at: Option<DateTime<Utc>>,
    pub status_changed_at: Option<DateTime<Utc>>,
    pub paid_at: Option<DateTime<Utc>>,
    pub cancelled_at: Option<DateTime<Utc>>,
    pub receipt_url: Option<String>,
    pub failure: Option<Failure>,
    pub cancellations: Option<Vec<Cancellation>>,
    pub cash_receipt: Option<PaymentCashReceipt>,
    pub escrow: Option<PaymentEscrow>,
}

impl Payment {
    /// Whether it is an attempt of ours.
    pub(super) fn is_marked(&self, marker: &AttemptId) -> bool {
        is_marked(self.custom_data.as_deref(), marker)
    }
}

/// Whether custom data is our marker: a request carries the marker itself, a window an object with it, since the browser
/// SDK takes an object there.
fn is_marked(custom_data: Option<&str>, marker: &AttemptId) -> bool {
    let Some(custom_data) = custom_data else { return false };
    let of_window = || serde_json::from_str::<WindowMark>(custom_data).ok();
    custom_data == marker.as_str() || of_window().is_some_and(|mark| mark.attempt_id == marker.as_str())
}

/// What a window's custom data holds.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WindowMark {
    attempt_id: String,
}

/// The discriminator of `Payment` and `PaymentTransaction`.
#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum PaymentStatus {
    Ready,
    PayPending,
    VirtualAccountIssued,
    Paid,
    Failed,
    PartialCancelled,
    Cancelled,
    #[serde(other)]
    Unknown,
}

/// Schema `PaymentCashReceipt`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PaymentCashReceipt {
    pub status: Option<String>,
    #[serde(rename = "type")]
    pub kind: Option<String>,
    pub pg_receipt_id: Option<String>,
    pub issue_number: Option<String>,
    pub total_amount: Option<i64>,
    pub url: Option<String>,
    pub issued_at: Option<DateTime<Utc>>,
    pub cancelled_at: Option<DateTime<Utc>>,
}

/// Schema `PaymentEscrow`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PaymentEscrow {
    pub status: Option<String>,
    pub company: Option<String>,
    pub invoice_number: Option<String>,
    pub sent_at: Option<DateTime<Utc>>,
    pub applied_at: Option<DateTime<Utc>>,
    pub is_automatically_confirmed: Option<bool>,
}

/// Schema `PaymentAmount`.
#[derive(Deserialize)]
pub(super) struct Amount {
    pub total: Option<i64>,
    pub cancelled: Option<i64>,
}

/// Schema `PaymentFailure`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Failure {
    pub reason: Option<String>,
    pub pg_code: Option<String>,
    pub pg_message: Option<String>,
}

/// Schema `PaymentMethod`, as far as the PGs here have them.
#[derive(Deserialize)]
#[serde(tag = "type")]
pub(super) enum PaymentMethod {
    #[serde(rename = "PaymentMethodCard")]
    Card(CardMethod),
    #[serde(rename = "PaymentMethodVirtualAccount")]
    VirtualAccount(VirtualAccountMethod),
    #[serde(rename = "PaymentMethodTransfer")]
    Transfer(TransferMethod),
    #[serde(rename = "PaymentMethodMobile")]
    Mobile(MobileMethod),
    #[serde(rename = "PaymentMethodEasyPay")]
    EasyPay(EasyPayMethod),
    #[serde(other)]
    Other,
}

/// Schemas `PaymentMethodTransfer` and `PaymentMethodEasyPayMethodCharge`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TransferMethod {
    pub bank: Option<String>,
    pub account_number: Option<String>,
}

/// Schema `PaymentMethodMobile`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct MobileMethod {
    pub phone_number: Option<String>,
}

/// Schema `PaymentMethodEasyPay`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct EasyPayMethod {
    pub provider: Option<String>,
    pub easy_pay_method: Option<WalletMethod>,
}

/// Schema `PaymentMethodEasyPayMethod`.
#[derive(Deserialize)]
#[serde(tag = "type")]
pub(super) enum WalletMethod {
    #[serde(rename = "PaymentMethodCard")]
    Card(CardMethod),
    #[serde(rename = "PaymentMethodEasyPayMethodCharge")]
    Charge(TransferMethod),
    #[serde(rename = "PaymentMethodTransfer")]
    Transfer(TransferMethod),
    #[serde(other)]
    Other,
}

/// Schema `PaymentMethodCard`.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
pub(super) struct CardMethod {
    pub card: Option<CardInfo>,
    pub approval_number: Option<String>,
    pub installment: Option<Installment>,
}

/// Schema `Card`.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct CardInfo {
    pub publisher: Option<String>,
    pub issuer: Option<String>,
    pub brand: Option<String>,
    #[serde(rename = "type")]
    pub kind: Option<String>,
    pub owner_type: Option<String>,
    pub bin: Option<String>,
    pub name: Option<String>,
    pub number: Option<String>,
}

/// Schema `PaymentInstallment`.
#[derive(Deserialize)]
pub(super) struct Installment {
    pub month: Option<i32>,
}

/// Schema `PaymentMethodVirtualAccount`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct VirtualAccountMethod {
    pub bank: Option<String>,
    pub account_number: Option<String>,
    pub account_type: Option<String>,
    pub remittee_name: Option<String>,
    pub expired_at: Option<DateTime<Utc>>,
    pub issued_at: Option<DateTime<Utc>>,
}

/// Every error body (rule V2-030).
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ErrorBody {
    #[serde(rename = "type")]
    pub kind: String,
    pub message: Option<String>,
    pub pg_code: Option<String>,
    pub pg_message: Option<String>,
    pub failures: Option<Vec<ChannelFailure>>,
    pub succeeded_channels: Option<Vec<serde::de::IgnoredAny>>,
}

/// Schema `ChannelSpecificFailure`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ChannelFailure {
    #[serde(rename = "type")]
    pub kind: Option<String>,
    pub message: Option<String>,
    pub pg_code: Option<String>,
    pub pg_message: Option<String>,
}
