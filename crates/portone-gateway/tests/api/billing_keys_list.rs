//! `GET /billing-keys`: pages, order and filters.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::http::Call;
use crate::world::{APPROVED, GROUP, KPN, REFUSED_BY_KPN, STOLEN, World, issue};

async fn listed(world: &World, body: Value) -> (Vec<String>, Value) {
    let reply = world.send(Call::new("GET", "/billing-keys").shop().json(&body)).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let answer = reply.json();
    let key = |item: &Value| item["billingKey"].as_str().unwrap().to_owned();
    (answer["items"].as_array().unwrap().iter().map(key).collect(), answer["page"].clone())
}

/// A key of the group, a key at KPN that is deleted, a key of the group that KPN refused, and one nobody issued.
async fn three(world: &World) -> [String; 3] {
    let first = world.issued(APPROVED).await;
    world.advance(TimeDelta::seconds(1));
    let reply = world.post("/billing-keys", &issue("channelKey", KPN, APPROVED)).await;
    let second = reply.json()["billingKeyInfo"]["billingKey"].as_str().unwrap().to_owned();
    world.advance(TimeDelta::seconds(1));
    let third = world.issued(REFUSED_BY_KPN).await;
    world.advance(TimeDelta::seconds(1));
    assert_eq!(world.delete(&format!("/billing-keys/{second}")).await.status, 200);
    assert_eq!(world.post("/billing-keys", &issue("channelKey", KPN, STOLEN)).await.status, 502);
    [first, second, third]
}

#[tokio::test]
async fn a_page_is_in_order_and_counts_all() {
    let world = World::new().await;
    let [first, second, third] = three(&world).await;
    let (keys, page) = listed(&world, json!({})).await;
    assert_eq!(keys, [third.clone(), second.clone(), first.clone()]);
    assert_eq!(page, json!({"number": 0, "size": 10, "totalCount": 3}));
    let (keys, page) = listed(&world, json!({"page": {"number": 1, "size": 1}})).await;
    assert_eq!((keys, page), (vec![second.clone()], json!({"number": 1, "size": 1, "totalCount": 3})));
    let sorted =
        async |by: &str, order: &str| listed(&world, json!({"sort": {"by": by, "order": order}})).await.0;
    assert_eq!(sorted("ISSUED_AT", "ASC").await, [first.clone(), second.clone(), third.clone()]);
    assert_eq!(sorted("STATUS_TIMESTAMP", "DESC").await, [second.clone(), third.clone(), first.clone()]);
    // Keys without the time come last, whichever the order.
    assert_eq!(sorted("DELETED_AT", "ASC").await[0], second);
    assert_eq!(sorted("DELETED_AT", "DESC").await[0], second);
    let reply = world.get("/billing-keys?requestBody=%7B%22page%22%3A+%7B%22size%22%3A+1%7D%7D").await;
    assert_eq!(reply.json()["items"][0], world.get(&format!("/billing-keys/{third}")).await.json());
}

#[tokio::test]
async fn filters_select_keys() {
    let world = World::new().await;
    let [first, second, third] = three(&world).await;
    let all = vec![third.clone(), second.clone(), first.clone()];
    let cases = [
        (json!({"status": ["DELETED"]}), vec![second.clone()]),
        (json!({"status": ["ISSUED"], "channelGroupIds": [GROUP]}), vec![third.clone(), first.clone()]),
        (json!({"channelGroupIds": ["channel-group-test-2"]}), vec![]),
        (json!({"customerId": "customer1"}), all.clone()),
        (json!({"customerId": "customer2"}), vec![]),
        (json!({"pgProviders": ["KPN"]}), vec![second.clone(), first.clone()]),
        (json!({"pgCompanies": ["SMARTRO"]}), vec![third.clone(), first.clone()]),
        (json!({"methods": ["CARD", "MOBILE"], "version": "V2", "platformType": "API"}), all.clone()),
        (json!({"methods": ["MOBILE"]}), vec![]),
        (json!({"version": "V1"}), vec![]),
        (json!({"platformType": "SDK_MOBILE"}), vec![]),
        (
            json!({"textSearch": {"field": "CHANNEL_GROUP_NAME", "value": "Card"}}),
            vec![third.clone(), first.clone()],
        ),
        (json!({"textSearch": {"field": "BILLING_KEY", "value": second}}), vec![second.clone()]),
        (json!({"textSearch": {"field": "USER_AGENT", "value": "a"}}), vec![]),
        (json!({"timeRangeField": "DELETED_AT"}), vec![second.clone()]),
        (json!({"timeRangeField": "STATUS_TIMESTAMP", "from": "2026-11-21T00:00:03Z"}), vec![second.clone()]),
        (json!({"timeRangeField": "ISSUED_AT", "until": "2026-11-21T00:00:01Z"}), vec![first.clone()]),
    ];
    for (filter, expected) in cases {
        assert_eq!(listed(&world, json!({"filter": filter})).await.0, expected, "{filter}");
    }
}

#[tokio::test]
async fn what_a_list_of_keys_does_not_understand_is_told() {
    let world = World::new().await;
    let send = |body: Value| world.send(Call::new("GET", "/billing-keys").shop().json(&body));
    let wrong = send(
        json!({"filter": {"status": ["PENDING"], "textSearch": {"field": "NAME"}}, "sort": {"by": "x"}}),
    );
    let reply = wrong.await;
    assert_eq!(reply.error(), (400, "INVALID_REQUEST".to_owned()));
    for told in ["filter.status[0]", "filter.textSearch.field", "filter.textSearch.value", "sort.by"] {
        assert!(reply.message().contains(told), "{told} is missing in {}", reply.message());
    }
    let foreign = send(json!({"filter": {"storeId": "store-other"}})).await;
    assert_eq!(foreign.error(), (403, "FORBIDDEN".to_owned()));
    let beyond = send(json!({"page": {"number": 60, "size": 1000}})).await;
    assert_eq!(beyond.error(), (400, "INVALID_REQUEST".to_owned()));
    assert_eq!(world.send(Call::new("GET", "/billing-keys")).await.error(), (401, "UNAUTHORIZED".to_owned()));
}
