//! Messages a PG (or the upstream in front of it) sends us (노티).

use thiserror::Error;

use crate::{AttemptId, BillingKey, PaymentId};

/// A message as it came, before anything is believed.
#[derive(Debug, Clone)]
pub struct RawNotification {
    /// Header names in lower case, and values.
    pub headers: Vec<(String, String)>,
    /// The raw body; signatures are over these bytes.
    pub body: Vec<u8>,
}

impl RawNotification {
    /// The value of a header that came exactly once.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut found = self.headers.iter().filter(|(key, _)| key == name);
        let first = found.next()?;
        if found.next().is_some() { None } else { Some(first.1.as_str()) }
    }
}

/// What a message is about. It is only a hint: the engine inquires before it books anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification {
    /// The message's id, the same on each delivery.
    pub id: String,
    /// The event's name as the upstream spells it.
    pub event: String,
    /// What it is about.
    pub subject: NotificationSubject,
}

/// What a message is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotificationSubject {
    /// A payment.
    Payment {
        /// The payment, as it is known upstream.
        payment_id: PaymentId,
        /// The attempt, where the message names it.
        attempt: Option<AttemptId>,
    },
    /// A billing key, as it is known upstream.
    BillingKey(BillingKey),
    /// Something we do not know: answered, and nothing done (rule V2-102).
    Unknown,
}

/// What to answer the sender.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ack {
    /// HTTP status.
    pub status: u16,
    /// Body.
    pub body: String,
}

/// Why a message is not believed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NotificationError {
    /// A header is missing or came twice.
    #[error("header `{0}` is missing or repeated")]
    Header(&'static str),
    /// The signature does not match any secret.
    #[error("the signature does not match")]
    Signature,
    /// The message was signed too long ago or in the future (more than 300 s; rule V2-104).
    #[error("the timestamp is more than 300 s off")]
    Stale,
    /// No secret is configured, so nothing can be verified.
    #[error("the upstream has no webhook_secret, so its messages cannot be verified")]
    NoSecret,
    /// The body cannot be read.
    #[error("the body cannot be read: {0}")]
    Unreadable(String),
}
