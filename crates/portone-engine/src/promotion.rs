//! Promotions: what a store and its PGs declare, and where a promotion stands. What is spent of a budget is the ledger's
//! to say; everything else is configuration.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use portone_core::{CardFacts, ChannelKey, Currency, StoreId};
use serde::{Deserialize, Serialize};

use crate::engine::Engine;
use crate::error::EngineError;
use crate::port::StoreError;
use crate::request::Caller;

macro_rules! card_companies {
    ($($variant:ident = $code:literal),+ $(,)?) => {
        /// A card company that promotions are of (schema `PgPromotionCardCompany`).
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[allow(missing_docs)]
        pub enum CardCompany {
            $($variant,)+
        }

        impl CardCompany {
            /// Every card company with its code as the V2 REST API spells it, in the schema's order.
            pub const ALL: &'static [(&'static str, Self)] = &[$(($code, Self::$variant)),+];

            /// The code as the V2 REST API spells it.
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$variant => $code,)+
                }
            }
        }
    };
}

card_companies! {
    KoreaDevelopmentBank = "KOREA_DEVELOPMENT_BANK",
    Kfcc = "KFCC",
    Shinhyup = "SHINHYUP",
    Epost = "EPOST",
    SavingsBankKorea = "SAVINGS_BANK_KOREA",
    KakaoBank = "KAKAO_BANK",
    Woori = "WOORI_CARD",
    Bc = "BC_CARD",
    Gwangju = "GWANGJU_CARD",
    Samsung = "SAMSUNG_CARD",
    Shinhan = "SHINHAN_CARD",
    Hyundai = "HYUNDAI_CARD",
    Lotte = "LOTTE_CARD",
    Suhyup = "SUHYUP_CARD",
    Citi = "CITI_CARD",
    Nh = "NH_CARD",
    Jeonbuk = "JEONBUK_CARD",
    Jeju = "JEJU_CARD",
    Hana = "HANA_CARD",
    Kookmin = "KOOKMIN_CARD",
    KBank = "K_BANK",
    TossBank = "TOSS_BANK",
    MiraeAssetSecurities = "MIRAE_ASSET_SECURITIES",
}

impl CardCompany {
    /// The card companies that a store's own promotion may be of (schema `PromotionCardCompany`).
    pub const OF_STORES: &'static [(&'static str, Self)] = &[
        (Self::Woori.code(), Self::Woori),
        (Self::Bc.code(), Self::Bc),
        (Self::Samsung.code(), Self::Samsung),
        (Self::Shinhan.code(), Self::Shinhan),
        (Self::Hyundai.code(), Self::Hyundai),
        (Self::Lotte.code(), Self::Lotte),
        (Self::Nh.code(), Self::Nh),
        (Self::Hana.code(), Self::Hana),
        (Self::Kookmin.code(), Self::Kookmin),
    ];
}

/// Every promotion that is declared.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Promotions {
    /// The stores' own promotions; no two of a store have one id.
    pub of_stores: BTreeMap<StoreId, Vec<CardPromotion>>,
    /// The promotions that PGs offer, by the channel they are offered at.
    pub of_channels: BTreeMap<ChannelKey, Vec<PgCardPromotion>>,
    /// Whose cards begin with which digits: 4 to 6 of them.
    pub card_bins: BTreeMap<String, CardCompany>,
}

impl Promotions {
    /// A store's own promotion.
    pub(crate) fn of_store(&self, store: &StoreId, id: &str) -> Option<&CardPromotion> {
        self.of_stores.get(store)?.iter().find(|promotion| promotion.id == id)
    }

    /// Whose card it is, by the longest digits that are known; `None` where none are.
    pub(crate) fn company_of(&self, card: &CardFacts) -> Option<CardCompany> {
        let bin = card.bin.as_deref()?;
        (1..=bin.len()).rev().find_map(|length| self.card_bins.get(bin.get(..length)?)).copied()
    }
}

/// A store's own promotion on a card company's cards (schema `CardPromotion`). Amounts are in minor units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardPromotion {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What is taken off, by the amount of the payment: ascending, at least one.
    pub partitions: Vec<DiscountPartition>,
    /// What may be spent on it, 1 or more.
    pub total_budget: i64,
    /// The most that is taken off one payment, 1 or more.
    pub max_discount_amount: Option<i64>,
    /// What of the budget was spent before the first payment here, 0 or more. From then on the ledger counts.
    pub spent_amount: i64,
    /// The currency of every amount.
    pub currency: Currency,
    /// From when on it counts.
    pub start_at: DateTime<Utc>,
    /// From when on it counts no more.
    pub end_at: DateTime<Utc>,
    /// When it is ended before its time.
    pub terminated_at: Option<DateTime<Utc>>,
    /// Whether it rests for now.
    pub paused: bool,
    /// Whose cards it is for: one of [`CardCompany::OF_STORES`].
    pub card_company: CardCompany,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// What a cancelled payment gives back.
    pub recover_option: RecoverOption,
    /// What becomes of a payment that names it and cannot have it.
    pub otherwise: Otherwise,
}

/// What becomes of a payment whose promotion is not in progress, takes nothing off its amount, or has too little left.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Otherwise {
    /// It is charged in full, as PortOne's guide has it.
    #[default]
    ChargeInFull,
    /// It is refused.
    Refuse,
}

/// What becomes of the discount at a partial cancel (schema `PromotionDiscountRetainOption`, rule V2-067).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetainOption {
    /// Its rate is kept.
    Retain,
    /// It is found anew for what is left.
    Release,
}

/// What is taken off payments from an amount on (schema `PromotionDiscountPartition`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiscountPartition {
    /// The least amount it is for, 0 or more.
    pub amount_from: i64,
    /// What is taken off.
    pub discount: Share,
}

/// An amount, or a part of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Share {
    /// So much, 1 or more.
    Amount(i64),
    /// So many hundredths, 1 to 100.
    Percent(i32),
}

/// What a cancelled payment gives back to the budget (schema `PromotionRecoverOption`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecoverOption {
    /// What it took.
    Recover,
    /// Nothing.
    NoRecover {
        /// What is added to the budget beforehand, for refunds.
        spare_budget: Option<Share>,
    },
}

/// Where a promotion stands (schema `PromotionStatus`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PromotionStatus {
    /// It has yet to start.
    Scheduled,
    /// It counts.
    InProgress,
    /// It rests for now.
    Paused,
    /// Its budget is spent.
    BudgetExhausted,
    /// It was ended before its time.
    Terminated,
    /// Its time has passed.
    Completed,
}

impl PromotionStatus {
    /// The code as the V2 REST API spells it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Scheduled => "SCHEDULED",
            Self::InProgress => "IN_PROGRESS",
            Self::Paused => "PAUSED",
            Self::BudgetExhausted => "BUDGET_EXHAUSTED",
            Self::Terminated => "TERMINATED",
            Self::Completed => "COMPLETED",
        }
    }
}

impl CardPromotion {
    /// When it was ended before its time, if it was by `now`.
    pub fn terminated_by(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.terminated_at.filter(|at| *at <= now && *at < self.end_at)
    }

    /// What may be spent on it: the budget, and what is added to it for refunds (schema `PromotionSpareBudget`).
    pub fn budget(&self) -> i64 {
        let spare = match self.recover_option {
            RecoverOption::Recover | RecoverOption::NoRecover { spare_budget: None } => 0,
            RecoverOption::NoRecover { spare_budget: Some(Share::Amount(amount)) } => amount,
            RecoverOption::NoRecover { spare_budget: Some(Share::Percent(percent)) } => {
                share(self.total_budget, i64::from(percent), 100)
            }
        };
        self.total_budget.saturating_add(spare)
    }

    /// Where it stands at `now` when so much is spent. What is over is over, whatever else is true of it; what counts may rest, and what does
    /// not rest may have run out.
    pub fn status(&self, now: DateTime<Utc>, spent: i64) -> PromotionStatus {
        if self.terminated_by(now).is_some() {
            PromotionStatus::Terminated
        } else if now >= self.end_at {
            PromotionStatus::Completed
        } else if now < self.start_at {
            PromotionStatus::Scheduled
        } else if self.paused {
            PromotionStatus::Paused
        } else if spent >= self.budget() {
            PromotionStatus::BudgetExhausted
        } else {
            PromotionStatus::InProgress
        }
    }
}

/// The tier that an amount reaches.
pub(crate) fn tier_of(partitions: &[DiscountPartition], amount: i64) -> Option<&DiscountPartition> {
    partitions.iter().rfind(|partition| partition.amount_from <= amount)
}

/// What is taken off an amount, in minor units: percents are rounded down. `None` where nothing is.
pub(crate) fn discount_of(partitions: &[DiscountPartition], max: Option<i64>, amount: i64) -> Option<i64> {
    let discount = match tier_of(partitions, amount)?.discount {
        Share::Amount(discount) => discount,
        Share::Percent(percent) => share(amount, i64::from(percent), 100),
    };
    Some(max.map_or(discount, |max| discount.min(max))).filter(|discount| *discount > 0)
}

/// `amount * numerator / denominator`, rounded down; the last is more than 0, and the fraction at most 1.
pub(crate) fn share(amount: i64, numerator: i64, denominator: i64) -> i64 {
    let shared = i128::from(amount) * i128::from(numerator) / i128::from(denominator);
    i64::try_from(shared).unwrap_or(amount)
}

/// A promotion and where it stands now.
#[derive(Debug, Clone)]
pub struct StandingPromotion {
    /// Whose it is.
    pub store_id: StoreId,
    /// The promotion.
    pub promotion: CardPromotion,
    /// Where it stands.
    pub status: PromotionStatus,
    /// When it was ended before its time, if it was.
    pub terminated_at: Option<DateTime<Utc>>,
    /// What of its budget is spent or reserved, in minor units.
    pub spent_amount: i64,
}

/// A promotion that a PG offers (schema `PgCardPromotion`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PgCardPromotion {
    /// The id the PG gave it.
    pub id: String,
    /// The card company whose cards it is for.
    pub card_company: CardCompany,
    /// What it takes off, in minor units.
    pub discount_amount: i64,
    /// The least a payment has to be, in minor units.
    pub minimum_payment_amount: i64,
}

/// Which of a channel's promotions are looked for.
#[derive(Debug, Clone)]
pub struct PgCardPromotionsRequest {
    /// Who asks.
    pub caller: Caller,
    /// The channel.
    pub channel_key: ChannelKey,
    /// What is to be paid, in minor units: only promotions that such a payment qualifies for.
    pub amount: i64,
    /// Only promotions of this card company.
    pub card_company: Option<CardCompany>,
}

impl Engine {
    /// A store's own promotion, and where it stands now.
    pub async fn promotion(&self, caller: &Caller, id: &str) -> Result<StandingPromotion, EngineError> {
        let found = self.config.promotions.of_store(&caller.store_id, id);
        let promotion = found.ok_or(EngineError::PromotionNotFound)?.clone();
        let spent_amount = self.spent(&caller.store_id, &promotion).await?;
        let now = self.now();
        Ok(StandingPromotion {
            store_id: caller.store_id.clone(),
            status: promotion.status(now, spent_amount),
            terminated_at: promotion.terminated_by(now),
            promotion,
            spent_amount,
        })
    }

    /// What is spent of a promotion's budget: what the ledger counts, else what was declared.
    pub(crate) async fn spent(&self, store: &StoreId, promotion: &CardPromotion) -> Result<i64, StoreError> {
        let counted = self.store.promotion_spent(store, &promotion.id).await?;
        Ok(counted.unwrap_or(promotion.spent_amount))
    }

    /// Says which promotions have spent more than they may, as after a budget was lowered: no payment gets them.
    pub(crate) async fn log_overspent_promotions(&self) -> Result<(), StoreError> {
        for (store, promotions) in &self.config.promotions.of_stores {
            for promotion in promotions {
                let (spent, budget) = (self.spent(store, promotion).await?, promotion.budget());
                if spent > budget {
                    let id = &promotion.id;
                    tracing::warn!(%store, promotion = %id, spent, budget, "more is spent than the budget: no payment gets it");
                }
            }
        }
        Ok(())
    }

    /// The promotions that a payment of that amount can have at a channel, in the order they are declared in. A channel
    /// that none are declared of has none.
    pub fn pg_card_promotions(
        &self,
        request: &PgCardPromotionsRequest,
    ) -> Result<Vec<PgCardPromotion>, EngineError> {
        let key = &request.channel_key;
        if self.directory().channel(&request.caller.store_id, key).is_none() {
            return Err(EngineError::ChannelNotFound(format!("there is no channel `{key}` in this store")));
        }
        let declared = self.config.promotions.of_channels.get(key).map_or(&[][..], Vec::as_slice);
        let qualifies = |promotion: &&PgCardPromotion| {
            promotion.minimum_payment_amount <= request.amount
                && request.card_company.is_none_or(|company| company == promotion.card_company)
        };
        Ok(declared.iter().filter(qualifies).cloned().collect())
    }
}
