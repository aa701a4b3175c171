//! Reply bodies. Only what an outcome cannot do without is required; everything else may be missing or null.

use chrono::{DateTime, Utc};
use portone_core::{Currency, PgReply};
use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use serde_json::value::RawValue;

use super::money;

/// Definition `ResponseAnnotation`: every body is one (rule V1-003).
#[derive(Deserialize)]
pub(super) struct Envelope {
    /// 0 is success, whatever the HTTP status (rules IAMPORT-034, V1-004).
    pub code: i64,
    pub message: Option<String>,
    response: Option<Box<RawValue>>,
}

impl Envelope {
    pub(super) fn parse(reply: &PgReply) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(&reply.body)
    }

    /// What the envelope holds.
    pub(super) fn response<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_str(self.response.as_ref().map_or("null", |response| response.get()))
    }
}

/// Definition `PaymentAnnotation`.
#[derive(Deserialize)]
pub(super) struct Payment {
    pub imp_uid: String,
    pub merchant_uid: String,
    pub status: Status,
    amount: Box<RawValue>,
    #[serde(default)]
    cancel_amount: Option<Box<RawValue>>,
    pub currency: String,
    pub pg_tid: Option<String>,
    pub custom_data: Option<Lenient>,
    pub paid_at: Option<i64>,
    pub fail_reason: Option<String>,
    pub receipt_url: Option<String>,
    pub apply_num: Option<String>,
    pub card_name: Option<String>,
    pub card_issuer_name: Option<String>,
    pub card_publisher_name: Option<String>,
    pub card_number: Option<String>,
    pub card_quota: Option<i32>,
    pub card_type: Option<CardType>,
    pub started_at: Option<i64>,
    pub vbank_code: Option<String>,
    pub vbank_num: Option<String>,
    pub vbank_holder: Option<String>,
    pub vbank_date: Option<i64>,
    #[serde(default)]
    cancel_history: Option<Vec<CancelEntry>>,
}

impl Payment {
    /// The total in minor units. The error names what does not fit.
    pub(super) fn total(&self, currency: Currency) -> Result<i64, &'static str> {
        self.minor(&self.amount, currency)
    }

    /// What has been cancelled, in minor units.
    pub(super) fn cancelled(&self, currency: Currency) -> Result<i64, &'static str> {
        self.cancel_amount.as_ref().map_or(Ok(0), |amount| self.minor(amount, currency))
    }

    /// When it was paid; 0 stands for never (rule V1-025).
    pub(super) fn paid_at(&self) -> Option<DateTime<Utc>> {
        moment(self.paid_at)
    }

    /// When its account was issued, and until when it waits; `None` of a payment without an account.
    pub(super) fn account_times(&self) -> (Option<DateTime<Utc>>, Option<DateTime<Utc>>) {
        (moment(self.started_at), moment(self.vbank_date))
    }

    /// Every cancel.
    pub(super) fn cancels(&self) -> &[CancelEntry] {
        self.cancel_history.as_deref().unwrap_or_default()
    }

    /// The newest cancel of this amount.
    pub(super) fn cancel_of(&self, amount: i64, currency: Currency) -> Option<&CancelEntry> {
        let ours =
            self.cancels().iter().filter(|entry| money::minor(&entry.amount, currency) == Some(amount));
        ours.max_by_key(|entry| entry.cancelled_at)
    }

    fn minor(&self, amount: &RawValue, currency: Currency) -> Result<i64, &'static str> {
        if self.currency != currency.code() {
            // Booked in another currency than was asked for: somebody has to look.
            return Err("the currency is another one");
        }
        money::minor(amount, currency).ok_or("an amount cannot be read")
    }
}

/// `status` of a payment (rule V1-025).
#[derive(Deserialize, Debug, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(super) enum Status {
    Ready,
    Paid,
    Cancelled,
    Failed,
    #[serde(other)]
    Unknown,
}

/// Definition `PaymentCancelAnnotation`.
#[derive(Deserialize)]
pub(super) struct CancelEntry {
    amount: Box<RawValue>,
    pub pg_tid: Option<String>,
    pub cancellation_id: Option<String>,
    #[serde(default)]
    pub cancelled_at: i64,
}

impl CancelEntry {
    /// How much, in minor units.
    pub(super) fn minor(&self, currency: Currency) -> Option<i64> {
        money::minor(&self.amount, currency)
    }

    /// When; 0 stands for not yet.
    pub(super) fn done_at(&self) -> Option<DateTime<Utc>> {
        moment(Some(self.cancelled_at))
    }
}

/// UNIX seconds; 0 stands for never (rule V1-025).
fn moment(seconds: Option<i64>) -> Option<DateTime<Utc>> {
    seconds.filter(|seconds| *seconds > 0).and_then(|seconds| DateTime::from_timestamp(seconds, 0))
}

/// Definition `PagedPaymentAnnotation`.
#[derive(Deserialize)]
pub(super) struct PaymentPage {
    /// The number of the next page; 0 where there is none (rule V1-046).
    #[serde(default)]
    pub next: i64,
    pub list: Vec<Payment>,
}

/// Definition `CustomerAnnotation`.
#[derive(Deserialize)]
pub(super) struct StoredKey {
    pub customer_uid: String,
    pub inserted: Option<i64>,
    pub updated: Option<i64>,
}

/// A text or nothing: a value of another type counts as its JSON text (rule V1-033).
pub(super) struct Lenient(pub String);

impl<'de> Deserialize<'de> for Lenient {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        Ok(Self(serde_json::from_str(raw.get()).unwrap_or_else(|_| raw.get().to_owned())))
    }
}

/// `card_type`: 0 is credit, 1 is debit (rule V1-031); some servers write it as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CardType {
    Credit,
    Debit,
    Unknown,
}

impl<'de> Deserialize<'de> for CardType {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        Ok(match raw.get().trim_matches('"') {
            "0" => Self::Credit,
            "1" => Self::Debit,
            _ => Self::Unknown,
        })
    }
}
