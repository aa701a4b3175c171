//! `GET /promotions/{promotionId}` and `GET /payment-gateways/card-promotion`

use std::collections::BTreeMap;

use chrono::TimeDelta;
use insta::assert_snapshot;
use portone_core::Currency;
use portone_engine::promotion::{
    CardCompany, CardPromotion, DiscountPartition, Otherwise, PgCardPromotion, Promotions, RecoverOption,
    Share,
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
        card_bins: BTreeMap::from([(APPROVED[..6].to_owned(), CardCompany::Lotte)]),
    }
}

/// One that counts for a day from the tests' start on, one that is ended after an hour, one that rests, one that is spent,
/// and one that would make small payments free.
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
        otherwise: Otherwise::ChargeInFull,
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
    let free = CardPromotion {
        id: "promotion-free".to_owned(),
        partitions: vec![DiscountPartition { amount_from: 0, discount: Share::Amount(1_000) }],
        ..first.clone()
    };
    vec![first, ended, resting, spent, free]
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

/// A payment of 60,000 that names a promotion.
fn named(promotion: &str) -> Value {
    let body = with(card_payment(KPN, APPROVED), "/promotionId", json!(promotion));
    with(body, "/amount/total", json!(60_000))
}

async fn amount(world: &World, id: &str) -> Value {
    world.get(&format!("/payments/{id}")).await.json()["amount"].clone()
}

async fn spent(world: &World) -> Value {
    promotion(world, "promotion-1").await.json()["spentAmount"].clone()
}

/// In the middle of the promotion.
async fn in_autumn() -> World {
    let world = World::new().await;
    world.advance(TimeDelta::seconds(10));
    world
}

#[tokio::test]
async fn a_promotion_is_taken_off_and_counted() {
    let world = in_autumn().await;
    let reply = world.post("/payments/order1/instant", &named("promotion-1")).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let payment = world.get("/payments/order1").await.json();
    assert_eq!(payment["promotionId"], "promotion-1");
    assert_eq!(
        payment["amount"],
        json!({"total": 60_000, "taxFree": 0, "vat": 5_454, "supply": 54_546, "discount": 6_000, "paid": 54_000,
            "cancelled": 0, "cancelledTaxFree": 0})
    );
    assert_eq!(spent(&world).await, 5_000 + 6_000);
}

#[tokio::test]
async fn a_promotion_that_is_not_in_progress_is_charged_in_full() {
    let world = in_autumn().await;
    for (id, promotion) in [("order1", "promotion-resting"), ("order2", "promotion-spent")] {
        let reply = world.post(&format!("/payments/{id}/instant"), &named(promotion)).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        let paid = amount(&world, id).await;
        assert_eq!((&paid["discount"], &paid["paid"]), (&json!(0), &json!(60_000)), "{promotion}");
    }
}

#[tokio::test]
async fn a_promotion_that_a_payment_cannot_have_is_an_error() {
    let world = in_autumn().await;
    let reply = world.post("/payments/order1/instant", &named("promotion-2")).await;
    assert_snapshot!(
        reply.message(),
        @"V2-INPUT promotionId: `promotion-2` is no promotion of this store; declare it, or leave it out"
    );
    let other = with(named("promotion-1"), "/method/card/credential/number", json!("5555555555554444"));
    let reply = world.post("/payments/order1/instant", &other).await;
    assert_eq!(reply.error(), (400, "PROMOTION_PAY_METHOD_DOES_NOT_MATCH".to_owned()), "{}", reply.text);
    let small = with(named("promotion-1"), "/amount/total", json!(9_999));
    assert_eq!(world.post("/payments/order2/instant", &small).await.status, 200);
    let free = with(named("promotion-free"), "/amount/total", json!(1_000));
    let reply = world.post("/payments/order1/instant", &free).await;
    assert_eq!(reply.error(), (400, "DISCOUNT_AMOUNT_EXCEEDS_TOTAL_AMOUNT".to_owned()), "{}", reply.text);
    assert_eq!(world.get("/payments/order1").await.error(), (404, "PAYMENT_NOT_FOUND".to_owned()));
}

/// `RELEASE` finds the discount anew for what is left, `RETAIN` keeps its rate; of one payment only one of them.
#[tokio::test]
async fn v2_067_a_partial_cancel_keeps_its_option_and_gives_something_back() {
    let world = in_autumn().await;
    for id in ["released", "retained"] {
        let reply = world.post(&format!("/payments/{id}/instant"), &named("promotion-1")).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
    }
    let cancel = |id: &str, body: Value| {
        let path = format!("/payments/{id}/cancel");
        let body = with(body, "/reason", json!("test"));
        let world = &world;
        async move { world.post(&path, &body).await }
    };
    // 6,000 off 60,000 become 1,000 off 49,999, so 5,001 go back where 10,001 were cancelled.
    let falls =
        cancel("released", json!({"amount": 10_001, "promotionDiscountRetainOption": "RELEASE"})).await;
    assert_eq!(falls.status, 200, "{}", falls.text);
    assert_eq!(falls.json()["cancellation"]["totalAmount"], 10_001);
    let left = amount(&world, "released").await;
    let shown = [&left["discount"], &left["paid"], &left["cancelled"]];
    assert_eq!(shown, [&json!(1_000), &json!(54_000), &json!(10_001)]);
    let more = cancel("released", json!({"amount": 40_000, "currentCancellableAmount": 49_999})).await;
    assert_eq!(more.status, 200, "{}", more.text);
    let broken = cancel("released", json!({"amount": 1, "currentCancellableAmount": 45_000})).await;
    assert_eq!(broken.error(), (409, "CANCELLABLE_AMOUNT_CONSISTENCY_BROKEN".to_owned()));

    let few = cancel("retained", json!({"amount": 4_000, "promotionDiscountRetainOption": "RELEASE"})).await;
    assert_eq!(few.status, 200, "{}", few.text);
    let few = cancel("retained", json!({"amount": 6_001})).await;
    assert_eq!(few.status, 200, "{}", few.text);
    let changed =
        cancel("retained", json!({"amount": 1_000, "promotionDiscountRetainOption": "RETAIN"})).await;
    let kind = "PROMOTION_DISCOUNT_RETAIN_OPTION_SHOULD_NOT_BE_CHANGED";
    assert_eq!(changed.error(), (400, kind.to_owned()), "{}", changed.text);
    let reply = world
        .post("/payments/third/instant", &with(named("promotion-1"), "/amount/total", json!(50_000)))
        .await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let nothing = cancel("third", json!({"amount": 4_000})).await;
    assert_eq!(nothing.error(), (400, "NEGATIVE_PROMOTION_ADJUSTED_CANCEL_AMOUNT".to_owned()));
    let kept = cancel("third", json!({"amount": 4_000, "promotionDiscountRetainOption": "RETAIN"})).await;
    assert_eq!(kept.status, 200, "{}", kept.text);
    assert_eq!(amount(&world, "third").await["discount"], 4_600);
    let rest = cancel("third", json!({})).await;
    assert_eq!(rest.status, 200, "{}", rest.text);
    let over = amount(&world, "third").await;
    assert_eq!(
        [&over["discount"], &over["paid"], &over["cancelled"]],
        [&json!(0), &json!(45_000), &json!(50_000)]
    );
    for id in ["released", "retained"] {
        assert_eq!(cancel(id, json!({})).await.status, 200, "{id}");
    }
    assert_eq!(spent(&world).await, 5_000, "all came back");
}

#[tokio::test]
async fn a_window_has_no_promotion_of_the_store() {
    let world = in_autumn().await;
    let window = json!({"storeId": STORE, "channelKey": KPN, "paymentId": "order1", "orderName": "Pass",
        "totalAmount": 60_000, "currency": "CURRENCY_KRW", "payMethod": "CARD", "promotionId": "promotion-1"});
    let reply = world.admin("POST", "/admin/windows", Some(&window)).await;
    assert_snapshot!(
        reply.message(),
        @"V2-INPUT promotionId: `promotion-1` is not taken off in a window; leave it out"
    );
}
