//! How a webhook leaves: one message to a shop's URL, and what came back. Like [`Transport`](crate::Transport), the
//! sender is an argument.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use thiserror::Error;

/// One message to a shop. Its headers are made for one try: the timestamp and the signature are fresh each time (rule
/// V2-103).
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookMessage {
    /// Where it goes: `http://` or `https://`.
    pub url: String,
    /// Its headers, content type included.
    pub headers: Vec<(&'static str, String)>,
    /// Its body.
    pub body: Vec<u8>,
    /// How long sending it and waiting for the answer may take; absent means the sender's own deadline.
    pub deadline: Option<Duration>,
}

impl fmt::Debug for WebhookMessage {
    /// Shows neither the signature nor the body.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookMessage").field("url", &self.url).finish_non_exhaustive()
    }
}

/// What a shop answered. Any 2xx means that it has the message (rule V2-106).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookReply {
    /// The HTTP status.
    pub status: u16,
    /// The headers, as they came; what is no text is left out.
    pub headers: Vec<(String, String)>,
    /// The body, cut off at the sender's limit.
    pub body: Vec<u8>,
}

/// Why there is no answer. Says nothing of the message.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct WebhookBreak(pub String);

/// Sends messages to shops. It follows no redirect, retries nothing, keeps its own deadlines, and never reaches an
/// address that its settings forbid.
#[async_trait]
pub trait WebhookSender: Send + Sync {
    /// Sends one message and waits for the answer.
    async fn send(&self, message: &WebhookMessage) -> Result<WebhookReply, WebhookBreak>;
}
