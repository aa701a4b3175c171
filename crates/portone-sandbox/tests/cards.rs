//! The test cards of `docs/sandbox.md`.

mod support;

use serde_json::json;
use support::{Bench, issue, key_in, key_payment, refusal_code};

/// What a card does at KPN key-in, at a KPN and a Smartro key issue, and at a KPN payment by billing key.
struct Row {
    number: &'static str,
    key_in: &'static str,
    issue_kpn: &'static str,
    issue_smartro: &'static str,
    pay: &'static str,
}

const fn always(number: &'static str, kpn: &'static str, smartro: &'static str) -> Row {
    Row { number, key_in: kpn, issue_kpn: kpn, issue_smartro: smartro, pay: "" }
}

const fn at_payment(number: &'static str, code: &'static str) -> Row {
    Row { number, key_in: code, issue_kpn: "", issue_smartro: "", pay: code }
}

const ROWS: [Row; 20] = [
    always("4242424242424242", "", ""),
    always("1111111111111111", "", ""),
    always("0000123400001234", "", ""),
    always("35011122223333", "", ""),
    always("4000000000000002", "K101", "S101"),
    at_payment("4000000000000010", "K102"),
    at_payment("4000000000000028", "K103"),
    always("4000000000000036", "K104", "S104"),
    always("4000000000000044", "K105", "S105"),
    always("4000000000000051", "K106", "S106"),
    always("4000000000000069", "K107", "S107"),
    always("4000000000000077", "K108", "S108"),
    always("4000000000000085", "K109", "S109"),
    always("4000000000000093", "K110", "S110"),
    at_payment("4000000000000101", "K101"),
    Row { number: "4000000000000119", key_in: "", issue_kpn: "", issue_smartro: "S108", pay: "" },
    Row { number: "4000000000000127", key_in: "", issue_kpn: "K108", issue_smartro: "", pay: "" },
    at_payment("4000000000000135", "K105"),
    always("4000000000000143", "", ""),
    always("4111111111111111", "", ""),
];

#[test]
fn each_card_does_what_its_line_says() {
    for row in ROWS {
        let mut bench = Bench::new();
        let number = row.number;
        assert_eq!(
            outcome(bench.post("/payments/p1/instant", &key_in("kpn", number))),
            row.key_in,
            "{number}"
        );
        let smartro = outcome(bench.post("/billing-keys", &issue("smartro", number)));
        assert_eq!(smartro, row.issue_smartro, "{number} at Smartro");
        let issued = bench.post("/billing-keys", &issue("kpn", number));
        if issued.0 == 200 {
            let key = issued.1["billingKeyInfo"]["billingKey"].as_str().unwrap();
            assert_eq!(
                outcome(bench.post("/payments/p2/billing-key", &key_payment(key))),
                row.pay,
                "{number}"
            );
        }
        assert_eq!(outcome(issued), row.issue_kpn, "{number} at KPN");
    }
}

#[test]
fn only_bin_and_last_four_are_shown() {
    let mut bench = Bench::new();
    bench.posted("/payments/p1/instant", &key_in("kpn", "0000123400001234"));
    let card = bench.get("/payments/p1").1["method"]["card"].clone();
    assert_eq!((&card["bin"], &card["number"]), (&json!("000012"), &json!("000012******1234")));
    let request = support::request(portone_sandbox::Method::Post, "/x", &key_in("kpn", "0000123400001234"));
    assert!(!format!("{request:?}").contains("0000123400001234"));
}

/// Empty when approved, else the code.
fn outcome((status, body): (u16, serde_json::Value)) -> String {
    if status == 200 { String::new() } else { refusal_code(&body).to_owned() }
}
