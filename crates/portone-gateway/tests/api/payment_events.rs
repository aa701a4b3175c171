//! `GET /payment-events-by-cursor`

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::http::{Call, Reply};
use crate::world::{APPROVED, KPN, World, card_payment, with};

async fn walk(world: &World, body: &Value) -> Reply {
    world.send(Call::new("GET", "/payment-events-by-cursor").shop().json(body)).await
}

fn told(reply: &Reply) -> Vec<(String, String, i64)> {
    let items = reply.json()["items"].clone();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let one = |item: &Value| {
        let event = &item["paymentEvent"];
        (text(&event["type"]), text(&event["paymentId"]), event["eventAmount"].as_i64().unwrap())
    };
    items.as_array().unwrap().iter().map(one).collect()
}

fn event(kind: &str, payment: &str, amount: i64) -> (String, String, i64) {
    (kind.to_owned(), payment.to_owned(), amount)
}

#[tokio::test]
async fn every_movement_of_money_is_told_announced_or_not() {
    let world = World::new().await;
    let muted = with(card_payment(KPN, APPROVED), "/skipWebhook", json!(true));
    assert_eq!(world.post("/payments/a/instant", &muted).await.status, 200);
    world.advance(TimeDelta::seconds(1));
    world.paid("b").await;
    for amount in [900, 8_000] {
        world.advance(TimeDelta::seconds(1));
        let cancel = json!({"reason": "part", "amount": amount});
        assert_eq!(world.post("/payments/a/cancel", &cancel).await.status, 200);
    }
    let all = walk(&world, &json!({})).await;
    let expected = [
        event("PAID", "a", 8_900),
        event("PAID", "b", 8_900),
        event("PARTIAL_CANCELLED", "a", -900),
        event("CANCELLED", "a", -8_000),
    ];
    assert_eq!(told(&all), expected, "{}", all.text);
    let events = all.json();
    let payment = world.get("/payments/a").await.json();
    let (first, last) = (&events["items"][0]["paymentEvent"], &events["items"][3]["paymentEvent"]);
    assert_eq!(last["cancellation"], payment["cancellations"][1]);
    assert_eq!(first["id"], payment["transactionId"]);
    assert_eq!((&first["disputes"], last.get("disputes")), (&json!([]), None));
    assert_eq!(first["createdAt"], "2026-11-21T00:00:00.125Z");
    assert_eq!(first["totalAmount"]["cancelled"], 8_900, "the payment is shown as it is now");
    let others = walk(&world, &json!({"storeId": "store-other"})).await;
    assert_eq!(others.error(), (403, "FORBIDDEN".to_owned()));
}

#[tokio::test]
async fn a_cursor_leads_on_and_a_window_bounds() {
    let world = World::new().await;
    for id in ["a", "b", "c"] {
        world.paid(id).await;
        world.advance(TimeDelta::seconds(1));
    }
    let mut met = Vec::new();
    let mut body = json!({"size": 2});
    loop {
        let step = walk(&world, &body).await;
        let events = told(&step);
        if events.is_empty() {
            break;
        }
        let items = step.json()["items"].clone();
        body = with(body, "/cursor", items.as_array().unwrap().last().unwrap()["cursor"].clone());
        met.extend(events.into_iter().map(|(_, id, _)| id));
        if met.len() == 3 {
            // Written while somebody reads.
            world.paid("d").await;
        }
    }
    assert_eq!(met, ["a", "b", "c", "d"]);
    let window = json!({"from": "2026-11-21T00:00:01Z", "until": "2026-11-21T00:00:02Z"});
    assert_eq!(told(&walk(&world, &window).await), [event("PAID", "b", 8_900)]);
    for wrong in [json!({"size": 1_001}), json!({"cursor": "x"}), json!({"from": "today"})] {
        assert_eq!(walk(&world, &wrong).await.error(), (400, "INVALID_REQUEST".to_owned()));
    }
}
