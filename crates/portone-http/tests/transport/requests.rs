//! What goes on the wire, and how replies come back.

use portone_core::{Auth, Effect, Method, PgRequest, Transport};
use portone_http::{HttpConfig, HttpSetupError, HttpTransport};

use crate::stub::{LONG, OK, Stub, charge, read_request, send, transport, write};

#[tokio::test]
async fn a_request_arrives_whole() {
    let stub = Stub::start().await;
    let server = async {
        let mut stream = stub.accept().await;
        let received = read_request(&mut stream).await;
        write(&mut stream, "HTTP/1.1 409 Conflict\r\ncontent-length: 12\r\n\r\n{\"type\":\"A\"}").await;
        received
    };
    let client = transport();
    let (reply, received) = tokio::join!(send(&client, &stub.base_url), server);
    let reply = reply.expect("a reply");
    assert_eq!((reply.status, reply.body.as_slice()), (409, br#"{"type":"A"}"#.as_slice()));

    let (head, body) = received.split_once("\r\n\r\n").expect("a head and a body");
    assert_eq!(body, r#"{"billingKey":"body-secret"}"#);
    let mut lines: Vec<&str> = head.lines().collect();
    assert_eq!(lines.remove(0), "POST /payments/order1/billing-key?token=query-secret HTTP/1.1");
    lines.sort_unstable();
    let agent = format!("user-agent: portone-rs/{}", env!("CARGO_PKG_VERSION"));
    let host = stub.base_url.replace("http://", "host: ");
    let expected = [
        "accept: */*",
        "authorization: PortOne header-secret",
        "content-length: 28",
        "content-type: application/json",
        host.as_str(),
        "idempotency-key: \"attempt-1\"",
        agent.as_str(),
    ];
    assert_eq!(lines, expected);
}

#[tokio::test]
async fn a_request_without_a_body_names_no_content_type() {
    for (method, name) in [(Method::Get, "GET"), (Method::Delete, "DELETE")] {
        let stub = Stub::start().await;
        let request = PgRequest {
            method,
            url: format!("{}/billing-keys/key1", stub.base_url),
            url_secret: None,
            headers: Vec::new(),
            body: None,
            auth: Auth::PortOneSecret("header-secret".into()),
            effect: Effect::Reads,
        };
        let server = async {
            let mut stream = stub.accept().await;
            let received = read_request(&mut stream).await;
            write(&mut stream, "HTTP/1.1 204 No Content\r\n\r\n").await;
            received
        };
        let client = transport();
        let (reply, received) = tokio::join!(client.send(&request, LONG), server);
        let reply = reply.expect("a reply");
        assert_eq!((reply.status, reply.body.len()), (204, 0));
        assert!(received.starts_with(&format!("{name} /billing-keys/key1 HTTP/1.1\r\n")), "{received}");
        assert!(!received.contains("content-type"), "{received}");
    }
}

#[tokio::test]
async fn a_redirect_is_a_reply_and_is_not_followed() {
    for status in ["307 Temporary Redirect", "308 Permanent Redirect", "302 Found"] {
        let stub = Stub::start().await;
        let server = async {
            let mut stream = stub.accept().await;
            read_request(&mut stream).await;
            let location = &stub.base_url;
            let head = format!("HTTP/1.1 {status}\r\nlocation: {location}/again\r\nconnection: close\r\n");
            write(&mut stream, &format!("{head}content-length: 0\r\n\r\n")).await;
        };
        let client = transport();
        let (reply, ()) = tokio::join!(send(&client, &stub.base_url), server);
        assert_eq!(reply.expect("a reply").status.to_string(), status[..3]);
        assert!(!stub.has_another().await, "nothing is sent again");
    }
}

#[tokio::test]
async fn a_busy_server_is_not_asked_again() {
    let stub = Stub::start().await;
    let server = async {
        let mut stream = stub.accept().await;
        read_request(&mut stream).await;
        let head = "HTTP/1.1 503 Service Unavailable\r\nretry-after: 0\r\nconnection: close\r\n";
        write(&mut stream, &format!("{head}content-length: 0\r\n\r\n")).await;
    };
    let client = transport();
    let (reply, ()) = tokio::join!(send(&client, &stub.base_url), server);
    assert_eq!(reply.expect("a reply").status, 503);
    assert!(!stub.has_another().await, "nothing is sent again");
}

#[tokio::test]
async fn requests_share_one_connection() {
    let stub = Stub::start().await;
    let client = transport();
    let server = async {
        let mut stream = stub.accept().await;
        for _ in 0..3 {
            read_request(&mut stream).await;
            write(&mut stream, OK).await;
        }
    };
    let calls = async {
        for _ in 0..3 {
            assert_eq!(send(&client, &stub.base_url).await.expect("a reply").body, b"{}");
        }
    };
    tokio::join!(calls, server);
}

#[tokio::test]
async fn a_configured_proxy_gets_every_request() {
    let stub = Stub::start().await;
    let config = HttpConfig { proxy: Some(stub.base_url.clone()), ..HttpConfig::default() };
    let client = HttpTransport::new(&config).expect("a client");
    let server = async {
        let mut stream = stub.accept().await;
        let received = read_request(&mut stream).await;
        write(&mut stream, OK).await;
        received
    };
    let request = charge("http://upstream.invalid");
    let (reply, received) = tokio::join!(client.send(&request, LONG), server);
    assert_eq!(reply.expect("a reply").status, 200);
    assert!(received.starts_with("POST http://upstream.invalid/payments/order1/"), "{received}");
}

#[test]
fn a_proxy_that_is_no_address_is_refused() {
    let config = HttpConfig { proxy: Some("http://:no address".to_owned()), ..HttpConfig::default() };
    assert_eq!(HttpTransport::new(&config).err(), Some(HttpSetupError::Proxy));
}
