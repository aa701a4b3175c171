//! Failover: a payment that its PG certainly did not take is drawn again, where the group's policy says so. Never after an
//! unknown outcome, and at most one attempt is ever open: ending one and opening the next is one commit, before the call.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use portone_core::{
    CallContext, Cause, ChannelGroup, ChannelKey, Command, CommandKind, FailoverPolicy, TransactionId,
};
use portone_router::{Purpose, Reroute, RerouteClass};

use crate::call::{Answer, after_call, attempt};
use crate::engine::{Engine, made};
use crate::error::EngineError;
use crate::ledger::{ChannelSnapshot, Failure, OpenSubject, Transaction};
use crate::pay::pay_subject;
use crate::port::{BeginPayment, BudgetShare, NewTransaction, SettleTransaction};
use crate::request::Paid;
use crate::routing::{Routed, Routing};
use crate::transition;

/// What each channel would get.
#[derive(Clone, Copy)]
pub(crate) enum Commands<'a> {
    /// All the same.
    Same(&'a Command),
    /// Its own, with its PG billing key; a channel without one holds no key.
    Each(&'a BTreeMap<ChannelKey, Command>),
}

impl<'a> Commands<'a> {
    pub(crate) fn of(self, channel: &ChannelKey) -> Option<&'a Command> {
        match self {
            Self::Same(command) => Some(command),
            Self::Each(commands) => commands.get(channel),
        }
    }
}

/// How a payment is drawn again: absent where no policy allows it.
#[derive(Clone, Copy)]
pub(crate) struct Redraw<'a> {
    pub(crate) routing: Routing<'a>,
    pub(crate) group: &'a ChannelGroup,
    pub(crate) policy: &'a FailoverPolicy,
    pub(crate) purpose: Purpose,
    pub(crate) commands: Commands<'a>,
}

impl Redraw<'_> {
    /// Why a payment may leave its channel, if it may.
    pub(crate) fn reason(&self, channel: &ChannelSnapshot, answer: &Answer) -> Option<Reroute> {
        let (because, reason) = match answer {
            Answer::Unavailable(cause) => (RerouteClass::Unavailable, cause.to_string()),
            Answer::Declined(decline) if self.policy.lists(&channel.provider, decline) => {
                (RerouteClass::Declined, decline.to_string())
            }
            Answer::Declined(_) | Answer::Done(_) | Answer::Unknown => return None,
        };
        Some(Reroute { from: channel.key.clone(), because, reason })
    }

    fn may_go_on(&self, tried: &[ChannelKey], begun_at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
        let reroutes = u32::try_from(tried.len()).unwrap_or(u32::MAX).saturating_sub(1);
        let within = TimeDelta::seconds(i64::from(self.policy.within_seconds));
        reroutes < self.policy.reroutes_max && now <= begun_at + within
    }
}

/// A payment that was asked for at one channel, and what came of it.
pub(crate) struct Asked {
    pub(crate) transaction: Transaction,
    pub(crate) answer: Answer,
    pub(crate) kind: CommandKind,
    pub(crate) budget: Option<BudgetShare>,
    /// When a schedule is taken up again of which nothing was ever sent.
    pub(crate) again_at: Option<DateTime<Utc>>,
}

impl Engine {
    /// Asks one channel after another until one takes the payment, none is left, or the policy's bounds are reached; then
    /// writes and tells what the last one came to.
    pub(crate) async fn fail_over(
        &self,
        redraw: &Redraw<'_>,
        mut asked: Asked,
        ctx: &CallContext,
    ) -> Result<Paid, EngineError> {
        let mut tried = vec![asked.transaction.channel.key.clone()];
        let mut last = ctx.clone();
        while let Some(reroute) = redraw.reason(&asked.transaction.channel, &asked.answer)
            && redraw.may_go_on(&tried, ctx.now, self.now())
        {
            let now = self.now();
            let next = CallContext { now, attempt: self.new_attempt_id(now) };
            let routing = Routing { ctx: &next, ..redraw.routing };
            let commands = |channel: &ChannelKey| redraw.commands.of(channel);
            let drawn =
                routing.redrawn(self, redraw.group, redraw.purpose, commands, (&tried, Some(&reroute)));
            let Ok(routed) = drawn else { break };
            let Some(transaction) = self.take_over(&asked, &routed, &next).await? else { break };
            tell(&reroute, &transaction.channel.key);
            if reroute.because == RerouteClass::Declined {
                // Something was sent.
                asked.again_at = None;
            }
            let subject = pay_subject(transaction.order.payment_id.clone(), &transaction.charged());
            let channel = transaction.channel.key.clone();
            asked.answer = self.call(&channel, &routed.admitted, attempt(&next.attempt, now, subject)).await;
            asked.transaction = transaction;
            tried.push(channel);
            last = next;
        }
        let Asked { transaction, answer, kind, again_at, .. } = asked;
        self.settle_payment(transaction, answer, kind, &last, again_at).await
    }

    /// Ends the attempt that failed and makes the next one durable, in one commit. `None` where the payment may not be tried
    /// again, or somebody else has settled it; nothing was written then.
    async fn take_over(
        &self,
        asked: &Asked,
        routed: &Routed<'_>,
        next: &CallContext,
    ) -> Result<Option<Transaction>, EngineError> {
        let failed = asked.transaction.clone();
        let id: TransactionId = made(TransactionId::parse(next.attempt.as_str()));
        let transaction = Transaction {
            id: id.clone(),
            channel: routed.channel.clone(),
            requested_at: next.now,
            updated_at: next.now,
            status_changed_at: next.now,
            ..failed.clone()
        };
        let attempt = made(portone_core::AttemptId::parse(failed.id.as_str()));
        // The shop hears of the end only, so what was to be announced of this one is dropped.
        let (failed, _) = transition::failed(failed, failure_of(&asked.answer), next.now);
        let ended = SettleTransaction {
            attempt,
            opened_at: None,
            transaction: Transaction { rerouted_to: Some(id.clone()), ..failed },
            events: Vec::new(),
            verify_at: None,
            run_again_at: None,
            key: None,
        };
        let payment_id = transaction.order.payment_id.clone();
        let subject = OpenSubject::Pay { payment_id, transaction_id: id };
        let (store_id, channel) = (&transaction.store_id, &transaction.channel.key);
        let open = self.open_attempt(next.attempt.clone(), store_id, asked.kind, channel, subject, next.now);
        let begun = self.store.begin_payment(NewTransaction {
            transaction: transaction.clone(),
            decision: routed.decision.clone(),
            attempt: open,
            transaction_count_max: self.config.transaction_count_max,
            budget: asked.budget,
            events: Vec::new(),
            key: None,
            instead_of: Some(Box::new(ended)),
        });
        // Nothing was sent of the next one. The one that failed stays open where this could not be written.
        Ok((after_call(begun.await)? == BeginPayment::Begun).then_some(transaction))
    }
}

/// Why an attempt failed that another one follows.
fn failure_of(answer: &Answer) -> Failure {
    match answer {
        Answer::Declined(decline) => transition::refusal(decline),
        Answer::Unavailable(cause) => transition::unreached(cause),
        // No other answer is followed by another attempt.
        Answer::Done(_) | Answer::Unknown => transition::unreached(&Cause::TooManyLegs),
    }
}

fn tell(reroute: &Reroute, to: &ChannelKey) {
    tracing::warn!(from = %reroute.from, %to, because = %reroute.because, "the payment goes to another channel");
    let labels = [("from", reroute.from.to_string()), ("to", to.to_string())];
    metrics::counter!("portone_reroutes_total", &labels).increment(1);
}
