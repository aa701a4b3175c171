//! Cash receipts: issue one by hand, read, list, cancel.

use axum::extract::State;
use axum::response::Response;
use portone_core::PaymentId;
use portone_engine::EngineError;
use portone_engine::ledger::CashReceipt;
use portone_engine::list::Reached;

use super::asked::Asked;
use super::dto::page::Page;
use super::dto::{query, receipt as receipt_body, receipt_list};
use super::view::list::PageInfo;
use super::view::receipt::{CancelledResponse, CashReceiptView, CashReceiptsResponse, IssuedResponse};
use super::{Call, IntoAnswer, answer, ok};
use crate::auth::Access;
use crate::endpoint::Endpoint;
use crate::json::RawBody;
use crate::state::Gateway;

/// `POST /cash-receipts`
pub(super) async fn issue(State(gateway): State<Gateway>, access: Access, body: RawBody) -> Response {
    let read = receipt_body::issue(&body, &access);
    answer(&gateway, Endpoint::IssueCashReceipt, read, |engine, request| async move {
        engine.issue_cash_receipt(request).await.map(Issued)
    })
    .await
}

/// `GET /cash-receipts`
pub(super) async fn list(State(gateway): State<Gateway>, asked: Asked) -> Response {
    let read = receipt_list::receipts(&asked.body, &asked.access, gateway.engine.now());
    answer(&gateway, Endpoint::CashReceipts, read, |engine, (page, query)| async move {
        engine.list_receipts(query).await.map(|reached| ReceiptPage { page, reached })
    })
    .await
}

/// `GET /payments/{paymentId}/cash-receipt`
pub(super) async fn receipt(State(gateway): State<Gateway>, call: Call) -> Response {
    let read = query::store(&call.query, &call.access);
    answer(&gateway, Endpoint::CashReceipt, read, |engine, caller| async move {
        engine.cash_receipt(&caller.store_id, &found(&call.id)?).await
    })
    .await
}

/// `POST /payments/{paymentId}/cash-receipt/cancel`
pub(super) async fn cancel(State(gateway): State<Gateway>, call: Call) -> Response {
    let read = query::store(&call.query, &call.access);
    answer(&gateway, Endpoint::CancelCashReceipt, read, |engine, caller| async move {
        engine.cancel_cash_receipt(&caller, &found(&call.id)?).await.map(Cancelled)
    })
    .await
}

/// An id that cannot be one belongs to no receipt.
fn found(id: &str) -> Result<PaymentId, EngineError> {
    PaymentId::parse(id).map_err(|_| EngineError::CashReceiptNotFound(id.trim().to_owned()))
}

struct Issued(CashReceipt);

impl IntoAnswer for Issued {
    fn into_answer(self) -> Response {
        ok(&IssuedResponse::from(&self.0))
    }
}

impl IntoAnswer for CashReceipt {
    fn into_answer(self) -> Response {
        ok(&CashReceiptView::from(&self))
    }
}

struct Cancelled(CashReceipt);

impl IntoAnswer for Cancelled {
    fn into_answer(self) -> Response {
        ok(&CancelledResponse::from(&self.0))
    }
}

struct ReceiptPage {
    page: Page,
    reached: Reached<CashReceipt>,
}

impl IntoAnswer for ReceiptPage {
    fn into_answer(self) -> Response {
        let page = PageInfo::new(self.page, self.reached.total_count);
        ok(&CashReceiptsResponse::new(&self.reached.items, page))
    }
}
