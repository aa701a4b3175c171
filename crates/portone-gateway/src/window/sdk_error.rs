//! What a browser SDK is told when a window cannot open, or its payment failed: the codes of the published typings.

use portone_core::Report;
use portone_engine::ledger::Failure;
use portone_engine::{EngineError, UNKNOWN_OUTCOME};
use portone_router::NoChannelReason;
use serde::Serialize;

use crate::error::ApiError;

/// The engine's name of a payment that its shop stopped is the typings' own.
const CONFIRM_PROCESS_FAILED: &str = "ConfirmProcessFailed";

const REQUEST_PARSE_FAILED: &str = "RequestParseFailed";

/// Code and message, and the PG's own where it said something.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SdkError {
    pub(super) code: String,
    pub(super) message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) pg_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) pg_message: Option<String>,
}

impl SdkError {
    pub(super) fn new(code: &str, message: impl Into<String>) -> Self {
        Self { code: code.to_owned(), message: message.into(), ..Self::default() }
    }

    /// The argument is not what the SDK takes.
    pub(super) fn input(message: impl Into<String>) -> Self {
        Self::new(REQUEST_PARSE_FAILED, message)
    }

    /// Every rule that the argument breaks, a line each.
    pub(super) fn invalid(report: &Report) -> Self {
        Self::input(ApiError::invalid(report).into_message())
    }

    /// A PG's refusal, in its own words.
    pub(super) fn of_failure(failure: &Failure) -> Self {
        let (pg_code, pg_message) = (failure.pg_code.clone(), failure.pg_message.clone());
        if pg_code.as_deref() == Some(CONFIRM_PROCESS_FAILED) {
            return Self::new(CONFIRM_PROCESS_FAILED, failure.reason.clone());
        }
        Self { pg_code, pg_message, ..Self::new("PGProviderError", failure.reason.clone()) }
    }
}

impl From<&EngineError> for SdkError {
    fn from(error: &EngineError) -> Self {
        let message = error.to_string();
        match error {
            EngineError::Invalid(report) => Self::invalid(report),
            EngineError::NoChannel(found) if found.reason == NoChannelReason::Refused => {
                // One channel that was named is the argument's business; a group's are several.
                let is_named = found.group.is_none();
                Self::new(if is_named { REQUEST_PARSE_FAILED } else { "AllChannelsNotSatisfied" }, message)
            }
            EngineError::NoChannel(_) | EngineError::ChannelNotFound(_) => {
                Self::new("ChannelNotFound", message)
            }
            EngineError::AlreadyPaid => Self::new("PaymentAlreadyPaid", message),
            EngineError::DiffersFromRegistered(_) | EngineError::InformationMismatch(_) => {
                Self::new("AmountNotEqualToPredefined", message)
            }
            EngineError::PaymentNotFound(_) => Self::new("PaymentNotFound", message),
            EngineError::BillingKeyNotFound => Self::new("BillingKeyNotFound", message),
            EngineError::SumOfPartsExceedsTotal | EngineError::TransactionCountReached(_) => {
                Self::input(message)
            }
            EngineError::Declined(decline) if decline.code == CONFIRM_PROCESS_FAILED => {
                Self::new(CONFIRM_PROCESS_FAILED, decline.message.clone())
            }
            EngineError::Declined(decline) => {
                let (pg_code, pg_message) = (Some(decline.code.clone()), Some(decline.message.clone()));
                Self { pg_code, pg_message, ..Self::new("PGProviderError", message) }
            }
            EngineError::UnknownOutcome => {
                Self { pg_code: Some(UNKNOWN_OUTCOME.to_owned()), ..Self::new("UnknownError", message) }
            }
            EngineError::Store(problem) => {
                tracing::error!(%problem, "the ledger failed");
                Self::new("UnknownError", "the ledger could not be written or read; look the payment up")
            }
            _ => Self::new("InvalidEntityState", message),
        }
    }
}
