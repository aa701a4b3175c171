//! Lists: a GET with a JSON body, or with the same JSON in the query parameter `requestBody` (rule V2-014).

use axum::extract::{FromRequest, FromRequestParts, Query, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use portone_engine::ledger::{BillingKeyRecord, Transaction};
use portone_engine::list::{Cursor, Reached};

use super::dto::query::Pairs;
use super::dto::{key_list as key_list_body, list as list_body};
use super::view::list::{BillingKeysResponse, PageInfo, PaymentsByCursorResponse, PaymentsResponse};
use super::{IntoAnswer, answer, ok};
use crate::auth::Access;
use crate::endpoint::Endpoint;
use crate::error::ApiError;
use crate::json::RawBody;
use crate::state::Gateway;

/// An authenticated request whose body is in the body or in the query. The body wins; where both are missing the request
/// asks for everything.
pub(super) struct Asked {
    access: Access,
    body: RawBody,
}

impl FromRequest<Gateway> for Asked {
    type Rejection = ApiError;

    async fn from_request(request: Request, gateway: &Gateway) -> Result<Self, ApiError> {
        let (mut parts, body) = request.into_parts();
        let access = Access::from_request_parts(&mut parts, gateway).await?;
        // The query is form-encoded: a `+` is a space, as the Python SDK writes it.
        let Query(query): Query<Pairs> =
            Query::from_request_parts(&mut parts, gateway).await.map_err(|_| {
                let message = "V2-INPUT query: is not percent-encoded UTF-8; encode it once";
                ApiError::new(StatusCode::BAD_REQUEST, "INVALID_REQUEST", message)
            })?;
        let body = RawBody::read(&parts.headers, body).await?;
        if !body.is_blank() {
            return Ok(Self { access, body });
        }
        let given =
            query.iter().find(|(name, _)| name == "requestBody").map_or("{}", |(_, text)| text.as_str());
        Ok(Self { access, body: RawBody::from_text(given) })
    }
}

/// `GET /payments`
pub(super) async fn payments(State(gateway): State<Gateway>, asked: Asked) -> Response {
    let read = list_body::payments(&asked.body, &asked.access, gateway.engine.now());
    answer(&gateway, Endpoint::Payments, read, |engine, (page, query)| async move {
        engine.list_payments(query).await.map(|reached| PaymentPage { page, reached })
    })
    .await
}

/// `GET /payments-by-cursor`
pub(super) async fn payments_by_cursor(State(gateway): State<Gateway>, asked: Asked) -> Response {
    let read = list_body::by_cursor(&asked.body, &asked.access, gateway.engine.now());
    answer(&gateway, Endpoint::PaymentsByCursor, read, |engine, walk| async move {
        let found = engine.payments_after(&walk.store_id, walk.after, walk.until, walk.size).await?;
        Ok(Walked(found))
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
    page: list_body::Page,
    reached: Reached<BillingKeyRecord>,
}

impl IntoAnswer for KeyPage {
    fn into_answer(self) -> Response {
        let page = PageInfo::new(self.page.number, self.page.size, self.reached.total_count);
        ok(&BillingKeysResponse::new(&self.reached.items, page))
    }
}

struct PaymentPage {
    page: list_body::Page,
    reached: Reached<Transaction>,
}

impl IntoAnswer for PaymentPage {
    fn into_answer(self) -> Response {
        let page = PageInfo::new(self.page.number, self.page.size, self.reached.total_count);
        ok(&PaymentsResponse::new(&self.reached.items, page))
    }
}

struct Walked(Vec<(Transaction, Cursor)>);

impl IntoAnswer for Walked {
    fn into_answer(self) -> Response {
        ok(&PaymentsByCursorResponse::from(self.0.as_slice()))
    }
}
