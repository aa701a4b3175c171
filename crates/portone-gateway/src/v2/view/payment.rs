//! Payments and transactions as answers show them.

use std::borrow::Cow;

use portone_core::{PgTxId, Product};
use portone_engine::ledger::{CashReceipt, Failure, PaymentStatus, Transaction};
use portone_engine::request::Paid;
use portone_engine::webhook::Delivery;
use schemars::JsonSchema;
use serde::Serialize;

use super::cancellation::CancellationView;
use super::channel::{ChannelGroupSummary, SelectedChannel};
use super::customer::CustomerView;
use super::escrow::EscrowView;
use super::merchant_id;
use super::method::MethodView;
use super::receipt::PaymentReceiptView;
use super::webhook::WebhookView;
use crate::answer::Moment;

/// Schemas `PayInstantlyResponse` and `PayWithBillingKeyResponse`.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct PaidResponse {
    payment: PaidSummary,
}

/// Schemas `InstantPaymentSummary`, `BillingKeyPaymentSummary` and `ConfirmedPaymentSummary`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PaidSummary {
    pg_tx_id: String,
    paid_at: Moment,
}

impl From<Paid> for PaidResponse {
    fn from(paid: Paid) -> Self {
        Self { payment: PaidSummary::from(paid) }
    }
}

impl From<Paid> for PaidSummary {
    fn from(paid: Paid) -> Self {
        Self { pg_tx_id: paid.pg_tx_id, paid_at: Moment(paid.paid_at) }
    }
}

/// Schema `CloseVirtualAccountResponse`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ClosedResponse {
    /// When.
    pub(crate) closed_at: Moment,
}

/// Schema `GetPaymentTransactionsResponse`.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct TransactionsResponse<'a> {
    /// Oldest first.
    pub(crate) items: Vec<PaymentView<'a>>,
}

/// One member of the unions `Payment` and `PaymentTransaction`: which optional members are there depends on the status.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PaymentView<'a> {
    status: &'static str,
    id: Cow<'a, str>,
    /// Of a payment.
    #[serde(skip_serializing_if = "Option::is_none")]
    transaction_id: Option<Cow<'a, str>>,
    /// Of a transaction.
    #[serde(skip_serializing_if = "Option::is_none")]
    payment_id: Option<&'a str>,
    merchant_id: String,
    store_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<MethodView<'a>>,
    channel: SelectedChannel,
    #[serde(skip_serializing_if = "Option::is_none")]
    channel_group: Option<ChannelGroupSummary>,
    version: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    billing_key: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    schedule_id: Option<&'a str>,
    requested_at: Moment,
    updated_at: Moment,
    status_changed_at: Moment,
    order_name: &'a str,
    amount: AmountView,
    currency: &'a str,
    customer: CustomerView<'a>,
    /// Of a payment.
    #[serde(skip_serializing_if = "Option::is_none")]
    origin: Option<OriginView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    promotion_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    is_cultural_expense: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    escrow: Option<EscrowView<'a>>,
    #[serde(skip_serializing_if = "<[Product]>::is_empty")]
    #[schemars(with = "Vec<serde_json::Map<String, serde_json::Value>>")]
    products: &'a [Product],
    #[serde(skip_serializing_if = "Option::is_none")]
    product_count: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    custom_data: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    country: Option<&'a str>,
    /// Of a payment.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    webhooks: Vec<WebhookView<'a>>,
    #[serde(flatten)]
    state: StateView<'a>,
}

/// The members that depend on the status.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct StateView<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    paid_at: Option<Moment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pg_tx_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    receipt_url: Option<&'a str>,
    /// None are known here; the member is mandatory on a paid payment.
    #[serde(skip_serializing_if = "Option::is_none")]
    disputes: Option<[(); 0]>,
    /// Of a payment that was paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    cash_receipt: Option<PaymentReceiptView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cancellations: Option<Vec<CancellationView<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cancelled_at: Option<Moment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failed_at: Option<Moment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<FailureView<'a>>,
}

/// Schema `PaymentAmount`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct AmountView {
    total: i64,
    tax_free: i64,
    vat: i64,
    supply: i64,
    discount: i64,
    paid: i64,
    cancelled: i64,
    cancelled_tax_free: i64,
}

/// Schema `PaymentOrigin`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct OriginView<'a> {
    platform_type: &'static str,
    ip_address: &'a str,
}

/// Schema `PaymentFailure`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct FailureView<'a> {
    reason: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pg_code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pg_message: Option<&'a str>,
}

impl<'a> PaymentView<'a> {
    /// A payment, as its latest transaction tells it (schema `Payment`).
    pub(crate) fn payment(transaction: &'a Transaction, webhooks: &'a [Delivery]) -> Self {
        let mut view = Self::of(transaction);
        view.id = Cow::Borrowed(transaction.order.payment_id.as_str());
        view.transaction_id = Some(transaction.shown_id());
        view.origin = Some(origin(transaction));
        view.webhooks = webhooks.iter().map(WebhookView::from).collect();
        if transaction.status == PaymentStatus::Paid {
            view.state.disputes = Some([]);
            // An accepted cancel leaves the payment paid.
            view.state.cancellations = Some(cancellations(transaction)).filter(|list| !list.is_empty());
        }
        view
    }

    /// The payment with its cash receipt, which one that was never paid does not show.
    pub(crate) fn with_receipt(mut self, receipt: Option<&'a CashReceipt>) -> Self {
        if self.amount.paid > 0 {
            self.state.cash_receipt = receipt.and_then(PaymentReceiptView::of);
        }
        self
    }

    /// One transaction (schema `PaymentTransaction`).
    pub(crate) fn transaction(transaction: &'a Transaction) -> Self {
        let mut view = Self::of(transaction);
        view.payment_id = Some(transaction.order.payment_id.as_str());
        view
    }

    fn of(transaction: &'a Transaction) -> Self {
        let order = &transaction.order;
        Self {
            status: transaction.status.code(),
            id: transaction.shown_id(),
            transaction_id: None,
            payment_id: None,
            merchant_id: merchant_id(&transaction.store_id),
            store_id: transaction.store_id.as_str(),
            method: MethodView::of(transaction),
            channel: SelectedChannel::from(&transaction.channel),
            channel_group: transaction.channel_group.as_ref().map(ChannelGroupSummary::from),
            version: transaction.face.code(),
            billing_key: transaction.billing_key.as_ref().map(portone_core::BillingKey::as_str),
            schedule_id: transaction.schedule_id.as_ref().map(portone_core::PaymentScheduleId::as_str),
            requested_at: Moment(transaction.requested_at),
            updated_at: Moment(transaction.updated_at),
            status_changed_at: Moment(transaction.status_changed_at),
            order_name: &order.order_name,
            amount: amount(transaction),
            currency: order.amount.currency.code(),
            customer: CustomerView::from(&order.customer),
            origin: None,
            promotion_id: order.promotion_id.as_deref(),
            is_cultural_expense: order.is_cultural_expense,
            escrow: EscrowView::of(transaction),
            products: &order.products,
            product_count: order.product_count,
            custom_data: transaction.custom_data.as_deref(),
            country: order.country.as_deref(),
            webhooks: Vec::new(),
            state: state(transaction),
        }
    }
}

/// What each status has of its own. A mandatory time that is not known is the time of the status.
fn state(transaction: &Transaction) -> StateView<'_> {
    let since = transaction.status_changed_at;
    let pg_tx_id = transaction.pg_tx_id.as_ref().map(PgTxId::as_str);
    let receipt_url = transaction.receipt_url.as_deref();
    match transaction.status {
        PaymentStatus::Ready => StateView::default(),
        PaymentStatus::PayPending | PaymentStatus::VirtualAccountIssued => {
            StateView { pg_tx_id, ..StateView::default() }
        }
        PaymentStatus::Paid => StateView {
            paid_at: Some(Moment(transaction.paid_at.unwrap_or(since))),
            pg_tx_id,
            receipt_url,
            ..StateView::default()
        },
        PaymentStatus::Failed => StateView {
            failed_at: Some(Moment(transaction.failed_at.unwrap_or(since))),
            failure: Some(failure(transaction.failure.as_ref())),
            ..StateView::default()
        },
        PaymentStatus::PartialCancelled | PaymentStatus::Cancelled => StateView {
            paid_at: transaction.paid_at.map(Moment),
            pg_tx_id,
            receipt_url,
            cancellations: Some(cancellations(transaction)),
            cancelled_at: Some(Moment(transaction.cancelled_at.unwrap_or(since))),
            ..StateView::default()
        },
    }
}

fn cancellations(transaction: &Transaction) -> Vec<CancellationView<'_>> {
    transaction.cancellations.iter().map(CancellationView::from).collect()
}

fn failure(failure: Option<&Failure>) -> FailureView<'_> {
    FailureView {
        reason: failure.map_or("the reason was not kept", |failure| failure.reason.as_str()),
        pg_code: failure.and_then(|failure| failure.pg_code.as_deref()),
        pg_message: failure.and_then(|failure| failure.pg_message.as_deref()),
    }
}

/// Where the payment came from.
pub(super) fn origin(transaction: &Transaction) -> OriginView<'_> {
    OriginView { platform_type: transaction.platform.code(), ip_address: &transaction.origin_ip }
}

/// The amounts (rule V2-044). Total and cancelled are of the order, as if nothing were taken off; the discount is of what is
/// left of it, so that total less cancelled less discount is what the PG holds; and what was paid stays what was paid.
pub(super) fn amount(transaction: &Transaction) -> AmountView {
    let ordered = &transaction.order.amount;
    AmountView {
        total: ordered.total,
        tax_free: ordered.tax_free.unwrap_or(0),
        vat: ordered.effective_vat(),
        supply: ordered.supply(),
        discount: transaction.discount(),
        paid: if transaction.paid_at.is_some() { transaction.charged().total } else { 0 },
        cancelled: transaction.cancelled(),
        cancelled_tax_free: transaction.cancelled_tax_free(),
    }
}
