//! `GET /banks`.

use std::collections::BTreeSet;

use serde_json::json;

use crate::http::Call;
use crate::world::World;

#[tokio::test]
async fn every_bank_has_a_name_and_no_credential_is_needed() {
    let world = World::new().await;
    let reply = world.send(Call::new("GET", "/banks")).await;
    assert_eq!(reply.status, 200);
    let answer = reply.json();
    let items = answer["items"].as_array().unwrap();
    assert_eq!(items.len(), 79);
    assert!(items.contains(&json!({"bank": "SHINHAN", "name": {"ko": "신한은행"}})));
    let names: BTreeSet<&str> = items.iter().map(|item| item["name"]["ko"].as_str().unwrap()).collect();
    assert_eq!(names.len(), 79, "no two banks share a name");
}
