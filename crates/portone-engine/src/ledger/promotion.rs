//! What a promotion takes off a payment, and what of it is left after cancels: arithmetic on the ledger's record, with
//! the promotion's terms as they were when it was paid.
//!
//! A cancel's amount is of the order, as if nothing had been taken off (PortOne's guide, "프로모션 결제 취소하기"). What goes
//! back to the payer is that amount less what the order that is left loses of its discount.

use portone_core::{CancelStatus, PaymentAmount};
use serde::{Deserialize, Serialize};

use super::{Cancellation, PaymentStatus, Transaction};
use crate::promotion::{DiscountPartition, Share, discount_of, share, tier_of};

/// The promotion that a payment is given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppliedPromotion {
    /// Its id.
    pub id: String,
    /// What it takes off, in minor units: 1 or more, less than the order's total.
    pub discount: i64,
    /// Its tiers.
    pub partitions: Vec<DiscountPartition>,
    /// The most it takes off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_discount_amount: Option<i64>,
    /// Whether a cancel gives back to the budget what it takes back from the discount.
    pub recovers: bool,
}

impl AppliedPromotion {
    /// What it takes off an order of `total` of which `remaining` is left, in minor units: never more than `before`, what
    /// it took off before, and always less than what is left.
    pub(crate) fn discount_left(&self, total: i64, remaining: i64, before: i64, retains: bool) -> i64 {
        let left = if retains {
            self.retained(total, remaining)
        } else {
            discount_of(&self.partitions, self.max_discount_amount, remaining).unwrap_or(0)
        };
        let left = left.min(before);
        match (left < remaining, retains) {
            (true, _) => left,
            (false, true) => share(remaining, self.discount, total).min(before),
            // Nobody could pay what is left with it.
            (false, false) => 0,
        }
    }

    /// The terms it was paid under, as a rate of what is left, whether or not that would reach a tier.
    fn retained(&self, total: i64, remaining: i64) -> i64 {
        let by_terms = match tier_of(&self.partitions, total) {
            Some(DiscountPartition { discount: Share::Percent(percent), .. }) => {
                share(remaining, i64::from(*percent), 100)
            }
            Some(DiscountPartition { discount: Share::Amount(amount), amount_from })
                if amount < amount_from =>
            {
                share(remaining, *amount, *amount_from)
            }
            Some(_) | None => share(remaining, self.discount, total),
        };
        by_terms.min(self.discount)
    }
}

/// What a promotion makes of a cancel, in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CancelAdjustment {
    /// Whether the discount's rate is retained (`RETAIN`), or newly found for what is left (`RELEASE`).
    pub retains: bool,
    /// What the discount loses: the cancel gives back so much less.
    pub released: i64,
    /// The tax-free part of what goes back.
    pub tax_free: i64,
    /// The value-added tax of what goes back, where the shop told it; else 0.
    pub vat: i64,
}

impl Cancellation {
    /// What goes back to the payer, in minor units.
    pub fn given_back(&self) -> i64 {
        self.total - self.adjustment.map_or(0, |adjustment| adjustment.released)
    }
}

impl Transaction {
    /// What the PG is asked for: the order less the discount it was paid with.
    pub fn charged(&self) -> PaymentAmount {
        Self::charged_of(self.order.amount, self.promotion.as_deref())
    }

    /// What the PG is asked for, for an order and the promotion it is given.
    pub(crate) fn charged_of(ordered: PaymentAmount, given: Option<&AppliedPromotion>) -> PaymentAmount {
        given.map_or(ordered, |promotion| discounted(ordered, promotion.discount))
    }

    /// What has gone or is going back to the payer, in minor units.
    pub fn given_back(&self) -> i64 {
        self.counted().map(Cancellation::given_back).sum()
    }

    /// What the promotion takes off what is left of the order, in minor units.
    pub fn discount(&self) -> i64 {
        let Some(promotion) = &self.promotion else { return 0 };
        promotion.discount - self.adjustments().map(|adjustment| adjustment.released).sum::<i64>()
    }

    /// What it takes of its promotion's budget, in minor units: all of the discount while it may be or is paid, less what
    /// cancels that are done gave back, if the promotion recovers that.
    pub fn budget_taken(&self) -> i64 {
        let Some(promotion) = &self.promotion else { return 0 };
        if self.status == PaymentStatus::Failed {
            return 0;
        }
        let done = self.cancellations.iter().filter(|cancel| cancel.status == CancelStatus::Succeeded);
        let released: i64 = done.filter_map(|cancel| cancel.adjustment).map(|it| it.released).sum();
        if promotion.recovers { promotion.discount - released } else { promotion.discount }
    }

    /// What cancels that hold their amount did to the discount, oldest first.
    pub(crate) fn adjustments(&self) -> impl Iterator<Item = CancelAdjustment> {
        self.counted().filter_map(|cancel| cancel.adjustment)
    }
}

/// An amount less a discount, which its parts bear in proportion, rounded down.
fn discounted(ordered: PaymentAmount, discount: i64) -> PaymentAmount {
    let total = ordered.total - discount;
    let part = |part: Option<i64>| part.map(|part| share(part, total, ordered.total));
    PaymentAmount { total, tax_free: part(ordered.tax_free), vat: part(ordered.vat), ..ordered }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn applied_partitions(tiers: &[(i64, Share)]) -> Vec<DiscountPartition> {
        tiers
            .iter()
            .map(|(amount_from, discount)| DiscountPartition {
                amount_from: *amount_from,
                discount: *discount,
            })
            .collect()
    }

    fn applied(total: i64, tiers: &[(i64, Share)], max: Option<i64>) -> AppliedPromotion {
        let partitions = applied_partitions(tiers);
        AppliedPromotion {
            id: "promotion-1".to_owned(),
            discount: discount_of(&partitions, max, total).unwrap(),
            partitions,
            max_discount_amount: max,
            recovers: true,
        }
    }

    /// What goes back of an order of `total` when `amount` of it is cancelled first.
    fn back(promotion: &AppliedPromotion, total: i64, amount: i64, retains: bool) -> i64 {
        let before = promotion.discount;
        amount - before + promotion.discount_left(total, total - amount, before, retains)
    }

    /// The examples of PortOne's guide.
    #[test]
    fn the_examples_of_the_guide() {
        let percent = applied(6_000, &[(5_000, Share::Percent(10))], None);
        let amount = applied(6_000, &[(5_000, Share::Amount(1_000))], None);
        assert_eq!((percent.discount, amount.discount), (600, 1_000));
        assert_eq!(back(&percent, 6_000, 2_000, false), 1_400);
        assert_eq!(back(&amount, 6_000, 2_000, false), 1_000);
        assert_eq!(back(&percent, 6_000, 2_000, true), 1_800);
        assert_eq!(back(&amount, 6_000, 2_000, true), 1_800);
        let least = applied(10_000, &[(10_000, Share::Percent(10))], None);
        assert_eq!(back(&least, 10_000, 500, false), -500, "cannot be cancelled");
        let twice = applied(20_000, &[(10_000, Share::Percent(10))], None);
        assert_eq!(back(&twice, 20_000, 10_000, false), 9_000);
    }

    #[test]
    fn a_discount_never_grows_and_is_less_than_what_is_left() {
        let falling = applied(50_000, &[(0, Share::Percent(10)), (50_000, Share::Amount(1_000))], None);
        assert_eq!(falling.discount_left(50_000, 45_000, 1_000, false), 1_000, "10% would be more");
        let small = applied(5_000, &[(0, Share::Amount(1_000))], None);
        assert_eq!(small.discount_left(5_000, 1_000, 1_000, false), 0, "nothing would be left to pay");
        assert_eq!(small.discount_left(5_000, 1_000, 1_000, true), 200, "the rate it was paid with");
        let capped = applied(500_000, &[(0, Share::Percent(100))], Some(20_000));
        assert_eq!(capped.discount_left(500_000, 10_000, 20_000, true), 400);
    }

    #[test]
    fn parts_bear_the_discount_in_proportion() {
        let ordered = PaymentAmount {
            tax_free: Some(3_333),
            vat: Some(606),
            ..PaymentAmount::total(10_000, portone_core::Currency::KRW)
        };
        let charged = discounted(ordered, 1_000);
        assert_eq!((charged.total, charged.tax_free, charged.vat), (9_000, Some(2_999), Some(545)));
        let free = PaymentAmount { tax_free: Some(10_000), vat: None, ..ordered };
        assert_eq!(discounted(free, 1).tax_free, Some(9_999), "what is all tax-free stays so");
    }

    #[test]
    fn any_cancel_leaves_a_discount_that_can_be_paid() {
        for seed in 0..5_000_u64 {
            let mut draws = Draws(seed);
            let tiers: Vec<_> = (0..=draws.below(3))
                .map(|at| {
                    let discount = if draws.below(2) == 0 {
                        Share::Amount(1 + draws.below(20_000))
                    } else {
                        Share::Percent(1 + i32::try_from(draws.below(100)).unwrap())
                    };
                    (at * (1 + draws.below(50_000)), discount)
                })
                .collect();
            let max = (draws.below(2) == 0).then(|| 1 + draws.below(30_000));
            let total = 1 + draws.below(200_000);
            let partitions = applied_partitions(&tiers);
            let found = discount_of(&partitions, max, total).filter(|discount| *discount < total);
            if found.is_none() {
                continue;
            }
            let promotion = applied(total, &tiers, max);
            let (mut remaining, mut before) = (total, promotion.discount);
            while remaining > 0 {
                remaining = (remaining - 1 - draws.below(60_000)).max(0);
                let left = promotion.discount_left(total, remaining, before, draws.below(2) == 0);
                assert!((0..=before).contains(&left), "seed {seed}: {left} of {remaining}");
                assert!(
                    left < remaining || (left, remaining) == (0, 0),
                    "seed {seed}: {left} of {remaining}"
                );
                before = left;
            }
        }
    }

    /// Numbers from a seed (splitmix64).
    struct Draws(u64);

    impl Draws {
        fn below(&mut self, end: i64) -> i64 {
            self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            i64::try_from((mixed ^ (mixed >> 31)) % u64::try_from(end).unwrap()).unwrap()
        }
    }
}
