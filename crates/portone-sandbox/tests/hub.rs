//! The hub's own rules: credentials, errors, the state machine, amounts, idempotency, lists.

mod support;

use bytes::Bytes;
use chrono::TimeDelta;
use portone_sandbox::{Method, Sandbox, SandboxConfig};
use serde_json::{Value, json};
use support::{
    APPROVED, Bench, DECLINED, SECRET, account, issue, json_of, key_in, key_payment, refund_account,
    refusal_code, request, with, without,
};

#[test]
fn v2_002_the_secret_is_checked() {
    let mut bench = Bench::new();
    for header in [None, Some("PortOne wrong"), Some(SECRET), Some("Bearer sandbox-api-secret")] {
        let mut request = request(Method::Get, "/payments/p1", &Value::Null);
        request.authorization = header.map(str::to_owned);
        let (status, body) = json_of(&bench.reply(request).answer);
        assert_eq!((status, refusal_code(&body)), (401, "UNAUTHORIZED"));
    }
    assert_eq!(bench.get("/payments/p1").1["type"], "PAYMENT_NOT_FOUND");
    assert_eq!(bench.get("/payments/%20").1["type"], "PAYMENT_NOT_FOUND");
    assert_eq!(
        bench.get("/nowhere"),
        (404, json!({"type": "NOT_FOUND", "message": "the sandbox has no such endpoint"}))
    );
}

#[test]
fn v2_006_a_foreign_store_is_forbidden() {
    let mut config = SandboxConfig::new(SECRET);
    config.store_id = Some("store-own".into());
    let mut bench = Bench::new();
    bench.sandbox = Sandbox::new(config);
    bench.channel("kpn", "KPN", "live", &json!({}));
    let body = key_in("kpn", APPROVED);
    assert_eq!(bench.post("/payments/p1/instant", &with(&body, "/storeId", json!("store-other"))).0, 403);
    assert_eq!(bench.get("/payments/p1?storeId=store-other").0, 403);
    bench.posted("/payments/p1/instant", &with(&body, "/storeId", json!("store-own")));
    assert_eq!(bench.get("/payments/p1").1["storeId"], "store-own");
}

/// Each row: change to a good key-in request, status, error type.
#[test]
fn malformed_requests_are_refused_by_the_hub() {
    let good = key_in("kpn", APPROVED);
    let rows = [
        (without(&good, "/orderName"), 400, "INVALID_REQUEST"),
        (without(&good, "/amount"), 400, "INVALID_REQUEST"),
        (without(&good, "/currency"), 400, "INVALID_REQUEST"),
        (with(&good, "/amount/total", json!("1100")), 400, "INVALID_REQUEST"),
        (with(&good, "/amount/total", json!(0)), 400, "INVALID_REQUEST"),
        (with(&good, "/amount/taxFree", Value::Null), 400, "INVALID_REQUEST"),
        (with(&good, "/amount/taxFree", json!(1101)), 409, "SUM_OF_PARTS_EXCEEDS_TOTAL_AMOUNT"),
        (with(&good, "/currency", json!("CURRENCY_KRW")), 400, "INVALID_REQUEST"),
        (with(&good, "/customer/name", json!("Hong")), 400, "INVALID_REQUEST"),
        (with(&good, "/customData", json!({"a": 1})), 400, "INVALID_REQUEST"),
        (with(&good, "/channelKey", json!("unknown")), 404, "CHANNEL_NOT_FOUND"),
        (with(&good, "/channelGroupId", json!("group")), 400, "INVALID_REQUEST"),
        (without(&good, "/channelKey"), 400, "INVALID_REQUEST"),
        (json!([]), 400, "INVALID_REQUEST"),
    ];
    for (row, (body, status, kind)) in rows.into_iter().enumerate() {
        let mut bench = Bench::new();
        let (got, answer) = bench.post("/payments/p1/instant", &body);
        assert_eq!((got, refusal_code(&answer)), (status, kind), "row {row}: {answer}");
        assert_eq!(bench.get("/payments/p1").0, 404, "row {row}: no attempt is left");
    }
    let mut bench = Bench::new();
    let mut torn = request(Method::Post, "/payments/p1/instant", &good);
    torn.body = Bytes::from_static(b"{\"orderName\": \"4242424242424242");
    let (status, answer) = json_of(&bench.reply(torn).answer);
    assert_eq!(status, 400);
    assert!(!answer.to_string().contains("4242"), "an error never repeats a value");
}

#[test]
fn v2_032_041_a_failed_id_may_be_tried_again_until_paid() {
    let mut bench = Bench::new();
    let (status, body) = bench.post("/payments/p1/instant", &key_in("kpn", DECLINED));
    assert_eq!((status, &body["type"], &body["pgCode"]), (502, &json!("PG_PROVIDER"), &json!("K101")));
    let failed = bench.get("/payments/p1").1;
    assert_eq!(failed["status"], "FAILED");
    assert_eq!(failed["failure"]["pgCode"], "K101");
    bench.advance(TimeDelta::seconds(1));
    let paid = bench
        .posted("/payments/p1/instant", &with(&key_in("kpn", APPROVED), "/customData", json!("attempt-2")));
    assert_eq!(paid["payment"]["paidAt"], "2026-09-21T14:13:21.000Z");
    assert_eq!(bench.post("/payments/p1/instant", &key_in("kpn", APPROVED)).1["type"], "ALREADY_PAID");
    let items = bench.get("/payments/p1/transactions").1["items"].clone();
    let shown: Vec<_> =
        items.as_array().unwrap().iter().map(|item| (&item["status"], &item["customData"])).collect();
    assert_eq!(shown, [(&json!("FAILED"), &json!("attempt-1")), (&json!("PAID"), &json!("attempt-2"))]);
    assert_ne!(items[0]["id"], items[1]["id"]);
}

#[test]
fn v2_041_attempts_are_capped() {
    let mut bench = Bench::new();
    for _ in 0..20 {
        assert_eq!(bench.post("/payments/p1/instant", &key_in("kpn", DECLINED)).0, 502);
    }
    let (status, body) = bench.post("/payments/p1/instant", &key_in("kpn", APPROVED));
    assert_eq!((status, refusal_code(&body)), (400, "MAX_TRANSACTION_COUNT_REACHED"));
}

#[test]
fn v2_043_044_answers_and_amounts() {
    let mut bench = Bench::new();
    bench.posted("/payments/p1/instant", &with(&key_in("kpn", APPROVED), "/amount/taxFree", json!(330)));
    let paid = bench.get("/payments/p1").1;
    let amount = json!({
        "total": 1100, "taxFree": 330, "vat": 70, "supply": 700, "discount": 0, "paid": 1100,
        "cancelled": 0, "cancelledTaxFree": 0,
    });
    assert_eq!(paid["amount"], amount);
    assert_eq!(paid["customer"], json!({"id": "customer-1", "name": "Hong Gildong"}));
    let issued = bench.posted("/payments/p2/instant", &account("kpn"));
    assert_eq!(issued["payment"]["paidAt"], "2026-09-21T14:13:20.000Z", "the time of issue");
    let waiting = bench.get("/payments/p2").1;
    assert_eq!(
        (&waiting["status"], &waiting["amount"]["paid"]),
        (&json!("VIRTUAL_ACCOUNT_ISSUED"), &json!(0))
    );
    assert!(waiting.get("paidAt").is_none());
}

/// The members each state must have, beside those of every state.
#[test]
fn answers_hold_what_their_schemas_require_and_never_null() {
    let mut bench = Bench::new();
    bench.posted("/payments/paid/instant", &key_in("kpn", APPROVED));
    bench.post("/payments/failed/instant", &key_in("kpn", DECLINED));
    bench.posted("/payments/account/instant", &account("kpn"));
    bench.posted("/payments/part/instant", &key_in("kpn", APPROVED));
    bench.posted("/payments/part/cancel", &json!({"reason": "r", "amount": 100}));
    bench.posted("/payments/whole/instant", &key_in("kpn", APPROVED));
    bench.posted("/payments/whole/cancel", &json!({"reason": "r"}));
    let every = [
        "status",
        "merchantId",
        "storeId",
        "version",
        "requestedAt",
        "updatedAt",
        "statusChangedAt",
        "orderName",
        "amount",
        "currency",
        "customer",
        "id",
        "channel",
    ];
    let rows: [(&str, &str, &[&str]); 5] = [
        ("paid", "PAID", &["paidAt", "disputes"]),
        ("failed", "FAILED", &["failedAt", "failure"]),
        ("account", "VIRTUAL_ACCOUNT_ISSUED", &["pgTxId"]),
        ("part", "PARTIAL_CANCELLED", &["cancellations", "cancelledAt"]),
        ("whole", "CANCELLED", &["cancellations", "cancelledAt"]),
    ];
    for (id, status, own) in rows {
        let payment = bench.get(&format!("/payments/{id}")).1;
        assert_eq!(payment["status"], status);
        for member in every.iter().chain(own).chain(&["transactionId", "origin"]) {
            assert!(payment.get(member).is_some(), "{status} lacks {member}");
        }
        let transaction = bench.get(&format!("/payments/{id}/transactions")).1["items"][0].clone();
        for member in every.iter().chain(own).filter(|member| **member != "disputes").chain(&["paymentId"]) {
            assert!(transaction.get(member).is_some(), "{status} transaction lacks {member}");
        }
        assert!(!payment.to_string().contains("null") && !transaction.to_string().contains("null"));
    }
}

#[test]
fn v2_061_062_cancel_errors() {
    let mut bench = Bench::new();
    bench.posted("/payments/p1/instant", &with(&key_in("kpn", APPROVED), "/amount/taxFree", json!(300)));
    let rows = [
        (json!({}), 400, "INVALID_REQUEST"),
        (json!({"reason": "r", "amount": 0}), 400, "INVALID_REQUEST"),
        (json!({"reason": "r", "amount": 1101}), 409, "CANCEL_AMOUNT_EXCEEDS_CANCELLABLE_AMOUNT"),
        (
            json!({"reason": "r", "amount": 500, "taxFreeAmount": 301}),
            409,
            "CANCEL_TAX_FREE_AMOUNT_EXCEEDS_CANCELLABLE_TAX_FREE_AMOUNT",
        ),
        (json!({"reason": "r", "amount": 801}), 409, "CANCEL_TAX_AMOUNT_EXCEEDS_CANCELLABLE_TAX_AMOUNT"),
        (
            json!({"reason": "r", "amount": 100, "taxFreeAmount": 60, "vatAmount": 41}),
            409,
            "SUM_OF_PARTS_EXCEEDS_CANCEL_AMOUNT",
        ),
        (
            json!({"reason": "r", "currentCancellableAmount": 1099}),
            409,
            "CANCELLABLE_AMOUNT_CONSISTENCY_BROKEN",
        ),
    ];
    for (body, status, kind) in rows {
        let (got, answer) = bench.post("/payments/p1/cancel", &body);
        assert_eq!((got, refusal_code(&answer)), (status, kind), "{body}");
    }
    let first = json!({"reason": "r", "amount": 800, "currentCancellableAmount": 1100});
    assert_eq!(bench.posted("/payments/p1/cancel", &first)["cancellation"]["vatAmount"], 72);
    let rest = bench.posted("/payments/p1/cancel", &json!({"reason": "r"}));
    assert_eq!(rest["cancellation"]["taxFreeAmount"], 300);
    assert_eq!(
        bench.post("/payments/p1/cancel", &json!({"reason": "r"})).1["type"],
        "PAYMENT_ALREADY_CANCELLED"
    );
    assert_eq!(bench.booked("p1")["cancelled"], 1100);
    assert_eq!(bench.post("/payments/none/cancel", &json!({"reason": "r"})).1["type"], "PAYMENT_NOT_FOUND");
    bench.posted("/payments/va/instant", &account("kpn"));
    let cancel = json!({"reason": "r", "refundAccount": refund_account()});
    assert_eq!(bench.post("/payments/va/cancel", &cancel).1["type"], "PAYMENT_NOT_PAID");
    bench.posted("/payments/va/virtual-account/close", &json!({}));
    assert_eq!(bench.post("/payments/va/cancel", &cancel).1["type"], "PAYMENT_NOT_PAID");
}

#[test]
fn v2_062_cancels_are_capped() {
    let mut bench = Bench::new();
    bench.posted("/payments/p1/instant", &key_in("kpn", APPROVED));
    for _ in 0..20 {
        bench.posted("/payments/p1/cancel", &json!({"reason": "r", "amount": 1}));
    }
    let answer = bench.post("/payments/p1/cancel", &json!({"reason": "r", "amount": 1})).1;
    assert_eq!(answer["type"], "MAX_CANCEL_COUNT_REACHED");
}

#[test]
fn v2_081_082_billing_key_states() {
    let mut bench = Bench::new();
    let key = bench.issued_key("kpn", APPROVED);
    let shown = bench.get(&format!("/billing-keys/{key}")).1;
    assert_eq!((&shown["status"], &shown["customData"]), (&json!("ISSUED"), &json!("issue-1")));
    assert_eq!(shown["channels"][0]["pgProvider"], "KPN");
    let wrong_channel = with(&key_payment(&key), "/channelKey", json!("smartro"));
    assert_eq!(bench.post("/payments/p1/billing-key", &wrong_channel).1["type"], "CHANNEL_NOT_FOUND");
    let path = format!("/billing-keys/{key}");
    assert!(bench.call(Method::Delete, &path, &Value::Null).1["deletedAt"].is_string());
    assert_eq!(bench.call(Method::Delete, &path, &Value::Null).1["type"], "BILLING_KEY_ALREADY_DELETED");
    assert_eq!(bench.get(&path).1["status"], "DELETED");
    assert_eq!(
        bench.post("/payments/p1/billing-key", &key_payment(&key)).1["type"],
        "BILLING_KEY_ALREADY_DELETED"
    );
    assert_eq!(bench.get("/billing-keys/billing-key-none").1["type"], "BILLING_KEY_NOT_FOUND");
}

#[test]
fn v2_014_015_billing_keys_are_listed_newest_first() {
    let mut bench = Bench::new();
    let mut keys = Vec::new();
    for number in 0..3 {
        let body = with(&issue("kpn", APPROVED), "/customData", json!(format!("issue-{number}")));
        keys.push(bench.posted("/billing-keys", &body)["billingKeyInfo"]["billingKey"].clone());
        bench.advance(TimeDelta::minutes(1));
    }
    let listed = |answer: &Value| -> Vec<Value> {
        answer["items"].as_array().unwrap().iter().map(|item| item["billingKey"].clone()).collect()
    };
    let all = bench.get("/billing-keys").1;
    assert_eq!(listed(&all), [keys[2].clone(), keys[1].clone(), keys[0].clone()]);
    assert_eq!(all["page"], json!({"number": 0, "size": 10, "totalCount": 3}));
    let second =
        bench.get("/billing-keys?requestBody=%7B%22page%22%3A%7B%22number%22%3A1%2C%22size%22%3A1%7D%7D").1;
    assert_eq!(listed(&second), [keys[1].clone()]);
    let window = json!({"filter": {"timeRangeField": "ISSUED_AT", "from": "2026-09-21T14:13:20Z", "until": "2026-09-21T23:14:19+09:00"}});
    assert_eq!(listed(&bench.call(Method::Get, "/billing-keys", &window).1), [keys[0].clone()]);
    let deleted = json!({"filter": {"status": ["DELETED"]}});
    assert!(listed(&bench.call(Method::Get, "/billing-keys", &deleted).1).is_empty());
    let wrong = json!({"filter": {"status": ["GONE"]}});
    assert_eq!(bench.call(Method::Get, "/billing-keys", &wrong).0, 400);
    bench.advance(TimeDelta::days(91));
    assert!(listed(&bench.get("/billing-keys").1).is_empty(), "90 days by default");
}

fn keyed(target: &str, body: &Value, key: &str) -> portone_sandbox::Request {
    let mut request = request(Method::Post, target, body);
    request.idempotency_key = Some(key.to_owned());
    request
}

#[test]
fn v2_010_012_idempotency() {
    let mut bench = Bench::new();
    let key = format!("\"{}\"", "k".repeat(16));
    let send = |bench: &mut Bench, target: &str, body: &Value| {
        json_of(&bench.reply(keyed(target, body, &key)).answer)
    };
    let body = key_in("kpn", APPROVED);
    let first = send(&mut bench, "/payments/p1/instant", &body);
    assert_eq!(first.0, 200);
    assert_eq!(send(&mut bench, "/payments/p1/instant", &body), first, "the first answer again");
    let other = with(&body, "/orderName", json!("Table"));
    assert_eq!(send(&mut bench, "/payments/p1/instant", &other).1["type"], "INVALID_REQUEST");
    assert_eq!(send(&mut bench, "/payments/p2/instant", &body).1["type"], "INVALID_REQUEST");
    bench.advance(TimeDelta::hours(3));
    assert_eq!(send(&mut bench, "/payments/p1/instant", &body).1["type"], "ALREADY_PAID", "kept for 3 hours");
    for bad in ["kkkkkkkkkkkkkkkk", "\"short\"", "\"kkkkkkk\"kkkkkkkkk\""] {
        let answer = bench.reply(keyed("/payments/p3/instant", &body, bad)).answer;
        assert_eq!(json_of(&answer).0, 400, "{bad}");
    }
}

#[test]
fn the_same_requests_meet_the_same_ids() {
    let run = || {
        let mut bench = Bench::new();
        let key = bench.issued_key("kpn", APPROVED);
        (key.clone(), bench.posted("/payments/p1/billing-key", &key_payment(&key)))
    };
    assert_eq!(run(), run());
    assert!(run().0.starts_with("billing-key-") && run().0.len() == "billing-key-".len() + 36);
}

#[test]
fn a_payment_is_captured_once_where_it_is_agreed_on() {
    let mut bench = Bench::new();
    bench.channel("c", "KPN", "live", &json!({"contracts": ["api_keyin"]}));
    bench.posted("/payments/p1/instant", &key_in("c", APPROVED));
    assert_eq!(refusal_code(&bench.post("/payments/p1/capture", &json!({})).1), "K301");
    bench.channel("c", "KPN", "live", &json!({"contracts": ["api_keyin", "manual_capture"]}));
    assert_eq!(bench.posted("/payments/p1/capture", &json!({})), json!({}));
    assert_eq!(bench.booked("p1")["capturedAt"], "2026-09-21T14:13:20.000Z");
    assert_eq!(refusal_code(&bench.post("/payments/p1/capture", &json!({})).1), "K504");
    assert_eq!(bench.post("/payments/p2/capture", &json!({})).1["type"], "PAYMENT_NOT_FOUND");
    bench.posted("/payments/p1/cancel", &json!({"reason": "r"}));
    assert_eq!(bench.post("/payments/p1/capture", &json!({})).1["type"], "PAYMENT_NOT_PAID");
}

#[test]
fn v2_064_a_requested_cancel_is_withdrawn() {
    let mut bench = Bench::new();
    bench.posted("/payments/p1/instant", &account("smartro"));
    bench.posted("/sandbox/payments/p1/deposit", &Value::Null);
    let body = json!({"reason": "r", "amount": 400, "refundAccount": refund_account()});
    let cancelled = bench.posted("/payments/p1/cancel", &body);
    assert_eq!(cancelled["cancellation"]["status"], "REQUESTED");
    let stop = |id: &str| format!("/payments/p1/cancellations/{id}/stop");
    let id = cancelled["cancellation"]["id"].as_str().unwrap().to_owned();
    assert_eq!(bench.post(&stop("other"), &json!({})).1["type"], "PAYMENT_CANCELLATION_NOT_FOUND");
    assert_eq!(bench.posted(&stop(&id), &json!({}))["stoppedAt"], "2026-09-21T14:13:20.000Z");
    let payment = bench.get("/payments/p1").1;
    assert_eq!((&payment["status"], &payment["amount"]["cancelled"]), (&json!("PAID"), &json!(0)));
    assert_eq!(bench.post(&stop(&id), &json!({})).1["type"], "PAYMENT_CANCELLATION_NOT_PENDING");
    let complete = format!("/sandbox/payments/p1/cancellations/{id}/complete");
    assert_eq!(bench.post(&complete, &Value::Null).1["type"], "PAYMENT_CANCELLATION_NOT_PENDING");
    let whole = json!({"reason": "r", "currentCancellableAmount": 1100, "refundAccount": refund_account()});
    assert_eq!(bench.posted("/payments/p1/cancel", &whole)["cancellation"]["totalAmount"], 1100);
}

#[test]
fn v2_051_a_window_is_approved_once_with_its_token() {
    let mut bench = Bench::new();
    let call = json!({"storeId": "store-1", "channelKey": "kpn", "paymentId": "p1", "orderName": "Chair",
        "totalAmount": 1100, "currency": "CURRENCY_KRW", "payMethod": "CARD", "customData": {"attemptId": "a1"}});
    let done = bench.posted("/sandbox/windows", &json!({"call": call}));
    let ready = bench.get("/payments/p1").1;
    assert_eq!((&ready["status"], &ready["customData"]), (&json!("READY"), &json!("{\"attemptId\":\"a1\"}")));
    // Its payer left and opened another, which takes the first one's place.
    let left = json!({"paymentToken": done["paymentToken"]});
    let done = bench.posted("/sandbox/windows", &json!({"call": call}));
    assert_eq!(bench.post("/payments/p1/confirm", &left).1["type"], "INVALID_PAYMENT_TOKEN");
    let body = json!({"paymentToken": done["paymentToken"], "txId": done["txId"], "totalAmount": 1100});
    let mut refused = |body: &Value| bench.post("/payments/p1/confirm", body).1["type"].clone();
    assert_eq!(refused(&with(&body, "/paymentToken", json!("x"))), "INVALID_PAYMENT_TOKEN");
    for (member, value) in [("/txId", json!("x")), ("/totalAmount", json!(1)), ("/currency", json!("USD"))] {
        assert_eq!(refused(&with(&body, member, value)), "INFORMATION_MISMATCH");
    }
    assert_eq!(refused(&with(&body, "/isTest", json!(true))), "INFORMATION_MISMATCH");
    let paid = bench.posted("/payments/p1/confirm", &body);
    assert_eq!(bench.booked("p1")["charged"], 1100);
    assert_eq!(bench.get("/payments/p1").1["pgTxId"], paid["pgTxId"]);
    assert_eq!(bench.post("/payments/p1/confirm", &body).1["type"], "ALREADY_PAID");
    assert_eq!(bench.post("/sandbox/windows", &json!({"call": call})).1["type"], "ALREADY_PAID");
}

#[test]
fn a_declined_card_spends_the_token() {
    let mut bench = Bench::new();
    let call = json!({"storeId": "store-1", "channelKey": "kpn", "paymentId": "p1", "orderName": "Chair",
        "totalAmount": 1100, "currency": "KRW", "payMethod": "CARD"});
    let done = bench.posted("/sandbox/windows", &json!({"call": call, "cardNumber": DECLINED}));
    let body = json!({"paymentToken": done["paymentToken"]});
    assert_eq!(refusal_code(&bench.post("/payments/p1/confirm", &body).1), "K101");
    assert_eq!(bench.get("/payments/p1").1["status"], "FAILED");
    assert_eq!(bench.post("/payments/p1/confirm", &body).1["type"], "INVALID_PAYMENT_TOKEN");
}
