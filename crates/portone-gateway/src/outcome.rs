//! What became of requests that may have reached a PG, counted.

use metrics::counter;
use portone_engine::EngineError;

/// Counts one. `error` is why it was not carried out, if it was not; absent altogether where the use case panicked, which
/// leaves its outcome unknown.
pub(crate) fn count(operation: &'static str, error: Option<Option<&EngineError>>) {
    counter!("portone_outcomes_total", "operation" => operation, "outcome" => name(error)).increment(1);
}

const fn name(error: Option<Option<&EngineError>>) -> &'static str {
    match error {
        Some(None) => "done",
        Some(Some(EngineError::Declined(_) | EngineError::ChannelSpecific { .. })) => "declined",
        Some(Some(EngineError::Unavailable(_))) => "unavailable",
        Some(Some(EngineError::UnknownOutcome | EngineError::UnknownDelivery)) | None => "unknown",
        Some(Some(EngineError::Store(_))) => "store_failed",
        // Every other variant says no before a PG is asked.
        Some(Some(_)) => "refused",
    }
}
