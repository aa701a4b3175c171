//! A JSON object that comes in the body, or, from clients that cannot send one with a GET or DELETE, in the query
//! parameter `requestBody` (rule V2-014).

use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::StatusCode;

use super::dto::query::Pairs;
use crate::auth::Access;
use crate::error::ApiError;
use crate::json::RawBody;
use crate::state::Gateway;

/// An authenticated request whose body is in the body or in the query. The body wins; where both are missing the request
/// asks for everything.
pub(super) struct Asked {
    pub(super) access: Access,
    pub(super) body: RawBody,
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
