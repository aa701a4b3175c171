//! What the hub tells by itself, without sockets: what it says, how it signs, when it says it again.

mod support;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::TimeDelta;
use hmac::{Hmac, KeyInit as _, Mac as _};
use portone_sandbox::{Method, Notification, Sandbox, SandboxConfig};
use serde_json::{Value, json};
use sha2::Sha256;
use support::{Bench, SECRET, key_in};

const WEBHOOK_SECRET: &str = "whsec_bm90aWNlLXNlY3JldA==";
const KEY: &[u8] = b"notice-secret";
const URL: &str = "http://127.0.0.1:1/notifications/kpn";

fn config() -> SandboxConfig {
    SandboxConfig { webhook_secret: Some(WEBHOOK_SECRET.to_owned()), ..SandboxConfig::new(SECRET) }
}

fn bench() -> Bench {
    let mut bench = Bench::new();
    bench.sandbox = Sandbox::new(config());
    bench.channel("kpn", "KPN", "live", &json!({}));
    bench.channel("smartro", "SMARTRO_V2", "live", &json!({}));
    bench
}

fn told(mut body: Value) -> Value {
    body["noticeUrls"] = json!([URL]);
    body
}

fn account(channel: &str) -> Value {
    told(support::account(channel))
}

fn take(bench: &mut Bench) -> Vec<Notification> {
    bench.sandbox.take_notifications(bench.now, 100)
}

/// Takes what is due, and takes delivery of it: the bodies.
fn heard(bench: &mut Bench) -> Vec<Value> {
    let taken = take(bench);
    for notification in &taken {
        bench.sandbox.notified(bench.now, notification.number, true);
    }
    taken.iter().map(|it| serde_json::from_slice(&it.body).unwrap()).collect()
}

fn kinds(bodies: &[Value]) -> Vec<&str> {
    bodies.iter().map(|body| body["type"].as_str().unwrap()).collect()
}

fn header<'a>(notification: &'a Notification, name: &str) -> &'a str {
    &notification.headers.iter().find(|(header, _)| *header == name).unwrap().1
}

#[test]
fn every_change_of_a_payment_is_told_where_its_request_said() {
    let mut bench = bench();
    bench.posted("/payments/quiet/instant", &key_in("kpn", "4242424242424242"));
    assert_eq!(heard(&mut bench), [] as [Value; 0], "without noticeUrls nobody is told");
    bench.posted("/payments/order1/instant", &told(key_in("kpn", "4242424242424242")));
    let bodies = heard(&mut bench);
    let (_, payment) = bench.get("/payments/order1");
    let data = json!({"storeId": payment["storeId"], "paymentId": "order1", "transactionId": payment["transactionId"]});
    let expected = json!({"type": "Transaction.Paid", "timestamp": payment["paidAt"], "data": data});
    assert_eq!(bodies, [expected]);
    bench.posted("/payments/order1/cancel", &json!({"reason": "r", "amount": 100, "skipWebhook": true}));
    assert_eq!(heard(&mut bench), [] as [Value; 0]);
    let part = bench.posted("/payments/order1/cancel", &json!({"reason": "r", "amount": 100}));
    let bodies = heard(&mut bench);
    assert_eq!(kinds(&bodies), ["Transaction.PartialCancelled"]);
    assert_eq!(bodies[0]["data"]["cancellationId"], part["cancellation"]["id"]);
    bench.posted("/payments/order1/cancel", &json!({"reason": "r"}));
    assert_eq!(kinds(&heard(&mut bench)), ["Transaction.Cancelled"]);
}

#[test]
fn what_happens_outside_is_told_too() {
    let mut bench = bench();
    bench.posted("/payments/order1/instant", &account("smartro"));
    bench.posted("/sandbox/payments/order1/deposit", &json!({}));
    let refund = json!({"reason": "r", "refundAccount": support::refund_account()});
    let cancel = bench.posted("/payments/order1/cancel", &refund);
    let id = cancel["cancellation"]["id"].as_str().unwrap();
    bench.posted(&format!("/sandbox/payments/order1/cancellations/{id}/complete"), &json!({"fail": true}));
    let cancel = bench.posted("/payments/order1/cancel", &refund);
    let id = cancel["cancellation"]["id"].as_str().unwrap();
    bench.posted(&format!("/sandbox/payments/order1/cancellations/{id}/complete"), &json!({}));
    let expected = [
        "Transaction.VirtualAccountIssued",
        "Transaction.Paid",
        "Transaction.CancelPending",
        "Transaction.Paid",
        "Transaction.CancelPending",
        "Transaction.Cancelled",
    ];
    assert_eq!(kinds(&heard(&mut bench)), expected);
    bench.fault(&json!({"kind": "decline", "requests": 1}));
    bench.post("/payments/order2/instant", &told(key_in("kpn", "4242424242424242")));
    let approved = bench.posted("/sandbox/payments/order2/approve", &json!({}));
    assert_eq!(approved["status"], "PAID");
    assert_eq!(kinds(&heard(&mut bench)), ["Transaction.Failed", "Transaction.Paid"]);
    assert_eq!(bench.booked("order2")["charged"], approved["amount"]["total"]);
    let (status, refusal) = bench.post("/sandbox/payments/order2/approve", &json!({}));
    assert_eq!((status, &refusal["type"]), (409, &json!("PAYMENT_NOT_FAILED")));
    bench.channel("deaf", "KPN", "live", &json!({"contracts": ["api_keyin"]}));
    bench.posted("/payments/order3/instant", &account("deaf"));
    heard(&mut bench);
    bench.posted("/sandbox/payments/order3/deposit", &json!({}));
    assert_eq!(heard(&mut bench), [] as [Value; 0], "KPN-019");
}

#[test]
fn v2_103_v2_104_v2_106_each_try_is_signed_anew_and_there_are_six() {
    let mut bench = bench();
    bench.posted("/payments/order1/instant", &told(key_in("kpn", "4242424242424242")));
    let mut first: Option<Notification> = None;
    for wait_min in [0, 1, 4, 16, 64, 256] {
        bench.advance(TimeDelta::minutes(wait_min) - TimeDelta::milliseconds(1));
        assert_eq!(take(&mut bench).len(), 0, "{wait_min}");
        bench.advance(TimeDelta::milliseconds(1));
        let taken = take(&mut bench);
        assert_eq!(take(&mut bench).len(), 0, "it is under way");
        check_signature(&taken[0], bench.now.timestamp());
        let before = first.get_or_insert_with(|| taken[0].clone());
        assert_eq!(header(&taken[0], "webhook-id"), header(before, "webhook-id"));
        assert_eq!((&taken[0].body, taken[0].url.as_str()), (&before.body, URL));
        bench.sandbox.notified(bench.now, taken[0].number, false);
    }
    bench.advance(TimeDelta::days(30));
    assert_eq!(take(&mut bench).len(), 0);
    bench.posted("/payments/order2/instant", &told(key_in("kpn", "4242424242424242")));
    assert_eq!(take(&mut bench).len(), 1);
    bench.advance(TimeDelta::seconds(60));
    assert_eq!(take(&mut bench).len(), 1, "nobody said what became of it");
}

fn check_signature(notification: &Notification, timestamp: i64) {
    assert_eq!(header(notification, "webhook-timestamp"), timestamp.to_string());
    let mut mac = Hmac::<Sha256>::new_from_slice(KEY).unwrap();
    mac.update(format!("{}.{timestamp}.", header(notification, "webhook-id")).as_bytes());
    mac.update(&notification.body);
    let expected = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
    assert_eq!(header(notification, "webhook-signature"), expected);
}

#[test]
fn the_journal_keeps_what_waits_and_forgets_what_was_taken() {
    let mut bench = bench();
    let mut journal = Vec::new();
    for id in ["order1", "order2"] {
        let path = format!("/payments/{id}/instant");
        let reply =
            bench.reply(support::request(Method::Post, &path, &told(key_in("kpn", "4242424242424242"))));
        reply.changes.iter().for_each(|change| bench.sandbox.journal_line(change, &mut journal));
    }
    let taken = take(&mut bench);
    for change in bench.sandbox.notified(bench.now, taken[0].number, true) {
        bench.sandbox.journal_line(&change, &mut journal);
    }
    let mut again = Sandbox::new(config());
    for line in journal.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        again.restore(line).unwrap();
    }
    let kept = again.take_notifications(bench.now, 100);
    assert_eq!(kept.len(), 1);
    assert_eq!(header(&kept[0], "webhook-id"), header(&taken[1], "webhook-id"));
}

#[test]
fn the_clock_goes_forward_only_and_survives_a_restart() {
    let mut bench = bench();
    let put = |bench: &mut Bench, ahead: Value| {
        bench.call(Method::Put, "/sandbox/clock", &json!({"ahead_ms": ahead}))
    };
    let hour = 3_600_000;
    let (status, clock) = put(&mut bench, json!(hour));
    assert_eq!((status, &clock["ahead_ms"]), (200, &json!(hour)));
    let expected = bench.now + TimeDelta::hours(1);
    assert_eq!(clock["now"], expected.to_rfc3339_opts(chrono::SecondsFormat::Millis, true));
    bench.posted("/payments/order1/instant", &key_in("kpn", "4242424242424242"));
    assert_eq!(bench.get("/payments/order1").1["paidAt"], clock["now"]);
    let (status, refusal) = put(&mut bench, json!(hour - 1));
    assert_eq!((status, &refusal["type"]), (409, &json!("CLOCK_GOES_FORWARD")));
    for wrong in [json!(-1), json!(4_000_000_000_000_i64), json!("1"), Value::Null] {
        assert_eq!(put(&mut bench, wrong).0, 400);
    }
    let mut journal = Vec::new();
    bench.sandbox.records().iter().for_each(|change| bench.sandbox.journal_line(change, &mut journal));
    let mut again = Bench::new();
    again.sandbox = Sandbox::new(config());
    for line in journal.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        again.sandbox.restore(line).unwrap();
    }
    assert_eq!(again.get("/sandbox/clock").1, clock);
}
