//! `portone check-request`: a PG's rules on one request, for a shop's CI.

use std::fs;

use portone_tests::{command, run};
use serde_json::{Value, json};
use tempfile::tempdir;

async fn asked(question: &Value) -> (Option<i32>, String, String) {
    let folder = tempdir().unwrap();
    fs::write(folder.path().join("question.json"), question.to_string()).unwrap();
    let output = run(command(folder.path()).args(["check-request", "question.json"])).await;
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

fn question(payment_id: &str) -> Value {
    json!({
        "provider": "SMARTRO_V2", "api": "sdk-v2", "operation": "WINDOW_PAY", "contracts": [],
        "context": { "os": "windows" },
        "request": {
            "storeId": "store-1", "channelKey": "channel-key-1", "paymentId": payment_id, "orderName": "Chair",
            "totalAmount": 1000, "currency": "CURRENCY_KRW", "payMethod": "CARD",
            "customer": { "phoneNumber": "01012345678" },
        },
    })
}

#[tokio::test]
async fn the_exit_code_says_whether_the_pg_takes_it() {
    let (code, told, _) = asked(&question("payment1")).await;
    assert_eq!((code, told.as_str()), (Some(0), "no documented rule is broken\n"));

    let mut risky = question("payment1");
    risky["request"]["locale"] = json!("JA_JP");
    let (code, told, _) = asked(&risky).await;
    assert_eq!(code, Some(0), "advice refuses nothing");
    assert!(told.starts_with("advise SMARTRO-016 locale: "), "{told}");

    let (code, told, _) = asked(&question("payment-1")).await;
    assert_eq!(code, Some(2));
    assert!(told.starts_with("reject SMARTRO-001 paymentId: "), "{told}");

    let (code, told, problem) = asked(&json!({ "provider": "SMARTRO_V2" })).await;
    assert_eq!((code, told.as_str()), (Some(1), ""));
    assert!(problem.contains("ADMIN-INPUT operation"), "{problem}");
}
