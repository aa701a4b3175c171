//! The V1 face: `api.iamport.kr`'s REST API, under `/v1` and at the root of a port of its own, on the same ledger as the V2
//! face. A payment made through one is read, cancelled and announced through the other.

mod access;
mod accounts;
mod body;
mod cancel;
mod capability;
pub(crate) mod channel;
mod codes;
mod delivery;
pub(crate) mod dto;
mod endpoint;
mod envelope;
mod error;
mod escrow;
mod form;
pub(crate) mod names;
mod payments;
mod prepare;
mod query;
mod receipts;
mod rules;
mod status;
mod subscribe;
mod tiers;
mod unserved;
mod users;
pub(crate) mod view;
mod wallet;

use std::sync::Arc;

use axum::Router;
use axum::extract::{FromRequestParts, Path};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use portone_core::Rule;
use portone_engine::Engine;
use serde::de::DeserializeOwned;

use self::access::V1Access;
use self::error::{Failure, V1Error};
use self::subscribe::{charge, customers, schedules};
use crate::answer::name_unknown_fields;
use crate::fields::{Fields, Findings, UnknownFields};
use crate::json::Node;
use crate::openapi::Operation;
use crate::outcome::{self, Ended};
use crate::state::Gateway;

pub(crate) use self::access::V1Keyring;
pub(crate) use self::endpoint::Endpoint;
pub(crate) use self::unserved::unserved;
pub(crate) use self::wallet::{WalletOperation, operations as wallet_operations};

/// Where the face is on the port of the V2 face.
pub(crate) const PREFIX: &str = "/v1";

/// A line for each route below.
pub(crate) const OPERATIONS: &[Operation] = &[
    Operation::v1("POST", "/users/getToken", Endpoint::Token, "Get a token for a key")
        .without_credential()
        .with(r#"{"imp_key": "imp-key", "imp_secret": "imp-secret"}"#),
    Operation::v1("GET", "/users/pg", Endpoint::PgSettings, "The store's channels"),
    Operation::v1("GET", "/payments", Endpoint::Payments, "Payments by their imp_uid or merchant_uid")
        .with_query(&[("imp_uid[]", "imp_000000000001")]),
    Operation::v1("GET", "/payments/{imp_uid}", Endpoint::Payment, "A payment, which is one attempt")
        .with_query(&[("include_sandbox", "true")]),
    Operation::v1("GET", "/payments/{imp_uid}/balance", Endpoint::Balance, "What PAYCO paid by which means"),
    Operation::v1("GET", "/payments/find/{merchant_uid}", Endpoint::Find, "A payment by its merchant_uid")
        .called("v1.getPaymentByMerchantUidAlone"),
    Operation::v1(
        "GET",
        "/payments/find/{merchant_uid}/{payment_status}",
        Endpoint::Find,
        "A payment of a state by its merchant_uid",
    ),
    Operation::v1("GET", "/payments/findAll/{merchant_uid}", Endpoint::FindAll, "Every attempt at a payment")
        .called("v1.getAllPaymentsByMerchantUidAlone"),
    Operation::v1(
        "GET",
        "/payments/findAll/{merchant_uid}/{payment_status}",
        Endpoint::FindAll,
        "Every attempt of a state at a payment",
    ),
    Operation::v1("GET", "/payments/status/{payment_status}", Endpoint::ByStatus, "Payments of a state"),
    Operation::v1(
        "POST",
        "/payments/prepare",
        Endpoint::Prepare,
        "Fix the amount that a window has to ask for",
    )
    .with(r#"{"merchant_uid": "order1", "amount": 8900}"#),
    Operation::v1("PUT", "/payments/prepare", Endpoint::EditPrepared, "Change what was fixed")
        .with(r#"{"merchant_uid": "order1", "amount": 9900}"#),
    Operation::v1("GET", "/payments/prepare/{merchant_uid}", Endpoint::Prepared, "What was fixed"),
    Operation::v1("POST", "/payments/cancel", Endpoint::Cancel, "Cancel a payment, or a part of it")
        .with(r#"{"merchant_uid": "order1", "amount": 1000, "checksum": 8900, "reason": "changed my mind"}"#),
    Operation::v1("POST", "/subscribe/payments/onetime", Endpoint::Onetime, "Pay by card number").with(
        r#"{"merchant_uid": "order2", "amount": 8900, "name": "Monthly pass", "card_number": "4242-4242-4242-4242", "expiry": "2030-12", "birth": "900101", "pwd_2digit": "00", "pg": "kpn"}"#,
    ),
    Operation::v1("POST", "/subscribe/customers/{customer_uid}", Endpoint::IssueKey, "Store a card")
        .with(
            r#"{"pg": "kpn", "card_number": "4242-4242-4242-4242", "expiry": "2030-12", "birth": "900101", "pwd_2digit": "00", "customer_name": "Port Kim"}"#,
        ),
    Operation::v1("GET", "/subscribe/customers", Endpoint::Keys, "Stored cards by their customer_uid")
        .with_query(&[("customer_uid[]", "gildong_0001_1234")]),
    Operation::v1("GET", "/subscribe/customers/{customer_uid}", Endpoint::Key, "A stored card"),
    Operation::v1("POST", "/subscribe/payments/again", Endpoint::Again, "Pay with a stored card").with(
        r#"{"customer_uid": "gildong_0001_1234", "merchant_uid": "order3", "amount": 8900, "name": "Monthly pass"}"#,
    ),
    Operation::v1(
        "GET",
        "/subscribe/customers/{customer_uid}/payments",
        Endpoint::KeyPayments,
        "What was paid with a stored card",
    ),
    Operation::v1(
        "POST",
        "/subscribe/payments/schedule",
        Endpoint::Schedule,
        "Pay with a stored card at times to come",
    )
    .with(
        r#"{"customer_uid": "gildong_0001_1234", "schedules": [{"merchant_uid": "order4", "schedule_at": 1893456000, "currency": "KRW", "amount": 8900, "name": "Monthly pass"}]}"#,
    ),
    Operation::v1(
        "GET",
        "/subscribe/payments/schedule",
        Endpoint::Schedules,
        "The store's schedules of a time",
    )
    .with_query(&[("schedule_from", "1893000000"), ("schedule_to", "1894000000")]),
    Operation::v1(
        "GET",
        "/subscribe/payments/schedule/customers/{customer_uid}",
        Endpoint::KeySchedules,
        "A stored card's schedules of a time",
    )
    .with_query(&[("from", "1893000000"), ("to", "1894000000")]),
    Operation::v1(
        "GET",
        "/subscribe/customers/{customer_uid}/schedules",
        Endpoint::KeySchedules,
        "The same, where the stored card is",
    )
    .called("v1.findSchedulesByCustomerUid")
    .with_query(&[("from", "1893000000"), ("to", "1894000000")]),
    Operation::v1(
        "GET",
        "/subscribe/payments/schedule/{merchant_uid}",
        Endpoint::OneSchedule,
        "A schedule by its merchant_uid",
    ),
    Operation::v1(
        "PUT",
        "/subscribe/payments/schedule/{merchant_uid}",
        Endpoint::ChangeSchedule,
        "Move a schedule that waits",
    )
    .with(r#"{"schedule_at": 1893542400}"#),
    Operation::v1("POST", "/subscribe/payments/unschedule", Endpoint::Unschedule, "Call schedules off")
        .with(r#"{"customer_uid": "gildong_0001_1234", "merchant_uid": ["order4"]}"#),
    Operation::v1(
        "POST",
        "/subscribe/payments/schedule/{merchant_uid}/reschedule",
        Endpoint::Reschedule,
        "Schedule again what failed or was called off",
    )
    .with(r#"{"schedule_at": 1893456000}"#),
    Operation::v1(
        "POST",
        "/subscribe/payments/schedule/{merchant_uid}/retry",
        Endpoint::Retry,
        "Pay at once what failed or was called off",
    ),
    Operation::v1("DELETE", "/subscribe/customers/{customer_uid}", Endpoint::DeleteKey, "Delete a stored card"),
    Operation::v1("GET", "/cards", Endpoint::Cards, "The card companies and their codes"),
    Operation::v1("GET", "/cards/{card_standard_code}", Endpoint::Card, "A card company"),
    Operation::v1("GET", "/banks", Endpoint::Banks, "The banks and their codes"),
    Operation::v1("GET", "/banks/{bank_standard_code}", Endpoint::Bank, "A bank"),
    Operation::v1("POST", "/vbanks", Endpoint::IssueAccount, "Issue a virtual account").with(
        r#"{"channel_key": "channel-key-smartro", "merchant_uid": "account1", "amount": 8900, "name": "Monthly pass", "vbank_code": "088", "vbank_due": 1893456000, "vbank_holder": "Port Kim", "buyer_name": "Port Kim", "buyer_email": "port@example.com", "buyer_tel": "01000001234"}"#,
    ),
    Operation::v1("PUT", "/vbanks/{imp_uid}", Endpoint::ChangeAccount, "Change what an account waits for")
        .with(r#"{"vbank_due": 1893542400}"#),
    Operation::v1("DELETE", "/vbanks/{imp_uid}", Endpoint::CloseAccount, "Close a virtual account"),
    Operation::v1("GET", "/receipts/{imp_uid}", Endpoint::Receipt, "A payment's cash receipt"),
    Operation::v1("POST", "/receipts/{imp_uid}", Endpoint::IssueReceipt, "Issue a payment's cash receipt")
        .with(RECEIPT),
    Operation::v1("DELETE", "/receipts/{imp_uid}", Endpoint::RevokeReceipt, "Cancel a payment's cash receipt"),
    Operation::v1(
        "GET",
        "/receipts/external/{merchant_uid}",
        Endpoint::ExternalReceipt,
        "A cash receipt for what was paid elsewhere",
    ),
    Operation::v1(
        "POST",
        "/receipts/external/{merchant_uid}",
        Endpoint::IssueExternalReceipt,
        "Issue a cash receipt for what was paid elsewhere",
    )
    .with(
        r#"{"channel_key": "channel-key-smartro", "name": "Monthly pass", "amount": 8900, "identifier": "01000001234", "identifier_type": "phone", "buyer_name": "Port Kim", "buyer_tel": "01000001234"}"#,
    ),
    Operation::v1(
        "DELETE",
        "/receipts/external/{merchant_uid}",
        Endpoint::RevokeExternalReceipt,
        "Cancel a cash receipt for what was paid elsewhere",
    ),
    Operation::v1("GET", "/escrows/logis/{imp_uid}", Endpoint::Logistics, "The delivery of an escrow"),
    Operation::v1("POST", "/escrows/logis/{imp_uid}", Endpoint::RegisterLogistics, "Register a delivery")
        .with(LOGISTICS),
    Operation::v1("PUT", "/escrows/logis/{imp_uid}", Endpoint::ChangeLogistics, "Change a delivery")
        .with(LOGISTICS),
    Operation::v1("POST", "/paymentwall/delivery", Endpoint::Delivery, "Tell Paymentwall how far a delivery is")
        .with(
            r#"{"imp_uid": "imp_000000000001", "merchant_uid": "digital1", "type": "digital", "status": "delivered", "estimated_delivery_datetime": 1893456000, "estimated_update_datetime": 1893456000, "refundable": "yes", "details": "A pass", "shipping_address_email": "port@example.com"}"#,
        ),
    Operation::v1(
        "POST",
        "/partners/receipts/{imp_uid}",
        Endpoint::PartnerReceipt,
        "Name the sub-shops of a sales slip",
    )
    .with(
        r#"{"data": [{"business_registration_number": "123-45-67890", "company_name": "Sub-shop", "amount": 8900}]}"#,
    ),
    Operation::v1("GET", "/tiers/{tier_code}", Endpoint::Tier, "A sub-merchant"),
];

const RECEIPT: &str = r#"{"identifier": "01000001234", "identifier_type": "phone", "buyer_name": "Port Kim", "buyer_tel": "01000001234"}"#;
const LOGISTICS: &str = r#"{"sender": {"name": "Port Kim", "tel": "01000001234", "postcode": "06133", "formed_address": {"address_line_1": "Teheran-ro 1", "address_line_2": "5F"}}, "receiver": {"name": "Port Kim", "tel": "01000001234", "postcode": "06133", "formed_address": {"address_line_1": "Teheran-ro 1", "address_line_2": "5F"}}, "logis": {"company": "CJGLS", "invoice": "1", "sent_at": 1893456000}}"#;

pub(crate) fn routes() -> Router<Gateway> {
    let router = Router::new()
        .route("/users/getToken", post(access::token_of_key))
        .route("/users/pg", get(users::pg_settings))
        .route("/payments", get(payments::several))
        .route("/payments/{imp_uid}", get(payments::payment))
        .route("/payments/{imp_uid}/balance", get(payments::balance))
        .route("/payments/find/{merchant_uid}", get(payments::find))
        .route("/payments/find/{merchant_uid}/{payment_status}", get(payments::find_in_state))
        .route("/payments/findAll/{merchant_uid}", get(payments::find_all))
        .route("/payments/findAll/{merchant_uid}/{payment_status}", get(payments::find_all_in_state))
        .route("/payments/status/{payment_status}", get(payments::by_status))
        .route("/payments/prepare", post(prepare::register).put(prepare::change))
        .route("/payments/prepare/{merchant_uid}", get(prepare::registered))
        .route("/payments/cancel", post(cancel::cancel))
        .route("/subscribe/payments/onetime", post(charge::onetime))
        .route("/subscribe/payments/again", post(charge::again))
        .route("/subscribe/customers", get(customers::several))
        .route(
            "/subscribe/customers/{customer_uid}",
            get(customers::one).post(customers::issue).delete(customers::delete),
        )
        .route("/subscribe/customers/{customer_uid}/payments", get(customers::payments_of))
        .route("/subscribe/customers/{customer_uid}/schedules", get(schedules::of_customer))
        .route("/subscribe/payments/schedule", get(schedules::of_range).post(schedules::create))
        .route("/subscribe/payments/schedule/{merchant_uid}", get(schedules::one).put(schedules::change))
        .route("/subscribe/payments/schedule/{merchant_uid}/reschedule", post(schedules::reschedule))
        .route("/subscribe/payments/schedule/{merchant_uid}/retry", post(schedules::retry))
        .route("/subscribe/payments/schedule/customers/{customer_uid}", get(schedules::of_customer))
        .route("/subscribe/payments/unschedule", post(schedules::revoke))
        .route("/cards", get(codes::cards))
        .route("/cards/{card_standard_code}", get(codes::card))
        .route("/banks", get(codes::banks))
        .route("/banks/{bank_standard_code}", get(codes::bank))
        .route("/vbanks", post(accounts::issue))
        .route("/vbanks/{imp_uid}", put(accounts::change).delete(accounts::close))
        .route("/receipts/{imp_uid}", get(receipts::one).post(receipts::issue).delete(receipts::revoke))
        .route(
            "/receipts/external/{merchant_uid}",
            get(receipts::external).post(receipts::issue_external).delete(receipts::revoke_external),
        )
        .route("/escrows/logis/{imp_uid}", get(escrow::one).post(escrow::register).put(escrow::change))
        .route("/paymentwall/delivery", post(delivery::confirm))
        .route("/partners/receipts/{imp_uid}", post(receipts::partner))
        .route("/tiers/{tier_code}", get(tiers::one));
    wallet::routed(router).fallback(unserved).method_not_allowed_fallback(unserved)
}

/// An authenticated request to a path, its query not parsed yet. `I` is the path's id, or a tuple of them.
struct Call<I = String> {
    access: V1Access,
    /// Percent-decoded once.
    id: I,
    query: Vec<u8>,
}

impl<I: DeserializeOwned + Send> FromRequestParts<Gateway> for Call<I> {
    type Rejection = V1Error;

    async fn from_request_parts(parts: &mut Parts, gateway: &Gateway) -> Result<Self, V1Error> {
        let access = V1Access::from_request_parts(parts, gateway).await?;
        let Path(id) = Path::from_request_parts(parts, gateway).await.map_err(|_| {
            let message = "V1-INPUT path: is not percent-encoded UTF-8; encode it once";
            V1Error::new(StatusCode::BAD_REQUEST, error::OURS, message)
        })?;
        let query = parts.uri.query().unwrap_or_default().as_bytes().to_vec();
        Ok(Self { access, id, query })
    }
}

impl<I> Call<I> {
    /// The members of its query.
    fn query(&self) -> Result<Node<'_>, String> {
        form::tree(&self.query)
    }
}

/// A request as it was read, and the members of it that nobody knows.
struct Read<T> {
    request: Result<T, V1Error>,
    unknown: UnknownFields,
}

impl<T> Read<T> {
    /// A request that has nothing to read.
    fn of(request: T) -> Self {
        Self { request: Ok(request), unknown: UnknownFields::default() }
    }
}

/// Reads the members of a request; everything that is wrong with it is told together.
fn read<T>(
    endpoint: Endpoint,
    node: Result<Node<'_>, String>,
    rule: &'static Rule,
    known: &[&'static str],
    read: impl FnOnce(&Fields<'_, '_>) -> Option<T>,
) -> Read<T> {
    let findings = Findings::default();
    let request = match node {
        Ok(node) => read(&Fields::root(&findings, rule, &node, known)),
        Err(problem) => {
            let error = V1Error::refused(endpoint, format!("{} body: {problem}", rules::INPUT.code));
            return Read { request: Err(error), unknown: UnknownFields::default() };
        }
    };
    let (mut report, unknown) = findings.into_parts();
    if request.is_none() && !report.refuses() {
        debug_assert!(false, "what is missing is always reported");
        report.add(&rules::INPUT, "body", "cannot be read; compare it with the schema");
    }
    let request = request.filter(|_| !report.refuses()).ok_or_else(|| V1Error::invalid(endpoint, &report));
    Read { request, unknown }
}

/// Runs the use case of a request that was read, and answers.
async fn answer<T, F, W>(gateway: &Gateway, endpoint: Endpoint, read: Read<T>, work: W) -> Response
where
    W: FnOnce(Arc<Engine>, T) -> F,
    F: Future<Output = Result<Response, Failure>> + Send + 'static,
{
    let Read { request, unknown } = read;
    let told = match request {
        Ok(request) => {
            let result = gateway.run(Box::pin(work(Arc::clone(&gateway.engine), request))).await;
            if endpoint.asks_pg() {
                count(endpoint, result.as_ref());
            }
            result.map_or_else(|| Err(V1Error::unfinished(endpoint)), |result| told(endpoint, result))
        }
        Err(error) => Err(error),
    };
    let mut response = told.unwrap_or_else(|error| error.with_hints(unknown.hints()).into_response());
    name_unknown_fields(endpoint.name(), &unknown, &mut response);
    response
}

fn told(endpoint: Endpoint, result: Result<Response, Failure>) -> Result<Response, V1Error> {
    result.or_else(|failure| match failure {
        Failure::Engine(error) => Err(V1Error::of(endpoint, &error)),
        Failure::Told(error) => Err(error),
        Failure::Answered { response, .. } => Ok(*response),
    })
}

/// What the face itself refuses never reached the engine, and is not counted.
fn count(endpoint: Endpoint, result: Option<&Result<Response, Failure>>) {
    let ended = match result {
        Some(Err(Failure::Told(_))) => return,
        Some(Err(Failure::Answered { error, .. })) => Ended::Failed(error),
        Some(Err(Failure::Engine(error))) => Ended::Failed(error),
        Some(Ok(_)) => Ended::Done,
        None => Ended::Panicked,
    };
    outcome::count(endpoint.name(), &ended);
}
