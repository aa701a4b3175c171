//! What the rules of V1 PGs keep away: each refused example of the catalogue, sent past every adapter to the sandbox's V1 upstream,
//! does harm there (it is refused, or goes to another channel, or is booked otherwise), and its good example does none. That
//! the gateway finds it first is told by `tests/pg_rules.rs`.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use portone_sandbox::{Answer, Method, Request, Sandbox, SandboxConfig};
use portone_testkit::catalogue::{self, Placed};
use serde_json::{Value, json};

use super::subscribe::both;

/// The operations of the V1 REST API that the sandbox's V1 PGs serve.
const OPS: [&str; 4] = ["API_INSTANT_CARD", "API_ISSUE_KEY", "API_PAY_KEY", "API_CANCEL"];
const REFUSED: [&str; 3] = ["REJECT", "REJECT_TRUNCATED", "CONTRACT"];
const SECRET: &str = "raw-secret";

#[test]
fn the_rules_of_all_v1_pgs_keep_harm_away() {
    keep_harm_away(
        "IAMPORT",
        &[
            ("IAMPORT-006", "a header: iamport_006 below"),
            ("IAMPORT-023", "of a company's card: iamport_023 below"),
            ("IAMPORT-093", "of a virtual account: iamport_093 below"),
            ("IAMPORT-096", "of a telephone bill: iamport_096 below"),
        ],
    );
}

#[test]
fn paymentwalls_rules_keep_harm_away() {
    keep_harm_away(
        "PW",
        &[
            ("PW-009", "the example is words: pw_009 below"),
            ("PW-032", "the example is words: pw_032 below"),
            ("PW-039", "of V2: pw_039 below"),
        ],
    );
}

const CARD: &str = "1234-1234-1234-1234";

fn card(pg: &str, order: &str) -> Value {
    json!({"pg": pg, "merchant_uid": order, "amount": 10_000, "name": "Chair", "card_number": CARD, "expiry": "2029-12",
        "birth": "900101", "pwd_2digit": "00", "cvc": "123", "browser_ip": "203.0.113.7", "buyer_email": "hong@example.com"})
}

#[test]
fn iamport_006_a_tier_is_three_capitals_or_digits() {
    let mut raw = Raw::new();
    for (order, tier, code) in [("order1", "ab", 1), ("order2", "A0B", 0), ("order3", "a0b", 1)] {
        raw.tier = Some(tier.to_owned());
        let answer = raw.post("/subscribe/payments/onetime", &card("kcp", order));
        assert_eq!(answer["code"], code, "{tier}: {answer}");
    }
}

#[test]
fn iamport_023_a_companys_card_goes_with_the_companys_number() {
    let mut raw = Raw::new();
    for (order, birth, code) in [("order1", "900101", -1), ("order2", "1234567890", 0)] {
        let company = json!({"card_number": "4000-0000-0000-0176", "birth": birth});
        let answer = raw.post("/subscribe/payments/onetime", &both(card("kcp", order), &company));
        assert_eq!(answer["code"], code, "{birth}: {answer}");
    }
}

#[test]
fn iamport_093_a_deposit_goes_back_to_an_account() {
    let mut raw = Raw::new();
    raw.declare(&json!({"key": "accounts", "pg": "nice_v2.RAW1", "environment": "live"}));
    let account = json!({"channel_key": "accounts", "merchant_uid": "order1", "amount": 10_000, "name": "Chair",
        "vbank_code": "088", "vbank_due": 1_893_456_000, "vbank_holder": "Hong"});
    let issued = raw.post("/vbanks", &account);
    let imp_uid = issued["response"]["imp_uid"].as_str().unwrap_or_else(|| panic!("{issued}")).to_owned();
    raw.send(Method::Post, &format!("/sandbox/v1/payments/{imp_uid}/deposit"), &json!({}));
    let bare = json!({"imp_uid": imp_uid, "reason": "returned"});
    assert_ne!(raw.post("/payments/cancel", &bare)["code"], 0);
    let refund = json!({"refund_holder": "Hong", "refund_bank": "088", "refund_account": "56211105948400"});
    assert_eq!(raw.post("/payments/cancel", &both(bare, &refund))["code"], 0);
}

#[test]
fn iamport_096_a_carrier_takes_back_the_whole_of_its_month() {
    // It is the 21st; the month ends at 15:00 UTC of the 30th.
    let cases = [
        ("kcp", 9, 10_000, true),
        ("kcp", 10, 10_000, false),
        ("kcp", 9, 5_000, true),
        ("danal", 9, 5_000, false),
    ];
    for (pg, days, amount, is_taken) in cases {
        let mut raw = Raw::new();
        raw.declare(&json!({"key": "carrier", "pg": format!("{pg}.RAW1"), "environment": "live"}));
        let call = json!({"pg": format!("{pg}.RAW1"), "merchant_uid": "order1", "amount": 10_000, "name": "Chair",
            "pay_method": "phone"});
        let paid = raw.send(Method::Post, "/sandbox/v1/windows", &json!({ "call": call }));
        assert_eq!((&paid["status"], &paid["pay_method"]), (&json!("paid"), &json!("phone")), "{paid}");
        raw.now += chrono::TimeDelta::days(days);
        raw.log_in();
        let cancel = json!({"imp_uid": paid["imp_uid"], "amount": amount, "reason": "returned"});
        let answer = raw.post("/payments/cancel", &cancel);
        assert_eq!(answer["code"] == 0, is_taken, "{pg} after {days} days, {amount}: {answer}");
    }
}

#[test]
fn pw_009_an_order_is_paid_once() {
    let mut raw = Raw::new();
    raw.declare(&json!({"key": "wall", "pg": "paymentwall.RAW1", "environment": "live"}));
    let order =
        both(card("paymentwall.RAW1", "order1"), &json!({"currency": "USD", "buyer_name": "Jack Son"}));
    assert_eq!(raw.post("/subscribe/payments/onetime", &order)["response"]["status"], "paid");
    assert_ne!(raw.post("/subscribe/payments/onetime", &order)["code"], 0);
}

#[test]
fn pw_032_a_fresh_key_waits_for_the_pgs_word() {
    let mut raw = Raw::new();
    raw.declare(&json!({"key": "wall", "pg": "paymentwall.RAW1", "environment": "live"}));
    let call = json!({"pg": "paymentwall.RAW1", "merchant_uid": "order1", "amount": 10, "currency": "USD", "name": "Key",
        "customer_uid": "customer-1", "buyer_email": "hong@example.com", "buyer_name": "Jack Son"});
    let issued = raw.send(Method::Post, "/sandbox/v1/windows", &json!({"call": call, "pingback": "LATE"}));
    let again = json!({"customer_uid": "customer-1", "merchant_uid": "order2", "amount": 10, "currency": "USD", "name": "Key",
        "buyer_email": "hong@example.com", "buyer_name": "Jack Son", "browser_ip": "203.0.113.7"});
    assert_ne!(raw.post("/subscribe/payments/again", &again)["code"], 0, "before the webhook");
    let imp_uid = issued["imp_uid"].as_str().unwrap_or_else(|| panic!("{issued}"));
    raw.send(Method::Post, &format!("/sandbox/v1/payments/{imp_uid}/pingback"), &json!({}));
    assert_eq!(raw.post("/subscribe/payments/again", &again)["code"], 0, "after it");
}

#[test]
fn pw_039_v2_has_paymentwalls_windows_only() {
    let mut raw = Raw::new();
    let channel = json!({"key": "wall-v2", "provider": "PAYMENTWALL", "pgMerchantId": "project1", "environment": "live"});
    raw.send(Method::Put, "/sandbox/channels", &channel);
    raw.token = Some(format!("PortOne {SECRET}"));
    let customer = json!({"id": "customer1", "name": {"full": "Jack Son"}, "email": "hong@example.com"});
    let method = json!({"card": {"credential": {"number": "4242424242424242", "expiryYear": "29", "expiryMonth": "12"}}});
    let issue = json!({"channelKey": "wall-v2", "customer": customer, "method": method});
    let pay = json!({"channelKey": "wall-v2", "orderName": "Chair", "amount": {"total": 1_000}, "currency": "USD",
        "customer": customer, "method": method});
    for (path, body) in [("/billing-keys", &issue), ("/payments/order1/instant", &pay)] {
        let answer = raw.send(Method::Post, path, body);
        assert_eq!(
            (&answer["type"], &answer["pgCode"]),
            (&json!("PG_PROVIDER"), &json!("P601")),
            "{path}: {answer}"
        );
    }
}

fn keep_harm_away(prefix: &str, elsewhere: &[(&str, &str)]) {
    let (mut problems, mut count) = (Vec::new(), 0);
    for (at, case) in catalogue::v1_cases(prefix, &OPS, &["api_keyin", "api_billing"]).iter().enumerate() {
        let (id, outcome) = (case.example.id.as_str(), case.example.outcome.as_str());
        if !REFUSED.contains(&outcome) || elsewhere.iter().any(|(kept, _)| *kept == id) {
            continue;
        }
        count += 1;
        if Raw::new().harm(2 * at + 2, id, &case.bad).is_none() {
            problems.push(format!("{id} {}: does no harm: {}", case.op, case.bad.request));
        }
        if let Some(harm) = Raw::new().harm(2 * at + 3, id, &case.good) {
            problems.push(format!("{id} {}: the good example is {harm}: {}", case.op, case.good.request));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert!(count > 10, "only {count} examples");
}

/// The sandbox without anything before it.
struct Raw {
    sandbox: Sandbox,
    now: DateTime<Utc>,
    token: Option<String>,
    tier: Option<String>,
}

impl Raw {
    fn new() -> Self {
        let now = "2026-11-21T00:00:00Z".parse().unwrap();
        let mut raw =
            Self { sandbox: Sandbox::new(SandboxConfig::new(SECRET)), now, token: None, tier: None };
        raw.log_in();
        // Who takes what names no channel.
        raw.declare(&json!({"key": "a-default", "pg": "kcp.DEFAULT", "environment": "test"}));
        raw
    }

    fn log_in(&mut self) {
        let key = json!({"imp_key": "sandbox-imp-key", "imp_secret": SECRET});
        let token = self.send(Method::Post, "/v1/users/getToken", &key);
        self.token = Some(token["response"]["access_token"].as_str().unwrap().to_owned());
    }

    fn post(&mut self, path: &str, body: &Value) -> Value {
        self.send(Method::Post, &format!("/v1{path}"), body)
    }

    fn send(&mut self, method: Method, path: &str, body: &Value) -> Value {
        let request = Request {
            method,
            path: path.to_owned(),
            query: String::new(),
            authorization: self.token.clone(),
            idempotency_key: None,
            tier: self.tier.clone(),
            body: Bytes::from(body.to_string()),
        };
        match self.sandbox.handle(self.now, request).answer {
            Answer::Json { body, .. } => serde_json::from_slice(&body).unwrap(),
            other => panic!("{path}: {other:?}"),
        }
    }

    fn declare(&mut self, channel: &Value) {
        self.send(Method::Put, "/sandbox/v1/channels", channel);
    }

    /// What becomes of an example on a channel of its own, after what had to be there before it.
    fn harm(&mut self, number: usize, id: &str, placed: &Placed) -> Option<String> {
        let code = placed.pg.clone().unwrap();
        let mid = format!("RAW{number}");
        // A request that names its channel means this one, unless the name is none.
        let named = placed.request["channel_key"].as_str().filter(|key| key.len() <= 55);
        let key = named.map_or_else(|| format!("raw-{number:04}"), str::to_owned);
        let mut channel = json!({"key": key, "pg": format!("{code}.{mid}"),
            "environment": if placed.test { "test" } else { "live" }, "contracts": placed.contracts});
        if let Some(currency) = placed.context.get("mid_currency") {
            channel["mid_currency"] = currency.clone();
        }
        self.declare(&channel);
        let mut body = placed.request.clone();
        if let Some(pg) = body["pg"].as_str() {
            body["pg"] = json!(pg.replace("MID1", &mid).replace("t_123", &mid));
        }
        let order = format!("raworder{number:04}");
        let is_ours = placed.op == "API_CANCEL" && body["merchant_uid"].is_string();
        if is_ours || body["merchant_uid"] == "payment0001A" {
            body["merchant_uid"] = json!(order);
        }
        let path = self.prepared(number, placed, &mid, &mut body);
        let answer = self.send(Method::Post, &format!("/v1{path}"), &body);
        let response = &answer["response"];
        if answer["code"] != 0 {
            return Some(format!("refused: {answer}"));
        }
        if response["pg_id"] != json!(mid) {
            return Some(format!("at {} instead ({id})", response["pg_id"]));
        }
        (response["status"] == "failed").then(|| format!("declined: {}", response["fail_reason"]))
    }

    /// A key to charge, a payment to cancel; where the example then goes.
    fn prepared(&mut self, number: usize, placed: &Placed, mid: &str, body: &mut Value) -> String {
        match placed.op.as_str() {
            "API_INSTANT_CARD" => {
                self.paid_before(placed, mid, body);
                "/subscribe/payments/onetime".to_owned()
            }
            "API_ISSUE_KEY" => format!("/subscribe/customers/{}", placed.payment_id),
            "API_PAY_KEY" => {
                if body["customer_uid"] == "customer-1" {
                    body["customer_uid"] = json!(format!("customer-{number}"));
                }
                if placed.context.get("has_billing_key") != Some(&json!(false)) {
                    self.issue(placed, mid, body);
                }
                self.paid_before(placed, mid, body);
                "/subscribe/payments/again".to_owned()
            }
            "API_CANCEL" => {
                self.pay_before_cancel(number, placed, mid, body);
                "/payments/cancel".to_owned()
            }
            other => panic!("{other} has no way to be sent"),
        }
    }

    /// An attempt at the same order.
    fn paid_before(&mut self, placed: &Placed, mid: &str, body: &Value) {
        if placed.context.get("payment_status") == Some(&json!("paid")) {
            let order = json!({"merchant_uid": body["merchant_uid"], "amount": 10_000, "name": "Chair"});
            self.pay(placed, mid, &order);
        }
    }

    fn pay(&mut self, placed: &Placed, mid: &str, order: &Value) {
        let pg = format!("{}.{mid}", placed.pg.as_deref().unwrap());
        let card = json!({"pg": pg, "card_number": "1234-1234-1234-1234", "expiry": "2029-12", "birth": "900101",
            "pwd_2digit": "00", "cvc": "123", "browser_ip": "203.0.113.7"});
        let paid = self.send(Method::Post, "/v1/subscribe/payments/onetime", &both(card, order));
        assert_eq!(paid["response"]["status"], "paid", "{paid}");
    }

    /// The key to charge: Paymentwall's windows alone issue one (PW-031).
    fn issue(&mut self, placed: &Placed, mid: &str, body: &Value) {
        let code = placed.pg.as_deref().unwrap();
        let email = placed.context.get("issue_email").or(body.get("buyer_email"));
        let email = email.filter(|email| email.is_string()).cloned().unwrap_or(json!("hong@example.com"));
        let uid = body["customer_uid"].as_str().unwrap().to_owned();
        let issued = if code == "paymentwall" {
            let call = json!({"pg": format!("{code}.{mid}"), "merchant_uid": format!("key{mid}"), "amount": 10,
                "currency": "USD", "customer_uid": uid, "buyer_email": email, "buyer_name": "Jack Son", "name": "Key"});
            self.send(Method::Post, "/sandbox/v1/windows", &json!({ "call": call }))
        } else {
            let card = json!({"pg": format!("{code}.{mid}"), "card_number": "1234-1234-1234-1234", "expiry": "2029-12",
                "birth": "900101", "pwd_2digit": "00", "customer_id": "customer1234"});
            self.send(Method::Post, &format!("/v1/subscribe/customers/{uid}"), &card)
        };
        // A name that is too long gets no key: the charge is refused for want of one.
        let is_issued = issued["code"] == 0 || issued["success"] == json!(true);
        assert!(is_issued || uid.len() > 80, "{issued}");
    }

    fn pay_before_cancel(&mut self, number: usize, placed: &Placed, mid: &str, body: &Value) {
        let fact = |name: &str| placed.context.get(name).cloned().unwrap_or(Value::Null);
        let order = format!("raworder{number:04}");
        let amount = json!({"merchant_uid": order, "amount": 10_000, "name": "Chair", "tax_free": fact("cancellable_tax_free"),
            "vat_amount": fact("ordered_vat"), "currency": fact("currency")});
        self.pay(placed, mid, &amount);
        let cancellable = fact("cancellable").as_i64().unwrap_or(10_000);
        if cancellable < 10_000 {
            let part = json!({"merchant_uid": order, "amount": 10_000 - cancellable});
            let done = self.send(Method::Post, "/v1/payments/cancel", &part);
            assert_eq!(done["code"], 0, "{done}");
        }
        debug_assert!(body["merchant_uid"].is_null() || body["merchant_uid"] == json!(order), "{body}");
    }
}
