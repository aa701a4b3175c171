//! Comparing with the upstream: an immediate answer to a card payment tells only a number and a time. A little later the
//! upstream's own record fills in the rest, and a difference in id or amount raises an alarm.

use chrono::TimeDelta;
use futures_util::{StreamExt as _, stream::FuturesUnordered};
use portone_core::{AttemptId, AttemptSubject, Finding, Money, Outcome};

use crate::call::attempt;
use crate::engine::{Engine, delta, made};
use crate::error::EngineError;
use crate::ledger::{Discrepancy, Transaction};
use crate::port::{Settle, StoreError};
use crate::settle::Swept;
use crate::transition;

impl Engine {
    /// Takes up to `count_max` card payments that are due to be compared, and compares them side by side. A step for the
    /// binary's loop.
    pub async fn verify_paid(&self, count_max: usize) -> Result<Swept, StoreError> {
        let now = self.now();
        let until = now + delta(self.config.inquiry_deadline) * 2 + TimeDelta::seconds(60);
        let claimed = self.store.claim_verifications(now, until, count_max).await?;
        let count = claimed.len();
        let mut asked: FuturesUnordered<_> =
            claimed.into_iter().map(|paid| Box::pin(self.verify_one(paid))).collect();
        let mut finished = 0;
        while let Some(done) = asked.next().await {
            finished += usize::from(done);
        }
        Ok(Swept { claimed: count, finished })
    }

    async fn verify_one(&self, transaction: Transaction) -> bool {
        let id = transaction.id.clone();
        match self.try_verify(transaction).await {
            Ok(settled) => settled == Settle::Settled,
            Err(error) => {
                tracing::warn!(transaction = %id, %error, "cannot compare with the upstream yet");
                false
            }
        }
    }

    pub(crate) async fn try_verify(&self, mut transaction: Transaction) -> Result<Settle, EngineError> {
        let directory = self.directory();
        let entry = directory.entry(&transaction.channel.key).ok_or_else(|| {
            EngineError::ChannelNotFound(format!("channel `{}` is gone", transaction.channel.key))
        })?;
        let amount = transaction.charged();
        let subject = AttemptSubject::Pay {
            payment_id: transaction.order.payment_id.clone(),
            amount: Money::new(amount.total, amount.currency),
        };
        let id: AttemptId = made(AttemptId::parse(transaction.id.as_str()));
        let finding = self.inquire(entry.adapter()?, attempt(&id, transaction.requested_at, subject)).await?;
        let differs = difference(&transaction, &finding);
        if let Finding::Happened(outcome) = finding
            && let Outcome::Paid(facts) = *outcome
        {
            transaction.receipt_url = facts.receipt_url.or(transaction.receipt_url);
            transaction.paid_by = facts.method.or(transaction.paid_by);
            transition::merge_card(&mut transaction, facts.card);
            transaction.updated_at = self.now();
        }
        let found = differs.map(|what| self.discrepancy(&transaction, what));
        Ok(self.store.finish_verification(transaction, found).await?)
    }

    pub(crate) fn discrepancy(&self, transaction: &Transaction, what: String) -> Discrepancy {
        tracing::error!(transaction = %transaction.id, what, "our ledger and the upstream's differ");
        Discrepancy {
            found_at: self.now(),
            store_id: transaction.store_id.clone(),
            payment_id: transaction.order.payment_id.clone(),
            transaction_id: transaction.id.clone(),
            what,
        }
    }
}

/// What the upstream tells that our ledger does not.
fn difference(ours: &Transaction, finding: &Finding) -> Option<String> {
    let facts = match finding {
        Finding::Happened(outcome) => match &**outcome {
            Outcome::Paid(facts) => facts,
            other => return Some(format!("paid here, but the upstream says {other:?}")),
        },
        Finding::Declined(decline) => return Some(format!("paid here, but declined upstream: {decline}")),
        Finding::DidNotHappen => return Some("paid here, but unknown to the upstream".to_owned()),
        Finding::NotYet => return Some("paid here, but still open upstream".to_owned()),
    };
    let charged = ours.charged().total;
    if let Some(total) = facts.total.filter(|total| *total != charged) {
        return Some(format!("{charged} here, but {total} upstream"));
    }
    let here = ours.pg_tx_id.as_ref()?;
    (facts.pg_tx_id != *here).then(|| format!("PG transaction {here} here, but {} upstream", facts.pg_tx_id))
}
