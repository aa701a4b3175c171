//! Notifications: what an upstream tells us by itself. A message is a hint and nothing more. It makes a question due that
//! the background duties ask, so that duplicated, late and reordered messages end in the same place, and a gateway that
//! dies after the answer forgets nothing.

use chrono::TimeDelta;
use portone_core::{
    Ack, CallContext, ChannelKey, NotificationError, NotificationSubject, RawNotification, TransactionId,
};
use thiserror::Error;

use crate::engine::Engine;
use crate::error::EngineError;
use crate::event::EventKind;
use crate::ledger::{PaymentStatus, Transaction};
use crate::port::StoreError;

/// How long a call that is under way is left to end by itself after the upstream has told of its outcome.
const CALL_GRACE: TimeDelta = TimeDelta::seconds(1);

/// Why a message was not taken.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NotifyError {
    /// There is no such channel, or it cannot be used.
    #[error("there is no channel `{0}` that takes notifications")]
    ChannelNotFound(String),
    /// It cannot be believed or read.
    #[error(transparent)]
    Refused(#[from] NotificationError),
    /// The hint cannot be kept: the upstream has to send it again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Engine {
    /// Takes a message that came for a channel: checks that the upstream sent it, and makes due what it may be about. The
    /// answer is for the sender.
    pub async fn notified(&self, channel: &ChannelKey, raw: &RawNotification) -> Result<Ack, NotifyError> {
        let directory = self.directory();
        let unknown = || NotifyError::ChannelNotFound(channel.to_string());
        let entry = directory.entry(channel).ok_or_else(unknown)?;
        let adapter = entry.adapter().map_err(|_: EngineError| unknown())?;
        let now = self.now();
        // No attempt is known yet, and no adapter needs one to read a message.
        let ctx = CallContext { now, attempt: self.new_attempt_id(now) };
        let (notification, ack) = adapter.parse_notification(raw, &ctx)?;
        let about = match &notification.subject {
            NotificationSubject::Payment { payment_id, .. } => {
                self.payment_hinted(&entry.channel.store_id, channel, payment_id, &notification.event).await?
            }
            // A key is issued and deleted by our calls alone, and those are settled by their own inquiries.
            NotificationSubject::BillingKey(_) | NotificationSubject::Unknown => "nothing",
        };
        metrics::counter!("portone_notifications_total", "channel" => channel.to_string(), "about" => about)
            .increment(1);
        Ok(ack)
    }

    /// Makes due what a message about a payment may be about: what it was.
    async fn payment_hinted(
        &self,
        store: &portone_core::StoreId,
        channel: &ChannelKey,
        payment: &portone_core::PaymentId,
        event: &str,
    ) -> Result<&'static str, StoreError> {
        let now = self.now();
        let transactions = self.store.transactions(store, payment).await?;
        let here: Vec<&Transaction> = transactions
            .iter()
            .map(|(transaction, _)| transaction)
            .filter(|transaction| transaction.channel.key == *channel)
            .collect();
        let mut about = "nothing";
        if let Some(open) = self.store.open_attempt_on(store, payment).await?
            && open.channel == *channel
        {
            self.store.hasten_attempt(&open.id, now + CALL_GRACE).await?;
            about = "attempt";
        }
        let changed = here.into_iter().filter(|transaction| is_news(transaction, event));
        let changed: Vec<TransactionId> = changed.map(|transaction| transaction.id.clone()).collect();
        if !changed.is_empty() {
            self.store.hasten_follow_ups(changed, now).await?;
            about = "transaction";
        }
        Ok(about)
    }
}

/// Whether a message may tell what the record does not. That it need not be asked about is all that is taken from its word.
fn is_news(transaction: &Transaction, event: &str) -> bool {
    let known = |kinds: &[EventKind]| kinds.iter().any(|kind| kind.code() == event);
    let waits = transaction.requested_cancels().next().is_some();
    match transaction.status {
        // Its attempt is open.
        PaymentStatus::Ready | PaymentStatus::PayPending => false,
        PaymentStatus::VirtualAccountIssued => !known(&[EventKind::VirtualAccountIssued]),
        PaymentStatus::Failed => !known(&[EventKind::Failed, EventKind::PayPending]),
        PaymentStatus::Paid if waits => !known(&[EventKind::CancelPending]),
        PaymentStatus::Paid => !known(&[EventKind::Paid]),
        PaymentStatus::PartialCancelled => true,
        PaymentStatus::Cancelled => !known(&[EventKind::Cancelled, EventKind::Paid]),
    }
}
