//! A server of raw bytes on a loopback port, and requests to it.

use std::time::Duration;

use portone_core::{Auth, Body, Break, Effect, Method, PgReply, PgRequest, Transport};
use portone_http::{HttpConfig, HttpTransport};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// Long enough never to pass in a test that expects a reply.
pub(crate) const LONG: Duration = Duration::from_secs(20);
/// Short enough to wait for.
pub(crate) const SHORT: Duration = Duration::from_millis(50);

/// A listener on a port of its own.
pub(crate) struct Stub {
    listener: TcpListener,
    pub(crate) base_url: String,
}

impl Stub {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a loopback port");
        let base_url = format!("http://{}", listener.local_addr().expect("an address"));
        Self { listener, base_url }
    }

    pub(crate) async fn accept(&self) -> TcpStream {
        self.listener.accept().await.expect("a connection").0
    }

    /// Whether another connection is waiting to be accepted.
    pub(crate) async fn has_another(&self) -> bool {
        tokio::time::timeout(SHORT, self.listener.accept()).await.is_ok()
    }
}

/// Reads one whole request: head and body.
pub(crate) async fn read_request(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    loop {
        let mut chunk = [0; 1024];
        let count = stream.read(&mut chunk).await.expect("bytes of a request");
        bytes.extend_from_slice(&chunk[..count]);
        let text = String::from_utf8(bytes.clone()).expect("text");
        if count == 0 || is_whole(&text) {
            return text;
        }
    }
}

fn is_whole(text: &str) -> bool {
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let announced = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    body.len() >= announced.map_or(0, |length| length.parse().expect("a length"))
}

pub(crate) async fn write(stream: &mut TcpStream, text: &str) {
    stream.write_all(text.as_bytes()).await.expect("the client reads");
}

pub(crate) const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";

/// A charge with a body, to a URL with secrets in its query.
pub(crate) fn charge(base_url: &str) -> PgRequest {
    PgRequest {
        method: Method::Post,
        url: format!("{base_url}/payments/order1/billing-key?token=query-secret"),
        url_secret: None,
        headers: vec![("Idempotency-Key", "\"attempt-1\"".to_owned())],
        body: Some(Body::json(br#"{"billingKey":"body-secret"}"#.to_vec(), vec!["/billingKey"])),
        auth: Auth::PortOneSecret("header-secret".into()),
        effect: Effect::Once,
    }
}

pub(crate) fn transport() -> HttpTransport {
    HttpTransport::new(&HttpConfig::default()).expect("a client")
}

pub(crate) async fn send(transport: &HttpTransport, base_url: &str) -> Result<PgReply, Break> {
    transport.send(&charge(base_url), LONG).await
}

/// Asserts that a request was not sent, and that the reason names nothing of it.
pub(crate) fn expect_not_sent(result: Result<PgReply, Break>) {
    match result {
        Err(Break::NotSent(why)) => expect_discreet(&why),
        other => panic!("expected not sent: {other:?}"),
    }
}

/// Asserts that an exchange was interrupted, and that the reason names nothing of it.
pub(crate) fn expect_interrupted(result: Result<PgReply, Break>) {
    match result {
        Err(Break::Interrupted(why)) => expect_discreet(&why),
        other => panic!("expected interrupted: {other:?}"),
    }
}

fn expect_discreet(why: &str) {
    for word in ["secret", "order1", "attempt-1", "127.0.0.1", "http", "payments"] {
        assert!(!why.contains(word), "`{word}` in `{why}`");
    }
    assert!(!why.is_empty());
}
