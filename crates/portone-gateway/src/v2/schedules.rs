//! Payment schedules: make, read, list, call off.

use axum::extract::{FromRequest, FromRequestParts, Query, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use chrono::{DateTime, Utc};
use portone_core::PaymentScheduleId;
use portone_engine::EngineError;
use portone_engine::ledger::Schedule;
use portone_engine::port::SchedulePage;

use super::dto::query::Pairs;
use super::dto::{query, schedule as schedule_body};
use super::view::schedule::{CreatedResponse, PageInfo, RevokedResponse, ScheduleView, SchedulesResponse};
use super::{Call, IntoAnswer, answer, ok};
use crate::answer::Moment;
use crate::auth::Access;
use crate::endpoint::Endpoint;
use crate::error::ApiError;
use crate::json::RawBody;
use crate::state::Gateway;

/// `POST /payments/{paymentId}/schedule`
pub(super) async fn create(State(gateway): State<Gateway>, call: Call, body: RawBody) -> Response {
    let read = schedule_body::create(&body, &call.access, &call.id);
    answer(&gateway, Endpoint::CreatePaymentSchedule, read, |engine, request| async move {
        engine.create_schedule(request).await.map(Created)
    })
    .await
}

/// `GET /payment-schedules/{paymentScheduleId}`
pub(super) async fn schedule(State(gateway): State<Gateway>, call: Call) -> Response {
    let read = query::store(&call.query, &call.access);
    answer(&gateway, Endpoint::PaymentSchedule, read, |engine, caller| async move {
        let id = PaymentScheduleId::parse(&call.id)
            .map_err(|_| EngineError::ScheduleNotFound(call.id.trim().to_owned()))?;
        engine.schedule(&caller.store_id, &id).await
    })
    .await
}

/// `GET /payment-schedules`
pub(super) async fn list(State(gateway): State<Gateway>, search: Search) -> Response {
    let read = schedule_body::list(&search.body, &search.access, &gateway.engine);
    answer(&gateway, Endpoint::PaymentSchedules, read, |engine, list| async move {
        let page = engine.schedules(&list.query).await?;
        Ok(Listed { page, number: list.number, size: list.size })
    })
    .await
}

/// `DELETE /payment-schedules`
pub(super) async fn revoke(State(gateway): State<Gateway>, search: Search) -> Response {
    let read = schedule_body::revoke(&search.body, &search.access);
    answer(&gateway, Endpoint::RevokePaymentSchedules, read, |engine, revocation| async move {
        let schedule_body::Revocation { caller, key, ids } = revocation;
        let (ids, at) = engine.revoke_schedules(&caller, key.as_ref(), ids.as_deref()).await?;
        Ok(Revoked { ids, at })
    })
    .await
}

/// An authenticated request with a JSON object in its body, or in the query as `requestBody` (rule V2-014: the body wins).
pub(super) struct Search {
    access: Access,
    body: RawBody,
}

impl FromRequest<Gateway> for Search {
    type Rejection = ApiError;

    async fn from_request(request: Request, gateway: &Gateway) -> Result<Self, ApiError> {
        let (mut parts, body) = request.into_parts();
        let access = Access::from_request_parts(&mut parts, gateway).await?;
        let body = RawBody::read(&parts.headers, body).await?;
        if !body.is_blank() {
            return Ok(Self { access, body });
        }
        let pairs: Query<Pairs> = Query::from_request_parts(&mut parts, gateway).await.map_err(|_| {
            let message = "V2-INPUT query: is not percent-encoded UTF-8; encode it once";
            ApiError::new(StatusCode::BAD_REQUEST, "INVALID_REQUEST", message)
        })?;
        let given = pairs.iter().find(|(name, _)| name == "requestBody");
        let body = RawBody::from_text(given.map_or("{}", |(_, text)| text));
        Ok(Self { access, body })
    }
}

struct Created(Schedule);

impl IntoAnswer for Created {
    fn into_answer(self) -> Response {
        ok(&CreatedResponse::from(&self.0))
    }
}

impl IntoAnswer for Schedule {
    fn into_answer(self) -> Response {
        ok(&ScheduleView::from(&self))
    }
}

struct Listed {
    page: SchedulePage,
    number: i32,
    size: i32,
}

impl IntoAnswer for Listed {
    fn into_answer(self) -> Response {
        let items = self.page.items.iter().map(ScheduleView::from).collect();
        let page = PageInfo { number: self.number, size: self.size, total_count: self.page.total_count };
        ok(&SchedulesResponse { items, page })
    }
}

struct Revoked {
    ids: Vec<PaymentScheduleId>,
    at: DateTime<Utc>,
}

impl IntoAnswer for Revoked {
    fn into_answer(self) -> Response {
        ok(&RevokedResponse {
            revoked_schedule_ids: self.ids.iter().map(PaymentScheduleId::as_str).collect(),
            revoked_at: (!self.ids.is_empty()).then_some(Moment(self.at)),
        })
    }
}
