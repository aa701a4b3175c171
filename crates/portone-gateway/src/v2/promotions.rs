//! Promotions: the store's own, and those that PGs offer.

use axum::extract::{Query, State};
use axum::response::Response;
use portone_engine::promotion::{PgCardPromotion, StandingPromotion};

use super::dto::query;
use super::view::promotion::{PgCardPromotionsResponse, PromotionView};
use super::{Call, IntoAnswer, Pairs, answer, ok};
use crate::auth::Access;
use crate::endpoint::Endpoint;
use crate::state::Gateway;

/// `GET /promotions/{promotionId}`
pub(super) async fn of_store(State(gateway): State<Gateway>, call: Call) -> Response {
    let read = query::store(&call.query, &call.access);
    answer(&gateway, Endpoint::Promotion, read, |engine, caller| async move {
        engine.promotion(&caller, &call.id).await
    })
    .await
}

/// `GET /payment-gateways/card-promotion`
pub(super) async fn of_channel(
    State(gateway): State<Gateway>,
    access: Access,
    Query(pairs): Query<Pairs>,
) -> Response {
    let read = query::card_promotions(&pairs, &access);
    answer(&gateway, Endpoint::PgCardPromotions, read, |engine, request| async move {
        engine.pg_card_promotions(&request).map(Offered)
    })
    .await
}

impl IntoAnswer for StandingPromotion {
    fn into_answer(self) -> Response {
        ok(&PromotionView::from(&self))
    }
}

struct Offered(Vec<PgCardPromotion>);

impl IntoAnswer for Offered {
    fn into_answer(self) -> Response {
        ok(&PgCardPromotionsResponse::from(&self.0[..]))
    }
}
