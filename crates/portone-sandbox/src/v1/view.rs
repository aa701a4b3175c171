//! What the V1 face tells of its records.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::Refusal;
use super::input::number;
use super::records::{Book, CARD, Channel, Payment, Status, StoredCard};
use crate::cards::CardFacts;
use crate::v2::query_value;

const PAGE_SIZE: usize = 20;
const PAGE_SIZE_MAX: usize = 1_000;

/// `GET /payments/find/{merchant_uid}[/{status}]`: the newest.
pub(super) fn find(book: &Book, merchant_uid: &str, status: Option<&str>) -> Result<Value, Refusal> {
    matching(book, merchant_uid, status)?.first().map(|payment| payment_view(payment)).ok_or_else(not_found)
}

/// `GET /payments/findAll/{merchant_uid}[/{status}]` (V1-046): newest first, or oldest first with `sorting=started`.
pub(super) fn find_all(
    book: &Book,
    merchant_uid: &str,
    status: Option<&str>,
    query: &str,
) -> Result<Value, Refusal> {
    let mut found = matching(book, merchant_uid, status)?;
    if found.is_empty() {
        return Err(not_found());
    }
    if query_value(query, "sorting").as_deref() == Some("started") {
        found.reverse();
    }
    let asked = |name: &str| query_value(query, name).and_then(|text| text.parse::<usize>().ok());
    let (page, limit) =
        (asked("page").unwrap_or(1).max(1), asked("limit").unwrap_or(PAGE_SIZE).clamp(1, PAGE_SIZE_MAX));
    let seen = page.saturating_mul(limit);
    let list: Vec<Value> =
        found.iter().skip(seen - limit).take(limit).map(|payment| payment_view(payment)).collect();
    Ok(json!({
        "total": found.len(), "previous": page - 1, "next": if seen < found.len() { page + 1 } else { 0 },
        "list": list,
    }))
}

/// `GET /payments/{imp_uid}`: test payments are hidden unless they are asked for (V1-036).
pub(super) fn read(book: &Book, imp_uid: &str, shows_tests: bool) -> Result<Value, Refusal> {
    let payment = book.payment(imp_uid).filter(|payment| shows_tests || !payment.is_test);
    payment.map(payment_view).ok_or_else(not_found)
}

/// Every payment, for tests.
pub(super) fn ledger(book: &Book) -> Value {
    let payments: Vec<Value> = book
        .payments()
        .map(|payment| {
            let mut view = payment_view(payment);
            view["delivery"] = json!(payment.delivery);
            view
        })
        .collect();
    json!({"payments": payments})
}

/// `GET /sandbox/v1/customers`: every key, deleted or not.
pub(super) fn customers(book: &Book) -> Value {
    let view = |key: &StoredCard| {
        json!({
            "customer_uid": key.customer_uid, "channel_key": key.channel_key,
            "is_deleted": key.deleted_at.is_some(), "orphaned_pg_keys": key.orphaned_pg_keys,
        })
    };
    json!({"customers": book.keys().map(view).collect::<Vec<_>>()})
}

/// Definition `PaymentAnnotation`: what is unset is null, a time that never was is 0 (V1-023, V1-025).
pub(super) fn payment_view(payment: &Payment) -> Value {
    let seconds = |at: Option<DateTime<Utc>>| at.map_or(0, |at| at.timestamp());
    let done: Vec<_> = payment.cancels.iter().filter(|cancel| cancel.cancelled_at.is_some()).collect();
    let history: Vec<Value> = done
        .iter()
        .map(|cancel| {
            json!({
                "pg_tid": cancel.pg_tid, "amount": number(cancel.amount), "reason": cancel.reason,
                "cancelled_at": seconds(cancel.cancelled_at), "cancellation_id": cancel.id, "receipt_url": null,
            })
        })
        .collect();
    let card = payment.card.as_ref().map_or(Value::Null, CardFacts::view);
    let closed_at = payment.account.as_ref().and_then(|account| account.closed_at);
    let mut view = json!({
        "imp_uid": payment.imp_uid, "merchant_uid": payment.merchant_uid, "pay_method": payment.pay_method,
        "channel": "api", "pg_provider": payment.pg_code, "emb_pg_provider": null,
        "pg_tid": payment.pg_tid, "pg_id": payment.pg_id, "sandbox": payment.is_test, "escrow": payment.is_escrow,
        "apply_num": payment.apply_num, "card_name": card["name"], "card_code": null,
        "card_quota": payment.card_quota, "card_number": card["number"],
        "card_type": payment.card.as_ref().map(|card| i32::from(card.debit)), "name": payment.name, "amount": number(payment.amount),
        "cancel_amount": number(payment.cancelled()), "currency": payment.currency,
        "custom_data": payment.custom_data, "status": status_name(payment.status),
        "started_at": payment.started_at.timestamp(), "paid_at": seconds(payment.paid_at),
        "failed_at": seconds(payment.failed_at),
        "cancelled_at": seconds(done.last().and_then(|cancel| cancel.cancelled_at).or(closed_at)),
        "fail_reason": payment.fail_reason, "cancel_reason": done.last().and_then(|cancel| cancel.reason.clone()),
        "receipt_url": null, "cancel_history": history, "cancel_receipt_urls": [],
        "cash_receipt_issued": false, "customer_uid": payment.customer_uid,
        "customer_uid_usage": payment.customer_uid.as_ref().map(|_| "payment"),
    });
    if payment.pay_method != CARD {
        for name in ["apply_num", "card_name", "card_code", "card_quota", "card_number", "card_type"] {
            view[name] = json!(null);
        }
    }
    for name in ["buyer_name", "buyer_email", "buyer_tel", "buyer_addr", "buyer_postcode"] {
        view[name] = json!(payment.buyer.get(name));
    }
    let account = payment.account.as_ref();
    view["vbank_code"] = json!(account.map(|account| &account.bank_code));
    view["vbank_name"] = Value::Null;
    view["vbank_num"] = json!(account.map(|account| &account.number));
    view["vbank_holder"] = json!(account.and_then(|account| account.holder.as_ref()));
    view["vbank_date"] = json!(seconds(account.map(|account| account.due)));
    view["vbank_issued_at"] = json!(seconds(account.map(|account| account.issued_at)));
    view
}

/// Definition `CustomerAnnotation`.
pub(super) fn key_view(key: &StoredCard, channel: &Channel) -> Value {
    let card = key.card.view();
    let mut view = json!({
        "customer_uid": key.customer_uid, "pg_provider": channel.pg_code, "pg_id": channel.pg_id,
        "sandbox": channel.is_test, "card_name": card["name"], "card_code": null, "card_number": card["number"],
        "card_type": i32::from(key.card.debit), "inserted": key.inserted.timestamp(),
        "updated": key.updated.timestamp(),
    });
    for name in ["customer_name", "customer_tel", "customer_email", "customer_addr", "customer_postcode"] {
        view[name] = json!(key.holder.get(name));
    }
    view
}

fn status_name(status: Status) -> &'static str {
    match status {
        Status::Ready => "ready",
        Status::Paid => "paid",
        Status::Failed => "failed",
        Status::Cancelled => "cancelled",
    }
}

fn matching<'a>(
    book: &'a Book,
    merchant_uid: &str,
    status: Option<&str>,
) -> Result<Vec<&'a Payment>, Refusal> {
    const STATUSES: [&str; 5] = ["all", "ready", "paid", "cancelled", "failed"];
    if status.is_some_and(|status| !STATUSES.contains(&status)) {
        return Err(Refusal::hub("올바르지 않은 status입니다.").with_status(400));
    }
    let wanted = status.filter(|status| *status != "all");
    let mut found = book.of_merchant_uid(merchant_uid);
    found.retain(|payment| wanted.is_none_or(|wanted| status_name(payment.status) == wanted));
    Ok(found)
}

fn not_found() -> Refusal {
    Refusal::missing("존재하지 않는 결제정보입니다.")
}
