//! `/admin/check` and `/admin/channel-groups/{id}/check`: ask before you pay.

use axum::extract::State;
use portone_core::ChannelGroupId;

use super::input::Call;
use super::{Answer, ok};
use crate::json::RawBody;
use crate::preflight;
use crate::state::Gateway;

/// `POST /admin/check`: about a provider, a channel or a group.
pub(super) async fn any(State(gateway): State<Gateway>, _: Call, body: RawBody) -> Answer {
    let (directory, now) = (gateway.engine.directory(), gateway.engine.now());
    Ok(ok(&preflight::answer(&directory, now, &body, None)?))
}

/// `POST /admin/channel-groups/{id}/check`: about every channel of a group.
pub(super) async fn group(State(gateway): State<Gateway>, call: Call, body: RawBody) -> Answer {
    let id: ChannelGroupId = call.id("channel group")?;
    let (directory, now) = (gateway.engine.directory(), gateway.engine.now());
    Ok(ok(&preflight::answer(&directory, now, &body, Some(id.as_str()))?))
}
