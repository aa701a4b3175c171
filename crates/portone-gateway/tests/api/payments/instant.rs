//! `POST /payments/{paymentId}/instant`

use insta::assert_json_snapshot;
use serde_json::json;

use crate::world::{
    APPROVED, GROUP, KPN, Line, OVER_LIMIT, SMARTRO, World, account_payment, card_payment, with,
};

#[tokio::test]
async fn a_card_is_charged() {
    let world = World::new().await;
    let reply = world.post("/payments/order1/instant", &card_payment(KPN, APPROVED)).await;
    assert_eq!(reply.status, 200);
    assert_json_snapshot!(reply.json(), @r#"
    {
      "payment": {
        "paidAt": "2026-11-21T00:00:00.125Z",
        "pgTxId": "KPN33E84EC3E6E3370202DA"
      }
    }
    "#);
}

#[tokio::test]
async fn a_virtual_account_is_issued_and_told_like_a_payment() {
    let world = World::new().await;
    let reply = world.post("/payments/order1/instant", &account_payment(SMARTRO)).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let summary = &reply.json()["payment"];
    assert_eq!(summary["paidAt"], "2026-11-21T00:00:00.125Z");
    assert!(summary["pgTxId"].is_string());
}

#[tokio::test]
async fn sr_036_and_sr_037_the_payment_reveals_the_channel_and_the_answer_does_not() {
    let world = World::new().await;
    let body = with(card_payment(KPN, APPROVED), "/channelKey", json!(null));
    let body = with(body, "/channelGroupId", json!(GROUP));
    let answer = world.post("/payments/order1/instant", &body).await.json();
    let told: Vec<&String> = answer["payment"].as_object().unwrap().keys().collect();
    assert_eq!(told, ["paidAt", "pgTxId"]);
    let payment = world.get("/payments/order1").await.json();
    assert_eq!(payment["channel"]["pgProvider"], "KPN");
    assert_eq!(payment["channelGroup"], json!({"id": GROUP, "name": "Cards", "isForTest": true}));
    // Smartro has no card key-in, so it is passed over although the draw would have taken it.
    assert_eq!(payment["channel"]["key"], KPN);
}

#[tokio::test]
async fn a_decline_is_told_in_the_pgs_words() {
    let world = World::new().await;
    let reply = world.post("/payments/order1/instant", &card_payment(KPN, OVER_LIMIT)).await;
    assert_eq!(reply.status, 502);
    assert_json_snapshot!(reply.json(), @r#"
    {
      "message": "the PG declined: K102 카드 사용 한도를 초과하였습니다 (KPN)",
      "pgCode": "K102",
      "pgMessage": "카드 사용 한도를 초과하였습니다 (KPN)",
      "type": "PG_PROVIDER"
    }
    "#);
}

#[tokio::test]
async fn a_failed_payment_can_be_tried_again_and_a_paid_one_cannot() {
    let world = World::new().await;
    world.post("/payments/order1/instant", &card_payment(KPN, OVER_LIMIT)).await;
    world.paid("order1").await;
    let reply = world.post("/payments/order1/instant", &card_payment(KPN, APPROVED)).await;
    assert_eq!(reply.error(), (409, "ALREADY_PAID".to_owned()));
}

#[tokio::test]
async fn a_pg_out_of_reach_is_unavailable() {
    let world = World::new().await;
    world.wire.set(Line::Cut);
    let reply = world.post("/payments/order1/instant", &card_payment(KPN, APPROVED)).await;
    assert_eq!(reply.error(), (502, "PG_PROVIDER".to_owned()));
    assert_eq!(reply.json()["pgCode"], "UNAVAILABLE");
    assert_eq!(world.get("/payments/order1").await.json()["status"], "FAILED");
}

#[tokio::test]
async fn a_lost_reply_is_an_unknown_outcome_and_stays_one_without_a_second_call() {
    let world = World::new().await;
    world.wire.set(Line::Dumb);
    let reply = world.post("/payments/order1/instant", &card_payment(KPN, APPROVED)).await;
    assert_eq!(reply.status, 502);
    assert_json_snapshot!(reply.json(), @r#"
    {
      "message": "the outcome is not known yet; it is being inquired and a webhook will tell: do not pay again under another id",
      "pgCode": "UNKNOWN_OUTCOME",
      "pgMessage": "the outcome is not known yet; it is being inquired and a webhook will tell: do not pay again under another id",
      "type": "PG_PROVIDER"
    }
    "#);
    let sent_count = world.wire.sent_count();
    let again = world.post("/payments/order1/instant", &card_payment(KPN, APPROVED)).await;
    assert_eq!(again.json(), reply.json());
    assert_eq!(world.wire.sent_count(), sent_count);
    assert_eq!(world.get("/payments/order1").await.json()["status"], "PAY_PENDING");
}

#[tokio::test]
async fn a_bug_on_the_way_leaves_the_outcome_unknown() {
    let world = World::new().await;
    world.wire.set(Line::Broken);
    let reply = world.post("/payments/order1/instant", &card_payment(KPN, APPROVED)).await;
    assert_eq!((reply.status, &reply.json()["pgCode"]), (502, &json!("UNKNOWN_OUTCOME")));
    assert_eq!(world.get("/payments/order1").await.json()["status"], "PAY_PENDING");
}

#[tokio::test]
async fn a_payment_has_a_limit_of_attempts() {
    let world = World::new().await;
    for _ in 0..20 {
        let reply = world.post("/payments/order1/instant", &card_payment(KPN, OVER_LIMIT)).await;
        assert_eq!(reply.status, 502);
    }
    let reply = world.post("/payments/order1/instant", &card_payment(KPN, APPROVED)).await;
    assert_eq!(reply.error(), (400, "MAX_TRANSACTION_COUNT_REACHED".to_owned()));
}

#[tokio::test]
async fn parts_may_not_exceed_the_total() {
    let world = World::new().await;
    let body = with(card_payment(KPN, APPROVED), "/amount", json!({"total": 100, "taxFree": 90, "vat": 11}));
    let reply = world.post("/payments/order1/instant", &body).await;
    assert_eq!(reply.error(), (409, "SUM_OF_PARTS_EXCEEDS_TOTAL_AMOUNT".to_owned()));
}

#[tokio::test]
async fn an_unknown_channel_or_group_is_not_found() {
    let world = World::new().await;
    let reply = world.post("/payments/order1/instant", &card_payment("channel-key-none", APPROVED)).await;
    assert_eq!(reply.error(), (404, "CHANNEL_NOT_FOUND".to_owned()));
    let body = with(card_payment(KPN, APPROVED), "/channelKey", json!(null));
    let body = with(body, "/channelGroupId", json!("channel-group-none"));
    let reply = world.post("/payments/order1/instant", &body).await;
    assert_eq!(reply.error(), (404, "CHANNEL_NOT_FOUND".to_owned()));
}

#[tokio::test]
async fn what_the_pgs_rules_refuse_is_told_with_codes_and_nothing_is_sent() {
    let world = World::new().await;
    let reply = world.post("/payments/order-1/instant", &card_payment(KPN, APPROVED)).await;
    assert_eq!(reply.error(), (400, "INVALID_REQUEST".to_owned()));
    assert!(reply.message().contains("KPN-001 paymentId:"), "{}", reply.message());
    assert_eq!(world.wire.sent_count(), 0);
    assert_eq!(world.get("/payments/order-1").await.error(), (404, "PAYMENT_NOT_FOUND".to_owned()));
}

#[tokio::test]
async fn a_group_none_of_whose_channels_takes_it_tells_every_reason() {
    let world = World::new().await;
    let body = with(card_payment(KPN, APPROVED), "/channelKey", json!(null));
    let body = with(body, "/channelGroupId", json!(GROUP));
    let reply = world.post("/payments/order-1/instant", &body).await;
    assert_eq!(reply.error(), (400, "INVALID_REQUEST".to_owned()));
    let message = reply.message();
    assert!(message.contains(&format!("{SMARTRO}: SMARTRO-")), "{message}");
    assert!(message.contains(&format!("{KPN}: KPN-001")), "{message}");
}

#[tokio::test]
async fn a_group_without_a_channel_to_draw_is_not_found() {
    let world = World::with_group(&[(SMARTRO, 100), (KPN, 0)]).await;
    let switched = world.admin("POST", &format!("/admin/channels/{SMARTRO}/deactivate"), None).await;
    assert_eq!(switched.status, 200);
    let body = with(card_payment(KPN, APPROVED), "/channelKey", json!(null));
    let body = with(body, "/channelGroupId", json!(GROUP));
    let reply = world.post("/payments/order1/instant", &body).await;
    assert_eq!(reply.error(), (404, "CHANNEL_NOT_FOUND".to_owned()));
    assert!(reply.message().contains("SR-032"), "{}", reply.message());
}
