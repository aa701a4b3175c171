//! Webhooks over real sockets.

use std::time::Duration;

use portone_core::{WebhookBreak, WebhookMessage, WebhookReply, WebhookSender as _};
use portone_http::{HttpWebhookSender, WebhookConfig};

use crate::stub::{Stub, read_request, write};

const PRIVATE: &str = "the URL leads to a private address, and webhook_private_targets is false";

fn message(url: String) -> WebhookMessage {
    let headers = vec![("content-type", "application/json".to_owned()), ("webhook-id", "wh-1".to_owned())];
    WebhookMessage { url, headers, body: br#"{"type":"Transaction.Paid"}"#.to_vec(), deadline: None }
}

fn sender(private_targets: bool) -> HttpWebhookSender {
    let config = WebhookConfig { private_targets, body_length_max: 4, ..WebhookConfig::default() };
    HttpWebhookSender::new(config).expect("a client")
}

async fn answered(text: &str) -> (String, Result<WebhookReply, WebhookBreak>) {
    let stub = Stub::start().await;
    let (sender, message) = (sender(true), message(format!("{}/hook", stub.base_url)));
    let serve = async {
        let mut stream = stub.accept().await;
        let request = read_request(&mut stream).await;
        write(&mut stream, text).await;
        drop(stream);
        request
    };
    tokio::join!(serve, sender.send(&message))
}

#[tokio::test]
async fn a_message_arrives_as_it_is_and_the_answer_is_cut() {
    let (request, reply) =
        answered("HTTP/1.1 202 Accepted\r\nx-shop: yes\r\ncontent-length: 10\r\n\r\n0123456789").await;
    assert!(request.starts_with("POST /hook HTTP/1.1\r\n"), "{request}");
    assert!(request.contains("webhook-id: wh-1\r\n"), "{request}");
    assert!(request.ends_with("\r\n\r\n{\"type\":\"Transaction.Paid\"}"), "{request}");
    let reply = reply.expect("an answer");
    assert_eq!((reply.status, reply.body.as_slice()), (202, b"0123".as_slice()));
    assert!(reply.headers.contains(&("x-shop".to_owned(), "yes".to_owned())), "{:?}", reply.headers);
}

#[tokio::test]
async fn a_message_may_have_less_time_than_its_sender() {
    let stub = Stub::start().await;
    let mut message = message(format!("{}/hook", stub.base_url));
    message.deadline = Some(Duration::from_millis(20));
    let patient = sender(true);
    let held = async {
        let _silent = stub.accept().await;
        std::future::pending::<()>().await;
    };
    tokio::select! {
        reply = patient.send(&message) => assert_eq!(reply, Err(WebhookBreak("no reply in time".to_owned()))),
        () = held => {}
    }
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_is_not_followed() {
    let stub = Stub::start().await;
    let elsewhere =
        format!("HTTP/1.1 307 Go\r\nlocation: {}/other\r\ncontent-length: 0\r\n\r\n", stub.base_url);
    let (_, reply) = answered(&elsewhere).await;
    assert_eq!(reply.expect("an answer").status, 307);
    assert!(!stub.has_another().await, "the redirect was followed");
}

#[tokio::test]
async fn a_body_that_breaks_off_does_not_undo_a_status() {
    let (_, reply) = answered("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n01").await;
    assert_eq!(reply.expect("an answer").status, 200);
}

#[tokio::test]
async fn a_break_says_nothing_of_the_message() {
    let (_, reply) = answered("").await;
    let WebhookBreak(why) = reply.expect_err("no answer came");
    assert!(!why.contains("hook") && !why.contains("127.0.0.1"), "{why}");
}

#[tokio::test]
async fn a_silent_receiver_is_given_up() {
    let stub = Stub::start().await;
    let short = Duration::from_millis(50);
    let config = WebhookConfig { private_targets: true, read_timeout: short, ..WebhookConfig::default() };
    let sender = HttpWebhookSender::new(config).expect("a client");
    let message = message(stub.base_url.clone());
    let (_stream, reply) = tokio::join!(stub.accept(), sender.send(&message));
    assert!(reply.is_err());
}

/// By address and by name: neither gets a connection, not even one that is closed at once.
#[tokio::test]
async fn a_private_target_is_never_connected_to() {
    let stub = Stub::start().await;
    let port = stub.base_url.rsplit(':').next().expect("a port").to_owned();
    for host in ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0"] {
        let reply = sender(false).send(&message(format!("http://{host}:{port}/hook"))).await;
        assert_eq!(reply, Err(WebhookBreak(PRIVATE.to_owned())), "{host}");
    }
    assert!(!stub.has_another().await, "somebody connected");
}

/// A question that somebody waits for has less time in all than its connection and one read may take.
#[tokio::test]
async fn the_whole_has_a_time_of_its_own() {
    let stub = Stub::start().await;
    let whole_timeout = Duration::from_millis(50);
    let config = WebhookConfig { private_targets: true, whole_timeout, ..WebhookConfig::default() };
    let sender = HttpWebhookSender::new(config).expect("a client");
    let message = message(stub.base_url.clone());
    let (_stream, reply) = tokio::join!(stub.accept(), sender.send(&message));
    assert_eq!(reply.unwrap_err().to_string(), "no reply in time");
}
