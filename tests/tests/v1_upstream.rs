//! Paying through V1 channels: the demo as it starts, with one of NICE and one of Paymentwall on the sandbox's V1 face.

use portone_tests::{Answer, Api, Demo};
use serde_json::{Value, json};

fn key_in(channel_key: &str, number: &str) -> Value {
    json!({
        "channelKey": channel_key, "orderName": "Chair", "amount": {"total": 11_000}, "currency": "KRW",
        "customer": {"name": {"full": "Hong"}, "email": "hong@example.com"},
        "method": {"card": {"credential": credential(number)}},
    })
}

fn credential(number: &str) -> Value {
    json!({
        "number": number, "expiryYear": "29", "expiryMonth": "12",
        "birthOrBusinessRegistrationNumber": "900101", "passwordTwoDigits": "00",
    })
}

const NICE: &str = "channel-key-nice";
const CARD: &str = "4242424242424242";

#[tokio::test]
async fn a_v1_channel_pays_cancels_and_keeps_cards() {
    let demo = Demo::start().await;
    let api = demo.api();
    let paid = api.post("/payments/v1-order-1/instant", &key_in(NICE, CARD)).await.ok();
    let payment = api.get("/payments/v1-order-1").await.ok();
    assert_eq!((&payment["status"], &payment["channel"]["pgProvider"]), (&json!("PAID"), &json!("NICE_V2")));
    assert_eq!(payment["pgTxId"], paid["payment"]["pgTxId"]);
    let upstream = demo.v1_attempts("v1-order-1").await;
    assert_eq!((upstream.len(), &upstream[0]["pg_id"]), (1, &json!("nicetest01m")));

    let part = json!({"reason": "one chair less", "amount": 1_000});
    let part = api.post("/payments/v1-order-1/cancel", &part).await.ok();
    assert_eq!(part["cancellation"]["status"], "SUCCEEDED", "{part}");
    assert_eq!(api.get("/payments/v1-order-1").await.ok()["status"], "PARTIAL_CANCELLED");
    api.post("/payments/v1-order-1/cancel", &json!({"reason": "all"})).await.ok();
    assert_eq!(demo.v1_attempts("v1-order-1").await[0]["cancel_amount"], 11_000);

    let declined = api.post("/payments/v1-order-2/instant", &key_in(NICE, "4000000000000010")).await;
    let declined = declined.error(502, "PG_PROVIDER");
    assert_eq!(declined["pgCode"], "failed", "{declined}");

    let issue = json!({
        "channelKey": NICE, "customer": {"name": {"full": "Hong"}},
        "method": {"card": {"credential": credential(CARD)}},
    });
    let issued = api.post("/billing-keys", &issue).await.ok();
    let key = issued["billingKeyInfo"]["billingKey"].as_str().expect("a key").to_owned();
    let charge =
        json!({"billingKey": key, "orderName": "Pass", "amount": {"total": 8_900}, "currency": "KRW"});
    api.post("/payments/v1-order-3/billing-key", &charge).await.ok();
    assert_eq!(demo.v1_attempts("v1-order-3").await[0]["customer_uid_usage"], "payment");
    api.delete(&format!("/billing-keys/{key}")).await.ok();
    api.post("/payments/v1-order-4/billing-key", &charge).await.error(409, "BILLING_KEY_ALREADY_DELETED");
    demo.stop().await;
}

/// V1 has no idempotency key: what became of a lost answer, the marker in `custom_data` tells.
#[tokio::test]
async fn a_lost_v1_answer_is_found_again_and_paid_once() {
    let demo = Demo::start().await;
    let fault = json!({
        "channelKey": NICE, "command": "PAY_INSTANTLY", "kind": "reset", "booked": true, "requests": 1,
    });
    demo.control().post("/faults", &fault).await.ok();
    let paid = demo.api().post("/payments/v1-lost-1/instant", &key_in(NICE, CARD)).await.ok();
    assert!(paid["payment"]["pgTxId"].is_string(), "{paid}");
    assert_eq!(demo.v1_attempts("v1-lost-1").await.len(), 1);
    demo.api().post("/payments/v1-lost-1/instant", &key_in(NICE, CARD)).await.error(409, "ALREADY_PAID");
    demo.stop().await;
}

#[tokio::test]
async fn paymentwall_gets_what_it_wants_and_cancels_later() {
    let demo = Demo::start().await;
    let mut body = key_in("channel-key-paymentwall", CARD);
    let refused = demo.api().post("/payments/pw-order-1/instant", &body).await.error(400, "INVALID_REQUEST");
    let message = refused["message"].as_str().expect("a message");
    for rule in
        ["PW-002 customer.name", "PW-027 method.card.credential.cvc", "PW-028 bypass.paymentwall.browser_ip"]
    {
        assert!(message.contains(rule), "{rule} in {message}");
    }
    assert!(demo.v1_attempts("pw-order-1").await.is_empty());

    body["customer"]["name"] = json!({"separated": {"first": "Jack", "last": "Son"}});
    body["method"]["card"]["credential"]["cvc"] = json!("123");
    body["bypass"] = json!({"paymentwall": {"browser_ip": "203.0.113.7"}});
    body["amount"]["total"] = json!(2_000);
    body["currency"] = json!("USD");
    demo.api().post("/payments/pw-order-1/instant", &body).await.ok();
    let upstream = demo.v1_attempts("pw-order-1").await;
    assert_eq!((&upstream[0]["amount"], &upstream[0]["currency"]), (&json!(20), &json!("USD")));
    let cancelled = demo.api().post("/payments/pw-order-1/cancel", &json!({"reason": "sold out"})).await.ok();
    assert_eq!(cancelled["cancellation"]["status"], "REQUESTED", "{cancelled}");
    demo.stop().await;
}

/// Opens Paymentwall's window as a shop's page does.
async fn open_window(demo: &Demo, order: &str, change: Value) -> Answer {
    let mut argument = json!({"channelKey": "channel-key-paymentwall", "pay_method": "card", "merchant_uid": order,
        "name": "Chair", "amount": 20, "currency": "USD", "digital": false, "buyer_name": "Jack Son",
        "buyer_email": "jack@example.com", "buyer_tel": "01000001234"});
    argument.as_object_mut().expect("an object").extend(change.as_object().cloned().unwrap_or_default());
    let page = Api::of_page(&demo.url, "http://shop.example");
    page.post(
        "/window/open",
        &json!({"function": "request_pay", "userCode": "imp00000000", "argument": argument}),
    )
    .await
}

/// The buyer pays in it.
async fn pay_in_window(demo: &Demo, opened: &Value) {
    let page = Api::of_page(&demo.url, "http://shop.example");
    let token = format!("token={}", opened["token"].as_str().expect("a token"));
    let shown = page.try_send(reqwest::Method::POST, "/window/page", Some(token)).await.expect("an answer");
    let (_, data) =
        shown.text.split_once(r#"<script type="application/json" id="work">"#).expect("the page's data");
    let work: Value = serde_json::from_str(data.split_once("</script>").expect("its end").0).expect("JSON");
    let done = json!({"call": work["arguments"], "cardNumber": CARD});
    let told = demo.control().post("/v1/windows", &done).await.ok();
    let ours = Api::of_page(&demo.url, &demo.url);
    ours.post("/window/result", &json!({"ticket": work["ticket"], "result": told})).await.ok();
}

/// Seed 004: a project that is not live shows its test methods only where both switches say so; goods owe a delivery, which is
/// listed until Paymentwall was told of it.
#[tokio::test]
async fn paymentwalls_test_methods_take_two_switches_and_goods_owe_a_delivery() {
    let demo = Demo::start().await;
    let switches = [
        (json!({"use_test_method": true}), false),
        (json!({"use_test_method": true, "bypass": {"ps": "all"}}), false),
        (json!({"bypass": {"ps": "test"}}), false),
        (json!({"use_test_method": true, "bypass": {"ps": "test"}}), true),
        (json!({}), true),
    ];
    for (at, (switch, opens)) in switches.into_iter().enumerate() {
        let told = open_window(&demo, &format!("switch{at}"), switch.clone()).await;
        assert_eq!(told.status == 200, opens, "{switch}: {}", told.text);
        assert_eq!(told.text.contains("PW-013"), !opens, "{switch}: {}", told.text);
    }
    let opened = open_window(&demo, "goods1", json!({})).await.ok();
    pay_in_window(&demo, &opened).await;
    let v1 = demo.v1().await;
    let paid = v1.get("/payments/find/goods1").await.ok()["response"].clone();
    assert_eq!(paid["status"], "paid", "{paid}");
    let owed = async || {
        let path = "/deliveries/owed?storeId=store-4ff4af41-85e3-4559-8eb8-0d08a2c6ceec";
        let list = demo.admin().get(path).await.ok()["items"].clone();
        list.as_array().expect("items").iter().any(|it| it["paymentId"] == "goods1")
    };
    assert!(owed().await, "the warning where a delivery is missing");

    let mut delivery = json!({"imp_uid": paid["imp_uid"], "merchant_uid": "goods1", "type": "physical",
        "status": "order_shipped", "estimated_delivery_datetime": 4_070_908_800_i64,
        "estimated_update_datetime": 4_070_908_800_i64, "refundable": "yes", "details": "A chair",
        "shipping_address_email": "jack@example.com"});
    let bare = v1.post("/paymentwall/delivery", &delivery).await.json();
    assert!(bare["message"].as_str().is_some_and(|told| told.contains("PW-023")), "{bare}");
    let parcel = json!({"carrier_tracking_id": "1", "carrier_type": "CJ", "shipping_address_country": "KR",
        "shipping_address_city": "Seoul", "shipping_address_zip": "06133", "shipping_address_state": "N/A",
        "shipping_address_street": "Teheran-ro 1", "shipping_address_phone": "01000001234",
        "shipping_address_firstname": "Jack", "shipping_address_lastname": "Son"});
    delivery.as_object_mut().expect("an object").extend(parcel.as_object().cloned().unwrap_or_default());
    let told = v1.post("/paymentwall/delivery", &delivery).await.ok();
    assert_eq!(told["response"]["success"], 1, "{told}");
    assert_eq!(demo.v1_attempts("goods1").await[0]["delivery"]["type"], "physical");
    assert!(!owed().await, "told");
    demo.stop().await;
}

/// KG Inicis alone has sub-shops on its sales slips; of another PG the upstream says 501.
#[tokio::test]
async fn sub_shops_are_named_at_the_pg_that_has_them() {
    let demo = Demo::start().await;
    let channel = json!({"storeId": "store-4ff4af41-85e3-4559-8eb8-0d08a2c6ceec", "key": "channel-key-inicis",
        "name": "Inicis", "pgProvider": "HTML5_INICIS", "pgMerchantId": "INIpayTest", "environment": "test",
        "upstream": "sandbox-v1"});
    demo.admin().post("/channels", &channel).await.ok();
    let v1 = demo.v1().await;
    let shops = json!({"data": [{"business_registration_number": "123-45-67890", "company_name": "Sub-shop", "amount": 11_000}]});
    for (order, key, status) in [("slip1", "channel-key-inicis", 200), ("slip2", NICE, 501)] {
        let pay = json!({"channel_key": key, "merchant_uid": order, "amount": 11_000, "name": "Chair", "card_number": "4242-4242-4242-4242",
            "expiry": "2029-12", "birth": "900101", "pwd_2digit": "00"});
        let paid = v1.post("/subscribe/payments/onetime", &pay).await.ok()["response"].clone();
        let path =
            format!("/partners/receipts/{}", paid["imp_uid"].as_str().unwrap_or_else(|| panic!("{paid}")));
        let told = v1.post(&path, &shops).await;
        assert_eq!(told.status, status, "{order}: {}", told.text);
        assert_eq!(told.json()["response"]["receipt_url"].is_string(), status == 200, "{}", told.text);
    }
    demo.stop().await;
}
