//! What lists of payments ask of records beside the payment's own: its cash receipt and its webhooks.

use chrono::{DateTime, Utc};
use portone_core::{CashReceiptType, PayMethod};

use crate::ledger::{CashReceipt, ReceiptStatus, Transaction};
use crate::webhook::DeliveryStatus;

/// What is asked. An absent member asks nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BesideFilter {
    /// How a webhook of the last announcement ended (schema `PaymentWebhookStatus`).
    pub webhook_status: Option<DeliveryStatus>,
    /// What is asked of the cash receipt.
    pub receipt: Option<ReceiptWanted>,
}

/// What is asked of a payment's cash receipt.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReceiptWanted {
    /// What it is for, or that there is none (schema `CashReceiptInputType`).
    pub kind: Option<CashReceiptType>,
    /// Issued or cancelled.
    pub status: Option<ReceiptStatus>,
    /// When it was issued.
    pub issued: Option<Span>,
    /// When it was cancelled.
    pub cancelled: Option<Span>,
}

/// From when until when, both included and both free to be left out (schema `DateTimeRange`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Span {
    /// The first moment.
    pub from: Option<DateTime<Utc>>,
    /// The last moment.
    pub until: Option<DateTime<Utc>>,
}

impl Span {
    fn holds(self, time: Option<DateTime<Utc>>) -> bool {
        time.is_some_and(|time| {
            self.from.is_none_or(|from| from <= time) && self.until.is_none_or(|until| time <= until)
        })
    }
}

impl ReceiptWanted {
    /// Whether a payment with this receipt, its latest that anybody was told of, is asked for.
    pub fn matches(&self, payment: &Transaction, receipt: Option<&CashReceipt>) -> bool {
        let is_paid = payment.paid_at.is_some();
        let shown = receipt.filter(|receipt| {
            is_paid && matches!(receipt.status, ReceiptStatus::Issued | ReceiptStatus::Cancelled)
        });
        let is_of = |kind| match kind {
            CashReceiptType::Personal | CashReceiptType::Corporate => {
                shown.and_then(|it| it.purpose).is_some_and(|purpose| purpose.code() == kind.code())
            }
            CashReceiptType::NoReceipt => {
                let in_cash = matches!(payment.method, PayMethod::VirtualAccount | PayMethod::Transfer);
                is_paid && in_cash && shown.is_none()
            }
        };
        self.kind.is_none_or(is_of)
            && self.status.is_none_or(|status| shown.is_some_and(|it| it.status == status))
            && self.issued.is_none_or(|span| span.holds(shown.and_then(|it| it.issued_at)))
            && self.cancelled.is_none_or(|span| span.holds(shown.and_then(|it| it.cancelled_at)))
    }
}
