//! What holds for every path: methods, content types, credentials, bodies, ids, and clients that go away.

use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::http::Call;
use crate::world::{ADMIN, APPROVED, KPN, Line, World, card_payment};

/// How many other requests are answered while one is waited for.
const ROUND_COUNT_MAX: usize = 100;

#[tokio::test]
async fn unknown_paths_and_methods_are_told_in_json() {
    let world = World::new().await;
    for path in ["/payments/a/b/c", "/payments/", "/admin/none", "/nothing"] {
        assert_eq!(world.get(path).await.error(), (404, "NOT_FOUND".to_owned()), "{path}");
    }
    for (method, path) in [("PUT", "/payments/a"), ("PATCH", "/billing-keys"), ("POST", "/admin/stores")] {
        let reply = world.send(Call::new(method, path).shop()).await;
        assert_eq!(reply.error(), (405, "METHOD_NOT_ALLOWED".to_owned()), "{path}");
    }
}

#[tokio::test]
async fn a_credential_is_needed_and_compared_exactly() {
    let world = World::new().await;
    let secrets = [
        None,
        Some("PortOne wrong"),
        Some("PortOne "),
        Some("PortOne"),
        Some("Bearer shop-secret"),
        Some("shop-secret"),
        Some("PortOne shop-secret2"),
        Some("PortOne shop-secre"),
    ];
    for secret in secrets {
        for (method, path) in
            [("GET", "/payments/a"), ("POST", "/billing-keys"), ("POST", "/payments/a/cancel")]
        {
            let call = Call::new(method, path).body("not json");
            let call = if let Some(secret) = secret { call.header("authorization", secret) } else { call };
            assert_eq!(world.send(call).await.error(), (401, "UNAUTHORIZED".to_owned()), "{secret:?}");
        }
    }
    let twice = Call::new("GET", "/payments/a").shop().header("authorization", "PortOne other-secret");
    assert_eq!(world.send(twice).await.error(), (401, "UNAUTHORIZED".to_owned()));
    let admin = Call::new("GET", "/admin/stores").shop();
    assert_eq!(world.send(admin).await.error(), (401, "UNAUTHORIZED".to_owned()));
    let admin = Call::new("GET", "/admin/stores").bearer(&format!("{ADMIN}x"));
    assert_eq!(world.send(admin).await.error(), (401, "UNAUTHORIZED".to_owned()));
}

#[tokio::test]
async fn a_body_is_taken_whatever_its_content_type() {
    let world = World::new().await;
    let body = card_payment(KPN, APPROVED).to_string();
    let types =
        [None, Some("text/plain;charset=UTF-8"), Some("application/json; charset=utf-8"), Some("x/y")];
    for (at, content_type) in types.into_iter().enumerate() {
        let call = Call::new("POST", &format!("/payments/order{at}/instant")).shop().body(body.clone());
        let call = if let Some(kind) = content_type { call.header("content-type", kind) } else { call };
        assert_eq!(world.send(call).await.status, 200, "{content_type:?}");
    }
}

#[tokio::test]
async fn a_body_has_a_limit_and_is_json() {
    let world = World::new().await;
    let post = |body: Vec<u8>| world.send(Call::new("POST", "/payments/a/instant").shop().body(body));
    let of_length =
        |length: usize| format!("{{\"customData\":\"{}\"}}", "a".repeat(length - 17)).into_bytes();
    let chunked =
        |body: Vec<u8>| world.send(Call::new("POST", "/payments/a/instant").shop().body(body).chunked());
    let limit = 1024 * 1024;
    for fits in [post(of_length(limit)).await, chunked(of_length(limit)).await] {
        assert!(fits.message().contains("orderName: is missing"), "{}", fits.text);
    }
    let announced = Call::new("POST", "/payments/a/instant").shop().announcing(limit + 1);
    for long in [world.send(announced).await, chunked(of_length(limit + 1)).await] {
        assert_eq!(long.error(), (400, "INVALID_REQUEST".to_owned()));
        assert!(long.message().contains("longer than 1048576 bytes"), "{}", long.text);
    }
    assert!(post(b"{\"a\":\n tru}".to_vec()).await.message().contains("line 2 column"));
    assert!(post(vec![0xFF, 0xFE]).await.message().contains("is not JSON"));
    assert!(post(Vec::new()).await.message().contains("is empty"));
}

#[tokio::test]
async fn a_request_id_is_taken_over_or_made() {
    let world = World::new().await;
    let given = world.send(Call::new("GET", "/payments/a").shop().header("x-request-id", "shop-7")).await;
    assert_eq!(given.header("x-request-id"), Some("shop-7"));
    let odd = world.send(Call::new("GET", "/payments/a").shop().header("x-request-id", "a b")).await;
    let (one, two) = (odd, world.get("/nothing").await);
    let ids = [&one, &two].map(|reply| reply.header("x-request-id").unwrap().to_owned());
    assert!(ids[0] != ids[1] && ids.iter().all(|id| id != "a b"), "{ids:?}");
}

#[tokio::test]
async fn health_and_metrics_need_no_credential() {
    let world = World::new().await;
    let health = world.send(Call::new("GET", "/health")).await;
    assert_eq!((health.status, health.json()), (200, json!({"status": "UP"})));
    world.paid("order1").await;
    let metrics = world.send(Call::new("GET", "/metrics")).await;
    assert_eq!(metrics.status, 200);
    let lines = [
        "portone_requests_total{face=\"operations\",route=\"GET /health\",status=\"200\"}",
        "portone_requests_total{face=\"v2\",route=\"POST /payments/{paymentId}/instant\",status=\"200\"}",
        "portone_request_seconds_count{face=\"operations\",route=\"GET /health\"}",
        "portone_outcomes_total{operation=\"payInstantly\",outcome=\"done\"}",
    ];
    for line in lines {
        assert!(metrics.text.contains(line), "{line} is missing in {}", metrics.text);
    }
}

#[tokio::test]
async fn v2_013_a_payment_outlives_a_client_that_hangs_up() {
    let world = World::new().await;
    world.wire.set(Line::Held);
    let call = Call::new("POST", "/payments/order1/instant").shop().json(&card_payment(KPN, APPROVED));
    let mut socket = TcpStream::connect(world.address()).await.unwrap();
    socket.write_all(&call.bytes()).await.unwrap();
    serve_others_until(&world, || world.wire.held_count() == 1).await;
    assert_eq!(world.wire.held_count(), 1, "the PG is being asked");
    drop(socket);
    // Time enough for the server to see that the client has gone, and to drop the call if it does.
    serve_others_until(&world, || world.wire.held_count() == 0).await;
    world.wire.release();
    world.tracker.close();
    world.tracker.wait().await;
    assert_eq!(world.get("/payments/order1").await.json()["status"], "PAID");
}

async fn serve_others_until(world: &World, done: impl Fn() -> bool) {
    for _ in 0..ROUND_COUNT_MAX {
        if done() {
            return;
        }
        world.send(Call::new("GET", "/health")).await;
    }
}
