//! What one wallet has alone (Naver Pay's product orders, PAYCO's order status). The wallet holds the goods and answers for
//! them; what it gives back of the money is read from where the payment then stands, so that an answer that was lost, or that
//! tells of a part only, leaves the record right all the same.

use chrono::{DateTime, Utc};
use portone_core::{
    AskWallet, CallContext, CancelStanding, CancelStatus, CancellationId, ChannelKey, Command, Outcome,
    PgAdapter, ProductOrder, Standing, StoreId, WalletAnswer, WalletCall, WalletMember, WalletPayment,
    WalletTold, admit, execute,
};

use crate::call::Answer;
use crate::cancel::RETRY_COUNT_MAX;
use crate::capture::{About, surprised};
use crate::engine::Engine;
use crate::error::EngineError;
use crate::event::Event;
use crate::ledger::{Cancellation, OpenAttempt, OpenSubject, Transaction, WalletRecord};
use crate::transition;

/// Why a cancel is in the record that nobody asked for here.
const REASON: &str = "given back by the wallet";

impl Engine {
    /// Asks the wallet that a payment was made with. What acts is durable before it is sent, and no other call goes out on
    /// the payment until it is known where the payment stands.
    pub async fn ask_wallet(
        &self,
        transaction: Transaction,
        call: WalletCall,
        members: Vec<WalletMember>,
    ) -> Result<WalletAnswer, EngineError> {
        if transaction.paid_at.is_none() {
            return Err(EngineError::PaymentNotPaid(transaction.status.code()));
        }
        let payment =
            WalletPayment { payment_id: transaction.order.payment_id.clone(), method: transaction.method };
        let command = Command::AskWallet(AskWallet { call, payment: Some(payment), members });
        if !call.is_read() {
            // Boxed: it would make every caller's future large, and few callers act.
            return Box::pin(self.act_at_wallet(transaction, call, &command)).await;
        }
        let answer = self.read_wallet(&transaction.channel.key, &command).await?;
        if let WalletTold::ProductOrders(orders) = &answer.facts {
            self.remember(transaction, orders).await;
        }
        Ok(answer)
    }

    /// Asks a wallet for something that is about a whole channel. Changes nothing.
    pub async fn ask_wallet_of(
        &self,
        channel: &ChannelKey,
        call: WalletCall,
        members: Vec<WalletMember>,
    ) -> Result<WalletAnswer, EngineError> {
        let command = Command::AskWallet(AskWallet { call, payment: None, members });
        self.read_wallet(channel, &command).await
    }

    /// The store's transaction that a product order is of, where a wallet has told of it.
    pub async fn product_order(&self, store: &StoreId, id: &str) -> Result<Option<Transaction>, EngineError> {
        Ok(self.store.transaction_by_product_order(store, id).await?)
    }

    async fn act_at_wallet(
        &self,
        mut transaction: Transaction,
        call: WalletCall,
        command: &Command,
    ) -> Result<WalletAnswer, EngineError> {
        for _ in 0..RETRY_COUNT_MAX {
            let open = OpenSubject::AskWallet {
                payment_id: transaction.order.payment_id.clone(),
                transaction_id: transaction.id.clone(),
                call,
            };
            // Not inquired at once: what was not given back yet may be given back until the lease ends.
            let about = About { command, open, inquired: None };
            let Some((open, answer)) = self.ask_about(&transaction, about).await? else {
                let id = transaction.id.clone();
                let read = self.store.transaction(&id).await?;
                transaction = read.ok_or_else(|| EngineError::PaymentNotFound(id.to_string()))?;
                continue;
            };
            let told = match answer {
                Answer::Done(Outcome::Wallet(told)) => Ok(*told),
                // Of several product orders some may have been given back all the same.
                Answer::Declined(decline) => Err(EngineError::Declined(decline)),
                Answer::Done(other) => return Err(surprised(&open.id, &other)),
                other @ (Answer::Unavailable(_) | Answer::Unknown) => {
                    return match self.done(&open, other).await {
                        Ok(other) => Err(surprised(&open.id, &other)),
                        Err(error) => Err(error),
                    };
                }
            };
            self.settle_answered(&open, transaction, call, told.as_ref().ok()).await?;
            return told;
        }
        Err(EngineError::Conflict("the payment is changing; send the request again".to_owned()))
    }

    /// Writes where the payment stands after an answer. Where that cannot be read the attempt stays open, and is settled as
    /// one without an answer.
    async fn settle_answered(
        &self,
        open: &OpenAttempt,
        transaction: Transaction,
        call: WalletCall,
        told: Option<&WalletAnswer>,
    ) -> Result<(), EngineError> {
        let orders = match told.map(|told| &told.facts) {
            Some(WalletTold::ProductOrders(orders)) => orders.as_slice(),
            _ => &[],
        };
        match self.standing_of(&transaction).await {
            Ok(Some(standing)) => self.settle_told(open, transaction, orders, &standing).await,
            Ok(None) => {
                tracing::error!(attempt = %open.id, ?call, "the upstream does not know the payment");
                Ok(())
            }
            Err(error) => {
                tracing::warn!(attempt = %open.id, ?call, %error, "cannot read what the wallet gave back yet");
                Ok(())
            }
        }
    }

    /// Writes where a payment stands whose wallet was asked for something, and whose answer nobody has.
    pub(crate) async fn settle_wallet(
        &self,
        open: &OpenAttempt,
        transaction: Transaction,
        call: WalletCall,
        standing: &Standing,
    ) -> Result<(), EngineError> {
        tracing::info!(attempt = %open.id, ?call, "the wallet's answer was lost; its product orders can be read");
        self.settle_told(open, transaction, &[], standing).await
    }

    async fn settle_told(
        &self,
        open: &OpenAttempt,
        transaction: Transaction,
        orders: &[ProductOrder],
        standing: &Standing,
    ) -> Result<(), EngineError> {
        self.settle_on(open, transaction, |mut transaction, now| {
            let wallet = transaction.wallet.get_or_insert_default();
            wallet.asked_at = Some(open.opened_at);
            wallet.told(orders);
            transaction.updated_at = now;
            take_over(transaction, &standing.cancels, now)
        })
        .await
    }

    async fn read_wallet(
        &self,
        channel: &ChannelKey,
        command: &Command,
    ) -> Result<WalletAnswer, EngineError> {
        let directory = self.directory();
        let gone = || EngineError::ChannelNotFound(format!("channel `{channel}` is gone"));
        let adapter: &dyn PgAdapter = directory.entry(channel).ok_or_else(gone)?.adapter()?;
        let now = self.now();
        // Nothing is kept of it, so its marker marks nothing.
        let ctx = CallContext { now, attempt: self.new_attempt_id(now) };
        let admitted = admit(adapter, command, &ctx).map_err(EngineError::Invalid)?;
        match execute(&admitted, &ctx, &*self.transport, self.config.inquiry_deadline).await? {
            Outcome::Wallet(answer) => Ok(*answer),
            other => Err(surprised(&ctx.attempt, &other)),
        }
    }

    /// Keeps what was told of product orders, where it is new. Losing it costs nothing: the next read tells it again.
    async fn remember(&self, mut transaction: Transaction, orders: &[ProductOrder]) {
        let mut wallet: WalletRecord = transaction.wallet.as_deref().cloned().unwrap_or_default();
        wallet.told(orders);
        if transaction.wallet.as_deref() == Some(&wallet) {
            return;
        }
        let id = transaction.id.clone();
        transaction.wallet = Some(Box::new(wallet));
        let kept = self.store.record_change(transaction, None, Vec::new(), Vec::new()).await;
        // The change may have ended a question that a notification had made due.
        let asked = match kept {
            Ok(_) => self.store.hasten_follow_ups(vec![id.clone()], self.now()).await,
            Err(error) => Err(error),
        };
        if let Err(error) = asked {
            tracing::warn!(transaction = %id, %error, "cannot keep what a wallet told");
        }
    }
}

/// Adds the cancels that the upstream tells of a payment at a wallet, and that the record has not got: buyers and the wallet's
/// console give back too. Each is told as the cancels of the shop are.
pub(crate) fn take_over(
    mut transaction: Transaction,
    told: &[CancelStanding],
    now: DateTime<Utc>,
) -> (Transaction, Vec<Event>) {
    let upstream: i64 = told
        .iter()
        .filter(|cancel| cancel.status == CancelStatus::Succeeded)
        .map(|cancel| cancel.total)
        .sum();
    let mut events = Vec::new();
    for cancel in told.iter().filter(|cancel| cancel.status == CancelStatus::Succeeded) {
        let fits = transaction.given_back() + cancel.total <= upstream;
        let Some(id) = id_of(cancel).filter(|_| fits && !is_known(&transaction, cancel)) else { continue };
        if cancel.total > transaction.cancellable() {
            continue;
        }
        let (changed, announced) =
            transition::cancelled(transaction.clone(), taken_over(&transaction, cancel, id, now), false, now);
        transaction = changed;
        events.extend(announced);
    }
    (transaction, events)
}

/// The upstream's id of a cancel, or the PG's number of it.
fn id_of(cancel: &CancelStanding) -> Option<CancellationId> {
    let name = cancel.upstream_id.as_ref().or(cancel.pg_cancellation_id.as_ref())?;
    CancellationId::parse(name).ok()
}

fn is_known(transaction: &Transaction, told: &CancelStanding) -> bool {
    transaction.cancellations.iter().any(|own| {
        let same = |ours: &Option<String>, theirs: &Option<String>| ours.is_some() && ours == theirs;
        same(&own.upstream_id, &told.upstream_id) || same(&own.pg_cancellation_id, &told.pg_cancellation_id)
    })
}

/// The wallet tells no tax of it: the last cancel has what is left of the tax-free part, any other none.
fn taken_over(
    transaction: &Transaction,
    cancel: &CancelStanding,
    id: CancellationId,
    now: DateTime<Utc>,
) -> Cancellation {
    let is_last = cancel.total == transaction.cancellable();
    let ordered = transaction.order.amount.tax_free.unwrap_or(0);
    let tax_free = if is_last { ordered - transaction.cancelled_tax_free() } else { 0 };
    Cancellation {
        id,
        status: CancelStatus::Succeeded,
        total: cancel.total,
        tax_free,
        vat: (cancel.total - tax_free).max(0) / 11,
        reason: REASON.to_owned(),
        requester: None,
        pg_cancellation_id: cancel.pg_cancellation_id.clone(),
        upstream_id: cancel.upstream_id.clone(),
        requested_at: cancel.cancelled_at.unwrap_or(now),
        cancelled_at: Some(cancel.cancelled_at.unwrap_or(now)),
        adjustment: None,
    }
}
