//! What payers pay with in windows, and how windows end: from `POST /admin/windows` to `GET /payments/{paymentId}`

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::world::{KPN, SMARTRO, STORE, World, with};

fn call(channel: &str, method: &str) -> Value {
    json!({"storeId": STORE, "channelKey": channel, "paymentId": "order1", "orderName": "Monthly pass",
        "totalAmount": 8900, "currency": "KRW", "payMethod": method, "productType": "DIGITAL",
        "customer": {"customerId": "customer1", "fullName": "Kim Port", "phoneNumber": "01000001234",
            "email": "port@example.com"}})
}

async fn opened(world: &World, call: &Value) -> Value {
    let reply = world.admin("POST", "/admin/windows", Some(call)).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    reply.json()
}

/// Opens, pays and, where there is something to approve, approves, and lets the upstream's record be read: the payment's method.
async fn paid_by(world: &World, call: &Value, payer: Value) -> Value {
    let opened = opened(world, call).await;
    let told = world.control("/windows", &with(payer, "/call", opened["arguments"].clone()));
    if told["paymentToken"].is_null() {
        world.advance(TimeDelta::minutes(6));
        world.engine.settle_unknown(10).await.unwrap();
    } else {
        let approval = json!({"paymentToken": told["paymentToken"], "totalAmount": 8900});
        let reply = world.post("/payments/order1/confirm", &approval).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        let bare = world.get("/payments/order1").await.json();
        assert_eq!(bare["pgTxId"], reply.json()["pgTxId"]);
        world.advance(TimeDelta::seconds(6));
    }
    world.engine.verify_paid(10).await.unwrap();
    assert_eq!(world.engine.store().discrepancies(10).await.unwrap(), []);
    let payment = world.get("/payments/order1").await.json();
    payment["method"].clone()
}

#[tokio::test]
async fn a_transfer_is_told_with_its_bank() {
    let world = World::new().await;
    let method = paid_by(&world, &call(KPN, "TRANSFER"), json!({"bank": "KOOKMIN_BANK"})).await;
    assert_eq!(method, json!({"type": "PaymentMethodTransfer", "bank": "KOOKMIN"}));
    assert_eq!(world.get("/payments/order1").await.json()["status"], "PAID");
    let cancelled = world.post("/payments/order1/cancel", &json!({"reason": "r"})).await;
    assert_eq!(cancelled.json()["cancellation"]["status"], "SUCCEEDED", "{}", cancelled.text);
}

#[tokio::test]
async fn carrier_billing_is_told_with_its_telephone() {
    let world = World::new().await;
    let method = paid_by(&world, &call(SMARTRO, "MOBILE"), json!({})).await;
    assert_eq!(method, json!({"type": "PaymentMethodMobile", "phoneNumber": "01000001234"}));
}

/// Carriers settle month by month, in Korea.
#[tokio::test]
async fn v2_066_carrier_billing_is_cancelled_within_its_month() {
    for (days, is_cancelled) in [(9, true), (10, false)] {
        let world = World::new().await;
        paid_by(&world, &call(KPN, "MOBILE"), json!({})).await;
        // It was the 21st; the month ends at 15:00 UTC of the 30th.
        world.advance(TimeDelta::days(days));
        let reply = world.post("/payments/order1/cancel", &json!({"reason": "r"})).await;
        assert_eq!(reply.status == 200, is_cancelled, "{days} days: {}", reply.text);
        let status = if is_cancelled { "CANCELLED" } else { "PAID" };
        assert_eq!(world.get("/payments/order1").await.json()["status"], status);
    }
}

#[tokio::test]
async fn a_wallet_is_told_with_what_it_paid_with() {
    let easy_pay = with(call(KPN, "EASY_PAY"), "/easyPay", json!({"easyPayProvider": "PAYCO"}));
    let charge = json!({"type": "PaymentMethodEasyPayMethodCharge", "bank": "SHINHAN"});
    let transfer = json!({"type": "PaymentMethodTransfer", "bank": "SHINHAN"});
    for (money, expected) in [("CHARGE", charge), ("TRANSFER", transfer)] {
        let world = World::new().await;
        let method = paid_by(&world, &easy_pay, json!({"walletMoney": money})).await;
        let expected =
            json!({"type": "PaymentMethodEasyPay", "provider": "PAYCO", "easyPayMethod": expected});
        assert_eq!(method, expected);
    }
    let world = World::new().await;
    let method = paid_by(&world, &call(KPN, "EASY_PAY"), json!({"wallet": "SAMSUNGPAY"})).await;
    assert_eq!(
        (&method["provider"], &method["easyPayMethod"]["type"]),
        (&json!("SAMSUNGPAY"), &json!("PaymentMethodCard"))
    );
    let card = &method["easyPayMethod"];
    assert_eq!(
        (&card["card"]["bin"], card["approvalNumber"].is_string()),
        (&json!("424242"), true),
        "{card}"
    );
}

/// The account is read back with the approval, and its deposit is seen later.
#[tokio::test]
async fn v2_069_an_account_is_issued_and_deposited() {
    let world = World::new().await;
    let account = json!({"accountExpiry": {"validHours": 24}, "bankCode": "WOORI_BANK", "cashReceiptType": "ANONYMOUS"});
    let call = with(call(SMARTRO, "VIRTUAL_ACCOUNT"), "/virtualAccount", account);
    let method = paid_by(&world, &call, json!({})).await;
    assert_eq!((&method["type"], &method["bank"]), (&json!("PaymentMethodVirtualAccount"), &json!("WOORI")));
    assert_eq!(method["accountNumber"].as_str().unwrap().len(), 14);
    assert_eq!(method["expiredAt"], "2026-11-22T00:00:00.125Z");
    assert_eq!(world.get("/payments/order1").await.json()["status"], "VIRTUAL_ACCOUNT_ISSUED");
    world.control("/payments/order1/deposit", &json!({}));
    for _ in 0..3 {
        world.advance(TimeDelta::minutes(5));
        world.engine.follow_up(10).await.unwrap();
    }
    assert_eq!(world.get("/payments/order1").await.json()["status"], "PAID");
    assert_eq!(
        kinds(&world).await,
        ["Transaction.Ready", "Transaction.VirtualAccountIssued", "Transaction.Paid"]
    );
}

async fn kinds(world: &World) -> Vec<String> {
    let reply = world.admin("GET", &format!("/admin/events?storeId={STORE}"), None).await.json();
    let items = reply["items"].as_array().unwrap().clone();
    items.iter().map(|event| event["type"].as_str().unwrap().to_owned()).collect()
}

/// A payer who leaves fails the payment, in the PG's words; the id may be tried again.
#[tokio::test]
async fn v2_101_a_payer_who_leaves_fails_the_payment() {
    let world = World::new().await;
    let opened = opened(&world, &call(KPN, "CARD")).await;
    let told = world.control("/windows", &json!({"call": opened["arguments"], "ending": "LEAVE"}));
    assert_eq!((&told["code"], &told["pgCode"]), (&json!("PGProviderError"), &json!("K111")));
    world.advance(TimeDelta::minutes(6));
    world.engine.settle_unknown(10).await.unwrap();
    let failed = world.get("/payments/order1").await.json();
    assert_eq!((&failed["status"], &failed["failure"]["pgCode"]), (&json!("FAILED"), &json!("K111")));
    assert_eq!(kinds(&world).await, ["Transaction.Ready", "Transaction.Failed"]);
    self::opened(&world, &call(KPN, "CARD")).await;
}

/// A PG that approves later is waited for, and told of twice.
#[tokio::test]
async fn v2_101_what_a_pg_puts_off_is_told() {
    for (end, status, kind) in
        [("approve", "PAID", "Transaction.Paid"), ("refuse", "FAILED", "Transaction.Failed")]
    {
        let world = World::new().await;
        let opened = opened(&world, &call(KPN, "CARD")).await;
        world.control("/windows", &json!({"call": opened["arguments"], "ending": "PUT_OFF"}));
        world.advance(TimeDelta::minutes(6));
        for _ in 0..2 {
            world.engine.settle_unknown(10).await.unwrap();
            world.advance(TimeDelta::minutes(40));
        }
        assert_eq!(
            world.get("/payments/order1").await.json()["status"],
            "PAY_PENDING",
            "however long it takes"
        );
        assert_eq!(kinds(&world).await, ["Transaction.Ready", "Transaction.PayPending"], "once");
        world.control(&format!("/payments/order1/{end}"), &json!({}));
        world.advance(TimeDelta::minutes(1));
        world.engine.settle_unknown(10).await.unwrap();
        assert_eq!(world.get("/payments/order1").await.json()["status"], status);
        assert_eq!(kinds(&world).await, ["Transaction.Ready", "Transaction.PayPending", kind]);
        let listed = world
            .get("/payments?requestBody=%7B%22filter%22%3A%7B%22status%22%3A%5B%22READY%22%5D%7D%7D")
            .await;
        assert_eq!(listed.json()["page"]["totalCount"], 0, "{}", listed.text);
    }
}
