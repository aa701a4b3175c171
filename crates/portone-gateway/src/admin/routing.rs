//! `GET /admin/payments/{paymentId}/routing`: why each attempt to pay went to its channel.

use axum::extract::State;
use portone_core::PaymentId;
use portone_engine::ledger::Transaction;
use portone_router::Decision;
use serde::Serialize;
use serde_json::value::RawValue;

use super::attempts::SettlementView;
use super::input::Call;
use super::{Answer, ok, store};
use crate::answer::Moment;
use crate::error::ApiError;
use crate::state::Gateway;

pub(super) async fn explain(State(gateway): State<Gateway>, call: Call) -> Answer {
    let payment_id: PaymentId = call.id("payment")?;
    let store_id = store(&gateway, call.store_id()?.as_deref())?;
    let transactions = gateway.engine.transactions(&store_id, &payment_id).await?;
    let settled = gateway.engine.store().settlements_of(&store_id, &payment_id).await;
    let settled = settled.map_err(|error| ApiError::from_store(&error))?;
    Ok(ok(&Explanation {
        items: transactions.iter().map(|(transaction, record)| Explained::of(transaction, record)).collect(),
        settled_by_hand: settled.iter().map(SettlementView::from).collect(),
    }))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Explanation<'a> {
    items: Vec<Explained<'a>>,
    /// What people decided about calls of this payment.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    settled_by_hand: Vec<SettlementView<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Explained<'a> {
    transaction_id: &'a str,
    status: &'static str,
    requested_at: Moment,
    channel_key: &'a str,
    /// The record as it was stored; absent where it cannot be read any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    decision: Option<&'a RawValue>,
    /// The decision in words.
    explanation: String,
    replay: Replay,
}

/// The decision, made again from its record.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Replay {
    #[serde(skip_serializing_if = "Option::is_none")]
    channel_key: Option<String>,
    /// Whether it leads to the channel the payment went to.
    agrees: bool,
}

fn refused(transaction: &Transaction) -> Option<&str> {
    let failure = transaction.failure.as_ref().filter(|_| transaction.schedule_id.is_some())?;
    Some(&failure.reason)
}

impl<'a> Explained<'a> {
    fn of(transaction: &'a Transaction, record: &'a str) -> Self {
        let (explanation, replayed) = match serde_json::from_str::<Decision>(record) {
            Ok(decision) => (decision.to_string(), decision.replay().cloned()),
            // No channel was asked: a schedule that came due when none could take it.
            Err(_) if let Some(failure) = refused(transaction) => (failure.to_owned(), None),
            Err(error) => (format!("the record cannot be read: {error}"), None),
        };
        Self {
            transaction_id: transaction.id.as_str(),
            status: transaction.status.code(),
            requested_at: Moment(transaction.requested_at),
            channel_key: transaction.channel.key.as_str(),
            decision: serde_json::from_str(record).ok(),
            explanation,
            replay: Replay {
                agrees: replayed.as_ref() == Some(&transaction.channel.key),
                channel_key: replayed.map(|key| key.to_string()),
            },
        }
    }
}
