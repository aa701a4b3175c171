//! Following transactions that change by themselves: a deposit, the end of an accepted cancel, a refusal that becomes a
//! payment. The upstream is asked when a notification says so, and from time to time where none comes.

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::{StreamExt as _, stream::FuturesUnordered};
use portone_core::{AttemptId, AttemptSubject, Finding, Outcome, Standing};

use crate::call::attempt;
use crate::engine::{Engine, delta, made};
use crate::error::EngineError;
use crate::ledger::{CashReceipt, Discrepancy, PaymentStatus, Transaction};
use crate::port::StoreError;
use crate::port::follow::{FollowUp, Recorded};
use crate::settle::Swept;
use crate::standing::{News, news};

/// The wait before the second question; each wait after it is twice as long.
const FIRST_WAIT_MINUTES: i64 = 1;
/// How long the end of an open call on the payment is waited for before the next try.
const OUTSTANDING_WAIT: TimeDelta = TimeDelta::seconds(2);
/// How often a message about a transaction that waits for nothing is asked about, if the upstream cannot be read.
const HINT_ASK_COUNT_MAX: u32 = 20;

impl Engine {
    /// Takes up to `count_max` transactions that are due to be asked about, asks their upstreams side by side, and writes
    /// what is new. A step for the binary's loop; any number of gateways may run it on one store.
    pub async fn follow_up(&self, count_max: usize) -> Result<Swept, StoreError> {
        self.judge_hints().await?;
        let now = self.now();
        let until = now + delta(self.config.inquiry_deadline) * 2 + TimeDelta::seconds(1);
        let claimed = self.store.claim_follow_ups(now, until, count_max).await?;
        let count = claimed.len();
        let mut asked: FuturesUnordered<_> =
            claimed.into_iter().map(|due| Box::pin(self.follow_one(due))).collect();
        let mut finished = 0;
        while let Some(done) = asked.next().await {
            finished += usize::from(done);
        }
        Ok(Swept { claimed: count, finished })
    }

    /// Whether there was news, and it is written.
    async fn follow_one(&self, due: FollowUp) -> bool {
        let id = due.transaction.id.clone();
        match self.try_follow(due).await {
            Ok(is_news) => is_news,
            Err(error) => {
                // The claim runs out by itself.
                tracing::warn!(transaction = %id, %error, "cannot write what became of a payment");
                false
            }
        }
    }

    async fn try_follow(&self, due: FollowUp) -> Result<bool, StoreError> {
        let told = match self.standing_of(&due.transaction).await {
            Ok(told) => told,
            Err(error) => {
                tracing::warn!(transaction = %due.transaction.id, %error, "cannot ask what became of a payment");
                return self.ask_after_failure(&due).await.map(|()| false);
            }
        };
        let (transaction, now) = (&due.transaction, self.now());
        let receipt = self.receipt_known(transaction, told.as_ref()).await?;
        let News { transaction: changed, events, odd, receipt } = match told {
            Some(told) => news(transaction, receipt.as_ref(), told, now),
            // What failed here may never have reached the upstream.
            None if transaction.status == PaymentStatus::Failed => News::default(),
            None => News { odd: vec!["the upstream does not know it".to_owned()], ..News::default() },
        };
        // The same difference is not told again at each question.
        let odd = if due.ask_count == 1 { odd } else { Vec::new() };
        let found: Vec<Discrepancy> =
            odd.into_iter().map(|what| self.discrepancy(transaction, what)).collect();
        let Some(changed) = changed else {
            if !found.is_empty() && self.is_in_motion(transaction).await? {
                return self.ask_anew(transaction, now).await.map(|()| false);
            }
            return self.ask_again(&due, found).await.map(|()| false);
        };
        let is_paid = changed.status == PaymentStatus::Paid;
        match self.store.record_change(changed, receipt, events, found).await? {
            Recorded::Written => return Ok(true),
            Recorded::Outstanding if is_paid => {
                if let Err(error) = Box::pin(self.make_way(transaction)).await {
                    tracing::warn!(transaction = %transaction.id, %error, "an open window is in the way of what was paid");
                }
            }
            // What was told is older than the record, and may not be held against what the record has become.
            Recorded::Outstanding | Recorded::Changed => {}
        }
        self.ask_anew(transaction, now).await.map(|()| false)
    }

    /// The receipt of a payment, where the upstream tells of one.
    async fn receipt_known(
        &self,
        transaction: &Transaction,
        told: Option<&Standing>,
    ) -> Result<Option<CashReceipt>, StoreError> {
        if told.is_none_or(|told| told.cash_receipt.is_none()) {
            return Ok(None);
        }
        self.store.payment_receipt(&transaction.store_id, &transaction.order.payment_id).await
    }

    /// Whether a call of ours may explain what the upstream tells: one that is open, or whose result was written while
    /// the upstream was asked.
    async fn is_in_motion(&self, transaction: &Transaction) -> Result<bool, StoreError> {
        let payment = &transaction.order.payment_id;
        if self.store.open_attempt_on(&transaction.store_id, payment).await?.is_some() {
            return Ok(true);
        }
        let read = self.store.transaction(&transaction.id).await?;
        Ok(read.is_none_or(|read| read.revision != transaction.revision))
    }

    /// Asks once more when the call has ended, as if for the first time: what is odd then is told.
    async fn ask_anew(&self, transaction: &Transaction, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.store.hasten_follow_ups(vec![transaction.id.clone()], now + OUTSTANDING_WAIT).await
    }

    /// Where a payment stands upstream; `None` where the upstream does not know it.
    pub(crate) async fn standing_of(
        &self,
        transaction: &Transaction,
    ) -> Result<Option<Standing>, EngineError> {
        let directory = self.directory();
        let entry = directory.entry(&transaction.channel.key).ok_or_else(|| {
            EngineError::ChannelNotFound(format!("channel `{}` is gone", transaction.channel.key))
        })?;
        let subject = AttemptSubject::Standing { payment_id: transaction.order.payment_id.clone() };
        let id: AttemptId = made(AttemptId::parse(transaction.id.as_str()));
        match self.inquire(entry.adapter()?, attempt(&id, transaction.requested_at, subject)).await? {
            Finding::Happened(outcome) => match *outcome {
                Outcome::Standing(standing) => Ok(Some(*standing)),
                other => {
                    tracing::error!(transaction = %transaction.id, ?other, "the inquiry found something else");
                    Err(EngineError::UnknownOutcome)
                }
            },
            Finding::DidNotHappen => Ok(None),
            Finding::Declined(_) | Finding::NotYet => Err(EngineError::UnknownOutcome),
        }
    }

    /// The upstream could not be asked. What waits for nothing is asked about because of a message, and not for ever.
    async fn ask_after_failure(&self, due: &FollowUp) -> Result<(), StoreError> {
        let waits = due.transaction.awaited_until().is_some();
        let next = (waits || due.ask_count < HINT_ASK_COUNT_MAX)
            .then(|| self.now() + wait(due.ask_count).min(due.transaction.wait_max()));
        self.store.end_follow_up(&due.transaction.id, due.until, next, Vec::new()).await
    }

    /// Says when to ask next; with the last question goes what is still open.
    async fn ask_again(&self, due: &FollowUp, mut found: Vec<Discrepancy>) -> Result<(), StoreError> {
        let transaction = &due.transaction;
        let now = self.now();
        let next = match transaction.awaited_until() {
            Some(until) if now < until => {
                let wait = wait(due.ask_count).min(transaction.wait_max());
                Some((now + wait).min(until))
            }
            Some(_) => {
                let open = transaction.requested_cancels().map(|cancel| &cancel.id);
                let what = |id| format!("the cancel {id} was accepted, and the PG never told how it ended");
                found.extend(open.map(|id| self.discrepancy(transaction, what(id))));
                None
            }
            None => None,
        };
        self.store.end_follow_up(&transaction.id, due.until, next, found).await
    }
}

/// 1, 2, 4, … 512 minutes.
fn wait(ask_count: u32) -> TimeDelta {
    TimeDelta::minutes(FIRST_WAIT_MINUTES << ask_count.clamp(1, 10).saturating_sub(1))
}
