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
    /// Whether a time is within, to the millisecond.
    pub fn holds(self, time: Option<DateTime<Utc>>) -> bool {
        let millis = |time: DateTime<Utc>| time.timestamp_millis();
        time.map(millis).is_some_and(|time| {
            self.from.is_none_or(|from| millis(from) <= time)
                && self.until.is_none_or(|until| time <= millis(until))
        })
    }
}

/// What lists of payments can ask of a payment's cash receipt.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ReceiptFacts {
    /// What it is for; [`CashReceiptType::NoReceipt`] of a payment in cash that was paid and shows none.
    pub kind: Option<CashReceiptType>,
    /// Issued or cancelled, where the payment shows one.
    pub status: Option<ReceiptStatus>,
    /// When it was issued.
    pub issued_at: Option<DateTime<Utc>>,
    /// When it was cancelled.
    pub cancelled_at: Option<DateTime<Utc>>,
}

impl ReceiptFacts {
    /// The facts of a payment with this receipt, its latest that anybody was told of.
    pub fn of(payment: &Transaction, receipt: Option<&CashReceipt>) -> Self {
        if payment.paid_at.is_none() {
            return Self::default();
        }
        let is_shown = |receipt: &&CashReceipt| {
            matches!(receipt.status, ReceiptStatus::Issued | ReceiptStatus::Cancelled)
        };
        let Some(shown) = receipt.filter(is_shown) else {
            let in_cash = matches!(payment.method, PayMethod::VirtualAccount | PayMethod::Transfer);
            return Self { kind: in_cash.then_some(CashReceiptType::NoReceipt), ..Self::default() };
        };
        let kinds = [CashReceiptType::Personal, CashReceiptType::Corporate];
        let kind =
            shown.purpose.and_then(|purpose| kinds.into_iter().find(|kind| kind.code() == purpose.code()));
        Self {
            kind,
            status: Some(shown.status),
            issued_at: shown.issued_at,
            cancelled_at: shown.cancelled_at,
        }
    }
}

impl ReceiptWanted {
    /// Whether a payment whose receipt has these facts is asked for.
    pub fn wants(&self, facts: &ReceiptFacts) -> bool {
        self.kind.is_none_or(|kind| facts.kind == Some(kind))
            && self.status.is_none_or(|status| facts.status == Some(status))
            && self.issued.is_none_or(|span| span.holds(facts.issued_at))
            && self.cancelled.is_none_or(|span| span.holds(facts.cancelled_at))
    }
}
