//! Tokens as answers show them.

use portone_engine::access::Tokens;
use schemars::JsonSchema;
use serde::Serialize;

/// Schemas `LoginViaApiSecretResponse` and `RefreshTokenResponse`. It has no `Debug`: it is the one answer that holds
/// secrets.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TokensResponse<'a> {
    access_token: &'a str,
    refresh_token: &'a str,
}

impl<'a> From<&'a Tokens> for TokensResponse<'a> {
    fn from(tokens: &'a Tokens) -> Self {
        Self { access_token: tokens.access.expose(), refresh_token: tokens.refresh.expose() }
    }
}
