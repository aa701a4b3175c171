//! `GET /payment-gateways/card-promotion`

use std::collections::BTreeMap;

use insta::assert_snapshot;
use portone_engine::promotion::{CardCompany, PgCardPromotion, Promotions};
use serde_json::{Value, json};

use crate::http::{Call, Reply};
use crate::world::{KPN, OTHER_SECRET, SMARTRO, World};

/// What the shop's configuration declares: two promotions at the Smartro channel, none at KPN's.
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
    Promotions { of_channels: BTreeMap::from([(SMARTRO.parse().unwrap(), offers)]) }
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
