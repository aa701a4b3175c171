//! A request to a PG as a value, the reply to it, and the port that carries them.

use std::{fmt, sync::Arc, time::Duration};

use async_trait::async_trait;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::{Secret, TokenSource};

/// HTTP methods the upstreams use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

impl Method {
    /// The method's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// What a lost reply to a request may have left behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Nothing: the request only reads.
    Reads,
    /// The same state however often it is sent.
    Repeatable,
    /// One charge, cancel or key more each time.
    Once,
}

/// How a request proves who sends it. The transport adds it, so that no rendering shows it.
#[derive(Debug, Clone)]
pub enum Auth {
    /// `Authorization: PortOne <secret>` (V2).
    PortOneSecret(Secret<String>),
    /// A token that a log-in gives (V1). The driver fetches it and sends the request as [`Auth::Bearer`]; a transport
    /// never meets it.
    V1Token(Arc<TokenSource>),
    /// `Authorization: Bearer <token>`.
    Bearer(Secret<String>),
    /// No header: the body is the proof (a log-in).
    InBody,
}

/// A JSON body. Its bytes are zeroised when dropped, and its rendering replaces the secrets.
#[derive(Clone, PartialEq, Eq)]
pub struct Body {
    bytes: Zeroizing<Vec<u8>>,
    secrets: Vec<&'static str>,
}

impl Body {
    /// A JSON body, with the JSON pointers (RFC 6901) of what is secret in it. A pointer may hold one `*`, which stands
    /// for every item of an array.
    pub fn json(bytes: Vec<u8>, secrets: Vec<&'static str>) -> Self {
        Self { bytes: Zeroizing::new(bytes), secrets }
    }

    /// The bytes to send.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The body as JSON with `[secret]` for each secret.
    pub fn rendered(&self) -> serde_json::Value {
        let mut value: serde_json::Value = serde_json::from_slice(&self.bytes).unwrap_or_default();
        for pointer in &self.secrets {
            match pointer.split_once("/*") {
                None => hide(&mut value, pointer),
                Some((array, rest)) => {
                    let items = value.pointer_mut(array).and_then(serde_json::Value::as_array_mut);
                    items.into_iter().flatten().for_each(|item| hide(item, rest));
                }
            }
        }
        value
    }
}

/// As [`Body::rendered`].
impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.rendered())
    }
}

fn hide(value: &mut serde_json::Value, pointer: &str) {
    if let Some(secret) = value.pointer_mut(pointer) {
        *secret = "[secret]".into();
    }
}

/// One HTTP request to an upstream.
#[derive(Clone)]
pub struct PgRequest {
    /// The method.
    pub method: Method,
    /// Scheme, host, path and query. Holds no secret except where [`PgRequest::url_secret`] says so.
    pub url: String,
    /// A part of the URL that is secret (a PG's billing key): rendering replaces it.
    pub url_secret: Option<Secret<String>>,
    /// Headers besides `Authorization` and `Content-Type`.
    pub headers: Vec<(&'static str, String)>,
    /// The JSON body.
    pub body: Option<Body>,
    /// Who sends it.
    pub auth: Auth,
    /// What a lost reply may have left behind.
    pub effect: Effect,
}

impl PgRequest {
    /// The URL with its secret part replaced.
    pub fn rendered_url(&self) -> String {
        match &self.url_secret {
            Some(secret) => self.url.replace(secret.expose().as_str(), "[secret]"),
            None => self.url.clone(),
        }
    }
}

/// The request as a snapshot shows it: method, URL, headers and body, with `[secret]` for each secret.
impl fmt::Display for PgRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} {}", self.method.as_str(), self.rendered_url())?;
        match &self.auth {
            Auth::PortOneSecret(_) => writeln!(f, "authorization: PortOne [secret]")?,
            Auth::V1Token(_) | Auth::Bearer(_) => writeln!(f, "authorization: Bearer [secret]")?,
            Auth::InBody => {}
        }
        for (name, value) in &self.headers {
            writeln!(f, "{name}: {value}")?;
        }
        if let Some(body) = &self.body {
            write!(f, "\n{:#}", body.rendered())?;
        }
        Ok(())
    }
}

impl fmt::Debug for PgRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method.as_str(), self.rendered_url())
    }
}

/// One HTTP reply of an upstream.
#[derive(Clone)]
pub struct PgReply {
    /// HTTP status.
    pub status: u16,
    /// The whole body.
    pub body: Vec<u8>,
}

/// Only status and length: a reply may hold a billing key.
impl fmt::Debug for PgReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HTTP {} ({} bytes)", self.status, self.body.len())
    }
}

/// Why no whole reply came. The transport alone tells the two apart.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Break {
    /// The connection was never made: no byte left.
    #[error("not sent: {0}")]
    NotSent(String),
    /// A byte may have left: the connection broke, or the deadline passed.
    #[error("interrupted: {0}")]
    Interrupted(String),
}

/// Carries requests to upstreams. It must not retry, follow redirects or reorder.
#[async_trait]
pub trait Transport: Send + Sync {
    /// Sends one request and waits for the whole reply, at most until `deadline` has passed.
    async fn send(&self, request: &PgRequest, deadline: Duration) -> Result<PgReply, Break>;
}
