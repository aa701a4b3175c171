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

#[test]
fn an_exchange_is_a_path_a_query_and_a_body() {
    let (Some(v2), Some(v1)) = (Contract::v2(), Contract::v1()) else { return };
    let by_json = |query: &str| v2.check_exchange("GET", &format!("/billing-keys?requestBody={query}"), None);
    assert_eq!(by_json("%7B%22page%22%3A%7B%22number%22%3A0%2C%22size%22%3A1%7D%7D"), Verdict::Kept);
    for query in ["%7B%22pages%22%3A1%7D", "no-json", "%7B%7D&other=1"] {
        assert!(matches!(by_json(query), Verdict::Broken(_)), "{query}");
    }
    assert_eq!(v1.check_exchange("GET", "/payments/findAll/order-1?limit=10", None), Verdict::Kept);
    assert_eq!(v1.check_exchange("GET", "/payments/findAll/order-1/paid?limit=10", None), Verdict::Kept);
    for query in ["limit=ten", "limits=10"] {
        let verdict = v1.check_exchange("GET", &format!("/payments/findAll/order-1?{query}"), None);
        assert!(matches!(verdict, Verdict::Broken(_)), "{query}: {verdict:?}");
    }
    assert_eq!(v1.check_exchange("GET", "/payment/order-1", None), Verdict::Uncharted);
    let without = v1.check_exchange("POST", "/subscribe/payments/onetime", None);
    assert_eq!(without, Verdict::Broken(vec!["the body is missing".to_owned()]));
}

fn broken_by_v1(path: &str, bodies: &[Value]) {
    let Some(contract) = Contract::v1() else { return };
    for body in bodies {
        let verdict = contract.check_request("POST", path, body);
        assert!(matches!(verdict, Verdict::Broken(_)), "{body}: {verdict:?}");
    }
}

#[test]
fn a_v1_form_is_held_by_name_type_and_length() {
    let whole = json!({"merchant_uid": "order-1", "amount": 10.5, "card_number": "4", "expiry": "2029-12"});
    let Some(contract) = Contract::v1() else { return };
    let path = "/subscribe/payments/onetime";
    assert_eq!(contract.check_request("POST", path, &whole), Verdict::Kept);
    let with = |name: &str, value: Value| {
        let mut body = whole.clone();
        body[name] = value;
        body
    };
    let altered = [
        with("amount", json!({"total": 8900})),
        with("amount", json!("8900")),
        with("merchantUid", json!("order-1")),
        with("merchant_uid", json!("o".repeat(41))),
        with("product_type", json!("REAL")),
        json!({"merchant_uid": "order-1", "amount": 1}),
    ];
    broken_by_v1(path, &altered);
}

/// Rule DOC-068, and a limit shorter than the values it limits.
#[test]
fn the_mistakes_of_v1_are_put_right() {
    let Some(contract) = Contract::v1() else { return };
    let path = "/subscribe/customers/uid-1";
    for name in ["channel_key", "pg", "channel_group_id"] {
        let body = json!({"card_number": "4", "expiry": "2029-12", name: "x"});
        assert_eq!(contract.check_request("POST", path, &body), Verdict::Kept, "{name}");
    }
    broken_by_v1(path, &[json!({"card_number": "4", "expiry": "2029-12"})]);
    let delivery = |status: &str| {
        json!({"imp_uid": "i", "merchant_uid": "m", "type": "physical", "status": status, "refundable": "yes",
            "estimated_delivery_datetime": 1, "estimated_update_datetime": 1, "shipping_address_email": "e"})
    };
    assert_eq!(
        contract.check_request("POST", "/paymentwall/delivery", &delivery("order_shipped")),
        Verdict::Kept
    );
    broken_by_v1("/paymentwall/delivery", &[delivery("shipped")]);
}

#[test]
fn an_argument_of_the_browser_sdk_is_held() {
    let Some(contract) = Contract::browser_sdk() else { return };
    let held = |more: Value| {
        let mut argument = json!({"storeId": "s", "paymentId": "p", "orderName": "o", "totalAmount": 1,
            "currency": "KRW", "payMethod": "CARD"});
        more.as_object().into_iter().flatten().for_each(|(name, value)| argument[name] = value.clone());
        contract.check_request("POST", "/requestPayment", &argument)
    };
    let expiry = |value: Value| json!({"virtualAccount": {"accountExpiry": value}});
    for kept in [
        json!({}),
        json!({"currency": "CURRENCY_KRW"}),
        expiry(json!({"validHours": 1})),
        json!({"offerPeriod": {"range": {"from": "2026-01-01T00:00:00Z"}}}),
        json!({"customData": {"any": [1]}}),
    ] {
        assert_eq!(held(kept.clone()), Verdict::Kept, "{kept}");
    }
    for broken in [
        json!({"currency": "WON"}),
        json!({"totalAmount": "1"}),
        json!({"locales": "KO_KR"}),
        expiry(json!({"validHours": 1, "dueDate": "20260101"})),
        expiry(json!({})),
        json!({"virtualAccount": {"bankCode": "SHINHAN"}}),
    ] {
        let verdict = held(broken.clone());
        assert!(matches!(verdict, Verdict::Broken(_)), "{broken}: {verdict:?}");
    }
    assert_eq!(contract.check_request("POST", "/requestPay", &json!({})), Verdict::Uncharted);
}
