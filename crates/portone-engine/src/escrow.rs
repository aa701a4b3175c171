//! Escrow: tell the PG of a delivery, confirm the purchase (rule V2-071); and sub-shops on the sales slip.

use chrono::{DateTime, Utc};
use portone_core::{
    AttemptSubject, CallContext, Command, CommandKind, ConfirmEscrow, EscrowDelivery, Outcome, PaymentId,
    RegisterEscrowLogistics, RegisterStoreReceipt, admit,
};

use crate::call::{after_call, attempt};
use crate::engine::Engine;
use crate::error::EngineError;
use crate::ledger::{OpenAttempt, OpenSubject, PaymentStatus, Transaction};
use crate::port::Begin;
use crate::request::{Caller, ConfirmEscrowRequest, EscrowLogisticsRequest, StoreReceiptRequest};
use crate::transition;

impl Engine {
    /// Tells the PG of a delivery, or changes what it was told: the delivery, with the time the PG took note of it.
    pub async fn register_escrow_logistics(
        &self,
        request: EscrowLogisticsRequest,
    ) -> Result<EscrowDelivery, EngineError> {
        let EscrowLogisticsRequest { caller, mut register } = request;
        let transaction = self.escrow_payment(&caller, &register.payment_id).await?;
        register.method = transaction.method;
        let delivery = delivery(&register);
        let subject = OpenSubject::RegisterEscrowLogistics {
            payment_id: register.payment_id.clone(),
            transaction_id: transaction.id.clone(),
            company: register.logistics.company,
            invoice_number: register.logistics.invoice_number.clone(),
            sent_at: register.logistics.sent_at,
        };
        let asked = logistics_subject(&register);
        let command = Command::RegisterEscrowLogistics(register);
        let (open, answer) = self.ask(&transaction, &command, subject, asked).await?;
        match answer {
            Outcome::EscrowLogisticsRegistered { applied_at } => {
                let delivery = EscrowDelivery { applied_at: Some(applied_at), ..delivery };
                self.settle_logistics(&open, transaction, delivery.clone()).await?;
                Ok(delivery)
            }
            other => Err(something_else(&open, &other)),
        }
    }

    /// Confirms the purchase: when it was completed.
    pub async fn confirm_escrow(&self, request: ConfirmEscrowRequest) -> Result<DateTime<Utc>, EngineError> {
        let ConfirmEscrowRequest { caller, payment_id, from_store } = request;
        let transaction = self.escrow_payment(&caller, &payment_id).await?;
        let method = transaction.method;
        let subject = OpenSubject::ConfirmEscrow {
            payment_id: payment_id.clone(),
            transaction_id: transaction.id.clone(),
        };
        let asked = AttemptSubject::ConfirmEscrow { payment_id: payment_id.clone() };
        let command = Command::ConfirmEscrow(ConfirmEscrow { payment_id, from_store, method });
        let (open, answer) = self.ask(&transaction, &command, subject, asked).await?;
        match answer {
            Outcome::EscrowConfirmed { completed_at } => {
                self.settle_escrow_confirmed(&open, transaction).await?;
                Ok(completed_at)
            }
            other => Err(something_else(&open, &other)),
        }
    }

    /// Names sub-shops on the sales slip: the slip's page, where the PG tells it. Nothing of it is kept.
    pub async fn register_store_receipt(
        &self,
        request: StoreReceiptRequest,
    ) -> Result<Option<String>, EngineError> {
        let StoreReceiptRequest { caller, payment_id, items } = request;
        let transaction = self.paid_payment(&caller, &payment_id).await?;
        let method = transaction.method;
        let subject = OpenSubject::RegisterStoreReceipt {
            payment_id: payment_id.clone(),
            transaction_id: transaction.id.clone(),
        };
        let asked = AttemptSubject::RegisterStoreReceipt { payment_id: payment_id.clone() };
        let command = Command::RegisterStoreReceipt(RegisterStoreReceipt { payment_id, items, method });
        let (open, answer) = self.ask(&transaction, &command, subject, asked).await?;
        match answer {
            Outcome::StoreReceiptRegistered { receipt_url } => {
                after_call(self.store.drop_attempt(&open).await)?;
                Ok(receipt_url)
            }
            other => Err(something_else(&open, &other)),
        }
    }

    /// A payment of which money is still held: neither open, nor given back whole.
    async fn paid_payment(&self, caller: &Caller, id: &PaymentId) -> Result<Transaction, EngineError> {
        held(self.payment(&caller.store_id, id).await?)
    }

    async fn escrow_payment(&self, caller: &Caller, id: &PaymentId) -> Result<Transaction, EngineError> {
        let transaction = self.paid_payment(caller, id).await?;
        if transaction.order.is_escrow == Some(true) {
            return Ok(transaction);
        }
        // The document of these operations has no error of its own for it.
        Err(EngineError::Conflict(format!(
            "the payment `{id}` is not held in escrow; it was made without isEscrow"
        )))
    }

    /// Intent, call: the outcome of what was done, its attempt still open. A refusal ends the attempt.
    async fn ask(
        &self,
        transaction: &Transaction,
        command: &Command,
        subject: OpenSubject,
        asked: AttemptSubject,
    ) -> Result<(OpenAttempt, Outcome), EngineError> {
        let directory = self.directory();
        let channel = &transaction.channel.key;
        let entry = directory
            .entry(channel)
            .ok_or_else(|| EngineError::ChannelNotFound(format!("channel `{channel}` is gone")))?;
        let now = self.now();
        let id = self.new_attempt_id(now);
        let ctx = CallContext { now, attempt: id.clone() };
        let admitted = admit(entry.adapter()?, command, &ctx).map_err(EngineError::Invalid)?;
        let kind: CommandKind = command.kind();
        let open = self.open_attempt(id.clone(), &transaction.store_id, kind, channel, subject, now);
        match self.store.begin_on_transaction(open.clone(), &transaction.id, transaction.revision).await? {
            Begin::Begun => {}
            Begin::Outstanding | Begin::Changed | Begin::Scheduled => {
                return Err(EngineError::UnknownOutcome);
            }
        }
        let answer = self.call(channel, &admitted, attempt(&id, now, asked)).await;
        let outcome = self.done(&open, answer).await?;
        Ok((open, outcome))
    }

    /// Writes that the PG took note of a delivery.
    pub(crate) async fn settle_logistics(
        &self,
        open: &OpenAttempt,
        transaction: Transaction,
        delivery: EscrowDelivery,
    ) -> Result<(), EngineError> {
        self.settle_on(open, transaction, |transaction, now| {
            transition::delivery_registered(transaction, delivery.clone(), now)
        })
        .await
    }

    /// Writes that the purchase was confirmed.
    pub(crate) async fn settle_escrow_confirmed(
        &self,
        open: &OpenAttempt,
        transaction: Transaction,
    ) -> Result<(), EngineError> {
        self.settle_on(open, transaction, transition::escrow_confirmed).await
    }
}

/// A transaction of which money is still held.
pub(crate) fn held(transaction: Transaction) -> Result<Transaction, EngineError> {
    match transaction.status {
        PaymentStatus::Paid | PaymentStatus::PartialCancelled => Ok(transaction),
        PaymentStatus::Ready
        | PaymentStatus::PayPending
        | PaymentStatus::VirtualAccountIssued
        | PaymentStatus::Failed
        | PaymentStatus::Cancelled => Err(EngineError::PaymentNotPaid(transaction.status.code())),
    }
}

fn delivery(register: &RegisterEscrowLogistics) -> EscrowDelivery {
    EscrowDelivery {
        company: register.logistics.company.code().to_owned(),
        invoice_number: register.logistics.invoice_number.clone(),
        sent_at: Some(register.logistics.sent_at),
        applied_at: None,
    }
}

fn logistics_subject(register: &RegisterEscrowLogistics) -> AttemptSubject {
    AttemptSubject::RegisterEscrowLogistics {
        payment_id: register.payment_id.clone(),
        company: register.logistics.company,
        invoice_number: register.logistics.invoice_number.clone(),
    }
}

fn something_else(open: &OpenAttempt, outcome: &Outcome) -> EngineError {
    tracing::error!(attempt = %open.id, command = open.command.name(), ?outcome, "answered with something else");
    EngineError::UnknownOutcome
}
