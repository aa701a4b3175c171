//! The demo shop at `/demo`: a product, both browser SDKs, and what became of a payment: its routing decision, and the
//! webhook as it arrives. There is one where the gateway was started with the built-in configuration.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use portone_core::{PaymentId, StoreId};
use portone_engine::ledger::Transaction;
use portone_router::Decision;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::page::html_response;
use crate::answer::{Moment, json_response};
use crate::error::ApiError;
use crate::json::RawBody;
use crate::state::Gateway;
use crate::state::StoreName;

const HTML: &str = include_str!("assets/demo.html");
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
                      frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/// How many webhooks are kept to be shown.
const WEBHOOK_COUNT_MAX: usize = 200;

/// The webhooks that the demo shop took, as they came.
#[derive(Debug, Default)]
pub(crate) struct Inbox(Mutex<Webhooks>);

#[derive(Debug, Default)]
struct Webhooks {
    count: u64,
    kept: VecDeque<Value>,
}

pub(super) fn routes() -> Router<Gateway> {
    Router::new()
        .route("/demo", get(page))
        .route("/demo/shop", get(shop))
        .route("/demo/payments/{payment_id}", get(payment))
        .route("/demo/webhooks", post(take_webhook).get(webhooks))
}

async fn page(State(gateway): State<Gateway>) -> Response {
    match demo(&gateway) {
        Some(_) => html_response(StatusCode::OK, HTML.to_owned(), POLICY),
        None => no_demo(),
    }
}

/// What the page offers to choose from.
async fn shop(State(gateway): State<Gateway>) -> Response {
    let Some(store) = demo(&gateway) else { return no_demo() };
    let directory = gateway.engine.directory();
    let channels = directory.channels().filter(|channel| channel.store_id == store.id && channel.active);
    let channels: Vec<Value> = channels
        .map(|channel| json!({ "key": channel.key, "name": channel.name, "provider": channel.provider }))
        .collect();
    let groups = directory.groups(gateway.engine.now()).filter(|group| group.store_id == store.id);
    let groups: Vec<Value> = groups
        .map(|group| {
            let members = group.members.iter().filter(|member| member.active);
            let members: Vec<Value> = members
                .map(|member| json!({ "channelKey": member.channel, "weight": member.weight }))
                .collect();
            json!({ "id": group.id, "name": group.name, "members": members })
        })
        .collect();
    let shop = json!({
        "storeId": store.id, "userCode": store.user_code, "channels": channels, "groups": groups,
    });
    json_response(StatusCode::OK, &shop)
}

/// A payment of the demo shop, and why it went where it went.
async fn payment(State(gateway): State<Gateway>, Path(id): Path<String>) -> Response {
    let Some(store) = demo(&gateway) else { return no_demo() };
    let found = match PaymentId::parse(&id) {
        Ok(id) => gateway.engine.transactions(&store.id, &id).await.ok(),
        Err(_) => None,
    };
    let Some((transaction, decision)) = found.and_then(|mut found| found.pop()) else {
        return ApiError::new(StatusCode::NOT_FOUND, "PAYMENT_NOT_FOUND", "there is no such payment")
            .into_response();
    };
    let words = serde_json::from_str::<Decision>(&decision).map(|decision| decision.to_string()).ok();
    let decision = RawValue::from_string(decision).ok();
    let told = json!({ "payment": view(&transaction), "routing": decision, "explanation": words });
    json_response(StatusCode::OK, &told)
}

fn view(transaction: &Transaction) -> Value {
    json!({
        "paymentId": transaction.order.payment_id,
        "transactionId": transaction.id,
        "status": transaction.status,
        "method": transaction.method.code(),
        "total": transaction.order.amount.total,
        "currency": transaction.order.amount.currency.code(),
        "channel": {
            "key": transaction.channel.key,
            "name": transaction.channel.name,
            "provider": transaction.channel.provider,
        },
        "channelGroup": transaction.channel_group.as_ref().map(|group| json!({ "id": group.id, "name": group.name })),
        "pgTxId": transaction.pg_tx_id,
        "paidAt": transaction.paid_at.map(Moment),
        "failure": transaction.failure,
    })
}

/// Takes a webhook, as any shop's server would. It keeps what came, whoever sent it: the page shows it as that.
async fn take_webhook(State(gateway): State<Gateway>, headers: HeaderMap, body: RawBody) -> Response {
    if demo(&gateway).is_none() {
        return no_demo();
    }
    let Ok(body) = body.parse() else { return StatusCode::BAD_REQUEST.into_response() };
    let id = headers.get("webhook-id").and_then(|id| id.to_str().ok()).unwrap_or_default();
    let is_signed = headers.contains_key("webhook-signature");
    let mut inbox = gateway.inbox.0.lock().unwrap_or_else(PoisonError::into_inner);
    inbox.count += 1;
    let webhook = json!({
        "number": inbox.count, "id": id, "isSigned": is_signed, "at": Moment(gateway.engine.now()), "body": body.to_value(),
    });
    inbox.kept.push_back(webhook);
    if inbox.kept.len() > WEBHOOK_COUNT_MAX {
        inbox.kept.pop_front();
    }
    StatusCode::OK.into_response()
}

async fn webhooks(State(gateway): State<Gateway>) -> Response {
    if demo(&gateway).is_none() {
        return no_demo();
    }
    let kept: Vec<Value> = {
        let inbox = gateway.inbox.0.lock().unwrap_or_else(PoisonError::into_inner);
        inbox.kept.iter().cloned().collect()
    };
    json_response(StatusCode::OK, &json!({ "webhooks": kept }))
}

fn demo(gateway: &Gateway) -> Option<&StoreName> {
    let id: &StoreId = gateway.demo_store.as_ref()?;
    gateway.stores.iter().find(|store| store.id == *id)
}

fn no_demo() -> Response {
    ApiError::new(StatusCode::NOT_FOUND, "NOT_FOUND", "there is no such path here").into_response()
}
