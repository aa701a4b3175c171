//! Through which API a payment was made, and the name the V1 API knows it by.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::Transaction;

/// The API a payment was made through (`version` of a V2 answer; rule V1-103).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Face {
    /// The V1 REST API or its browser SDK.
    V1,
    /// The V2 REST API or its browser SDK.
    #[default]
    V2,
}

impl Face {
    /// The code as the V2 REST API spells it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::V1 => "V1",
            Self::V2 => "V2",
        }
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
    pub(crate) const fn is_v2(&self) -> bool {
        matches!(self, Self::V2)
    }
}

/// Where a payer was: at a window, or behind a request (`channel` on V1, rule V1-029; `platformType` on V2).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Platform {
    /// Behind a request: by card number, by billing key, by a schedule.
    #[default]
    Api,
    /// At a window on a computer, as far as is known.
    Pc,
    /// At a window on a telephone.
    Mobile,
}

impl Platform {
    /// The code as the V2 REST API spells it (schema `PlatformType`).
    pub const fn code(self) -> &'static str {
        match self {
            Self::Api => "API",
            Self::Pc => "PC",
            Self::Mobile => "MOBILE",
        }
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
    pub(crate) const fn is_api(&self) -> bool {
        matches!(self, Self::Api)
    }
}

/// The V1 name of one attempt to pay: `imp_` and 12 digits, unique in a ledger (rule V1-020). Every transaction has one,
/// whatever face it was made through; the store gives it with the row.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ImpUid(u64);

/// A text that is no `imp_uid` of this ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoImpUid;

impl ImpUid {
    /// More than the greatest number.
    const END: u64 = 1_000_000_000_000;
    const DIGIT_COUNT: usize = 12;

    /// The name with this number; `None` beyond 12 digits.
    pub const fn new(number: u64) -> Option<Self> {
        if number < Self::END { Some(Self(number)) } else { None }
    }

    /// Its number.
    pub const fn number(self) -> u64 {
        self.0
    }
}

impl fmt::Display for ImpUid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "imp_{:012}", self.0)
    }
}

impl FromStr for ImpUid {
    type Err = NoImpUid;

    fn from_str(text: &str) -> Result<Self, NoImpUid> {
        let digits = text.strip_prefix("imp_").ok_or(NoImpUid)?;
        let is_plain = digits.len() == Self::DIGIT_COUNT && digits.bytes().all(|byte| byte.is_ascii_digit());
        if !is_plain {
            return Err(NoImpUid);
        }
        digits.parse().map(Self).map_err(|_| NoImpUid)
    }
}

impl Transaction {
    /// Its id as shops know it: the `imp_uid` of one made through V1 (rules V2-054, V1-103).
    pub fn shown_id(&self) -> Cow<'_, str> {
        match self.face {
            Face::V1 => Cow::Owned(self.imp_uid.to_string()),
            Face::V2 => Cow::Borrowed(self.id.as_str()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn v1_020_an_imp_uid_is_imp_and_twelve_digits() {
        let uid = ImpUid::new(448_280_090_638).unwrap();
        assert_eq!(uid.to_string(), "imp_448280090638");
        assert_eq!("imp_448280090638".parse(), Ok(uid));
        assert_eq!(ImpUid::new(7).unwrap().to_string(), "imp_000000000007");
        assert_eq!(ImpUid::new(1_000_000_000_000), None);
        for text in ["", "imp_", "imp_44828009063", "imp_4482800906381", "imp_+48280090638", "448280090638"] {
            assert_eq!(text.parse::<ImpUid>(), Err(NoImpUid), "{text}");
        }
    }
}
