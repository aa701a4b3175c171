//! Billing keys issued in a window: open it, and approve from the server what its holder authenticated (rule V2-051).
//!
//! An approval names nothing but its token, so the token a page hands to its shop is the billing key and the upstream's
//! own token ([`issue_token`]). While a window is open its key has an open attempt; an approval takes the attempt's place,
//! and gives it back where it changed nothing.

use portone_core::{
    AttemptId, AttemptSubject, BillingKey, CallContext, CardFacts, ChannelKey, Command, CommandKind,
    ConfirmBillingKey, CustomerUid, Environment, OpenWindow, Order, Outcome, PayMethod, PaymentAmount,
    PaymentId, SdkCall, Secret, WindowIssue, WindowIssueMethod, admit,
};
use portone_router::Purpose;

use crate::call::{Answer, after_call, attempt};
use crate::engine::{Engine, delta, made};
use crate::error::EngineError;
use crate::issue_and_pay::FirstPayment;
use crate::ledger::{
    BillingKeyRecord, BillingKeyStatus, ChannelSnapshot, IssueResult, KeyChannel, KeyChannelState,
    OpenAttempt, OpenSubject, Platform, Transaction,
};
use crate::port::{Begin, SettleKey, SwapKeyAttempt};
use crate::request::{Caller, Extras};
use crate::routing::Routing;
use crate::settle::key_failure;
use crate::transition;
use crate::window::{FIRST_LOOK_AFTER, sdk_call};

/// Refusals that leave what was authenticated as it was.
pub(crate) const NOT_FOUND: &str = "BILLING_KEY_NOT_FOUND";
pub(crate) const MISMATCH: &str = "INFORMATION_MISMATCH";

/// A window that issues a billing key, to open. It names a channel: groups issue through the API only.
#[derive(Debug)]
pub struct OpenKeyWindowRequest {
    /// Who asks.
    pub caller: Caller,
    /// Which channel.
    pub channel: ChannelKey,
    /// The window.
    pub window: WindowIssue,
    /// What V1 shall call the key from now on.
    pub customer_uid: Option<CustomerUid>,
    /// For the shop.
    pub extras: Extras,
}

/// A window that may be opened now: its key is durable.
#[derive(Debug)]
pub struct OpenedKeyWindow {
    /// The key, pending.
    pub record: BillingKeyRecord,
    /// Its first payment, `READY`, where the PG takes one with every key.
    pub transaction: Option<Transaction>,
    /// What our page calls the upstream's browser SDK with.
    pub call: SdkCall,
}

/// The approval of what a key's holder authenticated.
#[derive(Debug)]
pub struct ConfirmBillingKeyRequest {
    /// Who asks.
    pub caller: Caller,
    /// What the window's page gave ([`issue_token`]).
    pub billing_issue_token: Secret<String>,
    /// Whether the channel is a test one; not compared where it is absent.
    pub is_test: Option<bool>,
    /// Mutes the announcement of the success.
    pub skip_webhook: bool,
}

/// The token that a page hands to its shop: which key, and the upstream's own token.
pub fn issue_token(key: &BillingKey, upstream: &Secret<String>) -> Secret<String> {
    format!("{key}.{}", upstream.expose()).as_str().into()
}

impl Engine {
    /// Opens a window that issues a billing key: durable as pending before anybody sees it.
    pub async fn open_key_window(
        &self,
        request: OpenKeyWindowRequest,
    ) -> Result<OpenedKeyWindow, EngineError> {
        let OpenKeyWindowRequest { caller, channel, window, customer_uid, extras } = request;
        if self.key_window_charges(&channel) {
            let request = OpenKeyWindowRequest { caller, channel, window, customer_uid, extras };
            return Box::pin(self.open_charging_window(request)).await;
        }
        let Caller { store_id, face, .. } = caller;
        let now = self.now();
        let key = self.new_billing_key(now);
        let customer = window.customer.clone();
        let by_card = check_method(&window.method);
        let command = Command::OpenWindow(OpenWindow::BillingKey(Box::new(window)));
        let ctx = CallContext { now, attempt: key_marker(&key) };
        let directory = self.directory();
        let routing = Routing { directory: &directory, store_id: &store_id, ctx: &ctx, face };
        let routed = routing.pinned(&channel, Purpose::OneTime, Some(&command))?;
        by_card?;
        let call = sdk_call(&routed.admitted, &ctx)?;
        let record = BillingKeyRecord {
            key,
            customer_uid,
            store_id: store_id.clone(),
            status: BillingKeyStatus::Pending,
            customer,
            method: PayMethod::Card,
            card: CardFacts::default(),
            first_payment: None,
            channel_group: None,
            custom_data: extras.custom_data,
            notice_urls: extras.notice_urls,
            skip_webhook: extras.skip_webhook,
            requested_at: now,
            issued_at: None,
            deleted_at: None,
            channels: vec![KeyChannel { channel: routed.channel, state: KeyChannelState::Pending }],
        };
        let open = self.key_window_attempt(&record, &channel);
        self.store.begin_issue(record.clone(), routed.decision, vec![open]).await?;
        Ok(OpenedKeyWindow { record, transaction: None, call })
    }

    fn key_window_charges(&self, channel: &ChannelKey) -> bool {
        let directory = self.directory();
        let adapter = directory.entry(channel).and_then(|entry| entry.adapter().ok());
        adapter.is_some_and(|adapter| adapter.profile().key_window_charges)
    }

    /// Opens a window of a PG that takes the first payment with every key (rule PW-018): the key and that payment are one
    /// attempt, as where the shop asks for both.
    async fn open_charging_window(
        &self,
        request: OpenKeyWindowRequest,
    ) -> Result<OpenedKeyWindow, EngineError> {
        let OpenKeyWindowRequest { caller, channel, window, customer_uid, extras } = request;
        let (first, by_card) = (first_order(&window), check_method(&window.method));
        let platform = Platform::of(window.settings.os);
        let command = Command::OpenWindow(OpenWindow::BillingKey(Box::new(window)));
        let directory = self.directory();
        let ctx = self.context();
        let store_id = caller.store_id.clone();
        let routing = Routing { directory: &directory, store_id: &store_id, ctx: &ctx, face: caller.face };
        let routed = routing.pinned(&channel, Purpose::OneTime, Some(&command))?;
        by_card?;
        let call = sdk_call(&routed.admitted, &ctx)?;
        let order = first.ok_or_else(|| {
            let wanted = "issueId, displayAmount and currency";
            EngineError::ChannelNotFound(format!(
                "the channel takes a first payment with every key; give {wanted}"
            ))
        })?;
        self.check_registered(&store_id, &order.payment_id, &order.amount).await?;
        let first = FirstPayment { order, method: PayMethod::Card, caller, extras, customer_uid, platform };
        let (record, transaction) = self.begin_both(first, routed, &ctx).await?;
        Ok(OpenedKeyWindow { record, transaction: Some(transaction), call })
    }

    /// The attempt that a window is while it is open: named as its key.
    pub(crate) fn key_window_attempt(&self, record: &BillingKeyRecord, channel: &ChannelKey) -> OpenAttempt {
        let opened_at = record.requested_at;
        OpenAttempt {
            id: key_marker(&record.key),
            store_id: record.store_id.clone(),
            command: CommandKind::OpenBillingKeyWindow,
            channel: channel.clone(),
            opened_at,
            lease_until: opened_at + delta(self.config.window_life),
            next_inquiry_at: self.now().max(opened_at) + FIRST_LOOK_AFTER,
            inquiry_count: 0,
            subject: OpenSubject::KeyWindow { billing_key: record.key.clone() },
        }
    }

    /// Issues the key whose holder authenticated in a window.
    pub async fn confirm_billing_key(
        &self,
        request: ConfirmBillingKeyRequest,
    ) -> Result<BillingKey, EngineError> {
        let (key, token) = parts_of(&request.billing_issue_token).ok_or(EngineError::BillingKeyNotFound)?;
        let found = self.store.billing_key(&request.caller.store_id, &key).await?;
        let record = found.ok_or(EngineError::BillingKeyNotFound)?;
        if record.first_payment.is_some() {
            // Its token issues a key and pays, and is approved as that.
            return Err(EngineError::BillingKeyNotFound);
        }
        let channel = pending_channel(&record)?;
        let is_test = channel.environment == Environment::Test;
        if request.is_test.is_some_and(|asked| asked != is_test) {
            return Err(EngineError::InformationMismatch("isTest"));
        }
        let command = Command::ConfirmBillingKey(ConfirmBillingKey {
            billing_issue_token: token,
            is_test,
            method: PayMethod::Card,
        });
        let directory = self.directory();
        let entry = directory
            .entry(&channel.key)
            .ok_or_else(|| EngineError::ChannelNotFound(format!("channel `{}` is gone", channel.key)))?;
        let now = self.now();
        let ctx = CallContext { now, attempt: self.new_attempt_id(now) };
        let admitted = admit(entry.adapter()?, &command, &ctx).map_err(EngineError::Invalid)?;
        let open = self.begin_confirm_key(&record, &channel.key, request.skip_webhook, &ctx).await?;
        // The approval has an idempotency key of its own, but what is inquired is the window's key.
        let inquired = attempt(&key_marker(&key), open.opened_at, AttemptSubject::IssueBillingKey);
        let answer = self.call_as(&open.channel, &admitted, &ctx, inquired).await;
        self.finish_confirm_key(&open, &record, answer).await?;
        Ok(key)
    }

    /// Makes the intent durable: the approval in the place of the window.
    async fn begin_confirm_key(
        &self,
        record: &BillingKeyRecord,
        channel: &ChannelKey,
        skip_webhook: bool,
        ctx: &CallContext,
    ) -> Result<OpenAttempt, EngineError> {
        let subject = OpenSubject::ConfirmKey { billing_key: record.key.clone() };
        let kind = CommandKind::ConfirmBillingKey;
        let open = self.open_attempt(ctx.attempt.clone(), &record.store_id, kind, channel, subject, ctx.now);
        let swap = SwapKeyAttempt { end: key_marker(&record.key), begin: open.clone(), skip_webhook };
        match self.store.swap_key_attempt(swap).await? {
            Begin::Begun => Ok(open),
            // Somebody else approves it, or the sweep has just settled it.
            Begin::Outstanding | Begin::Changed | Begin::Scheduled => Err(EngineError::UnknownOutcome),
        }
    }

    /// Writes what the approval came to, then tells it.
    async fn finish_confirm_key(
        &self,
        open: &OpenAttempt,
        record: &BillingKeyRecord,
        answer: Answer,
    ) -> Result<(), EngineError> {
        match answer {
            Answer::Done(Outcome::BillingKeyIssued(facts)) => {
                let facts = self.learn_card_of_key(open, facts).await;
                self.settle_key(open, facts.into()).await
            }
            Answer::Done(other) => {
                tracing::error!(attempt = %open.id, ?other, "an approval answered with something else");
                Err(EngineError::UnknownOutcome)
            }
            Answer::Declined(decline) if decline.code == NOT_FOUND => {
                self.reopen_key_window(open, record).await?;
                Err(EngineError::BillingKeyNotFound)
            }
            Answer::Declined(decline) if decline.code == MISMATCH => {
                self.reopen_key_window(open, record).await?;
                Err(EngineError::InformationMismatch("what the window was opened with"))
            }
            Answer::Declined(decline) => {
                let failure = key_failure(transition::refusal(&decline), self.now());
                self.settle_key(open, IssueResult::Failed(failure)).await?;
                Err(EngineError::Declined(decline))
            }
            Answer::Unavailable(cause) => {
                self.reopen_key_window(open, record).await?;
                Err(EngineError::Unavailable(cause))
            }
            Answer::Unknown => Err(EngineError::UnknownOutcome),
        }
    }

    async fn settle_key(&self, open: &OpenAttempt, result: IssueResult) -> Result<(), EngineError> {
        match after_call(self.store.settle_issue(&open.id, result, self.now()).await)? {
            SettleKey::Complete(_) => Ok(()),
            // Another gateway has settled it by inquiry: how, the record tells.
            SettleKey::Partly | SettleKey::AlreadySettled => Err(EngineError::UnknownOutcome),
        }
    }

    /// Gives a window back its place: the approval changed nothing.
    pub(crate) async fn reopen_key_window(
        &self,
        open: &OpenAttempt,
        record: &BillingKeyRecord,
    ) -> Result<(), EngineError> {
        let begin = self.key_window_attempt(record, &open.channel);
        let swap = SwapKeyAttempt { end: open.id.clone(), begin, skip_webhook: false };
        match after_call(self.store.swap_key_attempt(swap).await)? {
            Begin::Begun => Ok(()),
            // The attempt stays open, or somebody has settled it.
            Begin::Outstanding | Begin::Changed | Begin::Scheduled => Err(EngineError::UnknownOutcome),
        }
    }
}

/// Keys are issued by card, whatever the rules of a PG leave open.
fn check_method(method: &WindowIssueMethod) -> Result<(), EngineError> {
    if method.pay_method() == Some(PayMethod::Card) {
        return Ok(());
    }
    Err(EngineError::ChannelNotFound(format!("no channel issues a key by {}", method.code())))
}

/// The marker that the upstream keeps of a window.
pub(crate) fn key_marker(key: &BillingKey) -> AttemptId {
    made(AttemptId::parse(key.as_str()))
}

pub(crate) fn parts_of(token: &Secret<String>) -> Option<(BillingKey, Secret<String>)> {
    let (key, upstream) = token.expose().split_once('.')?;
    Some((BillingKey::parse(key).ok()?, upstream.into()))
}

/// Where a key waits for its approval.
pub(crate) fn pending_channel(record: &BillingKeyRecord) -> Result<&ChannelSnapshot, EngineError> {
    match (record.status, record.channels.as_slice()) {
        (BillingKeyStatus::Issued, _) => Err(EngineError::BillingKeyAlreadyIssued),
        (BillingKeyStatus::Pending, [only]) => Ok(&only.channel),
        // A key that failed or is deleted has no token that counts; neither has one that no window issues.
        (BillingKeyStatus::Pending | BillingKeyStatus::Failed | BillingKeyStatus::Deleted, _) => {
            Err(EngineError::BillingKeyNotFound)
        }
    }
}

/// What is paid with a key that a window issues; `None` where the window does not say it.
fn first_order(window: &WindowIssue) -> Option<Order> {
    let (total, currency) = window.display_amount.zip(window.currency)?;
    let payment_id = PaymentId::parse(window.issue_id.as_deref()?).ok()?;
    let name = window.issue_name.clone().unwrap_or_default();
    let amount = PaymentAmount::total(total, currency);
    Some(Order { customer: window.customer.clone(), ..Order::of(payment_id, name, amount) })
}
