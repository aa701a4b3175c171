//! Bodies that are written by one side of V1 and read by the other: an upstream's answers, and those of this project's own V1
//! face. What only some PGs tell may be missing.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::money;

/// Definitions `ReceiptAnnotation` and `ExternalReceiptAnnotation` (rule V1-085): a cash receipt.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Receipt {
    /// The upstream's number of the payment; absent of a payment made elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub imp_uid: Option<String>,
    /// The shop's number of a payment made elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merchant_uid: Option<String>,
    /// The PG's number of the receipt.
    #[serde(default)]
    pub receipt_tid: Option<String>,
    /// The tax office's number of it.
    pub apply_num: String,
    /// `person` or `company`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Of how much.
    pub amount: Number,
    /// The value-added tax of it.
    #[serde(default)]
    pub vat: Option<Number>,
    /// The page that shows it.
    #[serde(default)]
    pub receipt_url: Option<String>,
    /// When it was issued, as UNIX time in seconds.
    pub applied_at: i64,
    /// When it was cancelled, as UNIX time in seconds; 0 or nothing where it stands.
    #[serde(default)]
    pub cancelled_at: Option<i64>,
}

impl Receipt {
    /// When it was issued.
    pub fn applied_at(&self) -> Option<DateTime<Utc>> {
        moment(Some(self.applied_at))
    }

    /// When it was cancelled; absent where it stands.
    pub fn cancelled_at(&self) -> Option<DateTime<Utc>> {
        moment(self.cancelled_at)
    }
}

/// Definition `EscrowLogisAnnotation`: a delivery held in escrow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Logistics {
    /// The carrier's code.
    pub company: String,
    /// The carrier's number of the parcel.
    pub invoice: String,
    /// When it was sent, as UNIX time in seconds.
    pub sent_at: i64,
    /// When the PG took note of it, as UNIX time in seconds.
    #[serde(default)]
    pub applied_at: i64,
}

impl Logistics {
    /// When the PG took note of it.
    pub fn applied_at(&self) -> Option<DateTime<Utc>> {
        moment(Some(self.applied_at))
    }
}

/// An amount in major units, as it is written.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Number(Box<RawValue>);

impl Number {
    /// So much of a currency, from minor units.
    pub fn of(minor: i64, currency: portone_core::Currency) -> Self {
        Self(money::major(minor, currency))
    }

    /// The amount in minor units; `None` where it is finer than the currency, too large, or no number.
    pub fn minor(&self, currency: portone_core::Currency) -> Option<i64> {
        money::minor(&self.0, currency)
    }
}

/// A UNIX time in seconds; 0 stands for never (rule V1-025).
pub(super) fn moment(seconds: Option<i64>) -> Option<DateTime<Utc>> {
    seconds.filter(|seconds| *seconds > 0).and_then(|seconds| DateTime::from_timestamp(seconds, 0))
}

#[cfg(test)]
mod tests {
    use portone_core::Currency;

    use super::*;

    #[test]
    fn v1_085_a_receipt_reads_as_it_was_written() {
        let receipt = Receipt {
            imp_uid: Some("imp_1".to_owned()),
            merchant_uid: None,
            receipt_tid: None,
            apply_num: "170012345".to_owned(),
            kind: "person".to_owned(),
            amount: Number::of(1100, Currency::KRW),
            vat: Some(Number::of(100, Currency::KRW)),
            receipt_url: None,
            applied_at: 1_772_427_845,
            cancelled_at: None,
        };
        let text = serde_json::to_string(&receipt).unwrap();
        let read: Receipt = serde_json::from_str(&text).unwrap();
        assert_eq!(read.amount.minor(Currency::KRW), Some(1100));
        assert_eq!(serde_json::to_string(&read).unwrap(), text);
        assert!(!text.contains("merchant_uid") && read.cancelled_at().is_none(), "{text}");
    }
}
