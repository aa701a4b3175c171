//! Promotions: what a store and its PGs declare, and where a promotion stands.
//!
//! They are configuration. No payment is given a discount here: what of a budget is spent is declared with it.

use std::collections::BTreeMap;

use portone_core::ChannelKey;

use crate::engine::Engine;
use crate::error::EngineError;
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

/// Every promotion that is declared.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Promotions {
    /// The promotions that PGs offer, by the channel they are offered at.
    pub of_channels: BTreeMap<ChannelKey, Vec<PgCardPromotion>>,
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
