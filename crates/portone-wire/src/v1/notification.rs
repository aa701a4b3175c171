//! Webhooks of a V1 upstream (rules V1-091, V1-097). They carry no signature, so nothing in them is believed: they only
//! say which payment to look up.

use portone_core::{Ack, Notification, NotificationError, NotificationSubject, PaymentId, RawNotification};
use serde::Deserialize;

use super::V1Dialect;

#[derive(Deserialize)]
struct Webhook {
    imp_uid: String,
    merchant_uid: String,
    status: String,
    #[serde(default)]
    cancellation_id: Option<String>,
}

impl V1Dialect {
    /// A message of the upstream, parsed, and what to answer. It is a hint only.
    #[allow(clippy::unused_self)] // a dialect's notifications are its own, whether or not it has a secret to check them by
    pub fn parse_notification(
        &self,
        raw: &RawNotification,
    ) -> Result<(Notification, Ack), NotificationError> {
        let webhook = parse(raw)?;
        let payment_id = PaymentId::parse(&webhook.merchant_uid)
            .map_err(|error| NotificationError::Unreadable(format!("merchant_uid {error}")))?;
        // A message has no id of its own; these three name what happened (rule V1-096).
        let cancellation = webhook.cancellation_id.unwrap_or_default();
        let id = format!("{}:{}:{cancellation}", webhook.imp_uid, webhook.status);
        let subject = NotificationSubject::Payment { payment_id, attempt: None };
        let notification = Notification { id, event: webhook.status, subject };
        Ok((notification, Ack { status: 200, body: String::new() }))
    }
}

fn parse(raw: &RawNotification) -> Result<Webhook, NotificationError> {
    let is_form = raw
        .header("content-type")
        .is_some_and(|kind| kind.to_ascii_lowercase().starts_with("application/x-www-form-urlencoded"));
    if is_form {
        return form(&raw.body)
            .ok_or_else(|| NotificationError::Unreadable("a form field is missing".into()));
    }
    serde_json::from_slice(&raw.body).map_err(|error| {
        NotificationError::Unreadable(format!("line {} column {}", error.line(), error.column()))
    })
}

fn form(body: &[u8]) -> Option<Webhook> {
    let text = std::str::from_utf8(body).ok()?;
    let field = |name: &str| {
        let mut pairs = text.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find(|(key, _)| *key == name).and_then(|(_, value)| decoded(value))
    };
    Some(Webhook {
        imp_uid: field("imp_uid")?,
        merchant_uid: field("merchant_uid")?,
        status: field("status")?,
        cancellation_id: field("cancellation_id"),
    })
}

/// A value of a form: `+` is a blank, `%XX` a byte.
fn decoded(value: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits = [rest.next()?, rest.next()?];
                u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?
            }
            byte => byte,
        });
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(content_type: &str, body: &str) -> RawNotification {
        RawNotification {
            headers: vec![("content-type".to_owned(), content_type.to_owned())],
            body: body.as_bytes().to_vec(),
        }
    }

    #[test]
    fn v1_091_both_content_types_are_read() {
        let json = raw("application/json", r#"{"imp_uid":"imp_1","merchant_uid":"주문 1","status":"paid"}"#);
        let form = raw(
            "application/x-www-form-urlencoded; charset=utf-8",
            "imp_uid=imp_1&merchant_uid=%EC%A3%BC%EB%AC%B8+1&status=paid&cancellation_id=",
        );
        for message in [json, form] {
            let webhook = parse(&message).unwrap();
            assert_eq!((webhook.imp_uid.as_str(), webhook.merchant_uid.as_str()), ("imp_1", "주문 1"));
            assert_eq!(webhook.status, "paid");
        }
    }

    #[test]
    fn a_message_without_its_fields_is_refused() {
        for message in [
            raw("application/json", r#"{"imp_uid":"imp_1","status":"paid"}"#),
            raw("application/x-www-form-urlencoded", "imp_uid=imp_1&status=paid"),
            raw("application/x-www-form-urlencoded", "imp_uid=imp_1&merchant_uid=%zz&status=paid"),
        ] {
            assert!(matches!(parse(&message), Err(NotificationError::Unreadable(_))));
        }
    }
}
