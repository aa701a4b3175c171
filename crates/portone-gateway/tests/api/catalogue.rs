//! The catalogue's own example of each rule of the V2 face, under the rule's id: a rule with more to it has more tests
//! where its endpoint is tested.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::http::{Call, Reply};
use crate::world::{
    APPROVED, GROUP, KPN, Line, OTHER_STORE, OVER_LIMIT, SMARTRO, World, account_payment, card_payment,
    issue, key_payment, with,
};

async fn pay(world: &World, id: &str, body: &Value) -> Reply {
    world.post(&format!("/payments/{id}/instant"), body).await
}

async fn get_with(world: &World, path: &str, body: &Value) -> Reply {
    world.send(Call::new("GET", path).shop().json(body)).await
}

fn invalid() -> (u16, String) {
    (400, "INVALID_REQUEST".to_owned())
}

#[tokio::test]
async fn v2_001_every_success_is_200() {
    let world = World::new().await;
    assert_eq!(world.post("/billing-keys", &issue("channelKey", KPN, APPROVED)).await.status, 200);
    assert_eq!(pay(&world, "order1", &card_payment(KPN, APPROVED)).await.status, 200);
}

#[tokio::test]
async fn v2_002_the_secret_opens_and_nothing_else_does() {
    let world = World::new().await;
    world.paid("order1").await;
    assert_eq!(world.get("/payments/order1").await.status, 200);
    for authorization in ["PortOne wrong", "Basic shop-secret", "shop-secret", "PortOne"] {
        let call = Call::new("GET", "/payments/order1").header("authorization", authorization);
        assert_eq!(world.send(call).await.error(), (401, "UNAUTHORIZED".to_owned()), "{authorization}");
    }
}

#[tokio::test]
async fn v2_005_banks_need_no_credential() {
    let world = World::new().await;
    assert_eq!(world.send(Call::new("GET", "/banks")).await.status, 200);
    assert_eq!(world.send(Call::new("GET", "/payments")).await.status, 401);
}

#[tokio::test]
async fn v2_006_a_foreign_store_is_forbidden() {
    let world = World::new().await;
    let reply = world.get(&format!("/payments/order1?storeId={OTHER_STORE}")).await;
    assert_eq!(reply.error(), (403, "FORBIDDEN".to_owned()));
    let mut body = card_payment(KPN, APPROVED);
    body["storeId"] = json!(OTHER_STORE);
    assert_eq!(pay(&world, "order1", &body).await.error(), (403, "FORBIDDEN".to_owned()));
    assert_eq!(world.wire.sent_count(), 0);
}

#[tokio::test]
async fn v2_015_a_page_ends_at_60_000_rows() {
    let world = World::new().await;
    let beyond = get_with(&world, "/payments", &json!({"page": {"number": 60, "size": 1000}})).await;
    assert_eq!(beyond.error(), invalid());
    let last = get_with(&world, "/payments", &json!({"page": {"number": 59, "size": 1000}})).await;
    assert_eq!(last.json()["page"], json!({"number": 59, "size": 1000, "totalCount": 0}));
    let usual = world.get("/payments").await.json();
    assert_eq!(usual["page"], json!({"number": 0, "size": 10, "totalCount": 0}));
}

#[tokio::test]
async fn v2_016_a_walk_takes_at_most_1_000() {
    let world = World::new().await;
    assert_eq!(get_with(&world, "/payments-by-cursor", &json!({"size": 1001})).await.error(), invalid());
    assert_eq!(get_with(&world, "/payments-by-cursor", &json!({"size": 1000})).await.status, 200);
}

#[tokio::test]
async fn v2_017_a_list_reaches_90_days_back() {
    let world = World::new().await;
    world.paid("old").await;
    world.advance(TimeDelta::days(1));
    world.paid("recent").await;
    world.advance(TimeDelta::days(89) + TimeDelta::seconds(1));
    let listed = get_with(&world, "/payments", &json!({"filter": {}})).await.json();
    let ids: Vec<&Value> = listed["items"].as_array().unwrap().iter().map(|item| &item["id"]).collect();
    assert_eq!(ids, ["recent"]);
}

#[tokio::test]
async fn v2_019_a_filter_says_pending_where_a_payment_says_pay_pending() {
    let world = World::new().await;
    let wrong = get_with(&world, "/payments", &json!({"filter": {"status": ["PAY_PENDING"]}})).await;
    assert_eq!(wrong.error(), invalid());
    world.wire.set(Line::Dumb);
    assert_eq!(pay(&world, "lost", &card_payment(KPN, APPROVED)).await.status, 502);
    let pending = get_with(&world, "/payments", &json!({"filter": {"status": ["PENDING"]}})).await.json();
    assert_eq!(
        (&pending["items"][0]["id"], &pending["items"][0]["status"]),
        (&json!("lost"), &json!("PAY_PENDING"))
    );
}

#[tokio::test]
async fn v2_021_an_issued_key_has_the_documented_form_and_any_such_key_is_looked_up() {
    let world = World::new().await;
    let key = world.issued(APPROVED).await;
    let id = key.strip_prefix("billing-key-").unwrap();
    assert!(crate::world::is_uuid(id), "{key}");
    let unknown = world.get("/billing-keys/billing-key-018fa367-cdd9-d8fd-2256-c43ce0e475d6").await;
    assert_eq!(unknown.error(), (404, "BILLING_KEY_NOT_FOUND".to_owned()));
}

#[tokio::test]
async fn v2_030_v2_031_and_v2_032_a_refusal_of_the_pg_is_502_in_its_words_and_leaves_a_failed_payment() {
    let world = World::new().await;
    let declined = pay(&world, "order1", &card_payment(KPN, OVER_LIMIT)).await;
    assert_eq!(declined.error(), (502, "PG_PROVIDER".to_owned()));
    let told = declined.json();
    assert!(told["pgCode"].is_string() && told["pgMessage"].is_string(), "{told}");
    let payment = world.get("/payments/order1").await.json();
    assert_eq!(payment["status"], "FAILED");
    assert_eq!(
        (&payment["failure"]["pgCode"], &payment["failure"]["pgMessage"]),
        (&told["pgCode"], &told["pgMessage"])
    );
    let sent_count = world.wire.sent_count();
    assert_eq!(pay(&world, "order2", &json!({})).await.status, 400);
    assert_eq!(world.wire.sent_count(), sent_count, "a 4xx means that the PG was not asked");
    assert_eq!(world.get("/payments/order2").await.status, 404);
}

#[tokio::test]
async fn v2_033_parts_above_the_total_are_a_conflict() {
    let world = World::new().await;
    let body = with(card_payment(KPN, APPROVED), "/amount", json!({"total": 100, "taxFree": 200}));
    let reply = pay(&world, "order1", &body).await;
    assert_eq!(reply.error(), (409, "SUM_OF_PARTS_EXCEEDS_TOTAL_AMOUNT".to_owned()));
}

#[tokio::test]
async fn v2_041_a_paid_payment_is_paid_once() {
    let world = World::new().await;
    world.paid("order1").await;
    let sent_count = world.wire.sent_count();
    let again = pay(&world, "order1", &card_payment(KPN, APPROVED)).await;
    assert_eq!(again.error(), (409, "ALREADY_PAID".to_owned()));
    assert_eq!(world.wire.sent_count(), sent_count);
}

#[tokio::test]
async fn v2_043_an_issued_account_is_answered_like_a_payment_and_is_not_paid() {
    let world = World::new().await;
    let reply = pay(&world, "order1", &account_payment(SMARTRO)).await.json();
    assert!(reply["payment"]["paidAt"].is_string(), "{reply}");
    assert_eq!(world.get("/payments/order1").await.json()["status"], "VIRTUAL_ACCOUNT_ISSUED");
}

#[tokio::test]
async fn v2_044_the_tax_is_an_eleventh_of_what_is_taxed() {
    let world = World::new().await;
    let body = with(card_payment(KPN, APPROVED), "/amount", json!({"total": 1100}));
    assert_eq!(pay(&world, "order1", &body).await.status, 200);
    let amount = &world.get("/payments/order1").await.json()["amount"];
    assert_eq!((&amount["vat"], &amount["supply"]), (&json!(100), &json!(1000)), "{amount}");
}

#[tokio::test]
async fn v2_045_an_instant_payment_has_one_method() {
    let world = World::new().await;
    let both = with(card_payment(KPN, APPROVED), "/method", json!({"card": {}, "virtualAccount": {}}));
    assert_eq!(pay(&world, "order1", &both).await.error(), invalid());
    let none = with(card_payment(KPN, APPROVED), "/method", json!({}));
    assert_eq!(pay(&world, "order1", &none).await.error(), invalid());
}

#[tokio::test]
async fn v2_046_only_a_fixed_account_names_one() {
    let world = World::new().await;
    let option = json!({"type": "NORMAL", "fixed": {"pgAccountId": "a"}});
    let body = with(account_payment(KPN), "/method/virtualAccount/option", option);
    assert_eq!(pay(&world, "order1", &body).await.error(), invalid());
    let body = with(account_payment(KPN), "/method/virtualAccount/option", json!("NORMAL"));
    assert_eq!(pay(&world, "order1", &body).await.error(), invalid());
}

#[tokio::test]
async fn v2_047_a_cash_receipt_needs_its_number() {
    let world = World::new().await;
    let body = with(account_payment(KPN), "/method/virtualAccount/cashReceipt", json!({"type": "PERSONAL"}));
    assert_eq!(pay(&world, "order1", &body).await.error(), invalid());
}

#[tokio::test]
async fn v2_052_a_name_goes_in_as_an_object_and_comes_out_as_a_text() {
    let world = World::new().await;
    let body = with(card_payment(KPN, APPROVED), "/customer/name", json!({"full": "Hong"}));
    assert_eq!(pay(&world, "order1", &body).await.status, 200);
    assert_eq!(world.get("/payments/order1").await.json()["customer"]["name"], "Hong");
}

#[tokio::test]
async fn v2_053_a_payment_nobody_made_is_not_found_and_the_latest_attempt_is_shown() {
    let world = World::new().await;
    assert_eq!(world.get("/payments/none").await.error(), (404, "PAYMENT_NOT_FOUND".to_owned()));
    assert_eq!(pay(&world, "order1", &card_payment(KPN, OVER_LIMIT)).await.status, 502);
    world.paid("order1").await;
    assert_eq!(world.get("/payments/order1").await.json()["status"], "PAID");
    let all = world.get("/payments/order1/transactions").await.json();
    assert_eq!(all["items"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn v2_060_a_cancel_says_why() {
    let world = World::new().await;
    world.paid("order1").await;
    let sent_count = world.wire.sent_count();
    assert_eq!(world.post("/payments/order1/cancel", &json!({})).await.error(), invalid());
    assert_eq!(world.wire.sent_count(), sent_count);
    let whole = world.post("/payments/order1/cancel", &json!({"reason": "returned"})).await.json();
    assert_eq!(whole["cancellation"]["totalAmount"], 8900, "no amount means what is left");
    assert_eq!(whole["cancellation"]["taxFreeAmount"], 0);
}

#[tokio::test]
async fn v2_061_and_v2_062_what_does_not_fit_the_balance_has_a_type_of_its_own() {
    let world = World::new().await;
    world.paid("order1").await;
    let sent_count = world.wire.sent_count();
    let wrong = json!({"reason": "r", "amount": 100, "currentCancellableAmount": 10_000});
    let reply = world.post("/payments/order1/cancel", &wrong).await;
    assert_eq!(reply.error(), (409, "CANCELLABLE_AMOUNT_CONSISTENCY_BROKEN".to_owned()));
    let reply = world.post("/payments/order1/cancel", &json!({"reason": "r", "amount": 8901})).await;
    assert_eq!(reply.error(), (409, "CANCEL_AMOUNT_EXCEEDS_CANCELLABLE_AMOUNT".to_owned()));
    assert_eq!(world.wire.sent_count(), sent_count, "the PG is not called");
}

#[tokio::test]
async fn v2_068_only_an_account_that_waits_is_closed() {
    let world = World::new().await;
    world.paid("order1").await;
    let reply = world.post("/payments/order1/virtual-account/close", &json!({})).await;
    assert_eq!(reply.error(), (409, "PAYMENT_NOT_WAITING_FOR_DEPOSIT".to_owned()));
}

#[tokio::test]
async fn v2_080_an_issue_names_a_channel_or_a_group() {
    let world = World::new().await;
    let mut neither = issue("channelKey", KPN, APPROVED);
    neither.as_object_mut().unwrap().remove("channelKey");
    assert_eq!(world.post("/billing-keys", &neither).await.error(), invalid());
    let mut both = issue("channelKey", KPN, APPROVED);
    both["channelGroupId"] = json!(GROUP);
    assert_eq!(world.post("/billing-keys", &both).await.error(), invalid());
    let grouped = world.post("/billing-keys", &issue("channelGroupId", GROUP, APPROVED)).await.json();
    assert_eq!(grouped["billingKeyInfo"]["channels"].as_array().unwrap().len(), 2);
    assert_eq!(grouped["channelSpecificFailures"], json!([]));
}

#[tokio::test]
async fn v2_081_a_deleted_key_stays_readable() {
    let world = World::new().await;
    let key = world.issued(APPROVED).await;
    assert_eq!(world.delete(&format!("/billing-keys/{key}")).await.status, 200);
    assert_eq!(world.get(&format!("/billing-keys/{key}")).await.json()["status"], "DELETED");
}

#[tokio::test]
async fn v2_083_a_key_payment_has_no_wrapper() {
    let world = World::new().await;
    let key = world.issued(APPROVED).await;
    let wrapped = world.post("/payments/order1/billing-key", &json!({"payment": key_payment(&key)})).await;
    assert_eq!(wrapped.error(), invalid());
    let unknown = key_payment("billing-key-018fa367-cdd9-d8fd-2256-c43ce0e475d6");
    let unknown = world.post("/payments/order1/billing-key", &unknown).await;
    assert_eq!(unknown.error(), (404, "BILLING_KEY_NOT_FOUND".to_owned()));
}

#[tokio::test]
async fn v2_084_a_schedules_moment_has_a_valid_offset() {
    let world = World::new().await;
    let key = world.issued(APPROVED).await;
    let body = json!({"payment": key_payment(&key), "timeToPay": "2024-11-12T00:00:00+09+00"});
    assert_eq!(world.post("/payments/order1/schedule", &body).await.error(), invalid());
}

#[tokio::test]
async fn v2_087_a_schedule_is_not_changed() {
    let world = World::new().await;
    let put = Call::new("PUT", "/payment-schedules/payment-schedule-1").shop().json(&json!({}));
    assert_eq!(world.send(put).await.error(), (405, "METHOD_NOT_ALLOWED".to_owned()));
}
