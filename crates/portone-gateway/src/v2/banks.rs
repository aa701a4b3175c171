//! `GET /banks`, which needs no credential (rule V2-005).

use axum::response::Response;

use super::ok;
use super::view::bank::BanksResponse;

/// `GET /banks`
pub(super) async fn banks() -> Response {
    ok(&BanksResponse::all())
}
