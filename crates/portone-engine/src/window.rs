//! Payments in a window: open it, and approve from the server what its payer authenticated (rules V2-050, V2-051).
//!
//! While a window is open its payment has an open attempt, so that nobody pays it by another way; the sweep asks the
//! upstream what became of it, and fails it once nobody can finish it any more. An approval takes the window's place, and
//! gives it back where it changed nothing.

use chrono::{DateTime, TimeDelta, Utc};
use portone_core::{
    Admitted, AttemptId, AttemptSubject, CallContext, Command, CommandKind, ConfirmPayment, Currency,
    Environment, Money, OpenWindow, Outcome, PaymentAmount, PaymentId, SdkCall, Secret, WindowPayment, admit,
};

use crate::call::{Answer, attempt};
use crate::cancel::Along;
use crate::engine::{Engine, delta, made};
use crate::error::EngineError;
use crate::event::EventTrigger;
use crate::ledger::{Failure, IssueResult, OpenAttempt, OpenSubject, PaymentStatus, Platform, Transaction};
use crate::pay::{Draft, check_parts};
use crate::port::{Begin, BeginPayment, NewTransaction, SwapAttempt};
use crate::request::{Caller, Extras, Paid, Selector};
use crate::routing::Routing;
use crate::session::FixedAmount;
use crate::taken::as_taken;
use crate::transition::{self, Change};
use crate::window_token::upstream_token;

/// How long after its end here a payer may still pay at a window, at most: PGs' own sessions end
/// after ten to thirty minutes.
const LATE_PAYER_MAX: TimeDelta = TimeDelta::minutes(30);
/// How long the sweep leaves an open window alone at first: most payers are done by then and somebody told us.
pub(crate) const FIRST_LOOK_AFTER: TimeDelta = TimeDelta::minutes(5);

/// Refusals that leave the payer's authentication as it was.
const TOKEN_INVALID: &str = "INVALID_PAYMENT_TOKEN";
const MISMATCH: &str = "INFORMATION_MISMATCH";

/// A payment window to open.
#[derive(Debug)]
pub struct OpenWindowRequest {
    /// Who asks.
    pub caller: Caller,
    /// Which channel.
    pub selector: Selector,
    /// The window.
    pub window: WindowPayment,
    /// For the shop.
    pub extras: Extras,
}

/// A window that may be opened now: its transaction is durable.
#[derive(Debug)]
pub struct OpenedWindow {
    /// The transaction, `READY`; its id is the `txId` that a shop gives at the approval.
    pub transaction: Transaction,
    /// What our page calls the upstream's browser SDK with.
    pub call: SdkCall,
}

/// The approval of what a payer authenticated. Members that are absent are not compared.
#[derive(Debug)]
pub struct ConfirmPaymentRequest {
    /// Who asks.
    pub caller: Caller,
    /// The payment.
    pub payment_id: PaymentId,
    /// What the window gave: as [`payment_token`] words it, or the upstream's own, for a shop that opens the upstream's window
    /// by itself.
    pub payment_token: Secret<String>,
    /// The transaction.
    pub tx_id: Option<String>,
    /// The currency.
    pub currency: Option<Currency>,
    /// The total, in minor units.
    pub total: Option<i64>,
    /// The tax-free part, in minor units.
    pub tax_free: Option<i64>,
    /// Whether the channel is a test one.
    pub is_test: Option<bool>,
    /// Mutes the announcement of the success.
    pub skip_webhook: bool,
}

impl Engine {
    /// Opens a payment window: routed, compared with what was registered, and durable as `READY` before anybody sees it.
    pub async fn open_window(&self, request: OpenWindowRequest) -> Result<OpenedWindow, EngineError> {
        let OpenWindowRequest { caller, selector, window, extras } = request;
        let (order, confirm_url) = (window.order.clone(), window.confirm_url.clone());
        let (method, asked_method) = (window.method.pay_method(), window.method.code());
        let platform = Platform::of(window.settings.os);
        let directory = self.directory();
        let ctx = self.context();
        let command = Command::OpenWindow(OpenWindow::Payment(Box::new(window)));
        let store_id = caller.store_id.clone();
        let routing = Routing { directory: &directory, store_id: &store_id, ctx: &ctx, face: caller.face };
        // The channel's rules come first: they tell everything that is wrong together.
        let routed = routing.select(self, &selector, &command)?;
        let confirm_url = self.checked_confirm_url(confirm_url.as_deref())?;
        check_parts(&order.amount)?;
        self.check_registered(&caller.store_id, &order.payment_id, &order.amount).await?;
        let method = method.ok_or_else(|| {
            EngineError::ChannelNotFound(format!("no channel opens a window for {asked_method}"))
        })?;
        let call = window_call(&routed.admitted, &ctx)?;
        self.refuse_promotion_in_window(&caller.store_id, &order)?;
        let draft = Draft {
            order,
            method,
            card: None,
            billing_key: None,
            customer_uid: None,
            caller,
            extras,
            schedule_id: None,
            grant: None,
        };
        let mut transaction = draft.transaction(routed.channel, routed.group, &ctx);
        (transaction.status, transaction.platform) = (PaymentStatus::Ready, platform);
        transaction.window_until = Some(self.window_until(&transaction));
        transaction.confirm_url = confirm_url;
        let count_max = self.config.transaction_count_max;
        let new = NewTransaction {
            events: vec![transition::opened(&transaction)],
            attempt: self.window_attempt(&transaction),
            transaction: transaction.clone(),
            decision: routed.decision,
            transaction_count_max: count_max,
            budget: None,
            key: None,
            instead_of: None,
        };
        self.begin_window(new).await?;
        Ok(OpenedWindow { transaction, call })
    }

    /// Makes a window's payment durable. A window of the same payment that nobody has finished makes room for it.
    pub(crate) async fn begin_window(&self, new: NewTransaction) -> Result<(), EngineError> {
        let count_max = new.transaction_count_max;
        let mut begun = self.store.begin_payment(new.clone()).await?;
        if begun == BeginPayment::Outstanding && Box::pin(self.make_room(&new.transaction)).await? {
            begun = self.store.begin_payment(new).await?;
        }
        match begun {
            BeginPayment::Begun => Ok(()),
            BeginPayment::Outstanding => Err(EngineError::UnknownOutcome),
            BeginPayment::AlreadyPaid => Err(EngineError::AlreadyPaid),
            BeginPayment::TransactionCountReached => Err(EngineError::TransactionCountReached(count_max)),
            BeginPayment::Scheduled => Err(EngineError::ScheduleExists),
            BeginPayment::BudgetTaken => Err(EngineError::PromotionBudgetTaken),
        }
    }

    /// Until when a window may be paid in: a V1 upstream charges by itself, and so does a PG that has put off what was paid.
    pub(crate) fn window_until(&self, transaction: &Transaction) -> DateTime<Utc> {
        transaction.requested_at + delta(self.config.window_life) + LATE_PAYER_MAX
    }

    /// The attempt that a window is while it is open: named as its transaction.
    pub(crate) fn window_attempt(&self, transaction: &Transaction) -> OpenAttempt {
        let opened_at = transaction.requested_at;
        let (command, subject) = window_subject(transaction);
        OpenAttempt {
            id: marker(transaction),
            store_id: transaction.store_id.clone(),
            command,
            channel: transaction.channel.key.clone(),
            opened_at,
            lease_until: opened_at + delta(self.config.window_life),
            next_inquiry_at: self.now().max(opened_at) + FIRST_LOOK_AFTER,
            inquiry_count: 0,
            subject,
        }
    }

    /// Approves what a payer authenticated in a window.
    pub async fn confirm_payment(&self, request: ConfirmPaymentRequest) -> Result<Paid, EngineError> {
        let transaction = self.payment(&request.caller.store_id, &request.payment_id).await?;
        check_status(transaction.status)?;
        check_information(&request, &transaction)?;
        self.check_still_registered(&transaction).await?;
        if transaction.billing_key.is_some() {
            // Its window gives a token that issues a key and pays, and is approved as that.
            return Err(EngineError::InvalidPaymentToken);
        }
        let command = Command::ConfirmPayment(ConfirmPayment {
            payment_id: request.payment_id.clone(),
            payment_token: upstream_token(&request, &transaction)?,
            amount: transaction.order.amount,
            is_test: transaction.channel.environment == Environment::Test,
            method: transaction.method,
            window: marker(&transaction),
        });
        let subject = inquired(&transaction);
        let (open, transaction, answer) =
            self.approve(transaction, &command, subject, request.skip_webhook).await?;
        self.finish_confirm(&open, transaction, answer).await
    }

    /// Asks the shop, makes the approval durable and sends it; what was approved, and what the upstream said.
    pub(crate) async fn approve(
        &self,
        transaction: Transaction,
        command: &Command,
        subject: AttemptSubject,
        skip_webhook: bool,
    ) -> Result<(OpenAttempt, Transaction, Answer), EngineError> {
        let directory = self.directory();
        let key = &transaction.channel.key;
        let entry = directory
            .entry(key)
            .ok_or_else(|| EngineError::ChannelNotFound(format!("channel `{key}` is gone")))?;
        let now = self.now();
        let ctx = CallContext { now, attempt: self.new_attempt_id(now) };
        let admitted = admit(entry.adapter()?, command, &ctx).map_err(EngineError::Invalid)?;
        // Boxed: few windows have a shop to ask, and it would make every approval's future larger.
        Box::pin(self.ask_shop(&transaction)).await?;
        let ctx = CallContext { now: self.now(), ..ctx };
        let (open, transaction) = self.begin_confirm(transaction, skip_webhook, &ctx).await?;
        // The approval has an idempotency key of its own, but what is inquired is the window's transaction.
        let inquired = attempt(&marker(&transaction), open.opened_at, subject);
        let answer = self.call_as(&open.channel, &admitted, &ctx, inquired).await;
        Ok((open, transaction, answer))
    }

    /// Refuses to approve a payment that is not what was registered meanwhile.
    pub(crate) async fn check_still_registered(&self, transaction: &Transaction) -> Result<(), EngineError> {
        let order = &transaction.order;
        match self.check_registered(&transaction.store_id, &order.payment_id, &order.amount).await {
            Err(EngineError::DiffersFromRegistered(what)) => Err(EngineError::InformationMismatch(what)),
            other => other,
        }
    }

    /// Makes the intent durable: the approval in the place of the window.
    async fn begin_confirm(
        &self,
        transaction: Transaction,
        skip_webhook: bool,
        ctx: &CallContext,
    ) -> Result<(OpenAttempt, Transaction), EngineError> {
        let (kind, subject) = confirm_subject(&transaction);
        let (store_id, channel) = (&transaction.store_id, &transaction.channel.key);
        let open = self.open_attempt(ctx.attempt.clone(), store_id, kind, channel, subject, ctx.now);
        let end = marker(&transaction);
        let mut transaction = transition::confirming(transaction, skip_webhook, ctx.now);
        let events = Vec::new();
        let swap = SwapAttempt { end, begin: open.clone(), transaction: transaction.clone(), events };
        match self.store.swap_attempt(swap).await? {
            Begin::Begun => {}
            // Somebody else approves it, or the sweep has just settled it.
            Begin::Outstanding | Begin::Changed | Begin::Scheduled => {
                return Err(EngineError::UnknownOutcome);
            }
        }
        transaction.revision += 1;
        Ok((open, transaction))
    }

    /// Writes what the approval came to, then tells it.
    async fn finish_confirm(
        &self,
        open: &OpenAttempt,
        transaction: Transaction,
        answer: Answer,
    ) -> Result<Paid, EngineError> {
        match answer {
            Answer::Done(outcome @ (Outcome::Paid(_) | Outcome::VirtualAccountIssued(_))) => {
                let paid = match &outcome {
                    Outcome::VirtualAccountIssued(facts) => {
                        Paid { pg_tx_id: facts.pg_tx_id.to_string(), paid_at: facts.issued_at }
                    }
                    Outcome::Paid(facts) => {
                        Paid { pg_tx_id: facts.pg_tx_id.to_string(), paid_at: facts.paid_at }
                    }
                    _ => return Err(EngineError::UnknownOutcome),
                };
                self.settle_window(open, transaction, outcome).await?;
                Ok(paid)
            }
            Answer::Done(other) => {
                tracing::error!(attempt = %open.id, ?other, "an approval answered with something else");
                Err(EngineError::UnknownOutcome)
            }
            Answer::Declined(decline) if decline.code == TOKEN_INVALID => {
                self.reopen_window(open, transaction).await?;
                Err(EngineError::InvalidPaymentToken)
            }
            Answer::Declined(decline) if decline.code == MISMATCH => {
                self.reopen_window(open, transaction).await?;
                Err(EngineError::InformationMismatch("what the window was opened with"))
            }
            Answer::Declined(decline) => {
                let failure = transition::refusal(&decline);
                self.fail_window(open, transaction, failure).await?;
                Err(EngineError::Declined(decline))
            }
            Answer::Unavailable(cause) => {
                self.reopen_window(open, transaction).await?;
                Err(EngineError::Unavailable(cause))
            }
            Answer::Unknown => Err(EngineError::UnknownOutcome),
        }
    }

    /// Writes what a payer paid in a window, or what an approval took. What was paid is compared with the upstream's record
    /// later, which also tells what it was paid with.
    pub(crate) async fn settle_window(
        &self,
        open: &OpenAttempt,
        transaction: Transaction,
        outcome: Outcome,
    ) -> Result<(), EngineError> {
        let trigger = was_put_off(open, &transaction).then_some(EventTrigger::AsyncPayApproved);
        let id = transaction.id.clone();
        let (_, odd) = as_taken(transaction.clone(), &outcome);
        let (verify_at, key) = match &outcome {
            Outcome::Paid(_) => (self.verify_at(), None),
            Outcome::IssuedAndPaid { key, .. } => (self.verify_at(), Some(IssueResult::from(key.clone()))),
            _ => (None, None),
        };
        self.settle_along(open, transaction, Along { verify_at, key }, |transaction, now| {
            let (transaction, _) = as_taken(transaction, &outcome);
            let change = match outcome.clone() {
                Outcome::VirtualAccountIssued(facts) => {
                    transition::virtual_account_issued(transaction, facts, now)
                }
                Outcome::Paid(paid) | Outcome::IssuedAndPaid { paid, .. } => {
                    transition::paid(transaction, paid, now)
                }
                _ => (transaction, Vec::new()),
            };
            triggered(change, trigger)
        })
        .await?;
        match odd {
            Some(what) => self.tell_difference(&id, what).await,
            None => Ok(()),
        }
    }

    /// When what is paid now is compared with the upstream's record.
    fn verify_at(&self) -> Option<DateTime<Utc>> {
        self.config.verify_after.map(|after| self.now() + delta(after))
    }
}

/// Whether the PG had put off what it tells now: nobody but the PG takes an open window's payment further.
pub(crate) fn was_put_off(open: &OpenAttempt, transaction: &Transaction) -> bool {
    matches!(open.subject, OpenSubject::Window { .. } | OpenSubject::IssueAndPayWindow { .. })
        && transaction.status == PaymentStatus::PayPending
}

/// What a window's attempt is about. One whose payment has a billing key issues it.
fn window_subject(transaction: &Transaction) -> (CommandKind, OpenSubject) {
    let (payment_id, transaction_id) = (transaction.order.payment_id.clone(), transaction.id.clone());
    match transaction.billing_key.clone() {
        None => (CommandKind::OpenPaymentWindow, OpenSubject::Window { payment_id, transaction_id }),
        Some(billing_key) => (
            CommandKind::OpenIssueAndPayWindow,
            OpenSubject::IssueAndPayWindow { payment_id, transaction_id, billing_key },
        ),
    }
}

/// What an approval's attempt is about.
fn confirm_subject(transaction: &Transaction) -> (CommandKind, OpenSubject) {
    let (payment_id, transaction_id) = (transaction.order.payment_id.clone(), transaction.id.clone());
    match transaction.billing_key.clone() {
        None => (CommandKind::ConfirmPayment, OpenSubject::Confirm { payment_id, transaction_id }),
        Some(billing_key) => (
            CommandKind::ConfirmIssueAndPay,
            OpenSubject::ConfirmIssueAndPay { payment_id, transaction_id, billing_key },
        ),
    }
}

pub(crate) fn triggered((transaction, mut events): Change, trigger: Option<EventTrigger>) -> Change {
    for event in &mut events {
        event.trigger = trigger;
    }
    (transaction, events)
}

/// The marker that the upstream keeps of a window.
pub(crate) fn marker(transaction: &Transaction) -> AttemptId {
    made(AttemptId::parse(transaction.id.as_str()))
}

/// What is asked of the upstream about a window, and about the approval of what was authenticated in it.
pub(crate) fn inquired(transaction: &Transaction) -> AttemptSubject {
    let PaymentAmount { total, currency, .. } = transaction.order.amount;
    let (payment_id, amount) = (transaction.order.payment_id.clone(), Money::new(total, currency));
    match transaction.billing_key {
        None => AttemptSubject::Window { payment_id, amount },
        Some(_) => AttemptSubject::IssueAndPay { payment_id, amount },
    }
}

/// Why a window that nobody finished failed.
pub(crate) fn abandoned() -> Failure {
    let reason = "nobody finished the window in its time".to_owned();
    Failure { reason, pg_code: None, pg_message: None }
}

pub(crate) fn sdk_call(admitted: &Admitted<'_>, ctx: &CallContext) -> Result<SdkCall, EngineError> {
    match admitted.adapter().encode(admitted, ctx) {
        Ok(portone_core::Progress::Done(outcome)) => match *outcome {
            Outcome::CallSdk(call) => Ok(call),
            _ => Err(EngineError::ChannelNotFound("the channel opens no window".to_owned())),
        },
        Ok(portone_core::Progress::Send { .. }) => {
            Err(EngineError::ChannelNotFound("the channel opens no window".to_owned()))
        }
        Err(report) => Err(EngineError::Invalid(report)),
    }
}

/// The call of a payment window. The shop is asked by us and not by the upstream too, so its URL stays here.
fn window_call(admitted: &Admitted<'_>, ctx: &CallContext) -> Result<SdkCall, EngineError> {
    let Command::OpenWindow(OpenWindow::Payment(window)) = admitted.command() else {
        return sdk_call(admitted, ctx);
    };
    let window = WindowPayment { confirm_url: None, ..(**window).clone() };
    let command = Command::OpenWindow(OpenWindow::Payment(Box::new(window)));
    let admitted = admit(admitted.adapter(), &command, ctx).map_err(EngineError::Invalid)?;
    sdk_call(&admitted, ctx)
}

/// Only an open window can be approved.
const fn check_status(status: PaymentStatus) -> Result<(), EngineError> {
    match status {
        PaymentStatus::Ready => Ok(()),
        PaymentStatus::PayPending => Err(EngineError::UnknownOutcome),
        // A window that has failed gave no token that counts.
        PaymentStatus::Failed => Err(EngineError::InvalidPaymentToken),
        PaymentStatus::VirtualAccountIssued
        | PaymentStatus::Paid
        | PaymentStatus::PartialCancelled
        | PaymentStatus::Cancelled => Err(EngineError::AlreadyPaid),
    }
}

fn check_information(request: &ConfirmPaymentRequest, transaction: &Transaction) -> Result<(), EngineError> {
    if request.tx_id.as_deref().is_some_and(|id| id != transaction.shown_id()) {
        return Err(EngineError::InformationMismatch("txId"));
    }
    let amount = FixedAmount {
        total: request.total,
        decimals: None,
        tax_free: request.tax_free,
        currency: request.currency,
    };
    check_amount(&amount, request.is_test, transaction)
}

/// Refuses an approval that names another amount or environment than the window's. What it does not name is not compared.
pub(crate) fn check_amount(
    named: &FixedAmount,
    is_test: Option<bool>,
    transaction: &Transaction,
) -> Result<(), EngineError> {
    let amount = &transaction.order.amount;
    let in_test = transaction.channel.environment == Environment::Test;
    let differs = [
        ("currency", named.currency.is_some_and(|currency| currency != amount.currency)),
        ("totalAmount", named.total.is_some_and(|total| total != amount.total)),
        ("taxFreeAmount", named.tax_free.is_some_and(|part| part != amount.tax_free.unwrap_or(0))),
        ("isTest", is_test.is_some_and(|test| test != in_test)),
    ];
    match differs.into_iter().find(|(_, differs)| *differs) {
        Some((name, _)) => Err(EngineError::InformationMismatch(name)),
        None => Ok(()),
    }
}
