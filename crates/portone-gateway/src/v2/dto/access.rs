//! `POST /login/api-secret` and `POST /token/refresh`.

use portone_core::Secret;

use super::{Read, finish, rules};
use crate::fields::{Fields, Findings};
use crate::json::RawBody;

/// The API secret of a login (schema `LoginViaApiSecretBody`).
pub(crate) fn login(body: &RawBody) -> Read<Secret<String>> {
    one_secret(body, "apiSecret")
}

/// The refresh token of a refresh (schema `RefreshTokenBody`).
pub(crate) fn refresh(body: &RawBody) -> Read<Secret<String>> {
    one_secret(body, "refreshToken")
}

fn one_secret(body: &RawBody, name: &'static str) -> Read<Secret<String>> {
    let node = match body.parse() {
        Ok(node) => node,
        Err(error) => return Read::refused(error),
    };
    let findings = Findings::default();
    let fields = Fields::root(&findings, &rules::TOKEN, &node, &[name]);
    let secret = fields.need_text(name).map(Secret::from);
    finish(findings, secret)
}
