//! Which promotion a payment is given, and what is reserved of its budget. Of a payment that names none nothing is asked.
//!
//! What PortOne's guide says ("프로모션 결제 연동하기"): the card has to be of the promotion's company, else the payment is
//! refused; a promotion that is not in progress, whose least amount is not reached or whose budget is too small for the
//! discount takes nothing off, and the payment is charged in full. Of a schedule that counts when it is paid.

use portone_core::{CardFacts, Order, Report, Rule, Severity, StoreId};

use crate::engine::Engine;
use crate::error::EngineError;
use crate::ledger::{AppliedPromotion, Transaction};
use crate::port::BudgetShare;
use crate::promotion::{CardPromotion, Otherwise, PromotionStatus, RecoverOption, discount_of};

const PROMOTION: Rule = Rule {
    code: "V2-INPUT",
    severity: Severity::Reject,
    reason: "A payment names a promotion of its store, in its currency.",
    source: "schemas InstantPaymentInput and BillingKeyPaymentInput",
};

/// A promotion that a payment is given.
#[derive(Debug, Clone)]
pub(crate) struct Grant {
    pub(crate) applied: Box<AppliedPromotion>,
    pub(crate) budget: BudgetShare,
}

impl Grant {
    /// The order as the PG hears of it: less the discount, and without a promotion that is none of its.
    pub(crate) fn charged(given: Option<&Self>, order: &Order) -> Order {
        let amount = Transaction::charged_of(order.amount, given.map(|grant| &*grant.applied));
        Order { amount, promotion_id: None, ..order.clone() }
    }
}

impl Engine {
    /// The promotion that an order names, if it can have it; `None` where it is charged in full. `is_due`: by a schedule
    /// that was taken up.
    pub(crate) async fn grant(
        &self,
        store: &StoreId,
        order: &Order,
        card: Option<&CardFacts>,
        is_due: bool,
    ) -> Result<Option<Grant>, EngineError> {
        let named = match self.named_promotion(store, order, "promotionId") {
            // It was declared when the schedule was made, and a promotion that is gone is over.
            Err(refusal) if is_due => {
                tracing::warn!(payment = %order.payment_id, %refusal, "a schedule is charged in full");
                return Ok(None);
            }
            named => named?,
        };
        let Some(promotion) = named else { return Ok(None) };
        let spent = self.spent(store, promotion).await?;
        let status = promotion.status(self.now(), spent);
        if status != PromotionStatus::InProgress {
            return otherwise(promotion, &format!("is {}", status.code()));
        }
        let company = card.and_then(|card| self.config.promotions.company_of(card));
        if company != Some(promotion.card_company) {
            return Err(EngineError::PromotionPayMethodDoesNotMatch(promotion.card_company.code()));
        }
        let total = order.amount.total;
        let Some(discount) = discount_of(&promotion.partitions, promotion.max_discount_amount, total) else {
            return otherwise(promotion, &format!("takes nothing off {total}"));
        };
        if discount >= total {
            return Err(EngineError::DiscountExceedsTotal { discount, total });
        }
        let limit = promotion.budget();
        if spent.saturating_add(discount) > limit {
            return otherwise(promotion, &format!("has less than {discount} left of its budget"));
        }
        let applied = AppliedPromotion {
            id: promotion.id.clone(),
            discount,
            partitions: promotion.partitions.clone(),
            max_discount_amount: promotion.max_discount_amount,
            recovers: promotion.recover_option == RecoverOption::Recover,
        };
        let budget = BudgetShare { limit, spent_before: promotion.spent_amount };
        Ok(Some(Grant { applied: Box::new(applied), budget }))
    }

    /// What becomes of an order whose promotion others have spent between the look at its budget and the reservation.
    pub(crate) fn outrun(&self, store: &StoreId, order: &Order) -> Result<(), EngineError> {
        match self.named_promotion(store, order, "promotionId")? {
            Some(promotion) => otherwise(promotion, "was spent by others meanwhile").map(drop),
            None => Ok(()),
        }
    }

    /// A window's card is not known before its payer has chosen one, so no promotion of the store can be told its price.
    pub(crate) fn refuse_promotion_in_window(
        &self,
        store: &StoreId,
        order: &Order,
    ) -> Result<(), EngineError> {
        let id = order.promotion_id.as_deref().unwrap_or_default();
        match self.config.promotions.of_store(store, id) {
            Some(_) => {
                Err(refused("promotionId", format!("`{id}` is not taken off in a window; leave it out")))
            }
            None => Ok(()),
        }
    }

    /// The promotion that an order names, checked as far as time does not change it; `field` is what the shop calls it.
    pub(crate) fn named_promotion(
        &self,
        store: &StoreId,
        order: &Order,
        field: &'static str,
    ) -> Result<Option<&CardPromotion>, EngineError> {
        let Some(id) = order.promotion_id.as_deref() else { return Ok(None) };
        let Some(promotion) = self.config.promotions.of_store(store, id) else {
            let problem = format!("`{id}` is no promotion of this store; declare it, or leave it out");
            return Err(refused(field, problem));
        };
        if promotion.currency != order.amount.currency {
            let (theirs, ours) = (promotion.currency, order.amount.currency);
            let problem =
                format!("`{id}` is of payments in {theirs}, and this one is in {ours}; leave it out");
            return Err(refused(field, problem));
        }
        Ok(Some(promotion))
    }
}

/// What becomes of a payment that cannot have the promotion it names.
fn otherwise(promotion: &CardPromotion, why: &str) -> Result<Option<Grant>, EngineError> {
    match promotion.otherwise {
        Otherwise::ChargeInFull => {
            tracing::info!(promotion = promotion.id, why, "a payment is charged in full");
            Ok(None)
        }
        Otherwise::Refuse => {
            let problem = format!("`{}` {why}; leave it out to charge in full", promotion.id);
            Err(refused("promotionId", problem))
        }
    }
}

fn refused(field: &'static str, problem: String) -> EngineError {
    let mut report = Report::new();
    report.add(&PROMOTION, field, problem);
    EngineError::Invalid(report)
}
