//! What the transport is built from.

use std::time::Duration;

use thiserror::Error;

/// Settings of a [`HttpTransport`](crate::HttpTransport).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpConfig {
    /// How long a connection may take to be made. Shorter than any deadline: a connect that fails in time is known
    /// not to have been sent, a deadline that passes is not. 5 s by default.
    pub connect_timeout: Duration,
    /// How long an unused connection is kept. Below the upstream's own idle time, so that the upstream never closes
    /// a connection just as we write to it. 20 s by default.
    pub pool_idle_timeout: Duration,
    /// The longest reply body read, in bytes. 4 MiB by default.
    pub reply_length_max: usize,
    /// The proxy that every request goes through (`http://host:port`). `None`, the default, is no proxy: the
    /// `HTTP_PROXY` family of environment variables is ignored.
    pub proxy: Option<String>,
}

impl Default for HttpConfig {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(5),
            pool_idle_timeout: Duration::from_secs(20),
            reply_length_max: 4 * 1024 * 1024,
            proxy: None,
        }
    }
}

/// Why no transport can be built.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum HttpSetupError {
    /// [`HttpConfig::proxy`] is not the address of a proxy.
    #[error("the proxy is not an address; write http://host:port")]
    Proxy,
    /// The HTTP client cannot be built: its TLS or its resolver cannot be set up.
    #[error("the HTTP client cannot be set up: {0}")]
    Client(String),
}
