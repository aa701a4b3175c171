//! Promotions as answers show them.

use portone_engine::promotion::PgCardPromotion;
use serde::Serialize;

/// Schema `GetPgCardPromotionsResponse`.
#[derive(Debug, Serialize)]
pub(crate) struct PgCardPromotionsResponse<'a> {
    promotions: Vec<PgCardPromotionView<'a>>,
}

/// Schema `PgCardPromotion`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct PgCardPromotionView<'a> {
    promotion_id: &'a str,
    card_company: &'static str,
    discount_amount: i64,
    minimum_payment_amount: i64,
}

impl<'a> From<&'a [PgCardPromotion]> for PgCardPromotionsResponse<'a> {
    fn from(promotions: &'a [PgCardPromotion]) -> Self {
        let view = |promotion: &'a PgCardPromotion| PgCardPromotionView {
            promotion_id: &promotion.id,
            card_company: promotion.card_company.code(),
            discount_amount: promotion.discount_amount,
            minimum_payment_amount: promotion.minimum_payment_amount,
        };
        Self { promotions: promotions.iter().map(view).collect() }
    }
}
