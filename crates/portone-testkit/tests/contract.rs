//! The contract checker catches what it is there to catch.

#![cfg(feature = "contract")]

use portone_testkit::contract::{Contract, Verdict};
use serde_json::{Value, json};

fn answer(method: &str, path: &str, status: u16, body: &Value) -> Option<Verdict> {
    Some(Contract::v2()?.check_answer(method, path, status, Some(body)))
}

#[test]
fn a_documented_answer_is_kept_and_an_altered_one_is_not() {
    let path = "/payments/order-1/instant";
    let kept = json!({"payment": {"pgTxId": "tx", "paidAt": "2026-11-21T00:00:00.000Z"}});
    let Some(verdict) = answer("POST", path, 200, &kept) else { return };
    assert_eq!(verdict, Verdict::Kept);
    let altered = [
        json!({"payment": {"pgTxId": "tx"}}),
        json!({"payment": {"pgTxId": "tx", "paidAt": "yesterday"}}),
        json!({"payment": {"pgTxId": "tx", "paidAt": "2026-11-21T00:00:00.000Z", "amount": 1}}),
        json!({}),
    ];
    for body in altered {
        let verdict = answer("POST", path, 200, &body).unwrap();
        assert!(matches!(verdict, Verdict::Broken(_)), "{body}: {verdict:?}");
    }
}

#[test]
fn an_error_is_of_the_operations_union_and_of_its_own_status() {
    let path = "/payments/order-1/cancel";
    let not_paid = json!({"type": "PAYMENT_NOT_PAID", "message": "no"});
    let Some(verdict) = answer("POST", path, 409, &not_paid) else { return };
    assert_eq!(verdict, Verdict::Kept);
    for (status, body) in [
        (404, not_paid.clone()),
        (500, not_paid),
        (404, json!({"type": "CHANNEL_NOT_FOUND"})),
        (409, json!({"message": "no type"})),
    ] {
        let verdict = answer("POST", path, status, &body).unwrap();
        assert!(matches!(verdict, Verdict::Broken(_)), "{status} {body}: {verdict:?}");
    }
}

#[test]
fn paths_of_no_contract_are_uncharted() {
    let Some(verdict) = answer("GET", "/admin/stores", 200, &json!({})) else { return };
    assert_eq!(verdict, Verdict::Uncharted);
}

#[test]
fn a_requests_body_is_held_as_well() {
    let Some(contract) = Contract::v2() else { return };
    let whole = json!({"channelKey": "c", "customer": {}, "method": {"card": {"credential": {"number": "1",
        "expiryYear": "1", "expiryMonth": "1"}}}});
    let verdict = contract.check_request("POST", "/billing-keys", &whole);
    assert_eq!(verdict, Verdict::Kept);
    let mut misspelt = whole;
    misspelt["chanenlGroupId"] = json!("g");
    assert!(matches!(contract.check_request("POST", "/billing-keys", &misspelt), Verdict::Broken(_)));
}
