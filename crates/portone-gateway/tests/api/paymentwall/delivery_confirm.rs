//! `POST /paymentwall/delivery/confirm`

use chrono::TimeDelta;
use insta::assert_snapshot;
use serde_json::{Value, json};

use super::{CONFIRM, channel, digital, fault, open, paid};
use crate::http::{Call, Reply};
use crate::world::{Line, OTHER_SECRET, World, with};

/// What the sandbox's Paymentwall was told of a payment's delivery.
fn told(world: &World, id: &str) -> Value {
    let ledger = world.wire.read("/sandbox/v1/payments");
    let payments = ledger["payments"].as_array().unwrap();
    let payment = payments.iter().find(|payment| payment["merchant_uid"] == id).unwrap();
    payment["delivery"].clone()
}

async fn recorded(world: &World, id: &str) -> Option<portone_core::DeliveryStatus> {
    let transaction =
        world.engine.payment(&"store-test".parse().unwrap(), &id.parse().unwrap()).await.unwrap();
    transaction.delivery.map(|told| told.status)
}

fn invalid(reply: &Reply) -> String {
    assert_eq!(reply.error(), (400, "INVALID_REQUEST".to_owned()), "{}", reply.text);
    reply.message()
}

#[tokio::test]
async fn pw_024_a_delivery_is_told_and_its_record_kept() {
    let world = World::new().await;
    channel(&world).await;
    let transaction = paid(&world, "order1").await;
    let mut goods = digital(&json!(transaction));
    let parcel = json!({"deliveryType": "PHYSICAL", "deliveryStatus": "ORDER_SHIPPED", "carrierTrackingId": "123",
        "carrierType": "CJ", "shippingAddressCountry": "KR", "shippingAddressCity": "Seoul",
        "shippingAddressZip": "06133", "shippingAddressState": "N/A", "shippingAddressStreet": "Teheran-ro 1",
        "shippingAddressPhone": "01000001234", "shippingAddressFirstname": "Port",
        "shippingAddressLastname": "Kim", "attachments": ["https://shop.example.com/proof"]});
    goods.as_object_mut().unwrap().extend(parcel.as_object().unwrap().clone());
    let reply = world.post(CONFIRM, &goods).await;
    assert_eq!((reply.status, reply.json()), (200, json!({})), "{}", reply.text);
    let upstream = told(&world, "order1");
    assert_eq!(
        (&upstream["status"], &upstream["carrier_tracking_id"]),
        (&json!("order_shipped"), &json!("123"))
    );
    assert_eq!(recorded(&world, "order1").await, Some(portone_core::DeliveryStatus::OrderShipped));
    assert_eq!(world.post(CONFIRM, &digital(&json!(transaction))).await.status, 200);
    assert_eq!(recorded(&world, "order1").await, Some(portone_core::DeliveryStatus::Delivered));
    assert!(open(&world).await.is_empty());
}

#[tokio::test]
async fn what_is_wrong_is_told_together_and_nothing_is_sent() {
    let world = World::new().await;
    channel(&world).await;
    let transaction = paid(&world, "order1").await;
    let sent = world.wire.sent_count();
    let body = json!({"transactionId": transaction, "deliveryType": "BOTH", "deliveryStatus": "DELIVERING",
        "estimatedDeliveryDatetime": "soon", "refundable": "yes", "details": 1});
    assert_snapshot!(invalid(&world.post(CONFIRM, &body).await), @r"
    PW-024 deliveryType: `BOTH` is no documented value; send one of DIGITAL, PHYSICAL
    PW-024 deliveryStatus: `DELIVERING` is no documented value; did you mean `DELIVERED`?
    PW-024 estimatedDeliveryDatetime: is not an RFC 3339 time with an offset; write it like 2026-01-31T15:00:00+09:00
    PW-024 estimatedUpdateDatetime: is missing; send a time like 2026-01-31T15:00:00+09:00, of digital goods now
    PW-024 refundable: is a text; send true or false without quotes
    PW-024 details: is a number; send a text
    PW-024 shippingAddressEmail: is missing; send a text
    ");
    let goods = with(digital(&json!(transaction)), "/deliveryType", json!("PHYSICAL"));
    let message = invalid(&world.post(CONFIRM, &goods).await);
    assert!(
        message.contains("PW-023 carrierTrackingId") && message.contains("shippingAddressLastname"),
        "{message}"
    );
    assert_eq!(world.wire.sent_count(), sent);
}

/// The body names no store: the transaction says which, and another shop's secret does not open it.
#[tokio::test]
async fn a_transaction_is_found_in_the_stores_the_secret_opens() {
    let world = World::new().await;
    channel(&world).await;
    let transaction = paid(&world, "order1").await;
    let other = Call::new("POST", CONFIRM).header("authorization", &format!("PortOne {OTHER_SECRET}"));
    let foreign = world.send(other.json(&digital(&json!(transaction)))).await;
    assert_eq!(foreign.error(), (404, "PAYMENT_NOT_FOUND".to_owned()));
    let named = with(digital(&json!(transaction)), "/storeId", json!("store-other"));
    assert_eq!(world.post(CONFIRM, &named).await.status, 200, "an unknown member names nothing");
    let nobody = world.post(CONFIRM, &digital(&json!("order1"))).await;
    assert_eq!(nobody.error(), (404, "PAYMENT_NOT_FOUND".to_owned()), "a payment's id is no transaction's");
}

#[tokio::test]
async fn a_payment_of_another_pg_or_without_money_is_refused() {
    let world = World::new().await;
    channel(&world).await;
    world.paid("kpn1").await;
    let kpn = world.get("/payments/kpn1").await.json()["transactionId"].clone();
    assert!(invalid(&world.post(CONFIRM, &digital(&kpn)).await).contains("KPN-CAP"));
    let transaction = paid(&world, "order1").await;
    world.wire.set(Line::Cut);
    let cut = invalid(&world.post(CONFIRM, &digital(&json!(transaction))).await);
    assert!(cut.contains("could not be reached"), "{cut}");
    world.wire.set(Line::Up);
    assert!(open(&world).await.is_empty(), "nothing was sent");
    world.post("/payments/kpn1/cancel", &json!({"reason": "r"})).await;
    assert!(invalid(&world.post(CONFIRM, &digital(&kpn)).await).contains("CANCELLED"));
}

/// No type of the endpoint's says so, so the words do: the PG's code and message are in them.
#[tokio::test]
async fn a_refusal_of_paymentwall_is_told_in_its_words() {
    let world = World::new().await;
    channel(&world).await;
    let transaction = paid(&world, "order1").await;
    fault(&world, json!({"kind": "decline", "code": "3000", "message": "Tracking number unknown"}));
    let message = invalid(&world.post(CONFIRM, &digital(&json!(transaction))).await);
    assert!(message.contains("`3000`") && message.contains("Tracking number unknown"), "{message}");
    assert_eq!((recorded(&world, "order1").await, open(&world).await.len()), (None, 0));
}

/// Money goes on meanwhile, and an idempotency key does not keep an answer that is none.
#[tokio::test]
async fn a_lost_answer_stays_open_and_locks_nothing_but_the_next_delivery() {
    let world = World::new().await;
    channel(&world).await;
    let transaction = paid(&world, "order1").await;
    fault(&world, json!({"kind": "reset", "booked": true}));
    let keyed = || {
        let call = Call::new("POST", CONFIRM).shop().json(&digital(&json!(transaction)));
        call.header("idempotency-key", "\"0199c0de-7a11-7000-8000-5ca1ab1e0001\"")
    };
    let lost = invalid(&world.send(keyed()).await);
    assert!(lost.contains("may have taken note of it or not"), "{lost}");
    let attempts = open(&world).await;
    assert_eq!(attempts.len(), 1);
    let attempt = &attempts[0];
    assert_eq!((&attempt["command"], &attempt["paymentId"]), (&json!("CONFIRM_DELIVERY"), &json!("order1")));
    assert_eq!((attempt.get("nextInquiryAt"), &attempt["transactionId"]), (None, &json!(transaction)));
    assert_eq!(
        attempt["leaseUntil"], "2026-11-21T00:04:25.125Z",
        "room for two requests, each with its log-in"
    );
    let sent = world.wire.sent_count();
    let again = invalid(&world.send(keyed()).await);
    assert_eq!((&again, world.wire.sent_count()), (&lost, sent), "the first may still be under way");
    assert_eq!(world.post("/payments/order1/cancel", &json!({"reason": "r"})).await.status, 200);
    world.advance(TimeDelta::minutes(5));
    world.engine.settle_unknown(100).await.unwrap();
    assert!(open(&world).await.iter().any(|it| it["command"] == "CONFIRM_DELIVERY"), "no inquiry tells");
    assert_eq!(world.send(keyed()).await.status, 200, "the key is free, and the lease over");
    assert_eq!(recorded(&world, "order1").await, Some(portone_core::DeliveryStatus::Delivered));
}
