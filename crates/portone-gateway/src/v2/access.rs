//! Tokens: a login by API secret, and the refresh of one.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use portone_core::Secret;
use portone_engine::access::Tokens;

use super::dto::Read;
use super::dto::access as body_of;
use super::ok;
use super::view::access::TokensResponse;
use crate::answer::name_unknown_fields;
use crate::endpoint::Endpoint;
use crate::error::ApiError;
use crate::json::RawBody;
use crate::state::Gateway;

/// `POST /login/api-secret`
pub(super) async fn login(State(gateway): State<Gateway>, body: RawBody) -> Response {
    let Read { request, unknown, .. } = body_of::login(&body);
    let result = match request {
        Ok(secret) => logged_in(&gateway, &secret).await,
        Err(error) => Err(error),
    };
    let mut response = result.unwrap_or_else(|error| error.with_hints(unknown.hints()).into_response());
    name_unknown_fields(Endpoint::Login.name(), &unknown, &mut response);
    response
}

/// `POST /token/refresh`
pub(super) async fn refresh(State(gateway): State<Gateway>, body: RawBody) -> Response {
    let Read { request, unknown, .. } = body_of::refresh(&body);
    let result = match request {
        Ok(token) => refreshed(&gateway, &token).await,
        Err(error) => Err(error),
    };
    let mut response = result.unwrap_or_else(|error| error.with_hints(unknown.hints()).into_response());
    name_unknown_fields(Endpoint::RefreshToken.name(), &unknown, &mut response);
    response
}

async fn logged_in(gateway: &Gateway, secret: &Secret<String>) -> Result<Response, ApiError> {
    let Some(credential) = gateway.keyring.tag(secret.expose()) else {
        return Err(ApiError::unauthorized("apiSecret opens no store here; send a store's API secret"));
    };
    let tokens = gateway.engine.issue_tokens(credential).await;
    tokens.map(|tokens| told(&tokens)).map_err(|problem| ApiError::from_store(&problem))
}

async fn refreshed(gateway: &Gateway, token: &Secret<String>) -> Result<Response, ApiError> {
    let is_known = |credential| gateway.keyring.knows(credential);
    match gateway.engine.refresh_tokens(token, is_known).await {
        Ok(Some(tokens)) => Ok(told(&tokens)),
        Ok(None) => Err(ApiError::unauthorized(
            "refreshToken is not good any more: a later login or refresh replaced it, or a day has passed; log in again",
        )),
        Err(problem) => Err(ApiError::from_store(&problem)),
    }
}

fn told(tokens: &Tokens) -> Response {
    ok(&TokensResponse::from(tokens))
}
