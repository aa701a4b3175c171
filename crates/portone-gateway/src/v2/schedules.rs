//! Payment schedules: make, read, list, call off.

use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, Utc};
use portone_core::PaymentScheduleId;
use portone_engine::EngineError;
use portone_engine::ledger::Schedule;
use portone_engine::port::SchedulePage;

use super::asked::Asked;
use super::dto::page::Page;
use super::dto::{query, schedule as schedule_body};
use super::view::list::PageInfo;
use super::view::schedule::{CreatedResponse, RevokedResponse, ScheduleView, SchedulesResponse};
use super::{Call, IntoAnswer, answer, ok};
use crate::answer::Moment;
use crate::endpoint::Endpoint;
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
pub(super) async fn list(State(gateway): State<Gateway>, asked: Asked) -> Response {
    let read = schedule_body::list(&asked.body, &asked.access, &gateway.engine);
    answer(&gateway, Endpoint::PaymentSchedules, read, |engine, (page, query)| async move {
        let found = engine.schedules(&query).await?;
        Ok(Listed { page, found })
    })
    .await
}

/// `DELETE /payment-schedules`
pub(super) async fn revoke(State(gateway): State<Gateway>, asked: Asked) -> Response {
    let read = schedule_body::revoke(&asked.body, &asked.access);
    answer(&gateway, Endpoint::RevokePaymentSchedules, read, |engine, revocation| async move {
        let schedule_body::Revocation { caller, key, ids } = revocation;
        let (ids, at) = engine.revoke_schedules(&caller, key.as_ref(), ids.as_deref()).await?;
        Ok(Revoked { ids, at })
    })
    .await
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
    page: Page,
    found: SchedulePage,
}

impl IntoAnswer for Listed {
    fn into_answer(self) -> Response {
        let items = self.found.items.iter().map(ScheduleView::from).collect();
        let page = PageInfo::new(self.page, self.found.total_count);
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
