//! Members that are numbers or flags.

use portone_core::Major;

use super::Fields;
use crate::json::Node;

impl Fields<'_, '_> {
    /// A whole number.
    pub(crate) fn int64(&self, name: &str) -> Option<i64> {
        let whole = match self.node(name)? {
            Node::Number(number) => number.as_i64(),
            Node::Loose(text) => text.as_str().parse().ok(),
            Node::Decimal(_) => None,
            other => {
                self.wrong(name, other, "a whole number without quotes");
                return None;
            }
        };
        if whole.is_none() {
            self.unreadable(name, "is not a whole number of 64 bits; send one without a decimal point");
        }
        whole
    }

    /// An amount in major units, as V1 writes it.
    pub(crate) fn major(&self, name: &str) -> Option<Major> {
        let major = match self.node(name)? {
            Node::Number(number) => Major::parse(&number.to_string()),
            Node::Decimal(number) => Major::parse(number),
            Node::Loose(text) => Major::parse(text.as_str()),
            other => {
                self.wrong(name, other, "a number without quotes");
                return None;
            }
        };
        let major = major.filter(|major| major.digits() >= 0);
        if major.is_none() {
            self.unreadable(
                name,
                "is no amount; send a number from 0 such as 1000 or 10.5, in the currency's major unit",
            );
        }
        major
    }

    /// A whole number of 32 bits.
    pub(crate) fn int32(&self, name: &str) -> Option<i32> {
        let value = self.int64(name)?;
        let fits = i32::try_from(value).ok();
        if fits.is_none() {
            self.unreadable(name, format!("is not a number of 32 bits; send at most {}", i32::MAX));
        }
        fits
    }

    /// A whole number of at least `least`.
    pub(crate) fn int64_from(&self, name: &str, least: i64) -> Option<i64> {
        let value = self.int64(name)?;
        if value < least {
            self.unreadable(name, format!("is {value}; send {least} or more"));
            return None;
        }
        Some(value)
    }

    /// A whole number of 32 bits of at least `least`.
    pub(crate) fn int32_from(&self, name: &str, least: i32) -> Option<i32> {
        let value = self.int32(name)?;
        if value < least {
            self.unreadable(name, format!("is {value}; send {least} or more"));
            return None;
        }
        Some(value)
    }

    pub(crate) fn need_int64_from(&self, name: &str, least: i64) -> Option<i64> {
        if !self.has(name) {
            self.missing(name, "a whole number");
        }
        self.int64_from(name, least)
    }

    /// `true` or `false`.
    pub(crate) fn flag(&self, name: &str) -> Option<bool> {
        match self.node(name)? {
            Node::Bool(flag) => Some(*flag),
            Node::Loose(text) => match text.as_str() {
                "true" | "1" => Some(true),
                "false" | "0" => Some(false),
                _ => {
                    self.unreadable(name, "is neither true nor false; send one of them");
                    None
                }
            },
            other => {
                self.wrong(name, other, "true or false without quotes");
                None
            }
        }
    }
}
