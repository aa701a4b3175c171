//! Notifications are believed only when their signature is right (Standard Webhooks; rule V2-104).

use chrono::{DateTime, TimeDelta, Utc};
use portone_core::{
    Credentials, Currencies, Notification, NotificationError, NotificationSubject, PaymentIdRule, PgProfile,
    RawNotification, Rule, Severity,
};
use portone_testkit::samples;
use portone_wire::v2::V2Dialect;

const BODY: &str = r#"{"type":"Transaction.Paid","timestamp":"2026-03-02T05:04:05.000Z","data":{"storeId":"store-1","paymentId":"payment0001A","transactionId":"t-1"}}"#;
/// Of `BODY` by `msg_1` at the samples' time, computed by another implementation (Python's hmac).
const SIGNATURE: &str = "v1,eLE+g0l61udswtlZgU4JU7JXKp/JvRw7oaFgBOnZZAo=";

#[test]
fn a_signed_message_names_its_payment() {
    let notification = parse(&message(BODY, SIGNATURE), samples::now()).unwrap();
    assert_eq!((notification.id.as_str(), notification.event.as_str()), ("msg_1", "Transaction.Paid"));
    let NotificationSubject::Payment { payment_id, attempt: None } = notification.subject else { panic!() };
    assert_eq!(payment_id.as_str(), samples::PAYMENT_ID);
}

/// The inputs are those of the Standard Webhooks documents, the signature is computed by Python's hmac.
#[test]
fn the_secret_of_the_standards_documents_verifies_their_message() {
    let mut raw = message(r#"{"test": 2432232314}"#, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    raw.headers[0].1 = "msg_p5jXN8AQM9LWM0D4loKWxJek".to_owned();
    raw.headers[1].1 = "1614265330".to_owned();
    let now = DateTime::from_timestamp(1_614_265_330, 0).unwrap();
    // Verified, and then found to be no PortOne event.
    assert!(matches!(parse(&raw, now), Err(NotificationError::Unreadable(_))));
}

#[test]
fn one_right_signature_of_several_is_enough() {
    let signatures = format!("v1,AAAA v1a,{} {SIGNATURE}", &SIGNATURE[3..]);
    assert!(parse(&message(BODY, &signatures), samples::now()).is_ok());
    let without_version = SIGNATURE.trim_start_matches("v1,");
    for wrong in ["", "v1,", "v1,AAAA", without_version, &SIGNATURE[..20]] {
        assert_eq!(
            parse(&message(BODY, wrong), samples::now()),
            Err(NotificationError::Signature),
            "{wrong}"
        );
    }
}

#[test]
fn a_changed_byte_is_noticed() {
    let id = |raw: &mut RawNotification| raw.headers[0].1 = "msg_2".to_owned();
    let timestamp = |raw: &mut RawNotification| raw.headers[1].1 = "1772427844".to_owned();
    let body = |raw: &mut RawNotification| raw.body[2] ^= 1;
    for change in [id as fn(&mut RawNotification), timestamp, body] {
        let mut raw = message(BODY, SIGNATURE);
        change(&mut raw);
        assert_eq!(parse(&raw, samples::now()), Err(NotificationError::Signature));
    }
}

#[test]
fn a_message_is_fresh_for_300_seconds() {
    let raw = message(BODY, SIGNATURE);
    for seconds in [300, -300] {
        assert!(parse(&raw, samples::now() + TimeDelta::seconds(seconds)).is_ok(), "{seconds}");
    }
    for seconds in [301, -301] {
        let late = parse(&raw, samples::now() + TimeDelta::seconds(seconds));
        assert_eq!(late, Err(NotificationError::Stale), "{seconds}");
    }
}

#[test]
fn headers_come_once_and_the_time_is_a_number() {
    for at in 0..3 {
        let mut missing = message(BODY, SIGNATURE);
        let header = missing.headers.remove(at);
        assert!(matches!(parse(&missing, samples::now()), Err(NotificationError::Header(_))));
        let mut repeated = message(BODY, SIGNATURE);
        repeated.headers.push(header);
        assert!(matches!(parse(&repeated, samples::now()), Err(NotificationError::Header(_))));
    }
    let mut raw = message(BODY, SIGNATURE);
    raw.headers[1].1 = "soon".to_owned();
    assert!(matches!(parse(&raw, samples::now()), Err(NotificationError::Unreadable(_))));
}

#[test]
fn without_a_secret_nothing_is_believed() {
    let mut upstream = samples::upstream();
    let Credentials::PortOneV2 { webhook_secret, .. } = &mut upstream.credentials else { panic!() };
    *webhook_secret = None;
    let dialect = V2Dialect::new(&samples::channel(&PROFILE), &upstream).unwrap();
    let parsed = dialect.parse_notification(&message(BODY, SIGNATURE), samples::now());
    assert_eq!(parsed.unwrap_err(), NotificationError::NoSecret);
}

fn parse(raw: &RawNotification, now: DateTime<Utc>) -> Result<Notification, NotificationError> {
    let dialect = V2Dialect::new(&samples::channel(&PROFILE), &samples::upstream()).unwrap();
    let (notification, ack) = dialect.parse_notification(raw, now)?;
    assert_eq!(ack.status, 200);
    Ok(notification)
}

fn message(body: &str, signatures: &str) -> RawNotification {
    let headers =
        [("webhook-id", "msg_1"), ("webhook-timestamp", "1772427843"), ("webhook-signature", signatures)];
    RawNotification {
        headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        body: body.as_bytes().to_vec(),
    }
}

static RULE: Rule = Rule { code: "X-CAP", severity: Severity::Reject, reason: "None.", source: "none" };
static PROFILE: PgProfile = PgProfile {
    provider: "X",
    rule_prefix: "X",
    display_name: "X",
    commands: &[],
    currencies: Currencies::Any,
    payment_id: PaymentIdRule { length_max: None, alphanumeric: false },
    partial_cancel: false,
    judges_test_cards: false,
    key_window_charges: false,
    rules: &[],
    capability_rule: &RULE,
};
