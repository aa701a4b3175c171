//! Virtual time.

use serde_json::{Value, json};

use crate::world::{APPROVED, GROUP, World, issue, key_payment};

const HOUR: i64 = 3_600;

async fn advance(world: &World, seconds: &Value) -> crate::http::Reply {
    world.admin("POST", "/admin/clock/advance", Some(&json!({"seconds": seconds}))).await
}

#[tokio::test]
async fn what_becomes_due_is_told_and_done() {
    let world = World::new().await;
    let key = world.issued(APPROVED).await;
    let body = json!({"payment": key_payment(&key), "timeToPay": "2026-11-21T12:00:00Z"});
    assert_eq!(world.post("/payments/order1/schedule", &body).await.status, 200);
    let clock = world.admin("GET", "/admin/clock", None).await.json();
    assert_eq!((&clock["now"], &clock["due"]["schedules"]), (&json!("2026-11-21T00:00:00.125Z"), &json!(0)));
    let moved = advance(&world, &json!(13 * HOUR)).await.json();
    assert_eq!((&moved["now"], &moved["due"]["schedules"]), (&json!("2026-11-21T13:00:00.125Z"), &json!(1)));
    world.engine.run_due_schedules(10).await.unwrap();
    let payment = world.get("/payments/order1").await.json();
    assert_eq!((&payment["status"], &payment["paidAt"]), (&json!("PAID"), &moved["now"]));
    let later = advance(&world, &json!(HOUR)).await.json();
    assert_eq!(
        later["due"],
        json!({"schedules": 0, "webhooks": 0, "attempts": 0, "followUps": 0, "comparisons": 1})
    );
}

#[tokio::test]
async fn a_token_ends_with_virtual_time() {
    let world = World::new().await;
    let login = json!({"apiSecret": crate::world::SECRET});
    let token =
        world.post("/login/api-secret", &login).await.json()["accessToken"].as_str().unwrap().to_owned();
    let read = async || {
        let call = crate::http::Call::new("GET", "/payments/none").bearer(&token);
        world.send(call).await.status
    };
    assert_eq!(read().await, 404);
    assert_eq!(advance(&world, &json!(HOUR)).await.status, 200);
    assert_eq!(read().await, 401);
}

#[tokio::test]
async fn a_wrong_distance_moves_nothing() {
    let world = World::new().await;
    for (seconds, word) in [
        (json!(0), "1"),
        (json!(-5), "1"),
        (json!(366 * 24 * HOUR + 1), "leap year"),
        (json!("60"), "seconds"),
        (Value::Null, "seconds"),
        (json!(1.5), "seconds"),
    ] {
        let reply = advance(&world, &seconds).await;
        assert_eq!(reply.error(), (400, "INVALID_REQUEST".to_owned()), "{seconds}");
        assert!(reply.message().contains(word), "{}", reply.text);
    }
    let clock = world.admin("GET", "/admin/clock", None).await.json();
    assert_eq!(clock["now"], "2026-11-21T00:00:00.125Z");
    let body = json!({"seconds": 1});
    let call = crate::http::Call::new("POST", "/admin/clock/advance").json(&body);
    assert_eq!(world.send(call).await.status, 401);
}

/// A PG that moves money lives in the time of day.
#[tokio::test]
async fn time_stays_where_a_channel_is_not_on_a_sandbox() {
    let world = World::new().await;
    let channel = json!({"storeId": crate::world::STORE, "key": "channel-key-live", "name": "Live", "pgProvider": "KPN",
        "pgMerchantId": "KPN1", "environment": "live", "upstream": "live"});
    assert_eq!(world.admin("POST", "/admin/channels", Some(&channel)).await.status, 200);
    let refused = advance(&world, &json!(1)).await;
    assert_eq!(refused.error(), (409, "CONFLICT".to_owned()));
    assert!(refused.message().contains("`channel-key-live`"), "{}", refused.text);
    world.admin("DELETE", "/admin/channels/channel-key-live", None).await;
    assert_eq!(advance(&world, &json!(1)).await.error().0, 409, "what it did can still be cancelled");
    let issued = world.post("/billing-keys", &issue("channelGroupId", GROUP, APPROVED)).await;
    assert_eq!(issued.status, 200);
}
