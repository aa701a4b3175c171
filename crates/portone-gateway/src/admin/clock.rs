//! `/admin/clock`: virtual time, for gateways whose channels are all on sandboxes.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use chrono::TimeDelta;
use portone_engine::Engine;
use portone_engine::port::time::DueCounts;
use serde::Serialize;

use super::input::{Call, body};
use super::{Answer, ok};
use crate::answer::Moment;
use crate::error::ApiError;
use crate::json::RawBody;
use crate::state::Gateway;

/// How far one request moves the clock: a leap year.
const ADVANCE_SECONDS_MAX: i64 = 366 * 86_400;

/// `GET /admin/clock`: the time here, and what is due.
pub(super) async fn read(State(gateway): State<Gateway>, _: Call) -> Answer {
    told(&gateway.engine).await
}

/// `POST /admin/clock/advance`: moves the sandboxes' clocks and then ours. What became due is done by the background duties.
pub(super) async fn advance(State(gateway): State<Gateway>, _: Call, raw: RawBody) -> Answer {
    let seconds = body(&raw, &["seconds"], |fields| {
        let seconds = fields.need_int64_from("seconds", 1)?;
        if seconds > ADVANCE_SECONDS_MAX {
            fields
                .add("seconds", format!("must be at most {ADVANCE_SECONDS_MAX}, a leap year; advance again"));
            return None;
        }
        Some(seconds)
    })?;
    let refused = |message: String| ApiError::new(StatusCode::CONFLICT, "CONFLICT", message);
    gateway.engine.check_clock_movable()?;
    let Some(clock) = gateway.clock.clone() else {
        return Err(refused("this gateway's clock cannot be moved".to_owned()));
    };
    let work = Box::pin(async move { clock.advance(TimeDelta::seconds(seconds)).await });
    gateway.run(work).await.ok_or_else(ApiError::internal)?.map_err(refused)?;
    told(&gateway.engine).await
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ClockView {
    now: Moment,
    /// How far the clock is ahead of the time of day.
    ahead_seconds: i64,
    due: DueView,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DueView {
    schedules: u64,
    webhooks: u64,
    attempts: u64,
    follow_ups: u64,
    comparisons: u64,
}

async fn told(engine: &Arc<Engine>) -> Answer {
    let due = engine.due_counts().await.map_err(|error| ApiError::from_store(&error))?;
    let DueCounts { schedules, webhooks, attempts, follow_ups, comparisons } = due;
    Ok(ok(&ClockView {
        now: Moment(engine.now()),
        ahead_seconds: engine.ahead_seconds(),
        due: DueView { schedules, webhooks, attempts, follow_ups, comparisons },
    }))
}
