//! Notifications of a V2 upstream: verified as Standard Webhooks demands (rule V2-104), then parsed.

use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use portone_core::{
    Ack, AttemptId, BillingKey, Notification, NotificationError, NotificationSubject, PaymentId,
    RawNotification, Secret,
};
use serde::Deserialize;
use sha2::Sha256;

use super::V2Dialect;

const ID_HEADER: &str = "webhook-id";
const TIMESTAMP_HEADER: &str = "webhook-timestamp";
const SIGNATURE_HEADER: &str = "webhook-signature";
/// How far from now a message may have been signed, in seconds, either way.
const TOLERANCE_S: u64 = 300;
/// How many signatures of one message are looked at: one per active secret, with room to spare.
const SIGNATURE_COUNT_MAX: usize = 8;

impl V2Dialect {
    /// A message of the upstream: verified, parsed, and what to answer.
    ///
    /// It is a hint only. The payment's attempt is not in it, so [`NotificationSubject::Payment`] names the payment alone.
    pub fn parse_notification(
        &self,
        raw: &RawNotification,
        now: DateTime<Utc>,
    ) -> Result<(Notification, Ack), NotificationError> {
        let key = self.webhook_key.as_ref().ok_or(NotificationError::NoSecret)?;
        let id = verify(raw, key, now)?;
        let event: Event = serde_json::from_slice(&raw.body).map_err(|error| {
            NotificationError::Unreadable(format!("line {} column {}", error.line(), error.column()))
        })?;
        let notification = Notification { id: id.to_owned(), subject: subject(&event)?, event: event.kind };
        Ok((notification, Ack { status: 200, body: "{}".to_owned() }))
    }
}

/// The message's id, once the signature is found to match.
fn verify<'a>(
    raw: &'a RawNotification,
    key: &Secret<Vec<u8>>,
    now: DateTime<Utc>,
) -> Result<&'a str, NotificationError> {
    let header = |name| raw.header(name).ok_or(NotificationError::Header(name));
    let (id, timestamp, signatures) =
        (header(ID_HEADER)?, header(TIMESTAMP_HEADER)?, header(SIGNATURE_HEADER)?);
    let signed_at: i64 = timestamp
        .parse()
        .map_err(|_| NotificationError::Unreadable(format!("{TIMESTAMP_HEADER} is no number of seconds")))?;
    if now.timestamp().abs_diff(signed_at) > TOLERANCE_S {
        return Err(NotificationError::Stale);
    }
    let mut mac = Hmac::<Sha256>::new_from_slice(key.expose()).map_err(|_| NotificationError::NoSecret)?;
    mac.update(format!("{id}.{timestamp}.").as_bytes());
    mac.update(&raw.body);
    let matches = |signature: &str| {
        signature
            .strip_prefix("v1,")
            .and_then(|encoded| STANDARD.decode(encoded).ok())
            .is_some_and(|bytes| mac.clone().verify_slice(&bytes).is_ok())
    };
    if signatures.split(' ').take(SIGNATURE_COUNT_MAX).any(matches) {
        Ok(id)
    } else {
        Err(NotificationError::Signature)
    }
}

#[derive(Deserialize)]
struct Event {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    data: EventData,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
struct EventData {
    payment_id: Option<PaymentId>,
    billing_key: Option<BillingKey>,
}

fn subject(event: &Event) -> Result<NotificationSubject, NotificationError> {
    let missing = |what: &str| NotificationError::Unreadable(format!("data.{what} is missing"));
    if event.kind.starts_with("Transaction.") {
        let payment_id = event.data.payment_id.clone().ok_or_else(|| missing("paymentId"))?;
        Ok(NotificationSubject::Payment { payment_id, attempt: None::<AttemptId> })
    } else if event.kind.starts_with("BillingKey.") {
        let key = event.data.billing_key.clone().ok_or_else(|| missing("billingKey"))?;
        Ok(NotificationSubject::BillingKey(key))
    } else {
        Ok(NotificationSubject::Unknown)
    }
}
