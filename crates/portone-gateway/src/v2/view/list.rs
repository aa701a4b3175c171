//! Lists as answers show them.

use std::collections::BTreeMap;

use portone_core::PaymentId;
use portone_engine::ledger::{BillingKeyRecord, CashReceipt, Transaction};
use portone_engine::list::Cursor;
use schemars::JsonSchema;
use serde::Serialize;

use super::billing_key::BillingKeyView;
use super::payment::PaymentView;
use crate::v2::dto::page::Page;

/// The cash receipts of the payments of a list.
pub(crate) type Receipts = BTreeMap<PaymentId, CashReceipt>;

/// Schema `PageInfo`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PageInfo {
    number: i32,
    size: i32,
    total_count: usize,
}

impl PageInfo {
    /// Of the page asked for, and a list of `total_count` records.
    pub(crate) const fn new(page: Page, total_count: usize) -> Self {
        Self { number: page.number, size: page.size, total_count }
    }
}

/// Schema `GetPaymentsResponse`.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct PaymentsResponse<'a> {
    items: Vec<PaymentView<'a>>,
    page: PageInfo,
}

impl<'a> PaymentsResponse<'a> {
    /// Of one page.
    pub(crate) fn new(payments: &'a [Transaction], receipts: &'a Receipts, page: PageInfo) -> Self {
        Self { items: payments.iter().map(|payment| listed(payment, receipts)).collect(), page }
    }
}

/// A payment of a list comes without its webhooks: they are read one payment at a time.
fn listed<'a>(payment: &'a Transaction, receipts: &'a Receipts) -> PaymentView<'a> {
    PaymentView::payment(payment, &[]).with_receipt(receipts.get(&payment.order.payment_id))
}

/// Schema `GetAllPaymentsByCursorResponse`.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct PaymentsByCursorResponse<'a> {
    items: Vec<PaymentWithCursor<'a>>,
}

/// Schema `PaymentWithCursor`.
#[derive(Debug, Serialize, JsonSchema)]
struct PaymentWithCursor<'a> {
    payment: PaymentView<'a>,
    cursor: String,
}

impl<'a> PaymentsByCursorResponse<'a> {
    /// Of one step.
    pub(crate) fn new(payments: &'a [(Transaction, Cursor)], receipts: &'a Receipts) -> Self {
        let item = |(payment, cursor): &'a (Transaction, Cursor)| PaymentWithCursor {
            payment: listed(payment, receipts),
            cursor: cursor.to_string(),
        };
        Self { items: payments.iter().map(item).collect() }
    }
}

/// Schema `GetBillingKeyInfosResponse`.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct BillingKeysResponse<'a> {
    items: Vec<BillingKeyView<'a>>,
    page: PageInfo,
}

impl<'a> BillingKeysResponse<'a> {
    /// Of one page.
    pub(crate) fn new(keys: &'a [BillingKeyRecord], page: PageInfo) -> Self {
        Self { items: keys.iter().map(BillingKeyView::from).collect(), page }
    }
}
