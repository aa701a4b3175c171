//! `GET /payments` and `GET /payments-by-cursor`, with a JSON body and with `requestBody`.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::http::{Call, Reply};
use crate::world::{
    APPROVED, KPN, Line, OVER_LIMIT, SMARTRO, World, account_payment, card_payment, key_payment, with,
};

async fn list(world: &World, path: &str, body: &Value) -> Reply {
    world.send(Call::new("GET", path).shop().json(body)).await
}

async fn listed(world: &World, filter: Value) -> Vec<String> {
    let reply = list(world, "/payments", &json!({"filter": filter})).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    ids(&reply)
}

fn ids(reply: &Reply) -> Vec<String> {
    let items = reply.json()["items"].clone();
    let id = |item: &Value| item["payment"].as_object().map_or(&item["id"], |payment| &payment["id"]).clone();
    items.as_array().unwrap().iter().map(|item| id(item).as_str().unwrap().to_owned()).collect()
}

/// One payment in each of five states, a second apart.
async fn five(world: &World) {
    world.paid("paid").await;
    world.advance(TimeDelta::seconds(1));
    world.post("/payments/failed/instant", &card_payment(KPN, OVER_LIMIT)).await;
    world.advance(TimeDelta::seconds(1));
    assert_eq!(world.post("/payments/account/instant", &account_payment(SMARTRO)).await.status, 200);
    world.advance(TimeDelta::seconds(1));
    world.paid("cancelled").await;
    world.advance(TimeDelta::seconds(1));
    world.wire.set(Line::Dumb);
    world.post("/payments/pending/instant", &card_payment(KPN, APPROVED)).await;
    world.wire.set(Line::Up);
    world.advance(TimeDelta::seconds(1));
    assert_eq!(world.post("/payments/cancelled/cancel", &json!({"reason": "test"})).await.status, 200);
}

#[tokio::test]
async fn a_list_without_a_body_is_the_latest_ten() {
    let world = World::new().await;
    five(&world).await;
    let reply = world.get("/payments").await;
    assert_eq!(reply.json()["page"], json!({"number": 0, "size": 10, "totalCount": 5}));
    assert_eq!(ids(&reply), ["cancelled", "pending", "account", "failed", "paid"]);
    let one = world.get("/payments/paid").await.json();
    assert_eq!(reply.json()["items"][4], one, "an item is the payment as it is read alone");
}

#[tokio::test]
async fn a_body_may_be_in_the_query_and_the_body_wins() {
    let world = World::new().await;
    five(&world).await;
    // As the Python SDK writes it: form-encoded, with `+` for spaces.
    let query = "/payments?requestBody=%7B%22page%22%3A+%7B%22number%22%3A+1%2C+%22size%22%3A+2%7D%7D";
    let reply = world.get(query).await;
    assert_eq!(reply.json()["page"], json!({"number": 1, "size": 2, "totalCount": 5}), "{}", reply.text);
    assert_eq!(ids(&reply), ["account", "failed"]);
    let both = list(&world, query, &json!({"page": {"size": 1}})).await;
    assert_eq!(both.json()["page"], json!({"number": 0, "size": 1, "totalCount": 5}));
    let broken = world.get("/payments?requestBody=%7B").await;
    assert_eq!(broken.error(), (400, "INVALID_REQUEST".to_owned()));
}

#[tokio::test]
async fn filters_select() {
    let world = World::new().await;
    five(&world).await;
    let cases = [
        (json!({"status": ["PENDING"]}), vec!["pending"]),
        (json!({"status": ["PAID", "FAILED"]}), vec!["failed", "paid"]),
        (json!({"status": []}), vec!["cancelled", "pending", "account", "failed", "paid"]),
        (json!({"methods": ["VIRTUAL_ACCOUNT", "CRYPTO"]}), vec!["account"]),
        (json!({"methods": ["CRYPTO"]}), vec![]),
        (json!({"pgProvider": ["SMARTRO_V2"]}), vec!["account"]),
        (json!({"isTest": false}), vec![]),
        (json!({"currency": "USD"}), vec![]),
        (json!({"isEscrow": true}), vec![]),
        (json!({"isScheduled": true}), vec![]),
        (json!({"version": "V1"}), vec![]),
        (json!({"platformType": "SDK_PC"}), vec![]),
        (json!({"escrowStatus": "REGISTERED"}), vec![]),
        (json!({"cashReceiptStatus": "ISSUED"}), vec![]),
        (json!({"merchantId": "merchant-x"}), vec![]),
        (json!({"cardBrand": "VISA", "status": ["PAID"]}), vec![]),
        (json!({"textSearch": [{"field": "PAYMENT_ID", "value": "cou"}]}), vec!["account"]),
        (json!({"textSearch": [{"field": "ALL", "value": "test"}]}), vec!["cancelled"]),
        (
            json!({"textSearch": [{"field": "CUSTOMER_NAME", "value": "Kim"}, {"field": "PAYMENT_ID", "value": "pa"}]}),
            vec!["paid"],
        ),
        (
            json!({"isTest": true, "isScheduled": false, "version": "V2", "currency": "KRW", "isEscrow": false,
            "platformType": "API", "status": ["PAID"]}),
            vec!["paid"],
        ),
    ];
    for (filter, expected) in cases {
        assert_eq!(listed(&world, filter.clone()).await, expected, "{filter}");
    }
}

#[tokio::test]
async fn times_select_and_sort() {
    let world = World::new().await;
    five(&world).await;
    // The clock starts at 00:00:00.125.
    let until = json!("2026-11-21T00:00:03.125Z");
    let created = json!({"timestampType": "CREATED_AT", "until": until});
    assert_eq!(listed(&world, created.clone()).await, ["cancelled", "account", "failed", "paid"]);
    let ascending = with(created, "/sortOrder", json!("ASC"));
    assert_eq!(listed(&world, ascending).await, ["paid", "failed", "account", "cancelled"]);
    let changed = json!({"from": "2026-11-21T00:00:02Z", "until": until});
    assert_eq!(listed(&world, changed).await, ["account"], "the cancelled one changed later");
    let crossed = json!({"sortBy": "REQUESTED_AT", "sortOrder": "ASC"});
    assert_eq!(listed(&world, crossed).await, ["paid", "failed", "account", "cancelled", "pending"]);
    world.advance(TimeDelta::days(90) + TimeDelta::seconds(1));
    assert!(listed(&world, json!({})).await.is_empty(), "a list goes back 90 days");
}

#[tokio::test]
async fn pages_end_and_have_a_reach() {
    let world = World::new().await;
    five(&world).await;
    let page = |number: i64, size: i64| json!({"page": {"number": number, "size": size}});
    let beyond = list(&world, "/payments", &page(3, 2)).await;
    assert_eq!((ids(&beyond), beyond.json()["page"]["totalCount"].clone()), (vec![], json!(5)));
    assert_eq!(list(&world, "/payments", &page(59, 1000)).await.status, 200);
    for wrong in
        [page(60, 1000), page(0, 0), page(-1, 1), page(0, 60_001), page(2_147_483_647, 2_147_483_647)]
    {
        let reply = list(&world, "/payments", &wrong).await;
        assert_eq!(reply.error(), (400, "INVALID_REQUEST".to_owned()), "{wrong}");
        assert!(reply.message().starts_with("V2-015"), "{}", reply.text);
    }
}

#[tokio::test]
async fn what_a_list_does_not_understand_is_told() {
    let world = World::new().await;
    let body = json!({"filter": {"status": ["PAY_PENDING"], "methods": ["CARDS"], "sortBy": "NAME", "from": "today",
        "currency": "WON", "textSearch": [{"field": "NAME", "value": ""}]}});
    let reply = list(&world, "/payments", &body).await;
    assert_eq!(reply.error(), (400, "INVALID_REQUEST".to_owned()));
    for told in [
        "V2-019 filter.status[0]",
        "`PENDING`",
        "filter.methods[0]",
        "filter.sortBy",
        "filter.from",
        "filter.currency",
        "filter.textSearch[0].field",
        "filter.textSearch[0].value",
    ] {
        assert!(reply.message().contains(told), "{told} is missing in {}", reply.message());
    }
}

#[tokio::test]
async fn a_list_belongs_to_its_store() {
    let world = World::new().await;
    world.paid("order1").await;
    let other = Call::new("GET", "/payments").header("authorization", "PortOne other-secret");
    assert!(ids(&world.send(other).await).is_empty());
    for (path, body) in [
        ("/payments", json!({"filter": {"storeId": "store-other"}})),
        ("/payments-by-cursor", json!({"storeId": "store-other"})),
    ] {
        assert_eq!(list(&world, path, &body).await.error(), (403, "FORBIDDEN".to_owned()), "{path}");
        let nobody = world.send(Call::new("GET", path)).await;
        assert_eq!(nobody.error(), (401, "UNAUTHORIZED".to_owned()), "{path}");
    }
    assert_eq!(listed(&world, json!({"storeId": "store-test"})).await, ["order1"]);
}

#[tokio::test]
async fn a_walk_meets_every_payment_once() {
    let world = World::new().await;
    five(&world).await;
    let mut met = Vec::new();
    let mut body = json!({"size": 2});
    for _ in 0..3 {
        let reply = list(&world, "/payments-by-cursor", &body).await;
        met.extend(ids(&reply));
        body["cursor"] = reply.json()["items"].as_array().unwrap().last().unwrap()["cursor"].clone();
    }
    assert_eq!(met, ["paid", "failed", "account", "cancelled", "pending"]);
    assert!(ids(&list(&world, "/payments-by-cursor", &body).await).is_empty());
    for wrong in [json!({"size": 1001}), json!({"size": 0}), json!({"cursor": "next"})] {
        let reply = list(&world, "/payments-by-cursor", &wrong).await;
        assert_eq!(reply.error(), (400, "INVALID_REQUEST".to_owned()), "{wrong}");
        assert!(reply.message().starts_with("V2-016"), "{}", reply.text);
    }
}

/// Schedules, escrows and cash receipts select what they belong to.
#[tokio::test]
async fn facts_beside_the_payment_select() {
    let world = World::new().await;
    let key = world.issued(APPROVED).await;
    let held = with(account_payment(SMARTRO), "/isEscrow", json!(true));
    assert_eq!(world.post("/payments/held/instant", &held).await.status, 200);
    let bare =
        with(account_payment(SMARTRO), "/method/virtualAccount/cashReceipt", json!({"type": "NO_RECEIPT"}));
    assert_eq!(world.post("/payments/bare/instant", &bare).await.status, 200);
    for id in ["held", "bare"] {
        world.control(&format!("/payments/{id}/deposit"), &json!({}));
    }
    let later = json!({"payment": key_payment(&key), "timeToPay": "2026-11-21T00:01:00Z"});
    assert_eq!(world.post("/payments/later/schedule", &later).await.status, 200);
    world.advance(TimeDelta::minutes(2));
    world.engine.follow_up(100).await.unwrap();
    world.engine.run_due_schedules(100).await.unwrap();
    let party = json!({"name": "Port Kim", "phoneNumber": "01000001234", "zipcode": "06133",
        "address": {"addressLine1": "Teheran-ro 1", "addressLine2": "5F"}});
    let parcel = json!({"sender": party, "receiver": party,
        "logistics": {"company": "CJ", "invoiceNumber": "1", "sentAt": "2026-11-20T09:00:00+09:00"}});
    assert_eq!(world.post("/payments/held/escrow/logistics", &parcel).await.status, 200);
    let day = |day: u32| json!({"from": format!("2026-11-{day}T00:00:00Z"), "until": format!("2026-11-{day}T23:00:00Z")});
    let cases = [
        (json!({"isScheduled": true}), vec!["later"]),
        (json!({"isScheduled": false, "status": ["PAID"]}), vec!["bare", "held"]),
        (json!({"textSearch": [{"field": "SCHEDULE_ID", "value": "payment-schedule"}]}), vec!["later"]),
        (json!({"escrowStatus": "REGISTERED"}), vec!["held"]),
        (json!({"escrowStatus": "DELIVERED"}), vec![]),
        (json!({"cashReceiptType": "PERSONAL"}), vec!["held"]),
        (json!({"cashReceiptType": "CORPORATE"}), vec![]),
        (json!({"cashReceiptType": "NO_RECEIPT"}), vec!["bare"]),
        (json!({"cashReceiptStatus": "ISSUED"}), vec!["held"]),
        (json!({"cashReceiptStatus": "CANCELLED"}), vec![]),
        (json!({"cashReceiptIssuedAtRange": day(21)}), vec!["held"]),
        (json!({"cashReceiptIssuedAtRange": day(20)}), vec![]),
        (json!({"cashReceiptCancelledAtRange": {}}), vec![]),
        (json!({"webhookStatus": "SUCCEEDED"}), vec![]),
    ];
    for (filter, expected) in cases {
        assert_eq!(sorted(listed(&world, filter.clone()).await), expected, "{filter}");
    }
    world.send(Call::new("POST", "/payments/held/cash-receipt/cancel").shop()).await;
    assert_eq!(listed(&world, json!({"cashReceiptStatus": "CANCELLED"})).await, ["held"]);
    assert_eq!(listed(&world, json!({"cashReceiptCancelledAtRange": day(21)})).await, ["held"]);
}

fn sorted(mut ids: Vec<String>) -> Vec<String> {
    ids.sort_unstable();
    ids
}
