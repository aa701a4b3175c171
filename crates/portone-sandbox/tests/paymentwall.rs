//! Paymentwall behind V2, a test for each rule id.

mod support;

use serde_json::{Value, json};
use support::{APPROVED, Bench, issue, key_in, refusal_code, with, without};

const DELIVERY: &str = "/paymentwall/delivery/confirm";

fn bench() -> Bench {
    let mut bench = Bench::new();
    bench.channel("pw", "PAYMENTWALL", "live", &json!({"mid_currency": "USD"}));
    bench
}

/// A payment in the window, approved: the attempt's id.
fn paid(bench: &mut Bench, payment_id: &str) -> String {
    let call = json!({
        "storeId": "store-1", "channelKey": "pw", "paymentId": payment_id, "orderName": "Chair",
        "totalAmount": 1100, "currency": "KRW", "payMethod": "CARD",
        "customer": {"customerId": "customer-1", "fullName": "Jack Son", "email": "a@b.co"},
    });
    let told = bench.posted("/sandbox/windows", &json!({"call": call}));
    let confirm = json!({"paymentToken": told["paymentToken"]});
    bench.posted(&format!("/payments/{payment_id}/confirm"), &confirm);
    told["txId"].as_str().unwrap().to_owned()
}

fn goods(transaction_id: &str) -> Value {
    json!({
        "transactionId": transaction_id, "deliveryType": "PHYSICAL", "deliveryStatus": "ORDER_SHIPPED",
        "estimatedDeliveryDatetime": "2099-01-01T00:00:00Z", "estimatedUpdateDatetime": "2099-01-01T00:00:00Z",
        "refundable": true, "details": "a chair", "shippingAddressEmail": "a@b.co", "carrierTrackingId": "123",
        "carrierType": "CJ", "shippingAddressCountry": "KR", "shippingAddressCity": "Seoul",
        "shippingAddressZip": "06000", "shippingAddressState": "N/A", "shippingAddressStreet": "Teheran-ro 1",
        "shippingAddressPhone": "01012345678", "shippingAddressFirstname": "Jack", "shippingAddressLastname": "Son",
    })
}

#[test]
fn pw_039_there_is_nothing_but_the_window() {
    let mut bench = bench();
    let (status, refused) = bench.post("/payments/p1/instant", &key_in("pw", APPROVED));
    assert_eq!((status, refusal_code(&refused)), (502, "P601"));
    let (status, refused) = bench.post("/billing-keys", &issue("pw", APPROVED));
    assert_eq!((status, refusal_code(&refused)), (502, "P601"));
    paid(&mut bench, "p2");
    assert_eq!(bench.get("/payments/p2").1["status"], "PAID");
}

#[test]
fn pw_024_a_delivery_names_the_attempt_and_every_fact() {
    let mut bench = bench();
    let id = paid(&mut bench, "p1");
    for member in [
        "transactionId",
        "deliveryType",
        "deliveryStatus",
        "estimatedDeliveryDatetime",
        "estimatedUpdateDatetime",
        "refundable",
        "details",
        "shippingAddressEmail",
    ] {
        let (status, refused) = bench.post(DELIVERY, &without(&goods(&id), &format!("/{member}")));
        assert_eq!((status, refusal_code(&refused)), (400, "INVALID_REQUEST"), "{member}");
    }
    let delivering = with(&goods(&id), "/deliveryStatus", json!("DELIVERING"));
    assert_eq!(bench.post(DELIVERY, &delivering).0, 400);
    let (status, refused) = bench.post(DELIVERY, &goods("p1"));
    assert_eq!((status, refusal_code(&refused)), (404, "PAYMENT_NOT_FOUND"));
    assert!(bench.booked("p1").get("delivery").is_none());
    // PW-026
    assert_eq!(bench.posted(DELIVERY, &goods(&id)), json!({}));
    assert_eq!(bench.booked("p1")["delivery"]["deliveryStatus"], "ORDER_SHIPPED");
}

#[test]
fn pw_025_goods_need_the_parcel_and_its_receiver() {
    let mut bench = bench();
    let id = paid(&mut bench, "p1");
    let parcel: Vec<String> =
        goods(&id).as_object().unwrap().keys().filter(|name| is_of_goods(name)).cloned().collect();
    assert_eq!(parcel.len(), 10);
    for member in &parcel {
        assert_eq!(bench.post(DELIVERY, &without(&goods(&id), &format!("/{member}"))).0, 400, "{member}");
    }
    let mut digital = with(&goods(&id), "/deliveryType", json!("DIGITAL"));
    for member in parcel {
        digital = without(&digital, &format!("/{member}"));
    }
    bench.posted(DELIVERY, &digital);
}

fn is_of_goods(name: &str) -> bool {
    name.starts_with("carrier") || (name.starts_with("shipping") && name != "shippingAddressEmail")
}

#[test]
fn pw_034_a_cancel_is_only_accepted() {
    let mut bench = bench();
    paid(&mut bench, "p1");
    let asked = bench.posted("/payments/p1/cancel", &json!({"reason": "sold out"}));
    assert_eq!(asked["cancellation"]["status"], "REQUESTED");
    assert_eq!(bench.get("/payments/p1").1["status"], "PAID");
}

#[test]
fn pw_035_a_part_is_refused_where_another_currency_is_processed() {
    let mut bench = bench();
    paid(&mut bench, "p1");
    let (status, refused) = bench.post("/payments/p1/cancel", &json!({"reason": "sold out", "amount": 100}));
    assert_eq!((status, refusal_code(&refused)), (502, "P505"));
}
