//! Where the face is, and what it does not serve.

use std::collections::BTreeSet;

use portone_testkit::contract_v1::ContractV1;
use serde_json::Value;

use super::{Shop, V1Reply};
use crate::http::Call;

/// The documented operations that this gateway does not serve: each answers 501. Whoever serves one takes it from here.
const TO_COME: &[&str] = &[
    "POST /vbanks",
    "PUT /vbanks/{imp_uid}",
    "DELETE /vbanks/{imp_uid}",
    "GET /receipts/{imp_uid}",
    "POST /receipts/{imp_uid}",
    "DELETE /receipts/{imp_uid}",
    "GET /receipts/external/{merchant_uid}",
    "POST /receipts/external/{merchant_uid}",
    "DELETE /receipts/external/{merchant_uid}",
    "GET /escrows/logis/{imp_uid}",
    "POST /escrows/logis/{imp_uid}",
    "PUT /escrows/logis/{imp_uid}",
    "POST /paymentwall/delivery",
    "GET /tiers/{tier_code}",
    "POST /benepia/point",
    "POST /benepia/payment",
    "GET /certifications/{imp_uid}",
    "DELETE /certifications/{imp_uid}",
    "POST /certifications/otp/request",
    "POST /certifications/otp/confirm/{imp_uid}",
    "POST /cvs",
    "DELETE /cvs/{imp_uid}",
    "DELETE /kcpquick/members/{member_id}",
    "POST /kcpquick/payment/money",
    "PUT /kcpquick/prepare/{merchant_uid}",
    "POST /kcpquick/prepare/{merchant_uid}",
    "POST /kcpquick/payment/autopay",
    "DELETE /kcpquick/autopay/{customer_uid}",
    "POST /kcpquick/members/{member_id}/fido/release",
    "POST /payments/{imp_uid}/naver/cancel",
    "POST /payments/{imp_uid}/naver/approve-cancel",
    "POST /payments/{imp_uid}/naver/ship",
    "POST /payments/{imp_uid}/naver/ship-exchanged",
    "POST /payments/{imp_uid}/naver/collect-exchanged",
    "POST /payments/{imp_uid}/naver/place",
    "POST /payments/{imp_uid}/naver/request-return",
    "POST /payments/{imp_uid}/naver/approve-return",
    "POST /payments/{imp_uid}/naver/reject-return",
    "POST /payments/{imp_uid}/naver/withhold-return",
    "POST /payments/{imp_uid}/naver/resolve-return",
    "POST /payments/{imp_uid}/naver/point",
    "POST /payments/{imp_uid}/naver/confirm",
    "GET /payments/{imp_uid}/naver/product-orders",
    "GET /payments/{imp_uid}/naver/cash-amount",
    "GET /naver/product-orders/{product_order_id}",
    "GET /naver/reviews",
    "POST /partners/receipts/{imp_uid}",
    "POST /payco/orders/status/{imp_uid}",
];

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
async fn every_documented_operation_is_served_or_to_come() {
    let shop = Shop::new().await;
    let served = served(&shop).await;
    let to_come: BTreeSet<String> = TO_COME.iter().map(|operation| (*operation).to_owned()).collect();
    assert_eq!(to_come.intersection(&served).collect::<Vec<_>>(), Vec::<&String>::new());
    let Some(contract) = ContractV1::get() else { return };
    let documented: BTreeSet<String> =
        contract.operations().map(|(path, method)| format!("{method} {path}")).collect();
    let missing: Vec<_> =
        documented.iter().filter(|it| !served.contains(*it) && !to_come.contains(*it)).collect();
    assert_eq!(missing, Vec::<&String>::new(), "serve it, or say that it is to come");
    let gone: Vec<_> = to_come.difference(&documented).collect();
    assert_eq!(gone, Vec::<&String>::new(), "no document has it");
}

#[tokio::test]
async fn what_is_to_come_says_so_in_the_envelope() {
    let shop = Shop::new().await;
    for operation in TO_COME {
        let (method, path) = operation.split_once(' ').unwrap();
        let path = path.replace(['{', '}'], "");
        // Not by way of `Shop::send`: the contract knows no such status.
        let call = Call::new(method, &path).header("authorization", &shop.token);
        let reply = V1Reply::from(shop.world.send_v1(call).await);
        let (status, code, message) = reply.refusal();
        assert_eq!((status, code), (501, -1), "{operation}: {message}");
    }
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
