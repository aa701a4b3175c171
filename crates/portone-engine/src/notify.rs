//! Notifications: what an upstream tells us by itself. A message is a hint and nothing more. It makes a question due that
//! the background duties ask, so that duplicated, late and reordered messages end in the same place, and a gateway that
//! dies after the answer forgets nothing.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use portone_core::{
    Ack, CallContext, ChannelKey, NotificationError, NotificationSubject, PaymentId, RawNotification,
    StoreId, TransactionId,
};
use thiserror::Error;

use crate::engine::Engine;
use crate::error::EngineError;
use crate::event::EventKind;
use crate::ledger::{PaymentStatus, Transaction};
use crate::port::StoreError;

/// How long a call that is under way is left to end by itself after the upstream has told of something.
const CALL_GRACE: TimeDelta = TimeDelta::seconds(1);
/// How many messages wait for the end of a call; of more than these the upstream is asked at once.
const HINT_COUNT_MAX: usize = 4_096;

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
        let about = match notification.subject {
            NotificationSubject::Payment { payment_id, .. } => {
                let (store_id, channel) = (entry.channel.store_id.clone(), channel.clone());
                let event = notification.event;
                self.hinted(Hint { at: now + CALL_GRACE, store_id, channel, payment_id, event }).await?
            }
            // A key is issued and deleted by our calls alone, and those are settled by their own inquiries.
            NotificationSubject::BillingKey(_) | NotificationSubject::Unknown => "nothing",
        };
        metrics::counter!("portone_notifications_total", "channel" => channel.to_string(), "about" => about)
            .increment(1);
        Ok(ack)
    }

    /// Makes due what a message about a payment may be about: what it was. Most messages tell of what a call has just
    /// settled: those cost one read and nothing else.
    async fn hinted(&self, hint: Hint) -> Result<&'static str, StoreError> {
        let told = self.store.told_of(&hint.store_id, &hint.payment_id).await?;
        match told.open {
            // Nothing is lost with this process: the attempt is then inquired at the end of its lease.
            Some(open) if open.is_under_way(self.now()) && open.channel == hint.channel => {
                let Some(hint) = self.hints.keep(hint) else { return Ok("call") };
                self.store.hasten_attempt(&open.id, hint.at).await?;
                self.hasten_news(&hint, &told.transactions, hint.at).await?;
                Ok("attempt")
            }
            Some(open) if open.channel == hint.channel => {
                self.store.hasten_attempt(&open.id, hint.at).await?;
                let is_news = self.hasten_news(&hint, &told.transactions, self.now()).await?;
                Ok(if is_news { "transaction" } else { "attempt" })
            }
            Some(_) | None => {
                let is_news = self.hasten_news(&hint, &told.transactions, self.now()).await?;
                Ok(if is_news { "transaction" } else { "nothing" })
            }
        }
    }

    /// Makes due the transactions that a message may tell news of; whether there are any.
    async fn hasten_news(
        &self,
        hint: &Hint,
        transactions: &[Transaction],
        at: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let here = transactions.iter().filter(|transaction| transaction.channel.key == hint.channel);
        let changed = here.filter(|transaction| is_news(transaction, &hint.event));
        let changed: Vec<TransactionId> = changed.map(|transaction| transaction.id.clone()).collect();
        if changed.is_empty() {
            return Ok(false);
        }
        self.store.hasten_follow_ups(changed, at).await.map(|()| true)
    }

    /// Judges again what came while a call was under way. Where the call has not ended yet its attempt is inquired, and
    /// the message waits on: the call may end otherwise than the message says.
    pub(crate) async fn judge_hints(&self) -> Result<(), StoreError> {
        for hint in self.hints.take_due(self.now()) {
            let told = self.store.told_of(&hint.store_id, &hint.payment_id).await?;
            let Some(open) = told.open.filter(|open| open.channel == hint.channel) else {
                self.hasten_news(&hint, &told.transactions, self.now()).await?;
                continue;
            };
            self.store.hasten_attempt(&open.id, hint.at).await?;
            if let Some(hint) = self.hints.keep(Hint { at: self.now() + CALL_GRACE, ..hint }) {
                self.hasten_news(&hint, &told.transactions, hint.at).await?;
            }
        }
        Ok(())
    }
}

/// A message about a payment: what may be new, and when it is judged again.
#[derive(Debug)]
struct Hint {
    at: DateTime<Utc>,
    store_id: StoreId,
    channel: ChannelKey,
    payment_id: PaymentId,
    event: String,
}

/// Messages about payments with a call under way, in the order they came.
#[derive(Debug, Default)]
pub(crate) struct Hints(Mutex<VecDeque<Hint>>);

impl Hints {
    /// Keeps a message for later; gives it back where too many wait.
    fn keep(&self, hint: Hint) -> Option<Hint> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() >= HINT_COUNT_MAX {
            return Some(hint);
        }
        waiting.push_back(hint);
        None
    }

    /// Takes those whose time has come.
    fn take_due(&self, now: DateTime<Utc>) -> Vec<Hint> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = waiting.iter().take_while(|hint| hint.at <= now).count();
        waiting.drain(..count).collect()
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
