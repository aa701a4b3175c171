//! Cash receipts (rules V1-083 to V1-085), and sub-shops on sales slips.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use portone_core::{ChannelKey, CommandKind, PayMethod, PaymentId, StoreId};
use portone_engine::ledger::{CashReceipt, PaymentStatus, ReceiptStatus, Transaction};
use portone_engine::request::{IssueCashReceiptRequest, Selector, StoreReceiptRequest};
use portone_engine::{Engine, EngineError};

use super::body::Body;
use super::dto::{partner, receipt};
use super::endpoint::Endpoint;
use super::error::{Failure, THE_PGS, V1Error};
use super::subscribe::{selector, told};
use super::view::escrow::PartnerReceiptView;
use super::view::receipt::ReceiptView;
use super::{Call, Read, answer, capability, envelope, payments, rules};
use crate::state::Gateway;

const RECEIPTS: (CommandKind, &str) = (CommandKind::IssueCashReceipt, "cash receipts");
const SUB_SHOPS: (CommandKind, &str) = (CommandKind::RegisterStoreReceipt, "sub-shops on sales slips");

/// `GET /receipts/{imp_uid}`
pub(super) async fn one(State(gateway): State<Gateway>, call: Call) -> Response {
    answer(&gateway, Endpoint::Receipt, Read::of(()), |engine, ()| async move {
        let store = call.access.store();
        let payment = payments::current(&engine, store, &call.id).await.map_err(never_paid)?;
        let receipt = issued(&engine, store, &payment.order.payment_id).await?;
        Ok(envelope::ok(&ReceiptView::of_payment(&receipt, payment.imp_uid.to_string())))
    })
    .await
}

/// `POST /receipts/{imp_uid}`
pub(super) async fn issue(State(gateway): State<Gateway>, call: Call, body: Body) -> Response {
    let endpoint = Endpoint::IssueReceipt;
    let payment = match payments::current(&gateway.engine, call.access.store(), &call.id).await {
        Ok(payment) => payment,
        Err(error) => return V1Error::of(endpoint, &error).into_response(),
    };
    let paid = Some(payment.cancellable());
    let read = told(endpoint, receipt::issue(&body, payment.order.payment_id.clone(), paid));
    answer(&gateway, endpoint, read, |engine, mut issue| async move {
        check_receiptable(&payment)?;
        let channel_key = payment.channel.key.clone();
        capability::need(&engine, &channel_key, RECEIPTS, endpoint)?;
        if issue.order_name.is_empty() {
            issue.order_name.clone_from(&payment.order.order_name);
        }
        let request = IssueCashReceiptRequest { caller: call.access.caller(), channel_key, issue };
        let receipt = engine.issue_cash_receipt(request).await?;
        Ok(envelope::ok(&ReceiptView::of_payment(&receipt, payment.imp_uid.to_string())))
    })
    .await
}

/// `DELETE /receipts/{imp_uid}`
pub(super) async fn revoke(State(gateway): State<Gateway>, call: Call) -> Response {
    let endpoint = Endpoint::RevokeReceipt;
    answer(&gateway, endpoint, Read::of(()), |engine, ()| async move {
        let payment = payments::current(&engine, call.access.store(), &call.id).await?;
        let receipt = revoked(&engine, &call, &payment.order.payment_id, endpoint).await?;
        Ok(envelope::ok(&ReceiptView::of_payment(&receipt, payment.imp_uid.to_string())))
    })
    .await
}

/// `GET /receipts/external/{merchant_uid}`
pub(super) async fn external(State(gateway): State<Gateway>, call: Call) -> Response {
    answer(&gateway, Endpoint::ExternalReceipt, Read::of(()), |engine, ()| async move {
        let receipt = issued(&engine, call.access.store(), &payment_id(&call.id)?).await?;
        Ok(envelope::ok(&ReceiptView::external(&receipt)))
    })
    .await
}

/// `POST /receipts/external/{merchant_uid}`
pub(super) async fn issue_external(State(gateway): State<Gateway>, call: Call, body: Body) -> Response {
    let endpoint = Endpoint::IssueExternalReceipt;
    let id = match payment_id(&call.id) {
        Ok(id) => id,
        Err(error) => return V1Error::of(endpoint, &error).into_response(),
    };
    let read = told(endpoint, receipt::external(&body, id));
    let named = read.request.as_ref().ok();
    let selector = named.map(|(named, _)| selector(&gateway, call.access.store(), endpoint, named));
    answer(&gateway, endpoint, read, |engine, (_, issue)| async move {
        let channel_key = channel(selector, endpoint)?;
        capability::need(&engine, &channel_key, RECEIPTS, endpoint)?;
        let request = IssueCashReceiptRequest { caller: call.access.caller(), channel_key, issue };
        let receipt = engine.issue_cash_receipt(request).await?;
        Ok(envelope::ok(&ReceiptView::external(&receipt)))
    })
    .await
}

/// `DELETE /receipts/external/{merchant_uid}`
pub(super) async fn revoke_external(State(gateway): State<Gateway>, call: Call) -> Response {
    let endpoint = Endpoint::RevokeExternalReceipt;
    answer(&gateway, endpoint, Read::of(()), |engine, ()| async move {
        let receipt = revoked(&engine, &call, &payment_id(&call.id)?, endpoint).await?;
        Ok(envelope::ok(&ReceiptView::external(&receipt)))
    })
    .await
}

/// `POST /partners/receipts/{imp_uid}`
pub(super) async fn partner(State(gateway): State<Gateway>, call: Call, body: Body) -> Response {
    let endpoint = Endpoint::PartnerReceipt;
    let payment = match payments::current(&gateway.engine, call.access.store(), &call.id).await {
        Ok(payment) => payment,
        Err(error) => return V1Error::of(endpoint, &error).into_response(),
    };
    let read = told(endpoint, partner::receipts(&body, payment.order.amount.currency));
    answer(&gateway, endpoint, read, |engine, items| async move {
        capability::need(&engine, &payment.channel.key, SUB_SHOPS, endpoint)?;
        let payment_id = payment.order.payment_id.clone();
        let request = StoreReceiptRequest { caller: call.access.caller(), payment_id, items };
        let receipt_url = engine.register_store_receipt(request).await.map_err(refused_slip)?;
        Ok(envelope::ok(&PartnerReceiptView { receipt_url }))
    })
    .await
}

/// The document has 400 for a PG's refusal too.
fn refused_slip(error: EngineError) -> Failure {
    let EngineError::Declined(_) = &error else { return error.into() };
    let response = V1Error::new(StatusCode::BAD_REQUEST, THE_PGS, error.to_string()).into_response();
    Failure::Answered { response: Box::new(response), error: Box::new(error) }
}

/// An id that cannot be one belongs to no receipt.
fn payment_id(uid: &str) -> Result<PaymentId, EngineError> {
    PaymentId::parse(uid).map_err(|_| EngineError::CashReceiptNotFound(uid.trim().to_owned()))
}

/// An attempt that another followed has no receipt.
fn never_paid(error: EngineError) -> EngineError {
    match error {
        EngineError::PaymentNotPaid(status) => EngineError::CashReceiptNotFound(status.to_owned()),
        other => other,
    }
}

/// What was paid like cash (rule V1-083).
fn check_receiptable(payment: &Transaction) -> Result<(), V1Error> {
    let problem = match (payment.status, payment.method) {
        (
            PaymentStatus::Paid | PaymentStatus::PartialCancelled,
            PayMethod::Transfer | PayMethod::VirtualAccount,
        ) => {
            return Ok(());
        }
        (PaymentStatus::Paid | PaymentStatus::PartialCancelled, _) => {
            "was not paid by transfer or into a virtual account, and has its own receipt".to_owned()
        }
        (status, _) => format!("is {}; a receipt is issued for what is paid", status.code()),
    };
    let message = format!("{} imp_uid: {problem}", rules::RECEIPT.code);
    Err(V1Error::refused(Endpoint::IssueReceipt, message))
}

/// The receipt of a payment, once it was issued.
async fn issued(engine: &Engine, store: &StoreId, id: &PaymentId) -> Result<CashReceipt, EngineError> {
    let found = engine.cash_receipt(store, id).await?;
    match found.status {
        ReceiptStatus::Issued | ReceiptStatus::Cancelled => Ok(found),
        ReceiptStatus::Pending | ReceiptStatus::Failed => {
            Err(EngineError::CashReceiptNotFound(id.to_string()))
        }
    }
}

/// Cancels a receipt. One that was never issued is 404 where the endpoint has it, else 400 (rule V1-084).
async fn revoked(
    engine: &Engine,
    call: &Call,
    id: &PaymentId,
    endpoint: Endpoint,
) -> Result<CashReceipt, Failure> {
    let caller = call.access.caller();
    match engine.cancel_cash_receipt(&caller, id).await {
        Err(error @ (EngineError::CashReceiptNotFound(_) | EngineError::CashReceiptNotIssued(_))) => {
            let message = format!("V1-084 {error}");
            let is_listed = endpoint.statuses().contains(&StatusCode::NOT_FOUND.as_u16());
            let refusal = if is_listed {
                V1Error::missing(endpoint, message)
            } else {
                V1Error::refused(endpoint, message)
            };
            Err(refusal.into())
        }
        other => Ok(other?),
    }
}

/// A receipt goes to one channel.
fn channel(selector: Option<Result<Selector, Failure>>, endpoint: Endpoint) -> Result<ChannelKey, Failure> {
    match selector {
        Some(Ok(Selector::Channel(key))) => Ok(key),
        Some(Err(failure)) => Err(failure),
        Some(Ok(Selector::Group(_))) | None => {
            let message =
                "V1-INPUT channel_key: is missing; a receipt is issued by one channel, not by a group";
            Err(V1Error::refused(endpoint, message).into())
        }
    }
}
