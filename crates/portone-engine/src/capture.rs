//! Capture a payment by hand (수동 매입), and withdraw a cancel that was accepted and is not done.

use chrono::{DateTime, Utc};
use portone_core::{
    AttemptId, AttemptSubject, CallContext, CancelStatus, CancellationId, Capture, Cause, ChannelKey,
    Command, CommandKind, Decline, Outcome, PaymentId, StopCancel, admit,
};

use crate::call::{Answer, after_call, attempt};
use crate::cancel::RETRY_COUNT_MAX;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::ledger::{OpenAttempt, OpenSubject, PaymentStatus, Transaction};
use crate::port::{Begin, Settle};
use crate::request::Caller;
use crate::transition;

/// What an upstream says of a cancel that is not pending any more.
const NOT_PENDING: &str = "PAYMENT_CANCELLATION_NOT_PENDING";

impl Engine {
    /// Captures a payment. Once captured it stays so, and a repetition sends nothing. A lost reply is settled by sending
    /// the capture again under its own idempotency key, since nothing upstream shows it.
    pub async fn capture(&self, caller: &Caller, payment_id: &PaymentId) -> Result<(), EngineError> {
        for _ in 0..RETRY_COUNT_MAX {
            let transaction = self.payment(&caller.store_id, payment_id).await?;
            match transaction.status {
                PaymentStatus::Paid | PaymentStatus::PartialCancelled => {}
                other => return Err(EngineError::PaymentNotPaid(other.code())),
            }
            if transaction.captured_at.is_some() {
                return Ok(());
            }
            let command =
                Command::Capture(Capture { payment_id: payment_id.clone(), method: transaction.method });
            let about = About {
                command: &command,
                open: OpenSubject::Capture {
                    payment_id: payment_id.clone(),
                    transaction_id: transaction.id.clone(),
                },
                inquired: Some(AttemptSubject::Capture { payment_id: payment_id.clone() }),
            };
            let Some((open, answer)) = self.ask_about(&transaction, about).await? else { continue };
            return match self.done(&open, answer).await? {
                Outcome::Captured => self.settle_capture(&open, transaction).await,
                other => Err(surprised(&open.id, &other)),
            };
        }
        Err(EngineError::UnknownOutcome)
    }

    /// Withdraws an accepted cancel: its amount can be cancelled again (rule V2-064).
    pub async fn stop_cancellation(
        &self,
        caller: &Caller,
        payment_id: &PaymentId,
        id: &str,
    ) -> Result<DateTime<Utc>, EngineError> {
        for _ in 0..RETRY_COUNT_MAX {
            let transaction = self.payment(&caller.store_id, payment_id).await?;
            let (cancellation_id, upstream_id) = pending(&transaction, id)?;
            let command = Command::StopCancel(StopCancel {
                payment_id: payment_id.clone(),
                upstream_cancellation_id: upstream_id.clone(),
            });
            let about = About {
                command: &command,
                open: OpenSubject::StopCancel {
                    payment_id: payment_id.clone(),
                    transaction_id: transaction.id.clone(),
                    cancellation_id: cancellation_id.clone(),
                    upstream_cancellation_id: upstream_id.clone(),
                },
                inquired: Some(AttemptSubject::StopCancel {
                    payment_id: payment_id.clone(),
                    upstream_cancellation_id: upstream_id,
                }),
            };
            let Some((open, answer)) = self.ask_about(&transaction, about).await? else { continue };
            return match self.done(&open, answer).await {
                Ok(Outcome::CancelStopped { stopped_at }) => {
                    self.settle_stop(&open, transaction, &cancellation_id).await?;
                    Ok(stopped_at)
                }
                Ok(other) => Err(surprised(&open.id, &other)),
                Err(EngineError::Declined(Decline { code, .. })) if code == NOT_PENDING => {
                    Err(EngineError::CancellationNotPending("is done or failed at the PG"))
                }
                Err(error) => Err(error),
            };
        }
        Err(EngineError::UnknownOutcome)
    }

    /// Intent, then the call; `None` when the record changed before the attempt was durable.
    pub(crate) async fn ask_about(
        &self,
        transaction: &Transaction,
        about: About<'_>,
    ) -> Result<Option<(OpenAttempt, Answer)>, EngineError> {
        let key: &ChannelKey = &transaction.channel.key;
        let directory = self.directory();
        let entry = directory
            .entry(key)
            .ok_or_else(|| EngineError::ChannelNotFound(format!("channel `{key}` is gone")))?;
        let now = self.now();
        let id = self.new_attempt_id(now);
        let ctx = CallContext { now, attempt: id.clone() };
        let admitted = admit(entry.adapter()?, about.command, &ctx).map_err(EngineError::Invalid)?;
        let kind: CommandKind = about.command.kind();
        let open = self.open_attempt(id, &transaction.store_id, kind, key, about.open, now);
        match self.store.begin_on_transaction(open.clone(), &transaction.id, transaction.revision).await? {
            Begin::Begun => {}
            Begin::Outstanding => return Err(EngineError::UnknownOutcome),
            Begin::Changed | Begin::Scheduled => return Ok(None),
        }
        let answer = match about.inquired {
            Some(subject) => self.call(key, &admitted, attempt(&open.id, now, subject)).await,
            None => self.call_blind(key, &admitted, &open).await,
        };
        Ok(Some((open, answer)))
    }

    /// The outcome; a refusal ends the attempt, which changed nothing.
    pub(crate) async fn done(&self, open: &OpenAttempt, answer: Answer) -> Result<Outcome, EngineError> {
        let error = match answer {
            Answer::Done(outcome) => return Ok(outcome),
            Answer::Unknown => return Err(EngineError::UnknownOutcome),
            Answer::Declined(decline) => EngineError::Declined(decline),
            Answer::Unavailable(cause) => EngineError::Unavailable(cause),
        };
        let is_ended_elsewhere = after_call(self.store.drop_attempt(open).await)? == Settle::AlreadySettled;
        if is_ended_elsewhere && matches!(error, EngineError::Unavailable(_)) {
            // This call was never made. Another gateway has concluded so too, or runs the same request again by now.
            return Err(EngineError::UnknownOutcome);
        }
        Err(error)
    }

    /// Writes that a payment was captured.
    pub(crate) async fn settle_capture(
        &self,
        open: &OpenAttempt,
        transaction: Transaction,
    ) -> Result<(), EngineError> {
        self.settle_on(open, transaction, transition::captured).await
    }

    /// Writes that a cancel was withdrawn.
    pub(crate) async fn settle_stop(
        &self,
        open: &OpenAttempt,
        transaction: Transaction,
        id: &CancellationId,
    ) -> Result<(), EngineError> {
        self.settle_on(open, transaction, |transaction, now| transition::cancel_stopped(transaction, id, now))
            .await
    }
}

/// A call about a transaction.
pub(crate) struct About<'a> {
    /// What is asked for.
    pub(crate) command: &'a Command,
    /// What is kept of it until its result is written.
    pub(crate) open: OpenSubject,
    /// What an inquiry asks about where the answer is lost; absent where none can tell.
    pub(crate) inquired: Option<AttemptSubject>,
}

/// Our id and the upstream's of a cancel that is accepted and not done.
fn pending(transaction: &Transaction, id: &str) -> Result<(CancellationId, String), EngineError> {
    let own = transaction.cancellations.iter().find(|own| own.id.as_str() == id);
    let own = own.ok_or_else(|| EngineError::CancellationNotFound(id.to_owned()))?;
    match own.status {
        CancelStatus::Requested => {}
        CancelStatus::Succeeded => return Err(EngineError::CancellationNotPending("is done")),
        CancelStatus::Failed => {
            return Err(EngineError::CancellationNotPending("has failed or was withdrawn"));
        }
    }
    let upstream_id = own.upstream_id.clone().ok_or_else(|| {
        EngineError::Unavailable(Cause::NotSent("the upstream told no id of this cancel".to_owned()))
    })?;
    Ok((own.id.clone(), upstream_id))
}

pub(crate) fn surprised(attempt: &AttemptId, outcome: &Outcome) -> EngineError {
    tracing::error!(%attempt, ?outcome, "answered with something else");
    EngineError::UnknownOutcome
}
