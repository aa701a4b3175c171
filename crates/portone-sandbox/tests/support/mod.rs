//! A sandbox driven without sockets, and the request bodies the tests start from.
#![allow(dead_code, reason = "each test binary uses its own part")]

pub(crate) mod server;

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use portone_sandbox::{Answer, Method, Reply, Request, Sandbox, SandboxConfig};
use serde_json::{Value, json};

pub(crate) const SECRET: &str = "sandbox-api-secret";

/// A sandbox with one channel of each kind and a clock that the test moves.
pub(crate) struct Bench {
    pub(crate) sandbox: Sandbox,
    pub(crate) now: DateTime<Utc>,
}

impl Bench {
    /// Channels `smartro`, `kpn` (live), `smartro-test` (test mode).
    pub(crate) fn new() -> Self {
        let mut bench = Self { sandbox: Sandbox::new(SandboxConfig::new(SECRET)), now: start_time() };
        bench.channel("smartro", "SMARTRO_V2", "live", &json!({}));
        bench.channel("smartro-test", "SMARTRO_V2", "test", &json!({}));
        bench.channel("kpn", "KPN", "live", &json!({}));
        bench
    }

    pub(crate) fn channel(&mut self, key: &str, provider: &str, environment: &str, facts: &Value) {
        let mut body = json!({
            "key": key, "provider": provider, "pgMerchantId": format!("mid-{key}"), "environment": environment,
        });
        for (name, value) in facts.as_object().unwrap() {
            body[name] = value.clone();
        }
        let (status, body) = self.call(Method::Put, "/sandbox/channels", &body);
        assert_eq!(status, 200, "{body}");
    }

    pub(crate) fn reply(&mut self, request: Request) -> Reply {
        self.sandbox.handle(self.now, request)
    }

    /// Sends a request and expects a whole JSON answer.
    pub(crate) fn call(&mut self, method: Method, target: &str, body: &Value) -> (u16, Value) {
        json_of(&self.reply(request(method, target, body)).answer)
    }

    pub(crate) fn get(&mut self, target: &str) -> (u16, Value) {
        self.call(Method::Get, target, &Value::Null)
    }

    pub(crate) fn post(&mut self, target: &str, body: &Value) -> (u16, Value) {
        self.call(Method::Post, target, body)
    }

    /// Sends a request and expects success.
    pub(crate) fn posted(&mut self, target: &str, body: &Value) -> Value {
        let (status, answer) = self.post(target, body);
        assert_eq!(status, 200, "{target}: {answer}");
        answer
    }

    pub(crate) fn issued_key(&mut self, channel_key: &str, number: &str) -> String {
        let answer = self.posted("/billing-keys", &issue(channel_key, number));
        answer["billingKeyInfo"]["billingKey"].as_str().unwrap().to_owned()
    }

    /// The PG's line of a payment's latest attempt.
    pub(crate) fn booked(&mut self, payment_id: &str) -> Value {
        let (_, ledger) = self.get("/sandbox/ledger");
        let payments = ledger["payments"].as_array().unwrap();
        let payment = payments.iter().find(|payment| payment["paymentId"] == payment_id).unwrap();
        payment["transactions"].as_array().unwrap().last().unwrap().clone()
    }

    pub(crate) fn fault(&mut self, body: &Value) {
        let (status, answer) = self.post("/sandbox/faults", body);
        assert_eq!(status, 200, "{answer}");
    }

    pub(crate) fn advance(&mut self, time: TimeDelta) {
        self.now += time;
    }
}

pub(crate) fn start_time() -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000, 0).unwrap()
}

pub(crate) fn request(method: Method, target: &str, body: &Value) -> Request {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    Request {
        method,
        path: path.to_owned(),
        query: query.to_owned(),
        authorization: Some(format!("PortOne {SECRET}")),
        idempotency_key: None,
        tier: None,
        body: if body.is_null() { Bytes::new() } else { Bytes::from(body.to_string()) },
    }
}

pub(crate) fn json_of(answer: &Answer) -> (u16, Value) {
    match answer {
        Answer::Json { status, body } => (*status, serde_json::from_slice(body).unwrap()),
        other => panic!("not a JSON answer: {other:?}"),
    }
}

pub(crate) fn key_in(channel_key: &str, number: &str) -> Value {
    json!({
        "channelKey": channel_key,
        "orderName": "Chair",
        "amount": {"total": 1100},
        "currency": "KRW",
        "customer": {"id": "customer-1", "name": {"full": "Hong Gildong"}},
        "customData": "attempt-1",
        "method": {"card": {"credential": {"number": number, "expiryYear": "29", "expiryMonth": "05"}}},
    })
}

pub(crate) fn account(channel_key: &str) -> Value {
    json!({
        "channelKey": channel_key,
        "orderName": "Chair",
        "amount": {"total": 1100},
        "currency": "KRW",
        "method": {"virtualAccount": {
            "bank": "SHINHAN",
            "expiry": {"dueDate": "2099-11-12T00:00:00+09:00"},
            "option": {"type": "NORMAL"},
        }},
    })
}

pub(crate) fn issue(channel_key: &str, number: &str) -> Value {
    json!({
        "channelKey": channel_key,
        "customer": {"id": "customer-1", "name": {"full": "Hong Gildong"}},
        "customData": "issue-1",
        "method": {"card": {"credential": {
            "number": number, "expiryYear": "29", "expiryMonth": "01",
            "birthOrBusinessRegistrationNumber": "900101", "passwordTwoDigits": "00",
        }}},
    })
}

pub(crate) fn key_payment(billing_key: &str) -> Value {
    json!({
        "billingKey": billing_key,
        "orderName": "Chair",
        "amount": {"total": 1100},
        "currency": "KRW",
        "customData": "attempt-1",
    })
}

/// A copy of `body` in which the member at `pointer` is `value`; its parent must exist.
pub(crate) fn with(body: &Value, pointer: &str, value: Value) -> Value {
    let mut body = body.clone();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    body.pointer_mut(parent).unwrap()[name] = value;
    body
}

/// A copy of `body` without the member at `pointer`.
pub(crate) fn without(body: &Value, pointer: &str) -> Value {
    let mut body = body.clone();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    body.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(name).unwrap();
    body
}

pub(crate) const APPROVED: &str = "4242424242424242";
pub(crate) const DECLINED: &str = "4000000000000002";
pub(crate) const DEBIT: &str = "4000000000000143";
pub(crate) const FOREIGN: &str = "4111111111111111";

/// A refund account with all that Smartro wants.
pub(crate) fn refund_account() -> Value {
    json!({"bank": "SHINHAN", "number": "56211105948400", "holderName": "Hong", "holderPhoneNumber": "01012345678"})
}

/// The PG's code of a PG refusal, else the error type.
pub(crate) fn refusal_code(body: &Value) -> &str {
    body.get("pgCode").unwrap_or(&body["type"]).as_str().unwrap()
}
