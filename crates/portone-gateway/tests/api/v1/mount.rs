//! Where the face is, and what it does not serve.

use std::collections::BTreeSet;

use portone_testkit::contract_v1::ContractV1;
use serde_json::Value;

use super::{Shop, V1Reply};
use crate::http::Call;

/// The operations that `/openapi.json` has, without the prefix.
async fn served(shop: &Shop) -> BTreeSet<String> {
    let document = shop.world.send(Call::new("GET", "/openapi.json")).await;
    let document: Value = serde_json::from_str(&document.text).unwrap();
    let mut found = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        let Some(path) = path.strip_prefix("/v1") else { continue };
        found.extend(
            methods.as_object().unwrap().keys().map(|method| format!("{} {path}", method.to_uppercase())),
        );
    }
    found
}

#[tokio::test]
async fn every_documented_operation_has_a_route() {
    let shop = Shop::new().await;
    let served = served(&shop).await;
    let Some(contract) = ContractV1::get() else { return };
    let documented: BTreeSet<String> =
        contract.operations().map(|(path, method)| format!("{method} {path}")).collect();
    let missing: Vec<_> = documented.difference(&served).collect();
    assert_eq!(missing, Vec::<&String>::new(), "serve it");
    assert!(documented.len() >= 80, "{}", documented.len());
}

#[tokio::test]
async fn v1_003_nothing_leaves_without_its_envelope() {
    let shop = Shop::new().await;
    let keys = |reply: &V1Reply| reply.body.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let success = shop.get("/banks/088").await;
    assert_eq!(
        (keys(&success), &success.body["message"]),
        (vec!["code".into(), "message".into(), "response".into()], &Value::Null)
    );
    for (method, path) in
        [("GET", "/nowhere"), ("GET", "/"), ("PATCH", "/payments/cancel"), ("GET", "/payments/a/b")]
    {
        let reply = shop.send(method, path, None).await;
        let (status, code, message) = reply.refusal();
        assert_eq!((status, code), (404, 1), "{path}: {message}");
    }
}

#[tokio::test]
async fn the_face_is_at_the_root_of_a_port_of_its_own_too() {
    let shop = Shop::new().await;
    let call = Call::new("GET", "/users/pg").header("authorization", &shop.token).of_v1();
    let reply = V1Reply::from(shop.world.send_v1(call).await);
    assert_eq!(reply.body, shop.get("/users/pg").await.body);
    assert!(reply.reply.header("x-request-id").is_some());
    assert_eq!(
        shop.world.send_v1(Call::new("GET", "/payments").shop().of_v1()).await.status,
        401,
        "V2 is not here"
    );
    let metrics = shop.world.send(Call::new("GET", "/metrics")).await.text;
    assert!(
        metrics.contains("face=\"v1\"") && metrics.contains("GET /v1/users/pg"),
        "one name at both places"
    );
}
