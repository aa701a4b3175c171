//! `GET /payments/{paymentId}` and `/transactions`: every state a payment can be in.

use insta::assert_json_snapshot;
use serde_json::{Value, json};

use crate::world::{
    APPROVED, KPN, Line, OVER_LIMIT, SMARTRO, World, account_payment, card_payment, is_uuid, with,
};

/// The required members of each member of the union, after which everything is optional.
const COMMON: &[&str] = &[
    "status",
    "id",
    "transactionId",
    "merchantId",
    "storeId",
    "version",
    "requestedAt",
    "updatedAt",
    "statusChangedAt",
    "orderName",
    "amount",
    "currency",
    "customer",
    "origin",
    "channel",
];

fn assert_has(payment: &Value, members: &[&str]) {
    for member in COMMON.iter().chain(members) {
        assert!(payment.get(member).is_some(), "{member} is missing in {payment}");
    }
    for member in ["total", "taxFree", "discount", "paid", "cancelled", "cancelledTaxFree"] {
        assert!(payment["amount"][member].is_i64(), "amount.{member}");
    }
    assert!(is_uuid(payment["transactionId"].as_str().unwrap()));
    assert!(is_uuid(payment["merchantId"].as_str().unwrap().strip_prefix("merchant-").unwrap()));
}

#[tokio::test]
async fn a_paid_payment() {
    let world = World::new().await;
    let mut body = card_payment(KPN, APPROVED);
    body["customData"] = json!("{\"cart\":7}");
    body["country"] = json!("KR");
    body["products"] = json!([{"id": "p1", "name": "Pass", "amount": 8900, "quantity": 1}]);
    body["customer"]["address"] =
        json!({"addressLine1": "Teheran-ro 1", "addressLine2": "", "city": "Seoul"});
    assert_eq!(world.post("/payments/order1/instant", &body).await.status, 200);
    let payment = world.get("/payments/order1").await.json();
    assert_has(&payment, &["paidAt", "disputes"]);
    assert_json_snapshot!(payment, @r#"
    {
      "amount": {
        "cancelled": 0,
        "cancelledTaxFree": 0,
        "discount": 0,
        "paid": 8900,
        "supply": 8091,
        "taxFree": 0,
        "total": 8900,
        "vat": 809
      },
      "channel": {
        "key": "channel-key-kpn",
        "name": "KPN test",
        "pgMerchantId": "mid0001",
        "pgProvider": "KPN",
        "type": "TEST"
      },
      "country": "KR",
      "currency": "KRW",
      "customData": "{\"cart\":7}",
      "customer": {
        "address": {
          "addressLine1": "Teheran-ro 1",
          "addressLine2": "",
          "city": "Seoul",
          "oneLine": "Seoul Teheran-ro 1",
          "type": "SEPARATED"
        },
        "email": "port@example.com",
        "id": "customer1",
        "name": "Port Kim",
        "phoneNumber": "01000001234"
      },
      "disputes": [],
      "id": "order1",
      "merchantId": "merchant-6a97192e-e1d4-8010-91b2-4d2811c8772c",
      "method": {
        "card": {
          "bin": "424242"
        },
        "type": "PaymentMethodCard"
      },
      "orderName": "Monthly pass",
      "origin": {
        "ipAddress": "127.0.0.1",
        "platformType": "API"
      },
      "paidAt": "2026-11-21T00:00:00.125Z",
      "pgTxId": "KPN33E84EC3E6E3370202DA",
      "products": [
        {
          "amount": 8900,
          "id": "p1",
          "name": "Pass",
          "quantity": 1
        }
      ],
      "requestedAt": "2026-11-21T00:00:00.125Z",
      "status": "PAID",
      "statusChangedAt": "2026-11-21T00:00:00.125Z",
      "storeId": "store-test",
      "transactionId": "01a1fb67-187d-7000-8000-000000010000",
      "updatedAt": "2026-11-21T00:00:00.125Z",
      "version": "V2"
    }
    "#);
}

#[tokio::test]
async fn a_failed_payment() {
    let world = World::new().await;
    world.post("/payments/order1/instant", &card_payment(KPN, OVER_LIMIT)).await;
    let payment = world.get("/payments/order1").await.json();
    assert_has(&payment, &["failedAt", "failure"]);
    assert_eq!(payment["status"], "FAILED");
    assert_eq!(payment["failure"]["pgCode"], "K102");
    assert_eq!(payment["amount"]["paid"], 0);
}

#[tokio::test]
async fn a_pending_payment() {
    let world = World::new().await;
    world.wire.set(Line::Dumb);
    world.post("/payments/order1/instant", &card_payment(KPN, APPROVED)).await;
    let payment = world.get("/payments/order1").await.json();
    assert_has(&payment, &[]);
    assert_eq!(payment["status"], "PAY_PENDING");
}

#[tokio::test]
async fn a_payment_that_waits_for_its_deposit() {
    let world = World::new().await;
    assert_eq!(world.post("/payments/order1/instant", &account_payment(SMARTRO)).await.status, 200);
    let payment = world.get("/payments/order1").await.json();
    assert_has(&payment, &["pgTxId"]);
    assert_eq!(payment["status"], "VIRTUAL_ACCOUNT_ISSUED");
    assert_json_snapshot!(payment["method"], @r#"
    {
      "accountNumber": "06263843414670",
      "accountType": "NORMAL",
      "bank": "SHINHAN",
      "expiredAt": "2026-11-24T00:00:00.000Z",
      "issuedAt": "2026-11-21T00:00:00.125Z",
      "remitteeName": "Shop",
      "type": "PaymentMethodVirtualAccount"
    }
    "#);
    assert_eq!(payment["amount"]["paid"], 0);
}

#[tokio::test]
async fn a_payment_cancelled_in_part_and_then_in_whole() {
    let world = World::new().await;
    world.paid("order1").await;
    let cancel = |amount: i64| json!({"reason": "changed my mind", "amount": amount});
    assert_eq!(world.post("/payments/order1/cancel", &cancel(900)).await.status, 200);
    let payment = world.get("/payments/order1").await.json();
    assert_has(&payment, &["cancellations", "cancelledAt"]);
    assert_eq!(payment["status"], "PARTIAL_CANCELLED");
    assert_eq!((&payment["amount"]["paid"], &payment["amount"]["cancelled"]), (&json!(8900), &json!(900)));
    assert_eq!(world.post("/payments/order1/cancel", &cancel(8000)).await.status, 200);
    let payment = world.get("/payments/order1").await.json();
    assert_has(&payment, &["cancellations", "cancelledAt"]);
    assert_eq!(payment["status"], "CANCELLED");
    assert_json_snapshot!(payment["cancellations"], @r#"
    [
      {
        "cancelledAt": "2026-11-21T00:00:00.125Z",
        "id": "01a1fb67-187d-7000-8000-000000050000",
        "pgCancellationId": "KPN3765651E99117B809575",
        "reason": "changed my mind",
        "requestedAt": "2026-11-21T00:00:00.125Z",
        "status": "SUCCEEDED",
        "taxFreeAmount": 0,
        "totalAmount": 900,
        "trigger": "API",
        "vatAmount": 81
      },
      {
        "cancelledAt": "2026-11-21T00:00:00.125Z",
        "id": "01a1fb67-187d-7000-8000-000000090000",
        "pgCancellationId": "KPNCA6200F1521BFEAEC0AE",
        "reason": "changed my mind",
        "requestedAt": "2026-11-21T00:00:00.125Z",
        "status": "SUCCEEDED",
        "taxFreeAmount": 0,
        "totalAmount": 8000,
        "trigger": "API",
        "vatAmount": 728
      }
    ]
    "#);
}

#[tokio::test]
async fn every_transaction_is_listed() {
    let world = World::new().await;
    world.post("/payments/order1/instant", &card_payment(KPN, OVER_LIMIT)).await;
    world.paid("order1").await;
    let items = world.get("/payments/order1/transactions").await.json()["items"].clone();
    let [failed, paid] = items.as_array().unwrap().as_slice() else { panic!("{items}") };
    assert_eq!((&failed["status"], &paid["status"]), (&json!("FAILED"), &json!("PAID")));
    for item in [failed, paid] {
        assert_eq!(item["paymentId"], "order1");
        assert!(is_uuid(item["id"].as_str().unwrap()));
        assert!(item.get("origin").is_none() && item.get("transactionId").is_none(), "{item}");
    }
    assert_eq!(world.get("/payments/none/transactions").await.error(), (404, "PAYMENT_NOT_FOUND".to_owned()));
}

#[tokio::test]
async fn an_id_is_decoded_once() {
    let world = World::new().await;
    for path in ["/payments/%20", "/payments/a%2Fb", "/payments/a%252Fb"] {
        assert_eq!(world.get(path).await.error(), (404, "PAYMENT_NOT_FOUND".to_owned()), "{path}");
    }
    assert!(world.get("/payments/a%2Fb").await.message().contains("`a/b`"));
    assert!(world.get("/payments/a%252Fb").await.message().contains("`a%2Fb`"));
    assert_eq!(world.get("/payments/%FF").await.error(), (400, "INVALID_REQUEST".to_owned()));
}

#[tokio::test]
async fn a_payment_belongs_to_its_store() {
    let world = World::new().await;
    world.paid("order1").await;
    assert_eq!(world.get("/payments/order1?storeId=store-test").await.status, 200);
    let foreign = world.get("/payments/order1?storeId=store-other").await;
    assert_eq!(foreign.error(), (403, "FORBIDDEN".to_owned()));
    let call =
        crate::http::Call::new("GET", "/payments/order1").header("authorization", "PortOne other-secret");
    assert_eq!(world.send(call).await.error(), (404, "PAYMENT_NOT_FOUND".to_owned()));
    let body = with(card_payment(KPN, APPROVED), "/storeId", json!("store-other"));
    let reply = world.post("/payments/order2/instant", &body).await;
    assert_eq!(reply.error(), (403, "FORBIDDEN".to_owned()));
}
