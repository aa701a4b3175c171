//! Cash receipts as answers show them.

use portone_engine::ledger::{CashReceipt, ReceiptStatus};
use schemars::JsonSchema;
use serde::Serialize;

use super::channel::SelectedChannel;
use super::list::PageInfo;
use super::merchant_id;
use crate::answer::Moment;

/// Schema `IssueCashReceiptResponse`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct IssuedResponse<'a> {
    cash_receipt: SummaryView<'a>,
}

/// Schema `CashReceiptSummary`: every member is mandatory, so what a PG did not tell is empty.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct SummaryView<'a> {
    issue_number: &'a str,
    url: &'a str,
    pg_receipt_id: &'a str,
}

impl<'a> From<&'a CashReceipt> for IssuedResponse<'a> {
    fn from(receipt: &'a CashReceipt) -> Self {
        let text = |part: &'a Option<String>| part.as_deref().unwrap_or_default();
        Self {
            cash_receipt: SummaryView {
                issue_number: text(&receipt.issue_number),
                url: text(&receipt.url),
                pg_receipt_id: text(&receipt.pg_receipt_id),
            },
        }
    }
}

/// Schema `CancelCashReceiptResponse`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CancelledResponse {
    cancelled_amount: i64,
    cancelled_at: Moment,
}

impl From<&CashReceipt> for CancelledResponse {
    fn from(receipt: &CashReceipt) -> Self {
        let cancelled_at = receipt.cancelled_at.unwrap_or(receipt.status_updated_at);
        Self { cancelled_amount: receipt.amount.total, cancelled_at: Moment(cancelled_at) }
    }
}

/// Schema `GetCashReceiptsResponse`.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct CashReceiptsResponse<'a> {
    items: Vec<CashReceiptView<'a>>,
    page: PageInfo,
}

impl<'a> CashReceiptsResponse<'a> {
    /// Of one page.
    pub(crate) fn new(receipts: &'a [CashReceipt], page: PageInfo) -> Self {
        Self { items: receipts.iter().map(CashReceiptView::from).collect(), page }
    }
}

/// Schema `CashReceipt`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CashReceiptView<'a> {
    status: &'static str,
    merchant_id: String,
    store_id: &'a str,
    payment_id: &'a str,
    channel: SelectedChannel,
    order_name: &'a str,
    is_manual: bool,
    status_updated_at: Moment,
    /// Of one that was issued.
    #[serde(flatten)]
    issued: Option<IssuedView<'a>>,
}

/// What a receipt has once it was issued.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct IssuedView<'a> {
    amount: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    tax_free_amount: Option<i64>,
    vat_amount: i64,
    currency: &'a str,
    #[serde(flatten)]
    number: NumberView<'a>,
}

/// What every schema of an issued receipt has.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct NumberView<'a> {
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    purpose: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pg_receipt_id: Option<&'a str>,
    issue_number: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
    issued_at: Moment,
    #[serde(skip_serializing_if = "Option::is_none")]
    cancelled_at: Option<Moment>,
}

impl<'a> From<&'a CashReceipt> for CashReceiptView<'a> {
    fn from(receipt: &'a CashReceipt) -> Self {
        Self {
            status: match receipt.status {
                ReceiptStatus::Issued => "ISSUED",
                ReceiptStatus::Cancelled => "CANCELLED",
                // No pending one is ever told of.
                ReceiptStatus::Failed | ReceiptStatus::Pending => "ISSUE_FAILED",
            },
            merchant_id: merchant_id(&receipt.store_id),
            store_id: receipt.store_id.as_str(),
            payment_id: receipt.payment_id.as_str(),
            channel: SelectedChannel::from(&receipt.channel),
            order_name: &receipt.order_name,
            is_manual: receipt.is_manual,
            status_updated_at: Moment(receipt.status_updated_at),
            issued: number(receipt).map(|number| IssuedView {
                amount: receipt.amount.total,
                tax_free_amount: receipt.amount.tax_free,
                vat_amount: receipt.amount.effective_vat(),
                currency: receipt.amount.currency.code(),
                number,
            }),
        }
    }
}

/// Schema `PaymentCashReceipt`: what a payment shows of its receipt.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PaymentReceiptView<'a> {
    status: &'static str,
    total_amount: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    tax_free_amount: Option<i64>,
    currency: &'a str,
    #[serde(flatten)]
    number: NumberView<'a>,
}

impl<'a> PaymentReceiptView<'a> {
    /// `None` where none was issued.
    pub(crate) fn of(receipt: &'a CashReceipt) -> Option<Self> {
        Some(Self {
            number: number(receipt)?,
            status: receipt.status.code(),
            total_amount: receipt.amount.total,
            tax_free_amount: receipt.amount.tax_free,
            currency: receipt.amount.currency.code(),
        })
    }
}

/// `None` where the receipt was not issued.
fn number(receipt: &CashReceipt) -> Option<NumberView<'_>> {
    let is_issued = matches!(receipt.status, ReceiptStatus::Issued | ReceiptStatus::Cancelled);
    is_issued.then(|| NumberView {
        purpose: receipt.purpose.map(portone_core::ReceiptPurpose::code),
        pg_receipt_id: receipt.pg_receipt_id.as_deref(),
        issue_number: receipt.issue_number.as_deref().unwrap_or_default(),
        url: receipt.url.as_deref(),
        issued_at: Moment(receipt.issued_at.unwrap_or(receipt.requested_at)),
        cancelled_at: receipt.cancelled_at.map(Moment),
    })
}
