//! The transport: one client, built once, used for every request.

use std::{fmt, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;
use portone_core::{Auth, Break, Method, PgReply, PgRequest, Secret, Transport};
use reqwest::{
    Client, ClientBuilder, Request, Response,
    header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue},
};
use zeroize::Zeroizing;

use crate::{
    HttpConfig, HttpSetupError,
    classify::{break_of, late, too_long, unbuildable},
};

/// Carries requests to upstreams over HTTP/1.1 with connections kept alive.
///
/// It never retries, follows no redirect and uses no proxy unless one is configured. Cloning is cheap and shares the
/// connections. It needs a tokio runtime with time and I/O.
#[derive(Clone)]
pub struct HttpTransport {
    pub(crate) client: Client,
    pub(crate) reply_length_max: usize,
    trusts_system_roots: bool,
}

impl HttpTransport {
    /// Builds the client: TLS by rustls with ring, trusting the system's root certificates.
    ///
    /// Where the system has none the transport still serves plain HTTP, and every HTTPS connection fails as not
    /// sent: see [`HttpTransport::trusts_system_roots`].
    pub fn new(config: &HttpConfig) -> Result<Self, HttpSetupError> {
        let (client, trusts_system_roots) = client(config)?;
        Ok(Self { client, reply_length_max: config.reply_length_max, trusts_system_roots })
    }

    /// Whether the system's root certificates could be loaded. If not, no HTTPS upstream can be reached.
    pub const fn trusts_system_roots(&self) -> bool {
        self.trusts_system_roots
    }

    async fn exchange(&self, request: Request) -> Result<PgReply, Break> {
        let (status, _, body) = exchange_with(&self.client, request, self.reply_length_max).await?;
        Ok(PgReply { status, body })
    }
}

impl fmt::Debug for HttpTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HttpTransport")
    }
}

#[async_trait]
impl Transport for HttpTransport {
    async fn send(&self, request: &PgRequest, deadline: Duration) -> Result<PgReply, Break> {
        let request = http_request(&self.client, request)?;
        tokio::time::timeout(deadline, self.exchange(request)).await.unwrap_or_else(|_| Err(late()))
    }
}

/// A client, and whether it trusts the system's root certificates.
fn client(config: &HttpConfig) -> Result<(Client, bool), HttpSetupError> {
    // An error means that the process has a provider already, which serves as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Ok(match client_builder(config)?.build() {
        Ok(client) => (client, true),
        Err(_) => (client_without_roots(config)?, false),
    })
}

/// Sends a request and reads the reply, of at most `length_max` bytes.
pub(crate) async fn exchange_with(
    client: &Client,
    request: Request,
    length_max: usize,
) -> Result<(u16, HeaderMap, Vec<u8>), Break> {
    let mut response = client.execute(request).await.map_err(|error| break_of(&error))?;
    let (status, headers) = (response.status().as_u16(), std::mem::take(response.headers_mut()));
    let body = read_body(&mut response, length_max).await?;
    Ok((status, headers, body))
}

fn client_builder(config: &HttpConfig) -> Result<ClientBuilder, HttpSetupError> {
    let builder = Client::builder()
        .user_agent(concat!("portone-rs/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        // One connection a request in flight: with HTTP/2 one break would leave them all unknown.
        .http1_only()
        .tcp_nodelay(true)
        .connect_timeout(config.connect_timeout)
        .pool_idle_timeout(config.pool_idle_timeout)
        .no_proxy();
    match &config.proxy {
        None => Ok(builder),
        Some(address) => {
            let proxy = reqwest::Proxy::all(address).map_err(|_| HttpSetupError::Proxy)?;
            Ok(builder.proxy(proxy))
        }
    }
}

fn client_without_roots(config: &HttpConfig) -> Result<Client, HttpSetupError> {
    client_builder(config)?
        .tls_certs_only([])
        .build()
        .map_err(|error| HttpSetupError::Client(error.without_url().to_string()))
}

fn http_request(client: &Client, request: &PgRequest) -> Result<Request, Break> {
    let method = match request.method {
        Method::Get => reqwest::Method::GET,
        Method::Post => reqwest::Method::POST,
        Method::Put => reqwest::Method::PUT,
        Method::Patch => reqwest::Method::PATCH,
        Method::Delete => reqwest::Method::DELETE,
    };
    let mut builder = client.request(method, &request.url);
    if let Some(authorization) = authorization(&request.auth)? {
        builder = builder.header(AUTHORIZATION, authorization);
    }
    for (name, value) in &request.headers {
        builder = builder.header(*name, value);
    }
    if let Some(body) = &request.body {
        // The copy that goes on the wire is zeroised like the original.
        let copy = Bytes::from_owner(Zeroizing::new(body.bytes().to_vec()));
        builder = builder.header(CONTENT_TYPE, JSON).body(copy);
    }
    builder.build().map_err(|_| unbuildable())
}

const JSON: HeaderValue = HeaderValue::from_static("application/json");

fn authorization(auth: &Auth) -> Result<Option<HeaderValue>, Break> {
    let text = Zeroizing::new(match auth {
        Auth::PortOneSecret(secret) => return Ok(Some(portone_secret(secret)?)),
        Auth::Bearer(token) => format!("Bearer {}", token.expose()),
        Auth::InBody => return Ok(None),
        // The driver fetches the token before a transport sees the request.
        Auth::V1Token(_) => return Err(unbuildable()),
    });
    Ok(Some(sensitive(&text)?))
}

pub(crate) fn portone_secret(secret: &Secret<String>) -> Result<HeaderValue, Break> {
    sensitive(&Zeroizing::new(format!("PortOne {}", secret.expose())))
}

fn sensitive(text: &str) -> Result<HeaderValue, Break> {
    let mut value = HeaderValue::from_str(text).map_err(|_| unbuildable())?;
    value.set_sensitive(true);
    Ok(value)
}

async fn read_body(response: &mut Response, length_max: usize) -> Result<Vec<u8>, Break> {
    let announced = response.content_length().unwrap_or(0);
    let capacity = usize::try_from(announced).unwrap_or(usize::MAX);
    if capacity > length_max {
        return Err(too_long(length_max));
    }
    let mut body = Vec::with_capacity(capacity);
    while let Some(chunk) = response.chunk().await.map_err(|error| break_of(&error))? {
        if body.len() + chunk.len() > length_max {
            return Err(too_long(length_max));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}
