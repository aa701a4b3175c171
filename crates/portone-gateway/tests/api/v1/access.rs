//! `POST /users/getToken`, and what a token opens.

use chrono::TimeDelta;
use serde_json::json;

use super::{Shop, V1Reply, ask_token, token};
use crate::http::Call;
use crate::world::{OTHER_STORE, STORE, V1_SECRET, World};

#[tokio::test]
async fn v1_008_a_token_is_given_again_until_it_ends() {
    let world = World::new().await;
    let body = json!({"imp_key": format!("imp-{STORE}"), "imp_secret": V1_SECRET});
    let mut told = Vec::new();
    let mut first = None;
    for wait in [0, 100, 1650, 450] {
        world.advance(TimeDelta::seconds(wait));
        let reply = ask_token(&world, &body).await;
        let given = reply.response().clone();
        let start = *first.get_or_insert(given["now"].as_i64().unwrap());
        told.push((given["access_token"].clone(), given["expired_at"].as_i64().unwrap() - start));
    }
    assert_eq!(told.iter().map(|(_, until)| *until).collect::<Vec<_>>(), [1800, 1800, 2100, 4000]);
    assert!(told[0].0 == told[1].0 && told[1].0 == told[2].0 && told[2].0 != told[3].0);
}

#[tokio::test]
async fn v1_008_a_token_is_good_until_its_end_and_an_extended_one_longer() {
    let shop = Shop::new().await;
    let is_good = async || {
        let call = Call::new("GET", "/v1/users/pg").header("authorization", &shop.token);
        shop.world.send(call).await.status == 200
    };
    shop.world.advance(TimeDelta::milliseconds(1_799_874));
    assert!(is_good().await, "a moment before");
    assert_eq!(token(&shop.world, STORE).await, shop.token, "extended in its last minute");
    shop.world.advance(TimeDelta::seconds(300));
    assert!(is_good().await);
    shop.world.advance(TimeDelta::milliseconds(1));
    assert!(!is_good().await, "at its end");
}

#[tokio::test]
async fn v1_007_the_token_stands_alone_or_after_bearer() {
    let shop = Shop::new().await;
    let get = async |authorization: &str| {
        let call = Call::new("GET", "/v1/users/pg").header("authorization", authorization);
        V1Reply::from(shop.world.send(call).await)
    };
    for good in [shop.token.clone(), format!("Bearer {}", shop.token), format!("bearer  {}", shop.token)] {
        assert_eq!(get(&good).await.status, 200, "{good}");
    }
    let changed = format!("{}A", &shop.token[..shop.token.len() - 1]);
    for bad in ["nonsense", "", &format!("PortOne {}", shop.token), "PortOne shop-secret", &changed] {
        let reply = get(bad).await;
        let (status, code, message) = reply.refusal();
        assert!(status == 401 && code != 0 && message.contains("V1-007"), "{bad}: {message}");
    }
    assert_eq!(shop.world.send(Call::new("GET", "/v1/users/pg")).await.status, 401);
}

#[tokio::test]
async fn v1_009_wrong_keys_are_401_and_missing_ones_400() {
    let world = World::new().await;
    for (key, secret) in [("imp-wrong", V1_SECRET), (&format!("imp-{STORE}"), "wrong")] {
        let reply = ask_token(&world, &json!({"imp_key": key, "imp_secret": secret})).await;
        assert_eq!(reply.refusal().0, 401, "{key}");
    }
    let reply = ask_token(&world, &json!({})).await;
    let (status, code, message) = reply.refusal();
    assert_eq!((status, code), (400, 1));
    assert!(message.starts_with("파라미터 누락: imp_key, imp_secret\n"), "{message}");
    assert!(message.contains("V1-009 imp_secret: is missing"), "{message}");
}

#[tokio::test]
async fn a_token_opens_its_own_store() {
    let shop = Shop::new().await;
    let imp_uid = shop.paid("order1").await;
    let path = format!("/v1/payments/{imp_uid}?include_sandbox=true");
    let other = token(&shop.world, OTHER_STORE).await;
    let call = |token: &str| Call::new("GET", &path).header("authorization", token);
    assert_eq!(shop.world.send(call(&shop.token)).await.status, 200);
    assert_eq!(shop.world.send(call(&other)).await.status, 404);
}

#[tokio::test]
async fn v1_011_a_tier_is_not_read_past() {
    let shop = Shop::new().await;
    let call = Call::new("GET", "/v1/users/pg").header("authorization", &shop.token).header("tier", "A0B");
    let reply = V1Reply::from(shop.world.send(call).await);
    assert!(reply.refusal().0 == 401 && reply.refusal().2.contains("V1-011 Tier"), "{}", reply.reply.text);
}
