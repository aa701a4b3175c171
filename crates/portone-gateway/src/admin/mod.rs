//! The admin face.
use crate::state::Gateway;
use axum::Router;
pub(crate) fn routes() -> Router<Gateway> {
    Router::new()
}
