//! `/subscribe`: charges without a window, billing keys and schedules.

mod charge;
mod customers;
mod faces;
mod schedules;

use serde_json::{Value, json};

use super::{Shop, V1Reply};
use crate::world::KPN;

/// A card as V1 takes it.
fn card(number: &str) -> Value {
    let groups: Vec<String> =
        number.as_bytes().chunks(4).map(|group| String::from_utf8(group.to_vec()).unwrap()).collect();
    json!({"card_number": groups.join("-"), "expiry": "2030-12", "birth": "900101", "pwd_2digit": "00"})
}

/// One object of two.
fn both(first: Value, second: &Value) -> Value {
    let Value::Object(mut members) = first else { panic!("an object") };
    members.extend(second.as_object().unwrap().clone());
    Value::Object(members)
}

fn holder() -> Value {
    json!({"customer_id": "customer1", "customer_name": "Port Kim", "customer_tel": "01000001234",
        "customer_email": "port@example.com"})
}

fn order(id: &str) -> Value {
    json!({"merchant_uid": id, "amount": 8900, "name": "Monthly pass"})
}

impl Shop {
    /// Stores a card at KPN, and expects it to work.
    async fn stored(&self, uid: &str, number: &str) -> Value {
        let body = both(both(card(number), &holder()), &json!({"channel_key": KPN}));
        self.post(&format!("/subscribe/customers/{uid}"), &body).await.response().clone()
    }

    async fn again(&self, uid: &str, id: &str) -> V1Reply {
        self.post("/subscribe/payments/again", &both(order(id), &json!({"customer_uid": uid}))).await
    }

    /// The second that is so many hours from now.
    fn hours(&self, hours: i64) -> i64 {
        self.world.engine.now().timestamp() + 3_600 * hours
    }

    fn entry(&self, id: &str, hours: i64) -> Value {
        both(order(id), &json!({"currency": "KRW", "schedule_at": self.hours(hours)}))
    }

    async fn schedule(&self, uid: &str, entries: &[Value]) -> V1Reply {
        let body = json!({"customer_uid": uid, "schedules": entries});
        self.post("/subscribe/payments/schedule", &body).await
    }

    /// The hours pass, and what is due is paid.
    async fn after(&self, hours: i64) {
        self.world.advance(chrono::TimeDelta::hours(hours));
        self.world.engine.run_due_schedules(10).await.unwrap();
    }

    async fn schedule_of(&self, id: &str) -> Value {
        self.get(&format!("/subscribe/payments/schedule/{id}")).await.response().clone()
    }
}
