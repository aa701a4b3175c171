//! `/payment-sessions`, and `POST /payments/{paymentId}/pre-register`

use chrono::TimeDelta;
use insta::{assert_json_snapshot, assert_snapshot};
use serde_json::{Value, json};

use crate::http::Call;
use crate::world::SMARTRO;
use crate::world::{OTHER_SECRET, STORE, World, account_payment, with};

fn offer() -> Value {
    json!({"storeId": STORE, "paymentId": "order1", "profileKey": "profile-1", "country": "KR", "currency": "KRW",
        "totalAmount": 8900, "orderName": "Monthly <b>pass</b>", "redirectUrl": "https://shop.example.com/done",
        "paymentMethod": "CARD_KR", "ttlSeconds": 600, "customData": "mine",
        "products": [{"name": "Pass", "unitPrice": 8900, "quantity": 1, "startDate": "2026-12-01"}],
        "agreements": [{"name": "Terms", "url": "https://shop.example.com/terms"}],
        "colors": {"primary": "#112233"}})
}

async fn created(world: &World) -> String {
    let reply = world.post("/payment-sessions", &offer()).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let answer = reply.json();
    assert_eq!(answer["expiresAt"], "2026-11-21T00:10:00.125Z");
    let id = answer["sessionId"].as_str().unwrap().to_owned();
    assert_eq!(answer["url"], format!("https://pay.example.com/checkout/{id}"));
    id
}

/// Read without a credential, as the page does.
async fn read(world: &World, path: &str) -> crate::http::Reply {
    world.send(Call::new("GET", path)).await
}

#[tokio::test]
async fn a_session_is_read_by_anybody_until_it_is_over() {
    let world = World::new().await;
    let id = created(&world).await;
    let path = format!("/payment-sessions/{id}");
    let mut session = read(&world, &path).await.json();
    assert_eq!(session["id"].take(), id);
    assert_json_snapshot!(session, @r##"
    {
      "agreements": [
        {
          "name": "Terms",
          "url": "https://shop.example.com/terms"
        }
      ],
      "colors": {
        "primary": "#112233"
      },
      "country": "KR",
      "createdAt": "2026-11-21T00:00:00.125Z",
      "currency": "KRW",
      "customData": "mine",
      "expiresAt": "2026-11-21T00:10:00.125Z",
      "id": null,
      "orderName": "Monthly <b>pass</b>",
      "paymentId": "order1",
      "paymentMethod": "CARD_KR",
      "products": [
        {
          "name": "Pass",
          "quantity": 1,
          "startDate": "2026-12-01",
          "unitPrice": 8900
        }
      ],
      "profileKey": "profile-1",
      "redirectUrl": "https://shop.example.com/done",
      "storeId": "store-test",
      "totalAmount": 8900
    }
    "##);
    world.advance(TimeDelta::seconds(599));
    assert_eq!(read(&world, &path).await.status, 200);
    world.advance(TimeDelta::seconds(1));
    assert_eq!(read(&world, &path).await.error(), (410, "SESSION_EXPIRED".to_owned()));
    assert_eq!(
        read(&world, "/payment-sessions/another").await.error(),
        (404, "SESSION_NOT_FOUND".to_owned())
    );
}

#[tokio::test]
async fn a_session_is_closed_by_its_store_once() {
    let world = World::new().await;
    let id = created(&world).await;
    let close = format!("/payment-sessions/{id}/close");
    let stranger = world
        .send(Call::new("POST", &close).header("authorization", &format!("PortOne {OTHER_SECRET}")))
        .await;
    assert_eq!(stranger.error(), (404, "SESSION_NOT_FOUND".to_owned()));
    assert_eq!(world.send(Call::new("POST", &close)).await.error(), (401, "UNAUTHORIZED".to_owned()));
    for _ in 0..2 {
        let reply = world.send(Call::new("POST", &close).shop()).await;
        assert_eq!((reply.status, reply.json()), (200, json!({"closedAt": "2026-11-21T00:00:00.125Z"})));
        world.advance(TimeDelta::seconds(1));
    }
    let gone = read(&world, &format!("/payment-sessions/{id}")).await;
    assert_eq!(gone.error(), (410, "SESSION_EXPIRED".to_owned()));
}

#[tokio::test]
async fn the_page_shows_the_order_and_no_markup_of_the_shop() {
    let world = World::new().await;
    let id = created(&world).await;
    let page = read(&world, &format!("/checkout/{id}")).await;
    assert_eq!((page.status, page.header("content-type")), (200, Some("text/html; charset=utf-8")));
    assert!(
        page.text.contains("Monthly &lt;b&gt;pass&lt;/b&gt;") && page.text.contains("8900 KRW"),
        "{}",
        page.text
    );
    assert_eq!(read(&world, "/checkout/another").await.status, 404);
    world.advance(TimeDelta::seconds(600));
    assert_eq!(read(&world, &format!("/checkout/{id}")).await.status, 410);
}

async fn open_window(world: &World, id: &str, argument: &Value) -> crate::http::Reply {
    let body = json!({"function": "checkout", "sessionId": id, "argument": argument}).to_string();
    world.send(Call::new("POST", "/window/open").header("origin", "https://pay.example.com").body(body)).await
}

#[tokio::test]
async fn the_page_of_a_session_opens_its_window() {
    let world = World::new().await;
    let session = |profile: &str| {
        let offer = with(offer(), "/profileKey", json!(profile));
        with(offer, "/customerEmail", json!("kim@example.com"))
    };
    let created = world.post("/payment-sessions", &session(crate::world::GROUP)).await.json();
    let id = created["sessionId"].as_str().unwrap();
    // What the browser says of the order is nothing.
    let buyer =
        json!({"name": "Kim Port", "phone": "010-1234-5678", "totalAmount": 1, "email": "other@example.com"});
    let missing = open_window(&world, id, &json!({"name": "Kim Port"})).await;
    assert!(missing.text.contains("customer.phoneNumber"), "{}", missing.text);
    let opened = open_window(&world, id, &buyer).await;
    assert_eq!(opened.status, 200, "{}", opened.text);
    let payment = world.get("/payments/order1").await.json();
    assert_eq!(
        (&payment["status"], &payment["amount"]["total"], &payment["customData"]),
        (&json!("READY"), &json!(8900), &json!("mine"))
    );
    assert_eq!(payment["customer"]["email"], "kim@example.com", "what the session knows counts");
    assert_eq!(payment["channelGroup"]["id"], crate::world::GROUP);
    let lost = world.post("/payment-sessions", &session("profile-of-nobody")).await.json();
    let refused = open_window(&world, lost["sessionId"].as_str().unwrap(), &buyer).await;
    assert!(refused.text.contains("profileKey"), "{}", refused.text);
    let at_channel = with(session(SMARTRO), "/paymentId", json!("order2"));
    let at_channel = world.post("/payment-sessions", &at_channel).await.json();
    let opened = open_window(&world, at_channel["sessionId"].as_str().unwrap(), &buyer).await;
    assert_eq!(opened.status, 200, "{}", opened.text);
    world.advance(TimeDelta::seconds(600));
    let late = open_window(&world, id, &buyer).await;
    assert!(late.text.contains("session is over"), "{}", late.text);
}

#[tokio::test]
async fn a_session_is_read_strictly() {
    let world = World::new().await;
    let reply = world.post("/payment-sessions", &json!({"country": "KOR", "totalAmount": 0, "redirectUrl": "javascript:1",
        "products": [{"unitPrice": -1, "startDate": "tomorrow"}], "agreements": [{}], "paymentMethod": "CARD"})).await;
    assert_snapshot!(reply.message(), @r"
    V2-INPUT storeId: is missing; send a text
    V2-INPUT paymentId: is missing; send a text
    V2-INPUT profileKey: is missing; send a text
    V2-INPUT country: `KOR` is no documented value; did you mean `KR`?
    V2-INPUT currency: is missing; send a text
    V2-INPUT totalAmount: is 0; send 1 or more
    V2-INPUT orderName: is missing; send a text
    V2-INPUT paymentMethod: `CARD` is no documented value; did you mean `CARD_INTERNATIONAL`?
    V2-INPUT products[0].name: is missing; send a text
    V2-INPUT products[0].unitPrice: is -1; send 0 or more
    V2-INPUT products[0].quantity: is missing; send a whole number
    V2-INPUT products[0].startDate: is no date; write it like 2026-01-31
    V2-INPUT agreements[0].name: is missing; send a text
    V2-INPUT agreements[0].url: is missing; send the terms' web address
    V2-INPUT redirectUrl: is no web address; send one that starts with https://
    ");
    let long = world.post("/payment-sessions", &with(offer(), "/ttlSeconds", json!(604_801))).await;
    assert_eq!(long.error(), (400, "MAX_TTL_EXCEEDED".to_owned()));
    let longest = world.post("/payment-sessions", &with(offer(), "/ttlSeconds", json!(604_800))).await;
    assert_eq!(longest.status, 200);
    let foreign = world.post("/payment-sessions", &with(offer(), "/storeId", json!("store-other"))).await;
    assert_eq!(foreign.error(), (403, "FORBIDDEN".to_owned()));
}

#[tokio::test]
async fn v2_050_a_payment_is_fixed_until_it_is_paid() {
    let world = World::new().await;
    let path = "/payments/order1/pre-register";
    for body in [json!({}), json!({"totalAmount": 1000, "taxFreeAmount": 1000, "currency": "KRW"})] {
        let reply = world.post(path, &body).await;
        assert_eq!((reply.status, reply.json()), (200, json!({})), "{}", reply.text);
    }
    let reply = world.post(path, &json!({"totalAmount": 10, "taxFreeAmount": 11, "currency": "WON"})).await;
    assert_snapshot!(reply.message(), @r"
    V2-050 currency: `WON` is no documented value; send a code of ISO 4217, such as KRW or USD
    V2-050 taxFreeAmount: is 11, more than totalAmount; send at most 10
    ");
    assert_eq!(world.post("/payments/order2/instant", &account_payment(SMARTRO)).await.status, 200);
    let waiting = world.post("/payments/order2/pre-register", &json!({"totalAmount": 1})).await;
    assert_eq!(waiting.error(), (409, "ALREADY_PAID".to_owned()));
    world.paid("order1").await;
    assert_eq!(world.post(path, &json!({})).await.error(), (409, "ALREADY_PAID".to_owned()));
}
