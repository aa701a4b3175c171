//! What is answered when a request is not carried out: the documented status where the endpoint has one, else 200 with a
//! code that is not 0 (rules V1-004, V1-005, V1-010).

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use portone_core::{Cause, Report, Violation};
use portone_engine::EngineError;
use portone_router::NoChannelReason;

use super::endpoint::Endpoint;
use super::envelope;
use super::names;
use crate::error::ApiError;
use crate::limit::TooMany;

/// Refusals decided here (rule V1-005).
pub(super) const OURS: i32 = 1;
/// Refusals of a PG, and what a PG left open (rule V1-005).
pub(super) const THE_PGS: i32 = -1;

/// Texts that shops compare with (rule V1-006).
pub(super) mod texts {
    pub(in crate::v1) const NO_PAYMENT: &str = "존재하지 않는 결제정보입니다.";
    pub(in crate::v1) const NO_PREPARED: &str = "사전등록된 결제정보가 존재하지 않습니다.";
    pub(in crate::v1) const NOTHING_TO_CANCEL: &str = "취소할 결제건이 존재하지 않습니다.";
    pub(in crate::v1) const CANCELLED: &str = "이미 전액취소된 주문입니다.";
    pub(in crate::v1) const NO_CUSTOMER: &str = "등록되지 않은 구매자입니다.";
    pub(in crate::v1) const NO_SCHEDULE: &str = "취소할 예약결제 기록이 존재하지 않습니다.";
    pub(in crate::v1) const MISSING: &str = "파라미터 누락:";
}

/// A refusal as it is answered.
#[derive(Debug)]
pub(super) struct V1Error {
    status: StatusCode,
    code: i32,
    message: String,
}

impl V1Error {
    /// A refusal with a status of its own.
    pub(super) fn new(status: StatusCode, code: i32, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into() }
    }

    /// 401 (rule V1-007).
    pub(super) fn unauthorized(message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, 401, message)
    }

    /// 429: the key asks too often.
    pub(super) fn too_many(refused: TooMany) -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, OURS, refused.message())
    }

    /// A request that cannot be carried out: 400 where the endpoint has it.
    pub(super) fn refused(endpoint: Endpoint, message: impl Into<String>) -> Self {
        Self::new(documented(endpoint, StatusCode::BAD_REQUEST), OURS, message)
    }

    /// Something that is not there: 404 where the endpoint has it.
    pub(super) fn missing(endpoint: Endpoint, message: impl Into<String>) -> Self {
        let status = documented(endpoint, StatusCode::NOT_FOUND);
        Self::new(status, if status == StatusCode::OK { OURS } else { 404 }, message)
    }

    /// A request that the state of what it names does not allow: 409 where the endpoint has it.
    pub(super) fn conflict(endpoint: Endpoint, message: impl Into<String>) -> Self {
        Self::new(documented(endpoint, StatusCode::CONFLICT), OURS, message)
    }

    /// Something that the channel's PG does not have: 501 where the endpoint has it, else 400.
    pub(super) fn unsupported(endpoint: Endpoint, message: impl Into<String>) -> Self {
        match documented(endpoint, StatusCode::NOT_IMPLEMENTED) {
            StatusCode::OK => Self::refused(endpoint, message),
            status => Self::new(status, OURS, message),
        }
    }

    /// A PG said no, or nobody knows what it said: 500 where the endpoint has it.
    pub(super) fn of_pg(endpoint: Endpoint, message: impl Into<String>) -> Self {
        Self::new(documented(endpoint, StatusCode::INTERNAL_SERVER_ERROR), THE_PGS, message)
    }

    /// What rules refuse: a line a violation, after the parameters that are missing.
    pub(super) fn invalid(endpoint: Endpoint, report: &Report) -> Self {
        let violations: Vec<&Violation> = report.rejections().collect();
        let missing: Vec<String> = violations
            .iter()
            .filter(|violation| violation.message.starts_with("is missing"))
            .map(|violation| names::field_of(&violation.field, endpoint.person()))
            .collect();
        let mut lines = Vec::new();
        if !missing.is_empty() {
            lines.push(format!("{} {}", texts::MISSING, missing.join(", ")));
        }
        for violation in violations {
            let person = endpoint.person();
            let line = format!(
                "{} {}: {}",
                names::rule_of(violation.rule),
                names::field_of(&violation.field, person),
                names::message_of(&violation.field, &violation.message, person)
            );
            // The engine's rule and the upstream's may say the same.
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
        Self::refused(endpoint, lines.join("\n"))
    }

    /// A use case that panicked: where a PG may have been asked, its outcome is unknown.
    pub(super) fn unfinished(endpoint: Endpoint) -> Self {
        if endpoint.asks_pg() {
            return Self::of_pg(endpoint, EngineError::UnknownOutcome.to_string());
        }
        Self::internal()
    }

    /// The ledger failed.
    pub(super) fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, THE_PGS, ApiError::internal().into_message())
    }

    /// The answer to an error of the engine.
    pub(super) fn of(endpoint: Endpoint, error: &EngineError) -> Self {
        let told = |text: &str| format!("{text}\n{error}");
        match error {
            EngineError::Invalid(report) => Self::invalid(endpoint, report),
            EngineError::NoChannel(found) if found.reason == NoChannelReason::Refused => {
                Self::refused(endpoint, names::v1_lines(&error.to_string(), endpoint.person()))
            }
            EngineError::PaymentNotFound(_) => Self::missing(endpoint, texts::NO_PAYMENT),
            EngineError::PaymentAlreadyCancelled => Self::refused(endpoint, texts::CANCELLED),
            EngineError::PaymentNotPaid(_) if endpoint == Endpoint::Cancel => {
                Self::refused(endpoint, told(texts::NOTHING_TO_CANCEL))
            }
            EngineError::BillingKeyNotFound | EngineError::BillingKeyAlreadyDeleted => {
                Self::missing(endpoint, texts::NO_CUSTOMER)
            }
            EngineError::ScheduleNotFound(_) => Self::missing(endpoint, texts::NO_SCHEDULE),
            EngineError::NotFound(_)
            | EngineError::CashReceiptNotFound(_)
            | EngineError::PromotionNotFound
            | EngineError::WebhookNotFound => Self::missing(endpoint, error.to_string()),
            // The upstream's PG has no such thing.
            EngineError::Unavailable(Cause::Misconfigured { status: 501, .. }) => {
                Self::unsupported(endpoint, error.to_string())
            }
            EngineError::Declined(_)
            | EngineError::ChannelSpecific { .. }
            | EngineError::Unavailable(_)
            | EngineError::UnknownOutcome
            | EngineError::UnknownDelivery => Self::of_pg(endpoint, error.to_string()),
            EngineError::Store(problem) => {
                tracing::error!(?endpoint, %problem, "the ledger failed");
                Self::internal()
            }
            // Everything else is decided here, before a PG is asked, and says in its own words what and what to do.
            _ => Self::refused(endpoint, error.to_string()),
        }
    }

    /// Adds what a refused request may have meant.
    pub(super) fn with_hints(mut self, hints: impl Iterator<Item = String>) -> Self {
        if self.code == OURS {
            for hint in hints {
                self.message.push('\n');
                self.message.push_str(&hint);
            }
        }
        self
    }
}

/// The status, where the endpoint's document has it; else 200.
fn documented(endpoint: Endpoint, status: StatusCode) -> StatusCode {
    if endpoint.statuses().contains(&status.as_u16()) { status } else { StatusCode::OK }
}

impl IntoResponse for V1Error {
    fn into_response(self) -> Response {
        envelope::refusal(self.status, self.code, &self.message)
    }
}

/// Why a use case was not carried out: in the engine's words, or in the face's own where it knows more.
#[derive(Debug)]
pub(super) enum Failure {
    /// The engine's.
    Engine(EngineError),
    /// The face's.
    Told(V1Error),
    /// What a PG said, or left open, in an answer of its own.
    Answered {
        /// The answer.
        response: Box<Response>,
        /// What it tells, for the count of outcomes.
        error: Box<EngineError>,
    },
}

impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Self {
        Self::Engine(error)
    }
}

impl From<V1Error> for Failure {
    fn from(error: V1Error) -> Self {
        Self::Told(error)
    }
}
