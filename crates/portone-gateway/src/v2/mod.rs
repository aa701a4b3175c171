//! The V2 face: `api.portone.io`'s REST API at the root.

mod access;
pub(crate) mod answers;
mod asked;
mod banks;
mod billing_keys;
mod capture;
mod confirm;
mod delivery;
pub(crate) mod dto;
mod escrow;
mod examples;
mod lists;
mod payments;
mod promotions;
mod receipts;
mod schedules;
mod sessions;
pub(crate) mod view;
mod webhooks;

use std::sync::Arc;

use axum::Router;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use portone_engine::{Engine, EngineError};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::answer::{json_response, name_unknown_fields};
use crate::auth::Access;
use crate::endpoint::Endpoint;
use crate::error::ApiError;
use crate::json::RawBody;
use crate::openapi::Operation;
use crate::outcome;
use crate::state::Gateway;
use crate::v2::dto::Read;

pub(crate) use crate::v2::dto::query::Pairs;

/// A line for each route below.
pub(crate) const OPERATIONS: &[Operation] = &[
    Operation::v2("POST", "/login/api-secret", Endpoint::Login, "Log in with an API secret")
        .without_credential()
        .with(r#"{"apiSecret": "shop-secret"}"#),
    Operation::v2("POST", "/token/refresh", Endpoint::RefreshToken, "Get new tokens for a refresh token")
        .without_credential()
        .with(r#"{"refreshToken": "what a login gave"}"#),
    Operation::open("GET", "/banks", "getBankInfos", "The banks and their codes"),
    Operation::v2("GET", "/promotions/{promotionId}", Endpoint::Promotion, "A promotion of the store"),
    Operation::v2(
        "GET",
        "/payment-gateways/card-promotion",
        Endpoint::PgCardPromotions,
        "The promotions a channel's PG offers for an amount",
    )
    .with_query(&[("channelKey", "channel-key-smartro"), ("amount", "50000")]),
    Operation::v2("GET", "/payments", Endpoint::Payments, "Payments, page by page").with(examples::LIST),
    Operation::v2("GET", "/payments-by-cursor", Endpoint::PaymentsByCursor, "Every payment, step by step")
        .with(examples::WALK),
    Operation::v2(
        "GET",
        "/payment-events-by-cursor",
        Endpoint::PaymentEventsByCursor,
        "Every movement of money, step by step",
    )
    .with(examples::WALK),
    Operation::v2("GET", "/payments/{paymentId}", Endpoint::Payment, "A payment"),
    Operation::v2(
        "GET",
        "/payments/{paymentId}/transactions",
        Endpoint::Transactions,
        "The attempts at a payment",
    ),
    Operation::v2(
        "POST",
        "/payments/{paymentId}/instant",
        Endpoint::PayInstantly,
        "Pay by card number, or issue a virtual account",
    )
    .with(examples::PAY_INSTANTLY),
    Operation::v2(
        "POST",
        "/payments/{paymentId}/billing-key",
        Endpoint::PayWithBillingKey,
        "Pay with a billing key",
    )
    .with(examples::PAY_WITH_BILLING_KEY),
    Operation::v2(
        "POST",
        "/payments/{paymentId}/cancel",
        Endpoint::CancelPayment,
        "Cancel a payment, or a part of it",
    )
    .with(r#"{"reason": "changed my mind", "amount": 1000}"#),
    Operation::v2(
        "POST",
        "/payments/{paymentId}/virtual-account/close",
        Endpoint::CloseVirtualAccount,
        "Close a virtual account that waits for its deposit",
    ),
    Operation::v2(
        "POST",
        "/payments/{paymentId}/schedule",
        Endpoint::CreatePaymentSchedule,
        "Pay with a billing key at a time to come",
    )
    .with(examples::SCHEDULE),
    Operation::v2(
        "POST",
        "/payments/{paymentId}/resend-webhook",
        Endpoint::ResendWebhook,
        "Send a webhook once more",
    )
    .with("{}"),
    Operation::v2(
        "POST",
        "/payments/{paymentId}/confirm",
        Endpoint::ConfirmPayment,
        "Approve what a buyer authenticated in a window",
    )
    .with(examples::CONFIRM),
    Operation::v2(
        "POST",
        "/payments/{paymentId}/capture",
        Endpoint::CapturePayment,
        "Capture a card payment",
    )
    .with("{}"),
    Operation::v2(
        "POST",
        "/payments/{paymentId}/cancellations/{cancellationId}/stop",
        Endpoint::StopCancellation,
        "Withdraw a cancel that is accepted and not done",
    )
    .with("{}"),
    Operation::v2(
        "POST",
        "/payments/{paymentId}/pre-register",
        Endpoint::PreRegisterPayment,
        "Fix the amount that a window has to ask for",
    )
    .with(r#"{"totalAmount": 8900, "currency": "KRW"}"#),
    Operation::v2(
        "POST",
        "/payment-sessions",
        Endpoint::CreatePaymentSession,
        "Make a session of a checkout page",
    )
    .with(examples::SESSION),
    Operation::v2("GET", "/payment-sessions/{sessionId}", Endpoint::PaymentSession, "A session")
        .without_credential(),
    Operation::v2(
        "POST",
        "/payment-sessions/{sessionId}/close",
        Endpoint::ClosePaymentSession,
        "End a session",
    ),
    Operation::open("GET", "/checkout/{sessionId}", "checkout", "The page of a session"),
    Operation::v2(
        "POST",
        "/payments/{paymentId}/escrow/logistics",
        Endpoint::ApplyEscrowLogistics,
        "Register a delivery",
    )
    .with(examples::DELIVERY),
    Operation::v2(
        "PATCH",
        "/payments/{paymentId}/escrow/logistics",
        Endpoint::ModifyEscrowLogistics,
        "Change a delivery",
    )
    .with(examples::NEXT_DELIVERY),
    Operation::v2(
        "POST",
        "/payments/{paymentId}/escrow/complete",
        Endpoint::ConfirmEscrow,
        "Say that the buyer has the goods",
    )
    .with("{}"),
    Operation::v2(
        "POST",
        "/payments/{paymentId}/register-store-receipt",
        Endpoint::RegisterStoreReceipt,
        "Name the sub-shops of a sales slip",
    )
    .with(examples::SUB_SHOPS),
    Operation::v2(
        "POST",
        "/paymentwall/delivery/confirm",
        Endpoint::ConfirmPaymentwallDelivery,
        "Tell Paymentwall how far a delivery is",
    )
    .with(examples::PAYMENTWALL_DELIVERY),
    Operation::v2("GET", "/cash-receipts", Endpoint::CashReceipts, "Cash receipts, page by page")
        .with(r#"{"page": {"number": 0, "size": 10}}"#),
    Operation::v2("POST", "/cash-receipts", Endpoint::IssueCashReceipt, "Issue a cash receipt")
        .with(examples::CASH_RECEIPT),
    Operation::v2(
        "GET",
        "/payments/{paymentId}/cash-receipt",
        Endpoint::CashReceipt,
        "A payment's cash receipt",
    ),
    Operation::v2(
        "POST",
        "/payments/{paymentId}/cash-receipt/cancel",
        Endpoint::CancelCashReceipt,
        "Cancel a cash receipt",
    ),
    Operation::v2("GET", "/payment-schedules", Endpoint::PaymentSchedules, "Schedules, page by page")
        .with(r#"{"page": {"number": 0, "size": 10}}"#),
    Operation::v2("DELETE", "/payment-schedules", Endpoint::RevokePaymentSchedules, "Call schedules off")
        .with(examples::REVOKE),
    Operation::v2("GET", "/payment-schedules/{paymentScheduleId}", Endpoint::PaymentSchedule, "A schedule"),
    Operation::v2("GET", "/billing-keys", Endpoint::BillingKeyInfos, "Billing keys, page by page")
        .with(r#"{"page": {"number": 0, "size": 10}}"#),
    Operation::v2(
        "POST",
        "/billing-keys",
        Endpoint::IssueBillingKey,
        "Issue a billing key, at a channel or at every channel of a group",
    )
    .with(examples::ISSUE_BILLING_KEY),
    Operation::v2(
        "POST",
        "/billing-keys/confirm",
        Endpoint::ConfirmBillingKey,
        "Issue the billing key whose holder authenticated in a window",
    )
    .with(r#"{"billingIssueToken": "what the window gave"}"#),
    Operation::v2(
        "POST",
        "/billing-keys/confirm-issue-and-pay",
        Endpoint::ConfirmIssueAndPay,
        "Issue the billing key whose holder authenticated in a window, and take the first payment",
    )
    .with(r#"{"billingIssueToken": "what the window gave", "totalAmount": 8900, "currency": "KRW"}"#),
    Operation::v2("GET", "/billing-keys/{billingKey}", Endpoint::BillingKeyInfo, "A billing key"),
    Operation::v2("DELETE", "/billing-keys/{billingKey}", Endpoint::DeleteBillingKey, "Delete a billing key"),
];

pub(crate) fn routes() -> Router<Gateway> {
    Router::new()
        .route("/login/api-secret", post(access::login))
        .route("/token/refresh", post(access::refresh))
        .route("/banks", get(banks::banks))
        .route("/promotions/{promotionId}", get(promotions::of_store))
        .route("/payment-gateways/card-promotion", get(promotions::of_channel))
        .route("/payments", get(lists::payments))
        .route("/payments-by-cursor", get(lists::payments_by_cursor))
        .route("/payment-events-by-cursor", get(lists::payment_events_by_cursor))
        .route("/payments/{paymentId}", get(payments::payment))
        .route("/payments/{paymentId}/transactions", get(payments::transactions))
        .route("/payments/{paymentId}/instant", post(payments::pay_instantly))
        .route("/payments/{paymentId}/billing-key", post(payments::pay_with_billing_key))
        .route("/payments/{paymentId}/cancel", post(payments::cancel))
        .route("/payments/{paymentId}/virtual-account/close", post(payments::close_virtual_account))
        .route("/payments/{paymentId}/confirm", post(confirm::payment))
        .route("/billing-keys/confirm", post(confirm::billing_key))
        .route("/billing-keys/confirm-issue-and-pay", post(confirm::issue_and_pay))
        .route("/payments/{paymentId}/capture", post(capture::capture))
        .route("/payments/{paymentId}/cancellations/{cancellationId}/stop", post(capture::stop))
        .route("/payments/{paymentId}/pre-register", post(sessions::pre_register))
        .route("/payment-sessions", post(sessions::create))
        .route("/payment-sessions/{sessionId}", get(sessions::session))
        .route("/payment-sessions/{sessionId}/close", post(sessions::close))
        .route("/checkout/{sessionId}", get(crate::window::checkout_page))
        .route("/payments/{paymentId}/schedule", post(schedules::create))
        .route("/payments/{paymentId}/resend-webhook", post(webhooks::resend))
        .route("/payment-schedules", get(schedules::list).delete(schedules::revoke))
        .route("/payment-schedules/{paymentScheduleId}", get(schedules::schedule))
        .route("/payments/{paymentId}/escrow/logistics", post(escrow::register).patch(escrow::modify))
        .route("/payments/{paymentId}/escrow/complete", post(escrow::confirm))
        .route("/payments/{paymentId}/register-store-receipt", post(escrow::store_receipt))
        .route("/paymentwall/delivery/confirm", post(delivery::confirm))
        .route("/cash-receipts", get(receipts::list).post(receipts::issue))
        .route("/payments/{paymentId}/cash-receipt", get(receipts::receipt))
        .route("/payments/{paymentId}/cash-receipt/cancel", post(receipts::cancel))
        .route("/billing-keys", get(lists::billing_keys).post(billing_keys::issue))
        .route("/billing-keys/{billingKey}", get(billing_keys::info).delete(billing_keys::delete))
}

/// An authenticated request to a path with one id, its query parsed. `I` is the path's id, or a tuple of them.
struct Call<I = String> {
    access: Access,
    /// Percent-decoded once.
    id: I,
    query: Pairs,
}

impl<I: DeserializeOwned + Send> FromRequestParts<Gateway> for Call<I> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, gateway: &Gateway) -> Result<Self, ApiError> {
        let access = Access::from_request_parts(parts, gateway).await?;
        let unreadable = |what: &str| {
            let message = format!("V2-INPUT {what}: is not percent-encoded UTF-8; encode it once");
            ApiError::new(StatusCode::BAD_REQUEST, "INVALID_REQUEST", message)
        };
        let Path(id) = Path::from_request_parts(parts, gateway).await.map_err(|_| unreadable("path"))?;
        let Query(query) =
            Query::from_request_parts(parts, gateway).await.map_err(|_| unreadable("query"))?;
        Ok(Self { access, id, query })
    }
}

impl<S: Send + Sync> FromRequest<S> for RawBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        let (parts, body) = request.into_parts();
        Self::read(&parts.headers, body).await
    }
}

/// Runs the use case of a request that was read, and answers.
async fn answer<T, F, W, V>(gateway: &Gateway, endpoint: Endpoint, read: Read<T>, work: W) -> Response
where
    W: FnOnce(Arc<Engine>, T) -> F,
    F: Future<Output = Result<V, EngineError>> + Send + 'static,
    V: IntoAnswer + Send + 'static,
{
    let Read { request, unknown, .. } = read;
    let result = match request {
        Ok(request) => {
            let result = gateway.run(Box::pin(work(Arc::clone(&gateway.engine), request))).await;
            if endpoint.asks_pg() {
                outcome::count(endpoint.name(), &result.as_ref().into());
            }
            result.map_or_else(|| Err(unfinished(endpoint)), |result| told(endpoint, result))
        }
        Err(error) => Err(error),
    };
    let mut response = match result {
        Ok(response) => response,
        Err(error) => error.with_hints(unknown.hints()).into_response(),
    };
    name_unknown_fields(endpoint.name(), &unknown, &mut response);
    response
}

/// A result that can be answered.
trait IntoAnswer {
    /// The answer, with status 200.
    fn into_answer(self) -> Response;
}

/// 200 with a JSON body: the only success there is (rule V2-001).
fn ok(body: &impl Serialize) -> Response {
    json_response(StatusCode::OK, body)
}

fn told<V: IntoAnswer>(endpoint: Endpoint, result: Result<V, EngineError>) -> Result<Response, ApiError> {
    match result {
        Ok(view) => Ok(view.into_answer()),
        Err(error) => Err(ApiError::v2(endpoint, &error)),
    }
}

/// A use case that panicked: where a PG may have been asked, its outcome is unknown.
fn unfinished(endpoint: Endpoint) -> ApiError {
    if endpoint.asks_pg() { ApiError::unknown_outcome(endpoint) } else { ApiError::internal() }
}
