//! Faults and the rest of the control API, at the pure core.

mod support;

use bytes::Bytes;
use chrono::TimeDelta;
use portone_sandbox::{Answer, Method};
use serde_json::{Value, json};
use support::{APPROVED, Bench, issue, json_of, key_in, key_payment, refusal_code, request, with};

fn pay(bench: &mut Bench, payment_id: &str) -> Answer {
    let body = key_in("kpn", APPROVED);
    bench.reply(request(Method::Post, &format!("/payments/{payment_id}/instant"), &body)).answer
}

fn charge_count(bench: &mut Bench) -> u64 {
    bench.get("/sandbox/ledger").1["totals"]["charges"].as_u64().unwrap()
}

#[test]
fn booked_faults_charge_and_unbooked_faults_do_not() {
    for kind in ["status", "reset", "garbage", "half_reply"] {
        for booked in [false, true] {
            let mut bench = Bench::new();
            bench.fault(&json!({"kind": kind, "booked": booked, "requests": 1}));
            let answer = pay(&mut bench, "p1");
            let is_broken = match kind {
                "status" => matches!(&answer, Answer::Json { status: 500, .. }),
                "reset" => answer == Answer::Reset,
                "garbage" => {
                    matches!(&answer, Answer::Garbage { body } if serde_json::from_slice::<Value>(body).is_err())
                }
                _ => {
                    matches!(&answer, Answer::Half { status: 200, body, sent_bytes } if *sent_bytes < body.len())
                }
            };
            assert!(is_broken, "{kind}: {answer:?}");
            assert_eq!(charge_count(&mut bench), u64::from(booked), "{kind}");
            assert_eq!(bench.get("/payments/p1").0, if booked { 200 } else { 404 }, "{kind}");
            assert!(matches!(pay(&mut bench, "p2"), Answer::Json { status: 200, .. }), "used up");
        }
    }
}

#[test]
fn a_retry_with_the_same_key_learns_what_a_booked_fault_hid() {
    let mut bench = Bench::new();
    let send = |bench: &mut Bench, target: &str| {
        let mut request = request(Method::Post, target, &key_in("kpn", APPROVED));
        request.idempotency_key = Some(format!("\"{}\"", "a".repeat(36)));
        bench.reply(request).answer
    };
    bench.fault(&json!({"kind": "reset", "booked": true, "requests": 1}));
    assert_eq!(send(&mut bench, "/payments/p1/instant"), Answer::Reset);
    assert_eq!(json_of(&send(&mut bench, "/payments/p1/instant")).0, 200);
    assert_eq!(charge_count(&mut bench), 1);
}

#[test]
fn a_request_lost_before_the_hub_leaves_its_key_unused() {
    let mut bench = Bench::new();
    let send = |bench: &mut Bench| {
        let mut request = request(Method::Post, "/payments/p1/instant", &key_in("kpn", APPROVED));
        request.idempotency_key = Some(format!("\"{}\"", "a".repeat(36)));
        bench.reply(request).answer
    };
    bench.fault(&json!({"kind": "status", "requests": 1, "status": 503, "code": "BUSY"}));
    assert_eq!(json_of(&send(&mut bench)).1["type"], "BUSY");
    assert_eq!(json_of(&send(&mut bench)).0, 200);
}

#[test]
fn a_delay_holds_the_operation_or_only_its_answer() {
    for booked in [false, true] {
        let mut bench = Bench::new();
        bench.fault(&json!({"kind": "delay", "delay_ms": 2_000, "booked": booked, "requests": 1}));
        let mut keyed = request(Method::Post, "/payments/p1/instant", &key_in("kpn", APPROVED));
        keyed.idempotency_key = Some(format!("\"{}\"", "a".repeat(36)));
        let reply = bench.reply(keyed.clone());
        assert_eq!(reply.delay_ms, 2_000);
        assert_eq!(charge_count(&mut bench), u64::from(booked));
        let meanwhile = json_of(&bench.reply(keyed.clone()).answer);
        assert_eq!((meanwhile.0, refusal_code(&meanwhile.1)), (409, "IDEMPOTENCY_OUTSTANDING_REQUEST"));
        bench.advance(TimeDelta::milliseconds(2_000));
        let answer = match reply.answer {
            Answer::Held(ticket) => {
                assert!(!booked);
                let answer = bench.sandbox.resume(bench.now, ticket).unwrap().answer;
                assert!(bench.sandbox.resume(bench.now, ticket).is_none(), "a ticket is good once");
                answer
            }
            answer => answer,
        };
        assert_eq!(json_of(&answer).0, 200);
        assert_eq!(bench.reply(keyed).answer, answer, "replayed once finished");
        assert_eq!(charge_count(&mut bench), 1);
    }
}

#[test]
fn a_declined_operation_fails_with_the_given_words() {
    let mut bench = Bench::new();
    bench.fault(&json!({"kind": "decline", "code": "X1", "message": "안 됩니다", "requests": 3}));
    let (status, body) = bench.post("/payments/p1/instant", &key_in("kpn", APPROVED));
    assert_eq!((status, &body["pgCode"], &body["pgMessage"]), (502, &json!("X1"), &json!("안 됩니다")));
    assert_eq!(bench.get("/payments/p1").1["failure"]["pgCode"], "X1", "a read is not declined");
    assert_eq!(bench.post("/billing-keys", &issue("smartro", APPROVED)).0, 502);
    assert_eq!(bench.get("/sandbox/faults").1["faults"][0]["remaining"], 1);
    bench.call(Method::Delete, "/sandbox/faults", &Value::Null);
    assert_eq!(bench.post("/payments/p1/instant", &key_in("kpn", APPROVED)).0, 200);
    bench.fault(&json!({"kind": "decline", "command": "CANCEL", "requests": 1}));
    assert_eq!(bench.post("/payments/p1/cancel", &json!({"reason": "r"})).1["pgCode"], "F001");
    assert_eq!(bench.get("/payments/p1").1["status"], "PAID");
}

#[test]
fn faults_meet_the_named_channel_and_command_only() {
    let mut bench = Bench::new();
    let key = bench.issued_key("smartro", APPROVED);
    bench.posted("/payments/paid/billing-key", &key_payment(&key));
    let rows = [
        ("PAY_WITH_BILLING_KEY", Method::Post, "/payments/p1/billing-key".to_owned(), key_payment(&key)),
        ("READ", Method::Get, "/payments/paid".to_owned(), Value::Null),
        ("READ", Method::Get, "/payments/paid/transactions".to_owned(), Value::Null),
        ("CANCEL", Method::Post, "/payments/paid/cancel".to_owned(), json!({"reason": "r"})),
        ("ISSUE_BILLING_KEY", Method::Post, "/billing-keys".to_owned(), issue("smartro", APPROVED)),
        ("DELETE_BILLING_KEY", Method::Delete, format!("/billing-keys/{key}"), Value::Null),
    ];
    for (command, method, target, body) in rows {
        bench.fault(&json!({"channelKey": "smartro", "command": command, "kind": "reset", "requests": 1}));
        assert!(matches!(pay(&mut bench, "other"), Answer::Json { .. }), "{command}: another channel");
        assert_eq!(bench.reply(request(method, &target, &body)).answer, Answer::Reset, "{command}");
    }
}

#[test]
fn bad_control_input_names_the_field() {
    let channel = json!({"key": "k", "provider": "KPN", "pgMerchantId": "m", "environment": "live"});
    let rows = [
        (Method::Post, "/sandbox/faults", json!({"kind": "explode", "requests": 1}), "kind"),
        (Method::Post, "/sandbox/faults", json!({"kind": "reset"}), "requests"),
        (Method::Post, "/sandbox/faults", json!({"kind": "reset", "requests": 0}), "requests"),
        (Method::Post, "/sandbox/faults", json!({"kind": "delay", "requests": 1}), "delay_ms"),
        (
            Method::Post,
            "/sandbox/faults",
            json!({"kind": "reset", "requests": 1, "comand": "READ"}),
            "comand",
        ),
        (
            Method::Post,
            "/sandbox/faults",
            json!({"kind": "decline", "requests": 1, "command": "READ"}),
            "command",
        ),
        (Method::Post, "/sandbox/faults", json!({"kind": "status", "requests": 1, "status": 200}), "status"),
        (Method::Put, "/sandbox/channels", with(&channel, "/provider", json!("TOSS")), "provider"),
        (Method::Put, "/sandbox/channels", with(&channel, "/environment", json!("prod")), "environment"),
        (Method::Put, "/sandbox/channels", with(&channel, "/contracts", json!("escrow")), "contracts"),
        (Method::Put, "/sandbox/channels", with(&channel, "/contract", json!([])), "contract"),
    ];
    for (method, target, body, field) in rows {
        let (status, answer) = Bench::new().call(method, target, &body);
        assert_eq!(status, 400, "{body}");
        assert!(answer["message"].as_str().unwrap().starts_with(field), "{answer}");
    }
}

#[test]
fn the_ledger_shows_every_charge() {
    let mut bench = Bench::new();
    bench.posted("/payments/p1/instant", &key_in("kpn", APPROVED));
    bench.posted("/payments/p1/cancel", &json!({"reason": "r", "amount": 100}));
    let key = bench.issued_key("smartro", APPROVED);
    bench.posted("/payments/p2/billing-key", &key_payment(&key));
    let all = bench.get("/sandbox/ledger").1;
    assert_eq!(all["totals"], json!({"charges": 2, "charged": {"KRW": 2200}, "cancelled": {"KRW": 100}}));
    assert_eq!(all["billingKeys"][0]["billingKey"], json!(key));
    let kpn = bench.get("/sandbox/ledger?channelKey=kpn").1;
    assert_eq!(kpn["payments"].as_array().unwrap().len(), 1);
    let line = &kpn["payments"][0]["transactions"][0];
    assert_eq!(
        (&line["charged"], &line["cancelled"], &line["customData"]),
        (&json!(1100), &json!(100), &json!("attempt-1"))
    );
    assert_eq!(kpn["totals"]["charged"], json!({"KRW": 1100}));
    assert!(kpn["billingKeys"].as_array().unwrap().is_empty());
    let health = bench.reply(request(Method::Get, "/sandbox/health", &Value::Null)).answer;
    assert_eq!(health, Answer::Json { status: 200, body: Bytes::from_static(b"{\"status\":\"ok\"}") });
}
