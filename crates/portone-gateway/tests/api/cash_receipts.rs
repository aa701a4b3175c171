//! `/cash-receipts`, `/payments/{paymentId}/cash-receipt` and its cancel.

use chrono::TimeDelta;
use insta::{assert_json_snapshot, assert_snapshot};
use serde_json::{Value, json};

use crate::http::{Call, Reply};
use crate::world::{
    APPROVED, KPN, Line, OTHER_SECRET, SMARTRO, World, account_payment, card_payment, cash_receipt, with,
};

const RECEIPT: &str = "/payments/order1/cash-receipt";
const CANCEL: &str = "/payments/order1/cash-receipt/cancel";

async fn issue(world: &World, id: &str) -> Reply {
    world.post("/cash-receipts", &with(cash_receipt(SMARTRO), "/paymentId", json!(id))).await
}

async fn cancel(world: &World) -> Reply {
    world.send(Call::new("POST", CANCEL).shop()).await
}

async fn listed(world: &World, body: &Value) -> (Vec<String>, Value) {
    let reply = world.send(Call::new("GET", "/cash-receipts").shop().json(body)).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let answer = reply.json();
    let id = |item: &Value| item["paymentId"].as_str().unwrap().to_owned();
    (answer["items"].as_array().unwrap().iter().map(id).collect(), answer["page"].clone())
}

#[tokio::test]
async fn v2_070_a_receipt_is_issued_once_read_and_cancelled_once() {
    let world = World::new().await;
    assert_eq!(world.get(RECEIPT).await.error(), (404, "CASH_RECEIPT_NOT_FOUND".to_owned()));
    assert_eq!(cancel(&world).await.error(), (404, "CASH_RECEIPT_NOT_FOUND".to_owned()));
    let issued = issue(&world, "order1").await;
    assert_json_snapshot!(issued.json(), @r#"
    {
      "cashReceipt": {
        "issueNumber": "139876330",
        "pgReceiptId": "SMT089A59766A6D228E4C31",
        "url": "https://receipts.sandbox.invalid/cash/139876330"
      }
    }
    "#);
    let again = issue(&world, "order1").await;
    assert_eq!(again.error(), (409, "CASH_RECEIPT_ALREADY_ISSUED".to_owned()));
    assert_json_snapshot!(world.get(RECEIPT).await.json(), @r#"
    {
      "amount": 8900,
      "channel": {
        "key": "channel-key-smartro",
        "name": "SMARTRO_V2 test",
        "pgMerchantId": "mid0001",
        "pgProvider": "SMARTRO_V2",
        "type": "TEST"
      },
      "currency": "KRW",
      "isManual": true,
      "issueNumber": "139876330",
      "issuedAt": "2026-11-21T00:00:00.125Z",
      "merchantId": "merchant-6a97192e-e1d4-8010-91b2-4d2811c8772c",
      "orderName": "Monthly pass",
      "paymentId": "order1",
      "pgReceiptId": "SMT089A59766A6D228E4C31",
      "status": "ISSUED",
      "statusUpdatedAt": "2026-11-21T00:00:00.125Z",
      "storeId": "store-test",
      "type": "PERSONAL",
      "url": "https://receipts.sandbox.invalid/cash/139876330",
      "vatAmount": 809
    }
    "#);
    world.advance(TimeDelta::seconds(5));
    assert_json_snapshot!(cancel(&world).await.json(), @r#"
    {
      "cancelledAmount": 8900,
      "cancelledAt": "2026-11-21T00:00:05.125Z"
    }
    "#);
    let read = world.get(RECEIPT).await.json();
    assert_eq!(
        (&read["status"], &read["cancelledAt"]),
        (&json!("CANCELLED"), &json!("2026-11-21T00:00:05.125Z"))
    );
    assert_eq!(cancel(&world).await.error(), (404, "CASH_RECEIPT_NOT_ISSUED".to_owned()));
    assert_eq!(issue(&world, "order1").await.status, 200);
}

#[tokio::test]
async fn a_refused_receipt_is_kept_as_failed() {
    let world = World::new().await;
    let body = with(cash_receipt(SMARTRO), "/customer/identityNumber", json!("12"));
    let refused = world.post("/cash-receipts", &body).await;
    assert_eq!(refused.error(), (502, "PG_PROVIDER".to_owned()));
    assert_eq!(refused.json()["pgCode"], "S604");
    assert_json_snapshot!(world.get(RECEIPT).await.json(), @r#"
    {
      "channel": {
        "key": "channel-key-smartro",
        "name": "SMARTRO_V2 test",
        "pgMerchantId": "mid0001",
        "pgProvider": "SMARTRO_V2",
        "type": "TEST"
      },
      "isManual": true,
      "merchantId": "merchant-6a97192e-e1d4-8010-91b2-4d2811c8772c",
      "orderName": "Monthly pass",
      "paymentId": "order1",
      "status": "ISSUE_FAILED",
      "statusUpdatedAt": "2026-11-21T00:00:00.125Z",
      "storeId": "store-test"
    }
    "#);
    assert_eq!(cancel(&world).await.error(), (404, "CASH_RECEIPT_NOT_ISSUED".to_owned()));
    let failed = json!({"filter": {"statuses": ["FAILED"]}});
    assert_eq!(listed(&world, &failed).await.0, ["order1"]);
}

#[tokio::test]
async fn what_is_wrong_is_told_together_and_nothing_is_sent() {
    let world = World::new().await;
    let body = json!({"channelKey": SMARTRO, "type": "NO_RECEIPT", "currency": "KRW", "amount": {"total": 0},
        "customer": {"identityNumber": " "}, "paymentMethod": "CARD"});
    let refused = world.post("/cash-receipts", &body).await;
    assert_eq!(refused.error(), (400, "INVALID_REQUEST".to_owned()));
    assert_snapshot!(refused.json()["message"].as_str().unwrap(), @r"
    V2-070 paymentId: is missing; send a text
    V2-070 type: `NO_RECEIPT` is no documented value; send one of PERSONAL, CORPORATE
    V2-070 orderName: is missing; send a text
    V2-044 amount.total: is 0; send 1 or more
    V2-070 customer.identityNumber: is empty; send whom the receipt is for
    V2-070 paymentMethod: `CARD` is no documented value; send one of TRANSFER, VIRTUAL_ACCOUNT
    ");
    let parts = with(cash_receipt(SMARTRO), "/amount", json!({"total": 100, "taxFree": 60, "vat": 60}));
    assert_eq!(world.post("/cash-receipts", &parts).await.error(), (400, "INVALID_REQUEST".to_owned()));
    let unknown = world.post("/cash-receipts", &cash_receipt("channel-key-none")).await;
    assert_eq!(unknown.error(), (404, "CHANNEL_NOT_FOUND".to_owned()));
    assert_eq!(world.wire.sent_count(), 0);
}

#[tokio::test]
async fn the_rules_of_the_pg_are_told_under_their_codes() {
    let world = World::new().await;
    let nobody = with(cash_receipt(SMARTRO), "/customer", json!({"identityNumber": "01000001234"}));
    let refused = world.post("/cash-receipts", &nobody).await;
    assert_eq!(refused.error(), (400, "INVALID_REQUEST".to_owned()));
    let message = refused.json()["message"].as_str().unwrap().to_owned();
    assert!(
        message.contains("SMARTRO-120 customer.name") && message.contains("customer.phoneNumber"),
        "{message}"
    );
    let lacking = world.post("/cash-receipts", &cash_receipt(KPN)).await;
    assert_eq!(lacking.error(), (400, "INVALID_REQUEST".to_owned()));
    assert!(lacking.json()["message"].as_str().unwrap().contains("KPN-CAP"), "{}", lacking.text);
    world.post("/payments/order1/instant", &card_payment(KPN, APPROVED)).await;
    let by_card = issue(&world, "order1").await;
    assert!(by_card.json()["message"].as_str().unwrap().contains("SMARTRO-CAP"), "{}", by_card.text);
}

#[tokio::test]
async fn a_lost_answer_is_unknown_until_it_is_read_back() {
    let world = World::new().await;
    world.wire.set(Line::Dumb);
    let lost = issue(&world, "order1").await;
    assert_eq!((lost.status, &lost.json()["pgCode"]), (502, &json!("UNKNOWN_OUTCOME")));
    assert_eq!(world.get(RECEIPT).await.status, 404);
    let open = world.admin("GET", "/admin/attempts?open", None).await.json();
    assert_eq!(open["items"][0]["command"], "ISSUE_CASH_RECEIPT");
    assert_eq!(open["items"][0]["paymentId"], "order1");
    world.wire.set(Line::Up);
    world.advance(TimeDelta::seconds(70));
    world.engine.settle_unknown(10).await.unwrap();
    assert_eq!(world.get(RECEIPT).await.json()["status"], "ISSUED");
}

#[tokio::test]
async fn a_list_has_pages_order_and_every_filter() {
    let world = World::new().await;
    for id in ["order1", "order2", "order3"] {
        assert_eq!(issue(&world, id).await.status, 200);
        world.advance(TimeDelta::seconds(1));
    }
    assert_eq!(cancel(&world).await.status, 200);
    let three = json!({"number": 0, "size": 10, "totalCount": 3});
    let (ids, page) = listed(&world, &json!({})).await;
    assert_eq!((ids, page), (["order3", "order2", "order1"].map(str::to_owned).to_vec(), three));
    let (ids, page) = listed(&world, &json!({"page": {"number": 1, "size": 2}})).await;
    assert_eq!((ids, page), (vec!["order1".to_owned()], json!({"number": 1, "size": 2, "totalCount": 3})));
    let sorted = listed(&world, &json!({"sort": {"by": "STATUS_UPDATED_AT", "order": "ASC"}})).await.0;
    assert_eq!(sorted, ["order2", "order3", "order1"]);
    let number = world.get("/payments/order2/cash-receipt").await.json()["pgReceiptId"].clone();
    let cases = [
        (json!({"statuses": ["CANCELLED"]}), vec!["order1"]),
        (json!({"timeRangeField": "CANCELLED_AT"}), vec!["order1"]),
        (json!({"timeRangeField": "CANCELLED_AT", "until": "2026-11-21T00:00:02Z"}), vec![]),
        (json!({"from": "2026-11-21T00:00:02Z"}), vec!["order3"]),
        (json!({"paymentId": "order2"}), vec!["order2"]),
        (json!({"paymentId": " "}), vec![]),
        (json!({"pgReceiptId": number}), vec!["order2"]),
        (json!({"orderName": "nothing"}), vec![]),
        (json!({"orderName": "pass", "statuses": ["ISSUED"]}), vec!["order3", "order2"]),
        (json!({"isManual": false}), vec![]),
        (json!({"isTest": false}), vec![]),
        (
            json!({"isTest": true, "isManual": true, "pgMerchantId": "mid0001"}),
            vec!["order3", "order2", "order1"],
        ),
        (json!({"pgProviders": ["KPN"]}), vec![]),
        (
            json!({"pgCompanies": ["SMARTRO"], "pgProviders": ["SMARTRO_V2"]}),
            vec!["order3", "order2", "order1"],
        ),
        (json!({"types": ["CORPORATE"]}), vec![]),
        (json!({"version": "V1"}), vec![]),
        (json!({"version": "V2", "types": ["PERSONAL"]}), vec!["order3", "order2", "order1"]),
    ];
    for (filter, expected) in cases {
        let found = listed(&world, &json!({"filter": filter})).await;
        assert_eq!(found.0, expected, "{filter}");
    }
    let in_query =
        world.get("/cash-receipts?requestBody=%7B%22page%22%3A%7B%22size%22%3A1%7D%7D").await.json();
    assert_eq!(in_query["items"][0], world.get("/payments/order3/cash-receipt").await.json());
    let foreign = world
        .send(Call::new("GET", "/cash-receipts").header("authorization", &format!("PortOne {OTHER_SECRET}")))
        .await;
    assert_eq!(foreign.json()["page"]["totalCount"], 0);
}

#[tokio::test]
async fn a_payment_that_was_not_paid_shows_no_receipt() {
    let world = World::new().await;
    world.post("/payments/order1/instant", &account_payment(SMARTRO)).await;
    assert_eq!(issue(&world, "order1").await.status, 200);
    let payment = world.get("/payments/order1").await.json();
    assert_eq!((&payment["status"], payment.get("cashReceipt")), (&json!("VIRTUAL_ACCOUNT_ISSUED"), None));
}

/// A deposit into an account that asked for a receipt, as our ledger finds it: the PG has issued one.
async fn deposited_with_receipt(world: &World) {
    assert_eq!(world.post("/payments/order1/instant", &account_payment(SMARTRO)).await.status, 200);
    world.control("/payments/order1/deposit", &json!({}));
    world.advance(TimeDelta::minutes(2));
    world.engine.follow_up(100).await.unwrap();
}

#[tokio::test]
async fn a_receipt_that_comes_with_a_deposit_is_ours_wherever_it_is_read() {
    let world = World::new().await;
    deposited_with_receipt(&world).await;
    assert_json_snapshot!(world.get(RECEIPT).await.json(), @r#"
    {
      "amount": 8900,
      "channel": {
        "key": "channel-key-smartro",
        "name": "SMARTRO_V2 test",
        "pgMerchantId": "mid0001",
        "pgProvider": "SMARTRO_V2",
        "type": "TEST"
      },
      "currency": "KRW",
      "isManual": false,
      "issueNumber": "825296768",
      "issuedAt": "2026-11-21T00:00:00.125Z",
      "merchantId": "merchant-6a97192e-e1d4-8010-91b2-4d2811c8772c",
      "orderName": "Monthly pass",
      "paymentId": "order1",
      "pgReceiptId": "SMT06AC124B20A24E5815A3",
      "status": "ISSUED",
      "statusUpdatedAt": "2026-11-21T00:00:00.125Z",
      "storeId": "store-test",
      "type": "PERSONAL",
      "url": "https://receipts.sandbox.invalid/cash/825296768",
      "vatAmount": 809
    }
    "#);
    let payment = world.get("/payments/order1").await.json();
    let receipt = &payment["cashReceipt"];
    assert_eq!((&receipt["status"], &receipt["type"]), (&json!("ISSUED"), &json!("PERSONAL")), "{payment}");
    assert_eq!(world.wire.read("/payments/order1")["cashReceipt"]["issueNumber"], receipt["issueNumber"]);
    let manual = json!({"filter": {"isManual": false}});
    let receipts = world.send(Call::new("GET", "/cash-receipts").shop().json(&manual)).await.json();
    assert_eq!(receipts["items"][0]["issueNumber"], receipt["issueNumber"], "{receipts}");
    assert_eq!(world.get("/payments").await.json()["items"][0]["cashReceipt"], *receipt);
    let walked = world.get("/payments-by-cursor").await.json();
    assert_eq!(walked["items"][0]["payment"]["cashReceipt"], *receipt);
    let moved = world.get("/payment-events-by-cursor").await.json();
    assert_eq!(moved["items"][0]["paymentEvent"]["cashReceipt"], *receipt);
    let attempts = world.get("/payments/order1/transactions").await.json();
    assert_eq!(attempts["items"][0]["cashReceipt"], *receipt);
}

/// The upstream tells of one receipt as often as it is asked: it is written once, and what we did to it stays.
#[tokio::test]
async fn a_receipt_of_a_deposit_is_cancelled_once_and_not_issued_again_beside_another() {
    let world = World::new().await;
    deposited_with_receipt(&world).await;
    assert_eq!(issue(&world, "order1").await.error(), (409, "CASH_RECEIPT_ALREADY_ISSUED".to_owned()));
    assert_eq!(cancel(&world).await.status, 200);
    asked_again(&world).await;
    assert_eq!(world.get("/payments/order1").await.json()["cashReceipt"]["status"], "CANCELLED");
    assert_eq!(issue(&world, "order1").await.status, 200);
    asked_again(&world).await;
    let receipts = world.get("/cash-receipts").await.json();
    let states: Vec<&Value> = receipts["items"].as_array().unwrap().iter().map(|it| &it["status"]).collect();
    assert_eq!(states, ["ISSUED", "CANCELLED"], "{receipts}");
    assert_eq!(receipts["items"][0]["isManual"], true);
}

/// The PG cancels the receipt by itself: our record follows.
#[tokio::test]
async fn a_receipt_that_is_cancelled_upstream_is_cancelled_here() {
    let world = World::new().await;
    deposited_with_receipt(&world).await;
    world.wire.asked(portone_sandbox::Method::Post, CANCEL);
    asked_again(&world).await;
    assert_eq!(world.get(RECEIPT).await.json()["status"], "CANCELLED");
}

/// The upstream is asked once more, as after a notification.
async fn asked_again(world: &World) {
    let payment =
        world.engine.payment(&"store-test".parse().unwrap(), &"order1".parse().unwrap()).await.unwrap();
    let now = portone_engine::port::Clock::now(&*world.clock);
    world.engine.store().hasten_follow_ups(vec![payment.id], now).await.unwrap();
    assert_eq!(world.engine.follow_up(100).await.unwrap().claimed, 1);
}
