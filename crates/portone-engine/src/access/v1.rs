//! Tokens of the V1 API (rule V1-008): one at a time for each key, given out again until it ends, and never worth less than
//! it was told to be. A token is signed like those of the V2 API, so the store keeps its number and its end only.

use chrono::{DateTime, TimeDelta, Utc};
use portone_core::Secret;

use super::{CredentialTag, Kind};
use crate::engine::Engine;
use crate::port::StoreError;

/// How long a token is good for.
const LIFE: TimeDelta = TimeDelta::minutes(30);
/// A token that ends sooner than this is extended when it is given out again.
const SHORT: TimeDelta = TimeDelta::minutes(1);
/// By how much.
const EXTENSION: TimeDelta = TimeDelta::minutes(5);

/// The token of a V1 key, as the store keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeptToken {
    /// Its number.
    pub number: [u8; 16],
    /// When it was to end when it was made, which is signed with it.
    pub made_until: DateTime<Utc>,
    /// When it ends.
    pub until: DateTime<Utc>,
}

impl KeptToken {
    /// What a key's token is from now on: the one it has, as it is or extended, or `candidate` where that is over.
    #[must_use]
    pub fn given(current: Option<Self>, candidate: Self, now: DateTime<Utc>) -> Self {
        match current {
            Some(kept) if kept.until - now >= SHORT => kept,
            Some(kept) if kept.until > now => Self { until: kept.until + EXTENSION, ..kept },
            Some(_) | None => candidate,
        }
    }
}

/// A token as it is given out.
#[derive(Debug)]
pub struct V1Token {
    /// The token.
    pub access: Secret<String>,
    /// When it ends: a whole second.
    pub until: DateTime<Utc>,
    /// The time by this gateway's clock.
    pub now: DateTime<Utc>,
}

impl Engine {
    /// The token of a V1 key.
    pub async fn issue_v1_token(&self, credential: CredentialTag) -> Result<V1Token, StoreError> {
        let now = self.now();
        // V1 tells whole seconds, and a token has to be good for as long as it was told.
        let until = DateTime::from_timestamp(now.timestamp(), 0).unwrap_or(now) + LIFE;
        let candidate = KeptToken { number: self.new_number(), made_until: until, until };
        let kept = self.store.v1_token(credential, candidate, now).await?;
        let access = self.key.sign(Kind::V1, credential, kept.made_until, kept.number);
        Ok(V1Token { access: Secret::new(access), until: kept.until, now })
    }

    /// Whose a V1 token is; `None` when it is none of this installation's, or over. The ledger is asked only of one that
    /// may have been extended.
    pub async fn check_v1_token(&self, token: &str) -> Result<Option<CredentialTag>, StoreError> {
        let Some(claim) = self.key.claim(Kind::V1, token) else { return Ok(None) };
        let now = self.now();
        if now < claim.until {
            return Ok(Some(claim.tag));
        }
        let kept = self.store.kept_v1_token(claim.tag).await?;
        let is_extended = kept.is_some_and(|kept| kept.number == claim.number && now < kept.until);
        Ok(is_extended.then_some(claim.tag))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(1_800_000_000 + seconds)
    }

    fn made(number: u8, seconds: i64) -> KeptToken {
        KeptToken { number: [number; 16], made_until: at(seconds) + LIFE, until: at(seconds) + LIFE }
    }

    #[test]
    fn v1_008_a_token_is_given_out_again_and_extended_in_its_last_minute() {
        let mut kept = None;
        let mut told = Vec::new();
        for (number, seconds) in [(1, 0), (2, 100), (3, 1750), (4, 2200)] {
            let given = KeptToken::given(kept, made(number, seconds), at(seconds));
            told.push((given.number[0], (given.until - at(0)).num_seconds()));
            kept = Some(given);
        }
        assert_eq!(told, [(1, 1800), (1, 1800), (1, 2100), (4, 4000)]);
    }

    #[test]
    fn the_last_minute_begins_when_less_than_one_is_left_and_a_token_ends_at_its_end() {
        let kept = made(1, 0);
        assert_eq!(KeptToken::given(Some(kept), made(2, 1740), at(1740)), kept);
        assert_eq!(KeptToken::given(Some(kept), made(2, 1741), at(1741)).until, at(2100));
        assert_eq!(KeptToken::given(Some(kept), made(2, 1799), at(1799)).number, kept.number);
        assert_eq!(KeptToken::given(Some(kept), made(2, 1800), at(1800)), made(2, 1800));
    }
}
