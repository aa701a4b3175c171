//! `GET /admin/attempts?open`: calls to PGs whose result is not known yet.

use axum::extract::State;
use chrono::{DateTime, Utc};
use portone_core::CommandKind;
use portone_engine::ledger::{OpenAttempt, OpenSubject};
use serde::Serialize;

use super::input::Call;
use super::{Answer, items};
use crate::answer::Moment;
use crate::error::ApiError;
use crate::state::Gateway;

/// How many are listed.
const LISTED_COUNT_MAX: usize = 1000;

/// Oldest first. Every attempt kept is open, so `open` changes nothing.
pub(super) async fn list(State(gateway): State<Gateway>, call: Call) -> Answer {
    call.query(&["open"], |_| Some(()))?;
    let attempts = gateway.engine.store().open_attempts(LISTED_COUNT_MAX).await;
    let attempts = attempts.map_err(|error| ApiError::from_store(&error))?;
    let now = gateway.engine.now();
    Ok(items(attempts.iter().map(|attempt| AttemptView::of(attempt, now))))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AttemptView<'a> {
    id: &'a str,
    store_id: &'a str,
    command: CommandKind,
    channel_key: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    payment_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    transaction_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    billing_key: Option<&'a str>,
    opened_at: Moment,
    age_seconds: i64,
    lease_until: Moment,
    /// Whether the upstream may still be working on it.
    leased: bool,
    next_inquiry_at: Moment,
    inquiry_count: u32,
}

impl<'a> AttemptView<'a> {
    fn of(attempt: &'a OpenAttempt, now: DateTime<Utc>) -> Self {
        Self {
            id: attempt.id.as_str(),
            store_id: attempt.store_id.as_str(),
            command: attempt.command,
            channel_key: attempt.channel.as_str(),
            payment_id: attempt.subject.payment_id().map(portone_core::PaymentId::as_str),
            transaction_id: transaction_id(attempt),
            billing_key: attempt.subject.billing_key().map(portone_core::BillingKey::as_str),
            opened_at: Moment(attempt.opened_at),
            age_seconds: (now - attempt.opened_at).num_seconds(),
            lease_until: Moment(attempt.lease_until),
            leased: attempt.lease_until > now,
            next_inquiry_at: Moment(attempt.next_inquiry_at),
            inquiry_count: attempt.inquiry_count,
        }
    }
}

/// A payment's attempt and its transaction share one id.
fn transaction_id(attempt: &OpenAttempt) -> Option<&str> {
    match &attempt.subject {
        OpenSubject::Pay { .. } => Some(attempt.id.as_str()),
        OpenSubject::Cancel { transaction_id, .. }
        | OpenSubject::CloseVirtualAccount { transaction_id, .. }
        | OpenSubject::Window { transaction_id, .. }
        | OpenSubject::Confirm { transaction_id, .. }
        | OpenSubject::IssueAndPayWindow { transaction_id, .. }
        | OpenSubject::ConfirmIssueAndPay { transaction_id, .. }
        | OpenSubject::Capture { transaction_id, .. }
        | OpenSubject::StopCancel { transaction_id, .. }
        | OpenSubject::RegisterEscrowLogistics { transaction_id, .. }
        | OpenSubject::ConfirmEscrow { transaction_id, .. }
        | OpenSubject::RegisterStoreReceipt { transaction_id, .. } => Some(transaction_id.as_str()),
        OpenSubject::IssueBillingKey { .. }
        | OpenSubject::KeyWindow { .. }
        | OpenSubject::ConfirmKey { .. }
        | OpenSubject::DeleteBillingKey { .. }
        | OpenSubject::IssueCashReceipt { .. }
        | OpenSubject::CancelCashReceipt { .. } => None,
    }
}
