//! What the gateway does not serve: passed on to the store's live upstream, or 501.

use std::collections::BTreeMap;

use axum::Json;
use axum::body::Bytes;
use axum::http::header::{CONNECTION, LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use portone_gateway::{LiveUpstream, PassThrough};
use portone_http::{Forwarder, HttpConfig, HttpTransport};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::http::{Call, Reply};
use crate::world::{OTHER_STORE, STORE, World};

/// An upstream that tells what it was sent.
pub(crate) async fn stub(api_secret: &str) -> PassThrough {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, axum::Router::new().fallback(echo)).await });
    let live = LiveUpstream { base_url, api_secret: api_secret.into() };
    PassThrough {
        forwarder: Forwarder::of(&HttpTransport::new(&HttpConfig::default()).unwrap()),
        upstreams: BTreeMap::from([("sandbox".to_owned(), live)]),
    }
}

async fn echo(method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    if uri.path() == "/platform/moved" {
        return (StatusCode::FOUND, [(LOCATION, "/platform/setting")]).into_response();
    }
    let headers: BTreeMap<_, _> =
        headers.iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap())).collect();
    let told = json!({"method": method.as_str(), "target": uri.to_string(), "headers": headers,
        "body": String::from_utf8_lossy(&body)});
    let own = [(SET_COOKIE, "a=b"), (CONNECTION, "x-mine")];
    (StatusCode::CONFLICT, own, [("x-mine", "1"), ("x-kept", "2")], Json(told)).into_response()
}

async fn live_channel(world: &World) {
    let channel = json!({"key": "channel-key-live", "name": "Live", "pgProvider": "KPN", "pgMerchantId": "mid",
        "environment": "live", "upstream": "sandbox", "storeId": STORE});
    let reply = world.admin("POST", "/admin/channels", Some(&channel)).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
}

async fn pass(world: &World, method: &str, path: &str, body: &Value) -> Reply {
    world.send(Call::new(method, path).shop().json(body)).await
}

#[tokio::test]
async fn without_a_live_channel_it_is_answered_501() {
    let world = World::new().await;
    for path in
        ["/identity-verifications/iv-1", "/platform/partners", "/b2b/tax-invoices", "/kakaopay/payment/order"]
    {
        let reply = world.get(path).await;
        assert_eq!(reply.error(), (501, "NOT_IMPLEMENTED".to_owned()), "{path}");
    }
    let stranger = Call::new("GET", "/platform/partners").header("authorization", "PortOne nobody");
    assert_eq!(world.send(stranger).await.error(), (401, "UNAUTHORIZED".to_owned()));
    for path in ["/platforms", "/identity-verification", "/b2bx/y"] {
        assert_eq!(world.get(path).await.error(), (404, "NOT_FOUND".to_owned()), "{path}");
    }
}

#[tokio::test]
async fn with_one_it_is_passed_on_under_our_secret() {
    let world = World::new().await;
    live_channel(&world).await;
    let body = json!({"storeId": STORE, "channelKey": "channel-key-live"});
    let key = "\"0199c0de-7a11-7000-8000-5ca1ab1e0001\"";
    let call = Call::new("POST", "/identity-verifications/a%20b%2Fc/send?x=1&y=%2B").shop();
    let call =
        call.header("idempotency-key", key).header("cookie", "c=d").header("x-forwarded-for", "10.0.0.1");
    let call = call.header("te", "trailers").header("x-shop", "mine");
    let reply = world.send(call.json(&body)).await;
    // The status, the body and the headers are the upstream's, but for those of its connection and its cookies.
    assert_eq!((reply.status, reply.header("x-kept")), (409, Some("2")));
    assert_eq!([reply.header("set-cookie"), reply.header("x-mine")], [None, None]);
    let told = reply.json();
    assert_eq!(told["method"], "POST");
    assert_eq!(told["target"], "/identity-verifications/a%20b%2Fc/send?x=1&y=%2B");
    assert_eq!(told["body"], body.to_string());
    let headers = &told["headers"];
    assert_eq!(headers["authorization"], "PortOne sandbox-secret");
    assert_eq!([&headers["idempotency-key"], &headers["x-shop"]], [&json!(key), &json!("mine")]);
    for name in ["cookie", "x-forwarded-for", "te"] {
        assert_eq!(headers.get(name), None, "{name}");
    }
    assert_eq!(pass(&world, "PATCH", "/platform/setting", &json!({})).await.json()["method"], "PATCH");
}

#[tokio::test]
async fn another_store_is_not_reached_through_our_secret() {
    let world = World::new().await;
    live_channel(&world).await;
    let forbidden = (403, "FORBIDDEN".to_owned());
    let named = json!({"filter": [{"storeId": OTHER_STORE}]});
    assert_eq!(pass(&world, "POST", "/platform/partners", &named).await.error(), forbidden);
    let list = json!({"storeIds": [STORE, OTHER_STORE]});
    assert_eq!(pass(&world, "POST", "/platform/partners", &list).await.error(), forbidden);
    let query = format!("/platform/partners?storeId={OTHER_STORE}");
    assert_eq!(world.get(&query).await.error(), forbidden);
    let query = format!("/platform/partners?requestBody=%7B%22storeId%22%3A%22{OTHER_STORE}%22%7D");
    assert_eq!(world.get(&query).await.error(), forbidden);
}

#[tokio::test]
async fn redirects_are_told_and_not_followed() {
    let world = World::new().await;
    live_channel(&world).await;
    let reply = world.get("/platform/moved").await;
    assert_eq!((reply.status, reply.header("location")), (302, Some("/platform/setting")));
}

#[tokio::test]
async fn what_is_served_here_is_never_passed_on() {
    let world = World::new().await;
    live_channel(&world).await;
    for path in ["/payments/none", "/billing-keys/none"] {
        assert_eq!(world.get(path).await.status, 404, "{path}");
    }
    assert_eq!(world.get("/banks").await.status, 200);
    let long = "x".repeat(2 * 1024 * 1024);
    let reply = world.send(Call::new("POST", "/platform/partners").shop().body(long)).await;
    assert_eq!(reply.error(), (400, "INVALID_REQUEST".to_owned()));
}
