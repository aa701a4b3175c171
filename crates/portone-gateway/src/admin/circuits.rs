//! `GET /admin/circuits`: how each channel works, as this gateway has seen it.

use axum::extract::State;
use portone_engine::CircuitState;
use portone_router::circuit::{SCORE_OPEN, Tally};
use serde::Serialize;

use super::input::Call;
use super::{Answer, items};
use crate::answer::Moment;
use crate::state::Gateway;

/// Every channel that was paid at since the gateway started, in key order.
pub(super) async fn list(State(gateway): State<Gateway>, _: Call) -> Answer {
    let circuits = gateway.engine.circuits();
    Ok(items(circuits.iter().map(CircuitView::of)))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CircuitView<'a> {
    channel_key: &'a str,
    state: &'static str,
    /// 0 to `scoreOpen`.
    score: u32,
    score_open: u32,
    #[serde(flatten)]
    tally: Tally,
    /// Absent while it is closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    open: Option<OpenView>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OpenView {
    since: Moment,
    /// Answers in a row to payments begun since; two close it.
    answers_in_a_row: u32,
    /// When the last canary went, or it opened.
    canary_at: Moment,
    /// Payments drawn elsewhere since then.
    drawn_elsewhere: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    probed_at: Option<Moment>,
    /// When the last probe failed that none has been answered after.
    #[serde(skip_serializing_if = "Option::is_none")]
    probe_failed_at: Option<Moment>,
}

impl<'a> CircuitView<'a> {
    fn of(circuit: &'a CircuitState) -> Self {
        Self {
            channel_key: circuit.channel.as_str(),
            state: if circuit.open.is_some() { "OPEN" } else { "CLOSED" },
            score: circuit.score,
            score_open: SCORE_OPEN,
            tally: circuit.tally,
            open: circuit.open.map(|open| OpenView {
                since: Moment(open.since),
                answers_in_a_row: open.answers,
                canary_at: Moment(open.canary_at),
                drawn_elsewhere: open.passed,
                probed_at: open.probe_at.map(Moment),
                probe_failed_at: open.dark_at.map(Moment),
            }),
        }
    }
}
