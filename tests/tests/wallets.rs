//! What wallets have alone, over V1: the sandbox plays Naver Pay (order and payment type) and PAYCO behind its V1 face, holds the
//! goods and gives money back; the ledger's record follows.

use std::time::Duration;

use portone_testkit::contract::Verdict;
use portone_testkit::contract_v1::ContractV1;
use portone_tests::{Answer, Api, Demo, PATIENCE, eventually};
use serde_json::{Value, json};

/// The V1 API, each answer held against its published description.
struct V1(Api);

impl V1 {
    async fn get(&self, path: &str) -> Answer {
        held("GET", path, self.0.get(path).await)
    }

    async fn post(&self, path: &str, body: &Value) -> Answer {
        held("POST", path, self.0.post(path, body).await)
    }
}

fn held(method: &str, path: &str, answer: Answer) -> Answer {
    if let Some(contract) = ContractV1::get() {
        let verdict = contract.check_answer(method, path, answer.status, Some(&answer.json()));
        if let Verdict::Broken(problems) = verdict {
            panic!("{method} {path}: {}\n{}", problems.join("\n"), answer.text);
        }
    }
    answer
}

/// A shop with a channel of one wallet, and a payment made at it through a window.
struct Wallet {
    demo: Demo,
    v1: V1,
    imp_uid: String,
    /// The upstream's number of the payment.
    upstream: String,
}

impl Wallet {
    /// A payment of 10,000 won by this method.
    async fn paid(provider: &str, pay_method: &str) -> Self {
        let demo = Demo::start().await;
        let channel = json!({"storeId": "store-4ff4af41-85e3-4559-8eb8-0d08a2c6ceec", "key": "channel-key-wallet", "name": provider,
            "pgProvider": provider, "pgMerchantId": "wallet01m", "environment": "test", "upstream": "sandbox-v1"});
        demo.admin().post("/channels", &channel).await.ok();
        let v1 = V1(demo.v1().await);
        let argument = json!({"pg": provider.to_ascii_lowercase(), "pay_method": pay_method, "merchant_uid": "wallet1",
            "name": "Two chairs", "amount": 10_000, "buyer_name": "Kim Port", "buyer_tel": "01000001234",
            "buyer_email": "kim@example.com", "buyer_addr": "Teheran-ro 1", "buyer_postcode": "06133"});
        window(&demo, &argument).await;
        let payment = v1.get("/payments/find/wallet1").await.ok()["response"].clone();
        assert_eq!(payment["status"], "paid", "{payment}");
        let upstream = demo.v1_attempts("wallet1").await[0]["imp_uid"].as_str().unwrap().to_owned();
        Self { demo, v1, imp_uid: payment["imp_uid"].as_str().unwrap().to_owned(), upstream }
    }

    /// Tells the sandbox what the buyer did.
    async fn buyer(&self, part: &str, body: Value) -> Value {
        self.demo.control().post(&format!("/v1/payments/{}/{part}", self.upstream), &body).await.ok()
    }

    /// Two product orders of 6,000 and 3,000 won, the second with a fee of 1,000 for its delivery: their numbers.
    async fn two_orders(&self) -> [String; 2] {
        let orders = json!({"orders": [{"name": "Chair", "amount": 6_000},
            {"name": "Stool", "amount": 3_000, "delivery_amount": 1_000}]});
        let told = self.buyer("product-orders", orders).await;
        [0, 1].map(|at: usize| told[at]["product_order_id"].as_str().unwrap().to_owned())
    }

    async fn naver(&self, act: &str, body: Value) -> Answer {
        self.v1.post(&format!("/payments/{}/naver/{act}", self.imp_uid), &body).await
    }

    /// The product orders of an answer, each with its state and claim.
    async fn done(&self, act: &str, body: Value) -> Vec<[Value; 3]> {
        states(&self.naver(act, body).await.ok()["response"])
    }

    async fn orders(&self) -> Vec<[Value; 3]> {
        let path = format!("/payments/{}/naver/product-orders", self.imp_uid);
        states(&self.v1.get(&path).await.ok()["response"])
    }

    /// What V2 says of the payment: its state, and what was given back of it.
    async fn money(&self) -> (String, i64) {
        let payment = self.demo.api().get("/payments/wallet1").await.ok();
        (payment["status"].as_str().unwrap().to_owned(), payment["amount"]["cancelled"].as_i64().unwrap())
    }

    async fn stop(self) {
        self.demo.stop().await;
    }
}

fn states(orders: &Value) -> Vec<[Value; 3]> {
    let members = ["product_order_status", "claim_type", "claim_status"];
    orders.as_array().unwrap().iter().map(|order| members.map(|name| order[name].clone())).collect()
}

/// A buyer who pays in the window that a shop's page opened.
async fn window(demo: &Demo, argument: &Value) {
    let page = Api::of_page(&demo.url, "http://shop.example");
    let init = json!({"function": "request_pay", "userCode": "imp00000000", "argument": argument});
    let opened = page.post("/window/open", &init).await.ok();
    let token = format!("token={}", opened["token"].as_str().expect("a token"));
    let shown = page.try_send(reqwest::Method::POST, "/window/page", Some(token)).await.expect("an answer");
    let (_, data) =
        shown.text.split_once(r#"<script type="application/json" id="work">"#).expect("the page's data");
    let work: Value = serde_json::from_str(data.split_once("</script>").expect("its end").0).expect("JSON");
    let done = json!({"call": work["arguments"], "cardNumber": "4242424242424242"});
    let told = demo.control().post("/v1/windows", &done).await.ok();
    let ours = Api::of_page(&demo.url, &demo.url);
    ours.post("/window/result", &json!({"ticket": work["ticket"], "result": told})).await.ok();
}

#[tokio::test]
async fn product_orders_are_placed_sent_returned_and_given_back() {
    let shop = Wallet::paid("NAVERCO", "card").await;
    let [chair, stool] = shop.two_orders().await;
    assert_eq!(
        shop.orders().await,
        [[json!("PAYED"), json!(null), json!(null)], [json!("PAYED"), json!(null), json!(null)]]
    );
    // One is found by its own number, once the wallet has told of it.
    let one = shop.v1.get(&format!("/naver/product-orders/{stool}")).await.ok()["response"].clone();
    assert_eq!((&one["product_name"], &one["delivery_amount"]), (&json!("Stool"), &json!(1_000)));
    assert_eq!(shop.v1.get("/naver/product-orders/9").await.json()["code"], 404);

    assert_eq!(shop.done("place", json!({})).await.len(), 2);
    // The stool is sold out: its price and its delivery go back.
    let cancelled =
        shop.done("cancel", json!({"product_order_id": [stool.clone()], "reason": "SOLD_OUT"})).await;
    assert_eq!(cancelled, [[json!("CANCELED"), json!("CANCEL"), json!("CANCEL_DONE")]]);
    assert_eq!(shop.money().await, ("PARTIAL_CANCELLED".to_owned(), 4_000));
    let told = shop.v1.get("/payments/find/wallet1").await.ok()["response"].clone();
    assert_eq!(
        (&told["cancel_amount"], &told["cancel_history"][0]["reason"]),
        (&json!(4_000), &json!("given back by the wallet"))
    );

    // Of both only the chair can be sent: 207 with that one; of none it is 500.
    let ship = json!({"delivery_method": "DELIVERY", "dispatched_at": 1_893_456_000, "delivery_company": "CJGLS", "tracking_number": "1"});
    let sent = shop.naver("ship", ship.clone()).await;
    assert_eq!(
        (sent.status, states(&sent.json()["response"])),
        (207, vec![[json!("DELIVERING"), json!(null), json!(null)]])
    );
    let refused = shop.naver("ship", ship).await;
    assert_eq!((refused.status, &refused.json()["code"]), (500, &json!(-1)), "{}", refused.text);

    // A return that is held up is not approved until it may go on.
    let one = json!({"product_order_id": [chair]});
    let back = json!({"product_order_id": one["product_order_id"], "delivery_method": "RETURN_INDIVIDUAL"});
    assert_eq!(shop.done("request-return", back).await[0][2], "RETURN_REQUEST");
    let held = json!({"product_order_id": one["product_order_id"], "memo": "not here yet"});
    shop.done("withhold-return", held).await;
    assert_eq!(shop.naver("approve-return", one.clone()).await.status, 500);
    assert_eq!(shop.money().await.1, 4_000, "nothing more went back");
    shop.done("resolve-return", one.clone()).await;
    assert_eq!(shop.done("approve-return", one).await[0][0], "RETURNED");
    assert_eq!(shop.money().await, ("CANCELLED".to_owned(), 10_000));
    assert_eq!(shop.demo.v1_attempts("wallet1").await[0]["cancel_amount"], 10_000, "money went back once");
    shop.stop().await;
}

#[tokio::test]
async fn what_the_buyer_wants_is_approved_or_refused() {
    let shop = Wallet::paid("NAVERCO", "card").await;
    let [chair, stool] = shop.two_orders().await;
    assert_eq!(shop.naver("approve-cancel", json!({})).await.status, 500, "nobody asked");
    shop.buyer(
        "claims",
        json!({"product_order_id": [chair], "claim_type": "CANCEL", "claim_status": "CANCEL_REQUEST"}),
    )
    .await;
    let approved =
        shop.naver("approve-cancel", json!({"product_order_id": [chair]})).await.ok()["response"].clone();
    assert_eq!(states(&approved), [[json!("CANCELED"), json!("CANCEL"), json!("CANCEL_DONE")]]);
    assert_eq!(shop.money().await, ("PARTIAL_CANCELLED".to_owned(), 6_000));

    let exchange = json!({"product_order_id": [stool], "product_order_status": "DELIVERED", "claim_type": "EXCHANGE",
        "claim_status": "EXCHANGE_REQUEST"});
    shop.buyer("claims", exchange).await;
    let one = json!({"product_order_id": [stool]});
    let again = json!({"product_order_id": [stool], "delivery_method": "QUICK_SVC"});
    assert_eq!(shop.naver("ship-exchanged", again.clone()).await.status, 500, "it is not back yet");
    assert_eq!(shop.done("collect-exchanged", one).await[0][2], "COLLECT_DONE");
    assert_eq!(shop.done("ship-exchanged", again).await[0][2], "EXCHANGE_REDELIVERING");
    let back = json!({"product_order_id": [stool], "claim_type": "RETURN", "claim_status": "RETURN_REQUEST"});
    shop.buyer("claims", back).await;
    let refused = shop.done("reject-return", json!({"product_order_id": [stool], "memo": "worn"})).await;
    assert_eq!(refused[0], [json!("DELIVERED"), json!("RETURN"), json!("RETURN_REJECT")]);
    assert_eq!(shop.money().await.1, 6_000);

    shop.buyer("reviews", json!({"score": "5", "title": "Soft"})).await;
    shop.buyer("reviews", json!({"score": "4", "title": "Soft", "content": "And warm"})).await;
    let path = |kind| {
        format!("/naver/reviews?channel_key=channel-key-wallet&from=0&to=4070908800&review_type={kind}")
    };
    for (kind, score) in [("general", "5"), ("premium", "4")] {
        let found = shop.v1.get(&path(kind)).await.ok()["response"].clone();
        assert_eq!((found.as_array().unwrap().len(), &found[0]["score"]), (1, &json!(score)), "{found}");
    }
    shop.stop().await;
}

/// The wallet has given the money back, and nobody was told: nothing else goes out on the payment until the upstream could no
/// longer be at it, and then the record has what went back, once.
#[tokio::test]
async fn a_lost_answer_leaves_the_money_right() {
    let shop = Wallet::paid("NAVERCO", "card").await;
    let [chair, _] = shop.two_orders().await;
    let lost = json!({"channelKey": "channel-key-wallet", "command": "ASK_WALLET", "kind": "reset", "booked": true, "requests": 1});
    shop.demo.control().post("/faults", &lost).await.ok();
    let one = json!({"product_order_id": [chair]});
    let unknown = shop.naver("cancel", one.clone()).await;
    assert_eq!((unknown.status, &unknown.json()["code"]), (500, &json!(-1)), "{}", unknown.text);
    assert_eq!(shop.naver("cancel", one).await.status, 500, "not sent while the first is unknown");
    assert_eq!(shop.demo.v1_attempts("wallet1").await[0]["cancel_amount"], 6_000);
    // The lease ends by the demo's own clock, which is a virtual one.
    shop.demo.admin().post("/clock/advance", &json!({"seconds": 900})).await.ok();
    eventually("the refund is in the record", PATIENCE.max(Duration::from_secs(20)), async || {
        (shop.money().await == ("PARTIAL_CANCELLED".to_owned(), 6_000)).then_some(())
    })
    .await;
    // The rest is an ordinary cancel: what the wallet gave back counts.
    let v1 = shop.demo.v1().await;
    let rest = v1.post("/payments/cancel", &json!({"imp_uid": shop.imp_uid, "checksum": 4_000})).await.ok();
    assert_eq!(rest["response"]["cancel_amount"], 10_000, "{rest}");
    shop.stop().await;
}

#[tokio::test]
async fn naver_pays_payment_type_gives_points_confirms_and_tells_what_a_receipt_is_for() {
    let shop = Wallet::paid("NAVERPAY", "trans").await;
    let amount =
        shop.v1.get(&format!("/payments/{}/naver/cash-amount", shop.imp_uid)).await.ok()["response"].clone();
    assert_eq!((&amount["amount_total"], &amount["amount_vat"]), (&json!(10_000), &json!(909)));
    for act in ["point", "confirm"] {
        assert_eq!(shop.naver(act, json!({})).await.ok()["code"], 0, "{act}");
        assert_eq!(shop.naver(act, json!({})).await.status, 500, "{act} is done once");
    }
    let other = shop.naver("ship", json!({"delivery_method": "NOTHING", "dispatched_at": 1})).await;
    assert!(other.text.contains("name one at `naverco`"), "{}", other.text);
    shop.stop().await;
}

#[tokio::test]
async fn payco_moves_an_order_on_and_tells_what_was_paid_by_what() {
    let shop = Wallet::paid("PAYCO", "card").await;
    let path = format!("/payco/orders/status/{}", shop.imp_uid);
    let moved = shop.v1.post(&path, &json!({"status": "DELIVERY_START"})).await.ok();
    assert_eq!(moved["response"]["status"], "DELIVERY_START");
    let balance = format!("/payments/{}/balance", shop.imp_uid);
    let told = shop.v1.get(&balance).await.ok()["response"].clone();
    assert_eq!((&told["amount"], &told["primary"]["vat"]), (&json!(10_000), &json!(909)), "{told}");
    let part = json!({"imp_uid": shop.imp_uid, "amount": 4_000, "checksum": 10_000});
    assert_eq!(shop.v1.post("/payments/cancel", &part).await.ok()["code"], 0);
    let told = shop.v1.get(&balance).await.ok()["response"].clone();
    let supply = told["primary"]["supply"].as_i64().unwrap() + told["primary"]["vat"].as_i64().unwrap();
    assert_eq!((&told["amount"], supply), (&json!(10_000), 6_000), "{told}");
    shop.stop().await;
}
