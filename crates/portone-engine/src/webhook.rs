//! Webhooks (웹훅): where announcements go, what is kept of each delivery, and the settings of a store's URLs.

mod deliver;
mod message;

pub(crate) use message::{Question, question};

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use portone_core::{Environment, Secret, StoreId};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::event::{Event, EventKind, EventSubject};

/// How often a delivery is tried by itself (rule V2-106 as read in DOC-060): at once, then after the waits.
pub const TRY_COUNT_MAX: u32 = 6;
/// How often one delivery is sent again by hand (rule V2-109: unpublished).
pub const RESEND_COUNT_MAX: u32 = 20;
/// How many secrets may be active at once, while one replaces the other (rule V2-105).
pub const SECRET_COUNT_MAX: usize = 2;

/// The body versions (rule V2-100), with their encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum WebhookFormat {
    /// `{type, timestamp, data}`, always JSON.
    #[serde(rename = "2024-04-25")]
    V2024April,
    /// `{payment_id, tx_id, status}` in JSON.
    #[serde(rename = "2024-01-01 json")]
    V2024JanuaryJson,
    /// `payment_id`, `tx_id` and `status` as a form.
    #[serde(rename = "2024-01-01 form")]
    V2024JanuaryForm,
    /// V1's `{imp_uid, merchant_uid, status}` in JSON (rule V1-091).
    #[serde(rename = "v1 json")]
    V1Json,
    /// V1's `imp_uid`, `merchant_uid` and `status` as a form.
    #[serde(rename = "v1 form")]
    V1Form,
}

impl WebhookFormat {
    /// The version as a console names it.
    pub const fn version(self) -> &'static str {
        match self {
            Self::V2024April => "2024-04-25",
            Self::V2024JanuaryJson | Self::V2024JanuaryForm => "2024-01-01",
            Self::V1Json | Self::V1Form => "v1",
        }
    }

    /// Whether it is the V1 API's.
    pub const fn is_v1(self) -> bool {
        matches!(self, Self::V1Json | Self::V1Form)
    }

    /// Whether an announcement has a body in it: the first version has none of billing keys, and V1 has few at all.
    pub const fn announces(self, event: &Event, is_scheduled: bool) -> bool {
        match self {
            Self::V2024April => true,
            Self::V2024JanuaryJson | Self::V2024JanuaryForm => {
                matches!(event.subject, EventSubject::Payment { .. })
            }
            Self::V1Json | Self::V1Form => v1_status(event, is_scheduled).is_some(),
        }
    }

    /// The version and encoding, as a store keeps them.
    pub const fn code(self) -> &'static str {
        match self {
            Self::V2024April => "2024-04-25",
            Self::V2024JanuaryJson => "2024-01-01 json",
            Self::V2024JanuaryForm => "2024-01-01 form",
            Self::V1Json => "v1 json",
            Self::V1Form => "v1 form",
        }
    }
}

/// What V1 calls what happened (rule V1-090): it tells of money that came, of accounts that wait, of cancels, and of a failure
/// only where no shop was waiting for an answer.
pub(crate) const fn v1_status(event: &Event, is_scheduled: bool) -> Option<&'static str> {
    let EventSubject::Payment { cancellation_id, .. } = &event.subject else { return None };
    match event.kind {
        EventKind::Paid => Some("paid"),
        EventKind::VirtualAccountIssued => Some("ready"),
        EventKind::Failed if is_scheduled => Some("failed"),
        // An account that runs out gives nothing back; one that the shop closes is told, as V2 does.
        EventKind::Cancelled | EventKind::PartialCancelled if cancellation_id.is_some() => Some("cancelled"),
        EventKind::Ready
        | EventKind::Failed
        | EventKind::PayPending
        | EventKind::PartialCancelled
        | EventKind::Cancelled
        | EventKind::CancelPending
        | EventKind::BillingKeyReady
        | EventKind::BillingKeyIssued
        | EventKind::BillingKeyFailed
        | EventKind::BillingKeyDeleted
        | EventKind::BillingKeyUpdated => None,
    }
}

/// A URL of a store, without its secrets: what the store needs to know of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Whose announcements go there: of live channels or of test channels (rule V2-107).
    pub environment: Environment,
    /// The URL.
    pub url: String,
    /// The body version.
    pub format: WebhookFormat,
}

/// A URL of a store, as configured.
#[derive(Debug, Clone)]
pub struct WebhookEndpoint {
    /// Where, and what.
    pub target: Target,
    /// What messages are signed with: one secret, or two while one replaces the other. V1's need none.
    pub secrets: Vec<WebhookSecret>,
    /// Whether V1's messages that the shop did not take are sent again (rule V1-095); all others are.
    pub is_redelivered: bool,
}

/// Every store's URLs, in the order they were declared.
pub type WebhookEndpoints = BTreeMap<StoreId, Vec<WebhookEndpoint>>;

/// The key that messages are signed with: what stands after `whsec_`, decoded (rule V2-104).
#[derive(Debug, Clone)]
pub struct WebhookSecret(Secret<Vec<u8>>);

/// A text that is no webhook secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("is no webhook secret; write whsec_ and then base64")]
pub struct NoWebhookSecret;

impl WebhookSecret {
    /// Reads a secret as consoles show it.
    pub fn parse(text: &Secret<String>) -> Result<Self, NoWebhookSecret> {
        let encoded = text.expose().strip_prefix("whsec_").ok_or(NoWebhookSecret)?;
        let key = STANDARD.decode(encoded).map_err(|_| NoWebhookSecret)?;
        if key.is_empty() { Err(NoWebhookSecret) } else { Ok(Self(Secret::new(key))) }
    }
}

/// Results of a try (schema `PaymentWebhookStatus`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DeliveryStatus {
    /// Any 2xx.
    Succeeded,
    /// Any other status.
    FailedNotOkResponse,
    /// No answer.
    FailedUnexpectedError,
}

impl DeliveryStatus {
    /// The code as schema `PaymentWebhookStatus` spells it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Succeeded => "SUCCEEDED",
            Self::FailedNotOkResponse => "FAILED_NOT_OK_RESPONSE",
            Self::FailedUnexpectedError => "FAILED_UNEXPECTED_ERROR",
        }
    }
}

/// A try: what was sent, and what came back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exchange {
    /// The request's headers, one a line.
    pub request_headers: String,
    /// The request's body.
    pub request_body: String,
    /// When it was sent.
    pub requested_at: DateTime<Utc>,
    /// The answer, or why there is none.
    pub answer: Result<Response, String>,
}

/// A shop's answer, as far as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// The headers, one a line.
    pub headers: String,
    /// The start of the body.
    pub body: String,
    /// When it came.
    pub responded_at: DateTime<Utc>,
}

/// One announcement to one URL, as the log keeps it (rule V2-108).
#[derive(Debug, Clone, PartialEq)]
pub struct Delivery {
    /// Its number in the log, which grows.
    pub number: u64,
    /// The message's id, the same on each try: a shop drops what it has seen.
    pub id: String,
    /// What is announced.
    pub event: Event,
    /// Where.
    pub target: Target,
    /// What the last try came to; none before the first.
    pub status: Option<DeliveryStatus>,
    /// Whether the last try was, or the next one is, asked for by hand.
    pub is_manual: bool,
    /// How often it was tried.
    pub execution_count: u32,
    /// When its next try is due; none when it is through, or waits for an earlier one.
    pub due_at: Option<DateTime<Utc>>,
    /// When it was announced, or last asked for by hand.
    pub triggered_at: DateTime<Utc>,
    /// The last try.
    pub exchange: Option<Exchange>,
}

/// A delivery to send now.
#[derive(Debug, Clone, PartialEq)]
pub struct Claim {
    /// Its number in the log.
    pub number: u64,
    /// The message's id.
    pub id: String,
    /// What is announced.
    pub event: Event,
    /// Where.
    pub target: Target,
    /// How often it was tried of those tries that lead to another.
    pub try_count: u32,
    /// Until when nobody else sends it.
    pub until: DateTime<Utc>,
}

/// What a try came to.
#[derive(Debug, Clone, PartialEq)]
pub struct DeliveryResult {
    /// The delivery's number.
    pub number: u64,
    /// The end of the claim it was sent under.
    pub until: DateTime<Utc>,
    /// The result.
    pub status: DeliveryStatus,
    /// The try.
    pub exchange: Exchange,
    /// When to try again; none when it is through.
    pub retry_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub now: DateTime<Utc>,
}

/// The scheme, host and port of a URL: what is slow or dead together.
pub fn origin(url: &str) -> &str {
    let start = url.find("://").map_or(0, |at| at + 3);
    let end = url[start..].find(['/', '?', '#']).map_or(url.len(), |at| start + at);
    &url[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn v1_090_an_ordinary_failure_sends_nothing() {
        let event = |kind, cancellation_id: Option<&str>| Event {
            store_id: "store-1".parse().unwrap(),
            kind,
            at: DateTime::UNIX_EPOCH,
            subject: EventSubject::Payment {
                payment_id: "order1".parse().unwrap(),
                transaction_id: "tx-1".parse().unwrap(),
                cancellation_id: cancellation_id.map(|id| id.parse().unwrap()),
            },
            trigger: None,
            notice_urls: Vec::new(),
        };
        assert_eq!(v1_status(&event(EventKind::Paid, None), false), Some("paid"));
        assert_eq!(v1_status(&event(EventKind::VirtualAccountIssued, None), false), Some("ready"));
        assert_eq!(v1_status(&event(EventKind::Failed, None), false), None);
        assert_eq!(v1_status(&event(EventKind::Failed, None), true), Some("failed"));
        assert_eq!(v1_status(&event(EventKind::PartialCancelled, Some("c-1")), false), Some("cancelled"));
        assert_eq!(v1_status(&event(EventKind::Cancelled, None), false), None, "a closed account");
        assert_eq!(v1_status(&event(EventKind::CancelPending, Some("c-1")), false), None);
        let key = Event {
            subject: EventSubject::BillingKey("key-1".parse().unwrap()),
            ..event(EventKind::BillingKeyIssued, None)
        };
        assert_eq!(v1_status(&key, false), None);
        assert!(WebhookFormat::V2024April.announces(&key, false));
        assert!(!WebhookFormat::V2024JanuaryForm.announces(&key, false));
    }

    #[test]
    fn an_origin_ends_before_the_path() {
        let cases = [
            ("https://shop.example/hook", "https://shop.example"),
            ("http://127.0.0.1:9000?x=1", "http://127.0.0.1:9000"),
            ("https://shop.example", "https://shop.example"),
            ("nonsense/path", "nonsense"),
        ];
        for (url, expected) in cases {
            assert_eq!(origin(url), expected);
        }
    }

    #[test]
    fn a_secret_has_its_prefix_and_base64() {
        assert!(WebhookSecret::parse(&"whsec_bXkta2V5".into()).is_ok());
        for text in ["bXkta2V5", "whsec_", "whsec_???", ""] {
            assert!(WebhookSecret::parse(&text.into()).is_err(), "{text}");
        }
    }
}
