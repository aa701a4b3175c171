//! Payments: pay, read, cancel, close.

use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, Utc};
use portone_core::PaymentId;
use portone_engine::EngineError;
use portone_engine::ledger::{Cancellation, CashReceipt, Transaction};
use portone_engine::request::Paid;
use portone_engine::webhook::Delivery;

use super::dto::{cancel as cancel_body, payment as payment_body, query};
use super::view::cancellation::{CancelPaymentResponse, CancellationView};
use super::view::list::Receipts;
use super::view::payment::{ClosedResponse, PaidResponse, PaymentView, TransactionsResponse};
use super::{Call, IntoAnswer, answer, ok};
use crate::answer::Moment;
use crate::endpoint::Endpoint;
use crate::json::RawBody;
use crate::state::Gateway;

/// `POST /payments/{paymentId}/instant`
pub(super) async fn pay_instantly(State(gateway): State<Gateway>, call: Call, body: RawBody) -> Response {
    let read = payment_body::instant(&body, &call.access, &call.id);
    answer(&gateway, Endpoint::PayInstantly, read, |engine, request| async move {
        engine.pay_instantly(request).await
    })
    .await
}

/// `POST /payments/{paymentId}/billing-key`
pub(super) async fn pay_with_billing_key(
    State(gateway): State<Gateway>,
    call: Call,
    body: RawBody,
) -> Response {
    let read = payment_body::with_billing_key(&body, &call.access, &call.id);
    answer(&gateway, Endpoint::PayWithBillingKey, read, |engine, request| async move {
        Box::pin(engine.pay_with_billing_key(request)).await
    })
    .await
}

/// `GET /payments/{paymentId}`
pub(super) async fn payment(State(gateway): State<Gateway>, call: Call) -> Response {
    let read = query::store(&call.query, &call.access);
    answer(&gateway, Endpoint::Payment, read, |engine, caller| async move {
        let id = found(&call.id)?;
        let payment = engine.payment(&caller.store_id, &id).await?;
        let webhooks = engine.payment_deliveries(&caller.store_id, &id).await?;
        let receipt = engine.payment_receipt(&caller.store_id, &id).await?;
        Ok(PaymentAndWebhooks { payment, webhooks, receipt })
    })
    .await
}

/// `GET /payments/{paymentId}/transactions`
pub(super) async fn transactions(State(gateway): State<Gateway>, call: Call) -> Response {
    let read = query::store(&call.query, &call.access);
    answer(&gateway, Endpoint::Transactions, read, |engine, caller| async move {
        let found = engine.transactions(&caller.store_id, &found(&call.id)?).await?;
        let transactions: Vec<Transaction> = found.into_iter().map(|(transaction, _)| transaction).collect();
        let receipts = engine.receipts_of(transactions.iter()).await?;
        Ok(Attempts { transactions, receipts })
    })
    .await
}

/// `POST /payments/{paymentId}/cancel`
pub(super) async fn cancel(State(gateway): State<Gateway>, call: Call, body: RawBody) -> Response {
    let read = cancel_body::cancel(&body, &call.access, &call.id);
    answer(&gateway, Endpoint::CancelPayment, read, |engine, request| async move {
        Box::pin(engine.cancel(request)).await
    })
    .await
}

/// `POST /payments/{paymentId}/virtual-account/close`
pub(super) async fn close_virtual_account(State(gateway): State<Gateway>, call: Call) -> Response {
    let read = query::store(&call.query, &call.access);
    answer(&gateway, Endpoint::CloseVirtualAccount, read, |engine, caller| async move {
        let closed_at = engine.close_virtual_account(&caller, &found(&call.id)?).await?;
        Ok(Closed(closed_at))
    })
    .await
}

/// An id that cannot be one belongs to no payment.
pub(super) fn found(id: &str) -> Result<PaymentId, EngineError> {
    PaymentId::parse(id).map_err(|_| EngineError::PaymentNotFound(id.trim().to_owned()))
}

impl IntoAnswer for Paid {
    fn into_answer(self) -> Response {
        ok(&PaidResponse::from(self))
    }
}

struct PaymentAndWebhooks {
    payment: Transaction,
    webhooks: Vec<Delivery>,
    receipt: Option<CashReceipt>,
}

impl IntoAnswer for PaymentAndWebhooks {
    fn into_answer(self) -> Response {
        ok(&PaymentView::payment(&self.payment, &self.webhooks).with_receipt(self.receipt.as_ref()))
    }
}

struct Attempts {
    transactions: Vec<Transaction>,
    receipts: Receipts,
}

impl IntoAnswer for Attempts {
    fn into_answer(self) -> Response {
        let receipt = |transaction: &Transaction| self.receipts.get(&transaction.order.payment_id);
        let view = |transaction| PaymentView::transaction(transaction).with_receipt(receipt(transaction));
        ok(&TransactionsResponse { items: self.transactions.iter().map(view).collect() })
    }
}

impl IntoAnswer for Cancellation {
    fn into_answer(self) -> Response {
        ok(&CancelPaymentResponse { cancellation: CancellationView::from(&self) })
    }
}

struct Closed(DateTime<Utc>);

impl IntoAnswer for Closed {
    fn into_answer(self) -> Response {
        ok(&ClosedResponse { closed_at: Moment(self.0) })
    }
}
