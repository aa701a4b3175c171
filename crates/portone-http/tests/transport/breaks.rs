//! What each kind of broken exchange is called: did a byte leave?

use portone_core::{Break, PgReply, Transport};
use portone_http::{HttpConfig, HttpTransport};

use crate::stub::{
    LONG, OK, SHORT, Stub, charge, expect_interrupted, expect_not_sent, read_request, send, transport, write,
};

#[tokio::test]
async fn a_refused_port_is_not_sent() {
    let stub = Stub::start().await;
    let base_url = stub.base_url.clone();
    drop(stub);
    expect_not_sent(send(&transport(), &base_url).await);
}

#[tokio::test]
async fn a_request_that_cannot_be_built_is_not_sent() {
    expect_not_sent(send(&transport(), "no url at all").await);
    let mut request = charge("http://127.0.0.1:9");
    request.headers.push(("X-Broken", "secret\nline".to_owned()));
    expect_not_sent(transport().send(&request, LONG).await);
}

#[tokio::test]
async fn a_failed_tls_handshake_is_not_sent() {
    let stub = Stub::start().await;
    let server = async {
        let mut stream = stub.accept().await;
        write(&mut stream, "this is no TLS\r\n\r\n").await;
    };
    let https = stub.base_url.replace("http:", "https:");
    let client = transport();
    let (result, ()) = tokio::join!(send(&client, &https), server);
    expect_not_sent(result);
}

#[tokio::test]
async fn a_connection_that_is_not_made_in_time_is_not_sent() {
    let stub = Stub::start().await;
    let config = HttpConfig { connect_timeout: SHORT, ..HttpConfig::default() };
    let client = HttpTransport::new(&config).expect("a client");
    // The stub never answers the TLS handshake.
    let https = stub.base_url.replace("http:", "https:");
    expect_not_sent(send(&client, &https).await);
}

#[tokio::test]
async fn a_reset_after_accept_is_interrupted() {
    let stub = Stub::start().await;
    let server = async {
        let stream = stub.accept().await;
        // Closing with unread bytes resets the connection.
        stream.readable().await.expect("a request");
        drop(stream);
    };
    let client = transport();
    let (result, ()) = tokio::join!(send(&client, &stub.base_url), server);
    expect_interrupted(result);
    assert!(!stub.has_another().await, "nothing is sent again");
}

#[tokio::test]
async fn a_close_without_a_reply_is_interrupted() {
    let stub = Stub::start().await;
    let server = async {
        let mut stream = stub.accept().await;
        read_request(&mut stream).await;
    };
    let client = transport();
    let (result, ()) = tokio::join!(send(&client, &stub.base_url), server);
    expect_interrupted(result);
    assert!(!stub.has_another().await, "nothing is sent again");
}

#[tokio::test]
async fn a_reply_cut_in_half_is_interrupted_wherever_it_is_cut() {
    let whole = "HTTP/1.1 200 OK\r\ncontent-length: 20\r\n\r\n{\"payment\":\"order1\"}";
    for length in [1, 12, 17, 30, whole.len() / 2, whole.len() - 1] {
        let stub = Stub::start().await;
        let server = async {
            let mut stream = stub.accept().await;
            read_request(&mut stream).await;
            write(&mut stream, &whole[..length]).await;
        };
        let client = transport();
        let (result, ()) = tokio::join!(send(&client, &stub.base_url), server);
        expect_interrupted(result);
    }
}

#[tokio::test]
async fn a_chunked_reply_cut_in_half_is_interrupted() {
    let stub = Stub::start().await;
    let server = async {
        let mut stream = stub.accept().await;
        read_request(&mut stream).await;
        write(&mut stream, "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n").await;
    };
    let client = transport();
    let (result, ()) = tokio::join!(send(&client, &stub.base_url), server);
    expect_interrupted(result);
}

#[tokio::test]
async fn what_is_no_http_is_interrupted() {
    let stub = Stub::start().await;
    let server = async {
        let mut stream = stub.accept().await;
        read_request(&mut stream).await;
        write(&mut stream, "220 mail.example ESMTP\r\n\r\n").await;
    };
    let client = transport();
    let (result, ()) = tokio::join!(send(&client, &stub.base_url), server);
    expect_interrupted(result);
}

/// Sends under a short deadline, and asserts that it is kept.
async fn send_in_time(client: &HttpTransport, base_url: &str) -> Result<PgReply, Break> {
    let request = charge(base_url);
    tokio::time::timeout(LONG, client.send(&request, SHORT)).await.expect("the deadline is kept")
}

#[tokio::test]
async fn a_reply_after_the_deadline_is_interrupted() {
    let stub = Stub::start().await;
    expect_interrupted(send_in_time(&transport(), &stub.base_url).await);
    let mut stream = stub.accept().await;
    assert!(read_request(&mut stream).await.ends_with(r#"{"billingKey":"body-secret"}"#), "it had left");
}

#[tokio::test]
async fn the_deadline_bounds_the_body_too() {
    let stub = Stub::start().await;
    let server = async {
        let mut stream = stub.accept().await;
        read_request(&mut stream).await;
        write(&mut stream, "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{").await;
        stream
    };
    let client = transport();
    let (result, _open) = tokio::join!(send_in_time(&client, &stub.base_url), server);
    expect_interrupted(result);
}

#[tokio::test]
async fn a_reply_that_is_too_long_is_interrupted() {
    let config = HttpConfig { reply_length_max: 16, ..HttpConfig::default() };
    let client = HttpTransport::new(&config).expect("a client");
    let body = "a".repeat(17);
    let announced = format!("HTTP/1.1 200 OK\r\ncontent-length: 17\r\n\r\n{body}");
    let chunked = format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n11\r\n{body}\r\n0\r\n\r\n");
    let until_close = format!("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{body}");
    for reply in [announced, chunked, until_close] {
        let stub = Stub::start().await;
        let server = async {
            let mut stream = stub.accept().await;
            read_request(&mut stream).await;
            write(&mut stream, &reply).await;
        };
        let (result, ()) = tokio::join!(send(&client, &stub.base_url), server);
        expect_interrupted(result);
    }
}

#[tokio::test]
async fn the_longest_reply_is_read() {
    let config = HttpConfig { reply_length_max: 16, ..HttpConfig::default() };
    let client = HttpTransport::new(&config).expect("a client");
    let stub = Stub::start().await;
    let server = async {
        let mut stream = stub.accept().await;
        read_request(&mut stream).await;
        write(&mut stream, &format!("HTTP/1.1 200 OK\r\ncontent-length: 16\r\n\r\n{}", "a".repeat(16))).await;
    };
    let (result, ()) = tokio::join!(send(&client, &stub.base_url), server);
    assert_eq!(result.expect("a reply").body, [b'a'; 16]);
}

#[tokio::test]
async fn a_stale_connection_that_took_the_request_is_interrupted_and_nothing_is_sent_again() {
    let stub = Stub::start().await;
    let client = transport();
    let server = async {
        let mut stream = stub.accept().await;
        read_request(&mut stream).await;
        write(&mut stream, OK).await;
        read_request(&mut stream).await
    };
    let both = async { (send(&client, &stub.base_url).await, send(&client, &stub.base_url).await) };
    let ((first, second), received) = tokio::join!(both, server);
    assert_eq!(first.expect("a reply").status, 200);
    assert!(received.starts_with("POST "), "the second request had left");
    expect_interrupted(second);
    assert!(!stub.has_another().await, "nothing is sent again");
}

#[tokio::test]
async fn a_stale_connection_that_is_known_to_be_closed_is_replaced() {
    let stub = Stub::start().await;
    let client = transport();
    let first_server = async {
        let mut stream = stub.accept().await;
        read_request(&mut stream).await;
        write(&mut stream, OK).await;
    };
    let (first, ()) = tokio::join!(send(&client, &stub.base_url), first_server);
    assert_eq!(first.expect("a reply").status, 200);
    let mut received_count = 0;
    let server = async {
        loop {
            let mut stream = stub.accept().await;
            read_request(&mut stream).await;
            received_count += 1;
            write(&mut stream, OK).await;
        }
    };
    let second = tokio::select! {
        second = send(&client, &stub.base_url) => second,
        () = server => unreachable!("the server serves for ever"),
    };
    // Whether the client has noticed the close is a race: it may be interrupted, but the request is never doubled.
    match second {
        Ok(reply) => assert_eq!((reply.status, received_count), (200, 1)),
        broken => {
            expect_interrupted(broken);
            assert_eq!(received_count, 0);
        }
    }
}
