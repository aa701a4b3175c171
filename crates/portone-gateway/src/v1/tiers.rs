//! Sub-merchants (하위 상점): no store has any, so no code is one's.

use axum::extract::State;
use axum::response::Response;

use super::endpoint::Endpoint;
use super::error::V1Error;
use super::{Call, Read, answer};
use crate::state::Gateway;

/// `GET /tiers/{tier_code}`
pub(super) async fn one(State(gateway): State<Gateway>, call: Call) -> Response {
    answer(&gateway, Endpoint::Tier, Read::of(()), |_, ()| async move {
        let is_code = call.id.len() == 3
            && call.id.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
        let problem = if is_code {
            "is of no sub-merchant: stores have none here; declare one store for each instead"
        } else {
            "is no code, which has three capital letters or digits"
        };
        Err(V1Error::missing(Endpoint::Tier, format!("V1-011 tier_code: {problem}")).into())
    })
    .await
}
