//! Smartro's quirks, a test for each rule id.

mod support;

use portone_sandbox::Method;
use serde_json::{Value, json};
use support::{
    APPROVED, Bench, DEBIT, account, issue, key_in, key_payment, refund_account, refusal_code, with, without,
};

/// Each row: rule id, change to a good virtual account request, expected status and pgCode (or error type).
#[test]
fn virtual_account_rules() {
    let fixed_number = json!({"type": "FIXED", "fixed": {"accountNumber": "1234567890"}});
    let both_fixed = json!({"type": "FIXED", "fixed": {"accountNumber": "1", "pgAccountId": "m"}});
    let normal_fixed = json!({"type": "NORMAL", "fixed": {"pgAccountId": "m"}});
    let rows: [(&str, &str, Value, u16, &str); 14] = [
        ("SMARTRO-004", "/currency", json!("JPY"), 502, "S205"),
        ("SMARTRO-012", "/orderName", json!("가".repeat(21)), 502, "S203"),
        ("SMARTRO-066", "/method/virtualAccount/expiry/validHours", json!(3), 400, "INVALID_REQUEST"),
        ("SMARTRO-066", "/method/virtualAccount/expiry", json!({}), 400, "INVALID_REQUEST"),
        ("SMARTRO-101", "/method/virtualAccount/option", json!("NOMAL"), 400, "INVALID_REQUEST"),
        ("SMARTRO-101", "/method/virtualAccount/option/type", json!("NOMAL"), 400, "INVALID_REQUEST"),
        ("SMARTRO-102", "/method/virtualAccount/option/type", json!("FIXED"), 400, "INVALID_REQUEST"),
        ("SMARTRO-102", "/method/virtualAccount/option", fixed_number, 400, "INVALID_REQUEST"),
        ("SMARTRO-102", "/method/virtualAccount/option", both_fixed, 400, "INVALID_REQUEST"),
        ("SMARTRO-103", "/method/virtualAccount/option", normal_fixed, 400, "INVALID_REQUEST"),
        (
            "SMARTRO-105",
            "/method/virtualAccount/expiry/dueDate",
            json!("2024-11-12T00:00:00+09:00"),
            502,
            "S303",
        ),
        ("SMARTRO-106", "/method/virtualAccount/bank", json!("SHINHAN_BANK"), 400, "INVALID_REQUEST"),
        (
            "SMARTRO-107",
            "/method/virtualAccount/cashReceipt",
            json!({"type": "ANONYMOUS", "customerIdentityNumber": "1"}),
            400,
            "INVALID_REQUEST",
        ),
        ("SMARTRO-110", "/productCount", json!("1 item"), 400, "INVALID_REQUEST"),
    ];
    for (row, (rule, pointer, value, status, code)) in rows.into_iter().enumerate() {
        let mut bench = Bench::new();
        let good = account("smartro");
        assert_eq!(bench.post("/payments/good/instant", &good).0, 200, "{rule}: the good example");
        let (got, body) = bench.post("/payments/bad/instant", &with(&good, pointer, value));
        assert_eq!(got, status, "row {row} {rule}: {body}");
        assert_eq!(refusal_code(&body), code, "row {row} {rule}: {body}");
    }
}

#[test]
fn smartro_001_order_ids_are_alphanumeric() {
    let mut bench = Bench::new();
    let key = bench.issued_key("smartro", APPROVED);
    let (status, body) = bench.post("/payments/payment-0001/billing-key", &key_payment(&key));
    assert_eq!((status, refusal_code(&body)), (502, "S201"));
    assert_eq!(bench.post("/payments/payment0001A/billing-key", &key_payment(&key)).0, 200);
}

#[test]
fn smartro_003_ids_that_share_40_characters_are_one_order() {
    let mut bench = Bench::new();
    let prefix = "a".repeat(40);
    assert_eq!(bench.post(&format!("/payments/{prefix}b/instant"), &account("smartro")).0, 200);
    let (_, ledger) = bench.get("/sandbox/ledger");
    assert_eq!(ledger["payments"][0]["pgOrderId"], prefix);
    assert_eq!(ledger["payments"][0]["paymentId"], format!("{prefix}b"));
    let (status, body) = bench.post(&format!("/payments/{prefix}c/instant"), &account("smartro"));
    assert_eq!((status, refusal_code(&body)), (502, "S202"));
    // Another channel has an order book of its own.
    assert_eq!(bench.post(&format!("/payments/{prefix}d/instant"), &account("smartro-test")).0, 200);
}

#[test]
fn smartro_005_the_merchant_id_decides_the_currency() {
    let mut bench = Bench::new();
    bench.channel("won", "SMARTRO_V2", "live", &json!({"mid_currency": "KRW"}));
    let key = bench.issued_key("won", APPROVED);
    bench.posted("/payments/p1/billing-key", &with(&key_payment(&key), "/currency", json!("USD")));
    assert_eq!(bench.get("/payments/p1").1["currency"], "USD");
    assert_eq!(bench.booked("p1")["booked"]["currency"], "KRW");
}

#[test]
fn smartro_006_dollars_can_be_switched_off() {
    let mut bench = Bench::new();
    bench.channel("no-usd", "SMARTRO_V2", "live", &json!({"usd_enabled": false}));
    let key = bench.issued_key("no-usd", APPROVED);
    let (status, body) =
        bench.post("/payments/p1/billing-key", &with(&key_payment(&key), "/currency", json!("USD")));
    assert_eq!((status, refusal_code(&body)), (502, "S205"));
}

#[test]
fn smartro_031_the_tax_split_is_lost_without_the_contract() {
    for (contracts, tax_free) in [(json!([]), 0), (json!(["tax_free"]), 300)] {
        let mut bench = Bench::new();
        bench.channel("c", "SMARTRO_V2", "live", &json!({"contracts": contracts}));
        bench.posted("/payments/p1/instant", &with(&account("c"), "/amount/taxFree", json!(300)));
        assert_eq!(bench.get("/payments/p1").1["amount"]["taxFree"], 300);
        assert_eq!(bench.booked("p1")["booked"]["taxFree"], tax_free);
    }
}

#[test]
fn smartro_032_033_034_card_options_need_contracts() {
    for (member, value, contract) in [
        ("/installmentMonth", json!(3), "installment"),
        ("/useFreeInterestFromMerchant", json!(true), "merchant_free_interest"),
        ("/useCardPoint", json!(true), "card_point"),
    ] {
        let mut bench = Bench::new();
        bench.channel("c", "SMARTRO_V2", "live", &json!({"contracts": []}));
        let key = bench.issued_key("c", APPROVED);
        let payment = with(&key_payment(&key), member, value);
        let (status, body) = bench.post("/payments/p1/billing-key", &payment);
        assert_eq!((status, refusal_code(&body)), (502, "S301"), "{contract}");
        bench.channel("c", "SMARTRO_V2", "live", &json!({"contracts": [contract]}));
        assert_eq!(bench.post("/payments/p1/billing-key", &payment).0, 200, "{contract}");
    }
}

#[test]
fn smartro_100_no_card_key_in() {
    let mut bench = Bench::new();
    let (status, body) = bench.post("/payments/p1/instant", &key_in("smartro", APPROVED));
    assert_eq!((status, refusal_code(&body)), (400, "INVALID_REQUEST"));
    assert_eq!(bench.get("/payments/p1").0, 404, "the PG was not asked, so there is no attempt");
}

#[test]
fn smartro_104_one_account_id_is_one_account_number() {
    let mut bench = Bench::new();
    let mut number = |payment_id: &str, account_id: &str| {
        let option = json!({"type": "FIXED", "fixed": {"pgAccountId": account_id}});
        let body = with(&account("smartro"), "/method/virtualAccount/option", option);
        bench.posted(&format!("/payments/{payment_id}/instant"), &body);
        bench.get(&format!("/payments/{payment_id}")).1["method"]["accountNumber"].clone()
    };
    let first = number("p1", "member42");
    assert_eq!(number("p2", "member42"), first);
    assert_ne!(number("p3", "member43"), first);
}

#[test]
fn smartro_110_one_item_unless_told() {
    let mut bench = Bench::new();
    bench.posted("/payments/p1/instant", &account("smartro"));
    bench.posted("/payments/p2/instant", &with(&account("smartro"), "/productCount", json!(4)));
    assert_eq!(bench.booked("p1")["productCount"], 1);
    assert_eq!(bench.booked("p2")["productCount"], 4);
}

#[test]
fn smartro_112_113_key_issue_needs_customer_and_credential() {
    let good = issue("smartro", APPROVED);
    let credential = "/method/card/credential";
    let rows = [
        (with(&good, "/customer/id", json!("c".repeat(21))), 502, "S204"),
        (without(&good, "/customer/id"), 400, "INVALID_REQUEST"),
        (without(&good, &format!("{credential}/passwordTwoDigits")), 400, "INVALID_REQUEST"),
        (without(&good, &format!("{credential}/birthOrBusinessRegistrationNumber")), 400, "INVALID_REQUEST"),
        (with(&good, &format!("{credential}/expiryMonth"), json!("13")), 400, "INVALID_REQUEST"),
        (with(&good, &format!("{credential}/number"), json!("1".repeat(17))), 400, "INVALID_REQUEST"),
    ];
    let mut bench = Bench::new();
    assert_eq!(bench.post("/billing-keys", &with(&good, "/customer/id", json!("c".repeat(20)))).0, 200);
    for (body, status, code) in rows {
        let (got, answer) = bench.post("/billing-keys", &body);
        assert_eq!((got, refusal_code(&answer)), (status, code), "{answer}");
    }
}

fn deposited(bench: &mut Bench, body: &Value) {
    bench.posted("/payments/p1/instant", body);
    bench.posted("/sandbox/payments/p1/deposit", &Value::Null);
}

#[test]
fn smartro_117_account_refunds_need_the_holders_phone() {
    let mut bench = Bench::new();
    deposited(&mut bench, &account("smartro"));
    let (status, body) = bench.post("/payments/p1/cancel", &json!({"reason": "r"}));
    assert_eq!((status, refusal_code(&body)), (400, "INVALID_REQUEST"));
    let no_phone = without(&refund_account(), "/holderPhoneNumber");
    let (status, body) =
        bench.post("/payments/p1/cancel", &json!({"reason": "r", "refundAccount": no_phone}));
    assert_eq!((status, refusal_code(&body)), (502, "S502"));
}

#[test]
fn smartro_118_partial_cancels_must_name_the_tax_free_share() {
    let mut bench = Bench::new();
    let key = bench.issued_key("smartro", APPROVED);
    bench.posted("/payments/p1/billing-key", &with(&key_payment(&key), "/amount/taxFree", json!(300)));
    let (status, body) = bench.post("/payments/p1/cancel", &json!({"reason": "r", "amount": 400}));
    assert_eq!((status, refusal_code(&body)), (502, "S501"));
    let named = json!({"reason": "r", "amount": 400, "taxFreeAmount": 100});
    assert_eq!(bench.post("/payments/p1/cancel", &named).0, 200);
    // Everything that is left needs no share.
    assert_eq!(bench.post("/payments/p1/cancel", &json!({"reason": "r"})).0, 200);
}

#[test]
fn smartro_118_accounts_without_a_receipt_are_not_verified() {
    for (receipt, status) in [("NO_RECEIPT", 200), ("PERSONAL", 502)] {
        let mut bench = Bench::new();
        let body = with(&account("smartro"), "/amount/taxFree", json!(300));
        let receipt = json!({"type": receipt, "customerIdentityNumber": "01000001234"});
        deposited(&mut bench, &with(&body, "/method/virtualAccount/cashReceipt", receipt));
        let cancel = json!({"reason": "r", "amount": 400, "refundAccount": refund_account()});
        assert_eq!(bench.post("/payments/p1/cancel", &cancel).0, status);
    }
}

#[test]
fn smartro_119_account_refunds_finish_later() {
    let mut bench = Bench::new();
    deposited(&mut bench, &account("smartro"));
    let cancel = json!({"reason": "r", "amount": 500, "refundAccount": refund_account()});
    let cancellation = bench.posted("/payments/p1/cancel", &cancel)["cancellation"].clone();
    assert_eq!(cancellation["status"], "REQUESTED");
    assert_eq!(bench.get("/payments/p1").1["status"], "PAID");
    assert_eq!(bench.booked("p1")["cancelled"], 0);
    let id = cancellation["id"].as_str().unwrap();
    let path = format!("/sandbox/payments/p1/cancellations/{id}/complete");
    assert_eq!(bench.posted(&path, &Value::Null)["cancellation"]["status"], "SUCCEEDED");
    let payment = bench.get("/payments/p1").1;
    assert_eq!(
        (&payment["status"], &payment["amount"]["cancelled"]),
        (&json!("PARTIAL_CANCELLED"), &json!(500))
    );
    assert_eq!(bench.booked("p1")["cancelled"], 500);
    assert_eq!(bench.post(&path, &Value::Null).0, 409, "it is finished");

    let cancel = json!({"reason": "r", "refundAccount": refund_account()});
    let id = bench.posted("/payments/p1/cancel", &cancel)["cancellation"]["id"].as_str().unwrap().to_owned();
    assert_eq!(bench.post("/payments/p1/cancel", &cancel).1["type"], "PAYMENT_ALREADY_CANCELLED");
    let failed =
        bench.posted(&format!("/sandbox/payments/p1/cancellations/{id}/complete"), &json!({"fail": true}));
    assert_eq!(failed["cancellation"]["status"], "FAILED");
    assert_eq!(bench.get("/payments/p1").1["amount"]["cancelled"], 500, "a failed refund frees its amount");
}

#[test]
fn smartro_124_test_mode_cancels_debit_cards_in_full_only() {
    for (channel, status) in [("smartro-test", 502), ("smartro", 200)] {
        let mut bench = Bench::new();
        let key = bench.issued_key(channel, DEBIT);
        bench.posted("/payments/p1/billing-key", &key_payment(&key));
        assert_eq!(bench.get("/payments/p1").1["method"]["card"]["type"], "DEBIT");
        assert_eq!(bench.post("/payments/p1/cancel", &json!({"reason": "r", "amount": 100})).0, status);
        assert_eq!(bench.post("/payments/p1/cancel", &json!({"reason": "r"})).0, 200);
    }
}

#[test]
fn smartro_125_test_mode_refuses_two_issuers() {
    for number in ["4000000000000150", "4000000000000168"] {
        for (channel, status) in [("smartro-test", 502), ("smartro", 200)] {
            let mut bench = Bench::new();
            let key = bench.issued_key(channel, number);
            assert_eq!(bench.post("/payments/p1/billing-key", &key_payment(&key)).0, status, "{number}");
        }
    }
}

#[test]
fn smartro_127_test_mode_banks() {
    for bank in ["K_BANK", "KOOKMIN", "JEONBUK", "KWANGJU", "DAEGU"] {
        let mut bench = Bench::new();
        let body = |channel| with(&account(channel), "/method/virtualAccount/bank", json!(bank));
        let (status, answer) = bench.post("/payments/p1/instant", &body("smartro-test"));
        assert_eq!((status, refusal_code(&answer)), (502, "S402"), "{bank}");
        assert_eq!(bench.post("/payments/p2/instant", &body("smartro")).0, 200, "{bank}");
    }
}

#[test]
fn smartro_130_an_account_can_be_closed_until_the_deposit() {
    let mut bench = Bench::new();
    bench.posted("/payments/p1/instant", &account("smartro"));
    let closed = bench.posted("/payments/p1/virtual-account/close", &json!({}));
    assert!(closed["closedAt"].is_string());
    assert_eq!(bench.get("/payments/p1").1["status"], "CANCELLED");
    assert_eq!(bench.call(Method::Post, "/sandbox/payments/p1/deposit", &Value::Null).0, 409);
    bench.posted("/payments/p2/instant", &account("smartro"));
    bench.posted("/sandbox/payments/p2/deposit", &Value::Null);
    let (status, body) = bench.post("/payments/p2/virtual-account/close", &json!({}));
    assert_eq!((status, refusal_code(&body)), (409, "PAYMENT_NOT_WAITING_FOR_DEPOSIT"));
}

/// A key issued in a window, and whether its holder was verified.
fn issued_in_a_window(bench: &mut Bench, customer_id: &str) -> bool {
    let call = json!({
        "storeId": "store-1", "channelKey": "smartro", "billingKeyMethod": "CARD", "issueId": "issue1",
        "displayAmount": 1000, "currency": "KRW", "customer": {"customerId": customer_id},
    });
    let done = bench.posted("/sandbox/windows", &json!({"call": call}));
    let token = &done["billingIssueToken"];
    bench.posted("/billing-keys/confirm", &json!({"billingIssueToken": token}));
    done["verifiesIdentity"].as_bool().unwrap()
}

#[test]
fn smartro_095_a_holder_is_verified_once_for_each_customer_id() {
    let mut bench = Bench::new();
    let verified = ["cidA", "cidA", "cidB", "cidA"].map(|id| issued_in_a_window(&mut bench, id));
    assert_eq!(verified, [true, false, true, false]);
}

#[test]
fn smartro_097_a_key_is_issued_without_a_charge() {
    let mut bench = Bench::new();
    issued_in_a_window(&mut bench, "cidA");
    let (_, ledger) = bench.get("/sandbox/ledger");
    assert_eq!((&ledger["totals"]["charges"], ledger["payments"].as_array().unwrap().len()), (&json!(0), 0));
    assert_eq!(ledger["billingKeys"].as_array().unwrap().len(), 1);
}

/// A window's payment at the test channel, finished and approved where there is something to approve.
fn paid_in_a_window(bench: &mut Bench, payment_id: &str, own: &Value) -> Value {
    let mut call = json!({
        "storeId": "store-1", "channelKey": "smartro-test", "paymentId": payment_id, "orderName": "Chair",
        "totalAmount": 1100, "currency": "KRW", "customer": {"phoneNumber": "01012345678"},
    });
    call.as_object_mut().unwrap().extend(own.as_object().unwrap().clone());
    let told = bench.posted("/sandbox/windows", &json!({"call": call}));
    if let Some(token) = told.get("paymentToken") {
        bench.posted(&format!("/payments/{payment_id}/confirm"), &json!({"paymentToken": token}));
    }
    told
}

#[test]
fn smartro_062_an_account_whose_bank_is_named_is_issued_at_once() {
    let mut bench = Bench::new();
    let named = json!({"payMethod": "VIRTUAL_ACCOUNT", "virtualAccount": {"bankCode": "SHINHAN_BANK"}});
    let told = paid_in_a_window(&mut bench, "p1", &named);
    assert!(told.get("paymentToken").is_none(), "{told}");
    assert_eq!(bench.get("/payments/p1").1["status"], "VIRTUAL_ACCOUNT_ISSUED");
    // Where the buyer chooses it, the approval issues it.
    let chosen = json!({"payMethod": "VIRTUAL_ACCOUNT", "virtualAccount": {}});
    let told = paid_in_a_window(&mut bench, "p2", &chosen);
    assert!(told["paymentToken"].is_string(), "{told}");
}

#[test]
fn smartro_128_the_night_reverses_test_payments_but_kakaopays() {
    let mut bench = Bench::new();
    paid_in_a_window(&mut bench, "card", &json!({"payMethod": "CARD"}));
    let kakao = json!({"payMethod": "EASY_PAY", "easyPay": {"easyPayProvider": "KAKAOPAY"}});
    paid_in_a_window(&mut bench, "kakao", &kakao);
    assert_eq!(bench.posted("/sandbox/nightly", &json!({}))["reversed"], 1);
    let cancelled = |line: Value| (line["charged"].clone(), line["cancelled"].clone());
    assert_eq!(cancelled(bench.booked("card")), (json!(1100), json!(1100)));
    assert_eq!(cancelled(bench.booked("kakao")), (json!(1100), json!(0)));
    // It is for the API to cancel.
    bench.posted("/payments/kakao/cancel", &json!({"reason": "a test"}));
    assert_eq!(bench.booked("kakao")["cancelled"], 1100);
}
