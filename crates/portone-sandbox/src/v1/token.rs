//! `POST /users/getToken` and the tokens it gives (V1-007 to V1-009).

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::input::Input;
use super::{IMP_KEY, Refusal};
use crate::ids::IdSource;

const LIFE: TimeDelta = TimeDelta::seconds(1800);
/// A token with less left than this is given longer instead of replaced.
const EXTENDED_WHEN_LEFT: TimeDelta = TimeDelta::seconds(60);
const EXTENSION: TimeDelta = TimeDelta::seconds(300);

/// The token of the one account there is. A restart forgets it, as it may: a client logs in again.
#[derive(Debug, Default)]
pub(crate) struct Tokens {
    current: Option<(String, DateTime<Utc>)>,
}

impl Tokens {
    /// Logs in.
    pub(crate) fn give(
        &mut self,
        now: DateTime<Utc>,
        ids: &mut IdSource,
        api_secret: &str,
        body: &[u8],
    ) -> Result<Value, Refusal> {
        let input = Input::parse(body)?;
        let (Some(key), Some(secret)) = (input.text("imp_key")?, input.text("imp_secret")?) else {
            return Err(Refusal::hub("imp_key, imp_secret 파라미터가 누락되었습니다.").with_status(400));
        };
        if key != IMP_KEY || secret != api_secret {
            return Err(Refusal::unauthorized());
        }
        let (token, expires_at) = match self.current.take().filter(|(_, expires_at)| now < *expires_at) {
            Some((token, expires_at)) if expires_at - now < EXTENDED_WHEN_LEFT => {
                (token, expires_at + EXTENSION)
            }
            Some(current) => current,
            None => (ids.uuid().replace('-', ""), now + LIFE),
        };
        self.current = Some((token.clone(), expires_at));
        Ok(json!({
            "access_token": token, "expired_at": expires_at.timestamp(), "now": now.timestamp(),
        }))
    }

    /// Whether an `Authorization` header carries the token, bare or with the Bearer scheme.
    pub(crate) fn admits(&self, now: DateTime<Utc>, authorization: Option<&str>) -> bool {
        let Some(given) = authorization.map(|given| given.strip_prefix("Bearer ").unwrap_or(given)) else {
            return false;
        };
        self.current.as_ref().is_some_and(|(token, expires_at)| given == token && now < *expires_at)
    }
}
