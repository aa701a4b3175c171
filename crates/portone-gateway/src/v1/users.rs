//! The store's own settings.

use axum::extract::State;
use axum::response::Response;

use super::access::V1Access;
use super::endpoint::Endpoint;
use super::view::pg_setting::pg_settings as views;
use super::{Read, answer, envelope};
use crate::state::Gateway;

/// `GET /users/pg`
pub(super) async fn pg_settings(State(gateway): State<Gateway>, access: V1Access) -> Response {
    answer(&gateway, Endpoint::PgSettings, Read::of(()), |engine, ()| async move {
        Ok(envelope::ok(&views(&engine.directory(), access.store())))
    })
    .await
}
