//! `/admin/attempts`: calls to PGs whose result is not known yet, and what people decided about them.

use axum::extract::State;
use chrono::{DateTime, Utc};
use portone_core::{AttemptId, CommandKind};
use portone_engine::SettleByHand;
use portone_engine::ledger::{HandSettlement, OpenAttempt, OpenSubject};
use serde::Serialize;

use super::input::{Call, body};
use super::{Answer, items, ok};
use crate::answer::Moment;
use crate::error::ApiError;
use crate::fields::Fields;
use crate::json::RawBody;
use crate::state::Gateway;

/// How many are listed.
const LISTED_COUNT_MAX: usize = 1000;
/// How long a name and a reason may be, in characters.
const TEXT_LENGTH_MAX: usize = 500;
const OUTCOMES: [(&str, bool); 2] = [("HAPPENED", true), ("DID_NOT_HAPPEN", false)];

/// Oldest first. Every attempt kept is open, so `open` changes nothing.
pub(super) async fn list(State(gateway): State<Gateway>, call: Call) -> Answer {
    call.query(&["open"], |_| Some(()))?;
    let attempts = gateway.engine.store().open_attempts(LISTED_COUNT_MAX).await;
    let attempts = attempts.map_err(|error| ApiError::from_store(&error))?;
    let now = gateway.engine.now();
    Ok(items(attempts.iter().map(|attempt| AttemptView::of(attempt, now))))
}

/// `GET /admin/attempts/settled`: newest first.
pub(super) async fn settled(State(gateway): State<Gateway>, _: Call) -> Answer {
    let found = gateway.engine.store().settlements(LISTED_COUNT_MAX).await;
    let found = found.map_err(|error| ApiError::from_store(&error))?;
    Ok(items(found.iter().map(SettlementView::from)))
}

/// `POST /admin/attempts/{id}/settle`
pub(super) async fn settle(State(gateway): State<Gateway>, call: Call, raw: RawBody) -> Answer {
    let attempt: AttemptId = call.id("attempt")?;
    let force = call.only_force()?;
    let said = body(&raw, &["outcome", "by", "reason"], |fields| {
        let happened = fields.need_choice("outcome", OUTCOMES.into_iter());
        let [by, reason] = ["by", "reason"].map(|name| said(fields, name));
        Some(SettleByHand { attempt, happened: happened?, by: by?, reason: reason?, force })
    })?;
    Ok(ok(&SettlementView::from(&gateway.engine.settle_by_hand(said).await?)))
}

fn said(fields: &Fields<'_, '_>, name: &str) -> Option<String> {
    let text = fields.need_text(name)?;
    let length = text.chars().count();
    if length > TEXT_LENGTH_MAX {
        fields.add(name, format!("has {length} characters; use at most {TEXT_LENGTH_MAX}"));
    }
    Some(text.to_owned())
}

/// What somebody decided about an attempt.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SettlementView<'a> {
    attempt_id: &'a str,
    store_id: &'a str,
    command: CommandKind,
    channel_key: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    payment_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    billing_key: Option<&'a str>,
    opened_at: Moment,
    outcome: &'static str,
    by: &'a str,
    reason: &'a str,
    forced: bool,
    settled_at: Moment,
}

impl<'a> From<&'a HandSettlement> for SettlementView<'a> {
    fn from(settlement: &'a HandSettlement) -> Self {
        let [(happened, _), (did_not_happen, _)] = OUTCOMES;
        Self {
            attempt_id: settlement.attempt.as_str(),
            store_id: settlement.store_id.as_str(),
            command: settlement.command,
            channel_key: settlement.channel.as_str(),
            payment_id: settlement.payment_id.as_ref().map(portone_core::PaymentId::as_str),
            billing_key: settlement.billing_key.as_ref().map(portone_core::BillingKey::as_str),
            opened_at: Moment(settlement.opened_at),
            outcome: if settlement.happened { happened } else { did_not_happen },
            by: &settlement.by,
            reason: &settlement.reason,
            forced: settlement.forced,
            settled_at: Moment(settlement.settled_at),
        }
    }
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
    /// Absent where no inquiry can tell: such an attempt is settled by hand.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_inquiry_at: Option<Moment>,
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
            next_inquiry_at: attempt.subject.is_inquired().then_some(Moment(attempt.next_inquiry_at)),
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
        | OpenSubject::RegisterStoreReceipt { transaction_id, .. }
        | OpenSubject::ConfirmDelivery { transaction_id, .. }
        | OpenSubject::AskWallet { transaction_id, .. } => Some(transaction_id.as_str()),
        OpenSubject::IssueBillingKey { .. }
        | OpenSubject::KeyWindow { .. }
        | OpenSubject::ConfirmKey { .. }
        | OpenSubject::DeleteBillingKey { .. }
        | OpenSubject::IssueCashReceipt { .. }
        | OpenSubject::CancelCashReceipt { .. } => None,
    }
}
