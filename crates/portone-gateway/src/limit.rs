//! How often a credential may ask, so that one shop's loop leaves the others their share. The buckets are as many as there
//! are credentials; a request without one is refused before it costs anything.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use portone_engine::access::CredentialTag;

/// How often each credential may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit {
    /// Requests in a second, on the long run.
    pub per_second: NonZeroU32,
    /// Requests at once.
    pub burst: NonZeroU32,
}

/// The buckets of the credentials that are configured.
pub(crate) struct Limiter {
    buckets: BTreeMap<CredentialTag, DefaultDirectRateLimiter>,
    clock: DefaultClock,
}

/// There were too many requests: ask again after so many seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TooMany(pub(crate) u64);

impl TooMany {
    /// What the shop is told.
    pub(crate) fn message(self) -> String {
        format!(
            "this key asks more often than the gateway's [limits] allow; send it again after {} s",
            self.0
        )
    }
}

impl Limiter {
    pub(crate) fn new(limit: Option<RateLimit>, tags: impl Iterator<Item = CredentialTag>) -> Self {
        let quota = limit.map(|limit| Quota::per_second(limit.per_second).allow_burst(limit.burst));
        let bucket = |tag| Some((tag, RateLimiter::direct(quota?)));
        Self { buckets: tags.filter_map(bucket).collect(), clock: DefaultClock::default() }
    }

    /// Counts a request of a credential.
    pub(crate) fn admit(&self, tag: CredentialTag) -> Result<(), TooMany> {
        let Some(bucket) = self.buckets.get(&tag) else { return Ok(()) };
        bucket.check().map_err(|full| {
            let wait = full.wait_time_from(self.clock.now());
            TooMany(wait.as_secs() + u64::from(wait.subsec_nanos() > 0))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credential_has_its_burst_and_takes_nothing_from_another() {
        let (one, other) = (CredentialTag([1; 16]), CredentialTag([2; 16]));
        let number = |number| NonZeroU32::new(number).unwrap();
        let limit = RateLimit { per_second: number(1), burst: number(3) };
        let limiter = Limiter::new(Some(limit), [one, other].into_iter());
        let answers: Vec<bool> = (0..4).map(|_| limiter.admit(one).is_ok()).collect();
        assert_eq!(answers, [true, true, true, false]);
        assert_eq!(limiter.admit(one), Err(TooMany(1)));
        assert_eq!(limiter.admit(other), Ok(()));
        let free = Limiter::new(None, [one].into_iter());
        assert!((0..1000).all(|_| free.admit(one).is_ok()));
    }
}
