//! Lists of cash receipts: which, in what order, and how many of them.

use chrono::{DateTime, Utc};
use portone_core::{Environment, PaymentId, PgProvider, ReceiptPurpose};

use crate::engine::Engine;
use crate::error::EngineError;
use crate::key_list::company;
use crate::ledger::{CashReceipt, ReceiptStatus};
use crate::list::{EXAMINED_COUNT_MAX, PageQuery, Reached};

/// Which of a receipt's times (schema `CashReceiptTimeRangeField`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReceiptTime {
    /// When it was issued; of one that was not, when it was asked for.
    Issued,
    /// When it was cancelled; a receipt that was not has no such time.
    Cancelled,
    /// When it got the state it has.
    StatusUpdated,
}

impl ReceiptTime {
    /// The time of a receipt, where it has one.
    pub fn of(self, receipt: &CashReceipt) -> Option<DateTime<Utc>> {
        match self {
            Self::Issued => Some(receipt.issued_at.unwrap_or(receipt.requested_at)),
            Self::Cancelled => receipt.cancelled_at,
            Self::StatusUpdated => Some(receipt.status_updated_at),
        }
    }
}

/// One page of a store's cash receipts.
pub type ReceiptQuery = PageQuery<ReceiptTime, ReceiptFilter>;

/// What is asked of a receipt beside its times (schema `CashReceiptFilterInput`). An absent member asks nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReceiptFilter {
    /// The payment.
    pub payment_id: Option<PaymentId>,
    /// One of these states.
    pub statuses: Option<Vec<ReceiptStatus>>,
    /// Live or test.
    pub environment: Option<Environment>,
    /// Issued by hand, or with a payment.
    pub is_manual: Option<bool>,
    /// A part of what was bought.
    pub order_name: Option<String>,
    /// The PG's number.
    pub pg_receipt_id: Option<String>,
    /// The PG's merchant id.
    pub pg_merchant_id: Option<String>,
    /// One of these PG modules.
    pub providers: Option<Vec<PgProvider>>,
    /// One of these PGs (schema `PgCompany`).
    pub companies: Option<Vec<String>>,
    /// For one of these purposes.
    pub purposes: Option<Vec<ReceiptPurpose>>,
    /// A fact is asked for that no receipt of this ledger has.
    pub none: bool,
}

impl ReceiptFilter {
    /// Whether a receipt is asked for.
    pub fn matches(&self, receipt: &CashReceipt) -> bool {
        let channel = &receipt.channel;
        let is = |wanted: &Option<String>, fact: Option<&str>| wanted.is_none() || wanted.as_deref() == fact;
        let holds = |name: &String| receipt.order_name.contains(name);
        let purpose = |wanted: &Vec<ReceiptPurpose>| receipt.purpose.is_some_and(|it| wanted.contains(&it));
        !self.none
            && self.payment_id.as_ref().is_none_or(|wanted| *wanted == receipt.payment_id)
            && self.statuses.as_ref().is_none_or(|wanted| wanted.contains(&receipt.status))
            && self.environment.is_none_or(|wanted| wanted == channel.environment)
            && self.is_manual.is_none_or(|wanted| wanted == receipt.is_manual)
            && self.order_name.as_ref().is_none_or(holds)
            && is(&self.pg_receipt_id, receipt.pg_receipt_id.as_deref())
            && is(&self.pg_merchant_id, Some(channel.pg_merchant_id.as_str()))
            && self.providers.as_ref().is_none_or(|wanted| wanted.contains(&channel.provider))
            && self.companies.as_ref().is_none_or(|wanted| wanted.contains(&company(&channel.provider)))
            && self.purposes.as_ref().is_none_or(purpose)
    }
}

impl Engine {
    /// One page of a store's cash receipts. `TooMany` where the page is not found among as many records as a list may look
    /// at.
    pub async fn list_receipts(&self, query: ReceiptQuery) -> Result<Reached<CashReceipt>, EngineError> {
        let reached = self.store.list_receipts(query).await?;
        if reached.is_whole { Ok(reached) } else { Err(EngineError::TooMany(EXAMINED_COUNT_MAX)) }
    }
}
