//! Cash receipts: issue one by hand, cancel one, read one (rule V2-070).

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use portone_core::{
    AttemptId, AttemptSubject, CallContext, CancelCashReceipt, CashReceiptFacts, Command, CommandKind,
    IssueCashReceipt, Outcome, PaymentId, StoreId, admit,
};
use portone_router::Purpose;

use crate::call::{Answer, after_call, attempt};
use crate::engine::Engine;
use crate::error::EngineError;
use crate::ledger::{
    CashReceipt, ChannelSnapshot, Failure, OpenAttempt, OpenSubject, ReceiptStatus, Transaction,
};
use crate::pay::check_parts;
use crate::port::{Begin, BeginReceipt, StoreError};
use crate::request::{Caller, IssueCashReceiptRequest};
use crate::routing::{Routed, Routing};
use crate::transition;

impl Engine {
    /// Issues a cash receipt, for a payment of this ledger or for one made elsewhere.
    pub async fn issue_cash_receipt(
        &self,
        request: IssueCashReceiptRequest,
    ) -> Result<CashReceipt, EngineError> {
        let IssueCashReceiptRequest { caller, channel_key, mut issue } = request;
        // The document of this operation has no error of its own for it.
        check_parts(&issue.amount).map_err(|error| EngineError::Conflict(error.to_string()))?;
        issue.method = self.method_of(&caller.store_id, &issue.payment_id).await?;
        let now = self.now();
        let id = self.new_attempt_id(now);
        let ctx = CallContext { now, attempt: id.clone() };
        let directory = self.directory();
        let routing =
            Routing { directory: &directory, store_id: &caller.store_id, ctx: &ctx, face: caller.face };
        let receipt = |channel| pending(&issue, caller.store_id.clone(), channel, id.clone(), now);
        let command = Command::IssueCashReceipt(issue.clone());
        let Routed { channel, admitted, .. } =
            routing.pinned(&channel_key, Purpose::OneTime, Some(&command))?;
        let receipt = receipt(channel);
        let subject = OpenSubject::IssueCashReceipt {
            receipt_id: receipt.id.clone(),
            payment_id: issue.payment_id.clone(),
            total: issue.amount.total,
        };
        let open = self.open_attempt(
            id.clone(),
            &caller.store_id,
            CommandKind::IssueCashReceipt,
            &channel_key,
            subject,
            now,
        );
        match self.store.begin_receipt(receipt.clone(), open.clone()).await? {
            BeginReceipt::Begun => {}
            BeginReceipt::Outstanding => return Err(EngineError::UnknownOutcome),
            BeginReceipt::AlreadyIssued => return Err(EngineError::CashReceiptAlreadyIssued),
        }
        let subject = self.receipt_subject(&caller.store_id, &issue.payment_id, issue.amount.total).await?;
        let answer = self.call(&channel_key, &admitted, attempt(&id, now, subject)).await;
        self.settle_issue_answer(&open, receipt, answer).await
    }

    /// Cancels the cash receipt of a payment: how much of it, and when.
    pub async fn cancel_cash_receipt(
        &self,
        caller: &Caller,
        payment_id: &PaymentId,
    ) -> Result<CashReceipt, EngineError> {
        let receipt = self.cash_receipt(&caller.store_id, payment_id).await?;
        if receipt.status != ReceiptStatus::Issued {
            return Err(EngineError::CashReceiptNotIssued(receipt.status.code()));
        }
        let directory = self.directory();
        let channel = &receipt.channel.key;
        let entry = directory
            .entry(channel)
            .ok_or_else(|| EngineError::ChannelNotFound(format!("channel `{channel}` is gone")))?;
        let now = self.now();
        let method = self.method_of(&caller.store_id, payment_id).await?;
        let command =
            Command::CancelCashReceipt(CancelCashReceipt { payment_id: payment_id.clone(), method });
        let id = self.new_attempt_id(now);
        let ctx = CallContext { now, attempt: id.clone() };
        let admitted = admit(entry.adapter()?, &command, &ctx).map_err(EngineError::Invalid)?;
        let subject =
            OpenSubject::CancelCashReceipt { receipt_id: receipt.id.clone(), payment_id: payment_id.clone() };
        let kind = CommandKind::CancelCashReceipt;
        let open = self.open_attempt(id.clone(), &caller.store_id, kind, channel, subject, now);
        match self.store.begin_receipt_cancel(&receipt.id, open.clone()).await? {
            Begin::Begun => {}
            Begin::Outstanding => return Err(EngineError::UnknownOutcome),
            Begin::Changed | Begin::Scheduled => {
                return Err(EngineError::CashReceiptNotIssued(ReceiptStatus::Cancelled.code()));
            }
        }
        let subject = AttemptSubject::CancelCashReceipt { payment_id: payment_id.clone() };
        match self.call(channel, &admitted, attempt(&id, now, subject)).await {
            Answer::Done(Outcome::CashReceiptCancelled { cancelled_at, .. }) => {
                self.settle_receipt_cancel(&open, receipt, cancelled_at).await
            }
            Answer::Done(other) => {
                tracing::error!(attempt = %open.id, ?other, "a receipt's cancel answered with something else");
                Err(EngineError::UnknownOutcome)
            }
            Answer::Declined(decline) => {
                after_call(self.store.settle_receipt(&open.id, receipt).await)?;
                Err(EngineError::Declined(decline))
            }
            Answer::Unavailable(cause) => {
                after_call(self.store.settle_receipt(&open.id, receipt).await)?;
                Err(EngineError::Unavailable(cause))
            }
            Answer::Unknown => Err(EngineError::UnknownOutcome),
        }
    }

    /// The cash receipt of a payment: the latest that anybody was told of.
    pub async fn cash_receipt(&self, store: &StoreId, id: &PaymentId) -> Result<CashReceipt, EngineError> {
        let found = self.store.payment_receipt(store, id).await?;
        found.ok_or_else(|| EngineError::CashReceiptNotFound(id.to_string()))
    }

    /// The cash receipt of a payment, if anybody was told of one.
    pub async fn payment_receipt(
        &self,
        store: &StoreId,
        id: &PaymentId,
    ) -> Result<Option<CashReceipt>, EngineError> {
        Ok(self.store.payment_receipt(store, id).await?)
    }

    /// The cash receipts of several payments of one store, by payment, if anybody was told of one.
    pub async fn receipts_of<'t>(
        &self,
        payments: impl Iterator<Item = &'t Transaction>,
    ) -> Result<BTreeMap<PaymentId, CashReceipt>, EngineError> {
        let mut store = None;
        let payments: Vec<PaymentId> = payments
            .filter(|payment| payment.paid_at.is_some())
            .map(|payment| {
                store.get_or_insert(&payment.store_id);
                payment.order.payment_id.clone()
            })
            .collect();
        let Some(store) = store else { return Ok(BTreeMap::new()) };
        let found = self.store.payment_receipts(store, payments).await?;
        Ok(found.into_iter().map(|receipt| (receipt.payment_id.clone(), receipt)).collect())
    }

    /// How the payment of that id was paid, where this ledger has one.
    async fn method_of(
        &self,
        store: &StoreId,
        id: &PaymentId,
    ) -> Result<Option<portone_core::PayMethod>, EngineError> {
        Ok(self.store.latest_transaction(store, id).await?.map(|transaction| transaction.method))
    }

    async fn settle_issue_answer(
        &self,
        open: &OpenAttempt,
        receipt: CashReceipt,
        answer: Answer,
    ) -> Result<CashReceipt, EngineError> {
        match answer {
            Answer::Done(Outcome::CashReceiptIssued(facts)) => {
                let issued = receipt.issued(facts, self.now());
                after_call(self.store.settle_receipt(&open.id, issued.clone()).await)?;
                Ok(issued)
            }
            Answer::Done(other) => {
                tracing::error!(attempt = %open.id, ?other, "a receipt's issue answered with something else");
                Err(EngineError::UnknownOutcome)
            }
            Answer::Declined(decline) => {
                let failed = receipt.failed(transition::refusal(&decline), self.now());
                after_call(self.store.settle_receipt(&open.id, failed).await)?;
                Err(EngineError::Declined(decline))
            }
            Answer::Unavailable(cause) => {
                let failure = Failure { reason: cause.to_string(), pg_code: None, pg_message: None };
                let failed = receipt.failed(failure, self.now());
                after_call(self.store.settle_receipt(&open.id, failed).await)?;
                Err(EngineError::Unavailable(cause))
            }
            Answer::Unknown => Err(EngineError::UnknownOutcome),
        }
    }

    async fn settle_receipt_cancel(
        &self,
        open: &OpenAttempt,
        receipt: CashReceipt,
        cancelled_at: DateTime<Utc>,
    ) -> Result<CashReceipt, EngineError> {
        let cancelled = receipt.cancelled(cancelled_at);
        after_call(self.store.settle_receipt(&open.id, cancelled.clone()).await)?;
        Ok(cancelled)
    }

    /// Writes what an inquiry found of an issue or a cancel.
    pub(crate) async fn settle_receipt_happened(
        &self,
        open: &OpenAttempt,
        receipt_id: &AttemptId,
        found: ReceiptFound,
    ) -> Result<(), EngineError> {
        let receipt = self.receipt_of(receipt_id).await?;
        let settled = match found {
            ReceiptFound::Issued(facts) => receipt.issued(facts, self.now()),
            ReceiptFound::Cancelled(cancelled_at) => receipt.cancelled(cancelled_at),
        };
        self.store.settle_receipt(&open.id, settled).await?;
        Ok(())
    }

    /// Writes that an issue did not happen, or leaves a receipt that was not cancelled as it is.
    pub(crate) async fn settle_receipt_refused(
        &self,
        open: &OpenAttempt,
        receipt_id: &AttemptId,
        failure: Failure,
    ) -> Result<(), EngineError> {
        let receipt = self.receipt_of(receipt_id).await?;
        let settled = match receipt.status {
            ReceiptStatus::Pending => receipt.failed(failure, self.now()),
            ReceiptStatus::Issued | ReceiptStatus::Cancelled | ReceiptStatus::Failed => receipt,
        };
        self.store.settle_receipt(&open.id, settled).await?;
        Ok(())
    }

    /// What to inquire about an issue. It is open, so that what was issued for the payment is another one.
    pub(crate) async fn receipt_subject(
        &self,
        store: &StoreId,
        payment_id: &PaymentId,
        total: i64,
    ) -> Result<AttemptSubject, StoreError> {
        let former = self.store.issued_receipt(store, payment_id).await?;
        let former_number = former.and_then(|receipt| receipt.issue_number);
        Ok(AttemptSubject::IssueCashReceipt { payment_id: payment_id.clone(), total, former_number })
    }

    async fn receipt_of(&self, id: &AttemptId) -> Result<CashReceipt, EngineError> {
        let found = self.store.receipt(id).await?;
        found.ok_or_else(|| EngineError::CashReceiptNotFound(id.to_string()))
    }
}

/// What an inquiry found of a receipt.
pub(crate) enum ReceiptFound {
    /// It was issued.
    Issued(CashReceiptFacts),
    /// It was cancelled.
    Cancelled(DateTime<Utc>),
}

/// The receipt as it is kept before the PG is asked: without the receiver.
fn pending(
    issue: &IssueCashReceipt,
    store_id: StoreId,
    channel: ChannelSnapshot,
    id: AttemptId,
    now: DateTime<Utc>,
) -> CashReceipt {
    CashReceipt {
        id,
        store_id,
        payment_id: issue.payment_id.clone(),
        status: ReceiptStatus::Pending,
        is_manual: true,
        channel,
        purpose: Some(issue.purpose),
        order_name: issue.order_name.clone(),
        amount: issue.amount,
        issue_number: None,
        pg_receipt_id: None,
        url: None,
        requested_at: now,
        issued_at: None,
        cancelled_at: None,
        status_updated_at: now,
        failure: None,
    }
}
