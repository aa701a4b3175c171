//! What is answered when a request is not carried out: one table from the engine's errors to the documented types of
//! each V2 endpoint, and the few types of the admin face.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use portone_core::{Decline, Report};
use portone_engine::port::StoreError;
use portone_engine::{EngineError, UNAVAILABLE, UNKNOWN_OUTCOME};
use portone_router::NoChannelReason;
use schemars::JsonSchema;
use serde::Serialize;

use crate::answer::json_response;
use crate::endpoint::Endpoint;
use crate::v2::view::channel::{ChannelFailure, SelectedChannel};

/// An error as it is answered.
#[derive(Debug)]
pub(crate) struct ApiError {
    status: StatusCode,
    body: Box<ErrorBody>,
}

/// Why a request was not carried out.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Error")]
pub(crate) struct ErrorBody {
    #[serde(rename = "type")]
    kind: &'static str,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pg_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pg_message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failures: Option<Vec<ChannelFailure>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    succeeded_channels: Option<Vec<SelectedChannel>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dependents: Option<DependentsBody>,
    /// What the message is made of, where rules refused the request.
    #[serde(skip)]
    report: Report,
    /// Whether it leaves open what became of the request, though its type does not say so.
    #[serde(skip)]
    is_open: bool,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Dependents")]
struct DependentsBody {
    billing_keys: u64,
    schedules: u64,
}

/// Marks an answer that leaves open what became of the request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Undecided;

const INVALID_REQUEST: &str = "INVALID_REQUEST";
const INTERNAL_SERVER_ERROR: &str = "INTERNAL_SERVER_ERROR";
const LOOK_FIRST: &str = "the ledger could not be written or read; look the payment up before you try again";

impl ApiError {
    pub(crate) fn new(status: StatusCode, kind: &'static str, message: impl Into<String>) -> Self {
        Self { status, body: Box::new(ErrorBody { kind, message: message.into(), ..ErrorBody::default() }) }
    }

    /// 400, with one line a violation; advice is no reason for a refusal.
    pub(crate) fn invalid(report: &Report) -> Self {
        let lines: Vec<String> = report.rejections().map(ToString::to_string).collect();
        let mut error = Self::new(StatusCode::BAD_REQUEST, INVALID_REQUEST, lines.join("\n"));
        error.body.report = report.clone();
        error
    }

    pub(crate) fn unauthorized(message: &str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "UNAUTHORIZED", message)
    }

    pub(crate) fn forbidden(message: &str) -> Self {
        Self::new(StatusCode::FORBIDDEN, "FORBIDDEN", message)
    }

    pub(crate) fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, INTERNAL_SERVER_ERROR, LOOK_FIRST)
    }

    fn pg_provider(code: &str, message: String) -> Self {
        let mut error = Self::new(StatusCode::BAD_GATEWAY, "PG_PROVIDER", message.clone());
        error.body.pg_code = Some(code.to_owned());
        error.body.pg_message = Some(message);
        error
    }

    /// The documented answer to an unknown outcome.
    pub(crate) fn unknown_outcome(endpoint: Endpoint) -> Self {
        if endpoint.tells_of_pgs() {
            return Self::pg_provider(UNKNOWN_OUTCOME, EngineError::UnknownOutcome.to_string());
        }
        Self::untyped(&EngineError::UnknownDelivery)
    }

    /// What has to do with a PG, where the endpoint documents no type for it.
    fn untyped(error: &EngineError) -> Self {
        let message = match error {
            EngineError::Declined(decline) => {
                let Decline { code, message } = decline;
                format!("the PG refused it with `{code}`: {message}; correct it and send it again")
            }
            other => other.to_string(),
        };
        let mut answer = Self::new(StatusCode::BAD_REQUEST, INVALID_REQUEST, message);
        answer.body.is_open = matches!(error, EngineError::UnknownOutcome | EngineError::UnknownDelivery);
        answer
    }

    /// The answer of a V2 endpoint. Each is one of [`Endpoint::documented`], but for a broken database.
    pub(crate) fn v2(endpoint: Endpoint, error: &EngineError) -> Self {
        let message = error.to_string();
        if let Some((status, kind)) = plain(endpoint, error) {
            return Self::new(status, kind, message);
        }
        match error {
            EngineError::Invalid(report) => Self::invalid(report),
            EngineError::Store(problem) => {
                tracing::error!(?endpoint, %problem, "the ledger failed");
                Self::internal()
            }
            _ if !endpoint.tells_of_pgs() => Self::untyped(error),
            EngineError::Declined(decline) => {
                let mut answer = Self::pg_provider(&decline.code, decline.message.clone());
                answer.body.message = message;
                answer
            }
            EngineError::UnknownOutcome => Self::unknown_outcome(endpoint),
            EngineError::ChannelSpecific { failures, succeeded } => {
                let mut answer = Self::new(StatusCode::BAD_GATEWAY, "CHANNEL_SPECIFIC", message);
                answer.body.failures = Some(failures.iter().map(ChannelFailure::from).collect());
                answer.body.succeeded_channels = Some(succeeded.iter().map(SelectedChannel::from).collect());
                answer
            }
            // A cancel, close or deletion whose channel cannot be reached any more: no type of theirs says so.
            _ => Self::pg_provider(UNAVAILABLE, message),
        }
    }

    /// Whether it leaves open what became of the request: a call or a write that nobody knows the end of.
    fn is_undecided(&self) -> bool {
        let is_open = |code: Option<&str>| code == Some(UNKNOWN_OUTCOME);
        let failures = self.body.failures.iter().flatten();
        self.body.is_open
            || self.body.kind == INTERNAL_SERVER_ERROR
            || is_open(self.body.pg_code.as_deref())
            || failures.map(ChannelFailure::pg_code).any(is_open)
    }

    /// The answer of the admin face.
    pub(crate) fn admin(error: &EngineError) -> Self {
        let message = error.to_string();
        match error {
            EngineError::Invalid(report) => Self::invalid(report),
            EngineError::NotFound(_) | EngineError::PaymentNotFound(_) | EngineError::WebhookNotFound => {
                Self::new(StatusCode::NOT_FOUND, "NOT_FOUND", message)
            }
            EngineError::InUse(dependents) => {
                let mut answer = Self::new(StatusCode::CONFLICT, "IN_USE", message);
                answer.body.dependents = Some(DependentsBody {
                    billing_keys: dependents.billing_keys,
                    schedules: dependents.schedules,
                });
                answer
            }
            EngineError::Store(problem) => Self::from_store(problem),
            // The rest belongs to payments, which this face only reads.
            _ => Self::new(StatusCode::CONFLICT, "CONFLICT", message),
        }
    }

    /// The admin face's answer to a broken database.
    pub(crate) fn from_store(problem: &StoreError) -> Self {
        tracing::error!(%problem, "the ledger failed");
        let message = "the ledger could not be written or read; see the log";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, INTERNAL_SERVER_ERROR, message)
    }

    /// Adds what a refused request may have meant.
    pub(crate) fn with_hints(mut self, hints: impl Iterator<Item = String>) -> Self {
        if self.body.kind == INVALID_REQUEST {
            for hint in hints {
                self.body.message.push('\n');
                self.body.message.push_str(&hint);
            }
        }
        self
    }

    pub(crate) fn into_message(self) -> String {
        self.body.message
    }

    /// The rules that refused the request; empty where something else did.
    pub(crate) fn into_report(self) -> Report {
        self.body.report
    }

    #[cfg(test)]
    pub(crate) const fn kind(&self) -> &'static str {
        self.body.kind
    }

    #[cfg(test)]
    pub(crate) fn message(&self) -> &str {
        &self.body.message
    }
}

/// The errors whose body is type and message only; `None` for the others, and for those the endpoint does not document.
fn plain(endpoint: Endpoint, error: &EngineError) -> Option<(StatusCode, &'static str)> {
    use StatusCode as Code;
    let answer = match error {
        EngineError::NoChannel(found) if found.reason == NoChannelReason::Refused => {
            (Code::BAD_REQUEST, INVALID_REQUEST)
        }
        EngineError::ChannelNotFound(_) | EngineError::NoChannel(_) => (Code::NOT_FOUND, "CHANNEL_NOT_FOUND"),
        EngineError::CancelCountReached(_)
        | EngineError::PromotionBudgetTaken
        | EngineError::TooMany(_)
        | EngineError::InUse(_)
        | EngineError::ConfirmUrl(_)
        | EngineError::Conflict(_)
        | EngineError::NotFound(_) => (Code::BAD_REQUEST, INVALID_REQUEST),
        EngineError::AlreadyPaid => (Code::CONFLICT, "ALREADY_PAID"),
        EngineError::TransactionCountReached(_) => (Code::BAD_REQUEST, "MAX_TRANSACTION_COUNT_REACHED"),
        EngineError::SumOfPartsExceedsTotal => (Code::CONFLICT, "SUM_OF_PARTS_EXCEEDS_TOTAL_AMOUNT"),
        EngineError::DiffersFromRegistered(_) | EngineError::InformationMismatch(_) => {
            (Code::CONFLICT, "INFORMATION_MISMATCH")
        }
        EngineError::InvalidPaymentToken => (Code::BAD_REQUEST, "INVALID_PAYMENT_TOKEN"),
        EngineError::SessionNotFound => (Code::NOT_FOUND, "SESSION_NOT_FOUND"),
        EngineError::SessionExpired => (Code::GONE, "SESSION_EXPIRED"),
        EngineError::SessionLifeExceeded(_) => (Code::BAD_REQUEST, "MAX_TTL_EXCEEDED"),
        EngineError::PromotionNotFound => (Code::NOT_FOUND, "PROMOTION_NOT_FOUND"),
        EngineError::PromotionPayMethodDoesNotMatch(_) => {
            (Code::BAD_REQUEST, "PROMOTION_PAY_METHOD_DOES_NOT_MATCH")
        }
        EngineError::DiscountExceedsTotal { .. } => {
            (Code::BAD_REQUEST, "DISCOUNT_AMOUNT_EXCEEDS_TOTAL_AMOUNT")
        }
        EngineError::NegativeAdjustedCancel { .. } => {
            (Code::BAD_REQUEST, "NEGATIVE_PROMOTION_ADJUSTED_CANCEL_AMOUNT")
        }
        EngineError::RetainOptionChanged(_) => {
            (Code::BAD_REQUEST, "PROMOTION_DISCOUNT_RETAIN_OPTION_SHOULD_NOT_BE_CHANGED")
        }
        EngineError::PaymentNotFound(_) => (Code::NOT_FOUND, "PAYMENT_NOT_FOUND"),
        EngineError::PaymentNotPaid(_) => (Code::CONFLICT, "PAYMENT_NOT_PAID"),
        EngineError::PaymentAlreadyCancelled => (Code::CONFLICT, "PAYMENT_ALREADY_CANCELLED"),
        EngineError::CancellableAmountBroken { .. } => {
            (Code::CONFLICT, "CANCELLABLE_AMOUNT_CONSISTENCY_BROKEN")
        }
        EngineError::CancelAmountExceeds { .. } => {
            (Code::CONFLICT, "CANCEL_AMOUNT_EXCEEDS_CANCELLABLE_AMOUNT")
        }
        EngineError::CancelTaxFreeExceeds { .. } => {
            (Code::CONFLICT, "CANCEL_TAX_FREE_AMOUNT_EXCEEDS_CANCELLABLE_TAX_FREE_AMOUNT")
        }
        EngineError::CancelTaxExceeds { .. } => {
            (Code::CONFLICT, "CANCEL_TAX_AMOUNT_EXCEEDS_CANCELLABLE_TAX_AMOUNT")
        }
        EngineError::CancellationNotFound(_) => (Code::NOT_FOUND, "PAYMENT_CANCELLATION_NOT_FOUND"),
        EngineError::CancellationNotPending(_) => (Code::CONFLICT, "PAYMENT_CANCELLATION_NOT_PENDING"),
        EngineError::SumOfPartsExceedsCancel => (Code::CONFLICT, "SUM_OF_PARTS_EXCEEDS_CANCEL_AMOUNT"),
        EngineError::PaymentNotWaitingForDeposit(_) => (Code::CONFLICT, "PAYMENT_NOT_WAITING_FOR_DEPOSIT"),
        EngineError::CashReceiptAlreadyIssued => (Code::CONFLICT, "CASH_RECEIPT_ALREADY_ISSUED"),
        EngineError::CashReceiptNotFound(_) => (Code::NOT_FOUND, "CASH_RECEIPT_NOT_FOUND"),
        EngineError::CashReceiptNotIssued(_) => (Code::NOT_FOUND, "CASH_RECEIPT_NOT_ISSUED"),
        EngineError::WebhookNotFound => (Code::NOT_FOUND, "WEBHOOK_NOT_FOUND"),
        EngineError::WebhookResendCountReached(_) => (Code::BAD_REQUEST, "MAX_WEBHOOK_RETRY_COUNT_REACHED"),
        EngineError::BillingKeyNotFound => (Code::NOT_FOUND, "BILLING_KEY_NOT_FOUND"),
        EngineError::BillingKeyAlreadyIssued => (Code::CONFLICT, "BILLING_KEY_ALREADY_ISSUED"),
        EngineError::BillingKeyAlreadyDeleted => (Code::CONFLICT, "BILLING_KEY_ALREADY_DELETED"),
        EngineError::ScheduleExists => (Code::CONFLICT, "PAYMENT_SCHEDULE_ALREADY_EXISTS"),
        EngineError::AlreadyPaidOrWaiting => (Code::CONFLICT, "ALREADY_PAID_OR_WAITING"),
        EngineError::ScheduleNotFound(_) => (Code::NOT_FOUND, "PAYMENT_SCHEDULE_NOT_FOUND"),
        // Only V1 moves schedules.
        EngineError::ScheduleInState(_) | EngineError::ScheduleAlreadyProcessed(_) => {
            (Code::CONFLICT, "PAYMENT_SCHEDULE_ALREADY_PROCESSED")
        }
        EngineError::ScheduleAlreadyRevoked(_) => (Code::CONFLICT, "PAYMENT_SCHEDULE_ALREADY_REVOKED"),
        EngineError::Invalid(_)
        | EngineError::ChannelSpecific { .. }
        | EngineError::Declined(_)
        | EngineError::Unavailable(_)
        | EngineError::UnknownOutcome
        | EngineError::UnknownDelivery
        | EngineError::Store(_) => return None,
    };
    endpoint.documented().contains(&answer.1).then_some(answer)
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = json_response(self.status, &self.body);
        if self.is_undecided() {
            response.extensions_mut().insert(Undecided);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use portone_core::Cause;
    use portone_engine::port::Dependents;
    use portone_router::NoChannel;

    use super::*;

    const ENDPOINTS: [Endpoint; 40] = [
        Endpoint::ConfirmPaymentwallDelivery,
        Endpoint::PaymentEventsByCursor,
        Endpoint::BillingKeyInfos,
        Endpoint::Payments,
        Endpoint::PaymentsByCursor,
        Endpoint::Login,
        Endpoint::RefreshToken,
        Endpoint::PayInstantly,
        Endpoint::PayWithBillingKey,
        Endpoint::Payment,
        Endpoint::Transactions,
        Endpoint::CancelPayment,
        Endpoint::CloseVirtualAccount,
        Endpoint::IssueBillingKey,
        Endpoint::BillingKeyInfo,
        Endpoint::DeleteBillingKey,
        Endpoint::CreatePaymentSchedule,
        Endpoint::PaymentSchedule,
        Endpoint::PaymentSchedules,
        Endpoint::RevokePaymentSchedules,
        Endpoint::ResendWebhook,
        Endpoint::ConfirmPayment,
        Endpoint::ConfirmBillingKey,
        Endpoint::ConfirmIssueAndPay,
        Endpoint::CapturePayment,
        Endpoint::StopCancellation,
        Endpoint::PreRegisterPayment,
        Endpoint::CreatePaymentSession,
        Endpoint::PaymentSession,
        Endpoint::ClosePaymentSession,
        Endpoint::IssueCashReceipt,
        Endpoint::CashReceipts,
        Endpoint::CashReceipt,
        Endpoint::CancelCashReceipt,
        Endpoint::ApplyEscrowLogistics,
        Endpoint::ModifyEscrowLogistics,
        Endpoint::ConfirmEscrow,
        Endpoint::RegisterStoreReceipt,
        Endpoint::PgCardPromotions,
        Endpoint::Promotion,
    ];

    fn no_channel(reason: NoChannelReason) -> EngineError {
        NoChannel { reason, group: None, required: Vec::new(), candidates: Vec::new() }.into()
    }

    fn errors() -> Vec<EngineError> {
        let declined = Decline { code: "3011".to_owned(), message: "한도초과".to_owned() };
        vec![
            EngineError::Invalid(Report::new()),
            EngineError::ChannelNotFound("gone".to_owned()),
            no_channel(NoChannelReason::Refused),
            no_channel(NoChannelReason::NoSelectableMember),
            EngineError::AlreadyPaid,
            EngineError::TransactionCountReached(20),
            EngineError::SumOfPartsExceedsTotal,
            EngineError::DiffersFromRegistered("totalAmount"),
            EngineError::InformationMismatch("txId"),
            EngineError::InvalidPaymentToken,
            EngineError::ConfirmUrl("is no URL"),
            EngineError::SessionNotFound,
            EngineError::SessionExpired,
            EngineError::SessionLifeExceeded(1),
            EngineError::PromotionNotFound,
            EngineError::PromotionBudgetTaken,
            EngineError::PromotionPayMethodDoesNotMatch("LOTTE_CARD"),
            EngineError::DiscountExceedsTotal { discount: 2, total: 1 },
            EngineError::NegativeAdjustedCancel { amount: 1, released: 2 },
            EngineError::RetainOptionChanged("RETAIN"),
            EngineError::PaymentNotFound("p".to_owned()),
            EngineError::PaymentNotPaid("FAILED"),
            EngineError::PaymentAlreadyCancelled,
            EngineError::CancellableAmountBroken { given: 1, actual: 2 },
            EngineError::CancelAmountExceeds { amount: 2, cancellable: 1 },
            EngineError::CancelTaxFreeExceeds { amount: 2, cancellable: 1 },
            EngineError::CancelTaxExceeds { amount: 2, cancellable: 1 },
            EngineError::SumOfPartsExceedsCancel,
            EngineError::CancellationNotFound("c".to_owned()),
            EngineError::CancellationNotPending("is done"),
            EngineError::CancelCountReached(20),
            EngineError::PaymentNotWaitingForDeposit("PAID"),
            EngineError::BillingKeyNotFound,
            EngineError::BillingKeyAlreadyIssued,
            EngineError::BillingKeyAlreadyDeleted,
            EngineError::ScheduleExists,
            EngineError::AlreadyPaidOrWaiting,
            EngineError::ScheduleNotFound("s".to_owned()),
            EngineError::ScheduleAlreadyProcessed("s".to_owned()),
            EngineError::ScheduleAlreadyRevoked("s".to_owned()),
            EngineError::ChannelSpecific { failures: Vec::new(), succeeded: Vec::new() },
            EngineError::CashReceiptAlreadyIssued,
            EngineError::CashReceiptNotFound("p".to_owned()),
            EngineError::CashReceiptNotIssued("CANCELLED"),
            EngineError::WebhookNotFound,
            EngineError::WebhookResendCountReached(20),
            EngineError::Declined(declined),
            EngineError::Unavailable(Cause::NotSent("refused".to_owned())),
            EngineError::UnknownOutcome,
            EngineError::UnknownDelivery,
            EngineError::InUse(Dependents { billing_keys: 1, schedules: 1 }),
            EngineError::Conflict("c".to_owned()),
            EngineError::NotFound("n".to_owned()),
        ]
    }

    /// Errors an endpoint's use case cannot raise: they would belong to another operation.
    fn is_foreign(endpoint: Endpoint, error: &EngineError) -> bool {
        match error {
            EngineError::ChannelSpecific { .. } => {
                !matches!(endpoint, Endpoint::IssueBillingKey | Endpoint::DeleteBillingKey)
            }
            _ => !endpoint.asks_pg(),
        }
    }

    #[test]
    fn every_error_of_every_endpoint_is_one_its_document_lists() {
        for endpoint in ENDPOINTS {
            for error in errors().iter().filter(|error| !is_foreign(endpoint, error)) {
                let answer = ApiError::v2(endpoint, error);
                assert!(endpoint.documented().contains(&answer.kind()), "{endpoint:?} {error:?}");
                let provider = answer.kind() == "PG_PROVIDER";
                assert_eq!(provider, answer.body.pg_code.is_some() && answer.body.pg_message.is_some());
            }
        }
    }

    #[test]
    fn a_broken_database_is_told_as_such() {
        let answer = ApiError::v2(Endpoint::PayInstantly, &StoreError("disk full".to_owned()).into());
        assert_eq!((answer.status.as_u16(), answer.kind()), (500, INTERNAL_SERVER_ERROR));
        assert!(!answer.message().contains("disk"));
    }

    #[test]
    fn statuses_follow_types() {
        for endpoint in ENDPOINTS {
            for error in errors() {
                let answer = ApiError::v2(endpoint, &error);
                let status = match answer.kind() {
                    INVALID_REQUEST
                    | "MAX_TRANSACTION_COUNT_REACHED"
                    | "MAX_WEBHOOK_RETRY_COUNT_REACHED"
                    | "INVALID_PAYMENT_TOKEN"
                    | "MAX_TTL_EXCEEDED"
                    | "PROMOTION_PAY_METHOD_DOES_NOT_MATCH"
                    | "DISCOUNT_AMOUNT_EXCEEDS_TOTAL_AMOUNT"
                    | "NEGATIVE_PROMOTION_ADJUSTED_CANCEL_AMOUNT"
                    | "PROMOTION_DISCOUNT_RETAIN_OPTION_SHOULD_NOT_BE_CHANGED" => 400,
                    "SESSION_EXPIRED" => 410,
                    "PG_PROVIDER" | "CHANNEL_SPECIFIC" => 502,
                    kind if kind.ends_with("_NOT_FOUND") => 404,
                    "CASH_RECEIPT_NOT_ISSUED" => 404,
                    _ => 409,
                };
                assert_eq!(answer.status.as_u16(), status, "{error:?}");
            }
        }
    }
}
