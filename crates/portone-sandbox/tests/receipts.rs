//! Cash receipts of the sandbox: V2-070, SMARTRO-120, and those that come with a deposit.

mod support;

use chrono::TimeDelta;
use portone_sandbox::{Sandbox, SandboxConfig};
use serde_json::{Value, json};
use support::{APPROVED, Bench, SECRET, account, key_in, refund_account, refusal_code, with, without};

fn receipt(payment_id: &str) -> Value {
    json!({
        "paymentId": payment_id, "channelKey": "smartro", "type": "PERSONAL", "orderName": "Chair",
        "currency": "KRW", "amount": {"total": 1100, "taxFree": 100},
        "customer": {"identityNumber": "01012345678", "name": "Hong", "phoneNumber": "01012345678"},
    })
}

fn with_receipt(kind: &str) -> Value {
    let wanted = json!({"type": kind, "customerIdentityNumber": "01012345678"});
    with(&account("smartro"), "/method/virtualAccount/cashReceipt", wanted)
}

#[test]
fn v2_070_a_receipt_is_issued_once_and_cancelled_once() {
    let mut bench = Bench::new();
    let issued = bench.posted("/cash-receipts", &receipt("pay1"))["cashReceipt"].clone();
    let (status, again) = bench.post("/cash-receipts", &receipt("pay1"));
    assert_eq!((status, refusal_code(&again)), (409, "CASH_RECEIPT_ALREADY_ISSUED"));
    let (_, read) = bench.get("/payments/pay1/cash-receipt");
    assert_eq!((&read["status"], &read["isManual"]), (&json!("ISSUED"), &json!(true)));
    for name in ["issueNumber", "url", "pgReceiptId"] {
        assert_eq!(read[name], issued[name]);
    }
    bench.advance(TimeDelta::seconds(1));
    let cancelled = bench.posted("/payments/pay1/cash-receipt/cancel", &Value::Null);
    assert_eq!(cancelled["cancelledAmount"], 1100);
    assert_eq!(bench.get("/payments/pay1/cash-receipt").1["cancelledAt"], cancelled["cancelledAt"]);
    let (status, again) = bench.post("/payments/pay1/cash-receipt/cancel", &Value::Null);
    assert_eq!((status, refusal_code(&again)), (404, "CASH_RECEIPT_NOT_ISSUED"));
    bench.posted("/cash-receipts", &receipt("pay1"));
    let (status, unknown) = bench.get("/payments/pay2/cash-receipt");
    assert_eq!((status, refusal_code(&unknown)), (404, "CASH_RECEIPT_NOT_FOUND"));
}

#[test]
fn smartro_120_a_receipt_names_its_receiver_and_stays_when_its_payment_is_cancelled() {
    let mut bench = Bench::new();
    for name in ["name", "phoneNumber"] {
        let (status, refused) =
            bench.post("/cash-receipts", &without(&receipt("pay1"), &format!("/customer/{name}")));
        assert_eq!((status, refusal_code(&refused)), (502, "S603"), "{name}");
    }
    let wrong = [("PERSONAL", "1234"), ("CORPORATE", "01012345678"), ("PERSONAL", "0101234567x")];
    for (kind, number) in wrong {
        let body =
            with(&with(&receipt("pay1"), "/type", json!(kind)), "/customer/identityNumber", json!(number));
        assert_eq!(refusal_code(&bench.post("/cash-receipts", &body).1), "S604", "{kind} {number}");
    }
    bench.posted("/payments/pay1/instant", &account("smartro"));
    bench.posted("/sandbox/payments/pay1/deposit", &Value::Null);
    bench.posted("/cash-receipts", &receipt("pay1"));
    let cancel = json!({"reason": "sold out", "refundAccount": refund_account()});
    let cancellation = bench.posted("/payments/pay1/cancel", &cancel)["cancellation"]["id"].clone();
    let complete =
        format!("/sandbox/payments/pay1/cancellations/{}/complete", cancellation.as_str().unwrap());
    bench.posted(&complete, &json!({}));
    assert_eq!(bench.get("/payments/pay1").1["status"], "CANCELLED");
    assert_eq!(bench.get("/payments/pay1/cash-receipt").1["status"], "ISSUED");
}

#[test]
fn kpn_and_cards_have_no_receipts() {
    let mut bench = Bench::new();
    let at_kpn = with(&receipt("pay1"), "/channelKey", json!("kpn"));
    assert_eq!(refusal_code(&bench.post("/cash-receipts", &at_kpn).1), "K601");
    bench.posted("/payments/pay1/instant", &key_in("kpn", APPROVED));
    assert_eq!(refusal_code(&bench.post("/cash-receipts", &receipt("pay1")).1), "S602");
    let (status, _) = bench.post("/cash-receipts", &with(&receipt("pay2"), "/channelKey", json!("none")));
    assert_eq!(status, 404);
    let (status, _) = bench.post("/cash-receipts", &with(&receipt("pay2"), "/amount/taxFree", json!(1101)));
    assert_eq!(status, 400);
}

#[test]
fn a_receipt_that_an_account_asked_for_comes_with_the_deposit() {
    let mut bench = Bench::new();
    bench.posted("/payments/pay1/instant", &with_receipt("CORPORATE"));
    assert_eq!(bench.get("/payments/pay1/cash-receipt").0, 404);
    let paid = bench.posted("/sandbox/payments/pay1/deposit", &Value::Null);
    assert_eq!(
        (&paid["cashReceipt"]["status"], &paid["cashReceipt"]["type"]),
        (&json!("ISSUED"), &json!("CORPORATE"))
    );
    let (_, read) = bench.get("/payments/pay1/cash-receipt");
    assert_eq!(
        (&read["isManual"], &read["issueNumber"]),
        (&json!(false), &paid["cashReceipt"]["issueNumber"])
    );
    bench.posted("/payments/pay2/instant", &with_receipt("NO_RECEIPT"));
    let paid = bench.posted("/sandbox/payments/pay2/deposit", &Value::Null);
    assert_eq!(paid.get("cashReceipt"), None);
    // One that was issued by hand before the deposit is the only one.
    bench.posted("/payments/pay3/instant", &with_receipt("PERSONAL"));
    bench.posted("/cash-receipts", &receipt("pay3"));
    bench.posted("/sandbox/payments/pay3/deposit", &Value::Null);
    assert_eq!(bench.get("/payments/pay3/cash-receipt").1["isManual"], true);
}

#[test]
fn receipts_are_restored_from_the_journal_without_their_receiver() {
    let mut bench = Bench::new();
    bench.posted("/cash-receipts", &receipt("pay1"));
    let before = bench.get("/payments/pay1/cash-receipt");
    let mut journal = Vec::new();
    for change in bench.sandbox.records() {
        bench.sandbox.journal_line(&change, &mut journal);
    }
    assert!(!String::from_utf8_lossy(&journal).contains("01012345678"));
    bench.sandbox = Sandbox::new(SandboxConfig::new(SECRET));
    for line in journal.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        bench.sandbox.restore(line).unwrap();
    }
    assert_eq!(bench.get("/payments/pay1/cash-receipt"), before);
}
