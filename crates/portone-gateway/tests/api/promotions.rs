//! `GET /promotions/{promotionId}` and `GET /payment-gateways/card-promotion`

use std::collections::BTreeMap;

use chrono::TimeDelta;
use insta::assert_snapshot;
use portone_core::Currency;
use portone_engine::promotion::{
    CardCompany, CardPromotion, DiscountPartition, PgCardPromotion, Promotions, RecoverOption, Share,
};
use serde_json::{Value, json};

use crate::http::{Call, Reply};
use crate::world::{APPROVED, KPN, OTHER_SECRET, SMARTRO, STORE, World, card_payment, with};

/// What the shop's configuration declares: promotions of its own, two at the Smartro channel, none at KPN's.
pub(crate) fn declared() -> Promotions {
    let offer = |id: &str, card_company, discount_amount, minimum_payment_amount| PgCardPromotion {
        id: id.to_owned(),
        card_company,
        discount_amount,
        minimum_payment_amount,
    };
    let offers = vec![
        offer("pg-lotte", CardCompany::Lotte, 5_000, 50_000),
        offer("pg-shinhan", CardCompany::Shinhan, 1_000, 10_000),
    ];
    Promotions {
        of_channels: BTreeMap::from([(SMARTRO.parse().unwrap(), offers)]),
        of_stores: BTreeMap::from([(STORE.parse().unwrap(), own())]),
    }
}

/// One that counts for a day from the tests' start on, one that is ended after an hour, one that rests, one that is spent.
fn own() -> Vec<CardPromotion> {
    let first = CardPromotion {
        id: "promotion-1".to_owned(),
        name: "가을 할인".to_owned(),
        partitions: vec![
            DiscountPartition { amount_from: 10_000, discount: Share::Amount(1_000) },
            DiscountPartition { amount_from: 50_000, discount: Share::Percent(10) },
        ],
        total_budget: 1_000_000,
        max_discount_amount: Some(20_000),
        spent_amount: 5_000,
        currency: Currency::KRW,
        start_at: "2026-11-21T00:00:10Z".parse().unwrap(),
        end_at: "2026-11-22T00:00:00Z".parse().unwrap(),
        terminated_at: None,
        paused: false,
        card_company: CardCompany::Lotte,
        created_at: "2026-11-01T00:00:00Z".parse().unwrap(),
        recover_option: RecoverOption::Recover,
    };
    let ended = CardPromotion {
        id: "promotion-ended".to_owned(),
        max_discount_amount: None,
        terminated_at: Some("2026-11-21T01:00:00Z".parse().unwrap()),
        recover_option: RecoverOption::NoRecover { spare_budget: Some(Share::Percent(5)) },
        ..first.clone()
    };
    let resting = CardPromotion {
        id: "promotion-resting".to_owned(),
        paused: true,
        recover_option: RecoverOption::NoRecover { spare_budget: None },
        ..first.clone()
    };
    let spent = CardPromotion { id: "promotion-spent".to_owned(), spent_amount: 1_000_000, ..first.clone() };
    vec![first, ended, resting, spent]
}

async fn promotion(world: &World, id: &str) -> Reply {
    world.send(Call::new("GET", &format!("/promotions/{id}")).shop()).await
}

async fn statuses(world: &World) -> Vec<String> {
    let mut found = Vec::new();
    for id in ["promotion-1", "promotion-ended", "promotion-resting", "promotion-spent"] {
        found.push(promotion(world, id).await.json()["status"].as_str().unwrap().to_owned());
    }
    found
}

#[tokio::test]
async fn a_promotion_is_told_as_it_is_declared() {
    let world = World::new().await;
    assert_eq!(
        promotion(&world, "promotion-1").await.json(),
        json!({"type": "CARD", "id": "promotion-1", "storeId": STORE, "name": "가을 할인",
            "discountPolicy": {"partitions": [
                {"amountFrom": 10_000, "scheme": {"type": "AMOUNT", "amount": 1_000}},
                {"amountFrom": 50_000, "scheme": {"type": "PERCENT", "percent": 10}}]},
            "totalBudget": 1_000_000, "maxDiscountAmount": 20_000, "spentAmount": 5_000, "currency": "KRW",
            "startAt": "2026-11-21T00:00:10.000Z", "endAt": "2026-11-22T00:00:00.000Z",
            "cardCompany": "LOTTE_CARD", "status": "SCHEDULED", "createdAt": "2026-11-01T00:00:00.000Z",
            "recoverOption": {"type": "RECOVER"}})
    );
    let ended = promotion(&world, "promotion-ended").await.json();
    let spare = json!({"type": "NO_RECOVER", "spareBudget": {"type": "PERCENT", "percent": 5}});
    assert_eq!((&ended["recoverOption"], ended.get("terminatedAt")), (&spare, None), "an hour to come");
    let resting = promotion(&world, "promotion-resting").await.json();
    assert_eq!(resting["recoverOption"], json!({"type": "NO_RECOVER"}));
}

#[tokio::test]
async fn a_promotion_stands_where_its_time_and_budget_put_it() {
    let world = World::new().await;
    assert_eq!(statuses(&world).await, ["SCHEDULED"; 4]);
    world.advance(TimeDelta::seconds(10));
    let started = ["IN_PROGRESS", "IN_PROGRESS", "PAUSED", "BUDGET_EXHAUSTED"];
    assert_eq!(statuses(&world).await, started);
    world.advance(TimeDelta::hours(1));
    assert_eq!(statuses(&world).await, ["IN_PROGRESS", "TERMINATED", "PAUSED", "BUDGET_EXHAUSTED"]);
    let ended = promotion(&world, "promotion-ended").await.json();
    assert_eq!(ended["terminatedAt"], "2026-11-21T01:00:00.000Z");
    world.advance(TimeDelta::hours(23));
    assert_eq!(statuses(&world).await, ["COMPLETED", "TERMINATED", "COMPLETED", "COMPLETED"]);
}

#[tokio::test]
async fn only_a_promotion_of_the_store_is_told() {
    let world = World::new().await;
    let missing = (404, "PROMOTION_NOT_FOUND".to_owned());
    assert_eq!(promotion(&world, "promotion-2").await.error(), missing);
    let call = Call::new("GET", "/promotions/promotion-1");
    assert_eq!(world.send(call).await.error(), (401, "UNAUTHORIZED".to_owned()));
    let call = Call::new("GET", "/promotions/promotion-1");
    let stranger = call.header("authorization", &format!("PortOne {OTHER_SECRET}"));
    assert_eq!(world.send(stranger).await.error(), missing);
}

async fn offered(world: &World, query: &str) -> Reply {
    world.send(Call::new("GET", &format!("/payment-gateways/card-promotion?{query}")).shop()).await
}

fn ids(reply: &Reply) -> Vec<String> {
    assert_eq!(reply.status, 200, "{}", reply.text);
    let answer = reply.json();
    let id = |promotion: &Value| promotion["promotionId"].as_str().unwrap().to_owned();
    answer["promotions"].as_array().unwrap().iter().map(id).collect()
}

#[tokio::test]
async fn a_channel_offers_what_the_amount_qualifies_for() {
    let world = World::new().await;
    let at = |amount: i64| format!("channelKey={SMARTRO}&amount={amount}");
    let cheap = offered(&world, &at(49_999)).await;
    assert_eq!(
        cheap.json(),
        json!({"promotions": [{"promotionId": "pg-shinhan", "cardCompany": "SHINHAN_CARD",
            "discountAmount": 1_000, "minimumPaymentAmount": 10_000}]})
    );
    assert_eq!(ids(&offered(&world, &at(50_000)).await), ["pg-lotte", "pg-shinhan"]);
    assert_eq!(ids(&offered(&world, &at(9_999)).await), [""; 0]);
    let lotte = format!("{}&cardCompany=LOTTE_CARD", at(50_000));
    assert_eq!(ids(&offered(&world, &lotte).await), ["pg-lotte"]);
    let citi = format!("{}&cardCompany=CITI_CARD", at(50_000));
    assert_eq!(ids(&offered(&world, &citi).await), [""; 0]);
    assert_eq!(ids(&offered(&world, &format!("channelKey={KPN}&amount=50000")).await), [""; 0]);
}

#[tokio::test]
async fn only_a_channel_of_the_store_is_asked_about() {
    let world = World::new().await;
    let unknown = offered(&world, "channelKey=channel-key-nowhere&amount=1").await;
    assert_eq!(unknown.error(), (404, "CHANNEL_NOT_FOUND".to_owned()));
    let call = Call::new("GET", &format!("/payment-gateways/card-promotion?channelKey={SMARTRO}&amount=1"));
    let stranger = call.header("authorization", &format!("PortOne {OTHER_SECRET}"));
    assert_eq!(world.send(stranger).await.error(), (404, "CHANNEL_NOT_FOUND".to_owned()));
}

#[tokio::test]
async fn every_mistake_in_the_query_is_told() {
    let world = World::new().await;
    assert_snapshot!(offered(&world, "cardCompany=LOTE_CARD").await.message(), @r"
    V2-INPUT channelKey: is missing; send a text
    V2-INPUT amount: is missing; send the amount in the currency's minor unit
    V2-INPUT cardCompany: `LOTE_CARD` is no documented value; did you mean `LOTTE_CARD`?
    ");
    for amount in ["-1", "1.5", "9223372036854775808", ""] {
        let reply = offered(&world, &format!("channelKey={SMARTRO}&amount={amount}")).await;
        assert_eq!(reply.error(), (400, "INVALID_REQUEST".to_owned()), "{amount}");
    }
    let most = offered(&world, &format!("channelKey={SMARTRO}&amount=9223372036854775807")).await;
    assert_eq!(ids(&most).len(), 2);
}

#[tokio::test]
async fn a_payment_that_names_a_promotion_is_refused_by_the_sandbox_and_takes_nothing() {
    let world = World::new().await;
    world.advance(TimeDelta::seconds(10));
    let before = promotion(&world, "promotion-1").await.json();
    let body = with(card_payment(KPN, APPROVED), "/promotionId", json!("promotion-1"));
    let reply = world.post("/payments/order1/instant", &body).await;
    assert_eq!(reply.error(), (502, "PG_PROVIDER".to_owned()), "{}", reply.text);
    let payment = world.get("/payments/order1").await.json();
    assert_eq!((&payment["status"], &payment["amount"]["discount"]), (&json!("FAILED"), &json!(0)));
    assert_eq!(promotion(&world, "promotion-1").await.json(), before);
}
