//! How often a key may ask.

use serde_json::json;

use crate::http::Call;
use crate::world::{OTHER_SECRET, SECRET, STORE, World};

/// Slower than this test, so that no bucket fills again meanwhile.
const PER_SECOND: u32 = 1;

#[tokio::test]
async fn a_key_that_asks_too_often_waits_and_the_others_do_not() {
    let world = World::new().await.limited_to(PER_SECOND, 3).await;
    for _ in 0..3 {
        assert_eq!(world.get("/payments/none").await.status, 404);
    }
    let refused = world.get("/payments/none").await;
    assert_eq!(refused.error(), (429, "TOO_MANY_REQUESTS".to_owned()));
    assert_eq!(refused.header("retry-after"), Some("1"));
    assert!(refused.message().contains("[limits]"), "{}", refused.text);
    let authorization = format!("PortOne {OTHER_SECRET}");
    let other = Call::new("GET", "/payments/none").header("authorization", &authorization);
    assert_eq!(world.send(other).await.status, 404);
    // Who shows no key is refused for that.
    assert_eq!(world.send(Call::new("GET", "/payments/none")).await.status, 401);
}

#[tokio::test]
async fn a_token_counts_as_its_key_on_each_face() {
    let world = World::new().await.limited_to(PER_SECOND, 2).await;
    let login = Call::new("POST", "/login/api-secret").json(&json!({"apiSecret": SECRET}));
    let token = world.send(login).await.json()["accessToken"].as_str().unwrap().to_owned();
    let by_token = || world.send(Call::new("GET", "/payments/none").bearer(&token));
    assert_eq!((by_token().await.status, world.get("/payments/none").await.status), (404, 404));
    assert_eq!(by_token().await.status, 429);
    let v1_token = crate::v1::token(&world, STORE).await;
    let by_v1 =
        || world.send(Call::new("GET", "/v1/payments/imp_000000000000").header("authorization", &v1_token));
    assert_eq!((by_v1().await.status, by_v1().await.status), (404, 404));
    let refused = by_v1().await;
    assert_eq!(refused.status, 429);
    assert!(refused.text.starts_with(r#"{"code":1,"message":"this key asks"#), "{}", refused.text);
}
