//! The V1 face: what `api.iamport.kr` is documented to answer, refuse, alter and lose.

#[path = "v1/cash.rs"]
mod cash;
mod support;

use chrono::TimeDelta;
use portone_sandbox::{Answer, Method, Request, Sandbox, SandboxConfig};
use serde_json::{Value, json};
use support::{Bench, SECRET, json_of, request};

const CARD: &str = "4242-4242-4242-4242";

struct V1 {
    bench: Bench,
    token: String,
}

impl V1 {
    /// Channels of NICE (live), KCP (test), Paymentwall (live, processing dollars) and Smartro (test; live without any contract),
    /// and a token.
    fn new() -> Self {
        let mut v1 = Self { bench: Bench::new(), token: String::new() };
        for body in [
            json!({"key": "a-nice", "pg": "nice_v2.MID1", "environment": "live"}),
            json!({"key": "b-kcp", "pg": "kcp.MID2", "environment": "test"}),
            json!({"key": "c-pw", "pg": "paymentwall.t_123", "environment": "live", "mid_currency": "USD"}),
            json!({"key": "d-smartro", "pg": "smartro_v2.MID3", "environment": "test"}),
            json!({"key": "e-mute", "pg": "smartro_v2.MID4", "environment": "live", "contracts": []}),
        ] {
            assert_eq!(v1.bench.call(Method::Put, "/sandbox/v1/channels", &body).0, 200);
        }
        v1.token = String::from(v1.log_in()["access_token"].as_str().unwrap());
        v1
    }

    fn log_in(&mut self) -> Value {
        let body = json!({"imp_key": "sandbox-imp-key", "imp_secret": SECRET});
        let (status, answer) = self.bench.post("/v1/users/getToken", &body);
        assert_eq!((status, &answer["code"]), (200, &json!(0)), "{answer}");
        answer["response"].clone()
    }

    fn request(&self, method: Method, target: &str, body: &Value) -> Request {
        Request { authorization: Some(self.token.clone()), ..request(method, target, body) }
    }

    fn call(&mut self, method: Method, target: &str, body: &Value) -> (u16, Value) {
        let request = self.request(method, target, body);
        json_of(&self.bench.reply(request).answer)
    }

    fn post(&mut self, target: &str, body: &Value) -> (u16, Value) {
        self.call(Method::Post, target, body)
    }

    fn get(&mut self, target: &str) -> (u16, Value) {
        self.call(Method::Get, target, &Value::Null)
    }

    /// A call that succeeds.
    fn done(&mut self, target: &str, body: &Value) -> Value {
        let (status, answer) = self.post(target, body);
        assert_eq!((status, &answer["code"], &answer["message"]), (200, &json!(0), &Value::Null), "{answer}");
        answer["response"].clone()
    }

    /// A call that is refused in a 200.
    fn refused(&mut self, target: &str, body: &Value) -> Value {
        let (status, answer) = self.post(target, body);
        assert_eq!(status, 200, "{answer}");
        assert!(
            answer["code"] != 0 && answer["response"].is_null() && answer["message"].is_string(),
            "{answer}"
        );
        answer
    }

    fn paid(&mut self, merchant_uid: &str) -> Value {
        let payment = self.done(ONETIME, &onetime(merchant_uid));
        assert_eq!(payment["status"], "paid", "{payment}");
        payment
    }
}

const ONETIME: &str = "/v1/subscribe/payments/onetime";
const AGAIN: &str = "/v1/subscribe/payments/again";
const CANCEL: &str = "/v1/payments/cancel";

fn onetime(merchant_uid: &str) -> Value {
    json!({
        "merchant_uid": merchant_uid, "amount": 10_000, "name": "Chair", "card_number": CARD, "expiry": "2029-12",
        "birth": "900101", "pwd_2digit": "00", "pg": "nice_v2.MID1", "custom_data": {"a": 1},
    })
}

fn paymentwall(merchant_uid: &str) -> Value {
    json!({
        "merchant_uid": merchant_uid, "amount": 20, "currency": "USD", "name": "Chair", "card_number": CARD,
        "expiry": "2029-12", "cvc": "123", "browser_ip": "203.0.113.7", "buyer_name": "Jack Son",
        "buyer_email": "a@b.co", "pg": "paymentwall.t_123",
    })
}

#[allow(clippy::needless_pass_by_value)] // its callers hand over what they have just written
fn with(mut body: Value, changes: Value) -> Value {
    for (name, value) in changes.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

fn issue(number: &str) -> Value {
    json!({"pg": "nice_v2", "card_number": number, "expiry": "2029-12", "birth": "900101", "pwd_2digit": "00"})
}

#[test]
fn v1_008_a_token_is_the_same_until_it_expires_and_is_given_longer_at_its_end() {
    let mut v1 = V1::new();
    let start = v1.bench.now;
    let mut tokens = Vec::new();
    for at in [0, 100, 1750, 2200] {
        v1.bench.now = start + TimeDelta::seconds(at);
        let token = v1.log_in();
        tokens
            .push((token["access_token"].clone(), token["expired_at"].as_i64().unwrap() - start.timestamp()));
    }
    assert_eq!(tokens.iter().map(|token| token.1).collect::<Vec<_>>(), [1800, 1800, 2100, 4000]);
    assert!(tokens[0].0 == tokens[1].0 && tokens[1].0 == tokens[2].0 && tokens[2].0 != tokens[3].0);
}

#[test]
fn v1_007_and_v1_009_credentials_and_tokens_are_checked() {
    let mut v1 = V1::new();
    let wrong = json!({"imp_key": "sandbox-imp-key", "imp_secret": "wrong"});
    assert_eq!(v1.bench.post("/v1/users/getToken", &wrong).0, 401);
    assert_eq!(v1.bench.post("/v1/users/getToken", &json!({"imp_key": "x"})).0, 400);
    assert_eq!(v1.get("/v1/payments/imp_0").0, 404);
    v1.token = format!("Bearer {}", v1.token);
    assert_eq!(v1.get("/v1/payments/imp_0").0, 404);
    v1.bench.advance(TimeDelta::seconds(1800));
    let (status, answer) = v1.get("/v1/payments/imp_0");
    assert_eq!((status, &answer["response"]), (401, &Value::Null));
}

#[test]
fn a_key_in_is_paid_and_shows_nothing_of_the_card() {
    let mut v1 = V1::new();
    let payment = v1.paid("order-1");
    assert!(payment["imp_uid"].as_str().unwrap().starts_with("imp_"));
    assert_eq!((&payment["amount"], &payment["cancel_amount"]), (&json!(10_000), &json!(0)));
    assert_eq!((&payment["failed_at"], &payment["cancelled_at"]), (&json!(0), &json!(0)));
    assert_eq!(payment["custom_data"], r#"{"a":1}"#, "V1-033, IAMPORT-064");
    assert_eq!(payment["card_number"], "424242******4242", "V1-034");
    assert!(!payment.to_string().contains("900101"));
}

#[test]
fn v1_002_a_form_is_read_like_json() {
    let v1 = &mut V1::new();
    let form =
        "merchant_uid=order%201&amount=1000.50&name=a+b&card_number=4242-4242-4242-4242&expiry=2029-12";
    let request = Request { body: form.into(), ..v1.request(Method::Post, ONETIME, &Value::Null) };
    let (status, answer) = json_of(&v1.bench.reply(request).answer);
    assert_eq!(status, 200);
    let payment = &answer["response"];
    assert_eq!((&payment["merchant_uid"], &payment["name"]), (&json!("order 1"), &json!("a b")));
    assert_eq!(payment["amount"], json!(1000.5));
}

#[test]
fn v1_040_a_declined_card_is_a_success_whose_payment_failed() {
    let mut v1 = V1::new();
    let payment = v1.done(ONETIME, &with(onetime("order-1"), json!({"card_number": "4000-0000-0000-0010"})));
    assert_eq!((&payment["status"], &payment["paid_at"]), (&json!("failed"), &json!(0)));
    assert!(payment["fail_reason"].is_string() && payment["failed_at"] != 0);
    // A failed attempt leaves the number free (IAMPORT-011), a paid one does not.
    v1.paid("order-1");
    assert_eq!(v1.refused(ONETIME, &onetime("order-1"))["code"], 1);
}

#[test]
fn iamport_002_an_unknown_pg_goes_to_the_default() {
    let mut v1 = V1::new();
    let payment = v1.done(ONETIME, &with(onetime("order-1"), json!({"pg": "kcp.UNKNOWN"})));
    assert_eq!(payment["pg_provider"], "nice_v2");
    let payment = v1.done(ONETIME, &with(onetime("order-2"), json!({"pg": "kcp"})));
    assert_eq!(payment["pg_provider"], "kcp");
}

#[test]
fn iamport_055_a_domestic_pg_takes_won_whatever_the_currency_says() {
    let mut v1 = V1::new();
    let payment = v1.done(ONETIME, &with(onetime("order-1"), json!({"currency": "USD", "amount": 10.5})));
    assert_eq!((&payment["currency"], &payment["amount"]), (&json!("KRW"), &json!(10.5)));
    let payment = v1.done(ONETIME, &paymentwall("order-2"));
    assert_eq!((&payment["currency"], &payment["amount"]), (&json!("USD"), &json!(20)));
}

#[test]
fn what_the_schema_limits_is_refused() {
    let mut v1 = V1::new();
    for (rule, change) in [
        ("IAMPORT-010", json!({"merchant_uid": "a".repeat(41)})),
        ("IAMPORT-013", json!({"name": "n".repeat(41)})),
        ("IAMPORT-014", json!({"buyer_name": "Maximilian Featherstonehaugh"})),
        ("IAMPORT-015", json!({"buyer_email": "e".repeat(65)})),
        ("IAMPORT-016", json!({"buyer_tel": "010-4242-4242-0000"})),
        ("IAMPORT-017", json!({"buyer_addr": "a".repeat(129)})),
        ("IAMPORT-018", json!({"buyer_postcode": "123-456-78"})),
        ("IAMPORT-020", json!({"card_number": "4242424242424242"})),
        ("IAMPORT-021", json!({"expiry": "12/26"})),
        ("IAMPORT-022", json!({"birth": "1990-01-01"})),
        ("IAMPORT-025", json!({"pwd_2digit": "0000"})),
        ("IAMPORT-050", json!({"amount": {"total": 8900}})),
        ("IAMPORT-052", json!({"tax_free": 13_000})),
        ("IAMPORT-056", json!({"card_quota": 1, "amount": 50_000})),
        ("IAMPORT-057", json!({"card_quota": 3, "amount": 49_999})),
    ] {
        let answer = v1.refused(ONETIME, &with(onetime("order-1"), change));
        assert!(!answer.to_string().contains("4242"), "{rule}: {answer}");
    }
    v1.paid("order-1");
}

#[test]
fn iamport_029_card_data_needs_a_contract() {
    let mut v1 = V1::new();
    let body = json!({"key": "a-nice", "pg": "nice_v2.MID1", "environment": "live", "contracts": []});
    v1.bench.call(Method::Put, "/sandbox/v1/channels", &body);
    v1.refused(ONETIME, &onetime("order-1"));
    v1.refused("/v1/subscribe/customers/u1", &issue(CARD));
}

#[test]
fn iamport_032_a_uid_that_is_used_again_takes_the_new_card_and_orphans_the_old_key() {
    let mut v1 = V1::new();
    v1.done("/v1/subscribe/customers/u1", &issue(CARD));
    let second = v1.done("/v1/subscribe/customers/u1", &issue("4000-0000-0000-0150"));
    assert_eq!(second["card_number"], "400000******0150");
    let payment =
        v1.done(AGAIN, &json!({"customer_uid": "u1", "merchant_uid": "o1", "amount": 100, "name": "n"}));
    assert_eq!((&payment["card_number"], &payment["status"]), (&json!("400000******0150"), &json!("paid")));
    let lines: Vec<String> = journal(&v1.bench.sandbox);
    let key =
        lines.iter().find(|line| line.contains("\"customerUid\":\"u1\"") && line.contains("v1_key")).unwrap();
    assert!(key.contains("\"orphanedPgKeys\":[\"V1K"), "{key}");
    // A re-issue that fails leaves the mapping alone (IAMPORT-033).
    v1.refused("/v1/subscribe/customers/u1", &issue("4000-0000-0000-0002"));
    assert_eq!(v1.get("/v1/subscribe/customers/u1").1["response"]["card_number"], "400000******0150");
}

#[test]
fn v1_062_and_v1_064_a_deleted_key_is_gone() {
    let mut v1 = V1::new();
    v1.done("/v1/subscribe/customers/u1", &issue(CARD));
    assert_eq!(v1.call(Method::Delete, "/v1/subscribe/customers/u1", &Value::Null).0, 200);
    assert_eq!(v1.get("/v1/subscribe/customers/u1").0, 404);
    assert_eq!(v1.call(Method::Delete, "/v1/subscribe/customers/u1", &Value::Null).0, 404);
    let answer =
        v1.refused(AGAIN, &json!({"customer_uid": "u1", "merchant_uid": "o", "amount": 1, "name": "n"}));
    assert_eq!(answer["message"], "등록되지 않은 구매자입니다.", "IAMPORT-037");
}

#[test]
fn v1_027_and_v1_052_a_part_is_cancelled_against_its_checksum() {
    let mut v1 = V1::new();
    v1.paid("order-1");
    v1.refused(CANCEL, &json!({"merchant_uid": "order-1", "amount": 1_000, "checksum": 9_000}));
    let part = v1.done(CANCEL, &json!({"merchant_uid": "order-1", "amount": 1_000, "checksum": 10_000}));
    assert_eq!((&part["status"], &part["cancel_amount"]), (&json!("cancelled"), &json!(1_000)));
    v1.refused(CANCEL, &json!({"merchant_uid": "order-1", "amount": 9_001}));
    let rest = v1.done(CANCEL, &json!({"merchant_uid": "order-1", "amount": 0, "checksum": 9_000}));
    assert_eq!(rest["cancel_amount"], 10_000, "IAMPORT-091");
    assert_eq!(rest["cancel_history"].as_array().unwrap().len(), 2, "V1-028");
    let again = v1.refused(CANCEL, &json!({"merchant_uid": "order-1"}));
    assert_eq!(again["message"], "이미 전액취소된 주문입니다.", "V1-053");
}

#[test]
fn v1_050_an_imp_uid_decides_and_one_of_the_two_is_needed() {
    let mut v1 = V1::new();
    v1.paid("order-1");
    v1.refused(CANCEL, &json!({"imp_uid": "imp_000000000000", "merchant_uid": "order-1"}));
    v1.refused(CANCEL, &json!({"reason": "x"}));
}

#[test]
fn paymentwall_wants_its_own_fields() {
    let mut v1 = V1::new();
    for (rule, change) in [
        ("PW-002", json!({"buyer_name": "JackSon"})),
        ("PW-007", json!({"amount": 1.5})),
        ("PW-027", json!({"cvc": "12"})),
        ("PW-028", json!({"browser_ip": null})),
    ] {
        let answer = v1.refused(ONETIME, &with(paymentwall("order-1"), change));
        assert_eq!(answer["code"], -1, "{rule}");
    }
    v1.done(ONETIME, &paymentwall("order-1"));
    let issue = with(issue(CARD), json!({"pg": "paymentwall"}));
    v1.refused("/v1/subscribe/customers/u1", &issue);
}

#[test]
fn pw_034_and_pw_035_a_cancel_shows_once_the_pingback_has_come() {
    let mut v1 = V1::new();
    let payment = v1.done(ONETIME, &paymentwall("order-1"));
    let asked = v1.done(CANCEL, &json!({"merchant_uid": "order-1", "amount": 5, "checksum": 20}));
    assert_eq!((&asked["status"], &asked["cancel_amount"]), (&json!("paid"), &json!(0)));
    let target = format!("/sandbox/v1/payments/{}/pingback", payment["imp_uid"].as_str().unwrap());
    let (_, after) = v1.bench.post(&target, &Value::Null);
    assert_eq!((&after["status"], &after["cancel_amount"]), (&json!("cancelled"), &json!(5)));
    v1.done(ONETIME, &with(paymentwall("order-2"), json!({"currency": "KRW", "amount": 20_000})));
    v1.refused(CANCEL, &json!({"merchant_uid": "order-2", "amount": 5_000}));
    v1.done(CANCEL, &json!({"merchant_uid": "order-2"}));
}

#[test]
fn pw_022_and_pw_023_a_delivery_names_what_its_kind_needs() {
    let mut v1 = V1::new();
    let payment = v1.done(ONETIME, &paymentwall("order-1"));
    let digital = json!({
        "imp_uid": payment["imp_uid"], "merchant_uid": "order-1", "type": "digital", "status": "delivered",
        "estimated_delivery_datetime": 1_700_000_000, "estimated_update_datetime": 1_700_000_000,
        "refundable": "yes", "shipping_address_email": "a@b.co",
    });
    assert_eq!(v1.done("/v1/paymentwall/delivery", &digital)["success"], 1);
    v1.refused("/v1/paymentwall/delivery", &with(digital.clone(), json!({"type": "physical"})));
    v1.refused("/v1/paymentwall/delivery", &with(digital.clone(), json!({"status": "lost"})));
    v1.refused("/v1/paymentwall/delivery", &with(digital, json!({"imp_uid": "imp_0"})));
    let (_, kept) = v1.bench.get("/sandbox/v1/payments");
    assert_eq!(kept["payments"][0]["delivery"]["status"], "delivered");
}

#[test]
fn v1_036_and_v1_046_payments_are_found_by_number_and_test_payments_hidden() {
    let mut v1 = V1::new();
    v1.done(ONETIME, &with(onetime("order-1"), json!({"card_number": "4000-0000-0000-0010"})));
    let paid = v1.done(ONETIME, &with(onetime("order-1"), json!({"pg": "kcp"})));
    let (_, all) = v1.get("/v1/payments/findAll/order-1?limit=1&page=2");
    let page = &all["response"];
    assert_eq!((&page["total"], &page["previous"], &page["next"]), (&json!(2), &json!(1), &json!(0)));
    assert_eq!(page["list"][0]["status"], "failed");
    assert_eq!(v1.get("/v1/payments/find/order-1/").1["response"]["imp_uid"], paid["imp_uid"]);
    assert_eq!(v1.get("/v1/payments/findAll/order-1/sold").0, 400);
    assert_eq!(v1.get("/v1/payments/findAll/order-2").0, 404);
    let target = format!("/v1/payments/{}", paid["imp_uid"].as_str().unwrap());
    assert_eq!(v1.get(&target).0, 404);
    assert_eq!(v1.get(&format!("{target}?include_sandbox=true")).1["response"]["sandbox"], true);
}

#[test]
fn faults_befall_v1_calls_too() {
    let mut v1 = V1::new();
    v1.bench.fault(
        &json!({"channelKey": "a-nice", "command": "PAY_INSTANTLY", "kind": "decline", "requests": 1}),
    );
    assert_eq!(v1.done(ONETIME, &onetime("order-1"))["status"], "failed");
    v1.bench.fault(&json!({"channelKey": "a-nice", "kind": "reset", "booked": true, "requests": 1}));
    let lost = v1.request(Method::Post, ONETIME, &onetime("order-1"));
    assert_eq!(v1.bench.reply(lost).answer, Answer::Reset);
    assert_eq!(v1.get("/v1/payments/find/order-1").1["response"]["status"], "paid");
}

#[test]
fn a_restart_loses_nothing() {
    let mut v1 = V1::new();
    let payment = v1.paid("order-1");
    v1.done("/v1/subscribe/customers/u1", &issue(CARD));
    let mut restored = Sandbox::new(SandboxConfig::new(SECRET));
    for line in journal(&v1.bench.sandbox) {
        restored.restore(line.as_bytes()).unwrap();
    }
    v1.bench.sandbox = restored;
    v1.token = String::from(v1.log_in()["access_token"].as_str().unwrap());
    let (_, found) = v1.get("/v1/payments/find/order-1");
    assert_eq!(found["response"], payment);
    assert_eq!(v1.get("/v1/subscribe/customers/u1").0, 200);
    assert_ne!(v1.paid("order-2")["imp_uid"], payment["imp_uid"]);
}

#[test]
fn iamport_028_card_data_is_not_kept() {
    let mut v1 = V1::new();
    v1.paid("order-1");
    v1.done("/v1/subscribe/customers/u1", &issue(CARD));
    let kept = journal(&v1.bench.sandbox).join("\n");
    assert!(kept.contains("order-1") && kept.contains("u1"), "{kept}");
    for secret in [CARD, &CARD.replace('-', ""), "2029-12", "900101", "pwd_2digit"] {
        assert!(!kept.contains(secret), "{secret} is kept: {kept}");
    }
}

fn journal(sandbox: &Sandbox) -> Vec<String> {
    let mut bytes = Vec::new();
    for change in sandbox.records() {
        sandbox.journal_line(&change, &mut bytes);
    }
    String::from_utf8(bytes).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn a_window_is_paid_left_and_keeps_a_card() {
    let mut v1 = V1::new();
    let call = json!({"pg": "nice_v2.MID1", "merchant_uid": "w1", "name": "Chair", "amount": 1000});
    let mut finish = |body: Value| v1.bench.post("/sandbox/v1/windows", &body);
    let (status, told) = finish(json!({"call": call, "cardNumber": "4000000000000002"}));
    assert_eq!((status, &told["success"], &told["status"]), (200, &json!(false), &json!("failed")));
    assert!(told["error_msg"].is_string());
    let (_, told) = finish(json!({"call": call, "ending": "LEAVE"}));
    assert_eq!((&told["success"], &told["status"]), (&json!(false), &json!("failed")));
    let (_, told) = finish(json!({"call": call}));
    assert_eq!((&told["success"], &told["status"]), (&json!(true), &json!("paid")));
    let (status, _) = finish(json!({"call": call}));
    assert_eq!(status, 400, "it is paid");
    let key = json!({"pg": "nice_v2.MID1", "merchant_uid": "w2", "name": "Card", "amount": 0, "customer_uid": "c1"});
    assert_eq!(finish(json!({"call": key})).1["success"], json!(true));
    let refused = json!({"pg": "nice_v2.MID1", "merchant_uid": "w3", "name": "Card", "amount": 0, "customer_uid": "c2"});
    assert_eq!(finish(json!({"call": refused, "cardNumber": "4000000000000044"})).1["success"], json!(false));
    // Paymentwall takes the amount with the card (PW-018).
    let charged = json!({"pg": "paymentwall.t_123", "merchant_uid": "w4", "name": "Card", "amount": 20, "currency": "USD",
        "customer_uid": "c3", "buyer_name": "Jack Son", "buyer_email": "a@b.c"});
    let (_, told) = finish(json!({"call": charged}));
    assert_eq!((&told["success"], &told["amount"]), (&json!(true), &json!(20)));
    assert_eq!(v1.get("/v1/subscribe/customers/c1").0, 200);
    assert_eq!(v1.get("/v1/subscribe/customers/c2").0, 404);
    assert_eq!(v1.get("/v1/subscribe/customers/c3").0, 200);
}
