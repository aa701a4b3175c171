//! Promotions: those that PGs offer.

use axum::extract::{Query, State};
use axum::response::Response;
use portone_engine::promotion::PgCardPromotion;

use super::dto::query;
use super::view::promotion::PgCardPromotionsResponse;
use super::{IntoAnswer, Pairs, answer, ok};
use crate::auth::Access;
use crate::endpoint::Endpoint;
use crate::state::Gateway;

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

struct Offered(Vec<PgCardPromotion>);

impl IntoAnswer for Offered {
    fn into_answer(self) -> Response {
        ok(&PgCardPromotionsResponse::from(&self.0[..]))
    }
}
