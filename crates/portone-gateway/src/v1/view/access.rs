//! Tokens as answers show them.

use portone_engine::access::V1Token;
use serde::Serialize;

/// Schema `AuthAnnotation`.
#[derive(Serialize)]
pub(crate) struct TokenView<'a> {
    access_token: &'a str,
    expired_at: i64,
    now: i64,
}

impl<'a> From<&'a V1Token> for TokenView<'a> {
    fn from(token: &'a V1Token) -> Self {
        Self {
            access_token: token.access.expose(),
            expired_at: token.until.timestamp(),
            now: token.now.timestamp(),
        }
    }
}
