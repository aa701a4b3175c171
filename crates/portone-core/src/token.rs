//! Tokens: an upstream that wants a log-in first (V1 `POST /users/getToken`). The driver logs in when it has no token,
//! and once more when a token is refused.

use std::{
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};

use crate::{Cause, PgReply, PgRequest, Secret};

/// How long a log-in may take at most. It moves no money, so it is cut short rather than let a charge start late.
pub const LOGIN_DEADLINE_MAX: Duration = Duration::from_secs(5);

/// A token is no longer used this long before it expires, so that it does not expire on its way.
const EXPIRY_MARGIN: TimeDelta = TimeDelta::seconds(60);

/// Reads the reply to a log-in that was sent at the time given.
pub type ReadToken = fn(&PgReply, DateTime<Utc>) -> Result<Token, Cause>;

/// A token an upstream gave.
#[derive(Debug, Clone)]
pub struct Token {
    /// The token itself.
    pub secret: Secret<String>,
    /// When it expires, by our clock.
    pub expires_at: DateTime<Utc>,
}

/// Where tokens come from: the log-in, and the token it gave last. Its only state is that token; it has no clock.
pub struct TokenSource {
    login: PgRequest,
    read: ReadToken,
    kept: Mutex<Option<Token>>,
}

impl TokenSource {
    /// A source without a token: a log-in request and how its reply is read.
    pub const fn new(login: PgRequest, read: ReadToken) -> Self {
        Self { login, read, kept: Mutex::new(None) }
    }

    /// The log-in.
    pub const fn login(&self) -> &PgRequest {
        &self.login
    }

    /// The token kept, if it can still be used.
    pub fn token(&self, now: DateTime<Utc>) -> Option<Secret<String>> {
        let kept = self.lock();
        kept.as_ref().filter(|token| now < token.expires_at - EXPIRY_MARGIN).map(|token| token.secret.clone())
    }

    /// Reads the reply to a log-in sent at `now` and keeps its token.
    pub fn keep(&self, reply: &PgReply, now: DateTime<Utc>) -> Result<Secret<String>, Cause> {
        let token = (self.read)(reply, now)?;
        let secret = token.secret.clone();
        *self.lock() = Some(token);
        Ok(secret)
    }

    /// Drops a token that was refused, unless another call has fetched a newer one.
    pub fn forget(&self, refused: &Secret<String>) {
        let mut kept = self.lock();
        if kept.as_ref().is_some_and(|token| token.secret == *refused) {
            *kept = None;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Token>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for TokenSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TokenSource({:?})", self.login)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Auth, Effect, Method};

    fn source() -> TokenSource {
        let login = PgRequest {
            method: Method::Post,
            url: "https://upstream.example/users/getToken".to_owned(),
            url_secret: None,
            headers: Vec::new(),
            body: None,
            auth: Auth::InBody,
            effect: Effect::Reads,
        };
        TokenSource::new(login, |reply, now| {
            let secret = Secret::new(String::from_utf8_lossy(&reply.body).into_owned());
            Ok(Token { secret, expires_at: now + TimeDelta::seconds(1800) })
        })
    }

    fn reply(token: &str) -> PgReply {
        PgReply { status: 200, body: token.into() }
    }

    #[test]
    fn a_token_is_kept_until_shortly_before_it_expires() {
        let (source, now) = (source(), DateTime::UNIX_EPOCH);
        assert!(source.token(now).is_none());
        let kept = source.keep(&reply("one"), now).unwrap();
        assert_eq!(source.token(now + TimeDelta::seconds(1739)), Some(kept));
        assert!(source.token(now + TimeDelta::seconds(1740)).is_none());
    }

    #[test]
    fn only_the_token_that_was_refused_is_dropped() {
        let (source, now) = (source(), DateTime::UNIX_EPOCH);
        let one = source.keep(&reply("one"), now).unwrap();
        let two = source.keep(&reply("two"), now).unwrap();
        source.forget(&one);
        assert_eq!(source.token(now), Some(two.clone()));
        source.forget(&two);
        assert!(source.token(now).is_none());
    }
}
