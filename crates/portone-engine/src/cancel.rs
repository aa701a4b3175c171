//! Cancel a payment in whole or in part; close a virtual account.

use chrono::{DateTime, Utc};
use portone_core::{
    AttemptSubject, CallContext, Cancel, CancelStatus, CancellationId, CancelledFacts, CloseVirtualAccount,
    Command, CommandKind, Money, Outcome, PaymentId, TransactionId, admit,
};

use crate::call::{after_call, attempt, log_advice};
use crate::engine::{Engine, made};
use crate::error::EngineError;
use crate::event::Event;
use crate::ledger::{
    AppliedPromotion, CancelAdjustment, Cancellation, IssueResult, OpenAttempt, OpenSubject, PaymentStatus,
    Transaction,
};
use crate::port::{Begin, Settle, SettleTransaction};
use crate::promotion::{RetainOption, share};
use crate::request::{Caller, CancelRequest};
use crate::transition;

/// How often a request starts again because the record changed under it.
pub(crate) const RETRY_COUNT_MAX: u32 = 5;

impl Engine {
    /// Cancels a payment. The answer is the cancel, done (`SUCCEEDED`) or accepted (`REQUESTED`; rule V2-063).
    pub async fn cancel(&self, request: CancelRequest) -> Result<Cancellation, EngineError> {
        // Boxed: every caller would hold the call and its settling.
        match Box::pin(self.cancel_as_it_stands(&request)).await {
            // Its gateway may have stood still until another took the request up again, and did it.
            Err(refusal) if request.caller.operation.is_some() => {
                let transaction = self.payment(&request.caller.store_id, &request.payment_id).await?;
                let done = cancelled_before(&request.caller, &transaction).cloned();
                done.ok_or(refusal)
            }
            told => told,
        }
    }

    async fn cancel_as_it_stands(&self, request: &CancelRequest) -> Result<Cancellation, EngineError> {
        for _ in 0..RETRY_COUNT_MAX {
            let mut transaction = self.payment(&request.caller.store_id, &request.payment_id).await?;
            if let Some(done) = cancelled_before(&request.caller, &transaction) {
                return Ok(done.clone());
            }
            let mut parts = CancelParts::decide(request, &transaction, self.config.cancel_count_max)?;
            if parts.given_back() < transaction.cancellable() {
                transaction = self.learn_card(transaction).await;
                parts = CancelParts::decide(request, &transaction, self.config.cancel_count_max)?;
            }
            if let Some(result) = self.cancel_once(request, transaction, parts).await? {
                return Ok(result);
            }
        }
        Err(EngineError::UnknownOutcome)
    }

    /// One try; `None` when the record changed before the attempt was durable.
    async fn cancel_once(
        &self,
        request: &CancelRequest,
        transaction: Transaction,
        parts: CancelParts,
    ) -> Result<Option<Cancellation>, EngineError> {
        let directory = self.directory();
        let entry = directory.entry(&transaction.channel.key).ok_or_else(|| {
            EngineError::ChannelNotFound(format!("channel `{}` is gone", transaction.channel.key))
        })?;
        let now = self.now();
        let command = Command::Cancel(parts.command(request, &transaction, now));
        self.may_begin(request.caller.operation.as_ref(), now)?;
        let id = self.attempt_id_for(&request.caller, now);
        let ctx = CallContext { now, attempt: id.clone() };
        let admitted = admit(entry.adapter()?, &command, &ctx).map_err(EngineError::Invalid)?;
        log_advice(&transaction.channel.key, &admitted);
        let cancellation_id = match request.caller.operation {
            Some(_) => made(CancellationId::parse(id.as_str())),
            None => self.new_cancellation_id(now),
        };
        let cancellation = parts.cancellation(request, cancellation_id, now);
        let open = self.open_cancel(request, &transaction, cancellation.clone(), id, now);
        match self.store.begin_on_transaction(open.clone(), &transaction.id, transaction.revision).await? {
            Begin::Begun => {}
            Begin::Outstanding => return Err(EngineError::UnknownOutcome),
            Begin::Changed | Begin::Scheduled => return Ok(None),
        }
        let subject = AttemptSubject::Cancel {
            payment_id: request.payment_id.clone(),
            amount: Money::new(parts.given_back(), transaction.order.amount.currency),
            cancelled_before: transaction.given_back(),
        };
        let answer = self.call(&open.channel, &admitted, attempt(&open.id, now, subject)).await;
        match self.done(&open, answer).await? {
            Outcome::Cancelled(facts) => {
                let settled =
                    self.settle_cancel(&open, transaction, cancellation, request.skip_webhook, facts).await?;
                Ok(Some(settled))
            }
            other => {
                tracing::error!(attempt = %open.id, ?other, "a cancel answered with something else");
                Err(EngineError::UnknownOutcome)
            }
        }
    }

    fn open_cancel(
        &self,
        request: &CancelRequest,
        transaction: &Transaction,
        cancellation: Cancellation,
        id: portone_core::AttemptId,
        now: DateTime<Utc>,
    ) -> OpenAttempt {
        let subject = OpenSubject::Cancel {
            payment_id: request.payment_id.clone(),
            transaction_id: transaction.id.clone(),
            cancellation: Box::new(cancellation),
            skip_webhook: request.skip_webhook,
            cancelled_before: transaction.given_back(),
        };
        self.open_attempt(
            id,
            &transaction.store_id,
            CommandKind::Cancel,
            &transaction.channel.key,
            subject,
            now,
        )
    }

    /// Writes a cancel that the PG did or accepted.
    pub(crate) async fn settle_cancel(
        &self,
        open: &OpenAttempt,
        transaction: Transaction,
        mut cancellation: Cancellation,
        skip_webhook: bool,
        facts: CancelledFacts,
    ) -> Result<Cancellation, EngineError> {
        cancellation.status = facts.status;
        cancellation.pg_cancellation_id = facts.pg_cancellation_id;
        cancellation.upstream_id = facts.upstream_id;
        cancellation.cancelled_at = match facts.status {
            CancelStatus::Succeeded => Some(facts.cancelled_at.unwrap_or_else(|| self.now())),
            CancelStatus::Requested | CancelStatus::Failed => None,
        };
        let done = cancellation.clone();
        let id = transaction.id.clone();
        let settled = self.settle_along(open, transaction, Along::default(), |transaction, now| {
            transition::cancelled(transaction, done.clone(), skip_webhook, now)
        });
        match settled.await? {
            Settled::Here => Ok(cancellation),
            Settled::Elsewhere => self.cancelled_elsewhere(&id, cancellation).await,
        }
    }

    /// Another gateway has settled a cancel while its call was on its way: as done, or as not done. In the latter case the
    /// shop may have asked again, and a sum that has changed at the PG is the next cancel's.
    async fn cancelled_elsewhere(
        &self,
        id: &TransactionId,
        cancellation: Cancellation,
    ) -> Result<Cancellation, EngineError> {
        let stored = after_call(self.store.transaction(id).await)?;
        let stored = stored.ok_or_else(|| EngineError::PaymentNotFound(id.to_string()))?;
        let kept = stored.cancellations.into_iter().find(|kept| kept.id == cancellation.id);
        kept.ok_or_else(|| {
            tracing::error!(transaction = %id, cancel = %cancellation.id, "settled as not done before its answer came");
            EngineError::UnknownOutcome
        })
    }

    /// Closes a virtual account that waits for its deposit (rule V2-068). Closing twice is one close.
    pub async fn close_virtual_account(
        &self,
        caller: &Caller,
        payment_id: &PaymentId,
    ) -> Result<DateTime<Utc>, EngineError> {
        let transaction = self.payment(&caller.store_id, payment_id).await?;
        if transaction.status != PaymentStatus::VirtualAccountIssued {
            return Err(EngineError::PaymentNotWaitingForDeposit(transaction.status.code()));
        }
        let directory = self.directory();
        let entry = directory.entry(&transaction.channel.key).ok_or_else(|| {
            EngineError::ChannelNotFound(format!("channel `{}` is gone", transaction.channel.key))
        })?;
        let now = self.now();
        let command = Command::CloseVirtualAccount(CloseVirtualAccount { payment_id: payment_id.clone() });
        let id = self.new_attempt_id(now);
        let ctx = CallContext { now, attempt: id.clone() };
        let admitted = admit(entry.adapter()?, &command, &ctx).map_err(EngineError::Invalid)?;
        let subject = OpenSubject::CloseVirtualAccount {
            payment_id: payment_id.clone(),
            transaction_id: transaction.id.clone(),
        };
        let kind = CommandKind::CloseVirtualAccount;
        let open = self.open_attempt(id, &caller.store_id, kind, &transaction.channel.key, subject, now);
        match self.store.begin_on_transaction(open.clone(), &transaction.id, transaction.revision).await? {
            Begin::Begun => {}
            Begin::Outstanding | Begin::Changed | Begin::Scheduled => {
                return Err(EngineError::UnknownOutcome);
            }
        }
        let subject = AttemptSubject::CloseVirtualAccount { payment_id: payment_id.clone() };
        let answer = self.call(&open.channel, &admitted, attempt(&open.id, now, subject)).await;
        let Outcome::VirtualAccountClosed { closed_at } = self.done(&open, answer).await? else {
            return Err(EngineError::UnknownOutcome);
        };
        self.settle_close(&open, transaction, closed_at).await?;
        Ok(closed_at)
    }

    /// Writes that an account was closed.
    pub(crate) async fn settle_close(
        &self,
        open: &OpenAttempt,
        transaction: Transaction,
        closed_at: DateTime<Utc>,
    ) -> Result<(), EngineError> {
        let id = made(CancellationId::parse(open.id.as_str()));
        self.settle_on(open, transaction, |transaction, now| {
            transition::closed(transaction, closed_at, id.clone(), now)
        })
        .await
    }

    /// Writes a change of a transaction together with the end of the attempt that caused it. Where the record changed
    /// meanwhile (a comparison filled in the card), it is read again and changed anew.
    pub(crate) async fn settle_on(
        &self,
        open: &OpenAttempt,
        transaction: Transaction,
        change: impl Fn(Transaction, DateTime<Utc>) -> (Transaction, Vec<Event>),
    ) -> Result<(), EngineError> {
        self.settle_along(open, transaction, Along::default(), change).await.map(drop)
    }

    /// Settles an attempt on a transaction, with what belongs to the same commit.
    pub(crate) async fn settle_along(
        &self,
        open: &OpenAttempt,
        mut transaction: Transaction,
        along: Along,
        change: impl Fn(Transaction, DateTime<Utc>) -> (Transaction, Vec<Event>),
    ) -> Result<Settled, EngineError> {
        for _ in 0..RETRY_COUNT_MAX {
            let id = transaction.id.clone();
            let (transaction_after, events) = change(transaction, self.now());
            let settle = SettleTransaction {
                attempt: open.id.clone(),
                opened_at: Some(open.opened_at),
                transaction: transaction_after,
                events,
                verify_at: along.verify_at,
                run_again_at: None,
                key: along.key.clone(),
            };
            match after_call(self.store.settle_transaction(settle).await)? {
                Settle::Settled => return Ok(Settled::Here),
                Settle::AlreadySettled => return Ok(Settled::Elsewhere),
                Settle::Changed => {}
            }
            let read = after_call(self.store.transaction(&id).await)?;
            transaction = read.ok_or_else(|| EngineError::PaymentNotFound(id.to_string()))?;
        }
        // The attempt stays open, so the sweep settles it.
        Err(EngineError::UnknownOutcome)
    }
}

/// Who settled an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Settled {
    /// This call.
    Here,
    /// Another gateway, before.
    Elsewhere,
}

/// What is written along with a transaction.
#[derive(Debug, Clone, Default)]
pub(crate) struct Along {
    /// When it is compared with the upstream's record.
    pub(crate) verify_at: Option<DateTime<Utc>>,
    /// What became of the billing key that was to be issued with it.
    pub(crate) key: Option<IssueResult>,
}

/// The cancel that the same request made before (rule V2-012).
fn cancelled_before<'t>(caller: &Caller, transaction: &'t Transaction) -> Option<&'t Cancellation> {
    let operation = caller.operation.as_ref()?;
    transaction.cancellations.iter().find(|cancel| cancel.id.as_str() == operation.id.as_str())
}

/// How much of what is cancelled, decided by the ledger.
#[derive(Debug, Clone, Copy)]
struct CancelParts {
    amount: i64,
    tax_free: i64,
    vat: i64,
    cancellable: i64,
    cancellable_tax_free: i64,
    /// What the payment's promotion makes of it.
    adjustment: Option<CancelAdjustment>,
}

impl CancelParts {
    /// Decides the parts, or says which documented error applies (rules V2-060 to V2-062).
    fn decide(
        request: &CancelRequest,
        transaction: &Transaction,
        count_max: u32,
    ) -> Result<Self, EngineError> {
        match transaction.status {
            PaymentStatus::Paid | PaymentStatus::PartialCancelled => {}
            PaymentStatus::Cancelled => return Err(EngineError::PaymentAlreadyCancelled),
            PaymentStatus::Ready
            | PaymentStatus::PayPending
            | PaymentStatus::VirtualAccountIssued
            | PaymentStatus::Failed => return Err(EngineError::PaymentNotPaid(transaction.status.code())),
        }
        let cancellable = transaction.cancellable();
        if cancellable == 0 {
            return Err(EngineError::PaymentAlreadyCancelled);
        }
        if let Some(given) = request.current_cancellable.filter(|given| *given != cancellable) {
            return Err(EngineError::CancellableAmountBroken { given, actual: cancellable });
        }
        if transaction.cancellations.len() >= count_max as usize {
            return Err(EngineError::CancelCountReached(count_max));
        }
        let amount = request.amount.unwrap_or(cancellable);
        if amount > cancellable {
            return Err(EngineError::CancelAmountExceeds { amount, cancellable });
        }
        let mut parts = Self::split(request, transaction, amount, cancellable)?;
        if let Some(promotion) = &transaction.promotion {
            parts.adjustment = Some(parts.adjust(request, transaction, promotion)?);
        }
        Ok(parts)
    }

    fn split(
        request: &CancelRequest,
        transaction: &Transaction,
        amount: i64,
        cancellable: i64,
    ) -> Result<Self, EngineError> {
        let ordered = &transaction.order.amount;
        let cancellable_tax_free = ordered.tax_free.unwrap_or(0) - transaction.cancelled_tax_free();
        let whole = amount == cancellable;
        let tax_free = request.tax_free.unwrap_or(if whole { cancellable_tax_free } else { 0 });
        if tax_free > cancellable_tax_free {
            return Err(EngineError::CancelTaxFreeExceeds {
                amount: tax_free,
                cancellable: cancellable_tax_free,
            });
        }
        let (taxable, cancellable_taxable) = (amount - tax_free, cancellable - cancellable_tax_free);
        if taxable > cancellable_taxable {
            return Err(EngineError::CancelTaxExceeds { amount: taxable, cancellable: cancellable_taxable });
        }
        let rest_of_vat = (ordered.effective_vat() - transaction.cancelled_vat()).max(0);
        let vat = request.vat.unwrap_or(if whole { rest_of_vat } else { taxable.max(0) / 11 });
        if tax_free.saturating_add(vat) > amount {
            return Err(EngineError::SumOfPartsExceedsCancel);
        }
        Ok(Self { amount, tax_free, vat, cancellable, cancellable_tax_free, adjustment: None })
    }

    /// What a promotion makes of the cancel: what the discount loses, and the parts of what goes back (rule V2-067).
    fn adjust(
        &self,
        request: &CancelRequest,
        transaction: &Transaction,
        promotion: &AppliedPromotion,
    ) -> Result<CancelAdjustment, EngineError> {
        let remaining = self.cancellable - self.amount;
        let retains = retains(request.retain_option, transaction, remaining)?;
        let before = transaction.discount();
        let total = transaction.order.amount.total;
        let released = before - promotion.discount_left(total, remaining, before, retains);
        let back = self.amount - released;
        if back <= 0 {
            return Err(EngineError::NegativeAdjustedCancel { amount: self.amount, released });
        }
        let held = Held::of(transaction);
        let remaining_free = self.cancellable_tax_free - self.tax_free;
        let kept_free = if remaining > 0 { share(remaining_free, held.total - back, remaining) } else { 0 };
        // Neither part can give back more than it holds.
        let least = (back - (held.total - held.tax_free)).max(0);
        let tax_free = (held.tax_free - kept_free).clamp(least, held.tax_free.min(back));
        let vat = request.vat.map_or(0, |vat| share(vat, back, self.amount));
        let vat = vat.min(held.vat).min(back - tax_free).max(0);
        Ok(CancelAdjustment { retains, released, tax_free, vat })
    }

    /// What goes back to the payer.
    fn given_back(&self) -> i64 {
        self.amount - self.adjustment.map_or(0, |adjustment| adjustment.released)
    }

    fn command(&self, request: &CancelRequest, transaction: &Transaction, now: DateTime<Utc>) -> Cancel {
        // A cancel of everything lets the upstream compute; of a part, the tax-free share is told where there is one.
        let has_tax_free = transaction.order.amount.tax_free.is_some_and(|part| part > 0);
        let tells_tax_free = match self.adjustment {
            Some(_) => has_tax_free,
            None => request.tax_free.is_some() || (has_tax_free && self.amount == self.cancellable),
        };
        let held = Held::of(transaction);
        let (tax_free, vat) = self.adjustment.map_or((self.tax_free, self.vat), |it| (it.tax_free, it.vat));
        Cancel {
            payment_id: request.payment_id.clone(),
            amount: Money::new(self.given_back(), transaction.order.amount.currency),
            tax_free: tells_tax_free.then_some(tax_free),
            vat: request.vat.map(|_| vat),
            reason: request.reason.clone(),
            requester: request.requester,
            refund_account: request.refund_account.clone(),
            cancellable: held.total,
            cancellable_tax_free: held.tax_free,
            ordered_vat: transaction.charged().vat,
            method: transaction.method,
            card: transaction.card.clone(),
            paid_at: transaction.paid_at.unwrap_or(now),
        }
    }

    fn cancellation(&self, request: &CancelRequest, id: CancellationId, now: DateTime<Utc>) -> Cancellation {
        Cancellation {
            id,
            status: CancelStatus::Requested,
            total: self.amount,
            tax_free: self.tax_free,
            vat: self.vat,
            reason: request.reason.clone(),
            requester: request.requester,
            pg_cancellation_id: None,
            upstream_id: None,
            requested_at: now,
            cancelled_at: None,
            adjustment: self.adjustment,
        }
    }
}

/// What the PG still holds of a payment, in minor units.
struct Held {
    total: i64,
    tax_free: i64,
    vat: i64,
}

impl Held {
    fn of(transaction: &Transaction) -> Self {
        let charged = transaction.charged();
        let (tax_free, vat) = match &transaction.promotion {
            None => (transaction.cancelled_tax_free(), transaction.cancelled_vat()),
            Some(_) => transaction
                .adjustments()
                .fold((0, 0), |(tax_free, vat), it| (tax_free + it.tax_free, vat + it.vat)),
        };
        Self {
            total: charged.total - transaction.given_back(),
            tax_free: charged.tax_free.unwrap_or(0) - tax_free,
            vat: (charged.effective_vat() - vat).max(0),
        }
    }
}

/// Whether the rate of the discount is kept. Of one payment every partial cancel does the same (rule V2-067); to a cancel
/// of all that is left it makes no difference, so that one need not say it again.
fn retains(
    option: Option<RetainOption>,
    transaction: &Transaction,
    remaining: i64,
) -> Result<bool, EngineError> {
    let earlier = transaction.adjustments().next().map(|adjustment| adjustment.retains);
    let asked = match (option, earlier) {
        (None, Some(earlier)) if remaining == 0 => earlier,
        (option, _) => option == Some(RetainOption::Retain),
    };
    match earlier {
        Some(earlier) if earlier != asked => {
            Err(EngineError::RetainOptionChanged(if earlier { "RETAIN" } else { "RELEASE" }))
        }
        Some(_) | None => Ok(asked),
    }
}
