//! Notifications (노티): what the hub tells its merchants by itself, signed as Standard Webhooks demands (V2-104) and sent
//! again until somebody takes them (V2-106). They are records of the ledger, so a restart forgets none.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::Sha256;

/// The waits before the second try and those after it, in minutes (V2-106).
const WAITS_MIN: [i64; 5] = [1, 4, 16, 64, 256];
/// How long a message that is being sent is left alone: longer than a try takes.
const UNDER_WAY: TimeDelta = TimeDelta::seconds(60);
/// How many messages wait at most; one more is not kept, as if the hub had lost it.
const NOTICE_COUNT_MAX: usize = 100_000;
const SECRET_PREFIX: &str = "whsec_";

/// A message that waits to be taken.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Notice {
    pub(crate) number: u64,
    /// The same on each try.
    id: String,
    url: String,
    /// The same on each try.
    body: String,
    due_at: DateTime<Utc>,
    try_count: usize,
}

/// What happened to a payment.
pub(crate) struct News<'a> {
    pub(crate) kind: &'static str,
    pub(crate) store_id: &'a str,
    pub(crate) payment_id: &'a str,
    pub(crate) transaction_id: &'a str,
    pub(crate) cancellation_id: Option<&'a str>,
}

/// One try of a message: what to POST, and where.
#[derive(Clone)]
pub struct Notification {
    /// Names the message to [`crate::Sandbox::notified`].
    pub number: u64,
    /// Where it goes.
    pub url: String,
    /// Its headers, made for this try.
    pub headers: Vec<(&'static str, String)>,
    /// Its JSON body.
    pub body: Bytes,
}

impl fmt::Debug for Notification {
    /// Shows neither the signature nor the body.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Notification")
            .field("number", &self.number)
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

/// The messages that wait.
#[derive(Debug, Default)]
pub(crate) struct Notices {
    waiting: BTreeMap<u64, Notice>,
    due: BTreeSet<(DateTime<Utc>, u64)>,
    number_last: u64,
}

impl Notices {
    /// Keeps a message for a URL: its number, or `None` when too many wait.
    pub(crate) fn add(&mut self, now: DateTime<Utc>, id: String, url: &str, news: &News<'_>) -> Option<u64> {
        if self.waiting.len() >= NOTICE_COUNT_MAX {
            return None;
        }
        let mut data = json!({
            "storeId": news.store_id,
            "paymentId": news.payment_id,
            "transactionId": news.transaction_id,
        });
        if let Some(cancellation_id) = news.cancellation_id {
            data["cancellationId"] = json!(cancellation_id);
        }
        let body = json!({"type": news.kind, "timestamp": crate::v2::time_text(now), "data": data});
        let number = self.number_last + 1;
        self.put(Notice {
            number,
            id,
            url: url.to_owned(),
            body: body.to_string(),
            due_at: now,
            try_count: 0,
        });
        Some(number)
    }

    /// Keeps a message, in place of the one with its number.
    pub(crate) fn put(&mut self, notice: Notice) {
        self.remove(notice.number);
        self.number_last = self.number_last.max(notice.number);
        self.due.insert((notice.due_at, notice.number));
        self.waiting.insert(notice.number, notice);
    }

    pub(crate) fn remove(&mut self, number: u64) {
        self.number_last = self.number_last.max(number);
        if let Some(notice) = self.waiting.remove(&number) {
            self.due.remove(&(notice.due_at, number));
        }
    }

    pub(crate) fn find(&self, number: u64) -> Option<&Notice> {
        self.waiting.get(&number)
    }

    pub(crate) fn numbers(&self) -> impl Iterator<Item = u64> {
        self.waiting.keys().copied()
    }

    /// Takes messages that are due, the longest due first. A sandbox without a secret signs nothing and sends all the same.
    pub(crate) fn take(
        &mut self,
        now: DateTime<Utc>,
        secret: Option<&str>,
        count_max: usize,
    ) -> Vec<Notification> {
        let due = self.due.iter().take_while(|(at, _)| *at <= now).take(count_max);
        let numbers: Vec<u64> = due.map(|(_, number)| *number).collect();
        let mut taken = Vec::with_capacity(numbers.len());
        for number in numbers {
            let Some(mut notice) = self.waiting.get(&number).cloned() else { continue };
            taken.push(notice.signed(now, secret));
            notice.due_at = now + UNDER_WAY;
            self.put(notice);
        }
        taken
    }

    /// Ends a try: the message is gone once it was taken, or was tried as often as is documented.
    pub(crate) fn tried(&mut self, now: DateTime<Utc>, number: u64, is_taken: bool) {
        let Some(mut notice) = self.waiting.get(&number).cloned() else { return };
        notice.try_count += 1;
        match WAITS_MIN.get(notice.try_count - 1) {
            Some(wait_min) if !is_taken => {
                notice.due_at = now + TimeDelta::minutes(*wait_min);
                self.put(notice);
            }
            _ => self.remove(number),
        }
    }
}

impl Notice {
    fn signed(&self, now: DateTime<Utc>, secret: Option<&str>) -> Notification {
        let timestamp = now.timestamp().to_string();
        let mut headers =
            vec![("content-type", "application/json".to_owned()), ("webhook-id", self.id.clone())];
        if let Some(signature) = secret.and_then(|secret| self.signature(secret, &timestamp)) {
            headers.push(("webhook-signature", signature));
        }
        headers.push(("webhook-timestamp", timestamp));
        Notification {
            number: self.number,
            url: self.url.clone(),
            headers,
            body: Bytes::from(self.body.clone()),
        }
    }

    fn signature(&self, secret: &str, timestamp: &str) -> Option<String> {
        let key = STANDARD.decode(secret.strip_prefix(SECRET_PREFIX).unwrap_or(secret)).ok()?;
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).ok()?;
        mac.update(format!("{}.{timestamp}.{}", self.id, self.body).as_bytes());
        Some(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
    }
}
