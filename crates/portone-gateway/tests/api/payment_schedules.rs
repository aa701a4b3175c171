//! `POST /payments/{paymentId}/schedule` and `/payment-schedules`

use chrono::TimeDelta;
use insta::{assert_json_snapshot, assert_snapshot};
use serde_json::{Value, json};

use crate::http::{Call, Reply};
use crate::world::{
    APPROVED, GROUP, KPN, Line, OTHER_SECRET, OTHER_STORE, STORE, World, is_uuid, key_payment, with,
};

const LATER: &str = "2026-12-01T00:00:00+09:00";

fn body(key: &str) -> Value {
    json!({"payment": key_payment(key), "timeToPay": LATER})
}

/// Makes a schedule, and expects it to work.
async fn scheduled(world: &World, id: &str, key: &str) -> String {
    let reply = world.post(&format!("/payments/{id}/schedule"), &body(key)).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    reply.json()["schedule"]["id"].as_str().unwrap().to_owned()
}

async fn list(world: &World, query: &Value) -> Reply {
    world.send(Call::new("GET", "/payment-schedules").shop().json(query)).await
}

async fn revoke(world: &World, query: &Value) -> Reply {
    world.send(Call::new("DELETE", "/payment-schedules").shop().json(query)).await
}

fn everything() -> Value {
    json!({"filter": {"from": "2026-01-01T00:00:00Z", "until": "2027-12-31T00:00:00Z"}})
}

fn ids(reply: &Reply) -> Vec<String> {
    let items = reply.json()["items"].as_array().unwrap().clone();
    items.iter().map(|item| item["paymentId"].as_str().unwrap().to_owned()).collect()
}

fn encoded(query: &Value) -> String {
    query.to_string().bytes().fold(String::new(), |text, byte| text + &format!("%{byte:02X}"))
}

#[tokio::test]
async fn a_schedule_is_made_read_paid_and_shown_by_its_payment() {
    let world = World::new().await;
    let key = world.issued(APPROVED).await;
    let id = scheduled(&world, "order1", &key).await;
    assert!(is_uuid(id.strip_prefix("payment-schedule-").unwrap()), "{id}");
    let read = world.get(&format!("/payment-schedules/{id}?storeId={STORE}")).await.json();
    assert_eq!((&read["id"], &read["billingKey"]), (&json!(id), &json!(key)));
    assert_json_snapshot!(read, @r#"
    {
      "billingKey": "billing-key-01a1fb67-187d-7000-8000-000000030000",
      "createdAt": "2026-11-21T00:00:00.125Z",
      "currency": "KRW",
      "customData": "",
      "customer": {
        "email": "port@example.com",
        "id": "customer1",
        "name": "Port Kim",
        "phoneNumber": "01000001234"
      },
      "id": "payment-schedule-01a1fb67-187d-7000-8000-0000000d0000",
      "isCulturalExpense": false,
      "isEscrow": false,
      "merchantId": "merchant-6a97192e-e1d4-8010-91b2-4d2811c8772c",
      "orderName": "Monthly pass",
      "paymentId": "order1",
      "status": "SCHEDULED",
      "storeId": "store-test",
      "timeToPay": "2026-11-30T15:00:00.000Z",
      "totalAmount": 8900
    }
    "#);
    world.advance(TimeDelta::days(10));
    let swept = world.engine.run_due_schedules(10).await.unwrap();
    assert_eq!((swept.claimed, swept.finished), (1, 1));
    let paid = world.get(&format!("/payment-schedules/{id}")).await.json();
    let times = ["startedAt", "completedAt", "timeToPay"].map(|name| paid[name].clone());
    let now = json!("2026-12-01T00:00:00.125Z");
    assert_eq!(paid["status"], "SUCCEEDED");
    assert_eq!(times, [now.clone(), now, json!("2026-11-30T15:00:00.000Z")]);
    let payment = world.get("/payments/order1").await.json();
    assert_eq!((&payment["status"], &payment["scheduleId"]), (&json!("PAID"), &json!(id)));
}

#[tokio::test]
async fn a_schedule_whose_outcome_is_unknown_is_pending() {
    let world = World::new().await;
    let key = world.issued(APPROVED).await;
    let pinned = with(body(&key), "/payment/channelKey", json!(KPN));
    let reply = world.post("/payments/order1/schedule", &pinned).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    world.wire.set(Line::Dumb);
    world.advance(TimeDelta::days(10));
    world.engine.run_due_schedules(10).await.unwrap();
    let id = reply.json()["schedule"]["id"].as_str().unwrap().to_owned();
    let pending = world.get(&format!("/payment-schedules/{id}")).await.json();
    assert_eq!(pending["status"], "PENDING");
    assert!(pending["completedAt"].is_string(), "mandatory while pending");
    assert_eq!(world.get("/payments/order1").await.json()["status"], "PAY_PENDING");
}

#[tokio::test]
async fn documented_errors_of_making_one() {
    let world = World::new().await;
    let error =
        async |id: &str, body: &Value| world.post(&format!("/payments/{id}/schedule"), body).await.error();
    assert_eq!(error("order1", &body("billing-key-none")).await, (404, "BILLING_KEY_NOT_FOUND".to_owned()));
    let key = world.issued(APPROVED).await;
    scheduled(&world, "order1", &key).await;
    let exists = (409, "PAYMENT_SCHEDULE_ALREADY_EXISTS".to_owned());
    assert_eq!(error("order1", &body(&key)).await, exists);
    let direct = world.post("/payments/order1/billing-key", &key_payment(&key)).await;
    assert_eq!(direct.error(), exists);
    let card = crate::world::card_payment(KPN, APPROVED);
    assert_eq!(world.post("/payments/order1/instant", &card).await.error(), exists);
    assert_eq!(world.delete(&format!("/billing-keys/{key}")).await.error(), exists);
    world.paid("order2").await;
    assert_eq!(error("order2", &body(&key)).await, (409, "ALREADY_PAID_OR_WAITING".to_owned()));
    let parts = with(body(&key), "/payment/amount", json!({"total": 10, "taxFree": 11}));
    assert_eq!(error("order3", &parts).await, (409, "SUM_OF_PARTS_EXCEEDS_TOTAL_AMOUNT".to_owned()));
    let foreign = with(body(&key), "/payment/storeId", json!(OTHER_STORE));
    assert_eq!(error("order3", &foreign).await, (403, "FORBIDDEN".to_owned()));
    let nobody = world.send(Call::new("POST", "/payments/order3/schedule").json(&body(&key))).await;
    assert_eq!(nobody.error(), (401, "UNAUTHORIZED".to_owned()));
    let deleted = world.issued(APPROVED).await;
    assert_eq!(world.delete(&format!("/billing-keys/{deleted}")).await.status, 200);
    assert_eq!(error("order3", &body(&deleted)).await, (409, "BILLING_KEY_ALREADY_DELETED".to_owned()));
}

#[tokio::test]
async fn everything_wrong_with_a_schedule_is_said_at_once() {
    let world = World::new().await;
    let empty = world
        .post("/payments/order1/schedule", &json!({"payment": {}, "timeToPay": "2024-11-12T00:00:00+09+00"}))
        .await;
    assert_snapshot!(empty.message(), @r"
    V2-084 timeToPay: is not an RFC 3339 time with an offset; write it like 2026-01-31T15:00:00+09:00
    V2-084 payment.billingKey: is missing; send a text
    V2-084 payment.orderName: is missing; send a text
    V2-084 payment.currency: is missing; send a text
    V2-044 payment.amount: is missing; send an object with total, taxFree, vat
    ");
    let key = world.issued(APPROVED).await;
    let flat = world.post("/payments/order1/schedule", &key_payment(&key)).await;
    assert_snapshot!(flat.message(), @r"
    V2-084 timeToPay: is missing; write it like 2026-01-31T15:00:00+09:00
    V2-084 payment: is missing; send an object with storeId, billingKey, channelKey, channelGroupId, orderName, customer, customData, amount, currency, installmentMonth, useFreeInterestFromMerchant, useCardPoint, cashReceipt, country, noticeUrls, products, productCount, productType, shippingAddress, promotionId, locale, bypass
    ");
    let mut past = with(body(&key), "/timeToPay", json!("2026-11-21T00:00:00Z"));
    past["payment"]["channelKey"] = json!("channel-key-none");
    assert_snapshot!(world.post("/payments/order1/schedule", &past).await.message(), @r"
    V2-084 timeToPay: is not in the future: it is 2026-11-21T00:00:00.125+00:00; send a later time
    SR-071 payment.channelKey: there is no channel `channel-key-none` in this store; name another, or issue a new key
    ");
    let group = with(body(&key), "/payment/channelGroupId", json!(GROUP));
    assert_snapshot!(world.post("/payments/order1/schedule", &group).await.message(), @"SR-021 channelGroupId: is not taken here: the billing key remembers its group");
    let nameless = with(body(&key), "/payment/customer/name", Value::Null);
    assert_eq!(
        world.post("/payments/order1/schedule", &nameless).await.error(),
        (400, "INVALID_REQUEST".to_owned())
    );
    let receipt = with(body(&key), "/payment/cashReceipt", json!({"type": "NO_RECEIPT"}));
    let taken = world.post("/payments/order1/schedule", &receipt).await;
    assert_eq!(taken.status, 200, "{}", taken.text);
    assert_eq!(taken.header("x-portone-unknown-fields"), Some("payment.cashReceipt (not used here)"));
}

#[tokio::test]
async fn a_schedule_belongs_to_its_store() {
    let world = World::new().await;
    let key = world.issued(APPROVED).await;
    let id = scheduled(&world, "order1", &key).await;
    let not_found = (404, "PAYMENT_SCHEDULE_NOT_FOUND".to_owned());
    assert_eq!(world.get("/payment-schedules/payment-schedule-none").await.error(), not_found);
    let other = format!("PortOne {OTHER_SECRET}");
    let read = Call::new("GET", &format!("/payment-schedules/{id}")).header("authorization", &other);
    assert_eq!(world.send(read).await.error(), not_found);
    let named = world.get(&format!("/payment-schedules/{id}?storeId={OTHER_STORE}")).await;
    assert_eq!(named.error(), (403, "FORBIDDEN".to_owned()));
    let theirs = Call::new("GET", "/payment-schedules").header("authorization", &other).json(&everything());
    assert_eq!(world.send(theirs).await.json()["page"]["totalCount"], 0);
    let filter = json!({"filter": {"storeId": OTHER_STORE}});
    assert_eq!(list(&world, &filter).await.error(), (403, "FORBIDDEN".to_owned()));
}

#[tokio::test]
async fn v2_018_a_list_without_a_window_hides_what_is_to_come() {
    let world = World::new().await;
    let key = world.issued(APPROVED).await;
    scheduled(&world, "order1", &key).await;
    let hidden = world.get("/payment-schedules").await;
    assert_json_snapshot!(hidden.json(), @r#"
    {
      "items": [],
      "page": {
        "number": 0,
        "size": 10,
        "totalCount": 0
      }
    }
    "#);
    assert_eq!(ids(&list(&world, &everything()).await), ["order1"]);
    world.advance(TimeDelta::days(10));
    assert_eq!(ids(&world.get("/payment-schedules").await), ["order1"]);
}

#[tokio::test]
async fn a_list_is_filtered_sorted_and_cut_into_pages() {
    let world = World::new().await;
    let (first, second) = (world.issued(APPROVED).await, world.issued(APPROVED).await);
    for (order, key, day) in [("order1", &first, 3), ("order2", &first, 1), ("order3", &second, 2)] {
        let at = with(body(key), "/timeToPay", json!(format!("2026-12-0{day}T00:00:00Z")));
        assert_eq!(world.post(&format!("/payments/{order}/schedule"), &at).await.status, 200);
    }
    assert_eq!(ids(&list(&world, &everything()).await), ["order1", "order3", "order2"]);
    let mut query = everything();
    query["sort"] = json!({"by": "TIME_TO_PAY", "order": "ASC"});
    query["page"] = json!({"number": 1, "size": 2});
    let page = list(&world, &query).await;
    assert_eq!(page.json()["page"], json!({"number": 1, "size": 2, "totalCount": 3}));
    assert_eq!(ids(&page), ["order1"]);
    let of_key = with(everything(), "/filter/billingKey", json!(first));
    assert_eq!(ids(&list(&world, &of_key).await), ["order1", "order2"]);
    let states = with(everything(), "/filter/status", json!(["FAILED", "SUCCEEDED"]));
    assert_eq!(ids(&list(&world, &states).await), [""; 0]);
    let live = with(everything(), "/filter/isForTest", json!(false));
    assert_eq!(ids(&list(&world, &live).await), [""; 0]);
    let wrong = json!({"page": {"number": 60, "size": 1000}, "sort": {"by": "AMOUNT", "order": "UP"},
        "filter": {"status": ["PAID"], "from": "2026-01-01"}});
    assert_snapshot!(list(&world, &wrong).await.message(), @r"
    V2-015 page: (number + 1) x size is 61000; pages reach 60000: narrow the filter, or walk by cursor where there is one
    V2-INPUT filter.from: is not an RFC 3339 time with an offset; write it like 2026-01-31T15:00:00+09:00
    V2-INPUT sort.by: `AMOUNT` is no documented value; send one of CREATED_AT, TIME_TO_PAY, COMPLETED_AT, STATUS_TIMESTAMP
    V2-INPUT sort.order: `UP` is no documented value; send one of DESC, ASC
    V2-INPUT filter.status[0]: is no documented value; send one of SCHEDULED, STARTED, PENDING, SUCCEEDED, FAILED, REVOKED
    ");
}

#[tokio::test]
async fn v2_014_the_query_may_hold_the_body_and_the_body_wins() {
    let world = World::new().await;
    let key = world.issued(APPROVED).await;
    let id = scheduled(&world, "order1", &key).await;
    let path = format!("/payment-schedules?requestBody={}", encoded(&everything()));
    assert_eq!(ids(&world.get(&path).await), ["order1"]);
    let both = world.send(Call::new("GET", &path).shop().json(&json!({}))).await;
    assert_eq!(both.json()["page"]["totalCount"], 0);
    let broken = world.get("/payment-schedules?requestBody=%7B").await;
    assert_eq!(broken.error(), (400, "INVALID_REQUEST".to_owned()));
    let path = format!("/payment-schedules?requestBody={}", encoded(&json!({"scheduleIds": [id]})));
    let revoked = world.delete(&path).await.json();
    assert_eq!(revoked, json!({"revokedScheduleIds": [id], "revokedAt": "2026-11-21T00:00:00.125Z"}));
}

#[tokio::test]
async fn v2_086_schedules_are_revoked_together_or_not_at_all() {
    let world = World::new().await;
    let (key, other) = (world.issued(APPROVED).await, world.issued(APPROVED).await);
    let mut made = Vec::new();
    for order in ["order1", "order2", "order3"] {
        made.push(scheduled(&world, order, &key).await);
    }
    let foreign = scheduled(&world, "order4", &other).await;
    let error = async |query: &Value| revoke(&world, query).await.error();
    let not_found = (404, "PAYMENT_SCHEDULE_NOT_FOUND".to_owned());
    assert_eq!(error(&json!({"scheduleIds": [made[0], "payment-schedule-none"]})).await, not_found);
    assert_eq!(error(&json!({"billingKey": key, "scheduleIds": [made[0], foreign]})).await, not_found);
    let one = revoke(&world, &json!({"scheduleIds": [made[0], made[0]]})).await.json();
    assert_eq!(one["revokedScheduleIds"], json!([made[0]]));
    let again = error(&json!({"scheduleIds": [made[1], made[0]]})).await;
    assert_eq!(again, (409, "PAYMENT_SCHEDULE_ALREADY_REVOKED".to_owned()));
    let all = revoke(&world, &json!({"billingKey": key})).await.json();
    assert_eq!(all["revokedScheduleIds"], json!([made[1], made[2]]));
    let read = world.get(&format!("/payment-schedules/{}", made[1])).await.json();
    assert_eq!((&read["status"], &read["revokedAt"]), (&json!("REVOKED"), &all["revokedAt"]));
    assert_eq!(revoke(&world, &json!({"billingKey": key})).await.json(), json!({"revokedScheduleIds": []}));
    world.advance(TimeDelta::days(10));
    world.engine.run_due_schedules(10).await.unwrap();
    let processed = error(&json!({"scheduleIds": [foreign]})).await;
    assert_eq!(processed, (409, "PAYMENT_SCHEDULE_ALREADY_PROCESSED".to_owned()));
    assert_eq!(world.delete(&format!("/billing-keys/{key}")).await.status, 200);
    let deleted = error(&json!({"billingKey": key})).await;
    assert_eq!(deleted, (409, "BILLING_KEY_ALREADY_DELETED".to_owned()));
    let unknown = error(&json!({"billingKey": "billing-key-none"})).await;
    assert_eq!(unknown, (404, "BILLING_KEY_NOT_FOUND".to_owned()));
    assert_eq!(error(&json!({"storeId": OTHER_STORE})).await, (403, "FORBIDDEN".to_owned()));
    assert_snapshot!(revoke(&world, &json!({})).await.message(), @"V2-086 billingKey: is missing, and so is scheduleIds; send one of them or both");
    assert_snapshot!(revoke(&world, &json!({"billingKey": other, "scheduleIds": []})).await.message(), @"V2-086 scheduleIds: names no schedule; name some, or leave it out for all of the key");
}
