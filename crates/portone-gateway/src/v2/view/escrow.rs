//! Escrow as answers show it.

use portone_core::{Escrow, EscrowDelivery, EscrowStatus};
use portone_engine::ledger::Transaction;
use schemars::JsonSchema;
use serde::Serialize;

use crate::answer::Moment;

/// Schema `ApplyEscrowLogisticsResponse`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AppliedResponse<'a> {
    #[serde(flatten)]
    parcel: ParcelView<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    applied_at: Option<Moment>,
}

/// Schema `ModifyEscrowLogisticsResponse`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ModifiedResponse<'a> {
    #[serde(flatten)]
    parcel: ParcelView<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    modified_at: Option<Moment>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct ParcelView<'a> {
    invoice_number: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    sent_at: Option<Moment>,
}

impl<'a> From<&'a EscrowDelivery> for ParcelView<'a> {
    fn from(delivery: &'a EscrowDelivery) -> Self {
        Self { invoice_number: &delivery.invoice_number, sent_at: delivery.sent_at.map(Moment) }
    }
}

impl<'a> From<&'a EscrowDelivery> for AppliedResponse<'a> {
    fn from(delivery: &'a EscrowDelivery) -> Self {
        Self { parcel: delivery.into(), applied_at: delivery.applied_at.map(Moment) }
    }
}

impl<'a> From<&'a EscrowDelivery> for ModifiedResponse<'a> {
    fn from(delivery: &'a EscrowDelivery) -> Self {
        Self { parcel: delivery.into(), modified_at: delivery.applied_at.map(Moment) }
    }
}

/// Schema `ConfirmEscrowResponse`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CompletedResponse {
    pub(crate) completed_at: Moment,
}

/// Schema `RegisterStoreReceiptResponse`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StoreReceiptResponse {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) receipt_url: Option<String>,
}

/// Schema `PaymentEscrow`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EscrowView<'a> {
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    company: Option<&'a str>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    parcel: Option<ParcelView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    applied_at: Option<Moment>,
    /// Of one that is confirmed.
    #[serde(skip_serializing_if = "Option::is_none")]
    is_automatically_confirmed: Option<bool>,
}

impl<'a> EscrowView<'a> {
    /// `None` of a payment that is not held in escrow.
    pub(crate) fn of(transaction: &'a Transaction) -> Option<Self> {
        match transaction.registered_escrow() {
            Some((escrow, delivery)) => Some(Self::delivered(escrow, delivery)),
            None => (transaction.order.is_escrow == Some(true)).then_some(Self::BEFORE),
        }
    }

    /// Nothing was registered: every other state has a parcel.
    const BEFORE: Self = Self {
        status: EscrowStatus::BeforeRegistered.code(),
        company: None,
        parcel: None,
        applied_at: None,
        is_automatically_confirmed: None,
    };

    fn delivered(escrow: &'a Escrow, delivery: &'a EscrowDelivery) -> Self {
        let is_confirmed = escrow.status == EscrowStatus::Confirmed;
        Self {
            status: escrow.status.code(),
            company: Some(&delivery.company),
            parcel: Some(delivery.into()),
            applied_at: delivery.applied_at.map(Moment),
            is_automatically_confirmed: is_confirmed.then_some(escrow.is_automatically_confirmed),
        }
    }
}
