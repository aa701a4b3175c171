//! Requests made at random from the published V1 description, some good, most spoilt, as JSON and as forms: whatever is sent, the
//! answer is a documented one (each is held against the description as it comes, see `http`), and the shop goes on.

use portone_testkit::contract_v1::ContractV1;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::{Map, Value, json};

use super::subscribe::{both, card, holder, order};
use super::{Shop, token};
use crate::http::Call;
use crate::spoil::{self, encoded};
use crate::world::{APPROVED, GROUP, KPN, Line, OVER_LIMIT, REFUSED_BY_KPN, SMARTRO, STORE};

const REQUEST_COUNT: usize = 4_000;
/// How deep members are made.
const DEPTH_MAX: u32 = 4;
/// Where an answer tells a name that later requests can use.
const NAMES_MAX: usize = 50;

/// A source of requests that remembers the names it may use.
struct Maker {
    random: StdRng,
    contract: &'static ContractV1,
    imp_uids: Vec<String>,
    now: i64,
}

/// What is sent.
struct Sample {
    method: String,
    path: String,
    body: Option<Value>,
    is_form: bool,
}

impl Maker {
    fn new(contract: &'static ContractV1, seed: u64, now: i64) -> Self {
        Self { random: StdRng::seed_from_u64(seed), contract, imp_uids: Vec::new(), now }
    }

    fn chance(&mut self, percent: u32) -> bool {
        self.random.random_ratio(percent, 100)
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        from.choose(&mut self.random).expect("something to pick from")
    }

    fn sample(&mut self) -> Sample {
        let served = self.contract.operations().filter(|(path, _)| !path.contains("getToken"));
        let operations: Vec<(String, String)> =
            served.map(|(path, method)| (path.to_owned(), method)).collect();
        let (template, method) = self.pick(&operations).clone();
        let parameters = self.contract.parameters(&template, &method);
        let path = self.path(&template);
        let query = self.query(parameters);
        let path = if query.is_empty() { path } else { format!("{path}?{}", query.join("&")) };
        let has_body = method != "GET" && method != "DELETE";
        let body = has_body.then(|| self.body(&template, &method, parameters));
        let is_flat = body.as_ref().and_then(Value::as_object).is_some_and(|members| {
            members.values().all(|value| !value.is_object() && !value.is_array() && !value.is_null())
        });
        let is_form = is_flat && self.chance(40);
        Sample { method, path, body, is_form }
    }

    fn path(&mut self, template: &str) -> String {
        let segments: Vec<String> = template
            .split('/')
            .map(|segment| match segment.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
                Some(name) => encoded(&self.text(name)),
                None => segment.to_owned(),
            })
            .collect();
        segments.join("/")
    }

    fn query(&mut self, parameters: &[Value]) -> Vec<String> {
        let mut query = Vec::new();
        for parameter in parameters.iter().filter(|parameter| parameter["in"] == "query") {
            let name = parameter["name"].as_str().expect("a name");
            let percent = if parameter["required"] == true { 90 } else { 50 };
            if !self.chance(percent) {
                continue;
            }
            let count = if parameter["type"] == "array" { self.random.random_range(0..4) } else { 1 };
            for _ in 0..count {
                let value = if parameter["type"] == "array" {
                    json!(self.text(name.trim_end_matches("[]")))
                } else {
                    self.value(name, parameter, 0)
                };
                query.push(format!("{}={}", encoded(name), encoded(&plain(&value))));
            }
        }
        query
    }

    /// A body that works, now and then spoilt at one place; else one made from its parameters.
    fn body(&mut self, template: &str, method: &str, parameters: &[Value]) -> Value {
        let mut body = match self.whole(template, method) {
            Some(whole) if self.chance(60) => whole,
            _ => self.members(parameters, 0),
        };
        if self.chance(35) {
            self.spoil(&mut body);
        }
        body
    }

    fn whole(&mut self, template: &str, method: &str) -> Option<Value> {
        let number = *self.pick(&[APPROVED, APPROVED, OVER_LIMIT, REFUSED_BY_KPN]);
        let (uid, id) = (self.text("customer_uid"), self.text("merchant_uid"));
        let at = self.now + 3_600 * self.random.random_range(1_i64..48);
        Some(match (template, method) {
            ("/subscribe/payments/onetime", "POST") => {
                let channel =
                    if self.chance(70) { json!({"pg": "kpn"}) } else { json!({"channelGroupId": GROUP}) };
                both(both(order(&id), &card(number)), &channel)
            }
            ("/subscribe/customers/{customer_uid}", "POST") => {
                let channel = if self.chance(50) {
                    json!({"channel_key": KPN})
                } else {
                    json!({"channel_group_id": GROUP})
                };
                both(both(card(number), &holder()), &channel)
            }
            ("/subscribe/payments/again", "POST") => both(order(&id), &json!({"customer_uid": uid})),
            ("/subscribe/payments/schedule", "POST") => {
                let entry = both(order(&id), &json!({"currency": "KRW", "schedule_at": at}));
                json!({"customer_uid": uid, "schedules": [entry]})
            }
            ("/subscribe/payments/unschedule", "POST") => json!({"customer_uid": uid}),
            (template, _) if template.starts_with("/subscribe/payments/schedule/") => {
                json!({"schedule_at": at})
            }
            ("/payments/cancel", "POST") => json!({"merchant_uid": id, "amount": 900}),
            ("/payments/prepare", _) => json!({"merchant_uid": id, "amount": 8900}),
            _ => return None,
        })
    }

    /// What this face's members are spoilt with, beside what every member is.
    fn own() -> Vec<Value> {
        vec![json!(u64::MAX), json!(1e300), json!("99999-13")]
    }

    fn spoil(&mut self, value: &mut Value) {
        spoil::spoil(&mut self.random, value, &Self::own());
    }

    fn junk(&mut self) -> Value {
        spoil::junk(&mut self.random, &Self::own())
    }

    /// The members that parameters or a definition's properties give.
    fn members(&mut self, parameters: &[Value], depth: u32) -> Value {
        let mut members = Map::new();
        for parameter in
            parameters.iter().filter(|parameter| parameter["in"] == "formData" || parameter["in"] == "body")
        {
            let schema = if parameter["in"] == "body" { &parameter["schema"] } else { parameter };
            let percent = if parameter["required"] == true { 95 } else { 25 };
            if !self.chance(percent) {
                continue;
            }
            let name = parameter["name"].as_str().expect("a name");
            let value = self.value(name.trim_end_matches("[]"), schema, depth + 1);
            match (parameter["in"] == "body", value) {
                (true, Value::Object(inner)) => members.extend(inner),
                (_, value) => drop(members.insert(name.to_owned(), value)),
            }
        }
        Value::Object(members)
    }

    fn value(&mut self, name: &str, schema: &Value, depth: u32) -> Value {
        if self.chance(2) {
            return self.junk();
        }
        if let Some(reference) = schema["$ref"].as_str() {
            let definition = self.contract.definition(reference);
            return self.value(name, definition, depth);
        }
        if let Some(values) = schema["enum"].as_array().filter(|values| !values.is_empty()) {
            return self.pick(values).clone();
        }
        match schema["type"].as_str() {
            Some("array") if depth < DEPTH_MAX => {
                let count = self.random.random_range(0..3);
                (0..count).map(|_| self.value(name, &schema["items"], depth + 1)).collect()
            }
            Some("integer" | "number") if is_time(name) => {
                let hours = *self.pick(&[-2_000, -24, -1, 0, 1, 24, 2_000]);
                json!(self.now + 3_600 * hours)
            }
            Some("integer" | "number") => {
                json!(*self.pick(&[0, 1, 2, 3, 10, 100, 900, 8_900, -1, 1_i64 << 31, 1 << 53]))
            }
            Some("boolean") => json!(self.chance(50)),
            Some("string") => json!(self.text(name)),
            _ if schema["properties"].is_object() && depth < DEPTH_MAX => self.object(schema, depth),
            _ => json!(self.text(name)),
        }
    }

    fn object(&mut self, schema: &Value, depth: u32) -> Value {
        let mut members = Map::new();
        for (name, inner) in schema["properties"].as_object().into_iter().flatten() {
            if self.chance(50) {
                members.insert(name.clone(), self.value(name, inner, depth + 1));
            }
        }
        Value::Object(members)
    }

    /// A text of the kind its name tells: a name that may exist, or something a shop might write.
    fn text(&mut self, name: &str) -> String {
        let number = self.random.random_range(1..40);
        if self.chance(90) {
            match name {
                "merchant_uid" => return format!("fuzz{number}"),
                "customer_uid" => return format!("card{}", number % 8),
                "imp_uid" if !self.imp_uids.is_empty() => {
                    return self.imp_uids.choose(&mut self.random).expect("not empty").clone();
                }
                "pg" => return (*self.pick(&["kpn", "smartro_v2", "kpn.mid0001", "nobody"])).to_owned(),
                "channel_key" | "channelKey" => return (*self.pick(&[KPN, SMARTRO])).to_owned(),
                "channelGroupId" | "channel_group_id" => return GROUP.to_owned(),
                "payment_status" => {
                    return (*self.pick(&["all", "ready", "paid", "cancelled", "failed"])).to_owned();
                }
                "bank_standard_code" | "card_standard_code" => {
                    return (*self.pick(&["088", "004", "361", "999"])).to_owned();
                }
                _ => {}
            }
        }
        let texts = [
            "fuzz",
            "01000001234",
            "port@example.com",
            "KRW",
            "USD",
            "한글 이름",
            "0",
            "a/b?c=d&e#f%20",
            "-started",
        ];
        (*self.pick(&texts)).to_owned()
    }

    /// Learns names from an answer, so that later requests can use them.
    fn learn(&mut self, value: &Value) {
        match value {
            Value::Object(members) => {
                for (name, inner) in members {
                    match (name.as_str(), inner) {
                        ("imp_uid", Value::String(uid)) if self.imp_uids.len() < NAMES_MAX => {
                            self.imp_uids.push(uid.clone());
                        }
                        _ => self.learn(inner),
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.learn(item)),
            _ => {}
        }
    }
}

fn is_time(name: &str) -> bool {
    ["from", "to", "schedule_at", "schedule_from", "schedule_to"].contains(&name)
}

/// A value as a query or a form has it.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

impl Sample {
    fn call(&self, token: &str) -> Call {
        let call = Call::new(&self.method, &format!("/v1{}", self.path)).header("authorization", token);
        match &self.body {
            None => call,
            Some(body) if self.is_form => {
                let pairs = body.as_object().into_iter().flatten();
                let pairs =
                    pairs.map(|(name, value)| format!("{}={}", encoded(name), encoded(&plain(value))));
                call.header("content-type", "application/x-www-form-urlencoded")
                    .body(pairs.collect::<Vec<_>>().join("&"))
            }
            Some(body) => call.json(body),
        }
    }
}

#[tokio::test]
async fn whatever_is_sent_the_answer_is_documented() {
    let Some(contract) = ContractV1::get() else { return };
    let seed =
        std::env::var("PORTONE_FUZZ_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(20_261_121);
    println!("seed {seed}; PORTONE_FUZZ_SEED sets another");
    let shop = Shop::new().await;
    let token = token(&shop.world, STORE).await;
    let mut maker = Maker::new(contract, seed, shop.world.engine.now().timestamp());
    let mut answers = std::collections::BTreeMap::<(u16, i64), usize>::new();
    for _ in 0..REQUEST_COUNT {
        let line = if maker.chance(95) { Line::Up } else { *maker.pick(&[Line::Cut, Line::Dumb]) };
        shop.world.wire.set(line);
        let sample = maker.sample();
        let reply = shop.world.send(sample.call(&token)).await;
        let body: Value =
            serde_json::from_str(&reply.text).unwrap_or_else(|error| panic!("{error}: {}", reply.text));
        let code = body["code"].as_i64().unwrap_or_else(|| panic!("{}", reply.text));
        // The only 5xx there are: what a document lists as the PG's failure, and 501 for what a PG has not got.
        assert!(
            reply.status < 500 || reply.status == 501 || code == -1,
            "{} {}: {}",
            sample.method,
            sample.path,
            reply.text
        );
        *answers.entry((reply.status, code)).or_default() += 1;
        maker.learn(&body);
    }
    println!("{answers:?}");
    shop.world.wire.set(Line::Up);
    shop.paid("afterthestorm").await;
    assert!(answers.get(&(200, 0)).is_some_and(|count| *count > REQUEST_COUNT / 20), "{answers:?}");
}
