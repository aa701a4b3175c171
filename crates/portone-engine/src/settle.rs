//! Settling what is unknown: attempts whose call was interrupted, or whose gateway died, are inquired until the upstream
//! tells. Absence counts only once the lease has run out, since an upstream works on after a disconnect (rule V2-013).

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::{StreamExt as _, stream::FuturesUnordered};
use portone_core::{AttemptId, AttemptSubject, EscrowDelivery, Finding, Money, Outcome, TransactionId};

use crate::call::attempt;
use crate::engine::{Engine, delta, made};
use crate::error::EngineError;
use crate::key_window::key_marker;
use crate::ledger::{
    Failure, IssueResult, KeyChannelState, KeyFailure, OpenAttempt, OpenSubject, Transaction,
};
use crate::port::StoreError;
use crate::receipt::ReceiptFound;
use crate::transition;
use crate::window;

/// What one step of a background duty did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    /// How many it took up.
    pub claimed: usize,
    /// How many of them it finished.
    pub finished: usize,
}

/// The longest wait between two inquiries of one attempt.
const INQUIRY_WAIT_MAX: TimeDelta = TimeDelta::seconds(30);

/// How long an inquiry waits at a channel where not even probes are answered.
const DARK_WAIT: TimeDelta = TimeDelta::seconds(30);

impl Engine {
    /// Takes up to `count_max` attempts whose inquiry is due, asks their upstreams side by side, and settles those that
    /// are told. A step for the binary's loop; any number of gateways may run it on one store.
    pub async fn settle_unknown(&self, count_max: usize) -> Result<Swept, StoreError> {
        let now = self.now();
        // Long enough that no other gateway takes them up before this one has asked.
        let until = now + delta(self.config.inquiry_deadline) * 2 + TimeDelta::seconds(1);
        let claimed = self.store.claim_attempts(now, until, count_max).await?;
        let count = claimed.len();
        let mut asked: FuturesUnordered<_> =
            claimed.into_iter().map(|open| Box::pin(self.settle_one(open))).collect();
        let mut finished = 0;
        while let Some(done) = asked.next().await {
            finished += usize::from(done);
        }
        Ok(Swept { claimed: count, finished })
    }

    async fn settle_one(&self, open: OpenAttempt) -> bool {
        if self.circuits.is_dark(&open.channel, self.now()) {
            // Probes fail there: thousands of inquiries would only wait, and make those of other channels wait.
            self.ask_after(&open, DARK_WAIT).await;
            return false;
        }
        match self.try_settle(&open).await {
            Ok(true) => {
                tracing::info!(attempt = %open.id, command = open.command.name(), "settled by inquiry");
                true
            }
            Ok(false) => {
                self.ask_later(&open).await;
                false
            }
            Err(error) => {
                tracing::warn!(attempt = %open.id, command = open.command.name(), %error, "cannot settle yet");
                self.ask_later(&open).await;
                false
            }
        }
    }

    /// Asks again after 1, 2, 4, … 30 s. If this cannot be written the claim runs out by itself.
    async fn ask_later(&self, open: &OpenAttempt) {
        let wait =
            TimeDelta::seconds(1 << open.inquiry_count.clamp(1, 6).saturating_sub(1)).min(INQUIRY_WAIT_MAX);
        self.ask_after(open, wait).await;
    }

    /// Asks again after a wait, which the lease's end cuts short: absence counts from there.
    async fn ask_after(&self, open: &OpenAttempt, wait: TimeDelta) {
        let now = self.now();
        let at = if now < open.lease_until { (now + wait).min(open.lease_until) } else { now + wait };
        if let Err(error) = self.store.postpone_attempt(&open.id, at).await {
            tracing::error!(attempt = %open.id, %error, "cannot schedule the next inquiry");
        }
    }

    /// Whether the attempt is settled now.
    pub(crate) async fn try_settle(&self, open: &OpenAttempt) -> Result<bool, EngineError> {
        if !open.subject.is_inquired() {
            return Ok(false);
        }
        if matches!(open.subject, OpenSubject::AskWallet { .. }) && self.now() < open.lease_until {
            // Where the payment stands tells what was given back, and never that the wallet is still at it.
            return Ok(false);
        }
        let directory = self.directory();
        let entry = directory
            .entry(&open.channel)
            .ok_or_else(|| EngineError::ChannelNotFound(format!("channel `{}` is gone", open.channel)))?;
        let Some(subject) = self.subject_of(open).await? else {
            return Ok(true);
        };
        // What is absent when it is asked about may be booked before the answer is read.
        let asked_at = self.now();
        let finding = self.inquire(entry.adapter()?, attempt(&marker(open), open.opened_at, subject)).await?;
        let now = self.now();
        match finding {
            Finding::Happened(outcome) => self.settle_happened(open, *outcome).await.map(|()| true),
            Finding::Declined(decline) => {
                self.settle_refused(open, transition::refusal(&decline), now).await.map(|()| true)
            }
            Finding::DidNotHappen if asked_at >= open.lease_until => {
                let reason = "the upstream knows nothing of it after its deadline: it did not happen";
                let failure = Failure { reason: reason.to_owned(), pg_code: None, pg_message: None };
                self.settle_absent(open, failure, now).await.map(|()| true)
            }
            Finding::NotYet => {
                if let OpenSubject::Window { transaction_id, .. }
                | OpenSubject::IssueAndPayWindow { transaction_id, .. } = &open.subject
                {
                    let transaction = self.transaction_of(transaction_id).await?;
                    self.put_off_window(open, transaction).await?;
                }
                Ok(false)
            }
            Finding::DidNotHappen => Ok(false),
        }
    }

    /// What to inquire about; `None` where the ledger already has the result.
    async fn subject_of(&self, open: &OpenAttempt) -> Result<Option<AttemptSubject>, EngineError> {
        Ok(Some(match &open.subject {
            OpenSubject::Pay { payment_id, transaction_id } => {
                let transaction = self.transaction_of(transaction_id).await?;
                let amount = transaction.charged();
                AttemptSubject::Pay {
                    payment_id: payment_id.clone(),
                    amount: Money::new(amount.total, amount.currency),
                }
            }
            OpenSubject::Cancel { payment_id, transaction_id, cancellation, cancelled_before, .. } => {
                let transaction = self.transaction_of(transaction_id).await?;
                AttemptSubject::Cancel {
                    payment_id: payment_id.clone(),
                    amount: Money::new(cancellation.given_back(), transaction.order.amount.currency),
                    cancelled_before: *cancelled_before,
                }
            }
            OpenSubject::CloseVirtualAccount { payment_id, .. } => {
                AttemptSubject::CloseVirtualAccount { payment_id: payment_id.clone() }
            }
            OpenSubject::Window { transaction_id, .. }
            | OpenSubject::Confirm { transaction_id, .. }
            | OpenSubject::IssueAndPayWindow { transaction_id, .. }
            | OpenSubject::ConfirmIssueAndPay { transaction_id, .. } => {
                window::inquired(&self.transaction_of(transaction_id).await?)
            }
            OpenSubject::Capture { payment_id, .. } => {
                AttemptSubject::Capture { payment_id: payment_id.clone() }
            }
            OpenSubject::StopCancel { payment_id, upstream_cancellation_id, .. } => {
                AttemptSubject::StopCancel {
                    payment_id: payment_id.clone(),
                    upstream_cancellation_id: upstream_cancellation_id.clone(),
                }
            }
            OpenSubject::IssueBillingKey { .. }
            | OpenSubject::KeyWindow { .. }
            | OpenSubject::ConfirmKey { .. } => AttemptSubject::IssueBillingKey,
            OpenSubject::RegisterEscrowLogistics { payment_id, company, invoice_number, .. } => {
                AttemptSubject::RegisterEscrowLogistics {
                    payment_id: payment_id.clone(),
                    company: *company,
                    invoice_number: invoice_number.clone(),
                }
            }
            OpenSubject::ConfirmEscrow { payment_id, .. } => {
                AttemptSubject::ConfirmEscrow { payment_id: payment_id.clone() }
            }
            OpenSubject::RegisterStoreReceipt { payment_id, .. } => {
                AttemptSubject::RegisterStoreReceipt { payment_id: payment_id.clone() }
            }
            OpenSubject::ConfirmDelivery { .. } => return Err(EngineError::UnknownOutcome),
            OpenSubject::AskWallet { payment_id, .. } => {
                AttemptSubject::Standing { payment_id: payment_id.clone() }
            }
            OpenSubject::IssueCashReceipt { payment_id, total, .. } => {
                self.receipt_subject(&open.store_id, payment_id, *total).await?
            }
            OpenSubject::CancelCashReceipt { payment_id, .. } => {
                AttemptSubject::CancelCashReceipt { payment_id: payment_id.clone() }
            }
            OpenSubject::DeleteBillingKey { billing_key, skip_webhook } => {
                let record = self.store.billing_key(&open.store_id, billing_key).await?;
                let channels = record.map(|record| record.channels).unwrap_or_default();
                let held =
                    channels.into_iter().find(|part| part.channel.key == open.channel).map(|part| part.state);
                let Some(KeyChannelState::Issued(pg_billing_key)) = held else {
                    self.store.settle_delete(&open.id, true, *skip_webhook, self.now()).await?;
                    return Ok(None);
                };
                AttemptSubject::DeleteBillingKey { pg_billing_key }
            }
        }))
    }

    /// Nothing came of it. An approval changed nothing then, so that what was authenticated may be approved again.
    pub(crate) async fn settle_absent(
        &self,
        open: &OpenAttempt,
        failure: Failure,
        now: DateTime<Utc>,
    ) -> Result<(), EngineError> {
        match &open.subject {
            OpenSubject::Confirm { transaction_id, .. }
            | OpenSubject::ConfirmIssueAndPay { transaction_id, .. } => {
                let transaction = self.transaction_of(transaction_id).await?;
                self.reopen_window(open, transaction).await
            }
            OpenSubject::ConfirmKey { billing_key } => {
                let record = self.store.billing_key(&open.store_id, billing_key).await?;
                self.reopen_key_window(open, &record.ok_or(EngineError::BillingKeyNotFound)?).await
            }
            _ => self.settle_refused(open, failure, now).await,
        }
    }

    pub(crate) async fn settle_happened(
        &self,
        open: &OpenAttempt,
        outcome: Outcome,
    ) -> Result<(), EngineError> {
        match (&open.subject, outcome) {
            (
                OpenSubject::Pay { transaction_id, .. },
                outcome @ (Outcome::Paid(_) | Outcome::VirtualAccountIssued(_)),
            ) => {
                let transaction = self.transaction_of(transaction_id).await?;
                self.settle_paid(open, transaction, outcome).await
            }
            (
                OpenSubject::Cancel { transaction_id, cancellation, skip_webhook, .. },
                Outcome::Cancelled(facts),
            ) => {
                let transaction = self.transaction_of(transaction_id).await?;
                let cancellation = (**cancellation).clone();
                self.settle_cancel(open, transaction, cancellation, *skip_webhook, facts).await.map(|_| ())
            }
            (
                OpenSubject::CloseVirtualAccount { transaction_id, .. },
                Outcome::VirtualAccountClosed { closed_at },
            ) => {
                let transaction = self.transaction_of(transaction_id).await?;
                self.settle_close(open, transaction, closed_at).await
            }
            (
                OpenSubject::Window { transaction_id, .. } | OpenSubject::Confirm { transaction_id, .. },
                outcome @ (Outcome::Paid(_) | Outcome::VirtualAccountIssued(_)),
            )
            | (
                OpenSubject::IssueAndPayWindow { transaction_id, .. }
                | OpenSubject::ConfirmIssueAndPay { transaction_id, .. },
                outcome @ Outcome::IssuedAndPaid { .. },
            ) => {
                let transaction = self.transaction_of(transaction_id).await?;
                self.settle_window(open, transaction, outcome).await
            }
            (OpenSubject::Capture { transaction_id, .. }, Outcome::Captured) => {
                let transaction = self.transaction_of(transaction_id).await?;
                self.settle_capture(open, transaction).await
            }
            (
                OpenSubject::StopCancel { transaction_id, cancellation_id, .. },
                Outcome::CancelStopped { .. },
            ) => {
                let transaction = self.transaction_of(transaction_id).await?;
                self.settle_stop(open, transaction, cancellation_id).await
            }
            (
                OpenSubject::IssueBillingKey { .. }
                | OpenSubject::KeyWindow { .. }
                | OpenSubject::ConfirmKey { .. },
                Outcome::BillingKeyIssued(facts),
            ) => {
                self.store.settle_issue(&open.id, facts.into(), self.now()).await?;
                Ok(())
            }
            (OpenSubject::DeleteBillingKey { skip_webhook, .. }, Outcome::BillingKeyDeleted { .. }) => {
                self.store.settle_delete(&open.id, true, *skip_webhook, self.now()).await?;
                Ok(())
            }
            (OpenSubject::IssueCashReceipt { receipt_id, .. }, Outcome::CashReceiptIssued(facts)) => {
                self.settle_receipt_happened(open, receipt_id, ReceiptFound::Issued(facts)).await
            }
            (
                OpenSubject::CancelCashReceipt { receipt_id, .. },
                Outcome::CashReceiptCancelled { cancelled_at, .. },
            ) => self.settle_receipt_happened(open, receipt_id, ReceiptFound::Cancelled(cancelled_at)).await,
            (_, other) => self.settle_delivered(open, other).await,
        }
    }

    /// Writes what became of a delivery, of an escrow's end, and of a sales slip.
    async fn settle_delivered(&self, open: &OpenAttempt, outcome: Outcome) -> Result<(), EngineError> {
        match (&open.subject, outcome) {
            (
                OpenSubject::RegisterEscrowLogistics {
                    transaction_id, company, invoice_number, sent_at, ..
                },
                Outcome::EscrowLogisticsRegistered { applied_at },
            ) => {
                let delivery = EscrowDelivery {
                    company: company.code().to_owned(),
                    invoice_number: invoice_number.clone(),
                    sent_at: Some(*sent_at),
                    applied_at: Some(applied_at),
                };
                let transaction = self.transaction_of(transaction_id).await?;
                self.settle_logistics(open, transaction, delivery).await
            }
            (OpenSubject::ConfirmEscrow { transaction_id, .. }, Outcome::EscrowConfirmed { .. }) => {
                let transaction = self.transaction_of(transaction_id).await?;
                self.settle_escrow_confirmed(open, transaction).await
            }
            (OpenSubject::RegisterStoreReceipt { .. }, Outcome::StoreReceiptRegistered { .. }) => {
                self.store.drop_attempt(open).await?;
                Ok(())
            }
            (OpenSubject::ConfirmDelivery { transaction_id, told, .. }, Outcome::DeliveryConfirmed) => {
                let transaction = self.transaction_of(transaction_id).await?;
                self.settle_delivery(open, transaction, *told).await
            }
            (OpenSubject::AskWallet { transaction_id, call, .. }, Outcome::Standing(standing)) => {
                let transaction = self.transaction_of(transaction_id).await?;
                self.settle_wallet(open, transaction, *call, &standing).await
            }
            (_, other) => {
                tracing::error!(attempt = %open.id, ?other, "the inquiry found something else than was asked for");
                Err(EngineError::UnknownOutcome)
            }
        }
    }

    async fn settle_paid(
        &self,
        open: &OpenAttempt,
        transaction: Transaction,
        outcome: Outcome,
    ) -> Result<(), EngineError> {
        self.settle_on(open, transaction, |transaction, now| match outcome.clone() {
            Outcome::VirtualAccountIssued(facts) => {
                transition::virtual_account_issued(transaction, facts, now)
            }
            Outcome::Paid(facts) => transition::paid(transaction, facts, now),
            _ => (transaction, Vec::new()),
        })
        .await
    }

    async fn settle_refused(
        &self,
        open: &OpenAttempt,
        failure: Failure,
        now: DateTime<Utc>,
    ) -> Result<(), EngineError> {
        match &open.subject {
            OpenSubject::Pay { transaction_id, .. } => {
                let transaction = self.transaction_of(transaction_id).await?;
                self.settle_on(open, transaction, |transaction, now| {
                    transition::failed(transaction, failure.clone(), now)
                })
                .await
            }
            OpenSubject::Window { transaction_id, .. }
            | OpenSubject::IssueAndPayWindow { transaction_id, .. } => {
                let transaction = self.transaction_of(transaction_id).await?;
                let failure = if failure.pg_code.is_none() { window::abandoned() } else { failure };
                self.fail_window(open, transaction, failure).await
            }
            OpenSubject::Confirm { transaction_id, .. }
            | OpenSubject::ConfirmIssueAndPay { transaction_id, .. } => {
                let transaction = self.transaction_of(transaction_id).await?;
                self.fail_window(open, transaction, failure).await
            }
            OpenSubject::Cancel { .. }
            | OpenSubject::CloseVirtualAccount { .. }
            | OpenSubject::Capture { .. }
            | OpenSubject::StopCancel { .. }
            | OpenSubject::RegisterEscrowLogistics { .. }
            | OpenSubject::ConfirmEscrow { .. }
            | OpenSubject::RegisterStoreReceipt { .. }
            | OpenSubject::ConfirmDelivery { .. }
            | OpenSubject::AskWallet { .. } => {
                self.store.drop_attempt(open).await?;
                Ok(())
            }
            OpenSubject::IssueCashReceipt { receipt_id, .. }
            | OpenSubject::CancelCashReceipt { receipt_id, .. } => {
                self.settle_receipt_refused(open, receipt_id, failure).await
            }
            OpenSubject::IssueBillingKey { .. } | OpenSubject::ConfirmKey { .. } => {
                let result = IssueResult::Failed(key_failure(failure, now));
                self.store.settle_issue(&open.id, result, now).await?;
                Ok(())
            }
            OpenSubject::KeyWindow { .. } => {
                let result = IssueResult::Failed(key_failure(window::abandoned(), now));
                self.store.settle_issue(&open.id, result, now).await?;
                Ok(())
            }
            OpenSubject::DeleteBillingKey { skip_webhook, .. } => {
                self.store.settle_delete(&open.id, false, *skip_webhook, now).await?;
                Ok(())
            }
        }
    }

    async fn transaction_of(&self, id: &TransactionId) -> Result<Transaction, EngineError> {
        let found = self.store.transaction(id).await?;
        found.ok_or_else(|| EngineError::PaymentNotFound(id.to_string()))
    }
}

/// What the upstream keeps of an attempt: a payment's is its transaction's id, which outlives the attempt.
fn marker(open: &OpenAttempt) -> AttemptId {
    match &open.subject {
        OpenSubject::Pay { transaction_id, .. }
        | OpenSubject::Window { transaction_id, .. }
        | OpenSubject::Confirm { transaction_id, .. }
        | OpenSubject::IssueAndPayWindow { transaction_id, .. }
        | OpenSubject::ConfirmIssueAndPay { transaction_id, .. }
        | OpenSubject::AskWallet { transaction_id, .. } => made(AttemptId::parse(transaction_id.as_str())),
        OpenSubject::KeyWindow { billing_key } | OpenSubject::ConfirmKey { billing_key } => {
            key_marker(billing_key)
        }
        OpenSubject::Cancel { .. }
        | OpenSubject::CloseVirtualAccount { .. }
        | OpenSubject::Capture { .. }
        | OpenSubject::StopCancel { .. }
        | OpenSubject::IssueBillingKey { .. }
        | OpenSubject::DeleteBillingKey { .. }
        | OpenSubject::RegisterEscrowLogistics { .. }
        | OpenSubject::ConfirmEscrow { .. }
        | OpenSubject::RegisterStoreReceipt { .. }
        | OpenSubject::ConfirmDelivery { .. }
        | OpenSubject::IssueCashReceipt { .. }
        | OpenSubject::CancelCashReceipt { .. } => open.id.clone(),
    }
}

/// A payment's failure as a billing key's.
pub(crate) fn key_failure(failure: Failure, now: DateTime<Utc>) -> KeyFailure {
    // Without a code the PG was never heard: it still counts as the PG's failure, not as an invalid request.
    let pg_code = failure.pg_code.unwrap_or_else(|| "NOT_PROCESSED".to_owned());
    let pg_message = failure.pg_message.unwrap_or_else(|| failure.reason.clone());
    KeyFailure {
        message: failure.reason,
        pg_code: Some(pg_code),
        pg_message: Some(pg_message),
        failed_at: now,
    }
}
