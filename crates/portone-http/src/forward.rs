//! Forwards a request as it came to an upstream that serves what we do not.

use std::{fmt, time::Duration};

use bytes::Bytes;
use portone_core::{Break, Secret};
use reqwest::{
    Client,
    header::{AUTHORIZATION, HeaderMap},
};

use crate::{
    HttpTransport,
    classify::{late, unbuildable},
    transport::{exchange_with, portone_secret},
};

/// A request to forward.
pub struct ForwardRequest {
    /// Its method.
    pub method: reqwest::Method,
    /// Where it goes, query included.
    pub url: String,
    /// Our API secret there.
    pub api_secret: Secret<String>,
    /// Its headers, without a credential.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Bytes,
}

/// What the upstream said.
pub struct ForwardReply {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
}

/// Forwards requests over HTTP/1.1: no retry, no redirect. Cloning is cheap and shares the connections. It needs a tokio
/// runtime with time and I/O.
#[derive(Clone)]
pub struct Forwarder {
    client: Client,
    reply_length_max: usize,
}

impl Forwarder {
    /// Shares a transport's client, and so its certificates and connections.
    pub fn of(transport: &HttpTransport) -> Self {
        Self { client: transport.client.clone(), reply_length_max: transport.reply_length_max }
    }

    /// Forwards a request. A break tells whether it can have been carried out.
    pub async fn forward(&self, request: ForwardRequest, deadline: Duration) -> Result<ForwardReply, Break> {
        let ForwardRequest { method, url, api_secret, headers, body } = request;
        let builder = self.client.request(method, &url).headers(headers).body(body);
        let request = builder.header(AUTHORIZATION, portone_secret(&api_secret)?).build();
        let exchange =
            exchange_with(&self.client, request.map_err(|_| unbuildable())?, self.reply_length_max);
        let (status, headers, body) =
            tokio::time::timeout(deadline, exchange).await.unwrap_or_else(|_| Err(late()))?;
        Ok(ForwardReply { status, headers, body })
    }
}

impl fmt::Debug for Forwarder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Forwarder")
    }
}
