//! One call to a PG and, if its outcome is unknown, one inquiry at once.

use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use portone_core::{
    Admitted, Attempt, AttemptId, AttemptSubject, Break, CallContext, Cause, ChannelKey, Command, Decline,
    Effect, Finding, Inquire, Outcome, PgAdapter, PgError, PgReply, PgRequest, Transport, admit, execute,
};

use crate::engine::{Engine, delta};
use crate::error::EngineError;
use crate::ledger::OpenAttempt;
use crate::port::StoreError;

/// What a call came to.
#[derive(Debug)]
#[allow(clippy::large_enum_variant)] // one on the stack a call; a box would be an allocation a payment
pub(crate) enum Answer {
    /// The PG did it.
    Done(Outcome),
    /// The PG refused.
    Declined(Decline),
    /// Nothing reached the PG's ledger.
    Unavailable(Cause),
    /// It is not known; the attempt stays open.
    Unknown,
}

impl Answer {
    const fn name(&self) -> &'static str {
        match self {
            Self::Done(_) => "done",
            Self::Declined(_) => "declined",
            Self::Unavailable(_) => "unavailable",
            Self::Unknown => "unknown",
        }
    }
}

/// How soon after an unknown outcome the sweep asks for the first time.
const FIRST_INQUIRY_AFTER: TimeDelta = TimeDelta::seconds(1);

impl Engine {
    /// Sends an admitted command. Its attempt is durable already. An unknown outcome is inquired once at once: a booked
    /// or refused result is final whenever it is seen; anything else is left to the sweep.
    pub(crate) async fn call(
        &self,
        channel: &ChannelKey,
        admitted: &Admitted<'_>,
        attempt: Attempt,
    ) -> Answer {
        let ctx = CallContext { now: self.now(), attempt: attempt.id.clone() };
        self.call_as(channel, admitted, &ctx, attempt).await
    }

    /// Sends an admitted command under an idempotency key that is not the marker to inquire about.
    pub(crate) async fn call_as(
        &self,
        channel: &ChannelKey,
        admitted: &Admitted<'_>,
        ctx: &CallContext,
        attempt: Attempt,
    ) -> Answer {
        let answer = match self.send(channel, admitted, ctx, attempt.opened_at, Some(&attempt)).await {
            Ok(answer) => answer,
            Err(cause) => {
                tracing::warn!(attempt = %attempt.id, %cause, "the outcome is unknown: inquiring");
                // Boxed: rare, and it would make every call's future larger.
                Box::pin(self.inquire_at_once(admitted.adapter(), attempt)).await
            }
        };
        count(channel, admitted, &answer);
        answer
    }

    /// Sends an admitted command that no inquiry can tell of: an unknown outcome stays open until somebody settles it.
    pub(crate) async fn call_blind(
        &self,
        channel: &ChannelKey,
        admitted: &Admitted<'_>,
        open: &OpenAttempt,
    ) -> Answer {
        let ctx = CallContext { now: self.now(), attempt: open.id.clone() };
        let sent = self.send(channel, admitted, &ctx, open.opened_at, None).await;
        let answer = sent.unwrap_or_else(|cause| {
            tracing::warn!(attempt = %open.id, %cause, "the outcome is unknown, and nothing tells of it yet");
            Answer::Unknown
        });
        count(channel, admitted, &answer);
        answer
    }

    /// `Err` where the outcome is unknown. `watched`: what a probe would ask about, where the channel's circuit hears of it.
    async fn send(
        &self,
        channel: &ChannelKey,
        admitted: &Admitted<'_>,
        ctx: &CallContext,
        opened_at: DateTime<Utc>,
        watched: Option<&Attempt>,
    ) -> Result<Answer, Cause> {
        let kind = admitted.command().kind();
        let transport = Punctual {
            engine: self,
            until: self.lease_until(channel, kind, opened_at) - delta(self.config.deadline),
            was_late: AtomicBool::new(false),
        };
        let result = execute(admitted, ctx, &transport, self.config.deadline).await;
        if let Some(attempt) = watched
            && !transport.was_late.into_inner()
        {
            self.observe(channel, kind, &result, (attempt, ctx.now));
        }
        Ok(match result {
            Ok(outcome) => Answer::Done(outcome),
            Err(PgError::Declined(decline)) => Answer::Declined(decline),
            Err(PgError::Unavailable(cause)) => Answer::Unavailable(cause),
            // The rules passed, so only the encoder can have refused, before a byte left.
            Err(PgError::Invalid(report)) => Answer::Unavailable(Cause::NotSent(report.to_string())),
            Err(PgError::UnknownOutcome(cause)) => return Err(cause),
        })
    }

    /// Asks an upstream what became of an attempt.
    pub(crate) async fn inquire(
        &self,
        adapter: &dyn PgAdapter,
        attempt: Attempt,
    ) -> Result<Finding, PgError> {
        let ctx = CallContext { now: self.now(), attempt: attempt.id.clone() };
        let command = Command::Inquire(Inquire { of: attempt });
        let admitted = admit(adapter, &command, &ctx).map_err(PgError::Invalid)?;
        match execute(&admitted, &ctx, &*self.transport, self.config.inquiry_deadline).await? {
            Outcome::Inquired(finding) => Ok(finding),
            other => {
                Err(PgError::UnknownOutcome(Cause::InquireFirst(format!("an inquiry answered {other:?}"))))
            }
        }
    }

    async fn inquire_at_once(&self, adapter: &dyn PgAdapter, attempt: Attempt) -> Answer {
        let id = attempt.id.clone();
        match self.inquire(adapter, attempt).await {
            Ok(Finding::Happened(outcome)) => return Answer::Done(*outcome),
            Ok(Finding::Declined(decline)) => return Answer::Declined(decline),
            Ok(Finding::DidNotHappen | Finding::NotYet) => {}
            Err(error) => {
                tracing::warn!(attempt = %id, %error, "the inquiry failed too; the sweep goes on asking");
            }
        }
        // If this cannot be written the attempt is claimed when its lease runs out.
        if let Err(error) = self.store.postpone_attempt(&id, self.now() + FIRST_INQUIRY_AFTER).await {
            tracing::error!(attempt = %id, %error, "cannot schedule the next inquiry");
        }
        Answer::Unknown
    }
}

/// Sends what changes something as long as the upstream would be done with it within the lease. What is sent later could
/// outlive that, and others would have concluded meanwhile that it did not happen. A gateway may stand still anywhere: before
/// its call, after the log-in, between a look-up and the change.
struct Punctual<'e> {
    engine: &'e Engine,
    until: DateTime<Utc>,
    /// Whether something was not sent: that says nothing of the channel.
    was_late: AtomicBool,
}

// By hand what `async_trait` would write, but for a box of its own around the transport's.
impl Transport for Punctual<'_> {
    fn send<'s, 'r, 'f>(
        &'s self,
        request: &'r PgRequest,
        deadline: Duration,
    ) -> Pin<Box<dyn Future<Output = Result<PgReply, Break>> + Send + 'f>>
    where
        's: 'f,
        'r: 'f,
        Self: 'f,
    {
        if request.effect != Effect::Reads && self.engine.now() > self.until {
            self.was_late.store(true, Ordering::Relaxed);
            return Box::pin(async { Err(Break::NotSent("the gateway stalled before the call".to_owned())) });
        }
        self.engine.transport.send(request, deadline)
    }
}

/// Logs what the PG's rules advise about a command that no routing decision tells of.
pub(crate) fn log_advice(channel: &ChannelKey, admitted: &Admitted<'_>) {
    for advice in &admitted.advice().violations {
        tracing::info!(%channel, rule = advice.rule, field = advice.field, "{}", advice.message);
    }
}

fn count(channel: &ChannelKey, admitted: &Admitted<'_>, answer: &Answer) {
    let labels = [
        ("channel", channel.to_string()),
        ("command", admitted.command().kind().name().to_owned()),
        ("outcome", answer.name().to_owned()),
    ];
    metrics::counter!("portone_pg_calls_total", &labels).increment(1);
}

/// An attempt as an inquiry names it.
pub(crate) fn attempt(id: &AttemptId, opened_at: DateTime<Utc>, subject: AttemptSubject) -> Attempt {
    Attempt { id: id.clone(), opened_at, subject }
}

/// The database failed after the PG was asked: money may have moved, and the attempt is still open. The sweep settles it.
pub(crate) fn after_call<T>(written: Result<T, StoreError>) -> Result<T, EngineError> {
    written.map_err(|error| {
        tracing::error!(%error, "a PG's answer cannot be written; the attempt stays open and will be inquired");
        EngineError::UnknownOutcome
    })
}
