//! Billing keys issued in a window together with their first payment: open it, and approve both from the server.
//!
//! The key and the payment are one attempt, named as the payment's transaction: the upstream keeps one marker, tells of both
//! in one record, and both are settled in one commit. An approval names its token, which is the key and the upstream's own
//! token ([`crate::issue_token`]); what else it names is compared.

use portone_core::{
    BillingKey, CallContext, CardFacts, ChannelKey, Command, ConfirmIssueAndPay, CustomerUid, Environment,
    OpenWindow, Order, Outcome, PayMethod, PaymentId, SdkCall, Secret, WindowIssueAndPay,
};
use portone_router::Purpose;

use crate::call::Answer;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::key_window::{MISMATCH, NOT_FOUND, parts_of, pending_channel};
use crate::ledger::{
    BillingKeyRecord, BillingKeyStatus, KeyChannel, KeyChannelState, OpenAttempt, PaymentStatus, Platform,
    Transaction,
};
use crate::pay::{Draft, check_parts};
use crate::port::NewTransaction;
use crate::request::{Caller, Extras};
use crate::routing::{Routed, Routing};
use crate::session::FixedAmount;
use crate::transition;
use crate::window::{check_amount, inquired, marker, sdk_call};

/// A window that issues a billing key and takes the first payment with it, to open. It names a channel: groups issue through
/// the API only.
#[derive(Debug)]
pub struct OpenIssueAndPayRequest {
    /// Who asks.
    pub caller: Caller,
    /// Which channel.
    pub channel: ChannelKey,
    /// The window.
    pub window: WindowIssueAndPay,
    /// For the shop.
    pub extras: Extras,
}

/// A window that may be opened now: its key and its payment are durable.
#[derive(Debug)]
pub struct OpenedIssueAndPay {
    /// The key, pending.
    pub record: BillingKeyRecord,
    /// The transaction, `READY`.
    pub transaction: Transaction,
    /// What our page calls the upstream's browser SDK with.
    pub call: SdkCall,
}

/// The approval of what a payer authenticated. Members that are absent are not compared.
#[derive(Debug)]
pub struct ConfirmIssueAndPayRequest {
    /// Who asks.
    pub caller: Caller,
    /// What the window's page gave ([`crate::issue_token`]).
    pub billing_issue_token: Secret<String>,
    /// The payment.
    pub payment_id: Option<String>,
    /// What was ordered.
    pub amount: FixedAmount,
    /// Whether the channel is a test one.
    pub is_test: Option<bool>,
    /// Mutes the announcements of the success.
    pub skip_webhook: bool,
}

/// A billing key that was issued, and the payment it was issued with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuedAndPaid {
    /// The key.
    pub billing_key: BillingKey,
    /// The payment.
    pub payment_id: PaymentId,
}

/// What is paid first with a key that a window issues.
pub(crate) struct FirstPayment {
    pub(crate) order: Order,
    pub(crate) method: PayMethod,
    pub(crate) caller: Caller,
    pub(crate) extras: Extras,
    pub(crate) customer_uid: Option<CustomerUid>,
    pub(crate) platform: Platform,
}

impl Engine {
    /// Opens a window that issues a billing key and pays: both durable before anybody sees it.
    pub async fn open_issue_and_pay(
        &self,
        request: OpenIssueAndPayRequest,
    ) -> Result<OpenedIssueAndPay, EngineError> {
        let OpenIssueAndPayRequest { caller, channel, window, extras } = request;
        let (order, method) = (window.order.clone(), window.method.pay_method());
        let platform = Platform::of(window.settings.os);
        let store_id = caller.store_id.clone();
        check_parts(&order.amount)?;
        self.check_registered(&store_id, &order.payment_id, &order.amount).await?;
        let command = Command::OpenWindow(OpenWindow::IssueAndPay(Box::new(window)));
        let directory = self.directory();
        let ctx = self.context();
        let routing = Routing { directory: &directory, store_id: &store_id, ctx: &ctx, face: caller.face };
        let routed = routing.pinned(&channel, Purpose::OneTime, Some(&command))?;
        let call = sdk_call(&routed.admitted, &ctx)?;
        let first = FirstPayment { order, method, caller, extras, customer_uid: None, platform };
        let (record, transaction) = self.begin_both(first, routed, &ctx).await?;
        Ok(OpenedIssueAndPay { record, transaction, call })
    }

    /// Makes a key and its first payment durable, before anybody sees the window.
    pub(crate) async fn begin_both(
        &self,
        first: FirstPayment,
        routed: Routed<'_>,
        ctx: &CallContext,
    ) -> Result<(BillingKeyRecord, Transaction), EngineError> {
        let FirstPayment { order, method, caller, extras, customer_uid, platform } = first;
        let billing_key = Some(self.new_billing_key(ctx.now));
        self.refuse_promotion_in_window(&caller.store_id, &order)?;
        let draft = Draft {
            order,
            method,
            card: None,
            billing_key,
            customer_uid,
            caller,
            extras,
            schedule_id: None,
            grant: None,
        };
        let mut transaction = draft.transaction(routed.channel, None, ctx);
        (transaction.status, transaction.platform) = (PaymentStatus::Ready, platform);
        transaction.window_until = Some(self.window_until(&transaction));
        let record = key_of(&transaction)?;
        self.begin_window(NewTransaction {
            events: vec![transition::opened(&transaction)],
            attempt: self.window_attempt(&transaction),
            transaction: transaction.clone(),
            decision: routed.decision,
            transaction_count_max: self.config.transaction_count_max,
            budget: None,
            key: Some(Box::new(record.clone())),
            instead_of: None,
        })
        .await?;
        Ok((record, transaction))
    }

    /// Issues the key whose holder authenticated in a window, and takes the first payment.
    pub async fn confirm_issue_and_pay(
        &self,
        request: ConfirmIssueAndPayRequest,
    ) -> Result<IssuedAndPaid, EngineError> {
        let (billing_key, token) =
            parts_of(&request.billing_issue_token).ok_or(EngineError::BillingKeyNotFound)?;
        let transaction = self.waiting_payment(&request.caller, &billing_key).await?;
        check_information(&request, &transaction)?;
        self.check_still_registered(&transaction).await?;
        let payment_id = transaction.order.payment_id.clone();
        let command = Command::ConfirmIssueAndPay(ConfirmIssueAndPay {
            billing_issue_token: token,
            payment_id: payment_id.clone(),
            amount: transaction.order.amount,
            is_test: transaction.channel.environment == Environment::Test,
            method: transaction.method,
            window: marker(&transaction),
        });
        let subject = inquired(&transaction);
        let (open, transaction, answer) =
            self.approve(transaction, &command, subject, request.skip_webhook).await?;
        self.finish_issue_and_pay(&open, transaction, answer).await?;
        Ok(IssuedAndPaid { billing_key, payment_id })
    }

    /// The first payment of a key whose window is open.
    async fn waiting_payment(&self, caller: &Caller, key: &BillingKey) -> Result<Transaction, EngineError> {
        let found = self.store.billing_key(&caller.store_id, key).await?;
        let record = found.ok_or(EngineError::BillingKeyNotFound)?;
        let payment_id = record.first_payment.clone().ok_or(EngineError::BillingKeyNotFound)?;
        pending_channel(&record)?;
        let transaction = self.payment(&caller.store_id, &payment_id).await?;
        match transaction.status {
            _ if transaction.billing_key.as_ref() != Some(key) => Err(EngineError::BillingKeyNotFound),
            PaymentStatus::Ready => Ok(transaction),
            // Somebody approves it, or has just settled it.
            _ => Err(EngineError::UnknownOutcome),
        }
    }

    /// Writes what the approval came to, then tells it.
    async fn finish_issue_and_pay(
        &self,
        open: &OpenAttempt,
        transaction: Transaction,
        answer: Answer,
    ) -> Result<(), EngineError> {
        match answer {
            Answer::Done(outcome @ Outcome::IssuedAndPaid { .. }) => {
                self.settle_window(open, transaction, outcome).await
            }
            Answer::Done(other) => {
                tracing::error!(attempt = %open.id, ?other, "an approval answered with something else");
                Err(EngineError::UnknownOutcome)
            }
            Answer::Declined(decline) if decline.code == NOT_FOUND => {
                self.reopen_window(open, transaction).await?;
                Err(EngineError::BillingKeyNotFound)
            }
            Answer::Declined(decline) if decline.code == MISMATCH => {
                self.reopen_window(open, transaction).await?;
                Err(EngineError::InformationMismatch("what the window was opened with"))
            }
            Answer::Declined(decline) => {
                self.fail_window(open, transaction, transition::refusal(&decline)).await?;
                Err(EngineError::Declined(decline))
            }
            Answer::Unavailable(cause) => {
                self.reopen_window(open, transaction).await?;
                Err(EngineError::Unavailable(cause))
            }
            Answer::Unknown => Err(EngineError::UnknownOutcome),
        }
    }
}

/// The key that a window's payment is to be made with first.
fn key_of(transaction: &Transaction) -> Result<BillingKeyRecord, EngineError> {
    let state = KeyChannelState::Pending;
    Ok(BillingKeyRecord {
        key: transaction.billing_key.clone().ok_or(EngineError::BillingKeyNotFound)?,
        customer_uid: transaction.customer_uid.clone(),
        store_id: transaction.store_id.clone(),
        status: BillingKeyStatus::Pending,
        customer: transaction.order.customer.clone(),
        method: transaction.method,
        card: CardFacts::default(),
        first_payment: Some(transaction.order.payment_id.clone()),
        channel_group: None,
        custom_data: transaction.custom_data.clone(),
        notice_urls: transaction.notice_urls.clone(),
        skip_webhook: transaction.skip_webhook,
        requested_at: transaction.requested_at,
        issued_at: None,
        deleted_at: None,
        channels: vec![KeyChannel { channel: transaction.channel.clone(), state }],
    })
}

fn check_information(
    request: &ConfirmIssueAndPayRequest,
    transaction: &Transaction,
) -> Result<(), EngineError> {
    let payment_id = transaction.order.payment_id.as_str();
    if request.payment_id.as_deref().is_some_and(|named| named != payment_id) {
        return Err(EngineError::InformationMismatch("paymentId"));
    }
    check_amount(&request.amount, request.is_test, transaction)
}
