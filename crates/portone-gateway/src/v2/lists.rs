//! Lists of payments and billing keys.

use axum::extract::State;
use axum::response::Response;
use portone_engine::ledger::{BillingKeyRecord, Transaction};
use portone_engine::list::{Cursor, Reached};
use portone_engine::payment_event::PaymentEvent;

use super::asked::Asked;
use super::dto::page::Page;
use super::dto::{key_list as key_list_body, list as list_body};
use super::view::list::{
    BillingKeysResponse, PageInfo, PaymentsByCursorResponse, PaymentsResponse, Receipts,
};
use super::view::payment_event::PaymentEventsResponse;
use super::{IntoAnswer, answer, ok};
use crate::endpoint::Endpoint;
use crate::state::Gateway;

/// `GET /payments`
pub(super) async fn payments(State(gateway): State<Gateway>, asked: Asked) -> Response {
    let read = list_body::payments(&asked.body, &asked.access, gateway.engine.now());
    answer(&gateway, Endpoint::Payments, read, |engine, (page, query)| async move {
        let reached = engine.list_payments(query).await?;
        let receipts = engine.receipts_of(reached.items.iter()).await?;
        Ok(PaymentPage { page, reached, receipts })
    })
    .await
}

/// `GET /payments-by-cursor`
pub(super) async fn payments_by_cursor(State(gateway): State<Gateway>, asked: Asked) -> Response {
    let read = list_body::by_cursor(&asked.body, &asked.access, gateway.engine.now());
    answer(&gateway, Endpoint::PaymentsByCursor, read, |engine, walk| async move {
        let found = engine.payments_after(&walk.store_id, walk.after, walk.until, walk.size).await?;
        let receipts = engine.receipts_of(found.iter().map(|(payment, _)| payment)).await?;
        Ok(Walked(found, receipts))
    })
    .await
}

/// `GET /payment-events-by-cursor`
pub(super) async fn payment_events_by_cursor(State(gateway): State<Gateway>, asked: Asked) -> Response {
    let read = list_body::by_cursor(&asked.body, &asked.access, gateway.engine.now());
    answer(&gateway, Endpoint::PaymentEventsByCursor, read, |engine, walk| async move {
        let found = engine.payment_events_after(&walk.store_id, walk.after, walk.until, walk.size).await?;
        let receipts = engine.receipts_of(found.iter().map(|(event, _)| &event.transaction)).await?;
        Ok(Moved(found, receipts))
    })
    .await
}

/// `GET /billing-keys`
pub(super) async fn billing_keys(State(gateway): State<Gateway>, asked: Asked) -> Response {
    let read = key_list_body::billing_keys(&asked.body, &asked.access, gateway.engine.now());
    answer(&gateway, Endpoint::BillingKeyInfos, read, |engine, (page, query)| async move {
        engine.list_billing_keys(query).await.map(|reached| KeyPage { page, reached })
    })
    .await
}

struct KeyPage {
    page: Page,
    reached: Reached<BillingKeyRecord>,
}

impl IntoAnswer for KeyPage {
    fn into_answer(self) -> Response {
        let page = PageInfo::new(self.page, self.reached.total_count);
        ok(&BillingKeysResponse::new(&self.reached.items, page))
    }
}

struct PaymentPage {
    page: Page,
    reached: Reached<Transaction>,
    receipts: Receipts,
}

impl IntoAnswer for PaymentPage {
    fn into_answer(self) -> Response {
        let page = PageInfo::new(self.page, self.reached.total_count);
        ok(&PaymentsResponse::new(&self.reached.items, &self.receipts, page))
    }
}

struct Walked(Vec<(Transaction, Cursor)>, Receipts);

impl IntoAnswer for Walked {
    fn into_answer(self) -> Response {
        ok(&PaymentsByCursorResponse::new(&self.0, &self.1))
    }
}

struct Moved(Vec<(PaymentEvent, Cursor)>, Receipts);

impl IntoAnswer for Moved {
    fn into_answer(self) -> Response {
        ok(&PaymentEventsResponse::new(&self.0, &self.1))
    }
}
