//! Cancels as answers show them.

use portone_core::CancelStatus;
use portone_engine::ledger::Cancellation;
use schemars::JsonSchema;
use serde::Serialize;

use crate::answer::Moment;

/// Schema `CancelPaymentResponse`.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct CancelPaymentResponse<'a> {
    /// The cancel, done or accepted.
    pub(crate) cancellation: CancellationView<'a>,
}

/// Schema `PaymentCancellation`: done, accepted, or accepted and then failed.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CancellationView<'a> {
    #[schemars(with = "String")]
    status: CancelStatus,
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pg_cancellation_id: Option<&'a str>,
    total_amount: i64,
    tax_free_amount: i64,
    vat_amount: i64,
    reason: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    cancelled_at: Option<Moment>,
    requested_at: Moment,
    trigger: &'static str,
}

impl<'a> From<&'a Cancellation> for CancellationView<'a> {
    fn from(cancellation: &'a Cancellation) -> Self {
        Self {
            status: cancellation.status,
            id: cancellation.id.as_str(),
            pg_cancellation_id: cancellation.pg_cancellation_id.as_deref(),
            total_amount: cancellation.total,
            tax_free_amount: cancellation.tax_free,
            vat_amount: cancellation.vat,
            reason: &cancellation.reason,
            cancelled_at: cancellation.cancelled_at.map(Moment),
            requested_at: Moment(cancellation.requested_at),
            trigger: "API",
        }
    }
}
