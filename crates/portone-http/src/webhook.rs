//! Sends webhooks: one client, no redirects, no retries, and no way into private networks unless it is allowed.

use std::{fmt, sync::Arc, time::Duration};

use async_trait::async_trait;
use portone_core::{WebhookBreak, WebhookMessage, WebhookReply, WebhookSender};
use reqwest::{Client, ClientBuilder, Response};

use crate::{
    HttpSetupError,
    classify::break_of,
    guard::{PublicResolver, Refusal, check_url},
};

/// Settings of a [`HttpWebhookSender`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookConfig {
    /// Whether a URL may lead to loopback, private and other addresses that are not public. `false` by default.
    pub private_targets: bool,
    /// How long a connection may take to be made. 30 s by default (rule V2-106).
    pub connect_timeout: Duration,
    /// How long the answer may take, from when the connection is there. 30 s by default (rule V2-106).
    pub read_timeout: Duration,
    /// How long a message may take in all. 60 s by default: a receiver that answers a byte at a time would never pass a
    /// timeout of one read.
    pub whole_timeout: Duration,
    /// How much of an answer's body is read, in bytes; the rest is left. 8 KiB by default.
    pub body_length_max: usize,
}

impl Default for WebhookConfig {
    fn default() -> Self {
        Self {
            private_targets: false,
            connect_timeout: Duration::from_secs(30),
            read_timeout: Duration::from_secs(30),
            whole_timeout: Duration::from_mins(1),
            body_length_max: 8 * 1024,
        }
    }
}

/// How many headers of an answer are kept.
const HEADER_COUNT_MAX: usize = 64;

/// Sends webhooks over HTTP/1.1. Cloning is cheap and shares the connections. It needs a tokio runtime.
#[derive(Clone)]
pub struct HttpWebhookSender {
    client: Client,
    config: WebhookConfig,
}

impl HttpWebhookSender {
    /// Builds the client: TLS by rustls with ring, trusting the system's root certificates. Where the system has none
    /// every HTTPS target fails.
    pub fn new(config: WebhookConfig) -> Result<Self, HttpSetupError> {
        // An error means that the process has a provider already, which serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = client_builder(&config)
            .build()
            .or_else(|_| client_builder(&config).tls_certs_only([]).build())
            .map_err(|error| HttpSetupError::Client(error.without_url().to_string()))?;
        Ok(Self { client, config })
    }

    async fn exchange(&self, message: &WebhookMessage) -> Result<WebhookReply, WebhookBreak> {
        let url = check_url(&message.url, self.config.private_targets)
            .map_err(|refusal| WebhookBreak(refusal.to_string()))?;
        let mut request = self.client.post(url).body(message.body.clone());
        for (name, value) in &message.headers {
            request = request.header(*name, value);
        }
        let mut response = request.send().await.map_err(|error| why(&error))?;
        let headers =
            response.headers().iter().take(HEADER_COUNT_MAX).filter_map(|(name, value)| {
                Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
            });
        let (status, headers) = (response.status().as_u16(), headers.collect());
        let body = read_start(&mut response, self.config.body_length_max).await;
        Ok(WebhookReply { status, headers, body })
    }
}

impl fmt::Debug for HttpWebhookSender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HttpWebhookSender")
    }
}

#[async_trait]
impl WebhookSender for HttpWebhookSender {
    async fn send(&self, message: &WebhookMessage) -> Result<WebhookReply, WebhookBreak> {
        let late = || WebhookBreak("no reply in time".to_owned());
        let whole =
            message.deadline.map_or(self.config.whole_timeout, |it| it.min(self.config.whole_timeout));
        tokio::time::timeout(whole, self.exchange(message)).await.unwrap_or_else(|_| Err(late()))
    }
}

fn client_builder(config: &WebhookConfig) -> ClientBuilder {
    let builder = Client::builder()
        .user_agent(concat!("portone-rs/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .http1_only()
        .connect_timeout(config.connect_timeout)
        .read_timeout(config.read_timeout)
        .pool_idle_timeout(Duration::from_secs(20))
        .pool_max_idle_per_host(2)
        .no_proxy();
    if config.private_targets { builder } else { builder.dns_resolver(Arc::new(PublicResolver)) }
}

fn why(error: &reqwest::Error) -> WebhookBreak {
    WebhookBreak(match Refusal::of(error) {
        Some(refusal) => refusal.to_string(),
        None => break_of(error).to_string(),
    })
}

/// The start of a body. The status has told all that counts, so a body that breaks off is no failure.
async fn read_start(response: &mut Response, length_max: usize) -> Vec<u8> {
    let mut body = Vec::new();
    while body.len() < length_max {
        let Ok(Some(chunk)) = response.chunk().await else { break };
        let room = length_max - body.len();
        body.extend_from_slice(&chunk[..chunk.len().min(room)]);
    }
    body
}
