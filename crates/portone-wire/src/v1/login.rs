//! `POST /users/getToken` (rules V1-008, V1-009).

use chrono::{DateTime, TimeDelta, Utc};
use portone_core::{Auth, Cause, Effect, Method, PgReply, PgRequest, Secret, Token, TokenSource};
use serde::{Deserialize, Serialize};

use super::reply::Envelope;
use crate::body::json_body;

#[derive(Serialize)]
struct GetTokenInput<'a> {
    imp_key: &'a str,
    imp_secret: &'a str,
}

/// Definition `AuthAnnotation`.
#[derive(Deserialize)]
struct AuthAnnotation {
    access_token: Secret<String>,
    expired_at: i64,
    now: i64,
}

/// Where the tokens of an upstream come from.
pub(super) fn tokens(base_url: &str, imp_key: &Secret<String>, imp_secret: &Secret<String>) -> TokenSource {
    let input = GetTokenInput { imp_key: imp_key.expose(), imp_secret: imp_secret.expose() };
    let login = PgRequest {
        method: Method::Post,
        url: format!("{base_url}/users/getToken"),
        url_secret: None,
        headers: Vec::new(),
        body: Some(json_body(&input, &["/imp_key", "/imp_secret"])),
        auth: Auth::InBody,
        effect: Effect::Reads,
    };
    TokenSource::new(login, read)
}

/// The token of a reply. How long it lives is told by the server's own clock (rule V1-012).
fn read(reply: &PgReply, sent_at: DateTime<Utc>) -> Result<Token, Cause> {
    let status = reply.status;
    if status != 200 && status != 400 && status != 401 {
        return Err(Cause::Undocumented { status, what: "log-in".to_owned() });
    }
    let unreadable = || Cause::Unreadable { status, what: "log-in".to_owned() };
    let envelope = Envelope::parse(reply).map_err(|_| unreadable())?;
    if status != 200 || envelope.code != 0 {
        let message = envelope.message.unwrap_or_else(|| "imp_key and imp_secret are refused".to_owned());
        return Err(Cause::Misconfigured { status, message });
    }
    let answer: AuthAnnotation = envelope.response().map_err(|_| unreadable())?;
    let life = answer.expired_at.checked_sub(answer.now).and_then(TimeDelta::try_seconds);
    let expires_at = life.and_then(|life| sent_at.checked_add_signed(life)).ok_or_else(unreadable)?;
    Ok(Token { secret: answer.access_token, expires_at })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: &str) -> Result<Token, Cause> {
        read(&PgReply { status, body: body.as_bytes().to_vec() }, DateTime::UNIX_EPOCH)
    }

    /// Rules V1-008 and V1-012: the life is what the server's own clock says, whatever ours says.
    #[test]
    fn v1_012_the_life_of_a_token_is_counted_by_the_servers_clock() {
        let body = r#"{"code":0,"message":null,"response":{"access_token":"t","expired_at":90001800,"now":90000000}}"#;
        let token = answer(200, body).unwrap();
        assert_eq!(token.expires_at, DateTime::UNIX_EPOCH + TimeDelta::seconds(1800));
        assert_eq!(token.secret.expose(), "t");
    }

    #[test]
    fn v1_009_refused_credentials_are_a_misconfiguration() {
        for (status, body) in [
            (401, r#"{"code":-1,"message":"인증에 실패하였습니다.","response":null}"#),
            (400, r#"{"code":1,"message":"imp_key, imp_secret","response":null}"#),
            (200, r#"{"code":-1,"message":null,"response":null}"#),
        ] {
            assert!(matches!(answer(status, body), Err(Cause::Misconfigured { .. })), "{status}");
        }
    }

    #[test]
    fn a_log_in_that_cannot_be_read_gives_no_token() {
        assert!(matches!(answer(502, "<html>"), Err(Cause::Undocumented { .. })));
        assert!(matches!(answer(200, "{"), Err(Cause::Unreadable { .. })));
        let body = r#"{"code":0,"message":null,"response":{"access_token":"t","expired_at":9223372036854775807,"now":0}}"#;
        assert!(matches!(answer(200, body), Err(Cause::Unreadable { .. })));
    }
}
