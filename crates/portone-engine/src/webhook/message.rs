//! From an announcement to a message: its body, its headers and its signature (rules V2-100 to V2-105).

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::{DateTime, SecondsFormat, Utc};
use hmac::{Hmac, KeyInit as _, Mac as _};
use portone_core::{Major, WebhookMessage};
use serde::Serialize;
use serde_json::value::RawValue;
use sha2::Sha256;

use super::{Claim, SECRET_COUNT_MAX, Target, WebhookEndpoint, WebhookFormat, WebhookSecret, v1_status};
use crate::event::{Event, EventKind, EventSubject};
use crate::ledger::{Face, Transaction};

/// How long V1 waits for a shop: 10 s to connect and 30 s to be answered, and less once it is sent again (rule V1-094).
const V1_DEADLINES: [Duration; 2] = [Duration::from_secs(40), Duration::from_secs(15)];

/// The message of a delivery about that transaction, if it is about one, signed for a try that begins now.
pub(super) fn message(
    claim: &Claim,
    about: Option<&Transaction>,
    secrets: &[WebhookSecret],
    now: DateTime<Utc>,
) -> WebhookMessage {
    let Target { url, format, .. } = &claim.target;
    let body = body(&claim.event, about, *format);
    let [first, again] = V1_DEADLINES;
    let deadline = format.is_v1().then_some(if claim.try_count == 0 { first } else { again });
    WebhookMessage { deadline, ..signed(&claim.id, url, *format, body, secrets, now) }
}

/// A question to a shop before an approval (rule V2-111).
pub(crate) struct Question<'a> {
    /// The message's id.
    pub(crate) id: String,
    /// Where.
    pub(crate) url: &'a str,
    /// What is to be approved.
    pub(crate) transaction: &'a Transaction,
    /// When, by our clock.
    pub(crate) asked_at: DateTime<Utc>,
    /// When, by the time of day: what a receiver checks the signature's time against.
    pub(crate) sent_at: DateTime<Utc>,
}

#[derive(Serialize)]
struct QuestionBody<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    timestamp: String,
    data: QuestionData<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct QuestionData<'a> {
    payment_id: &'a str,
    transaction_id: &'a str,
    total_amount: i64,
}

#[derive(Serialize)]
struct OldQuestionBody<'a> {
    payment_id: &'a str,
    tx_id: &'a str,
    total_amount: i64,
}

/// Rule V1-102.
#[derive(Serialize)]
struct V1QuestionBody<'a> {
    imp_uid: &'a str,
    merchant_uid: &'a str,
    /// In major units.
    amount: Box<RawValue>,
}

/// The message of a question: in the version, and signed with the secrets, of the store's first URL of the environment
/// that speaks as the payment's own API does.
pub(crate) fn question(asked: &Question<'_>, endpoints: &[WebhookEndpoint]) -> WebhookMessage {
    let Question { transaction, .. } = asked;
    let environment = transaction.channel.environment;
    let is_v1 = transaction.face == Face::V1;
    let fits =
        |it: &&WebhookEndpoint| it.target.environment == environment && it.target.format.is_v1() == is_v1;
    let endpoint = endpoints.iter().find(fits);
    let default = if is_v1 { WebhookFormat::V1Json } else { WebhookFormat::V2024April };
    let format = endpoint.map_or(default, |it| it.target.format);
    let (payment_id, tx_id) = (transaction.order.payment_id.as_str(), transaction.id.as_str());
    let total_amount = transaction.order.amount.total;
    let (imp_uid, merchant_uid) = (transaction.imp_uid.to_string(), transaction.merchant_uid());
    let amount = Major::of(total_amount, transaction.order.amount.currency).to_string();
    let body = match format {
        WebhookFormat::V2024April => json(&QuestionBody {
            kind: "Transaction.Confirm",
            timestamp: asked.asked_at.to_rfc3339_opts(SecondsFormat::Millis, true),
            data: QuestionData { payment_id, transaction_id: tx_id, total_amount },
        }),
        WebhookFormat::V2024JanuaryJson => json(&OldQuestionBody { payment_id, tx_id, total_amount }),
        WebhookFormat::V2024JanuaryForm => {
            form(&[("payment_id", payment_id), ("tx_id", tx_id), ("total_amount", &total_amount.to_string())])
        }
        WebhookFormat::V1Json => json(&V1QuestionBody {
            imp_uid: &imp_uid,
            merchant_uid: &merchant_uid,
            amount: RawValue::from_string(amount).unwrap_or_else(|_| RawValue::NULL.to_owned()),
        }),
        WebhookFormat::V1Form => {
            form(&[("imp_uid", &imp_uid), ("merchant_uid", &merchant_uid), ("amount", &amount)])
        }
    };
    let secrets = endpoint.map_or(&[][..], |it| &it.secrets[..it.secrets.len().min(SECRET_COUNT_MAX)]);
    signed(&asked.id, asked.url, format, body, secrets, asked.sent_at)
}

fn signed(
    id: &str,
    url: &str,
    format: WebhookFormat,
    body: Vec<u8>,
    secrets: &[WebhookSecret],
    now: DateTime<Utc>,
) -> WebhookMessage {
    let timestamp = now.timestamp().to_string();
    let content_type = match format {
        WebhookFormat::V2024April | WebhookFormat::V2024JanuaryJson | WebhookFormat::V1Json => {
            "application/json"
        }
        WebhookFormat::V2024JanuaryForm | WebhookFormat::V1Form => "application/x-www-form-urlencoded",
    };
    let mut headers = vec![("content-type", content_type.to_owned())];
    if format.is_v1() && secrets.is_empty() {
        // V1 signs nothing, and has no headers of its own.
        return WebhookMessage { url: url.to_owned(), headers, body, deadline: None };
    }
    headers.push(("webhook-id", id.to_owned()));
    if !secrets.is_empty() {
        let signatures: Vec<String> =
            secrets.iter().map(|secret| sign(secret, id, &timestamp, &body)).collect();
        headers.push(("webhook-signature", signatures.join(" ")));
    }
    headers.push(("webhook-timestamp", timestamp));
    WebhookMessage { url: url.to_owned(), headers, body, deadline: None }
}

fn sign(secret: &WebhookSecret, id: &str, timestamp: &str, body: &[u8]) -> String {
    // HMAC takes keys of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.0.expose()) else { return String::new() };
    mac.update(format!("{id}.{timestamp}.").as_bytes());
    mac.update(body);
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

#[derive(Serialize)]
struct Body<'a> {
    #[serde(rename = "type")]
    kind: EventKind,
    timestamp: String,
    data: Data<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Data<'a> {
    store_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    payment_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    transaction_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cancellation_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    billing_key: Option<&'a str>,
}

#[derive(Serialize)]
struct OldBody<'a> {
    payment_id: &'a str,
    tx_id: &'a str,
    status: &'a str,
}

#[derive(Serialize)]
struct V1Body<'a> {
    imp_uid: &'a str,
    merchant_uid: &'a str,
    status: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    cancellation_id: Option<&'a str>,
}

/// The body: made of the announcement and what never changes of its transaction, so it is the same on each try.
fn body(event: &Event, about: Option<&Transaction>, format: WebhookFormat) -> Vec<u8> {
    if format.is_v1() {
        return about.map(|transaction| v1_body(event, transaction, format)).unwrap_or_default();
    }
    let shown_id = about.map(Transaction::shown_id);
    let data = data(event, shown_id.as_deref());
    if format == WebhookFormat::V2024April {
        let timestamp = event.at.to_rfc3339_opts(SecondsFormat::Millis, true);
        return json(&Body { kind: event.kind, timestamp, data });
    }
    let old = OldBody {
        payment_id: data.payment_id.unwrap_or_default(),
        tx_id: data.transaction_id.unwrap_or_default(),
        status: event.kind.code().rsplit('.').next().unwrap_or_default(),
    };
    match format {
        WebhookFormat::V2024JanuaryForm => {
            form(&[("payment_id", old.payment_id), ("tx_id", old.tx_id), ("status", old.status)])
        }
        WebhookFormat::V2024April
        | WebhookFormat::V2024JanuaryJson
        | WebhookFormat::V1Json
        | WebhookFormat::V1Form => json(&old),
    }
}

/// What V1 tells (rule V1-091).
fn v1_body(event: &Event, transaction: &Transaction, format: WebhookFormat) -> Vec<u8> {
    let (imp_uid, merchant_uid) = (transaction.imp_uid.to_string(), transaction.merchant_uid());
    let body = V1Body {
        imp_uid: &imp_uid,
        merchant_uid: &merchant_uid,
        status: v1_status(event, transaction.schedule_id.is_some()).unwrap_or_default(),
        cancellation_id: data(event, None).cancellation_id,
    };
    if format == WebhookFormat::V1Json {
        return json(&body);
    }
    let mut pairs =
        vec![("imp_uid", body.imp_uid), ("merchant_uid", body.merchant_uid), ("status", body.status)];
    pairs.extend(body.cancellation_id.map(|id| ("cancellation_id", id)));
    form(&pairs)
}

/// `shown_id` is the transaction's as shops know it, where that is another than its own.
fn data<'a>(event: &'a Event, shown_id: Option<&'a str>) -> Data<'a> {
    let mut data = Data {
        store_id: event.store_id.as_str(),
        payment_id: None,
        transaction_id: None,
        cancellation_id: None,
        billing_key: None,
    };
    match &event.subject {
        EventSubject::Payment { payment_id, transaction_id, cancellation_id } => {
            data.payment_id = Some(payment_id.as_str());
            data.transaction_id = Some(shown_id.unwrap_or(transaction_id.as_str()));
            data.cancellation_id = cancellation_id.as_ref().map(portone_core::CancellationId::as_str);
        }
        EventSubject::BillingKey(key) => data.billing_key = Some(key.as_str()),
    }
    data
}

/// Bodies are made of texts only, which always serialise.
fn json(body: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(body).unwrap_or_default()
}

fn form(pairs: &[(&str, &str)]) -> Vec<u8> {
    let encoded: Vec<_> =
        pairs.iter().map(|(name, value)| format!("{name}={}", percent_encoded(value))).collect();
    encoded.join("&").into_bytes()
}

fn percent_encoded(text: &str) -> String {
    let encode = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'*' => char::from(byte).to_string(),
        b' ' => "+".to_owned(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(encode).collect()
}

#[cfg(test)]
mod tests {
    use portone_core::Environment;

    use super::*;

    fn claim(format: WebhookFormat, kind: EventKind, subject: EventSubject) -> Claim {
        Claim {
            number: 1,
            id: "msg_1".to_owned(),
            event: Event {
                store_id: "store-1".parse().unwrap(),
                kind,
                at: "2026-11-21T00:00:00.125Z".parse().unwrap(),
                subject,
                trigger: None,
                notice_urls: Vec::new(),
            },
            target: Target { environment: Environment::Test, url: "https://a.example/".to_owned(), format },
            try_count: 0,
            until: DateTime::UNIX_EPOCH,
        }
    }

    fn payment(cancellation: Option<&str>) -> EventSubject {
        EventSubject::Payment {
            payment_id: "order 1&가".parse().unwrap(),
            transaction_id: "tx-1".parse().unwrap(),
            cancellation_id: cancellation.map(|id| id.parse().unwrap()),
        }
    }

    fn text(format: WebhookFormat, kind: EventKind, subject: EventSubject) -> String {
        let message = message(&claim(format, kind, subject), None, &[], DateTime::UNIX_EPOCH);
        String::from_utf8(message.body).unwrap()
    }

    #[test]
    fn bodies_are_as_documented() {
        assert_eq!(
            text(WebhookFormat::V2024April, EventKind::PartialCancelled, payment(Some("c-1"))),
            r#"{"type":"Transaction.PartialCancelled","timestamp":"2026-11-21T00:00:00.125Z","data":{"storeId":"store-1","paymentId":"order 1&가","transactionId":"tx-1","cancellationId":"c-1"}}"#
        );
        let key = EventSubject::BillingKey("billing-key-1".parse().unwrap());
        assert_eq!(
            text(WebhookFormat::V2024April, EventKind::BillingKeyIssued, key),
            r#"{"type":"BillingKey.Issued","timestamp":"2026-11-21T00:00:00.125Z","data":{"storeId":"store-1","billingKey":"billing-key-1"}}"#
        );
        assert_eq!(
            text(WebhookFormat::V2024JanuaryJson, EventKind::VirtualAccountIssued, payment(None)),
            r#"{"payment_id":"order 1&가","tx_id":"tx-1","status":"VirtualAccountIssued"}"#
        );
        assert_eq!(
            text(WebhookFormat::V2024JanuaryForm, EventKind::Paid, payment(None)),
            "payment_id=order+1%26%EA%B0%80&tx_id=tx-1&status=Paid"
        );
    }

    /// The example of the Standard Webhooks specification's libraries.
    #[test]
    fn a_signature_is_the_specifications() {
        let secret = WebhookSecret::parse(&"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".into()).unwrap();
        let signature =
            sign(&secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", br#"{"test": 2432232314}"#);
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn each_secret_signs_and_none_leaves_a_message_unsigned() {
        let claim = claim(WebhookFormat::V2024April, EventKind::Paid, payment(None));
        let secrets =
            ["whsec_bXkta2V5", "whsec_b3RoZXI="].map(|text| WebhookSecret::parse(&text.into()).unwrap());
        let signature = |secrets: &[WebhookSecret]| {
            let headers = message(&claim, None, secrets, DateTime::UNIX_EPOCH).headers;
            headers.into_iter().find(|(name, _)| *name == "webhook-signature").map(|(_, value)| value)
        };
        let [one, other] = [&secrets[..1], &secrets[1..]].map(|secrets| signature(secrets).unwrap());
        assert_eq!(signature(&secrets), Some(format!("{one} {other}")));
        assert_eq!(signature(&[]), None);
    }
}
