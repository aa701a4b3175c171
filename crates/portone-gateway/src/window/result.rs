//! A window has ended: `POST /window/result` of its page, and `GET /window/return/{ticket}` of a buyer who was redirected.
//! What they say is a hint. The engine approves what was authenticated, or asks the upstream, and the ledger is what the
//! shop is told.

use axum::extract::{Path, Query, State};
use axum::http::header::{CACHE_CONTROL, LOCATION, REFERRER_POLICY};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use portone_core::{BillingKey, PaymentId, Secret, StoreId};
use portone_engine::ledger::{
    BillingKeyRecord, BillingKeyStatus, Face, KeyChannelState, PaymentStatus, Transaction,
};
use portone_engine::request::Caller;
use portone_engine::{
    ConfirmBillingKeyRequest, ConfirmIssueAndPayRequest, ConfirmPaymentRequest, EngineError, FixedAmount,
    issue_token, payment_token,
};
use serde_json::{Value, json};

use super::iamport;
use super::origin::{Origin, problem_of, with_query};
use super::page::html_response;
use super::sdk_error::SdkError;
use super::ticket::{About, Ticket};
use crate::answer::json_response;
use crate::error::ApiError;
use crate::json::RawBody;
use crate::state::Gateway;

/// The placeholder of what a shop approves by itself (rule V2-051).
const NEEDS_CONFIRMATION: &str = "NEEDS_CONFIRMATION";
/// What a window that issues a key and pays is called.
const BOTH: &str = "ISSUE_BILLING_KEY_AND_PAY";
/// What the page of a window is told that another has taken the place of.
const REPLACED: &str = "another window of the payment was opened since, and this one counts no more";
/// How much of the upstream's words is handed on, in characters.
const WORDS_LENGTH_MAX: usize = 500;

/// `POST /window/result`: only our own page may ask.
pub(super) async fn result(State(gateway): State<Gateway>, headers: HeaderMap, body: RawBody) -> Response {
    if !Origin::of(&headers).is_some_and(|origin| origin.is_own(&headers)) {
        return ApiError::forbidden("only the window's own page may tell of its end").into_response();
    }
    let body = match body.parse() {
        Ok(body) => body.to_value(),
        Err(error) => return error.into_response(),
    };
    let ticket = body.get("ticket").and_then(Value::as_str).unwrap_or_default();
    let Some(ticket) = Ticket::read(&gateway.engine, ticket) else { return unknown_ticket().into_response() };
    let hint = Hint::read(body.get("result").unwrap_or(&Value::Null));
    let told = settle(&gateway, ticket, hint).await;
    let mut response = json_response(StatusCode::OK, &told);
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// `GET /window/return/{ticket}`: the buyer goes on to the URL that the shop gave and that the ticket holds, and to no
/// other.
pub(super) async fn come_back(
    State(gateway): State<Gateway>,
    Path(ticket): Path<String>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Response {
    let Some(ticket) = Ticket::read(&gateway.engine, &ticket) else { return no_way_back() };
    let pairs = pairs.into_iter().map(|(name, value)| (name, Value::String(value)));
    let told = settle(&gateway, ticket, Hint::read(&Value::Object(pairs.collect()))).await;
    match told.get("redirectTo").and_then(Value::as_str).and_then(|url| HeaderValue::from_str(url).ok()) {
        Some(url) => {
            let mut response = StatusCode::SEE_OTHER.into_response();
            let headers = response.headers_mut();
            headers.insert(LOCATION, url);
            headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
            headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
            response
        }
        None => no_way_back(),
    }
}

fn unknown_ticket() -> ApiError {
    ApiError::new(StatusCode::NOT_FOUND, "NOT_FOUND", "the ticket is of no window that this gateway opened")
}

fn no_way_back() -> Response {
    let html = "<!doctype html>\n<html lang=\"ko\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
                content=\"width=device-width, initial-scale=1\">\n<title>결제창</title>\n<link rel=\"icon\" href=\"data:,\">\n<link rel=\"stylesheet\" \
                href=\"/window/assets/window.css\">\n</head>\n<body class=\"alone\">\n<main class=\"notice\">\n\
                <h1 class=\"title\">돌아갈 상점을 찾을 수 없습니다</h1>\n<p>상점의 주문 내역에서 결제 결과를 확인해 주세요.</p>\n\
                <p lang=\"en\">This link leads to no shop. Look your order up at the shop where you paid.</p>\n</main>\n\
                </body>\n</html>\n";
    let policy =
        "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'";
    html_response(StatusCode::NOT_FOUND, html.to_owned(), policy)
}

/// What the upstream's SDK, or its redirect, said.
#[derive(Debug, Default)]
struct Hint {
    payment_token: Option<Secret<String>>,
    billing_issue_token: Option<Secret<String>>,
    error: Option<SdkError>,
}

impl Hint {
    fn read(result: &Value) -> Self {
        let text = |names: &[&str]| {
            let found = names.iter().find_map(|name| result.get(*name).and_then(Value::as_str));
            found
                .filter(|text| !text.is_empty())
                .map(|text| text.chars().take(WORDS_LENGTH_MAX).collect::<String>())
        };
        // A token cut short would be refused by whoever gave it.
        let secret = |name: &str| {
            result.get(name).and_then(Value::as_str).filter(|it| !it.is_empty()).map(Secret::from)
        };
        let code = text(&["code", "error_code"]);
        let error = code.map(|code| SdkError {
            message: text(&["message", "error_msg"]).unwrap_or_else(|| code.clone()),
            pg_code: text(&["pgCode"]),
            pg_message: text(&["pgMessage"]),
            code,
        });
        Self {
            payment_token: secret("paymentToken"),
            billing_issue_token: secret("billingIssueToken"),
            error,
        }
    }
}

/// Settles what a window came to, and words it for the shop's SDK: `response`, and `redirectTo` where the shop gave a URL.
/// It runs on even where the page is gone.
async fn settle(gateway: &Gateway, ticket: Ticket, hint: Hint) -> Value {
    let on = gateway.clone();
    let work = async move {
        let response = match &ticket.about {
            About::Payment(id) => payment(&on, &ticket, id, hint).await,
            About::BillingKey(key) => billing_key(&on, &ticket, key, hint).await,
            About::Both { payment_id, key } => both(&on, &ticket, payment_id, key, hint).await,
        };
        let redirect_to =
            ticket.redirect_url.as_deref().and_then(|url| redirect(url, ticket.face, &response));
        match redirect_to {
            Some(url) => json!({ "response": response, "redirectTo": url }),
            None => json!({ "response": response }),
        }
    };
    let told = gateway.run(Box::pin(work)).await;
    told.unwrap_or_else(|| json!({ "response": SdkError::new("UnknownError", "look the payment up") }))
}

async fn payment(gateway: &Gateway, ticket: &Ticket, id: &str, hint: Hint) -> Value {
    let (Ok(store_id), Ok(payment_id)) = (StoreId::parse(&ticket.store_id), PaymentId::parse(id)) else {
        return json!(SdkError::new("PaymentNotFound", "there is no such payment"));
    };
    let mut refusal = None;
    let mut token = None;
    let given = hint.payment_token.as_ref().zip(ticket.tx_id.as_deref());
    match given.map(|(given, tx_id)| payment_token(tx_id, given)) {
        Some(given) if is_manual(gateway, &store_id) => token = Some(given),
        Some(given) => refusal = approve(gateway, &store_id, &payment_id, given, ticket).await,
        None => {}
    }
    let transaction = match gateway.engine.look_at_window(&store_id, &payment_id).await {
        Ok(transaction) => transaction,
        Err(error) => return json!(SdkError::from(&error)),
    };
    let mut said = refusal.or(hint.error);
    if is_another(ticket, &transaction) {
        (token, said) = (None, Some(SdkError::new("InvalidEntityState", REPLACED)));
    }
    // Money that was taken is never told as a failure, whatever the page or the approval said.
    let error = if token.is_some() { None } else { error_of(&transaction, said) };
    match ticket.face {
        Face::V1 => iamport::told_of_payment(&transaction, error.as_ref()),
        Face::V2 => {
            let mut told = json!({
                "transactionType": "PAYMENT",
                "txId": transaction.id,
                "paymentId": transaction.order.payment_id,
            });
            if let Some(token) = token {
                told["paymentToken"] = json!(token.expose());
            }
            with_error(told, error)
        }
    }
}

fn is_manual(gateway: &Gateway, store_id: &StoreId) -> bool {
    gateway.stores.iter().any(|store| store.id == *store_id && store.manual_approval)
}

/// Whether another window of the payment has taken the place of the ticket's.
fn is_another(ticket: &Ticket, transaction: &Transaction) -> bool {
    ticket.tx_id.as_deref().is_some_and(|tx_id| tx_id != transaction.shown_id())
}

/// What came of a window that issued a key and paid with it.
async fn both(gateway: &Gateway, ticket: &Ticket, id: &str, key: &str, hint: Hint) -> Value {
    let ids = (StoreId::parse(&ticket.store_id), PaymentId::parse(id), BillingKey::parse(key));
    let (Ok(store_id), Ok(payment_id), Ok(key)) = ids else {
        return json!(SdkError::new("PaymentNotFound", "there is no such payment"));
    };
    let mut refusal = None;
    if let Some(upstream) = hint.billing_issue_token {
        let billing_issue_token = issue_token(&key, &upstream);
        if is_manual(gateway, &store_id) {
            return json!({
                "transactionType": BOTH,
                "billingKey": NEEDS_CONFIRMATION,
                "paymentId": payment_id,
                "txId": NEEDS_CONFIRMATION,
                "billingIssueToken": billing_issue_token.expose(),
            });
        }
        let request = ConfirmIssueAndPayRequest {
            caller: caller(&store_id, ticket.face),
            billing_issue_token,
            payment_id: Some(payment_id.to_string()),
            amount: FixedAmount::default(),
            is_test: None,
            skip_webhook: false,
        };
        match Box::pin(gateway.engine.confirm_issue_and_pay(request)).await {
            Ok(_) | Err(EngineError::AlreadyPaid | EngineError::BillingKeyAlreadyIssued) => {}
            Err(error) => refusal = Some(SdkError::from(&error)),
        }
    }
    let transaction = match gateway.engine.look_at_window(&store_id, &payment_id).await {
        Ok(transaction) => transaction,
        Err(error) => return json!(SdkError::from(&error)),
    };
    let mut said = refusal.or(hint.error);
    if is_another(ticket, &transaction) {
        said = Some(SdkError::new("InvalidEntityState", REPLACED));
    }
    let error = error_of(&transaction, said);
    match ticket.face {
        Face::V1 => {
            iamport::told_of_key(ticket.names.as_ref(), key.as_str(), Some(&transaction), error.as_ref())
        }
        Face::V2 => {
            let billing_key = if error.is_none() { key.as_str() } else { "" };
            let told = json!({
                "transactionType": BOTH,
                "billingKey": billing_key,
                "paymentId": transaction.order.payment_id,
                "txId": transaction.id,
            });
            with_error(told, error)
        }
    }
}

async fn approve(
    gateway: &Gateway,
    store_id: &StoreId,
    payment_id: &PaymentId,
    payment_token: Secret<String>,
    ticket: &Ticket,
) -> Option<SdkError> {
    let request = ConfirmPaymentRequest {
        caller: caller(store_id, ticket.face),
        payment_id: payment_id.clone(),
        payment_token,
        // Another window of the payment may have taken the place of the one that gave the token.
        tx_id: ticket.tx_id.clone(),
        currency: None,
        total: None,
        tax_free: None,
        is_test: None,
        skip_webhook: false,
    };
    match Box::pin(gateway.engine.confirm_payment(request)).await {
        // A second page tells what the first has told: the ledger has the answer.
        Ok(_) | Err(EngineError::AlreadyPaid) => None,
        Err(error) => Some(SdkError::from(&error)),
    }
}

/// Our own page asks, for the shop's.
fn caller(store_id: &StoreId, face: Face) -> Caller {
    Caller { store_id: store_id.clone(), ip: "127.0.0.1".to_owned(), face, operation: None }
}

/// Why a payment is told to have failed; `None` where it has not.
fn error_of(transaction: &Transaction, said: Option<SdkError>) -> Option<SdkError> {
    match transaction.status {
        PaymentStatus::Paid
        | PaymentStatus::VirtualAccountIssued
        | PaymentStatus::PartialCancelled
        | PaymentStatus::Cancelled => None,
        PaymentStatus::Failed => {
            let known = transaction.failure.as_ref().map(SdkError::of_failure);
            Some(said.or(known).unwrap_or_else(|| SdkError::new("PGProviderError", "the payment failed")))
        }
        // The payer did all he could; the webhook tells the rest.
        PaymentStatus::PayPending => said,
        PaymentStatus::Ready => Some(said.unwrap_or_else(|| {
            SdkError::new("PAY_PROCESS_CANCELED", "the window was closed before the payment was made")
        })),
    }
}

async fn billing_key(gateway: &Gateway, ticket: &Ticket, key: &str, hint: Hint) -> Value {
    let (Ok(store_id), Ok(key)) = (StoreId::parse(&ticket.store_id), BillingKey::parse(key)) else {
        return json!(SdkError::new("BillingKeyNotFound", "there is no such billing key"));
    };
    let mut refusal = None;
    if let Some(upstream) = hint.billing_issue_token {
        let billing_issue_token = issue_token(&key, &upstream);
        if is_manual(gateway, &store_id) {
            return json!({
                "transactionType": "ISSUE_BILLING_KEY",
                "billingKey": NEEDS_CONFIRMATION,
                "billingIssueToken": billing_issue_token.expose(),
            });
        }
        let caller = caller(&store_id, ticket.face);
        let request =
            ConfirmBillingKeyRequest { caller, billing_issue_token, is_test: None, skip_webhook: false };
        match gateway.engine.confirm_billing_key(request).await {
            Ok(_) | Err(EngineError::BillingKeyAlreadyIssued) => {}
            Err(error) => refusal = Some(SdkError::from(&error)),
        }
    }
    let record = match gateway.engine.look_at_key_window(&store_id, &key).await {
        Ok(record) => record,
        Err(error) => return json!(SdkError::from(&error)),
    };
    let error = key_error(&record, refusal.or(hint.error));
    match ticket.face {
        Face::V1 => iamport::told_of_key(ticket.names.as_ref(), key.as_str(), None, error.as_ref()),
        Face::V2 => {
            let billing_key = if error.is_none() { key.as_str() } else { "" };
            let told = json!({ "transactionType": "ISSUE_BILLING_KEY", "billingKey": billing_key });
            with_error(told, error)
        }
    }
}

fn key_error(record: &BillingKeyRecord, said: Option<SdkError>) -> Option<SdkError> {
    match record.status {
        BillingKeyStatus::Issued | BillingKeyStatus::Deleted => None,
        BillingKeyStatus::Failed => {
            let failure = record.channels.iter().find_map(|part| match &part.state {
                KeyChannelState::Failed(failure) => Some(failure),
                _ => None,
            });
            let known = failure.map(|failure| SdkError {
                pg_code: failure.pg_code.clone(),
                pg_message: failure.pg_message.clone(),
                ..SdkError::new("PGProviderError", failure.message.clone())
            });
            Some(said.or(known).unwrap_or_else(|| SdkError::new("PGProviderError", "the key was not issued")))
        }
        BillingKeyStatus::Pending => Some(said.unwrap_or_else(|| {
            SdkError::new("ISSUE_PROCESS_CANCELED", "the window was closed before the key was issued")
        })),
    }
}

fn with_error(mut told: Value, error: Option<SdkError>) -> Value {
    let Some(error) = error else { return told };
    if let (Some(told), Value::Object(error)) = (told.as_object_mut(), json!(error)) {
        told.extend(error);
    }
    told
}

/// The shop's URL with the result in its query: V2-055's names, or V1's.
fn redirect(url: &str, face: Face, response: &Value) -> Option<String> {
    const V2: [&str; 10] = [
        "transactionType",
        "paymentId",
        "txId",
        "paymentToken",
        "billingKey",
        "billingIssueToken",
        "code",
        "message",
        "pgCode",
        "pgMessage",
    ];
    const V1: [&str; 7] =
        ["imp_uid", "merchant_uid", "customer_uid", "imp_success", "success", "error_code", "error_msg"];
    if problem_of(url).is_some() {
        return None;
    }
    let names: &[&str] = if face == Face::V1 { &V1 } else { &V2 };
    let value = |name: &&str| match response.get(*name) {
        Some(Value::String(text)) if !text.is_empty() => Some(text.clone()),
        Some(Value::Bool(flag)) => Some(flag.to_string()),
        _ => None,
    };
    let pairs: Vec<(&str, String)> = names.iter().filter_map(|name| Some((*name, value(name)?))).collect();
    let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (*name, value.as_str())).collect();
    Some(with_query(url, &pairs))
}
