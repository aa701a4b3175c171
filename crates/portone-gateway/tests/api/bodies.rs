//! Requests as a shop sends them.

use serde_json::{Value, json};

/// A credential as a shop sends it.
pub(crate) fn credential(number: &str) -> Value {
    json!({"number": number, "expiryYear": "29", "expiryMonth": "12",
        "birthOrBusinessRegistrationNumber": "900101", "passwordTwoDigits": "00"})
}

/// The buyer as a shop sends it.
pub(crate) fn customer() -> Value {
    json!({"id": "customer1", "name": {"separated": {"first": "Port", "last": "Kim"}},
        "email": "port@example.com", "phoneNumber": "01000001234"})
}

/// The least of a card payment that every PG takes.
pub(crate) fn card_payment(channel: &str, number: &str) -> Value {
    json!({"channelKey": channel, "orderName": "Monthly pass", "amount": {"total": 8900}, "currency": "KRW",
        "customer": customer(), "method": {"card": {"credential": credential(number)}}})
}

/// The least of a virtual account that every PG issues.
pub(crate) fn account_payment(channel: &str) -> Value {
    json!({"channelKey": channel, "orderName": "Monthly pass", "amount": {"total": 8900}, "currency": "KRW",
        "customer": customer(), "productCount": 1,
        "method": {"virtualAccount": {"bank": "SHINHAN", "expiry": {"dueDate": "2026-11-24T09:00:00+09:00"},
            "option": {"type": "NORMAL"}, "remitteeName": "Shop",
            "cashReceipt": {"type": "PERSONAL", "customerIdentityNumber": "01000001234"}}}})
}

/// A cash receipt that Smartro issues.
pub(crate) fn cash_receipt(channel: &str) -> Value {
    json!({"paymentId": "order1", "channelKey": channel, "type": "PERSONAL", "orderName": "Monthly pass",
        "currency": "KRW", "amount": {"total": 8900},
        "customer": {"identityNumber": "01000001234", "name": "Port Kim", "phoneNumber": "01000001234"}})
}

/// A billing key to issue; `selector` is `channelKey` or `channelGroupId`.
pub(crate) fn issue(selector: &str, value: &str, number: &str) -> Value {
    json!({selector: value, "customer": customer(), "method": {"card": {"credential": credential(number)}}})
}

/// A payment with a billing key.
pub(crate) fn key_payment(key: &str) -> Value {
    json!({"billingKey": key, "orderName": "Monthly pass", "amount": {"total": 8900}, "currency": "KRW",
        "customer": customer()})
}

/// A body with one member changed; null takes it away. `pointer` names it as RFC 6901 does.
pub(crate) fn with(mut body: Value, pointer: &str, value: Value) -> Value {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let parent = body.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    if value.is_null() {
        parent.remove(name).unwrap();
    } else {
        parent.insert(name.to_owned(), value);
    }
    body
}

pub(crate) fn is_uuid(text: &str) -> bool {
    let lengths: Vec<usize> = text.split('-').map(str::len).collect();
    lengths == [8, 4, 4, 4, 12] && text.chars().all(|c| c == '-' || c.is_ascii_hexdigit())
}
