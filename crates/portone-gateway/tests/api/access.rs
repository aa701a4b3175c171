//! `POST /login/api-secret`, `POST /token/refresh`, and what an access token opens.

use chrono::TimeDelta;
use portone_gateway::{StoreAccess, V1Access, V1Key};
use serde_json::{Value, json};

use crate::http::{Call, Reply};
use crate::world::{APPROVED, KPN, OTHER_SECRET, SECRET, V1_SECRET, World, card_payment};

/// A store, with its key of each face.
pub(crate) fn store_access(store: &str, secret: &str, manual_approval: bool) -> StoreAccess {
    StoreAccess {
        id: store.parse().unwrap(),
        name: format!("{store} shop"),
        api_secrets: vec![secret.into()],
        manual_approval,
        v1: V1Access {
            keys: vec![V1Key { key: format!("imp-{store}").as_str().into(), secret: V1_SECRET.into() }],
            user_code: Some(format!("imp-{store}")),
            default_channel: None,
        },
    }
}

async fn open(world: &World, path: &str, body: &Value) -> Reply {
    world.send(Call::new("POST", path).json(body)).await
}

async fn login(world: &World, secret: &str) -> (String, String) {
    let reply = open(world, "/login/api-secret", &json!({"apiSecret": secret})).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    tokens(&reply)
}

async fn refresh(world: &World, token: &str) -> Reply {
    open(world, "/token/refresh", &json!({"refreshToken": token})).await
}

fn tokens(reply: &Reply) -> (String, String) {
    let answer = reply.json();
    let token = |name: &str| answer[name].as_str().unwrap().to_owned();
    (token("accessToken"), token("refreshToken"))
}

async fn read(world: &World, token: &str) -> Reply {
    world.send(Call::new("GET", "/payments/order1").bearer(token)).await
}

#[tokio::test]
async fn v2_003_an_access_token_opens_its_store_for_half_an_hour() {
    let world = World::new().await;
    let (access, _) = login(&world, SECRET).await;
    let pay = Call::new("POST", "/payments/order1/instant").bearer(&access);
    assert_eq!(world.send(pay.json(&card_payment(KPN, APPROVED))).await.status, 200);
    let (other, _) = login(&world, OTHER_SECRET).await;
    assert_eq!(read(&world, &other).await.error(), (404, "PAYMENT_NOT_FOUND".to_owned()));
    world.advance(TimeDelta::milliseconds(30 * 60 * 1000 - 1));
    assert_eq!(read(&world, &access).await.status, 200);
    world.advance(TimeDelta::milliseconds(1));
    assert_eq!(read(&world, &access).await.error(), (401, "UNAUTHORIZED".to_owned()));
}

#[tokio::test]
async fn a_refresh_token_is_good_once_and_for_a_day() {
    let world = World::new().await;
    world.paid("order1").await;
    let (_, first) = login(&world, SECRET).await;
    world.advance(TimeDelta::hours(1));
    let reply = refresh(&world, &first).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let (access, second) = tokens(&reply);
    assert_eq!(read(&world, &access).await.status, 200);
    assert_eq!(refresh(&world, &first).await.error(), (401, "UNAUTHORIZED".to_owned()));
    world.advance(TimeDelta::days(1));
    assert_eq!(refresh(&world, &second).await.error(), (401, "UNAUTHORIZED".to_owned()));
}

#[tokio::test]
async fn v2_004_a_login_ends_the_refresh_token_before_it_and_no_other_stores() {
    let world = World::new().await;
    let (access, first) = login(&world, SECRET).await;
    let (_, others) = login(&world, OTHER_SECRET).await;
    let (_, second) = login(&world, SECRET).await;
    assert_eq!(refresh(&world, &first).await.error(), (401, "UNAUTHORIZED".to_owned()));
    assert_eq!(refresh(&world, &second).await.status, 200);
    assert_eq!(refresh(&world, &others).await.status, 200);
    // An access token is not looked up, and lives out its half hour.
    assert_eq!(read(&world, &access).await.error(), (404, "PAYMENT_NOT_FOUND".to_owned()));
}

#[tokio::test]
async fn one_token_is_not_the_other() {
    let world = World::new().await;
    let (access, second) = login(&world, SECRET).await;
    assert_eq!(refresh(&world, &access).await.error(), (401, "UNAUTHORIZED".to_owned()));
    assert_eq!(read(&world, &second).await.error(), (401, "UNAUTHORIZED".to_owned()));
    let admin = world.send(Call::new("GET", "/admin/stores").bearer(&access)).await;
    assert_eq!(admin.error(), (401, "UNAUTHORIZED".to_owned()));
    let mut changed = access.clone();
    changed.replace_range(20..21, if &access[20..21] == "A" { "B" } else { "A" });
    assert_eq!(read(&world, &changed).await.error(), (401, "UNAUTHORIZED".to_owned()));
}

#[tokio::test]
async fn wrong_secrets_and_bodies_are_told() {
    let world = World::new().await;
    let wrong = open(&world, "/login/api-secret", &json!({"apiSecret": "wrong"})).await;
    assert_eq!(wrong.error(), (401, "UNAUTHORIZED".to_owned()));
    assert!(!wrong.text.contains("wrong"), "{}", wrong.text);
    for (path, body) in [
        ("/login/api-secret", json!({})),
        ("/login/api-secret", json!({"apiSecret": 1})),
        ("/login/api-secret", json!({"apisecret": SECRET})),
        ("/token/refresh", json!({"refreshToken": ""})),
    ] {
        let reply = open(&world, path, &body).await;
        assert_eq!(reply.error(), (400, "INVALID_REQUEST".to_owned()), "{path} {body}");
        assert!(!reply.text.contains(SECRET), "{}", reply.text);
    }
    let misspelt = open(&world, "/login/api-secret", &json!({"apisecret": SECRET})).await;
    assert!(misspelt.message().contains("did you mean `apiSecret`?"), "{}", misspelt.text);
}
