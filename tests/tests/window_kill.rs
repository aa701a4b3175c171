//! `kill -9` of the gateway while a window's payment is being approved: the PG has taken the money, and nobody has been told.
//! After the restart the payment is settled, its page is told so, and its webhook is sent once.

use portone_tests::{Api, KPN, PATIENCE, Receiver, STORE, Shop, eventually};
use reqwest::Method;
use serde_json::{Value, json};

const SHOP: &str = "http://shop.example";

#[tokio::test]
async fn a_payment_approved_before_a_kill_is_settled_after_it_and_announced_once() {
    let mut shop = Shop::start_with_webhooks().await;
    let receiver = Receiver::open().await;
    let work = open(&shop, "killed", &receiver).await;
    let authenticated = authenticate(&shop, &work).await;
    // The PG approves at once, and its answer never comes in time.
    let late = json!({"command": "CONFIRM_PAYMENT", "kind": "delay", "booked": true, "delay_ms": 60_000, "requests": 1});
    shop.fault(late).await;
    let asked = json!({"ticket": work["ticket"], "result": authenticated});
    let page = Api::of_page(&shop.gateway.url, &shop.gateway.url);
    let told = tokio::spawn({
        let (page, asked) = (page.clone(), asked.to_string());
        async move { page.try_send(Method::POST, "/window/result", Some(asked)).await.is_ok() }
    });
    eventually("the PG has taken the money", PATIENCE, async || {
        let upstream = shop.upstream().get("/payments/killed").await.json();
        (upstream["status"] == "PAID").then_some(())
    })
    .await;
    shop.gateway.kill().await;
    assert!(!told.await.expect("no panic"), "nobody was told before the gateway was killed");
    assert_eq!(paid_count(&receiver, "killed"), 0, "{:?}", receiver.bodies());

    shop.gateway.restart().await;
    eventually("the payment is settled", PATIENCE, async || {
        let payment = shop.api().get("/payments/killed").await.json();
        (payment["status"] == "PAID").then_some(())
    })
    .await;
    // The buyer's page is still there, and asks again.
    let response = page.post("/window/result", &asked).await.ok()["response"].clone();
    assert_eq!((&response["code"], &response["paymentId"]), (&Value::Null, &json!("killed")), "{response}");
    // What comes after it has come: had the first been announced twice, it would have been by now.
    let work = open(&shop, "after", &receiver).await;
    let authenticated = authenticate(&shop, &work).await;
    page.post("/window/result", &json!({"ticket": work["ticket"], "result": authenticated})).await.ok();
    eventually("the second payment is announced", PATIENCE, async || {
        (paid_count(&receiver, "after") > 0).then_some(())
    })
    .await;
    assert_eq!(paid_count(&receiver, "killed"), 1, "{:?}", receiver.bodies());
    let taken = shop.upstream().get("/payments/killed/transactions").await.json();
    assert_eq!(taken["items"].as_array().map(Vec::len), Some(1), "money was taken once: {taken}");
    shop.check_running();
}

/// Opens a window as a shop's page does: what the gateway's page is told to do.
async fn open(shop: &Shop, payment_id: &str, receiver: &Receiver) -> Value {
    let argument = json!({"storeId": STORE, "channelKey": KPN, "paymentId": payment_id, "orderName": "Pass",
        "totalAmount": 8_900, "currency": "KRW", "payMethod": "CARD", "noticeUrls": [receiver.url],
        "customer": {"fullName": "Kim Port", "phoneNumber": "01000001234", "email": "kim@example.com"}});
    let page = Api::of_page(&shop.gateway.url, SHOP);
    let opened =
        page.post("/window/open", &json!({"function": "requestPayment", "argument": argument})).await.ok();
    let token = format!("token={}", opened["token"].as_str().expect("a token"));
    let shown = page.try_send(Method::POST, "/window/page", Some(token)).await.expect("an answer");
    let (_, data) =
        shown.text.split_once(r#"<script type="application/json" id="work">"#).expect("the page's data");
    serde_json::from_str(data.split_once("</script>").expect("its end").0).expect("JSON")
}

/// What the buyer did in the PG's window, as its SDK tells our page.
async fn authenticate(shop: &Shop, work: &Value) -> Value {
    let done = json!({"call": work["arguments"], "cardNumber": "4242424242424242"});
    shop.control().post("/windows", &done).await.ok()
}

fn paid_count(receiver: &Receiver, payment_id: &str) -> usize {
    let is_it = |body: &&Value| body["type"] == "Transaction.Paid" && body["data"]["paymentId"] == payment_id;
    receiver.bodies().iter().filter(is_it).count()
}
