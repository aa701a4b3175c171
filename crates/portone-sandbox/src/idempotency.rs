//! Finished answers kept for idempotency keys (V2-010 to V2-013).

use std::collections::{BTreeMap, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::message::{Answer, Method, Request};
use crate::refusal::Refusal;

/// How long a finished answer is replayed (V2-012).
const RETENTION: TimeDelta = TimeDelta::hours(3);

/// What is known of one key.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct KeptAnswer {
    pub(crate) key: String,
    method: Method,
    path: String,
    /// Of the body. It stays in memory: a hash of a body with a card number in it can be searched backwards.
    #[serde(skip)]
    body_hash: Option<u64>,
    pub(crate) started_at: DateTime<Utc>,
    state: State,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
enum State {
    /// The operation has not been performed yet.
    Running,
    /// Performed; outstanding until `since`, which a delay fault puts into the future.
    Finished { since: DateTime<Utc>, status: u16, body: String },
}

/// The keys in use, oldest first; bounded by time and count.
#[derive(Debug)]
pub(crate) struct Answers {
    kept: BTreeMap<String, KeptAnswer>,
    by_age: VecDeque<(DateTime<Utc>, String)>,
    count_max: usize,
}

impl Answers {
    pub(crate) fn new(count_max: usize) -> Self {
        Self { kept: BTreeMap::new(), by_age: VecDeque::new(), count_max }
    }

    /// The stored answer for the request's key, or `None` when the request is to be performed.
    pub(crate) fn replay(
        &mut self,
        now: DateTime<Utc>,
        key: &str,
        request: &Request,
    ) -> Result<Option<Answer>, Refusal> {
        self.expire(now);
        let Some(kept) = self.kept.get(key) else { return Ok(None) };
        if !kept.is_of(request) {
            return Err(Refusal::invalid("this Idempotency-Key was used for a different request"));
        }
        match &kept.state {
            State::Finished { since, status, body } if *since <= now => {
                Ok(Some(Answer::Json { status: *status, body: Bytes::copy_from_slice(body.as_bytes()) }))
            }
            State::Running | State::Finished { .. } => Err(Refusal::conflict(
                "IDEMPOTENCY_OUTSTANDING_REQUEST",
                "a request with this Idempotency-Key is being processed",
            )),
        }
    }

    /// Marks the key as in flight.
    pub(crate) fn start(&mut self, now: DateTime<Utc>, key: &str, request: &Request) {
        let kept = KeptAnswer {
            key: key.to_owned(),
            method: request.method,
            path: request.path.clone(),
            body_hash: Some(hash_of(&request.body)),
            started_at: now,
            state: State::Running,
        };
        self.keep(kept);
    }

    /// Stores the answer, replayed from `since` on.
    pub(crate) fn finish(&mut self, key: &str, since: DateTime<Utc>, answer: &Answer) {
        let Answer::Json { status, body } = answer else { return };
        if let Some(kept) = self.kept.get_mut(key) {
            let body = String::from_utf8_lossy(body).into_owned();
            kept.state = State::Finished { since, status: *status, body };
        }
    }

    /// Takes a key back that was never used after all.
    pub(crate) fn forget(&mut self, key: &str) {
        self.kept.remove(key);
        self.by_age.retain(|(_, other)| other != key);
    }

    pub(crate) fn find(&self, key: &str) -> Option<&KeptAnswer> {
        self.kept.get(key)
    }

    /// Puts a key back, from a journal.
    pub(crate) fn keep(&mut self, kept: KeptAnswer) {
        let age = (kept.started_at, kept.key.clone());
        if self.kept.insert(kept.key.clone(), kept).is_none() {
            self.by_age.push_back(age);
        }
        while self.by_age.len() > self.count_max {
            self.drop_oldest();
        }
    }

    pub(crate) fn keys(&self) -> impl Iterator<Item = &String> {
        self.by_age.iter().map(|(_, key)| key)
    }

    fn expire(&mut self, now: DateTime<Utc>) {
        while self.by_age.front().is_some_and(|(started_at, _)| *started_at + RETENTION <= now) {
            self.drop_oldest();
        }
    }

    fn drop_oldest(&mut self) {
        if let Some((_, key)) = self.by_age.pop_front() {
            self.kept.remove(&key);
        }
    }
}

impl KeptAnswer {
    fn is_of(&self, request: &Request) -> bool {
        self.method == request.method
            && self.path == request.path
            && self.body_hash.is_none_or(|hash| hash == hash_of(&request.body))
    }
}

/// The text between the quotes of a well-formed header (V2-010).
pub(crate) fn key_in(header: &str) -> Result<&str, Refusal> {
    header
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .filter(|key| (16..=256).contains(&key.len()))
        .filter(|key| key.bytes().all(|byte| matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\'))
        .ok_or_else(|| Refusal::invalid("Idempotency-Key must be a quoted string of 16 to 256 characters"))
}

fn hash_of(body: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    body.hash(&mut hasher);
    hasher.finish()
}
