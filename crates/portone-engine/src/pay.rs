//! Pay: by card number, into a virtual account, or with a billing key.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use futures_util::future::Either;
use portone_core::{
    AttemptSubject, BillingKey, CallContext, CardFacts, Cause, ChannelKey, Command, CommandKind, CustomerUid,
    InstantMethod, Money, Order, Outcome, PayMethod, PayWithBillingKey, PaymentAmount, PaymentId,
    PaymentScheduleId,
};
use portone_router::Purpose;

use crate::call::{Answer, after_call, attempt};
use crate::discount::Grant;
use crate::engine::{Engine, delta, made};
use crate::error::EngineError;
use crate::fail_over::{Asked, Commands, Redraw};
use crate::idempotency::may_be_own_doing;
use crate::ledger::{
    BillingKeyRecord, BillingKeyStatus, ChannelSnapshot, GroupSnapshot, ImpUid, KeyChannelState, OpenSubject,
    PaymentStatus, Platform, Transaction,
};
use crate::port::{Begin, BeginPayment, NewTransaction, Settle, SettleTransaction};
use crate::request::{Caller, Extras, Paid, PayInstantlyRequest, PayWithBillingKeyRequest, Selector};
use crate::routing::{Routed, Routing};
use crate::run_schedules::ScheduleRun;
use crate::transition::{self, Change};

impl Engine {
    /// Pays by card number, or issues a virtual account.
    pub async fn pay_instantly(&self, request: PayInstantlyRequest) -> Result<Paid, EngineError> {
        let operation = request.caller.operation.clone();
        if request.caller.is_resumed()
            && let Some(told) = Box::pin(self.paid_before(operation.as_ref())).await?
        {
            return told;
        }
        let told = match request.pay.order.promotion_id {
            None => self.pay_once(request, None).await,
            // Boxed: rare, and it would make every payment's future larger.
            Some(_) => Box::pin(self.pay_promoted(request)).await,
        };
        match told {
            Err(refusal) if may_be_own_doing(operation.as_ref(), &refusal) => {
                Box::pin(self.paid_or(operation.as_ref(), refusal)).await
            }
            told => told,
        }
    }

    /// Pays an order that names a promotion. Where others take what is left of its budget meanwhile, it has too little.
    async fn pay_promoted(&self, request: PayInstantlyRequest) -> Result<Paid, EngineError> {
        check_parts(&request.pay.order.amount)?;
        let (store, order) = (&request.caller.store_id, &request.pay.order);
        let grant = self.grant(store, order, card_of(&request.pay.method).as_ref(), false).await?;
        match self.pay_once(request.clone(), grant).await {
            Err(EngineError::PromotionBudgetTaken) => {}
            told => return told,
        }
        self.outrun(store, order)?;
        self.pay_once(request, None).await
    }

    async fn pay_once(
        &self,
        request: PayInstantlyRequest,
        grant: Option<Grant>,
    ) -> Result<Paid, EngineError> {
        check_parts(&request.pay.order.amount)?;
        let directory = self.directory();
        let ctx = self.context_of(&request.caller);
        let (draft, selector, command) = drafted(request, grant);
        let store_id = draft.caller.store_id.clone();
        let routing =
            Routing { directory: &directory, store_id: &store_id, ctx: &ctx, face: draft.caller.face };
        let routed = routing.select(self, &selector, &command)?;
        let group = match &selector {
            Selector::Channel(_) => None,
            Selector::Group(id) => Some(routing.group(id)?),
        };
        let redraw =
            group.and_then(|group| routing.redraw(group, Purpose::OneTime, Commands::Same(&command)));
        // Boxed: the call and its settling are most of a payment, and every caller would hold them.
        Box::pin(self.pay(draft, routed, &ctx, None, redraw.as_ref())).await
    }

    /// Pays with a billing key: at the channel named, else drawn by the group's current weights among the channels that
    /// hold a key (rules SR-070 to SR-076).
    pub async fn pay_with_billing_key(&self, request: PayWithBillingKeyRequest) -> Result<Paid, EngineError> {
        let operation = request.caller.operation.clone();
        if request.caller.is_resumed()
            && let Some(told) = Box::pin(self.paid_before(operation.as_ref())).await?
        {
            return told;
        }
        match self.pay_by_key(request, None).await {
            // Boxed: rare, and it would make every payment's future larger.
            Err(refusal) if may_be_own_doing(operation.as_ref(), &refusal) => {
                Box::pin(self.paid_or(operation.as_ref(), refusal)).await
            }
            told => told,
        }
    }

    /// Pays with a billing key, at once or by a schedule that was taken up.
    pub(crate) fn pay_by_key(
        &self,
        request: PayWithBillingKeyRequest,
        run: Option<ScheduleRun>,
    ) -> impl Future<Output = Result<Paid, EngineError>> + Send {
        match request.order.promotion_id {
            None => Either::Left(self.pay_once_by_key(request, run, None)),
            // Boxed: rare, and it would make every payment's future larger.
            Some(_) => Either::Right(Box::pin(self.pay_promoted_by_key(request, run))),
        }
    }

    /// As [`Self::pay_promoted`], with a billing key.
    async fn pay_promoted_by_key(
        &self,
        request: PayWithBillingKeyRequest,
        run: Option<ScheduleRun>,
    ) -> Result<Paid, EngineError> {
        check_parts(&request.order.amount)?;
        let card = self.usable_key(&request.caller, &request.billing_key).await?.card;
        let (store, order) = (&request.caller.store_id, &request.order);
        let grant = self.grant(store, order, Some(&card), run.is_some()).await?;
        match self.pay_once_by_key(request.clone(), run.clone(), grant).await {
            Err(EngineError::PromotionBudgetTaken) => {}
            told => return told,
        }
        self.outrun(store, order)?;
        self.pay_once_by_key(request, run, None).await
    }

    async fn pay_once_by_key(
        &self,
        request: PayWithBillingKeyRequest,
        run: Option<ScheduleRun>,
        grant: Option<Grant>,
    ) -> Result<Paid, EngineError> {
        check_parts(&request.order.amount)?;
        let record = self.usable_key(&request.caller, &request.billing_key).await?;
        let directory = self.directory();
        let ctx = self.context_of(&request.caller);
        let order = &request.order;
        let charged = order.promotion_id.as_ref().map(|_| Grant::charged(grant.as_ref(), order));
        let commands = commands_by_channel(&request, charged.as_ref().unwrap_or(order), &record);
        let store_id = request.caller.store_id.clone();
        let routing =
            Routing { directory: &directory, store_id: &store_id, ctx: &ctx, face: request.caller.face };
        let purpose = Purpose::BillingKeyPayment;
        let (routed, redraw) = match (&request.channel_key, &record.channel_group) {
            (Some(key), _) => (routing.pinned(key, purpose, commands.get(key))?, None),
            (None, Some(group)) => {
                let group = routing.group(&group.id)?;
                let routed = routing.drawn(self, group, purpose, |key| commands.get(key))?;
                (routed, routing.redraw(group, purpose, Commands::Each(&commands)))
            }
            (None, None) => {
                let key = commands.keys().next().ok_or(EngineError::BillingKeyNotFound)?;
                (routing.pinned(key, purpose, commands.get(key))?, None)
            }
        };
        let (schedule_id, again_at) = run.map_or((None, None), |run| (Some(run.id), run.again_at));
        let draft = Draft {
            order: request.order,
            method: record.method,
            card: Some(CardFacts { installment_month: request.installment_month, ..record.card }),
            billing_key: Some(record.key),
            customer_uid: record.customer_uid,
            caller: request.caller,
            extras: request.extras,
            schedule_id,
            grant,
        };
        self.pay(draft, routed, &ctx, again_at, redraw.as_ref()).await
    }

    pub(crate) async fn usable_key(
        &self,
        caller: &Caller,
        key: &BillingKey,
    ) -> Result<BillingKeyRecord, EngineError> {
        let record = self.billing_key(&caller.store_id, key).await?;
        if record.status == BillingKeyStatus::Deleted {
            Err(EngineError::BillingKeyAlreadyDeleted)
        } else {
            Ok(record)
        }
    }

    /// Intent, call, result: the order of these three is what keeps money safe. Where the PG did not take it and a policy says
    /// so, the same again elsewhere.
    async fn pay(
        &self,
        draft: Draft,
        routed: Routed<'_>,
        ctx: &CallContext,
        again_at: Option<DateTime<Utc>>,
        redraw: Option<&Redraw<'_>>,
    ) -> Result<Paid, EngineError> {
        self.may_begin(draft.caller.operation.as_ref(), ctx.now)?;
        let Routed { channel, group, admitted, decision } = routed;
        let budget = draft.grant.as_ref().map(|grant| grant.budget);
        let transaction = draft.transaction(channel, group, ctx);
        let payment_id = transaction.order.payment_id.clone();
        let subject =
            OpenSubject::Pay { payment_id: payment_id.clone(), transaction_id: transaction.id.clone() };
        let kind = admitted.command().kind();
        let id = ctx.attempt.clone();
        let open =
            self.open_attempt(id, &transaction.store_id, kind, &transaction.channel.key, subject, ctx.now);
        let count_max = self.config.transaction_count_max;
        let begun = self.store.begin_payment(NewTransaction {
            transaction: transaction.clone(),
            decision,
            attempt: open,
            transaction_count_max: count_max,
            budget,
            events: Vec::new(),
            key: None,
            instead_of: None,
        });
        match begun.await? {
            BeginPayment::Begun => {}
            BeginPayment::Outstanding => return Err(EngineError::UnknownOutcome),
            BeginPayment::AlreadyPaid => return Err(EngineError::AlreadyPaid),
            BeginPayment::TransactionCountReached => {
                return Err(EngineError::TransactionCountReached(count_max));
            }
            BeginPayment::Scheduled => return Err(EngineError::ScheduleExists),
            BeginPayment::BudgetTaken => return Err(EngineError::PromotionBudgetTaken),
        }
        let subject = pay_subject(payment_id, &transaction.charged());
        let answer =
            self.call(&transaction.channel.key, &admitted, attempt(&ctx.attempt, ctx.now, subject)).await;
        match redraw.filter(|redraw| redraw.reason(&transaction.channel, &answer).is_some()) {
            None => self.settle_payment(transaction, answer, kind, ctx, again_at).await,
            // Boxed: rare, and it would make every payment's future larger.
            Some(redraw) => {
                let asked = Asked { transaction, answer, kind, budget, again_at };
                Box::pin(self.fail_over(redraw, asked, ctx)).await
            }
        }
    }

    /// Writes what the call came to, then tells it.
    pub(crate) async fn settle_payment(
        &self,
        transaction: Transaction,
        answer: Answer,
        kind: CommandKind,
        ctx: &CallContext,
        again_at: Option<DateTime<Utc>>,
    ) -> Result<Paid, EngineError> {
        let now = self.now();
        let mut run_again_at = None;
        let verify_at = self.config.verify_after.map(|after| now + delta(after));
        let (change, verify_at, told): (Change, _, _) = match answer {
            Answer::Done(Outcome::Paid(facts)) => {
                let paid = Paid { pg_tx_id: facts.pg_tx_id.to_string(), paid_at: facts.paid_at };
                (transition::paid(transaction, facts, now), verify_at, Ok(paid))
            }
            Answer::Done(Outcome::VirtualAccountIssued(facts)) => {
                let paid = Paid { pg_tx_id: facts.pg_tx_id.to_string(), paid_at: facts.issued_at };
                (transition::virtual_account_issued(transaction, facts, now), None, Ok(paid))
            }
            Answer::Declined(decline) => {
                let change = transition::failed(transaction, transition::refusal(&decline), now);
                (change, None, Err(EngineError::Declined(decline)))
            }
            Answer::Unavailable(cause) => {
                let mut change = transition::failed(transaction, transition::unreached(&cause), now);
                run_again_at = again_at.filter(|_| matches!(cause, Cause::NotSent(_)));
                if run_again_at.is_some() {
                    // The schedule has not failed yet, and whoever hears that it has may pay under another id.
                    change.1.clear();
                }
                (change, None, Err(EngineError::Unavailable(cause)))
            }
            Answer::Done(other) => {
                tracing::error!(attempt = %ctx.attempt, command = kind.name(), ?other, "answered with something else");
                return Err(EngineError::UnknownOutcome);
            }
            Answer::Unknown => return Err(EngineError::UnknownOutcome),
        };
        let (transaction, events) = change;
        let attempt = ctx.attempt.clone();
        let settle = SettleTransaction {
            attempt,
            opened_at: None,
            transaction,
            events,
            verify_at,
            run_again_at,
            key: None,
        };
        match after_call(self.store.settle_transaction(settle.clone()).await)? {
            Settle::Settled => told,
            Settle::AlreadySettled | Settle::Changed => {
                // Boxed: rare, and it would make every payment's future larger.
                Box::pin(self.settle_late(settle, kind, ctx)).await?;
                told
            }
        }
    }

    /// Another gateway has settled the payment while this call was on its way: usually from the same record upstream,
    /// and then nothing is left to do. But where it concluded that the payment did not happen and it did, what the PG
    /// says wins: the charge must not be lost.
    async fn settle_late(
        &self,
        late: SettleTransaction,
        kind: CommandKind,
        ctx: &CallContext,
    ) -> Result<(), EngineError> {
        let id = late.transaction.id.clone();
        let stored = after_call(self.store.transaction(&id).await)?;
        let stored = stored.ok_or_else(|| EngineError::PaymentNotFound(id.to_string()))?;
        if stored.status != PaymentStatus::Failed || late.transaction.status == PaymentStatus::Failed {
            return Ok(());
        }
        tracing::error!(transaction = %id, "settled as failed, and then the PG said it happened: the PG's word wins");
        let now = self.now();
        let subject =
            OpenSubject::Pay { payment_id: stored.order.payment_id.clone(), transaction_id: id.clone() };
        let (store_id, channel) = (&stored.store_id, &stored.channel.key);
        let attempt = self.open_attempt(self.new_attempt_id(now), store_id, kind, channel, subject, now);
        let again = attempt.id.clone();
        if after_call(self.store.begin_on_transaction(attempt, &id, stored.revision).await)? != Begin::Begun {
            tracing::error!(transaction = %id, attempt = %ctx.attempt, "cannot correct it: the payment is being retried");
            return Err(EngineError::UnknownOutcome);
        }
        let transaction = Transaction { revision: stored.revision, seq: stored.seq, ..late.transaction };
        let settle = SettleTransaction { attempt: again, transaction, ..late };
        match after_call(self.store.settle_transaction(settle).await)? {
            Settle::Settled => Ok(()),
            Settle::AlreadySettled | Settle::Changed => Err(EngineError::UnknownOutcome),
        }
    }

    pub(crate) fn context(&self) -> CallContext {
        let now = self.now();
        CallContext { now, attempt: self.new_attempt_id(now) }
    }

    fn context_of(&self, caller: &Caller) -> CallContext {
        let now = self.now();
        CallContext { now, attempt: self.attempt_id_for(caller, now) }
    }
}

/// A payment before it is routed, without anything secret.
pub(crate) struct Draft {
    pub(crate) order: Order,
    pub(crate) method: PayMethod,
    pub(crate) card: Option<CardFacts>,
    pub(crate) billing_key: Option<BillingKey>,
    pub(crate) customer_uid: Option<CustomerUid>,
    pub(crate) caller: Caller,
    pub(crate) extras: Extras,
    pub(crate) schedule_id: Option<PaymentScheduleId>,
    pub(crate) grant: Option<Grant>,
}

impl Draft {
    /// The record as it is written before the PG is called.
    pub(crate) fn transaction(
        self,
        channel: ChannelSnapshot,
        channel_group: Option<GroupSnapshot>,
        ctx: &CallContext,
    ) -> Transaction {
        let now: DateTime<Utc> = ctx.now;
        Transaction {
            id: made(portone_core::TransactionId::parse(ctx.attempt.as_str())),
            store_id: self.caller.store_id,
            seq: 1,
            revision: 0,
            imp_uid: ImpUid::default(),
            face: self.caller.face,
            platform: Platform::Api,
            status: PaymentStatus::PayPending,
            order: self.order,
            method: self.method,
            channel,
            channel_group,
            billing_key: self.billing_key,
            customer_uid: self.customer_uid,
            schedule_id: self.schedule_id,
            custom_data: self.extras.custom_data,
            notice_urls: self.extras.notice_urls,
            skip_webhook: self.extras.skip_webhook,
            origin_ip: self.caller.ip,
            requested_at: now,
            updated_at: now,
            status_changed_at: now,
            paid_at: None,
            failed_at: None,
            captured_at: None,
            cancelled_at: None,
            pg_tx_id: None,
            receipt_url: None,
            card: self.card,
            virtual_account: None,
            paid_by: None,
            confirm_url: None,
            window_until: None,
            escrow: None,
            delivery: None,
            wallet: None,
            failure: None,
            rerouted_to: None,
            cancellations: Vec::new(),
            promotion: self.grant.map(|grant| grant.applied),
        }
    }
}

/// An instant payment before it is routed: what is recorded, where it may go, and what the PG hears.
fn drafted(request: PayInstantlyRequest, grant: Option<Grant>) -> (Draft, Selector, Command) {
    let PayInstantlyRequest { caller, selector, mut pay, extras } = request;
    let order = pay.order.clone();
    if order.promotion_id.is_some() {
        pay.order = Grant::charged(grant.as_ref(), &order);
    }
    let draft = Draft {
        order,
        method: pay.method.pay_method(),
        card: card_of(&pay.method),
        billing_key: None,
        customer_uid: None,
        caller,
        extras,
        schedule_id: None,
        grant,
    };
    (draft, selector, Command::PayInstantly(pay))
}

/// The command each channel that holds a key would get for an order: they differ in the PG's key only.
pub(crate) fn commands_by_channel(
    request: &PayWithBillingKeyRequest,
    order: &Order,
    record: &BillingKeyRecord,
) -> BTreeMap<ChannelKey, Command> {
    let held = record.channels.iter().filter_map(|part| match &part.state {
        KeyChannelState::Issued(pg_billing_key) => Some((part.channel.key.clone(), pg_billing_key.clone())),
        KeyChannelState::Pending | KeyChannelState::Failed(_) | KeyChannelState::Deleted => None,
    });
    let command = |pg_billing_key| {
        Command::PayWithBillingKey(PayWithBillingKey {
            order: order.clone(),
            pg_billing_key,
            method: record.method,
            issue_email: record.customer.email.clone(),
            card: Some(record.card.clone()),
            installment_month: request.installment_month,
            use_free_interest_from_merchant: request.use_free_interest_from_merchant,
            use_card_point: request.use_card_point,
            cash_receipt: request.cash_receipt.clone(),
            locale: request.locale.clone(),
        })
    };
    held.map(|(channel, key)| (channel, command(key))).collect()
}

fn card_of(method: &InstantMethod) -> Option<CardFacts> {
    match method {
        InstantMethod::Card(pay) => {
            Some(CardFacts { installment_month: pay.installment_month, ..pay.card.facts() })
        }
        InstantMethod::VirtualAccount(_) => None,
    }
}

pub(crate) fn pay_subject(payment_id: PaymentId, amount: &PaymentAmount) -> AttemptSubject {
    AttemptSubject::Pay { payment_id, amount: Money::new(amount.total, amount.currency) }
}

/// Rule V2-033: the parts may not exceed the total.
pub(crate) fn check_parts(amount: &PaymentAmount) -> Result<(), EngineError> {
    let parts = amount.tax_free.unwrap_or(0).saturating_add(amount.vat.unwrap_or(0));
    if parts > amount.total { Err(EngineError::SumOfPartsExceedsTotal) } else { Ok(()) }
}
