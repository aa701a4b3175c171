//! `POST /window/open`, `/window/page`, `/window/result` and `GET /window/return/{ticket}`: a window without a browser.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::http::{Call, Reply};
use crate::v1::Shop;
use crate::world::{GROUP, KPN, SMARTRO, STORE, World, with};

pub(crate) const SHOP: &str = "https://shop.example";
/// What the tests' client names as its host.
const OWN: &str = "http://test";

pub(crate) fn argument() -> Value {
    json!({"storeId": STORE, "channelKey": KPN, "paymentId": "order1", "orderName": "Monthly pass", "totalAmount": 8900,
        "currency": "CURRENCY_KRW", "payMethod": "CARD", "redirectUrl": "https://shop.example/done?a=b",
        "customer": {"customerId": "customer1", "fullName": "Kim </script>", "phoneNumber": "01000001234",
            "email": "port@example.com"}})
}

fn issue() -> Value {
    json!({"storeId": STORE, "channelKey": KPN, "billingKeyMethod": "CARD", "issueId": "issue1", "issueName": "Pass",
        "customer": {"customerId": "customer1", "fullName": "Kim Port"}})
}

pub(crate) async fn ask(world: &World, function: &str, argument: &Value) -> Reply {
    let body = json!({"function": function, "argument": argument, "userCode": format!("imp-{STORE}")});
    let call = Call::new("POST", "/window/open").header("origin", SHOP).body(body.to_string());
    world.send(call).await
}

pub(crate) async fn open(world: &World, function: &str, argument: &Value) -> Value {
    let reply = ask(world, function, argument).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    assert_eq!(reply.header("access-control-allow-origin"), Some(SHOP));
    reply.json()
}

async fn page(world: &World, token: &Value) -> Reply {
    let body = format!("token={}", token.as_str().unwrap());
    world.send(Call::new("POST", "/window/page").body(body)).await
}

/// What the page is told to do.
pub(crate) async fn work(world: &World, opened: &Value) -> Value {
    let page = page(world, &opened["token"]).await;
    assert_eq!(page.status, 200, "{}", page.text);
    let (_, rest) = page.text.split_once(r#"<script type="application/json" id="work">"#).unwrap();
    serde_json::from_str(rest.split_once("</script>").unwrap().0).unwrap()
}

/// What the payer did, as the upstream's SDK tells it.
pub(crate) fn paid(world: &World, work: &Value, card: &str) -> Value {
    world.control("/windows", &json!({"call": work["arguments"], "cardNumber": card}))
}

pub(crate) async fn end(world: &World, work: &Value, result: &Value) -> Value {
    let body = json!({"ticket": work["ticket"], "result": result});
    let call = Call::new("POST", "/window/result").header("origin", OWN).json(&body);
    let reply = world.send(call).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    serde_json::from_str(&reply.text).unwrap()
}

#[tokio::test]
async fn a_window_is_opened_shown_paid_and_told() {
    let world = World::new().await;
    let opened = open(&world, "requestPayment", &argument()).await;
    assert_eq!((&opened["mode"], &opened["paymentId"]), (&json!("iframe"), &json!("order1")));
    let ready = world.get("/payments/order1").await.json();
    assert_eq!((&ready["status"], &ready["transactionId"]), (&json!("READY"), &opened["txId"]));
    let work = work(&world, &opened).await;
    assert_eq!(work["sdkUrl"], "http://sandbox.test/v2/browser-sdk.js");
    assert_eq!(
        (&work["sdk"], &work["function"], &work["shop"]),
        (&json!("PortOne"), &json!("requestPayment"), &json!(SHOP))
    );
    assert_eq!(work["arguments"]["customer"]["fullName"], "Kim </script>");
    let result = paid(&world, &work, "4242424242424242");
    assert!(result["paymentToken"].is_string());
    let told = end(&world, &work, &result).await;
    let expected = json!({"transactionType": "PAYMENT", "txId": opened["txId"], "paymentId": "order1"});
    assert_eq!(told["response"], expected);
    let url = format!(
        "{SHOP}/done?a=b&transactionType=PAYMENT&paymentId=order1&txId={}",
        opened["txId"].as_str().unwrap()
    );
    assert_eq!(told["redirectTo"], url);
    assert_eq!(world.get("/payments/order1").await.json()["status"], "PAID");
    // Whoever asks again, and says something else, is told the same.
    let again = end(&world, &work, &json!({"code": "X", "message": "not paid"})).await;
    assert_eq!(again["response"], expected);
    assert_eq!(end(&world, &work, &result).await["response"], expected);
}

#[tokio::test]
async fn v2_034_what_a_pg_refuses_is_told_in_its_words() {
    let world = World::new().await;
    let opened = open(&world, "requestPayment", &argument()).await;
    let work = work(&world, &opened).await;
    let told = end(&world, &work, &paid(&world, &work, "4000000000000002")).await;
    let response = &told["response"];
    assert_eq!(
        (&response["code"], &response["pgCode"], response["pgMessage"].is_string()),
        (&json!("PGProviderError"), &json!("K101"), true),
        "{told}"
    );
    assert!(response["message"].is_string() && response["txId"] == opened["txId"], "{told}");
    assert_eq!(world.get("/payments/order1").await.json()["status"], "FAILED");
    // A failed payment may be tried again under its id.
    open(&world, "requestPayment", &with(argument(), "/channelKey", json!(SMARTRO))).await;
}

#[tokio::test]
async fn a_page_that_claims_a_payment_is_not_believed() {
    let world = World::new().await;
    let opened = open(&world, "requestPayment", &argument()).await;
    let work = work(&world, &opened).await;
    for claim in [
        json!({"transactionType": "PAYMENT", "paymentId": "order1", "txId": opened["txId"]}),
        json!({"paymentToken": "payment-token-of-mine"}),
        json!(null),
    ] {
        let told = end(&world, &work, &claim).await;
        assert!(told["response"]["code"].is_string(), "{told}");
        assert_ne!(world.get("/payments/order1").await.json()["status"], "PAID");
    }
}

#[tokio::test]
async fn a_lost_approval_is_not_told_as_a_failure_of_the_payment() {
    let world = World::new().await;
    let opened = open(&world, "requestPayment", &argument()).await;
    let work = work(&world, &opened).await;
    let result = paid(&world, &work, "4242424242424242");
    // The money is taken, and the answer to the approval is lost.
    let fault =
        json!({"command": "CONFIRM_PAYMENT", "kind": "status", "status": 500, "booked": true, "requests": 1});
    world.control("/faults", &fault);
    let told = end(&world, &work, &result).await;
    assert_eq!(told["response"]["code"], Value::Null, "it was asked about at once: {told}");
    assert_eq!(world.get("/payments/order1").await.json()["status"], "PAID");
}

#[tokio::test]
async fn a_token_shows_one_page_for_five_minutes() {
    let world = World::new().await;
    let opened = open(&world, "requestPayment", &argument()).await;
    assert_eq!(page(&world, &opened["token"]).await.status, 200);
    assert_eq!(page(&world, &opened["token"]).await.status, 410);
    let late = open(&world, "requestPayment", &with(argument(), "/paymentId", json!("order2"))).await;
    world.advance(TimeDelta::minutes(6));
    assert_eq!(page(&world, &late["token"]).await.status, 410);
}

#[tokio::test]
async fn a_page_is_framed_by_its_shop_only() {
    let world = World::new().await;
    let opened = open(&world, "requestPayment", &argument()).await;
    let shown = page(&world, &opened["token"]).await;
    let policy = shown.header("content-security-policy").unwrap();
    assert_eq!(
        policy,
        "default-src 'none'; script-src 'self' http://sandbox.test; style-src 'self' http://sandbox.test; img-src 'self' data: \
         http://sandbox.test; connect-src 'self' http://sandbox.test; frame-src http://sandbox.test; form-action \
         http://sandbox.test; base-uri 'none'; object-src 'none'; frame-ancestors https://shop.example"
    );
    assert_eq!(shown.header("referrer-policy"), Some("no-referrer"));
    let argument = with(with(argument(), "/paymentId", json!("order2")), "/forceRedirect", json!(true));
    let alone = open(&world, "requestPayment", &argument).await;
    assert_eq!(alone["mode"], "redirect");
    let shown = page(&world, &alone["token"]).await;
    assert!(shown.header("content-security-policy").unwrap().ends_with("frame-ancestors 'none'"));
    assert_eq!(shown.header("x-frame-options"), Some("DENY"));
}

#[tokio::test]
async fn v2_055_a_redirected_buyer_goes_on_to_the_shops_url_and_to_no_other() {
    let world = World::new().await;
    let opened = open(&world, "requestPayment", &with(argument(), "/forceRedirect", json!(true))).await;
    let work = work(&world, &opened).await;
    let result = paid(&world, &work, "4242424242424242");
    let token = result["paymentToken"].as_str().unwrap();
    let back = format!(
        "{}?paymentId=order1&paymentToken={token}&redirectTo=https://evil.example",
        work["returnPath"].as_str().unwrap()
    );
    let reply = world.send(Call::new("GET", &back)).await;
    assert_eq!(reply.status, 303);
    let location = reply.header("location").unwrap();
    assert!(
        location.starts_with("https://shop.example/done?a=b&transactionType=PAYMENT&paymentId=order1&txId="),
        "{location}"
    );
    assert!(!location.contains(token) && !location.contains("evil"));
    assert_eq!(world.get("/payments/order1").await.json()["status"], "PAID");
    let mut forged = work["returnPath"].as_str().unwrap().to_owned();
    forged.insert(20, 'A');
    let lost = world.send(Call::new("GET", &forged)).await;
    assert_eq!((lost.status, lost.header("location")), (404, None));
}

#[tokio::test]
async fn only_the_windows_own_page_tells_of_its_end() {
    let world = World::new().await;
    let opened = open(&world, "requestPayment", &argument()).await;
    let body = json!({"ticket": opened["ticket"], "result": {}});
    for origin in [SHOP, "null", "http://test.evil.example", "http://test:81"] {
        let call = Call::new("POST", "/window/result").header("origin", origin).json(&body);
        assert_eq!(world.send(call).await.status, 403, "{origin}");
    }
    assert_eq!(world.send(Call::new("POST", "/window/result").json(&body)).await.status, 403);
    let body = json!({"ticket": "of.mine", "result": {}});
    assert_eq!(
        world.send(Call::new("POST", "/window/result").header("origin", OWN).json(&body)).await.status,
        404
    );
}

#[tokio::test]
async fn everything_that_is_wrong_is_told_before_a_window_opens() {
    let world = World::new().await;
    let told = |reply: Reply| {
        assert_eq!(reply.status, 400, "{}", reply.text);
        reply.json()["error"].clone()
    };
    let wrong = with(with(argument(), "/paymentId", json!("p-1")), "/currency", json!("JPY"));
    let error = told(ask(&world, "requestPayment", &wrong).await);
    assert_eq!(error["code"], "RequestParseFailed");
    let lines = error["message"].as_str().unwrap().lines().filter(|line| line.contains("KPN-")).count();
    assert!(lines >= 2, "{error}");
    assert_eq!(world.get("/payments/p-1").await.status, 404, "nothing was begun");
    for (name, value, part) in [
        ("/redirectUrl", json!("javascript://x%0aalert(1)"), "redirectUrl"),
        ("/storeId", json!("store-unknown"), "storeId"),
        ("/channelGroupId", json!(GROUP), "SR-020"),
        ("/totalAmount", json!("8900"), "SDK-TYPE"),
    ] {
        let error = told(ask(&world, "requestPayment", &with(argument(), name, value)).await);
        assert!(error["message"].as_str().unwrap().contains(part), "{error}");
    }
    let error =
        told(ask(&world, "requestIssueBillingKey", &with(issue(), "/channelGroupId", json!(GROUP))).await);
    assert!(error["message"].as_str().unwrap().starts_with("SR-024"), "{error}");
    let error = told(ask(&world, "requestAnything", &argument()).await);
    assert!(error["message"].as_str().unwrap().starts_with("function"), "{error}");
    let body = json!({"function": "requestPayment", "argument": argument()}).to_string();
    let error = told(world.send(Call::new("POST", "/window/open").header("origin", "null").body(body)).await);
    assert!(error["message"].as_str().unwrap().contains("origin"), "{error}");
}

#[tokio::test]
async fn a_buyer_on_a_mobile_comes_back_by_a_url() {
    let world = World::new().await;
    let send = |argument: Value| {
        let body = json!({"function": "requestPayment", "argument": argument}).to_string();
        let call = Call::new("POST", "/window/open").header("origin", SHOP);
        world.send(
            call.header("user-agent", "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) Mobile/15E148").body(body),
        )
    };
    let mut without = argument();
    without.as_object_mut().unwrap().remove("redirectUrl");
    let reply = send(without.clone()).await;
    assert!(reply.text.contains("redirectUrl: is missing"), "{}", reply.text);
    let reply = send(with(without, "/windowType", json!({"mobile": "IFRAME"}))).await;
    assert_eq!(reply.json()["mode"], "iframe");
    let reply = send(with(argument(), "/paymentId", json!("order2"))).await;
    assert_eq!(reply.json()["mode"], "redirect");
    let shop = Shop::of(world).await;
    let read = shop.get("/payments/find/order2").await;
    assert_eq!(read.response()["channel"], "mobile");
}

#[tokio::test]
async fn v2_055_a_redirected_buyer_who_did_not_pay_brings_the_reason() {
    let world = World::new().await;
    let opened = open(&world, "requestPayment", &with(argument(), "/forceRedirect", json!(true))).await;
    let work = work(&world, &opened).await;
    let token = paid(&world, &work, "4000000000000002")["paymentToken"].as_str().unwrap().to_owned();
    let back = format!("{}?paymentId=order1&paymentToken={token}", work["returnPath"].as_str().unwrap());
    let reply = world.send(Call::new("GET", &back)).await;
    let location = reply.header("location").unwrap();
    for name in ["code=PGProviderError", "message=", "pgCode=K101", "pgMessage=", "paymentId=order1", "txId="]
    {
        assert!(location.contains(&format!("&{name}")), "{name}: {location}");
    }
}

#[tokio::test]
async fn v1_101_a_redirected_buyer_of_v1_brings_its_names() {
    for (card, is_paid) in [("4242424242424242", true), ("4000000000000002", false)] {
        let world = World::new().await;
        let argument = json!({"channelKey": KPN, "pay_method": "card", "merchant_uid": "order1", "name": "Pass",
            "amount": 8900, "buyer_name": "Kim Port", "m_redirect_url": "https://shop.example/done"});
        let opened = open(&world, "request_pay", &argument).await;
        let work = work(&world, &opened).await;
        let token = paid(&world, &work, card)["paymentToken"].as_str().unwrap().to_owned();
        let back = format!("{}?paymentId=order1&paymentToken={token}", work["returnPath"].as_str().unwrap());
        let reply = world.send(Call::new("GET", &back)).await;
        let location = reply.header("location").unwrap();
        let imp_uid = opened["txId"].as_str().unwrap();
        assert!(
            location.starts_with(&format!("https://shop.example/done?imp_uid={imp_uid}&merchant_uid=order1"))
        );
        let tells_error = location.contains("&error_code=") && location.contains("&error_msg=");
        assert_eq!(tells_error, !is_paid, "{location}");
        assert!(location.contains(&format!("&imp_success={is_paid}")), "{location}");
    }
}

#[tokio::test]
async fn a_key_is_issued_in_a_window() {
    let world = World::new().await;
    let opened = open(&world, "requestIssueBillingKey", &issue()).await;
    let work = work(&world, &opened).await;
    let told = end(&world, &work, &paid(&world, &work, "4242424242424242")).await;
    let key = told["response"]["billingKey"].as_str().unwrap().to_owned();
    assert_eq!(told["response"], json!({"transactionType": "ISSUE_BILLING_KEY", "billingKey": key}));
    assert_eq!(world.get(&format!("/billing-keys/{key}")).await.json()["status"], "ISSUED");
    let left = open(&world, "requestIssueBillingKey", &issue()).await;
    let work = self::work(&world, &left).await;
    let told = end(&world, &work, &json!({"code": "PAY_PROCESS_CANCELED", "message": "left"})).await;
    assert_eq!(told["response"]["code"], "PAY_PROCESS_CANCELED");
}

#[tokio::test]
async fn a_shop_that_approves_by_hand_is_given_the_token() {
    // The shop approves windows by itself.
    let world = World::build(&[(SMARTRO, 50), (KPN, 50)], None, true, &[]).await;
    let opened = open(&world, "requestPayment", &argument()).await;
    let work = work(&world, &opened).await;
    let result = paid(&world, &work, "4242424242424242");
    let told = end(&world, &work, &result).await;
    let given = told["response"]["paymentToken"].as_str().unwrap().split_once('.').unwrap();
    assert_eq!(given, (opened["txId"].as_str().unwrap(), result["paymentToken"].as_str().unwrap()));
    assert_eq!(told["response"]["code"], Value::Null);
    assert_eq!(world.get("/payments/order1").await.json()["status"], "READY");
    let approval = json!({"paymentToken": told["response"]["paymentToken"], "txId": opened["txId"], "totalAmount": 8900});
    assert_eq!(world.post("/payments/order1/confirm", &approval).await.status, 200);
    assert_eq!(world.get("/payments/order1").await.json()["status"], "PAID");

    let opened = open(&world, "requestIssueBillingKey", &issue()).await;
    let work = self::work(&world, &opened).await;
    let told = end(&world, &work, &paid(&world, &work, "4242424242424242")).await;
    assert_eq!(told["response"]["billingKey"], "NEEDS_CONFIRMATION");
    let approval = json!({"billingIssueToken": told["response"]["billingIssueToken"]});
    assert_eq!(world.post("/billing-keys/confirm", &approval).await.status, 200);
}

/// The documents' old SDK leaves `success` out for some PGs; ours never does, and a shop looks the payment up all the same.
#[tokio::test]
async fn v1_100_pays_and_its_callback_always_tells_of_success() {
    let world = World::new().await;
    let argument = json!({"pg": "kpn.mid0001", "pay_method": "card", "merchant_uid": "order1", "name": "Pass", "amount": 8900,
        "buyer_name": "Kim Port", "buyer_tel": "010-1234-5678", "buyer_email": "port@example.com",
        "m_redirect_url": "https://shop.example/done"});
    let opened = open(&world, "request_pay", &argument).await;
    let work = work(&world, &opened).await;
    assert_eq!((&work["isV1"], &work["arguments"]["totalAmount"]), (&json!(true), &json!(8900)));
    let tx_id = opened["txId"].clone();
    let told = end(&world, &work, &paid(&world, &work, "4242424242424242")).await;
    let response = &told["response"];
    assert_eq!(
        (&response["success"], &response["merchant_uid"], &response["paid_amount"], &response["status"]),
        (&json!(true), &json!("order1"), &json!(8900), &json!("paid"))
    );
    assert!(told["redirectTo"].as_str().unwrap().starts_with("https://shop.example/done?imp_uid="), "{told}");
    // The payment is one of V1's, on both faces.
    let imp_uid = &response["imp_uid"];
    assert_eq!(imp_uid, &tx_id, "what the page was told when it opened");
    let seen = world.get("/payments/order1").await.json();
    assert_eq!((&seen["version"], &seen["transactionId"]), (&json!("V1"), imp_uid));
    let shop = Shop::of(world).await;
    let read = shop.get(&format!("/payments/{}?include_sandbox=true", imp_uid.as_str().unwrap())).await;
    let read = read.response();
    assert_eq!((&read["merchant_uid"], &read["channel"]), (&json!("order1"), &json!("pc")));
    let world = shop.world;
    let again = ask(&world, "request_pay", &with(argument.clone(), "/merchant_uid", json!("order1"))).await;
    assert_eq!(again.json()["error"]["code"], "PaymentAlreadyPaid");
    let unknown = ask(&world, "request_pay", &with(argument, "/pg", json!("nobody.x"))).await;
    assert!(unknown.text.contains("IAMPORT-002"), "{}", unknown.text);
}

#[tokio::test]
async fn v1_issues_a_key_under_the_shops_own_names() {
    let world = World::new().await;
    let argument = json!({"channelKey": KPN, "pay_method": "card", "merchant_uid": "issue1", "customer_uid": "customer-7",
        "name": "Pass", "amount": 0, "customer_id": "customer1", "buyer_name": "Kim Port"});
    let opened = open(&world, "request_pay", &argument).await;
    let work = work(&world, &opened).await;
    assert_eq!(work["function"], "requestIssueBillingKey");
    let told = end(&world, &work, &paid(&world, &work, "4242424242424242")).await;
    let response = &told["response"];
    assert_eq!(
        (&response["success"], &response["merchant_uid"], &response["customer_uid"]),
        (&json!(true), &json!("issue1"), &json!("customer-7"))
    );
    let key = response["billing_key"].as_str().unwrap();
    assert_eq!(world.get(&format!("/billing-keys/{key}")).await.json()["status"], "ISSUED");
    let shop = Shop::of(world).await;
    let known = shop.get("/subscribe/customers/customer-7").await;
    assert_eq!(known.response()["customer_uid"], "customer-7");
    let charge = json!({"customer_uid": "customer-7", "merchant_uid": "order2", "amount": 8900, "name": "Pass",
        "buyer_tel": "01000001234"});
    let charged = shop.post("/subscribe/payments/again", &charge).await;
    let charged = charged.response();
    assert_eq!((&charged["status"], &charged["customer_uid"]), (&json!("paid"), &json!("customer-7")));
}

#[tokio::test]
async fn scripts_are_cached_and_tagged() {
    let world = World::new().await;
    for script in portone_gateway::scripts() {
        let reply = world.send(Call::new("GET", script.path)).await;
        let tag = reply.header("etag").unwrap().to_owned();
        assert_eq!(
            (reply.status, reply.header("content-type")),
            (200, Some("text/javascript; charset=utf-8"))
        );
        assert_eq!(script.integrity, format!("sha384-{}", tag.trim_matches('"')));
        assert!(reply.header("cache-control").unwrap().contains("max-age=86400"));
        let again = world.send(Call::new("GET", script.path).header("if-none-match", &tag)).await;
        assert_eq!((again.status, again.text.as_str()), (304, ""));
    }
    assert_eq!(world.send(Call::new("GET", "/demo")).await.status, 404, "no demo where none is asked for");
}
