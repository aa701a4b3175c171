//! `/admin/check` and `/admin/channel-groups/{id}/check`

use insta::{assert_json_snapshot, assert_snapshot};
use serde_json::{Value, json};

use crate::world::{APPROVED, GROUP, KPN, SMARTRO, World, account_payment, card_payment, issue, with};

fn rules(answer: &Value) -> Vec<String> {
    let violations = answer["violations"].as_array().unwrap();
    violations
        .iter()
        .map(|it| format!("{} {} {}", it["rule"], it["severity"], it["field"]).replace('"', ""))
        .collect()
}

async fn check(world: &World, question: &Value) -> Value {
    let reply = world.admin("POST", "/admin/check", Some(question)).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    assert_eq!(world.wire.sent_count(), 0, "nothing is sent");
    reply.json()
}

#[tokio::test]
async fn a_channel_says_what_it_would_refuse_and_ignore() {
    let world = World::new().await;
    let good = json!({"channelKey": KPN, "api": "v2", "operation": "API_INSTANT_CARD",
        "path": {"paymentId": "order1"}, "request": card_payment(KPN, APPROVED)});
    assert!(rules(&check(&world, &good).await).iter().all(|rule| rule.contains("ADVISE")));
    let mut bad = with(good, "/path/paymentId", json!("order-1"));
    bad["request"]["currency"] = json!("EUR");
    assert_json_snapshot!(rules(&check(&world, &bad).await), @r#"
    [
      "KPN-014 ADVISE method",
      "KPN-001 REJECT paymentId",
      "KPN-004 REJECT currency"
    ]
    "#);
}

#[tokio::test]
async fn a_provider_is_asked_without_a_channel_and_with_contracts() {
    let world = World::new().await;
    let mut question = json!({"provider": "KPN", "api": "v2", "operation": "API_ISSUE_KEY",
        "request": {"customer": {"id": "c"}, "method": {"card": {"credential": {"number": APPROVED,
            "expiryYear": "29", "expiryMonth": "12", "birthOrBusinessRegistrationNumber": "900101",
            "passwordTwoDigits": "00"}}}}});
    let unknown = rules(&check(&world, &question).await);
    question["contracts"] = json!([]);
    let none = rules(&check(&world, &question).await);
    question["contracts"] = json!(["api_billing_key"]);
    let held = rules(&check(&world, &question).await);
    assert_json_snapshot!([unknown, none, held], @r#"
    [
      [
        "KPN-015 ADVISE method",
        "KPN-067 REJECT customer.name"
      ],
      [
        "KPN-015 REJECT method",
        "KPN-067 REJECT customer.name"
      ],
      [
        "KPN-067 REJECT customer.name"
      ]
    ]
    "#);
}

#[tokio::test]
async fn a_window_is_asked_about_by_the_sdks_argument() {
    let world = World::new().await;
    let argument = json!({"paymentId": "order1", "totalAmount": 1000, "currency": "KRW", "payMethod": "CARD",
        "ordreName": "Shirt"});
    let question =
        json!({"channelKey": SMARTRO, "api": "sdk-v2", "operation": "WINDOW_PAY", "request": argument});
    let found = check(&world, &question).await;
    let told: Vec<(&Value, &Value)> =
        found["violations"].as_array().unwrap().iter().map(|it| (&it["field"], &it["severity"])).collect();
    assert!(told.contains(&(&json!("orderName"), &json!("REJECT"))), "{found:#}");
    assert!(told.iter().any(|(field, _)| *field == "ordreName"), "{found:#}");
}

#[tokio::test]
async fn a_group_says_it_channel_by_channel_and_what_is_missing_anywhere() {
    let world = World::new().await;
    let mut request = account_payment(KPN);
    request.as_object_mut().unwrap().remove("channelKey");
    request.as_object_mut().unwrap().remove("productCount");
    request["method"]["virtualAccount"].as_object_mut().unwrap().remove("remitteeName");
    request["method"]["virtualAccount"].as_object_mut().unwrap().remove("cashReceipt");
    let question = json!({"api": "v2", "operation": "API_INSTANT_VA", "path": {"paymentId": "order1"}, "request": request});
    let reply = world.admin("POST", &format!("/admin/channel-groups/{GROUP}/check"), Some(&question)).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let answer = reply.json();
    let takes: Vec<(&Value, &Value)> = answer["channels"]
        .as_array()
        .unwrap()
        .iter()
        .map(|channel| (&channel["channelKey"], &channel["takes"]))
        .collect();
    assert_eq!(takes, [(&json!(SMARTRO), &json!(true)), (&json!(KPN), &json!(false))]);
    assert_json_snapshot!(answer["missingFields"], @r#"
    [
      "method.virtualAccount.cashReceipt",
      "method.virtualAccount.cashReceipt.type",
      "method.virtualAccount.remitteeName",
      "productCount"
    ]
    "#);
}

#[tokio::test]
async fn a_cancel_is_asked_about_with_what_the_ledger_would_know() {
    let world = World::new().await;
    let question = json!({"channelKey": SMARTRO, "environment": "test", "api": "v2", "operation": "API_CANCEL",
        "path": {"paymentId": "order1"}, "context": {"method": "CARD", "card_type": "DEBIT", "cancellable": 1000},
        "request": {"reason": "returned", "amount": 100}});
    let partial = rules(&check(&world, &question).await);
    assert!(partial.iter().any(|rule| rule.contains("SMARTRO-124 REJECT")), "{partial:?}");
    let whole = rules(&check(&world, &with(question, "/request/amount", json!(1000))).await);
    assert!(whole.is_empty(), "{whole:?}");
}

#[tokio::test]
async fn everything_wrong_with_a_question_is_told_together() {
    let world = World::new().await;
    let question = json!({"api": "v3", "operation": "API_PAY", "enviroment": "test", "context": {"os": 5}});
    let reply = world.admin("POST", "/admin/check", Some(&question)).await;
    assert_snapshot!(reply.message(), @r"
    ADMIN-INPUT provider: is missing; send one of provider, channelKey and channelGroupId
    ADMIN-INPUT api: `v3` is no documented value; send one of v2, sdk-v2
    ADMIN-INPUT operation: `API_PAY` is no documented value; did you mean `API_PAY_KEY`?
    ADMIN-INPUT request: is missing; send the body, or the browser SDK's argument, as a shop would send it
    ADMIN-INPUT enviroment: is unknown: did you mean `environment`?
    ADMIN-INPUT context.os: is unknown: leave it out
    ");
    let question = json!({"provider": "KCP", "api": "v2", "operation": "API_ISSUE_KEY",
        "request": issue("channelKey", KPN, APPROVED)});
    let reply = world.admin("POST", "/admin/check", Some(&question)).await;
    assert_snapshot!(reply.message(), @"ADMIN-INPUT provider: `KCP` has no adapter here; use one of SMARTRO_V2, KPN");
}
