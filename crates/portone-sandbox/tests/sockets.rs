//! What a client meets on its socket, a test for each kind of fault.

mod support;

use std::io::ErrorKind;
use std::time::Duration;

use serde_json::{Value, json};
use support::server::{Server, text};
use support::{APPROVED, key_in};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

fn pay(payment_id: &str) -> String {
    text("POST", &format!("/payments/{payment_id}/instant"), "", &key_in("kpn", APPROVED))
}

async fn server_with(fault: Value) -> Server {
    let server = Server::start(None).await;
    assert_eq!(server.call("POST", "/sandbox/faults", &fault).await.0, 200);
    server
}

async fn charge_count(server: &Server) -> u64 {
    server.call("GET", "/sandbox/ledger", &Value::Null).await.1["totals"]["charges"].as_u64().unwrap()
}

#[tokio::test]
async fn a_connection_is_kept_alive() {
    let server = Server::start(None).await;
    let mut stream = server.connect().await;
    let request = "GET /sandbox/health HTTP/1.1\r\nhost: sandbox\r\n\r\n";
    for _ in 0..2 {
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut reply = vec![0; 1024];
        let count = stream.read(&mut reply).await.unwrap();
        let reply = String::from_utf8_lossy(&reply[..count]).into_owned();
        assert!(reply.starts_with("HTTP/1.1 200 OK\r\n"), "{reply}");
        assert!(reply.contains("content-type: application/json\r\n"), "{reply}");
        assert!(reply.ends_with("{\"status\":\"ok\"}"), "{reply}");
    }
}

#[tokio::test]
async fn decline_is_a_502() {
    let server = server_with(json!({"kind": "decline", "code": "X1", "requests": 1})).await;
    let (status, body) = server.call("POST", "/payments/p1/instant", &key_in("kpn", APPROVED)).await;
    assert_eq!((status, &body["pgCode"]), (502, &json!("X1")));
}

#[tokio::test]
async fn status_is_that_status() {
    let server = server_with(json!({"kind": "status", "status": 503, "requests": 1})).await;
    assert!(server.exchange(&pay("p1")).await.unwrap().starts_with("HTTP/1.1 503 "));
}

#[tokio::test]
async fn reset_is_a_reset_and_not_an_end() {
    let server = server_with(json!({"kind": "reset", "booked": true, "requests": 1})).await;
    let error = server.exchange(&pay("p1")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    assert_eq!(charge_count(&server).await, 1);
}

#[tokio::test]
async fn garbage_claims_to_be_json() {
    let server = server_with(json!({"kind": "garbage", "requests": 1})).await;
    let reply = server.exchange(&pay("p1")).await.unwrap();
    let (head, body) = reply.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200 ") && head.contains("content-type: application/json"), "{head}");
    assert!(serde_json::from_str::<Value>(body).is_err());
}

#[tokio::test]
async fn half_a_reply_is_cut_short_of_its_length() {
    let server = server_with(json!({"kind": "half_reply", "booked": true, "requests": 1})).await;
    let mut stream = server.connect().await;
    stream.write_all(pay("p1").as_bytes()).await.unwrap();
    let mut reply = Vec::new();
    // The cut is an end or a reset, as the kernel likes; what came before it counts.
    let _cut = stream.read_to_end(&mut reply).await;
    let reply = String::from_utf8_lossy(&reply).into_owned();
    let (head, body) = reply.split_once("\r\n\r\n").unwrap();
    let announced = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    let announced: usize = announced.parse().unwrap();
    assert!(body.starts_with("{\"payment\":") && body.len() == announced / 2, "{body}");
}

#[tokio::test]
async fn a_delayed_operation_outlives_its_client() {
    let server = server_with(json!({"kind": "delay", "delay_ms": 300, "requests": 1})).await;
    let mut stream = server.connect().await;
    stream.write_all(pay("p1").as_bytes()).await.unwrap();
    let wait = async {
        while server.call("GET", "/sandbox/faults", &Value::Null).await.1["faults"] != json!([]) {}
        assert_eq!(charge_count(&server).await, 0, "held, not performed");
        drop(stream);
        while charge_count(&server).await == 0 {}
    };
    tokio::time::timeout(Duration::from_secs(20), wait).await.unwrap();
}

#[tokio::test]
async fn a_delayed_answer_arrives() {
    let server = server_with(json!({"kind": "delay", "delay_ms": 50, "booked": true, "requests": 1})).await;
    assert!(server.exchange(&pay("p1")).await.unwrap().starts_with("HTTP/1.1 200 "));
}

#[tokio::test]
async fn oversized_bodies_are_refused() {
    let server = Server::start(None).await;
    let body = json!({"orderName": "x".repeat(1024 * 1024)});
    // The server may close before it has read everything, which some kernels report as a reset.
    if let Ok(reply) = server.exchange(&text("POST", "/payments/p1/instant", "", &body)).await {
        assert!(reply.starts_with("HTTP/1.1 413 "), "{reply}");
    }
    assert_eq!(charge_count(&server).await, 0);
}
