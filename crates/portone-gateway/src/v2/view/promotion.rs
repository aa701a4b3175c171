//! Promotions as answers show them.

use portone_core::Currency;
use portone_engine::promotion::{
    DiscountPartition, PgCardPromotion, RecoverOption, Share, StandingPromotion,
};
use schemars::JsonSchema;
use serde::Serialize;

use crate::answer::Moment;

/// Schema `CardPromotion`, the only variant of `Promotion`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PromotionView<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    id: &'a str,
    store_id: &'a str,
    name: &'a str,
    discount_policy: DiscountPolicyView,
    total_budget: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_discount_amount: Option<i64>,
    spent_amount: i64,
    #[schemars(with = "String")]
    currency: Currency,
    start_at: Moment,
    end_at: Moment,
    #[serde(skip_serializing_if = "Option::is_none")]
    terminated_at: Option<Moment>,
    card_company: &'static str,
    status: &'static str,
    created_at: Moment,
    recover_option: RecoverOptionView,
}

/// Schema `PromotionDiscountPolicy`.
#[derive(Debug, Serialize, JsonSchema)]
struct DiscountPolicyView {
    partitions: Vec<PartitionView>,
}

/// Schema `PromotionDiscountPartition`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct PartitionView {
    amount_from: i64,
    scheme: ShareView,
}

/// Schemas `PromotionDiscountScheme` and `PromotionSpareBudget`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "type", rename_all = "SCREAMING_SNAKE_CASE")]
enum ShareView {
    Amount { amount: i64 },
    Percent { percent: i32 },
}

/// Schema `PromotionRecoverOption`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "type", rename_all = "SCREAMING_SNAKE_CASE")]
enum RecoverOptionView {
    Recover,
    NoRecover {
        #[serde(rename = "spareBudget", skip_serializing_if = "Option::is_none")]
        spare_budget: Option<ShareView>,
    },
}

impl<'a> From<&'a StandingPromotion> for PromotionView<'a> {
    fn from(standing: &'a StandingPromotion) -> Self {
        let promotion = &standing.promotion;
        Self {
            kind: "CARD",
            id: &promotion.id,
            store_id: standing.store_id.as_str(),
            name: &promotion.name,
            discount_policy: DiscountPolicyView {
                partitions: promotion.partitions.iter().map(PartitionView::from).collect(),
            },
            total_budget: promotion.total_budget,
            max_discount_amount: promotion.max_discount_amount,
            spent_amount: standing.spent_amount,
            currency: promotion.currency,
            start_at: Moment(promotion.start_at),
            end_at: Moment(promotion.end_at),
            terminated_at: standing.terminated_at.map(Moment),
            card_company: promotion.card_company.code(),
            status: standing.status.code(),
            created_at: Moment(promotion.created_at),
            recover_option: promotion.recover_option.into(),
        }
    }
}

impl From<&DiscountPartition> for PartitionView {
    fn from(partition: &DiscountPartition) -> Self {
        Self { amount_from: partition.amount_from, scheme: partition.discount.into() }
    }
}

impl From<Share> for ShareView {
    fn from(share: Share) -> Self {
        match share {
            Share::Amount(amount) => Self::Amount { amount },
            Share::Percent(percent) => Self::Percent { percent },
        }
    }
}

impl From<RecoverOption> for RecoverOptionView {
    fn from(option: RecoverOption) -> Self {
        match option {
            RecoverOption::Recover => Self::Recover,
            RecoverOption::NoRecover { spare_budget } => {
                Self::NoRecover { spare_budget: spare_budget.map(ShareView::from) }
            }
        }
    }
}

/// Schema `GetPgCardPromotionsResponse`.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct PgCardPromotionsResponse<'a> {
    promotions: Vec<PgCardPromotionView<'a>>,
}

/// Schema `PgCardPromotion`.
#[derive(Debug, Serialize, JsonSchema)]
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
