//! The admin face: channels, groups, why a payment went where it went, and what is still open.

mod attempts;
mod channels;
pub(crate) mod check;
mod circuits;
mod clock;
mod deliveries;
mod groups;
mod input;
mod records;
mod routing;
mod stores;
mod webhooks;
mod windows;

use axum::Router;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use portone_core::StoreId;
use portone_engine::EngineError;
use serde::Serialize;

use crate::answer::json_response;
use crate::error::ApiError;
use crate::openapi::Operation;
use crate::state::Gateway;

const CHANNEL: &str = r#"{"storeId": "store-test", "key": "channel-key-new", "name": "Second KPN", "pgProvider": "KPN",
"pgMerchantId": "mid0002", "environment": "test", "upstream": "sandbox"}"#;
const GROUP: &str = r#"{"storeId": "store-test", "id": "channel-group-test-new", "name": "Cards", "environment": "test",
"channels": [{"key": "channel-key-smartro", "weight": 50}, {"key": "channel-key-kpn", "weight": 50}]}"#;
const NEXT_GROUP: &str = r#"{"name": "Cards",
"channels": [{"key": "channel-key-smartro", "weight": 10}, {"key": "channel-key-kpn", "weight": 90}]}"#;

const QUESTION: &str = r#"{"channelKey": "channel-key-kpn", "api": "v2", "operation": "API_INSTANT_CARD",
"path": "order1010", "request": {"orderName": "Shirt", "amount": {"total": 1000}, "currency": "KRW",
"channelKey": "channel-key-kpn", "method": {"card": {"credential": {"number": "4242424242424242", "expiryYear": "29",
"expiryMonth": "12"}}}}}"#;
const GROUP_QUESTION: &str = r#"{"api": "v2", "operation": "API_INSTANT_CARD", "path": "order1010",
"request": {"orderName": "Shirt", "amount": {"total": 1000}, "currency": "KRW",
"method": {"card": {"credential": {"number": "4242424242424242", "expiryYear": "29", "expiryMonth": "12"}}}}}"#;
const WINDOW: &str = r#"{"storeId": "store-test", "channelKey": "channel-key-kpn", "paymentId": "order1006",
"orderName": "Shirt", "totalAmount": 8900, "currency": "CURRENCY_KRW", "payMethod": "CARD",
"customer": {"customerId": "customer1", "fullName": "Kim Port", "phoneNumber": "01012345678",
"email": "port@example.com"}}"#;

const SETTLED: &str = r#"{"outcome": "HAPPENED", "by": "Kim", "reason": "Paymentwall's console shows it"}"#;

/// A line for each route below.
pub(crate) const OPERATIONS: &[Operation] = &[
    Operation::admin("GET", "/stores", "listStores", "The stores"),
    Operation::admin("GET", "/channels", "listChannels", "The channels"),
    Operation::admin("POST", "/channels", "createChannel", "Add a channel").with(CHANNEL),
    Operation::admin("GET", "/channels/{key}", "getChannel", "A channel"),
    Operation::admin("PATCH", "/channels/{key}", "changeChannel", "Change members of a channel")
        .with(r#"{"name": "Renamed"}"#),
    Operation::admin(
        "DELETE",
        "/channels/{key}",
        "deleteChannel",
        "Delete a channel: what it did can still be cancelled",
    ),
    Operation::admin("POST", "/channels/{key}/activate", "activateChannel", "Let a channel take requests"),
    Operation::admin(
        "POST",
        "/channels/{key}/deactivate",
        "deactivateChannel",
        "Let a channel take no requests",
    ),
    Operation::admin("GET", "/channel-groups", "listChannelGroups", "The channel groups"),
    Operation::admin("POST", "/channel-groups", "createChannelGroup", "Add a channel group").with(GROUP),
    Operation::admin("GET", "/channel-groups/{id}", "getChannelGroup", "A channel group"),
    Operation::admin("PUT", "/channel-groups/{id}", "changeChannelGroup", "Write a group's next version")
        .with(NEXT_GROUP),
    Operation::admin("DELETE", "/channel-groups/{id}", "deleteChannelGroup", "Delete a channel group"),
    Operation::admin(
        "POST",
        "/channel-groups/{id}/deactivate",
        "deactivateChannelGroup",
        "Take every channel out of a group's draw",
    ),
    Operation::admin(
        "GET",
        "/channel-groups/{id}/history",
        "getChannelGroupHistory",
        "Every version of a group",
    ),
    Operation::admin(
        "GET",
        "/payments/{paymentId}/routing",
        "explainRouting",
        "Why a payment went where it went",
    )
    .of_store(),
    Operation::admin("POST", "/check", "check", "Ask what a request would run into").with(QUESTION),
    Operation::admin(
        "POST",
        "/channel-groups/{id}/check",
        "checkChannelGroup",
        "Ask what a request would run into at every channel of a group",
    )
    .with(GROUP_QUESTION),
    Operation::admin("POST", "/windows", "openWindow", "Open a payment window, as its page will")
        .with(WINDOW),
    Operation::admin("GET", "/circuits", "listCircuits", "How each channel works, as this gateway sees it"),
    Operation::admin("GET", "/clock", "getClock", "The time, and what is due"),
    Operation::admin("POST", "/clock/advance", "advanceClock", "Move the sandbox's clock and ours")
        .with(r#"{"seconds": 60}"#),
    Operation::admin("GET", "/attempts", "listAttempts", "Calls to PGs whose result is open"),
    Operation::admin("GET", "/attempts/settled", "listSettledAttempts", "What people decided of open calls"),
    Operation::admin(
        "POST",
        "/attempts/{id}/settle",
        "settleAttempt",
        "Settle a call whose result nothing tells",
    )
    .with(SETTLED),
    Operation::admin(
        "GET",
        "/discrepancies",
        "listDiscrepancies",
        "Where our ledger and an upstream's differ",
    ),
    Operation::admin(
        "GET",
        "/deliveries/owed",
        "listOwedDeliveries",
        "Payments whose PG waits for word of the delivery before it pays out",
    )
    .of_store(),
    Operation::admin("GET", "/events", "listEvents", "What was announced, or will be").of_store(),
    Operation::admin("GET", "/webhooks", "listWebhooks", "The webhooks, and what became of them").of_store(),
    Operation::admin("POST", "/webhooks/{id}/replay", "replayWebhook", "Send a webhook once more").of_store(),
];

pub(crate) fn routes() -> Router<Gateway> {
    let channel = get(channels::one).patch(channels::change).delete(channels::delete);
    let group = get(groups::one).put(groups::change).delete(groups::delete);
    Router::new()
        .route("/stores", get(stores::list))
        .route("/channels", get(channels::list).post(channels::create))
        .route("/channels/{key}", channel)
        .route("/channels/{key}/activate", post(channels::activate))
        .route("/channels/{key}/deactivate", post(channels::deactivate))
        .route("/channel-groups", get(groups::list).post(groups::create))
        .route("/channel-groups/{id}", group)
        .route("/channel-groups/{id}/deactivate", post(groups::deactivate))
        .route("/channel-groups/{id}/check", post(check::check_group))
        .route("/check", post(check::check))
        .route("/channel-groups/{id}/history", get(groups::history))
        .route("/payments/{paymentId}/routing", get(routing::explain))
        .route("/attempts", get(attempts::list))
        .route("/attempts/settled", get(attempts::settled))
        .route("/attempts/{id}/settle", post(attempts::settle))
        .route("/circuits", get(circuits::list))
        .route("/clock", get(clock::read))
        .route("/clock/advance", post(clock::advance))
        .route("/discrepancies", get(records::discrepancies))
        .route("/deliveries/owed", get(deliveries::owed))
        .route("/events", get(records::events))
        .route("/windows", post(windows::open))
        .route("/webhooks", get(webhooks::list))
        .route("/webhooks/{id}/replay", post(webhooks::replay))
}

/// What a handler of this face gives back.
type Answer = Result<Response, ApiError>;

fn ok(body: &impl Serialize) -> Response {
    json_response(StatusCode::OK, body)
}

/// A list, so that more can be told beside it one day.
#[derive(Serialize)]
struct Items<T> {
    items: Vec<T>,
}

fn items<T: Serialize>(items: impl IntoIterator<Item = T>) -> Response {
    ok(&Items { items: items.into_iter().collect() })
}

/// The answer to a deletion.
#[derive(Serialize)]
struct Deleted<'a> {
    deleted: &'a str,
}

impl From<EngineError> for ApiError {
    /// Only this face converts without naming an endpoint.
    fn from(error: EngineError) -> Self {
        Self::admin(&error)
    }
}

fn not_found(message: String) -> ApiError {
    ApiError::new(StatusCode::NOT_FOUND, "NOT_FOUND", message)
}

/// The store a request is about: the one it names, or the only one there is.
fn store(gateway: &Gateway, named: Option<&str>) -> Result<StoreId, ApiError> {
    let known = || gateway.stores.iter().map(|store| &store.id);
    match named {
        Some(named) => known().find(|store| store.as_str() == named).cloned().ok_or_else(|| {
            not_found("storeId: there is no such store; GET /admin/stores lists them".to_owned())
        }),
        None if gateway.stores.len() == 1 => Ok(gateway.stores[0].id.clone()),
        None => {
            let message = "ADMIN-INPUT storeId: is missing, and there are several stores; name one";
            Err(ApiError::new(StatusCode::BAD_REQUEST, "INVALID_REQUEST", message))
        }
    }
}
