//! Movements of money as answers show them.

use std::borrow::Cow;

use portone_core::{PgTxId, Product};
use portone_engine::ledger::CashReceipt;
use portone_engine::list::Cursor;
use portone_engine::payment_event::{PaymentEvent, PaymentEventKind};
use schemars::JsonSchema;
use serde::Serialize;

use super::cancellation::CancellationView;
use super::channel::{ChannelGroupSummary, SelectedChannel};
use super::customer::CustomerView;
use super::escrow::EscrowView;
use super::list::Receipts;
use super::merchant_id;
use super::method::MethodView;
use super::payment::{AmountView, OriginView, amount, origin};
use super::receipt::PaymentReceiptView;
use crate::answer::Moment;

/// Schema `GetAllPaymentEventsByCursorResponse`.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct PaymentEventsResponse<'a> {
    items: Vec<PaymentEventWithCursor<'a>>,
}

/// Schema `PaymentEventWithCursor`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct PaymentEventWithCursor<'a> {
    payment_event: PaymentEventView<'a>,
    cursor: String,
}

impl<'a> PaymentEventsResponse<'a> {
    /// Of one step.
    pub(crate) fn new(events: &'a [(PaymentEvent, Cursor)], receipts: &'a Receipts) -> Self {
        let item = |(event, cursor): &'a (PaymentEvent, Cursor)| PaymentEventWithCursor {
            payment_event: PaymentEventView::of(event, receipts.get(&event.transaction.order.payment_id)),
            cursor: cursor.to_string(),
        };
        Self { items: events.iter().map(item).collect() }
    }
}

/// One member of the union `PaymentEvent`; what it happened to is shown as it is now.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct PaymentEventView<'a> {
    #[serde(rename = "type")]
    #[schemars(with = "String")]
    kind: PaymentEventKind,
    /// The transaction's, or the cancel's.
    id: Cow<'a, str>,
    payment_id: &'a str,
    transaction_id: Cow<'a, str>,
    merchant_id: String,
    store_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<MethodView<'a>>,
    channel: SelectedChannel,
    #[serde(skip_serializing_if = "Option::is_none")]
    channel_group: Option<ChannelGroupSummary>,
    version: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    schedule_id: Option<&'a str>,
    requested_at: Moment,
    created_at: Moment,
    order_name: &'a str,
    total_amount: AmountView,
    currency: &'a str,
    customer: CustomerView<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    is_cultural_expense: Option<bool>,
    #[serde(skip_serializing_if = "<[Product]>::is_empty")]
    #[schemars(with = "Vec<serde_json::Map<String, serde_json::Value>>")]
    products: &'a [Product],
    #[serde(skip_serializing_if = "Option::is_none")]
    product_count: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    custom_data: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    country: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pg_tx_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    receipt_url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    escrow: Option<EscrowView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cash_receipt: Option<PaymentReceiptView<'a>>,
    /// None are known here; the member is mandatory on a payment.
    #[serde(skip_serializing_if = "Option::is_none")]
    disputes: Option<[(); 0]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cancellation: Option<CancellationView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    promotion_id: Option<&'a str>,
    /// What a cancel gave back is negative.
    event_amount: i64,
    origin: OriginView<'a>,
}

impl<'a> PaymentEventView<'a> {
    fn of(event: &'a PaymentEvent, receipt: Option<&'a CashReceipt>) -> Self {
        let transaction = &event.transaction;
        let order = &transaction.order;
        let id = event.cancellation_id.as_ref();
        let cancel = id.and_then(|id| transaction.cancellations.iter().find(|cancel| cancel.id == *id));
        Self {
            kind: event.kind,
            id: id.map_or_else(|| transaction.shown_id(), |id| Cow::Borrowed(id.as_str())),
            payment_id: order.payment_id.as_str(),
            transaction_id: transaction.shown_id(),
            merchant_id: merchant_id(&transaction.store_id),
            store_id: transaction.store_id.as_str(),
            method: MethodView::of(transaction),
            channel: SelectedChannel::from(&transaction.channel),
            channel_group: transaction.channel_group.as_ref().map(ChannelGroupSummary::from),
            version: transaction.face.code(),
            schedule_id: transaction.schedule_id.as_ref().map(portone_core::PaymentScheduleId::as_str),
            requested_at: Moment(transaction.requested_at),
            created_at: Moment(event.created_at),
            order_name: &order.order_name,
            total_amount: amount(transaction),
            currency: order.amount.currency.code(),
            customer: CustomerView::from(&order.customer),
            is_cultural_expense: order.is_cultural_expense,
            products: &order.products,
            product_count: order.product_count,
            custom_data: transaction.custom_data.as_deref(),
            country: order.country.as_deref(),
            pg_tx_id: transaction.pg_tx_id.as_ref().map(PgTxId::as_str),
            receipt_url: transaction.receipt_url.as_deref(),
            escrow: EscrowView::of(transaction),
            cash_receipt: receipt.and_then(PaymentReceiptView::of),
            disputes: (event.kind == PaymentEventKind::Paid).then_some([]),
            cancellation: cancel.map(CancellationView::from),
            promotion_id: order.promotion_id.as_deref(),
            event_amount: if id.is_some() { -event.amount } else { event.amount },
            origin: origin(transaction),
        }
    }
}
