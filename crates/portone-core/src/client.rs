//! One channel's PG as an async client: what a library user calls.

use std::{fmt, sync::Arc, time::Duration};

use chrono::{DateTime, Utc};

use crate::{
    Ack, AdapterFactory, AskWallet, CallContext, Cancel, CancelCashReceipt, CancelledFacts, Capture,
    CashReceiptFacts, Cause, Channel, CloseVirtualAccount, Command, ConfirmBillingKey, ConfirmDelivery,
    ConfirmEscrow, ConfirmIssueAndPay, ConfirmPayment, DeleteBillingKey, Inquire, IssueBillingKey,
    IssueCashReceipt, IssuedKeyFacts, Notification, NotificationError, OpenWindow, Outcome, PaidFacts,
    PayInstantly, PayWithBillingKey, PgAdapter, PgError, RawNotification, RegisterEscrowLogistics,
    RegisterStoreReceipt, Report, SdkCall, SetupError, StopCancel, Transport, Upstream, WalletAnswer, admit,
    execute,
};

/// How long one request may take: as long as PortOne advises to wait.
pub const DEADLINE: Duration = Duration::from_mins(1);

/// One channel's PG: each method checks a command against every documented rule, sends it, and reads what became of it.
///
/// Whoever calls keeps the ledger: write down the attempt of the [`CallContext`] before the call, and after
/// [`PgError::UnknownOutcome`] ask [`Client::inquire`] before anything else. Cloning is cheap.
#[derive(Clone)]
pub struct Client {
    adapter: Arc<dyn PgAdapter>,
    transport: Arc<dyn Transport>,
    deadline: Duration,
}

/// What became of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer<T> {
    /// The outcome.
    pub value: T,
    /// Findings that did not refuse the command: fields the PG ignores, contracts nobody declared.
    pub advice: Report,
}

impl Client {
    /// The client of a channel. Fails as the factory does.
    pub fn new(
        factory: &AdapterFactory,
        channel: &Channel,
        upstream: &Upstream,
        transport: Arc<dyn Transport>,
    ) -> Result<Self, SetupError> {
        Ok(Self::of((factory.build)(channel, upstream)?, transport))
    }

    /// The client of an adapter that is built already.
    pub fn of(adapter: Arc<dyn PgAdapter>, transport: Arc<dyn Transport>) -> Self {
        Self { adapter, transport, deadline: DEADLINE }
    }

    /// The same with another deadline for each request than [`DEADLINE`].
    #[must_use]
    pub fn with_deadline(self, deadline: Duration) -> Self {
        Self { deadline, ..self }
    }

    /// The adapter.
    pub fn adapter(&self) -> &dyn PgAdapter {
        &*self.adapter
    }

    /// What the PG's rules say of a command, and nothing is sent: advice, or everything that is wrong.
    pub fn check(&self, command: &Command, ctx: &CallContext) -> Result<Report, Report> {
        Ok(admit(&*self.adapter, command, ctx)?.advice().clone())
    }

    /// Any command: its outcome is of the kind the command's own method gives.
    ///
    /// Fails with one of the four classes of [`PgError`]; each allows one next step.
    pub async fn perform(&self, command: &Command, ctx: &CallContext) -> Result<Answer<Outcome>, PgError> {
        let admitted = admit(&*self.adapter, command, ctx).map_err(PgError::Invalid)?;
        let value = execute(&admitted, ctx, &*self.transport, self.deadline).await?;
        Ok(Answer { value, advice: admitted.advice().clone() })
    }

    /// Pays by card number ([`Outcome::Paid`]) or issues a virtual account ([`Outcome::VirtualAccountIssued`]).
    pub async fn pay_instantly(
        &self,
        pay: PayInstantly,
        ctx: &CallContext,
    ) -> Result<Answer<Outcome>, PgError> {
        self.perform(&Command::PayInstantly(pay), ctx).await
    }

    /// Stores a card at the PG.
    pub async fn issue_billing_key(
        &self,
        issue: IssueBillingKey,
        ctx: &CallContext,
    ) -> Result<Answer<IssuedKeyFacts>, PgError> {
        self.ask(&Command::IssueBillingKey(issue), ctx, issued_key).await
    }

    /// Charges a stored card.
    pub async fn pay_with_billing_key(
        &self,
        pay: PayWithBillingKey,
        ctx: &CallContext,
    ) -> Result<Answer<PaidFacts>, PgError> {
        self.ask(&Command::PayWithBillingKey(pay), ctx, |outcome| match outcome {
            Outcome::Paid(facts) => Some(facts),
            _ => None,
        })
        .await
    }

    /// The call of the upstream's browser SDK that opens a window. Nothing is sent from here.
    pub async fn open_window(
        &self,
        window: OpenWindow,
        ctx: &CallContext,
    ) -> Result<Answer<SdkCall>, PgError> {
        self.ask(&Command::OpenWindow(window), ctx, |outcome| match outcome {
            Outcome::CallSdk(call) => Some(call),
            _ => None,
        })
        .await
    }

    /// Forgets a stored card; tells when.
    pub async fn delete_billing_key(
        &self,
        delete: DeleteBillingKey,
        ctx: &CallContext,
    ) -> Result<Answer<DateTime<Utc>>, PgError> {
        self.ask(&Command::DeleteBillingKey(delete), ctx, moment).await
    }

    /// Cancels a payment, in whole or in part.
    pub async fn cancel(&self, cancel: Cancel, ctx: &CallContext) -> Result<Answer<CancelledFacts>, PgError> {
        self.ask(&Command::Cancel(cancel), ctx, |outcome| match outcome {
            Outcome::Cancelled(facts) => Some(facts),
            _ => None,
        })
        .await
    }

    /// Closes a virtual account that waits for its deposit; tells when.
    pub async fn close_virtual_account(
        &self,
        close: CloseVirtualAccount,
        ctx: &CallContext,
    ) -> Result<Answer<DateTime<Utc>>, PgError> {
        self.ask(&Command::CloseVirtualAccount(close), ctx, moment).await
    }

    /// Issues a cash receipt by hand.
    pub async fn issue_cash_receipt(
        &self,
        issue: IssueCashReceipt,
        ctx: &CallContext,
    ) -> Result<Answer<CashReceiptFacts>, PgError> {
        self.ask(&Command::IssueCashReceipt(issue), ctx, |outcome| match outcome {
            Outcome::CashReceiptIssued(facts) => Some(facts),
            _ => None,
        })
        .await
    }

    /// Cancels a cash receipt; tells when.
    pub async fn cancel_cash_receipt(
        &self,
        cancel: CancelCashReceipt,
        ctx: &CallContext,
    ) -> Result<Answer<DateTime<Utc>>, PgError> {
        self.ask(&Command::CancelCashReceipt(cancel), ctx, moment).await
    }

    /// Tells the PG of a delivery held in escrow, or changes what it was told; tells when the PG took note.
    pub async fn register_escrow_logistics(
        &self,
        register: RegisterEscrowLogistics,
        ctx: &CallContext,
    ) -> Result<Answer<DateTime<Utc>>, PgError> {
        self.ask(&Command::RegisterEscrowLogistics(register), ctx, moment).await
    }

    /// Confirms that the buyer has what is held in escrow; tells when.
    pub async fn confirm_escrow(
        &self,
        confirm: ConfirmEscrow,
        ctx: &CallContext,
    ) -> Result<Answer<DateTime<Utc>>, PgError> {
        self.ask(&Command::ConfirmEscrow(confirm), ctx, moment).await
    }

    /// Tells Paymentwall how far a delivery is.
    pub async fn confirm_delivery(
        &self,
        confirm: ConfirmDelivery,
        ctx: &CallContext,
    ) -> Result<Answer<()>, PgError> {
        self.ask(&Command::ConfirmDelivery(confirm), ctx, |outcome| {
            (outcome == Outcome::DeliveryConfirmed).then_some(())
        })
        .await
    }

    /// Asks a wallet for something that only it has.
    pub async fn ask_wallet(
        &self,
        ask: AskWallet,
        ctx: &CallContext,
    ) -> Result<Answer<WalletAnswer>, PgError> {
        self.ask(&Command::AskWallet(ask), ctx, |outcome| match outcome {
            Outcome::Wallet(answer) => Some(*answer),
            _ => None,
        })
        .await
    }

    /// Names sub-shops on the sales slip; tells its page, where there is one.
    pub async fn register_store_receipt(
        &self,
        register: RegisterStoreReceipt,
        ctx: &CallContext,
    ) -> Result<Answer<Option<String>>, PgError> {
        self.ask(&Command::RegisterStoreReceipt(register), ctx, |outcome| match outcome {
            Outcome::StoreReceiptRegistered { receipt_url } => Some(receipt_url),
            _ => None,
        })
        .await
    }

    /// Approves what a payer has authenticated in a window: [`Outcome::Paid`] or [`Outcome::VirtualAccountIssued`].
    pub async fn confirm_payment(
        &self,
        confirm: ConfirmPayment,
        ctx: &CallContext,
    ) -> Result<Answer<Outcome>, PgError> {
        self.perform(&Command::ConfirmPayment(confirm), ctx).await
    }

    /// Issues the billing key whose holder has authenticated in a window.
    pub async fn confirm_billing_key(
        &self,
        confirm: ConfirmBillingKey,
        ctx: &CallContext,
    ) -> Result<Answer<IssuedKeyFacts>, PgError> {
        self.ask(&Command::ConfirmBillingKey(confirm), ctx, issued_key).await
    }

    /// Issues the billing key whose holder has authenticated in a window, and pays with it for the first time: the key and
    /// the payment, or neither.
    pub async fn confirm_issue_and_pay(
        &self,
        confirm: ConfirmIssueAndPay,
        ctx: &CallContext,
    ) -> Result<Answer<(IssuedKeyFacts, PaidFacts)>, PgError> {
        self.ask(&Command::ConfirmIssueAndPay(confirm), ctx, |outcome| match outcome {
            Outcome::IssuedAndPaid { key, paid } => Some((key, paid)),
            _ => None,
        })
        .await
    }

    /// Claims an approved payment by hand.
    pub async fn capture(&self, capture: Capture, ctx: &CallContext) -> Result<Answer<()>, PgError> {
        self.ask(&Command::Capture(capture), ctx, |outcome| (outcome == Outcome::Captured).then_some(()))
            .await
    }

    /// Withdraws a cancel that was accepted and is not done; tells when.
    pub async fn stop_cancel(
        &self,
        stop: StopCancel,
        ctx: &CallContext,
    ) -> Result<Answer<DateTime<Utc>>, PgError> {
        self.ask(&Command::StopCancel(stop), ctx, moment).await
    }

    /// Asks what became of an attempt ([`Outcome::Inquired`]), or where a payment stands ([`Outcome::Standing`]).
    pub async fn inquire(&self, inquire: Inquire, ctx: &CallContext) -> Result<Answer<Outcome>, PgError> {
        self.perform(&Command::Inquire(inquire), ctx).await
    }

    /// Reads a message of the PG, with its signature checked, and what to answer. It is a hint: ask before believing it.
    pub fn parse_notification(
        &self,
        raw: &RawNotification,
        ctx: &CallContext,
    ) -> Result<(Notification, Ack), NotificationError> {
        self.adapter.parse_notification(raw, ctx)
    }

    async fn ask<T>(
        &self,
        command: &Command,
        ctx: &CallContext,
        read: fn(Outcome) -> Option<T>,
    ) -> Result<Answer<T>, PgError> {
        let Answer { value, advice } = self.perform(command, ctx).await?;
        match read(value) {
            Some(value) => Ok(Answer { value, advice }),
            // Something was sent, and what came of it is not what was asked for.
            None => Err(PgError::UnknownOutcome(Cause::InquireFirst("another outcome".to_owned()))),
        }
    }
}

/// Without the transport, which need not be shown.
impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("adapter", &self.adapter)
            .field("deadline", &self.deadline)
            .finish_non_exhaustive()
    }
}

fn issued_key(outcome: Outcome) -> Option<IssuedKeyFacts> {
    match outcome {
        Outcome::BillingKeyIssued(facts) => Some(facts),
        _ => None,
    }
}

/// When it was done, of outcomes that tell little else.
#[allow(clippy::needless_pass_by_value)] // as the other readers take it
fn moment(outcome: Outcome) -> Option<DateTime<Utc>> {
    match outcome {
        Outcome::BillingKeyDeleted { deleted_at } => Some(deleted_at),
        Outcome::VirtualAccountClosed { closed_at } => Some(closed_at),
        Outcome::CashReceiptCancelled { cancelled_at, .. } => Some(cancelled_at),
        Outcome::EscrowLogisticsRegistered { applied_at } => Some(applied_at),
        Outcome::EscrowConfirmed { completed_at } => Some(completed_at),
        Outcome::CancelStopped { stopped_at } => Some(stopped_at),
        _ => None,
    }
}
