//! `GET /admin/circuits`

use serde_json::{Value, json};

use crate::world::{APPROVED, KPN, Line, World, card_payment};

async fn circuits(world: &World) -> Vec<Value> {
    let reply = world.admin("GET", "/admin/circuits", None).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    reply.json()["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_channel_that_fails_five_times_is_shown_as_open() {
    let world = World::new().await;
    assert_eq!(circuits(&world).await, Vec::<Value>::new(), "nothing was paid yet");
    world.paid("order0").await;
    let closed = json!({"channelKey": KPN, "state": "CLOSED", "score": 0, "scoreOpen": 100,
        "answers": 1, "failures": 0, "trips": 0, "canaries": 0});
    assert_eq!(circuits(&world).await, [closed]);
    world.wire.set(Line::Cut);
    for number in 1..=5 {
        let reply =
            world.post(&format!("/payments/order{number}/instant"), &card_payment(KPN, APPROVED)).await;
        assert_eq!(reply.json()["pgCode"], "UNAVAILABLE");
    }
    let shown = circuits(&world).await.remove(0);
    assert_eq!((&shown["state"], &shown["score"], &shown["trips"]), (&json!("OPEN"), &json!(100), &json!(1)));
    let open = &shown["open"];
    assert_eq!((&open["answersInARow"], &open["drawnElsewhere"]), (&json!(0), &json!(0)));
    assert_eq!(open["since"], open["canaryAt"]);
    assert_eq!(open.get("probedAt"), None);
    let metrics = world.get("/metrics").await.text;
    assert!(metrics.contains(&format!("portone_circuit_open{{channel=\"{KPN}\"}} 1")), "{metrics}");
}
