//! Requests made at random from the published V2 description, some good, most spoilt: whatever is sent, the answer is a
//! documented one (each is held against the description as it comes, see `http`), and the shop goes on.

use portone_testkit::contract::Contract;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::{Map, Value, json};

use crate::http::Call;
use crate::spoil::{self, encoded};
use crate::world::{
    APPROVED, GROUP, KPN, Line, OVER_LIMIT, REFUSED_BY_KPN, SMARTRO, STORE, World, account_payment,
    card_payment, cash_receipt, issue, key_payment, with,
};

const REQUEST_COUNT: usize = 4_000;
/// The list has a body at the same path.
const ISSUE_RECEIPT: &str = "#/components/schemas/IssueCashReceiptBody";
/// How deep optional members are made: the deepest schema is some levels more.
const DEPTH_MAX: u32 = 7;

/// A source of requests that remembers the ids it may name.
struct Maker {
    random: StdRng,
    contract: &'static Contract,
    payment_ids: Vec<String>,
    keys: Vec<String>,
    ids: Vec<String>,
}

/// What is sent.
struct Sample {
    method: String,
    path: String,
    body: Option<Value>,
    in_query: bool,
}

impl Maker {
    fn new(contract: &'static Contract, seed: u64) -> Self {
        let payment_ids = (1..=40).map(|number| format!("fuzz{number}")).collect();
        let ids = [SMARTRO, KPN, GROUP, STORE].map(str::to_owned).to_vec();
        Self { random: StdRng::seed_from_u64(seed), contract, payment_ids, keys: Vec::new(), ids }
    }

    fn chance(&mut self, percent: u32) -> bool {
        self.random.random_ratio(percent, 100)
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        from.choose(&mut self.random).expect("something to pick from")
    }

    fn sample(&mut self) -> Sample {
        let operations: Vec<_> = self.contract.operations().collect();
        let (template, method, operation) = self.pick(&operations);
        let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
        let body = (!schema.is_null()).then(|| self.body(template, schema));
        let in_query = method == "GET" && body.is_some() && self.chance(50);
        let mut path = self.path(template);
        let query = self.query(operation);
        if !query.is_empty() {
            path = format!("{path}?{}", query.join("&"));
        }
        Sample { method: method.clone(), path, body, in_query }
    }

    fn path(&mut self, template: &str) -> String {
        let segments = template.split('/').map(|segment| {
            if segment.starts_with('{') {
                encoded(&self.id(segment.trim_matches(['{', '}'])))
            } else {
                segment.to_owned()
            }
        });
        segments.collect::<Vec<_>>().join("/")
    }

    fn query(&mut self, operation: &Value) -> Vec<String> {
        let mut query = Vec::new();
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let name = parameter["name"].as_str().expect("a name");
            if parameter["in"] == "query" && name != "requestBody" && self.chance(60) {
                let value = self.value(name, &parameter["schema"], 0);
                query.push(format!("{name}={}", encoded(value.as_str().unwrap_or(&value.to_string()))));
            }
        }
        query
    }

    /// A body that works, now and then spoilt at one place; else one made from its schema.
    fn body(&mut self, template: &str, schema: &Value) -> Value {
        let whole = match template {
            "/payments/{paymentId}/instant" => {
                let number = *self.pick(&[APPROVED, OVER_LIMIT]);
                let channel = *self.pick(&[SMARTRO, KPN]);
                Some(if self.chance(50) { card_payment(channel, number) } else { account_payment(channel) })
            }
            "/billing-keys" => {
                let number = *self.pick(&[APPROVED, REFUSED_BY_KPN]);
                Some(issue("channelGroupId", GROUP, number))
            }
            "/payments/{paymentId}/billing-key" => Some(key_payment(&self.id("billingKey"))),
            "/payments/{paymentId}/schedule" => Some(
                json!({"payment": key_payment(&self.id("billingKey")), "timeToPay": "2026-12-01T00:00:00Z"}),
            ),
            "/cash-receipts" if schema["$ref"] == ISSUE_RECEIPT => {
                Some(with(cash_receipt(SMARTRO), "/paymentId", json!(self.id("paymentId"))))
            }
            "/payments/{paymentId}/cancel" => Some(json!({"reason": "fuzz"})),
            _ => None,
        };
        let mut body = match whole {
            Some(whole) if self.chance(60) => whole,
            _ => self.value("", schema, 0),
        };
        if self.chance(40) {
            self.spoil(&mut body);
        }
        body
    }

    /// What this face's members are spoilt with, beside what every member is.
    fn own() -> Vec<Value> {
        vec![json!("2026-13-45T99:00:00Z")]
    }

    fn spoil(&mut self, value: &mut Value) {
        spoil::spoil(&mut self.random, value, &Self::own());
    }

    fn junk(&mut self) -> Value {
        spoil::junk(&mut self.random, &Self::own())
    }

    fn value(&mut self, name: &str, schema: &Value, depth: u32) -> Value {
        if self.chance(1) {
            return self.junk();
        }
        let contract = self.contract;
        if let Some(reference) = schema["$ref"].as_str() {
            return self.value(name, contract.schema(reference), depth);
        }
        if let Some(parts) = schema["allOf"].as_array() {
            return self.whole(name, parts, depth);
        }
        if let Some(variants) = schema["oneOf"].as_array() {
            let variant = self.pick(variants).clone();
            return self.value(name, &variant, depth);
        }
        if let Some(values) = schema["enum"].as_array() {
            return self.pick(values).clone();
        }
        match schema["type"].as_str() {
            Some("object") => self.object(schema, depth),
            Some("array") => {
                let count = self.random.random_range(0..3);
                (0..count).map(|_| self.value(name, &schema["items"], depth + 1)).collect()
            }
            Some("integer" | "number") => {
                json!(*self.pick(&[0, 1, 2, 3, 10, 100, 1_000, 8_900, -1, 1_i64 << 31, 1 << 53]))
            }
            Some("boolean") => json!(self.chance(50)),
            _ if schema["format"] == "date-time" => {
                let moments = ["2026-11-20T00:00:00Z", "2026-11-21T00:00:00+09:00", "2026-12-01T00:00:00Z"];
                json!(*self.pick(&moments))
            }
            _ => json!(self.id(name)),
        }
    }

    /// Every part of it together: a variant and its discriminator.
    fn whole(&mut self, name: &str, parts: &[Value], depth: u32) -> Value {
        let mut whole = Map::new();
        for part in parts {
            match self.value(name, part, depth) {
                Value::Object(members) => whole.extend(members),
                other => return other,
            }
        }
        Value::Object(whole)
    }

    fn object(&mut self, schema: &Value, depth: u32) -> Value {
        let required = schema["required"].as_array().cloned().unwrap_or_default();
        let mut members = Map::new();
        for (name, inner) in schema["properties"].as_object().into_iter().flatten() {
            let percent = match (required.iter().any(|needed| needed == name), depth < DEPTH_MAX) {
                (true, _) => 98,
                (false, true) => 25,
                (false, false) => 0,
            };
            if self.chance(percent) {
                members.insert(name.clone(), self.value(name, inner, depth + 1));
            }
        }
        Value::Object(members)
    }

    /// A text of the kind its name tells: an id that may exist, or something a shop might write.
    fn id(&mut self, name: &str) -> String {
        if name == "storeId" && self.chance(90) {
            return STORE.to_owned();
        }
        let known = match name {
            "paymentId" => &self.payment_ids,
            "billingKey" if !self.keys.is_empty() => &self.keys,
            "id" | "channelKey" | "channelGroupId" | "paymentScheduleId" | "sessionId" => &self.ids,
            _ => &Vec::new(),
        };
        if !known.is_empty() && self.random.random_ratio(9, 10) {
            return known.choose(&mut self.random).expect("not empty").clone();
        }
        let texts = [
            "fuzz",
            "01000001234",
            "port@example.com",
            "KRW",
            "한글 이름",
            "0",
            "a/b?c=d&e#f%20",
            "https://shop.test/hook",
        ];
        (*self.pick(&texts)).to_owned()
    }

    /// Learns ids from an answer, so that later requests can name them.
    fn learn(&mut self, value: &Value) {
        match value {
            Value::Object(members) => {
                for (name, inner) in members {
                    match (name.as_str(), inner) {
                        ("billingKey", Value::String(key)) if self.keys.len() < 50 => {
                            self.keys.push(key.clone());
                        }
                        ("id", Value::String(id)) if self.ids.len() < 200 => self.ids.push(id.clone()),
                        _ => self.learn(inner),
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.learn(item)),
            _ => {}
        }
    }
}

impl Sample {
    fn call(&self) -> Call {
        let text = self.body.as_ref().map(Value::to_string);
        let (path, body) = match (self.in_query, text) {
            (true, Some(text)) => {
                let joint = if self.path.contains('?') { '&' } else { '?' };
                (format!("{}{joint}requestBody={}", self.path, encoded(&text)), None)
            }
            (_, text) => (self.path.clone(), text),
        };
        let call = Call::new(&self.method, &path).shop();
        match body {
            Some(body) => call.header("content-type", "application/json").body(body),
            None => call,
        }
    }
}

#[tokio::test]
async fn whatever_is_sent_the_answer_is_documented() {
    let Some(contract) = Contract::v2() else { return };
    let seed =
        std::env::var("PORTONE_FUZZ_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(20_261_121);
    println!("seed {seed}; PORTONE_FUZZ_SEED sets another");
    let world = World::new().await;
    let mut maker = Maker::new(contract, seed);
    let mut statuses = std::collections::BTreeMap::<u16, usize>::new();
    for _ in 0..REQUEST_COUNT {
        let line = if maker.chance(95) { Line::Up } else { *maker.pick(&[Line::Cut, Line::Dumb]) };
        world.wire.set(line);
        let sample = maker.sample();
        let reply = world.send(sample.call()).await;
        *statuses.entry(reply.status).or_default() += 1;
        if let Ok(body) = serde_json::from_str(&reply.text) {
            maker.learn(&body);
        }
    }
    println!("{statuses:?}");
    world.wire.set(Line::Up);
    world.paid("afterthestorm").await;
    assert!(statuses.get(&200).is_some_and(|count| *count > REQUEST_COUNT / 20), "{statuses:?}");
}
