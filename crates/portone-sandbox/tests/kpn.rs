//! KPN's quirks, a test for each rule id.

mod support;

use serde_json::{Value, json};
use support::{
    APPROVED, Bench, FOREIGN, account, issue, key_in, key_payment, refund_account, refusal_code, with,
    without,
};

#[test]
fn key_in_rules() {
    let card = key_in("kpn", APPROVED);
    let credential = "/method/card/credential";
    let va = account("kpn");
    let rows: [(&str, Value, u16, &str); 16] = [
        ("KPN-004", with(&card, "/currency", json!("JPY")), 502, "K205"),
        ("KPN-004", with(&card, "/currency", json!("USD")), 502, "K206"),
        ("KPN-005", with(&va, "/currency", json!("USD")), 502, "K207"),
        ("KPN-010", with(&card, "/orderName", json!("x".repeat(257))), 502, "K203"),
        ("KPN-042", with(&va, "/method/virtualAccount/bank", json!("K_BANK")), 502, "K304"),
        ("KPN-060", with(&card, &format!("{credential}/expiryYear"), json!("2029")), 400, "INVALID_REQUEST"),
        ("KPN-060", with(&card, &format!("{credential}/expiryMonth"), json!("5")), 400, "INVALID_REQUEST"),
        ("KPN-060", without(&card, &format!("{credential}/number")), 400, "INVALID_REQUEST"),
        ("KPN-061", without(&va, "/method/virtualAccount/option"), 400, "INVALID_REQUEST"),
        (
            "KPN-061",
            with(
                &va,
                "/method/virtualAccount/option",
                json!({"type": "FIXED", "fixed": {"pgAccountId": "m1"}}),
            ),
            400,
            "INVALID_REQUEST",
        ),
        ("KPN-062", with(&va, "/method/virtualAccount/expiry", json!({})), 400, "INVALID_REQUEST"),
        (
            "KPN-062",
            with(&va, "/method/virtualAccount/expiry/dueDate", json!("2024-11-12T00:00:00+09:00")),
            502,
            "K303",
        ),
        (
            "KPN-063",
            with(&va, "/method/virtualAccount/cashReceipt", json!({"type": "PERSONAL"})),
            400,
            "INVALID_REQUEST",
        ),
        ("KPN-064", with(&va, "/isEscrow", json!(true)), 400, "INVALID_REQUEST"),
        (
            "KPN-065",
            with(&card, "/method/virtualAccount", va["method"]["virtualAccount"].clone()),
            400,
            "INVALID_REQUEST",
        ),
        ("KPN-065", with(&card, "/method", json!({})), 400, "INVALID_REQUEST"),
    ];
    for (row, (rule, body, status, code)) in rows.into_iter().enumerate() {
        let mut bench = Bench::new();
        let (got, answer) = bench.post("/payments/p1/instant", &body);
        assert_eq!((got, refusal_code(&answer)), (status, code), "row {row} {rule}: {answer}");
    }
    let mut bench = Bench::new();
    assert_eq!(bench.post("/payments/p1/instant", &card).0, 200);
    assert_eq!(bench.post("/payments/p2/instant", &va).0, 200, "an absent receipt is NO_RECEIPT");
    assert_eq!(bench.post("/payments/p3/instant", &with(&card, "/orderName", json!("x".repeat(256)))).0, 200);
}

#[test]
fn kpn_001_order_ids_are_alphanumeric_and_kept_whole() {
    let mut bench = Bench::new();
    let (status, body) = bench.post("/payments/payment_k3j2/instant", &key_in("kpn", APPROVED));
    assert_eq!((status, refusal_code(&body)), (502, "K201"));
    let long = "a".repeat(41);
    bench.posted(&format!("/payments/{long}/instant"), &key_in("kpn", APPROVED));
    assert_eq!(
        bench.post(&format!("/payments/{}b/instant", "a".repeat(40)), &key_in("kpn", APPROVED)).0,
        200
    );
}

#[test]
fn kpn_004_foreign_cards_pay_in_dollars() {
    let mut bench = Bench::new();
    bench.posted("/payments/p1/instant", &with(&key_in("kpn", FOREIGN), "/currency", json!("USD")));
    assert_eq!(
        bench.booked("p1")["booked"],
        json!({"currency": "USD", "total": 1100, "taxFree": 0, "vat": 100})
    );
}

#[test]
fn kpn_006_dollar_cancels_under_one_dollar_are_refused() {
    for (amount, status) in [(99, 502), (100, 200)] {
        let mut bench = Bench::new();
        bench.posted("/payments/p1/instant", &with(&key_in("kpn", FOREIGN), "/currency", json!("USD")));
        assert_eq!(bench.post("/payments/p1/cancel", &json!({"reason": "r", "amount": amount})).0, status);
    }
}

#[test]
fn kpn_007_billing_keys_pay_in_won() {
    let mut bench = Bench::new();
    let key = bench.issued_key("kpn", APPROVED);
    let (status, body) =
        bench.post("/payments/p1/billing-key", &with(&key_payment(&key), "/currency", json!("USD")));
    assert_eq!((status, refusal_code(&body)), (502, "K206"));
    assert_eq!(bench.post("/payments/p1/billing-key", &key_payment(&key)).0, 200);
}

#[test]
fn kpn_009_vat_is_recomputed_and_the_requested_one_echoed() {
    let mut bench = Bench::new();
    bench.posted("/payments/p1/instant", &with(&key_in("kpn", APPROVED), "/amount/vat", json!(5)));
    assert_eq!(bench.get("/payments/p1").1["amount"]["vat"], 5);
    assert_eq!(bench.booked("p1")["booked"]["vat"], 100);
}

#[test]
fn kpn_014_015_016_contracts() {
    let tax_free = with(&key_in("c", APPROVED), "/amount/taxFree", json!(100));
    let rows = [
        ("api_keyin", "/payments/p1/instant", key_in("c", APPROVED)),
        ("api_keyin", "/payments/p1/instant", account("c")),
        ("api_billing_key", "/billing-keys", issue("c", APPROVED)),
        ("tax_free_amount", "/payments/p1/instant", tax_free),
    ];
    for (contract, path, body) in rows {
        let all = ["api_keyin", "api_billing_key", "tax_free_amount"];
        let others: Vec<&str> = all.into_iter().filter(|name| *name != contract).collect();
        let mut bench = Bench::new();
        bench.channel("c", "KPN", "live", &json!({"contracts": others}));
        let (status, answer) = bench.post(path, &body);
        assert_eq!((status, refusal_code(&answer)), (502, "K301"), "{contract}");
        bench.channel("c", "KPN", "live", &json!({"contracts": all}));
        assert_eq!(bench.post(path, &body).0, 200, "{contract}");
    }
}

#[test]
fn kpn_019_unreported_deposits_stay_with_the_pg() {
    for (contracts, status) in [
        (json!(["api_keyin"]), "VIRTUAL_ACCOUNT_ISSUED"),
        (json!(["api_keyin", "va_deposit_notice"]), "PAID"),
    ] {
        let mut bench = Bench::new();
        bench.channel("c", "KPN", "live", &json!({"contracts": contracts}));
        bench.posted("/payments/p1/instant", &account("c"));
        assert_eq!(bench.booked("p1")["charged"], 0);
        bench.posted("/sandbox/payments/p1/deposit", &Value::Null);
        assert_eq!(bench.get("/payments/p1").1["status"], status);
        assert_eq!(bench.booked("p1")["charged"], 1100);
        assert_eq!(bench.post("/sandbox/payments/p1/deposit", &Value::Null).0, 409, "paid once");
    }
}

#[test]
fn kpn_060_some_contracts_demand_the_whole_credential() {
    let mut bench = Bench::new();
    bench.channel("full", "KPN", "live", &json!({"keyin_requires_full_auth": true}));
    let body = key_in("full", APPROVED);
    let (status, answer) = bench.post("/payments/p1/instant", &body);
    assert_eq!((status, refusal_code(&answer)), (502, "K302"));
    let body = with(
        &body,
        "/method/card/credential",
        issue("full", APPROVED)["method"]["card"]["credential"].clone(),
    );
    assert_eq!(bench.post("/payments/p1/instant", &body).0, 200);
}

#[test]
fn kpn_066_a_payment_id_in_the_body_is_ignored() {
    let mut bench = Bench::new();
    bench.posted("/payments/p1/instant", &with(&key_in("kpn", APPROVED), "/paymentId", json!("other")));
    assert_eq!(bench.get("/payments/other").0, 404);
    assert_eq!(bench.get("/payments/p1").1["status"], "PAID");
}

#[test]
fn kpn_067_068_069_key_issue_needs_name_and_credential() {
    let good = issue("kpn", APPROVED);
    let separated = json!({"separated": {"first": "Gildong", "last": "Hong"}});
    let rows = [
        (with(&good, "/customer/name", json!({})), 400),
        (with(&good, "/customer/name", json!({"separated": {"first": "Gildong"}})), 400),
        (without(&good, "/method/card/credential/passwordTwoDigits"), 400),
        (without(&good, "/method/card/credential/birthOrBusinessRegistrationNumber"), 400),
        (with(&good, "/customer/name", separated), 200),
        (without(&good, "/customer/id"), 200),
    ];
    for (row, (body, status)) in rows.into_iter().enumerate() {
        let (got, answer) = Bench::new().post("/billing-keys", &body);
        assert_eq!(got, status, "row {row}: {answer}");
    }
}

#[test]
fn kpn_020_080_deposits_are_refunded_by_contract_to_a_named_account() {
    let rows = [
        (
            json!(["api_keyin", "va_deposit_notice"]),
            json!({"reason": "r", "refundAccount": refund_account()}),
            502,
        ),
        (json!(["api_keyin", "va_deposit_notice", "account_refund"]), json!({"reason": "r"}), 400),
        (
            json!(["api_keyin", "va_deposit_notice", "account_refund"]),
            json!({"reason": "r", "refundAccount": without(&refund_account(), "/holderPhoneNumber")}),
            200,
        ),
    ];
    for (contracts, cancel, status) in rows {
        let mut bench = Bench::new();
        bench.channel("c", "KPN", "live", &json!({"contracts": contracts}));
        bench.posted("/payments/p1/instant", &account("c"));
        bench.posted("/sandbox/payments/p1/deposit", &Value::Null);
        let (got, answer) = bench.post("/payments/p1/cancel", &cancel);
        assert_eq!(got, status, "{answer}");
        if status == 200 {
            assert_eq!(answer["cancellation"]["status"], "SUCCEEDED");
        }
    }
}

#[test]
fn kpn_081_an_account_can_be_closed() {
    let mut bench = Bench::new();
    bench.posted("/payments/p1/instant", &account("kpn"));
    bench.posted("/payments/p1/virtual-account/close", &json!({}));
    assert_eq!(bench.post("/payments/p1/virtual-account/close", &json!({})).0, 409);
    assert_eq!(bench.post("/payments/p1/instant", &account("kpn")).1["type"], "ALREADY_PAID");
}

#[test]
fn kpn_008_the_requests_amounts_win_over_the_merchant_ids() {
    let mut bench = Bench::new();
    bench.posted("/payments/p1/instant", &with(&key_in("kpn", APPROVED), "/amount/taxFree", json!(1100)));
    let booked = bench.booked("p1")["booked"].clone();
    assert_eq!((&booked["taxFree"], &booked["vat"]), (&json!(1100), &json!(0)));
}

#[test]
fn kpn_038_the_payer_chooses_the_receipt() {
    for (asked, chosen, issued) in [
        (Some("CORPORATE"), Some("PERSONAL"), json!("PERSONAL")),
        (Some("CASH_RECEIPT_TYPE_CORPORATE"), None, json!("CORPORATE")),
        (Some("ANONYMOUS"), None, Value::Null),
        (None, Some("CORPORATE"), json!("CORPORATE")),
        (None, Some("none"), Value::Null),
    ] {
        let mut bench = Bench::new();
        let mut work = json!({"call": {"storeId": "store-1", "channelKey": "kpn", "paymentId": "p1", "orderName": "Chair",
            "totalAmount": 1100, "currency": "KRW", "payMethod": "VIRTUAL_ACCOUNT",
            "virtualAccount": {"accountExpiry": {"validHours": 24}}}});
        if let Some(kind) = asked {
            work["call"]["virtualAccount"]["cashReceiptType"] = json!(kind);
        }
        if let Some(kind) = chosen {
            work["receipt"] = json!(kind);
        }
        let done = bench.posted("/sandbox/windows", &work);
        bench.posted("/payments/p1/confirm", &json!({"paymentToken": done["paymentToken"]}));
        let paid = bench.posted("/sandbox/payments/p1/deposit", &Value::Null);
        assert_eq!(paid["cashReceipt"]["type"], issued, "{asked:?} was asked for, and {chosen:?} chosen");
    }
}
